"""The check of a kit: every field, rule, figure and name that it mentions exists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import fields

from jinja2 import TemplateSyntaxError, nodes

from docgen.errors import did_you_mean
from docgen.expressions import mistakes, sandbox
from docgen.kit.places import Place
from docgen.language import tr
from docgen.model.contracts import NUMBER_TAG, REGISTER_COLUMNS
from docgen.model.intake import Level
from docgen.model.kit import Field, FieldType, Kit, Outputs, RuleCase

#: Names that templates use for other things than fields.
_RESERVED = frozenset(
    {"words", "limits", "figures", "text", "hits", "today", "draft", "unready", "answers", "sections", "kit", "review"}
)
_WITH_CHOICES = {FieldType.ONE, FieldType.SEVERAL}

Problems = Iterator[tuple[Place, str]]


def check(kit: Kit) -> Problems:
    """The problems of a kit of the right shape, each with its place in kit.yaml."""
    yield from _check_fields(kit)
    yield from _check_optional(kit)
    yield from _check_rules(kit)
    for figure in kit.figures:
        for part in ("value", "when"):
            yield from _check_expression(kit, getattr(figure, part), ("figures", figure.key, part))
    for part in (field.name for field in fields(Outputs)):
        yield from _check_template(kit, getattr(kit.outputs, part), ("outputs", part), set(kit.all_fields))
    yield from _check_contracts(kit)
    counts = {"labels", *(level.value for level in Level)}
    yield from _check_template(kit, kit.sheet.returned, ("sheet", "returned"), counts)
    if kit.name_field not in kit.fields:
        yield (
            ("name_field",),
            tr(
                "no field is called {name_field!r}{near}",
                name_field=kit.name_field,
                near=did_you_mean(kit.name_field, kit.fields),
            ),
        )


def _check_fields(kit: Kit) -> Problems:
    counts = Counter(field.key for section in kit.sections for field in section.fields)
    rules = {rule.id for rule in kit.rules}
    sums = {field.key for section in kit.sections for field in section.fields if field.type is FieldType.COUNT}
    for section in kit.sections:
        for field in section.fields:
            place: Place = ("sections", section.key, "fields", field.key)
            if counts[field.key] > 1:
                yield place, tr("the field {key!r} is in more than one section", key=field.key)
            if field.key in _RESERVED or not field.key.isidentifier() or len(field.key) > 64 or not field.key.isascii():
                yield place, tr("{key!r} cannot be the key of a field", key=field.key)
            if (field.type in _WITH_CHOICES) != bool(field.choices):
                yield place, tr("choices belong to fields of type one or several, and those need them")
            if field.other and field.type is not FieldType.SEVERAL:
                yield (*place, "other"), tr("only a field of several choices has a free text of its own")
            if field.adds_up_to and field.adds_up_to not in sums:
                yield (*place, "adds_up_to"), tr("no count is called {key!r}", key=field.adds_up_to)
            if field.unreadable != "value" and field.unreadable not in rules:
                yield (*place, "unreadable"), tr("no rule is called {unreadable!r}", unreadable=field.unreadable)
            if isinstance(field.required, str):
                yield from _check_expression(kit, field.required, (*place, "required"))


def _check_contracts(kit: Kit) -> Problems:
    if kit.contracts is None:
        return
    tags = re.findall(r"\{[^}]*\}", kit.contracts.number)
    wrong = [tag for tag in tags if not NUMBER_TAG.fullmatch(tag)]
    if wrong or sum(tag.startswith("{seq") for tag in tags) != 1:
        yield ("contracts", "number"), tr("must hold {seq} or {seq:04} once, and beside it {year} and {month} alone")
    if kit.contracts.field not in kit.given_as_terms:
        name, known = kit.contracts.field, kit.given_as_terms
        yield ("contracts", "field"), tr("there is no term {key!r}{near}", key=name, near=did_you_mean(name, known))
    for key in (*kit.contracts.columns, *filter(None, (kit.contracts.starts, kit.contracts.months))):
        if key not in kit.all_fields:
            near = did_you_mean(key, kit.all_fields)
            yield ("contracts",), tr("no field is called {name_field!r}{near}", name_field=key, near=near)
    for key in set(kit.contracts.labels) - REGISTER_COLUMNS:
        near = did_you_mean(key, REGISTER_COLUMNS)
        yield ("contracts", "labels", key), tr("the register has no column {key!r}{near}", key=key, near=near)
    yield from _check_template(kit, kit.contracts.reminder, ("contracts", "reminder"), set(kit.all_fields))


def _check_optional(kit: Kit) -> Problems:
    for section in filter(lambda section: section.optional, kit.sections):
        place: Place = ("sections", section.key)
        if section.internal:
            yield (*place, "optional"), tr("an internal section is not shown to customers, so it cannot be optional")
        for field in section.fields:
            if field.required:
                yield (*place, "fields", field.key, "required"), tr("nothing in an optional section is required")


def _check_rules(kit: Kit) -> Problems:
    seen: set[str] = set()
    for number, rule in enumerate(kit.rules):
        if rule.id in seen:
            yield ("rules", number), tr("two rules are called {id!r}", id=rule.id)
        seen.add(rule.id)
        for position, case in enumerate(rule.cases):
            place: Place = ("rules", number, "cases", position)
            if not case.each and not case.fields:
                yield place, tr("{id}: a case needs 'each' or 'fields' to say where it is reported", id=rule.id)
            yield from _check_case_fields(kit, rule.id, case, place)
            more = {"today", *(["text"] if case.each else [])}
            yield from _check_expression(kit, case.when, (*place, "when"), more)
            for part in ("message", "remedy", "ask"):
                known = {*_names(kit), *more, "hits"}
                yield from _check_template(kit, getattr(case, part), (*place, part), known)

    for number, rule in enumerate(kit.rules):
        for other in set(rule.silences) - seen:
            yield (
                ("rules", number, "silences"),
                tr("{id}: no rule is called {other!r}{near}", id=rule.id, other=other, near=did_you_mean(other, seen)),
            )


def _check_case_fields(kit: Kit, rule: str, case: RuleCase, place: Place) -> Problems:
    """A rule over terms is reported at a term; `each` goes through a customer's answers."""
    for keys, known in ((case.each, kit.fields), (case.fields, kit.all_fields)):
        for key in keys:
            if key not in known:
                yield (
                    place,
                    tr("{rule}: no field is called {key!r}{near}", rule=rule, key=key, near=did_you_mean(key, known)),
                )


