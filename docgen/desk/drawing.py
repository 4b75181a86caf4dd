"""In a worker: turn the sheet of an intake into cells to show, then mark what was read from them.

The grids are the same as for reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from docgen.desk.readings import bounded
from docgen.extract.label_lines import text_form
from docgen.extract.vocabulary import vocabulary
from docgen.formats import detect
from docgen.formats.books import read_book
from docgen.formats.detect import Kind
from docgen.formats.docx import book_of, read_document
from docgen.formats.grid import Book, Grid, letters
from docgen.formats.stacking import stacked
from docgen.library.kits import Kit

#: Rows and columns shown of a form; first rows shown of a table, which include its header.
_ROWS, _COLUMNS, _HEAD = 150, 30, 3
#: Characters shown of a cell.
_LONGEST = 500


class DrawnCell(NamedTuple):
    """A cell: its name, text and extent; `mark` is the result of reading it, `title` the reason."""

    address: str | None
    text: str
    across: int = 1
    down: int = 1
    mark: str = ""
    title: str = ""


class DrawnRow(NamedTuple):
    """A row of cells."""

    number: int
    cells: list[DrawnCell]


class Drawing(NamedTuple):
    """A sheet: its title, column letters (none for Word) and rows, and whether parts are left out."""

    sheet: str | None
    columns: list[str]
    rows: list[DrawnRow]
    is_cut: bool = False


NOTHING = Drawing(None, [], [])


def draw(path: Path, name: str, kit: Path, sheet: str | None, row: int | None) -> Drawing:
    """The sheet with that title; for a table, its first rows and the requested one.  Raises like reading."""
    with bounded(name):
        grids = _grids(path, Kit.load(kit))
        found = next((grid for grid in grids if grid.sheet == sheet), None)
        return _drawn(found, row) if found else NOTHING


def _grids(path: Path, kit: Kit) -> Iterable[Grid]:
    kind = detect.inspect(path)
    if kind is Kind.WORD:
        tags = frozenset(tag for field in kit.fields.values() for tag in field.tags)
        return [stacked(book_of(read_document(path, tags), kit.name).sheets)]
    form = text_form(path, vocabulary(kit)) if kind is Kind.TEXT else None
    return (Book((form.grid,)) if form is not None else read_book(path, kind)).sheets


def _drawn(grid: Grid, row: int | None) -> Drawing:
    every = list(grid.rows)
    if row is not None and row not in grid.rows:
        found = next((cells for number, cells in grid.every_row() if number == row), {})
        kept: dict[int, Mapping[int, Any]] = {number: grid.rows[number] for number in every[:_HEAD]} | {row: found}
    else:
        numbers = [*every[:_HEAD], *([row] if row not in every[:_HEAD] else [])] if row is not None else every[:_ROWS]
        kept = {number: grid.rows[number] for number in numbers if number in grid.rows}
    last = min(max((column for cells in kept.values() for column in cells), default=0), _COLUMNS)
    rows = [DrawnRow(number, _cells(grid, kept, number, cells, last)) for number, cells in kept.items()]
    is_sheet = grid.addresses is None
    return Drawing(
        grid.sheet, [letters(column) for column in range(1, last + 1)] if is_sheet else [], rows, len(kept) < len(every)
    )


def _cells(grid: Grid, kept: Mapping[int, Any], number: int, cells: Mapping[int, Any], last: int) -> list[DrawnCell]:
    """The cells of a row, except those covered by a merged one."""
    drawn = []
    numbers = set(kept)
    for column in range(1, last + 1):
        extent = grid.extent(number, column)
        if (extent.top, extent.left) != (number, column) and (extent.top in numbers or extent.left < column):
            continue
        cell = cells.get(column)
        text = cell.text[:_LONGEST] if cell else ""
        if extent.top != number:
            drawn.append(DrawnCell(None, text))
            continue
        across = min(extent.right, last) - column + 1
        down = sum(1 for row in numbers if number <= row <= extent.bottom)
        drawn.append(DrawnCell(grid.address(number, column), text, across, down))
    return drawn


def marked(drawing: Drawing, check: Mapping[str, Any], answers: Iterable[Mapping[str, Any]]) -> Drawing:
    """The sheet with marks on its cells: answers, cells with findings, texts that were not read."""
    sheet = drawing.sheet
    marks: dict[str, tuple[str, str]] = {}
    for one in check["unrecognised"]:
        if one["sheet"] == sheet and one["cell"]:
            marks[one["cell"]] = ("unread", "")
    for one in answers:
        if one["sheet"] == sheet and one["cell"]:
            marks[one["cell"]] = (one["level"] if one["level"] not in {None, "advice"} else "answer", one["label"])
    for one in check["findings"]:
        if one["sheet"] == sheet and one["cell"] and one["cell"] not in marks:
            marks[one["cell"]] = ("unread" if one["rule"] == "unread" else one["level"], one["message"])
    rows = [
        DrawnRow(row.number, [
            cell._replace(mark=marks[cell.address][0], title=marks[cell.address][1]) if cell.address in marks else cell
            for cell in row.cells
        ])
        for row in drawing.rows
    ]  # fmt: skip
    return drawing._replace(rows=rows)
