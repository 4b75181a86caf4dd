"""Work units in worker processes: one source in, the outcome of each of its intakes out.

`submit` is the seam: whatever runs units elsewhere takes the same unit and gives the same outcome.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, cast

from pebble import ProcessExpired, ProcessPool

from docgen import packet
from docgen.assess import assess
from docgen.errors import DocgenError, SourceError
from docgen.intake import Intake, Review, Value
from docgen.packet import Making, Packet


@dataclass(frozen=True, slots=True)
class Unit:
    """What a worker needs to make the packets of one source; everything in it can be pickled."""

    source: Path
    making: Making
    terms: Mapping[str, Value]


class Made(NamedTuple):
    """An intake whose packet was made."""

    intake: Intake
    review: Review
    packet: Packet


class Failure(NamedTuple):
    """A source or an item that could not be done, with the reason and the remedy."""

    source: str
    place: str
    reason: str
    remedy: str


class Outcome(NamedTuple):
    """What became of one source."""

    source: Path
    made: tuple[Made, ...]
    failures: tuple[Failure, ...]


def work(unit: Unit) -> Outcome:
    """Make the packets of one source; failures of single items are told, those of the surroundings raised.

    Raises KitError and SystemMissingError, which would fail every other unit too.
    """
    made: list[Made] = []
    failures: list[Failure] = []
    source = str(unit.source)
    try:
        for item in assess(unit.source, unit.making.kit, unit.terms):
            place = "!".join(str(part) for part in (item.intake.sheet, item.intake.row) if part)
            try:
                done = packet.make(item, unit.source, unit.making, packet.distinct_name(item.intake))
                made.append(Made(item.intake, item.review, done))
            except DocgenError as error:
                if error.stops_run:
                    raise
                failures.append(Failure(source, place, error.message, error.hint))
    except SourceError as error:
        failures.append(Failure(source, "", error.message, error.hint))
    return Outcome(unit.source, tuple(made), tuple(failures))


class Workers:
    """A pool of worker processes that survives the death of any of them."""

    def __init__(self, jobs: int) -> None:
        self._pool: Any = ProcessPool(max_workers=jobs, context=multiprocessing.get_context("spawn"))

    def submit(self, unit: Unit) -> Future[Outcome]:
        """Start on `unit`; its future gives the outcome."""
        return cast(Future[Outcome], self._pool.schedule(work, args=(unit,)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()


def run(units: list[Unit], jobs: int) -> Iterator[Outcome]:
    """The outcome of every unit, as they come.  Raises KitError and SystemMissingError, which stop the run."""
    with Workers(min(jobs, len(units))) as workers:
        futures = {workers.submit(unit): unit for unit in units}
        for future in as_completed(futures):
            unit = futures[future]
            try:
                yield future.result()
            except ProcessExpired as death:
                reason = f"the worker process died (exit code {death.exitcode})"
                failure = Failure(str(unit.source), "", reason, "run it again, alone if need be")
                yield Outcome(unit.source, (), (failure,))


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
