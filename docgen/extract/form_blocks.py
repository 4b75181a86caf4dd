"""Find where each form begins and ends when a sheet holds several, below or beside one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from docgen.extract.cell_classes import Layout, Role
from docgen.formats.grid import Grid

_FAR = 10**9


@dataclass(frozen=True)
class Block:
    """The rows and columns of one form, inclusive."""

    top: int
    bottom: int
    left: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell is inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


class _Label(NamedTuple):
    row: int
    column: int
    key: str
    bottom: int


def find_blocks(layout: Layout, half: int, name: str) -> list[Block]:
    """The forms of the sheet, each with at least `half` labels; at most one if the sheet holds a single form.

    `name` is the field that every customer must have.
    """
    labels = list(_labels(layout))
    for blocks in (_beside(layout, labels, half), _stacked(layout.grid, labels, half, name)):
        if len(blocks) > 1:
            return blocks
    return []


def _labels(layout: Layout) -> Iterator[_Label]:
    for place, role in layout.roles.items():
        spot = layout.spots[place]
        paired = [key for key, _ in spot.meaning.pairs] if role is Role.PAIR else []
        for key in [spot.key] if role is Role.LABEL else paired:
            if key is not None:
                yield _Label(*place, key, spot.extent.bottom)


def _beside(layout: Layout, labels: list[_Label], half: int) -> list[Block]:
    """Forms beside one another: the same labels repeat in the same rows."""
    rows: dict[tuple[int, str], list[int]] = {}
    for label in labels:
        rows.setdefault((label.row, label.key), []).append(label.column)
    repeated = [sorted(columns) for columns in rows.values() if len(columns) > 1]
    times = Counter(map(len, repeated)).most_common(1)
    if not times or times[0][1] < half:
        return []
    count = times[0][0]
    columns = [found for found in repeated if len(found) == count]
    starts = [min(found[number] for found in columns) for number in range(count)]
    ends = [max(found[number] for found in columns) for number in range(count)]
    if any(end >= start for end, start in zip(ends, starts[1:], strict=False)):
        return []
    top, bottom = min(label.row for label in labels), max(label.bottom for label in labels)
    first = _heading_row(layout.grid, top)
    rights = [*(start - 1 for start in starts[1:]), _FAR]
    return [
        Block(first, _last_row(layout.grid, bottom), left, right) for left, right in zip(starts, rights, strict=True)
    ]


def _stacked(grid: Grid, labels: list[_Label], half: int, name: str) -> list[Block]:
    """Forms below one another, recognised by the label of the name."""
    names = sorted({label.row for label in labels if label.key == name})
    if len(names) < 2:
        return []
    around = [min(label.row for label in labels), *names[1:], _FAR]
    cuts = [_cut(labels, *around[number : number + 3]) for number in range(len(names) - 1)]
    starts = [min(label.row for label in labels), *cuts]
    parts = [
        [label for label in labels if start <= label.row < end]
        for start, end in zip(starts, [*cuts, _FAR], strict=True)
    ]
    if any(len({label.key for label in part}) < half for part in parts):
        return []
    blocks: list[Block] = []
    for number, part in enumerate(parts):
        limit = starts[number + 1] if number + 1 < len(starts) else _FAR
        bottom = _last_row(grid, max(label.bottom for label in part), limit)
        top = _heading_row(grid, starts[number], blocks[-1].bottom if blocks else 0)
        blocks.append(Block(top, bottom, 1, _FAR))
    return blocks


def _cut(labels: list[_Label], start: int, name: int, end: int) -> int:
    """The row where the form from `start` ends and the form with the name in row `name` begins: the cut that leaves
    the fewest repeated labels in either."""

    def doubles(first: int, last: int) -> int:
        keys = [label.key for label in labels if first <= label.row < last]
        return len(keys) - len(set(keys))

    rows = sorted({label.row for label in labels if start < label.row <= name})
    return min(rows, key=lambda row: (doubles(start, row) + doubles(row, end), -row))


def _heading_row(grid: Grid, first: int, least: int = 0) -> int:
    """The first of the rows directly above the first label, without a gap and below `least`."""
    row = first
    while row - 1 > least and row - 1 in grid.rows:
        row -= 1
    return row


def _last_row(grid: Grid, last: int, limit: int = _FAR) -> int:
    """The last of the rows that follow the last label without a blank row, above `limit`.

    Rows that reach the next form without a blank row belong to that form.
    """
    row = last
    while row + 1 < limit and row + 1 in grid.rows:
        row += 1
    if row + 1 == limit:  # no blank row between two forms: the rows head the second
        return last
    return row
