"""The neutral picture of a sheet: which cells hold text, which are merged.  Knows no file format.

A grid holds non-empty cells only, so a lone cell in the far corner costs nothing; nothing here or
above ever walks over all rows times all columns.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

#: A spreadsheet number keeps 15 digits; what is longer has lost some.
DIGITS = 15
#: So many first rows of a long sheet are kept, to find the header among them; no form is so long.
HELD_ROWS = 1000
_TALL = 500  # merged ranges higher than this are searched one by one, not indexed row by row
_CONTROL = re.compile(r"_x00([01][0-9A-Fa-f]|5[Ff])_")


class Cell(NamedTuple):
    """What a cell shows: its text without what is struck out, the struck-out text, the comments on it.

    `fault` is the message code where the text is no usable answer; `is_date` says that the program that wrote
    the cell takes it for a date.
    """

    text: str
    fault: str | None = None
    struck: str = ""
    note: str = ""
    is_date: bool = False


class Floating(NamedTuple):
    """What lies over a sheet, at the cell under its top left corner: a text box with its text, or a picture."""

    row: int
    column: int
    text: str = ""


BLANK = Cell("")


class Extent(NamedTuple):
    """A merged range, or a single cell: first and last row and column, all included."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@dataclass(frozen=True)
class Grid:
    """A sheet or a table: its non-empty cells by row and column (both ascending), and its merged ranges.

    `sheet` is its title, None where the format knows no sheets.  `addresses` names the cells of a table
    that has but these; the cells of a sheet go on for ever, and have their names by the alphabet.
    Of a long sheet `rows` are the first ones, `more` gives those below, read anew at each call, and `length` is
    the number of its last row as far as it says so itself.  `hidden_rows` and `hidden_columns` were hidden by
    hand, `filtered_rows` by a filter.
    """

    sheet: str | None
    rows: Mapping[int, Mapping[int, Cell]]
    merged: tuple[Extent, ...] = ()
    addresses: Mapping[tuple[int, int], str] | None = None
    more: Callable[[], Iterator[tuple[int, Mapping[int, Cell]]]] | None = None
    length: int | None = None
    floating: tuple[Floating, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    filtered_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    def every_row(self) -> Iterator[tuple[int, Mapping[int, Cell]]]:
        """All rows that are not empty, those too that are not kept."""
        yield from self.rows.items()
        for row, cells in self.more() if self.more else ():
            seen = self._seen(row, {column: cell for column, cell in cells.items() if not is_empty(cell)})
            if seen:
                yield row, seen

    @property
    def last_row(self) -> int | None:
        """The number of the last row that is not empty; of a long sheet what it says itself, None if nothing."""
        return max(self.rows, default=0) if self.more is None else self.length

    def _seen(self, row: int, cells: Mapping[int, Cell]) -> Mapping[int, Cell]:
        """The cells of the row without those that a merged range hides."""
        if not self.covering(row):
            return cells
        return {column: cell for column, cell in cells.items() if self.extent(row, column)[:2] == (row, column)}

    def cell(self, row: int, column: int) -> Cell | None:
        """The cell there, None where it is empty."""
        cells = self.rows.get(row)
        return cells.get(column) if cells else None

    def extent(self, row: int, column: int) -> Extent:
        """The merged range that covers the cell, or the cell itself."""
        for extent in self.covering(row):
            if extent.left <= column <= extent.right:
                return extent
        return Extent(row, column, row, column)

    def covering(self, row: int) -> list[Extent]:
        """The merged ranges that cover any cell of the row."""
        tall = [extent for extent in self._tall if extent.top <= row <= extent.bottom]
        return self._by_row.get(row, []) + tall

    def part(self, keeps: Callable[[int, int], bool]) -> Grid:
        """The sheet with those of its kept cells, and of what lies over them, of which `keeps` says so by row and
        column."""
        rows = {
            row: kept
            for row, cells in self.rows.items()
            if (kept := {column: cell for column, cell in cells.items() if keeps(row, column)})
        }
        return replace(self, rows=rows, floating=tuple(one for one in self.floating if keeps(one.row, one.column)))

    def has(self, row: int, column: int) -> bool:
        """Whether there is such a cell, empty or not."""
        return self.addresses is None or (row, column) in self.addresses

    def address(self, row: int, column: int) -> str | None:
        """How people name the cell: `B4`, in Word `T1R3C2` (table, row, cell); None where there is none."""
        return f"{letters(column)}{row}" if self.addresses is None else self.addresses.get((row, column))

    @cached_property
    def _tall(self) -> list[Extent]:
        return [extent for extent in self.merged if extent.bottom - extent.top >= _TALL]

    @cached_property
    def _by_row(self) -> dict[int, list[Extent]]:
        found: dict[int, list[Extent]] = {}
        for extent in self.merged:
            if extent.bottom - extent.top < _TALL:
                for row in range(extent.top, extent.bottom + 1):
                    found.setdefault(row, []).append(extent)
        return found


@dataclass(frozen=True)
class Book:
    """The visible sheets of a workbook in order, or the tables of a document with the paragraphs around them;
    and what docgen left in it if docgen made it: kit name and version, titles of its sheets without answers.
    `hidden` are the sheets that nobody sees."""

    sheets: tuple[Grid, ...]
    made_with: tuple[str, str] | None = None
    own_sheets: frozenset[str] = frozenset()
    prose: tuple[str, ...] = ()
    hidden: tuple[Grid, ...] = ()


def grid(
    sheet: str | None,
    cells: Iterable[tuple[int, int, Cell]],
    merged: Iterable[Extent] = (),
    addresses: Mapping[tuple[int, int], str] | None = None,
) -> Grid:
    """The grid of these cells (row, column, cell), in any order.

    Blank ones are left out, and so is what a merged range hides: only its top left cell is seen.
    """
    extents = tuple(sorted({extent for extent in merged if extent[:2] != extent[2:]}))
    rows: dict[int, dict[int, Cell]] = {}
    for row, column, cell in cells:
        if not is_empty(cell):
            rows.setdefault(row, {})[column] = cell
    picture = Grid(sheet, {row: dict(sorted(rows[row].items())) for row in sorted(rows)}, extents, addresses)
    if not extents:
        return picture
    seen = {row: picture._seen(row, cells) for row, cells in picture.rows.items()}
    return replace(picture, rows={row: cells for row, cells in seen.items() if cells})


def stacked(grids: Iterable[Grid]) -> Grid:
    """The tables of a document as one, each below the other with a blank row between."""
    rows: dict[int, Mapping[int, Cell]] = {}
    merged: list[Extent] = []
    addresses: dict[tuple[int, int], str] = {}
    for one in grids:
        above = max((row for row, _ in addresses), default=-1) + 1
        rows |= {row + above: cells for row, cells in one.rows.items()}
        merged += [Extent(e.top + above, e.left, e.bottom + above, e.right) for e in one.merged]
        addresses |= {(row + above, column): name for (row, column), name in (one.addresses or {}).items()}
    return Grid(None, rows, tuple(merged), addresses)


def letters(column: int) -> str:
    """The letters of a column: 1 → A, 28 → AB."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def is_empty(cell: Cell) -> bool:
    """Whether the cell shows nothing, struck-out text and comments included."""
    return _is_blank(cell.text) and _is_blank(cell.struck) and _is_blank(cell.note)


def _is_blank(text: str) -> bool:
    """Whether there is nothing to see: white space and invisible characters only."""
    return not text.strip() or not any(char.isprintable() and not char.isspace() for char in text)


def cell_of(value: object, *, percent: bool = False) -> Cell:
    """The cell that shows a typed value as its author reads it.

    Numbers without float artefacts, with `%` where the format shows one; dates in ISO form.  A number
    of more than 15 digits has the fault `digits`: its last ones are lost.
    """
    if value is None:
        return Cell("")
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE")
    if isinstance(value, int | float | Decimal):
        return _number(value, percent=percent)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return Cell(value.date().isoformat() if midnight else value.replace(microsecond=0).isoformat(" "))
    if isinstance(value, dt.date | dt.time):
        return Cell(value.isoformat())
    text = str(value)
    if "_x" in text:  # how spreadsheets write control characters, and what looks so; a carriage return is a line break
        meant = {"0D": "\n", "0A": "\n", "09": "\t", "5F": "_"}
        text = _CONTROL.sub(lambda found: meant.get(found[1].upper(), ""), text)
    return Cell(text)


def _number(value: int | float | Decimal, *, percent: bool) -> Cell:
    if not math.isfinite(value):
        return Cell(str(value), "cell_error")
    if abs(value) >= 10**DIGITS:
        return Cell(str(value) if isinstance(value, int) else f"{value:.15g}", "digits")
    exact = Decimal(f"{value:.{DIGITS}g}") if isinstance(value, float) else Decimal(value)
    if percent:
        exact *= 100
    text = f"{exact:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return Cell(f"{text}%" if percent else text)
