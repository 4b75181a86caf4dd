"""Read the records of an .xlsb workbook ([MS-XLSB]) and what its sheets share: texts, number formats, strikes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from docgen.formats import symbols
from docgen.formats.budgets import LONGEST_TEXT, MOST_CELLS, Budget
from docgen.formats.cells import struck_apart
from docgen.formats.format_codes import BUILTIN
from docgen.formats.package import Package
from docgen.formats.refusals import Damaged
from docgen.language import tr

_TEXT_ITEM, _FONT, _FORMAT, _STYLE, _BEGIN_STYLES, _END_STYLES = 19, 43, 44, 47, 617, 618
_IS_RICH, _IS_STRUCK = 1, 8
_POSITIONS = {1: "super", 2: "sub"}
_MOST_STYLES = 200_000  # records of the styles part; Excel has 65,490 styles
_NULL = 0xFFFFFFFF  # the length of a missing text


class Style(NamedTuple):
    """How a cell is shown: its number format, and whether its font strikes out, or shows symbols for letters."""

    code: str = ""
    is_struck: bool = False
    is_symbols: bool = False


class Shared:
    """The texts and styles that the sheets of one workbook share."""

    def __init__(self) -> None:
        self._styles: list[Style] = []
        self._struck: list[bool] = []  # by font number
        self._shapes: list[symbols.Shape] = []  # likewise
        #: The texts, each split into the part that is not struck out and the part that is.
        self.texts: list[tuple[str, str]] = []

    def style(self, number: int) -> Style:
        """The style with that number, a plain one if there is none."""
        return self._styles[number] if number < len(self._styles) else Style()

    def rich_text(self, content: bytes, at: int) -> tuple[str, str]:
        """The text there without its struck-out part, and that part ([MS-XLSB] 2.5.121, RichStr)."""
        text, end = text_at(content, at + 1)
        if not content[at] & _IS_RICH or not (
            True in self._struck or any(one is not symbols.plain for one in self._shapes)
        ):
            return text, ""
        count = struct.unpack_from("<I", content, end)[0]
        runs = list(struct.iter_unpack("<HH", content[end + 4 : end + 4 + 4 * min(count, LONGEST_TEXT)]))
        text = symbols.shown_in(text, ((place, _of(self._shapes, font, symbols.plain)) for place, font in runs))
        return struck_apart(text, ((place, _of(self._struck, font, False)) for place, font in runs))

    def see_styles(self, content: bytes) -> None:
        """Read the styles part."""
        codes: dict[int, str] = {}
        is_of_cells = False
        budget = Budget(_MOST_STYLES, "styles")
        for kind, record in records(content):
            budget.spend()
            if kind == _FONT:
                self._struck.append(bool(record[2] & _IS_STRUCK))
                position = _POSITIONS.get(struct.unpack_from("<H", record, 6)[0], "")
                self._shapes.append(symbols.shape(text_at(record, 21)[0] if len(record) > 25 else "", position))
            elif kind == _FORMAT:
                codes[struct.unpack_from("<H", record)[0]] = text_at(record, 2)[0]
            elif kind in {_BEGIN_STYLES, _END_STYLES}:
                is_of_cells = kind == _BEGIN_STYLES
            elif kind == _STYLE and is_of_cells:
                code, font = struct.unpack_from("<2H", record, 2)
                own = (self._struck[font], self._shapes[font] is symbols.shown) if font < len(self._struck) else ()
                self._styles.append(Style(codes.get(code) or BUILTIN.get(code, ""), *own))

    def see_texts(self, content: bytes) -> None:
        """Read the texts part; call after the styles part."""
        budget = Budget(MOST_CELLS, tr("shared texts"))
        for kind, record in records(content):
            if kind == _TEXT_ITEM:
                budget.spend()
                self.texts.append(self.rich_text(record, 0))


_One = TypeVar("_One")


def _of(fonts: list[_One], number: int, default: _One) -> _One:
    return fonts[number] if number < len(fonts) else default


def shared(package: Package, main: str) -> Shared:
    """The shared parts of the workbook whose main part is `main`."""
    found = Shared()
    for part in package.related(main, "/styles").values():
        found.see_styles(package.read(part))
    for part in package.related(main, "/sharedStrings").values():
        found.see_texts(package.read(part))
    return found


def text_at(content: bytes, at: int) -> tuple[str, int]:
    """The text there, cut to one character more than a cell may hold, and its end."""
    length = struct.unpack_from("<I", content, at)[0]
    length = 0 if length == _NULL else length
    end = at + 4 + 2 * length
    if end > len(content):
        raise Damaged(tr("a text is cut off"))
    read = at + 4 + 2 * min(length, LONGEST_TEXT + 1)
    return content[at + 4 : read].decode("utf-16-le", "replace"), end


def records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of a part, as kind and content.  Raises Damaged if one is truncated."""
    at, end = 0, len(content)
    while at < end:
        kind = content[at]
        if kind < 0x80:
            at += 1
        else:
            kind, at = _in_sevens(content, at, 2)
        length, at = _in_sevens(content, at, 4)
        if at + length > end:
            raise Damaged(tr("a record is cut off"))
        yield kind, content[at : at + length]
        at += length


def _in_sevens(content: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in groups of seven bits, and its end."""
    number = 0
    for place in range(most):
        try:
            byte = content[at + place]
        except IndexError as cause:
            raise Damaged(tr("a record is cut off")) from cause
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    return number, at + place + 1
