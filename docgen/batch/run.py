"""A batch run from beginning to end.  Reads as the process."""

from __future__ import annotations

import ipaddress
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from docgen.batch import journal, schedule
from docgen.batch.jobs import Job, Outcome, Unit
from docgen.batch.journal import Journal
from docgen.batch.reports import write_reports
from docgen.batch.schedule import Retry, Schedule
from docgen.batch.summary import RunFacts, run_facts
from docgen.batch.work import work
from docgen.errors import SystemMissingError, UsageError, WriteError
from docgen.formats.books import SUFFIXES, Unknown
from docgen.kit import kits
from docgen.language import tr
from docgen.output import files
from docgen.output.storage import Location
from docgen.patterns import regex
from docgen.workers.pool import WorkerDiedError, Workers

if TYPE_CHECKING:
    from docgen.batch.dask_client import Cluster

LOCK = ".docgen-lock"
_NO_FACTS = RunFacts()
#: In place of a cluster's address: one that is started here, for the run alone.
LOCAL = "local"


def run(
    sources: Iterable[Path | str], job: Job, workers: int, *, resume: bool = False, cluster: str | None = None
) -> Generator[Outcome | Retry, None, None]:
    """Make the packets of all `sources` in `job.out`; yields the outcome of every unit as it comes.

    The work is done by `workers` processes on this machine, or by those of the `cluster` at an address or LOCAL. With
    `resume`, packets that an earlier run finished and that are unchanged are kept.  A run that is interrupted, by
    closing this generator or by an error, can be resumed.
    Raises WriteError, KitError and SystemMissingError, which stop the run, and UsageError if no file was a source.
    """
    facts = run_facts(kits.load(job.kit), job.date, job.out.name)
    with (
        _alone_in(job.out),
        Workers(workers if cluster is None else 1) as here,
        nullcontext(here) if cluster is None else _connected(cluster, workers, job) as pool,
        journal.opened(job.out, resume=resume) as kept,
    ):

        def submit(unit: Unit) -> Future[Outcome]:
            # further rows of a table are work enough, and what a worker died of must not take others with it
            hand_out = pool.submit if unit.start or unit.deaths else pool.gather
            return hand_out(work, job, kept.recall(unit))

        every = (source if isinstance(source, Unknown) else str(source) for source in sources)
        is_empty = True
        for event in schedule.run(Schedule(every, job.step), submit, pool.capacity, pool.send):
            if isinstance(event, Outcome):
                is_empty = is_empty and not (event.items or event.failures)
                kept.keep(event)
            yield event
        _report(here, job.out, kept, facts)
    if is_empty:
        raise UsageError(
            tr("no source files in there"), tr("read are {suffixes}", suffixes=", ".join(sorted(SUFFIXES)))
        )


_OPEN_ADDRESS = regex(r"tcp://\[?(.+?)\]?:\d{1,5}")


def exposure(cluster: str | None) -> str:
    """A warning about a scheduler that other people may reach; empty for one on this machine or with TLS."""
    address = _OPEN_ADDRESS.fullmatch(cluster or "")
    if address is None or _is_loopback(address[1]):
        return ""
    return tr(
        "warning: --cluster {cluster}: whoever can reach this scheduler or its workers can "
        "run anything on them, and read what passes (use tls://, or a network that is theirs "
        "alone)",
        cluster=cluster,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _connected(cluster: str, workers: int, job: Job) -> AbstractContextManager[Cluster]:
    try:
        from docgen.batch.dask_client import connected
    except ImportError as cause:
        raise SystemMissingError(
            tr("--cluster needs dask.distributed, which is not installed"), tr("pip install 'docgen[cluster]'")
        ) from cause
    return connected(None if cluster == LOCAL else cluster, workers, job)


def _report(pool: Workers, out: Location, kept: Journal, facts: RunFacts = _NO_FACTS) -> None:
    """Write the reports in a worker of this machine, where the journal is; if it dies, once more in another.  So this
    process stays small."""
    try:
        try:
            pool.submit(write_reports, out, kept.records(), facts).result()
        except WorkerDiedError:
            pool.submit(write_reports, out, kept.records(), facts).result()
    except WorkerDiedError as death:
        raise WriteError(
            tr("the reports cannot be written: {death}", death=death), tr("run again with --resume")
        ) from death


@contextmanager
def _alone_in(out: Location) -> Iterator[None]:
    """Keep other runs out of the folder, and remove unfinished files of a crash or of this run."""
    try:
        with files.locked(out / LOCK, wait=False):
            files.remove_leftovers(out)
            try:
                yield
            finally:
                files.remove_leftovers(out)
    except BlockingIOError as cause:
        raise WriteError(
            tr("{out}: another batch run is writing there", out=out),
            tr("wait for it to end, or choose another folder with -o"),
        ) from cause
