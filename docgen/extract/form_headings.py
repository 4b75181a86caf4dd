"""Read the headings of a form: which columns and rows hold labels, answers, examples, remarks or customer names.

`项目 | 示例 | 客户填写` above a form means that nothing in the second column is an answer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice

from docgen.extract import words
from docgen.extract.cell_classes import OWNERS, LabelCandidate, Layout, Place, Role
from docgen.extract.words import Heading

_LONGEST = 30  # a longer text heads no column
_FEW = 3  # one in this many answers may read like a label
_ABOVE = 4  # up to this many rows above the first label may be headings


@dataclass
class FormHeadings:
    """What the headings say about columns and rows, their cells, and the unknown headings beside them by column."""

    columns: dict[int, Heading] = field(default_factory=dict)
    rows: dict[int, Heading] = field(default_factory=dict)
    places: set[Place] = field(default_factory=set)
    unknown: dict[int, LabelCandidate] = field(default_factory=dict)

    def of(self, spot: LabelCandidate) -> Heading | None:
        """What the headings say about the cell."""
        return self.rows.get(spot.extent.top) or self.columns.get(spot.extent.left)

    def answers(self) -> list[int]:
        """The columns that hold answers, from left to right."""
        return sorted(column for column, heading in self.columns.items() if heading is Heading.ANSWER)


def read_headings(layout: Layout) -> FormHeadings:
    """Read the headings of the form in the layout."""
    found = FormHeadings()
    labels = [layout.spots[place] for place, role in layout.roles.items() if role is Role.LABEL]
    if not labels:
        return found
    columns = Counter(spot.extent.left for spot in labels)
    first = min(spot.extent.top for spot in labels)
    above = [row for row in layout.rows if row < first]
    for row in [*islice(reversed(above), _ABOVE), *(row for row in layout.rows if row > first)]:
        spots = layout.rows[row]
        if all(layout.roles[spot.place] is Role.OTHER for spot in spots) and _is_heading_row(spots, columns):
            _take(found, spots)
    for row, spots in layout.rows.items():
        _take_row(found, layout, row, spots)
    for place in found.places:
        _demote(layout, layout.spots[place])
    return found


def _demote(layout: Layout, head: LabelCandidate) -> None:
    """Turn labels into plain text below a heading of answers, examples or remarks, if few texts there are labels."""
    kind = words.heading(head.cell.text)
    if kind not in {Heading.ANSWER, Heading.PRINTED, Heading.REMARK} and not words.is_customer_heading(head.cell.text):
        return
    columns = range(head.extent.left, head.extent.right + 1)
    below = [role for (row, column), role in layout.roles.items() if column in columns and row > head.extent.bottom]
    if sum(role in OWNERS for role in below) * _FEW <= len(below):
        layout.demote(columns, head.extent.bottom)


def _is_heading_row(spots: list[LabelCandidate], labels: Counter[int]) -> bool:
    """Whether the row heads columns: it names the column of labels or answers, or what two columns hold."""
    if len(spots) < 2 or any(len(spot.cell.text) > _LONGEST for spot in spots):
        return False
    kinds = {spot.extent.left: words.heading(spot.cell.text) for spot in spots}
    known = [kind for kind in kinds.values() if kind not in {None, Heading.COUNTING}]
    over_labels = any(
        words.heading(spot.cell.text) is Heading.LABEL
        and any(spot.extent.left <= column <= spot.extent.right for column in labels)
        for spot in spots
    )
    right = min(labels)
    return (over_labels or Heading.ANSWER in known or len(known) > 1) and any(c > right for c in kinds)


def _take(found: FormHeadings, spots: list[LabelCandidate]) -> None:
    """Apply a row of headings to its columns; a later row, lower down, adds to it."""
    for spot in spots:
        kind = words.heading(spot.cell.text)
        found.places.add(spot.place)
        for column in range(spot.extent.left, spot.extent.right + 1):
            if kind is not None:
                found.columns.setdefault(column, kind)
            else:
                found.unknown.setdefault(column, spot)


def _take_row(found: FormHeadings, layout: Layout, row: int, spots: list[LabelCandidate]) -> None:
    """Apply the first text of a row, left of all answer columns, to the row."""
    above = [layout.spots[place] for place in layout.below if place[0] < row]
    first = spots[0]
    if not above or layout.roles[first.place] is not Role.OTHER or len(spots) < 2:
        return
    kind = words.whole_heading(first.cell.text)
    if kind is not None and first.extent.left < min(spot.extent.left for spot in above):
        found.rows[row] = kind
        found.places.add(first.place)
