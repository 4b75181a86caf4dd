"""Worker processes, called through `submit`: a function and its arguments in, a Future out.

`submit` is the interface of the batch run: anything that has it, as in concurrent.futures, can run units, on this
machine or on others.  Each worker has its own pipe, so that its death is known at once, concerns only its current
call, and leaves no lock.  A worker that is stopped, or silent for longer than it announced (`beat`), is killed and
replaced.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, Self

from docgen.errors import DocgenError, bug
from docgen.language import tr
from docgen.workers import garbage, limits

#: A worker that has held more memory than this is replaced (bytes).
_MOST_MEMORY = 300 << 20
#: A worker without a call for so long ends (seconds).
_IDLE = 60.0
#: How often to look whether a worker is stopped or silent, and how long after its own time it counts as silent.
_LOOK, _GRACE = 1.0, 10.0
#: How long a worker that has nothing to do may take to end (seconds).
_FAREWELL = 10.0
#: Calls that are worth handing out for each worker: one to work on, one to continue with.
AHEAD = 2


class WorkerDiedError(Exception):
    """A worker process ended in the middle of a call; the text says how.

    `step` is what it was doing, by its own report (`beat`).  `is_final` says that the call exceeded a limit and would
    do so again.
    """

    def __init__(self, how: str, step: str = "", is_final: bool = False) -> None:
        super().__init__(how, step, is_final)
        self.step = step
        self.is_final = is_final

    def __str__(self) -> str:
        return str(self.args[0])


class _Step(NamedTuple):
    """What a worker says in the middle of a call: what it does next, and how many seconds that may take."""

    step: str
    seconds: float | None


class _Reply(NamedTuple):
    """What a worker sends back: the result or the error of a call, and whether it wants to be replaced."""

    result: Any
    error: Exception | None
    is_spent: bool


class Workers:
    """`jobs` worker processes, each started with its first call and kept warm for the next ones."""

    def __init__(self, jobs: int) -> None:
        self._calls: SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None] = SimpleQueue()
        self._alive: set[_Worker] = set()
        self._changing = threading.Lock()
        self._is_stopped = False
        self._jobs = jobs
        self._threads = [threading.Thread(target=self._hand_out, daemon=True) for _ in range(jobs)]
        self._ended = threading.Event()
        for thread in (*self._threads, threading.Thread(target=self._watch, daemon=True)):
            thread.start()

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Call `function` in a worker; the future raises what it raises, or WorkerDiedError."""
        future: Future[Any] = Future()
        self._calls.put((future, function, args))
        return future

    gather = submit

    def send(self) -> None:
        """Send the calls that wait for others: of `gather`, none do here."""

    def capacity(self) -> int:
        """How many calls keep all workers busy."""
        return self._jobs * AHEAD

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.end(at_once=kind is not None)

    def end(self, *, at_once: bool) -> None:
        """Let the workers end, or kill them `at_once`: unfinished files are not visible yet."""
        if at_once:
            with self._changing:
                self._is_stopped = True
                for worker in self._alive:
                    worker.process.kill()
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join()
        self._ended.set()

    def _watch(self) -> None:
        """Kill workers that are stopped or silent; runs in its own thread, which no worker can block."""
        while not self._ended.wait(_LOOK):
            with self._changing:
                for worker in self._alive:
                    worker.look()

    def _hand_out(self) -> None:
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
        """Have a call answered; returns the worker for the next one, if it can continue."""
        try:
            worker = worker or self._start_worker()
            reply = worker.call(function, args)
        except (EOFError, OSError):
            future.set_exception(self._death_of(worker) if worker else WorkerDiedError(tr("it could not be started")))
            return None
        except Exception as error:  # noqa: BLE001  what cannot be sent; whoever waits for it is reported
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

    def _start_worker(self) -> _Worker:
        with self._changing:
            if self._is_stopped:
                raise EOFError
            worker = _Worker()
            self._alive.add(worker)
            return worker

    def _death_of(self, worker: _Worker) -> WorkerDiedError:
        """How a worker died."""
        self._dismiss(worker)
        code = worker.process.exitcode or 0
        how = worker.killed_because or tr("it {ended}", ended=limits.ending(code))
        return WorkerDiedError(how, worker.step, limits.is_out_of_processor_time(code))

    def _dismiss(self, worker: _Worker) -> None:
        """Wait for the end of a worker that has nothing to do or is dead."""
        worker.pipe.close()
        worker.process.join(_FAREWELL)
        if worker.process.exitcode is None:  # it is stopped, or something in it does not let go
            worker.process.kill()
            worker.process.join()
        with self._changing:
            self._alive.discard(worker)


class _Worker:
    """One process, this end of its pipe, and what it said last."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.step = self.killed_because = ""
        self._due: float | None = None
        self._times_stopped = 0

    def call(self, function: Callable[..., Any], args: tuple[Any, ...]) -> _Reply:
        """The reply to one call.  Raises EOFError or OSError if the process died."""
        self.pipe.send((function, args))
        while True:
            message: _Reply | _Step = self.pipe.recv()
            if isinstance(message, _Reply):
                self.step, self._due = "", None
                return message
            self.step = message.step
            self._due = None if message.seconds is None else time.monotonic() + message.seconds + _GRACE

    def look(self) -> None:
        """Kill the process if it is stopped or silent."""
        # Twice: the processes of a group resume one after the other.
        self._times_stopped = self._times_stopped + 1 if limits.is_stopped(self.process.pid) else 0
        if self._times_stopped > 1:
            self._kill(tr("it was stopped"))
        elif self._due is not None and time.monotonic() > self._due:
            self._kill(tr("it was silent for longer than --timeout allows"))

    def _kill(self, why: str) -> None:
        if self.process.is_alive():
            self.killed_because = why
            self.process.kill()


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# -- in the worker ---------------------------------------------------------------------------------

#: In a worker: the pipe to its parent, and what it said last and when.
_parent: Connection | None = None
_last, _last_time = _Step("", None), 0.0


def beat(seconds: float | None, step: str = "") -> None:
    """In a worker, say what it does next and how long that may take; without `seconds`, as long as it likes.

    A worker that then is silent for longer is killed.  Repeated reports are not sent.  In other processes nothing
    happens.
    """
    global _last, _last_time
    if _parent is None:
        return
    said, now = _Step(step, seconds), time.monotonic()
    if said != _last or now - _last_time > _LOOK:
        _last, _last_time = said, now
        _parent.send(said)


def _serve(pipe: Connection) -> None:
    """Answer calls until the other end of the pipe is closed."""
    global _parent
    _parent = pipe
    limits.leave_the_terminal_to_the_parent()
    limits.enforce()
    garbage.look_seldom()
    limits.end_with_parent()
    most = max(_MOST_MEMORY, limits.peak_memory())  # the system starts counting with the parent's peak
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
            error = DocgenError(bug(cause), tr("this is a bug: please report it"))
        limits.end_reading()
        pipe.send(_Reply(result, error, limits.peak_memory() > most))
