"""Commercial terms: a flat YAML file of key: value, read like any other answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from docgen import values
from docgen.errors import DocgenError, KitError, SourceError, did_you_mean
from docgen.file_cache import cached_by_file
from docgen.kit import yaml_lines
from docgen.model.intake import Value
from docgen.model.kit import Kit
from docgen.model.messages import wording

TERMS_FILE = "terms.yaml"


def load(path: Path, kit: Kit, error: type[DocgenError] = SourceError) -> Mapping[str, Value]:
    """The terms that the file at `path` gives, by key; what is empty there is not given.

    Raises `error` that names every unknown key and every value that cannot be read, with its line.
    """
    marked = yaml_lines.read(path, error, as_text=True)
    return understood(marked.data, kit, lambda key: f"{marked.at((key,))}: ", error)


def understood(
    written_terms: Mapping[str, Any],
    kit: Kit,
    at: Callable[[str], str] = lambda _key: "terms: ",
    error: type[DocgenError] = SourceError,
) -> Mapping[str, Value]:
    """The terms as written, by key, as values; `at` says where the one of that key stands.

    Raises `error` that names every unknown key and every value that cannot be read.
    """
    given: dict[str, Value] = {}
    problems = []
    for key, written in written_terms.items():
        where = at(key)
        field = kit.given_as_terms.get(key)
        if field is None:
            problems.append(f"{where}there is no term {key!r}{did_you_mean(key, kit.given_as_terms)}")
        elif not isinstance(written, str):
            problems.append(f"{where}{key}: the value must be a single text or number")
        else:
            parsed = values.parse(field, written)
            for problem in parsed.problems:  # advice too: nobody reads the findings of a file of terms
                details = {"label": field.label, "written": written} | dict(problem.details)
                problems.append(f"{where}{key}: {wording(problem.code, **details).message}")
            if parsed.value is not None:
                given[key] = parsed.value
    if problems:
        raise error("; ".join(problems), "correct the terms")
    return given


def defaults(kit: Kit) -> Mapping[str, Value]:
    """The terms that the kit itself sets in its terms.yaml, if it has one."""
    return _defaults(kit.folder / TERMS_FILE, kit)


@cached_by_file
def _defaults(path: Path, kit: Kit) -> Mapping[str, Value]:
    return load(path, kit, KitError) if path.is_file() else {}
