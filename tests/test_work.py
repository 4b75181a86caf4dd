"""What a worker makes of a unit when something in it goes wrong: the others are made, and each failure is said once."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batches import companies, table
from openpyxl import load_workbook

from docgen.batch import work as working
from docgen.batch.jobs import Failure, Job, Outcome, Unit, stamp
from docgen.batch.work import MOST_DEATHS, work
from docgen.errors import DiskFullError, SourceError, SystemMissingError, WriteError
from docgen.kit import kits
from docgen.output import files
from docgen.packet import packet

DATE = dt.date(2026, 11, 23)
NAMES = companies(3)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Contracts for a folder of this test's own."""
    kit, out = kits.find("caller-number"), tmp_path / "out"
    out.mkdir()
    return Job(stamp(kit, {}, DATE, ("contract",)), kit, {}, DATE, out, only=("contract",))


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    """A table of three customers, all in one unit."""
    return Unit(str(table(tmp_path / "t.xlsx", NAMES)), 0, 64)


def made(outcome: Outcome) -> list[str]:
    """The companies whose packets have appeared."""
    return [item.name for item in outcome.items]


def failing(call: Callable[..., Any], at: int, error: Exception) -> Callable[..., Any]:
    """The same call, which raises `error` when it is made for the time `at`, counted from 1."""
    times = 0

    def calling(*arguments: Any, **options: Any) -> Any:
        nonlocal times
        times += 1
        if times == at:
            raise error
        return call(*arguments, **options)

    return calling


def test_a_bug_costs_one_intake_and_quotes_nothing_of_it(job: Job, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packet, "prepare", failing(packet.prepare, 2, RuntimeError("13800138000")))
    outcome = work(job, unit)
    assert made(outcome) == [NAMES[0], NAMES[2]]
    (failure,) = outcome.failures
    assert failure.place == "Sheet row 3"
    assert failure.reason.startswith("unexpected RuntimeError at test_work.py:")
    assert "13800138000" not in failure.reason
    assert failure.remedy == "this is a bug: please report it, with the source"


