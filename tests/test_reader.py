"""Files are read in a child process: whatever one does there, the others are read, and a line says what to do."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from batches import finish
from conftest import ROOT, Run
from waiting import wait_until

from docgen.errors import SourceError
from docgen.extract import source
from docgen.model.kit import Kit
from docgen.workers import limits, reader
from docgen.workers.reader import Reader

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked there")
GOOD_SHEET = ROOT / "inputs" / "accepted.xlsx"


def eat() -> None:
    held = [bytes(64 << 20) for _ in range(64)]
    raise AssertionError(len(held))


def eat_and_call_it_damage() -> None:
    try:
        eat()
    except MemoryError as cause:
        raise SourceError("the file is damaged") from cause


def spin() -> None:
    sum(range(10**12))  # one call that never looks up


def crash() -> None:
    os.write(2, b"noise of a library that dies")
    ctypes.string_at(0)


def stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


EVILS: dict[str, tuple[Callable[[], None], str]] = {
    "eats": (eat, "reading it takes more than 600 MB of memory (open it in Excel or Word, keep"),
    "lies": (eat_and_call_it_damage, "reading it takes more than 600 MB of memory (open it in Excel or Word, keep"),
    "spins": (spin, "reading it takes more than 3 seconds of processor time (open it in Excel or Word, keep"),
    "crashes": (crash, "the process that read it was killed by SIGSEGV (run again; if it happens again, open"),
    "stops": (stop, "the process that read it was stopped (run again; if it happens again, open"),
}


@pytest.fixture
def _evil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that do harm to whoever reads them, by their name; and short limits."""

    def evil(read: Callable[[Path, Kit], object]) -> Callable[[Path, Kit], object]:
        def reading(path: Path, kit: Kit) -> object:
            if path.stem in EVILS:
                EVILS[path.stem][0]()
            return read(path, kit)

        return reading

    monkeypatch.setattr("docgen.pipeline.read", evil(source.read))
    monkeypatch.setattr("docgen.pipeline.read_terms", evil(source.read_terms))
    monkeypatch.setattr(limits, "READING_SECONDS", 3)
    monkeypatch.setattr(reader, "_LOOK", 0.1)


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """A good sheet before and after each file that does harm."""
    for number, name in enumerate(EVILS):
        (tmp_path / f"{name}.xlsx").write_bytes(GOOD_SHEET.read_bytes())
        (tmp_path / f"{name}-{number}.xlsx").write_bytes(GOOD_SHEET.read_bytes())
    return tmp_path


def open_files() -> set[str]:
    return {str(entry.readlink()) for entry in Path("/dev/fd").iterdir() if entry.is_symlink()}


