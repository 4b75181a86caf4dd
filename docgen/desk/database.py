"""Open the database of the desk: SQLite in WAL mode; what a page confirms is safely on disk."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docgen.errors import WriteError
from docgen.language import tr

_SCHEMA = Path(__file__).with_name("schema.sql")


class Database:
    """One connection, used by one thread at a time; every query is short."""

    def __init__(self, path: Path) -> None:
        """Open or create the database at `path` in an existing folder.  Raises WriteError."""
        self._turn = threading.RLock()
        try:
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.executescript(_SCHEMA.read_text(encoding="utf-8"))
        except sqlite3.Error as cause:
            raise WriteError(
                tr("{path}: cannot be used as the desk's database: {reason}", path=path, reason=cause),
                tr("choose another --folder"),
            ) from cause

    def close(self) -> None:
        """Close the connection; all changes are already on disk."""
        with self._turn:
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: at the end all of it is on disk, or nothing."""
        with self._turn:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def all(self, query: str, *values: object) -> list[sqlite3.Row]:
        """The rows of a query."""
        with self._turn:
            return self._connection.execute(query, values).fetchall()

    def one(self, query: str, *values: object) -> sqlite3.Row | None:
        """The first row of a query."""
        with self._turn:
            row: sqlite3.Row | None = self._connection.execute(query, values).fetchone()
            return row


def now() -> str:
    """The current time to the second, with its time zone."""
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")


def audit(connection: sqlite3.Connection, who: str, what: str, about: str, **details: Any) -> None:
    """Add to the audit log, in the same transaction as the action."""
    connection.execute(
        "INSERT INTO audit (at, who, what, about, details) VALUES (?, ?, ?, ?, ?)",
        (now(), who, what, about, json.dumps(details, ensure_ascii=False)),
    )
