"""Results computed from files, kept until the file changes.  Imports nothing of docgen."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache, update_wrapper
from pathlib import Path
from stat import S_ISDIR
from typing import Concatenate, Generic, NamedTuple, ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")
#: How many results of a function are kept: those of some kits, not of every state that a kit once had.
_KEPT = 8


class Stamp(NamedTuple):
    """The identity of a state of a file, known without reading it."""

    name: str
    device: int
    inode: int
    modified: int
    size: int


Stamps = tuple[Stamp, ...]


def stamps(path: Path) -> Stamps:
    """The state of the file at `path`, or of every file below a folder; empty if there is none."""
    try:
        state = path.stat()
        return tuple(sorted(_below(path))) if S_ISDIR(state.st_mode) else (_stamp(path.name, state),)
    except OSError:
        return ()


def _below(folder: Path) -> Iterator[Stamp]:
    """A link to a folder counts as a file: what it leads to is no part of the folder."""
    with suppress(OSError), os.scandir(folder) as entries:  # what cannot be entered has no state that could matter
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _below(Path(entry.path))
            else:
                yield _stamp(entry.path, entry.stat(follow_symlinks=entry.is_file()))


def _stamp(name: str, state: os.stat_result) -> Stamp:
    return Stamp(name, state.st_dev, state.st_ino, state.st_mtime_ns, state.st_size)


class cached_by_file(Generic[_P, _R]):  # noqa: N801  it is used like functools.cache
    """A function of a path that remembers what it made, until the file or a file of the folder changes.

    A result of content that changed after the state was taken is stored under the older state, so that it is computed
    again the next time: it is never out of date for long.
    """

    def __init__(self, make: Callable[Concatenate[Path, _P], _R]) -> None:
        self.__wrapped__ = make
        update_wrapper(self, make)
        self._made = lru_cache(_KEPT)(self._make)

    def __call__(self, path: Path, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """What the function makes of the path as it is now."""
        return self._made(stamps(path), path, *args, **kwargs)  # type: ignore[arg-type]

    def _make(self, _stamps: Stamps, path: Path, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        return self.__wrapped__(path, *args, **kwargs)
