"""Read the cell styles of an .xlsx workbook: the number format, and whether the font strikes out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from docgen.formats import symbols
from docgen.formats.budgets import Budget
from docgen.formats.format_codes import BUILTIN, LONGEST_CODE
from docgen.formats.xlsx_texts import MAIN, is_true
from docgen.formats.xml_events import Attributes, Begin, End, Events, named

#: Cell styles of a workbook, fonts and number formats (Excel has at most 65,490 of the first).
MOST_STYLES = 65_536


class CellStyle(NamedTuple):
    """The code of a number format, whether the font strikes out, and whether it shows symbols for letters."""

    code: str = ""
    is_struck: bool = False
    is_symbols: bool = False


PLAIN = CellStyle()


def styles(parts: Iterable[bytes], elements: Budget) -> list[CellStyle]:
    """The styles that cells refer to by number.  Raises TooMuch and Damaged."""
    reading = _Styles(elements)
    reading.events.read(parts)
    return [CellStyle(reading.code(number), *reading.font(font)) for number, font in reading.formats]


class _Styles:
    def __init__(self, elements: Budget) -> None:
        self.formats: list[tuple[int, int]] = []
        self._codes: dict[int, str] = {}
        self._fonts: list[tuple[bool, bool]] = []
        self._records = Budget(MOST_STYLES, "styles")
        self._place = ""
        begins: dict[str, Begin] = {
            "numFmt": self._see_code, "fonts": self._begin_fonts, "font": self._see_font, "strike": self._see_strike,
            "name": self._see_name, "cellXfs": self._begin_formats, "xf": self._see_format,
            "dxfs": self._begin_conditional,
        }  # fmt: skip
        ends: dict[str, End] = {"fonts": self._leave, "cellXfs": self._leave, "dxfs": self._leave}
        self.events = Events(named(begins, *MAIN), named(ends, *MAIN), elements)

    def code(self, number: int) -> str:
        """The code of a format number: the workbook's own takes precedence over the built-in one."""
        return self._codes.get(number) or BUILTIN.get(number, "")

    def font(self, number: int) -> tuple[bool, bool]:
        """Whether the font strikes out, and whether it is one of symbols."""
        return self._fonts[number] if 0 <= number < len(self._fonts) else (False, False)

    def _see_code(self, attributes: Attributes) -> None:
        if self._place != "dxfs":
            self._records.spend()
            self._codes.setdefault(
                _number(attributes, "numFmtId"), attributes.get("formatCode", "")[: LONGEST_CODE + 1]
            )

    def _begin_fonts(self, _: Attributes) -> None:
        self._place = "fonts"

    def _see_font(self, _: Attributes) -> None:
        if self._place == "fonts":
            self._records.spend()
            self._fonts.append((False, False))

    def _see_strike(self, attributes: Attributes) -> None:
        if self._place == "fonts" and self._fonts:
            self._fonts[-1] = (is_true(attributes.get("val", "1")), self._fonts[-1][1])

    def _see_name(self, attributes: Attributes) -> None:
        if self._place == "fonts" and self._fonts:
            self._fonts[-1] = (self._fonts[-1][0], symbols.is_font(attributes.get("val", "")))

    def _begin_formats(self, _: Attributes) -> None:
        self._place = "cellXfs"

    def _see_format(self, attributes: Attributes) -> None:
        if self._place == "cellXfs":
            self._records.spend()
            self.formats.append((_number(attributes, "numFmtId"), _number(attributes, "fontId")))

    def _begin_conditional(self, _: Attributes) -> None:
        self._place = "dxfs"

    def _leave(self) -> None:
        self._place = ""


def _number(attributes: Attributes, name: str) -> int:
    text = attributes.get(name, "0")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
