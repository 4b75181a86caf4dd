"""The cases of a command's sources, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from docgen.output.spill import Spill

if TYPE_CHECKING:
    from docgen.library.cases import Case
    from docgen.model.intake import Verdict
    from docgen.pipeline import ReviewedIntake


class CaseList:
    """Cases in order, made again whenever they are gone through; `verdicts` are theirs."""

    def __init__(self) -> None:
        self._reviewed: Spill[tuple[int, ReviewedIntake]] = Spill()
        self._first: list[Case] = []  # of each source
        self.verdicts: list[Verdict] = []

    def __len__(self) -> int:
        return len(self._reviewed)

    def __iter__(self) -> Iterator[Case]:
        from dataclasses import replace  # not for --help

        for number, reviewed in self._reviewed:
            yield replace(self._first[number], reviewed=reviewed)

    def append(self, case: Case) -> None:
        """Add a case at the end.  Raises WriteError."""
        if not self._first or self._first[-1].file is not case.file:
            self._first.append(case)
        self._reviewed.append((len(self._first) - 1, case.reviewed))
        self.verdicts.append(case.verdict)

    def cut(self, length: int) -> None:
        """Take away all but the first `length` cases."""
        self._reviewed.cut(length)
        del self.verdicts[length:]
