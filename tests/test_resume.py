"""A batch run that is broken off, however it is, goes on with --resume and ends as if nothing had happened."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest
from batches import (
    FULL,
    HANGS,
    KILLS,
    batch,
    children,
    companies,
    finish,
    leftovers,
    packets,
    start,
    table,
    wait_for_packets,
)
from conftest import ROOT
from tables import workbook
from waiting import wait_until

pytestmark = pytest.mark.slow

ACCEPTED = ROOT / "inputs" / "accepted.xlsx"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table of 160 customers and two sheets."""
    folder = tmp_path_factory.mktemp("sources")
    table(folder / "customers.xlsx", companies(160))
    for name in ("a", "b"):
        shutil.copy(ACCEPTED, folder / f"{name}.xlsx")
    return folder


@pytest.fixture(scope="module")
def undisturbed(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The packets of a run that nothing happened to."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    assert batch(sources, "-o", out, "--jobs", 2)[0] == 0
    return packets(out)


@pytest.mark.parametrize("seed", range(2))
def test_a_run_killed_at_any_moment_goes_on(
    sources: Path, undisturbed: dict[str, bytes], tmp_path: Path, seed: int
) -> None:
    out = tmp_path / "out"
    chance = random.Random(seed)
    for attempt in range(2):
        process = start(sources, "-o", out, "--jobs", 2, "--resume")
        wait_for_packets(out, 1 + 70 * attempt + chance.randrange(70), process)
        time.sleep(chance.random() / 5)
        process.kill()
        finish(process)
    code, err = batch(sources, "-o", out, "--jobs", 2, "--resume")
    assert code == 0, err
    assert packets(out) == undisturbed
    assert leftovers(out) == []


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_request_to_end_is_met_at_once(sources: Path, tmp_path: Path, asked: signal.Signals) -> None:
    out = tmp_path / "out"
    process = start(sources, "-o", out, "--jobs", 2)
    wait_for_packets(out, 5, process)
    process.send_signal(asked)
    code, err = finish(process)
    assert code == 130, err
    assert len(packets(out)) < 2 * 162, "what had not been begun is left"
    assert "--resume" in err
    assert "Traceback" not in err
    assert leftovers(out) == []
    assert not (out / "report.xlsx").exists()
    assert batch(sources, "-o", out, "--resume")[0] == 0
    assert len(packets(out)) == 2 * 162


def changed(out: Path) -> dict[str, float]:
    """When each packet was made."""
    return {folder.name: folder.stat().st_mtime_ns for folder in out.iterdir() if folder.is_dir()}


def test_what_is_done_and_intact_is_not_done_again(tmp_path: Path) -> None:
    source, out = table(tmp_path / "t.xlsx", companies(6)), tmp_path / "out"
    assert batch(source, "-o", out)[0] == 0
    before, journal = changed(out), (out / "journal.jsonl").read_bytes()
    assert batch(source, "-o", out, "--resume")[0] == 0
    assert changed(out) == before
    assert (out / "journal.jsonl").read_bytes() == journal
    gone = sorted(before)[2]
    shutil.rmtree(out / gone)
    assert batch(source, "-o", out, "--resume")[0] == 0
    after = changed(out)
    assert set(after) == set(before)
    assert {name for name in after if after[name] != before[name]} == {gone}


def test_without_resume_everything_is_done_again(tmp_path: Path) -> None:
    source, out = table(tmp_path / "t.xlsx", companies(2)), tmp_path / "out"
    batch(source, "-o", out)
    before = changed(out)
    assert batch(source, "-o", out)[0] == 0
    assert not set(changed(out).values()) & set(before.values())


def test_what_has_changed_is_done_again(tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    shutil.copytree(ROOT / "templates" / "caller-number", kit)
    source, out = table(tmp_path / "s.xlsx", companies(2)), tmp_path / "out"
    other = table(tmp_path / "other.xlsx", ["另一家有限公司"])
    arguments = [source, other, "-o", out, "--kit", kit, "--resume"]

    def again(*more: object) -> int:
        """How many packets are made again."""
        before = changed(out)
        code, err = batch(*arguments, *more)
        assert code == 0, err
        return sum(time != before[name] for name, time in changed(out).items())

    assert batch(*arguments)[0] == 0
    table(source, companies(2), concurrency="90")
    assert again() == 2
    assert again() == 0
    assert again("--date", "2026-12-24") == 3
    assert again("--date", "2026-12-24", "--terms", ROOT / "inputs" / "terms.yaml") == 3
    with (kit / "kit.yaml").open("a", encoding="utf-8") as stream:
        stream.write("\n# changed\n")
    assert again("--date", "2026-12-24", "--terms", ROOT / "inputs" / "terms.yaml") == 3


def test_an_edited_packet_is_kept_and_named(tmp_path: Path) -> None:
    source, out = table(tmp_path / "t.xlsx", companies(3)), tmp_path / "out"
    batch(source, "-o", out)
    before = changed(out)
    contract = next(out.glob("示例0001*/*.docx"))
    contract.write_bytes(b"a lawyer's work")
    code, err = batch(source, "-o", out, "--resume")
    assert code == 8
    assert contract.parent.name in err
    assert "modified" in err
    assert contract.read_bytes() == b"a lawyer's work"
    others = {name: time for name, time in before.items() if name != contract.parent.name}
    assert others.items() <= changed(out).items()
    assert batch(source, "-o", out, "--resume", "--force")[0] == 0
    assert contract.read_bytes() != b"a lawyer's work"


def test_a_damaged_journal_costs_no_more_than_the_damage(tmp_path: Path) -> None:
    source, out = table(tmp_path / "t.xlsx", companies(2)), tmp_path / "out"
    batch(source, "-o", out)
    before, journal = changed(out), (out / "journal.jsonl").read_bytes()
    (out / "journal.jsonl").write_bytes(b'\xff\xfe\n[]\n{"source":1}\n' + journal + b'{"source":"x","st')
    assert batch(source, "-o", out, "--resume")[0] == 0
    assert changed(out) == before
    *_, last = (out / "journal.jsonl").read_bytes().splitlines()
    assert json.loads(last)["source"] == str(source)


def test_failures_are_tried_again(tmp_path: Path) -> None:
    source, out = tmp_path / "s.xlsx", tmp_path / "out"
    source.write_bytes(b"no workbook")
    other = table(tmp_path / "t.xlsx", companies(1))
    assert batch(source, other, "-o", out)[0] == 8
    table(source, ["修好有限公司"])
    assert batch(source, other, "-o", out, "--resume")[0] == 0
    assert len(changed(out)) == 2


def test_two_runs_into_one_folder_exclude_each_other(tmp_path: Path) -> None:
    source, out = table(tmp_path / "t.xlsx", companies(2)), tmp_path / "out"
    first = start(source, "-o", out)
    wait_until("it writes there", (out / "journal.jsonl").exists, first)
    first.send_signal(signal.SIGSTOP)
    code, err = batch(source, "-o", out)
    assert code == 7
    assert "another batch run" in err
    first.send_signal(signal.SIGCONT)
    assert finish(first)[0] == 0
    assert batch(source, "-o", out, "--resume")[0] == 0
    assert len(changed(out)) == 2


@pytest.mark.parametrize(("fault", "reason"), [(KILLS, "SIGKILL"), (HANGS, "--timeout")])
def test_an_intake_that_kills_workers_is_named_and_costs_no_other(tmp_path: Path, fault: str, reason: str) -> None:
    source, out = table(tmp_path / "t.xlsx", ["甲公司", "乙公司", f"{fault}公司", "丁公司"]), tmp_path / "out"
    (tmp_path / "faults").mkdir()
    code, err = batch(source, "-o", out, "--timeout", 8, faults=tmp_path / "faults")
    assert code == 8
    assert "trying again" in err
    errors = [line for line in err.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    assert f"{source}: Sheet row 4: the worker process died twice" in errors[0]
    assert reason in errors[0]
    assert sorted(name[:2] for name in changed(out)) == ["丁公", "乙公", "甲公"]
    assert leftovers(out) == []


def test_what_is_tried_again_is_told_as_json_too(tmp_path: Path) -> None:
    source = table(tmp_path / "t.xlsx", ["甲公司", f"{KILLS}公司"])
    (tmp_path / "faults").mkdir()
    code, err = batch(source, "-o", tmp_path / "out", "--log-json", faults=tmp_path / "faults")
    assert code == 8
    events = [json.loads(line) for line in err.splitlines()]
    tried = [event for event in events if event["event"] == "retry"]
    assert [(event["source"], event["first"]) for event in tried] == [(str(source), 1), (str(source), 2)]
    assert tried[1]["last"] == 2
    assert all("SIGKILL" in event["reason"] for event in tried)
    assert [event["event"] for event in events if event not in tried] == ["item", "failure", "end"]


def test_a_worker_killed_from_outside_costs_nothing(
    sources: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = start(sources, "-o", out, "--jobs", 2)
    wait_for_packets(out, 10, process)
    workers = children(process.pid)
    assert workers
    os.kill(workers[0], signal.SIGKILL)
    code, err = finish(process)
    assert code == 0, err
    assert "trying again" in err
    assert packets(out) == undisturbed
    before = changed(out)
    assert batch(sources, "-o", out, "--resume")[0] == 0
    assert changed(out) == before, "what was repeated intake by intake is found again"


def test_workers_end_with_the_run_that_started_them(sources: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = start(sources, "-o", out, "--jobs", 2)
    wait_for_packets(out, 5, process)
    workers = children(process.pid)
    assert workers
    process.kill()
    finish(process)
    wait_until("its workers have ended", lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))


def test_a_full_disk_is_a_clear_stop_and_can_be_resumed(tmp_path: Path) -> None:
    source, out = table(tmp_path / "t.xlsx", ["甲公司", "乙公司", f"{FULL}公司", "丁公司"]), tmp_path / "out"
    (tmp_path / "faults").mkdir()
    code, err = batch(source, "-o", out, faults=tmp_path / "faults")
    assert code == 7
    assert "No space left on device" in err
    assert "Traceback" not in err
    assert leftovers(out) == []
    assert not (out / "report.xlsx").exists()
    assert batch(source, "-o", out, "--resume")[0] == 0
    assert len(changed(out)) == 4


def test_what_a_crash_left_is_taken_away(tmp_path: Path) -> None:
    source, out = table(tmp_path / "t.xlsx", companies(1)), tmp_path / "out"
    (out / ".x.12345678.docgen-tmp").mkdir(parents=True)
    (out / ".x.12345678.docgen-tmp" / "a").write_bytes(b"half")
    (out / ".r.xlsx.12345678.docgen-tmp").write_bytes(b"half")
    assert batch(source, "-o", out)[0] == 0
    assert leftovers(out) == []


def test_a_source_with_a_bad_row_is_made_but_for_that_row(tmp_path: Path) -> None:
    """An intake whose folder cannot be made is a failure of its own."""
    out = tmp_path / "out"
    source = table(tmp_path / "t.xlsx", companies(3))
    assert batch(source, "-o", out)[0] == 0
    (next(out.glob("示例0002*")) / "notes.txt").write_text("mine", encoding="utf-8")
    code, err = batch(source, "-o", out)
    assert code == 8
    assert "notes.txt (unexpected)" in err
    assert len([line for line in err.splitlines() if line.startswith("error:")]) == 1


def test_a_sheet_that_names_a_mobile_is_not_told_in_full(tmp_path: Path) -> None:
    out = tmp_path / "out"
    source = tmp_path / "王女士13912345678.xlsx"
    workbook(source, "| 公司名称 | 甲 |")
    code, err = batch(source, "-o", out)
    assert code == 8
    assert "139****5678" in err
    assert "13912345678" not in err
