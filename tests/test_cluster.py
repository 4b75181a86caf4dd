"""A batch run on a cluster ends as one on this machine does, whatever is lost on the way."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from batches import HANGS, KILLS, batch, companies, finish, leftovers, packets, start, table
from clusters import LOSES, Cluster, certificates, cluster, wait_until_busy
from conftest import ROOT
from distributed import KilledWorker
from openpyxl import load_workbook
from waiting import wait_until

from docgen import __version__
from docgen.batch import dask_worker
from docgen.batch.dask_client import Cluster as Calls
from docgen.batch.dask_client import _refuse_misfits, connected
from docgen.batch.dask_worker import Setting
from docgen.batch.jobs import Job, kit_sha256, stamp
from docgen.batch.run import exposure
from docgen.errors import SystemMissingError
from docgen.kit import kits
from docgen.packet.packet import KINDS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds workers by what Linux says of processes"),
]


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers."""
    with cluster(tmp_path_factory.mktemp("dask")) as started:
        yield started


@pytest.fixture(scope="module")
def without_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler alone."""
    with cluster(tmp_path_factory.mktemp("alone"), workers=0) as started:
        yield started


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table of many customers, samples, and a source that is none."""
    folder = tmp_path_factory.mktemp("sources")
    table(folder / "customers.xlsx", companies(70))
    for name in ("accepted", "rejected", "incomplete", "manual"):
        shutil.copy(ROOT / "inputs" / f"{name}.xlsx", folder)
    (folder / "broken.xlsx").write_bytes(b"no workbook")
    return folder


