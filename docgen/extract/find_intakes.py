"""Find the sheets and tables of a workbook that hold intakes, and list the texts that belong to none.

Each visible sheet, or table of a Word document, is checked in this order:

1. The terms sheet: its title is the label of an internal section of the kit.  Its labels and the
   answers beside them are the workbook's commercial terms.
2. A sheet of docgen without answers (explanations, lists), as recorded in the workbook.
3. A table (`tables`): a header row with the kit's name field and few unknown columns, or with half of the
   required fields, and at least one customer below it.
4. One form or several (`sheet_forms`): at least half of the fields that a customer is asked have their label in
   it, each with an answer or a place for one: beside it, below it or in its own cell.  Not a form: a sheet that only
   explains what to write, an empty form beside a filled one, or a sheet that is too long.
5. A sheet without an intake: its name is reported if it holds any text that is not the kit's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from typing import NamedTuple

from docgen.errors import SourceError
from docgen.extract import words
from docgen.extract.answer_parts import sorted_out
from docgen.extract.forms import read_form
from docgen.extract.hidden import visible
from docgen.extract.prose import Surroundings, foreign_texts, margin_surroundings, quoted, small_tables
from docgen.extract.sheet_forms import SheetForms, find_forms
from docgen.extract.tables import Table, find_table
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import Book, Grid
from docgen.formats.skimming import Skim
from docgen.formats.stacking import stacked, with_addresses
from docgen.model.intake import Answer, Answers, Level, Origin, ReadingNote, Unrecognised
from docgen.model.kit import Kit
from docgen.text import fold_label

_MOST_CHANGES = 8  # notes on other sheets


class _Held(NamedTuple):
    """The customers of a sheet that is not long, and the texts on it that belong to no customer."""

    customers: tuple[Answers, ...]
    outside: tuple[Unrecognised, ...]


@dataclass(frozen=True)
class Intakes(Iterable[Answers]):
    """The intakes of a workbook; each iteration reads them again, one at a time.

    `around` are texts that were not understood, on other sheets and around the tables of a document; `remarks`
    are the notes on the latter.  `hides_more` means that there are hidden sheets.  `units` are the notes on texts
    outside of the customers that say what numbers count in.
    """

    sheets: tuple[Table | SheetForms, ...]
    around: tuple[Unrecognised, ...]
    remarks: tuple[ReadingNote, ...]
    made_with: tuple[str, str] | None
    kit: Kit
    hides_more: bool = False
    units: tuple[ReadingNote, ...] = ()

    def __length_hint__(self) -> int:
        """The approximate number of intakes; 0 if unknown (`operator.length_hint`)."""
        about = [sheet.about for sheet in self.sheets]
        return sum(filter(None, about)) if all(about) else 0

    def __iter__(self) -> Iterator[Answers]:
        return self.wanted(None)

    def wanted(self, skim: Skim | None) -> Iterator[Answers]:
        """The intakes without those of long tables that `skim` lets pass.  Raises SkimmedError."""
        titles = [sheet.grid.sheet for sheet in self.sheets]
        number = count(1)
        skim = skim if len(set(titles)) == len(titles) else None
        for sheet in self.sheets:
            for answers in self._customers(sheet, skim):
                if titles.count(sheet.grid.sheet) > 1:  # tables of a document have no names, so customers are numbered
                    answers = replace(answers, row=next(number))
                yield self._finished(answers)

    def _customers(self, sheet: Table | SheetForms, skim: Skim | None) -> Iterator[Answers]:
        """The customers of a sheet; in a long sheet each brings the texts before the next one that belong to nobody."""
        if sheet.grid.more is None or not isinstance(sheet, Table):
            for answers in self._held[id(sheet)].customers:
                if skim is not None:
                    skim.begun += 1
                yield answers
            return
        passed = skim.passed if skim is not None else 0
        found: list[Unrecognised] = []
        before: Answers | None = None
        try:
            for answers in sheet.customers(found, skim):
                if before is not None:
                    yield replace(before, outside=tuple(found))
                    found.clear()
                elif skim is not None and skim.passed != passed:
                    found.clear()  # of the customer before, who is passed over
                before = answers
        except SourceError:  # everything before the damage is read
            if before is not None:
                yield replace(before, outside=tuple(found))
            raise
        if before is not None:
            yield replace(before, outside=tuple(found))

    @cached_property
    def _held(self) -> Mapping[int, _Held]:
        """The contents of the sheets that are not long, read once."""
        held = {}
        for sheet in self.sheets:
            if sheet.grid.more is None:
                found: list[Unrecognised] = []
                held[id(sheet)] = _Held(tuple(sheet.customers(found)), tuple(found))
        return held

    @cached_property
    def _changes_outside(self) -> tuple[ReadingNote, ...]:
        """Notes on the texts of these sheets that belong to no customer and change an answer."""
        texts = (text for held in self._held.values() for text in held.outside)
        changes = (text for text in texts if words.is_change(text.text) or words.states_unit(text.text))
        return tuple(quoted(text.text, Origin(text.sheet, text.cell), None) for text in changes)

    @property
    def doubts(self) -> tuple[tuple[str | None, str], ...]:
        """The sheets and cells where another customer may begin, if it is unclear whose answers these are."""
        forms = [sheet for sheet in self.sheets if isinstance(sheet, SheetForms)]
        return tuple((sheet.grid.sheet, sheet.doubt) for sheet in forms if sheet.doubt is not None)

    def _finished(self, answers: Answers) -> Answers:
        answers = replace(sorted_out(answers, self.kit), made_with=self.made_with)
        if not self._is_one_document:
            reported = {(note.origin, note.written) for note in answers.notes}
            remarks = (*self.remarks, *self._changes_outside[:_MOST_CHANGES])
            others = remarks if self._is_of_one else [_shared(note) for note in remarks[:1]]
            title = answers.sheet or ""
            void = [quoted(title, Origin(title), None)] if words.says_void(title) else []
            more = [note for note in (*void, *others, *self.units) if (note.origin, note.written) not in reported]
            return replace(answers, notes=(*answers.notes, *more))
        left, notes = (*answers.unrecognised, *self.around), (*answers.notes, *self.remarks)
        return replace(answers, unrecognised=left, notes=notes)

    @property
    def outside(self) -> tuple[Unrecognised, ...]:
        """The texts that belong to no intake and were not understood; a long sheet delivers more with its intakes."""
        found = [text for held in self._held.values() for text in held.outside]
        if self._is_one_document:
            return tuple(found)
        if self._is_of_one:  # its findings quote the rest
            quoted_places = {(note.origin, note.written) for note in self._changes_outside[:_MOST_CHANGES]}
            found = [one for one in found if (Origin(one.sheet, one.cell), one.text) not in quoted_places]
            return (*found, *self.around)
        remarks = [Unrecognised(note.origin.sheet, note.origin.cell, note.written) for note in self.remarks]
        return (*found, *self.around, *remarks)

    @property
    def is_single(self) -> bool:
        """Whether the workbook holds one form and nothing from other customers."""
        lone = isinstance(self.sheets[0], SheetForms) and len(self.sheets) == 1
        return lone and not self.outside and not self.hides_more and len(list(self)) == 1

    @cached_property
    def _is_of_one(self) -> bool:
        """Whether there is but one customer, so that any remark is about him."""
        return all(sheet.grid.more is None for sheet in self.sheets) and (
            sum(len(self._held[id(sheet)].customers) for sheet in self.sheets) == 1
        )

    @property
    def _is_one_document(self) -> bool:
        """Whether the source is one form without sheets, as a Word document: texts around it are the customer's."""
        lone = self.sheets[0] if len(self.sheets) == 1 else None
        return isinstance(lone, SheetForms) and lone.about == 1 and lone.grid.sheet is None


