"""The batch runs of the desk as its pages call them: stopped at any moment, gone on with once."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from batches import companies, table
from waiting import wait_until

from docgen.desk import runs as desk_runs
from docgen.desk.database import Database
from docgen.desk.live import Hub
from docgen.desk.run_process import RunRequest
from docgen.desk.runs import FINISHED, RUNNING, STOPPED, Runs
from docgen.desk.settings import Settings
from docgen.kit import kits

pytestmark = pytest.mark.slow


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    settings = Settings(tmp_path, kits.find("caller-number"), "测试员")
    database = Database(settings.database)
    made = Runs(settings, database, Hub())
    yield made
    made.end()
    database.close()


@pytest.fixture
def request_of_two(tmp_path: Path) -> RunRequest:
    source = table(tmp_path / "客户.xlsx", companies(2))
    return RunRequest((str(source),), str(tmp_path / "out"), str(kits.find("caller-number")), {}, ("form",))


def wait_for(runs: Runs, number: int, state: str) -> None:
    """Wait until a run has ended, and see how."""

    def ended() -> str:
        found = runs.get(number)
        assert found is not None
        return "" if found.state == RUNNING else found.state

    assert wait_until(f"run {number} ends", ended) == state


def test_a_run_is_stopped_before_it_has_begun_to_work(runs: Runs, request_of_two: RunRequest) -> None:
    number = runs.add("客户.xlsx")
    runs.begin(number, request_of_two, "测试员")
    runs.stop(number)
    runs.stop(number)
    wait_for(runs, number, STOPPED)
    assert runs.go_on(number)
    wait_for(runs, number, FINISHED)


def test_a_stop_that_comes_while_the_process_is_started_counts(
    runs: Runs, request_of_two: RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = runs._start

    def stopped_meanwhile(number: int, request: RunRequest, *, resume: bool) -> None:
        runs.stop(number)
        start(number, request, resume=resume)

    number = runs.add("客户.xlsx")
    monkeypatch.setattr(runs, "_start", stopped_meanwhile)
    runs.begin(number, request_of_two, "测试员")
    wait_for(runs, number, STOPPED)


def test_a_stop_that_comes_too_late_stops_no_later_run(runs: Runs, request_of_two: RunRequest) -> None:
    number = runs.add("客户.xlsx")
    runs.begin(number, request_of_two, "测试员")
    wait_for(runs, number, FINISHED)
    runs.stop(number)
    assert runs.go_on(number)
    wait_for(runs, number, FINISHED)


def test_two_tabs_go_on_with_a_run_once(runs: Runs, request_of_two: RunRequest) -> None:
    number = runs.add("客户.xlsx")
    runs.begin(number, request_of_two, "测试员")
    runs.stop(number)
    wait_for(runs, number, STOPPED)
    with ThreadPoolExecutor(4) as tabs:
        assert sorted(tabs.map(runs.go_on, [number] * 4)) == [False, False, False, True]
    wait_for(runs, number, FINISHED)


def deaf(pipe: Connection, _request: RunRequest, _resume: bool) -> None:
    """A run that does not hear of a stop."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pipe.send(("progress", {"made": 1}))
    while True:
        time.sleep(1)


def test_a_run_that_does_not_stop_is_killed(
    runs: Runs, request_of_two: RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_runs, "run", deaf)
    monkeypatch.setattr(desk_runs, "_FAREWELL", 0.2)
    number = runs.add("客户.xlsx")
    runs.begin(number, request_of_two, "测试员")
    wait_until("it works", lambda: [found.progress for found in runs.all() if found.progress])
    runs.stop(number)
    wait_for(runs, number, STOPPED)
