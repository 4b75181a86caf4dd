"""Limits of a process while it reads a file or makes documents, and the meaning of its end.

Timers of the system limit time and processor time and end the process at any point.  The address space limits memory,
so that Python raises MemoryError and a library fails or crashes.  Without such limits (Windows; macOS for memory), and
in processes that are not docgen's own (`enforce`), the functions here do nothing.
"""

from __future__ import annotations

import mmap
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import process_time

from docgen.errors import SourceError
from docgen.language import phrase, tr

#: Limits of reading: seconds of processor time to the first intake of a file and between two of them, and bytes of
#: memory.  The promise to users is 10 s and 600 MB; the rest of the 10 s is for the parent.
READING_SECONDS, READING_MEMORY = 9, 600 << 20
#: What a program that compares two contracts may take of it (seconds); it takes 2, and is asked twice at most.
PROGRAM_SECONDS = 4
#: The memory limit for making the documents of an intake (WeasyPrint holds 130 MB after ten reviews of one page).
MAKING_MEMORY = 1200 << 20
#: How much more a large process may take.
_LEAST_ROOM = 300 << 20
_SMALLER = phrase("open it in Excel or Word, keep what is to be read, and save it as a new file")

_is_enforced = _is_reading = False


def enforce() -> None:
    """Enforce the limits in this process, which is docgen's own; begin with those for making documents."""
    global _is_enforced
    _is_enforced = True
    _limit_memory(MAKING_MEMORY)


def end_with_parent() -> None:
    """End this process when its parent is gone, so that it does not write beside the run that continues."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    import multiprocessing  # not for `docgen check`

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def begin_reading() -> None:
    """Begin a step of reading: to the first intake of a file, or from one to the next.

    A step that takes too long ends this process, one that takes too much memory raises MemoryError.
    """
    global _is_reading
    _limit_timer("ITIMER_PROF", READING_SECONDS)
    if not _is_reading:
        _is_reading = True
        _limit_memory(READING_MEMORY)


def end_reading() -> None:
    """Apply the limits for making documents from now on."""
    global _is_reading
    _limit_timer("ITIMER_PROF", None)
    if _is_reading:
        _is_reading = False
        _limit_memory(MAKING_MEMORY)


@contextmanager
def for_programs() -> Iterator[None]:
    """Let a program that is started meanwhile use the processor for PROGRAM_SECONDS.

    Its address space has no limit: a runtime reserves more than there is memory.
    """
    if not _is_enforced or sys.platform != "linux":
        yield
        return
    import resource

    before = {kind: resource.getrlimit(kind) for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU)}
    space, time = before.values()
    seconds = max(PROGRAM_SECONDS, int(process_time()) + 2)  # the limit holds for this process too
    resource.setrlimit(resource.RLIMIT_AS, (space[1], space[1]))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, time[1]))
    try:
        yield
    finally:
        for kind, limits in before.items():
            resource.setrlimit(kind, limits)


def limit_time(seconds: float | None) -> None:
    """Let the system end this process after so many seconds."""
    _limit_timer("ITIMER_REAL", seconds)


def _limit_timer(name: str, seconds: float | None) -> None:
    if _is_enforced and sys.platform != "win32":
        signal.setitimer(getattr(signal, name), seconds or 0)


def _limit_memory(most: int) -> None:
    """Let this process hold `most` bytes of memory, or some more if it holds nearly as many already."""
    if not _is_enforced or sys.platform != "linux":
        return
    import resource

    size, resident = _memory()
    allowed = size + max(most - resident, _LEAST_ROOM)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (allowed if hard == resource.RLIM_INFINITY else min(allowed, hard), hard))


def leave_the_terminal_to_the_parent() -> None:
    """Leave Ctrl-C and Ctrl-Z, which reach every process of a terminal, and all output to the parent: the last words
    of a crashing library are not for users."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    for name in ("SIGINT", "SIGTSTP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def is_stopped(child: int | None) -> bool:
    """Whether a child of this process is stopped, as SIGSTOP does; False if the system does not say."""
    if child is None or not hasattr(os, "waitid"):
        return False
    try:
        return os.waitid(os.P_PID, child, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # it has ended meanwhile
        return False


def memory_held() -> int:
    """The memory that this process holds now, in bytes; 0 if the system does not say."""
    return _memory()[1] if sys.platform == "linux" else 0


def _memory() -> tuple[int, int]:
    """Address space and resident memory of this process, in bytes."""
    pages = Path("/proc/self/statm").read_bytes().split()[:2]
    size, resident = (int(count) * mmap.PAGESIZE for count in pages)
    return size, resident


def peak_memory() -> int:
    """The most memory that this process has held, in bytes; 0 if the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10


def is_short_of_memory(error: BaseException | None) -> bool:
    """Whether an error comes from a lack of memory, in any form that a reader or library gave it."""
    seen = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, MemoryError):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def too_much_memory(path: str) -> SourceError:
    """The refusal of a file that takes too much memory, before the end of the step."""
    what, most = (tr("reading it"), READING_MEMORY) if _is_reading else (tr("making its documents"), MAKING_MEMORY)
    return SourceError(
        tr("{path}: {what} takes more than {most} MB of memory", path=path, what=what, most=most >> 20), _SMALLER
    )


def too_slow(path: str) -> SourceError:
    """The refusal of a file that takes too much processor time."""
    return SourceError(
        tr(
            "{path}: reading it takes more than {reading_seconds} seconds of processor time",
            path=path,
            reading_seconds=READING_SECONDS,
        ),
        _SMALLER,
    )


def lost_reading(path: str, code: int, why: str = "") -> SourceError:
    """The refusal of a file whose reading process ended with this exit code, or for another reason."""
    if why or code != _OUT_OF_PROCESSOR_TIME:
        text = tr("{path}: cannot be read: the process that read it {why}", path=path, why=why or ending(code))
        return SourceError(text, tr("run again; if it happens again, open the file in Excel or Word and save it anew"))
    return too_slow(path)


_OUT_OF_TIME = -getattr(signal, "SIGALRM", 0)
_OUT_OF_PROCESSOR_TIME = -getattr(signal, "SIGPROF", 0)


def is_out_of_processor_time(code: int) -> bool:
    """Whether a process ended because it took too long to read a file."""
    return bool(code) and code == _OUT_OF_PROCESSOR_TIME


def ending(code: int) -> str:
    """How a process ended, for people."""
    if code and code == _OUT_OF_TIME:
        return tr("took longer than --timeout allows")
    if is_out_of_processor_time(code):
        return tr("took more than {reading_seconds} seconds of processor time", reading_seconds=READING_SECONDS)
    if code < 0:
        return tr("was killed by {signal}", signal=_signal_name(-code))
    return tr("ended with exit code {code}", code=code)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # one of those without a name
        return tr("signal {number}", number=number)
