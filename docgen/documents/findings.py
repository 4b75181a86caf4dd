"""The findings that documents show: of two rules that say the same of one answer, the more serious one."""

from __future__ import annotations

from collections.abc import Iterable

from docgen.model.intake import Finding, Level
from docgen.model.kit import Kit

_GRAVITY = list(Level)


def without_silenced(kit: Kit, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """`findings` without those that a graver one on the same answer silences, as the rules of the kit say."""
    found = tuple(findings)
    if len(found) <= 1:
        return found
    silences = {rule.id: rule.silences for rule in kit.rules}
    loudest: dict[tuple[str, str | None], int] = {}
    for finding in found:
        for rule in silences.get(finding.rule, ()):
            key = rule, finding.field
            loudest[key] = min(_GRAVITY.index(finding.level), loudest.get(key, len(_GRAVITY)))
    return tuple(
        finding
        for finding in found
        if _GRAVITY.index(finding.level) <= loudest.get((finding.rule, finding.field), len(_GRAVITY))
    )
