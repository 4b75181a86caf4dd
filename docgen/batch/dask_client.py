"""Workers of a dask cluster, on this machine or on others, with the same `submit` as those of `workers`.

Imports dask, an extra: import this module only if a cluster is asked for.
"""

from __future__ import annotations

import logging
import platform
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from distributed import Client, KilledWorker, LocalCluster, Security

from docgen import __version__
from docgen.batch.dask_worker import LOST, Call, Reply, Setting, call_in_process, fit, leave
from docgen.batch.jobs import Job, kit_sha256
from docgen.errors import DocgenError, SystemMissingError, UsageError
from docgen.language import phrase, tr
from docgen.output import files
from docgen.patterns import regex
from docgen.workers.pool import AHEAD, WorkerDiedError

#: The longest to wait for an answer of the scheduler, and for its first worker, in seconds.
_CONNECT, _FIRST_WORKER = 5, 15
#: How long a count of the workers is used before they are counted again, in seconds.
_RECOUNT = 2.0
#: The scheduler hands out 250 tasks a second, whatever is in them: 31 files go together for 1,000 workers, which is 9 s
#: of work (250 files without reviews), and none for fewer than 64.  Two calls a worker go out before that grows by one.
_ALONE, _ROUNDS = 256, 2
_ADDRESS = regex(r"(tcp|tls)://.+:\d{1,5}")
_INSTALL = phrase("install the same docgen there, with the extra cluster")
#: What a worker process runs first: Ctrl-C reaches every process of a terminal, and this one decides.
_DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
_LOGGERS = ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application")


