"""A file written under a hidden name and published later: after a crash in between it can be known which it was."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from docgen.output import scratch
from docgen.output.refusals import clear_errors

_STAGED = ".docgen-staged"


def stage_file(path: Path, content: bytes, mark: str) -> Path:
    """Write `content` beside `path` under a hidden name with `mark` in it, safe on the disk; gives that name.

    Nobody clears it away but `clear_staged`, with the same mark.  Raises WriteError.
    """
    with clear_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        hidden = path.with_name(f".{path.name[:40]}.{scratch.maker()}.{mark}{_STAGED}")
        hidden.unlink(missing_ok=True)
        with hidden.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    return hidden


def publish_file(hidden: Path, path: Path) -> None:
    """Let a staged file take the place of `path`, safe on the disk.  Raises WriteError."""
    with clear_errors(path):
        hidden.replace(path)
        if sys.platform != "win32":
            _sync_names(path.parent)


def clear_staged(folder: Path, mark: str) -> None:
    """Remove what processes of this machine that are no more have staged in the folder with this mark."""
    for hidden in folder.glob(f".*.{mark}{_STAGED}"):
        if scratch.is_orphan(hidden):
            scratch.remove(hidden)


def _sync_names(folder: Path) -> None:
    """Write the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
