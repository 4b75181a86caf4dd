"""The one child process of a command, in which foreign files are opened.

It is forked when the first file is read: it has everything that the parent has loaded, and loads the readers itself.
It writes nothing, has no terminal and no open file of the parent, and each of its steps has limits
(`limits.begin_reading`).  If it dies, the file that it was reading is refused, and the next one is read in a new
child.  On systems without fork, a worker of a pool replaces it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import struct
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, NoReturn, Self

from docgen.errors import DocgenError, ElsewhereError, SourceError
from docgen.language import tr
from docgen.workers import limits

#: How often to look whether the child is stopped, and how long it may say nothing (seconds).
_LOOK, _SILENT = 1.0, 300.0
#: A child that has grown by more than this is replaced (bytes).
_MOST_GROWN = 200 << 20
_LENGTH = struct.Struct("!Q")
_PIECE = 1 << 16
#: Linux: let the child die with the parent, even if it is stopped (prctl).
_SET_DEATH_SIGNAL = 1


class _Message(NamedTuple):
    """What the child sends back: a result, or the end of a call with the error that ended it."""

    result: Any = None
    error: Exception | None = None
    is_end: bool = False
    is_spent: bool = False


class Reader:
    """The child process of a command; it is started with the first call and ended with the command."""

    def __init__(self) -> None:
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def call(self, path: object, function: Callable[..., Any], *args: Any) -> Any:
        """What `function(*args)` gives, which reads the file at `path`.  Raises what `each` raises."""
        (result,) = self.each(path, _once, function, *args)
        return result

    def each(self, path: object, function: Callable[..., Iterator[Any]], *args: Any) -> Iterator[Any]:
        """What the generator `function(*args)` yields, which reads the file at `path`, as it comes.

        Raises what it raises: a DocgenError as it is, anything else as ElsewhereError.  Raises SourceError
        if the child died of the file, or was stopped or silent.
        """
        if not hasattr(os, "fork"):
            yield from _in_pool(str(path), function, *args)
            return
        try:
            self._child = child = self._child or _Child()
            child.ask(pickle.dumps((str(path), function, args)))
            while not (message := child.answer()).is_end:
                yield message.result
        except _DiedError as death:
            code = self.end()
            raise limits.lost_reading(str(path), code, str(death)) from None
        except BaseException:  # of the consumer of the results, also Ctrl-C: the child may be in the middle of a file
            self.end()
            raise
        if message.is_spent:
            self.end()
        if message.error is not None:
            raise message.error

    def end(self) -> int:
        """End the child at once; its exit code, 0 if there is none."""
        child, self._child = self._child, None
        return child.end() if child else 0


def _once(function: Callable[..., Any], *args: Any) -> Iterator[Any]:
    yield function(*args)


class _DiedError(Exception):
    """The child has ended, or must end; the text says why, unless it died by itself."""


class _Child:
    """A forked process and the parent's ends of two pipes."""

    def __init__(self) -> None:
        theirs, self._requests = os.pipe()
        self._answers, back = os.pipe()
        with warnings.catch_warnings():
            # Python 3.12 and later warn if there are threads: the child uses none of them, and takes no lock.
            warnings.simplefilter("ignore", DeprecationWarning)
            parent = os.getpid()
            self._process = os.fork()
        if not self._process:
            _run(parent, theirs, back)
        os.close(theirs)
        os.close(back)
        self._received = bytearray()

    def ask(self, request: bytes) -> None:
        """Send a request.  Raises _DiedError."""
        try:
            _send(self._requests, request)
        except BrokenPipeError as cause:
            raise _DiedError from cause

    def answer(self) -> _Message:
        """The next message.  Raises _DiedError, also if the child is stopped or says nothing for too long."""
        until, times_stopped = time.monotonic() + _SILENT, 0
        poll = select.poll()
        poll.register(self._answers, select.POLLIN)
        while (message := _cut(self._received)) is None:
            if poll.poll(_LOOK * 1000):
                piece = os.read(self._answers, _PIECE)
                if not piece:
                    raise _DiedError
                self._received += piece
                continue
            # Twice: the processes of a group resume one after the other.
            times_stopped = times_stopped + 1 if limits.is_stopped(self._process) else 0
            if times_stopped > 1:
                raise _DiedError(tr("was stopped"))
            if time.monotonic() > until:
                raise _DiedError(tr("said nothing for {silent:.0f} seconds", silent=_SILENT))
        received: _Message = pickle.loads(message)
        return received

    def end(self) -> int:
        """Kill the process unless it has ended; its exit code."""
        for descriptor in (self._requests, self._answers):
            os.close(descriptor)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        _, status = os.waitpid(self._process, 0)
        return os.waitstatus_to_exitcode(status)


