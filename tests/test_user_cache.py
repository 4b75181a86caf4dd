"""What is kept between runs: it changes no output, is the user's alone, and is made anew when anything differs."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import CACHE_IS_ON, ROOT
from hypothesis import given
from hypothesis import strategies as st

from docgen import user_cache
from docgen.documents import installed_fonts
from docgen.errors import KitError
from docgen.kit import kept, kits, shape, yaml_lines
from docgen.model.kit import Kit

INPUTS = ROOT / "inputs"
KIT = ROOT / "templates" / "caller-number"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a cache that is on and empty."""
    monkeypatch.setattr(user_cache, "is_on", CACHE_IS_ON)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_args, **_options: tmp_path / "cache")
    return tmp_path / "cache" / "compiled"


def entry(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


# -- what it gives back ------------------------------------------------------------------------------


def test_what_was_kept_is_found_under_all_that_it_was_made_of(folder: Path) -> None:
    user_cache.keep("thing", ("a", b"b"), {"text": ["甲", 1, None], "code": compile("1 + 1", "x", "eval")})
    found = user_cache.find("thing", ("a", b"b"))
    assert found["text"] == ["甲", 1, None]
    assert eval(found["code"]) == 2
    for kind, parts in (("thing", ("a", b"c")), ("thing", ("ab", b"")), ("thing", ("a",)), ("other", ("a", b"b"))):
        assert user_cache.find(kind, parts) is None


def test_nothing_is_made_twice(folder: Path) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return 7

    assert [user_cache.remembered("thing", ("a",), make) for _ in range(3)] == [7, 7, 7]
    assert len(made) == 1


def test_the_folder_and_what_it_holds_are_the_users_alone(folder: Path) -> None:
    old = os.umask(0)
    try:
        user_cache.keep("thing", ("a",), 1)
    finally:
        os.umask(old)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert entry(folder).stat().st_mode & 0o777 == 0o600


# -- what is ignored ---------------------------------------------------------------------------------


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_another_key(path: Path) -> None:
    user_cache.keep("thing", ("b",), "another")
    (other,) = (one for one in path.parent.iterdir() if one != path)
    path.write_bytes(other.read_bytes())


def readable_by_others(path: Path) -> None:
    path.chmod(0o644)


def a_link(path: Path) -> None:
    path.rename(path.with_suffix(".real"))
    path.symlink_to(path.with_suffix(".real"))


def in_a_folder_of_others(path: Path) -> None:
    path.parent.chmod(0o755)


def in_a_linked_folder(path: Path) -> None:
    real = path.parent.with_name("real")
    path.parent.rename(real)
    path.parent.symlink_to(real)


@pytest.mark.parametrize(
    "change",
    [
        cut_short,
        damaged,
        emptied,
        of_another_key,
        readable_by_others,
        a_link,
        in_a_folder_of_others,
        in_a_linked_folder,
    ],
    ids=lambda change: change.__name__,
)
def test_an_entry_that_is_not_as_it_was_written_is_made_anew(folder: Path, change: Callable[[Path], None]) -> None:
    user_cache.keep("thing", ("a",), "kept")
    assert user_cache.find("thing", ("a",)) == "kept"
    change(entry(folder))
    assert user_cache.find("thing", ("a",)) is None
    assert user_cache.remembered("thing", ("a",), lambda: "anew") == "anew"


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root gives files away")
def test_an_entry_of_another_user_is_ignored(folder: Path) -> None:
    user_cache.keep("thing", ("a",), "kept")
    os.chown(entry(folder), 12345, -1)
    assert user_cache.find("thing", ("a",)) is None
    os.chown(entry(folder), os.getuid(), -1)
    assert user_cache.find("thing", ("a",)) == "kept"
    os.chown(folder, 12345, -1)
    assert user_cache.find("thing", ("a",)) is None


def test_another_python_docgen_or_library_finds_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user_cache.keep("thing", ("a",), "kept")
    monkeypatch.setattr(user_cache, "_surroundings", lambda: b"another")
    assert user_cache.find("thing", ("a",)) is None


def test_what_an_entry_is_made_with_is_part_of_its_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = user_cache._surroundings.__wrapped__()
    assert sys.version.encode() in before
    for change in ("docgen.__version__", "sys.version"):
        with monkeypatch.context() as patch:
            patch.setattr(change, "0.0")
            assert user_cache._surroundings.__wrapped__() != before
    with monkeypatch.context() as patch:
        patch.setattr(user_cache, "_distributions", lambda: ["jinja2-99.dist-info"])
        assert user_cache._surroundings.__wrapped__() != before
    own = tmp_path / "own"
    own.mkdir()
    (own / "one.py").write_text("1")
    with monkeypatch.context() as patch:
        patch.setattr(user_cache, "_PACKAGE", own)
        first = user_cache._surroundings.__wrapped__()
        (own / "one.py").write_text("12")
        assert user_cache._surroundings.__wrapped__() != first


@pytest.mark.parametrize("value", ["1", "yes"])
def test_switched_off_it_reads_and_writes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    user_cache.keep("thing", ("a",), "kept")
    monkeypatch.setenv(user_cache.OFF, value)
    assert user_cache.find("thing", ("a",)) is None
    user_cache.keep("thing", ("b",), "kept")
    assert len(list(folder.iterdir())) == 1


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="root may write everywhere")
def test_a_cache_that_cannot_be_written_changes_nothing(folder: Path) -> None:
    folder.parent.mkdir()
    folder.parent.chmod(0o500)
    assert user_cache.remembered("thing", ("a",), lambda: 7) == 7


