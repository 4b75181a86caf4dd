"""Read a binary Excel workbook (.xlsb, [MS-XLSB]) into the grids of its sheets.

Own code reads the records: no maintained library shows merged ranges, errors, number formats or struck-out
text.  The first rows of a long sheet are kept, the others are read again at each iteration.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from docgen.formats import symbols
from docgen.formats.budgets import (
    LAST_COLUMN,
    LONGEST_TEXT,
    MOST_CELLS,
    MOST_HIDDEN,
    MOST_MERGED,
    MOST_SHEETS,
    Budget,
    HeldCells,
)
from docgen.formats.cells import number_cell, text_cell
from docgen.formats.detect import main_part
from docgen.formats.grid import HELD_ROWS, Book, Cell, Extent, Grid, grid
from docgen.formats.margins import margin_texts
from docgen.formats.package import Package, open_package, reading
from docgen.formats.properties import book_of, custom_properties
from docgen.formats.refusals import AS_WORKBOOK, clear_errors, each_clearly, require_on_sheet
from docgen.formats.skimming import passing
from docgen.formats.xlsb_records import Shared, records, shared, text_at
from docgen.formats.xlsx_notes import NoteBudget, Notes, beside, floating_of, notes_of
from docgen.formats.xml_events import MOST_ELEMENTS
from docgen.language import tr

_ROW, _COLUMN, _SHEET, _MERGED, _FILTER, _BOOK_SETTINGS = 0, 60, 156, 176, 163, 153
_BLANK, _RK, _ERROR, _BOOL, _REAL, _TEXT, _SHARED = 1, 2, 3, 4, 5, 6, 7
_FORMULA_TEXT, _FORMULA_REAL, _FORMULA_BOOL, _FORMULA_ERROR, _RICH_TEXT = 8, 9, 10, 11, 62
#: A cell directly right of the previous one omits its column; the short record kinds are this much higher.
_SHORT, _FROM_FULL = range(12, 19), 11
_CELLS = {*range(_BLANK, _FORMULA_ERROR + 1), _RICH_TEXT}
_IS_ROW_HIDDEN, _IS_COLUMN_HIDDEN, _COUNTS_FROM_1904 = 0x10, 1, 1
_VISIBLE = 0
_U32 = struct.Struct("<I")
#: Stands for a cell that is only counted.
_COUNTED = Cell("-")
_COMMENT, _COMMENT_TEXT, _PAGE_MARGINS = 635, 637, 479
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip


def read_binary_book(path: Path) -> Book:
    """The .xlsb workbook at `path`.  Raises SourceError if it cannot be read."""
    with reading(path, tr("the workbook"), AS_WORKBOOK) as package:
        main = main_part(package) or "xl/workbook.bin"
        parts = package.related(main, "/worksheet")
        listed: list[tuple[str, str, bool]] = []
        sheets = Budget(MOST_SHEETS, "sheets")
        counts_from_1904 = False
        for kind, content in records(package.read(main)):
            if kind == _SHEET:
                sheets.spend()
                state = struct.unpack_from("<I", content)[0]
                relation, at = text_at(content, 8)
                if relation in parts:
                    listed.append((text_at(content, at)[0], parts[relation], state == _VISIBLE))
            elif kind == _BOOK_SETTINGS:
                counts_from_1904 = bool(content[0] & _COUNTS_FROM_1904)
        reader = _BinarySheets(path, shared(package, main), counts_from_1904=counts_from_1904)
        found = [(reader.grid(package, title, part), is_visible) for title, part, is_visible in listed]
        book = book_of((sheet for sheet, is_visible in found if is_visible), custom_properties(package))
        return replace(book, hidden=tuple(sheet for sheet, is_visible in found if not is_visible))


@dataclass
class _Aside:
    """The properties of one sheet in its records, besides the cells."""

    merged: list[Extent] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)  # hidden ones
    columns: set[int] = field(default_factory=set)  # hidden ones
    is_filtered: bool = False
    margins: list[str] = field(default_factory=list)  # page headers and footers, as written
    is_rest: bool = False  # the first rows have been read, and further cells are only counted


class _BinarySheets:
    """The sheets of one workbook."""

    def __init__(self, path: Path, about: Shared, *, counts_from_1904: bool) -> None:
        self._path = path
        self._shared = about
        self._counts_from_1904 = counts_from_1904
        self._cells = Budget(MOST_CELLS, "cells")
        self._held = HeldCells()
        self._elements, self._notes = Budget(MOST_ELEMENTS, tr("elements of XML")), NoteBudget()
        self._hidden = Budget(MOST_HIDDEN, tr("hidden columns"))
        self._merged = Budget(MOST_MERGED, tr("merged ranges"))

    def grid(self, package: Package, title: str, part: str) -> Grid:
        """Read a sheet to its end, since merged ranges come after the rows."""
        aside = _Aside()
        rows = self._rows(package.read(part), aside)
        head = []
        for found in islice(rows, HELD_ROWS):
            self._held.spend(cell.text for cell in found[1].values())
            head.append(found)
        last = 0
        aside.is_rest = True
        for row, _ in rows:
            last = row
        cells = ((row, column, cell) for row, cells in head for column, cell in cells.items())
        seen = {at: note for at, note in self._comments(package, part).items() if not last or at[0] <= head[-1][0]}
        held = grid(title, cells, aside.merged, notes=seen)
        return replace(
            held,
            floating=floating_of(package, part, self._elements, self._notes),
            more=(lambda skim: passing(self._rows_after(part, len(head)), skim)) if last else None,
            length=last or None,
            hidden_rows=frozenset() if aside.is_filtered else frozenset(aside.rows),
            filtered_rows=frozenset(aside.rows) if aside.is_filtered else frozenset(),
            hidden_columns=frozenset(aside.columns),
            margins=margin_texts(*aside.margins),
        )

    def _comments(self, package: Package, part: str) -> Notes:
        """The comments on a sheet: in records ([MS-XLSB] 2.1.7.7), threads as in .xlsx."""
        found: Notes = {}
        at = (0, 0)
        for target in beside(package, part, "/comments"):
            for kind, record in records(package.read(target)):
                if kind == _COMMENT:
                    self._notes.notes.spend()
                    row, _, column, _ = struct.unpack_from("<4I", record, 4)
                    at = (row + 1, column + 1)
                elif kind == _COMMENT_TEXT:
                    found[at] = self._shared.rich_text(record, 0)[0][:LONGEST_TEXT].strip()
                    self._notes.characters.spend(len(found[at]))
        return found | notes_of(package, part, self._elements, self._notes, only_threads=True)

    def _rows_after(self, part: str, held: int) -> Iterator[tuple[int, Mapping[int, Cell]]]:
        with clear_errors(self._path, tr("the workbook"), AS_WORKBOOK), open_package(self._path) as package:
            content = package.read(part)
        again = _BinarySheets(self._path, self._shared, counts_from_1904=self._counts_from_1904)
        rows = islice(again._rows(content, _Aside()), held, None)
        yield from each_clearly(self._path, tr("the workbook"), AS_WORKBOOK, rows)

    def _rows(self, content: bytes, aside: _Aside) -> Iterator[tuple[int, dict[int, Cell]]]:
        """The cells of each row that has any, by column."""
        row = column = 0
        cells: dict[int, Cell] = {}
        for kind, record in records(content):
            if kind in _SHORT:
                kind, record = kind - _FROM_FULL, _U32.pack(column) + record
            if kind in _CELLS:
                column = _U32.unpack_from(record)[0] + 1
                require_on_sheet(1, column)
                cell = (_COUNTED if aside.is_rest else self._cell(kind, record)) if kind != _BLANK else None
                if cell is not None:
                    self._cells.spend()
                    cells[column] = cell
            elif kind == _ROW:
                if cells:
                    yield row, dict(sorted(cells.items()))
                    cells = {}
                row = _U32.unpack_from(record)[0] + 1
                require_on_sheet(row, 1)
                if len(record) > 11 and record[11] & _IS_ROW_HIDDEN:
                    aside.rows.add(row)
            else:
                self._see_aside(kind, record, aside)
        if cells:
            yield row, dict(sorted(cells.items()))

    def _see_aside(self, kind: int, record: bytes, aside: _Aside) -> None:
        if kind == _MERGED:
            self._merged.spend()
            top, bottom, left, right = struct.unpack_from("<4I", record)
            aside.merged.append(Extent(top + 1, left + 1, bottom + 1, right + 1))
        elif kind == _COLUMN and len(record) > 16 and record[16] & _IS_COLUMN_HIDDEN:
            first, last = struct.unpack_from("<2I", record)
            hidden = range(first + 1, min(last + 1, LAST_COLUMN) + 1)
            self._hidden.spend(len(hidden))
            aside.columns.update(hidden)
        elif kind == _FILTER:
            aside.is_filtered = True
        elif kind == _PAGE_MARGINS:
            aside.margins += _margins(record)

    def _cell(self, kind: int, record: bytes) -> Cell | None:
        """The cell in a record; None for an empty text."""
        number = struct.unpack_from("<I", record, 4)[0] & 0xFFFFFF
        style = self._shared.style(number)
        if kind == _SHARED:
            text, struck = self._shared.texts[struct.unpack_from("<I", record, 8)[0]]
            text = symbols.shown(text) if style.is_symbols else text
            if style.is_struck:
                text, struck = "", text + struck
            return text_cell(text, code=style.code, struck=struck) if text or struck else None
        if kind in {_TEXT, _FORMULA_TEXT, _RICH_TEXT}:
            text, struck = self._shared.rich_text(record, 8) if kind == _RICH_TEXT else (text_at(record, 8)[0], "")
            cell = text_cell(symbols.shown(text) if style.is_symbols else text, code=style.code, struck=struck)
        elif kind in {_ERROR, _FORMULA_ERROR}:
            cell = Cell(_ERRORS.get(record[8], f"#ERROR {record[8]}"), "cell-error")
        elif kind in {_BOOL, _FORMULA_BOOL}:
            cell = Cell("TRUE" if record[8] else "FALSE")
        else:
            value = _packed(record) if kind == _RK else struct.unpack_from("<d", record, 8)[0]
            cell = number_cell(value, style.code, counts_from_1904=self._counts_from_1904)
        if style.is_struck:
            cell = Cell("", struck=cell.text + cell.struck)
        return None if cell.is_blank else cell


def _margins(record: bytes) -> Iterator[str]:
    """The page headers and footers ([MS-XLSB] 2.4.70, BrtBeginHeaderFooter): of odd, even and first pages."""
    flags, at = struct.unpack_from("<H", record)[0], 2
    for is_used in (True, flags & 1, flags & 2):
        for _ in range(2):
            text, at = text_at(record, at)
            if is_used:
                yield text


def _packed(record: bytes) -> float:
    """A number in four bytes ([MS-XLSB] 2.5.122, RkNumber)."""
    packed = struct.unpack_from("<I", record, 8)[0]
    whole = packed & 0xFFFFFFFC
    value: float = float(struct.unpack("<i", struct.pack("<I", whole))[0] >> 2)
    if not packed & 2:
        value = struct.unpack("<d", struct.pack("<Q", whole << 32))[0]
    return value / 100 if packed & 1 else value
