"""The names that templates may use, and their values for one intake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from docgen import values
from docgen.expressions import Missing, Shown
from docgen.intake import Answer, FigureResult, FigureValue, Intake, Level, Origin, Review, Value
from docgen.kit import Field, FieldType, Kit
from docgen.kitfile import RESERVED

_ITEMISED = {FieldType.SEVERAL, FieldType.REGIONS, FieldType.LIST}


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a document is made for, beside the intake: the printed date, and how ready it is.

    `draft` asks for the watermark; `unready` marks a contract made in spite of the verdict;
    `pending` lists the labels that the contract of the same packet prints as pending.
    """

    date: dt.date
    draft: bool = True
    unready: bool = False
    pending: tuple[str, ...] = ()


class AnswerRow(NamedTuple):
    """One customer field as documents list it: as written beside as understood."""

    key: str
    section: str
    group: str
    label: str
    required: bool
    written: str
    shown: Any
    sheet: str | None
    cell: str | None
    level: str | None


class FigureRow(NamedTuple):
    """One derived figure as documents list it."""

    key: str
    label: str
    shown: Any
    unit: str
    formula: str


def names(kit: Kit) -> frozenset[str]:
    """Every name that a template of this kit may use."""
    return frozenset(kit.all_fields) | RESERVED - {"text", "hits"}


def context(kit: Kit, intake: Intake, review: Review, terms: Mapping[str, Value], occasion: Occasion) -> dict[str, Any]:
    """The values of `names(kit)` for one intake."""
    given = {**terms, **intake.values}
    figures = {key: _figure(figure) for key, figure in review.figures.items()}
    return {
        **{key: shown(field, given.get(key)) for key, field in kit.all_fields.items()},
        "words": kit.words,
        "limits": {name: Shown(limit, f"{limit:,f}") for name, limit in kit.limits.items()},
        "figures": figures,
        "today": Shown(occasion.date, values.show_date(occasion.date)),
        "draft": occasion.draft,
        "unready": occasion.unready,
        "answers": answer_rows(kit, intake, review),
        "sections": [section for section in kit.sections if not section.internal],
        "kit": kit,
        "review": {
            "verdict": review.verdict.value,
            "findings": review.findings,
            "levels": [
                (level.value, [f for f in review.findings if f.level is level])
                for level in Level
                if review.count(level)
            ],
            "counts": {level.value: review.count(level) for level in Level},
            "figures": [FigureRow(k, f.label, figures[k], f.unit, f.formula) for k, f in review.figures.items()],
            "pending": occasion.pending,
            "name": intake.name,
            "source": intake.source,
            "sheet": intake.sheet,
            "row": intake.row,
            "unrecognised": intake.unrecognised,
        },
    }


def shown(field: Field, value: Value | None) -> Shown | Missing:
    """A value that prints as a person reads it and compares by its key; Missing where there is none."""
    if value is None:
        return Missing(field.label, pending=field.pending)
    items = values.items(field, value) if field.type in _ITEMISED else ()
    return Shown(value, values.show(field, value), items)


def answer_rows(kit: Kit, intake: Intake, review: Review) -> list[AnswerRow]:
    """Every customer field, in the kit's order, with its answer and the gravest level found there."""
    levels: dict[str | None, str] = {}
    for finding in review.findings:
        levels.setdefault(finding.field, finding.level.value)
    labels = {section.key: section.label for section in kit.sections}
    rows = []
    for key, field in kit.fields.items():
        answer = intake.answers.get(key, Answer("", Origin(intake.sheet, None)))
        missing_required = key not in intake.values and any(
            f.field == key and f.rule == "required" for f in intake.findings
        )
        value = shown(field, intake.values.get(key))
        if isinstance(value, Missing):
            value = Missing(field.label, pending=missing_required)
        rows.append(
            AnswerRow(
                key, labels[field.section], field.group, field.label, field.required is True,
                answer.written, value, answer.origin.sheet, answer.origin.cell, levels.get(key),
            )
        )  # fmt: skip
    return rows


def _figure(figure: FigureResult) -> Shown | Missing:
    if figure.value is None:
        return Missing(figure.label, pending=False)
    return Shown(figure.value, show_figure(figure.value))


def show_figure(value: FigureValue) -> str:
    """A figure as a person reads it: `1–2`, `5,000`, `1,234.50`; — where there is none."""
    if value is None:
        return "—"
    if isinstance(value, tuple):
        low, high = value
        return str(low) if low == high else f"{low}–{high}"
    return f"{value:,}" if isinstance(value, int) else f"{Decimal(value):,f}"
