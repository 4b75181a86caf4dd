"""Worker processes that may die alone, behind `submit`: a function and its arguments in, a Future out.

`submit` is the seam of the batch run: whatever has it, in the manner of concurrent.futures, can run
units, on this machine or on others.  Each worker has a pipe of its own, so that the death of one is
known at once, concerns the call it was busy with and nothing else, and leaves no lock behind.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, NamedTuple, Self

from docgen.errors import DocgenError, bug

#: A worker that has once held more memory than this is replaced (bytes).
_MOST_MEMORY = 300 << 20
#: A worker that nobody has called for so long ends (seconds).
_IDLE = 60.0
#: Calls that are worth handing out for each worker: one to work on, one to go on with.
AHEAD = 2


class WorkerDiedError(Exception):
    """A worker process ended in the middle of a call; the text says how."""


class _Reply(NamedTuple):
    """What a worker sends back: the result or the error of a call, and whether it wants to be replaced."""

    result: Any
    error: Exception | None
    is_spent: bool


class Workers:
    """`jobs` worker processes, each started with its first call and kept warm for the next ones."""

    def __init__(self, jobs: int) -> None:
        self._calls: SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None] = SimpleQueue()
        self._alive: set[BaseProcess] = set()
        self._hiring = threading.Lock()
        self._is_stopped = False
        self._jobs = jobs
        self._threads = [threading.Thread(target=self._attend, daemon=True) for _ in range(jobs)]
        for thread in self._threads:
            thread.start()

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Call `function` in a worker; the future raises what it raises, or WorkerDiedError."""
        future: Future[Any] = Future()
        self._calls.put((future, function, args))
        return future

    def room(self) -> int:
        """How many calls keep all workers busy."""
        return self._jobs * AHEAD

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(at_once=kind is not None)

    def end(self, *, at_once: bool) -> None:
        """Let the workers end; or kill them, at once: what they were writing has not appeared yet."""
        if at_once:
            with self._hiring:
                self._is_stopped = True
                for process in self._alive:
                    process.kill()
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join()

    def _attend(self) -> None:
        """Hand calls to one worker after another until there are no more; runs in a thread."""
        worker: _Worker | None = None
        while True:
            try:
                call = self._calls.get(timeout=_IDLE)
            except Empty:
                if worker is not None:
                    self._dismiss(worker)
                    worker = None
                continue
            if call is None:
                break
            future, function, args = call
            if not self._is_stopped and future.set_running_or_notify_cancel():
                worker = self._answer(worker, future, function, args)
        if worker is not None:
            self._dismiss(worker)

    def _answer(
        self, worker: _Worker | None, future: Future[Any], function: Callable[..., Any], args: tuple[Any, ...]
    ) -> _Worker | None:
        """Have a call answered, and give the worker for the next one, if there is one that can go on."""
        try:
            worker = worker or self._hire()
            reply = worker.call(function, args)
        except (EOFError, OSError):
            how = self._dismiss(worker) if worker else "it could not be started"
            future.set_exception(WorkerDiedError(how))
            return None
        except Exception as error:  # noqa: BLE001  what cannot be sent; whoever waits for it is told
            future.set_exception(error)
            return worker
        if reply.error is None:
            future.set_result(reply.result)
        else:
            future.set_exception(reply.error)
        if not reply.is_spent:
            return worker
        self._dismiss(worker)
        return None

    def _hire(self) -> _Worker:
        with self._hiring:
            if self._is_stopped:
                raise EOFError
            worker = _Worker()
            self._alive.add(worker.process)
            return worker

    def _dismiss(self, worker: _Worker) -> str:
        """Wait for the end of a worker that has nothing to do or is dead; says how it ended."""
        worker.pipe.close()
        worker.process.join()
        with self._hiring:
            self._alive.discard(worker.process)
        return _ending(worker.process.exitcode or 0)


class _Worker:
    """One process and this end of its pipe."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def call(self, function: Callable[..., Any], args: tuple[Any, ...]) -> _Reply:
        """The reply to one call.  Raises EOFError or OSError where the process died."""
        self.pipe.send((function, args))
        reply: _Reply = self.pipe.recv()
        return reply


def _ending(code: int) -> str:
    """How a process ended, for people."""
    if code == -getattr(signal, "SIGALRM", 0):
        return "it took longer than --timeout allows"
    if code < 0:
        return f"it was killed by {signal.Signals(-code).name}"
    return f"it ended with exit code {code}"


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# -- in the worker ---------------------------------------------------------------------------------


def _serve(pipe: Connection) -> None:
    """Answer calls until the other end of the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    most = max(_MOST_MEMORY, _peak_memory())  # the system starts counting with the parent's peak
    while True:
        try:
            function, args = pipe.recv()
        except EOFError:
            return
        result: Any = None
        error: Exception | None = None
        try:
            result = function(*args)
        except DocgenError as cause:
            error = cause
        except Exception as cause:  # noqa: BLE001  it is raised again by the parent
            error = DocgenError(bug(cause), "this is a bug: please report it")
        pipe.send(_Reply(result, error, _peak_memory() > most))


def _end_with_parent() -> None:
    """End this process when its parent is gone, so that nothing writes beside the next run."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _peak_memory() -> int:
    """The most memory that this process has held, in bytes; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10
