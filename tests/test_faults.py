"""When something goes wrong around docgen: one clear line, the right exit code, nothing half-written, nothing lost."""

from __future__ import annotations

import builtins
import contextlib
import errno
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from batches import batch, table
from conftest import GOOD, ROOT, Result, Run
from tables import form_text, workbook

from docgen import pipeline
from docgen.documents import fonts, installed_fonts, summary
from docgen.library import batches
from docgen.packet import packet

pytestmark = pytest.mark.slow

SAMPLE = ROOT / "inputs" / "accepted.xlsx"
#: Every command that writes a file, with what it is told to write.
WRITERS = {
    "return": ["return", SAMPLE, "-o", "{out}/r.xlsx"],
    "form": ["form", SAMPLE, "-o", "{out}/f.docx"],
    "review": ["review", SAMPLE, "-o", "{out}/v.pdf"],
    "contract": ["contract", SAMPLE, "-o", "{out}/c.docx"],
    "packet": ["packet", SAMPLE, "-o", "{out}"],
    "blank sheet": ["blank", "sheet", "-o", "{out}/b.xlsx"],
    "blank form": ["blank", "form", "-o", "{out}/b.docx"],
    "kits": ["kits", "--copy", "{out}/kit"],
}


def filled(command: object, out: Path) -> list[str]:
    return [str(part).replace("{out}", str(out)) for part in cast(list[object], command)]


def is_one_clear_line(done: Result, code: int, *said: str) -> bool:
    """Whether a command failed as it should: so, saying this, in one line and perhaps a hint."""
    lines = done.err.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    assert done.code == code, done
    assert len(errors) == 1, done.err
    assert all(line.startswith(("error: ", "hint: ", "pending: ")) for line in lines), done.err
    assert all(words in done.err for words in said), done.err
    return True


def whole(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


# -- the disk says no ------------------------------------------------------------------------------------


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond 2 KB: the system itself refuses it.

    Python would leave half of what it compiles of a module, here or in a worker, and be unable to import it again.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "dont_write_bytecode", True)
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def refusing(code: int) -> Iterator[None]:
    """Nothing may be opened for writing or made: a read-only folder, as its owner meets it (root would not)."""

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code), str(path))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "touch", refuse)
        patch.setattr(Path, "mkdir", refuse)
        yield


REFUSALS = [
    *((name, full_disk, "File too large") for name in WRITERS),
    *((name, partial(refusing, errno.EROFS), "Read-only file system") for name in ("contract", "kits")),
    *((name, partial(refusing, errno.EACCES), "Permission denied") for name in ("contract", "kits")),
    *((name, partial(refusing, errno.ENOSPC), "No space left on device") for name in ("contract", "kits")),
]


@pytest.mark.usefixtures("drawn_once")
@pytest.mark.parametrize(("name", "fault", "said"), REFUSALS)
def test_a_disk_that_refuses_costs_nothing(
    run: Run, tmp_path: Path, name: str, fault: Callable[[], contextlib.AbstractContextManager[None]], said: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "before.txt").write_text("was here", encoding="utf-8")
    with fault():
        done = run(*filled(WRITERS[name], out))
    assert is_one_clear_line(done, 7, str(tmp_path.parent), "cannot be written", said)
    assert whole(out) == {"before.txt": b"was here"}
    assert [path.name for path in out.iterdir()] == ["before.txt"]


@pytest.mark.usefixtures("drawn_once")
@pytest.mark.parametrize("name", [name for name in WRITERS if name not in {"kits", "packet"}])
def test_what_stood_there_is_kept_where_the_new_cannot_be_written(run: Run, tmp_path: Path, name: str) -> None:
    command = filled(WRITERS[name], tmp_path)
    target = Path(command[-1])
    target.write_bytes(b"the old one")
    assert is_one_clear_line(run(*command), 7, "exists already", "--force")
    with full_disk():
        assert is_one_clear_line(run(*command, "--force"), 7, "File too large")
    assert whole(tmp_path) == {target.name: b"the old one"}


@pytest.mark.usefixtures("drawn_once")
def test_an_old_packet_is_kept_where_the_new_cannot_be_written(run: Run, tmp_path: Path) -> None:
    command = filled(WRITERS["packet"], tmp_path)
    assert run(*command).code == 0
    before = whole(tmp_path)
    with full_disk():
        assert is_one_clear_line(run(*command, "--date", "2026-01-01"), 7, "File too large")
    assert whole(tmp_path) == before


