"""Run tasks in the workers of the desk; the server itself opens no file and makes no document."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from docgen import __version__
from docgen.batch.jobs import kit_sha256
from docgen.desk import readings
from docgen.desk.live import Hub
from docgen.desk.readings import IntakeReading, SourceJob, SourceReading
from docgen.desk.request_language import (
    Refusal,
    in_all_languages,
    in_language,
    refused_in_all_languages,
    request_language,
)
from docgen.desk.settings import WORKERS, Settings
from docgen.desk.store import AnswerCorrection, File, Store, Stored
from docgen.errors import SourceError
from docgen.language import tr
from docgen.text import clean_long
from docgen.workers.pool import WorkerDiedError, Workers

#: Seconds between checks, while waiting, whether the desk is being closed.
_LOOK = 0.5
_Result = TypeVar("_Result")


class Work:
    """Workers that stay loaded.  Methods with a result wait for it: call them from threads, not the event loop."""

    def __init__(self, settings: Settings, store: Store, hub: Hub) -> None:
        self._settings = settings
        self._store = store
        self._hub = hub
        self._is_ending = False
        self._pages = Workers(WORKERS)
        self._reading = Workers(1)  # separate, so that fifty new files do not delay any page

    def warm(self) -> None:
        """Start the workers, so that the first request does not wait for them."""
        for _ in range(WORKERS):
            self._pages.submit(readings.prepare, self._settings.kit)

    def end(self) -> None:
        """End all workers immediately."""
        self._is_ending = True
        self._pages.end(at_once=True)
        self._reading.end(at_once=True)

    def stamp(self) -> str:
        """An id of the version of docgen and the kit, which decide how files are read."""
        return hashlib.sha256(f"{__version__} {kit_sha256(self._settings.kit)}".encode()).hexdigest()[:16]

    def call(self, function: Callable[..., _Result], *args: Any) -> _Result:
        """The result of the function, run in a worker.  Raises its errors; SourceError if the worker died."""
        future = self._pages.submit(in_language, request_language.get(), function, *args)
        while True:
            try:
                found: _Result = future.result(_LOOK)
            except TimeoutError:
                if self._is_ending:
                    raise SourceError(tr("the desk is being closed"), tr("open it again with: docgen desk")) from None
            except WorkerDiedError as death:
                raise _died(death) from None
            else:
                return found

    # -- new files ------------------------------------------------------------------------------------

    def read_waiting(self) -> None:
        """Read all files that were not read yet, or by another version of docgen or the kit."""
        for number in self._store.unread(self.stamp()):
            self.read_soon(number)

    def read_soon(self, number: int) -> None:
        """Read a file of the inbox in the background; open pages are informed."""
        file = self._store.file(number)
        if file is None:
            return
        stamp = self.stamp()
        job = self.job(file)
        future = self._reading.submit(refused_in_all_languages, readings.read_source, job)
        future.add_done_callback(lambda done: self._keep(file, stamp, done))

    def _keep(self, file: File, stamp: str, done: Future[tuple[SourceReading | None, Refusal | None]]) -> None:
        kit = self._settings.kit.resolve().name
        error = done.exception()
        reading, refusal = (None, in_all_languages(partial(_died, error))) if error else done.result()
        if self._is_ending:  # it is read at the next start
            return
        if reading is not None:
            self._store.keep_reading(file.number, reading, kit, stamp)
            self._reread_corrected(file)
        elif refusal is not None:
            self._store.keep_refusal(file.number, refusal, kit, stamp)
        self._hub.notify("inbox", str(file.number))

    def _reread_corrected(self, file: File) -> None:
        """Read the intakes that have their own corrections or terms again."""
        for stored in self._store.intakes(file.number):
            if self._store.corrections(stored.file, stored.n) or self._store.own_terms(stored.file, stored.n):
                future = self._pages.submit(readings.read_intake, self.job(file, stored), stored.n)
                future.add_done_callback(partial(self._keep_again, stored))

    def _keep_again(self, stored: Stored, done: Future[IntakeReading]) -> None:
        if done.exception() is None:
            self._store.renew(stored, done.result())
            self._hub.notify("intake", stored.id)

    # -- one intake ----------------------------------------------------------------------------------

    def job(self, file: File, stored: Stored | None = None) -> SourceJob:
        """The task of reading a file, with the terms and corrections of one of its intakes if one is given."""
        if stored is None:
            return SourceJob(file.path, file.name, self._settings.kit, self._store.own_terms(0, 0))
        corrections = self._store.corrections(stored.file, stored.n)
        return SourceJob(
            file.path, file.name, self._settings.kit, self._store.terms(stored.file, stored.n),
            amendments(file, stored, corrections),
        )  # fmt: skip


def amendments(file: File, stored: Stored, corrections: list[AnswerCorrection]) -> tuple[dict[str, Any], ...]:
    """Corrections in the form of an amendments file: the last one of each answer, if it differs from the source."""
    last = {one.field: one for one in corrections}
    check = stored.check
    return tuple(
        {
            "source_sha256": file.sha256, "sheet": check["sheet"], "row": check["row"], "field": one.field,
            "before": one.before, "after": one.after, "who": one.who, "when": one.at, "why": one.why,
        }
        for one in last.values()
        if clean_long(one.before) != clean_long(one.after)
    )  # fmt: skip


def _died(death: BaseException) -> SourceError:
    return SourceError(
        tr("the process that worked on the file ended: {how}", how=death),
        tr("try again; if it happens again, open the file in Excel or Word and save it anew"),
    )
