"""Split a sheet into its visible and hidden parts, since hidden rows and columns are reported, not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from docgen.formats.grid import Cell, Grid
from docgen.formats.skimming import Skim


def visible(grid: Grid) -> Grid:
    """The sheet without hidden cells; a merged cell is visible if any part of it is."""
    if not grid.hides_any:
        return grid
    seen = grid.part(lambda row, column: not _is_hidden(grid, row, column))
    more = grid.more
    if more is None:
        return seen

    def rows(skim: Skim | None) -> Iterator[tuple[int, Mapping[int, Cell]]]:
        for row, cells in more(skim):
            if row not in grid.hidden_rows:
                yield row, {column: cell for column, cell in cells.items() if not _is_hidden(grid, row, column)}

    return replace(seen, more=rows)


def hidden(grid: Grid) -> Grid:
    """What is hidden in the kept rows of the sheet, as a separate sheet."""
    found = grid.part(lambda row, column: _is_hidden(grid, row, column))
    return replace(found, more=None, hidden_rows=frozenset(), hidden_columns=frozenset(), unseen=frozenset())


def hidden_rows(grid: Grid) -> Iterator[tuple[int, Mapping[int, Cell]]]:
    """What is hidden in the rows below those that are kept."""
    for row, cells in grid.more(None) if grid.more is not None and grid.hides_any else ():
        kept = {column: cell for column, cell in cells.items() if _is_hidden(grid, row, column)}
        if kept:
            yield row, kept


def _is_hidden(grid: Grid, row: int, column: int) -> bool:
    if (row, column) in grid.unseen:
        return True
    if row not in grid.hidden_rows and column not in grid.hidden_columns:
        return False
    extent = grid.extent(row, column)
    rows = range(extent.top, min(extent.bottom, extent.top + _SEARCHED) + 1)
    columns = range(extent.left, min(extent.right, extent.left + _SEARCHED) + 1)
    return all(r in grid.hidden_rows for r in rows) or all(c in grid.hidden_columns for c in columns)


_SEARCHED = 1000  # rows or columns of a merged range that are searched
