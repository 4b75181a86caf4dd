"""Hold a sheet independently of its file format: the cells with text, and the merged ranges.

A grid holds only non-empty cells, so a single cell in the far corner costs nothing; no code here or
above ever loops over all rows times all columns.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from docgen.formats.budgets import LAST_COLUMN, LAST_ROW, TooMuch
from docgen.formats.skimming import Skim, passing
from docgen.language import tr
from docgen.patterns import regex

#: A spreadsheet number keeps 15 digits; a longer one has lost some.
DIGITS = 15
_WRITTEN_OUT = 1e20  # smaller whole numbers are written digit by digit
#: How many first rows of a long sheet are kept, to find the header in; no form is this long.
HELD_ROWS = 1000
#: Merged ranges beside one another, counted again in each row where they change.
MOST_BESIDE = 2_000_000
_CONTROL = regex(r"_x00([01][0-9A-Fa-f]|5[Ff])_")
_MEANT = {"0D": "\n", "0A": "\n", "09": "\t", "5F": "_"}


class Cell(NamedTuple):
    """What a cell shows: its text without the struck-out part, the struck-out text, its comments.

    `fault` is the message code if the text is not usable as an answer; `is_date` means that the program that wrote
    the cell treats it as a date.  `exact` is the value of the cell if its format shows less: the date of
    `12月1日` in ISO form, the number that is shown as `36%`.
    """

    text: str
    fault: str | None = None
    struck: str = ""
    note: str = ""
    is_date: bool = False
    exact: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to see in the cell or on it."""
        return not (self.fault or self.note or self.struck) and _is_blank(self.text)


class Floating(NamedTuple):
    """An object over a sheet, at the cell under its top left corner: a text box with its text, or a picture."""

    row: int
    column: int
    text: str = ""


BLANK = Cell("")


class Extent(NamedTuple):
    """A merged range, or a single cell: first and last row and column, inclusive."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell is inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


class Merged(tuple[Extent, ...]):
    """The merged ranges of a sheet."""

    @cached_property
    def bands(self) -> tuple[list[int], list[list[Extent]], list[list[int]]]:
        """The rows where the ranges beside one another change, and the ranges from there on, by column, with the
        column where each begins."""
        edges: dict[int, tuple[list[Extent], list[Extent]]] = {}
        for extent in self:
            edges.setdefault(extent.top, ([], []))[0].append(extent)
            edges.setdefault(extent.bottom + 1, ([], []))[1].append(extent)
        active: list[Extent] = []
        starts, covering = [], []
        for row in sorted(edges):
            begun, ended = edges[row]
            for extent in ended:
                del active[bisect_left(active, _columns(extent), key=_columns)]
            for extent in begun:
                insort(active, extent, key=_columns)
            starts.append(row)
            covering.append(active.copy())
        return starts, covering, [[extent.left for extent in beside] for beside in covering]


def _columns(extent: Extent) -> tuple[int, int, int]:
    return extent.left, extent.bottom, extent.right


_NONE_MERGED = Merged()


@dataclass(frozen=True)
class Grid:
    """A sheet or a table: its non-empty cells by row and column (both ascending), and its merged ranges.

    `sheet` is its title, None in formats without sheets.  `addresses` names the cells of a table with a fixed
    number of them; the cells of a sheet have no end, and are named by letters and numbers.
    Of a long sheet, `rows` are the first rows, `more` reads those below, again at each call and without those that
    may be passed over, and `length` is the number of the last row, as recorded in the sheet.  `hidden_rows` and
    `hidden_columns` were hidden by hand, `filtered_rows` by a filter.  `margins` are the texts of its page headers and
    footers, `unseen` the cells in white on white.
    """

    sheet: str | None
    rows: Mapping[int, Mapping[int, Cell]]
    merged: Merged = _NONE_MERGED
    addresses: Mapping[tuple[int, int], str] | None = None
    more: Callable[[Skim | None], Iterator[tuple[int, Mapping[int, Cell]]]] | None = None
    length: int | None = None
    floating: tuple[Floating, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    filtered_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    margins: tuple[str, ...] = ()
    unseen: frozenset[tuple[int, int]] = frozenset()

    @property
    def hides_any(self) -> bool:
        """Whether any of its cells is hidden, other than by a filter."""
        return bool(self.hidden_rows or self.hidden_columns or self.unseen)

    def every_row(self, skim: Skim | None = None) -> Iterator[tuple[int, Mapping[int, Cell]]]:
        """All rows that are not empty, including those that are not kept; with `skim` those that must be read."""
        yield from passing(self.rows.items(), skim)
        for row, cells in self.more(skim) if self.more else ():
            seen = self._seen(row, {column: cell for column, cell in cells.items() if not cell.is_blank})
            if seen:
                yield row, seen

    @property
    def last_row(self) -> int | None:
        """The number of the last row that is not empty; for a long sheet as recorded in it, None if it is not."""
        return max(self.rows, default=0) if self.more is None else self.length

    def _seen(self, row: int, cells: Mapping[int, Cell]) -> Mapping[int, Cell]:
        """The cells of the row without those hidden by a merged range."""
        if not self.covering(row):
            return cells
        return {column: cell for column, cell in cells.items() if self.extent(row, column)[:2] == (row, column)}

    def cell(self, row: int, column: int) -> Cell | None:
        """The cell there, None if it is empty."""
        cells = self.rows.get(row)
        return cells.get(column) if cells else None

    def extent(self, row: int, column: int) -> Extent:
        """The merged range that covers the cell, or the cell itself."""
        starts, covering, lefts = self.merged.bands
        band = bisect_right(starts, row) - 1
        at = bisect_right(lefts[band], column) - 1 if band >= 0 else -1
        if at >= 0 and column <= covering[band][at].right:
            return covering[band][at]
        return Extent(row, column, row, column)

    def covering(self, row: int) -> list[Extent]:
        """The merged ranges that cover any cell of the row, from left to right."""
        starts, covering, _ = self.merged.bands
        at = bisect_right(starts, row) - 1
        return covering[at] if at >= 0 else []

    def part(self, keeps: Callable[[int, int], bool]) -> Grid:
        """The sheet with only those of its kept cells and the objects over them for which `keeps`, given row and
        column, is true."""
        rows = {
            row: kept
            for row, cells in self.rows.items()
            if (kept := {column: cell for column, cell in cells.items() if keeps(row, column)})
        }
        return replace(self, rows=rows, floating=tuple(one for one in self.floating if keeps(one.row, one.column)))

    def has(self, row: int, column: int) -> bool:
        """Whether the cell exists, empty or not."""
        return self.addresses is None or (row, column) in self.addresses

    def address(self, row: int, column: int) -> str | None:
        """The name of the cell: `B4`, in Word `T1R3C2` (table, row, cell); None if there is none."""
        return f"{letters(column)}{row}" if self.addresses is None else self.addresses.get((row, column))


def _check_beside(merged: Iterable[Extent]) -> None:
    """Raise TooMuch if so many ranges are beside or over one another that `Merged.bands` grows too large."""
    edges: Counter[int] = Counter()
    for extent in merged:
        edges[extent.top] += 1
        edges[extent.bottom + 1] -= 1
    beside = total = 0
    for row in sorted(edges):
        beside += edges[row]
        total += beside
        if total > MOST_BESIDE:
            raise TooMuch(tr("its merged ranges lie over one another"))


@dataclass(frozen=True)
class Book:
    """The visible sheets of a workbook in order, or the tables of a document with the paragraphs around them; the
    hidden sheets; and, if docgen made it, the kit's name and version and the titles of its sheets without answers."""

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
    notes: Mapping[tuple[int, int], str] = MappingProxyType({}),
) -> Grid:
    """Make the grid of these cells (row, column, cell), in any order, with the comments on them and on empty cells.

    Blank cells are left out, and so are cells hidden by a merged range: only its top left cell is kept.  Raises TooMuch
    for merged ranges that overlap by the thousand.
    """
    within = (Extent(e.top, e.left, min(e.bottom, LAST_ROW), min(e.right, LAST_COLUMN)) for e in merged)
    extents = Merged(sorted({extent for extent in within if extent[:2] != extent[2:]}))
    _check_beside(extents)
    rows: dict[int, dict[int, Cell]] = {}
    for row, column, cell in cells:
        if not cell.is_blank:
            rows.setdefault(row, {})[column] = cell
    picture = Grid(sheet, rows, extents, addresses)
    if extents:
        rows = {row: {**seen} for row, cells in rows.items() if (seen := picture._seen(row, cells))}
    for place, note in notes.items():
        row, column = picture.extent(*place)[:2]
        line = rows.setdefault(row, {})
        line[column] = line.get(column, BLANK)._replace(note=note)
    return replace(picture, rows={row: dict(sorted(rows[row].items())) for row in sorted(rows)})


