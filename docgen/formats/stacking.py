"""Put several tables below one another, as one: those of a document, or the sheets of a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from docgen.formats.grid import Cell, Extent, Floating, Grid, Merged

#: Cells of a sheet that are named one by one.
_MOST_NAMED = 10_000


def stacked(grids: Iterable[Grid]) -> Grid:
    """The tables of a document as one, below one another with a blank row in between."""
    rows: dict[int, Mapping[int, Cell]] = {}
    merged: list[Extent] = []
    addresses: dict[tuple[int, int], str] = {}
    floating: list[Floating] = []
    margins: list[str] = []
    above = 0
    for one in grids:
        rows |= {row + above: cells for row, cells in one.rows.items()}
        merged += [Extent(e.top + above, e.left, e.bottom + above, e.right) for e in one.merged]
        addresses |= {(row + above, column): name for (row, column), name in (one.addresses or {}).items()}
        floating += [each._replace(row=each.row + above) for each in one.floating]
        above += max((row for row, _ in one.addresses or ()), default=-1) + 1
        margins += one.margins
    return Grid(None, rows, Merged(merged), addresses, floating=tuple(floating), margins=tuple(dict.fromkeys(margins)))


def with_addresses(sheet: Grid) -> Grid | None:
    """A sheet whose cells are named with its title, `信息!B4`, up to two columns beside the last text; None if it is
    larger than any form."""
    last = max((max(cells) for cells in sheet.rows.values()), default=0) + 2
    bottom = max(sheet.rows, default=0)
    if last * bottom > _MOST_NAMED:
        return None
    places = ((row, column) for row in range(1, bottom + 1) for column in range(1, last + 1))
    return replace(sheet, addresses={place: f"{sheet.sheet}!{sheet.address(*place)}" for place in places})
