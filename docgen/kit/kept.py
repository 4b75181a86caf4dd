"""Convert a kit to plain data with compiled expressions, to be cached between runs, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from docgen.expressions import codes
from docgen.model import kit as model
from docgen.model.contracts import Contracts
from docgen.model.intake import Level
from docgen.model.kit import Kit

_Kit = TypeVar("_Kit", bound=Kit)
_ENTRIES = (
    model.Choice, model.Field, model.Section, model.RuleCase, model.Rule, model.Figure, model.Outputs, model.SheetTexts,
    Contracts,
)  # fmt: skip
#: Marks a value that is not plain data: the name of its class, and the arguments to make it again.
_CLASSES: Mapping[str, Callable[..., Any]] = {
    **{cls.__name__: cls for cls in _ENTRIES},
    **{cls.__name__: cls for cls in (model.FieldType, model.Due, Level, Decimal)},
}


def plain(kit: Kit) -> Any:
    """The data for `revived`; the kit's expressions and texts were compiled when it was checked."""
    return entries(kit), codes.known(_sources(kit))


def entries(kit: Kit) -> dict[str, Any]:
    """The contents of kit.yaml as plain data: equal for equal kits in any folder."""
    return {field.name: _plain(getattr(kit, field.name)) for field in dataclasses.fields(Kit) if field.name != "folder"}


def revived(data: Any, folder: Path, cls: type[_Kit]) -> _Kit:
    """The kit in `folder` from its plain data, as an object of a subclass of Kit."""
    found, compiled = data
    codes.know(compiled)
    return cls(folder=folder, **{name: _restored(value) for name, value in found.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return type(value).__name__, (value.value,)
    if isinstance(value, Decimal):
        return "Decimal", (str(value),)
    if dataclasses.is_dataclass(value):
        entries = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return type(value).__name__, {name: _plain(entry) for name, entry in entries}
    if isinstance(value, Mapping):
        return "", {_plain(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return value


def _restored(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_restored, value))
    if not isinstance(value, tuple):
        return value
    name, inner = value
    if not name:
        return {_restored(key): _restored(entry) for key, entry in inner.items()}
    if isinstance(inner, dict):
        return _CLASSES[name](**{key: _restored(entry) for key, entry in inner.items()})
    return _CLASSES[name](*inner)


def _sources(kit: Kit) -> dict[str, list[str]]:
    """The expressions of a kit, and its texts with template tags."""
    cases = [case for rule in kit.rules for case in rule.cases]
    expressions = [case.when for case in cases]
    expressions += [source for figure in kit.figures for source in (figure.value, figure.when)]
    expressions += [field.required for field in kit.all_fields.values() if isinstance(field.required, str)]
    texts = [text for case in cases for text in (case.message, case.remedy, case.ask)]
    texts += [getattr(kit.outputs, field.name) for field in dataclasses.fields(kit.outputs)]
    texts += [kit.sheet.returned] + ([kit.contracts.reminder] if kit.contracts else [])
    return {codes.EXPRESSION: expressions, codes.TEXT: texts}
