"""The column of one customer in a form of several, `项目 | 客户A | 客户B`."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.extract.cell_classes import LabelCandidate


@dataclass(frozen=True)
class CustomerColumn:
    """The column of one customer among several beside one another."""

    column: int
    others: frozenset[int]

    def has(self, spot: LabelCandidate) -> bool:
        """Whether the text is this customer's, or everybody's."""
        extent = spot.extent
        return extent.left <= self.column <= extent.right or not any(
            extent.left <= c <= extent.right for c in self.others
        )
