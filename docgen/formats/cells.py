"""Make cells for the readers of several formats: texts of limited length, numbers as shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from docgen.formats.budgets import LONGEST_TEXT
from docgen.formats.grid import Cell
from docgen.formats.number_formats import GENERAL, shown
from docgen.patterns import regex

#: The fault of a cell with a picture.
PICTURE = "picture"
#: The formula of a picture in a cell: in WPS, where it is also shown as text, and in Excel.
_PICTURE = regex(r"\s*=?\s*(?:\w+:)?=?\s*(?:_xlfn\.)*(?:DISPIMG|IMAGE)\(", re.IGNORECASE)
_EXACT = 1e20  # smaller whole numbers are written digit by digit, as in .xlsx
#: How LibreOffice writes the point of Chinese formats (`0!.0,"万"`, where `!` is an escape) in an .xls workbook.
_MANGLED = regex(r'(?:\\!|"!")\.')


class PageRow(NamedTuple):
    """One line of a mail, or one row of a table in it; `is_quoted` if it is in an earlier mail."""

    cells: tuple[Cell, ...]
    is_quoted: bool = False


def text_cell(text: str, fault: str | None = None, *, code: str = "", struck: str = "", note: str = "") -> Cell:
    """A cell with this text in this number format.

    A text that is longer than Excel allows is cut and has the fault `text-cut`; a picture has the fault `picture`.
    """
    if len(text) > LONGEST_TEXT:
        text, fault = text[:LONGEST_TEXT], fault or "text-cut"
    elif text[:2].lstrip().startswith("=") and is_picture(text):
        text, fault = "", fault or PICTURE
    elif text and code not in GENERAL:
        text = shown(text, code).text
    return Cell(text, fault, struck[:LONGEST_TEXT], note[:LONGEST_TEXT])


def is_picture(formula: str) -> bool:
    """Whether a formula, with or without `=`, puts a picture into its cell."""
    return _PICTURE.match(formula) is not None


def number_cell(value: float, code: str, *, counts_from_1904: bool = False) -> Cell:
    """A cell with this number in this number format, as returned by `number_formats.shown`."""
    is_whole = value.is_integer() and abs(value) < _EXACT
    return shown(Decimal(int(value)) if is_whole else value, _MANGLED.sub("!.", code), since_1904=counts_from_1904)


def struck_apart(text: str, runs: Iterable[tuple[int, bool]]) -> tuple[str, str]:
    """Split a text into the part that is not struck out and the part that is; `runs` say where each begins.

    Positions count UTF-16 units, as office programs do.
    """
    wide = text.encode("utf-16-le", "surrogatepass")
    places = [(0, False), *((2 * place, is_struck) for place, is_struck in runs), (len(wide), False)]
    kept: list[bytes] = []
    struck: list[bytes] = []
    for (start, is_struck), (end, _) in pairwise(places):
        (struck if is_struck else kept).append(wide[start:end])
    return _joined(kept), _joined(struck)


def _joined(pieces: Iterable[bytes]) -> str:
    return b"".join(pieces).decode("utf-16-le", "replace")
