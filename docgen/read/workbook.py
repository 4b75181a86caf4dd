"""An Excel workbook → the grids of its visible sheets.  The only module that knows openpyxl's reader.

openpyxl's parts are put together here instead of calling load_workbook: that one builds styles,
links, pictures, print areas and every cell of every merged range, none of which an intake needs, and
fails on each it dislikes.  The parser of cells is its own, so types, dates and epochs are read as
openpyxl reads them.  Macros are never run, external links never followed.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

from defusedxml.ElementTree import fromstring
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils import range_boundaries
from openpyxl.worksheet._reader import DATA_TAG, FORMULA_TAG, MERGE_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.constants import ARC_STYLE, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from docgen.errors import DocgenError, SourceError
from docgen.read.grid import HELD_ROWS, Book, Cell, Extent, Grid, cell_of, grid
from docgen.read.properties import book_of, custom_properties, own_sheets

# ISO 29500 Strict differs from what openpyxl reads by its namespaces
_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = (
    (_STRICT + b"officeDocument/customProperties", b"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"),
    (_STRICT + b"officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
    (_STRICT + b"spreadsheetml/", b"http://schemas.openxmlformats.org/spreadsheetml/2006/"),
    (_STRICT + b"drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)  # fmt: skip


_MAIN = f"{{{SHEET_MAIN_NS}}}"
#: A sheet whose XML is longer than this is no form; it is read as a table, row by row.
LONG_SHEET = 4 * 2**20
_MERGED_RANGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z0-9:$]+)\"")
_CHUNK = 2**20


def read_book(path: Path) -> Book:
    """The workbook at `path`; hidden sheets are left out, for nobody has looked at them
    (rows and columns folded away inside a sheet are read).

    Raises SourceError for whatever cannot be read; for a long sheet while its rows are gone through.
    """
    with _clear_errors(path), path.open("rb") as file:
        source = _as_transitional(file)
        reader = ExcelReader(source, read_only=True, data_only=True, keep_links=False)
        with reader.archive as archive:
            reader.read_manifest()
            reader.read_strings()
            reader.read_workbook()
            properties = custom_properties(archive)
            sheets = _Sheets(path, path if source is file else source, reader, _formats(archive))
            return book_of(list(sheets.grids(archive, own_sheets(properties))), properties)


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of extensions it does not know; none holds an answer
            yield
    except DocgenError:
        raise
    except Exception as cause:  # openpyxl raises nine types, down to KeyError and TypeError
        raise SourceError(
            f"{path}: the workbook cannot be read: {type(cause).__name__}: {cause}",
            "open it in Excel and save it again as .xlsx",
        ) from cause


class _Formats(NamedTuple):
    """The numbers of the cell styles that show a date, a duration, a percentage."""

    dates: frozenset[int]
    durations: frozenset[int]
    percents: frozenset[int]


class _Sheets:
    """The sheets of one workbook: strings, styles and dates are shared, each sheet's XML is read by itself."""

    def __init__(self, path: Path, package: Path | IO[bytes], reader: Any, formats: _Formats) -> None:
        self._path = path
        self._package = package
        self._reader = reader
        self._formats = formats

    def grids(self, archive: zipfile.ZipFile, without: frozenset[str]) -> Iterator[Grid]:
        """The visible sheets in order; of those `without` answers nothing but the name."""
        for sheet, relation in self._reader.parser.find_sheets():
            is_sheet = relation.Type.endswith("/worksheet") and relation.target in self._reader.valid_files
            if not is_sheet or (sheet.state or "visible") != "visible":
                continue
            if sheet.name in without:
                yield grid(sheet.name, ())
                continue
            if archive.getinfo(relation.target).file_size > LONG_SHEET:
                yield self._long_grid(archive, relation.target, sheet.name)
                continue
            merged: list[Extent] = []
            with archive.open(relation.target) as source:
                rows = list(self._rows(source, merged))
            yield grid(sheet.name, (cell for row in rows for cell in row), merged)

    def _long_grid(self, archive: zipfile.ZipFile, part: str, title: str) -> Grid:
        """The first rows of a long sheet; the others are read anew whenever they are gone through."""
        with archive.open(part) as source:
            merged = [_extent(reference) for reference in _merged_ranges(source)]
        with archive.open(part) as source:
            head = list(islice(self._rows(source, []), HELD_ROWS))
        held = grid(title, (cell for row in head for cell in row), merged)
        return replace(held, more=partial(self._rows_after, part, len(head)))

    def _rows_after(self, part: str, held: int) -> Iterator[tuple[int, Mapping[int, Cell]]]:
        rows = self._reopened(part)
        for cells in islice(rows, held, None):
            if cells:
                yield cells[0][0], {column: cell for _, column, cell in cells}

    def _reopened(self, part: str) -> Iterator[list[tuple[int, int, Cell]]]:
        with zipfile.ZipFile(self._package) as archive, archive.open(part) as source:
            rows = self._rows(source, [])
            while True:
                with _clear_errors(self._path):  # row by row: what is done between two rows is not ours to judge
                    row = next(rows, None)
                if row is None:
                    return
                yield row

    def _rows(self, source: IO[bytes], merged: list[Extent]) -> Iterator[list[tuple[int, int, Cell]]]:
        """The cells of each row (row, column, cell); merged ranges are added to `merged` when they are met."""
        book = self._reader.wb
        parser = _CellParser(
            source, self._reader.shared_strings, data_only=True, epoch=book.epoch,
            date_formats=self._formats.dates, timedelta_formats=self._formats.durations,
        )  # fmt: skip
        rows: Any = None
        for event, element in iterparse(source, ("start", "end")):
            if event == "start":
                rows = element if element.tag == DATA_TAG else rows
            elif element.tag == ROW_TAG:
                found = [cell for cell in parser.parse_row(element)[1] if cell["value"] is not None]
                yield [(cell["row"], cell["column"], self._cell(cell)) for cell in found]
                rows.clear()  # nothing of the rows read so far stays
            elif element.tag == MERGE_TAG:
                merged += [_extent(one.get("ref")) for one in element]

    def _cell(self, found: dict[str, Any]) -> Cell:
        value = found["value"]
        if found["data_type"] == "e":
            return Cell(str(value), "cell_error")
        if found["data_type"] == "f":
            return Cell(str(value), "formula")
        return cell_of(value, percent=found["style_id"] in self._formats.percents)


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


