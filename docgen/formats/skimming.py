"""Pass over the rows of a long table that are another worker's, without reading what is in them.

Whoever wants intakes, whoever tells customers apart and whoever reads rows share one `Skim`.  A customer ends where the
next one begins, so that a row is passed over when the row after it is clearly a customer's own.  All other rows are
read: what they say of the rows below them is never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

_Line = TypeVar("_Line")
#: Customers passed over between two signs of life.
_TICK = 256


class SkimmedError(Exception):
    """A row can only be understood with the rows above it, which were passed over: read again, all of it."""


class Skim:
    """What may be passed over, and what was.

    `start` is the first intake that is wanted, counted from 0; `begun` counts the customers so far, `passed` those of
    them that were passed over; `is_open` says whether a customer has begun that may have further rows.
    `is_customer`, given the number of a row and at least its cells up to one of the columns `reaches`, says whether the
    row is a customer's own, whatever is in it further on and above it.
    """

    def __init__(self, tick: Callable[[], None] = lambda: None) -> None:
        """`tick` is called again and again while rows are passed over."""
        self.start = self.begun = self.passed = 0
        self.is_open = False
        self.reaches: tuple[int, ...] = ()
        self.is_customer: Callable[[int, Mapping[int, Any]], bool] = lambda row, cells: False
        self._tick = tick

    @property
    def is_wanted(self) -> bool:
        """Whether there is something to pass over: the last customer that has begun is not wanted."""
        return self.begun <= self.start

    def drop(self) -> None:
        """Count the open customer as passed over."""
        self.is_open = False
        self.passed += 1
        if not self.passed % _TICK:
            self._tick()


def passing(
    lines: Iterable[_Line], skim: Skim | None, is_customer: Callable[[_Line], bool] | None = None
) -> Iterator[_Line]:
    """The lines that must be read.  Without `is_customer` they are rows with their cells."""
    if skim is None:
        yield from lines
        return
    asked = is_customer or (lambda line: skim.is_customer(*line))  # type: ignore[misc]
    last: _Line | None = None  # begins a customer that counts as open, and is read if the next line is not another's
    for line in lines:
        if skim.is_wanted and asked(line):
            if skim.is_open:
                skim.drop()
            skim.begun += 1
            skim.is_open = True
            last = line
            continue
        if last is not None:
            yield _handed_on(last, skim)
            last = None
        yield line
    if last is not None:
        yield _handed_on(last, skim)


def _handed_on(line: _Line, skim: Skim) -> _Line:
    """A line whose customer the reader of customers counts."""
    skim.begun -= 1
    skim.is_open = False
    return line
