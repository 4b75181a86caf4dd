"""Read the forms of one sheet: one, or several below or beside one another, each with its customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from docgen.extract.account import Account, Fate, ThingKind, things
from docgen.extract.form_blocks import Block, find_blocks
from docgen.extract.forms import Form, lay_out, read_form
from docgen.extract.hidden import hidden, visible
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import Grid
from docgen.model.intake import Answers, Level, ReadingNote, Unrecognised
from docgen.text import fold

#: A larger sheet is not read as a form: checking each cell as a label or answer would take minutes.
MOST_CELLS, MOST_CHARACTERS = 10_000, 2_000_000


@dataclass(frozen=True)
class SheetForms:
    """The forms of a sheet, where each begins, and the texts outside all of them."""

    grid: Grid
    forms: tuple[tuple[Form, int], ...]
    outside: tuple[Unrecognised, ...] = ()

    @property
    def about(self) -> int:
        """The number of customers."""
        return sum(len(form.intakes) for form, _ in self.forms)

    @property
    def is_empty(self) -> bool:
        """Whether all the forms are empty."""
        return all(one.is_empty for form, _ in self.forms for one in form.intakes)

    @property
    def doubt(self) -> str | None:
        """The cell where another customer may begin, if it is unclear whose answers these are."""
        return next((form.doubt for form, _ in self.forms if form.doubt is not None), None)

    def customers(self, outside: list[Unrecognised]) -> Iterator[Answers]:
        """The customers in order; texts outside all of them are added to `outside`."""
        outside += self.outside
        filled = [(form, top, one) for form, top in self.forms for one in form.intakes if not one.is_empty]
        every = filled or [(form, top, one) for form, top in self.forms for one in form.intakes]
        tops = [top for _, top, _ in every]
        for number, (form, top, one) in enumerate(every, start=1):
            row = None if len(every) == 1 and self.about == 1 else top if len(set(tops)) == len(tops) else number
            alone = len(form.intakes) == 1
            if not alone and number == 1:
                outside += form.left()
            yield Answers(self.grid.sheet, row, one.fields, form.left() if alone else (), notes=one.notes)


def find_forms(whole: Grid, vocabulary: Vocabulary) -> SheetForms | None:
    """The forms of the sheet; None if fewer than half of the labels are there, or the sheet only explains them."""
    if whole.more is not None or _is_too_large(whole):
        return None
    grid, half = visible(whole), (len(vocabulary.kit.core) + 1) // 2
    taking, layout = lay_out(grid, vocabulary)
    if not vocabulary.are_half(layout.uses):
        return None
    blocks = find_blocks(layout, half, vocabulary.kit.name_field)
    parts = [(read_form(grid.part(block.holds), vocabulary), block.top) for block in blocks]
    if parts and all(_is_form(form, vocabulary) for form, _ in parts):
        return SheetForms(grid, tuple(parts), (*_between(grid, blocks, vocabulary), *_hidden_texts(whole)))
    form = read_form(grid, taking, layout)
    if not _is_form(form, vocabulary):
        return None
    return SheetForms(grid, ((_with_hidden(whole, form, vocabulary), 1),))


def _is_too_large(sheet: Grid) -> bool:
    cells = [cell for row in sheet.rows.values() for cell in row.values()]
    return len(cells) > MOST_CELLS or sum(len(cell.text) for cell in cells) > MOST_CHARACTERS


def _is_form(form: Form, vocabulary: Vocabulary) -> bool:
    return vocabulary.are_half(form.fields) and not form.intakes[0].explains


def _between(grid: Grid, blocks: list[Block], vocabulary: Vocabulary) -> tuple[Unrecognised, ...]:
    """The texts outside all blocks."""
    rest = grid.part(lambda row, column: not any(block.holds(row, column) for block in blocks))
    account = Account(rest, things(rest))
    for thing in account.open(*ThingKind):
        if vocabulary.understood(thing.text) or vocabulary.meaning(thing.text).keys:
            account.record(thing.place, Fate.PRINTED, thing.kind)
    return account.left()


def _hidden_texts(whole: Grid) -> tuple[Unrecognised, ...]:
    found = hidden(whole) if whole.hides_any else None
    return Account(found, things(found)).left() if found is not None else ()


def _with_hidden(whole: Grid, form: Form, vocabulary: Vocabulary) -> Form:
    """Add what the sheet hides to the form: hidden answers that differ from the visible ones are reported."""
    found = hidden(whole) if whole.hides_any else None
    if found is None or not (found.rows or found.floating):
        return form
    below = read_form(found, vocabulary)
    first = form.intakes[0]
    notes, quoted = [], set()
    for key, answer in below.fields.items():
        seen = first.fields.get(key)
        if answer.written.strip() and seen is not None and fold(seen.written) != fold(answer.written):
            notes.append(ReadingNote("hidden-differs", Level.ADVICE, answer.written, answer.origin, key))
            quoted.add(answer.origin.cell)
    left = tuple(one for one in Account(found, things(found)).left() if one.cell not in quoted)
    intakes = (replace(first, notes=(*first.notes, *notes)), *form.intakes[1:])
    return replace(form, intakes=intakes, hidden=left)
