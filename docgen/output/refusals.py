"""Refusals to write, of disks, storage and docgen itself, as errors of one clear line."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docgen.errors import DiskFullError, DocgenError, WriteError
from docgen.language import system_reason, tr
from docgen.output.storage import Location

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def refuse_to_replace(path: Location) -> None:
    """Raise WriteError if the file exists."""
    if path.exists():
        raise WriteError(tr("{path} exists already", path=path), tr("choose another name with -o, or give --force"))


@contextmanager
def clear_errors(path: Location) -> Iterator[None]:
    """Raise errors of disks and storage as WriteError, in one clear line."""
    try:
        yield
    except (DocgenError, BlockingIOError):
        raise
    except UnicodeEncodeError as cause:
        raise WriteError(
            tr(
                "{path} cannot be written: names of files are in {encoding} here",
                path=path,
                encoding=sys.getfilesystemencoding(),
            ),
            tr("set the language of the terminal to UTF-8: LC_ALL=C.UTF-8"),
        ) from cause
    except OSError as cause:
        if cause.errno in _NO_ROOM:
            raise DiskFullError(
                tr("{path} cannot be written: {cause}", path=path, cause=system_reason(cause)),
                tr("make room and run again"),
            ) from cause
        raise WriteError(tr("{path} cannot be written: {cause}", path=path, cause=system_reason(cause))) from cause
    except Exception as cause:
        if isinstance(path, Path):
            raise
        # Every storage library has its own exceptions.
        raise WriteError(
            tr("{path} cannot be reached: {cause}", path=path, cause=cause),
            tr("look at its name, credentials and network"),
        ) from cause
