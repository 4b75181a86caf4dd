"""A worker of a dask cluster, from within: whether it fits a run, and how it passes on the calls of the run.

It makes no documents itself.  As on one machine, every call goes to a worker process (`workers`): an intake that
crashes it kills that process and nothing of dask.  Errors are part of the reply and are never raised to dask, which
would write arguments and values into its logs.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from distributed import Event, Worker, get_worker

from docgen import __version__
from docgen.batch.jobs import Job, kit_sha256, stamp
from docgen.errors import DocgenError, SystemMissingError
from docgen.language import phrase, tr, using_language
from docgen.output.storage import Location
from docgen.workers.pool import WorkerDiedError, Workers

#: How a worker process ended that can no longer say so.
LOST = phrase("its machine or dask worker was lost")


@dataclass(frozen=True)
class Setting:
    """What a worker must have in common with the process that started the run.

    `name` is the run's alone, `folder` the one that relative paths start from, `mark` a file in the
    output folder that only this run knows of.
    """

    name: str
    docgen: str
    folder: str
    mark: Location
    job: Job
    kit_sha256: str


class Reply(NamedTuple):
    """The result of a call, or the error that it ended with."""

    result: Any = None
    error: Exception | None = None


#: A function with its arguments.
Call: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...]]
#: The worker processes of each run that this dask worker works for.
_pools: dict[str, Workers] = {}
_opening = threading.Lock()


def call_in_process(setting: Setting, calls: Sequence[Call]) -> list[Reply]:
    """The replies of a worker process to calls, one after another; a dask task."""
    try:
        worker = get_worker()
        with _begun_once(worker):
            return [_reply(setting, worker, function, args) for function, args in calls]
    except WorkerDiedError as error:
        return [Reply(error=error)] * len(calls)


def _reply(setting: Setting, worker: Worker, function: Callable[..., Any], args: tuple[Any, ...]) -> Reply:
    try:
        return Reply(_pool(setting, worker).submit(_in_folder, setting.folder, function, *args).result())
    except (DocgenError, WorkerDiedError) as error:
        return Reply(error=error)
    except Exception as error:  # noqa: BLE001  its text may quote a customer
        return Reply(error=RuntimeError(type(error).__name__))


@contextmanager
def _begun_once(worker: Worker) -> Iterator[None]:
    """Mark the task as begun while it is worked on.  Raises WorkerDiedError if it is marked already.

    dask silently runs the tasks of a lost worker again, both those that it was busy with and those that were waiting.
    The mark distinguishes them, with any setting of the scheduler.
    """
    mark: Any = Event(f"docgen-{worker.get_current_task()}")
    is_second = mark.is_set()
    mark.set()
    try:
        if is_second:
            raise WorkerDiedError(tr(LOST))
        yield
    finally:
        mark.clear()


def _pool(setting: Setting, worker: Worker) -> Workers:
    """The worker processes for a run.  Raises SystemMissingError if this dask worker does not fit it."""
    with _opening:
        if setting.name not in _pools:
            # dask's processes are daemons and may have no children; ours end with their parent anyway
            multiprocessing.current_process().daemon = False
            pool = Workers(worker.state.nthreads)
            try:
                misfit = pool.submit(_misfit, setting).result()
            except (WorkerDiedError, RuntimeError) as error:
                misfit = tr("docgen does not run there: {error}", error=error)
            if misfit:
                pool.end(at_once=False)
                raise SystemMissingError(f"{worker.address}: {misfit}", tr("repair that worker, or stop it"))
            _pools[setting.name] = pool
        return _pools[setting.name]


async def fit(setting: Setting, dask_worker: Worker) -> DocgenError | None:
    """Why this dask worker cannot work for a run; None if it can.  (dask gives the second argument.)"""
    try:
        await asyncio.to_thread(_pool, setting, dask_worker)
    except DocgenError as error:
        return error
    return None


async def leave(name: str) -> None:
    """End the worker processes of a run at once."""
    pool = _pools.pop(name, None)
    if pool is not None:
        await asyncio.to_thread(pool.end, at_once=True)


# -- in a worker process -----------------------------------------------------------------------------


def _in_folder(folder: str, function: Callable[..., Any], *args: Any) -> Any:
    os.chdir(folder)
    return function(*args)


def _misfit(setting: Setting) -> str:
    """How this machine differs from the one that started the run; empty if it fits."""
    with using_language(setting.job.language):
        return _difference(setting, setting.job)


def _difference(setting: Setting, job: Job) -> str:
    if setting.docgen != __version__:
        return tr("it has docgen {version}, and this is {docgen}", version=__version__, docgen=setting.docgen)
    try:
        os.chdir(setting.folder)
    except OSError:
        return tr("there is no folder {folder}, where the run was started", folder=setting.folder)
    if not setting.mark.exists():
        return tr("the output folder {out} is not the same there: it must be on shared storage", out=job.out)
    if isinstance(job.out, Path) and not os.access(job.out, os.W_OK):
        return tr("the output folder {out} cannot be written there", out=job.out)
    if not job.kit.is_dir():
        return tr("there is no kit {kit}", kit=job.kit)
    if kit_sha256(job.kit) != setting.kit_sha256:
        return tr("the kit {kit} is different there", kit=job.kit)
    if stamp(job.kit, job.terms, job.date, job.only) != job.stamp:
        return tr("its fonts are not those of this machine, so that review summaries would differ: see docgen fonts")
    return ""
