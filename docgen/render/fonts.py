"""The Chinese faces that the review summary is set in: whether they are there, and which they are."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from docgen.errors import SystemMissingError

#: The face that the kits' styles name first.
FAMILY = "Noto Sans CJK SC"
_HINT = "install a Chinese font: apt-get install fontconfig fonts-noto-cjk"


@cache
def require_chinese_font() -> None:
    """Raise SystemMissingError where no installed face can set Chinese."""
    if not _match(":lang=zh-cn"):
        raise SystemMissingError("no installed font can set Chinese", _HINT)


@cache
def faces() -> Mapping[str, str]:
    """The font files that set regular and bold Chinese, by file name, with their SHA-256."""
    files = {path for weight in ("regular", "bold") for path in _match(f"{FAMILY}:{weight}:lang=zh-cn")[:1]}
    return {path.name: _sha256(path) for path in sorted(files)}


def _match(pattern: str) -> list[Path]:
    """The files of the installed faces that fit a fontconfig pattern, best first."""
    command = ["fc-match", "--sort", "--format", "%{file}\\t%{lang}\\n", pattern]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as cause:
        raise SystemMissingError(f"fontconfig cannot be asked for fonts: {cause}", _HINT) from cause
    rows = (line.partition("\t") for line in done.stdout.splitlines())
    return [Path(file) for file, _, languages in rows if "zh-cn" in languages.split("|")]


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
