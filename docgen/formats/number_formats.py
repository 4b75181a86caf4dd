"""Show the value of a cell in its number format.

`5` in the format `0"万"` is `5万`, `1` in `[=1]"是";[=0]"否"` is `是`.  If a format cannot be rendered with
certainty, the cell has the fault `format-unknown`: docgen must not guess what was on the screen.

This is own code because no library fits: `ssf` (last changed in 2020) fails with current Babel and writes 12345 in
Chinese numerals as 一万二一千…, `xlfmt` supports neither those nor the marks of Chinese formats, and both print
marks that they do not understand as if they were text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from docgen.formats.format_codes import BUILTIN, FormatSection, Mark, sections
from docgen.formats.format_dates import ShownDate, date_text
from docgen.formats.format_numbers import number_text
from docgen.formats.grid import Cell, general_cell, plain
from docgen.patterns import regex

__all__ = ["BUILTIN", "GENERAL", "UNKNOWN", "YEAR_FIRST", "plain", "shown"]

#: The fault of a cell whose format is not understood.
UNKNOWN = "format-unknown"
#: The formats that change nothing.
GENERAL = frozenset({"", "General", "GENERAL", "general", "@"})
#: Dates in these forms stay as shown; any other order of year, month and day becomes ISO form.
YEAR_FIRST = regex(r"\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{4}年\d{1,2}月\d{1,2}[日号]?")


def shown(value: float | Decimal | str, code: str, *, since_1904: bool = False) -> Cell:
    """What a cell with this value and number format shows; for a date, `value` is its serial number.

    A number has no float artefacts and no padding, and `exact` is the full number if the format shows
    less of it.  A date has `is_date`.  It is shown as its format says if that is readable or leaves out year, month or
    day (`exact` is then the date in ISO form), else in ISO form.  Faults: `digits-lost` for a number of more than 15
    digits, whose last digits are lost, `cell-error` for a value that is no number, `format-unknown`.
    """
    if isinstance(value, str):
        return Cell(value if code in GENERAL else _text(value, sections(code)))
    cell = general_cell(value)
    if cell.fault or code in GENERAL:
        return cell
    number = Decimal(cell.text)
    return _number(number, sections(code), since_1904=since_1904) or cell._replace(fault=UNKNOWN)


# -- choosing the section --------------------------------------------------------------------------


def _text(value: str, found: Sequence[FormatSection]) -> str:
    """A text by the fourth section, or by the last if it has a mark for the text; otherwise unchanged."""
    if not found or not (len(found) == 4 or found[-1].has(Mark.TEXT)):
        return value
    last = found[-1]
    if not last.is_known or any(token.mark not in {Mark.TEXT, Mark.LITERAL} for token in last.tokens):
        return value
    if [token.mark for token in last.tokens] == [Mark.TEXT]:
        return value
    return "".join(value if token.mark is Mark.TEXT else token.text for token in last.tokens).strip()


def _number(value: Decimal, found: Sequence[FormatSection], *, since_1904: bool) -> Cell | None:
    chosen = _section(value, found)
    if chosen is None or not chosen[0].is_known:
        return None
    section, sign = chosen
    if len(found) == 1 and not section.tokens:
        return None  # `[DBNum1]` or `[Red]` alone: programs disagree on what it shows
    if section.is_date:
        date = date_text(section, value, since_1904=since_1904)
        return date and _date(date)
    digits = number_text(section, abs(value))
    if digits is None:
        return None
    text = digits.text.strip()
    is_zero = section.has(Mark.DIGIT) and not section.numerals and not any(char in "123456789" for char in text)
    exact = "" if digits.is_whole else plain(value)
    return Cell(text if is_zero else f"{sign}{text}", exact=exact)


def _section(value: Decimal, found: Sequence[FormatSection]) -> tuple[FormatSection, str] | None:
    """The section for a number, and the sign to write before it; None if uncertain."""
    numeric = found[:-1] if len(found) == 4 or (len(found) > 1 and found[-1].has(Mark.TEXT)) else found
    minus = "-" if value < 0 else ""
    if not numeric:
        return None
    if all(section.condition is None for section in numeric):
        if len(numeric) == 1 or value > 0:
            return numeric[0], minus
        return (numeric[1], "") if value < 0 else (numeric[-1] if len(numeric) > 2 else numeric[0], "")
    return _by_condition(value, numeric, minus)


def _by_condition(value: Decimal, numeric: Sequence[FormatSection], minus: str) -> tuple[FormatSection, str] | None:
    """The first section whose condition is met; a last section without a condition applies to all others.

    Programs disagree on whether a negative number keeps its sign in a section after the first.
    """
    if any(section.condition is None for section in numeric[:-1]):
        return None
    section = next((section for section in numeric if section.takes(value)), None)
    if section is None:
        return None
    compare, bound = section.condition or ("", Decimal(0))
    is_negative_only = (compare == "<" and bound <= 0) or (compare in {"<=", "="} and bound < 0)
    if minus and not is_negative_only and section is not numeric[0]:
        return None
    return section, "" if is_negative_only else minus


def _date(date: ShownDate) -> Cell:
    text = date.text.strip()
    if date.day is None:
        return Cell(text)
    if not date.is_full:
        return Cell(text, is_date=True, exact=date.day.isoformat())
    if date.time is None and YEAR_FIRST.fullmatch(text):
        return Cell(text, is_date=True)
    moment = date.day.isoformat() if date.time is None else dt.datetime.combine(date.day, date.time).isoformat(" ")
    return Cell(moment, is_date=True)
