"""`kit.yaml` → Kit: its shape by the classes of `model.kit`, its meaning by `check`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from docgen import __version__
from docgen.errors import KitError, did_you_mean
from docgen.kit import check, yaml_lines
from docgen.kit.places import Marked, Place
from docgen.language import tr
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
        raise KitError([_describe(marked, dict(error)) for error in cause.errors()]) from cause
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
                tr(
                    "{place}: unknown key {key!r}{near}",
                    place=marked.at((k,)),
                    key=k,
                    near=did_you_mean(k, _keys(Kit)),
                )
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


def _describe(marked: Marked, error: dict[str, Any]) -> str:
    """One line for one error of pydantic's: file, line, place in words, what is wrong."""
    place, model = _place(marked.data, error["loc"])
    what = error["msg"]
    if error["type"] == "unexpected_keyword_argument":
        what = tr("unknown key {key!r}{near}", key=place[-1], near=did_you_mean(str(place[-1]), _keys(model)))
    elif error["type"] == "dataclass_type":
        kind = error["ctx"]["class_name"]
        what = tr("{key!r}: input should be a valid dictionary or instance of {kind}", key=place[-1], kind=kind)
    elif error["type"] == "missing":
        what = tr("{key!r} is missing", key=place[-1])
    elif len(place) > 1 or place:
        what = f"{place[-1]!r}: {what[0].lower()}{what[1:]}"
    where = _dotted(place[:-1])
    return f"{marked.at(place)}: {where + ': ' if where else ''}{what}"


def _place(data: Any, loc: tuple[int | str, ...]) -> tuple[Place, type[Any]]:
    """The place in the file that pydantic's `loc` means, and the model it is in."""
    place: list[int | str] = []
    model: type[Any] = Kit
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
