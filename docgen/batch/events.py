"""What happens in a batch run, in words for people."""

from __future__ import annotations

from docgen.batch.jobs import Failure, Outcome
from docgen.batch.schedule import Retry


def failure_text(source: str, failure: Failure) -> str:
    """Where it failed, why, and how to mend it."""
    where = "" if failure.reason.startswith(source) else f"{source}: "  # the reason of an unreadable source names it
    place = f"{failure.place}: " if failure.place else ""
    return f"{where}{place}{failure.reason}{f' ({failure.remedy})' if failure.remedy else ''}"


def retry_text(retry: Retry) -> str:
    """Which intakes are tried again, and why."""
    unit = retry.unit
    last = f"–{unit.stop}" if unit.stop > unit.start + 1 else ""
    return f"{unit.source}: intake {unit.start + 1}{last}: the worker process died ({unit.deaths[-1]}); trying again"


def texts(event: Outcome | Retry) -> list[str]:
    """A line for each packet and each failure, or one for the retry."""
    if isinstance(event, Retry):
        return [retry_text(event)]
    made = [f"{event.source}: {item.name}: {item.verdict}: {item.packet}" for item in event.items]
    return made + [f"error: {failure_text(event.source, failure)}" for failure in event.failures]
