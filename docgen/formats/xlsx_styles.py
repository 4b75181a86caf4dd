"""Read the cell styles of an .xlsx workbook: the number format, whether the font strikes out, white on white."""

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
    """The code of a number format, whether the font strikes out, whether it shows symbols for letters, and whether
    nobody sees it: white on white."""

    code: str = ""
    is_struck: bool = False
    is_symbols: bool = False
    is_unseen: bool = False


class _Font(NamedTuple):
    is_struck: bool = False
    is_symbols: bool = False
    is_white: bool = False


PLAIN = CellStyle()


def styles(parts: Iterable[bytes], elements: Budget) -> list[CellStyle]:
    """The styles that cells refer to by number.  Raises TooMuch and Damaged."""
    reading = _Styles(elements)
    reading.events.read(parts)
    found = []
    for number, number_of_font, fill in reading.formats:
        font = reading.font(number_of_font)
        is_unseen = font.is_white and not reading.is_filled(fill)
        found.append(CellStyle(reading.code(number), font.is_struck, font.is_symbols, is_unseen))
    return found


class _Styles:
    def __init__(self, elements: Budget) -> None:
        self.formats: list[tuple[int, int, int]] = []
        self._fills: list[bool] = []  # whether each has a colour other than white
        self._codes: dict[int, str] = {}
        self._fonts: list[_Font] = []
        self._records = Budget(MOST_STYLES, "styles")
        self._place = ""
        begins: dict[str, Begin] = {
            "numFmt": self._see_code, "fonts": self._begin_fonts, "font": self._see_font, "strike": self._see_strike,
            "name": self._see_name, "cellXfs": self._begin_formats, "xf": self._see_format,
            "dxfs": self._begin_conditional, "color": self._see_color, "fills": self._begin_fills,
            "fill": self._see_fill, "patternFill": self._see_pattern, "gradientFill": self._see_gradient,
            "fgColor": self._see_fill_color,
        }  # fmt: skip
        ends: dict[str, End] = {"fonts": self._leave, "fills": self._leave, "cellXfs": self._leave, "dxfs": self._leave}
        self.events = Events(named(begins, *MAIN), named(ends, *MAIN), elements)

    def code(self, number: int) -> str:
        """The code of a format number: the workbook's own takes precedence over the built-in one."""
        return self._codes.get(number) or BUILTIN.get(number, "")

    def font(self, number: int) -> _Font:
        """How the font shows a text."""
        return self._fonts[number] if 0 <= number < len(self._fonts) else _Font()

    def is_filled(self, number: int) -> bool:
        """Whether the fill has a colour other than white."""
        return number < len(self._fills) and self._fills[number]

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
            self._fonts.append(_Font())

    def _see_strike(self, attributes: Attributes) -> None:
        if self._place == "fonts" and self._fonts:
            self._fonts[-1] = self._fonts[-1]._replace(is_struck=is_true(attributes.get("val", "1")))

    def _see_name(self, attributes: Attributes) -> None:
        if self._place == "fonts" and self._fonts:
            self._fonts[-1] = self._fonts[-1]._replace(is_symbols=symbols.is_font(attributes.get("val", "")))

    def _see_color(self, attributes: Attributes) -> None:
        if self._place == "fonts" and self._fonts:
            self._fonts[-1] = self._fonts[-1]._replace(is_white=_is_white(attributes))

    def _begin_fills(self, _: Attributes) -> None:
        self._place = "fills"

    def _see_fill(self, _: Attributes) -> None:
        if self._place == "fills":
            self._records.spend()
            self._fills.append(False)

    def _see_pattern(self, attributes: Attributes) -> None:
        if self._place == "fills" and self._fills:
            self._fills[-1] = attributes.get("patternType", "none") != "none"

    def _see_gradient(self, _: Attributes) -> None:
        self._see_pattern({"patternType": "gradient"})

    def _see_fill_color(self, attributes: Attributes) -> None:
        if self._place == "fills" and self._fills and _is_white(attributes):
            self._fills[-1] = False

    def _begin_formats(self, _: Attributes) -> None:
        self._place = "cellXfs"

    def _see_format(self, attributes: Attributes) -> None:
        if self._place == "cellXfs":
            self._records.spend()
            number, font, fill = (_number(attributes, name) for name in ("numFmtId", "fontId", "fillId"))
            self.formats.append((number, font, fill))

    def _begin_conditional(self, _: Attributes) -> None:
        self._place = "dxfs"

    def _leave(self) -> None:
        self._place = ""


def _is_white(color: Attributes) -> bool:
    """Whether a colour is white, in any of the ways to name one; a theme's first colour is that of paper."""
    if color.get("tint", "0").strip("0.") or color.get("auto"):
        return False
    return (
        color.get("rgb", "").upper() in {"FFFFFFFF", "00FFFFFF"}
        or color.get("theme") == "0"
        or color.get("indexed") in {"1", "9"}
    )


def _number(attributes: Attributes, name: str) -> int:
    text = attributes.get(name, "0")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
