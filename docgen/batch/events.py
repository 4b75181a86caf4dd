"""What happens in a batch run, in words for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from docgen.batch.jobs import Failure, Outcome
from docgen.batch.schedule import Retry
from docgen.language import plural, tr, word


def failure_text(source: str, failure: Failure) -> str:
    """Where it failed, why, and how to mend it."""
    where = "" if failure.reason.startswith(source) else f"{source}: "  # the reason of an unreadable source names it
    place = f"{failure.place}: " if failure.place else ""
    reason = tr("{message} ({hint})", message=failure.reason, hint=failure.remedy) if failure.remedy else failure.reason
    return f"{where}{place}{reason}"


def passed_over_text(files: Sequence[tuple[str, str]], count: int) -> str:
    """How many files of folders are not read; for the first ones, what they are and what can be done."""
    listed = [f"{Path(name).name}: {what}" for name, what in files]
    more = [tr("and {count:,} more", count=count - len(listed))] if count > len(listed) else []
    texts = "; ".join((*listed, *more))
    return plural(count, "{count:,} file passed over: {files}", "{count:,} files passed over: {files}", files=texts)


def retry_text(retry: Retry) -> str:
    """Which intakes are tried again, and why."""
    unit = retry.unit
    last = f"–{unit.stop}" if unit.stop > unit.start + 1 else ""
    return tr(
        "{source}: intake {start}{last}: the worker process died ({death}); trying again", source=unit.source,
        start=unit.start + 1, last=last, death=unit.deaths[-1],
    )  # fmt: skip


def texts(event: Outcome | Retry) -> list[str]:
    """A line for each packet and each failure, or one for the retry or the file passed over."""
    if isinstance(event, Retry):
        return [retry_text(event)]
    if event.passed_over:
        return [tr("{source}: passed over: {passed_over}", source=event.source, passed_over=event.passed_over)]
    made = [f"{event.source}: {item.name}: {word('verdict', item.verdict)}: {item.packet}" for item in event.items]
    return made + [tr("error: {message}", message=failure_text(event.source, failure)) for failure in event.failures]
