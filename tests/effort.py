"""How much work a call is: counted where Python does it, and ended where it has no end.  No clock on the wall."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

import pytest


def steps(call: Callable[[], object]) -> int:
    """How many lines of Python run, and calls and returns are made, until `call` has returned."""
    count = 0

    def trace(_frame: FrameType, _event: str, _value: Any) -> Callable[..., Any]:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


@contextmanager
def bounded(seconds: int) -> Iterator[None]:
    """Fail whoever is at it for so much processor time, which does not pass while other processes work.

    Give twenty times what the call takes.  A search of a regular expression is ended too.
    """

    def fail(_signal: int, _frame: FrameType | None) -> NoReturn:
        pytest.fail(f"no end after {seconds} seconds of processor time")

    before = signal.signal(signal.SIGPROF, fail)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def check_grows_in_step(call: Callable[[str], object], piece: str, length: int) -> None:
    """Twice the text is about twice the work, and a text of `length` characters comes to an end.

    What happens in Python is counted.  What regular expressions do is not, so the long text is long enough that work
    in step with the square of its length would not end in time.
    """
    call(piece * (200 // len(piece)))  # whatever is made once and kept
    short, long = (steps(lambda size=size: call(piece * (size // len(piece)))) for size in (400, 800))  # type: ignore[misc]
    assert long <= 2.2 * short, f"{short} steps for 400 characters, {long} for 800"
    with bounded(10):
        call(piece * (length // len(piece)))
