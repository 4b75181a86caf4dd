"""Cells as the readers of several formats make them: texts no longer than a cell may hold, numbers as shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from docgen.formats.budgets import LONGEST_TEXT
from docgen.formats.grid import Cell, cell_of

#: What a format may add to a number and leave it the number that it is.
_PLAIN = re.compile(r"[0#?.,%\s_*()+\-/Ee¥￥$€£元]*")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[([^\]]*)\]')
_SCALED = re.compile(r"[0#?],+(?![0#?])")


def text_cell(text: str, fault: str | None = None, *, struck: str = "", note: str = "") -> Cell:
    """A cell with this text.  One longer than Excel's cells hold is cut, and has the fault `text-cut`."""
    if len(text) > LONGEST_TEXT:
        text, fault = text[:LONGEST_TEXT], fault or "text-cut"
    return Cell(text, fault, struck[:LONGEST_TEXT], note[:LONGEST_TEXT])


def number_cell(value: float, code: str, *, counts_from_1904: bool = False) -> Cell:
    """A cell with this number in this number format: dates, times and percentages as they are shown.

    What a format of words shows (`0"万"`) is not known: the number has the fault `format-unknown`.
    """
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

    if is_date_format(code):
        epoch = MAC_EPOCH if counts_from_1904 else WINDOWS_EPOCH
        try:
            date = from_excel(value, epoch, timedelta=is_timedelta_format(code))
        except (OverflowError, ValueError):
            return Cell(f"{value:g}", "cell-error")
        return cell_of(date)._replace(is_date=True)
    cell = cell_of(int(value) if value.is_integer() else value, percent="%" in code)
    return cell if cell.fault or _leaves_numbers(code) else cell._replace(fault="format-unknown")


def _leaves_numbers(code: str) -> bool:
    if code.casefold() in {"", "general", "@"}:
        return True
    bare = _LITERAL.sub(lambda found: found[1] or found[2] or "", code.partition(";")[0])
    return bool(_PLAIN.fullmatch(bare)) and not _SCALED.search(bare)


def struck_apart(text: str, runs: Iterable[tuple[int, bool]]) -> tuple[str, str]:
    """A text without what is struck out, and what is; `runs` say from which place on it is struck out or not.

    Places count in UTF-16, as office programs do.
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
