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

from docgen.cli.console import print_line
from docgen.cli.inputs import exit_by
from docgen.cli.options import Place, common, day, load_kit, load_terms, reading, sources_among, sources_argument
from docgen.cli.progress import ProgressLines, reporter
from docgen.errors import DocgenError, ExitCode
from docgen.language import tr
from docgen.library import MOST_INTAKES, TIMEOUT

if TYPE_CHECKING:
    from docgen.batch.jobs import Outcome
    from docgen.batch.schedule import Retry
    from docgen.output.storage import Location


def _kinds(_context: click.Context, _parameter: click.Parameter, given: str | None) -> tuple[str, ...]:
    from docgen.packet.packet import KINDS

    if given is None:
        return KINDS
    asked = [kind.strip() for kind in given.split(",")]
    unknown = [kind for kind in asked if kind not in KINDS]
    if unknown:
        raise click.BadParameter(
            tr("{unknown}: the documents are {kinds}", unknown=", ".join(unknown), kinds=", ".join(KINDS))
        )
    return tuple(kind for kind in KINDS if kind in asked)


@click.command()
@sources_argument
@click.option("-o", "--out", required=True, type=Place(stored=True), metavar="DIR|URL",
              help="The folder that gets a folder for each packet, report.xlsx and report.html.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Worker processes (default: the usable cores).")
@click.option("--only", callback=_kinds, metavar="LIST", help="Only these documents: form,review,contract.")
@click.option("--resume", is_flag=True, help="Continue an earlier run: packets that are done and unchanged are kept.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=TIMEOUT, metavar="SECONDS",
              show_default=True, help="The most seconds for one intake.")  # fmt: skip
@click.option("--most-intakes", type=click.IntRange(min=1), default=MOST_INTAKES, metavar="N", show_default=True,
              help="The most intakes in one source; a larger source fails.")  # fmt: skip
@click.option("--cluster", metavar="ADDRESS",
              help="Use the dask cluster at tls:// or tcp://HOST:PORT; 'local' starts one with N workers.")  # fmt: skip
@click.option("--log-json", is_flag=True, help="Report every intake as a line of JSON on stderr.")
@click.option("--dry-run", is_flag=True, help="List the sources that would be read, and make nothing.")
@common("kit", "terms", "date", "force", "verbosity")
def batch(
    sources: tuple[str, ...], out: Location, jobs: int | None, only: tuple[str, ...], resume: bool, timeout: float,
    most_intakes: int, cluster: str | None, log_json: bool, dry_run: bool, kit_name: str, terms: Path | None,
    date: dt.datetime | None, force: bool,
) -> None:  # fmt: skip
    """Make the packets of many sources; a bad one never stops the others.

    Folders are searched; a table gives a packet for each row.  report.xlsx and report.html in DIR list every
    intake, finding and failure, and the files that are not read.  --resume continues a run that was interrupted.
    """
    from docgen.library.batches import plan

    kit = load_kit(kit_name)
    batch = plan(
        sources, out, kit=kit, terms=load_terms(terms, kit), date=day(date), only=only, jobs=jobs, timeout=timeout,
        cluster=cluster, resume=resume, force=force, most_intakes=most_intakes,
    )  # fmt: skip
    if dry_run:
        for source in sources_among(batch.sources, kit):
            print_line(source)
        return
    reading().end()  # workers read from now on
    with reporter(len(batch.sources), as_json=log_json) as lines, _terminable():
        _report(batch.events(lines.note), out, lines)
    if lines.tally.failed:
        raise click.exceptions.Exit(ExitCode.BATCH)
    from docgen.model.intake import Verdict

    exit_by(map(Verdict, lines.tally.verdicts))


def _report(run: Generator[Outcome | Retry, None, None], out: Location, lines: ProgressLines) -> None:
    """Report the run while it continues and when it ends, however it ends."""
    from docgen.batch.jobs import Outcome

    tally = lines.tally
    try:
        with closing(run) as events:
            for event in events:
                if isinstance(event, Outcome):
                    tally.add(event)
                    lines.outcome(event)
                else:
                    lines.retry(event)
    except KeyboardInterrupt:
        lines.end(tr("interrupted after {ended}; continue with --resume", ended=tally.ended))
        raise
    except DocgenError as error:
        if tally.made:
            lines.end(tr("interrupted after {ended}; continue with --resume", ended=tally.ended))
        elif tally.passed_over:
            lines.end(tally.ended)
        lines.error(error)
    lines.end(tr("{ended}; see {out}", ended=tally.ended, out=out / "report.html"))


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
