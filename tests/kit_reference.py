"""docs/kit.md: every key of kit.yaml, from the schema of the kit's model; `make docs` writes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import schemas
from schemas import Schema

#: The entries of kit.yaml in the order in which people meet them, with the head of each and where it stands.
PARTS = {
    "Kit": ("The top of the file", "kit.yaml"),
    "Section": ("sections", "sections: <section>"),
    "Field": ("fields", "sections: <section>: fields: <field>"),
    "Choice": ("choices", "sections: <section>: fields: <field>: choices: <choice>"),
    "Rule": ("rules", "rules: - …"),
    "RuleCase": ("cases", "rules: - cases: - …"),
    "Figure": ("figures", "figures: <figure>"),
    "Outputs": ("outputs", "outputs"),
    "Contracts": ("contracts", "contracts"),
    "SheetTexts": ("sheet", "sheet"),
}


def keys() -> str:
    """A table for each entry: key, what may stand there, whether it must, what it means."""
    schema = schemas.made("kit")
    parts = {"Kit": schema, **schema["$defs"]}
    return "\n\n".join(line for name, part in PARTS.items() for line in _part(parts[name], *part))


def _part(part: Schema, head: str, place: str) -> Iterator[str]:
    yield f"### {head}"
    yield f"`{place}`. {part['description']}"
    rows = ["| key | kind | default | meaning |", "|---|---|---|---|"]
    for key, entry in part["properties"].items():
        default = "must be given" if key in part.get("required", ()) else _default(entry)
        rows.append(f"| `{key}` | {_kind(entry)} | {default} | {entry.get('description', '')} |".replace("<", "\\<"))
    yield "\n".join(rows)


def _default(entry: Schema) -> str:
    """What holds where the key is not written; nothing where that is nothing."""
    default = entry.get("default")
    return (
        ""
        if default in (None, "", [], {}) or isinstance(default, dict)
        else f"`{json.dumps(default)}`".replace('"', "")
    )


def _kind(entry: Any) -> str:
    """What may stand there, in a few words."""
    if "$ref" in entry:
        name = entry["$ref"].rpartition("/")[2]
        return f"[{PARTS[name][0]}](#{PARTS[name][0]})" if name in PARTS else _choices(name)
    if "anyOf" in entry:
        return " or ".join(_kind(one) for one in entry["anyOf"] if one.get("type") != "null")
    if "const" in entry:
        return f"`{entry['const']}`"
    if entry.get("type") == "array":
        return f"list of {_kind(entry['items'])}"
    if entry.get("type") == "object":
        return f"map of keys to {_kind(entry['additionalProperties'])}"
    return {"string": "text", "boolean": "yes/no", "number": "number", "integer": "number"}[entry["type"]]


def _choices(name: str) -> str:
    return ", ".join(f"`{one}`" for one in schemas.made("kit")["$defs"][name]["enum"])