def letters(column: int) -> str:
    """The letters of a column: 1 → A, 28 → AB."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _is_blank(text: str) -> bool:
    """Whether there is nothing to see: only white space and invisible characters."""
    if text and text[0].isprintable() and not text[0].isspace():
        return False
    # a tick of a symbol font is private use: not printable for Python
    return not any((char.isprintable() and not char.isspace()) or "\ue000" <= char <= "\uf8ff" for char in text)


def cell_of(value: object) -> Cell:
    """The cell that shows a typed value as its author sees it.

    Numbers are shown as by `general_cell`, dates in ISO form.
    """
    if value is None:
        return Cell("")
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE")
    if isinstance(value, int | float | Decimal):
        return general_cell(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        text = value.date().isoformat() if midnight else value.replace(microsecond=0).isoformat(" ")
        return Cell(text, is_date=True)
    if isinstance(value, dt.date | dt.time):
        return Cell(value.isoformat(), is_date=isinstance(value, dt.date))
    return Cell(unescaped(str(value)))


def unescaped(text: str) -> str:
    """A text with the control characters that spreadsheets write as `_x000D_`; carriage returns become line breaks."""
    return _CONTROL.sub(lambda found: _MEANT.get(found[1].upper(), ""), text) if "_x" in text else text


def general_cell(value: float | Decimal) -> Cell:
    """The cell that shows a number without float artefacts.  More than 15 digits give the fault `digits-lost`, a
    value that is no number gives `cell-error`."""
    if not math.isfinite(value):
        return Cell(str(value), "cell-error")
    if abs(value) >= 10**DIGITS:
        is_long = isinstance(value, float) and (not value.is_integer() or abs(value) >= _WRITTEN_OUT)
        return Cell(f"{value:.{DIGITS}g}" if is_long else f"{Decimal(value):f}", "digits-lost")
    return Cell(plain(Decimal(f"{value:.{DIGITS}g}") if isinstance(value, float) else Decimal(value)))


def plain(value: Decimal) -> str:
    """A number in full, without artefacts: `0.3`, `13800138000`."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
