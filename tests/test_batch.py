"""Many sources in one run: found, made in worker processes, told of in a report."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from batches import SHEETS, batch, companies, on_terminal, table
from conftest import GOOD, ROOT, Run
from openpyxl import load_workbook

from docgen.batch.jobs import Item, Outcome
from docgen.cli.progress import Tally
from docgen.errors import UsageError
from docgen.formats.books import Unknown
from docgen.sources import discover

INPUTS = ROOT / "inputs"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of sources, a broken one and things that are none."""
    root = tmp_path / "in"
    (root / "sub").mkdir(parents=True)
    shutil.copy(INPUTS / "accepted.xlsx", root / "b.xlsx")
    shutil.copy(INPUTS / "rejected.xlsx", root / "sub" / "a.xlsx")
    (root / "broken.xlsx").write_bytes(b"no workbook")
    (root / "~$b.xlsx").write_bytes(b"lock")
    (root / ".hidden.xlsx").write_bytes(b"hidden")
    (root / "notes.txt").write_text("notes", encoding="utf-8")
    return root


def named(found: list[Path | str]) -> list[Path | str]:
    """The files whose names say that they are sources."""
    return [one for one in found if not isinstance(one, Unknown)]


def test_a_wrong_suffix_is_no_error(run: Run, folder: Path, no_output: Path) -> None:
    shutil.copy(INPUTS / "accepted.xlsx", folder / "sheet.dat")
    assert Unknown(folder / "sheet.dat") in discover([str(folder)])
    assert str(folder / "sheet.dat") in run("batch", folder, "-o", "out", "--dry-run").out.splitlines()


def test_folders_are_searched_in_order_and_every_file_of_another_name_is_to_be_looked_into(folder: Path) -> None:
    found = discover([str(folder)])
    assert found == [
        folder / "b.xlsx", folder / "broken.xlsx", Unknown(folder / "notes.txt"), Unknown(folder / "~$b.xlsx"),
        folder / "sub" / "a.xlsx",
    ]  # fmt: skip
    assert [type(one) for one in found[2:4]] == [Unknown, Unknown]


def test_a_file_that_is_named_is_a_source_whatever_it_is_called(folder: Path) -> None:
    notes = folder / "notes.txt"
    assert discover([str(notes), str(folder)])[0] == notes
    assert Unknown(notes) not in discover([str(folder), str(notes)])


