"""A new folder replaces an older one; one of the two is there at any time.

On Linux the two change places in one step (renameat2).  Elsewhere the older one is moved into a hidden folder beside
it, under its own name, and the new one takes its place; after a crash between the two steps, `give_back` puts the
older one back.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from docgen.output import scratch

_SUFFIX = ".docgen-aside"
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD, RENAME_EXCHANGE


def put(new: Path, folder: Path) -> Path:
    """Replace `folder` by `new`; returns the place of the older one, to be removed.

    Raises OSError, and then an older one is still there.
    """
    if _exchange(new, folder):
        return new
    aside = folder.with_name(f".{scratch.maker()}.{secrets.token_hex(4)}{_SUFFIX}")
    aside.mkdir()
    try:
        folder.rename(aside / folder.name)
        new.rename(folder)
    except BaseException:
        give_back(aside)
        raise
    return aside


def give_back(aside: Path) -> None:
    """Move what was put aside back to its place, unless something is there, and remove the rest."""
    for older in list(aside.iterdir()):
        place = aside.with_name(older.name)
        if not os.path.lexists(place):
            older.rename(place)
    scratch.remove(aside)


def is_aside(name: str) -> bool:
    """Whether a file or folder of this name holds what was put aside."""
    return name.startswith(".") and name.endswith(_SUFFIX)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False if the system or the file system cannot."""
    if sys.platform != "linux":
        return False
    import ctypes

    try:
        rename = ctypes.CDLL(None).renameat2
    except AttributeError:  # an older C library
        return False
    return bool(rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0)
