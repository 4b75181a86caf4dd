"""The names that templates may use, and their values for one intake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, NamedTuple

from docgen import values
from docgen.documents.findings import without_silenced
from docgen.language import phrase
from docgen.model.display import Missing, Shown, is_given
from docgen.model.intake import (
    UNREAD,
    Answer,
    FigureResult,
    Finding,
    Intake,
    Level,
    Origin,
    Review,
    Unrecognised,
    Value,
)
from docgen.model.kit import Due, Field, Figure, Kit, Section
from docgen.template import context_types
from docgen.template.context_types import ContextType, Names
from docgen.text import clean_long
from docgen.values.shown import ITEMISED, shown, shown_limits

#: Characters of an answer that a row of a table holds, and of its parts where it is longer.
_LONGEST_ROW, _PART = 900, 700


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """The options of a document besides the intake: the printed date, and how ready it is.

    `draft` asks for the watermark; `unready` marks a contract made against the verdict;
    `pending` lists the labels that the contract of the same packet prints as pending; `reviewed_by` names the person
    who decided what the review leaves open.
    """

    date: dt.date
    draft: bool = True
    unready: bool = False
    pending: tuple[str, ...] = ()
    reviewed_by: str | None = None


class AnswerRow(NamedTuple):
    """One customer field as documents list it, as written and as understood."""

    key: Annotated[str, "the key of the field"]
    section_key: Annotated[str, "the key of its section"]
    section: Annotated[str, "the label of its section"]
    group: Annotated[str, "the label of its group, empty without one"]
    label: Annotated[str, "its label"]
    required: Annotated[bool, "whether it must always be answered"]
    written: Annotated[str, "the answer as written"]
    shown: Annotated[Any, "the answer as understood"]
    listed: Annotated[Any, "the answer as understood, several things a line each"]
    unit: Annotated[str, "the unit of its number, empty without one"]
    applies: Annotated[bool, "whether it is given, or required and missing"]
    is_as_written: Annotated[bool, "whether it is understood just as it was written"]
    is_amended: Annotated[bool, "whether the provider has corrected it; written is the text in the source"]
    parts: Annotated[list[tuple[str, str]], "as written and as understood, in parts shorter than a page"]
    sheet: Annotated[str | None, "the sheet of the answer"]
    cell: Annotated[str | None, "its cell"]
    level: Annotated[str | None, "the most serious level of the findings there"]
    whole: Annotated[int, "its length in characters if only its beginning is printed, else 0"] = 0


class FigureRow(NamedTuple):
    """One derived figure as documents list it."""

    key: Annotated[str, "the key of the figure"]
    label: Annotated[str, "its label"]
    shown: Annotated[Any, "its value, missing if it cannot be calculated"]
    unit: Annotated[str, "its unit"]
    formula: Annotated[str, "how it is calculated, in words"]


class ReviewSummary(NamedTuple):
    """The review of an intake for documents."""

    verdict: Annotated[str, "accepted, manual, rejected or incomplete"]
    findings: Annotated[tuple[Finding, ...], "every finding, most serious first"]
    levels: Annotated[list[tuple[str, list[Finding]]], "each level that has findings, with them, but for unread texts"]
    manual: Annotated[tuple[Finding, ...], "those that a person decides"]
    unread: Annotated[tuple[Finding, ...], "those of texts that may be answers and were not read"]
    counts: Annotated[Mapping[Level, int], "how many findings each level has"]
    figures: Annotated[list[FigureRow], "every derived figure"]
    pending: Annotated[tuple[str, ...], "the labels that the contract prints as pending"]
    pending_by: Annotated[list[tuple[str, list[str]]], "the same by who is asked: customer, provider, commercial"]
    name: Annotated[str, "the name of the intake"]
    source: Annotated[str, "the file that it was read from"]
    sheet: Annotated[str | None, "the sheet that it was read from"]
    row: Annotated[int | None, "the row of a table that it was read from"]
    unrecognised: Annotated[tuple[Unrecognised, ...], "texts of the source that were not understood"]
    findings_left: Annotated[int, "how many findings are not listed, since there are too many"] = 0
    texts_left: Annotated[int, "how many texts that were not understood are not listed"] = 0


class KitMark(NamedTuple):
    """The kit of a document."""

    title: Annotated[str, "the title of the kit"]
    name: Annotated[str, "its name"]
    version: Annotated[str, "its version"]
    version_mark: Annotated[str, "name and version, as sheets and forms carry them"]


class Common(NamedTuple):
    """The names that contract and review have beside those of the kit."""

    today: Annotated[dt.date, "the date that the document carries"]
    draft: Annotated[bool, "whether it is a draft"]
    unready: Annotated[bool, "whether the contract is made although the verdict forbids it"]
    answers: Annotated[list[AnswerRow], "every customer field with its answer"]
    sections: Annotated[list[Section], "the sections of the form"]
    kit: Annotated[KitMark, "the kit"]
    review: Annotated[ReviewSummary, "the review of the intake"]


@cache
def names(kit: Kit) -> Names:
    """Every name that the contract and the review of this kit may use."""
    return Names(shapes(kit, kit.all_fields, Common, kit.figures))


def shapes(
    kit: Kit, fields: Mapping[str, Field], own: type, figures: Iterable[Figure] | None = None
) -> dict[str, ContextType]:
    """What a template may do with these fields and figures of the kit, and with the names of `own`."""
    found = {**{key: _field_shape(field) for key, field in fields.items()}, **_kit_shapes(kit)}
    if figures is not None:
        each = {f.key: ContextType({}, kind=phrase("number"), meaning=f.label, is_optional=True) for f in figures}
        found["figures"] = context_types.mapping(each, phrase("the derived figures of the kit"))
    return {**found, **(context_types.of(own).attributes or {})}


@cache
def _kit_shapes(kit: Kit) -> Mapping[str, ContextType]:
    """The shapes of the kit's limits and word lists."""
    text = context_types.of(str)
    limits = {name: ContextType({}, kind=phrase("number"), meaning=f"{limit:,f}") for name, limit in kit.limits.items()}
    words = {
        name: ContextType(
            {}, item=text, kind=phrase("list"), meaning=f"{'、'.join(found[:6])}{'…' if len(found) > 6 else ''}"
        )
        for name, found in kit.words.items()
    }
    return {
        "limits": context_types.mapping(limits, phrase("the thresholds of the kit")),
        "words": context_types.mapping(words, phrase("the word lists of the kit")),
    }


