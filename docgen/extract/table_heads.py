"""Read the header of a table: its rows, the columns of each field, and the other columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from docgen.extract import words
from docgen.extract.compound_labels import Joint, choice_named
from docgen.extract.meanings import ALIAS, LABEL, NEAR, Meaning
from docgen.extract.near_labels import the_near_field
from docgen.extract.vocabulary import Vocabulary
from docgen.extract.words import Heading
from docgen.formats.grid import Cell, Grid

LEAST_COLUMNS = 3
Row = Mapping[int, Cell]
_ENOUGH = 2.0  # the least weight of the headings, for a table with unknown columns
_OPTIONS = 2  # this many headings that each name a choice make a list of choices
_GROUP_REACH = 12  # how many columns left of a label its group may be


@dataclass(frozen=True)
class Column:
    """The columns under one heading, and the field that it names; `option` is the choice in the heading, if any, and
    `joint` are the fields of a heading that names several.

    `is_label` means that without the choice it would be the field's label; `loose` are the columns right of them
    without a heading.
    """

    numbers: tuple[int, ...]
    key: str
    rank: int
    place: tuple[int, int]
    option: str = ""
    is_label: bool = True
    loose: tuple[int, ...] = ()
    joint: Joint = field(default_factory=Joint)

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields that the heading names."""
        return self.joint.keys or (self.key,)


@dataclass(frozen=True)
class Head:
    """A header: its last row, the columns that it names, what it says about others, and its position."""

    bottom: int
    columns: tuple[Column, ...]
    headings: Mapping[int, Heading] = field(default_factory=dict)
    unknown: Mapping[int, str] = field(default_factory=dict)
    places: frozenset[tuple[int, int]] = frozenset()
    left: int = 1
    right: int | None = None

    @property
    def keys(self) -> set[str]:
        """The fields that have a column."""
        return {key for column in self.columns for key in column.keys}

    def within(self, cells: Row) -> Row:
        """The cells under this header, not under one beside it."""
        if self.left == 1 and self.right is None:
            return cells
        return {c: cell for c, cell in cells.items() if self.left <= c and (self.right is None or c <= self.right)}


def read_head(grid: Grid, vocabulary: Vocabulary, row: int, cells: Row | None = None) -> Head | None:
    """The header whose lowest labels are in the row, None if there are none; `cells` are those of a row that
    is not in the grid."""
    columns = _columns(grid, vocabulary, row, cells)
    if not columns:
        return None
    cells = grid.rows.get(row, {}) if cells is None else cells
    taken = {number for column in columns for number in column.numbers}
    others = {number: cell.text for number, cell in cells.items() if number not in taken and cell.text.strip()}
    headings = {number: kind for number, text in others.items() if (kind := words.heading(text)) is not None}
    unknown = {number: text for number, text in others.items() if number not in headings}
    places = frozenset({*(column.place for column in columns), *((row, number) for number in cells)})
    head = Head(row, tuple(columns), headings, unknown, places)
    return _with_loose(_with_choices_below(grid, vocabulary, head))


def _columns(grid: Grid, vocabulary: Vocabulary, row: int, cells: Row | None = None) -> list[Column]:
    """The columns that a header names whose lowest labels are in the row."""
    found = [column for column, _ in _labels(grid, vocabulary, row, cells)]
    if not found:
        return []
    above: list[Column] = []
    if cells is None:
        above = _labels_above(grid, vocabulary, row, found)
    cells = grid.rows.get(row, {}) if cells is None else cells
    columns = sorted([*found, *above], key=lambda column: column.numbers)
    columns += _near(grid, vocabulary, row, cells, columns)
    return sorted(_with_options(vocabulary, row, cells, columns), key=lambda column: column.numbers)


def may_be_table(grid: Grid, vocabulary: Vocabulary, rows: Iterable[int]) -> bool:
    """Whether any of the rows names as many fields as a header must: a quick no for most forms."""
    columns = (_columns(grid, vocabulary, row) for row in rows if _may_name_several(grid, vocabulary, row))
    return any(len({key for column in found for key in column.keys}) >= LEAST_COLUMNS for found in columns)


def _may_name_several(grid: Grid, vocabulary: Vocabulary, row: int) -> bool:
    """Whether a row may name all fields of a header but one, which may be misspelt; with the cells above it."""
    cells = grid.rows[row]
    keys = {key for cell in cells.values() for key in _possible(vocabulary.meaning(cell.text))}
    if not keys or len(keys) >= LEAST_COLUMNS - 1:
        return bool(keys)
    above = [
        vocabulary.meaning(cell.text) for number, cell in grid.rows.get(row - 1, {}).items() if number not in cells
    ]
    merged = (grid.cell(*extent[:2]) for extent in grid.covering(row) if extent.top < row)
    above += [vocabulary.meaning(cell.text) for cell in merged if cell is not None]
    return len(keys.union(*map(_possible, above))) >= LEAST_COLUMNS - 1


