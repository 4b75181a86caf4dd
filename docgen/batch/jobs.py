"""The data that the parts of a batch run exchange: the job, its units, and their outcomes.

Everything here can be pickled, and an outcome can be a line of JSON, so that a unit can be done in any process, also
on another machine.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Self

from docgen import __version__
from docgen.documents.fonts import faces
from docgen.errors import KitError
from docgen.file_cache import cached_by_file
from docgen.kit import kits
from docgen.kit.terms import GivenTerms
from docgen.language import current, tr
from docgen.masking import masked
from docgen.model.as_json import FindingJson
from docgen.model.intake import UNREAD, Level, Value
from docgen.output.storage import Location
from docgen.packet.manifest import terms_sha256
from docgen.packet.packet import KINDS, PacketOptions
from docgen.text import printable

#: Intakes in a unit with reviews, and without: about a second of work in both cases, much more than the cost of
#: handing it out and little to lose with a worker.
_WITH_REVIEW, _WITHOUT_REVIEW = 8, 64


@dataclass(frozen=True)
class Job:
    """What every unit of a run needs to know.

    `stamp` is a hash of everything but the source that decides what a packet holds; `timeout` the longest
    that one intake may take, in seconds; `kit_sha256` a hash of the kit that the run began with; `most_intakes` how
    many intakes of a source are made; `language` the one of failures, on every machine.
    """

    stamp: str
    kit: Path
    terms: GivenTerms | Mapping[str, Value]
    date: dt.date
    out: Location
    force: bool = False
    only: tuple[str, ...] = KINDS
    timeout: float | None = None
    kit_sha256: str | None = None
    most_intakes: int = 200_000
    language: str = field(default_factory=current)

    @cached_property
    def options(self) -> PacketOptions:
        """How packets are made.  Raises KitError if the kit is no longer the one that the run began with."""
        if self.kit_sha256 not in {None, kit_sha256(self.kit)}:
            raise KitError(tr("{kit}: the kit has changed since the run began", kit=self.kit), tr("run again"))
        return PacketOptions(kits.load(self.kit), self.date, self.out, self.force, self.only)

    @property
    def step(self) -> int:
        """How many intakes make a unit."""
        return _WITH_REVIEW if "review" in self.only else _WITHOUT_REVIEW


def stamp(kit: Path, terms: GivenTerms | Mapping[str, Value], date: dt.date, only: tuple[str, ...]) -> str:
    """The stamp of a job.  Raises SystemMissingError if the fonts of the review cannot be asked for."""
    given = terms if isinstance(terms, GivenTerms) else GivenTerms(terms)
    settings: list[Any] = [__version__, date.isoformat(), only, terms_sha256(given.values), kit_sha256(kit)]
    settings += [(one.name, one.code, terms_sha256(one.values)) for one in given.customers]
    if "review" in only:
        settings.append(sorted(faces().items()))
    return hashlib.sha256(json.dumps(settings).encode()).hexdigest()


@cached_by_file
def kit_sha256(kit: Path) -> str:
    """A hash of everything in the folder of a kit."""
    digest = hashlib.sha256()
    for path in sorted(path for path in kit.rglob("*") if path.is_file()):
        digest.update(path.relative_to(kit).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Unit:
    """Some intakes of a source, counted from 0: those from `start` on and before `stop`.

    `deaths` says how workers died of it; `before` is its earlier outcome in the journal.  `is_unknown` says whether
    docgen must look into the file first.
    """

    source: str
    start: int
    stop: int
    deaths: tuple[str, ...] = ()
    before: Outcome | None = None
    is_unknown: bool = False


class Outside(NamedTuple):
    """A text of a source that was not understood: of an intake, or of none."""

    sheet: str | None
    cell: str | None
    text: str


class Item(NamedTuple):
    """An intake whose packet was made: what the reports say of it.

    `customer` is the company's name as compared, `packet` the folder's name, `findings` are as in JSON.  `answers`
    are the values by key of the field, numbers as numbers and all else as documents show it, private ones hidden;
    `unrecognised` are the texts that were not understood, `files` the names of the documents by kind.
    `marks` are hashes of the credit codes and mobile numbers, by which customers are compared.
    """

    sheet: str | None
    row: int | None
    name: str
    customer: str | None
    verdict: str
    findings: list[FindingJson]
    packet: str
    pending: list[str]
    ms: int
    answers: dict[str, str | int | float] = {}  # noqa: RUF012  never changed
    unrecognised: tuple[Outside, ...] = ()
    files: dict[str, str] = {}  # noqa: RUF012
    marks: tuple[str, ...] = ()

    @property
    def unread(self) -> list[FindingJson]:
        """The findings on texts that may be answers and were not read."""
        return [finding for finding in self.findings if finding["rule"] == UNREAD]

    def count(self, level: Level) -> int:
        """How many findings are of this level."""
        return sum(finding["level"] == level for finding in self.findings) if self.findings else 0


class Failure(NamedTuple):
    """An intake, or at place "" a whole source, that could not be done: the reason and the remedy."""

    place: str
    reason: str
    remedy: str

    def masked(self) -> Self:
        """The same with mobile numbers hidden."""
        return type(self)(*map(masked, self))


class Outcome(NamedTuple):
    """The outcome of a unit.

    `inputs` is a hash of what it was made from; `more` says that the source may continue after the unit, and
    `about` how many intakes it seems to hold in all, 0 if unknown.  `digest` tells sources apart whose
    names are the same once a mobile number is hidden in them.  `passed_over` says what the file is and what can be
    done if it is not read, `outside` are texts that are in no intake.
    """

    source: str
    start: int
    stop: int
    inputs: str
    items: list[Item]
    failures: list[Failure]
    more: bool
    about: int = 0
    digest: str = ""
    passed_over: str = ""
    outside: tuple[Outside, ...] = ()

    def to_line(self) -> bytes:
        """The outcome as a line of JSON, fit to be kept: no mobile number in the name of its source or in the texts of
        its failures, and nothing that a terminal obeys."""
        kept = self.masked()
        data = kept._asdict() | {
            "items": [
                item._asdict() | {"unrecognised": [text._asdict() for text in item.unrecognised]} for item in kept.items
            ],
            "failures": [failure._asdict() for failure in kept.failures],
            "outside": [text._asdict() for text in kept.outside],
        }
        line = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return printable(line).encode("utf-8")

    def masked(self) -> Self:
        """The same with mobile numbers hidden in the name of its source and in its failures."""
        source = masked(self.source)
        digest = self.digest
        if source != self.source:
            digest = hashlib.sha256(self.source.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return self._replace(source=source, digest=digest, failures=[each.masked() for each in self.failures])

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """The outcome that `to_line` wrote.  Raises ValueError if it is none."""
        try:
            data = json.loads(line)
            data["items"] = [
                Item(
                    **item
                    | {"unrecognised": tuple(Outside(**text) for text in item.get("unrecognised", ()))}
                    | {"marks": tuple(item.get("marks", ()))}
                )
                for item in data["items"]
            ]
            data["failures"] = [Failure(**failure) for failure in data["failures"]]
            data["outside"] = tuple(Outside(**text) for text in data["outside"])
            return cls(**data)
        except (TypeError, KeyError, AttributeError) as cause:
            raise ValueError("not an outcome") from cause


def place(sheet: str | None, row: int | None) -> str:
    """Where an intake is in its source, for people."""
    return " ".join(filter(None, (sheet, tr("row {row}", row=row) if row else None)))
