"""Give values the form in which documents and messages print them."""

from __future__ import annotations

from functools import cache

from docgen import values
from docgen.model.display import Missing, Shown
from docgen.model.intake import Value
from docgen.model.kit import Field, FieldType, Kit

#: The types whose values are lists, which templates can loop over.
ITEMISED = frozenset({FieldType.SEVERAL, FieldType.REGIONS, FieldType.LIST})


def shown(field: Field, value: Value | None) -> Shown | Missing:
    """A value that prints as people read it and compares by its key; Missing if there is none."""
    if value is None:
        return Missing(field.label, pending=field.pending)
    items = values.items(field, value) if field.type in ITEMISED else ()
    return Shown(value, values.show(field, value), items, is_private=field.private)


@cache
def shown_limits(kit: Kit) -> dict[str, Shown]:
    """The thresholds of the kit as documents and messages print them."""
    return {name: Shown(limit, f"{limit:,f}") for name, limit in kit.limits.items()}
