"""Store the files of the inbox, their readings, corrections and terms."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docgen.desk.database import Database, audit, now
from docgen.desk.readings import IntakeReading, SourceReading
from docgen.desk.request_language import Refusal
from docgen.desk.settings import Settings
from docgen.names import safe_file_name
from docgen.output import files
from docgen.text import fold, printable

#: The states of a file.
ARRIVING, WAITING, READ, UNREADABLE = "arriving", "waiting", "read", "unreadable"
#: The key of terms that apply to every intake.
EVERY = (0, 0)


class ChangedError(Exception):
    """The intake has been changed in the meantime, in another tab or by another reading."""


@dataclass(frozen=True)
class File:
    """A file of the inbox."""

    number: int
    name: str
    path: Path
    sha256: str
    size: int
    added: str
    state: str
    refusal: Refusal
    kit: str
    outside: tuple[Mapping[str, Any], ...]
    has_more: bool


@dataclass(frozen=True)
class Stored:
    """An intake as last read; `version` grows with every change."""

    file: int
    n: int
    name: str
    verdict: str
    version: int
    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The last part of its address."""
        return f"{self.file}-{self.n + 1}"

    @property
    def check(self) -> Mapping[str, Any]:
        """The intake as printed by `docgen check --json`."""
        found: Mapping[str, Any] = self.data["check"]
        return found


@dataclass(frozen=True)
class AnswerCorrection:
    """An answer that was corrected at the desk."""

    number: int
    field: str
    before: str
    after: str
    who: str
    at: str
    why: str


