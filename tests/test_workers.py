"""Worker processes: what they give back, and how they end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time

import pytest
from waiting import wait_until

from docgen.errors import DocgenError, KitError, SourceError
from docgen.workers import limits
from docgen.workers import pool as workers
from docgen.workers.pool import WorkerDiedError, Workers


def test_results_and_errors_come_back() -> None:
    with Workers(1) as pool:
        assert pool.submit(divmod, 7, 2).result(60) == (3, 1)
        with pytest.raises(SourceError, match="what"):
            pool.submit(_refuse).result(60)
        with pytest.raises(DocgenError, match="unexpected ZeroDivisionError"):
            pool.submit(divmod, 1, 0).result(60)


def _refuse() -> None:
    raise SourceError("what", "remedy")


def test_errors_keep_their_parts_on_the_way() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(KitError(["a", "b"], "mend")))
    assert (error.message, error.hint) == ("a; b", "mend")


def test_a_death_concerns_one_call() -> None:
    with Workers(1) as pool:
        first = pool.submit(os.getpid).result(60)
        dead = pool.submit(os.kill, first, signal.SIGKILL)
        after = pool.submit(os.getpid)
        with pytest.raises(WorkerDiedError, match="SIGKILL"):
            dead.result(60)
        assert after.result(60) != first
        with pytest.raises(WorkerDiedError, match="exit code 3"):
            pool.submit(os._exit, 3).result(60)


def test_what_cannot_be_sent_is_no_death() -> None:
    with Workers(1) as pool:
        with pytest.raises(Exception, match="pickle"):
            pool.submit(lambda: None).result(60)
        assert pool.submit(abs, -1).result(60) == 1


def test_workers_stay_warm_and_are_replaced_when_they_have_grown() -> None:
    with Workers(1) as pool:
        first = pool.submit(os.getpid).result(60)
        assert pool.submit(os.getpid).result(60) == first
        pool.submit(_grow, max(workers._MOST_MEMORY, limits.peak_memory())).result(60)
        assert pool.submit(os.getpid).result(60) != first


def test_a_worker_that_nobody_needs_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_IDLE", 0.2)
    with Workers(1) as pool:
        first = pool.submit(os.getpid).result(60)
        children = multiprocessing.active_children
        wait_until("the worker has ended", lambda: first not in {child.pid for child in children()})
        assert pool.submit(os.getpid).result(60) != first


def _grow(size: int) -> int:
    return len(b"x" * size)


def test_after_an_error_nobody_is_waited_for() -> None:
    pool = Workers(2).__enter__()
    busy = pool.submit(time.sleep, 60)
    pool.submit(os.getpid).result(60)
    assert busy.running()
    pool.__exit__(KeyError, KeyError(), None)
    with pytest.raises(WorkerDiedError, match="SIGKILL"):
        busy.result(0)
    assert threading.active_count() < 10


@pytest.mark.skipif(sys.platform == "win32", reason="no alarm clock there")
def test_time_runs_out_whatever_a_worker_does() -> None:
    with Workers(1) as pool, pytest.raises(WorkerDiedError, match="--timeout"):
        pool.submit(_hang).result(60)


def _hang() -> None:
    limits.limit_time(0.1)
    sum(range(10**12))  # one call that never looks up


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="it cannot be told there")
def test_a_worker_that_is_stopped_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_LOOK", 0.05)
    with Workers(1) as pool:
        first = pool.submit(os.getpid).result(60)
        stopped = pool.submit(os.kill, first, signal.SIGSTOP)
        with pytest.raises(WorkerDiedError, match="it was stopped") as caught:
            stopped.result(60)
        assert not caught.value.is_final
        assert pool.submit(os.getpid).result(60) != first


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="it cannot be told there")
def test_a_stopped_worker_that_has_nothing_to_do_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_FAREWELL", 0.1)
    with Workers(1) as pool:
        first = pool.submit(os.getpid).result(60)
        os.kill(first, signal.SIGSTOP)
    assert first not in {child.pid for child in multiprocessing.active_children()}


def test_a_worker_that_says_nothing_for_longer_than_it_said_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_LOOK", 0.05)
    monkeypatch.setattr(workers, "_GRACE", 0.1)
    with Workers(1) as pool:
        assert pool.submit(_speak, [5.0, 5.0, None]).result(60) == "done"
        with pytest.raises(WorkerDiedError, match="it was silent for longer than --timeout allows") as caught:
            pool.submit(_speak, [5.0, 0.1]).result(60)
        assert caught.value.step == "step 1"


def _speak(each: list[float | None]) -> str:
    for number, seconds in enumerate(each):
        workers.beat(seconds, f"step {number}")
    if each[-1]:
        time.sleep(600)
    return "done"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="processor time and memory are limited there")
def test_reading_in_a_worker_has_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    with Workers(1) as pool:
        with pytest.raises(DocgenError, match="unexpected MemoryError"):
            pool.submit(_grow_while_reading, limits.READING_MEMORY).result(60)
        assert pool.submit(_grow, limits.READING_MEMORY).result(60), "making documents may take more"
        with pytest.raises(DocgenError, match="unexpected MemoryError"):
            pool.submit(_grow, limits.MAKING_MEMORY).result(60)
        with pytest.raises(WorkerDiedError, match=r"it took more than \d+ seconds of processor time") as caught:
            pool.submit(_spin_while_reading).result(60)
        assert caught.value.is_final
        assert pool.submit(abs, -1).result(60) == 1


def _grow_while_reading(size: int) -> int:
    limits.begin_reading()
    return len(bytes(size))


def _spin_while_reading() -> None:
    limits.READING_SECONDS = 1
    limits.begin_reading()
    sum(range(10**12))


def test_nothing_is_limited_in_a_process_of_somebody_else() -> None:
    limits.begin_reading()
    limits.limit_time(0.001)
    assert _grow(limits.READING_MEMORY)
    limits.end_reading()
