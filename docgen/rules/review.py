"""The provider's rules applied to one intake: findings, derived figures, verdict.  All rules are in the kit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, partial
from typing import Any

from docgen import values
from docgen.errors import KitError
from docgen.expressions import sandbox
from docgen.expressions.functions import FUNCTIONS
from docgen.language import tr
from docgen.model.display import Missing, Shown
from docgen.model.intake import (
    Answer,
    FigureResult,
    FigureValue,
    Finding,
    Intake,
    Level,
    Origin,
    Review,
    Value,
    Verdict,
)
from docgen.model.kit import Field, Figure, Kit, Rule, RuleCase
from docgen.model.messages import wording
from docgen.values.shown import shown, shown_limits

_GRAVITY = list(Level)
_CENT = Decimal("0.01")
#: The functions whose hits a message may quote.
_LOOKS = ("asserts", "denies")


def review(intake: Intake, kit: Kit, terms: Mapping[str, Value] | None = None, today: dt.date | None = None) -> Review:
    """Every finding on the intake, those of reading included, most serious first; the figures; the verdict.

    `terms` go before what the customer wrote of the same; `today` is the date that documents carry, where known.
    Raises KitError if an expression of the kit cannot be evaluated.
    """
    terms = terms or {}
    given = {**intake.values, **terms}
    names: dict[str, Any] = {**dict.fromkeys(kit.all_fields, Missing()), **given}
    names |= {"words": kit.words, "limits": kit.limits, "today": today or Missing()}
    findings = [*intake.findings, *_differences(intake, kit, terms)]
    for rule in kit.rules:
        findings += _judge(rule, intake, kit, names)
    findings.sort(key=lambda finding: _GRAVITY.index(finding.level))
    figures = {figure.key: _figure(figure, names, intake.unreadable) for figure in kit.figures}
    return Review(verdict(findings), tuple(findings), figures)


def verdict(findings: list[Finding]) -> Verdict:
    """The verdict that the most serious finding asks for (domain §4)."""
    levels = {finding.level for finding in findings}
    if Level.INVALID in levels:
        return Verdict.INCOMPLETE
    if Level.REJECT in levels:
        return Verdict.REJECTED
    return Verdict.MANUAL if Level.MANUAL in levels else Verdict.ACCEPTED


def _differences(intake: Intake, kit: Kit, terms: Mapping[str, Value]) -> Iterator[Finding]:
    """What the customer wrote otherwise than the terms say, which hold."""
    for key, value in terms.items():
        if key not in intake.values or intake.values[key] == value:
            continue
        field, answer = kit.all_fields[key], intake.answers[key]
        code = "term-differs"
        words = wording(code, label=field.label, written=answer.written, term=values.show(field, value))
        yield Finding(
            code, "value", Level.MANUAL, words.message, words.remedy,
            key, field.label, answer.origin, answer.written or None, field.clause, words.ask,
        )  # fmt: skip


def _judge(rule: Rule, intake: Intake, kit: Kit, names: Mapping[str, Any]) -> Iterator[Finding]:
    """The findings of one rule: at most one a field, from the first case that holds there."""
    found: set[str] = set()
    for case in rule.cases:
        for key in case.each or case.fields[:1]:
            if key in found:
                continue
            field = kit.all_fields[key]
            text = ""
            if case.each:
                if key not in intake.values:
                    continue
                text = values.text_of(field, intake.values[key])
            hits = _holds(rule, case, text, intake, names)
            if hits is not None:
                found.add(key)
                yield _finding(rule, case, field, text, hits, intake, kit, names)


def _holds(rule: Rule, case: RuleCase, text: str, intake: Intake, names: Mapping[str, Any]) -> list[str] | None:
    """The words hit where the case holds, None if it does not or names a value that cannot be read."""
    expression = sandbox.expression(case.when)
    if not expression.names.isdisjoint(intake.unreadable):
        return None
    hits: list[str] = []
    own = {"text": text} | {name: _collecting(FUNCTIONS[name], hits) for name in _looks(case.when)}
    try:
        return hits if expression.evaluate(names, bool, own) else None
    except KitError as cause:
        raise KitError(f"{rule.id}: {cause}") from cause


def _collecting(look: Callable[..., Any], hits: list[str]) -> Callable[..., Any]:
    """`look`, whose hits are added to `hits`, each once."""

    def collect(where: object, words: Any) -> Any:
        found = look(where, words)
        hits.extend(hit for hit in found if hit not in hits)
        return found

    return collect


@cache
def _looks(when: str) -> tuple[str, ...]:
    """The functions that an expression names whose hits a message may quote."""
    return tuple(name for name in _LOOKS if name in when)


def _finding(
    rule: Rule, case: RuleCase, field: Field, text: str, hits: list[str], intake: Intake, kit: Kit,
    names: Mapping[str, Any],
) -> Finding:  # fmt: skip
    known = {**names, "text": text, "hits": "、".join(hits)}

    def value_of(name: str) -> Any:
        if name in kit.all_fields:
            return shown(kit.all_fields[name], None if isinstance(known[name], Missing) else known[name])
        if name == "today" and not isinstance(known[name], Missing):
            return Shown(known[name], values.show_date(known[name]))
        return shown_limits(kit) if name == "limits" else known[name]

    answer = intake.answers.get(field.key, Answer("", Origin(intake.sheet)))
    if field.internal:  # of a term nobody knows any more where it stood
        answer = Answer(str(value_of(field.key)), Origin())
    return Finding(
        code=rule.id, rule=rule.id, level=case.level, message=sandbox.message(case.message).render(value_of),
        remedy=sandbox.message(case.remedy).render(value_of), field=field.key, label=field.label,
        origin=answer.origin, written=answer.written or None, clause=rule.clause,
        ask=sandbox.message(case.ask).render(value_of) or None,
    )  # fmt: skip


def _figure(figure: Figure, names: Mapping[str, Any], unreadable: frozenset[str]) -> FigureResult:
    value: FigureValue = None
    when, formula = sandbox.expression(figure.when), sandbox.expression(figure.value)
    if unreadable.isdisjoint(when.names) and unreadable.isdisjoint(formula.names):
        try:
            if _always(figure.when) or when.evaluate(names, bool):
                value = formula.evaluate(names, partial(_figure_value, is_money=figure.money))
        except KitError as cause:
            raise KitError(f"{tr('figure {key}', key=figure.key)}: {cause}") from cause
    return FigureResult(figure.label, value, figure.unit, figure.formula, figure.money)


@cache
def _always(when: str) -> bool:
    """Whether a condition names nothing and holds."""
    expression = sandbox.expression(when)
    return not expression.names and bool(expression.evaluate({}, bool))


def _figure_value(value: Any, *, is_money: bool) -> FigureValue:
    """A number rounded to 0.01 (whole ones as int unless money), a pair, or None for a missing value."""
    if isinstance(value, Missing):
        return None
    if isinstance(value, list | tuple):
        return int(value[0]), int(value[1])
    number = Decimal(value).quantize(_CENT, ROUND_HALF_UP)
    if is_money:
        return number
    return int(number) if number == number.to_integral_value() else number
