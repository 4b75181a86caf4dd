"""Read the part of one sheet of an .xlsx workbook, once: its cells as shown, and its properties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import NamedTuple

from docgen.formats import symbols
from docgen.formats.budgets import LAST_COLUMN, LAST_ROW, MOST_MERGED, Budget, TooMuch
from docgen.formats.cells import PICTURE, is_picture, text_cell
from docgen.formats.grid import Cell, Extent, cell_of, unescaped
from docgen.formats.number_formats import shown
from docgen.formats.refusals import Damaged, require_on_sheet
from docgen.formats.xlsx_styles import PLAIN, CellStyle
from docgen.formats.xlsx_texts import MAIN, RichText, Text, is_true, split
from docgen.formats.xml_events import Attributes, Begin, End, Events, named
from docgen.language import tr
from docgen.patterns import regex

#: Elements allowed between two rows that hold something.
MOST_SILENT = 4_000_000
#: Cells of a sheet that are noted as white on white.
MOST_UNSEEN = 10_000
#: The height of a row, or width of a column, that cannot be seen.
_NO_SIZE = {"0", "0.0"}
#: Characters of a row, all together.
MOST_IN_ROW = 2_000_000
_WHOLE_NUMBER = regex(r"-?\d{1,40}")
_RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)

#: Headers and footers: for which pages, with the attribute that says that these have their own.
_PAGES, _EDGES = {"odd": "", "even": "differentOddEven", "first": "differentFirst"}, ("Header", "Footer")

Row = list[tuple[int, int, Cell]]


class SharedParts(NamedTuple):
    """What the sheets of a workbook share: texts and styles by number, the calendar, whether a richer value that
    Excel stores beside a cell is a picture."""

    strings: Sequence[Text]
    styles: Sequence[CellStyle]
    since_1904: bool
    has_pictures: bool


@dataclass
class SheetFacts:
    """What a sheet records besides its cells."""

    merged: list[Extent] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    filters: list[Extent] = field(default_factory=list)  # ranges with an active filter
    length: int | None = None
    unseen: set[tuple[int, int]] = field(default_factory=set)  # white on white
    is_coloured: bool = False  # by rules, and not only by the styles of cells
    margins: list[str] = field(default_factory=list)  # page headers and footers, as written


def extent(reference: str) -> Extent:
    """The range named `A1:B2` or `A1`.  Raises Damaged for an invalid one."""
    first, _, last = reference.partition(":")
    top, left = place(first)
    bottom, right = place(last or first)
    return Extent(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def place(reference: str) -> tuple[int, int]:
    """Row and column of the cell named `B4`.  Raises Damaged for one outside any sheet."""
    letters = reference.rstrip("0123456789")
    digits = reference[len(letters) :]
    row, column = int(digits) if 0 < len(digits) < 8 else 0, column_of(letters)
    require_on_sheet(row, column)
    return row, column


@lru_cache(maxsize=LAST_COLUMN)
def column_of(letters: str) -> int:
    """The number of the column that the letters of a reference (`$AB$`) name; 0 if they name none."""
    column = 0
    for letter in letters.replace("$", ""):
        if not ("A" <= letter <= "Z" and column <= LAST_COLUMN):
            return 0
        column = column * 26 + ord(letter) - 64
    return column


def number_of(attributes: Attributes, name: str, default: int = 0) -> int:
    """A whole number from an attribute; the default if it is not valid."""
    text = attributes.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else default


def related_id(attributes: Attributes) -> str:
    """The id of the relation that an element names, in any namespace; "" if it names none."""
    return next((attributes[f"{space} id"] for space in _RELATIONS if f"{space} id" in attributes), "")


class CellValues:
    """Makes cells of what the XML of a sheet says of them."""

    def __init__(self, shared: SharedParts) -> None:
        self._shared = shared

    def shown(self, attributes: Attributes, value: str | None, formula: str | None, inline: Text | None) -> Cell | None:
        """The cell with these attributes, its value, formula and text in place; None if nothing is in it."""
        kind = attributes.get("t", "n")
        if formula is not None and is_picture(formula):
            return Cell("", PICTURE)
        if inline is not None:
            return self._text(inline, attributes)
        if value is None or value == "":
            # a formula's empty text result is stored with its type, and is a result
            return (
                None
                if formula is None or (value is not None and kind == "str")
                else Cell(f"={formula}", "formula-without-value")
            )
        if kind == "e" and "vm" in attributes and self._shared.has_pictures:
            return Cell("", PICTURE)
        return self._valued(kind, value, attributes)

    def _valued(self, kind: str, value: str, attributes: Attributes) -> Cell:
        style = self.style(attributes)
        if kind == "s":
            return self._text(self._string(value), attributes)
        if kind == "str":
            return self._text(unescaped(value), attributes)
        if kind == "b":
            cell = cell_of(value.strip() in {"1", "true"})
        elif kind == "e":
            return Cell(value, "cell-error")
        elif kind == "d":
            cell = _dated(value)
        else:
            cell = _numbered(value, style, since_1904=self._shared.since_1904)
        return cell._replace(text="", struck=cell.text) if style.is_struck else cell

    def _string(self, value: str) -> Text:
        number = int(value) if value.isdecimal() and len(value) < 10 else -1
        if not 0 <= number < len(self._shared.strings):
            raise Damaged(tr("a cell in it names a text that there is not"))
        return self._shared.strings[number]

    def style(self, attributes: Attributes) -> CellStyle:
        """The style of the cell with these attributes."""
        number = number_of(attributes, "s")
        return self._shared.styles[number] if number < len(self._shared.styles) else PLAIN

    def _text(self, text: Text, attributes: Attributes) -> Cell:
        style = self.style(attributes)
        if isinstance(text, str):
            text = symbols.shown(text) if style.is_symbols else text
            if not style.is_struck:
                return text_cell(text, code=style.code)
        kept, struck = split(text, is_struck=style.is_struck)
        return text_cell(kept, code=style.code, struck=struck)


class SheetReader:
    """Reads one sheet; `facts` is complete at its end, `found` counts the rows that hold something."""

    def __init__(self, shared: SharedParts, elements: Budget) -> None:
        self.facts = SheetFacts()
        self.found = 0
        self._rich = RichText()
        self._rows: list[Row] = []
        self._cells: Row = []
        self._row = self._column = self._characters = 0
        self._values = CellValues(shared)
        self._hides = any(style.is_unseen for style in shared.styles)
        self._cell: Attributes = {}
        self._value: str | None = None
        self._formula: str | None = None
        self._inline: Text | None = None
        self._filter: Extent | None = None
        self._pages: set[str] = set()  # those with headers of their own
        self._merges = Budget(MOST_MERGED, tr("merged ranges"))
        self._columns = Budget(2 * LAST_COLUMN, "columns")
        begins: dict[str, Begin] = {
            **self._rich.begins,
            "row": self._begin_row, "c": self._begin_cell, "v": self._begin_text, "f": self._begin_text,
            "mergeCell": self._see_merged, "col": self._see_columns, "dimension": self._see_dimension,
            "autoFilter": self._begin_filter, "filterColumn": self._see_filter, "headerFooter": self._see_margins,
            "cfRule": self._see_colours, "tablePart": self._see_colours,
            **{f"{page}{edge}": self._begin_text for page in _PAGES for edge in _EDGES},
        }  # fmt: skip
        ends: dict[str, End] = {
            **self._rich.ends,
            "row": self._end_row, "c": self._end_cell, "v": self._end_value, "f": self._end_formula,
            "is": self._end_inline,
            **{f"{page}{edge}": partial(self._end_margin, page) for page in _PAGES for edge in _EDGES},
        }  # fmt: skip
        self._events = Events(named(begins, *MAIN), named(ends, *MAIN), elements)
        self._rich.events = self._events

    @property
    def row(self) -> int:
        """The number of the last row that has begun."""
        return self._row

    def go_on_after(self, row: int) -> None:
        """Go on as if this row had been read."""
        self._row = row

    def rows(self, parts: Iterable[bytes]) -> Iterator[Row]:
        """The rows that hold something, each as its cells (row, column, cell).  Raises TooMuch and Damaged."""
        for _ in self._events.feed(parts):
            done, self._rows = self._rows, []
            yield from done

    # -- rows and cells

    def _begin_row(self, attributes: Attributes) -> None:
        self._row = number_of(attributes, "r", self._row + 1)
        if not 0 < self._row <= LAST_ROW:
            raise Damaged(tr("a row in it has no sound number"))
        self._column = 0
        if is_true(attributes.get("hidden")) or attributes.get("ht") in _NO_SIZE:
            self.facts.hidden_rows.add(self._row)

    def _end_row(self) -> None:
        if self._cells:
            self.found += 1
            self._rows.append(self._cells)
            self._cells = []
            self._characters = 0

    def _begin_cell(self, attributes: Attributes) -> None:
        self._cell = attributes
        self._column += 1
        if reference := attributes.get("r"):
            self._row, self._column = place(reference)

    def _begin_text(self, _: Attributes) -> None:
        self._events.capture()

    def _end_value(self) -> None:
        self._value = self._events.captured()

    def _end_formula(self) -> None:
        self._formula = self._events.captured()

    def _end_inline(self) -> None:
        self._inline = self._rich.done()

    def _end_cell(self) -> None:
        value, formula, inline = self._value, self._formula, self._inline
        if value is None and formula is None and inline is None:
            return
        self._value = self._formula = self._inline = None
        if cell := self._values.shown(self._cell, value, formula, inline):
            self._cells.append((self._row, self._column, cell))
            if self._hides and self._values.style(self._cell).is_unseen and len(self.facts.unseen) < MOST_UNSEEN:
                self.facts.unseen.add((self._row, self._column))
            self._characters += len(cell.text)
            if len(self._cells) > LAST_COLUMN or self._characters > MOST_IN_ROW:
                raise TooMuch(tr("a row of it holds more than a row can"))

    # -- the sheet

    def _see_merged(self, attributes: Attributes) -> None:
        self._merges.spend()
        self.facts.merged.append(extent(attributes.get("ref", "")))

    def _see_columns(self, attributes: Attributes) -> None:
        if is_true(attributes.get("hidden")) or attributes.get("width") in _NO_SIZE:
            columns = range(number_of(attributes, "min", 1), min(number_of(attributes, "max"), LAST_COLUMN) + 1)
            self._columns.spend(len(columns))
            self.facts.hidden_columns.update(columns)

    def _see_dimension(self, attributes: Attributes) -> None:
        self.facts.length = extent(attributes["ref"]).bottom if attributes.get("ref") else None

    def _see_colours(self, _: Attributes) -> None:
        self.facts.is_coloured = True

    def _see_margins(self, attributes: Attributes) -> None:
        self._pages = {page for page, name in _PAGES.items() if not name or is_true(attributes.get(name))}

    def _end_margin(self, page: str) -> None:
        text = self._events.captured()
        if page in self._pages:
            self.facts.margins.append(text)

    def _begin_filter(self, attributes: Attributes) -> None:
        self._filter = extent(attributes["ref"]) if attributes.get("ref") else None

    def _see_filter(self, _: Attributes) -> None:
        if self._filter is not None:
            self.facts.filters.append(self._filter)
            self._filter = None


def _numbered(value: str, style: CellStyle, *, since_1904: bool) -> Cell:
    value = value.strip()
    try:
        number = int(value) if _WHOLE_NUMBER.fullmatch(value) else float(value)
    except ValueError:
        return Cell(value, "cell-error")
    return shown(number, style.code, since_1904=since_1904)


def _dated(value: str) -> Cell:
    try:
        return cell_of(dt.datetime.fromisoformat(value.strip().removesuffix("Z")))
    except ValueError:
        return Cell(value, "cell-error")
