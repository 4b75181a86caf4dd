"""Read an old Excel workbook (.xls) into the grids of its sheets.  The only module that uses xlrd."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import xlrd

from docgen.formats import symbols
from docgen.formats.budgets import MB, Budget, HeldCells
from docgen.formats.cells import number_cell, struck_apart, text_cell
from docgen.formats.compound import Compound, is_compound, unlocked_records
from docgen.formats.format_codes import BUILTIN
from docgen.formats.grid import HELD_ROWS, Book, Cell, Grid, grid
from docgen.formats.margins import margin_texts
from docgen.formats.properties import SUMMARY, book_of, old_properties
from docgen.formats.refusals import AS_WORKBOOK, clear_errors, each_clearly
from docgen.formats.skimming import passing
from docgen.formats.xls_records import Encrypted, SheetRecords, WorkbookRecords
from docgen.language import tr

#: Bytes of the workbook stream; pictures in it are skipped.
_LONGEST = 64 * MB
#: The cells for which xlrd allocates memory: each row up to its last cell, plus this many per row for its work.
_MOST_PLACES, _OF_A_ROW = 20_000_000, 16
#: The encodings of a workbook older than Excel 97 that names none: the Chinese one, else the Western one.
_ENCODINGS = ("gb18030", "cp1252")
#: The positions of a font besides the line ([MS-XLS] 2.4.122, Font).
_POSITIONS = {1: "super", 2: "sub"}
_Row = list[tuple[int, int, Cell]]


def read_old_book(path: Path) -> Book:
    """The .xls workbook at `path`.  Raises SourceError if it cannot be read."""
    with clear_errors(path, tr("the workbook"), AS_WORKBOOK):
        stream, properties = _streams(path)
        try:
            records = WorkbookRecords(stream)
        except Encrypted:
            records = WorkbookRecords(unlocked_records(path))
        sheets = _OldSheets(path, records, _opened(records))
        found = [(sheets.grid(number), records.sheets[number].is_hidden) for number in range(len(records.sheets))]
        book = book_of((sheet for sheet, is_hidden in found if not is_hidden), properties)
        return replace(book, hidden=tuple(sheet for sheet, is_hidden in found if is_hidden))


def _streams(path: Path) -> tuple[bytes, dict[str, str]]:
    """The records of the workbook, and its text properties."""
    with path.open("rb") as file:
        if not is_compound(file.read(8)):  # as written by programs without compound files
            file.seek(0)
            return file.read(_LONGEST), {}
        compound = Compound(file)
        stream = compound.stream("Workbook", "Book", most=_LONGEST)
        has_properties = SUMMARY.casefold() in compound.names
        return stream, old_properties(compound.stream(SUMMARY, most=MB)) if has_properties else {}


def _opened(records: WorkbookRecords) -> xlrd.Book:
    options: dict[str, Any] = {"formatting_info": True, "on_demand": True, "ragged_rows": True}
    if records.is_book and (records.names_codepage or records.is_unicode):
        return xlrd.open_workbook(file_contents=records.stream, logfile=io.StringIO(), **options)
    for encoding in _ENCODINGS:
        try:
            return xlrd.open_workbook(
                file_contents=records.stream, logfile=io.StringIO(), encoding_override=encoding, **options
            )
        except UnicodeDecodeError:
            continue
    raise UnicodeError


def _code(book: xlrd.Book, key: int) -> str:
    """The code of a number format: the workbook's own, else that of the built-in format number, which xlrd knows
    in its American form."""
    own = book.format_map[key].format_str if key in book.format_map else ""
    return own if own and own != xlrd.formatting.std_format_strings.get(key) else BUILTIN.get(key, own)


class _OldSheets:
    """The sheets of one workbook; each is read separately and then released."""

    def __init__(self, path: Path, records: WorkbookRecords, book: xlrd.Book) -> None:
        self._path = path
        self._book = book
        self._records = records.sheets
        self._places = Budget(_MOST_PLACES, tr("places up to the last cells of its rows"))
        self._held = HeldCells()
        self._codes = [_code(book, xf.format_key) for xf in book.xf_list]
        self._fonts = [xf.font_index for xf in book.xf_list]
        self._struck = {number for number, font in enumerate(book.font_list) if font.struck_out}
        shapes = [symbols.shape(font.name, _POSITIONS.get(font.escapement, "")) for font in book.font_list]
        self._shapes = {number: shape for number, shape in enumerate(shapes) if shape is not symbols.plain}

    def grid(self, number: int) -> Grid:
        """A sheet; if it is longer than HELD_ROWS, its first rows, and the others are read again at each
        iteration."""
        about = self._records[number]
        sheet = self._book.sheet_by_index(number)
        self._places.spend(sheet.nrows * _OF_A_ROW + sum(map(sheet.row_len, range(sheet.nrows))))
        rows = self._rows(sheet, about)
        head = []
        for row in islice(rows, HELD_ROWS):
            self._held.spend(cell.text for _, _, cell in row)
            head.append(row)
        cells = (cell for row in head for cell in row)
        held = grid(sheet.name, cells, about.merged)
        is_long = next(rows, None) is not None
        self._unload(number)
        return replace(
            held,
            more=(lambda skim: passing(self._rows_after(number, len(head)), skim)) if is_long else None,
            length=sheet.nrows if is_long else None,
            floating=tuple(about.floating),
            hidden_rows=frozenset() if about.is_filtered else frozenset(about.rows),
            filtered_rows=frozenset(about.rows) if about.is_filtered else frozenset(),
            hidden_columns=frozenset(about.columns),
            margins=margin_texts(*about.margins),
        )

    def _unload(self, number: int) -> None:
        if self._book.on_demand:  # xlrd reads the only sheet of a workbook older than Excel 5 immediately
            self._book.unload_sheet(number)

    def _rows_after(self, number: int, held: int) -> Iterator[tuple[int, Mapping[int, Cell]]]:
        with clear_errors(self._path, tr("the workbook"), AS_WORKBOOK):
            rows = islice(self._rows(self._book.sheet_by_index(number), self._records[number]), held, None)
        for cells in each_clearly(self._path, tr("the workbook"), AS_WORKBOOK, rows):
            yield cells[0][0], {column: cell for _, column, cell in cells}
        self._unload(number)

    def _rows(self, sheet: xlrd.sheet.Sheet, about: SheetRecords) -> Iterator[_Row]:
        """The cells of each row that has any, as (row, column, cell)."""
        noted: dict[int, set[int]] = {}
        for row, column in about.notes:
            noted.setdefault(row, set()).add(column)
        for row in range(1, max(sheet.nrows, max(noted, default=0)) + 1):
            if not (row <= sheet.nrows and sheet.row_len(row - 1)) and row not in noted:
                continue
            kinds = sheet.row_types(row - 1) if row <= sheet.nrows else ()
            cells = {}
            for column, kind in enumerate(kinds, start=1):
                if kind not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                    cells[column] = self._cell(sheet, row - 1, column - 1, kind)
            for column in noted.get(row, ()):
                cells[column] = cells.get(column, Cell(""))._replace(note=about.notes[row, column])
            if cells:
                yield [(row, column, cells[column]) for column in sorted(cells)]

    def _cell(self, sheet: xlrd.sheet.Sheet, row: int, column: int, kind: int) -> Cell:
        value = sheet.cell_value(row, column)
        style = sheet.cell_xf_index(row, column)
        is_struck = self._fonts[style] in self._struck if style < len(self._fonts) else False
        code = self._codes[style] if style < len(self._codes) else ""
        if kind == xlrd.XL_CELL_TEXT:
            runs = sheet.rich_text_runlist_map.get((row, column))
            if self._shapes:
                own = self._shapes.get(self._fonts[style], symbols.plain) if style < len(self._fonts) else symbols.plain
                # a cell that is all above the line is no footnote mark
                own = own if runs or own is symbols.shown else symbols.plain
                shapes = [(0, own), *((place, self._shapes.get(font, symbols.plain)) for place, font in runs or ())]
                value = symbols.shown_in(value, shapes)
            if not is_struck and not runs:
                return text_cell(value, code=code)
            places = [(0, is_struck), *((place, font in self._struck) for place, font in runs or ())]
            text, struck = struck_apart(value, places)
            return text_cell(text, code=code, struck=struck)
        if kind == xlrd.XL_CELL_ERROR:
            cell = Cell(xlrd.error_text_from_code.get(value, f"#ERROR {value}"), "cell-error")
        elif kind == xlrd.XL_CELL_BOOLEAN:
            cell = Cell("TRUE" if value else "FALSE")
        else:
            cell = number_cell(value, code, counts_from_1904=bool(self._book.datemode))
        return Cell("", struck=cell.text) if is_struck else cell