@pytest.fixture(scope="module")
def here(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run on this machine makes of them."""
    out = tmp_path_factory.mktemp("here") / "out"
    assert batch(sources, "-o", out, "--jobs", 2)[0] == 8
    return out


def session(leader: int) -> list[str]:
    """The processes of a session that have not ended, by what the kernel knows of them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # one that ends just now
            state, _parent, _group, number, *_ = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(number) == leader and state != "Z":
                found.append(entry.name)
    return found


def rows(out: Path) -> list[tuple[object, ...]]:
    """Every row of every sheet of the report."""
    return [row for sheet in load_workbook(out / "report.xlsx") for row in sheet.iter_rows(values_only=True)]


def test_a_cluster_started_for_the_run_does_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    arguments = ["--only", "form,review,contract", "--jobs", 1]
    sheet = os.path.relpath(ROOT / "inputs" / "manual.xlsx", ROOT)
    code, err = finish(start(sheet, "-o", tmp_path / "there", "--cluster", "local", *arguments))
    assert code == 0, err
    assert len(err.splitlines()) == 1
    assert batch(sheet, "-o", tmp_path / "here", *arguments)[0] == 0
    assert len(packets(tmp_path / "there")) == 4
    assert packets(tmp_path / "there") == packets(tmp_path / "here")


def test_a_lost_worker_costs_a_retry(dask: Cluster, sources: Path, here: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    dask.wait_for_workers(2)
    process = start(sources, "-o", out, "--cluster", dask.address)
    wait_until_busy(out, process)
    dask.lose_workers()
    code, err = finish(process)
    assert code == 8, err
    assert packets(out) == packets(here)
    assert rows(out) == rows(here)
    assert leftovers(out) == []
    (error,) = [line for line in err.splitlines() if line.startswith("error:")]
    assert str(sources / "broken.xlsx") in error


def test_an_intake_that_kills_workers_is_named_and_costs_no_other(dask: Cluster, tmp_path: Path) -> None:
    names = ["甲公司", f"{KILLS}公司", "乙公司", f"{HANGS}公司", f"{LOSES}公司", "丙公司"]
    source, out = table(tmp_path / "t.xlsx", names), tmp_path / "out"
    dask.wait_for_workers(2)
    code, err = finish(start(source, "-o", out, "--cluster", dask.address, "--timeout", 8))
    assert code == 8, err
    errors = [line for line in err.splitlines() if line.startswith("error:")]
    assert [line.partition(" (")[0].partition("Sheet ")[2] for line in sorted(errors)] == [
        f"row {row}: the worker process died twice: it was killed by SIGKILL; then {how}"
        for row, how in [
            (3, "it was killed by SIGKILL"),
            (5, "it took longer than --timeout allows"),
            (6, "its machine or dask worker was lost"),
        ]
    ]
    assert err.count("trying again") >= 4
    assert sorted({name[:2] for name in packets(out)}) == ["丙公", "乙公", "甲公"]
    assert "Traceback" not in err


def test_a_lost_scheduler_is_one_line_and_the_run_goes_on(sources: Path, here: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with cluster(tmp_path / "dask", workers=1) as first:
        process = start(sources, "-o", out, "--cluster", first.address)
        wait_until_busy(out, process)
        first.scheduler.kill()
        code, err = finish(process)
    assert code == 9, err
    assert f"error: {first.address}: the scheduler is gone\n" in err
    assert "--resume" in err
    assert "Traceback" not in err
    assert batch(sources, "-o", out, "--resume")[0] == 8
    assert packets(out) == packets(here)
    assert leftovers(out) == []


def test_a_cluster_may_speak_tls_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the keys that dask's own configuration names; whoever has others, or none, gets nothing through to it."""
    for name, value in certificates(tmp_path / "keys").items():
        monkeypatch.setenv(name, value)
    source = table(tmp_path / "t.xlsx", companies(3))
    with cluster(tmp_path / "dask", workers=1, protocol="tls") as dask:
        assert dask.address.startswith("tls://127.0.0.1:")
        code, err = finish(start(source, "-o", tmp_path / "out", "--cluster", dask.address))
        assert code == 0, err
        assert len(err.splitlines()) == 1
        assert len(packets(tmp_path / "out")) == 6
        for name, value in certificates(tmp_path / "others").items():
            monkeypatch.setenv(name, value)
        code, err = finish(start(source, "-o", tmp_path / "foreign", "--cluster", dask.address))
        assert code == 9, err
        assert err.startswith(f"error: {dask.address}: no scheduler answers there")
        monkeypatch.setenv("DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION", "False")
        plain = dask.address.replace("tls://", "tcp://")
        assert finish(start(source, "-o", tmp_path / "plain", "--cluster", plain))[0] == 9


def test_interrupting_ends_everything(tmp_path: Path) -> None:
    source, out = table(tmp_path / "t.xlsx", companies(100)), tmp_path / "out"
    command = [sys.executable, "-m", "docgen", "batch", source, "-o", out, "--cluster", "local", "--jobs", "1"]
    process = subprocess.Popen(
        [*map(str, command), "--only", "contract"], cwd=ROOT, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    wait_until_busy(out, process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    code, err = finish(process)
    assert code == 130, err
    assert "Traceback" not in err
    assert "--resume" in err
    made = packets(out)
    assert len(made) < 2 * 100, "what had not been begun is left"
    assert leftovers(out) == []
    wait_until("all its processes have ended", lambda: not session(process.pid))
    assert packets(out) == made, "nobody goes on writing"


# -- clusters that will not do -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("tcp://127.0.0.1:1", 9, "no scheduler answers there"),
        ("elsewhere", 2, "no address of a scheduler"),
        ("tcp://host", 2, "no address of a scheduler"),
        ("tls://127.0.0.1:1", 2, "no keys"),
    ],
)
def test_an_address_where_nobody_answers_is_one_line(tmp_path: Path, address: str, code: int, words: str) -> None:
    source = ROOT / "inputs" / "accepted.xlsx"
    arguments = [source, "-o", tmp_path / "out", "--cluster", address]
    done, err = finish(start(*arguments)) if code == 9 else batch(*arguments)  # a connection leaves threads behind
    assert done == code
    error, hint = err.splitlines()
    assert words in error
    assert address in error
    assert hint.startswith("hint: ")


@pytest.mark.parametrize(
    ("address", "is_warned"),
    [
        ("tcp://10.1.2.3:8786", True), ("tcp://scheduler.example:8786", True), ("tcp://[2001:db8::1]:8786", True),
        ("tcp://127.0.0.1:8786", False), ("tcp://127.9.9.9:1", False), ("tcp://localhost:1", False),
        ("tcp://[::1]:1", False), ("tls://10.1.2.3:8786", False), ("local", False), (None, False),
    ],
)  # fmt: skip
def test_a_scheduler_that_others_may_reach_is_warned_of(address: str | None, is_warned: bool) -> None:
    warning = exposure(address)
    assert bool(warning) == is_warned
    assert not warning or warning.startswith(f"warning: --cluster {address}: whoever can reach")


@pytest.mark.parametrize("more", [[], ["--log-json"]])
def test_the_warning_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: list[str]) -> None:
    def refuse(*_: object) -> None:
        raise SystemMissingError("nobody is there")

    monkeypatch.setattr("docgen.batch.run._connected", refuse)
    code, err = batch("inputs/accepted.xlsx", "-o", tmp_path / "out", "--cluster", "tcp://10.1.2.3:8786", *more)
    assert code == 9
    assert err.count("whoever can reach this scheduler") == 1
    if more:
        assert [json.loads(line)["event"] for line in err.splitlines()] == ["note", "error"]


def test_without_the_extra_the_error_names_it(tmp_path: Path) -> None:
    (tmp_path / "distributed.py").write_text("raise ImportError", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "docgen", "batch", "inputs/accepted.xlsx", "-o", str(tmp_path / "out")]
    command += ["--cluster", "local"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 9
    assert "pip install 'docgen[cluster]'" in done.stderr


def test_workers_are_counted_here_or_there(tmp_path: Path) -> None:
    code, err = batch("inputs/accepted.xlsx", "-o", tmp_path / "out", "--cluster", "tcp://127.0.0.1:1", "--jobs", 2)
    assert code == 2
    assert "--jobs" in err


def test_a_worker_with_another_docgen_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other" / "docgen"
    shutil.copytree(ROOT / "docgen", other)
    (other / "__init__.py").write_text('__version__ = "0.0.1"', encoding="utf-8")
    with cluster(tmp_path / "dask", workers=1, python_path=other.parent) as dask:
        code, err = finish(start("inputs/accepted.xlsx", "-o", tmp_path / "out", "--cluster", dask.address))
    assert code == 9, err
    assert "it has docgen 0.0.1, and this is " in err.splitlines()[0]
    assert packets(tmp_path / "out") == {}


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    """What a worker that sees the same things fits."""
    kit, out = tmp_path / "kit", tmp_path / "out"
    shutil.copytree(kits.find("caller-number"), kit)
    out.mkdir()
    (out / "mark").touch()
    date = dt.date(2026, 11, 23)
    job = Job(stamp(kit, {}, date, ("contract",)), kit, {}, date, out, only=("contract",))
    return Setting("run", __version__, str(tmp_path), out / "mark", job, kit_sha256(kit))


def test_a_worker_that_sees_other_things_is_refused(
    setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert dask_worker._misfit(setting) == ""
    other_fonts = dataclasses.replace(setting.job, stamp="of other fonts")
    assert "fonts" in dask_worker._misfit(dataclasses.replace(setting, job=other_fonts))
    assert "no folder /gone" in dask_worker._misfit(dataclasses.replace(setting, folder="/gone"))
    (setting.job.kit / "note.txt").write_text("changed", encoding="utf-8")
    assert "is different there" in dask_worker._misfit(setting)
    shutil.rmtree(setting.job.kit)
    assert "there is no kit" in dask_worker._misfit(setting)
    setting.mark.unlink()
    assert "shared storage" in dask_worker._misfit(setting)


def test_a_scheduler_without_workers_is_one_line(
    setting: Setting, without_workers: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docgen.batch.dask_client._FIRST_WORKER", 0.5)
    address = without_workers.address
    with (
        pytest.raises(SystemMissingError, match=f"^{address}: the scheduler has no workers"),
        connected(address, 1, setting.job),
    ):
        pass


class FakeClient:
    """What a cluster's client says of its one worker."""

    def __init__(self, python: str, misfit: object) -> None:
        self.python = python
        self.misfit = misfit

    def wait_for_workers(self, _count: int, timeout: float) -> None:
        assert timeout > 0

    def get_versions(self) -> object:
        return {"workers": {"tcp://w:1": {"host": {"python": f"{self.python}.final.0"}}}}

    def run(self, *_call: object, on_error: str) -> dict[str, object]:
        assert on_error == "return"
        return {"tcp://w:1": self.misfit}


HERE = platform.python_version()


@pytest.mark.parametrize(
    ("python", "misfit", "said"),
    [
        (HERE, None, None),
        (HERE.rpartition(".")[0] + ".99", None, None),
        (HERE, OSError("lost"), None),  # it went away meanwhile
        ("3.9.1", None, f"tcp://w:1: it has Python 3.9, and this is {'.'.join(HERE.split('.')[:2])}"),
        (HERE, ModuleNotFoundError("no docgen"), "tcp://w:1: docgen does not run there: no docgen"),
        (HERE, SystemMissingError("tcp://w:1: no kit"), "tcp://w:1: no kit"),
    ],
)
def test_a_worker_that_cannot_do_the_work_is_refused(
    setting: Setting, python: str, misfit: object, said: str | None
) -> None:
    client: Any = FakeClient(python, misfit)
    if said is None:
        _refuse_misfits(client, "tcp://s:1", setting)
        return
    with pytest.raises(SystemMissingError) as caught:
        _refuse_misfits(client, "tcp://s:1", setting)
    assert caught.value.message == said


def test_a_dask_worker_hands_calls_to_processes_that_fit(setting: Setting) -> None:
    worker: Any = SimpleNamespace(address="tcp://w:1", state=SimpleNamespace(nthreads=1))
    assert asyncio.run(dask_worker.fit(setting, worker)) is None
    pool = dask_worker._pools[setting.name]
    assert pool.submit(dask_worker._in_folder, setting.folder, os.getcwd).result() == setting.folder
    asyncio.run(dask_worker.leave(setting.name))
    assert dask_worker._pools == {}
    asyncio.run(dask_worker.leave(setting.name))  # a run that this worker never worked for
    error = asyncio.run(dask_worker.fit(dataclasses.replace(setting, docgen="0.0.1"), worker))
    assert isinstance(error, SystemMissingError)
    assert str(error).startswith("tcp://w:1: it has docgen ")
    assert dask_worker._pools == {}


class _Tasks:
    """A dask client and executor in one: keeps the tasks that it is given."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.tasks: list[tuple[list[Any], Future[Any]]] = []

    def get_executor(self, *, pure: bool) -> _Tasks:
        assert not pure
        return self

    def nthreads(self) -> dict[str, int]:
        return dict.fromkeys(map(str, range(self.workers)), 1)

    def submit(self, _relay: object, _setting: object, calls: list[Any]) -> Future[Any]:
        future: Future[Any] = Future()
        self.tasks.append((calls, future))
        return future


@pytest.mark.parametrize(
    ("workers", "kinds", "most"), [(2, KINDS, 1), (64, KINDS, 2), (256, KINDS, 8), (64, ("contract",), 16)]
)
def test_the_more_workers_and_sources_the_more_go_together(workers: int, kinds: tuple[str, ...], most: int) -> None:
    kit = kits.find("caller-number")
    job = Job("", kit, {}, dt.date(2026, 11, 23), Path("out"), only=kinds)
    tasks = _Tasks(workers)
    there: Any = SimpleNamespace(job=job)
    calls = Calls(tasks, "here", there)  # type: ignore[arg-type]
    futures: list[Future[Any]] = []
    while len(futures) < workers * 80:
        futures += [calls.gather(divmod, len(futures) + more, 7) for more in range(calls.capacity())]
        calls.send()
    for group, task in tasks.tasks:
        task.set_result([dask_worker.Reply(function(*args)) for function, args in group])
    assert [future.result(0) for future in futures] == [divmod(number, 7) for number in range(len(futures))]
    sizes = [len(group) for group, _ in tasks.tasks]
    assert max(sizes) == most
    assert set(sizes[: workers * 2]) == {1}
    assert [len(group) for group, _ in tasks.tasks[-3:-1]] == [most] * 2


def test_all_calls_of_a_lost_task_are_lost_and_go_alone_then() -> None:
    job = Job("", kits.find("caller-number"), {}, dt.date(2026, 11, 23), Path("out"))
    tasks = _Tasks(1000)
    there: Any = SimpleNamespace(job=job)
    calls = Calls(tasks, "here", there)  # type: ignore[arg-type]
    assert calls.capacity() == 2000
    calls._sent = 10_000
    futures = [calls.gather(divmod, number, 7) for number in range(3)]
    assert tasks.tasks == []
    calls.send()
    ((group, task),) = tasks.tasks
    assert len(group) == 3
    killed: Any = KilledWorker
    task.set_exception(killed("t", None, 3))
    assert {str(future.exception(0)) for future in futures} == {"its machine or dask worker was lost"}
    calls.submit(divmod, 1, 7)
    assert len(tasks.tasks[-1][0]) == 1