def _check_expression(kit: Kit, source: str, place: Place, more: Set[str] = frozenset()) -> Problems:
    """`more` are further names that it may use."""
    try:
        tree = sandbox.parse_expression(source)
        sandbox.expression(source)
    except TemplateSyntaxError as cause:
        yield place, f"{source!r}: {mistakes.syntax_problem(cause, source)}"
        return
    yield from _check_names(kit, tree, place, {*_names(kit), *more})
    for compare in tree.find_all(nodes.Compare):
        for name, constant in mistakes.compared(compare):
            if text := _misfit(kit.all_fields.get(name), constant):
                yield place, text


def _misfit(field: Field | None, constant: object) -> str:
    """Why an answer to the field never equals the constant; empty if it may."""
    if field is None or not field.choices:
        return mistakes.never_equal(field.key, field.type.value, constant) if field else ""
    keys = [choice.key for choice in field.choices]
    if constant in keys:
        return ""
    return tr(
        "{name} has no choice {constant!r}{near}",
        name=field.key,
        constant=constant,
        near=did_you_mean(str(constant), keys),
    )


def _check_template(kit: Kit, source: str, place: Place, known: Set[str]) -> Problems:
    try:
        tree = sandbox.plain_text_sandbox().parse(source)
        sandbox.message(source)
    except TemplateSyntaxError as cause:
        yield place, f"{source!r}: {mistakes.syntax_problem(cause, '')}"
        return
    yield from _check_names(kit, tree, place, known)


def _names(kit: Kit) -> set[str]:
    """The names that expressions of a kit may use."""
    return {*kit.all_fields, "words", "limits"}


def _check_names(kit: Kit, tree: nodes.Template, place: Place, known: Set[str]) -> Problems:
    for name, attribute, _line in sandbox.references(tree):
        if name not in known:
            yield place, tr("unknown name {name!r}{near}", name=name, near=did_you_mean(name, known))
        elif attribute is not None:
            attributes = _attributes(kit, name)
            if attribute not in attributes:
                yield (
                    place,
                    tr(
                        "{name!r} has no {attribute!r}{near}",
                        name=name,
                        attribute=attribute,
                        near=did_you_mean(attribute, attributes),
                    ),
                )


def _attributes(kit: Kit, name: str) -> set[str]:
    """What may follow `name.` in expressions."""
    if name == "words":
        return set(kit.words)
    if name == "limits":
        return set(kit.limits)
    field = kit.all_fields.get(name)
    return {"other"} if field and field.other else set()
