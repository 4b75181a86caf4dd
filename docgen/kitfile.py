"""Finding kits, and `kit.yaml` → Kit: shape by the models of `kit`, then every name it uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from pydantic import BaseModel, ValidationError

from docgen import expressions, markedyaml
from docgen.errors import KitError, UsageError, did_you_mean
from docgen.intake import Level
from docgen.kit import Case, Choice, Field, FieldType, Figure, Kit, Outputs, Rule, Section, SheetTexts
from docgen.markedyaml import Marked, Place

KIT_FILE = "kit.yaml"

#: Names that templates use for other things than fields.
RESERVED = frozenset(
    {"words", "limits", "figures", "text", "hits", "today", "draft", "unready", "answers", "sections", "kit", "review"}
)
_WITH_CHOICES = {FieldType.ONE, FieldType.SEVERAL}


def home() -> Path:
    """The folder of docgen's own kits: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def folders() -> list[Path]:
    """The folders of docgen's own kits, sorted."""
    return sorted(path.parent for path in home().glob(f"*/{KIT_FILE}"))


def find(name: str) -> Path:
    """The folder of the kit called `name`, which is a kit's name or the path of a folder.

    Raises UsageError where there is neither.
    """
    own = {folder.name: folder for folder in folders()}
    if name in own:
        return own[name]
    folder = Path(name)
    if (folder / KIT_FILE).is_file():
        return folder
    if folder.is_dir():
        raise UsageError(f"kit {name}: the folder holds no {KIT_FILE}")
    raise UsageError(f"kit {name}: there is no such kit or folder{did_you_mean(name, own)}", "docgen kits lists them")


@cache
def load(folder: Path) -> Kit:
    """The kit in `folder`, checked; the same object again for the same folder.

    Raises KitError that lists every problem with file and line.
    """
    marked, kit = _read(folder)
    if problems := _problems(marked, kit):
        raise KitError(problems)
    return kit


def inspect(folder: Path) -> tuple[Kit | None, list[str]]:
    """The kit in `folder`, None where its shape is wrong, and every problem with file and line."""
    try:
        marked, kit = _read(folder)
    except KitError as cause:
        return None, cause.problems
    return kit, _problems(marked, kit)


def _read(folder: Path) -> tuple[Marked, Kit]:
    marked = markedyaml.read(folder / KIT_FILE, KitError)
    try:
        return marked, Kit(folder=folder, **_prepared(marked))
    except ValidationError as cause:
        raise KitError([_describe(marked, dict(error)) for error in cause.errors()]) from cause


def _problems(marked: Marked, kit: Kit) -> list[str]:
    return [f"{marked.at(place)}: {what}" for place, what in _check(kit)]


# -- shape -----------------------------------------------------------------------------------------


def _prepared(marked: Marked) -> dict[str, Any]:
    """The data of kit.yaml with its keyed maps as lists that know their keys."""
    data = dict(marked.data)
    unknown = set(data) - set(Kit.model_fields) | ({"folder"} & set(data))
    if unknown:
        raise KitError(
            [f"{marked.at((k,))}: unknown key {k!r}{did_you_mean(k, Kit.model_fields)}" for k in sorted(unknown)]
        )
    sections = []
    for key, section in _entries(data.get("sections")):
        section["key"] = key
        section["fields"] = [
            field
            | {"key": name, "section": key, "internal": section.get("internal", False)}
            | {"choices": [choice | {"key": k} for k, choice in _entries(field.get("choices"))]}
            for name, field in _entries(section.get("fields"))
        ]
        sections.append(section)
    data["sections"] = sections
    data["figures"] = [figure | {"key": key} for key, figure in _entries(data.get("figures"))]
    data["rules"] = [_with_defaults(rule) for rule in data.get("rules") or []]
    return data


