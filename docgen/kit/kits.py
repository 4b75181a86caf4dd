"""Finding kits, and `kit.yaml` → Kit: its shape by the models of `model.kit`, its meaning by `check`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from docgen import __version__
from docgen.errors import KitError, UsageError, did_you_mean
from docgen.file_cache import cached_by_file
from docgen.kit import check, yaml_lines
from docgen.kit.yaml_lines import Marked, Place
from docgen.language import tr
from docgen.model.kit import (
    FORMAT,
    SHARED_BY_CASES,
    Choice,
    Contracts,
    Field,
    Figure,
    Kit,
    Outputs,
    Rule,
    RuleCase,
    Section,
    SheetTexts,
)

KIT_FILE = "kit.yaml"
_Kit = TypeVar("_Kit", bound=Kit)


def home() -> Path:
    """The folder of docgen's own kits: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def folders() -> list[Path]:
    """The folders of docgen's own kits, sorted."""
    return sorted(path.parent for path in home().glob(f"*/{KIT_FILE}"))


def own(name: str) -> Path | None:
    """The folder of docgen's own kit called `name`; None where there is no such kit."""
    return next((folder for folder in folders() if folder.name == name), None)


def find(name: str) -> Path:
    """The folder of the kit called `name`, which is a kit's name or the path of a folder.

    Raises UsageError where there is neither.
    """
    if found := own(name):
        return found
    folder = Path(name)
    if (folder / KIT_FILE).is_file():
        return folder
    if folder.is_dir():
        raise UsageError(tr("kit {name}: the folder holds no {kit_file}", name=name, kit_file=KIT_FILE))
    names = [folder.name for folder in folders()]
    raise UsageError(
        tr("kit {name}: there is no such kit or folder{near}", name=name, near=did_you_mean(name, names)),
        tr("docgen kits lists them"),
    )


def load(folder: Path) -> Kit:
    """The kit in `folder`, checked; the same object again while its kit.yaml is the same.

    Raises KitError that lists every problem with file and line.
    """
    return load_as(Kit, folder)


def load_as(model: type[_Kit], folder: Path) -> _Kit:
    """The same as an object of a class that is built on Kit."""
    _require_own(folder)
    return _load(folder / KIT_FILE, model)


@cached_by_file
def _load(path: Path, model: type[_Kit]) -> _Kit:
    marked, kit = _read(path.parent, model)
    if problems := _problems(marked, kit):
        raise KitError(problems)
    return kit


def inspect(folder: Path) -> tuple[Kit | None, list[str]]:
    """The kit in `folder`, None where its shape is wrong, and every problem with file and line.

    Raises KitError where files of it cannot be looked at without harm.
    """
    _require_own(folder)
    try:
        marked, kit = _read(folder, Kit)
    except KitError as cause:
        return None, cause.problems
    return kit, _problems(marked, kit)


def _read(folder: Path, model: type[_Kit]) -> tuple[Marked, _Kit]:
    marked = yaml_lines.read(folder / KIT_FILE, KitError)
    try:
        return marked, model(folder=folder, **_prepared(marked))
    except ValidationError as cause:
        raise KitError([_describe(marked, dict(error)) for error in cause.errors()]) from cause


@cached_by_file
def _require_own(folder: Path) -> None:
    """Raise KitError for what stands in a kit and leads out of it, or would block whoever opens it."""
    root = os.path.realpath(folder)
    problems = []
    for path in sorted(folder.rglob("*")):
        if not Path(os.path.realpath(path)).is_relative_to(root):
            problems.append(tr("{path}: leads out of the kit (put a copy of the file there)", path=path))
        elif not (path.is_file() or path.is_dir()):
            problems.append(tr("{path}: is neither a file nor a folder (remove it)", path=path))
    if problems:
        raise KitError(problems)


def _problems(marked: Marked, kit: Kit) -> list[str]:
    return [f"{marked.at(place)}: {what}" for place, what in check.check(kit)]


# -- shape -----------------------------------------------------------------------------------------


def _prepared(marked: Marked) -> dict[str, Any]:
    """The data of kit.yaml with its keyed maps as lists that know their keys."""
    data = dict(marked.data)
    _require_this_docgen(marked)
    unknown = set(data) - set(Kit.model_fields) | ({"folder"} & set(data))
    if unknown:
        raise KitError(
            [
                tr(
                    "{place}: unknown key {key!r}{near}",
                    place=marked.at((k,)),
                    key=k,
                    near=did_you_mean(k, Kit.model_fields),
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
    """The entries of the keyed map at `place`, which bears that name in `holder`, with their keys and what is `known`.

    Raises KitError where it is no map, an entry is none, or says itself what is known.
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


_MODELS: dict[str, type[BaseModel]] = {
    "sections": Section, "fields": Field, "choices": Choice, "rules": Rule, "cases": RuleCase, "figures": Figure,
    "outputs": Outputs, "sheet": SheetTexts, "contracts": Contracts,
}  # fmt: skip


def _describe(marked: Marked, error: dict[str, Any]) -> str:
    """One line for one error of pydantic's: file, line, place in words, what is wrong."""
    place, model = _place(marked.data, error["loc"])
    what = error["msg"]
    if error["type"] == "extra_forbidden":
        what = tr("unknown key {key!r}{near}", key=place[-1], near=did_you_mean(str(place[-1]), model.model_fields))
    elif error["type"] == "missing":
        what = tr("{key!r} is missing", key=place[-1])
    elif len(place) > 1 or place:
        what = f"{place[-1]!r}: {what[0].lower()}{what[1:]}"
    where = _dotted(place[:-1])
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
