"""Make one cell of an OpenDocument spreadsheet from its text and its typed value."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from docgen.formats.cells import PICTURE, is_picture, text_cell
from docgen.formats.grid import Cell, cell_of
from docgen.formats.number_formats import YEAR_FIRST, plain, shown
from docgen.formats.ods_styles import TABLE, DataStyle
from docgen.formats.ods_texts import OFFICE, CellTexts
from docgen.formats.xml_events import Attributes
from docgen.patterns import regex

_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
_NUMBERS = frozenset({"float", "percentage", "currency"})
_FAULTY = regex(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)|Err:\d+")
_DURATION = regex(r"PT(\d{1,9})H(\d{1,9})M(\d{1,9})(?:\.\d+)?S")
_WHOLE_NUMBER = regex(r"-?\d{1,40}")


def shown_cell(attributes: Attributes, texts: CellTexts, style: DataStyle | None) -> Cell:
    """What the cell shows; a formula without a result, an error and a picture each have a fault."""
    text, struck = texts.text or "", texts.struck
    kind = attributes.get(f"{OFFICE} value-type")
    formula = attributes.get(f"{TABLE} formula")
    if formula is not None:
        if is_picture(formula):
            return Cell("", PICTURE)
        if attributes.get(f"{_CALC} value-type") == "error" or _FAULTY.fullmatch(text):
            return Cell(text or "#ERROR", "cell-error")
        if kind is None and texts.text is None:
            return Cell(re.sub(r"^\w+:(?==)", "", formula), "formula-without-value")
    if struck and not text.strip():
        return text_cell("", struck=struck)
    if kind in _NUMBERS and text.upper() in {"TRUE", "FALSE"}:  # a truth value in a number cell
        return Cell(text.upper())
    cell = _typed(attributes, texts.text, kind, style)
    if cell is None:
        written = attributes.get(f"{OFFICE} string-value", "") if texts.text is None else text
        return text_cell(written, struck=struck)
    return cell


def _typed(attributes: Attributes, text: str | None, kind: str | None, style: DataStyle | None) -> Cell | None:
    """The cell of a typed value; None if it is a text, or the value is not valid."""
    if kind in _NUMBERS:
        return _of_number(attributes.get(f"{OFFICE} value", ""), text, kind == "percentage", style)
    if kind == "boolean":
        return cell_of(attributes.get(f"{OFFICE} boolean-value") == "true")
    if kind == "date":
        return _of_date(attributes.get(f"{OFFICE} date-value", ""), text, style)
    if kind == "time":
        value = _duration(attributes.get(f"{OFFICE} time-value", ""))
        return None if value is None else Cell(text) if text else cell_of(value)
    return None


def _of_number(written: str, text: str | None, is_percent: bool, style: DataStyle | None) -> Cell | None:
    try:
        value = int(written) if _WHOLE_NUMBER.fullmatch(written) else float(written)
    except ValueError:
        return None
    cell = shown(value, "")
    if cell.fault or (text is not None and "!." in text):  # LibreOffice shows the escape of Chinese formats (0!.0,"万")
        return cell
    if text is not None and style is not None and not style.is_general:
        return Cell(text, exact=cell.text if style.hides(Decimal(cell.text)) else "")
    return Cell(f"{plain(100 * Decimal(cell.text))}%") if is_percent else cell


def _of_date(written: str, text: str | None, style: DataStyle | None) -> Cell | None:
    try:
        value = dt.datetime.fromisoformat(written)
    except ValueError:
        return None
    parts = style.parts if style else frozenset("ymd")
    if text is None or style is None or not parts:
        return cell_of(value)
    if not parts & set("ymdwgq"):
        return Cell(text)  # only the time
    if not set("ymd") <= parts:
        return Cell(text, is_date=True, exact=value.date().isoformat())
    if YEAR_FIRST.fullmatch(text):
        return Cell(text, is_date=True)
    return cell_of(value if "h" in parts else value.date())


def _duration(written: str) -> dt.time | dt.timedelta | None:
    """`PT03H04M00S`: a time of day, or a duration if it is a day or longer."""
    found = _DURATION.fullmatch(written)
    if found is None:
        return None
    long = dt.timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3]))
    return (dt.datetime.min + long).time() if long < dt.timedelta(days=1) else long
