"""Many sources in one run: found, made in worker processes, told of in a report."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Run
from openpyxl import load_workbook

from docgen.batch.discover import discover
from docgen.errors import UsageError

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


def test_a_wrong_suffix_is_no_error(folder: Path) -> None:
    shutil.copy(INPUTS / "accepted.xlsx", folder / "sheet.dat")
    assert folder / "sheet.dat" in discover([str(folder)])


def test_folders_are_searched_in_order_without_what_is_no_source(folder: Path) -> None:
    assert discover([str(folder)]) == [folder / "b.xlsx", folder / "broken.xlsx", folder / "sub" / "a.xlsx"]


def test_links_that_loop_and_finished_packets_are_passed_over(folder: Path) -> None:
    (folder / "sub" / "loop").symlink_to(folder)
    packet = folder / "packet"
    packet.mkdir()
    (packet / "manifest.json").write_text("{}", encoding="utf-8")
    shutil.copy(INPUTS / "accepted.xlsx", packet / "x.xlsx")
    assert len(discover([str(folder)])) == 3
    assert discover([str(folder)], folder / "sub") == [folder / "b.xlsx", folder / "broken.xlsx"]


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
    assert done.out.splitlines() == [str(path) for path in discover([str(folder)])]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, Path]:
    """A batch run over the samples and a broken source, by the installed code in processes of its own."""
    import subprocess
    import sys

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


def test_a_bad_source_never_stops_the_others(night: tuple[int, str, Path]) -> None:
    code, err, out = night
    assert code == 8, err
    assert "broken.xlsx" in err
    folders = [path for path in out.iterdir() if path.is_dir()]
    assert len(folders) >= 7
    assert all((folder / "manifest.json").is_file() for folder in folders)
    assert all(folder.name.rpartition("-")[2].isalnum() for folder in folders)
    assert not list(out.rglob("*.pdf"))


def test_the_report_lists_every_intake_finding_and_failure(night: tuple[int, str, Path]) -> None:
    _, _, out = night
    book = load_workbook(out / "report.xlsx")
    assert book.sheetnames == ["intakes", "findings", "failures"]
    header, *rows = book["intakes"].iter_rows(values_only=True)
    records = [dict(zip(header, row, strict=True)) for row in rows]
    assert len(records) == len([path for path in out.iterdir() if path.is_dir()])
    for record in records:
        assert (out / str(record["packet"]) / "manifest.json").is_file()
    assert {record["verdict"] for record in records} >= {"accepted", "rejected", "incomplete"}
    total = sum(int(str(record[level])) for record in records for level in ("invalid", "reject", "manual", "advice"))
    assert book["findings"].max_row == total + 1
    failures = list(book["failures"].iter_rows(min_row=2, values_only=True))
    assert len(failures) == 1
    assert str(failures[0][0]).endswith("broken.xlsx")


def test_text_that_looks_like_a_formula_is_none(tmp_path: Path) -> None:
    from docgen.batch import report
    from docgen.batch.workers import Failure

    content = report.build([], [Failure("=1+1", "@x", "+y", "-z")], tmp_path)
    (tmp_path / "r.xlsx").write_bytes(content)
    row = load_workbook(tmp_path / "r.xlsx")["failures"][2]
    assert [cell.value for cell in row] == ["=1+1", "@x", "+y", "-z"]
    assert {cell.data_type for cell in row} == {"s"}


def test_a_wrong_kit_stops_the_run_at_once(run: Run, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    kit.mkdir()
    (kit / "kit.yaml").write_text("name: broken\n", encoding="utf-8")
    assert run("batch", INPUTS, "-o", tmp_path / "out", "--kit", kit).code == 6
    assert not (tmp_path / "out").exists()