def test_nothing_is_opened_to_find_sources(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what is named like a source nor what is not; a pipe would block for ever whoever opens it."""
    os.mkfifo(folder / "pipe.xlsx")
    os.mkfifo(folder / "pipe")
    monkeypatch.setattr(Path, "open", None)
    monkeypatch.setattr("builtins.open", None)
    assert len(discover([str(folder)])) == 7


def test_links_that_loop_and_finished_packets_are_passed_over(folder: Path) -> None:
    (folder / "sub" / "loop").symlink_to(folder)
    packet = folder / "packet"
    packet.mkdir()
    (packet / "manifest.json").write_text("{}", encoding="utf-8")
    shutil.copy(INPUTS / "accepted.xlsx", packet / "x.xlsx")
    assert len(named(discover([str(folder)]))) == 3
    assert named(discover([str(folder)], folder / "sub")) == [folder / "b.xlsx", folder / "broken.xlsx"]


def test_globs_work_and_an_existing_path_is_never_one(folder: Path) -> None:
    odd = folder / "a[1].xlsx"
    shutil.copy(INPUTS / "accepted.xlsx", odd)
    assert discover([str(odd)]) == [odd]
    assert discover([str(folder / "b*.xlsx")]) == [folder / "b.xlsx", folder / "broken.xlsx"]
    assert discover([str(folder / "b.xlsx"), str(folder / "b*.xlsx")]) == [folder / "b.xlsx", folder / "broken.xlsx"]


def test_what_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere.*; .*gone"):
        discover(["nowhere.xlsx", "gone/*.xlsx"])
    (folder / "empty").mkdir()
    with pytest.raises(UsageError, match="no source files"):
        discover([str(folder / "empty")])


def test_a_dry_run_lists_and_writes_nothing(run: Run, folder: Path, no_output: Path) -> None:
    done = run("batch", folder, "-o", "out", "--dry-run")
    assert done.code == 0
    assert done.out.splitlines() == [str(path) for path in named(discover([str(folder)]))]
    assert done.err.startswith("2 files passed over: notes.txt: this is a plain text file, which is not read (")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, Path]:
    """A batch run over the samples and a broken source, by the installed code in processes of its own."""
    root = tmp_path_factory.mktemp("night")
    sources = root / "in"
    sources.mkdir()
    for name in ("accepted", "rejected", "customers"):
        shutil.copy(INPUTS / f"{name}.xlsx", sources)
    (sources / "broken.xlsx").write_bytes(b"no workbook")
    command = [sys.executable, "-m", "docgen", "batch", str(sources), "-o", str(root / "out"), "--jobs", "2"]
    command += ["--terms", str(INPUTS / "terms.yaml"), "--date", "2026-11-23", "--only", "form,contract"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return done.returncode, done.stderr, root / "out"


@pytest.mark.slow
def test_a_bad_source_never_stops_the_others(night: tuple[int, str, Path]) -> None:
    code, err, out = night
    assert code == 8, err
    assert "broken.xlsx" in err
    folders = [path for path in out.iterdir() if path.is_dir()]
    assert len(folders) >= 7
    assert all((folder / "manifest.json").is_file() for folder in folders)
    assert all(folder.name.rpartition("-")[2].isalnum() for folder in folders)
    assert not list(out.rglob("*.pdf"))


@pytest.mark.slow
def test_the_report_lists_every_intake_finding_and_failure(night: tuple[int, str, Path]) -> None:
    _, _, out = night
    book = load_workbook(out / "report.xlsx")
    assert book.sheetnames == SHEETS
    header, *rows = book["intakes"].iter_rows(values_only=True)
    records = [dict(zip(header, row, strict=True)) for row in rows]
    assert len(records) == len([path for path in out.iterdir() if path.is_dir()])
    for record in records:
        assert (out / str(record["packet"]) / "manifest.json").is_file()
    assert {record["verdict"] for record in records} >= {"accepted", "rejected", "incomplete"}
    total = sum(int(str(record[level])) for record in records for level in ("invalid", "reject", "manual", "advice"))
    assert book["findings"].max_row == total + 1
    answers = [dict(zip(next(book["answers"].values), row, strict=True)) for row in [*book["answers"].values][1:]]
    assert [row["name"] for row in answers] == [record["name"] for record in records]
    assert {type(row["每日外呼量"]) for row in answers} <= {int, type(None)}
    assert any("深圳市" in str(row["主叫号码归属地"]) for row in answers)
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", str(answers)), "mobile numbers are hidden"
    unread = [row[4:] for row in book["unread texts"].iter_rows(min_row=2, values_only=True)]
    assert len(unread) == sum(int(str(record["unread"])) + int(str(record["unrecognised"])) for record in records)
    failures = list(book["failures"].iter_rows(min_row=2, values_only=True))
    assert len(failures) == 1
    assert str(failures[0][0]).endswith("broken.xlsx")


@pytest.mark.slow
def test_every_step_can_be_told_as_json(tmp_path: Path) -> None:
    source = table(tmp_path / "t.xlsx", ["甲公司", "乙公司"])
    (tmp_path / "王女士13912345678.xlsx").write_bytes(b"no workbook")
    code, err = batch(tmp_path / "*.xlsx", "-o", tmp_path / "out", "--log-json")
    assert code == 8
    events = [json.loads(line) for line in err.splitlines()]
    assert [event["event"] for event in events if event["event"] != "failure"] == ["item", "item", "end"]
    items = [event for event in events if event["event"] == "item"]
    assert [(event["source"], event["row"], event["verdict"]) for event in items] == [
        (str(source), 2, "accepted"),
        (str(source), 3, "accepted"),
    ]
    assert events[-1]["made"] == 2
    assert events[-1]["failed"] == 1
    for secret in ("13912345678", GOOD["contact_mobile"], GOOD["contact_wechat"]):
        assert secret not in err


@pytest.mark.slow
def test_an_error_that_stops_the_run_is_told_as_json_too(tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    shutil.copytree(ROOT / "templates" / "caller-number", kit)
    (kit / "contract.docx").write_bytes(b"no document")
    code, err = batch(INPUTS / "accepted.xlsx", "-o", tmp_path / "out", "--kit", kit, "--log-json")
    assert code == 6
    (event,) = map(json.loads, err.splitlines())
    assert event["event"] == "error"
    assert event["code"] == 6
    assert "contract.docx" in event["message"]


@pytest.mark.slow
def test_without_a_terminal_progress_is_a_line_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docgen.cli.progress.EVERY", 2)
    source = table(tmp_path / "t.xlsx", ["甲公司", "乙公司", "丙公司"])
    code, err = batch(source, INPUTS / "accepted.xlsx", "-o", tmp_path / "out")
    assert code == 0
    first, second, last = err.splitlines()
    assert first.startswith("3 done, 0 failed, ")
    assert first.endswith(" left")
    assert second.endswith(", 0:00:00 left")
    assert second.startswith("4 done, 0 failed, ")
    assert last.startswith("4 packets, no failures; ")
    assert batch(source, "-o", tmp_path / "out", "-q") == (0, "")


@pytest.mark.slow
def test_the_time_left_of_a_table_is_told_before_its_end_is_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docgen.cli.progress.EVERY", 64)  # as many as a unit has
    source = table(tmp_path / "t.xlsx", companies(130))
    err = batch(source, "-o", tmp_path / "out")[1]
    first, second, _last = err.splitlines()
    assert first.startswith("64 done, ")
    assert re.search(r", \d:\d\d:\d\d left$", first)
    assert re.search(r", \d:\d\d:\d\d left$", second)


def test_the_end_of_a_table_is_where_its_last_intake_is() -> None:
    """Units are handed out before anybody knows the end: those beyond it hold nothing."""
    tally = Tally(1)
    for first, count in ((0, 8), (16, 2), (8, 8), (24, 0)):
        items = [Item("S", row, "n", None, "accepted", [], "p", [], 1) for row in range(count)]
        tally.add(Outcome("t.xlsx", first, first + 8, "", items, [], more=count == 8, about=0))
    assert tally.expected == 18


@pytest.mark.slow
def test_where_nothing_is_made_no_time_is_foretold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docgen.cli.progress.EVERY", 2)
    for name in "ab":
        (tmp_path / f"{name}.xlsx").write_bytes(b"no workbook")
    code, err = batch(tmp_path, "-o", tmp_path / "out")
    assert code == 8
    (line,) = [line for line in err.splitlines() if " done, " in line]
    assert line == "0 done, 2 failed, 0.0 a second"


@pytest.mark.slow
def test_a_terminal_gets_a_bar(tmp_path: Path) -> None:
    source = table(tmp_path / "t.xlsx", ["甲公司", "乙公司"])
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"no workbook")
    code, shown = on_terminal("batch", source, broken, "-o", tmp_path / "out", "--only", "contract")
    assert code == 8
    assert "2 done, 1 failed" in shown
    assert "left" in shown
    assert f"error: {broken}" in shown.replace("\r\n", "")


@pytest.mark.slow
def test_a_table_of_many_customers_travels_with_none_of_them(run: Run, tmp_path: Path) -> None:
    import pypdf

    source = table(tmp_path / "t.xlsx", ["甲公司"])
    assert run("packet", source, INPUTS / "accepted.xlsx", "-o", tmp_path / "out").code == 0
    attached = {
        folder.name: set(pypdf.PdfReader(next(folder.glob("*.pdf"))).attachments)
        for folder in (tmp_path / "out").iterdir()
    }
    assert attached["甲公司"] == {"intake.json"}
    assert attached["北京示例科技有限公司"] == {"intake.json", "accepted.xlsx"}


def test_a_wrong_kit_stops_the_run_at_once(run: Run, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    kit.mkdir()
    (kit / "kit.yaml").write_text("name: broken\n", encoding="utf-8")
    assert run("batch", INPUTS, "-o", tmp_path / "out", "--kit", kit).code == 6
    assert not (tmp_path / "out").exists()
