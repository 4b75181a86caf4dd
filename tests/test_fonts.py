"""The faces of the review summary: cut once, kept, named in the manifest; what none of them has is an error."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from conftest import DATE, ROOT, Run, reviewed
from fontTools.ttLib import TTFont
from openpyxl import load_workbook

from docgen.documents import core_face, fonts, installed_fonts
from docgen.documents.context import RenderOptions
from docgen.errors import MissingGlyphError, SystemMissingError
from docgen.model.kit import Kit
from docgen.packet import packet

INPUTS = ROOT / "inputs"
#: No font of this machine, and hardly one anywhere, has these: Han of extension H, a plane for private use.
RARE, PRIVATE = "\U00031350", "\U0010fffd"


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder in which nothing has been cut, and a face of few characters to cut."""
    folder = tmp_path / "cache"
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_args, **_options: folder)
    monkeypatch.setattr(core_face, "characters", lambda: frozenset("审核A1☑✔"))
    fonts._cores.cache_clear()
    yield folder
    fonts._cores.cache_clear()


# -- cutting ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_cuts_the_core_faces_once(run: Run, empty_cache: Path) -> None:
    first = run("fonts")
    assert first.code == 0, first.err
    assert first.err.count("cutting the") == 2
    assert [name for name in first.out.splitlines() if name.startswith("core-")] == sorted(
        path.name for path in empty_cache.glob("*.ttf")
    )
    again = run("fonts")
    assert (again.code, again.out, again.err) == (0, first.out, "")


@pytest.mark.slow
def test_a_cut_face_is_small_renamed_and_keeps_the_notices(empty_cache: Path) -> None:
    for core in fonts.uncut():
        fonts.cut(core)
    regular, bold = (TTFont(path) for path in fonts.core_faces())
    for face, style, weight in ((regular, "Regular", 400), (bold, "Bold", 700)):
        assert [face["name"].getDebugName(number) for number in (1, 2)] == ["docgen Core SC", style]
        assert face["OS/2"].usWeightClass == weight
        assert set("审核A1☑✔") <= set(map(chr, face.getBestCmap()))
        assert ord("甲") not in face.getBestCmap()
        assert "glyf" in face
        assert "Adobe" in face["name"].getDebugName(0)
        assert "Open Font License" in face["name"].getDebugName(13)
    assert all(path.stat().st_size < 20_000 for path in fonts.core_faces())


def test_a_core_face_has_gb_2312_latin_and_ticks() -> None:
    """GB 2312 has 6,763 Han characters in its two levels (GB/T 2312-1980)."""
    wanted = core_face.characters()
    assert sum("\u4e00" <= character <= "\u9fff" for character in wanted) == 6763
    assert set("啊齄Az0~，。《》①⑳©‑☑√") <= wanted
    assert "龘" not in wanted
    for path in fonts.core_faces():
        assert set("啊齄Az0~，。《》①⑳©‑☑√") <= set(map(chr, TTFont(path).getBestCmap()))


@pytest.mark.slow
def test_a_face_is_cut_where_no_other_has_the_ticks(empty_cache: Path) -> None:
    core = fonts.uncut()[0]
    face = TTFont(io.BytesIO(core_face.cut(core.chinese.file, core.chinese.number, None, "Regular")))
    assert set("审核A1") <= set(map(chr, face.getBestCmap()))
    assert "☑" not in set(map(chr, face.getBestCmap()))