def _merged_ranges(source: IO[bytes]) -> Iterator[str]:
    """The references of the merged ranges, which stand behind all rows, without reading these."""
    before = b""
    while chunk := source.read(_CHUNK):
        text = before + chunk
        end = text.rfind(b">") + 1
        yield from (found.decode() for found in _MERGED_RANGE.findall(text[:end]))
        before = text[end:]


def _extent(reference: str) -> Extent:
    left, top, right, bottom = range_boundaries(reference)
    return Extent(int(top or 1), int(left or 1), int(bottom or 1), int(right or 1))


def _formats(archive: zipfile.ZipFile) -> _Formats:
    """How the cell styles, by number, show a number.  openpyxl would build every font, fill and border, too."""
    own: dict[int, str] = {}
    codes: list[str] = []
    if ARC_STYLE in archive.namelist():
        root = fromstring(archive.read(ARC_STYLE), forbid_dtd=True)
        own = {_number(one): one.get("formatCode", "") for one in root.iterfind(f"{_MAIN}numFmts/{_MAIN}numFmt")}
        numbers = map(_number, root.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf"))
        codes = [own.get(number) or BUILTIN_FORMATS.get(number, "") for number in numbers]
    return _Formats(
        dates=frozenset(number for number, code in enumerate(codes) if is_date_format(code)),
        durations=frozenset(number for number, code in enumerate(codes) if is_timedelta_format(code)),
        percents=frozenset(number for number, code in enumerate(codes) if "%" in code),
    )


def _number(style: Any) -> int:
    return int(style.get("numFmtId", 0))


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
