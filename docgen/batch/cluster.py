"""Workers of a dask cluster, on this machine or on others, behind the same `submit` as those of `workers`."""

from __future__ import annotations

import logging
import platform
import re
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docgen import __version__, files
from docgen.batch.units import Job, kit_sha256
from docgen.batch.workers import AHEAD, WorkerDiedError
from docgen.errors import DocgenError, SystemMissingError, UsageError

if TYPE_CHECKING:
    from distributed import Client

    from docgen.batch.relay import Reply, Setting

#: The address that stands for a cluster started here, for this run alone.
LOCAL = "local"
#: The longest to wait for an answer of the scheduler, for its first worker and for the last one's fitness, in seconds.
_CONNECT, _FIRST_WORKER, _FITTING = 5, 15, 60
#: How long the number of workers is taken to stay as it is, in seconds.
_RECOUNT = 2.0
_ADDRESS = re.compile(r"(tcp|tls)://.+:\d{1,5}")
#: Ctrl-C reaches every process of a terminal; this one decides.
_DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
_INSTALL = "install the same docgen there, with the extra cluster"
_LOGGERS = ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application")


class Cluster:
    """The workers of a cluster that this process is connected to."""

    def __init__(self, client: Client, address: str, setting: Setting) -> None:
        # Not pure: a unit that is tried again is done again, never answered with what became of it before.
        self._executor: Executor = client.get_executor(pure=False)
        self._client = client
        self._address = address
        self._setting = setting
        self._threads = 1
        self._counted = -_RECOUNT

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Call `function` in a worker; the future raises what it raises, WorkerDiedError, or SystemMissingError
        where the scheduler is gone."""
        from docgen.batch.relay import relay

        future: Future[Any] = Future()
        theirs: Future[Reply] = self._executor.submit(relay, self._setting, function, *args)
        theirs.add_done_callback(lambda done: self._pass_on(done, future))
        return future

    def _pass_on(self, done: Future[Reply], future: Future[Any]) -> None:
        from distributed import KilledWorker

        try:
            result, error = done.result()
        except KilledWorker:
            result, error = None, WorkerDiedError("its machine or dask worker was lost")
        except CancelledError:
            text = f"{self._address}: the scheduler is gone"
            result, error = None, SystemMissingError(text, "start it and its workers again, and go on with --resume")
        except Exception as cause:  # noqa: BLE001  of a worker that came later and cannot even read the call
            text = f"{self._address}: a worker cannot run docgen: {type(cause).__name__}"
            result, error = None, SystemMissingError(text, _INSTALL)
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def room(self) -> int:
        """How many calls keep all workers busy; it follows those that come and go."""
        if time.monotonic() - self._counted > _RECOUNT:
            with suppress(Exception):  # where the scheduler is gone, every call says so
                self._threads = sum(self._client.nthreads().values())
            self._counted = time.monotonic()
        return max(self._threads, 1) * AHEAD

    def leave(self) -> None:
        """Take back what has not been begun, and end this run's processes whatever they are doing."""
        from docgen.batch.relay import leave

        with suppress(Exception):  # where the scheduler is gone, dask's workers end and their children with them
            self._executor.shutdown(wait=False)
            self._client.run(leave, self._setting.name, on_error="ignore")


@contextmanager
def connected(address: str, jobs: int, job: Job) -> Iterator[Cluster]:
    """The cluster at `address`, all of whose workers fit the job; at "local", one with so many worker processes.

    Raises SystemMissingError in one clear line where it cannot be had, UsageError where the address is none.
    """
    _silence_dask()
    with _client(address, jobs) as client, files.marked(job.out) as mark:
        from docgen.batch.relay import Setting

        setting = Setting(secrets.token_hex(8), __version__, str(Path.cwd()), mark, job, kit_sha256(job.kit))
        _refuse_misfits(client, address, setting)
        cluster = Cluster(client, address, setting)
        try:
            yield cluster
        finally:
            cluster.leave()


def _silence_dask() -> None:
    """Say in lines of our own what dask would log, but under -v.  Raises SystemMissingError where it is missing."""
    try:
        import distributed  # noqa: F401  it sets the levels of its loggers when it is imported
    except ImportError as cause:
        raise SystemMissingError(
            "--cluster needs dask.distributed, which is not installed", "pip install 'docgen[cluster]'"
        ) from cause
    if logging.getLogger().getEffectiveLevel() > logging.DEBUG:
        for name in _LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL)


@contextmanager
def _client(address: str, jobs: int) -> Iterator[Client]:
    from distributed import Client, LocalCluster

    if address == LOCAL:
        # With keys of its own: on a machine with several users, nobody else's calls are run.
        with (
            LocalCluster(
                n_workers=jobs, threads_per_worker=1, security=True, dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL, preload=_DEAF,
            ) as cluster,
            Client(cluster) as client,
        ):  # fmt: skip
            yield client
        return
    if not _ADDRESS.fullmatch(address):
        raise UsageError(
            f"--cluster {address}: no address of a scheduler", "give tcp://HOST:PORT, tls://HOST:PORT or local"
        )
    try:
        client = Client(address, timeout=_CONNECT, set_as_default=False)
    except (OSError, TimeoutError) as cause:
        raise SystemMissingError(
            f"{address}: no scheduler answers there", "start one with 'dask scheduler', or correct the address"
        ) from cause
    with client:
        yield client


def _refuse_misfits(client: Client, address: str, setting: Setting) -> None:
    """Raise SystemMissingError where there is no worker, or any that cannot do the work as it is done here."""
    from docgen.batch.relay import fit

    try:
        client.wait_for_workers(1, timeout=_FIRST_WORKER)
    except TimeoutError as cause:
        raise SystemMissingError(f"{address}: the scheduler has no workers", "start some with 'dask worker'") from cause
    here = _series(platform.python_version())
    versions: Any = client.get_versions()
    for worker, found in versions["workers"].items():
        if (there := _series(found["host"]["python"])) != here:
            raise SystemMissingError(f"{worker}: it has Python {there}, and this is {here}", "install the same there")
    for worker, misfit in client.run(fit, setting, on_error="return").items():
        if isinstance(misfit, DocgenError):
            raise misfit
        if misfit is not None and not isinstance(misfit, OSError):  # one that was lost meanwhile is no misfit
            raise SystemMissingError(f"{worker}: docgen does not run there: {misfit}", _INSTALL)


def _series(version: str) -> str:
    """`3.11` of `3.11.7.final.0`."""
    return ".".join(version.split(".")[:2])
