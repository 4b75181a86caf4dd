"""Read a table of commercial terms: one customer per row, identified by name or credit code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from docgen.extract.vocabulary import Vocabulary, vocabulary
from docgen.extract.words import heading, is_clerical
from docgen.formats.grid import Book, Cell, Grid
from docgen.model.intake import Answer, Origin, Unrecognised
from docgen.model.kit import Kit
from docgen.text import fold_label, is_numbering

_HEAD_ROWS = 20  # the header is among this many first rows


@dataclass(frozen=True)
class TermsRow:
    """One row as written: its position, the customer's name, and the given terms by key."""

    sheet: str | None
    row: int
    name: str
    answers: Mapping[str, Answer]


@dataclass(frozen=True)
class TermsTable:
    """The rows of a workbook's tables of terms, and the headings of columns that are no term."""

    rows: tuple[TermsRow, ...]
    unknown: tuple[Unrecognised, ...]


def find_tables(book: Book, kit: Kit) -> TermsTable | None:
    """The tables of terms on the sheets that are no terms sheets; None if there are none."""
    titles = {fold_label(section.label) for section in kit.sections if section.internal}
    found = [one for grid in book.sheets if fold_label(grid.sheet or "") not in titles and (one := _table(grid, kit))]
    if not found:
        return None
    return TermsTable(
        tuple(row for one in found for row in one.rows), tuple(text for one in found for text in one.unknown)
    )


def _table(grid: Grid, kit: Kit) -> TermsTable | None:
    """The table on the sheet: below a row that names the customers' column and at least one term."""
    terms = Vocabulary(kit, internal=True)
    for row in islice(grid.rows, _HEAD_ROWS):
        columns, unknown = _columns(grid.rows[row], terms, kit)
        keys = {key for key in columns.values() if key != kit.name_field}
        codes = {field.key for field in kit.codes}
        if (kit.name_field in columns.values() or keys & codes) and keys - codes:
            texts = tuple(Unrecognised(grid.sheet, grid.address(row, at), text) for at, text in unknown)
            return TermsTable(tuple(_rows(grid, row, columns, kit)), texts)
    return None


def _columns(cells: Mapping[int, Cell], terms: Vocabulary, kit: Kit) -> tuple[dict[int, str], list[tuple[int, str]]]:
    """For each column the term or customer's name that its heading names, and the headings that name neither.

    Columns headed by customer fields, remarks or numbering are skipped.
    """
    customers = vocabulary(kit)
    columns: dict[int, str] = {}
    unknown = []
    for at, cell in cells.items():
        key = terms.resolve(terms.meaning(cell.text), "")
        asked = customers.meaning(cell.text).keys
        if key is None and kit.name_field in asked:
            key = kit.name_field
        if key is not None and key not in columns.values():
            columns[at] = key
        elif key is not None or not (asked or heading(cell.text) or is_clerical(cell.text) or is_numbering(cell.text)):
            unknown.append((at, cell.text))
    return columns, unknown


def _rows(grid: Grid, header: int, columns: Mapping[int, str], kit: Kit) -> Iterator[TermsRow]:
    for row, cells in grid.every_row():
        if row <= header:
            continue
        given = {
            key: Answer(cells[at].text, Origin(grid.sheet, grid.address(row, at)), cells[at].fault)
            for at, key in columns.items()
            if at in cells and (cells[at].text.strip() or cells[at].fault)
        }
        name = given.pop(kit.name_field, Answer("", Origin()))
        if given or name.written:
            yield TermsRow(grid.sheet, row, name.written.strip(), given)
