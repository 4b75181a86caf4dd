"""Writing is whole or not at all, and names are safe."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen import names
from docgen.errors import DiskFullError, WriteError
from docgen.output import aside, files


@given(st.text() | st.text(st.sampled_from("-~=./\\ a")))
def test_any_text_makes_a_file_name_too(text: str) -> None:
    for name in (names.safe_file_name(text), names.safe_file_name(f"{text}.docx")):
        assert name == Path(name).name
        assert 0 < len(name.encode()) <= 132
        assert name[0] not in "-~=."


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("北京示例科技有限公司", "北京示例科技有限公司"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('a/b\\c:d*e?f"g<h>i|j', "a_b_c_d_e_f_g_h_i_j"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("COM¹", "_COM¹"),
        ("lpt³.docx", "_lpt³.docx"),
        ("com0 .x", "_com0 .x"),
        ("CONIN$", "_CONIN$"),
        ("COM⁴公司", "COM⁴公司"),
        ("-rf", "_-rf"),
        ("~root", "_~root"),
        ("=1+1", "_=1+1"),
        (".ssh", "ssh"),
        ("\u200b-x", "_-x"),
        ("  名称. ", "名称"),
        ("零\u200b宽\u202e字", "零宽字"),
        ("x\x00y", "x_y"),
        ("", "intake"),
        ("...", "intake"),
        ("字" * 300, "字" * 40),
    ],
)
def test_safe_names(text: str, name: str) -> None:
    assert names.safe_name(text) == name


@pytest.mark.slow
@given(st.text())
def test_any_text_makes_a_name_that_is_one_plain_path_component(text: str) -> None:
    name = names.safe_name(text)
    assert name == Path(name).name
    assert 0 < len(name.encode()) <= 121
    assert name not in {".", ".."}
    assert name[0] not in "-~=."
    assert not any(unicodedata.category(c) in {"Cc", "Cf"} for c in name)


def test_a_file_name_keeps_its_suffix(tmp_path: Path) -> None:
    assert names.safe_file_name("字" * 300 + "-合同.docx") == "字" * 40 + ".docx"


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    with pytest.raises(WriteError, match="exists already"):
        files.write_file(target, b"new")
    assert target.read_bytes() == b"old"
    files.write_file(target, b"new", replace=True)
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("mask", [0o077, 0o027, 0o022])
def test_files_get_the_users_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        files.write_file(tmp_path / "a", b"")
        files.write_folder(tmp_path / "d", {"b": b""})
        with files.replacing(tmp_path / "c") as temporary:
            temporary.write_bytes(b"")
        with files.appending(tmp_path / "l" / "lines") as append:
            append(b"")
    finally:
        os.umask(before)
    for path in tmp_path.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o777 if path.is_dir() else 0o666) & ~mask, path


class _Breaks(Exception):
    pass


def test_a_failing_writer_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")

    def broken(_descriptor: int) -> None:
        raise _Breaks

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(_Breaks):
        files.write_file(target, b"new", replace=True)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.txt", b"old")]


@pytest.fixture(params=["in one step", "in two"])
def steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """In how many steps a folder is replaced: with and without what only some systems can."""
    if request.param == "in one step":
        if sys.platform != "linux":
            pytest.skip("folders are replaced in two steps there")
        return 1
    monkeypatch.setattr(aside, "_exchange", lambda *_: False)
    return 2


def test_a_failing_writer_leaves_the_old_folder_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    folder = tmp_path / "packet"
    files.write_folder(folder, {"a": b"1", "b": b"2"})
    rename = Path.rename

    def broken(self: Path, target: Path) -> Path:
        if Path(target) == folder and "docgen-tmp" in self.name and not (self / "a").exists():
            raise _Breaks
        return rename(self, target)

    def cannot(_one: Path, _other: Path) -> bool:
        raise _Breaks

    monkeypatch.setattr(Path, "rename", broken)
    if steps == 1:
        monkeypatch.setattr(aside, "_exchange", cannot)
    with pytest.raises(_Breaks):
        files.write_folder(folder, {"c": b"3"})
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {"a": b"1", "b": b"2"}
    assert [p.name for p in tmp_path.iterdir()] == ["packet"]


@pytest.mark.usefixtures("steps")
def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    folder = tmp_path / "packet"
    files.write_folder(folder, {"a": b"1"})
    files.write_folder(folder, {"b": b"2"})
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {"b": b"2"}
    assert [p.name for p in tmp_path.iterdir()] == ["packet"]


#: Replaces a folder and is killed on the way, where folders change places in so many steps.
KILLED = """
import os, signal, sys
from pathlib import Path
from docgen.output import aside, files, scratch
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
folder, steps, moment = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
if steps == "2":
    aside._exchange = lambda *_: False
rename = Path.rename
if moment == "before":
    aside.put = die
elif moment == "between":
    Path.rename = lambda one, other: die() if other == folder else rename(one, other)
else:
    scratch.remove = die
