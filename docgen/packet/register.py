"""The register of final contracts: an SQLite file in which each has its number, and what was agreed.

A number is given and its document written under one lock: a pending row with the hash and the hidden name of the
document → commit → rename → mark.  Whatever dies in between, the next opening of the register sees what became of the
document: it is in its place and the row is marked, or it does not and both go.  So there is neither a number
without a document nor a document without a number.  The journal is a rollback journal: the file may lie on a share.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from docgen.errors import SourceError, WriteError
from docgen.language import tr
from docgen.output import files, scratch, staged
from docgen.output.refusals import refuse_to_replace
from docgen.packet.duplicates import Customer
from docgen.text import fold

_APPLICATION, _VERSION = 0x6467_7267, 1  # "dgrg"
_SCHEMA = """
CREATE TABLE contracts (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    series TEXT, position INTEGER,
    state TEXT NOT NULL CHECK (state IN ('pending', 'issued')),
    maker TEXT NOT NULL, hidden TEXT,
    file TEXT NOT NULL, sha256 TEXT NOT NULL,
    customer TEXT NOT NULL, marks TEXT NOT NULL,
    expires TEXT, reminder TEXT NOT NULL, remind_days INTEGER NOT NULL,
    details TEXT NOT NULL,
    UNIQUE (series, position)
)
"""
#: The states of a contract.
PENDING, ISSUED = "pending", "issued"
#: How many seconds a register waits for whoever else has the file open.
_PATIENCE = 30.0


class Detail(NamedTuple):
    """One thing that the register keeps of a contract: `kind` is text, number or date, `text` the value as in JSON."""

    key: str
    label: str
    kind: str
    text: str


@dataclass(frozen=True)
class Entry:
    """A contract in the register: its number, whose it is, when it ends, and all that is kept of it.

    `marks` tell the customer from others: credit codes and mobile numbers.  `series` and `position` are None if the
    number was given by hand.
    """

    number: str
    customer: str
    marks: tuple[str, ...]
    expires: str | None
    reminder: str
    remind_days: int
    details: tuple[Detail, ...]
    series: str | None = None
    position: int | None = None
    state: str = ISSUED
    file: str = ""
    sha256: str = ""


class Register:
    """An open register; nobody else has it open for writing."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        #: Of hidden files the part of their names that says whose they are.
        self._mark = hashlib.sha256(str(path.resolve()).encode("utf-8", "replace")).hexdigest()[:12]

    def next_position(self, series: str, number_of: Any) -> int:
        """The first position of a series that is free, and whose number nobody has given by hand."""
        query = "SELECT position FROM contracts WHERE series = ?"
        taken = {position for (position,) in self._connection.execute(query, (series,))}
        position = 1
        while position in taken or self.holds(number_of(position)):
            position += 1
        return position

    def holds(self, number: str) -> bool:
        """Whether a contract has this number."""
        found = self._connection.execute("SELECT 1 FROM contracts WHERE number = ?", (number,))
        return found.fetchone() is not None

    def record(self, entry: Entry, content: bytes, path: Path, *, force: bool = False) -> None:
        """Write the document of a contract to `path` and record it, both or neither.

        Raises WriteError if the number is there already, or the file, unless with `force`.
        """
        if self.holds(entry.number):
            raise WriteError(
                tr("{path}: the number {number} is there already", path=self._path, number=entry.number),
                tr("give another one with the terms"),
            )
        if not force:
            refuse_to_replace(path)
        staged.clear_staged(path.parent, self._mark)
        hidden = staged.stage_file(path, content, self._mark)
        try:
            self._insert(entry, content, hidden, path)
        except BaseException:
            scratch.remove(hidden)
            raise
        try:
            staged.publish_file(hidden, path)
        except BaseException:
            self.recover()
            raise
        self._issue(entry.number)

    def _insert(self, entry: Entry, content: bytes, hidden: Path, path: Path) -> None:
        self._connection.execute(
            "INSERT INTO contracts (number, series, position, state, maker, hidden, file, sha256, customer, marks,"
            " expires, reminder, remind_days, details) VALUES (?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.number, entry.series, entry.position, scratch.machine(), str(hidden.resolve()),
                str(path.resolve()), hashlib.sha256(content).hexdigest(), entry.customer, _json(entry.marks),
                entry.expires, entry.reminder, entry.remind_days, _json(entry.details),
            ),
        )  # fmt: skip

    def _issue(self, number: str) -> None:
        self._connection.execute("UPDATE contracts SET state = 'issued', hidden = NULL WHERE number = ?", (number,))

    def _take_back(self, number: str, hidden: Path) -> None:
        # The row first: a hidden file without a row is cleared away, a row without its file would pass for issued.
        self._connection.execute("DELETE FROM contracts WHERE number = ? AND state = 'pending'", (number,))
        scratch.remove(hidden)

    def recover(self) -> None:
        """Bring to an end what a process that died has begun."""
        query = "SELECT number, maker, hidden, file, sha256 FROM contracts WHERE state = 'pending'"
        for number, maker, hidden, file, digest in self._connection.execute(query).fetchall():
            if _is(Path(file), digest):
                self._issue(number)
            elif _is(Path(hidden), digest):
                self._take_back(number, Path(hidden))
            elif maker == scratch.machine():  # renamed, and then changed or moved by somebody: it has its number
                self._issue(number)

    def entries(self) -> list[Entry]:
        """Every contract, in the order in which they were recorded."""
        return _entries(self._path, self._connection)