def test_a_file_where_the_folder_should_be_changes_nothing(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("")
    assert user_cache.remembered("thing", ("a",), lambda: 7) == 7


def test_the_oldest_entries_go_when_there_are_too_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_cache, "_MOST", 10)
    for number in range(11):
        user_cache.keep("thing", (str(number),), number)
        for path in folder.iterdir():  # the clock of a file system may be slow
            os.utime(path, ns=(0, path.stat().st_mtime_ns - 10**9))
    assert user_cache.find("thing", ("10",)) == 10
    assert user_cache.find("thing", ("0",)) is None
    assert len(list(folder.iterdir())) == 5


# -- kits --------------------------------------------------------------------------------------------


def test_a_kit_that_is_kept_is_the_kit(folder: Path) -> None:
    kit, problems = shape.read(KIT, Kit)
    assert not problems
    user_cache.keep("kit", ("x",), kept.plain(kit))
    assert kept.revived(user_cache.find("kit", ("x",)), KIT, Kit) == kit


def copied(tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(KIT, tmp_path / "kit"))


def test_a_kit_is_read_once_until_it_changes(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = copied(tmp_path)
    load = kits._load.__wrapped__
    first = load(mine / "kit.yaml", Kit)
    read: list[Path] = []
    monkeypatch.setattr(shape, "read", lambda path, model: read.append(path))
    assert load(mine / "kit.yaml", Kit) == first
    assert not read
    monkeypatch.undo()
    monkeypatch.setattr(user_cache, "is_on", CACHE_IS_ON)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_args, **_options: folder.parent)
    text = (mine / "kit.yaml").read_text(encoding="utf-8")
    (mine / "kit.yaml").write_text(text.replace(f"version: {first.version}", "version: 9.9.9", 1), encoding="utf-8")
    assert load(mine / "kit.yaml", Kit).version == "9.9.9"


def test_a_kit_with_problems_is_never_kept(folder: Path, tmp_path: Path) -> None:
    mine = copied(tmp_path)
    with (mine / "kit.yaml").open("a", encoding="utf-8") as stream:
        stream.write("\nnonsense: 1\n")
    for _ in range(2):
        with pytest.raises(KitError, match="nonsense"):
            kits._load.__wrapped__(mine / "kit.yaml", Kit)
    assert not [one for one in folder.glob("kit-*")]