def _entries(mapping: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries of a keyed map as (key, copy); what has another shape is left to the models to refuse."""
    if isinstance(mapping, dict):
        for key, entry in mapping.items():
            yield key, dict(entry) if isinstance(entry, dict) else {"": entry}


def _with_defaults(rule: Any) -> Any:
    """A rule whose cases take from it what they do not say themselves."""
    if not isinstance(rule, dict) or not isinstance(rule.get("cases", []), list):
        return rule
    shared = {name: rule[name] for name in ("each", "fields", "message", "remedy") if name in rule}
    own = {name: value for name, value in rule.items() if name not in shared}
    return own | {"cases": [shared | c if isinstance(c, dict) else c for c in rule.get("cases", [])]}


_MODELS: dict[str, type[BaseModel]] = {
    "sections": Section, "fields": Field, "choices": Choice, "rules": Rule, "cases": Case, "figures": Figure,
    "outputs": Outputs, "sheet": SheetTexts,
}  # fmt: skip


def _describe(marked: Marked, error: dict[str, Any]) -> str:
    """One line for one error of pydantic's: file, line, place in words, what is wrong."""
    place, model = _place(marked.data, error["loc"])
    what = error["msg"]
    if error["type"] == "extra_forbidden":
        what = f"unknown key {place[-1]!r}{did_you_mean(str(place[-1]), model.model_fields)}"
    elif error["type"] == "missing":
        what = f"{place[-1]!r} is missing"
    elif len(place) > 1 or place:
        what = f"{place[-1]!r}: {what[0].lower()}{what[1:]}"
    where = ".".join(str(part) for part in place[:-1])
    return f"{marked.at(place)}: {where + ': ' if where else ''}{what}"


def _place(data: Any, loc: tuple[int | str, ...]) -> tuple[Place, type[BaseModel]]:
    """The place in the file that pydantic's `loc` means, and the model it stands in."""
    place: list[int | str] = []
    model: type[BaseModel] = Kit
    for part in loc:
        if isinstance(part, int) and isinstance(data, dict):
            part = list(data)[part]
        elif isinstance(part, str):
            model = _MODELS.get(part, model)
        place.append(part)
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            data = None
    return tuple(place), model


# -- meaning ---------------------------------------------------------------------------------------

Problems = Iterator[tuple[Place, str]]


def _check(kit: Kit) -> Problems:
    yield from _check_fields(kit)
    yield from _check_rules(kit)
    for figure in kit.figures:
        for part in ("value", "when"):
            yield from _check_expression(kit, getattr(figure, part), ("figures", figure.key, part))
    for part in Outputs.model_fields:
        yield from _check_template(kit, getattr(kit.outputs, part), ("outputs", part), set(kit.all_fields))
    counts = {"labels", *(level.value for level in Level)}
    yield from _check_template(kit, kit.sheet.returned, ("sheet", "returned"), counts)
    if kit.name_field not in kit.fields:
        yield ("name_field",), f"no field is called {kit.name_field!r}{did_you_mean(kit.name_field, kit.fields)}"


def _check_fields(kit: Kit) -> Problems:
    counts = Counter(field.key for section in kit.sections for field in section.fields)
    rules = {rule.id for rule in kit.rules}
    for section in kit.sections:
        for field in section.fields:
            place: Place = ("sections", section.key, "fields", field.key)
            if counts[field.key] > 1:
                yield place, f"the field {field.key!r} stands in more than one section"
            if field.key in RESERVED or not field.key.isidentifier() or len(field.key) > 64 or not field.key.isascii():
                yield place, f"{field.key!r} cannot be the key of a field"
            if (field.type in _WITH_CHOICES) != bool(field.choices):
                yield place, "choices belong to fields of type one or several, and those need them"
            if field.other and field.type is not FieldType.SEVERAL:
                yield (*place, "other"), "only a field of several choices has a free text of its own"
            if field.unreadable != "value" and field.unreadable not in rules:
                yield (*place, "unreadable"), f"no rule is called {field.unreadable!r}"
            if isinstance(field.required, str):
                yield from _check_expression(kit, field.required, (*place, "required"))


def _check_rules(kit: Kit) -> Problems:
    seen: set[str] = set()
    for number, rule in enumerate(kit.rules):
        if rule.id in seen:
            yield ("rules", number), f"two rules are called {rule.id!r}"
        seen.add(rule.id)
        for position, case in enumerate(rule.cases):
            place: Place = ("rules", number, "cases", position)
            if not case.each and not case.fields:
                yield place, f"{rule.id}: a case needs 'each' or 'fields' to say where it is reported"
            for key in (*case.each, *case.fields):
                if key not in kit.fields:
                    yield place, f"{rule.id}: no field is called {key!r}{did_you_mean(key, kit.fields)}"
            yield from _check_expression(kit, case.when, (*place, "when"), each=bool(case.each))
            for part in ("message", "remedy"):
                known = {*_names(kit), "hits", *(["text"] if case.each else [])}
                yield from _check_template(kit, getattr(case, part), (*place, part), known)


def _check_expression(kit: Kit, source: str, place: Place, *, each: bool = False) -> Problems:
    try:
        tree = expressions.parse_expression(source)
        expressions.expression(source)
    except TemplateSyntaxError as cause:
        yield place, f"{source!r}: {cause.message}"
        return
    yield from _check_names(kit, tree, place, {*_names(kit), *(["text"] if each else [])})
    for name, constant in expressions.comparisons(tree):
        field = kit.all_fields.get(name)
        keys = [choice.key for choice in field.choices] if field else []
        if keys and constant not in keys:
            yield place, f"{name} has no choice {constant!r}{did_you_mean(str(constant), keys)}"


def _check_template(kit: Kit, source: str, place: Place, known: Set[str]) -> Problems:
    try:
        tree = expressions.plain_text_sandbox().parse(source)
        expressions.message(source)
    except TemplateSyntaxError as cause:
        yield place, f"{source!r}: {cause.message}"
        return
    yield from _check_names(kit, tree, place, known)


def _names(kit: Kit) -> set[str]:
    """What the expressions of a kit may name."""
    return {*kit.all_fields, "words", "limits"}


def _check_names(kit: Kit, tree: nodes.Template, place: Place, known: Set[str]) -> Problems:
    for name, attribute, _line in expressions.references(tree):
        if name not in known:
            yield place, f"unknown name {name!r}{did_you_mean(name, known)}"
        elif attribute is not None:
            attributes = attributes_of(kit, name)
            if attribute not in attributes:
                yield place, f"{name!r} has no {attribute!r}{did_you_mean(attribute, attributes)}"


def attributes_of(kit: Kit, name: str) -> set[str]:
    """What may stand behind `name.` in expressions and templates."""
    if name == "words":
        return set(kit.words)
    if name == "limits":
        return set(kit.limits)
    if name == "figures":
        return {figure.key for figure in kit.figures}
    field = kit.all_fields.get(name)
    return {"other"} if field and field.other else set()
