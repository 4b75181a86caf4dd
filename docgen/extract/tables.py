"""Read tables with one customer per row under a header row, with the columns in any order."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice, pairwise

from docgen.extract.account import Place, ThingKind, cell_things, floating_things, unrecognised
from docgen.extract.hidden import hidden, hidden_rows, visible
from docgen.extract.table_customers import CustomerReader
from docgen.extract.table_heads import (
    LEAST_COLUMNS,
    Head,
    Row,
    may_be_table,
    own_labels,
    qualifies,
    read_head,
    split_head,
)
from docgen.extract.table_rows import RowKind, RowReader
from docgen.extract.table_units import TableUnits
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import Cell, Grid
from docgen.formats.skimming import Skim
from docgen.model.intake import Answers, Unrecognised

HEAD_ROWS = 200  # the header is among this many first rows


@dataclass(frozen=True)
class Table:
    """The customers under one header, and under the headers of further tables below it.

    `whole` is the sheet with its hidden parts, `grid` its visible part; `heads` are the headers of tables that
    are beside one another.
    """

    whole: Grid
    grid: Grid
    vocabulary: Vocabulary
    heads: tuple[Head, ...]

    @property
    def about(self) -> int | None:
        """The approximate number of customers: the rows below the header; None if unknown."""
        last = self.grid.last_row
        return None if last is None else (last - self.heads[0].bottom) * len(self.heads)

    def customers(self, outside: list[Unrecognised], skim: Skim | None = None) -> Iterator[Answers]:
        """The customers in order, one at a time, without those that `skim` lets pass; texts outside all of them are
        added to `outside`, except those among customers that are passed over.  Raises SkimmedError."""
        outside += self._above()
        number = count(1)
        if len(self.heads) > 1 or self.grid.floating:  # rows are read several times, or all customers must be known
            skim = None
        for head in self.heads:
            for answers in _Walk(self.grid, self.vocabulary, head, skim).customers(outside):
                # tables beside one another share their rows, so customers are numbered
                yield answers if len(self.heads) == 1 else replace(answers, row=next(number))
        outside += self._hidden()

    def _above(self) -> Iterator[Unrecognised]:
        """The unknown texts above and in the header, and over these rows."""
        bottom = self.heads[0].bottom
        for row, cells in self.grid.rows.items():
            if row <= bottom:
                yield from outside_texts(self.grid, self.vocabulary, row, cells, self.heads)
        for thing in floating_things(one for one in self.grid.floating if one.row <= bottom):
            yield unrecognised(self.grid, thing)

    def _hidden(self) -> Iterator[Unrecognised]:
        below = hidden(self.whole)
        yield from (unrecognised(self.grid, thing) for thing in floating_things(below.floating))
        for row, cells in (*below.rows.items(), *hidden_rows(self.whole)):
            for column, cell in cells.items():
                yield from (unrecognised(self.grid, thing) for thing in cell_things((row, column), cell))


def outside_texts(
    grid: Grid, vocabulary: Vocabulary, row: int, cells: Row, heads: Sequence[Head] = (), printed: Container[int] = ()
) -> Iterator[Unrecognised]:
    """The unknown texts of a row that holds no customer.

    Left out are the kit's own words, the headings of known columns, and the cells of `printed` columns.
    """
    known = {place for head in heads for column in head.columns for place in _places(column.place, column.numbers)}
    known |= {place for head in heads for place in head.places if place[1] not in head.unknown}
    for number, cell in cells.items():
        for thing in cell_things((row, number), cell):
            is_known = (row, number) in known or number in printed or vocabulary.understood(cell.text)
            if not (thing.kind is ThingKind.TEXT and is_known):
                yield unrecognised(grid, thing)


def _places(place: Place, numbers: tuple[int, ...]) -> Iterator[Place]:
    return ((place[0], number) for number in numbers)


class _Walk:
    """Walks one table from its header down, with the tables below it."""

    def __init__(self, grid: Grid, vocabulary: Vocabulary, head: Head, skim: Skim | None) -> None:
        self.grid = grid
        self.vocabulary = vocabulary
        self.head = head
        self.skim = skim
        self.rows = RowReader(grid, vocabulary, head)
        self.customer: CustomerReader | None = None
        self.top = head.bottom
        self.taken: set[int] = set()  # the rows of customers, if any object is over the sheet
        self.last = 0
        self.count = 0
        self.passed = skim.passed if skim is not None else 0
        self.tops: dict[Place, Cell] = {}
        self.units = TableUnits(grid, vocabulary.kit, head)

    def customers(self, outside: list[Unrecognised]) -> Iterator[Answers]:
        if self.skim is not None:
            self.skim.is_customer, self.skim.reaches = self._is_customer, self.rows.reaches
        for row, everything in self.grid.every_row(self.skim):
            self._forget_passed()
            cells = self.head.within(everything)
            for extent in self.grid.covering(row):
                if extent.top == row and extent.left in everything:
                    self.tops[extent[:2]] = everything[extent.left]
            if row <= self.top or not cells:
                continue
            done = self._take(row, cells, outside)
            if self.skim is not None:
                self.skim.is_open, self.skim.reaches = self.customer is not None, self.rows.reaches
            if done is not None:
                yield self._answers(done)
        self._forget_passed()
        if self.customer is not None:
            yield self._answers(self.customer)
        outside += self._floating()

    def _is_customer(self, row: int, cells: Row) -> bool:
        """Whether a row that begins with these cells can be passed over: it is visible and clearly a customer's."""
        grid = self.grid
        if row <= self.top or row in grid.hidden_rows or grid.covering(row):
            return False
        hidden = grid.hidden_columns
        seen = {number: cell for number, cell in cells.items() if not cell.is_blank and number not in hidden}
        return self.rows.is_customer(row, seen)

    def _forget_passed(self) -> None:
        """Forget the customer above if it is passed over, and what cannot be known of the rows since."""
        if self.skim is not None and self.skim.passed != self.passed:
            self.count += self.skim.passed - self.passed
            self.passed = self.skim.passed
            self.customer = None
            self.rows.forget_sums()

    def _answers(self, customer: CustomerReader) -> Answers:
        if self.grid.floating:
            self.taken |= set(customer.rows)
        return customer.answers()

    def _take(self, row: int, cells: Row, outside: list[Unrecognised]) -> CustomerReader | None:
        """Take a row; returns the customer that ends with it, if any."""
        follows = self.customer is not None and self.last == row - 1
        kind = self.rows.kind(row, cells, follows=follows)
        if kind is RowKind.MORE and self.customer is not None:
            self.customer.add(row, cells)
            self.last = row
            return None
        if kind is RowKind.REMARK and self.customer is not None:
            self._take_remark(row, cells, outside)
            return None
        done, self.customer = self.customer, None
        if kind is RowKind.CUSTOMER:
            self.customer = CustomerReader(self.grid, self.vocabulary, self.rows.head, self.tops, self.units)
            self.count += 1
            if self.skim is not None:
                self.skim.begun += 1
            self.customer.add(row, cells)
            self.last = row
        elif kind is RowKind.HEAD:
            outside += outside_texts(self.grid, self.vocabulary, row, cells, [self.rows.head])
            self.units = TableUnits(self.grid, self.vocabulary.kit, self.rows.head, self.units.lines)
        else:
            self.units.add(row, cells)
            outside += outside_texts(self.grid, self.vocabulary, row, cells, printed=self.rows.printed(cells))
        return done

    def _take_remark(self, row: int, cells: Row, outside: list[Unrecognised]) -> None:
        """Take a remark below the customers: a single customer owns it; of several, the last reports its place."""
        assert self.customer is not None
        self.last = row
        if self.count == 1:
            self.customer.add_remark(row, cells)
            return
        outside += outside_texts(self.grid, self.vocabulary, row, cells)
        self.customer.shared.append((row, next(iter(cells))))

    def _floating(self) -> Iterator[Unrecognised]:
        """The objects over rows below the header that belong to no customer."""
        for one in self.grid.floating:
            lies_here = one.row > self.top and one.row not in self.taken and self.head.within({one.column: Cell("")})
            if lies_here:
                yield from (unrecognised(self.grid, thing) for thing in floating_things([one]))


