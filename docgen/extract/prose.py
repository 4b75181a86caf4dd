"""Texts outside of the tables of a document, and tables that are no forms: the kit's own, remarks, and the rest."""

from __future__ import annotations

from collections.abc import Iterable

from docgen.extract import words
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import Grid
from docgen.model.intake import UNREAD, Level, Origin, ReadingNote, Unrecognised


def quoted(text: str, origin: Origin, field: str | None, kind: str = "") -> ReadingNote:
    """That the text may be an answer and was not read."""
    return ReadingNote(UNREAD, Level.MANUAL, text, origin, field, {"thing": words.thing(kind)})


def prose_notes(lines: Iterable[str], vocabulary: Vocabulary) -> tuple[list[ReadingNote], list[Unrecognised]]:
    """What the paragraphs of a document say beside the kit's own words: remarks of its author, and the rest as one
    text."""
    foreign = [line for line in lines if not vocabulary.understood(line)]
    remarks = [line for line in foreign if words.is_remark(line) and not words.is_framing(line)]
    rest = [line for line in foreign if line not in remarks]
    notes = [quoted(line, Origin(None, None), None) for line in remarks]
    return notes, [Unrecognised(None, None, "\n".join(rest))] if rest else []


def foreign_texts(grid: Grid, vocabulary: Vocabulary) -> list[Unrecognised]:
    """What a table that holds no intake says beside the kit's own words."""
    return [
        Unrecognised(grid.sheet, grid.address(row, column), cell.text)
        for row, cells in grid.rows.items()
        for column, cell in cells.items()
        if cell.text.strip() and not vocabulary.meaning(cell.text).keys and not vocabulary.understood(cell.text)
    ]
