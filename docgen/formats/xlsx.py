"""An Excel workbook → the grids of its visible sheets.  The only module that knows openpyxl's reader.

openpyxl's parser of cells is used without load_workbook: that one builds styles, links, pictures, print
areas, the runs of every text and every cell of every merged range, none of which an intake needs, and
fails on each it dislikes.  So types, dates and epochs are read as openpyxl reads them, in a fifth of the time.
Macros are never run, external links never followed.

Parts are parsed by the standard library in C: `guard` has refused every file with a DTD in it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple
from xml.etree.ElementTree import Element, iterparse

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH
from openpyxl.worksheet._reader import (
    DATA_TAG,
    FORMULA_TAG,
    INLINE_STRING,
    MERGE_TAG,
    ROW_TAG,
    VALUE_TAG,
    WorkSheetParser,
)
from openpyxl.xml.constants import REL_NS, SHEET_MAIN_NS

from docgen.formats.grid import HELD_ROWS, Book, Cell, Extent, Grid, cell_of, grid
from docgen.formats.package import RELATIONS, Package, open_package
from docgen.formats.properties import book_of, custom_properties, own_sheets
from docgen.formats.refusals import clear_errors

# ISO 29500 Strict differs from what is read here by its namespaces
_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = (
    (_STRICT + b"officeDocument/customProperties", b"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"),
    (_STRICT + b"officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
    (_STRICT + b"spreadsheetml/", b"http://schemas.openxmlformats.org/spreadsheetml/2006/"),
    (_STRICT + b"drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)  # fmt: skip


_MAIN, _ID = f"{{{SHEET_MAIN_NS}}}", f"{{{REL_NS}}}id"
_TABLE, _STRING, _RUN, _TEXT = f"{_MAIN}sst", f"{_MAIN}si", f"{_MAIN}r", f"{_MAIN}t"
#: A sheet whose XML is longer than this is no form; it is read as a table, row by row.
LONG_SHEET = 4 * 2**20
_VISIBLE = {None, "visible"}
_MERGED_RANGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z0-9:$]+)\"")
_LAST_ROW = re.compile(rb"<(?:\w+:)?dimension\s+ref=\"[A-Z]+\d+:[A-Z]+(\d+)\"")
_CHUNK = 2**20


def read_book(path: Path) -> Book:
    """The workbook at `path`; hidden sheets are left out, for nobody has looked at them
    (rows and columns folded away inside a sheet are read).

    Raises SourceError for whatever cannot be read; for a long sheet while its rows are gone through.
    """
    with _clear_errors(path):
        opened = _as_transitional(path)
        with opened() as package:
            properties = custom_properties(package)
            sheets = _Sheets(path, opened, _shared(package))
            return book_of(list(sheets.grids(package, own_sheets(properties))), properties)


def _clear_errors(path: Path) -> AbstractContextManager[None]:
    return clear_errors(path, "the workbook", "open it in Excel and save it again as .xlsx")


class _Formats(NamedTuple):
    """The numbers of the cell styles that show a date, a duration, a percentage."""

    dates: frozenset[int]
    durations: frozenset[int]
    percents: frozenset[int]


class _Shared(NamedTuple):
    """What is told of all sheets: names and parts of the visible ones in order, texts, epoch, formats."""

    sheets: tuple[tuple[str, str], ...]
    strings: list[str]
    epoch: datetime
    formats: _Formats


class _Sheets:
    """The sheets of one workbook, each read by itself."""

    def __init__(self, path: Path, opened: Callable[[], Package], shared: _Shared) -> None:
        self._path = path
        self._opened = opened
        self._shared = shared

    def grids(self, archive: Package, without: frozenset[str]) -> Iterator[Grid]:
        """The visible sheets in order; of those `without` answers nothing but the name."""
        for title, part in self._shared.sheets:
            if title in without:
                yield grid(title, ())
                continue
            if archive.size(part) > LONG_SHEET:
                yield self._long_grid(archive, part, title)
                continue
            root = archive.parse(part)
            merged = [_extent(one.get("ref", "")) for one in root.iterfind(f"{MERGE_TAG}/*")]
            rows = self._rows(root.iterfind(f"{DATA_TAG}/{ROW_TAG}"))
            yield grid(title, (cell for row in rows for cell in row), merged)

    def _long_grid(self, archive: Package, part: str, title: str) -> Grid:
        """The first rows of a long sheet; the others are read anew whenever they are gone through."""
        with archive.open(part) as source:
            merged = [_extent(reference) for reference in _merged_ranges(source)]
        with archive.open(part) as source:
            head = list(islice(self._rows(_streamed(source, DATA_TAG, ROW_TAG)), HELD_ROWS))
        held = grid(title, (cell for row in head for cell in row), merged)
        with archive.open(part) as source:
            said = _LAST_ROW.search(source.read(_CHUNK).partition(b"<sheetData")[0])
        return replace(held, more=partial(self._rows_after, part, len(head)), length=int(said[1]) if said else None)

    def _rows_after(self, part: str, held: int) -> Iterator[tuple[int, Mapping[int, Cell]]]:
        rows = self._reopened(part)
        for cells in islice(rows, held, None):
            if cells:
                yield cells[0][0], {column: cell for _, column, cell in cells}

    def _reopened(self, part: str) -> Iterator[list[tuple[int, int, Cell]]]:
        with self._opened() as archive, archive.open(part) as source:
            rows = self._rows(_streamed(source, DATA_TAG, ROW_TAG))
            while True:
                with _clear_errors(self._path):  # row by row: what is done between two rows is not ours to judge
                    row = next(rows, None)
                if row is None:
                    return
                yield row

    def _rows(self, elements: Iterable[Any]) -> Iterator[list[tuple[int, int, Cell]]]:
        """The cells of each row (row, column, cell)."""
        formats = self._shared.formats
        parser = _CellParser(
            b"", self._shared.strings, data_only=True, epoch=self._shared.epoch,
            date_formats=formats.dates, timedelta_formats=formats.durations,
        )  # fmt: skip
        for element in elements:
            found = [cell for cell in parser.parse_row(element)[1] if cell["value"] is not None]
            yield [(cell["row"], cell["column"], self._cell(cell)) for cell in found]

    def _cell(self, found: dict[str, Any]) -> Cell:
        value = found["value"]
        if found["data_type"] == "e":
            return Cell(str(value), "cell-error")
        if found["data_type"] == "f":
            return Cell(str(value), "formula-without-value")
        return cell_of(value, percent=found["style_id"] in self._shared.formats.percents)


class _CellParser(WorkSheetParser):
    """openpyxl's parser of cells, which also tells a formula without a stored result from an empty cell."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """The cell as openpyxl gives it; type `f` and the formula where its result was never stored."""
        if element.get("t") == "inlineStr" and (string := element.find(INLINE_STRING)) is not None:
            value = Element(VALUE_TAG)
            value.text = _text(string)
            element.insert(0, value)
            element.set("t", "str")
        found: dict[str, Any] = super().parse_cell(element)
        if found["value"] is None:
            formula = element.find(FORMULA_TAG)
            # a result that is an empty text has its type stored, and is one
            if formula is not None and not (element.get("t") == "str" and element.find(VALUE_TAG) is not None):
                found |= {"value": f"={formula.text or ''}", "data_type": "f"}
        return found


