"""The fonts of the review summary: which are installed, and which characters they have.

Fontconfig is asked, as the PDF library asks it.  Core faces are cut from what is installed and kept in the
user's cache folder, named by the faces they were cut from: another font, or another way of cutting, is another file.
"""

from __future__ import annotations

import hashlib
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from docgen.documents import core_face, installed_fonts
from docgen.errors import SystemMissingError
from docgen.language import tr
from docgen.output import files

#: The face that the kits' styles name first, and the one they name next: no Chinese face has ☐, ☑ and ✔,
#: which are in answers as customers write them.
FAMILY, SYMBOLS_FAMILY = "Noto Sans CJK SC", "DejaVu Sans"
_CHINESE = "zh-cn"
_WEIGHTS = {"regular": "Regular", "bold": "Bold"}


class _Face(NamedTuple):
    """An installed face: its file and its number therein, the names of its family, the languages it can set."""

    file: Path
    number: int
    families: frozenset[str]
    languages: frozenset[str]


@cache
def require_chinese_font() -> None:
    """Raise SystemMissingError if no installed face can set Chinese."""
    if _nearest(f":lang={_CHINESE}", _sets_chinese) is None:
        raise SystemMissingError(tr("no installed font can set Chinese"), tr(installed_fonts.HINT))


def faces() -> Mapping[str, str]:
    """The font files that the review is set in, regular and bold, by file name, with their SHA-256.

    They are those of the Chinese face and of the tick marks, and the core faces where these have been cut.
    A family that is not installed has none.
    """
    paths = set(core_faces())
    for weight in _WEIGHTS:
        chinese, symbols = _chinese(weight), _symbols(weight)
        paths |= {face.file for face in (chinese, symbols) if face}
    return {path.name: installed_fonts.sha256(path) for path in sorted(paths, key=lambda path: path.name)}


@cache
def _chinese(weight: str) -> _Face | None:
    """The installed face that is nearest to FAMILY and sets Chinese."""
    return _nearest(f"{FAMILY}:{weight}:lang={_CHINESE}", _sets_chinese)


@cache
def _symbols(weight: str) -> _Face | None:
    return _nearest(f"{SYMBOLS_FAMILY}:{weight}", lambda face: SYMBOLS_FAMILY in face.families)


# -- core faces --------------------------------------------------------------------------------------


class CoreFace(NamedTuple):
    """A core face: its weight, the faces that it is cut from, and the file that holds it once it is cut."""

    weight: str
    chinese: _Face
    symbols: _Face | None
    file: Path


def core_faces() -> tuple[Path, ...]:
    """The files of the core faces, regular and bold; none if one of them has not been cut."""
    paths = tuple(core.file for core in _cores())
    return paths if all(path.is_file() for path in paths) else ()


def uncut() -> list[CoreFace]:
    """The core faces that could be cut from the installed faces and have not been."""
    return [core for core in _cores() if not core.file.is_file()]


def cut(core: CoreFace) -> None:
    """Cut a core face, once for any number of processes.  Takes ten seconds; raises WriteError."""
    with files.locked(core.file.with_suffix(".lock")):
        if not core.file.is_file():
            symbols = core.symbols.file if core.symbols else None
            content = core_face.cut(core.chinese.file, core.chinese.number, symbols, _WEIGHTS[core.weight])
            files.write_file(core.file, content, replace=True)


def cut_missing(report: Callable[[str], object]) -> None:
    """Cut the core faces that have not been cut, and tell of each.  Raises WriteError."""
    for core in uncut():
        report(
            tr(
                "cutting the {weight} core face from {name}, once: about 10 s",
                weight=core.weight,
                name=core.chinese.file.name,
            )
        )
        cut(core)


@cache
def _cores() -> tuple[CoreFace, ...]:
    return tuple(filter(None, map(_core, _WEIGHTS)))


def _core(weight: str) -> CoreFace | None:
    """The core face of a weight; None if FAMILY itself is not installed as a face of that weight alone."""
    import platformdirs

    chinese, symbols = _chinese(weight), _symbols(weight)
    # Fontconfig counts the instances of a variable face in the upper half of the index.
    if chinese is None or FAMILY not in chinese.families or chinese.number >> 16:
        return None
    sources = [installed_fonts.sha256(face.file) for face in (chinese, symbols) if face]
    key = hashlib.sha256("\n".join([*sources, str(chinese.number), str(core_face.CUT_VERSION)]).encode()).hexdigest()
    folder = platformdirs.user_cache_path("docgen", appauthor=False)
    return CoreFace(weight, chinese, symbols, folder / f"core-{weight}-{key[:16]}.ttf")


# -- characters --------------------------------------------------------------------------------------


def undrawable(text: Iterable[str]) -> list[str]:
    """The characters of `text` that no installed face can draw, each once, sorted.

    White space, controls and other characters that leave no mark need no face.
    """
    firsts, lasts = _drawable()

    def is_drawable(character: str) -> bool:
        at = bisect_right(firsts, ord(character)) - 1
        return at >= 0 and ord(character) <= lasts[at]

    return sorted(one for one in set(text) if not is_drawable(one) and _is_visible(one))


def _is_visible(character: str) -> bool:
    is_selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return not is_selector and unicodedata.category(character) not in {"Cc", "Cf", "Zs", "Zl", "Zp"}


def packages(characters: Iterable[str]) -> list[str]:
    """The packages of Debian that have the fonts for pictures (U+1F000 and up) and rare Han (planes 2 and 3)."""
    codes = [ord(character) for character in characters]
    has = {
        "fonts-symbola": any(0x1F000 <= code < 0x20000 for code in codes),
        "fonts-babelstone-han": any(0x20000 <= code < 0x40000 for code in codes),
    }
    return [package for package, is_needed in has.items() if is_needed]


@cache
def _drawable() -> tuple[list[int], list[int]]:
    """Where each range of characters begins and ends that the installed outline faces have together: Pango, which
    lays text out, turns to any of them."""
    firsts, lasts = installed_fonts.ask("fc-list", "--format", "%{fontformat}\\t%{charset}\\n", make=_ranges)
    return firsts, lasts


def _ranges(rows: Iterable[str]) -> tuple[list[int], list[int]]:
    charsets = {charset for kind, _, charset in (row.partition("\t") for row in rows) if kind in {"TrueType", "CFF"}}
    firsts: list[int] = []
    lasts: list[int] = []
    for first, last in sorted(_span(span) for span in {span for charset in charsets for span in charset.split()}):
        if lasts and first <= lasts[-1] + 1:
            lasts[-1] = max(lasts[-1], last)
        else:
            firsts.append(first)
            lasts.append(last)
    return firsts, lasts


def _span(written: str) -> tuple[int, int]:
    first, _, last = written.partition("-")
    return int(first, 16), int(last or first, 16)


# -- fontconfig --------------------------------------------------------------------------------------


def _nearest(pattern: str, suits: Callable[[_Face], bool]) -> _Face | None:
    """The installed face nearest to a fontconfig pattern that suits; the nearest of all may be quite another."""

    def row_of(rows: list[str]) -> list[str]:
        return next(([row] for row in rows if suits(_face(row))), [])

    format_ = "%{file}\\t%{index}\\t%{family}\\t%{lang}\\n"
    found = installed_fonts.ask("fc-match", "--sort", "--format", format_, pattern, make=row_of)
    return _face(found[0]) if found else None


def _face(row: str) -> _Face:
    file, number, families, languages = row.split("\t")
    return _Face(Path(file), int(number), frozenset(families.split(",")), frozenset(languages.split("|")))


def _sets_chinese(face: _Face) -> bool:
    return _CHINESE in face.languages
