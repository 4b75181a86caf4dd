"""The only module that writes: a file or a folder appears whole or not at all.

New content goes to a hidden name beside its target (same disk, the user's umask) and takes the
target's place by renaming; whatever goes wrong before that leaves the old content as it was.  What is
being written is locked, so that what a crash left behind can be told from it, and taken away.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from docgen.errors import DiskFullError, WriteError

#: Longest safe name in bytes of UTF-8: file systems allow 255, and names get a suffix.
_LONGEST_NAME = 120
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]')
#: Names that Windows keeps for devices, with or without an extension.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_TEMPORARY = ".docgen-tmp"
_SCRATCH = "docgen-scratch-"
_BLOCK = 1 << 16
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def safe_name(text: str, fallback: str = "intake", longest: int = _LONGEST_NAME) -> str:
    """`text` as a name that every file system takes: no separators, devices, dots or spaces at the ends.

    Invisible characters are dropped, forbidden ones become `_`, and the whole is cut to `longest` bytes.
    """
    kept = (c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in {"Cf", "Cs", "Co"})
    name = _FORBIDDEN.sub("_", " ".join("".join(kept).split()))
    name = name.encode("utf-8")[:longest].decode("utf-8", "ignore").strip(" .")
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
    remove_leftovers(path.parent)
    with replacing(path) as temporary:
        _write(temporary, content)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the name of a new file that takes the place of `path` in the end, or vanishes if anything fails.

    The folder is made if need be.  Raises WriteError.
    """
    with _clear_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _beside(path)
        temporary.touch(exist_ok=False)
        try:
            with _held(temporary):
                yield temporary
                temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


@contextmanager
def appending(path: Path) -> Iterator[Callable[[bytes], int]]:
    """Yield a function that adds a line to `path`, safe on the disk when it returns, and gives its offset.

    A last line that was torn by a crash is cut off first.  Raises WriteError.
    """
    with _clear_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+b")
    with stream:
        stream.truncate(_end_of_lines(stream))

        def append(line: bytes) -> int:
            with _clear_errors(path):
                offset = stream.seek(0, os.SEEK_END)
                stream.write(line + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            return offset

        yield append


def _end_of_lines(stream: BinaryIO) -> int:
    """Where the last whole line of a file ends."""
    end = stream.seek(0, os.SEEK_END)
    while end:
        start = max(end - _BLOCK, 0)
        stream.seek(start)
        found = stream.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock `path` against every other process that asks for it; its folder is made if need be.

    Without `wait`, BlockingIOError says that another process holds it.  The lock is given back when the
    process dies, however it dies.  Raises WriteError.
    """
    with _clear_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("ab")
    with stream:
        _lock(stream, wait=wait)
        yield


def _lock(stream: BinaryIO, *, wait: bool) -> None:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError as cause:
            raise BlockingIOError from cause
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


def remove_leftovers(folder: Path) -> None:
    """Remove what a crash left half-written in `folder`, and nothing that somebody is writing."""
    for path in folder.glob(f".*{_TEMPORARY}") if folder.is_dir() else ():
        with _held(path, wait=False) as is_ours:
            if is_ours:
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


@contextmanager
def _held(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold what is being written, until this process lets go of it or dies; yields whether it is held.

    Without `wait` that is false where another process holds it.  Raises FileNotFoundError where one
    that took it for a leftover removed it meanwhile.
    """
    if sys.platform == "win32":
        yield True
        return
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:  # a link, or not to be read: nothing that docgen is writing
        yield True
        return
    try:
        is_ours = True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            is_ours = False
        except OSError:  # not every network disk has locks
            is_ours = wait
        if wait and not path.exists():
            raise FileNotFoundError(errno.ENOENT, "another process removed it", str(path))
        yield is_ours
    finally:
        os.close(descriptor)


def _is_own(path: Path) -> bool:
    """Whether it is a folder that this user made: the folder of temporary files is everybody's."""
    return not path.is_symlink() and (sys.platform == "win32" or path.stat().st_uid == os.getuid())


@contextmanager
def scratch() -> Iterator[None]:
    """Give libraries a folder of their own for what they write in passing: nobody else may open it, and it is
    removed in the end, or at the next start where this process is killed.  Raises WriteError."""
    shared = Path(tempfile.gettempdir())
    with _clear_errors(shared):
        for path in shared.glob(f"{_SCRATCH}*"):
            with _held(path, wait=False) as is_ours:
                if is_ours and _is_own(path):
                    _remove(path)
        before = tempfile.tempdir
        with tempfile.TemporaryDirectory(prefix=_SCRATCH) as folder, _held(Path(folder)):
            tempfile.tempdir = folder
            try:
                yield
            finally:
                tempfile.tempdir = before


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Make `folder` hold exactly `contents` (file name → bytes), whole or not at all.

    A folder that stands there is moved aside first and comes back if anything fails.  Raises WriteError.
    """
    with _clear_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = _beside(folder)
        try:
            temporary.mkdir()
            with _held(temporary):
                for name, content in contents.items():
                    _write(temporary / name, content)
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


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeEncodeError as cause:
        raise WriteError(
            f"{path} cannot be written: names of files are in {sys.getfilesystemencoding()} here",
            "set the language of the terminal to UTF-8: LC_ALL=C.UTF-8",
        ) from cause
    except OSError as cause:
        if cause.errno in _NO_ROOM:
            raise DiskFullError(f"{path} cannot be written: {cause.strerror}", "make room and run again") from cause
        raise WriteError(f"{path} cannot be written: {cause.strerror or cause}") from cause
