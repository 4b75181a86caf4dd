"""An Excel workbook → the grids of its visible sheets.  The only module that knows openpyxl's reader.

openpyxl's parts are put together here instead of calling load_workbook: that one builds styles,
links, pictures, print areas and every cell of every merged range, none of which an intake needs, and
fails on each it dislikes.  The parser of cells is its own, so types, dates and epochs are read as
openpyxl reads them.  Macros are never run, external links never followed.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import range_boundaries
from openpyxl.worksheet._reader import FORMULA_TAG, MERGE_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

from docgen.errors import DocgenError, SourceError
from docgen.read.grid import Book, Cell, Extent, Grid, cell_of, grid
from docgen.read.properties import book_of, custom_properties

# ISO 29500 Strict differs from what openpyxl reads by its namespaces
_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = (
    (_STRICT + b"officeDocument/customProperties", b"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"),
    (_STRICT + b"officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
    (_STRICT + b"spreadsheetml/", b"http://schemas.openxmlformats.org/spreadsheetml/2006/"),
    (_STRICT + b"drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)  # fmt: skip


def read_book(path: Path) -> Book:
    """The workbook at `path`; hidden sheets are left out, for nobody has looked at them
    (rows and columns folded away inside a sheet are read).

    Raises SourceError for whatever cannot be read.
    """
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of extensions it does not know; none holds an answer
            return _read(_as_transitional(file))
    except DocgenError:
        raise
    except Exception as cause:  # openpyxl raises nine types, down to KeyError and TypeError
        raise SourceError(
            f"{path}: the workbook cannot be read: {type(cause).__name__}: {cause}",
            "open it in Excel and save it again as .xlsx",
        ) from cause


def _read(file: IO[bytes]) -> Book:
    reader = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
    with reader.archive as archive:
        return _read_parts(reader, archive)


def _read_parts(reader: Any, archive: zipfile.ZipFile) -> Book:
    reader.read_manifest()
    reader.read_strings()
    reader.read_workbook()
    apply_stylesheet(archive, reader.wb)
    percents = _percent_styles(reader.wb)
    sheets = []
    for sheet, relation in reader.parser.find_sheets():
        is_sheet = relation.Type.endswith("/worksheet") and relation.target in reader.valid_files
        if is_sheet and (sheet.state or "visible") == "visible":
            with archive.open(relation.target) as source:
                sheets.append(_SheetReader(reader, source, percents).grid(sheet.name))
    return book_of(sheets, custom_properties(archive))


class _SheetReader:
    """One sheet's XML → its grid: cells and merged ranges in one pass, and nothing else of it."""

    def __init__(self, reader: Any, source: IO[bytes], percents: frozenset[int]) -> None:
        book = reader.wb
        self._parser = _CellParser(
            source, reader.shared_strings, data_only=True, epoch=book.epoch,
            date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
        )  # fmt: skip
        self._source = source
        self._percents = percents
        self._merged: list[Extent] = []

    def grid(self, title: str) -> Grid:
        """The sheet's grid; the XML is read to its end."""
        cells = list(self._cells())
        return grid(title, cells, self._merged)

    def _cells(self) -> Iterator[tuple[int, int, Cell]]:
        for _, element in iterparse(self._source):
            if element.tag == ROW_TAG:
                for found in self._parser.parse_row(element)[1]:
                    if found["value"] is not None:
                        yield found["row"], found["column"], self._cell(found)
                element.clear()
            elif element.tag == MERGE_TAG:
                self._merged += [_extent(merged.get("ref")) for merged in element]

    def _cell(self, found: dict[str, Any]) -> Cell:
        value = found["value"]
        if found["data_type"] == "e":
            return Cell(str(value), "cell_error")
        if found["data_type"] == "f":
            return Cell(str(value), "formula")
        return cell_of(value, percent=found["style_id"] in self._percents)


class _CellParser(WorkSheetParser):
    """openpyxl's parser of cells, which also tells a formula without a stored result from an empty cell."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """The cell as openpyxl gives it; type `f` and the formula where its result was never stored."""
        found: dict[str, Any] = super().parse_cell(element)
        if found["value"] is None:
            formula = element.find(FORMULA_TAG)
            # a result that is an empty text has its type stored, and is one
            if formula is not None and not (element.get("t") == "str" and element.find(VALUE_TAG) is not None):
                found |= {"value": f"={formula.text or ''}", "data_type": "f"}
        return found


def _extent(reference: str) -> Extent:
    left, top, right, bottom = range_boundaries(reference)
    return Extent(int(top or 1), int(left or 1), int(bottom or 1), int(right or 1))


def _percent_styles(book: Any) -> frozenset[int]:
    """The numbers of the cell styles that show a percent sign."""
    found = set()
    for number, style in enumerate(book._cell_styles):
        code = style.numFmtId
        shown = BUILTIN_FORMATS.get(code, "") if code < 164 else book._number_formats[code - 164]
        if "%" in shown:
            found.add(number)
    return frozenset(found)


def _as_transitional(file: IO[bytes]) -> IO[bytes]:
    """The package in the namespaces that openpyxl knows: itself, or a copy in memory of a Strict one."""
    with zipfile.ZipFile(file) as archive:
        if _STRICT not in archive.read("_rels/.rels"):
            return file
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w") as target:
            for name in archive.namelist():
                content = archive.read(name)
                if _STRICT in content:
                    for strict, transitional in _TRANSITIONAL:
                        content = content.replace(strict, transitional)
                target.writestr(name, content)
    return copy
