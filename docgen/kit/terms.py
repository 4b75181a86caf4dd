"""Commercial terms: a flat YAML file of key: value, read like any other answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from docgen import user_cache, values
from docgen.errors import DocgenError, KitError, SourceError, did_you_mean
from docgen.file_cache import cached_by_file
from docgen.kit.places import Marked
from docgen.language import tr
from docgen.model.intake import Level, Value
from docgen.model.kit import LARGEST, Kit
from docgen.model.messages import wording
from docgen.text import fold

TERMS_FILE = "terms.yaml"
#: From which similarity on, of 100, a name counts as a misspelling of another.
_ALIKE = 85


@dataclass(frozen=True)
class CustomerTerms:
    """The terms of one customer in a table: name and credit code of the customer ("" if not given), the place of the
    row, the values by key."""

    name: str
    code: str
    place: str
    values: Mapping[str, Value]


class TermsMatch(NamedTuple):
    """The terms of a table for a customer; if that is not certain, none and a finding."""

    values: Mapping[str, Value]
    code: str = ""
    level: Level = Level.ADVICE
    details: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class GivenTerms:
    """Commercial terms, read and understood: the values that hold for every customer, by key; those of single ones."""

    values: Mapping[str, Value] = field(default_factory=dict)
    customers: tuple[CustomerTerms, ...] = ()

    def of(self, name: str, code: str) -> TermsMatch:
        """The terms of the customer who has this name and this credit code ("" if it is not known)."""
        if not self.customers:
            return TermsMatch({})
        named = [one for one in self.customers if one.name and fold(one.name) == fold(name)]
        coded = [one for one in self.customers if code and one.code == code]
        every = _distinct([*named, *coded])
        if len(every) > 1:
            return _doubtful(name, every)
        if not every:
            near = [one for one in self.customers if one.name and _is_slip(fold(one.name), fold(name))]
            return (
                _doubtful(name, near) if near else TermsMatch({}, "terms-customer-unknown", details={"written": name})
            )
        (one,) = every
        if (one.name and not named) or (one.code and code and not coded):
            return _doubtful(name, every)
        return TermsMatch(one.values)


def _distinct(found: Iterable[CustomerTerms]) -> list[CustomerTerms]:
    return list({one.place: one for one in found}.values())


def _is_slip(one: str, other: str) -> bool:
    from rapidfuzz import fuzz

    return fuzz.ratio(one, other) >= _ALIKE


def _doubtful(name: str, found: Iterable[CustomerTerms]) -> TermsMatch:
    listed = "；".join(f"{one.place}「{one.name or one.code}」" for one in found)
    return TermsMatch({}, "terms-customer-doubtful", Level.MANUAL, {"written": name, "found": listed})


def load(path: Path, kit: Kit) -> Mapping[str, Value]:
    """The terms in the file at `path`, by key; empty ones are not given.

    Raises SourceError that names every unknown key and every value that cannot be read, with its line.
    """
    from docgen.kit import yaml_lines

    marked = yaml_lines.read(path, SourceError, as_text=True)
    return understood(marked.data, kit, lambda key: f"{marked.at((key,))}: ")


def understood(
    written_terms: Mapping[str, Any],
    kit: Kit,
    at: Callable[[str], str] = lambda _key: tr("terms: "),
    error: type[DocgenError] = SourceError,
) -> Mapping[str, Value]:
    """The terms as written, by key, as values; `at` gives the place of a key.

    Raises `error` that names every unknown key and every value that cannot be read.
    """
    given: dict[str, Value] = {}
    problems = []
    for key, written in written_terms.items():
        where = at(key)
        asked = kit.given_as_terms.get(key)
        if asked is None:
            problems.append(
                tr(
                    "{where}there is no term {key!r}{near}",
                    where=where,
                    key=key,
                    near=did_you_mean(key, kit.given_as_terms),
                )
            )
        elif not isinstance(written, str):
            problems.append(tr("{where}{key}: the value must be a single text or number", where=where, key=key))
        else:
            parsed = values.parse(asked, written)
            for problem in parsed.problems:  # advice too: nobody reads the findings of a file of terms
                details = {"label": asked.label, "written": written} | dict(problem.details)
                problems.append(f"{where}{key}: {wording(problem.code, **details).message}")
            if parsed.value is not None:
                given[key] = parsed.value
    if problems:
        raise error("; ".join(problems), tr("correct the terms"))
    return given


def defaults(kit: Kit) -> Mapping[str, Value]:
    """The terms that the kit itself sets in its terms.yaml, if it has one."""
    return _defaults(kit.folder / TERMS_FILE, kit)


@cached_by_file
def _defaults(path: Path, kit: Kit) -> Mapping[str, Value]:
    if not path.is_file():
        return {}
    marked = _marked(path)
    return understood(marked.data, kit, lambda key: f"{marked.at((key,))}: ", KitError)


def _marked(path: Path) -> Marked:
    """The entries of a kit's terms.yaml, kept between runs."""
    content = path.read_bytes() if path.stat().st_size <= LARGEST else b""
    if content and (found := user_cache.find("terms", (content,))):
        return Marked(path, *found)
    from docgen.kit import yaml_lines

    marked = yaml_lines.read(path, KitError, as_text=True)
    if content and content == path.read_bytes():  # it was not written again while it was read
        user_cache.keep("terms", (content,), (marked.data, marked.lines))
    return marked
