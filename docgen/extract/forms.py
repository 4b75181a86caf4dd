"""Form layouts: a sheet of labels, each with its answer beside it, below it or in the same cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from docgen.extract.cell_classes import LabelCandidate, Layout, Place, Role
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import BLANK, Cell, Grid
from docgen.model.intake import Answer, Origin
from docgen.text import is_instruction

#: So many answers of a type, nearly none of which can be of that type and which are not short: an explanation.
_TELLING, _WORDY = 4, 10
_SEQUENCE = 3  # fewer numbers in a column may be answers


@dataclass
class Found:
    """One label of a field with its answer: where it stands or should stand, how good the label is."""

    key: str
    rank: int
    label: Place
    answer: Place
    cell: Cell = BLANK
    taken: tuple[Place, ...] = ()
    has_place: bool = True


@dataclass(frozen=True)
class Form:
    """What a sheet read as a form holds: an answer for each field whose label stands in it, and the other texts."""

    fields: dict[str, Answer]
    leftover: list[tuple[Place, str]]
    is_empty: bool
    explains: bool = False


def read_form(grid: Grid, vocabulary: Vocabulary) -> Form:
    """The sheet read as a form; a form without fields where no label has an answer or a place for one."""
    return _FormReader(grid, vocabulary).form()


class _FormReader:
    def __init__(self, grid: Grid, vocabulary: Vocabulary) -> None:
        self.grid = grid
        self.vocabulary = vocabulary
        self.layout = Layout(grid, vocabulary)
        self.answer_columns = self._answer_columns()
        self.stacked = self._is_stacked()

    # -- where answers stand -----------------------------------------------------------------------

    def _answer_columns(self) -> Counter[int]:
        """How many labels have text right beside them, by the column of that text."""
        found: Counter[int] = Counter()
        for place, role in self.layout.roles.items():
            if role is Role.LABEL and place not in self.layout.below:
                column = self.layout.spots[place].extent.right + 1
                beside = self.layout.spots.get((place[0], column))
                if beside and self.layout.roles[beside.place] is Role.OTHER:
                    found[column] += 1
        return found

    def _is_stacked(self) -> bool:
        """Whether the sheet puts answers below lone labels: more have text below and nothing beside than have
        text beside them or the next label below."""
        votes = 0
        for place, role in self.layout.roles.items():
            if role is Role.LABEL and place not in self.layout.below:
                spot = self.layout.spots[place]
                under = self.layout.under(spot)
                if self._has_text_beside(spot) or (under and self.layout.roles[under.place] is not Role.OTHER):
                    votes -= 1
                elif under and not self.layout.heads(under):
                    votes += 1
        return votes > 0

    def _candidates(self, label: LabelCandidate) -> Iterator[LabelCandidate]:
        """The texts right of the label, up to the next label."""
        for spot in self.layout.rows[label.extent.top]:
            if spot.extent.left > label.extent.right:
                if self.layout.roles[spot.place] is not Role.OTHER:
                    return
                yield spot

    def _has_text_beside(self, label: LabelCandidate) -> bool:
        return next(self._candidates(label), None) is not None

    def _limit(self, label: LabelCandidate) -> int | None:
        """The column of the next label in the row."""
        for spot in self.layout.rows[label.extent.top]:
            if spot.extent.left > label.extent.right and self.layout.roles[spot.place] is not Role.OTHER:
                return spot.extent.left
        return None

    def _find(self, place: Place) -> Iterator[Found]:
        """The labels in the cell, with their answers."""
        spot = self.layout.spots[place]
        if self.layout.roles[place] is Role.PAIR:
            for key, answer in spot.meaning.pairs:
                text = "" if self.vocabulary.is_hint(key, answer) else answer
                yield Found(key, spot.meaning.rank, place, place, Cell(text))
        elif self.layout.roles[place] is Role.LABEL and spot.key:
            alone = (self.stacked or self._is_wide(spot)) and not self._has_text_beside(spot)
            is_below = alone or place in self.layout.below
            yield self._find_below(spot, spot.key) if is_below else self._find_beside(spot, spot.key)

    def _is_wide(self, label: LabelCandidate) -> bool:
        """Whether the label is merged over the column of the answers, and an answer can only stand below it."""
        under = self.layout.under(label)
        most = self.answer_columns.most_common(1)
        is_text = under is not None and self.layout.roles[under.place] is Role.OTHER
        return is_text and bool(most) and label.extent.left < most[0][0] <= label.extent.right

    def _find_below(self, label: LabelCandidate, key: str) -> Found:
        row, column = label.extent.bottom + 1, label.extent.left
        found = Found(key, label.meaning.rank, label.place, self.grid.extent(row, column)[:2])
        under = self.layout.under(label)
        if under is None:
            # labels in a row with nothing under any of them are a header, not a form
            found.has_place = label.place not in self.layout.below or self._row_below_is_used(label)
        elif self.layout.roles[under.place] is not Role.OTHER:
            found.has_place = False
        elif not self.vocabulary.is_hint(key, under.cell.text):
            found.cell, found.taken = self._without_hints(key, under.cell), (under.place,)
        return found

    def _row_below_is_used(self, label: LabelCandidate) -> bool:
        row = label.extent.bottom + 1
        tops = {place for place in self.layout.below if self.layout.spots[place].extent.bottom + 1 == row}
        return any((row, place[1]) in self.layout.spots for place in tops)

    def _find_beside(self, label: LabelCandidate, key: str) -> Found:
        limit = self._limit(label)
        # The field's printed choices stand where the answer should; a hint may have a column of its own.
        printed = [s for s in self._candidates(label) if self.vocabulary.is_untouched(key, s.cell.text)]
        column = printed[0].extent.left if printed else self._expected(label, limit)
        extent = self.grid.extent(label.extent.top, column)
        place = extent[:2] if extent.left > label.extent.right else (label.extent.top, column)
        found = Found(key, label.meaning.rank, label.place, place)
        if limit == label.extent.right + 1:  # a label beside it; `职位：` keeps a place in its own cell
            found.has_place, found.answer = label.cell.text.rstrip().endswith((":", "：")), label.place
        texts = [spot for spot in self._candidates(label) if not self.vocabulary.is_hint(key, spot.cell.text)]
        if texts and self._is_answer(texts[0], label, column):
            in_cells = all(self.vocabulary.is_choice(key, spot.cell.text) for spot in texts)
            chosen = texts if in_cells else texts[:1]  # every choice in a cell of its own
            found.answer, found.taken = texts[0].place, tuple(spot.place for spot in chosen)
            found.cell = self._without_hints(key, texts[0].cell._replace(text=" ".join(s.cell.text for s in chosen)))
        elif not self.grid.has(*place) and limit is None:
            found.has_place, found.answer = label.cell.text.rstrip().endswith((":", "：")), label.place
        return found

    def _without_hints(self, key: str, cell: Cell) -> Cell:
        return cell._replace(text=self.vocabulary.without_hints(key, cell.text))

    def _expected(self, label: LabelCandidate, limit: int | None) -> int:
        """The column in which the label's answer should stand: the one beside it, unless the sheet keeps
        labels there (`公司名称 | (blank) | answer` among `group | label | answer`)."""
        beside = label.extent.right + 1
        if self.answer_columns[beside]:
            return beside
        columns = [c for c in self.answer_columns if c > beside and (limit is None or c < limit)]
        labels = Counter(p[1] for p, role in self.layout.roles.items() if role is Role.LABEL)
        return min(columns) if columns and labels[beside] else beside

    def _is_answer(self, spot: LabelCandidate, label: LabelCandidate, expected: int) -> bool:
        """Whether the nearest text is the label's answer, not a remark in a column behind an empty answer."""
        column = spot.extent.left
        if column == label.extent.right + 1 or column == expected:
            return True
        if is_instruction(spot.cell.text) or self.vocabulary.understood(spot.cell.text):
            return False
        return self.answer_columns[column] >= self.answer_columns[expected]

    # -- the form ----------------------------------------------------------------------------------

    def form(self) -> Form:
        """The answers of the sheet; where a field has two labels, the better label with an answer counts."""
        best: dict[str, Found] = {}
        for place in self.layout.roles:
            for found in self._find(place):
                if found.has_place and (found.key not in best or _better(found, best[found.key])):
                    best[found.key] = found
        taken = {place for found in best.values() for place in (found.label, *found.taken)}
        fields = {key: self._answer(found) for key, found in sorted(best.items(), key=lambda item: item[1].label)}
        leftover = [
            (place, spot.cell.text)
            for place, spot in self.layout.spots.items()
            if spot.cell.text and place not in taken and not self._is_understood(spot)
        ]
        counted = _counted(leftover)
        leftover = [(place, text) for place, text in leftover if place not in counted]
        given = {key: a for key, a in fields.items() if a.fault or not self._is_blank(key, a.written)}
        return Form(fields, leftover, is_empty=not given, explains=self._explains(given))

    def _answer(self, found: Found) -> Answer:
        cell, origin = found.cell, Origin(self.grid.sheet, self.grid.address(*found.answer))
        return Answer(cell.text, origin, cell.fault, is_date=cell.is_date, exact=cell.exact)

    def _is_understood(self, spot: LabelCandidate) -> bool:
        role = self.layout.roles[spot.place]
        return role is Role.GROUP or role is Role.LABEL or self.vocabulary.understood(spot.cell.text)

    def _is_blank(self, key: str, written: str) -> bool:
        return not written.strip() or self.vocabulary.is_untouched(key, written)

    def _explains(self, given: dict[str, Answer]) -> bool:
        """Whether the sheet tells what to write under each label instead of answering."""
        instructions = sum(is_instruction(answer.written) for answer in given.values())
        if len(given) > 2 and instructions * 2 >= len(given):
            return True
        typed = {
            key: fits for key, a in given.items() if (fits := self.vocabulary.could_answer(key, a.written)) is not None
        }
        length = sum(len(given[key].written) for key in typed)
        return len(typed) >= _TELLING and sum(typed.values()) * 3 <= len(typed) and length >= _WORDY * len(typed)


def _counted(texts: list[tuple[Place, str]]) -> set[Place]:
    """The texts of columns that count the rows, 1, 2, 3 …"""
    columns: dict[int, dict[Place, str]] = {}
    for place, text in texts:
        columns.setdefault(place[1], {})[place] = text.strip().rstrip(".、")
    return {
        place
        for column in columns.values()
        if len(column) >= _SEQUENCE and list(column.values()) == [str(n) for n in range(1, len(column) + 1)]
        for place in column
    }


def _better(found: Found, other: Found) -> bool:
    def weight(one: Found) -> tuple[bool, int]:
        return not (one.cell.text.strip() or one.cell.fault), one.rank

    return weight(found) < weight(other)
