"""Many sources in one run, in worker processes."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from docgen.batch import events
from docgen.batch.jobs import Job, Outcome, kit_sha256, stamp
from docgen.batch.page import PAGE
from docgen.batch.run import LOCAL, exposure, run
from docgen.batch.schedule import Retry
from docgen.documents import fonts
from docgen.errors import UsageError, WriteError
from docgen.kit.terms import GivenTerms
from docgen.language import tr
from docgen.library import DEFAULT_KIT, MOST_INTAKES, TIMEOUT
from docgen.library.dates import printed_date
from docgen.library.kits import Kit
from docgen.model.intake import Verdict
from docgen.output import storage
from docgen.output.storage import Location
from docgen.packet.packet import KINDS
from docgen.sources import discover
from docgen.workers.pool import usable_cores


class BatchResult(NamedTuple):
    """The result of a batch run: packets made, intakes and sources that failed, packets by verdict, the report, and
    how many files of folders were passed over, which the report lists."""

    made: int
    failed: int
    verdicts: Mapping[Verdict, int]
    report: Location
    passed_over: int = 0


@dataclass(frozen=True)
class Batch:
    """A batch run before it begins: its sources, and everything that its workers need."""

    sources: list[Path | str]
    out: Location
    kit: Kit
    terms: GivenTerms
    date: dt.date
    only: tuple[str, ...]
    workers: int
    timeout: float | None
    cluster: str | None
    resume: bool
    force: bool
    most_intakes: int

    def events(self, notify: Callable[[str], object]) -> Generator[Outcome | Retry, None, None]:
        """Make the packets and the reports; yields the outcome of every unit.  Raises what `run_batch` raises."""
        if warning := exposure(self.cluster):
            notify(warning)
        if "review" in self.only:
            _cut_faces(notify)
        folder, terms = self.kit.folder, self.terms
        mark = stamp(folder, terms, self.date, self.only)
        job = Job(
            mark, folder, terms, self.date, self.out, self.force, self.only, self.timeout, kit_sha256(folder),
            self.most_intakes,
        )  # fmt: skip
        yield from run(self.sources, job, self.workers, resume=self.resume, cluster=self.cluster)


def _cut_faces(notify: Callable[[str], object]) -> None:
    """Cut missing core faces; if they cannot be stored, reviews are made without them."""
    try:
        fonts.cut_missing(notify)
    except WriteError as error:
        notify(tr("{message}: review summaries are made without core faces, which takes longer", message=error.message))


def run_batch(
    sources: Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    kit: Kit | str | os.PathLike[str] = DEFAULT_KIT,
    terms: GivenTerms | str | os.PathLike[str] | Mapping[str, str] | None = None,
    date: dt.date | None = None,
    only: Iterable[str] = KINDS,
    jobs: int | None = None,
    timeout: float | None = TIMEOUT,
    cluster: str | None = None,
    resume: bool = False,
    force: bool = False,
    most_intakes: int = MOST_INTAKES,
    progress: Callable[[str], object] | None = None,
) -> BatchResult:
    """Make the packets of many sources in the folder `out`, with a report; a bad source never stops the others.

    Sources are files, folders that are searched, globs and addresses in storage.  `only` are the documents to make,
    of form, review and contract; `jobs` the worker processes (default: the usable cores); `timeout` the longest that
    one intake may take, in seconds; `most_intakes` how many of one source are made; `cluster` the address of a dask
    cluster, or `local`.  `resume` keeps what an earlier run has made.  `progress` is called with a line of text for
    each packet, failure and retry, and each file of a folder that is not read.

    Workers are processes: a script calls this below `if __name__ == "__main__":`.  Raises UsageError, KitError,
    WriteError and SystemMissingError, which stop the run; it continues with `resume`.
    """
    notify = progress or (lambda _line: None)
    batch = plan(
        [os.fspath(source) for source in sources], storage.location(os.fspath(out)), kit=kit, terms=terms, date=date,
        only=only, jobs=jobs, timeout=timeout, cluster=cluster, resume=resume, force=force, most_intakes=most_intakes,
    )  # fmt: skip
    verdicts: Counter[Verdict] = Counter()
    failed = passed_over = 0
    with closing(batch.events(notify)) as happening:
        for event in happening:
            if isinstance(event, Outcome):
                verdicts.update(Verdict(item.verdict) for item in event.items)
                failed += len(event.failures)
                passed_over += bool(event.passed_over)
            for line in events.texts(event):
                notify(line)
    return BatchResult(verdicts.total(), failed, verdicts, batch.out / PAGE, passed_over)


def plan(
    sources: Iterable[str],
    out: Location,
    *,
    kit: Kit | str | os.PathLike[str] = DEFAULT_KIT,
    terms: GivenTerms | str | os.PathLike[str] | Mapping[str, str] | None = None,
    date: dt.date | None = None,
    only: Iterable[str] = KINDS,
    jobs: int | None = None,
    timeout: float | None = TIMEOUT,
    cluster: str | None = None,
    resume: bool = False,
    force: bool = False,
    most_intakes: int = MOST_INTAKES,
) -> Batch:
    """The run of the same arguments as `run_batch`; nothing is written yet."""
    if jobs and cluster not in {None, LOCAL}:
        raise UsageError(
            tr("--jobs is for this machine; {cluster} has the workers that were started for it", cluster=cluster)
        )
    kit = kit if isinstance(kit, Kit) else Kit.load(kit)
    terms = terms if isinstance(terms, GivenTerms) else kit.load_terms(terms)
    return Batch(
        discover(sources, out), out, kit, terms, printed_date(date), _kinds(only), jobs or usable_cores(),
        timeout, cluster, resume, force, most_intakes,
    )  # fmt: skip


def _kinds(only: Iterable[str]) -> tuple[str, ...]:
    asked = set(only)
    if unknown := sorted(asked - set(KINDS)):
        raise UsageError(
            tr("{unknown}: no document is called so", unknown=", ".join(unknown)),
            tr("there are {kinds}", kinds=", ".join(KINDS)),
        )
    return tuple(kind for kind in KINDS if kind in asked)
