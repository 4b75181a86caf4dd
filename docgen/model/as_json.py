"""The JSON of docgen: the types of its schemas, and findings, figures and intakes in them.

The text in `Annotated` describes an entry in the schemas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from typing_extensions import TypedDict

from docgen.model.intake import (
    Chosen,
    FigureResult,
    Finding,
    Intake,
    Level,
    Region,
    Review,
    Unrecognised,
    Value,
    Verdict,
)


class ChosenJson(TypedDict):
    """The answer to a field of several choices."""

    chosen: Annotated[list[str], "the keys of the choices, in the kit's order"]
    other: Annotated[str | None, "the free text beside them"]


class RegionJson(TypedDict):
    """A city with its province, by their full names."""

    province: str
    city: str


ValueJson = None | bool | int | float | str | ChosenJson | list[RegionJson] | list[str]


class FindingJson(TypedDict):
    """One problem or note."""

    code: Annotated[str, "what was found, in a word that never changes its meaning; docs/findings.md lists them"]
    rule: Annotated[str, "the id of the rule that reports it; required, value and unread are docgen's own"]
    level: Annotated[Level, "how serious it is"]
    field: Annotated[str | None, "the key of the field"]
    label: Annotated[str | None, "the label of the field"]
    sheet: Annotated[str | None, "the sheet of the answer"]
    cell: Annotated[str | None, "where the answer is or belongs: B4, in Word T1R3C2 or the tag of a control"]
    written: Annotated[str | None, "the answer as written"]
    message: Annotated[str, "what is wrong, for staff"]
    remedy: Annotated[str, "how to mend it"]
    ask: Annotated[str | None, "the wording for the customer"]
    clause: Annotated[str | None, "the clause that the rule rests on"]


class FigureJson(TypedDict):
    """A derived figure."""

    label: Annotated[str, "what it is called"]
    value: Annotated[int | float | str | list[int] | None, "null if it cannot be calculated; a pair; money as text"]
    unit: Annotated[str, "its unit"]


class UnrecognisedJson(TypedDict):
    """A text of the source that was not understood."""

    sheet: Annotated[str | None, "its sheet"]
    cell: Annotated[str | None, "the cell; null for a whole sheet"]
    text: str


class OutsideJson(UnrecognisedJson):
    """A text of the source that is in no intake and was not understood."""

    source: Annotated[str, "the source as given"]


class IntakeJson(TypedDict):
    """One customer's answers with their review."""

    source: Annotated[str, "the source as given"]
    sheet: Annotated[str | None, "the sheet; null in Word, text and csv"]
    row: Annotated[int | None, "the row of a table; null for a form"]
    name: Annotated[str, "the customer's name, else the name of the source"]
    verdict: Verdict
    values: Annotated[Mapping[str, ValueJson], "by key of the field; null where not given or not readable"]
    findings: Annotated[list[FindingJson], "every finding, most serious first"]
    figures: Annotated[Mapping[str, FigureJson], "every derived figure of the kit, by key"]
    unrecognised: Annotated[list[UnrecognisedJson], "texts of the intake that were not understood"]


class UnreadableJson(TypedDict):
    """A source that cannot be read."""

    source: Annotated[str, "the source as given"]
    message: Annotated[str, "what is wrong with it, and how to mend it"]


class CheckJson(TypedDict):
    """What `docgen check --json` prints."""

    schema: Literal["docgen/check/1"]
    docgen: Annotated[str, "the version of docgen"]
    kit: Annotated[str, "the name of the kit's folder"]
    intakes: list[IntakeJson]
    outside: Annotated[list[OutsideJson], "texts that are in no intake and were not understood"]
    unreadable: list[UnreadableJson]


def value_json(value: Value | None) -> ValueJson:
    """A value as JSON data: Decimals as numbers, dates as ISO text, regions and choices as objects."""
    match value:
        case Chosen():
            return {"chosen": list(value.chosen), "other": value.other}
        case tuple():
            parts: list[Any] = [part._asdict() if isinstance(part, Region) else part for part in value]
            return parts
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dt.date():
            return value.isoformat()
        case _:
            return value


def finding_json(finding: Finding) -> FindingJson:
    """A finding as JSON data."""
    return {
        "code": finding.code, "rule": finding.rule, "level": finding.level, "field": finding.field,
        "label": finding.label, "sheet": finding.origin.sheet, "cell": finding.origin.cell,
        "written": finding.written, "message": finding.message, "remedy": finding.remedy, "ask": finding.ask,
        "clause": finding.clause,
    }  # fmt: skip


def figure_json(figure: FigureResult) -> FigureJson:
    """A figure as JSON data; money as text, so that no digit is lost."""
    value: Any = figure.value
    if isinstance(value, tuple):
        value = list(value)
    elif figure.is_money and value is not None:
        value = str(value)
    else:
        value = value_json(value)
    return {"label": figure.label, "value": value, "unit": figure.unit}


def unrecognised_json(text: Unrecognised) -> UnrecognisedJson:
    """A text that was not understood as JSON data."""
    return {"sheet": text.sheet, "cell": text.cell, "text": text.text}


def outside_json(source: str, text: Unrecognised) -> OutsideJson:
    """A text of a source that is in no intake as JSON data."""
    return {"source": source, "sheet": text.sheet, "cell": text.cell, "text": text.text}


def intake_json(intake: Intake, review: Review, keys: Iterable[str]) -> IntakeJson:
    """An intake with its review as JSON data; `keys` are the fields to list, in order."""
    return {
        "source": intake.source,
        "sheet": intake.sheet,
        "row": intake.row,
        "name": intake.name,
        "verdict": review.verdict,
        "values": {key: value_json(intake.values.get(key)) for key in keys},
        "findings": [finding_json(finding) for finding in review.findings],
        "figures": {key: figure_json(figure) for key, figure in review.figures.items()},
        "unrecognised": [unrecognised_json(text) for text in intake.unrecognised],
    }
