"""The units of a table: stated in a heading, above or below it, or once for the whole sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from docgen.extract import words
from docgen.extract.account import Place
from docgen.extract.answer_text import bare_unit, unit_of
from docgen.extract.table_heads import Column, Head, Row
from docgen.formats.grid import Grid
from docgen.model.kit import Kit


class TableUnits:
    """What is said of the units under one header.  `lines` are the places of `单位：万` and the like, and of words that
    change an answer: nobody can tell which columns or customers they mean, so that each customer gets a note."""

    def __init__(self, grid: Grid, kit: Kit, head: Head, lines: Iterable[Place] = ()) -> None:
        """`lines` are those of the tables above."""
        self._grid = grid
        self._kit = kit
        self._head = head
        self._below: dict[int, str] = {}
        self.lines = dict.fromkeys(lines)
        for row, cells in grid.rows.items():
            if row <= head.bottom:
                self._note_lines(row, cells)

    def add(self, row: int, cells: Row) -> None:
        """Take a row that is no customer's: right below the header it may hold a unit for each column."""
        self._note_lines(row, cells)
        if row == self._head.bottom + 1:
            self._below = {number: cell.text.strip() for number, cell in cells.items() if cell.text.strip()}

    def of(self, key: str, label: Place) -> str:
        """The unit that is stated for the column of the field with this label; empty without one."""
        head = self._grid.cell(*label)
        found = unit_of(self._kit, key, head.text) if head is not None else ""
        return found or next(filter(None, (self._unit(key, text) for text in self._near(label))), "")

    def _near(self, label: Place) -> Iterator[str]:
        """The texts right above and right below the heading."""
        row, column = label
        extent = self._grid.extent(row - 1, column)
        above = self._grid.cell(extent.top, extent.left) if row > 1 else None
        if above is not None and not any(one.place == extent[:2] for one in self._head.columns):
            yield above.text
        if column in self._below:
            yield self._below[column]

    def _unit(self, key: str, text: str) -> str:
        return unit_of(self._kit, key, text) or bare_unit(self._kit, key, text)

    def _note_lines(self, row: int, cells: Row) -> None:
        headed = {column.place for column in self._head.columns}
        for number, cell in cells.items():
            is_said = words.states_unit(cell.text) or words.is_change(cell.text)
            if is_said and (row, number) not in headed and not self._is_of_column(row, number):
                self.lines[row, number] = None

    def _is_of_column(self, row: int, number: int) -> bool:
        """Whether the cell is right above or below the heading of a single column and speaks of that one."""
        column = next((one for one in self._head.columns if number in one.numbers), None)
        is_beside = column is not None and row in {column.place[0] - 1, self._head.bottom + 1}
        return is_beside and column is not None and self._has_unit(column, row, number)

    def _has_unit(self, column: Column, row: int, number: int) -> bool:
        cell = self._grid.cell(row, number)
        return cell is not None and bool(self._unit(column.key, cell.text))
