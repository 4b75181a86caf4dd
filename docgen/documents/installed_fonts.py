"""Ask fontconfig about the installed fonts, and cache its answers until settings or fonts change.

The answers depend on fontconfig's settings and on the font folders.  fontconfig itself decides by the times of those
folders whether to search again.  If fonts are in unusual places, nothing is cached.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

from docgen import user_cache
from docgen.errors import SystemMissingError
from docgen.language import phrase, tr

HINT = phrase("install a Chinese font: apt-get install fontconfig fonts-noto-cjk")
_SETTINGS = ("HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "FONTCONFIG_SYSROOT", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
_DEEPEST = 8
_Made = TypeVar("_Made")


def ask(*command: str, make: Callable[[list[str]], _Made]) -> _Made:
    """The result of `make` for the lines printed by a fontconfig command: plain data, cached for the command.

    Raises SystemMissingError if it cannot run.
    """
    if not (user_cache.is_on() and _are_usual()):
        return make(_lines(command))
    return user_cache.remembered("fonts", ("\0".join(command), *_state()), lambda: make(_lines(command)))


def sha256(path: Path) -> str:
    """The SHA-256 of a font file in hex; cached while the file is unchanged."""
    about = path.stat()
    same = (about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino, about.st_dev)
    return user_cache.remembered("sha256", (str(path), repr(same)), lambda: _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _lines(command: tuple[str, ...]) -> list[str]:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as cause:
        raise SystemMissingError(tr("fontconfig cannot be asked for fonts: {cause}", cause=cause), tr(HINT)) from cause
    return done.stdout.splitlines()


# -- state of the fonts -------------------------------------------------------------------------------


@cache
def _are_usual() -> bool:
    """Whether all installed fonts are where `_state` looks; checked once for each state."""

    def found() -> list[bool]:
        roots = tuple(f"{root}{os.sep}" for root in _font_folders())
        return [all(file.startswith(roots) for file in _lines(("fc-list", "--format", "%{file}\\n")))]

    (are_usual,) = user_cache.remembered("font-folders", _state(), found)
    return are_usual


@cache
def _state() -> tuple[str, ...]:
    """The settings, and the state of every folder that may hold fonts."""
    settings = [f"{name}={os.environ.get(name)}" for name in _SETTINGS]
    config = [_stamp(entry) for folder in _config_folders() for entry in sorted(_entries(folder))]
    fonts = [_stamp(folder) for root in _font_folders() for folder in _folders(root)]
    return "\n".join(settings), "\n".join(config), "\n".join(fonts)


def _config_folders() -> Iterator[str]:
    own = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111  a string is enough
    system = os.environ.get("FONTCONFIG_PATH") or "/etc/fonts"
    yield from (system, f"{system}/conf.d", f"{own}/fontconfig", f"{own}/fontconfig/conf.d")
    if file := os.environ.get("FONTCONFIG_FILE"):
        yield os.path.dirname(file)  # noqa: PTH120


def _font_folders() -> Iterator[str]:
    home = os.path.expanduser("~")  # noqa: PTH111
    data = os.environ.get("XDG_DATA_HOME") or f"{home}/.local/share"
    yield from ("/usr/share/fonts", "/usr/local/share/fonts", f"{data}/fonts", f"{home}/.fonts")
    yield from ("/System/Library/Fonts", "/Library/Fonts", f"{home}/Library/Fonts")


def _folders(root: str, depth: int = 0) -> Iterator[str]:
    """A folder and all folders below it; a missing folder is included, since it may be created."""
    yield root
    if depth < _DEEPEST:
        with suppress(OSError), os.scandir(root) as entries:
            inner = sorted(entry.path for entry in entries if entry.is_dir())
            for folder in inner:
                yield from _folders(folder, depth + 1)


def _entries(folder: str) -> list[str]:
    try:
        return [f"{folder}/{name}" for name in os.listdir(folder)]  # noqa: PTH208
    except OSError:
        return []


def _stamp(path: str) -> str:
    try:
        about = os.stat(path)  # noqa: PTH116
    except OSError:
        return f"{path} -"
    return f"{path} {about.st_mtime_ns} {about.st_size} {about.st_ino}"
