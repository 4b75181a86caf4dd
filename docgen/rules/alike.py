"""Limit the findings of one kind on one field to a readable number, with one finding that counts the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from docgen.model.intake import UNREAD, Finding, Unrecognised
from docgen.model.messages import MORE_ALIKE, wording

#: The most findings of one kind on one field.  Our figure: more than the 34 provinces, often given in place of cities.
MOST_ALIKE = 100


def thinned(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], tuple[Unrecognised, ...]]:
    """`findings` with at most MOST_ALIKE of one kind on one field, and the texts quoted by those left out, as unread.

    One extra finding, of the same rule and level, counts those that are left out.
    """
    kept: list[Finding] = []
    seen: Counter[tuple[str, str | None]] = Counter()
    beyond: dict[tuple[str, str | None], Finding] = {}
    texts: list[Unrecognised] = []
    for finding in findings:
        kind = finding.code, finding.field
        seen[kind] += 1
        if seen[kind] <= MOST_ALIKE:
            kept.append(finding)
            continue
        beyond.setdefault(kind, finding)
        if finding.rule == UNREAD:
            texts.append(Unrecognised(finding.sheet, finding.cell, finding.written or ""))
    kept += [_count(first, seen[kind] - MOST_ALIKE) for kind, first in beyond.items()]
    return tuple(kept), tuple(texts)


def _count(first: Finding, count: int) -> Finding:
    """The finding that stands for `count` findings, of which this is the first."""
    words = wording(MORE_ALIKE, label=first.label or "", count=str(count))
    return Finding(
        MORE_ALIKE, first.rule, first.level, words.message, words.remedy, first.field, first.label, first.origin,
        clause=first.clause, ask=words.ask if first.ask else None,
    )  # fmt: skip
