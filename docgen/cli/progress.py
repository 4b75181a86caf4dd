"""The progress of a batch run on stderr: a bar on a terminal, lines elsewhere, or JSON."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from docgen.cli.console import print_always, print_message, prints_messages
from docgen.language import plural, tr
from docgen.masking import masked
from docgen.text import printable

if TYPE_CHECKING:
    from rich.progress import Progress

    from docgen.batch.jobs import Outcome
    from docgen.batch.schedule import Retry
    from docgen.errors import DocgenError

#: Intakes between two lines of progress.
EVERY = 100
#: The most files passed over that the last line names; the reports name all.
_NAMED = 5


class _Length(NamedTuple):
    """How many intakes a source of several units holds: an estimate, or known once its end is reached; 0 if unknown."""

    intakes: int
    is_known: bool


class Tally:
    """The totals of a run over so many sources."""

    def __init__(self, sources: int) -> None:
        self.sources = sources
        self.failed = 0
        self.verdicts: Counter[str] = Counter()
        self.passed_over = 0
        self._first_passed_over: list[tuple[str, str]] = []
        self._ended = 0
        self._in_ended = 0
        self._tables: dict[str, _Length] = {}
        self._began = time.monotonic()

    def add(self, outcome: Outcome) -> None:
        """Count the outcome of a unit."""
        if outcome.passed_over:
            self.sources -= 1
            self.passed_over += 1
            if len(self._first_passed_over) < _NAMED:
                self._first_passed_over.append((outcome.source, outcome.passed_over))
            return
        self.verdicts.update(item.verdict for item in outcome.items)
        self.failed += len(outcome.failures)
        count = len(outcome.items) + len(outcome.failures)
        if outcome.more or outcome.source in self._tables:
            length = self._tables.get(outcome.source, _Length(0, is_known=False))
            if not outcome.more:  # workers may have looked for more beyond the end
                end = outcome.start + count
                length = _Length(min(end, length.intakes) if length.is_known else end, is_known=True)
            elif not length.is_known:
                length = _Length(outcome.about, is_known=False)
            self._tables[outcome.source] = length
        else:
            self._ended += 1
            self._in_ended += count

    @property
    def made(self) -> int:
        """How many packets there are."""
        return self.verdicts.total()

    @property
    def expected(self) -> int | None:
        """How many packets and failures to expect, if the remaining sources are like those met so far.

        None before the first, and while a table of unknown length is read.
        """
        lengths = [length.intakes for length in self._tables.values()]
        met = self._ended + len(lengths)
        return round(self.sources * (self._in_ended + sum(lengths)) / met) if met and all(lengths) else None

    @property
    def rate(self) -> float:
        """Packets a second."""
        return self.made / max(time.monotonic() - self._began, 0.001)

    @property
    def left(self) -> str:
        """The time that the rest will take at this rate, if it is known."""
        if self.expected is None or not self.made:
            return ""
        seconds = (self.expected - self.made - self.failed) / self.rate
        return tr(", {time} left", time=dt.timedelta(seconds=round(max(seconds, 0))))

    @property
    def ended(self) -> str:
        """The totals in words."""
        from docgen.batch.events import passed_over_text

        packets = plural(self.made, "{count:,} packet", "{count:,} packets")
        failures = plural(self.failed, "{count:,} failure", "{count:,} failures") if self.failed else tr("no failures")
        ended = tr("{packets}, {failures}", packets=packets, failures=failures)
        if not self.passed_over:
            return ended
        passed_over = passed_over_text(self._first_passed_over, self.passed_over)
        return tr("{packets}; {passed_over}", packets=ended, passed_over=passed_over)

    def __str__(self) -> str:
        return tr(
            "{made:,} done, {failed:,} failed, {rate:.1f} a second", made=self.made, failed=self.failed, rate=self.rate
        )


class ProgressLines:
    """Lines for people: every failure, every retry, and the totals every EVERY intakes."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._reported = 0

    def outcome(self, outcome: Outcome) -> None:
        """Report a unit that is done."""
        from docgen.batch.events import failure_text

        for failure in outcome.failures:
            self._error(tr("error: {message}", message=failure_text(outcome.source, failure)))
        self._progress()

    def retry(self, retry: Retry) -> None:
        """Report a unit that is tried again."""
        from docgen.batch.events import retry_text

        print_message(retry_text(retry))

    def note(self, text: str) -> None:
        """Report something before the first unit."""
        print_message(text)

    def error(self, error: DocgenError) -> None:
        """Report the error that stopped the run."""
        raise error

    def end(self, text: str) -> None:
        """Report the end of the run."""
        print_message(text)

    def _error(self, text: str) -> None:
        print_always(text)

    def _progress(self) -> None:
        count = (self.tally.made + self.tally.failed) // EVERY
        if count > self._reported:
            self._reported = count
            print_message(f"{self.tally}{self.tally.left}")


class ProgressBar(ProgressLines):
    """A bar for people at a terminal, and lines for errors and notes."""

    def __init__(self, tally: Tally, progress: Progress) -> None:
        super().__init__(tally)
        self._shown = progress
        self._task = progress.add_task(str(tally), total=None)

    def _error(self, text: str) -> None:
        self._shown.console.print(printable(masked(text)), markup=False, highlight=False, soft_wrap=True)

    def _progress(self) -> None:
        done = self.tally.made + self.tally.failed
        self._shown.update(self._task, description=str(self.tally), completed=done, total=self.tally.expected)


class Json(ProgressLines):
    """One JSON object a line, for programs."""

    def outcome(self, outcome: Outcome) -> None:
        """An event for each intake, one for each failure, or one for a file that is passed over."""
        if outcome.passed_over:
            self._event("passed_over", source=outcome.source, reason=outcome.passed_over)
        for item in outcome.items:
            self._event(
                "item", source=outcome.source, sheet=item.sheet, row=item.row, verdict=item.verdict,
                packet=item.packet, findings=len(item.findings), pending=len(item.pending), ms=item.ms,
            )  # fmt: skip
        for failure in outcome.failures:
            self._event("failure", source=outcome.source, **failure._asdict())

    def retry(self, retry: Retry) -> None:
        """An event for the unit."""
        unit = retry.unit
        self._event("retry", source=unit.source, first=unit.start + 1, last=unit.stop, reason=unit.deaths[-1])

    def note(self, text: str) -> None:
        """An event with the text."""
        self._event("note", text=text)

    def error(self, error: DocgenError) -> None:
        """An event, and the exit code."""
        self._event("error", message=error.message, hint=error.hint, code=int(error.exit_code))
        raise click.exceptions.Exit(error.exit_code)

    def end(self, text: str) -> None:
        """An event with the totals."""
        tally = self.tally
        self._event(
            "end", made=tally.made, failed=tally.failed, passed_over=tally.passed_over,
            verdicts=dict(tally.verdicts), text=text,
        )  # fmt: skip

    def _event(self, event: str, **details: Any) -> None:
        import json  # not for --help

        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "event": event, **details}, ensure_ascii=False)
        print_always(line)


@contextmanager
def reporter(sources: int, *, as_json: bool) -> Iterator[ProgressLines]:
    """The report of a run over so many sources, by what stderr is."""
    tally = Tally(sources)
    if as_json:
        yield Json(tally)
    elif sys.stderr.isatty() and prints_messages():
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn(), TextColumn(tr("left")))
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            yield ProgressBar(tally, progress)
    else:
        yield ProgressLines(tally)
