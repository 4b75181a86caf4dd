"""Keep the register of final contracts in an SQLite file: the number of each, and what was agreed.

The number and the document are written under one lock: a pending row with the hash and the temporary name of the
document → commit → rename → mark the row.  If the process dies in between, the next opening of the register checks the
document: if it is in place, the row is marked; if not, both are removed.  So there is never a number
without a document, or a document without a number.  It uses a rollback journal: the file may be on a network share.
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
#: Seconds to wait while another process has the register open.
_PATIENCE = 30.0


class Detail(NamedTuple):
    """One value that the register keeps of a contract: `kind` is text, number or date, `text` is as in JSON."""

    key: str
    label: str
    kind: str
    text: str


@dataclass(frozen=True)
class Entry:
    """A contract in the register: its number, customer and end, and all values that are kept.

    `marks` identify the customer: credit codes and mobile numbers.  `series` and `position` are None if the
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
    """An open register; no other process has it open for writing."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        #: The part of a temporary file's name that identifies its maker.
        self._mark = hashlib.sha256(str(path.resolve()).encode("utf-8", "replace")).hexdigest()[:12]

    def next_position(self, series: str, number_of: Any) -> int:
        """The first free position of a series whose number was not given by hand."""
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
        """Write the document of a contract to `path` and record the contract: both or neither.

        Raises WriteError if the number exists already, or the file does, unless with `force`.
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
        # The row comes first: a file without a row is removed later, a row without its file would look issued.
        self._connection.execute("DELETE FROM contracts WHERE number = ? AND state = 'pending'", (number,))
        scratch.remove(hidden)

    def recover(self) -> None:
        """Complete or undo what a process left unfinished when it died."""
        query = "SELECT number, maker, hidden, file, sha256 FROM contracts WHERE state = 'pending'"
        for number, maker, hidden, file, digest in self._connection.execute(query).fetchall():
            if _is(Path(file), digest):
                self._issue(number)
            elif _is(Path(hidden), digest):
                self._take_back(number, Path(hidden))
            elif maker == scratch.machine():  # renamed, and later changed or moved by a person: it keeps its number
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
            str(number), str(customer), tuple(map(str, json.loads(marks))), expires, str(reminder), int(days), kept,
            *rest,
        )  # fmt: skip


def customers_of(entries: Iterable[Entry]) -> list[Customer]:
    """The customers of these contracts, each name once, since a customer may have several contracts."""
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
    """Open the register at `path` for this process only; create it if it is missing.  Raises WriteError."""
    with ExitStack() as held:
        held.enter_context(files.locked(path.with_name(f".{path.name}.lock")))
        held.enter_context(_clear_errors(path))
        connection = held.enter_context(closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)))
        _prepare(path, connection)
        register = Register(path, connection)
        register.recover()
        yield register


def read(path: Path) -> list[Entry]:
    """Every contract of the register at `path`; a register that cannot be written is read without changes.

    What a process left unfinished is completed or undone first.  Raises SourceError if it is not a register.
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
    """Create the tables in a new file.  Raises WriteError if the file is something else."""
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
    """Raise errors of SQLite as WriteError."""
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning) as cause:
        what = tr("{path}: cannot be used as a register: {cause}", path=path, cause=cause)
        raise WriteError(what, tr("name another file")) from cause
