"""Sources as given on the command line → their files.  Folders are listed; no file is opened."""

from __future__ import annotations

import glob
import os
import posixpath
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from docgen.errors import UsageError
from docgen.formats.books import SUFFIXES, Unknown
from docgen.language import tr
from docgen.output import storage
from docgen.output.storage import Location
from docgen.packet.manifest import MANIFEST

if TYPE_CHECKING:
    from upath import UPath


def discover(sources: Iterable[str], out: Location | None = None) -> list[Path | str]:
    """The files, or addresses in storage, that `sources` name, each once, in order, folders searched and sorted.

    A source is a file, a folder, or a glob where no such path exists; in storage too.  A file in a folder with another
    suffix than sources have is Unknown; hidden files, `out` and packets are left out.  Raises UsageError
    that names every missing source, or if there is nothing to read, and SourceError if storage cannot be reached.
    """
    found: dict[Path | str, None] = {}
    problems = []
    for source in sources:
        place = storage.location(source)
        if not isinstance(place, Path):
            stored = _stored(place, out)
            problems += [] if stored else [tr("{source}: there are no such sources in storage", source=source)]
            found |= dict.fromkeys(stored)
            continue
        paths = [place] if place.exists() else [Path(match) for match in sorted(_glob(str(place)))]
        if not paths:
            problems.append(tr("{source}: there is no such file or folder", source=source))
        for path in paths:
            found |= dict.fromkeys(_files(path, out) if path.is_dir() else [path])
    if problems:
        raise UsageError("; ".join(problems))
    if not found:
        raise nothing_to_read(sources)
    return [one for one in found if not (isinstance(one, Unknown) and Path(one) in found)]


def nothing_to_read(sources: Iterable[str]) -> UsageError:
    """The error for sources without any file that is read."""
    return UsageError(
        tr("{sources}: no source files in there", sources=", ".join(sources)),
        tr("read are {suffixes}", suffixes=", ".join(sorted(SUFFIXES))),
    )


def _glob(pattern: str) -> list[str]:
    return glob.glob(pattern, recursive=True) if glob.has_magic(pattern) else []


def _stored(place: UPath, out: Location | None) -> list[str]:
    """The addresses of the sources of `place`: an object, the objects in a folder, or those that match.

    They stay texts, since there may be millions.
    """
    with storage.reading(place):
        if place.is_file():
            return [str(place)]
        every = storage.below(place) or (storage.matching(place) if glob.has_magic(place.path) else [])
    packets = {address.removesuffix(MANIFEST) for address in every if address.endswith(f"/{MANIFEST}")}
    found = []
    for address in every:
        name = address.rpartition("/")[2]
        is_left_out = name.startswith(".") or address.removesuffix(name) in packets or address.startswith(f"{out}/")
        if name and not is_left_out:
            found.append(address if _is_named_like_a_source(name) else Unknown(address))
    return found


def _is_named_like_a_source(name: str) -> bool:
    return posixpath.splitext(name)[1].lower() in SUFFIXES and not name.startswith("~$")


def _files(folder: Path, out: Location | None) -> Iterator[Path | Unknown]:
    """The files in `folder`, sorted; a folder is entered once, even if several links lead to it."""
    skipped = {os.path.realpath(out)} if isinstance(out, Path) else set()
    seen: set[str] = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(parent)
        if real in seen or real in skipped or MANIFEST in names:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                path = Path(parent, name)
                yield path if _is_named_like_a_source(name) else Unknown(path)
