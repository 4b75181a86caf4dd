"""The only module that writes: a file or a folder appears whole or not at all.

New content goes to a hidden name beside its target (same disk, the user's umask) and takes the
target's place by renaming; whatever goes wrong before that leaves the old content as it was.  What is
promised of targets that are no disk, `storage` says.
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
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from docgen import storage
from docgen.errors import DiskFullError, DocgenError, WriteError
from docgen.storage import Location

#: Longest safe name in bytes of UTF-8: file systems allow 255, and names get a suffix.
_LONGEST_NAME = 120
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]')
#: Names that Windows keeps for devices, with or without an extension.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_TEMPORARY = ".docgen-tmp"
_PRIVATE = "docgen-private-"
_BLOCK = 1 << 16
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


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


def write_file(path: Location, content: bytes, *, replace: bool = False) -> None:
    """Write `content` to `path`, whole or not at all; its folder is made if need be.

    Raises WriteError where the file exists and `replace` is false, or the disk says no.
    """
    if path.exists() and not replace:
        raise WriteError(f"{path} exists already", "choose another name with -o, or give --force")
    with replacing(path) as temporary:
        _write_new(temporary, content)


@contextmanager
def replacing(path: Location) -> Iterator[Path]:
    """Yield the name of a new file that takes the place of `path` in the end, or vanishes if anything fails.

    The folder is made if need be.  Raises WriteError.
    """
    if not isinstance(path, Path):
        with private_folder() as folder:
            temporary = Path(folder, path.name)
            yield temporary
            with clear_errors(path):
                storage.put(path, temporary.read_bytes())
        return
    with clear_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _beside(path)
        try:
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
    with clear_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+b")
    with stream:
        stream.truncate(_end_of_lines(stream))

        def append(line: bytes) -> int:
            with clear_errors(path):
                offset = stream.seek(0, os.SEEK_END)
                stream.write(line + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            return offset

        yield append


def join(path: Path, contents: Iterable[bytes]) -> None:
    """Write a new file that holds `contents` one after another."""
    with path.open("xb") as stream:
        stream.writelines(contents)


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
def locked(path: Location, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock `path` against every other process that asks for it; its folder is made if need be.

    Without `wait`, BlockingIOError says that another process holds it.  The lock is given back when the
    process dies, however it dies (where there are no locks: soon after).  Raises WriteError.
    """
    if not isinstance(path, Path):
        with ExitStack() as held:
            with clear_errors(path):
                held.enter_context(storage.leased(path))
            yield
        return
    with clear_errors(path):
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


def remove_leftovers(folder: Location) -> None:
    """Remove what a crash left half-written in `folder`; nobody else may be writing there."""
    if not isinstance(folder, Path):
        return  # what is unfinished there is marked, and replaced when its turn comes
    for path in folder.glob(f".*{_TEMPORARY}") if folder.is_dir() else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def marked(folder: Location) -> Iterator[Location]:
    """Yield a hidden empty file in `folder` whose name nobody else can guess; it is removed in the end.

    Of storage that is the same wherever it is asked, the folder itself.  Raises WriteError.
    """
    if not isinstance(folder, Path):
        yield folder
        return
    mark = folder / f".mark.{secrets.token_hex(4)}{_TEMPORARY}"
    with clear_errors(mark):
        mark.touch(exist_ok=False)
    try:
        yield mark
    finally:
        mark.unlink(missing_ok=True)


def write_folder(folder: Location, contents: Mapping[str, bytes]) -> None:
    """Make `folder` hold exactly `contents` (file name → bytes), whole or not at all.

    A folder that stands there is moved aside first and comes back if anything fails.  Where nothing can be
    moved, the last of `contents` is written last, and taken away first.  Raises WriteError.
    """
    with clear_errors(folder):
        if not isinstance(folder, Path):
            return storage.put_folder(folder, contents)
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


def is_unfinished(folder: Location) -> bool:
    """Whether a writing of `folder` was broken off, so that nothing but what docgen writes is in it."""
    return not isinstance(folder, Path) and (folder / storage.UNFINISHED).exists()


def private_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder on this machine's disk that only this process's user may enter, until it is cleaned up.

    What processes have left that were killed is taken away first.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_PRIVATE}*"):
        if not _is_alive(int(left.name.removeprefix(_PRIVATE).partition("-")[0])):
            shutil.rmtree(left, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=f"{_PRIVATE}{os.getpid()}-")


def _is_alive(process: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:60]}.{secrets.token_hex(4)}{_TEMPORARY}")


def _write_new(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def clear_errors(path: Location) -> Iterator[None]:
    """Raise what a disk or a storage says as WriteError, in one clear line."""
    try:
        yield
    except (DocgenError, BlockingIOError):
        raise
    except OSError as cause:
        if cause.errno in _NO_ROOM:
            raise DiskFullError(f"{path} cannot be written: {cause.strerror}", "make room and run again") from cause
        raise WriteError(f"{path} cannot be written: {cause.strerror or cause}") from cause
    except Exception as cause:
        if isinstance(path, Path):
            raise
        # Every storage has exceptions of its own.
        raise WriteError(f"{path} cannot be reached: {cause}", "look at its name, credentials and network") from cause
