"""Object storage: s3:// and every other kind that fsspec knows; how objects are listed and written.

An object appears whole, but nothing is renamed, appended to or locked.  So a packet is written with its
manifest last, behind a mark that says it is being written; a lock is an object that only one can create,
and that its holder keeps renewing.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from docgen.errors import DocgenError, SourceError, SystemMissingError, UsageError
from docgen.language import tr

if TYPE_CHECKING:
    from upath import UPath

#: A path of this machine, or an address of storage; both work like pathlib.
Location: TypeAlias = "Path | UPath"

#: In the folder of a packet: its writing has begun and not ended.
UNFINISHED = ".docgen-unfinished"
_PIECE = 8 << 20
#: How often the holder of a lock renews it, in seconds, and how many renewals it may miss.
BEAT, MISSED = 5.0, 3


def is_remote(text: str) -> bool:
    """Whether a source or folder is given as an address of storage, and not as a path."""
    return "://" in text


def location(text: str) -> Location:
    """The Path or UPath of a path or address.

    Raises UsageError for an address of no known kind, SystemMissingError if its library is not installed.
    """
    if not is_remote(text):
        return Path(text)
    try:
        from upath import UPath

        place = UPath(text, use_listings_cache=False)  # other processes write there too
        place.fs.exists  # noqa: B018  its library is imported here, and not in the middle of a run
    except ImportError as cause:
        raise SystemMissingError(
            f"{text}: {cause}", tr("pip install 'docgen[cluster]', or what it asks for")
        ) from cause
    except ValueError as cause:
        raise UsageError(f"{text}: {cause}") from cause
    return Path(place.path) if place.protocol in {"file", "local"} else place


@contextmanager
def reading(place: Location) -> Iterator[None]:
    """Raise any error of a storage library as SourceError, in one clear line."""
    try:
        yield
    except DocgenError:
        raise
    except Exception as cause:
        if isinstance(place, Path) and not isinstance(cause, OSError):
            raise
        raise SourceError(
            tr("{place}: cannot be read: {cause}", place=place, cause=cause),
            tr("look at its name, credentials and network"),
        ) from cause


def put(place: UPath, content: bytes, *, new: bool = False) -> None:
    """Write an object.  With `new`, raises FileExistsError where it is there (on S3 in one step with writing)."""
    place.fs.pipe_file(place.path, content, mode="create" if new else "overwrite")


def get(place: UPath) -> bytes:
    """The content of an object.  Raises FileNotFoundError."""
    return bytes(place.fs.cat_file(place.path))


def pieces(place: UPath) -> Iterator[bytes]:
    """The content of an object, a few megabytes at a time."""
    with place.fs.open(place.path, "rb") as stream:
        while piece := stream.read(_PIECE):
            yield piece


def names(folder: UPath) -> list[str]:
    """What is directly in `folder`, sorted; nothing if it is not there."""
    try:
        found = folder.fs.ls(folder.path, detail=False)
    except FileNotFoundError:
        return []
    return sorted({str(name).rstrip("/").rpartition("/")[2] for name in found} - {""})


def state(place: UPath) -> tuple[int, str]:
    """The size of an object, and a text that changes with its content.  Raises FileNotFoundError."""
    about = place.fs.info(place.path)
    return int(about["size"] or 0), str(place.fs.ukey(place.path))


def below(folder: UPath) -> list[str]:
    """The addresses of all objects in `folder` and its folders, sorted."""
    return [folder.fs.unstrip_protocol(name) for name in sorted(folder.fs.find(folder.path))]


def matching(pattern: UPath) -> list[str]:
    """The addresses of all objects that match, sorted."""
    return [pattern.fs.unstrip_protocol(name) for name in sorted(pattern.fs.glob(pattern.path))]


def drop(place: UPath) -> None:
    """Remove an object, if it is there."""
    with suppress(FileNotFoundError):
        place.fs.rm_file(place.path)


def remove(folder: UPath, gone: Iterable[str]) -> None:
    """Remove objects of `folder`, or folders with all that is in them."""
    if paths := [(folder / name).path for name in gone]:
        folder.fs.rm(paths, recursive=True)


class StagedObjects(NamedTuple):
    """A folder whose objects are written except the last, without which it does not count."""

    folder: UPath
    last: str
    content: bytes


def stage_folder(folder: UPath, contents: Mapping[str, bytes]) -> StagedObjects:
    """Make `folder` hold exactly `contents`, except the last of them; until `publish` it counts as unfinished."""
    there = set(names(folder))
    *others, last = contents
    put(folder / UNFINISHED, b"")
    if last in there:
        drop(folder / last)
    for name in others:
        put(folder / name, contents[name])
    remove(folder, there - set(contents) - {UNFINISHED})
    return StagedObjects(folder, last, contents[last])


def publish(prepared: StagedObjects) -> None:
    """Write the last object of a prepared folder."""
    put(prepared.folder / prepared.last, prepared.content)
    drop(prepared.folder / UNFINISHED)


@contextmanager
def leased(lock: UPath) -> Iterator[None]:
    """Hold a lock for as long as this process lives, and give it back.  Raises BlockingIOError if another does.

    A lock that its holder no longer renews is taken over after a wait.  A holder that was delayed for longer does not
    notice; both then write the same.
    """
    token = secrets.token_hex(8)
    try:
        _take(lock, token.encode())
    except FileExistsError as cause:
        raise BlockingIOError from cause
    ended = threading.Event()
    keeper = threading.Thread(target=_renew, args=(lock, token, ended), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()
        drop(lock)


def _take(lock: UPath, token: bytes) -> None:
    with suppress(FileExistsError):
        return put(lock, token, new=True)
    with suppress(FileNotFoundError):  # given back meanwhile
        seen = get(lock)
        for _ in range(MISSED):
            time.sleep(BEAT)
            if get(lock) != seen:
                raise FileExistsError(str(lock))
    drop(lock)
    return put(lock, token, new=True)


def _renew(lock: UPath, token: str, ended: threading.Event) -> None:
    count = 0
    while not ended.wait(BEAT):
        count += 1
        with suppress(Exception):  # one may be missed
            put(lock, f"{token} {count}".encode())
