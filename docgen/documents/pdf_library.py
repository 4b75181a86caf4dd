"""WeasyPrint, loaded: which costs more than to print a review with it, unless something is done about it.

It looks for each of its system libraries under many names, and the standard library starts a compiler for each name
that is none.  What was found is remembered for as long as the system's list of libraries is the same.
"""

from __future__ import annotations

import ctypes.util
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from docgen import user_cache
from docgen.documents import late_fonttools

#: The system's list of libraries, which every change of them renews.
_LISTED = "/etc/ld.so.cache"


def load() -> Any:
    """The module weasyprint.  Raises OSError if a system library that it needs is not there."""
    state = _state()
    try:
        with late_fonttools.left_out(), _remembered(state) if state else nullcontext():
            return importlib.import_module("weasyprint")
    except Exception:  # noqa: BLE001  what was remembered may no longer hold, or fontTools is needed at once
        return importlib.import_module("weasyprint")


def _state() -> tuple[str, ...] | None:
    """What the names of libraries depend on; None if nothing is remembered of them."""
    if sys.platform != "linux" or not user_cache.is_on():
        return None
    try:
        about = os.stat(_LISTED)  # noqa: PTH116
    except OSError:
        return None
    return f"{about.st_size} {about.st_mtime_ns} {about.st_ino}", os.environ.get("LD_LIBRARY_PATH", "")


@contextmanager
def _remembered(state: tuple[str, ...]) -> Iterator[None]:
    """Let ctypes.util.find_library remember what it has found, and only for as long as this lasts."""
    known: dict[str, str | None] = user_cache.find("libraries", state) or {}
    find, found = ctypes.util.find_library, dict(known)

    def find_library(name: str) -> str | None:
        if name not in found:
            found[name] = find(name)
        return found[name]

    ctypes.util.find_library = find_library
    try:
        yield
    finally:
        ctypes.util.find_library = find
    if found != known:
        user_cache.keep("libraries", state, found)
