"""What a disk or a storage refuses, and what docgen refuses itself, as errors in one clear line."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docgen.errors import DiskFullError, DocgenError, WriteError
from docgen.output.storage import Location

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def refuse_to_replace(path: Location) -> None:
    """Raise WriteError where the file exists."""
    if path.exists():
        raise WriteError(f"{path} exists already", "choose another name with -o, or give --force")


@contextmanager
def clear_errors(path: Location) -> Iterator[None]:
    """Raise what a disk or a storage says as WriteError, in one clear line."""
    try:
        yield
    except (DocgenError, BlockingIOError):
        raise
    except UnicodeEncodeError as cause:
        raise WriteError(
            f"{path} cannot be written: names of files are in {sys.getfilesystemencoding()} here",
            "set the language of the terminal to UTF-8: LC_ALL=C.UTF-8",
        ) from cause
    except OSError as cause:
        if cause.errno in _NO_ROOM:
            raise DiskFullError(f"{path} cannot be written: {cause.strerror}", "make room and run again") from cause
        raise WriteError(f"{path} cannot be written: {cause.strerror or cause}") from cause
    except Exception as cause:
        if isinstance(path, Path):
            raise
        # Every storage has exceptions of its own.
        raise WriteError(f"{path} cannot be reached: {cause}", "look at its name, credentials and network") from cause
