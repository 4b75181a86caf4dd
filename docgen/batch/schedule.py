"""Which unit is next, and what follows from the outcome of each.

A source is a series of intakes of unknown length: its first unit says whether there may be more.  Then further units
go to every worker until one comes back short.  If a worker dies, the unit is repeated intake by intake; an intake that
kills a second worker is given up and reported.  Only a few units are in progress at any time, so memory does not grow
with the number of intakes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from typing import NamedTuple

from docgen.batch.jobs import Failure, Outcome, Unit
from docgen.batch.work import MOST_DEATHS, OPENING, given_up
from docgen.errors import SourceError
from docgen.formats.books import Unknown
from docgen.language import tr
from docgen.workers.limits import too_slow
from docgen.workers.pool import WorkerDiedError

#: How many units of a source are of the first size, which then doubles so many times: a scheduler hands out a few
#: hundred units a second, whatever is in them.
_ALIKE, _DOUBLED = 128, 3


class Retry(NamedTuple):
    """A worker died of this unit, and it is tried again."""

    unit: Unit


@dataclass(eq=False)
class _Stretch:
    """A part of a source that is being cut into units: up to `stop`, or without one to the source's end.

    It `waits` while it is unknown whether the source continues.  A part cut out of `whole` after a worker died waits
    after each unit, any other after its first.
    """

    source: str
    start: int
    step: int
    stop: int | None = None
    deaths: tuple[str, ...] = ()
    whole: _Stretch | None = None
    waits: bool = False
    is_unknown: bool = False

    def cut(self) -> Unit:
        """The next unit: further on in a long source it is larger, wherever and by however many it is worked on."""
        doubled = min((self.start // (_ALIKE * self.step)).bit_length(), _DOUBLED)
        size = self.step if self.whole else self.step << doubled
        unit = Unit(self.source, self.start, self.start + size, self.deaths, is_unknown=self.is_unknown)
        self.waits = self.whole is not None or self.start == 0
        self.start = unit.stop
        return unit


class Schedule:
    """The units of a run, in the order in which they should be done."""

    def __init__(self, sources: Iterable[str], step: int) -> None:
        self._sources = iter(sources)
        self._step = step
        self._open: list[_Stretch] = []
        self._again: deque[tuple[_Stretch, Unit]] = deque()

    def next(self) -> tuple[_Stretch, Unit] | None:
        """What to do next: what a worker died of, a source that continues, a new one; None if all wait."""
        if self._again:
            return self._again.popleft()
        stretch = next((stretch for stretch in self._open if not stretch.waits), None)
        if stretch is None:
            source = next(self._sources, None)
            if source is None:
                return None
            stretch = _Stretch(str(source), 0, self._step, is_unknown=isinstance(source, Unknown))
            self._open.append(stretch)
        return stretch, stretch.cut()

    def done(self, stretch: _Stretch, outcome: Outcome) -> None:
        """Continue with the source, or finish it."""
        stretch.waits = False
        if stretch in self._open and (not outcome.more or stretch.start == stretch.stop):
            self._open.remove(stretch)
            if stretch.whole is not None:
                self.done(stretch.whole, outcome)

    def died(self, stretch: _Stretch, unit: Unit, death: WorkerDiedError) -> Outcome | None:
        """Try again; or, if not even the place is known, give the outcome that gives the source up."""
        is_one = unit.stop - unit.start == 1
        if death.is_final and (is_one or death.step == OPENING):
            return _lost(unit, too_slow(unit.source), is_whole=death.step == OPENING and unit.start == 0)
        if not is_one:
            again = _Stretch(unit.source, unit.start, 1, unit.stop, unit.deaths, stretch, is_unknown=unit.is_unknown)
            self._open.insert(0, again)
        elif len(unit.deaths) <= MOST_DEATHS:
            self._again.append((stretch, unit))
        else:
            return _lost(unit, SourceError(*given_up(unit)))
        return None


def _lost(unit: Unit, why: SourceError, *, is_whole: bool = False) -> Outcome:
    """A source of which the rest, or everything, cannot be done."""
    place = "" if is_whole else tr("intake {start} and those after it", start=unit.start + 1)
    return Outcome(unit.source, unit.start, unit.stop, "", [], [Failure(place, why.message, why.hint)], more=False)


Submit = Callable[[Unit], "Future[Outcome]"]


def run(
    schedule: Schedule, submit: Submit, capacity: Callable[[], int], send: Callable[[], None] = lambda: None
) -> Iterator[Outcome | Retry]:
    """The outcome of every unit as it comes; at most `capacity()` units, at least one, are handed out at a time, and
    `send` is called when no more follow for now.

    Raises what `work` raises, which stops the run.
    """
    running: dict[Future[Outcome], tuple[_Stretch, Unit]] = {}
    while True:
        while len(running) < capacity() and (following := schedule.next()):
            running[submit(following[1])] = following
        send()
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            stretch, unit = running.pop(future)
            try:
                outcome = future.result()
            except WorkerDiedError as death:
                unit = replace(unit, deaths=(*unit.deaths, str(death)))
                lost = schedule.died(stretch, unit, death)
                if lost is None:
                    yield Retry(unit)
                    continue
                outcome = lost
            schedule.done(stretch, outcome)
            yield outcome
