"""The only module that writes: a file or a folder appears whole or not at all.

New content goes to a hidden name beside its target (same disk, the user's umask) and takes the target's place by
renaming; an error before that leaves the old content unchanged.  `storage` says what holds for object storage.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from docgen.output import aside, scratch, storage
from docgen.output.refusals import clear_errors, refuse_to_replace
from docgen.output.storage import Location

_TEMPORARY = ".docgen-tmp"
_BLOCK = 1 << 16


def write_file(path: Location, content: bytes, *, replace: bool = False) -> None:
    """Write `content` to `path`, whole or not at all; its folder is created if needed.

    Raises WriteError if the file exists and `replace` is false, or the disk refuses.
    """
    if not replace:
        refuse_to_replace(path)
    remove_orphans(path.parent)
    with replacing(path) as temporary:
        _write_new(temporary, content)


@contextmanager
def replacing(path: Location) -> Iterator[Path]:
    """Yield the name of a new file that replaces `path` in the end, or is removed if anything fails.

    The folder is created if needed.  Raises WriteError.
    """
    if not isinstance(path, Path):
        with scratch.private_folder() as folder:
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

    A last line that a crash left incomplete is cut off first.  Raises WriteError.
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
    """Hold the lock `path`; its folder is created if needed.

    Without `wait`, BlockingIOError says that another process holds it.  The lock is released when the process dies in
    any way (on systems without locks: soon after).  Raises WriteError.
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
    """Restore what a crash left aside in `folder` and remove unfinished files; no other process may be writing."""
    _clear(_temporary(folder))


def remove_orphans(folder: Location) -> None:
    """The same for the files of dead processes of this machine; other processes may be writing."""
    _clear(list(filter(scratch.is_orphan, _temporary(folder))))


def _temporary(folder: Location) -> list[Path]:
    """Unfinished or set-aside entries in `folder`; in storage they are marked, and replaced later."""
    if not isinstance(folder, Path) or not folder.is_dir():
        return []
    with os.scandir(folder) as entries:  # a folder may hold a million packets: one name at a time
        return [folder / entry.name for entry in entries if _is_temporary(entry.name)]


def _clear(found: Sequence[Path]) -> None:
    """What was put aside goes back before anything is removed."""
    for path in found:
        if aside.is_aside(path.name):
            with clear_errors(path):
                aside.give_back(path)
    for path in found:
        scratch.remove(path)


def _is_temporary(name: str) -> bool:
    return (name.startswith(".") and name.endswith(_TEMPORARY)) or aside.is_aside(name)


@contextmanager
def marked(folder: Location) -> Iterator[Location]:
    """Yield a hidden empty file in `folder` with a name that cannot be guessed; it is removed in the end.

    For object storage, which is the same from everywhere, the folder itself.  Raises WriteError.
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


# -- folders ---------------------------------------------------------------------------------------


class StagedFolder(NamedTuple):
    """A folder that is written but not yet visible: its hidden name, and its final one."""

    hidden: Path
    folder: Path


def write_folder(folder: Location, contents: Mapping[str, bytes]) -> None:
    """Make `folder` hold exactly `contents` (file name → bytes), whole or not at all.

    An existing folder is moved aside first and restored if anything fails.  On object storage, the last of `contents`
    is written last and removed first.  Raises WriteError.
    """
    prepared = stage_folder(folder, contents)
    sync([prepared])
    publish(prepared)


def stage_folder(folder: Location, contents: Mapping[str, bytes]) -> StagedFolder | storage.StagedObjects:
    """Write the contents of `folder` under a hidden name beside it; in storage, all of them except the last.

    `sync` for any number of folders follows, then `publish` for each.  Raises WriteError.
    """
    if not isinstance(folder, Path):
        with clear_errors(folder):
            return storage.stage_folder(folder, contents)
    prepared = StagedFolder(_beside(folder), folder)
    with clear_errors(folder), _removed_on_failure(prepared):
        try:
            prepared.hidden.mkdir()
        except FileNotFoundError:  # once in a run
            folder.parent.mkdir(parents=True, exist_ok=True)
            prepared.hidden.mkdir()
        for name, content in contents.items():
            (prepared.hidden / name).write_bytes(content)
    return prepared


def sync(prepared: Sequence[StagedFolder | storage.StagedObjects]) -> None:
    """Make sure that all prepared folders are on the disk; many cost little more than one.

    Raises WriteError, and then removes them all.
    """
    hidden = [one for one in prepared if isinstance(one, StagedFolder)]
    with ExitStack() as undo:
        for one in hidden:
            undo.enter_context(_removed_on_failure(one))
        if len(hidden) < _MANY or not _sync_file_system(hidden[0].hidden):
            for one in hidden:
                with clear_errors(one.folder):
                    for path in one.hidden.iterdir():
                        _sync(path)


def publish(prepared: StagedFolder | storage.StagedObjects) -> None:
    """Make a prepared folder visible.  Raises WriteError, and then removes it."""
    if not isinstance(prepared, StagedFolder):
        with clear_errors(prepared.folder):
            return storage.publish(prepared)
    with clear_errors(prepared.folder), _removed_on_failure(prepared):
        hidden, folder = prepared
        if not folder.exists():
            hidden.rename(folder)
            return
        scratch.remove(aside.put(hidden, folder))


@contextmanager
def _removed_on_failure(prepared: StagedFolder) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(prepared.hidden, ignore_errors=True)
        raise


#: From how many folders on one sync of the whole file system is faster.
_MANY = 4


def _sync_file_system(path: Path) -> bool:
    """Write the file system of `path` to its disk; False if that fails or the system cannot (Linux can)."""
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


def is_unfinished(folder: Location) -> bool:
    """Whether writing `folder` was interrupted, so that it holds only files of docgen."""
    return not isinstance(folder, Path) and (folder / storage.UNFINISHED).exists()


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:40]}.{scratch.maker()}.{secrets.token_hex(4)}{_TEMPORARY}")


def _write_new(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