@dataclass(frozen=True)
class SheetTerms:
    """The answers of a workbook's terms sheets, the notes on them, and the texts that belong to no term."""

    answers: Mapping[str, Answer]
    notes: tuple[ReadingNote, ...] = ()
    unrecognised: tuple[Unrecognised, ...] = ()


def locate(
    book: Book, vocabulary: Vocabulary, surroundings: Surroundings | None = None
) -> tuple[Intakes, SheetTerms] | None:
    """Find the intakes of the workbook and the answers of its terms sheet; None if it holds no intake.

    `surroundings` are the texts around the tables of a document.
    """
    terms = locate_terms(book, vocabulary.kit) or SheetTerms({})
    asked = [g for g in book.sheets if not _holds_terms(g, vocabulary.kit) and g.sheet not in book.own_sheets]
    found = [(grid, find_table(grid, vocabulary) or find_forms(grid, vocabulary)) for grid in asked]
    filled = [sheet for _, sheet in found if isinstance(sheet, Table) or (sheet and not sheet.is_empty)]
    filled = [sheet for sheet in filled if not words.is_example_title(sheet.grid.sheet or "")] or filled
    sheets = filled or [sheet for _, sheet in found if sheet]
    around = list(terms.unrecognised)
    changes: list[ReadingNote] = []
    reported = small_tables(grid for grid, sheet in found if sheet in sheets)
    for grid, sheet in found:
        if sheet not in sheets:
            around += _foreign_texts(grid, vocabulary, reported)
            changes += _changes(grid, vocabulary)
        elif grid.margins:
            margins = margin_surroundings(grid.margins, vocabulary, grid.sheet)
            around += margins.left
            changes += margins.notes
    outer = surroundings or Surroundings()
    around += outer.left
    around += [Unrecognised(g.sheet, None, g.sheet or "") for g in book.hidden if _is_foreign(g, book)]
    if not sheets:
        return None
    hides_more = any(grid.rows and grid.sheet not in book.own_sheets for grid in book.hidden)
    units = tuple(_stated_units(found, vocabulary, outer))
    remarks = (*outer.notes, *changes[:_MOST_CHANGES])
    return Intakes(tuple(sheets), tuple(around), remarks, book.made_with, vocabulary.kit, hides_more, units), terms


