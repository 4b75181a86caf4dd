"""Sources as given on the command line → the files they mean."""

from __future__ import annotations

import glob
import os
import posixpath
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from docgen.errors import UsageError
from docgen.formats.books import SUFFIXES, TEXT_SUFFIXES, is_source
from docgen.output import storage
from docgen.output.storage import Location
from docgen.packet.manifest import MANIFEST

if TYPE_CHECKING:
    from upath import UPath


def discover(
    sources: Iterable[str], out: Location | None = None, is_text_form: Callable[[Path], bool] | None = None
) -> list[Path | str]:
    """The files, or addresses in storage, that `sources` name, each once, in order, folders searched and sorted.
    Of the text files and mails in a folder (.txt, .eml) those are sources of which `is_text_form` says so.

    A source is a file, a folder, or a glob where no such path exists; in storage too.  In folders, Office
    lock files, hidden files, `out` and packets are passed over.  Raises UsageError that names every source
    that is not there, or where there is nothing to read, and SourceError where storage cannot be reached.
    """
    found: dict[Path | str, None] = {}
    problems = []
    for source in sources:
        place = storage.location(source)
        if not isinstance(place, Path):
            stored = _stored(place, out)
            problems += [] if stored else [f"{source}: there are no such sources in storage"]
            found |= dict.fromkeys(stored)
            continue
        paths = [place] if place.exists() else [Path(match) for match in sorted(_glob(str(place)))]
        if not paths:
            problems.append(f"{source}: there is no such file or folder")
        for path in paths:
            found |= dict.fromkeys(_files(path, out, is_text_form) if path.is_dir() else [path])
    if problems:
        raise UsageError("; ".join(problems))
    if not found:
        raise UsageError(f"{', '.join(sources)}: no source files in there", f"read are {', '.join(sorted(SUFFIXES))}")
    return list(found)


def _glob(pattern: str) -> list[str]:
    return glob.glob(pattern, recursive=True) if glob.has_magic(pattern) else []


def _stored(place: UPath, out: Location | None) -> list[str]:
    """The addresses of the sources that `place` means: an object, those below a folder, or those that match.

    They stay texts, for there may be millions.
    """
    with storage.reading(place):
        if place.is_file():
            return [str(place)]
        every = storage.below(place) or (storage.matching(place) if glob.has_magic(place.path) else [])
    packets = {address.removesuffix(MANIFEST) for address in every if address.endswith(f"/{MANIFEST}")}
    found = []
    for address in every:
        name = address.rpartition("/")[2]
        is_read = posixpath.splitext(name)[1].lower() in SUFFIXES and not name.startswith((".", "~$"))
        if is_read and address.removesuffix(name) not in packets and not address.startswith(f"{out}/"):
            found.append(address)
    return found


def _files(folder: Path, out: Location | None, is_text_form: Callable[[Path], bool] | None) -> Iterator[Path]:
    """The sources below `folder`, sorted; a folder is entered once, however links lead to it."""
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
            path = Path(parent, name)
            if name.startswith((".", "~$")):
                continue
            is_text = is_text_form is not None and path.suffix.lower() in TEXT_SUFFIXES
            if is_text_form(path) if is_text and is_text_form else is_source(path):
                yield path