def dead_children() -> list[str]:
    """Processes that this one has started and not taken leave of."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = status.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == os.getpid() and state == "Z":
            found.append(str(status))
    return found


@pytest.mark.slow
@pytest.mark.usefixtures("_evil")
def test_a_file_that_does_harm_is_one_line_and_the_others_are_read(
    run: Run, night: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = open_files()
    done = run("check", night, "--json")
    assert done.code == 3
    assert [Path(intake["source"]).stem for intake in done.json["intakes"]] == sorted(
        f"{name}-{number}" for number, name in enumerate(EVILS)
    )
    told = {Path(entry["source"]).stem: entry["message"] for entry in done.json["unreadable"]}
    assert set(told) == set(EVILS)
    for name, (_, message) in EVILS.items():
        path = night / f"{name}.xlsx"
        assert told[name].removeprefix(f"{path}: ").removeprefix("cannot be read: ").startswith(message)
    assert len(done.err.splitlines()) == len(EVILS)
    assert capfd.readouterr() == ("", "")
    if sys.platform == "linux":
        assert open_files() <= before
        assert dead_children() == []


@pytest.mark.usefixtures("_evil")
@pytest.mark.parametrize(
    "line",
    [
        "form {path}",
        "review {path}",
        "contract {path}",
        "return {path}",
        "packet {path} -o out",
        "check {good} --terms {path}",
    ],
)
def test_every_command_reads_in_a_child(run: Run, night: Path, no_output: Path, line: str) -> None:
    path = night / "crashes.xlsx"
    done = run(*line.format(path=path, good=GOOD_SHEET).split())
    assert done.code == 3
    assert f"error: {path}: cannot be read: the process that read it was killed by SIGSEGV" in done.err


def test_one_child_reads_all(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pids = tmp_path / "pids"

    def noting(path: Path, kit: Kit) -> object:
        with pids.open("a") as stream:
            stream.write(f"{os.getpid()}\n")
        return source.read(path, kit)

    monkeypatch.setattr("docgen.pipeline.read", noting)
    assert run("check", ROOT / "inputs").code == 4
    found = pids.read_text().split()
    assert len(found) > 4
    assert len(set(found)) == 1
    assert found[0] != str(os.getpid())


def big() -> Iterator[tuple[int, int]]:
    """Results larger than a pipe, each with the process that made it."""
    for number in range(5):
        yield os.getpid(), len(b"x" * 300_000) + number


def numbered(count: int, seconds: float) -> Iterator[int]:
    """Numbers, each after so much work."""
    for number in range(count):
        until = time.process_time() + seconds
        while time.process_time() < until:
            pass
        yield number


def pid() -> int:
    return os.getpid()


def keep(size: int) -> int:
    """A process that has grown."""
    HELD.append(b"x" * size)
    return os.getpid()


HELD: list[bytes] = []


@pytest.mark.slow
def test_time_counts_from_one_intake_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "READING_SECONDS", 0.5)
    with Reader() as child:
        assert list(child.each("table", numbered, 6, 0.2)) == list(range(6))
        with pytest.raises(SourceError, match=r"table: reading it takes more than 0\.5 seconds"):
            list(child.each("table", numbered, 6, 1.0))


def test_a_child_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_LOOK", 0.01)
    monkeypatch.setattr(reader, "_SILENT", 0.1)
    with (
        Reader() as child,
        pytest.raises(SourceError, match=r"the process that read it said nothing for 0 seconds \(run again"),
    ):
        child.call("a", time.sleep, 600)


def test_a_child_that_has_grown_is_replaced() -> None:
    with Reader() as child:
        first = child.call("a", pid)
        assert child.call("b", pid) == first
        assert child.call("c", keep, 210 << 20) == first
        assert child.call("d", pid) != first


def test_a_reading_that_is_broken_off_leaves_nothing_behind() -> None:
    """The rest of what the child would have sent is nobody's answer."""
    with Reader() as child:
        results = child.each("a", big)
        next(results)
        results.close()  # type: ignore[attr-defined]
        assert child.call("b", abs, -3) == 3


@pytest.mark.slow
def test_where_nothing_can_be_forked_a_worker_reads(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    with Reader() as child:
        (found,) = {process for process, _ in child.each("a", big)}
        assert found != os.getpid()
        with pytest.raises(SourceError, match=r"^x\.xlsx: cannot be read: .*SIGKILL"):
            child.call("x.xlsx", die)
    assert run("check", GOOD_SHEET).code == 0


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


BUSY = """
import os, sys, time
from pathlib import Path
from docgen import cli, pipeline
def read(path, kit):
    Path(sys.argv[1]).write_text(str(os.getpid()))
    if sys.argv[2] == "spins":
        sum(range(10**12))
    time.sleep(600)
pipeline.read = read
sys.exit(cli.run(["check", sys.argv[3]]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("doing", ["spins", "sleeps"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -15), (signal.SIGKILL, -9)])
def test_the_child_ends_with_the_command(tmp_path: Path, number: int, code: int, doing: str) -> None:
    note = tmp_path / "pid"
    process = subprocess.Popen(
        [sys.executable, "-c", BUSY, str(note), doing, str(GOOD_SHEET)], stderr=subprocess.PIPE, text=True
    )
    child = int(wait_until("a child reads", lambda: note.read_text() if note.exists() else "", process))
    process.send_signal(number)
    ended, err = finish(process)
    assert ended == code
    assert err.strip() == ("interrupted" if code == 130 else "")
    wait_until("the child has ended", lambda: not Path(f"/proc/{child}").exists())


def test_a_reader_of_files_can_be_ended_wherever_it_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any trick: a real file, and less time than it takes."""
    several = GOOD_SHEET.with_name("customers.xlsx")
    monkeypatch.setattr(limits, "READING_SECONDS", 0.001)
    done = run("check", several)
    assert done.code == 3
    assert done.err.startswith(f"error: {several}: reading it takes more than 0.001 seconds of processor time")
