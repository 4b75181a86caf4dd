"""The JSON Schemas that docgen ships, made from the types of its code; `make docs` writes them.

Those of the JSON that docgen says are pydantic's, with what `Annotated` says of each entry.  That of kit.yaml is
the one of the kit's model in the shape in which people write it: maps of keys to entries, without what is known from
the place, and with what the cases of a rule share.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from jsonschema import Draft202012Validator
from pydantic import TypeAdapter
from typing_extensions import is_typeddict

from docgen.kit import kits
from docgen.model import kit as model
from docgen.model.as_json import CheckJson
from docgen.packet.manifest import ManifestJson
from docgen.packet.packet import PacketsJson

SHIPPED = Path(model.__file__).parents[1] / "schemas"
TYPES: dict[str, Any] = {"check": CheckJson, "packet": PacketsJson, "manifest": ManifestJson, "kit": model.Kit}
#: Beside kit.yaml, so that editors find it there, in copies of the kit too.
BESIDE = kits.home() / "caller-number" / "kit.schema.json"

Schema = dict[str, Any]


def made(name: str) -> Schema:
    """The schema of this name."""
    of = TYPES[name]
    schema: Schema = TypeAdapter(of).json_schema(mode="validation" if name == "kit" else "serialization")
    described(schema, of)
    if name == "kit":
        as_written(schema)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:docgen:schema:{name}:1"}
    return head | {key: schema[key] for key in sorted(schema, key=("title", "description").__contains__, reverse=True)}


def files() -> dict[Path, str]:
    """Every file that is made, with its text."""
    texts = {name: json.dumps(made(name), ensure_ascii=False, indent=1) + "\n" for name in TYPES}
    return {SHIPPED / f"{name}.json": text for name, text in texts.items()} | {BESIDE: texts["kit"]}


# -- what is said of each entry ----------------------------------------------------------------------


def classes(hint: Any) -> Iterator[type]:
    """Every class with entries that a type is made of."""
    if is_typeddict(hint) or (isinstance(hint, type) and is_dataclass(hint)):
        yield hint
        for inner in get_type_hints(hint).values():
            yield from classes(inner)
    for inner in get_args(hint):
        yield from classes(inner)


def described(schema: Schema, of: Any) -> None:
    """Put into the schema what is said of each entry, and take out titles that only repeat its name."""
    for cls in set(classes(of)):
        entry = schema if cls is of else schema["$defs"][cls.__name__]
        entry["description"] = " ".join((cls.__doc__ or "").split())
        for name, hint in get_type_hints(cls, include_extras=True).items():
            if name in entry["properties"]:
                entry["properties"][name].pop("title", None)
            if said := meaning(hint):
                entry["properties"][name]["description"] = said


def meaning(hint: Any) -> str:
    """What `Annotated` says of an attribute."""
    return str(get_args(hint)[1]) if get_origin(hint) is Annotated else ""


# -- kit.yaml ----------------------------------------------------------------------------------------


def as_written(schema: Schema) -> None:
    """Give the schema of the kit's model the shape in which people write kit.yaml."""
    for cls in set(classes(model.Kit)):
        entry = schema if cls is model.Kit else schema["$defs"][cls.__name__]
        for name, hint in get_type_hints(cls, include_extras=True).items():
            marks = get_args(hint)[2:] if get_origin(hint) is Annotated else ()
            if model.FROM_PLACE in marks:
                del entry["properties"][name]
                if name in entry.get("required", ()):
                    entry["required"].remove(name)
            elif model.KEYED in marks:
                items = entry["properties"][name].pop("items")
                entry["properties"][name].update(type="object", additionalProperties=items)
                entry["properties"][name].pop("default", None)
                if entry["properties"][name].pop("minItems", None):
                    entry["properties"][name]["minProperties"] = 1
    rule, case = schema["$defs"]["Rule"], schema["$defs"]["RuleCase"]
    for name in model.SHARED_BY_CASES:
        rule["properties"][name] = case["properties"][name]
    case["required"] = [name for name in case["required"] if name not in model.SHARED_BY_CASES]
    schema["properties"]["limits"]["additionalProperties"] = {"type": "number"}


# -- validation --------------------------------------------------------------------------------------


def closed(schema: Any) -> Any:
    """The schema with no entries allowed but those that it names: what docgen says is all described."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **inner} if "properties" in schema and "type" in schema else inner


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator of the shipped schema of this name."""
    schema = json.loads((SHIPPED / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(closed(schema))


def validated(data: Any) -> Any:
    """The data itself, which says its schema and is as that says."""
    thing, _, version = data["schema"].removeprefix("docgen/").partition("/")
    assert version == "1"
    validator(thing).validate(data)
    return data