@pytest.mark.parametrize("error", [SystemMissingError("no Pango", "install it"), DiskFullError("no room", "make room")])
def test_what_would_meet_every_intake_stops_the_run(
    job: Job, unit: Unit, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(packet, "prepare", failing(packet.prepare, 2, error))
    with pytest.raises(type(error)):
        work(job, unit)


def test_a_packet_that_cannot_appear_costs_no_other(job: Job, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "publish", failing(files.publish, 2, WriteError("it stands there", "use --force")))
    outcome = work(job, unit)
    assert made(outcome) == [NAMES[0], NAMES[2]]
    assert outcome.failures == [Failure("Sheet row 3", "it stands there", "use --force")]


def test_packets_that_did_not_reach_the_disk_are_no_packets(
    job: Job, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "sync", failing(files.sync, 1, WriteError("the disk is gone", "look at it")))
    outcome = work(job, unit)
    assert made(outcome) == []
    assert [failure.place for failure in outcome.failures] == ["Sheet row 2", "Sheet row 3", "Sheet row 4"]
    assert [path for path in job.out.iterdir() if not path.name.startswith(".")] == []


def test_a_source_that_breaks_off_is_one_failure_of_one_unit(
    job: Job, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docgen.formats.xlsx.LONG_SHEET", 0)
    monkeypatch.setattr("docgen.formats.xlsx.HELD_ROWS", 2)
    path = Path(unit.source)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'<row r="4"', b'<<row r="4"')
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    units = [Unit(unit.source, start, start + 1) for start in range(4)]
    outcomes = [work(job, one) for one in units]
    told = [(made(outcome), len(outcome.failures), outcome.more) for outcome in outcomes]
    first = next(number for number, outcome in enumerate(outcomes) if outcome.failures)
    assert first > 0
    assert told[:first] == [([name], 0, True) for name in NAMES[:first]]
    assert told[first] == ([], 1, False)
    assert told[first + 1 :] == [([], 0, False)] * (3 - first)
    (failure,) = outcomes[first].failures
    assert failure.place == ""
    assert failure.reason.startswith(f"{path}: the workbook cannot be read: ")


def test_an_intake_that_workers_died_of_is_given_up_unread(
    job: Job, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packet, "prepare", None)
    deaths = ("it was killed by SIGKILL", "it took longer than --timeout allows")
    assert len(deaths) == MOST_DEATHS
    outcome = work(job, Unit(unit.source, 1, 2, deaths))
    assert outcome.failures == [Failure("Sheet row 3", *working.given_up(Unit(unit.source, 1, 2, deaths)))]
    assert "killed by SIGKILL; then it took longer" in outcome.failures[0].reason


def test_what_was_done_and_is_intact_is_not_done_again(job: Job, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    before = work(job, unit)
    again = Unit(unit.source, unit.start, unit.stop, before=before)
    with monkeypatch.context() as patched:
        patched.setattr(packet, "prepare", None)
        assert work(job, again) == before
    edited = job.out / before.items[1].packet
    (edited / "notes.txt").write_text("ours", encoding="utf-8")
    outcome = work(job, again)
    assert made(outcome) == [NAMES[0], NAMES[2]]
    (failure,) = outcome.failures
    assert failure.place == "Sheet row 3"
    assert str(edited) in failure.reason


def test_a_source_that_is_too_long_fails_once_and_keeps_what_is_made(job: Job, unit: Unit) -> None:
    short = replace(job, most_intakes=2)
    outcomes = [work(short, Unit(unit.source, start, start + 1)) for start in range(4)]
    assert [made(outcome) for outcome in outcomes] == [[NAMES[0]], [NAMES[1]], [], []]
    (failure,) = [failure for outcome in outcomes for failure in outcome.failures]
    assert failure.place == ""
    assert failure.reason == f"{unit.source}: holds more than 2 intakes; the packets of those are made"
    assert "--most-intakes" in failure.remedy
    assert not outcomes[-1].more
    assert work(replace(job, most_intakes=3), unit).failures == []


def test_a_file_that_is_no_source_is_passed_over_with_what_can_be_done(job: Job, tmp_path: Path) -> None:
    for name, told in {
        "scan.pdf": "this is a PDF file, which is not read (",
        "old.doc": "the file is damaged",
        "Thumbs.db": "",
        "~$x.xlsx": "this only marks a document that is open",
    }.items():
        (tmp_path / name).write_bytes(b"%PDF-1.7" if name.endswith("pdf") else b"PK\3\4 cut off")
        outcome = work(job, Unit(str(tmp_path / name), 0, 8, is_unknown=True))
        assert (outcome.items, outcome.failures, outcome.more) == ([], [], False)
        assert outcome.passed_over.startswith(told)
        assert bool(outcome.passed_over) == bool(told)


def test_a_source_of_another_name_is_made(job: Job, unit: Unit) -> None:
    path = Path(unit.source).rename(Path(unit.source).with_suffix(".dat"))
    assert made(work(job, Unit(str(path), 0, 8, is_unknown=True))) == NAMES


def test_what_stands_outside_of_all_intakes_is_told_once_and_in_no_packet(job: Job, tmp_path: Path) -> None:
    path = table(tmp_path / "t.xlsx", NAMES)
    book = load_workbook(path)
    book.worksheets[0]["AA9"] = "乙方的备忘"
    book.save(path)
    outcomes = [work(job, Unit(str(path), start, start + 1)) for start in range(3)]
    assert [[text.text for text in outcome.outside] for outcome in outcomes] == [["乙方的备忘"], [], []]


@pytest.mark.parametrize("where", ["reading", "making"])
def test_what_takes_too_much_memory_is_one_line(
    job: Job, unit: Unit, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Whatever a library makes of it."""

    def fail(*_: object, **__: object) -> None:
        try:
            raise MemoryError
        except MemoryError as cause:
            raise SourceError("the file is damaged") from cause

    monkeypatch.setattr(*((working, "open_source") if where == "reading" else (packet, "prepare")), fail)
    outcome = work(job, unit)
    assert len(outcome.failures) == (1 if where == "reading" else 3)
    for failure in outcome.failures:
        what = (
            "reading it takes more than 600 MB"
            if where == "reading"
            else "making its documents takes more than 1200 MB"
        )
        assert failure.reason == f"{unit.source}: {what} of memory"


def test_failures_are_in_the_language_of_the_run(job: Job, unit: Unit, tmp_path: Path) -> None:
    """Whatever the language of the machine that works on it."""
    missing = replace(unit, source=str(tmp_path / "nowhere.xlsx"))
    (failure,) = work(replace(job, language="zh"), missing).failures
    assert "没有这个文件" in failure.reason
    (failure,) = work(job, missing).failures
    assert "No such file" in failure.reason
