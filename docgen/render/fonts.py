"""The faces that the review summary is set in: whether they are there, and which they are."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from docgen.errors import SystemMissingError

#: The face that the kits' styles name first, and the one they name next: no Chinese face has ☐, ☑ and ✔,
#: which stand in answers as customers write them.
FAMILY, SYMBOLS_FAMILY = "Noto Sans CJK SC", "DejaVu Sans"
_CHINESE = "zh-cn"
_WEIGHTS = ("regular", "bold")
_HINT = "install a Chinese font: apt-get install fontconfig fonts-noto-cjk"


class _Face(NamedTuple):
    """An installed face: its file, the names of its family, the languages it can set."""

    file: Path
    families: frozenset[str]
    languages: frozenset[str]


@cache
def require_chinese_font() -> None:
    """Raise SystemMissingError where no installed face can set Chinese."""
    if not any(_CHINESE in face.languages for face in _match(f":lang={_CHINESE}")):
        raise SystemMissingError("no installed font can set Chinese", _HINT)


@cache
def faces() -> Mapping[str, str]:
    """The font files that set Chinese and tick marks, regular and bold, by file name, with their SHA-256.

    A family that is not installed has none.
    """
    files = set()
    for weight in _WEIGHTS:
        chinese = [face for face in _match(f"{FAMILY}:{weight}:lang={_CHINESE}") if _CHINESE in face.languages]
        symbols = [face for face in _match(f"{SYMBOLS_FAMILY}:{weight}") if SYMBOLS_FAMILY in face.families]
        files |= {face.file for face in (*chinese[:1], *symbols[:1])}
    return {path.name: _sha256(path) for path in sorted(files)}


def _match(pattern: str) -> list[_Face]:
    """The installed faces nearest to a fontconfig pattern, best first; the best may be quite another."""
    command = ["fc-match", "--sort", "--format", "%{file}\\t%{family}\\t%{lang}\\n", pattern]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as cause:
        raise SystemMissingError(f"fontconfig cannot be asked for fonts: {cause}", _HINT) from cause
    rows = (line.split("\t") for line in done.stdout.splitlines())
    return [
        _Face(Path(file), frozenset(families.split(",")), frozenset(languages.split("|")))
        for file, families, languages in rows
    ]


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
