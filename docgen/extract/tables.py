"""Table layouts: one customer a row under a header row, whatever the order of the columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from docgen.extract.vocabulary import Meaning, Vocabulary
from docgen.formats.grid import BLANK, Cell, Grid
from docgen.model.intake import Answer, Answers, Origin, Unrecognised
from docgen.text import is_numbering, is_total_or_remark

LEAST_COLUMNS = 3
Row = Mapping[int, Cell]
HEAD_ROWS = 200  # the header stands among so many first rows


@dataclass(frozen=True)
class Column:
    """A column of the table and the field that its header names."""

    number: int
    key: str
    rank: int


@dataclass(frozen=True)
class Table:
    """A header row, its columns, and rows below it that hold a customer each; `numbering` are the columns
    that merely count the rows."""

    grid: Grid
    vocabulary: Vocabulary
    header: int
    columns: tuple[Column, ...]
    numbering: frozenset[int]

    @property
    def about(self) -> int | None:
        """About how many customers there are: the rows below the header; None where nobody knows."""
        last = self.grid.last_row
        return None if last is None else last - self.header

    def intakes(self, made_with: tuple[str, str] | None) -> Iterator[Answers]:
        """The customers in order, one at a time.

        The first carries what stands outside of their rows; of a long sheet what stands between or below
        its later rows is carried by the customer before it.
        """
        outside = list(self._outside(self.grid.rows.items()))
        tops: dict[tuple[int, int], Cell] = {}  # what cells merged over several rows say
        before: Answers | None = None
        for row, cells in self.grid.every_row():
            tops |= {e[:2]: cells[e.left] for e in self.grid.covering(row) if e.top == row and e.left in cells}
            if self._is_customer(row, cells):
                if before is not None:
                    yield _with(before, outside)
                    outside = []
                before = self._customer(row, cells, tops, made_with)
            elif row not in self.grid.rows:
                outside += self._outside([(row, cells)])
        if before is not None:
            yield _with(before, outside)

    def _customer(
        self, row: int, cells: Row, tops: Mapping[tuple[int, int], Cell], made_with: tuple[str, str] | None
    ) -> Answers:
        sheet = self.grid.sheet
        fields = {}
        for column in self.columns:
            place, cell = self._seen(row, cells, column.number, tops)
            written = "" if self.vocabulary.is_hint(column.key, cell.text) else cell.text
            origin = Origin(sheet, self.grid.address(*place))
            fields[column.key] = Answer(written, origin, cell.fault, is_date=cell.is_date, exact=cell.exact)
        known = {column.number for column in self.columns}
        rest = (n for n, cell in cells.items() if cell.text and n not in known and not self._counts(n, cell))
        return Answers(sheet, row, fields, tuple(self._text(row, number, cells) for number in rest), made_with)

    def _seen(
        self, row: int, cells: Row, column: int, tops: Mapping[tuple[int, int], Cell]
    ) -> tuple[tuple[int, int], Cell]:
        """What the reader of the table sees there: the cell's place and text, of a merged one its top left cell's."""
        if column in cells:
            return (row, column), cells[column]
        extent = self.grid.extent(row, column)
        if extent.top <= self.header:
            return (row, column), BLANK
        return extent[:2], tops.get(extent[:2], BLANK)

    def _counts(self, column: int, cell: Cell) -> bool:
        return column in self.numbering and cell.text.strip().isdecimal()

    def _text(self, row: int, column: int, cells: Row) -> Unrecognised:
        return Unrecognised(self.grid.sheet, self.grid.address(row, column), cells[column].text)

    def _outside(self, rows: Iterable[tuple[int, Row]]) -> Iterator[Unrecognised]:
        """What stands above the header, in headers of unknown columns, and in rows that hold no customer."""
        known = {column.number: column.key for column in self.columns}
        for row, cells in rows:
            if self._is_customer(row, cells):
                continue
            for number, cell in cells.items():
                key = known.get(number)
                if key and (row == self.header or self.vocabulary.is_example(key, cell.text)):
                    continue
                if cell.text and not self.vocabulary.understood(cell.text) and not self._counts(number, cell):
                    yield self._text(row, number, cells)

    def _is_customer(self, row: int, cells: Row) -> bool:
        """Whether the row holds a customer: an answer of its own under a known column, and is no total,
        remark, example or repeated header."""
        if row <= self.header:
            return False
        given = {c.key: cells[c.number] for c in self.columns if c.number in cells}
        given = {
            key: cell
            for key, cell in given.items()
            if (cell.text or cell.fault) and not self.vocabulary.is_hint(key, cell.text)
        }
        if not given:
            return False
        first_number, first = next(iter(cells.items()))
        if is_total_or_remark(first.text):
            return False
        if len(cells) == 1 and self.grid.extent(row, first_number).right > first_number:
            return False  # a title or remark across the table
        repeated = sum(key in self.vocabulary.meaning(cell.text).keys for key, cell in given.items())
        if repeated * 2 > len(given):
            return False
        examples = len(given) >= LEAST_COLUMNS and all(
            self.vocabulary.is_example(key, cell.text) for key, cell in given.items()
        )
        return not examples

    def first_customers(self, count: int) -> list[int]:
        """The rows of the first customers, at most `count`, among the rows that are kept."""
        return list(islice((row for row, cells in self.grid.rows.items() if self._is_customer(row, cells)), count))


def _with(answers: Answers, outside: list[Unrecognised]) -> Answers:
    return replace(answers, unrecognised=(*outside, *answers.unrecognised)) if outside else answers


def find_table(grid: Grid, vocabulary: Vocabulary) -> Table | None:
    """The table that the sheet holds, None where it holds none or one without customers."""
    headers = {}
    for row in islice(grid.rows, HEAD_ROWS):
        columns = _columns(grid, vocabulary, row)
        if columns:
            headers[row] = columns
    if not headers:
        return None
    header = max(headers, key=lambda row: (len(headers[row]), -row))
    while len(headers.get(header + 1, ())) == len(headers[header]) and _own_labels(grid, vocabulary, header + 1) < len(
        headers[header]
    ):
        header += 1  # the lower row of a header of two rows knows as many fields, and which group each is of
    columns = headers[header]
    if len(columns) < LEAST_COLUMNS or not _is_header(grid, vocabulary, header, headers):
        return None
    numbering = frozenset(number for number, cell in grid.rows[header].items() if is_numbering(cell.text))
    table = Table(grid, vocabulary, header, columns, numbering)
    customers = table.first_customers(2)
    alternates = not any(left.number + 1 == right.number for left, right in pairwise(columns))
    could_be_form = alternates and len(columns) * 2 >= len(vocabulary.fields)  # all its pairs in one row
    if not customers or (could_be_form and len(customers) < 2):
        return None
    return table


# -- the header ------------------------------------------------------------------------------------


def _columns(grid: Grid, vocabulary: Vocabulary, row: int) -> tuple[Column, ...]:
    """The columns whose header the row would be: by its own labels, and those merged down into it
    or standing above a blank cell of it in a header of two rows; of two for one field the better."""
    found = [Column(number, key, meaning.rank) for number, key, meaning in _labels(grid, vocabulary, row)]
    if not found:
        return ()
    for extent in grid.covering(row):
        if extent.top < row:
            found += _label_at(grid, vocabulary, extent.top, extent.left)
    above = grid.rows.get(row - 1, {})
    if any(vocabulary.meaning(cell.text).group for cell in above.values()):
        taken = {column.number for column in found}
        for number in above:
            if number not in taken and grid.extent(row, number)[:2] == (row, number) and not grid.cell(row, number):
                found += _label_at(grid, vocabulary, row - 1, number)
    best: dict[str, Column] = {}
    for column in sorted(found, key=lambda column: (column.rank, column.number)):
        best.setdefault(column.key, column)
    return tuple(sorted(best.values(), key=lambda column: column.number))


def _label_at(grid: Grid, vocabulary: Vocabulary, row: int, column: int) -> list[Column]:
    cell = grid.cell(row, column)
    meaning = vocabulary.meaning(cell.text) if cell else Meaning()
    key = vocabulary.resolve(meaning, _group_above(grid, vocabulary, row, column))
    return [Column(column, key, meaning.rank)] if key else []


def _labels(grid: Grid, vocabulary: Vocabulary, row: int) -> Iterator[tuple[int, str, Meaning]]:
    """The labels that stand in the row itself: column, field, meaning."""
    for number, cell in grid.rows.get(row, {}).items():
        meaning = vocabulary.meaning(cell.text)
        if meaning.keys:
            group = _group_above(grid, vocabulary, row, number) if len(meaning.keys) > 1 else ""
            key = vocabulary.resolve(meaning, group)
            if key:
                yield number, key, meaning


def _own_labels(grid: Grid, vocabulary: Vocabulary, row: int) -> int:
    return len({key for _, key, _ in _labels(grid, vocabulary, row)})


def _group_above(grid: Grid, vocabulary: Vocabulary, row: int, column: int) -> str:
    """The group label that stands above the cell, merged over its columns or left of it above the first."""
    for left in range(column, max(column - 12, 0), -1):
        extent = grid.extent(row - 1, left)
        cell = grid.cell(extent.top, extent.left)
        if cell is not None:
            return vocabulary.meaning(cell.text).group
    return ""


def _is_header(grid: Grid, vocabulary: Vocabulary, header: int, headers: dict[int, tuple[Column, ...]]) -> bool:
    """Whether the row is the one header of the sheet: few other labels stand in other rows.

    In a form every row has its labels; in a table only a repeated header has, and an answer by chance.
    """
    own = {column.key for column in headers[header]}
    elsewhere: set[str] = set()
    for row in headers:
        if row in {header, header - 1}:
            continue
        others = {key for _, key, _ in _labels(grid, vocabulary, row)} - own
        if len(others) > (1 if row < header else 2):
            return False
        elsewhere |= others
    return len(own) > len(elsewhere) and len(_paired(grid, vocabulary) - own) < len(own)


def _paired(grid: Grid, vocabulary: Vocabulary) -> set[str]:
    """The fields with label and answer in one cell, were the sheet a form."""
    lines = (grid.rows[row] for row in islice(grid.rows, HEAD_ROWS))
    return {key for cells in lines for cell in cells.values() for key, _ in vocabulary.meaning(cell.text).pairs}
