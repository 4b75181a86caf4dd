"""Sort the texts around the tables of a document: the kit's own, remarks, and texts that were not understood."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.extract import words
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import Grid
from docgen.model.intake import UNREAD, Level, Origin, ReadingNote, Unrecognised
from docgen.text import is_instruction

if TYPE_CHECKING:
    from docgen.formats.docx import Document


def quoted(text: str, origin: Origin, field: str | None, kind: str = "") -> ReadingNote:
    """A note that the text may be an answer and was not read."""
    return ReadingNote(UNREAD, Level.MANUAL, text, origin, field, {"thing": words.thing(kind)})


#: Files attached to a mail that may hold answers; a picture or a scan is mostly a licence, or the sender's logo.
_MAY_ANSWER = (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods", ".csv", ".doc", ".docx", ".txt", ".eml", ".et", ".wps")
_MOST_ADDED = 8  # lines that a customer may add around a form


@dataclass(frozen=True)
class Surroundings:
    """The texts around the tables of a document: notes on them, and what was not understood."""

    notes: tuple[ReadingNote, ...] = ()
    left: tuple[Unrecognised, ...] = ()


def attachments(names: Iterable[str]) -> Surroundings:
    """The files attached to a mail that is a form itself, which nobody has read."""
    notes, left = [], []
    for name in names:
        if name.lower().endswith(_MAY_ANSWER):
            notes.append(quoted(name, Origin(), None, "attached"))
        else:
            left.append(Unrecognised(None, None, name))
    return Surroundings(tuple(notes), tuple(left))


def surroundings(document: Document, vocabulary: Vocabulary) -> Surroundings:
    """The texts outside the tables that are not the kit's: the author's remarks and comments, the other paragraphs as
    one text, headers and footers, struck-out text, pictures."""
    foreign = [line for line in document.prose if not vocabulary.understood(line)]
    # among many unknown lines, which belong to another form, only lines that are marked as an addition count
    is_told = words.is_remark if len(foreign) <= _MOST_ADDED else words.is_addition
    remarks = [line for line in foreign if words.states_unit(line) or (is_told(line) and not words.is_framing(line))]
    rest = [line for line in foreign if line not in remarks]
    notes = [quoted(line, Origin(), None) for line in remarks]
    notes += [quoted(text, Origin(), None, "comment") for text in document.notes if not is_instruction(text)]
    instructions = [text for text in document.notes if is_instruction(text)]
    margins = margin_surroundings(document.margins.split("\n"), vocabulary)
    notes += margins.notes
    texts = ["\n".join(rest), *instructions, *document.struck, *[words.picture()] * document.pictures]
    left = [*(Unrecognised(None, None, text) for text in texts if text.strip()), *margins.left]
    left += [
        Unrecognised(None, cell, text.strip())
        for cell, text in document.hidden
        if text.strip() and not vocabulary.understood(text)
    ]
    return Surroundings(tuple(notes), tuple(left))


def margin_surroundings(lines: Iterable[str], vocabulary: Vocabulary, sheet: str | None = None) -> Surroundings:
    """The texts of page headers and footers that are not the kit's: notes on those that change what a page says."""
    notes, left = [], []
    for line in lines:
        if _is_foreign(line, vocabulary):
            if words.is_addition(line) or words.states_unit(line):
                notes.append(quoted(line, Origin(sheet), None))
            else:
                left.append(Unrecognised(sheet, None, line))
    return Surroundings(tuple(notes), tuple(left))


def _is_foreign(line: str, vocabulary: Vocabulary) -> bool:
    """Whether a line of a header or footer is not the kit's and not a page number."""
    name = vocabulary.kit.name
    return bool(line.strip()) and name not in line and not vocabulary.understood(line) and not words.is_page(line)


def small_tables(grids: Iterable[Grid]) -> frozenset[str]:
    """The texts over these tables: among them the small tables in their cells."""
    return frozenset(one.text for grid in grids for one in grid.floating if one.text)


def foreign_texts(grid: Grid, vocabulary: Vocabulary, reported: Collection[str] = ()) -> list[Unrecognised]:
    """The texts of a table without an intake that are not the kit's own, nor reported with the cell around it."""
    if " ".join(cell.text for cells in grid.rows.values() for cell in cells.values()) in reported:
        return []
    return [
        Unrecognised(grid.sheet, grid.address(row, column), cell.text)
        for row, cells in grid.rows.items()
        for column, cell in cells.items()
        if cell.text.strip() and not vocabulary.meaning(cell.text).keys and not vocabulary.understood(cell.text)
    ]
