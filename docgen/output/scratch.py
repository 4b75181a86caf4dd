"""Temporary files: private, and removed at the end of the process, at the latest at the next start."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from docgen.errors import WriteError
from docgen.language import system_reason, tr

_PREFIX = "docgen-scratch-"


def private_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder on this machine's disk that only the user of this process may enter, until it is cleaned up.

    Folders of killed processes are removed first.  Raises WriteError.
    """
    try:
        for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
            if is_orphan(path):
                remove(path)
        return tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{maker()}-")
    except OSError as cause:
        raise WriteError(tr("temporary files cannot be written: {cause}", cause=system_reason(cause))) from cause


@contextmanager
def for_libraries() -> Iterator[None]:
    """Give libraries a private folder for their temporary files.  Raises WriteError."""
    before = tempfile.tempdir
    with private_folder() as folder:
        tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = before


def join(path: Path, contents: Iterable[bytes]) -> None:
    """Write a new file that holds `contents` one after another."""
    with path.open("xb") as stream:
        stream.writelines(contents)


# -- what dead processes left ----------------------------------------------------------------------


def maker() -> str:
    """This process, as temporary files have it in their names: machine and number."""
    return f"{machine()}-{os.getpid()}"


def machine() -> str:
    """The name of this machine in letters and digits: numbers identify processes on one machine alone."""
    return f"on{re.sub('[^0-9A-Za-z]', '', os.uname().nodename)[:20]}" if sys.platform != "win32" else "on"


def is_orphan(path: Path) -> bool:
    """Whether a temporary file or folder is this user's, and its process on this machine has ended."""
    made_by = re.search(rf"{re.escape(machine())}-(\d+)[.-]", path.name)
    if made_by is None or sys.platform == "win32":
        return False
    try:
        is_own = path.lstat().st_uid == os.getuid()
        os.kill(int(made_by[1]), 0)
    except ProcessLookupError:
        return is_own
    except (OSError, OverflowError):
        return False
    return False


def remove(path: Path) -> None:
    """Remove a file, or a folder with its contents, as far as possible."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def copy_files(target: Path, *folders: Path) -> None:
    """Make a new folder with the files of `folders`; those of later ones take the place of earlier ones."""
    target.mkdir()
    for folder in folders:
        for path in folder.iterdir():
            if path.is_file():
                (target / path.name).write_bytes(path.read_bytes())