def _field_shape(field: Field) -> ContextType:
    """What a template may do with the answer to a field."""
    return ContextType(
        {"other": context_types.of(str)} if field.other else {},
        item=context_types.of(str) if field.type in ITEMISED else None,
        choices={choice.key: choice.label for choice in field.choices} or None,
        kind=field.type.value,
        meaning=" / ".join(part for part in (field.group, field.label) if part),
    )


def kit_mark(kit: Kit) -> KitMark:
    """What documents say of `kit`."""
    return KitMark(kit.title, kit.name, kit.version, kit.version_mark)


def context(
    kit: Kit, intake: Intake, review: Review, terms: Mapping[str, Value], options: RenderOptions
) -> dict[str, Any]:
    """The values of `names(kit)` for one intake."""
    given = {**intake.values, **terms}
    figures = {key: shown_figure(figure) for key, figure in review.figures.items()}
    common = Common(
        today=Shown(options.date, values.show_date(options.date)),  # type: ignore[arg-type]
        draft=options.draft,
        unready=options.unready,
        answers=answer_rows(kit, intake, review),
        sections=[section for section in kit.sections if not section.internal],
        kit=kit_mark(kit),
        review=_summary(kit, intake, review, figures, options),
    )
    return {**shown_values(kit, kit.all_fields, given), "figures": figures, **common._asdict()}


def shown_values(kit: Kit, fields: Mapping[str, Field], given: Mapping[str, Value | None]) -> dict[str, Any]:
    """The values of these fields, and the words and limits of the kit, as templates have them."""
    found = {key: shown(field, given.get(key)) for key, field in fields.items()}
    return {**found, "words": kit.words, "limits": shown_limits(kit)}