class Store:
    """The inbox: every method reads or writes the database; when it returns, the changes are on disk."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database

    # -- files -------------------------------------------------------------------------------------

    def add_file(self, name: str, content: bytes) -> int:
        """Store a received file; returns its number.  Raises WriteError."""
        shown = printable(Path(name.replace("\\", "/")).name.strip())[:200] or "?"
        path_name = safe_file_name(shown)
        row = (shown, path_name, hashlib.sha256(content).hexdigest(), len(content), now(), ARRIVING)
        with self.database.writing() as connection:
            cursor = connection.execute(
                "INSERT INTO files (name, path_name, sha256, size, added, state) VALUES (?, ?, ?, ?, ?, ?)", row
            )
        number = int(cursor.lastrowid or 0)
        files.write_file(self.settings.source(number, path_name), content, replace=True)
        with self.database.writing() as connection:
            connection.execute("UPDATE files SET state = ? WHERE number = ?", (WAITING, number))
        return number

    def holds(self, name: str, content: bytes) -> bool:
        """Whether a file of that name and content has come in before."""
        row = self.database.one(
            "SELECT number FROM files WHERE path_name = ? AND sha256 = ? AND state != ?",
            safe_file_name(name), hashlib.sha256(content).hexdigest(), ARRIVING,
        )  # fmt: skip
        return row is not None

    def file(self, number: int) -> File | None:
        """The file with that number."""
        row = self.database.one("SELECT * FROM files WHERE number = ? AND state != ?", number, ARRIVING)
        return self._file(row) if row else None

    def _file(self, row: sqlite3.Row) -> File:
        path = self.settings.source(row["number"], row["path_name"])
        return File(
            row["number"], row["name"], path, row["sha256"], row["size"], row["added"], row["state"],
            json.loads(row["refusal"]), row["kit"], tuple(json.loads(row["outside"])), bool(row["has_more"]),
        )  # fmt: skip

    def unread(self, stamp: str) -> list[int]:
        """The files to read: new ones, and those read by another version of docgen or the kit."""
        rows = self.database.all(
            "SELECT number FROM files WHERE state = ? OR (state IN (?, ?) AND stamp != ?) ORDER BY number",
            WAITING, READ, UNREADABLE, stamp,
        )  # fmt: skip
        return [row["number"] for row in rows]

    def keep_reading(self, number: int, reading: SourceReading, kit: str, stamp: str) -> None:
        """Store the contents of a file, replacing an earlier reading."""
        with self.database.writing() as connection:
            versions = dict(connection.execute("SELECT n, version FROM intakes WHERE file = ?", (number,)).fetchall())
            connection.execute("DELETE FROM intakes WHERE file = ?", (number,))
            for n, intake in enumerate(reading.intakes):
                _insert(connection, number, n, intake, versions.get(n, 0) + 1)
            connection.execute(
                "UPDATE files SET state = ?, refusal = '{}', kit = ?, stamp = ?, outside = ?, has_more = ? "
                "WHERE number = ?",
                (READ, kit, stamp, json.dumps(reading.outside), reading.has_more, number),
            )

    def keep_refusal(self, number: int, refusal: Refusal, kit: str, stamp: str) -> None:
        """Store why a file cannot be read."""
        with self.database.writing() as connection:
            connection.execute("DELETE FROM intakes WHERE file = ?", (number,))
            connection.execute(
                "UPDATE files SET state = ?, refusal = ?, kit = ?, stamp = ? WHERE number = ?",
                (UNREADABLE, json.dumps(refusal), kit, stamp, number),
            )

    # -- intakes -----------------------------------------------------------------------------------

    def intake(self, file: int, n: int) -> Stored | None:
        """The intake of that file with that number."""
        row = self.database.one("SELECT * FROM intakes WHERE file = ? AND n = ?", file, n)
        return _stored(row) if row else None

    def intakes(self, file: int) -> list[Stored]:
        """The intakes of a file, in order."""
        return [_stored(row) for row in self.database.all("SELECT * FROM intakes WHERE file = ? ORDER BY n", file)]

    def neighbours(self, file: int, n: int) -> tuple[str | None, str | None]:
        """The ids of the intakes before and after this one, in the order of the inbox by number."""
        before = self.database.one(
            "SELECT file, n FROM intakes WHERE (file, n) < (?, ?) ORDER BY file DESC, n DESC LIMIT 1", file, n
        )
        after = self.database.one(
            "SELECT file, n FROM intakes WHERE (file, n) > (?, ?) ORDER BY file, n LIMIT 1", file, n
        )
        return _id(before), _id(after)

    def renew(self, stored: Stored, reading: IntakeReading) -> None:
        """Store an intake after reading it again, unless it has been changed in the meantime."""
        with suppress(ChangedError), self.database.writing() as connection:
            self._replace(connection, stored, reading)

    # -- corrections -------------------------------------------------------------------------------

    def corrections(self, file: int, n: int) -> list[AnswerCorrection]:
        """Every active correction of an intake, oldest first."""
        rows = self.database.all(
            "SELECT * FROM amendments WHERE file = ? AND n = ? AND is_undone = 0 ORDER BY number", file, n
        )
        return [_correction(row) for row in rows]

    def keep_correction(
        self, stored: Stored, correction: AnswerCorrection, reading: IntakeReading, sha256: str
    ) -> None:
        """Store a correction and the intake with it.  Raises ChangedError if the intake has changed."""
        with self.database.writing() as connection:
            self._replace(connection, stored, reading)
            connection.execute(
                "INSERT INTO amendments (file, n, field, before, after, who, at, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (stored.file, stored.n, *_values(correction)),
            )
            audit(
                connection, correction.who, "amendment", stored.id, source_sha256=sha256, field=correction.field,
                before=correction.before, after=correction.after, why=correction.why, verdict=reading.verdict,
            )  # fmt: skip

    def undo_correction(self, stored: Stored, number: int, reading: IntakeReading, who: str) -> None:
        """Undo a correction.  Raises ChangedError."""
        with self.database.writing() as connection:
            self._replace(connection, stored, reading)
            connection.execute("UPDATE amendments SET is_undone = 1 WHERE number = ?", (number,))
            audit(connection, who, "amendment-undone", stored.id, amendment=number, verdict=reading.verdict)

    def _replace(self, connection: sqlite3.Connection, stored: Stored, reading: IntakeReading) -> None:
        row = connection.execute(
            "SELECT version FROM intakes WHERE file = ? AND n = ?", (stored.file, stored.n)
        ).fetchone()
        if row is None or row["version"] != stored.version:
            raise ChangedError
        connection.execute("DELETE FROM intakes WHERE file = ? AND n = ?", (stored.file, stored.n))
        _insert(connection, stored.file, stored.n, reading, stored.version + 1)

    # -- terms -------------------------------------------------------------------------------------

    def terms(self, file: int, n: int) -> dict[str, str]:
        """The commercial terms of an intake as written, by key: its own ones override those for all."""
        return {**self.own_terms(*EVERY), **self.own_terms(file, n)}

    def own_terms(self, file: int, n: int) -> dict[str, str]:
        """The terms that were given for this intake only."""
        rows = self.database.all("SELECT key, written FROM terms WHERE file = ? AND n = ?", file, n)
        return {row["key"]: row["written"] for row in rows}

    def keep_terms(self, stored: Stored, terms: Mapping[str, str], reading: IntakeReading, who: str) -> None:
        """Store the terms of an intake and the intake with them.  Raises ChangedError."""
        with self.database.writing() as connection:
            self._replace(connection, stored, reading)
            _write_terms(connection, stored.file, stored.n, terms)
            audit(connection, who, "terms", stored.id, keys=sorted(terms))

    def keep_terms_of_all(self, terms: Mapping[str, str], who: str) -> None:
        """Store the terms that apply to every intake without its own."""
        with self.database.writing() as connection:
            _write_terms(connection, *EVERY, terms)
            audit(connection, who, "terms", "all", keys=sorted(terms))

    # -- the log -----------------------------------------------------------------------------------

    def note(self, who: str, what: str, about: str, **details: Any) -> None:
        """Add a line to the audit log."""
        with self.database.writing() as connection:
            audit(connection, who, what, about, **details)

    def log(self, most: int) -> list[Mapping[str, Any]]:
        """The last lines of the audit log, newest first."""
        rows = self.database.all("SELECT * FROM audit ORDER BY number DESC LIMIT ?", most)
        return [{**dict(row), "details": json.loads(row["details"])} for row in rows]


def _write_terms(connection: sqlite3.Connection, file: int, n: int, terms: Mapping[str, str]) -> None:
    connection.execute("DELETE FROM terms WHERE file = ? AND n = ?", (file, n))
    rows: Sequence[tuple[int, int, str, str]] = [(file, n, key, written) for key, written in terms.items()]
    connection.executemany("INSERT INTO terms (file, n, key, written) VALUES (?, ?, ?, ?)", rows)


def _insert(connection: sqlite3.Connection, file: int, n: int, intake: IntakeReading, version: int) -> None:
    connection.execute(
        "INSERT INTO intakes (file, n, name, folded, verdict, is_named, version, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            file, n, printable(intake.name), fold(intake.name), intake.verdict, intake.is_named, version,
            json.dumps(intake.data),
        ),
    )  # fmt: skip


def _stored(row: sqlite3.Row) -> Stored:
    return Stored(row["file"], row["n"], row["name"], row["verdict"], row["version"], json.loads(row["data"]))


def _id(row: sqlite3.Row | None) -> str | None:
    return f"{row['file']}-{row['n'] + 1}" if row else None


def _correction(row: sqlite3.Row) -> AnswerCorrection:
    return AnswerCorrection(row["number"], row["field"], row["before"], row["after"], row["who"], row["at"], row["why"])


def _values(correction: AnswerCorrection) -> tuple[str, ...]:
    return correction.field, correction.before, correction.after, correction.who, correction.at, correction.why
