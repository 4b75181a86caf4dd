"""The answers to send back to the customer, each with its problems; the same for sheet and Word form.

An accepted answer is settled: shown as understood, and not to be changed.  One with a finding stays open
and is shown as it was written wherever that could not be read; the finding is beside it.  Nothing of
the internal fields goes along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from docgen.expressions import sandbox
from docgen.model.intake import Finding, Intake, Level, Review, Value
from docgen.model.kit import Field, Kit
from docgen.model.messages import ABOUT_TERMS
from docgen.text import clean_line, clean_long

_QUOTED = 100  # characters of a text that was not understood
#: What must be mended before the provider continues; the other levels are for a person to read.
TO_MEND = frozenset({Level.INVALID, Level.REJECT})


@dataclass(frozen=True, slots=True)
class CorrectionEntry:
    """One field as it goes back: its value, what was written where that says more, the findings beside it."""

    value: Value | None = None
    written: str = ""
    level: Level | None = None
    notes: tuple[str, ...] = ()
    is_settled: bool = False

    @property
    def note(self) -> str:
        """All notes, a line each."""
        return "\n".join(self.notes)


@dataclass(frozen=True, slots=True)
class Correction:
    """One intake as it goes back: the name it goes by, the lines on top, an entry for each field."""

    name: str
    summary: tuple[str, ...]
    entries: Mapping[str, CorrectionEntry]


def returned(kit: Kit, intake: Intake, review: Review) -> Correction:
    """The intake with its findings, as the customer is shown it."""
    findings = [
        finding for finding in review.findings if finding.field not in kit.terms and finding.code not in ABOUT_TERMS
    ]
    open_fields = set(_open_fields(kit, findings))
    entries = {key: _entry(kit, field, intake, findings, key in open_fields) for key, field in kit.fields.items()}
    return Correction(intake.name, tuple(_summary(kit, intake, findings)), entries)


def _entry(kit: Kit, field: Field, intake: Intake, findings: Iterable[Finding], is_open: bool) -> CorrectionEntry:
    own = [finding for finding in findings if finding.field == field.key]
    value = intake.values.get(field.key)
    if not own:
        return CorrectionEntry(value, is_settled=value is not None and not is_open)
    answer = intake.answers.get(field.key)
    about_reading = field.key in intake.unreadable or any(finding.rule == "value" for finding in own)
    # What a faulty cell shows (a formula, lost digits) must not come back as an answer.
    written = clean_long(answer.written) if answer and about_reading and not answer.fault else ""
    gravest = min((finding.level for finding in own), key=list(Level).index)
    return CorrectionEntry(value, written, gravest, tuple(note(kit, finding) for finding in own))


def note(kit: Kit, finding: Finding) -> str:
    """The finding as it is beside the answer, on one line: a mark that reading knows, what is wrong, how
    to mend it."""
    sentences = (clean_line(text).rstrip("。") for text in (finding.message, finding.remedy))
    return kit.mark(finding.level) + "".join(f"{sentence}。" for sentence in sentences if sentence)


def _open_fields(kit: Kit, findings: Iterable[Finding]) -> Iterator[str]:
    """The fields that a rule to be mended looks at: any of them may be the one to change."""
    to_mend = {finding.rule for finding in findings if finding.level in TO_MEND}
    for rule in kit.rules:
        if rule.id in to_mend:
            for case in rule.cases:
                yield from sandbox.expression(case.when).names


def _summary(kit: Kit, intake: Intake, findings: list[Finding]) -> Iterator[str]:
    """How much there is to mend and where, what belongs to no field, and what was not understood."""
    if kit.sheet.returned:
        names = {level.value: sum(finding.level is level for finding in findings) for level in Level}
        labels = dict.fromkeys(f.label for f in findings if f.level in TO_MEND and f.label)
        yield sandbox.message(kit.sheet.returned).render((names | {"labels": list(labels)}).__getitem__)
    for finding in findings:
        if finding.field is None:
            yield note(kit, finding)
    if intake.unrecognised and kit.sheet.unrecognised:
        texts = (
            f"{text.cell or text.sheet or ''}「{clean_line(text.text)[:_QUOTED]}」" for text in intake.unrecognised
        )
        yield kit.sheet.unrecognised + "；".join(texts)
