"""`kit.yaml` → Kit: its shape by the classes of `model.kit`, its meaning by `check`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from docgen import __version__
from docgen.errors import KitError, did_you_mean
from docgen.kit import check, yaml_lines
from docgen.kit.places import Marked, Place
from docgen.language import phrase, tr
from docgen.model.contracts import Contracts
from docgen.model.kit import (
    FORMAT,
    KIT_FILE,
    SHARED_BY_CASES,
    Choice,
    Field,
    Figure,
    Kit,
    Outputs,
    Rule,
    RuleCase,
    Section,
    SheetTexts,
)

_Kit = TypeVar("_Kit", bound=Kit)


def read(folder: Path, model: type[_Kit]) -> tuple[_Kit, list[str]]:
    """The kit in `folder` as an object of a class built on Kit, and every problem of its meaning with file and line.

    Raises KitError if its shape is wrong.
    """
    marked = yaml_lines.read(folder / KIT_FILE, KitError)
    try:
        kit = TypeAdapter(model).validate_python({**_prepared(marked), "folder": folder})
    except ValidationError as cause:
        raise KitError(_described(marked, map(dict, cause.errors()))) from cause
    return kit, [f"{marked.at(place)}: {what}" for place, what in check.check(kit)]


def _keys(model: type[Any]) -> list[str]:
    return [field.name for field in fields(model)]


def _prepared(marked: Marked) -> dict[str, Any]:
    """The data of kit.yaml with its keyed maps as lists that know their keys."""
    data = dict(marked.data)
    _require_this_docgen(marked)
    unknown = set(data) - set(_keys(Kit)) | ({"folder"} & set(data))
    if unknown:
        raise KitError(
            [
                tr("{place}: unknown key {key!r}{near}", place=marked.at((k,)), key=k, near=did_you_mean(k, _keys(Kit)))
                for k in sorted(unknown)
            ]
        )
    if "sections" in data:
        data["sections"] = [_section(marked, section) for section in _entries(marked, data, ("sections",))]
    if "figures" in data:
        data["figures"] = _entries(marked, data, ("figures",))
    if isinstance(data.get("rules"), list):
        data["rules"] = [_with_defaults(rule) for rule in data["rules"]]
    return data


def _require_this_docgen(marked: Marked) -> None:
    """Raise KitError, alone, for a kit of another format or for a newer docgen: nothing else of it need be right."""
    found, least = marked.data.get("format", FORMAT), str(marked.data.get("requires_docgen", "")).removeprefix(">=")
    newer = tr("install a newer docgen, or take a kit made for this one")
    if found != FORMAT:
        raise KitError(
            tr(
                "{place}: this is format {found!r}; docgen {version} reads {format}",
                place=marked.at(("format",)),
                found=found,
                version=__version__,
                format=FORMAT,
            ),
            newer,
        )
    if re.fullmatch(r"\d+(\.\d+){0,2}", least) and _numbers(least) > _numbers(__version__):
        at = marked.at(("requires_docgen",))
        raise KitError(
            tr(
                "{at}: this kit needs docgen {least} or newer; this is {version}",
                at=at,
                least=least,
                version=__version__,
            ),
            newer,
        )


def _numbers(version: str) -> list[int]:
    """The numbers of a version, to be compared: 1, 1.0 and 1.0.0 are the same."""
    found = [int(number) for number in re.findall(r"\d+", version)[:3]]
    return found + [0] * (3 - len(found))


def _section(marked: Marked, section: dict[str, Any]) -> dict[str, Any]:
    """A section whose fields know what it is, and their choices as a list."""
    place = ("sections", section["key"], "fields")
    known = {"section": section["key"], "internal": section.get("internal", False)}
    fields = [
        field | {"choices": _entries(marked, field, (*place, field["key"], "choices"))}
        for field in _entries(marked, section, place, known)
    ]
    return section | {"fields": fields}


def _entries(
    marked: Marked, holder: Mapping[str, Any], place: Place, known: Mapping[str, Any] = MappingProxyType({})
) -> list[dict[str, Any]]:
    """The entries of the keyed map at `place`, which has that name in `holder`, with their keys and what is `known`.

    Raises KitError if it is no map, an entry is none, or says itself what is known.
    """
    mapping = holder.get(str(place[-1]))
    if mapping is None:
        return []
    if not isinstance(mapping, dict):
        raise KitError(
            tr("{place}: {key} must be a map of keys to entries", place=marked.at(place), key=_dotted(place))
        )
    for key, entry in mapping.items():
        at = (*place, key)
        if not isinstance(entry, dict):
            raise KitError(
                tr(
                    "{place}: {key} must be an entry in braces or of indented lines",
                    place=marked.at(at),
                    key=_dotted(at),
                )
            )
        if own := sorted({"key", *known} & set(entry)):
            raise KitError(
                tr(
                    "{place}: {entry}: unknown key {key!r}",
                    place=marked.at((*at, own[0])),
                    entry=_dotted(at),
                    key=own[0],
                )
            )
    return [entry | known | {"key": key} for key, entry in mapping.items()]


def _dotted(place: Place) -> str:
    return ".".join(map(str, place))


def _with_defaults(rule: Any) -> Any:
    """A rule whose cases take from it what they do not say themselves."""
    if not isinstance(rule, dict) or not isinstance(rule.get("cases", []), list):
        return rule
    shared = {name: rule[name] for name in SHARED_BY_CASES if name in rule}
    own = {name: value for name, value in rule.items() if name not in shared}
    return own | {"cases": [shared | c if isinstance(c, dict) else c for c in rule.get("cases", [])]}


_MODELS: dict[str, type[Any]] = {
    "sections": Section, "fields": Field, "choices": Choice, "rules": Rule, "cases": RuleCase, "figures": Figure,
    "outputs": Outputs, "sheet": SheetTexts, "contracts": Contracts,
}  # fmt: skip


#: What is wrong with a value, by the type of pydantic's error.
_MUST = {
    "bool_type": phrase("{key!r} must be true or false"),
    "bool_parsing": phrase("{key!r} must be true or false"),
    "dataclass_type": phrase("{key!r} must be an entry in braces or of indented lines"),
    "decimal_parsing": phrase("{key!r} must be a number"),
    "decimal_type": phrase("{key!r} must be a number"),
    "dict_type": phrase("{key!r} must be a map of keys to values"),
    "enum": phrase("{key!r} must be one of {choices}"),
    "greater_than_equal": phrase("{key!r} must be {ge} or more"),
    "int_parsing": phrase("{key!r} must be a whole number"),
    "int_type": phrase("{key!r} must be a whole number"),
    "less_than_equal": phrase("{key!r} must be {le} or less"),
    "missing": phrase("{key!r} is missing"),
    "string_pattern_mismatch": phrase("{key!r} is not written as it must be: {pattern}"),
    "string_too_short": phrase("{key!r} is empty"),
    "string_type": phrase("{key!r} must be a text"),
    "too_short": phrase("{key!r} is empty"),
    "tuple_type": phrase("{key!r} must be a list"),
}
#: Of an attribute of two types pydantic reports each.
_EITHER = phrase("{key!r} must be true or false, or a text")


def _described(marked: Marked, errors: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each place with an error of pydantic's: file, line, place in words, what is wrong."""
    found: dict[Place, list[Mapping[str, Any]]] = {}
    for error in errors:
        place, model = _place(marked.data, error)
        found.setdefault(place, []).append({**error, "model": model})
    return [f"{marked.at(place)}: {_wrong(place, errors)}" for place, errors in found.items()]


