"""Sources as given on the command line → the files they mean."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from docgen.errors import UsageError
from docgen.manifest import MANIFEST
from docgen.read import SUFFIXES, is_source


def discover(sources: Iterable[str], out: Path | None = None) -> list[Path]:
    """The files that `sources` name, each once, in the order given, folders searched and sorted.

    A source is a file, a folder, or a glob where no such path exists.  In folders, Office lock files,
    hidden files, `out` and packets are passed over.  Raises UsageError that names every source that is
    not there, or where there is nothing to read.
    """
    found: dict[Path, None] = {}
    problems = []
    for source in sources:
        paths = [Path(source)] if Path(source).exists() else [Path(match) for match in sorted(_glob(source))]
        if not paths:
            problems.append(f"{source}: there is no such file or folder")
        for path in paths:
            found |= dict.fromkeys(_files(path, out) if path.is_dir() else [path])
    if problems:
        raise UsageError("; ".join(problems))
    if not found:
        raise UsageError(f"{', '.join(sources)}: no source files in there", f"read are {', '.join(sorted(SUFFIXES))}")
    return list(found)


def _glob(pattern: str) -> list[str]:
    return glob.glob(pattern, recursive=True) if glob.has_magic(pattern) else []


def _files(folder: Path, out: Path | None) -> Iterator[Path]:
    """The sources below `folder`, sorted; a folder is entered once, however links lead to it."""
    skipped = {os.path.realpath(out)} if out is not None else set()
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
            if not name.startswith((".", "~$")) and is_source(path):
                yield path