def _is(path: Path, digest: str) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == digest
    except OSError:
        return False


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def _entries(path: Path, connection: sqlite3.Connection) -> list[Entry]:
    try:
        return list(_each_entry(connection))
    except (ValueError, TypeError) as cause:
        raise WriteError(tr("{path}: is a damaged register", path=path), tr("restore it from a copy")) from cause


def _each_entry(connection: sqlite3.Connection) -> Iterator[Entry]:
    columns = "number, customer, marks, expires, reminder, remind_days, details, series, position, state, file, sha256"
    found = connection.execute(f"SELECT {columns} FROM contracts ORDER BY id")
    for number, customer, marks, expires, reminder, days, details, *rest in found:
        kept = tuple(Detail(*map(str, detail)) for detail in json.loads(details))
        yield Entry(
            str(number),
            str(customer),
            tuple(map(str, json.loads(marks))),
            expires,
            str(reminder),
            int(days),
            kept,
            *rest,
        )


def customers_of(entries: Iterable[Entry]) -> list[Customer]:
    """The customers of these contracts, each name once: to have several contracts is nothing odd."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(fold(entry.customer), []).append(entry)
    return [
        Customer(
            contracts[0].customer,
            tuple(dict.fromkeys(mark for contract in contracts for mark in contract.marks)),
            ", ".join(contract.number for contract in contracts),
        )
        for contracts in found.values()
    ]


@contextmanager
def opened(path: Path) -> Iterator[Register]:
    """The register at `path`, made if there is none, for this process alone.  Raises WriteError."""
    with ExitStack() as held:
        held.enter_context(files.locked(path.with_name(f".{path.name}.lock")))
        held.enter_context(_clear_errors(path))
        connection = held.enter_context(closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)))
        _prepare(path, connection)
        register = Register(path, connection)
        register.recover()
        yield register


def read(path: Path) -> list[Entry]:
    """Every contract of the register at `path`, which stays as it is where it cannot be written.

    What a process that died has begun is brought to an end first.  Raises SourceError if it is no register.
    """
    if not path.is_file():
        what = tr("{path}: there is no such register", path=path)
        raise SourceError(what, tr("docgen contract --final --register FILE makes one"))
    try:
        if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
            with opened(path) as register:
                return register.entries()
        with (
            _clear_errors(path),
            closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection,
        ):
            _require_register(path, connection)
            return _entries(path, connection)
    except WriteError as cause:
        raise SourceError(cause.message, cause.hint) from cause


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    """Make the table where the file is new.  Raises WriteError if it is something else."""
    connection.execute("PRAGMA trusted_schema = OFF")
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
        connection.executescript(
            f"BEGIN IMMEDIATE; {_SCHEMA}; PRAGMA application_id = {_APPLICATION};"
            f"PRAGMA user_version = {_VERSION}; COMMIT;"
        )
    _require_register(path, connection)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = FULL")


def _require_register(path: Path, connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != _APPLICATION:
        what = tr("{path}: is a database, but no register of contracts", path=path)
        raise WriteError(what, tr("name another file"))
    if version != _VERSION:
        what = tr("{path}: is a register of another version ({version})", path=path, version=version)
        raise WriteError(what, tr("use the docgen that made it"))


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    """Raise what SQLite says as WriteError."""
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning) as cause:
        what = tr("{path}: cannot be used as a register: {cause}", path=path, cause=cause)
        raise WriteError(what, tr("name another file")) from cause
