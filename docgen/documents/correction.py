"""The answers to send back to the customer, with what is asked of them; the same for sheet and Word form.

An answer that could be read and is in no doubt is settled: shown as understood, and locked.  One with a finding stays
open, and so does everything that depends on it; it is shown as written wherever that could not be read.  The finding's
wording for the customer is beside it; a finding without such a wording is not shown.  Nothing of
the internal fields goes along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from docgen.documents.findings import without_silenced
from docgen.expressions import sandbox
from docgen.model.intake import Finding, Intake, Level, Review, Value
from docgen.model.kit import Field, Kit
from docgen.model.messages import MORE_ALIKE, wording
from docgen.text import clean_line, clean_long

#: Texts that were not understood, and characters of each; more are counted.
_MOST_TEXTS, _QUOTED = 60, 100
#: What must be mended before the provider continues; the other levels are for a person to read.
TO_MEND = frozenset({Level.INVALID, Level.REJECT})


@dataclass(frozen=True, slots=True)
class CorrectionEntry:
    """One field to send back: its value, the written text if that says more, its findings."""

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
    """One intake to send back: its name, the lines on top, an entry for each field."""

    name: str
    summary: tuple[str, ...]
    entries: Mapping[str, CorrectionEntry]


def returned(kit: Kit, intake: Intake, review: Review) -> Correction:
    """The intake with its findings, for the customer."""
    findings = tuple(finding for finding in without_silenced(kit, review.findings) if finding.field not in kit.terms)
    doubtful = {finding.field for finding in findings if finding.field}
    open_fields = doubtful | _open_beside(kit, findings)
    entries = {key: _entry(kit, field, intake, findings, key in open_fields) for key, field in kit.fields.items()}
    return Correction(intake.name, tuple(_summary(kit, intake, findings)), entries)


def asked(findings: Iterable[Finding]) -> list[Finding]:
    """The findings for the customer: those with a wording for customers."""
    return [finding for finding in findings if finding.ask]


def _entry(kit: Kit, field: Field, intake: Intake, findings: Iterable[Finding], is_open: bool) -> CorrectionEntry:
    own = asked(finding for finding in findings if finding.field == field.key)
    value = intake.values.get(field.key)
    answer = intake.answers.get(field.key)
    about_reading = field.key in intake.unreadable or any(finding.rule == "value" for finding in own)
    # What a faulty cell shows (a formula, lost digits) must not come back as an answer.
    # Nor what was in several cells, where a value was made of them.
    is_one_text = answer is not None and not answer.fault and answer.value is None
    written = clean_long(answer.written) if answer and is_one_text and about_reading else ""
    if not own:
        return CorrectionEntry(value, written, is_settled=value is not None and not is_open)
    gravest = min((finding.level for finding in own), key=list(Level).index)
    return CorrectionEntry(value, written, gravest, tuple(note(kit, finding) for finding in own))


def note(kit: Kit, finding: Finding) -> str:
    """The finding beside the answer, on one line: a mark that reading knows, the wording for customers."""
    sentence = clean_line(finding.ask or "").rstrip("。")
    return f"{kit.mark(finding.level)}{sentence}。"


def _open_beside(kit: Kit, findings: Iterable[Finding]) -> set[str]:
    """The fields that may have to change along with those that the customer is asked about.

    They are those that a rule, or the question whether an answer is needed, compares with such a field; and where the
    provider refuses, all the texts that are looked through for what it refuses.
    """
    findings = tuple(findings)
    mended = {finding.field for finding in asked(findings) if finding.field}
    is_refused = any(finding.level is Level.REJECT for finding in findings)
    found: set[str] = set()
    for rule in kit.rules:
        for case in rule.cases:
            compared = sandbox.expression(case.when).names & set(kit.fields)
            if compared & mended:
                found |= compared
        if is_refused and any(case.each and case.level is Level.REJECT for case in rule.cases):
            found |= {key for case in rule.cases for key in case.each}
    needed = (field for field in kit.fields.values() if isinstance(field.required, str))
    return found | {field.key for field in needed if sandbox.expression(str(field.required)).names & mended}


def _summary(kit: Kit, intake: Intake, findings: tuple[Finding, ...]) -> Iterator[str]:
    """The number and places of the problems, those of no field, and the texts that were not understood."""
    shown = asked(findings)
    if kit.sheet.returned:
        names = {level.value: sum(finding.level is level for finding in findings) for level in Level}
        labels = dict.fromkeys(f.label for f in shown if f.level in TO_MEND and f.label)
        yield sandbox.message(kit.sheet.returned).render((names | {"labels": list(labels)}).__getitem__)
    for finding in shown:
        if finding.field is None:
            yield note(kit, finding)
    if intake.unrecognised and kit.sheet.unrecognised:
        texts = [
            f"{text.cell or text.sheet or ''}「{clean_line(text.text[: 2 * _QUOTED])[:_QUOTED]}」"
            for text in intake.unrecognised[:_MOST_TEXTS]
        ]
        if left := len(intake.unrecognised) - len(texts):
            texts.append(wording(MORE_ALIKE, count=str(left)).message)
        yield kit.sheet.unrecognised + "；".join(texts)
