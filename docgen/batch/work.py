"""One unit of work → its outcome; runs in a worker process.

A source stays open between the units of one process, so that a long table is gone through once, however
many units it is cut into.  Each worker does so on its own: rows that are another's are read and passed
over, at a small part of the cost of a packet, and no process has to feed the others.
"""

from __future__ import annotations

import hashlib
import logging
import operator
import signal
import time
import traceback
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from docgen import manifest, packet
from docgen.assess import Opened, open_source
from docgen.batch.units import Failure, Item, Job, Outcome, Unit, place
from docgen.errors import DocgenError, SourceError
from docgen.intake import Answers, finding_json
from docgen.text import fold

_log = logging.getLogger(__name__)
#: Deaths of workers after which an intake is given up.
_MOST_DEATHS = 2


def work(job: Job, unit: Unit) -> Outcome:
    """What becomes of the intakes of a unit: packets, and failures that concern them alone.

    What the journal says was done, and is intact, is not done again.  Raises the errors that would meet
    every other unit too: KitError, SystemMissingError, DiskFullError.
    """
    _limit(job.timeout)
    try:
        return _outcome(job, unit)
    finally:
        _limit(None)


def _outcome(job: Job, unit: Unit) -> Outcome:
    try:
        source = _source(unit.source, job.stamp)
        if source.position > unit.start:
            _source.cache_clear()
            source = _source(unit.source, job.stamp)
    except SourceError as error:
        return _unreadable(unit, error)
    before = unit.before if unit.before and unit.before.inputs == source.inputs else None
    kept = {(item.sheet, item.row): item for item in before.items if _is_intact(job, item)} if before else {}
    if before and not before.failures and len(kept) == len(before.items):
        return before
    items: list[Item] = []
    failures: list[Failure] = []
    count = 0
    try:
        for answers in source.take(job, unit.start, unit.stop):
            count += 1
            done = kept.get((answers.sheet, answers.row)) or _done(job, unit, source, answers)
            items += [done] if isinstance(done, Item) else []
            failures += [done] if isinstance(done, Failure) else []
    except SourceError as error:
        _source.cache_clear()
        if source.position >= unit.start:  # otherwise it is another unit's failure
            failures.append(Failure("", error.message, error.hint))
        count = 0
    more = count == unit.stop - unit.start
    return Outcome(unit.source, unit.start, unit.stop, source.inputs, items, failures, more, source.length)


def _unreadable(unit: Unit, error: SourceError) -> Outcome:
    failures = [] if unit.start else [Failure("", error.message, error.hint)]
    return Outcome(unit.source, unit.start, unit.stop, "", [], failures, more=False)


# -- going through a source ------------------------------------------------------------------------


class _Source:
    """A source that this process is going through, and how far it has come."""

    def __init__(self, path: str, stamp: str) -> None:
        self.original = packet.original(Path(path))
        self.inputs = hashlib.sha256(f"{self.original.sha256} {stamp}".encode()).hexdigest()
        self.position = 0
        self.length = 0
        self._path = path
        self._intakes: Iterator[Answers] = iter(())
        self.opened: Opened | None = None

    def take(self, job: Job, start: int, stop: int) -> Iterator[Answers]:
        """The intakes from `start` on and before `stop`, or fewer where the source ends.  Raises SourceError."""
        if self.opened is None:
            self.opened = open_source(Path(self._path), job.making.kit, job.terms)
            self.length = operator.length_hint(self.opened.intakes)
            self._intakes = iter(self.opened.intakes)
        while self.position < stop:
            _limit(job.timeout)
            answers = next(self._intakes, None)
            if answers is None:
                return
            self.position += 1
            if self.position > start:
                yield answers


@lru_cache(maxsize=1)
def _source(path: str, stamp: str) -> _Source:
    """The source that this process is going through; another one takes its place."""
    return _Source(path, stamp)


# -- one intake ------------------------------------------------------------------------------------


def _is_intact(job: Job, item: Item) -> bool:
    return not manifest.verify(job.out / item.packet)


def _done(job: Job, unit: Unit, source: _Source, answers: Answers) -> Item | Failure:
    where = place(answers.sheet, answers.row)
    if len(unit.deaths) >= _MOST_DEATHS:
        return Failure(where, *given_up(unit))
    try:
        return _made(job, source, answers)
    except DocgenError as error:
        if error.stops_run:
            raise
        return Failure(where, error.message, error.hint)
    except Exception as error:
        _log.debug("unexpected", exc_info=True)
        # Where it happened and not what it says: that may quote the customer.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"unexpected {type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
        return Failure(where, reason, "this is a bug: please report it with the source")


def _made(job: Job, source: _Source, answers: Answers) -> Item:
    assert source.opened is not None  # noqa: S101
    began = time.perf_counter()
    assessed = source.opened.assess(answers)
    intake, review = assessed.intake, assessed.review
    made = packet.make(assessed, source.original, job.making, packet.distinct_name(intake))
    customer = intake.values.get(job.making.kit.name_field)
    return Item(
        intake.sheet, intake.row, intake.name, fold(str(customer)) if customer else None, review.verdict.value,
        [finding_json(finding) for finding in review.findings], made.folder.name, list(made.pending),
        round((time.perf_counter() - began) * 1000),
    )  # fmt: skip


def given_up(unit: Unit) -> tuple[str, str]:
    """Reason and remedy for an intake that workers died of."""
    return (
        f"the worker process died twice: {'; then '.join(dict.fromkeys(unit.deaths))}",
        "look at it alone with docgen check; where memory or time was short, give more (--jobs, --timeout)",
    )


def _limit(seconds: float | None) -> None:
    """Let the system end this process when so many seconds have passed, whatever it is doing then."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds or 0)