def _possible(meaning: Meaning) -> tuple[str, ...]:
    """Every field that a heading with this meaning may name."""
    return (*meaning.keys, *meaning.joint.keys, *dict(meaning.pairs), *(meaning.option or ())[:1])


def qualifies(vocabulary: Vocabulary, head: Head) -> bool:
    """Whether the header belongs to a table of the kit's customers: it has the name and few unknown columns,
    or half of the required fields."""
    keys = head.keys
    must = {key for key, one in vocabulary.fields.items() if one.required is True}
    if must and len(keys & must) * 2 >= len(must):
        return True
    if vocabulary.kit.name_field not in keys or len(keys) < LEAST_COLUMNS:
        return False
    unknown = sum(not words.is_clerical(text) for text in head.unknown.values())
    ranks = [min(column.rank for column in head.columns if key in column.keys) for key in keys]
    return not unknown or sum(1 if rank < ALIAS else 0.5 for rank in ranks) - unknown / 2 >= _ENOUGH


def split_head(head: Head, name: str) -> list[Head]:
    """The headers of tables beside one another, each with the name and the columns right of it."""
    keys = [column.key for column in head.columns]
    repeated = {key for key in keys if keys.count(key) > 1 and not any(c.option for c in head.columns if c.key == key)}
    if name not in repeated or len(repeated) < LEAST_COLUMNS or len(repeated) * 2 < len(set(keys)):
        return [head]
    cuts: list[int] = []
    seen: set[str] = set()
    for column in head.columns:
        if column.key in seen and column.key in repeated:
            cuts.append(column.numbers[0])
            seen = set()
        seen.add(column.key)
    lefts, rights = [1, *cuts], [*(cut - 1 for cut in cuts), None]
    return [_cut(head, left, right) for left, right in zip(lefts, rights, strict=True)]


def _cut(head: Head, left: int, right: int | None) -> Head:
    def inside(number: int) -> bool:
        return left <= number and (right is None or number <= right)

    return replace(
        head,
        columns=tuple(column for column in head.columns if inside(column.numbers[0])),
        headings={number: kind for number, kind in head.headings.items() if inside(number)},
        unknown={number: text for number, text in head.unknown.items() if inside(number)},
        places=frozenset(place for place in head.places if inside(place[1])),
        left=left,
        right=right,
    )


# -- labels ----------------------------------------------------------------------------------------


def _labels(grid: Grid, vocabulary: Vocabulary, row: int, cells: Row | None = None) -> Iterator[tuple[Column, Meaning]]:
    """The labels in the row itself."""
    for number, cell in (grid.rows.get(row, {}) if cells is None else cells).items():
        meaning = vocabulary.meaning(cell.text) if cell.text.strip() else Meaning()
        if meaning.keys or meaning.option or meaning.joint.keys:
            column = _column(grid, vocabulary, row, number, meaning, kept=cells is None)
            if column is not None:
                yield column, meaning


def _column(
    grid: Grid, vocabulary: Vocabulary, row: int, number: int, meaning: Meaning, *, kept: bool = True
) -> Column | None:
    group = group_above(grid, vocabulary, row, number) if kept and len(meaning.keys) > 1 else ""
    key = vocabulary.resolve(meaning, group) if meaning.keys else meaning.option[0] if meaning.option else None
    key = key or next(iter(meaning.joint.keys), None)
    if key is None:
        return None
    extent = grid.extent(row, number)
    option = meaning.option[1] if meaning.option else ""
    numbers = tuple(range(number, extent.right + 1))
    is_label = bool(meaning.keys or meaning.joint.keys)
    return Column(numbers, key, meaning.rank, (row, number), option, is_label=is_label, joint=meaning.joint)


def own_labels(grid: Grid, vocabulary: Vocabulary, row: int) -> set[str]:
    """The fields whose labels are in the row itself."""
    return {column.key for column, _ in _labels(grid, vocabulary, row)}


