"""An OpenDocument spreadsheet (.ods) → the grids of its visible sheets.

Its XML is read as it is: python-calamine shows neither the merged cells of .ods nor its errors, and an
answer beside a merged label is found by both.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from defusedxml.ElementTree import iterparse

from docgen.errors import SourceError
from docgen.formats.grid import Book, Cell, Extent, Grid, cell_of, grid
from docgen.formats.package import Package, reading
from docgen.formats.properties import book_of

#: So many cells at most may one sheet say to hold by repeating one over rows and columns.
MAX_CELLS = 500_000

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"

_SHEET, _ROW, _CELL = f"{_TABLE}table", f"{_TABLE}table-row", f"{_TABLE}table-cell"
_COVERED = f"{_TABLE}covered-table-cell"
_NUMBERS = {"float", "percentage", "currency"}
_SIGNS = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_ASIDE = (f"{_OFFICE}annotation", f"{_TEXT}note", f"{_TEXT}ruby-text", "{urn:oasis:names:tc:opendocument:xmlns:drawing")
_FAULTY = re.compile(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)|Err:\d+")
_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:\.\d+)?S")


def read_open_book(path: Path) -> Book:
    """The spreadsheet at `path`, without its hidden sheets.  Raises SourceError for whatever cannot be read."""
    hint = "open it in LibreOffice or Excel and save it as an .xlsx workbook"
    with reading(path, "the spreadsheet", hint) as package:
        with package.open("content.xml") as content:
            sheets = list(_OdsReader(path, content).grids())
        return book_of(sheets, _properties(package))


def _properties(package: Package) -> dict[str, str]:
    if package.find("meta.xml") is None:
        return {}
    root = package.parse("meta.xml")
    return {one.get(f"{_META}name", ""): one.text or "" for one in root.iter(f"{_META}user-defined")}


class _OdsReader:
    """The XML of all sheets, read once from beginning to end, each row thrown away when it is done."""

    def __init__(self, path: Path, content: IO[bytes]) -> None:
        self._path = path
        self._content = content
        self._hidden: set[str] = set()
        self._begin()

    def _begin(self) -> None:
        self._row = 1
        self._count = 0
        self._cells: list[tuple[int, int, Cell]] = []
        self._merged: list[Extent] = []

    def grids(self) -> Iterator[Grid]:
        """The visible sheets in order."""
        above: list[str] = []
        for event, element in iterparse(self._content, ("start", "end"), forbid_dtd=True):
            if event == "start":
                above.append(element.tag)
                continue
            above.pop()
            if element.tag == f"{_STYLE}style":
                self._see_style(element)
            elif element.tag == _ROW and above.count(_SHEET) == 1:
                self._read_row(element)
                element.clear()
            elif element.tag == _SHEET and above[-1] == f"{_OFFICE}spreadsheet":
                if element.get(f"{_TABLE}style-name") not in self._hidden:
                    yield grid(element.get(f"{_TABLE}name", ""), self._cells, self._merged)
                element.clear()
                self._begin()

    def _see_style(self, style: Any) -> None:
        properties = style.find(f"{_STYLE}table-properties")
        if properties is not None and properties.get(f"{_TABLE}display") == "false":
            self._hidden.add(style.get(f"{_STYLE}name", ""))

    def _read_row(self, row: Any) -> None:
        repeated = _number(row, "number-rows-repeated")
        column = 1
        for element in row:
            if element.tag not in {_CELL, _COVERED}:
                continue
            width = _number(element, "number-columns-repeated")
            if element.tag == _CELL:
                self._put(_cell(element), column, width, repeated)
                self._see_span(element, column)
            column += width
        self._row += repeated

    def _put(self, cell: Cell, column: int, width: int, height: int) -> None:
        if not cell.text.strip():
            return
        self._count += width * height - 1
        if self._count > MAX_CELLS:
            raise SourceError(
                f"{self._path}: refused as unsafe: a sheet repeats a cell more than {MAX_CELLS:,} times",
                "open it in LibreOffice or Excel and save it as an .xlsx workbook",
            )
        for row in range(self._row, self._row + height):
            self._cells += [(row, place, cell) for place in range(column, column + width)]

    def _see_span(self, element: Any, column: int) -> None:
        right = column + _number(element, "number-columns-spanned") - 1
        bottom = self._row + _number(element, "number-rows-spanned") - 1
        if (bottom, right) != (self._row, column):
            self._merged.append(Extent(self._row, column, bottom, right))


def _number(element: Any, name: str) -> int:
    return max(int(element.get(f"{_TABLE}{name}", "1")), 1)


# -- cells -----------------------------------------------------------------------------------------


def _cell(element: Any) -> Cell:
    """What the cell holds, as `cell_of` says it; a formula without a result and an error have their faults."""
    paragraphs = [one for one in element if one.tag == f"{_TEXT}p"]
    shown = "\n".join(_text(paragraph) for paragraph in paragraphs)
    kind = element.get(f"{_OFFICE}value-type")
    formula = element.get(f"{_TABLE}formula")
    if formula is not None:
        if element.get(f"{_CALC}value-type") == "error" or _FAULTY.fullmatch(shown):
            return Cell(shown or "#ERROR", "cell-error")
        if kind is None and not paragraphs:
            return Cell(re.sub(r"^\w+:(?==)", "", formula), "formula-without-value")
    if kind in _NUMBERS and shown.upper() in {"TRUE", "FALSE"}:  # a truth value in a cell of numbers
        return Cell(shown.upper())
    value = _value(element, kind)
    if value is None:
        text = shown if paragraphs else element.get(f"{_OFFICE}string-value", "")
        return Cell(text)
    return cell_of(value, percent=kind == "percentage")


def _value(element: Any, kind: str | None) -> object:
    """The typed value of the cell, None where it is a text or cannot be understood."""
    if kind in _NUMBERS:
        written = element.get(f"{_OFFICE}value", "")
        try:
            return int(written) if re.fullmatch(r"-?\d{1,300}", written) else float(written)
        except ValueError:
            return None
    if kind == "boolean":
        return element.get(f"{_OFFICE}boolean-value") == "true"
    if kind == "date":
        try:
            return dt.datetime.fromisoformat(element.get(f"{_OFFICE}date-value", ""))
        except ValueError:
            return None
    if kind == "time":
        return _duration(element.get(f"{_OFFICE}time-value", ""))
    return None


def _duration(written: str) -> dt.time | dt.timedelta | None:
    """`PT03H04M00S`: a time of day, or how long something takes where that is a day or more."""
    found = _DURATION.fullmatch(written)
    if found is None:
        return None
    long = dt.timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3]))
    return (dt.datetime.min + long).time() if long < dt.timedelta(days=1) else long


def _text(element: Any) -> str:
    """The text of a paragraph, without comments and pictures; runs of white space count as one space."""
    pieces = [_folded(element.text)]
    for child in element:
        if child.tag == f"{_TEXT}s":
            pieces.append(" " * min(int(child.get(f"{_TEXT}c", "1")), 1000))
        elif child.tag in _SIGNS:
            pieces.append(_SIGNS[child.tag])
        elif isinstance(child.tag, str) and not child.tag.startswith(_ASIDE):
            pieces.append(_text(child))
        pieces.append(_folded(child.tail))
    return "".join(pieces)


def _folded(text: str | None) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text or "")