def find_table(whole: Grid, vocabulary: Vocabulary) -> Table | None:
    """The table on the sheet; None without a table or if it has no customers."""
    grid = visible(whole)
    rows = list(islice(grid.rows, HEAD_ROWS))
    if not may_be_table(grid, vocabulary, rows) or not any(_has_labels(grid.rows[row], vocabulary) for row in rows):
        return None
    heads = {row: head for row in rows if (head := read_head(grid, vocabulary, row))}
    row = max(heads, key=lambda row: (len(heads[row].keys), -row))
    while _continues(grid, vocabulary, heads, row):
        row += 1  # the lower row of a two-row header knows as many fields, and the group of each
    head = heads[row]
    if len(head.keys) < LEAST_COLUMNS or not qualifies(vocabulary, head):
        return None
    if not _is_header(grid, vocabulary, row, heads):
        return None
    row = min(r for r, one in heads.items() if r == row or (r < row and _is_table_above(vocabulary, one, heads)))
    table = Table(whole, grid, vocabulary, tuple(split_head(heads[row], vocabulary.kit.name_field)))
    return table if _has_customers(table, heads[row]) else None


def _has_labels(cells: Row, vocabulary: Vocabulary) -> bool:
    """Whether more than one label is in the row, unlike in a form with one label per row."""
    found = 0
    for cell in cells.values():
        meaning = vocabulary.meaning(cell.text)
        found += bool(meaning.keys or meaning.option or meaning.pairs)
        if found > 1:
            return True
    return False


