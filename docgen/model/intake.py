"""The data that the stages exchange: answers, intake, finding, review.  Plain frozen data.

Order of life: `Answers` (as written, from one place in a source) → `Intake` (as understood)
→ `Review` (findings, figures, verdict).  Template authors see the text in `Annotated`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NamedTuple, cast

from typing_extensions import TypedDict


class Level(StrEnum):
    """How serious a finding is, most serious first."""

    INVALID = "invalid"
    REJECT = "reject"
    MANUAL = "manual"
    ADVICE = "advice"


class Verdict(StrEnum):
    """The result for an intake."""

    ACCEPTED = "accepted"
    MANUAL = "manual"
    REJECTED = "rejected"
    INCOMPLETE = "incomplete"


#: A contract is due where the provider may continue (domain §6).
READY = frozenset({Verdict.ACCEPTED, Verdict.MANUAL})


class Region(NamedTuple):
    """A city with its province, by their full names; a municipality is in both places."""

    province: str
    city: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The answer to a field of several choices: keys in the kit's order, and the free text of 其他."""

    chosen: tuple[str, ...] = ()
    other: str | None = None

    def __contains__(self, key: object) -> bool:
        return key in self.chosen


#: Code and rule of a finding about an unread text that may be an answer.
UNREAD = "unread"

Value = str | int | bool | Decimal | dt.date | Chosen | tuple[Region, ...] | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an answer is or belongs: `B4` in a sheet, `T1R3C2` or a control's tag in Word."""

    sheet: Annotated[str | None, "the sheet"] = None
    cell: Annotated[str | None, "the cell, or the tag of a control"] = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as written.  `fault` is the message code of a cell that holds no usable text
    (`formula-without-value`, `digits-lost`, `cell-error`), else None; `is_date` says that the cell holds a date, and
    `exact` what it holds in full where it shows less (a date without its year, a number without its last places);
    `value` is what was understood where the text alone does not tell, as of marks in cells of their own; `unit` is one
    that the label states and by which a number counts for something else."""

    written: str
    origin: Origin
    fault: str | None = None
    is_date: bool = False
    exact: str = ""
    value: Value | None = None
    unit: str = ""


class AmendmentJson(TypedDict):
    """An answer that the provider has corrected."""

    source_sha256: Annotated[str, "the SHA-256 of the source"]
    sheet: str | None
    row: int | None
    field: Annotated[str, "the key of the field"]
    before: Annotated[str, "the answer as it is written in the source"]
    after: Annotated[str, "the answer that is read in its place"]
    who: Annotated[str, "who has corrected it"]
    when: Annotated[str, "when: a date, or a date and a time"]
    why: Annotated[str, "for what reason"]


@dataclass(frozen=True, slots=True)
class Amendment:
    """A correction by the provider: which answer of which source, its replacement; who, when, why.

    `sheet` and `row` are those of the intake, None as there; `before` is what is written in the source.
    """

    source_sha256: str
    sheet: str | None
    row: int | None
    field: str
    before: str
    after: str
    who: str
    when: str
    why: str

    def as_json(self) -> AmendmentJson:
        """The same as an entry of a file of amendments, and of a packet's manifest."""
        return cast("AmendmentJson", dataclasses.asdict(self))


@dataclass(frozen=True, slots=True)
class ReadingNote:
    """A note about how a source was read: the code of its wording, its level, the words that it quotes.

    `field` is the key of the field that it concerns; `details` fill the wording's placeholders.
    """

    code: str
    level: Level
    written: str
    origin: Origin
    field: str | None = None
    details: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def rule(self) -> str:
        """The rule that reports it: text that may be an answer has one of its own."""
        return UNREAD if self.code == UNREAD else "value"


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """A text in the source that was not understood; `cell` is None for a whole sheet."""

    sheet: Annotated[str | None, "its sheet"]
    cell: Annotated[str | None, "its cell"]
    text: Annotated[str, "the text"]


@dataclass(frozen=True, slots=True)
class Answers:
    """One customer's answers as they are in a source.

    `fields` has an entry for every field whose label was found, an empty `written` where nothing
    was filled in.  `row` is None for a form layout.  `made_with` is the (kit name, kit version)
    that the sheet or form carries, if it carries one.  `notes` become findings.  `outside` are texts of no customer,
    found on the way: they must not be in this customer's documents.  `amendments` are those that are in
    `fields` instead of what is written.
    """

    sheet: str | None
    row: int | None
    fields: Mapping[str, Answer]
    unrecognised: tuple[Unrecognised, ...] = ()
    made_with: tuple[str, str] | None = None
    notes: tuple[ReadingNote, ...] = ()
    outside: tuple[Unrecognised, ...] = ()
    amendments: tuple[Amendment, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem or note, with its place, its remedy and its clause.

    `code` is stable: of docgen's own findings it is a key of `messages.yaml`, of a kit's rule the rule's id.
    """

    code: Annotated[str, "what was found, in a word for programs"]
    rule: Annotated[str, "the id of the rule"]
    level: Annotated[Level, "invalid, reject, manual or advice"]
    message: Annotated[str, "what is wrong"]
    remedy: Annotated[str, "how to mend it"]
    field: Annotated[str | None, "the key of the field"] = None
    label: Annotated[str | None, "the label of the field"] = None
    origin: Annotated[Origin, "where the answer is or belongs"] = Origin()
    written: Annotated[str | None, "the answer as written"] = None
    clause: Annotated[str | None, "the clause that the rule rests on"] = None
    ask: Annotated[str | None, "the wording for the customer"] = None

    @property
    def sheet(self) -> Annotated[str | None, "the sheet of the answer"]:
        """The sheet that the answer is in."""
        return self.origin.sheet

    @property
    def cell(self) -> Annotated[str | None, "the cell of the answer, or where it belongs"]:
        """The cell that the answer is in or should be in."""
        return self.origin.cell


@dataclass(frozen=True, slots=True)
class Intake:
    """One customer's answers as understood.

    `values` are the answers that were given and could be read; `unreadable` the keys of those that could not be read.
    `findings` are only those of reading.
    """

    source: str
    sheet: str | None
    row: int | None
    name: str
    answers: Mapping[str, Answer]
    values: Mapping[str, Value]
    unreadable: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    unrecognised: tuple[Unrecognised, ...] = ()
    amendments: tuple[Amendment, ...] = ()


FigureValue = int | Decimal | tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class FigureResult:
    """A derived figure; `value` is None if it cannot be computed, a pair for a range."""

    label: str
    value: FigureValue
    unit: str = ""
    formula: str = ""
    is_money: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """The result of the rules for an intake."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    figures: Mapping[str, FigureResult] = dataclasses.field(default_factory=dict)

    def count(self, level: Level) -> int:
        """How many findings are of this level."""
        return sum(finding.level is level for finding in self.findings)