def test_where_no_face_can_be_cut_the_command_says_so(
    run: Run, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_core", lambda _weight: None)
    done = run("fonts")
    assert (done.code, done.out) == (9, "")
    assert "no core face can be cut: Noto Sans CJK SC is not installed with separate weights" in done.err
    assert "fonts-noto-cjk" in done.err


@pytest.mark.slow
def test_equal_faces_are_cut_to_equal_bytes(empty_cache: Path) -> None:
    core = fonts.uncut()[0]
    symbols = core.symbols.file if core.symbols else None
    once, twice = (core_face.cut(core.chinese.file, core.chinese.number, symbols, "Regular") for _ in range(2))
    assert once == twice


def test_what_is_asked_for_twice_is_cut_once(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cuts: list[str] = []
    entered = threading.Event()

    def slow(_chinese: Path, _index: int, _symbols: Path | None, style: str) -> bytes:
        cuts.append(style)
        entered.wait(0.2)
        return b"a face"

    monkeypatch.setattr(core_face, "cut", slow)
    core = fonts.uncut()[0]
    both = [threading.Thread(target=fonts.cut, args=(core,)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert cuts == ["Regular"]
    assert core.file.read_bytes() == b"a face"
    assert fonts.core_faces() == ()  # not while the bold one is missing


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_is_told_and_stops_no_batch(run: Run, empty_cache: Path, tmp_path: Path) -> None:
    empty_cache.write_text("a file where the folder should be", encoding="utf-8")
    done = run("fonts")
    assert done.code == 7
    assert str(empty_cache) in done.err
    done = run("batch", INPUTS / "accepted.xlsx", "-o", tmp_path / "out", "--jobs", 1)
    assert done.code == 0, done.err
    assert "made without core faces" in done.err


@pytest.mark.slow
def test_a_full_face_alone_gives_the_same_pages(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    def pages() -> list[str]:
        content = packet.review_of(reviewed(kit, industries="☑电商 □银行"), b"", kit, RenderOptions(DATE))
        return ["".join(sheet.extract_text().split()) for sheet in pypdf.PdfReader(io.BytesIO(content)).pages]

    with_core = pages()
    monkeypatch.setattr(fonts, "core_faces", lambda: ())
    assert pages() == with_core


def test_the_core_faces_have_every_character_of_the_kit() -> None:
    folder = ROOT / "templates" / "caller-number"
    words = [folder / "kit.yaml", folder / "review.html", ROOT / "docgen" / "model" / "messages.yaml"]
    written = set("".join(path.read_text(encoding="utf-8") for path in words)) - {"\n"}
    for path in fonts.core_faces():
        assert written - set(map(chr, TTFont(path).getBestCmap())) == set()


@pytest.mark.slow
def test_the_manifest_names_the_faces_with_their_hashes(run: Run, tmp_path: Path) -> None:
    run("packet", INPUTS / "accepted.xlsx", "-o", tmp_path)
    (path,) = tmp_path.glob("*/manifest.json")
    named = json.loads(path.read_text(encoding="utf-8"))["fonts"]
    assert named == fonts.faces()
    for part in ("core-regular-", "core-bold-", "CJK", "DejaVu"):
        assert any(part in name for name in named), part
    assert all(len(digest) == 64 for digest in named.values())


def test_a_missing_font_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts.require_chinese_font.cache_clear()
    monkeypatch.setattr(installed_fonts, "_lines", lambda _command: [])
    with pytest.raises(SystemMissingError, match="fonts-noto-cjk"):
        fonts.require_chinese_font()
    fonts.require_chinese_font.cache_clear()


# -- characters that no font has -------------------------------------------------------------------


def sheet_with(path: Path, name: str) -> Path:
    """The accepted sample with another name for the person to talk to."""
    book = load_workbook(INPUTS / "accepted.xlsx")
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.value == "王女士":
                cell.value = name
    book.save(path)
    return path


def test_a_character_that_no_font_has_is_named_with_its_field(run: Run, tmp_path: Path, no_output: Path) -> None:
    done = run("review", sheet_with(tmp_path / "rare.xlsx", f"王{RARE}女士"))
    assert done.code == 9
    error, hint = done.err.splitlines()
    assert "北京示例科技有限公司" in error
    assert f"“{RARE}” (U+31350) of 称呼" in error
    assert "correct the answer" in hint
    assert "fonts-babelstone-han" in hint


@pytest.mark.slow
def test_it_fails_its_own_item_of_a_batch_and_no_other(run: Run, tmp_path: Path) -> None:
    sources = tmp_path / "in"
    sources.mkdir()
    sheet_with(sources / "a.xlsx", f"王{RARE}女士")
    sheet_with(sources / "b.xlsx", "王女士")
    done = run("batch", sources, "-o", tmp_path / "out", "--jobs", 1)
    assert done.code == 8
    assert "1 packet, 1 failure" in done.err
    assert "a.xlsx" in done.err
    assert "U+31350" in done.err


def test_every_place_is_named(kit: Kit) -> None:
    item = reviewed(kit, contact_name=f"王{RARE}", contact_wechat=f"{PRIVATE}{RARE}")
    with pytest.raises(MissingGlyphError) as caught:
        packet.review_of(item, b"", kit, RenderOptions(DATE))
    assert f"“{RARE}” (U+31350) of 称呼, 微信号; “{PRIVATE}” (U+10FFFD) of 微信号" in caught.value.message


def test_any_installed_font_will_do(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    """Armenian is in DejaVu Sans, which no kit names for it; Pango finds it all the same."""
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        content = packet.review_of(reviewed(kit, contact_name="Արամ"), b"", kit, RenderOptions(DATE))
    assert "Արամ" in "".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(content)).pages)
    assert caplog.records == []


def test_characters_that_leave_no_mark_need_no_font() -> None:
    assert fonts.undrawable("\t\n \u00a0\u200b\u200d\u2028\u3000\ufe0f\U000e0100") == []
    assert fonts.undrawable(f"甲{RARE}{RARE}") == [RARE]
