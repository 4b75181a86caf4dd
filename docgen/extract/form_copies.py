"""Find the forms of one customer on several sheets that do not say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from docgen.model.intake import Answers, Level, ReadingNote
from docgen.text import fold


def notes_on_copies(customers: Iterable[Answers], name_field: str) -> Mapping[str, ReadingNote]:
    """For each sheet a note if another sheet has a form with the same name and other answers; `customers` are the only
    ones of their sheets."""
    named: dict[str, list[Answers]] = {}
    for one in customers:
        name = one.fields.get(name_field)
        if name is not None and name.written.strip():
            named.setdefault(fold(name.written), []).append(one)
    groups = (group for group in named.values() if len(set(map(_written, group))) > 1)
    return {one.sheet or "": _note(one, group, name_field) for group in groups for one in group}


def _written(one: Answers) -> tuple[tuple[str, str], ...]:
    return tuple((key, fold(answer.written)) for key, answer in sorted(one.fields.items()))


def _note(one: Answers, group: Iterable[Answers], name_field: str) -> ReadingNote:
    name = one.fields[name_field]
    sheets = "」、「".join(other.sheet or "" for other in group if other is not one)
    return ReadingNote("customer-again", Level.MANUAL, name.written, name.origin, name_field, {"sheets": sheets})
