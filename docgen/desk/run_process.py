"""Run a batch in its own process, as `docgen batch` does, and report the progress to the desk."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter, deque
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

from docgen.batch import events
from docgen.batch.jobs import Outcome
from docgen.batch.schedule import Retry
from docgen.errors import DocgenError, bug
from docgen.library.batches import Batch, plan
from docgen.masking import masked
from docgen.output import storage
from docgen.text import printable
from docgen.workers import limits

#: The least seconds between reports to the parent, and how many last lines they include.
_OFTEN, _LINES = 0.25, 12
#: The nice value of a run, so that pages have priority.
_NICE = 5
#: Whether this process was asked to stop.  Python drops an exception that is raised while it frees an object.
_is_asked_to_stop = False


@dataclass(frozen=True)
class RunRequest:
    """A requested run: sources as given, the folder for its packets, kit, terms as written, documents."""

    sources: tuple[str, ...]
    out: str
    kit: str
    terms: Mapping[str, str]
    only: tuple[str, ...]
    date: str | None = None


@dataclass
class Progress:
    """The progress of a run."""

    sources: int = 0
    read: int = 0
    made: int = 0
    failed: int = 0
    passed_over: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def run(pipe: Connection, request: RunRequest, resume: bool) -> None:
    """Run in this process; sends `("progress", …)` at intervals, and `("end", state, message)` at the end."""
    limits.leave_the_terminal_to_the_parent()
    signal.signal(signal.SIGTERM, _interrupt)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    limits.end_with_parent()
    try:
        _go(pipe, request, resume)
        pipe.send(("end", "finished", ""))
    except KeyboardInterrupt:
        pipe.send(("end", "stopped", ""))
    except DocgenError as error:
        pipe.send(("end", "failed", printable(masked(str(error)))))
    except Exception as error:  # noqa: BLE001  the page reports it; the desk continues
        pipe.send(("end", "failed", bug(error)))


def _go(pipe: Connection, request: RunRequest, resume: bool) -> None:
    import datetime as dt

    date = dt.date.fromisoformat(request.date) if request.date else None
    batch: Batch = plan(
        request.sources, storage.location(request.out), kit=Path(request.kit), terms=request.terms, only=request.only,
        date=date, resume=resume,
    )  # fmt: skip
    progress = Progress(sources=len(batch.sources))
    verdicts: Counter[str] = Counter()
    lines: deque[str] = deque(maxlen=_LINES)
    reported = 0.0

    def report(line: str) -> None:
        lines.append(printable(masked(line)))

    with closing(batch.events(report)) as happening:
        for event in happening:
            if _is_asked_to_stop:
                raise KeyboardInterrupt
            _count(progress, verdicts, event)
            for line in events.texts(event):
                report(line)
            if time.monotonic() - reported > _OFTEN:
                reported = time.monotonic()
                _send(pipe, progress, verdicts, lines)
    _send(pipe, progress, verdicts, lines)


def _count(progress: Progress, verdicts: Counter[str], event: Outcome | Retry) -> None:
    if isinstance(event, Retry):
        return
    verdicts.update(item.verdict for item in event.items)
    progress.made += len(event.items)
    progress.failed += len(event.failures)
    progress.passed_over += bool(event.passed_over)
    progress.read += not event.more


def _send(pipe: Connection, progress: Progress, verdicts: Counter[str], lines: deque[str]) -> None:
    progress.verdicts, progress.lines = dict(verdicts), list(lines)
    sent: dict[str, Any] = asdict(progress)
    pipe.send(("progress", sent))


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    global _is_asked_to_stop
    _is_asked_to_stop = True
    raise KeyboardInterrupt
