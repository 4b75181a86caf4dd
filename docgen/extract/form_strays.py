"""Sort the texts of a form that are in no label's zone: possible answers, and text that only frames the form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from docgen.extract import words
from docgen.extract.cell_classes import OWNERS, LabelCandidate, Layout, Role
from docgen.extract.vocabulary import Vocabulary
from docgen.extract.words import Heading

_SEQUENCE = 3  # fewer consecutive numbers in a column may be answers


@dataclass(frozen=True)
class Stray:
    """A text that may be an answer; `beside` is the unknown label that it belongs to."""

    spot: LabelCandidate
    beside: LabelCandidate | None = None


class StrayJudge:
    """Decides which of the texts without an owner may be answers."""

    def __init__(
        self, layout: Layout, vocabulary: Vocabulary, nobodys: list[LabelCandidate], answers: Iterable[int]
    ) -> None:
        """`answers` are the columns that hold answers."""
        self._answers = set(answers)
        self._layout = layout
        self._vocabulary = vocabulary
        labels = [layout.spots[place] for place, role in layout.roles.items() if role in OWNERS]
        self._first = min((label.extent.top for label in labels), default=0)
        self._last = max((label.extent.bottom for label in labels), default=0)
        self._columns = {label.extent.left for label in labels}
        self._left = min(self._columns, default=0)
        self._nobodys = nobodys
        self._counted = _counted(nobodys)

    def is_printed(self, spot: LabelCandidate) -> bool:
        """Whether the text is the kit's own, or only numbers the rows."""
        return spot in self._counted or self._vocabulary.understood(spot.cell.text)

    def is_framing(self, spot: LabelCandidate) -> bool:
        """Whether a text below the last label only frames the form."""
        return spot.extent.top > self._last and words.is_framing(spot.cell.text) and not _is_added(spot)

    def may_be_label(self, spot: LabelCandidate) -> bool:
        """Whether a text without an owner is where the form has labels, and is not a title above them."""
        is_known = spot.meaning.keys or spot.meaning.group or self.is_printed(spot)
        return not is_known and spot.extent.left in self._columns and self._first <= spot.extent.top <= self._last

    def strays(self) -> Iterator[Stray]:
        """The texts that may be answers."""
        rows: dict[int, list[LabelCandidate]] = {}
        for spot in self._nobodys if self._columns else ():
            # a text beside a label of several fields belongs to none of them with certainty
            if spot.meaning.keys or not self.is_printed(spot):
                rows.setdefault(spot.extent.top, []).append(spot)
        for row, spots in rows.items():
            yield from self._of_row(row, sorted(spots, key=lambda spot: spot.extent.left))

    def _of_row(self, row: int, spots: list[LabelCandidate]) -> Iterator[Stray]:
        if row < self._first and not (self._is_right_above(row) and self._is_row_of_answer(spots)):
            yield from (Stray(spot) for spot in spots if _is_added(spot))
            return
        head = spots[0]
        if len(spots) > 1 and self._is_label(head):
            keeps = self._keeps_answers(head)
            told = (spot for spot in spots[1:] if keeps or words.is_withdrawn(spot.cell.text))
            yield from (Stray(spot, head) for spot in told if not spot.meaning.keys)
            return
        for spot in spots:
            if not spot.meaning.keys and self._may_answer(row, spot):
                yield Stray(spot)

    def _is_right_above(self, row: int) -> bool:
        """Whether there is no blank row between the row and the first label."""
        return all(between in self._layout.rows for between in range(row, self._first))

    def _is_row_of_answer(self, spots: list[LabelCandidate]) -> bool:
        """Whether one text is in the column of labels and another in a column of answers."""
        places = {column for column in self._answers if column > spots[0].extent.left}
        return spots[0].extent.left in self._columns and any(spot.extent.left in places for spot in spots[1:])

    def _is_label(self, spot: LabelCandidate) -> bool:
        """Whether a text with others to its right is their label, unknown to the kit."""
        return spot.extent.left in self._columns or bool(spot.meaning.keys) or spot.extent.left <= self._left

    def _keeps_answers(self, head: LabelCandidate) -> bool:
        """Whether the texts beside an unknown label may be answers."""
        text = head.cell.text
        kind = words.heading(text)
        if kind in {Heading.REMARK, Heading.ANSWER} or _is_added(head):
            return True
        return kind is not Heading.PRINTED and not words.is_clerical(text) and not words.is_framing(text)

    def _may_answer(self, row: int, spot: LabelCandidate) -> bool:
        """Whether a text alone in its row, or left or right of all zones, may be an answer."""
        text = spot.cell.text
        if _is_added(spot):
            return True
        if words.is_framing(text) or words.is_title(text) or words.is_clerical(text) or words.heading(text):
            return False
        if any(self._layout.roles[other.place] is not Role.OTHER for other in self._layout.rows[row]):
            return spot.extent.left > self._left  # an unknown group is left of its labels
        return row <= self._last or row == self._last + 1 or self._follows(row)

    def _follows(self, row: int) -> bool:
        """Whether there is no blank row between the row and the last label."""
        return all(between in self._layout.rows for between in range(self._last + 1, row))


def _is_added(spot: LabelCandidate) -> bool:
    text = spot.cell.text
    if words.states_unit(text):
        return True
    return words.is_remark(text) and not words.is_framing(text) and words.whole_heading(text) is None


def _counted(spots: list[LabelCandidate]) -> set[LabelCandidate]:
    """The texts of columns that number the rows: 1, 2, 3 …"""
    columns: dict[int, dict[LabelCandidate, str]] = {}
    for spot in spots:
        if spot.key is None and not spot.meaning.group:
            columns.setdefault(spot.extent.left, {})[spot] = spot.cell.text.strip().rstrip(".、")
    return {
        spot
        for column in columns.values()
        if len(column) >= _SEQUENCE and list(column.values()) == [str(n) for n in range(1, len(column) + 1)]
        for spot in column
    }
