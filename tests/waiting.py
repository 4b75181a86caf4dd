"""Waiting for what other processes do.  Nobody waits in vain without a word."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from typing import Any, TypeVar

Found = TypeVar("Found")

#: Seconds that only a process which hangs can take, however busy the machine is.
LONGEST = 300


def wait_until(what: str, asked: Callable[[], Found], process: subprocess.Popen[Any] | None = None) -> Found:
    """Ask again and again until the answer is true, and give it back.

    Raises RuntimeError where `process` ends before, and TimeoutError after `LONGEST`; both say what was waited for.
    """
    end = time.monotonic() + LONGEST
    while True:
        ended = process is not None and process.poll() is not None
        if answer := asked():
            return answer
        if ended:
            raise RuntimeError(f"waited until {what}, but the process ended: {_last_words(process)}")
        if time.monotonic() > end:
            raise TimeoutError(f"waited in vain until {what}")
        time.sleep(0.01)


def _last_words(process: subprocess.Popen[Any] | None) -> str:
    said = process.stderr.read() if process and process.stderr else ""
    return f"exit code {process.returncode if process else None}, {said!r}"