class Cluster:
    """The workers of a cluster that this process is connected to."""

    def __init__(self, client: Client, name: str, setting: Setting) -> None:
        self._client = client
        self._name = name
        self._setting = setting
        # Not pure: a unit that is tried again is done again; dask must not answer with its earlier result.
        self._executor: Executor = client.get_executor(pure=False)
        self._gathered: list[tuple[Future[Any], Call]] = []
        self._threads, self._sent = 1, 0
        self._counted = -_RECOUNT

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Call `function` in a worker; the future raises what it raises, WorkerDiedError, or SystemMissingError
        if the scheduler is gone."""
        future: Future[Any] = Future()
        self._send([(future, (function, args))])
        return future

    def gather(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Like `submit`, but the call may wait for others until `send`: those that go together cost the scheduler as
        much as one.  They are called one after another, and if their worker is lost, all of them are."""
        future: Future[Any] = Future()
        self._gathered.append((future, (function, args)))
        if len(self._gathered) >= self._together():
            self.send()
        return future

    def send(self) -> None:
        """Send the calls that wait for others."""
        gathered, self._gathered = self._gathered, []
        if gathered:
            self._send(gathered)

    def _send(self, calls: list[tuple[Future[Any], Call]]) -> None:
        self._sent += len(calls)
        futures = [future for future, _ in calls]
        theirs: Future[list[Reply]] = self._executor.submit(call_in_process, self._setting, [call for _, call in calls])
        theirs.add_done_callback(lambda done: self._copy_result(done, futures))

    def _together(self) -> int:
        """How many calls go together: the more, the more workers there are, and the more calls there were already."""
        most = self._threads * self._setting.job.step // _ALONE
        return max(1, min(most, self._sent // (self._threads * _ROUNDS)))

    def _copy_result(self, done: Future[list[Reply]], futures: list[Future[Any]]) -> None:
        for future, (result, error) in zip(futures, self._replies(done, len(futures)), strict=True):
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

    def _replies(self, done: Future[list[Reply]], count: int) -> list[Reply]:
        try:
            return done.result()
        except KilledWorker:
            return [Reply(error=WorkerDiedError(tr(LOST))) for _ in range(count)]
        except CancelledError:
            text = tr("{name}: the scheduler is gone", name=self._name)
            lost = SystemMissingError(text, tr("start it and its workers again, and go on with --resume"))
        except Exception as cause:  # noqa: BLE001  of a worker that came later and cannot even read the call
            text = tr("{name}: docgen does not run in a worker: {error}", name=self._name, error=type(cause).__name__)
            lost = SystemMissingError(text, _INSTALL)
        return [Reply(error=lost)] * count

    def capacity(self) -> int:
        """How many calls keep all workers busy; it follows those that come and go."""
        if time.monotonic() - self._counted > _RECOUNT:
            with suppress(Exception):  # if the scheduler is gone, every call says so
                self._threads = sum(self._client.nthreads().values())
            self._threads = max(self._threads, 1)
            self._counted = time.monotonic()
        return self._threads * AHEAD * self._together()

    def leave(self) -> None:
        """Cancel what has not begun, and end the processes of this run at once."""
        with suppress(Exception):  # if the scheduler is gone, dask's workers end, and their children with them
            self._executor.shutdown(wait=False)
            self._client.run(leave, self._setting.name, on_error="ignore")


@contextmanager
def connected(address: str | None, jobs: int, job: Job) -> Iterator[Cluster]:
    """The cluster at `address`, all of whose workers fit the job; without an address, a new cluster with so many
    workers.

    Raises SystemMissingError if there is none, UsageError if the address is wrong.
    """
    if logging.getLogger().getEffectiveLevel() > logging.DEBUG:
        for name in _LOGGERS:  # docgen reports what matters itself
            logging.getLogger(name).setLevel(logging.CRITICAL)
    with _found(address) if address else _started(jobs) as client, files.marked(job.out) as mark:
        setting = Setting(secrets.token_hex(8), __version__, str(Path.cwd()), mark, job, kit_sha256(job.kit))
        name = address or tr("the cluster started here")
        _refuse_misfits(client, name, setting)
        cluster = Cluster(client, name, setting)
        try:
            yield cluster
        finally:
            cluster.leave()


@contextmanager
def _started(jobs: int) -> Iterator[Client]:
    """A cluster for this run alone.  It has keys of its own, so that nobody else on the machine can use it."""
    with (
        LocalCluster(
            n_workers=jobs, threads_per_worker=1, security=True, dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL, preload=_DEAF,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):  # fmt: skip
        yield client


def _found(address: str) -> Client:
    """An existing cluster.  Raises SystemMissingError if there is none, UsageError if the address is wrong."""
    if not _ADDRESS.fullmatch(address):
        raise UsageError(
            tr("--cluster {address}: no address of a scheduler", address=address),
            tr("give tcp://HOST:PORT, tls://HOST:PORT or local"),
        )
    if address.startswith("tls:") and not Security().get_connection_args("client")["ssl_context"]:
        raise UsageError(
            tr("--cluster {address}: there are no keys for it", address=address),
            tr("set distributed.comm.tls for dask"),
        )
    try:
        return Client(address, timeout=_CONNECT, set_as_default=False)
    except OSError as cause:  # TimeoutError is one
        raise SystemMissingError(
            tr("{address}: no scheduler answers there", address=address),
            tr("start one with 'dask scheduler', or correct the address"),
        ) from cause


def _refuse_misfits(client: Client, name: str, setting: Setting) -> None:
    """Raise SystemMissingError if there is no worker, or if one cannot give the same results as this process."""
    try:
        client.wait_for_workers(1, timeout=_FIRST_WORKER)
    except TimeoutError as cause:
        raise SystemMissingError(
            tr("{name}: the scheduler has no workers", name=name), tr("start some with 'dask worker'")
        ) from cause
    here = _series(platform.python_version())
    versions: Any = client.get_versions()
    for worker, found in versions["workers"].items():
        if (there := _series(found["host"]["python"])) != here:
            raise SystemMissingError(
                tr("{worker}: it has Python {there}, and this is {here}", worker=worker, there=there, here=here),
                tr("install the same there"),
            )
    for worker, misfit in client.run(fit, setting, on_error="return").items():
        if isinstance(misfit, DocgenError):
            raise misfit
        if misfit is not None and not isinstance(misfit, OSError):  # a worker lost meanwhile is no misfit
            raise SystemMissingError(
                tr("{worker}: docgen does not run there: {misfit}", worker=worker, misfit=misfit), _INSTALL
            )


def _series(version: str) -> str:
    """`3.11` of `3.11.7.final.0`."""
    return ".".join(version.split(".")[:2])