def joined(book: Book, kit: Kit) -> Book | None:
    """The workbook with its short sheets as one, as for a form that is spread over several; None if there is but one.

    A workbook with hidden parts is left as it is, because these are reported by sheet.
    """
    asked = [g for g in book.sheets if not _holds_terms(g, kit) and g.sheet not in book.own_sheets and g.rows]
    hides = any(g.hides_any or g.filtered_rows for g in asked)
    named = [with_addresses(g) for g in asked if g.more is None and not hides]
    if len(named) < 2 or len(named) != len(asked) or None in named:
        return None
    others = [g for g in book.sheets if _holds_terms(g, kit)]
    return replace(book, sheets=(stacked(filter(None, named)), *others))


def _changes(grid: Grid, vocabulary: Vocabulary) -> Iterator[ReadingNote]:
    """Notes on the texts of a sheet without an intake that change an answer: `每日外呼量改为8000`."""
    for row, cells in grid.rows.items():
        for column, cell in cells.items():
            if words.is_change(cell.text) and not vocabulary.understood(cell.text):
                yield quoted(cell.text, Origin(grid.sheet, grid.address(row, column)), None)


def _shared(note: ReadingNote) -> ReadingNote:
    """That something is said around the customers' tables, in no customer's own words: it may be of any of them."""
    return replace(note, code="unread-shared", written="", field=None, details={"cell": words.thing("around")})


def _stated_units(
    found: Iterable[tuple[Grid, Table | SheetForms | None]], vocabulary: Vocabulary, outer: Surroundings
) -> Iterator[ReadingNote]:
    """The texts outside of single customers that say what numbers count in, `单位：万`: each customer gets a note."""
    yield from (note for note in outer.notes if words.states_unit(note.written))
    for grid, sheet in found:
        if isinstance(sheet, Table) or (sheet is not None and sheet.about == 1):
            continue  # reported there
        for row, cells in grid.rows.items():
            for column, cell in cells.items():
                meaning = vocabulary.meaning(cell.text) if words.states_unit(cell.text) else None
                if meaning is not None and not (meaning.keys or meaning.pairs):
                    yield quoted(cell.text, Origin(grid.sheet, grid.address(row, column)), None)


def locate_terms(book: Book, kit: Kit) -> SheetTerms | None:
    """The answers of the workbook's terms sheets; None without such a sheet."""
    grids = [grid for grid in book.sheets if _holds_terms(grid, kit)]
    found = [_read_terms(grid, Vocabulary(kit, internal=True)) for grid in grids]
    answers = {key: answer for one in found for key, answer in one.answers.items()}
    notes = tuple(note for one in found for note in one.notes)
    left = tuple(text for one in found for text in one.unrecognised)
    return SheetTerms(answers, notes, left) if found else None


def _holds_terms(grid: Grid, kit: Kit) -> bool:
    return fold_label(grid.sheet or "") in {fold_label(section.label) for section in kit.sections if section.internal}


def _read_terms(grid: Grid, vocabulary: Vocabulary) -> SheetTerms:
    """The terms that are given; a note reports each one that cannot be read with certainty."""
    form = read_form(visible(grid), vocabulary)
    notes = form.intakes[0].notes
    unreadable = {note.field for note in notes if note.level is Level.INVALID}
    given = {
        key: answer
        for key, answer in form.fields.items()
        if (answer.written.strip() or answer.fault) and key not in unreadable
    }
    return SheetTerms(given, notes, form.left())


def _foreign_texts(grid: Grid, vocabulary: Vocabulary, reported: Collection[str]) -> list[Unrecognised]:
    """The texts of a sheet without an intake that are not the kit's: its name, or the texts of an unnamed table."""
    texts = foreign_texts(grid, vocabulary, reported)
    return texts if grid.sheet is None or not texts else [Unrecognised(grid.sheet, None, grid.sheet)]


def _is_foreign(grid: Grid, book: Book) -> bool:
    return bool(grid.rows) and grid.sheet not in book.own_sheets
