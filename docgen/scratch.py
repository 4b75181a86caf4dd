"""Files of this machine that one process needs for a while: private, and gone in the end."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

_PREFIX = "docgen-private-"


def private_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder on this machine's disk that only this process's user may enter, until it is cleaned up.

    What processes have left that were killed is taken away first.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if not _is_alive(int(left.name.removeprefix(_PREFIX).partition("-")[0])):
            shutil.rmtree(left, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-")


def _is_alive(process: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def join(path: Path, contents: Iterable[bytes]) -> None:
    """Write a new file that holds `contents` one after another."""
    with path.open("xb") as stream:
        stream.writelines(contents)