def _summary(
    kit: Kit, intake: Intake, review: Review, figures: Mapping[str, Any], options: RenderOptions
) -> ReviewSummary:
    findings = without_silenced(kit, review.findings)
    of_answers = [finding for finding in findings if finding.rule != UNREAD]
    levels = ((level.value, [f for f in of_answers if f.level is level]) for level in Level)
    return ReviewSummary(
        verdict=review.verdict.value,
        findings=findings,
        levels=[(level, found) for level, found in levels if found],
        manual=tuple(finding for finding in findings if finding.level is Level.MANUAL),
        unread=tuple(finding for finding in findings if finding.rule == UNREAD),
        counts={level: sum(finding.level is level for finding in findings) for level in Level},
        figures=[FigureRow(k, f.label, figures[k], f.unit, f.formula) for k, f in review.figures.items()],
        pending=options.pending,
        pending_by=_by_due(kit, options.pending),
        name=intake.name,
        source=intake.source,
        sheet=intake.sheet,
        row=intake.row,
        unrecognised=intake.unrecognised,
    )


def _by_due(kit: Kit, labels: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The labels of what a contract lacks by who is asked for it, none if nothing is."""
    if not labels:
        return []
    due = {field.label: field.due_from for field in kit.all_fields.values()}
    split = ((who.value, [label for label in labels if due.get(label, Due.COMMERCIAL) is who]) for who in Due)
    return [(who, found) for who, found in split if found]


def answer_rows(kit: Kit, intake: Intake, review: Review) -> list[AnswerRow]:
    """Every customer field, in the kit's order, with its answer and the most serious level found there."""
    levels: dict[str | None, str] = {}
    for finding in without_silenced(kit, review.findings):
        levels.setdefault(finding.field, finding.level.value)
    labels = {section.key: section.label for section in kit.sections}
    amended = {one.field: one.before for one in intake.amendments}
    rows = []
    for key, field in kit.fields.items():
        answer = intake.answers.get(key) or Answer("", Origin(intake.sheet, None))
        missing_required = key not in intake.values and any(
            f.field == key and f.rule == "required" for f in intake.findings
        )
        written = amended.get(key, answer.written)
        value = shown(field, intake.values.get(key))
        if isinstance(value, Missing):
            value = Missing(field.label, pending=missing_required)
        text = str(value)
        rows.append(
            AnswerRow(
                key, field.section, labels[field.section], field.group, field.label, field.required is True,
                written, value, _listed(value), field.unit, is_given(value) or missing_required,
                text == written or text == clean_long(written), key in amended, parts(written, text),
                answer.origin.sheet, answer.origin.cell, levels.get(key),
            )
        )  # fmt: skip
    return rows


def parts(written: str, understood: str) -> list[tuple[str, str]]:
    """Two texts side by side, cut so that no row of a table is longer than a page."""
    longest = max(len(written), len(understood))
    if longest <= _LONGEST_ROW:
        return [(written, understood)]
    return [(written[at : at + _PART], understood[at : at + _PART]) for at in range(0, longest, _PART)]


def _listed(value: Shown | Missing) -> Shown | Missing:
    """A value of several parts that prints each on a line; any other unchanged."""
    if isinstance(value, Missing) or not value.items:
        return value
    return Shown(value.value, "\n".join(map(str, value.items)), value.items, is_private=value.is_private)


def shown_figure(figure: FigureResult) -> Shown | Missing:
    """A figure for templates, missing if it cannot be calculated."""
    if figure.value is None:
        return Missing(figure.label, pending=False)
    return Shown(figure.value, show_figure(figure.value))


def show_figure(value: int | Decimal | tuple[int, int]) -> str:
    """A figure as a person reads it: `1–2`, `5,000`, `1,234.50`."""
    if isinstance(value, tuple):
        low, high = value
        return str(low) if low == high else f"{low}–{high}"
    return f"{value:,}" if isinstance(value, int) else f"{Decimal(value):,f}"
