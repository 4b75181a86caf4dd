"""What a template may do with a value, read from the Python types of the context.

A shape says which attributes a value has and what a loop over it gives.  `Annotated[type, "meaning"]` gives an
attribute its one-line meaning, which `docgen template fields` prints.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from enum import Enum, EnumMeta
from functools import cache, cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from docgen.language import phrase

_WORDS = {
    str: phrase("text"), bool: phrase("yes or no"),
    int: phrase("number"), Decimal: phrase("number"), dt.date: phrase("date"),
}  # fmt: skip
#: Kinds of shapes with attributes.
RECORD, ENTRIES = "record", "entries"
_MAPPING_METHODS = ("items", "keys", "values", "get")


@dataclass(frozen=True, eq=False)
class ContextType:
    """What a template may do with a value.

    `attributes` is None if any attribute is allowed.  A loop gives `item`, or `parts` where each
    turn takes several names.  `choices` are the keys that the value may be compared with, with their labels.
    """

    attributes: Mapping[str, ContextType] | None = None
    item: ContextType | None = None
    parts: tuple[ContextType, ...] = ()
    choices: Mapping[str, str] | None = None
    kind: str = ""
    meaning: str = ""
    is_optional: bool = False
    is_open: bool = False


ANYTHING = ContextType()


@dataclass(frozen=True, eq=False)
class Names:
    """The names that a template may use, with their shapes; compared by identity, so that it can be a key.

    They are not complete if the kit cannot be read; then no name is unknown.  `controls` are the tags that content
    controls of the template may have, None if any is allowed.
    """

    shapes: Mapping[str, ContextType]
    is_complete: bool = True
    controls: frozenset[str] | None = None

    def named(self, label: str) -> str | None:
        """The one name whose meaning is called `label`; None if there is none, or several."""
        found = [name for name, one in self.shapes.items() if one.meaning and label == one.meaning.rpartition(" / ")[2]]
        return found[0] if len(found) == 1 else None


def mapping(entries: Mapping[str, ContextType], meaning: str = "") -> ContextType:
    """A value with these attributes, which may also be looped over like a dictionary."""
    methods = dict.fromkeys(_MAPPING_METHODS, ANYTHING)
    return ContextType({**methods, **entries}, item=ANYTHING, kind=ENTRIES, meaning=meaning)


@cache
def of(hint: Any) -> ContextType:
    """The shape of values of a type, as it is annotated."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return replace(of(arguments[0]), meaning=arguments[1])
    if origin in {Union, UnionType}:
        known = [of(argument) for argument in arguments if argument is not NoneType]
        shape = known[0] if len(known) == 1 else ContextType(kind=" or ".join(each.kind for each in known))
        return replace(shape, is_optional=NoneType in arguments)
    if origin is tuple and arguments[1:] != (Ellipsis,):
        return ContextType({}, parts=tuple(of(argument) for argument in arguments), kind="pair")
    if origin in {list, tuple, Sequence, Iterable}:
        return ContextType({}, item=of(arguments[0]), kind="list")
    if origin in {dict, Mapping}:
        keys = arguments[0]
        members: Iterable[Any] = keys if isinstance(keys, EnumMeta) else ()
        entries = {member.value: of(arguments[1]) for member in members}
        return replace(mapping(entries), is_open=not entries)
    return _of_class(hint) if isinstance(hint, type) else ANYTHING


def _of_class(cls: type) -> ContextType:
    for scalar, word in _WORDS.items():
        if issubclass(cls, scalar) and (scalar is not int or cls is int):
            return ContextType(_public(cls), kind=word)
    names = _fields(cls)
    if not names:
        return ANYTHING
    hints = get_type_hints(cls, include_extras=True)
    known = {name: of(hints[name]) for name in names}
    for name in dir(cls):
        described = getattr(cls, name, None)
        getter = described.fget if isinstance(described, property) else None
        getter = described.func if isinstance(described, cached_property) else getter
        if getter is not None and not name.startswith("_"):
            known[name] = of(get_type_hints(getter, include_extras=True)["return"])
    return ContextType(known, kind=RECORD)


def _fields(cls: type) -> list[str]:
    """The fields of a named tuple or dataclass; none of another class."""
    if is_dataclass(cls):
        return [field.name for field in fields(cls)]
    return list(getattr(cls, "_fields", ()))


def _public(cls: type) -> Mapping[str, ContextType]:
    methods = dict.fromkeys((name for name in dir(cls) if not name.startswith("_")), ANYTHING)
    return methods if not issubclass(cls, Enum) else {**methods, "value": ANYTHING, "name": ANYTHING}
