"""Compare the amounts beside the entries of an answer with the count that they add up to: `深圳10个、广州10个`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docgen import values
from docgen.model.intake import Answer, Finding, Level, Value
from docgen.model.kit import Field, FieldType, Kit
from docgen.model.messages import wording
from docgen.patterns import regex
from docgen.text import visible

_MEASURED = regex(r"(?<![\d.])(\d{1,6})\s*[个条路部门线台]")
#: Where no entry is a number itself, an amount needs no measure word.
_BEHIND = regex(r"(?<![\d.])(\d{1,6})\s*[个条路部门线台]?(?=\s*(?:[、,;。)\n]|$))")


def amounts_differ(kit: Kit, answers: Mapping[str, Answer], understood: Mapping[str, Value]) -> Iterator[Finding]:
    """A finding for each answer whose amounts add up to something else than the count that was given."""
    for key, field in kit.fields.items():
        answer, count = answers.get(key), understood.get(field.adds_up_to or "")
        if answer is None or not isinstance(count, int) or key not in understood:
            continue
        amounts = _amounts(field, answer.written)
        total = sum(amounts)
        is_whole = len(amounts) == len(values.items(field, understood[key]))
        if amounts and (total > count or (is_whole and total != count)):
            words = wording(
                code := "amounts-differ", label=field.label, written=answer.written, total=f"{total:,}",
                other=kit.fields[field.adds_up_to or ""].label, count=f"{count:,}",
            )  # fmt: skip
            yield Finding(
                code, "value", Level.MANUAL, words.message, words.remedy,
                key, field.label, answer.origin, answer.written, field.clause, words.ask,
            )  # fmt: skip


def _amounts(field: Field, written: str) -> list[int]:
    pattern = _BEHIND if field.type is FieldType.REGIONS else _MEASURED
    return [int(amount) for amount in pattern.findall(visible(written))]
