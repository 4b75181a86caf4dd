"""The things that pass from stage to stage: answers, intake, finding, review.  Plain frozen data.

Order of life: `Answers` (as written, from one place in a source) → `Intake` (as understood)
→ `Review` (findings, figures, verdict).  What `Annotated` says of an attribute is told to template authors.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, NamedTuple


class Level(StrEnum):
    """How much a finding weighs, gravest first (domain §4)."""

    INVALID = "invalid"
    REJECT = "reject"
    MANUAL = "manual"
    ADVICE = "advice"


class Verdict(StrEnum):
    """What becomes of an intake."""

    ACCEPTED = "accepted"
    MANUAL = "manual"
    REJECTED = "rejected"
    INCOMPLETE = "incomplete"


class Region(NamedTuple):
    """A city with its province, by their full names; a municipality stands in both places."""

    province: str
    city: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The answer to a field of several choices: keys in the kit's order, and the free text of 其他."""

    chosen: tuple[str, ...] = ()
    other: str | None = None

    def __contains__(self, key: object) -> bool:
        return key in self.chosen


#: Code and rule of what is said of a text that may be an answer and was not read.
UNREAD = "unread"

Value = str | int | bool | Decimal | dt.date | Chosen | tuple[Region, ...] | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an answer stands or should stand: `B4` in a sheet, `T1R3C2` or a control's tag in Word."""

    sheet: Annotated[str | None, "the sheet"] = None
    cell: Annotated[str | None, "the cell, or the tag of a control"] = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as written.  `fault` is the message code of a cell that holds no usable text
    (`formula`, `digits`, `cell_error`), else None; `is_date` says that the cell holds a date; `value` what was
    understood where the text alone does not tell, as of marks in cells of their own."""

    written: str
    origin: Origin
    fault: str | None = None
    is_date: bool = False
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class ReadingNote:
    """What there is to say of how a source was read: the code of its wording, its weight, the words it is about.

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

    sheet: Annotated[str | None, "the sheet that it stands in"]
    cell: Annotated[str | None, "the cell that it stands in"]
    text: Annotated[str, "the text"]


@dataclass(frozen=True, slots=True)
class Answers:
    """One customer's answers as they stand in a source.

    `fields` has an entry for every field whose label was found, an empty `written` where nothing
    was filled in.  `row` is None for a form layout.  `made_with` is the (kit name, kit version)
    that the sheet or form carries, if it carries one.  `notes` become findings.
    """

    sheet: str | None
    row: int | None
    fields: Mapping[str, Answer]
    unrecognised: tuple[Unrecognised, ...] = ()
    made_with: tuple[str, str] | None = None
    notes: tuple[ReadingNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend or to know, with its place, its remedy and its clause."""

    rule: Annotated[str, "the id of the rule"]
    level: Annotated[Level, "invalid, reject, manual or advice"]
    message: Annotated[str, "what is wrong"]
    remedy: Annotated[str, "how to mend it"]
    field: Annotated[str | None, "the key of the field"] = None
    label: Annotated[str | None, "the label of the field"] = None
    origin: Annotated[Origin, "where the answer stands or should stand"] = Origin()
    written: Annotated[str | None, "the answer as written"] = None
    clause: Annotated[str | None, "the clause that the rule rests on"] = None


@dataclass(frozen=True, slots=True)
class Intake:
    """One customer's answers as understood.

    `values` holds what was given and could be read; `unreadable` the keys of what was given and
    could not.  `findings` are those of reading alone.
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


FigureValue = int | Decimal | tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class FigureResult:
    """A derived figure; `value` is None where it cannot be computed, a pair for a range."""

    label: str
    value: FigureValue
    unit: str = ""
    formula: str = ""
    is_money: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """What the rules say of an intake."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    figures: Mapping[str, FigureResult] = dataclasses.field(default_factory=dict)

    def count(self, level: Level) -> int:
        """How many findings are of this level."""
        return sum(finding.level is level for finding in self.findings)


# -- as JSON (design §4) ---------------------------------------------------------------------------


def value_json(value: Value | None) -> Any:
    """A value as JSON data: Decimals as numbers, dates as ISO text, regions and choices as objects."""
    match value:
        case Chosen():
            return {"chosen": list(value.chosen), "other": value.other}
        case tuple():
            return [part._asdict() if isinstance(part, Region) else part for part in value]
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dt.date():
            return value.isoformat()
        case _:
            return value


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as JSON data."""
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "field": finding.field,
        "label": finding.label,
        "sheet": finding.origin.sheet,
        "cell": finding.origin.cell,
        "written": finding.written,
        "message": finding.message,
        "remedy": finding.remedy,
        "clause": finding.clause,
    }


def figure_json(figure: FigureResult) -> dict[str, Any]:
    """A figure as JSON data; money as text, so that no digit is lost."""
    value: Any = figure.value
    if isinstance(value, tuple):
        value = list(value)
    elif figure.is_money and value is not None:
        value = str(value)
    else:
        value = value_json(value)
    return {"label": figure.label, "value": value, "unit": figure.unit}


def intake_json(intake: Intake, review: Review, keys: Iterable[str]) -> dict[str, Any]:
    """An intake with its review as JSON data; `keys` are the fields to list, in order."""
    return {
        "source": intake.source,
        "sheet": intake.sheet,
        "row": intake.row,
        "name": intake.name,
        "verdict": review.verdict.value,
        "values": {key: value_json(intake.values.get(key)) for key in keys},
        "findings": [finding_json(finding) for finding in review.findings],
        "figures": {key: figure_json(figure) for key, figure in review.figures.items()},
        "unrecognised": [{"sheet": u.sheet, "cell": u.cell, "text": u.text} for u in intake.unrecognised],
    }
