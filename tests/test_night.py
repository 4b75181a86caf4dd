"""A night's folder with files that are made to do harm: it ends by itself, every good sheet has its packet, and every
bad file a line that says why.  (What one hostile file costs its reader, the tests of the readers say.)"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from batches import batch, companies, finish, leftovers, start
from conftest import GOOD, ROOT
from openpyxl import Workbook, load_workbook
from tables import form_text, workbook

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="memory is limited there")]

GOOD_SHEETS = 20
#: What happens to whoever looks into a file of this name.  Python loads the module before anything else, in workers
#: too; docgen knows nothing of it.
HARMS = """
import os, signal
import docgen.formats.detect as detect
from docgen.workers import limits
limits.READING_SECONDS = 2
_inspect = detect.inspect
def inspect(path):
    if "spins" in path.name:
        sum(range(10**12))
    if "eats" in path.name:
        held = [bytes(64 << 20) for _ in range(64)]
    if "crashes" in path.name:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "stops" in path.name:
        os.kill(os.getpid(), signal.SIGSTOP)
    if "noise" in path.name:
        os.write(2, b"noise of a library")
        os.abort()
    return _inspect(path)
detect.inspect = inspect
"""


def edited(path: Path, name: str, edit: Callable[[bytes], bytes]) -> None:
    """A good workbook with one part edited."""
    with zipfile.ZipFile(ROOT / "inputs" / "accepted.xlsx") as book:
        parts = {each: book.read(each) for each in book.namelist()}
    parts[name] = edit(parts.get(name, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for each, content in parts.items():
            book.writestr(each, content)


def in_sheet(extra: str, closing: bytes = b"</worksheet>") -> Callable[[bytes], bytes]:
    return lambda content: content.replace(closing, extra.encode() + closing)


SHEET = "xl/worksheets/sheet1.xml"
MERGES = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1000, 201_000))
#: Files that cost much where nobody looks: small on the disk, and refused or read for what is in them.
HOSTILE: dict[str, Callable[[Path], object]] = {
    "cut-off.xlsx": lambda path: path.write_bytes((ROOT / "inputs" / "accepted.xlsx").read_bytes()[:3000]),
    "no-workbook.xlsx": lambda path: path.write_bytes(b"no workbook"),
    "empty.xlsx": lambda path: path.touch(),
    "pipe.xlsx": os.mkfifo,
    "link.xlsx": lambda path: path.symlink_to(path.parent / "nowhere.xlsx"),
    "huge.xlsx": lambda path: _of_size(path, 600 << 20),
    "dtd.xlsx": lambda path: edited(
        path, SHEET, lambda content: content.replace(b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet', 1)
    ),
    "bomb.xlsx": lambda path: edited(path, SHEET, in_sheet("<!--" + " " * (100 << 20) + "-->")),
    "merges.xlsx": lambda path: edited(path, SHEET, in_sheet(f"<mergeCells>{MERGES}</mergeCells>")),
    "columns.csv": lambda path: path.write_text("," * 20_000_000, encoding="utf-8"),
    "parts.xlsx": lambda path: _of_many_parts(path, 20_000),
}


def _of_size(path: Path, size: int) -> None:
    path.touch()
    os.truncate(path, size)


def _of_many_parts(path: Path, count: int) -> None:
    with zipfile.ZipFile(path, "w") as book:
        for number in range(count):
            book.writestr(f"xl/{number}.xml", b"")


HARMFUL = {
    "spins": "reading it takes more than 2 seconds of processor time (",
    "eats": "reading it takes more than 600 MB of memory (",
    "crashes": "it was killed by SIGSEGV; then it was killed by SIGSEGV (",
    "stops": "it was stopped; then it was stopped (",
    "noise": "it was killed by SIGABRT; then it was killed by SIGABRT (",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Good sheets, bad files, and files that are none, side by side."""
    root = tmp_path_factory.mktemp("night") / "in"
    root.mkdir()
    for number, name in enumerate(companies(GOOD_SHEETS)):
        workbook(root / f"{number:02}.xlsx", form_text({**GOOD, "company_name": name}))
    for name, make in HOSTILE.items():
        make(root / name)
    for name in HARMFUL:
        shutil.copy(ROOT / "inputs" / "accepted.xlsx", root / f"{name}.xlsx")
    shutil.copy(ROOT / "inputs" / "accepted.xlsx", root / "spins.dat")  # to be looked into first
    (root / "scan.pdf").write_bytes(b"%PDF-1.7")
    os.mkfifo(root / "pipe")
    return root


def test_a_night_with_hostile_files_ends_by_itself(folder: Path, tmp_path: Path) -> None:
    faults, out = tmp_path / "faults", tmp_path / "out"
    faults.mkdir()
    process = start(folder, "-o", out, "--jobs", 2, harms=HARMS, faults=faults)
    code, err = finish(process)
    assert code == 8, err
    manifests = [json.loads(path.read_text(encoding="utf-8")) for path in out.glob("*/manifest.json")]
    assert len(manifests) == GOOD_SHEETS
    assert {one["verdict"] for one in manifests} == {"accepted"}
    errors = [line for line in err.splitlines() if line.startswith("error: ")]
    told = {re.match(r"error: .*?/in/([^/:]+): ", line)[1]: line for line in errors}  # type: ignore[index]
    assert set(told) == {*HOSTILE, *(f"{name}.xlsx" for name in HARMFUL), "spins.dat"}
    assert len(errors) == len(told), "each bad file is told once"
    for name, reason in HARMFUL.items():
        assert reason in told[f"{name}.xlsx"]
    last = err.splitlines()[-1]
    assert last.startswith(f"{GOOD_SHEETS} packets, {len(errors)} failures; 2 files passed over: pipe: ")
    assert "; scan.pdf: this is a PDF file, which is not read (" in last
    for word in ("Traceback", "noise of", "Error:", "Exception"):
        assert word not in err
    assert leftovers(out) == []
    book = load_workbook(out / "report.xlsx")
    assert book["failures"].max_row == len(errors) + 1
    assert [row[0].rpartition("/")[2] for row in book["passed over"].iter_rows(min_row=2, values_only=True)] == [  # type: ignore[union-attr]
        "pipe", "scan.pdf",
    ]  # fmt: skip
    assert "Files passed over" in (out / "report.html").read_text(encoding="utf-8")


def test_a_source_of_too_many_intakes_fails(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["公司名称", "手机号", "主叫号码个数"])
    for name in companies(5):
        sheet.append([name, "13800138000", 10])
    book.save(tmp_path / "t.xlsx")
    code, err = batch(tmp_path / "t.xlsx", "-o", tmp_path / "out", "--most-intakes", 3)
    assert code == 8
    assert "t.xlsx: holds more than 3 intakes; the packets of those are made (split it into smaller files, or" in err
    assert len(list((tmp_path / "out").glob("*/manifest.json"))) == 3


def test_a_folder_without_any_source_is_an_error_of_usage(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "scan.pdf").write_bytes(b"%PDF-1.7")
    code, err = batch(tmp_path / "in", "-o", tmp_path / "out")
    assert code == 2
    assert "no source files in there" in err
    assert "scan.pdf" in err
