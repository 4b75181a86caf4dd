"""Copies of sources in storage on this machine, one at a time.

A copy is removed when the next one comes or the process ends; copies of a killed process are removed by the next
download.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from docgen import names
from docgen.formats.budgets import MAX_FILE
from docgen.formats.refusals import too_large
from docgen.output import scratch, storage

if TYPE_CHECKING:
    from upath import UPath


class LocalSource(NamedTuple):
    """A source as a file of this machine, and its version."""

    path: Path
    version: str


#: The copy that this process has, by source and version.
_copies: dict[tuple[str, str], TemporaryDirectory[str]] = {}


def here(source: str) -> LocalSource:
    """The file of a source; for one in storage, a copy of its current content.  Raises SourceError."""
    if not storage.is_remote(source):
        return _file(Path(source))
    place = storage.location(source)
    if isinstance(place, Path):
        return _file(place)
    with storage.reading(place):
        size, version = storage.state(place)
        if size > MAX_FILE:
            raise too_large(source, size)
        folder = _copies.get((source, version)) or _copied(place)
    _copies[source, version] = folder
    return LocalSource(Path(folder.name, names.safe_file_name(place.name)), version)


def _copied(place: UPath) -> TemporaryDirectory[str]:
    """A private folder with a copy of what is in storage, in place of the one before."""
    while _copies:
        _copies.popitem()[1].cleanup()
    folder = scratch.private_folder()
    scratch.join(Path(folder.name, names.safe_file_name(place.name)), storage.pieces(place))
    return folder


def _file(path: Path) -> LocalSource:
    try:
        return LocalSource(path, str(path.stat().st_mtime_ns))
    except OSError:
        return LocalSource(path, "")