def _wrong(place: Place, errors: Sequence[Mapping[str, Any]]) -> str:
    key, (error, *more) = place[-1], errors
    if isinstance(key, int):  # an entry of a list
        key, place = _dotted(place), ()
    values = {"key": key, **error.get("ctx", {})}
    values["choices"] = ", ".join(re.findall(r"'(.*?)'", values.get("expected", "")))
    if error["type"] == "unexpected_keyword_argument":
        what = tr("unknown key {key!r}{near}", key=key, near=did_you_mean(str(key), _keys(error["model"])))
    elif more:
        what = tr(_EITHER, **values)
    else:
        what = tr(_MUST[error["type"]], **values) if error["type"] in _MUST else f"{key!r}: {error['msg']}"
    where = _dotted(place[:-1])
    return f"{where}: {what}" if where else what


def _place(data: Any, error: Mapping[str, Any]) -> tuple[Place, type[Any]]:
    """The place in the file that the `loc` of an error of pydantic's means, and the model it is in."""
    place: list[int | str] = []
    model: type[Any] = Kit
    for part in error["loc"]:
        if isinstance(part, int) and isinstance(data, dict):
            part = list(data)[part]
        is_there = part in data if isinstance(data, dict) else isinstance(data, list) and isinstance(part, int)
        if not is_there and error["type"] != "missing":  # a type of the attribute, where it may have two
            break
        model = _MODELS.get(str(part), model)
        place.append(part)
        data = data[part] if is_there else None
    return tuple(place), model