# -- what the sheets share -------------------------------------------------------------------------


def _shared(archive: Package) -> _Shared:
    book = next(iter(archive.related("", "/officeDocument").values()), "")
    root = archive.parse(book)
    parts = archive.related(book, "/worksheet")
    visible = (sheet for sheet in root.iterfind(f"{_MAIN}sheets/{_MAIN}sheet") if sheet.get("state") in _VISIBLE)
    properties = root.find(f"{_MAIN}workbookPr")
    counts_from_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
    return _Shared(
        sheets=tuple((sheet.get("name", ""), parts[key]) for sheet in visible if (key := sheet.get(_ID, "")) in parts),
        strings=_strings(archive, archive.related(book, "/sharedStrings").values()),
        epoch=MAC_EPOCH if counts_from_1904 else WINDOWS_EPOCH,
        formats=_formats(archive, archive.related(book, "/styles").values()),
    )  # fmt: skip


def _strings(archive: Package, parts: Iterable[str]) -> list[str]:
    """The texts that the cells of all sheets refer to by number."""
    texts = []
    for part in parts:
        with archive.open(part) as source:
            texts += [_text(string).replace("x005F_", "") for string in _streamed(source, _TABLE, _STRING)]
    return texts


def _text(string: Element) -> str:
    """A text without its formatting and without what tells how to pronounce it (ISO 29500-1, 18.4.8)."""
    runs = (run.find(_TEXT) for run in string.iterfind(_RUN))
    return "".join(one.text or "" for one in (string.find(_TEXT), *runs) if one is not None)


def _streamed(source: IO[bytes], parent: str, child: str) -> Iterator[Element]:
    """The children of this name in the one element `parent`, one at a time: of those gone through nothing stays."""
    holder = Element(parent)
    for event, element in iterparse(source, ("start", "end")):
        if event == "start":
            holder = element if element.tag == parent else holder
        elif element.tag == child:
            yield element
            holder.clear()


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


def _formats(archive: Package, parts: Iterable[str]) -> _Formats:
    """How the cell styles, by number, show a number."""
    codes: list[str] = []
    for part in parts:
        root = archive.parse(part)
        own = {_number(one): one.get("formatCode", "") for one in root.iterfind(f"{_MAIN}numFmts/{_MAIN}numFmt")}
        numbers = map(_number, root.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf"))
        codes += [own.get(number) or BUILTIN_FORMATS.get(number, "") for number in numbers]
    return _Formats(
        dates=frozenset(number for number, code in enumerate(codes) if is_date_format(code)),
        durations=frozenset(number for number, code in enumerate(codes) if is_timedelta_format(code)),
        percents=frozenset(number for number, code in enumerate(codes) if "%" in code),
    )


def _number(style: Any) -> int:
    return int(style.get("numFmtId", 0))


def _as_transitional(path: Path) -> Callable[[], Package]:
    """What opens the package in the namespaces that openpyxl knows: itself, or a copy in memory of a Strict one."""
    with open_package(path) as package:
        if _STRICT not in package.read(RELATIONS):
            return partial(open_package, path)
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w") as target:
            for name in package.names():
                if not name.lower().endswith((".xml", ".rels")):
                    continue
                content = package.read(name)
                if _STRICT in content:
                    for strict, transitional in _TRANSITIONAL:
                        content = content.replace(strict, transitional)
                target.writestr(name, content)
    return lambda: Package(path, io.BytesIO(copy.getvalue()))
