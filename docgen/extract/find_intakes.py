"""Grids → answers: which sheets hold intakes, and which texts belong to none.

A visible sheet, or a table of a Word document, is one of these, asked in this order:

1. The terms sheet, if its title is the label of an internal section of the kit.  Its labels and the
   answers beside them are the workbook's commercial terms.
2. One of docgen's own sheets without answers (explanations, lists), if the workbook says so.
3. A table (`tables`): a row with the labels of at least three fields, more than stand in all other
   rows together, and below it at least one row with an answer.  Each such row is an intake.
4. A form (`forms`): at least half of the fields a customer is asked have their label in it, each with
   an answer or a place for one beside it, below it or in its own cell.  The sheet is one intake,
   unless it tells what to write instead of answering, is empty beside a filled one, or is too long.
5. A sheet without intake: reported by its name if it holds any text that is not the kit's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from docgen.extract.cell_classes import Place
from docgen.extract.forms import Form, read_form
from docgen.extract.near_labels import with_near_labels
from docgen.extract.tables import Table, find_table
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import Book, Grid
from docgen.model.intake import Answer, Answers, Unrecognised
from docgen.model.kit import Kit
from docgen.text import fold_label

#: No form has so many cells, and looking at each as a possible label would take minutes.
MOST_CELLS = 10_000


@dataclass(frozen=True)
class _SheetForm:
    """A sheet that is one intake."""

    grid: Grid
    form: Form
    about = 1

    def intakes(self, made_with: tuple[str, str] | None) -> Iterator[Answers]:
        yield Answers(self.grid.sheet, None, self.form.fields, tuple(_texts(self.grid, self.form.leftover)), made_with)


@dataclass(frozen=True)
class Intakes(Iterable[Answers]):
    """The intakes of a workbook, made anew and one at a time whenever they are gone through, and what was not
    understood outside of all of them."""

    sheets: tuple[Table | _SheetForm, ...]
    outside: tuple[Unrecognised, ...]
    made_with: tuple[str, str] | None
    kit: Kit

    def __length_hint__(self) -> int:
        """About how many there are; 0 where nobody knows (`operator.length_hint`)."""
        about = [sheet.about for sheet in self.sheets]
        return sum(filter(None, about)) if all(about) else 0

    def __iter__(self) -> Iterator[Answers]:
        for sheet in self.sheets:
            for answers in sheet.intakes(self.made_with):
                yield with_near_labels(answers, self.kit)


def locate(book: Book, vocabulary: Vocabulary) -> tuple[Intakes, Mapping[str, Answer]] | None:
    """The intakes of the workbook and the answers of its terms sheet; None where it holds no intake."""
    terms: dict[str, Answer] = {}
    outside: list[Unrecognised] = []
    asked: list[Grid] = []
    for grid in book.sheets:
        if _holds_terms(grid, vocabulary.kit):
            more, texts = _read_terms(grid, Vocabulary(vocabulary.kit, internal=True))
            terms |= more
            outside += texts
        elif grid.sheet not in book.own_sheets:
            asked.append(grid)
    found = [(grid, find_table(grid, vocabulary) or _find_form(grid, vocabulary)) for grid in asked]
    filled = [sheet for _, sheet in found if isinstance(sheet, Table) or (sheet and not sheet.form.is_empty)]
    sheets = filled or [sheet for _, sheet in found if sheet]
    for grid, sheet in found:
        if sheet not in sheets:
            outside += _foreign_texts(grid, vocabulary)
    outside += foreign_prose(book.prose, vocabulary)
    return (Intakes(tuple(sheets), tuple(outside), book.made_with, vocabulary.kit), terms) if sheets else None


def locate_terms(book: Book, kit: Kit) -> tuple[Mapping[str, Answer], tuple[Unrecognised, ...]] | None:
    """The answers of the workbook's terms sheets and the texts on them not understood; None without such a sheet."""
    grids = [grid for grid in book.sheets if _holds_terms(grid, kit)]
    found = [_read_terms(grid, Vocabulary(kit, internal=True)) for grid in grids]
    terms = {key: answer for given, _ in found for key, answer in given.items()}
    return (terms, tuple(text for _, texts in found for text in texts)) if found else None


def _holds_terms(grid: Grid, kit: Kit) -> bool:
    return fold_label(grid.sheet or "") in {fold_label(section.label) for section in kit.sections if section.internal}


def _find_form(grid: Grid, vocabulary: Vocabulary) -> _SheetForm | None:
    if grid.more is not None or sum(map(len, grid.rows.values())) > MOST_CELLS:
        return None
    form = read_form(grid, vocabulary)
    if len(form.fields) * 2 < len(vocabulary.fields) or form.explains:
        return None
    return _SheetForm(grid, form)


def _read_terms(grid: Grid, vocabulary: Vocabulary) -> tuple[dict[str, Answer], list[Unrecognised]]:
    """The terms that are given, and the texts beside them that were not understood."""
    form = read_form(grid, vocabulary)
    given = {key: answer for key, answer in form.fields.items() if answer.written.strip() or answer.fault}
    return given, list(_texts(grid, form.leftover))


def _texts(grid: Grid, texts: Iterable[tuple[Place, str]]) -> Iterator[Unrecognised]:
    for place, text in texts:
        yield Unrecognised(grid.sheet, grid.address(*place), text)


def _foreign_texts(grid: Grid, vocabulary: Vocabulary) -> list[Unrecognised]:
    """What a sheet without intake says beside the kit's own words: its name, or the texts of a nameless table."""
    texts = [
        ((row, column), cell.text)
        for row, cells in grid.rows.items()
        for column, cell in cells.items()
        if cell.text and not vocabulary.meaning(cell.text).keys and not vocabulary.understood(cell.text)
    ]
    if grid.sheet is None or not texts:
        return list(_texts(grid, texts))
    return [Unrecognised(grid.sheet, None, grid.sheet)]


def foreign_prose(lines: Iterable[str], vocabulary: Vocabulary) -> list[Unrecognised]:
    """What the paragraphs of a document say beside the kit's own words, as one text."""
    foreign = [line for line in lines if not vocabulary.understood(line)]
    return [Unrecognised(None, None, "\n".join(foreign))] if foreign else []
