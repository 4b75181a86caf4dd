"""What happens in a batch run, in words for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from docgen.batch.jobs import Failure, Outcome
from docgen.batch.schedule import Retry


def failure_text(source: str, failure: Failure) -> str:
    """Where it failed, why, and how to mend it."""
    where = "" if failure.reason.startswith(source) else f"{source}: "  # the reason of an unreadable source names it
    place = f"{failure.place}: " if failure.place else ""
    return f"{where}{place}{failure.reason}{f' ({failure.remedy})' if failure.remedy else ''}"


def passed_over_text(files: Sequence[tuple[str, str]], count: int) -> str:
    """How many files of folders are not read, and of the first ones what they are and what can be done."""
    listed = [f"{Path(name).name}: {what}" for name, what in files]
    more = [f"and {count - len(listed):,} more"] if count > len(listed) else []
    return f"{count:,} file{'' if count == 1 else 's'} passed over: {'; '.join((*listed, *more))}"


def retry_text(retry: Retry) -> str:
    """Which intakes are tried again, and why."""
    unit = retry.unit
    last = f"–{unit.stop}" if unit.stop > unit.start + 1 else ""
    return f"{unit.source}: intake {unit.start + 1}{last}: the worker process died ({unit.deaths[-1]}); trying again"


def texts(event: Outcome | Retry) -> list[str]:
    """A line for each packet and each failure, or one for the retry or the file passed over."""
    if isinstance(event, Retry):
        return [retry_text(event)]
    if event.passed_over:
        return [f"{event.source}: passed over: {event.passed_over}"]
    made = [f"{event.source}: {item.name}: {item.verdict}: {item.packet}" for item in event.items]
    return made + [f"error: {failure_text(event.source, failure)}" for failure in event.failures]
