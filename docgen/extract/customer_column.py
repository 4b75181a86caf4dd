"""Define the column of one customer in a form with several, `项目 | 客户A | 客户B`."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.extract.cell_classes import LabelCandidate


@dataclass(frozen=True)
class CustomerColumn:
    """The column of one customer in a form with a column for each."""

    column: int
    others: frozenset[int]

    def has(self, spot: LabelCandidate) -> bool:
        """Whether the text belongs to this customer, or to all of them."""
        extent = spot.extent
        return extent.left <= self.column <= extent.right or not any(
            extent.left <= c <= extent.right for c in self.others
        )
