"""Find where the answers of a form are: in which columns, beside their labels or below them."""

from __future__ import annotations

from collections import Counter

from docgen.extract.cell_classes import LabelCandidate, Layout, Place, Role


class FormPlaces:
    """The places of answers in a layout.

    `columns` counts, by column, the labels with text directly beside them; `below` are the labels with answers below.
    """

    def __init__(self, layout: Layout, headings: set[Place]) -> None:
        self._layout = layout
        self._headings = headings
        self._labels = [layout.spots[place] for place, role in layout.roles.items() if role is Role.LABEL]
        self._label_columns = Counter(label.extent.left for label in self._labels)
        self.columns = self._count_columns()
        self._is_stacked = self._votes_for_below() > 0
        self.below = {label.place for label in self._labels if self._answers_below(label)}

    def _count_columns(self) -> Counter[int]:
        found: Counter[int] = Counter()
        for label in self._labels:
            if label.place not in self._layout.below:
                beside = self._layout.spots.get((label.extent.top, label.extent.right + 1))
                if beside and self._is_text(beside):
                    found[beside.extent.left] += 1
        return found

    def _votes_for_below(self) -> int:
        """Above 0 if the sheet puts answers below single labels: more labels have text below and none beside than have
        text beside them or another label below."""
        votes = 0
        for label in self._labels:
            if label.place not in self._layout.below:
                under = self._layout.under(label)
                if self._has_text_beside(label) or (under and not self._is_text(under)):
                    votes -= 1
                elif under and not self._layout.heads(under):
                    votes += 1
        return votes

    def _answers_below(self, label: LabelCandidate) -> bool:
        if label.place in self._layout.below:
            return True
        return (self._is_stacked or self._is_wide(label)) and not self._has_text_beside(label)

    def _is_wide(self, label: LabelCandidate) -> bool:
        """Whether the label is merged across the answer column, so that its answer can only be below it."""
        under = self._layout.under(label)
        if under is None or not self._is_text(under) or not self.columns:
            return False
        return label.extent.left < self.columns.most_common(1)[0][0] <= label.extent.right

    def _is_text(self, spot: LabelCandidate) -> bool:
        return self._layout.roles[spot.place] is Role.OTHER and spot.place not in self._headings

    def _has_text_beside(self, label: LabelCandidate) -> bool:
        for spot in self._layout.rows[label.extent.top]:
            if spot.extent.left > label.extent.right:
                return self._is_text(spot)
        return False

    def limit(self, label: LabelCandidate) -> int | None:
        """The column of the next label in the row."""
        for spot in self._layout.rows[label.extent.top]:
            if spot.extent.left > label.extent.right and self._layout.roles[spot.place] is not Role.OTHER:
                return spot.extent.left
        return None

    def expected(self, label: LabelCandidate) -> int:
        """The column in which the label's answer is expected: the one beside it, unless the sheet keeps
        labels there (`公司名称 | (blank) | answer` among `group | label | answer`)."""
        beside, limit = label.extent.right + 1, self.limit(label)
        if self.columns[beside]:
            return beside
        columns = [c for c in self.columns if c > beside and (limit is None or c < limit)]
        return min(columns) if columns and self._label_columns[beside] else beside

    def row_below_is_used(self, label: LabelCandidate) -> bool:
        """Whether any label of the row has text below; labels without any are the header of a table, not a form."""
        row = label.extent.bottom + 1
        tops = {p for p in self._layout.below if self._layout.spots[p].extent.bottom + 1 == row}
        return any((row, place[1]) in self._layout.spots for place in tops)
