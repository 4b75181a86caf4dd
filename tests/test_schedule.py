"""Every intake is made once or named, whatever the lengths of sources and wherever workers die."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Future
from functools import partial
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from docgen.batch import work as working
from docgen.batch.jobs import Failure, Item, Outcome, Unit
from docgen.batch.schedule import Retry, Schedule, run
from docgen.batch.work import MOST_DEATHS
from docgen.formats.books import Unknown
from docgen.workers.pool import WorkerDiedError

#: At this place a source kills whoever opens it.
OPENING = -1


class Source(NamedTuple):
    """A source of so many intakes, and those that workers die of."""

    length: int
    deadly: frozenset[int]


sources = st.builds(Source, st.integers(0, 20), st.frozensets(st.integers(OPENING, 20), max_size=4))


def made(row: int) -> Item:
    return Item(None, row, "", None, "accepted", [], "", [], 0)


class Fake:
    """Workers that do nothing but die; they know how much was under way."""

    def __init__(self, all_sources: dict[str, Source]) -> None:
        self.sources = all_sources
        self.calls: Counter[tuple[str, int, int, int]] = Counter()

    def __call__(self, unit: Unit) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        self.calls[unit.source, unit.start, unit.stop, len(unit.deaths)] += 1
        length, deadly = self.sources[unit.source]
        rows = range(unit.start, min(unit.stop, length))
        only_named = len(unit.deaths) >= MOST_DEATHS
        if OPENING in deadly or (deadly & set(rows) and not only_named):
            future.set_exception(WorkerDiedError("it was killed"))
            return future
        items = [] if only_named else [made(row) for row in rows]
        failures = [Failure(f"row {row}", "", "") for row in rows] if only_named else []
        more = len(rows) == unit.stop - unit.start
        future.set_result(Outcome(unit.source, unit.start, unit.stop, "", items, failures, more))
        return future


@given(st.lists(sources, max_size=4), st.integers(1, 6), st.integers(1, 5))
def test_every_intake_is_made_once_or_named(given_sources: list[Source], step: int, under_way: int) -> None:
    named = {f"s{number}": source for number, source in enumerate(given_sources)}
    fake = Fake(named)
    items: Counter[tuple[str, int | None]] = Counter()
    failures: list[tuple[str, str]] = []
    for event in run(Schedule(named, step), fake, lambda: under_way):
        if isinstance(event, Retry):
            continue
        items.update((event.source, item.row) for item in event.items)
        failures += [(event.source, failure.place) for failure in event.failures]
    expected, lost = [], []
    for name, (length, deadly) in named.items():
        if OPENING in deadly:
            lost.append((name, "intake 1 and those after it"))
            continue
        expected += [(name, row) for row in range(length) if row not in deadly]
        lost += [(name, f"row {row}") for row in range(length) if row in deadly]
    assert items == Counter(expected)
    assert sorted(failures) == sorted(lost)
    assert all(count == 1 for count in fake.calls.values())


class _Slow:
    """Futures that are done when a test says so."""

    def __init__(self) -> None:
        self.open: list[tuple[Unit, Future[Outcome]]] = []

    def __call__(self, unit: Unit) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        self.open.append((unit, future))
        return future


def test_a_long_table_goes_to_every_worker_and_no_more_than_that_is_under_way() -> None:
    schedule = Schedule(["long", "next"], 10)
    first = schedule.next()
    assert first is not None
    second = schedule.next()
    assert second is not None
    assert [first[1].source, second[1].source] == ["long", "next"]
    assert schedule.next() is None, "nobody knows yet whether they go on"
    schedule.done(first[0], Outcome("long", 0, 10, "", [], [], more=True))
    cut = [schedule.next() for _ in range(3)]
    assert [unit[1].start for unit in cut if unit] == [10, 20, 30]


def test_the_units_of_a_long_table_grow_and_are_the_same_for_any_number_of_workers() -> None:
    """What a run has written down of a unit is found again by a run with more workers, or fewer."""
    cut = {}
    for under_way in (1, 3, 2000):
        fake, most = Fake({"s": Source(9000, frozenset())}), partial(int, under_way)
        outcomes = [event for event in run(Schedule(["s"], 8), fake, most) if isinstance(event, Outcome)]
        cut[under_way] = sorted({(one.start, one.stop) for one in outcomes if one.start < 9000})
    assert cut[1] == cut[3] == cut[2000]
    sizes = [stop - start for start, stop in cut[1]]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[127], sizes[128], sizes[-1]) == (8, 8, 16, 64)
    assert [start for start, _ in cut[1]] == [0, *(stop for _, stop in cut[1])][:-1], "none is left out or done twice"


def test_work_is_handed_out_as_it_is_done() -> None:
    fake = Fake({"s": Source(100, frozenset())})
    most = 0
    waiting = 0

    def submit(unit: Unit) -> Future[Outcome]:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        return fake(unit)

    for _ in run(Schedule(["s"], 3), submit, lambda: 4):
        waiting -= 1
    assert most == 4


class _Costly:
    """Workers that die of one thing that takes too long, wherever it is met."""

    def __init__(self, length: int, deadly: int) -> None:
        self.length, self.deadly, self.calls = length, deadly, 0

    def __call__(self, unit: Unit) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        self.calls += 1
        if unit.start <= self.deadly < unit.stop or self.deadly == OPENING:
            step = working.OPENING if self.deadly == OPENING else "intake"
            future.set_exception(WorkerDiedError("it took too long", step, is_final=True))
        else:
            items = [made(row) for row in range(unit.start, min(unit.stop, self.length))]
            more = len(items) == unit.stop - unit.start
            future.set_result(Outcome(unit.source, unit.start, unit.stop, "", items, [], more))
        return future


def test_a_source_that_takes_too_long_to_begin_is_given_up_at_once() -> None:
    costly = _Costly(20, OPENING)
    (outcome,) = run(Schedule(["s"], 8), costly, lambda: 2)
    assert isinstance(outcome, Outcome)
    ((place, reason, remedy),) = outcome.failures
    assert place == ""
    assert reason.startswith("s: reading it takes more than 9 seconds of processor time")
    assert remedy
    assert costly.calls == 1


def test_a_source_that_takes_too_long_further_down_is_made_as_far_as_there() -> None:
    costly = _Costly(20, 11)
    outcomes = [event for event in run(Schedule(["s"], 8), costly, lambda: 1) if isinstance(event, Outcome)]
    assert sorted(item.row or 0 for outcome in outcomes for item in outcome.items) == list(range(11))
    ((place, _, _),) = [failure for outcome in outcomes for failure in outcome.failures]
    assert place == "intake 12 and those after it"


def test_only_files_of_another_name_are_to_be_looked_into() -> None:
    schedule = Schedule(["a.xlsx", Unknown("b.dat")], 1)
    units = [found[1] for found in (schedule.next(), schedule.next()) if found]
    assert [(unit.source, unit.is_unknown, type(unit.source)) for unit in units] == [
        ("a.xlsx", False, str), ("b.dat", True, str),
    ]  # fmt: skip
