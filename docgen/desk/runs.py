"""Start, stop and continue the batch runs of the desk, and store their state."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from docgen.desk.database import Database, audit, now
from docgen.desk.live import Hub
from docgen.desk.run_process import RunRequest, run
from docgen.desk.settings import Settings
from docgen.language import tr

#: The states of a run.
RUNNING, STOPPED, FINISHED, FAILED = "running", "stopped", "finished", "failed"
#: Seconds that a stopped run may take to clean up, before it is killed.
_FAREWELL = 10.0


@dataclass(frozen=True)
class StoredRun:
    """A run as stored."""

    number: int
    title: str
    request: RunRequest
    state: str
    started: str
    ended: str
    progress: Mapping[str, Any]
    message: str

    @property
    def out(self) -> Path:
        """The folder with its packets and reports."""
        return Path(self.request.out)


class Runs:
    """All runs: each active run has a process, and a thread that receives its reports."""

    def __init__(self, settings: Settings, database: Database, hub: Hub) -> None:
        self._settings = settings
        self._database = database
        self._hub = hub
        self._processes: dict[int, BaseProcess] = {}
        self._stopped: set[int] = set()
        self._turn = threading.Lock()
        self._is_ending = False

    # -- stored state --------------------------------------------------------------------------------

    def get(self, number: int) -> StoredRun | None:
        """The run with that number."""
        row = self._database.one("SELECT * FROM runs WHERE number = ?", number)
        return _stored(row) if row else None

    def all(self) -> list[StoredRun]:
        """All runs, newest first."""
        return [_stored(row) for row in self._database.all("SELECT * FROM runs ORDER BY number DESC LIMIT 200")]

    # -- actions -------------------------------------------------------------------------------------

    def add(self, title: str) -> int:
        """Store a new run without starting it; returns its number."""
        with self._database.writing() as connection:
            cursor = connection.execute(
                "INSERT INTO runs (title, request, state, started) VALUES (?, '{}', ?, ?)", (title, STOPPED, now())
            )
        return int(cursor.lastrowid or 0)

    def begin(self, number: int, request: RunRequest, who: str) -> None:
        """Start a run."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE runs SET request = ?, state = ? WHERE number = ?",
                (json.dumps(asdict(request)), RUNNING, number),
            )
            audit(connection, who, "run", str(number), sources=len(request.sources))
        self._start(number, request, resume=False)

    def go_on(self, number: int) -> bool:
        """Continue a run that did not finish; False if there is none."""
        found = self.get(number)
        if found is None or not found.request.sources:
            return False
        with self._database.writing() as connection:  # only one of two tabs
            query = "UPDATE runs SET state = ?, message = '', ended = '' WHERE number = ? AND state != ?"
            is_ours = connection.execute(query, (RUNNING, number, RUNNING)).rowcount == 1
        if is_ours:
            self._start(number, found.request, resume=True)
            self._hub.notify("runs", str(number))
        return is_ours

    def go_on_with_all(self) -> None:
        """Continue every run that was active when the desk ended, for any reason."""
        for found in self.all():
            if found.state == RUNNING:
                self._start(found.number, found.request, resume=True)

    def stop(self, number: int) -> None:
        """Stop a run that is active; it can be continued."""
        with self._turn:
            found = self.get(number)
            if found is None or found.state != RUNNING:
                return
            process = self._processes.get(number)
            self._stopped.add(number)
        if process is not None:  # otherwise it is being started, and is stopped then
            self._end_soon(process)

    def _end_soon(self, process: BaseProcess) -> None:
        """Ask a process to end, and kill it if it does not: a run can be continued from any point."""
        process.terminate()
        killing = threading.Timer(_FAREWELL, process.kill)
        killing.daemon = True
        killing.start()

    def end(self) -> None:
        """End all processes immediately; the runs continue when the desk is opened again."""
        self._is_ending = True
        with self._turn:
            processes = list(self._processes.values())
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(1.0)
            if process.is_alive():
                process.kill()
                process.join()

    # -- processes -----------------------------------------------------------------------------------

    def _start(self, number: int, request: RunRequest, *, resume: bool) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=run, args=(theirs, request, resume))
        process.start()
        theirs.close()
        with self._turn:
            self._processes[number] = process
            is_stopped = number in self._stopped
        if is_stopped:
            self._end_soon(process)
        threading.Thread(target=self._receive, args=(number, process, ours), daemon=True).start()

    def _receive(self, number: int, process: BaseProcess, pipe: Connection) -> None:
        """Receive the reports of a run until it ends; runs in a thread."""
        state, message = FAILED, tr("the process of the run ended; go on with it")
        with suppress(EOFError, OSError), pipe:
            while True:
                kind, *content = pipe.recv()
                if kind == "end":
                    state, message = content
                    break
                self._keep(number, content[0])
        process.join(_FAREWELL)
        if process.is_alive():
            process.kill()
            process.join()
        with self._turn:
            self._processes.pop(number, None)
            if number in self._stopped and state == FAILED:  # before its first report
                state, message = STOPPED, ""
            if not self._is_ending:
                self._set(number, state, message)
            self._stopped.discard(number)

    def _keep(self, number: int, progress: Mapping[str, Any]) -> None:
        if self._is_ending:
            return
        with self._database.writing() as connection:
            connection.execute("UPDATE runs SET progress = ? WHERE number = ?", (json.dumps(progress), number))
        self._hub.notify("runs", str(number))

    def _set(self, number: int, state: str, message: str = "") -> None:
        ended = "" if state == RUNNING else now()
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE runs SET state = ?, message = ?, ended = ? WHERE number = ?", (state, message, ended, number)
            )
        self._hub.notify("runs", str(number))


def _stored(row: sqlite3.Row) -> StoredRun:
    request = json.loads(row["request"]) or {"sources": (), "out": "", "kit": "", "terms": {}, "only": ()}
    known = RunRequest(**{**request, "sources": tuple(request["sources"]), "only": tuple(request["only"])})
    return StoredRun(
        row["number"], row["title"], known, row["state"], row["started"], row["ended"], json.loads(row["progress"]),
        row["message"],
    )  # fmt: skip