def _labels_above(grid: Grid, vocabulary: Vocabulary, row: int, found: Sequence[Column]) -> list[Column]:
    """The labels merged down into the row, or above a blank cell of it in a two-row header."""
    taken = {number for column in found for number in column.numbers}
    places = [extent[:2] for extent in grid.covering(row) if extent.top < row]
    above = grid.rows.get(row - 1, {})
    if any(vocabulary.meaning(cell.text).group for cell in above.values()):
        places += [(row - 1, n) for n in above if grid.extent(row - 1, n)[:2] == (row - 1, n)]
    columns = []
    for top, left in dict.fromkeys(places):
        cell = grid.cell(top, left)
        meaning = vocabulary.meaning(cell.text) if cell else Meaning()
        column = _column(grid, vocabulary, top, left, meaning) if meaning.keys or meaning.option else None
        if column is not None and not taken & set(column.numbers) and not grid.cell(row, left):
            columns.append(column)
    return columns


def group_above(grid: Grid, vocabulary: Vocabulary, row: int, column: int) -> str:
    """The group label above the cell: merged over its columns, or left of it above the first of them."""
    for left in range(column, max(column - _GROUP_REACH, 0), -1):
        extent = grid.extent(row - 1, left)
        cell = grid.cell(extent.top, extent.left)
        if cell is not None and cell.text.strip():
            return vocabulary.meaning(cell.text).group
    return ""


def _near(grid: Grid, vocabulary: Vocabulary, row: int, cells: Row, columns: Sequence[Column]) -> Iterator[Column]:
    """Headings that are nearly the label of exactly one field without a column."""
    keys = [column.key for column in columns]
    if len(set(keys)) < LEAST_COLUMNS - 1:
        return
    taken = {number for column in columns for number in column.numbers}
    near = {}
    for number, cell in cells.items():
        if number not in taken and words.heading(cell.text) is None and not words.is_clerical(cell.text):
            key = the_near_field(vocabulary, cell.text, set(vocabulary.fields) - set(keys))
            if key is not None:
                near[number] = key
    for number, key in near.items():
        if list(near.values()).count(key) == 1:
            yield Column(tuple(range(number, grid.extent(row, number).right + 1)), key, NEAR, (row, number))


# -- choices among the headings ---------------------------------------------------------------------


def _with_options(vocabulary: Vocabulary, row: int, cells: Row, columns: Iterable[Column]) -> list[Column]:
    """The columns, including those headed `行业：银行`, `行业：保险` …; `行业（银行）` alone is only a label."""
    found = list(columns)
    taken = {number for column in found for number in column.numbers}
    for number, cell in cells.items():
        pairs = vocabulary.meaning(cell.text).pairs if number not in taken and cell.text.strip() else ()
        choice = choice_named(vocabulary.fields[pairs[0][0]], pairs[0][1]) if len(pairs) == 1 else None
        if choice:
            found.append(Column((number,), pairs[0][0], LABEL, (row, number), choice))
    counts = Counter(column.key for column in found if column.option)
    return [replace(c, option="") if c.option and c.is_label and counts[c.key] < _OPTIONS else c for c in found]


def _with_choices_below(grid: Grid, vocabulary: Vocabulary, head: Head) -> Head:
    """The header with its second row, if that row names choices of the headings above."""
    cells = {number: cell for number, cell in grid.rows.get(head.bottom + 1, {}).items() if cell.text.strip()}
    spread = _with_loose(head)
    options: dict[int, tuple[Column, str]] = {}
    for number, cell in cells.items():
        column = next((c for c in spread.columns if number in (*c.numbers, *c.loose) and not c.option), None)
        choice = choice_named(vocabulary.fields[column.key], cell.text) if column is not None else None
        if column is None or choice is None or len((*column.numbers, *column.loose)) < 2:
            return head
        options[number] = (column, choice)
    if not options:
        return head
    columns = [column for column in head.columns if not any(column.place == one.place for one, _ in options.values())]
    columns += [Column((n,), one.key, one.rank, one.place, choice) for n, (one, choice) in options.items()]
    places = head.places | {(head.bottom + 1, number) for number in options}
    return replace(head, bottom=head.bottom + 1, columns=tuple(sorted(columns, key=lambda c: c.numbers)), places=places)


def _with_loose(head: Head) -> Head:
    """The header with the columns without a heading to the right of each column."""
    headed = sorted({*(n for c in head.columns for n in c.numbers), *head.headings, *head.unknown})
    columns = []
    for column in head.columns:
        last = column.numbers[-1]
        following = next((number for number in headed if number > last), None)
        loose = tuple(range(last + 1, following)) if following is not None else ()
        columns.append(column if column.loose == loose else replace(column, loose=loose))
    return replace(head, columns=tuple(columns))