@pytest.mark.usefixtures("drawn_once")
@pytest.mark.parametrize("name", WRITERS)
def test_a_file_where_a_folder_should_be_is_named(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "out").write_bytes(b"a file")
    done = run(*filled(WRITERS[name], tmp_path / "out"))
    assert done.code == (2 if name == "packet" else 7)
    assert str(tmp_path / "out") in done.err
    assert (tmp_path / "out").read_bytes() == b"a file"


def test_a_batch_on_a_full_disk_stops_and_can_be_resumed(run: Run, tmp_path: Path) -> None:
    source = table(tmp_path / "t.xlsx", ["甲公司", "乙公司"])
    with full_disk():
        done = run("batch", source, "-o", tmp_path / "out", "--jobs", 1, "--only", "contract")
    assert done.code == 7
    assert "Traceback" not in done.err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {".docgen-lock", "journal.jsonl"}
    assert batch(source, "-o", tmp_path / "out", "--resume")[0] == 0


# -- sources that go away ----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["review", "packet"])
def test_a_source_that_vanishes_while_it_is_read_is_named(
    run: Run, no_output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    source = tmp_path / "gone.xlsx"
    shutil.copy(SAMPLE, source)
    judged = pipeline.review  # type: ignore[attr-defined]

    def judge(*arguments: Any, **options: Any) -> Any:
        source.unlink(missing_ok=True)
        return judged(*arguments, **options)

    monkeypatch.setattr(pipeline, "review", judge)
    assert is_one_clear_line(run(command, source), 3, "gone.xlsx", "cannot be read: No such file")


def test_a_batch_names_the_sources_that_have_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        shutil.copy(SAMPLE, tmp_path / f"{name}.xlsx")
    find = batches.discover  # type: ignore[attr-defined]

    def then_remove(*arguments: Any, **options: Any) -> list[Path | str]:
        found: list[Path | str] = find(*arguments, **options)
        (tmp_path / "a.xlsx").unlink()
        return found

    monkeypatch.setattr(batches, "discover", then_remove)
    code, err = batch(tmp_path, "-o", tmp_path / "out")
    assert code == 8
    assert f"error: {tmp_path / 'a.xlsx'}: cannot be read: No such file" in err
    assert len(list((tmp_path / "out").glob("*/manifest.json"))) == 1


# -- clocks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("now", [0.0, 1e11])
@pytest.mark.parametrize("name", ["return", "form", "review", "contract"])
def test_a_wrong_clock_changes_no_more_than_the_date(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, now: float
) -> None:
    monkeypatch.setattr(time, "time", lambda: now)
    done = run(*filled(WRITERS[name], tmp_path / "out"), "--date", "2026-11-23")
    assert done.code == 0, done.err


@pytest.mark.parametrize("epoch", ["99999999999999999", "253402300800", "²"])
def test_an_epoch_that_is_no_date_is_told(
    run: Run, no_output: Path, monkeypatch: pytest.MonkeyPatch, epoch: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert is_one_clear_line(run("contract", SAMPLE), 2, "SOURCE_DATE_EPOCH")


def test_a_clock_that_jumps_back_leaves_a_batch_undisturbed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(2_000_000_000, 0, -100_000))
    monkeypatch.setattr(time, "time", lambda: float(next(ticks)))
    source = table(tmp_path / "t.xlsx", ["甲公司", "乙公司"])
    assert batch(source, "-o", tmp_path / "out")[0] == 0
    assert batch(source, "-o", tmp_path / "out", "--resume")[0] == 0


# -- languages, fonts, libraries -------------------------------------------------------------------------------

ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


def in_ascii(*args: object, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run `docgen` where neither names of files nor the terminal know Chinese."""
    return subprocess.run(
        [sys.executable, "-m", "docgen", *map(str, args)], env={**os.environ, **ASCII}, cwd=cwd, capture_output=True,
        check=False,
    )  # fmt: skip


def test_another_language_of_the_system_loses_nothing(tmp_path: Path) -> None:
    source = tmp_path / "表.xlsx"
    shutil.copy(SAMPLE, source)
    (tmp_path / "out").mkdir()
    told = in_ascii("check", source, "--json", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["intakes"][0]["name"] == "北京示例科技有限公司"
    made = in_ascii("review", source, "-o", "out/v.pdf", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    refused = in_ascii("packet", source, "-o", "out/packets", cwd=tmp_path)
    assert refused.returncode == 7, refused.stderr
    assert b"names of files are in ascii here" in refused.stderr
    assert b"LC_ALL=C.UTF-8" in refused.stderr
    assert whole(tmp_path / "out").keys() == {"v.pdf"}


@pytest.mark.usefixtures("drawn_once")
def test_names_of_files_in_another_encoding_are_shown_as_they_can_be(run: Run, tmp_path: Path) -> None:
    """As in an archive packed on a Chinese Windows and unpacked here."""
    source = tmp_path / os.fsdecode("表.xlsx".encode("gb18030"))
    shutil.copy(SAMPLE, source)
    assert run("check", source, "--json").json["intakes"][0]["source"].endswith(r"/\udcb1\udced.xlsx")
    for command in (
        ["review", "-o", tmp_path / "v.pdf"],
        ["packet", "-o", tmp_path / "p"],
        ["return", "-o", tmp_path / "r.xlsx"],
    ):
        assert run(*command, source).code == 0
    assert run("batch", source, "-o", tmp_path / "b", "--jobs", 1, "--only", "contract").code == 0


def test_a_missing_chinese_font_is_told(run: Run, no_output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed_fonts, "_lines", lambda _command: [])
    for cached in (fonts.require_chinese_font, fonts._chinese, fonts._symbols, fonts._cores, summary._printer):
        monkeypatch.setattr(*_uncached(cached))
    assert is_one_clear_line(run("review", SAMPLE), 9, "no installed font can set Chinese", "apt-get install")


def _uncached(function: Any) -> tuple[Any, str, Any]:
    """The function without what it remembers, to be set in its module."""
    module = sys.modules[function.__module__]
    return module, function.__name__, function.__wrapped__


@pytest.mark.parametrize("command", ["review", "packet"])
def test_a_missing_pango_is_told(run: Run, no_output: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    load = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> Any:
        if name.split(".")[0] == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'\nand more")
        return load(name, *arguments, **options)

    monkeypatch.setattr(*_uncached(summary._printer))
    monkeypatch.setattr(builtins, "__import__", without)
    assert is_one_clear_line(run(command, SAMPLE), 9, "libpango", "apt-get install libpango")


def test_a_missing_fontconfig_is_told(
    run: Run, no_output: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    for cached in (fonts.require_chinese_font, fonts._chinese, fonts._symbols, fonts._cores, summary._printer):
        monkeypatch.setattr(*_uncached(cached))
    assert is_one_clear_line(run("review", SAMPLE), 9, "fontconfig cannot be asked", "apt-get install")


# -- names -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("drawn_once")
def test_every_path_may_hold_spaces_chinese_and_signs(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "我的 文件 [1] #2 %41 & 'x'"
    root.mkdir()
    monkeypatch.chdir(root)
    source = workbook(root / "收集 表 [甲] #1%.xlsx", form_text(GOOD))
    shutil.copy(ROOT / "inputs" / "terms.yaml", root / "条款 文件.yaml")
    kit = root / "套 件 #1"
    assert run("kits", "--copy", kit).code == 0
    common = ("--kit", kit, "--terms", "条款 文件.yaml")
    for number, name in enumerate(("return", "form", "review", "contract")):
        done = run(name, source.name, "-o", f"输 出/{number} 号", *common)
        assert done.code == 0, done.err
    assert run("packet", source.name, "-o", "成 套", *common).code == 0
    assert run("verify", next((root / "成 套").iterdir()), "--kit", kit).code == 0
    assert run("batch", "收集*", "-o", "夜 间", "--jobs", 1, "--only", "contract", *common).code == 0
    assert run("template", "check", kit).code == 0


def test_names_that_differ_in_case_alone_get_folders_of_their_own(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["ABC公司", "abc公司", "Abc公司", "CON", "con"]
    monkeypatch.setattr(packet, "render", lambda *_: (dict.fromkeys(packet.KINDS), ()))
    source = table(tmp_path / "t.xlsx", names)
    for command in (["packet"], ["batch", "--jobs", "1", "--only", "contract"]):
        out = tmp_path / command[0]
        assert run(*command, source, "-o", out).code == 0
        folders = [path.name for path in out.iterdir() if path.is_dir()]
        assert len(folders) == len(names)
        assert len({name.casefold() for name in folders}) == len(names)


def test_two_hundred_customers_of_one_name_get_two_hundred_packets(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packet, "render", lambda *_: (dict.fromkeys(packet.KINDS), ()))
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    source = table(tmp_path / "t.xlsx", ["同名有限公司"] * 200)
    done = run("packet", source, "-o", tmp_path / "out", "--json")
    assert done.code == 0
    assert len({made["folder"] for made in done.json["packets"]}) == 200
    assert sum(1 for _ in (tmp_path / "out").glob("同名有限公司-????????/manifest.json")) == 200
