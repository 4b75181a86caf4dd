"""One unit of work → its outcome; runs in a worker process.

A source stays open between the units of one process, so that a long table is gone through once, however
many units it is cut into.  Each worker does so on its own: rows that are another's are read and passed
over, at a small part of the cost of a packet, and no process has to feed the others.
"""

from __future__ import annotations

import hashlib
import signal
import time
import traceback
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from docgen import manifest, packet
from docgen.assess import Opened, open_source
from docgen.batch import fetch
from docgen.batch.units import Failure, Item, Job, Outcome, Unit, place
from docgen.errors import DocgenError
from docgen.intake import Answers, finding_json
from docgen.packet import Original
from docgen.text import fold

#: Deaths of workers after which an intake is given up.
MOST_DEATHS = 2


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
    items: list[Item] = []
    failures: list[Failure] = []
    count, inputs, path = 0, "", Path(unit.source)
    try:
        path, version = fetch.here(unit.source)
        original = _original(path, version)
        inputs = hashlib.sha256(f"{original.sha256} {job.stamp}".encode()).hexdigest()
        before = unit.before if unit.before and unit.before.inputs == inputs else None
        kept = _kept(job, before)
        if before and not before.failures and len(kept) == len(before.items):
            return before
        source = _source_at(job, unit, path, inputs)
        for answers in source.take(job, unit):
            done = kept.get((answers.sheet, answers.row)) or _done(job, unit, source.opened, original, answers)
            count += 1
            if isinstance(done, Item):
                items.append(done)
            else:
                failures.append(done)
    except _PassedOverError:
        pass
    except Exception as error:  # noqa: BLE001  whatever a source does, the others go on
        failure = _failure("", error)
        failures.append(failure._replace(reason=failure.reason.replace(str(path), unit.source)))
        count = 0
    more = count == unit.stop - unit.start
    return Outcome(unit.source, unit.start, unit.stop, inputs, items, failures, more)


# -- going through a source ------------------------------------------------------------------------


class _PassedOverError(Exception):
    """A source could not be read up to the unit: that is the failure of an earlier unit."""


class _Source:
    """A source that this process is going through, and how far it has come."""

    def __init__(self, job: Job, path: Path, source: str) -> None:
        self.opened = open_source(path, job.making.kit, job.terms, source=source)
        self.position = 0
        self._intakes = iter(self.opened.intakes)

    def take(self, job: Job, unit: Unit) -> Iterator[Answers]:
        """The intakes of the unit, or fewer where the source ends; those before it are passed over."""
        while self.position < unit.stop:
            _limit(job.timeout)
            answers = self._next(unit)
            if answers is None:
                return
            self.position += 1
            if self.position > unit.start:
                yield answers

    def _next(self, unit: Unit) -> Answers | None:
        try:
            return next(self._intakes, None)
        except Exception as error:
            _sources.clear()
            if self.position < unit.start:
                raise _PassedOverError from error
            raise


#: The source that this process is going through, by its inputs; another one takes its place.
_sources: dict[str, _Source] = {}


def _source_at(job: Job, unit: Unit, path: Path, inputs: str) -> _Source:
    """The source, opened and not yet past the unit."""
    source = _sources.get(inputs)
    if source is None or source.position > unit.start:
        _sources.clear()
        source = _sources[inputs] = _Source(job, path, unit.source)
    return source


@lru_cache(maxsize=1)
def _original(path: Path, _version: str) -> Original:
    return packet.original(path)


# -- one intake ------------------------------------------------------------------------------------


def _kept(job: Job, before: Outcome | None) -> dict[tuple[str | None, int | None], Item]:
    """The intakes, by sheet and row, whose packets are still as an earlier run made them."""
    items = before.items if before else []
    return {(item.sheet, item.row): item for item in items if not manifest.verify(job.out / item.packet)}


def _done(job: Job, unit: Unit, opened: Opened, original: Original, answers: Answers) -> Item | Failure:
    where = place(answers.sheet, answers.row)
    if len(unit.deaths) >= MOST_DEATHS:
        return Failure(where, *given_up(unit))
    try:
        return _made(job, opened, original, answers)
    except Exception as error:  # noqa: BLE001  whatever an intake does, the others go on
        return _failure(where, error)


def _made(job: Job, opened: Opened, original: Original, answers: Answers) -> Item:
    began = time.perf_counter()
    assessed = opened.assess(answers)
    intake, review = assessed.intake, assessed.review
    made = packet.make(assessed, original, job.making, packet.distinct_name(intake))
    customer = intake.values.get(job.making.kit.name_field)
    return Item(
        intake.sheet, intake.row, intake.name, fold(str(customer)) if customer else None, review.verdict.value,
        [finding_json(finding) for finding in review.findings], made.folder.name, list(made.pending),
        round((time.perf_counter() - began) * 1000),
    )  # fmt: skip


def _failure(where: str, error: Exception) -> Failure:
    """What is said of an intake or a source that failed.  Raises the error where it would meet the others too."""
    if isinstance(error, DocgenError):
        if error.stops_run:
            raise error
        return Failure(where, error.message, error.hint)
    # Where it happened and not what it says: that may quote the customer.
    frame = traceback.extract_tb(error.__traceback__)[-1]
    reason = f"unexpected {type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
    return Failure(where, reason, "this is a bug: please report it, with the source")


def given_up(unit: Unit) -> tuple[str, str]:
    """Reason and remedy for an intake that workers died of."""
    return (
        f"the worker process died twice: {'; then '.join(unit.deaths[-MOST_DEATHS:])}",
        "look at it alone with docgen check; where memory or time was short, give more (--jobs, --timeout)",
    )


def _limit(seconds: float | None) -> None:
    """Let the system end this process when so many seconds have passed, whatever it is doing then."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds or 0)