def _continues(grid: Grid, vocabulary: Vocabulary, heads: Mapping[int, Head], row: int) -> bool:
    below = heads.get(row + 1)
    if below is None or len(below.keys) != len(heads[row].keys):
        return False
    return len(own_labels(grid, vocabulary, row + 1)) < len(heads[row].keys)


def _is_table_above(vocabulary: Vocabulary, head: Head, heads: Mapping[int, Head]) -> bool:
    """Whether the row is the header of another table above, not the upper row of the same header."""
    return qualifies(vocabulary, head) and head.bottom + 1 not in heads


def _has_customers(table: Table, head: Head) -> bool:
    kept = replace(table, grid=replace(table.grid, more=None), whole=replace(table.whole, more=None))
    customers = list(islice(kept.customers([]), 2))
    alternates = not any(left.numbers[-1] + 1 == right.numbers[0] for left, right in pairwise(head.columns))
    could_be_form = alternates and len(head.keys) * 2 >= len(table.vocabulary.fields)  # all its pairs in one row
    return bool(customers) and not (could_be_form and len(customers) < 2)


def _is_header(grid: Grid, vocabulary: Vocabulary, header: int, heads: Mapping[int, Head]) -> bool:
    """Whether the row is a header of the sheet: few other labels are in rows that are not headers.

    In a form every row has labels; in a table only repeated headers have, and some answers by chance.
    """
    own = heads[header].keys
    elsewhere: set[str] = set()
    for row, head in heads.items():
        if row in {header, header - 1} or (row != header and qualifies(vocabulary, head)):
            continue
        others = own_labels(grid, vocabulary, row) - own
        if len(others) > (1 if row < header else 2):
            return False
        elsewhere |= others
    return len(own) > len(elsewhere) and len(_paired(grid, vocabulary) - own) < len(own)


def _paired(grid: Grid, vocabulary: Vocabulary) -> set[str]:
    """The fields that would have label and answer in one cell if the sheet were a form."""
    lines = (grid.rows[row] for row in islice(grid.rows, HEAD_ROWS))
    return {key for cells in lines for cell in cells.values() for key, _ in vocabulary.meaning(cell.text).pairs}