def _send(descriptor: int, message: bytes) -> None:
    rest = memoryview(_LENGTH.pack(len(message)) + message)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _cut(received: bytearray) -> bytes | None:
    """The first message, taken off what was received; None if it is not whole yet."""
    if len(received) < _LENGTH.size:
        return None
    end = _LENGTH.size + _LENGTH.unpack_from(received)[0]
    if len(received) < end:
        return None
    message = bytes(received[_LENGTH.size : end])
    del received[:end]
    return message


# -- in the child ----------------------------------------------------------------------------------


def _run(parent: int, requests: int, answers: int) -> NoReturn:
    """Answer requests until there are no more; never runs the parent's clean-up, output or exit code."""
    try:
        _leave_the_parent(parent, {requests, answers})
        _serve(requests, answers)
    finally:
        os._exit(1)


def _leave_the_parent(parent: int, kept: set[int]) -> None:
    limits.enforce()
    limits.leave_the_terminal_to_the_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for descriptor in {int(entry.name) for entry in os.scandir("/dev/fd")} - kept - {0, 1, 2}:
        with contextlib.suppress(OSError):  # that of the listing itself
            os.close(descriptor)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _serve(requests: int, answers: int) -> NoReturn:
    at_start = limits.memory_held()
    with os.fdopen(requests, "rb") as stream:
        while length := stream.read(_LENGTH.size):
            path, function, args = pickle.loads(stream.read(*_LENGTH.unpack(length)))
            error = _answer(answers, path, function, args)
            is_spent = limits.memory_held() - at_start > _MOST_GROWN
            _send(answers, pickle.dumps(_Message(error=error, is_end=True, is_spent=is_spent)))
    os._exit(0)


def _answer(answers: int, path: str, function: Callable[..., Iterator[Any]], args: tuple[Any, ...]) -> Exception | None:
    """Send what the generator yields; gives the error that it ended with."""
    try:
        for result in _steps(path, function, args):
            _send(answers, pickle.dumps(_Message(result)))
    except DocgenError as error:
        return error
    except Exception as error:  # noqa: BLE001  it is raised again by the parent
        return ElsewhereError.of(error)
    return None


def _steps(path: str, function: Callable[..., Iterator[Any]], args: tuple[Any, ...]) -> Iterator[Any]:
    """What the generator yields, each step of it under the limits of reading."""
    limits.begin_reading()
    try:
        for result in function(*args):
            yield result
            limits.begin_reading()
    except Exception as error:
        if not limits.is_short_of_memory(error):
            raise
        raise limits.too_much_memory(path) from None  # its cause keeps the objects that filled the memory
    finally:
        limits.end_reading()


# -- where nothing can be forked -------------------------------------------------------------------


def _in_pool(path: str, function: Callable[..., Iterator[Any]], *args: Any) -> list[Any]:
    """The same by a worker that is started for it: slower, and with fewer limits."""
    from docgen.workers.pool import WorkerDiedError, Workers

    try:
        with Workers(1) as pool:
            found: list[Any] = pool.submit(_listed, path, function, args).result()
    except WorkerDiedError as death:
        raise SourceError(
            tr("{path}: cannot be read: the process that read it ended ({death})", path=path, death=death)
        ) from None
    return found


def _listed(path: str, function: Callable[..., Iterator[Any]], args: tuple[Any, ...]) -> list[Any]:
    from docgen.workers.pool import beat

    beat(_SILENT)
    return list(_steps(path, function, args))
