"""Read an Excel workbook (.xlsx, .xlsm) into the grids of its sheets, as people see them.

Own code replaces openpyxl's reader: `load_workbook` builds styles, links, pictures, print areas and every cell
of every merged range, which no intake needs, and fails on any that it rejects; its fast mode supports
neither merged ranges nor comments.  docs/design.md has the figures.  Macros are never run, external links never
followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from docgen.errors import DocgenError
from docgen.formats import xlsx_notes
from docgen.formats.budgets import MB, MOST_SHEETS, Budget, TooMuch
from docgen.formats.grid import BLANK, HELD_ROWS, Book, Cell, Extent, Grid, grid
from docgen.formats.margins import margin_texts
from docgen.formats.package import Package, open_package, reading
from docgen.formats.properties import book_of, custom_properties, own_sheets
from docgen.formats.refusals import Damaged, each_clearly
from docgen.formats.skimming import Skim
from docgen.formats.xlsx_long import around_rows
from docgen.formats.xlsx_notes import NoteBudget, Notes, floating_of, notes_of
from docgen.formats.xlsx_rows import wanted
from docgen.formats.xlsx_sheet import MOST_SILENT, CellValues, Row, SharedParts, SheetFacts, SheetReader, related_id
from docgen.formats.xlsx_styles import CellStyle, styles
from docgen.formats.xlsx_texts import MAIN, Text, is_true, shared_strings
from docgen.formats.xml_events import MOST_ELEMENTS, Attributes, Events, named, pieces
from docgen.language import phrase, tr

#: A sheet with longer XML than this is not a form; it is read as a table, row by row.
LONG_SHEET = 4 * MB
#: Cells kept of all sheets together (of a long sheet its first rows), and their characters.
MOST_CELLS, MOST_CHARACTERS = 500_000, 20_000_000
#: Elements of the shared texts, which are read whole (2 million texts, two elements each).
MOST_TEXT_ELEMENTS = 6_000_000
_HINT = phrase("open it in Excel and save it again as .xlsx")
#: Where Excel records the kinds of values that a plain cell cannot hold, and its name for pictures there.
_RICH_VALUES, _PICTURES = "xl/richData/rdrichvaluestructure.xml", (b"_localImage", b"_webimage")


def read_book(path: Path) -> Book:
    """The workbook at `path`, with its hidden sheets kept separate.

    Raises SourceError if it cannot be read; for a long sheet, while its rows are read.
    """
    with reading(path, tr("the workbook"), _HINT) as package:
        properties = custom_properties(package)
        book = _BookReader(path, package)
        own = own_sheets(properties)
        visible = [book.grid(sheet, is_asked=sheet.title not in own) for sheet in book.sheets if sheet.is_visible]
        hidden = [book.hidden_grid(sheet) for sheet in book.sheets if not sheet.is_visible and sheet.title not in own]
        return replace(book_of(visible, properties), hidden=tuple(hidden))


class _Sheet(NamedTuple):
    """A sheet as listed in the workbook."""

    title: str
    part: str
    is_visible: bool


class _BookReader:
    """The sheets of one workbook, each read separately."""

    def __init__(self, path: Path, package: Package) -> None:
        self._path = path
        self._package = package
        self._elements = Budget(MOST_ELEMENTS, tr("elements of XML"))
        self._cells = Budget(MOST_CELLS, tr("cells that hold something"))
        self._characters = Budget(MOST_CHARACTERS, tr("characters in its cells"))
        self._notes = NoteBudget()
        book = next(iter(package.related("", "/officeDocument").values()), "")
        self.sheets, since_1904 = self._listed(book)
        texts = [text for part in package.related(book, "/sharedStrings").values() for text in self._strings(part)]
        formats = [style for part in package.related(book, "/styles").values() for style in self._styles(part)]
        self._shared = SharedParts(texts, formats, since_1904, _has_pictures(package))

    def grid(self, sheet: _Sheet, *, is_asked: bool = True) -> Grid:
        """The grid of a sheet; for a sheet that is not needed, only its name."""
        if not is_asked:
            return grid(sheet.title, ())
        is_long = self._package.size(sheet.part) > LONG_SHEET
        return self._long_grid(sheet) if is_long else self._short_grid(sheet)

    def hidden_grid(self, sheet: _Sheet) -> Grid:
        """The grid of a hidden sheet; only its name if it cannot be read, since no answer depends on it."""
        try:
            return self.grid(sheet)
        except (Damaged, TooMuch, DocgenError):
            return grid(sheet.title, ())

    def _short_grid(self, sheet: _Sheet) -> Grid:
        reader = SheetReader(self._shared, self._elements)
        with self._package.open(sheet.part) as source:
            cells = [cell for row in reader.rows(pieces(source)) for cell in self._budgeted(row)]
        return self._marked(
            grid(
                sheet.title,
                cells,
                reader.facts.merged,
                notes=notes_of(self._package, sheet.part, self._elements, self._notes),
            ),
            sheet.part,
            reader.facts,
        )

    def _long_grid(self, sheet: _Sheet) -> Grid:
        """The first rows of a long sheet; the others are read again at each iteration."""
        facts = self._facts(sheet.part)
        notes = notes_of(self._package, sheet.part, self._elements, self._notes)
        with self._package.open(sheet.part) as source:
            head = list(islice(_rows(self._shared, pieces(source)), HELD_ROWS))
        last = head[-1][0][0] if head else 0
        held = grid(
            sheet.title,
            (cell for row in head for cell in self._budgeted(row)),
            facts.merged,
            notes={at: note for at, note in notes.items() if at[0] <= last},
        )
        below = {at: note for at, note in notes.items() if at[0] > last}
        more = partial(self._rows_after, sheet.part, len(head), below)
        return replace(self._marked(held, sheet.part, facts), more=more, length=facts.length)

    def _budgeted(self, row: Row) -> Row:
        self._cells.spend(len(row))
        self._characters.spend(sum(len(cell.text) for _, _, cell in row))
        return row

    def _facts(self, part: str) -> SheetFacts:
        """The properties that a long sheet records."""
        with self._package.open(part) as source:
            around = around_rows(pieces(source))
        reader = SheetReader(self._shared, Budget(MOST_ELEMENTS, tr("elements of XML")))
        if around is not None:
            for _ in reader.rows(around.content):
                pass
            reader.facts.hidden_rows |= around.hidden_rows
            return reader.facts
        with self._package.open(part) as source:  # the encoding or notation hides the rows from a search by bytes
            for _ in _rows(self._shared, pieces(source), reader):
                pass
        return reader.facts

    def _rows_after(
        self, part: str, held: int, notes: Notes, skim: Skim | None
    ) -> Iterator[tuple[int, Mapping[int, Cell]]]:
        by_row: dict[int, dict[int, Cell]] = {}
        for (row, column), note in notes.items():
            by_row.setdefault(row, {})[column] = BLANK._replace(note=note)
        for cells in islice(self._reopened(part, held, skim), held, None):
            row = cells[0][0]
            line = {column: cell for _, column, cell in cells}
            for column, blank in by_row.get(row, {}).items():
                line[column] = line.get(column, BLANK)._replace(note=blank.note)
            yield row, line

    def _reopened(self, part: str, held: int, skim: Skim | None) -> Iterator[Row]:
        with open_package(self._path) as package, package.open(part) as source:
            rows = _rows(self._shared, pieces(source), skim=skim, held=held)
            yield from each_clearly(self._path, tr("the workbook"), _HINT, rows)

    def _marked(self, found: Grid, part: str, facts: SheetFacts) -> Grid:
        """The grid with the objects over the sheet, and its hidden parts."""
        ranges = [*facts.filters, *(self._filters(part) if facts.hidden_rows else ())]
        filtered = frozenset(_below_heads(facts.hidden_rows, ranges))
        return replace(
            found,
            floating=floating_of(self._package, part, self._elements, self._notes),
            hidden_rows=frozenset(facts.hidden_rows) - filtered,
            filtered_rows=filtered,
            hidden_columns=frozenset(facts.hidden_columns),
            margins=margin_texts(*facts.margins),
            unseen=frozenset() if facts.is_coloured else frozenset(facts.unseen),
        )

    # -- the other parts of sheets

    def _listed(self, part: str) -> tuple[tuple[_Sheet, ...], bool]:
        """The sheets in order, and whether days are counted from 1904."""
        parts = self._package.related(part, "/worksheet")
        sheets: list[_Sheet] = []
        count = Budget(MOST_SHEETS, "sheets")
        since_1904 = False

        def see_sheet(attributes: Attributes) -> None:
            count.spend()
            if (target := parts.get(related_id(attributes))) is not None:
                sheets.append(
                    _Sheet(attributes.get("name", ""), target, attributes.get("state", "visible") == "visible")
                )

        def see_properties(attributes: Attributes) -> None:
            nonlocal since_1904
            since_1904 = is_true(attributes.get("date1904"))

        events = Events(named({"sheet": see_sheet, "workbookPr": see_properties}, *MAIN), {}, self._elements)
        with self._package.open(part) as source:
            events.read(pieces(source))
        return tuple(sheets), since_1904

    def _strings(self, part: str) -> list[Text]:
        with self._package.open(part) as source:
            return shared_strings(pieces(source), Budget(MOST_TEXT_ELEMENTS, tr("elements of XML in its texts")))

    def _styles(self, part: str) -> list[CellStyle]:
        with self._package.open(part) as source:
            return styles(pieces(source), self._elements)

    def _filters(self, part: str) -> Iterator[Extent]:
        for target in xlsx_notes.beside(self._package, part, "/table"):
            with self._package.open(target) as source:
                yield from xlsx_notes.filters(pieces(source), self._elements)


def _rows(
    shared: SharedParts,
    parts: Iterable[bytes],
    reader: SheetReader | None = None,
    skim: Skim | None = None,
    held: int = 0,
) -> Iterator[Row]:
    """The rows of a long sheet, with the same gap allowed before each; with `skim` those that must be read."""
    elements = Budget(MOST_SILENT, tr("elements of XML between two rows that hold something"))
    reader = reader or SheetReader(shared, elements)
    if skim is not None:
        parts = wanted(parts, reader, CellValues(shared), skim, held)
    for row in reader.rows(parts):
        elements.left = MOST_SILENT
        yield row


def _below_heads(rows: Iterable[int], ranges: Iterable[Extent]) -> Iterator[int]:
    """Those of the rows that are in a range, below its first row."""
    coming = iter(sorted(ranges))
    bottom = 0
    following = next(coming, None)
    for row in sorted(rows):
        while following is not None and following.top < row:
            bottom = max(bottom, following.bottom)
            following = next(coming, None)
        if row <= bottom:
            yield row


def _has_pictures(package: Package) -> bool:
    """Whether an error value with a richer value is a picture; assumed if the workbook does not say."""
    part = package.find(_RICH_VALUES)
    return part is None or any(word in package.head(part) for word in _PICTURES)