files.write_folder(folder, {"manifest": b"new"})
"""


@pytest.mark.parametrize("is_alone", [True, False])
@pytest.mark.parametrize("name", ["packet", "字" * 80])
@pytest.mark.parametrize(
    ("steps", "moment", "left"),
    [(1, "before", b"old"), (1, "after", b"new"), (2, "before", b"old"), (2, "between", b"old"), (2, "after", b"new")],
)
@pytest.mark.skipif(sys.platform == "win32", reason="what dead processes left is not known there")
def test_a_kill_on_the_way_loses_neither_the_older_nor_the_newer_folder(
    tmp_path: Path, steps: int, moment: str, left: bytes, name: str, is_alone: bool
) -> None:
    folder = tmp_path / name
    files.write_folder(folder, {"manifest": b"old"})
    command = [sys.executable, "-c", KILLED, str(folder), str(steps), moment]
    assert subprocess.run(command, check=False).returncode == -9
    assert folder.exists() == (moment != "between")
    assert len(list(tmp_path.iterdir())) > 1 or moment == "between"
    (files.remove_leftovers if is_alone else files.remove_orphans)(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (folder / "manifest").read_bytes() == left


def test_what_was_put_aside_does_not_come_back_over_something_newer(tmp_path: Path) -> None:
    old = tmp_path / ".on-1.12345678.docgen-aside" / "packet"
    old.mkdir(parents=True)
    files.write_folder(tmp_path / "packet", {"manifest": b"new"})
    files.remove_leftovers(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["packet", "manifest"]


@pytest.mark.parametrize("has_quick_way", [True, False])
@pytest.mark.parametrize("count", [1, 10])
def test_prepared_folders_are_on_the_disk_before_they_appear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, has_quick_way: bool
) -> None:
    synced: list[str] = []
    if not has_quick_way:
        monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(files, "_sync", lambda path: synced.append(path.name))
    prepared = [files.stage_folder(tmp_path / str(number), {"a": b"1", "b": b"2"}) for number in range(count)]
    assert not any(one.folder.exists() for one in prepared)
    files.sync(prepared)
    one_by_one = sys.platform != "linux" or not has_quick_way or count == 1
    assert len(synced) == (2 * count if one_by_one else 0)
    for one in prepared:
        files.publish(one)
    assert sorted(path.name for path in tmp_path.iterdir()) == [str(number) for number in range(count)]


@pytest.mark.parametrize("count", [1, 10])
def test_what_cannot_be_settled_does_not_appear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "_sync_file_system", lambda _path: False)
    prepared = [files.stage_folder(tmp_path / str(number), {"a": b"1"}) for number in range(count)]
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFullError):
        files.sync(prepared)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_says_no_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WriteError, match="cannot be written"):
        files.write_file(tmp_path / "file" / "below", b"")


def test_a_full_disk_is_told_from_other_troubles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with files.appending(tmp_path / "lines") as append:
        append(b"one")
        monkeypatch.setattr(os, "fsync", full)
        for write in (lambda: append(b"two"), lambda: files.write_file(tmp_path / "a", b"")):
            with pytest.raises(DiskFullError, match="No space left") as caught:
                write()
            assert caught.value.stops_run
    assert [path.name for path in tmp_path.iterdir()] == ["lines"]


@given(st.lists(st.binary(max_size=9).map(lambda line: line.replace(b"\n", b"")), max_size=5), st.binary(max_size=9))
def test_lines_are_added_after_the_last_whole_one(lines: list[bytes], torn: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lines")
        path.write_bytes(b"".join(line + b"\n" for line in lines) + torn.replace(b"\n", b""))
        with files.appending(path) as append:
            offset = append(b"new")
        content = path.read_bytes()
        assert content.splitlines() == b"".join(line + b"\n" for line in [*lines, b"new"]).splitlines()
        assert content[offset:] == b"new\n"


def test_a_long_torn_line_is_cut_off_too(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"whole\n" + b"x" * 200_000)
    with files.appending(path) as append:
        assert append(b"new") == 6
    assert path.read_bytes() == b"whole\nnew\n"


def test_a_lock_keeps_other_processes_out_and_is_given_back(tmp_path: Path) -> None:
    lock = tmp_path / "sub" / "lock"
    code = f"from docgen.output import files; from pathlib import Path\nwith files.locked(Path({str(lock)!r}), wait=False): pass"
    with files.locked(lock, wait=False):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "BlockingIOError" in done.stderr
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_leftovers_are_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".a.12345678.docgen-tmp").mkdir()
    (tmp_path / ".a.12345678.docgen-tmp" / "half").write_bytes(b"")
    (tmp_path / ".b.12345678.docgen-tmp").write_bytes(b"")
    (tmp_path / ".link.12345678.docgen-tmp").symlink_to(tmp_path / "kept")
    for name in (".docgen-lock", "kept"):
        (tmp_path / name).write_bytes(b"")
    files.remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".docgen-lock", "kept"]
    files.remove_leftovers(tmp_path / "nowhere")
