"""Read an OpenDocument spreadsheet (.ods) into the grids of its sheets, as people see them.

Own code reads the XML: python-calamine shows neither the merged cells of .ods nor its errors, and both are needed
to find an answer beside a merged label.  A cell stores the text that it shows, so its number format only matters for
dates, and for whether the cell shows less than its number.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from docgen.formats.budgets import LAST_COLUMN, LAST_ROW, MOST_MERGED, MOST_SHEETS, Budget
from docgen.formats.grid import Book, Cell, Extent, Floating, Grid, grid
from docgen.formats.ods_cells import shown_cell
from docgen.formats.ods_styles import TABLE, OpenStyles
from docgen.formats.ods_texts import TextReader
from docgen.formats.package import Package, reading
from docgen.formats.properties import book_of
from docgen.formats.refusals import require_on_sheet, unsafe
from docgen.formats.xml_events import Attributes, Begin, End, Events, named, pieces
from docgen.language import tr

#: The most cells that the sheets may declare by repeating one over rows and columns.
MAX_CELLS = 300_000
#: Non-empty cells and their characters, of all sheets together.
MOST_CELLS, MOST_CHARACTERS = 300_000, 20_000_000
#: Elements of its XML, column elements, and objects on cells.
MOST_ELEMENTS, MOST_COLUMN_MARKS, MOST_NOTES = 2_000_000, 200_000, 100_000
_META = "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
_HIDDEN, _FILTERED = "collapse", "filter"


def read_open_book(path: Path) -> Book:
    """The spreadsheet at `path`, with its hidden sheets kept separate.  Raises SourceError if it cannot be read."""
    hint = tr("open it in LibreOffice or Excel and save it as an .xlsx workbook")
    with reading(path, tr("the spreadsheet"), hint) as package:
        elements = Budget(MOST_ELEMENTS, tr("elements of XML"))
        styles = OpenStyles(elements)
        if package.find("styles.xml") is not None:
            with package.open("styles.xml") as source:
                styles.read(pieces(source))
        reader = _OdsReader(path, styles, elements)
        with package.open("content.xml") as source:
            reader.events.read(pieces(source))
        book = book_of((one.grid for one in reader.sheets if not one.is_hidden), _properties(package))
        return replace(book, hidden=tuple(one.grid for one in reader.sheets if one.is_hidden))


def _properties(package: Package) -> dict[str, str]:
    if package.find("meta.xml") is None:
        return {}
    root = package.parse("meta.xml")
    return {one.get(f"{{{_META}}}name", ""): one.text or "" for one in root.iter(f"{{{_META}}}user-defined")}


class _Read(NamedTuple):
    grid: Grid
    is_hidden: bool


class _OdsReader:
    """Reads all sheets, once from beginning to end."""

    def __init__(self, path: Path, styles: OpenStyles, elements: Budget) -> None:
        self.sheets: list[_Read] = []
        self._path = path
        self._styles = styles
        self._texts = TextReader(styles)
        self._repeated = 0
        self._kept = Budget(MOST_CELLS, tr("cells that hold something"))
        self._characters = Budget(MOST_CHARACTERS, tr("characters in its cells"))
        self._merges = Budget(MOST_MERGED, tr("merged ranges"))
        self._count = Budget(MOST_SHEETS, "sheets")
        self._column_marks = Budget(MOST_COLUMN_MARKS, tr("marks of columns"))
        self._note_count = Budget(MOST_NOTES, tr("comments, text boxes and pictures"))
        self._depth = 0  # of nested tables
        self._outside = 0  # inside an element that looks like a sheet but is none
        self._cell: Attributes | None = None
        self._begin(("", ""))
        begins: dict[str, Begin] = {
            "table": self._begin_table, "table-row": self._begin_row, "table-column": self._see_column,
            "table-cell": self._begin_cell, "covered-table-cell": self._begin_covered,
            "dde-links": self._begin_outside, "tracked-changes": self._begin_outside, "shapes": self._begin_shapes,
        }  # fmt: skip
        ends: dict[str, End] = {
            "table": self._end_table, "table-row": self._end_row, "table-cell": self._end_cell,
            "covered-table-cell": self._end_covered, "dde-links": self._end_outside,
            "tracked-changes": self._end_outside, "shapes": self._end_shapes,
        }  # fmt: skip
        self.events = Events(
            styles.begins | self._texts.begins | named(begins, TABLE),
            styles.ends | self._texts.ends | named(ends, TABLE),
            elements,
        )
        self._texts.events = self.events

    def _begin(self, name: tuple[str, str]) -> None:
        self._name = name
        self._row = self._column = 1
        self._cells: list[tuple[int, int, Cell]] = []
        self._notes: dict[tuple[int, int], str] = {}
        self._floating: list[Floating] = []
        self._merged: list[Extent] = []
        self._columns: list[tuple[int, str]] = []  # the last column of each range, and its default cell style
        self._hidden_columns: set[int] = set()
        self._hidden_rows: dict[str, set[int]] = {_HIDDEN: set(), _FILTERED: set()}
        self._line: Attributes = {}

    # -- sheets

    def _begin_table(self, attributes: Attributes) -> None:
        self._depth += 1
        if self._is_sheet:
            self._count.spend()
            self._begin((attributes.get(f"{TABLE} name", ""), attributes.get(f"{TABLE} style-name", "")))

    @property
    def _is_sheet(self) -> bool:
        return self._depth == 1 and not self._outside

    def _end_table(self) -> None:
        if self._is_sheet:
            found = replace(
                grid(self._name[0], self._cells, self._merged, notes=self._notes),
                floating=tuple(self._floating),
                hidden_rows=frozenset(self._hidden_rows[_HIDDEN]),
                filtered_rows=frozenset(self._hidden_rows[_FILTERED]),
                hidden_columns=frozenset(self._hidden_columns),
                margins=self._styles.margins(self._name[1]),
            )
            self.sheets.append(_Read(found, self._styles.is_hidden(self._name[1])))
            self._cells = []
        self._depth -= 1

    def _begin_outside(self, _: Attributes) -> None:
        self._outside += 1

    def _end_outside(self) -> None:
        self._outside -= 1

    def _begin_shapes(self, _: Attributes) -> None:
        if self._is_sheet:  # attached to the sheet, not to a cell
            self._texts.begin()

    def _end_shapes(self) -> None:
        if self._is_sheet:
            self._floating += [Floating(1, 1, text) for text in self._texts.done().boxes]

    # -- columns and rows

    def _see_column(self, attributes: Attributes) -> None:
        if not self._is_sheet:
            return
        first = self._columns[-1][0] + 1 if self._columns else 1
        last = min(first + _number(attributes, "number-columns-repeated") - 1, LAST_COLUMN)
        self._column_marks.spend()
        self._columns.append((last, attributes.get(f"{TABLE} default-cell-style-name", "")))
        if attributes.get(f"{TABLE} visibility") in self._hidden_rows:
            self._hidden_columns.update(range(first, last + 1))

    def _begin_row(self, attributes: Attributes) -> None:
        if self._is_sheet:
            self._line = attributes
            self._column = 1

    def _end_row(self) -> None:
        if self._is_sheet:
            self._row += _number(self._line, "number-rows-repeated")

    # -- cells

    def _begin_cell(self, attributes: Attributes) -> None:
        if self._is_sheet and self._cell is None:
            self._cell = attributes
            self._texts.begin(self._styles.look("table-cell", self._style()))

    def _style(self) -> str:
        """The style of the cell, of its row, or of its column."""
        name = (self._cell or {}).get(f"{TABLE} style-name") or self._line.get(f"{TABLE} default-cell-style-name")
        if name:
            return name
        at = bisect_left(self._columns, (self._column, ""))
        return self._columns[at][1] if at < len(self._columns) else ""

    def _end_cell(self) -> None:
        if not self._is_sheet or self._cell is None:
            return
        attributes, texts = self._cell, self._texts.done()
        width = _number(attributes, "number-columns-repeated")
        cell = shown_cell(attributes, texts, self._styles.data(self._style()))
        self._put(cell, width)
        if texts.note:
            self._notes[self._row, self._column] = texts.note
        self._note_count.spend(bool(texts.note) + len(texts.boxes))
        self._floating += [Floating(self._row, self._column, text) for text in texts.boxes]
        self._see_span(attributes)
        self._cell = None
        self._column += width

    def _begin_covered(self, attributes: Attributes) -> None:
        self._begin_cell(attributes)

    def _end_covered(self) -> None:
        if self._is_sheet and self._cell is not None:
            self._column += _number(self._cell, "number-columns-repeated")
            self._cell = None

    def _put(self, cell: Cell, width: int) -> None:
        if cell.is_blank:
            return
        height = _number(self._line, "number-rows-repeated")
        self._repeated += width * height - 1
        if self._repeated > MAX_CELLS:
            raise unsafe(self._path, tr("a sheet repeats a cell more than {max_cells:,} times", max_cells=MAX_CELLS))
        require_on_sheet(1, self._column + width - 1)  # no code counts rows one by one
        self._kept.spend(width * height)
        self._characters.spend(width * height * len(cell.text))
        rows = range(self._row, self._row + height)
        for row in rows:
            self._cells += [(row, place, cell) for place in range(self._column, self._column + width)]
        if (visibility := self._line.get(f"{TABLE} visibility", "")) in self._hidden_rows:
            self._hidden_rows[visibility].update(rows)

    def _see_span(self, attributes: Attributes) -> None:
        right = min(self._column + _number(attributes, "number-columns-spanned") - 1, LAST_COLUMN)
        bottom = min(self._row + _number(attributes, "number-rows-spanned") - 1, LAST_ROW)
        if (bottom, right) > (self._row, self._column):
            self._merges.spend()
            self._merged.append(Extent(self._row, self._column, bottom, right))


def _number(attributes: Attributes, name: str) -> int:
    """A count of cells; if it has too many digits, a count that no sheet can have."""
    text = attributes.get(f"{TABLE} {name}", "1")
    return max(int(text[:9]) if text.isdecimal() else 1, 1)
