"""The only module that writes: a file or a folder appears whole or not at all.

New content goes to a hidden name beside its target (same disk, the user's umask) and takes the
target's place by renaming; whatever goes wrong before that leaves the old content as it was.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from docgen.errors import WriteError

#: Longest safe name in bytes of UTF-8: file systems allow 255, and names get a suffix.
_LONGEST_NAME = 120
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]')
#: Names that Windows keeps for devices, with or without an extension.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_TEMPORARY = ".docgen-tmp"


def safe_name(text: str, fallback: str = "intake") -> str:
    """`text` as a name that every file system takes: no separators, devices, dots or spaces at the ends.

    Invisible characters are dropped, forbidden ones become `_`, and the whole is cut to 120 bytes.
    """
    kept = (c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in {"Cf", "Cs", "Co"})
    name = _FORBIDDEN.sub("_", " ".join("".join(kept).split()))
    name = name.encode("utf-8")[:_LONGEST_NAME].decode("utf-8", "ignore").strip(" .")
    if _DEVICES.fullmatch(name):
        name = f"_{name}"
    return name or fallback


def safe_file_name(text: str) -> str:
    """`text` as a safe name that keeps its suffix however long the rest is."""
    stem, dot, suffix = text.rpartition(".")
    return f"{safe_name(stem)}.{suffix}" if dot else safe_name(text)


def write_file(path: Path, content: bytes, *, replace: bool = False) -> None:
    """Write `content` to `path`, whole or not at all; its folder is made if need be.

    Raises WriteError where the file exists and `replace` is false, or the disk says no.
    """
    if path.exists() and not replace:
        raise WriteError(f"{path} exists already", "choose another name with -o, or give --force")
    with _clear_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _beside(path)
        try:
            _write_new(temporary, content)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock `path` against every other process that asks for it; its folder is made if need be.

    Where the system knows no such locks (Windows) nothing is held.  Raises WriteError.
    """
    with _clear_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("a")
    with stream:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)  # given back when the stream is closed, or the process dies
        yield


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Make `folder` hold exactly `contents` (file name → bytes), whole or not at all.

    A folder that stands there is moved aside first and comes back if anything fails.  Raises WriteError.
    """
    with _clear_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = _beside(folder)
        try:
            temporary.mkdir()
            for name, content in contents.items():
                _write_new(temporary / name, content)
            _swap(temporary, folder)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def _swap(new: Path, folder: Path) -> None:
    if not folder.exists():
        new.rename(folder)
        return
    aside = _beside(folder)
    folder.rename(aside)
    try:
        new.rename(folder)
    except BaseException:
        aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:60]}.{secrets.token_hex(4)}{_TEMPORARY}")


def _write_new(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        raise WriteError(f"{path} cannot be written: {cause.strerror or cause}") from cause
