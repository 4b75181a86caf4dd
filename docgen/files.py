"""The only module that writes: a file or a folder appears whole or not at all.

New content goes to a hidden name beside its target (same disk, the user's umask) and takes the
target's place by renaming; whatever goes wrong before that leaves the old content as it was.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from docgen.errors import DiskFullError, WriteError

_TEMPORARY = ".docgen-tmp"
_SCRATCH = "docgen-scratch-"
_BLOCK = 1 << 16
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def write_file(path: Path, content: bytes, *, replace: bool = False) -> None:
    """Write `content` to `path`, whole or not at all; its folder is made if need be.

    Raises WriteError where the file exists and `replace` is false, or the disk says no.
    """
    if path.exists() and not replace:
        raise WriteError(f"{path} exists already", "choose another name with -o, or give --force")
    remove_orphans(path.parent)
    with replacing(path) as temporary:
        _write_new(temporary, content)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the name of a new file that takes the place of `path` in the end, or vanishes if anything fails.

    The folder is made if need be.  Raises WriteError.
    """
    with _clear_errors(path):
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
    """Remove what a crash left half-written in `folder`; nobody else may be writing there."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:  # a folder may hold a million packets: one name at a time
        found = [folder / entry.name for entry in entries if _is_temporary(entry.name)]
    for path in found:
        _remove(path)


def _is_temporary(name: str) -> bool:
    return name.startswith(".") and name.endswith(_TEMPORARY)


def remove_orphans(folder: Path) -> None:
    """Remove what processes of this machine left half-written in `folder` when they died; others may be writing."""
    for path in folder.glob(f".*{_TEMPORARY}") if folder.is_dir() else ():
        if _is_orphan(path):
            _remove(path)


def _is_orphan(path: Path) -> bool:
    """Whether a temporary file or folder is this user's, and made by a process of this machine that is no more."""
    maker = re.search(rf"{re.escape(_machine())}-(\d+)[.-]", path.name)
    if maker is None or sys.platform == "win32":
        return False
    try:
        is_own = path.lstat().st_uid == os.getuid()
        os.kill(int(maker[1]), 0)
    except ProcessLookupError:
        return is_own
    except (OSError, OverflowError):
        return False
    return False


def _machine() -> str:
    """The name of this machine in letters and digits: processes are told by their numbers on one machine alone."""
    return f"on{re.sub('[^0-9A-Za-z]', '', os.uname().nodename)[:20]}" if sys.platform != "win32" else "on"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


@contextmanager
def scratch() -> Iterator[None]:
    """Give libraries a folder of their own for what they write in passing: nobody else may open it, and it is
    removed in the end, or at the next start where this process is killed.  Raises WriteError."""
    shared = Path(tempfile.gettempdir())
    with _clear_errors(shared):
        for path in shared.glob(f"{_SCRATCH}*"):
            if _is_orphan(path):
                _remove(path)
        before = tempfile.tempdir
        with tempfile.TemporaryDirectory(prefix=f"{_SCRATCH}{_machine()}-{os.getpid()}-") as folder:
            tempfile.tempdir = folder
            try:
                yield
            finally:
                tempfile.tempdir = before


# -- folders ---------------------------------------------------------------------------------------


class Prepared(NamedTuple):
    """A folder that is written and has not appeared yet: the hidden name that it has, and the one it will have."""

    hidden: Path
    folder: Path


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Make `folder` hold exactly `contents` (file name → bytes), whole or not at all.

    A folder that stands there is moved aside first and comes back if anything fails.  Raises WriteError.
    """
    prepared = prepare_folder(folder, contents)
    settle([prepared])
    appear(prepared)


def prepare_folder(folder: Path, contents: Mapping[str, bytes]) -> Prepared:
    """Write what `folder` shall hold under a hidden name beside it.  Raises WriteError.

    Then follow `settle`, for as many folders as one likes, and `appear` for each.
    """
    prepared = Prepared(_beside(folder), folder)
    with _clear_errors(folder), _removed_on_failure(prepared):
        folder.parent.mkdir(parents=True, exist_ok=True)
        prepared.hidden.mkdir()
        for name, content in contents.items():
            (prepared.hidden / name).write_bytes(content)
    return prepared


def settle(prepared: Sequence[Prepared]) -> None:
    """Make sure that all that is prepared is on the disk; many at once at little more than the cost of one.

    Raises WriteError, and then removes them all.
    """
    with ExitStack() as undo:
        for one in prepared:
            undo.enter_context(_removed_on_failure(one))
        if len(prepared) < _MANY or not _sync_file_system(prepared[0].hidden):
            for one in prepared:
                with _clear_errors(one.folder):
                    for path in one.hidden.iterdir():
                        _sync(path)


def appear(prepared: Prepared) -> None:
    """Let a prepared folder take its place.  Raises WriteError, and then removes it."""
    with _clear_errors(prepared.folder), _removed_on_failure(prepared):
        hidden, folder = prepared
        if not folder.exists():
            hidden.rename(folder)
            return
        aside = _beside(folder)
        folder.rename(aside)
        try:
            hidden.rename(folder)
        except BaseException:
            aside.rename(folder)
            raise
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _removed_on_failure(prepared: Prepared) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(prepared.hidden, ignore_errors=True)
        raise


#: So many folders, of a file or two each, are worth one sync of the whole file system.
_MANY = 4


def _sync_file_system(path: Path) -> bool:
    """Write the file system of `path` to its disk; False where that fails or the system cannot (Linux can)."""
    if sys.platform != "linux":
        return False
    import ctypes

    descriptor = os.open(path, os.O_RDONLY)
    try:
        return bool(ctypes.CDLL(None).syncfs(descriptor) == 0)
    finally:
        os.close(descriptor)


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _beside(path: Path) -> Path:
    made = f"{_machine()}-{os.getpid()}.{secrets.token_hex(4)}"
    return path.with_name(f".{path.name[:40]}.{made}{_TEMPORARY}")


def _write_new(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
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