# -- YAML --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(ROOT.glob("**/*.yaml")), ids=lambda path: str(path.relative_to(ROOT)))
def test_libyaml_reads_what_the_plain_parser_reads(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert read_by(yaml_lines.FAST, text) == read_by(yaml_lines.PLAIN, text)


@given(st.text(alphabet="ab:-?,[]{}#&*!|>'\"%@ \n\t0.~é甲", max_size=40))
def test_libyaml_reads_no_text_otherwise(text: str) -> None:
    """What one of them refuses, the file is read anew for by the plain one: what both read must be the same."""
    fast, plain = (read_by(kind, text) for kind in (yaml_lines.FAST, yaml_lines.PLAIN))
    assert fast == plain or "refused" in (fast, plain)


def read_by(kind: object, text: str) -> object:
    try:
        return yaml_lines._parsed(kind, text, as_text=True)
    except (yaml.YAMLError, RecursionError):
        return "refused"


# -- fonts -------------------------------------------------------------------------------------------


def test_fontconfig_is_asked_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def lines(command: tuple[str, ...]) -> list[str]:
        asked.append(command)
        return ["/usr/share/fonts/x.ttf"]

    monkeypatch.setattr(installed_fonts, "_lines", lines)
    forget_fonts()
    for _ in range(2):
        assert installed_fonts.ask("fc-match", "x", make=len) == 1
    assert [command[0] for command in asked] == ["fc-list", "fc-match"]
    monkeypatch.setenv("FONTCONFIG_FILE", "/elsewhere/fonts.conf")
    forget_fonts()
    installed_fonts.ask("fc-match", "x", make=len)
    assert [command[0] for command in asked] == ["fc-list", "fc-match"] * 2
    forget_fonts()


def test_fonts_in_unusual_places_are_asked_for_each_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def lines(command: tuple[str, ...]) -> list[str]:
        asked.append(command)
        return ["/opt/fonts/x.ttf"]

    monkeypatch.setattr(installed_fonts, "_lines", lines)
    forget_fonts()
    for _ in range(2):
        installed_fonts.ask("fc-match", "x", make=len)
    assert [command[0] for command in asked] == ["fc-list", "fc-match", "fc-match"]
    forget_fonts()


def test_a_new_folder_of_fonts_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    seen = []
    for new in (".", "fonts", "fonts/new"):
        (tmp_path / new).mkdir(exist_ok=True)
        forget_fonts()
        seen.append(installed_fonts._state())
    forget_fonts()
    assert len(set(seen)) == 3


def forget_fonts() -> None:
    installed_fonts._state.cache_clear()
    installed_fonts._are_usual.cache_clear()


def test_the_hash_of_a_font_follows_the_file(folder: Path, tmp_path: Path) -> None:
    font = tmp_path / "x.ttf"
    for content in (b"one", b"two", b"three"):
        font.write_bytes(content)
        for _ in range(2):
            assert installed_fonts.sha256(font) == hashlib.sha256(content).hexdigest()
        time.sleep(0.01)  # a file system counts time in steps


# -- all of it -----------------------------------------------------------------------------------------


SAMPLES = [path.relative_to(ROOT) for path in sorted(INPUTS.glob("*.xlsx"))]


@pytest.mark.slow
def test_no_sample_gives_other_output_with_the_cache_cold_warm_or_off(tmp_path: Path) -> None:
    """The packets of every sample, and what `check` says of it: as processes, as people run them."""
    results = {}
    for state in ("off", "cold", "warm"):
        environment = {**os.environ, "HOME": str(tmp_path), user_cache.OFF: "1" if state == "off" else ""}
        environment.pop("XDG_CACHE_HOME", None)
        link_faces(tmp_path)
        results[state] = output_of(tmp_path / state, environment)
        assert (tmp_path / ".cache" / "docgen" / "compiled").exists() == (state != "off")
    assert results["cold"] == results["off"]
    assert results["warm"] == results["off"]
    assert all(str(sample).encode() in results["off"]["said"] for sample in SAMPLES)
    assert sum(name.endswith(".pdf") for name in results["off"]) > len(SAMPLES) > 6


def link_faces(home: Path) -> None:
    """The core faces that have been cut, which take ten seconds each."""
    import platformdirs

    there = home / ".cache" / "docgen"
    there.mkdir(parents=True, exist_ok=True)
    for face in platformdirs.user_cache_path("docgen", appauthor=False).glob("core-*.ttf"):
        if not (there / face.name).exists():
            (there / face.name).symlink_to(face)


def output_of(out: Path, environment: dict[str, str]) -> dict[str, bytes]:
    run = [sys.executable, "-m", "docgen"]
    options = {"env": environment, "capture_output": True, "cwd": ROOT}
    said = subprocess.run([*run, "check", *SAMPLES], **options)  # type: ignore[call-overload]
    made = subprocess.run([*run, "packet", *SAMPLES, "-o", out, "--json", "--date", "2026-11-23"], **options)  # type: ignore[call-overload]
    files = {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    codes = f"{said.returncode} {made.returncode}".encode()
    told = made.stdout.replace(str(out).encode(), b"")
    return files | {"said": said.stdout, "codes": codes, "told": told, "complained": said.stderr + made.stderr}


@pytest.mark.slow
def test_a_second_check_neither_parses_nor_compiles_the_kit(tmp_path: Path) -> None:
    code = "import sys; from docgen import cli; cli.run(['check', sys.argv[1]]); print(*sys.modules, sep='\\n', file=sys.stderr)"
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), user_cache.OFF: ""}
    command = [sys.executable, "-c", code, str(INPUTS / "accepted.xlsx")]
    first, second = (
        set(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stderr.split())
        for _ in range(2)
    )
    parsers = {"pydantic", "yaml"}
    assert parsers <= first
    assert not second & parsers
