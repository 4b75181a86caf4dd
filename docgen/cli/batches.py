"""The command `batch`: many sources in one run."""

from __future__ import annotations

import datetime as dt
import signal
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from docgen.cli.console import tell
from docgen.cli.machine import prepare_faces
from docgen.cli.options import Place, common, exit_by, find_sources, load_terms, printed_date, sources_argument
from docgen.cli.progress import Lines, teller
from docgen.errors import DocgenError, ExitCode, UsageError
from docgen.model.intake import Verdict

if TYPE_CHECKING:
    from docgen.batch.jobs import Job, Outcome
    from docgen.batch.schedule import Retry
    from docgen.output.storage import Location

#: The longest that one intake may take where --timeout does not say, in seconds; one takes less than one.
TIMEOUT = 300.0


def _kinds(_context: click.Context, _parameter: click.Parameter, given: str | None) -> tuple[str, ...]:
    from docgen.packet.packet import KINDS

    if given is None:
        return KINDS
    asked = [kind.strip() for kind in given.split(",")]
    unknown = [kind for kind in asked if kind not in KINDS]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: the documents are {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in asked)


@click.command()
@sources_argument
@click.option("-o", "--out", required=True, type=Place(stored=True), metavar="DIR|URL",
              help="The folder that gets a folder for each packet, report.xlsx and report.html.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Worker processes (default: the usable cores).")
@click.option("--only", callback=_kinds, metavar="LIST", help="Only these documents: form,review,contract.")
@click.option("--resume", is_flag=True, help="Go on with an earlier run: what is done and unchanged is kept.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=TIMEOUT, metavar="SECONDS",
              show_default=True, help="The longest that one intake may take.")  # fmt: skip
@click.option("--cluster", metavar="ADDRESS",
              help="Work on the dask cluster at tcp://HOST:PORT; 'local' starts one here, of N workers.")  # fmt: skip
@click.option("--log-json", is_flag=True, help="Tell of every intake as a line of JSON, on stderr.")
@click.option("--dry-run", is_flag=True, help="List the sources that would be read, and stop.")
@common("kit", "terms", "date", "force", "talk")
def batch(
    sources: tuple[str, ...], out: Location, jobs: int | None, only: tuple[str, ...], resume: bool, timeout: float,
    cluster: str | None, log_json: bool, dry_run: bool, kit_name: str, terms: Path | None, date: dt.datetime | None,
    force: bool,
) -> None:  # fmt: skip
    """Make the packets of many sources; a bad one never stops the others.

    Folders are searched, tables give a packet for each row.  report.xlsx and report.html in DIR list every
    intake, finding and failure.  A run that was broken off, however it was, goes on with --resume.
    """
    from docgen.batch.jobs import Job, stamp
    from docgen.batch.run import LOCAL, run
    from docgen.kit import kits
    from docgen.workers import pool

    if jobs and cluster not in {None, LOCAL}:
        raise UsageError(f"--jobs is for this machine; {cluster} has the workers that were started for it")
    folder = kits.find(kit_name)
    kit = kits.load(folder)
    given_terms = load_terms(terms, kit)
    paths = find_sources(sources, out, stored=True)
    if dry_run:
        for path in paths:
            tell(path)
        return
    if "review" in only:
        prepare_faces()
    printed = printed_date(date)
    job = Job(stamp(folder, given_terms, printed, only), folder, given_terms, printed, out, force, only, timeout)
    with teller(len(paths), as_json=log_json) as told, _terminable():
        events = run(paths, job, jobs or pool.usable_cores(), resume=resume, cluster=cluster)
        _tell(events, job, told)
    if told.tally.failed:
        raise click.exceptions.Exit(ExitCode.BATCH)
    exit_by(map(Verdict, told.tally.verdicts))


def _tell(run: Generator[Outcome | Retry, None, None], job: Job, told: Lines) -> None:
    """The run, told of as it goes on and when it ends, whatever the end."""
    from docgen.batch.jobs import Outcome

    tally = told.tally
    try:
        with closing(run) as events:
            for event in events:
                if isinstance(event, Outcome):
                    tally.add(event)
                    told.outcome(event)
                else:
                    told.retry(event)
    except KeyboardInterrupt:
        told.end(f"broken off after {tally.ended}; go on with --resume")
        raise
    except DocgenError as error:
        if tally.made:
            told.end(f"broken off after {tally.ended}; go on with --resume")
        told.error(error)
    told.end(f"{tally.ended}; {job.out / 'report.html'} lists them")


@contextmanager
def _terminable() -> Iterator[None]:
    """Take a request to terminate (SIGTERM) like Ctrl-C."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
