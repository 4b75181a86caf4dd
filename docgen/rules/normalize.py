"""Answers as written → an intake as understood, with a finding for each missing or unreadable answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath

from docgen import values
from docgen.expressions import sandbox
from docgen.formats.budgets import LONGEST_TEXT
from docgen.model.display import Missing
from docgen.model.intake import Amendment, Answer, Answers, Finding, Intake, Level, Origin, ReadingNote, Value
from docgen.model.kit import Field, FieldType, Kit
from docgen.model.messages import wording
from docgen.rules.alike import thinned
from docgen.rules.amounts import amounts_differ
from docgen.text import clean_long, says_nothing

#: Fields whose answer is never a date, and those whose answer may be one.
_NUMBERS = {FieldType.COUNT, FieldType.NUMBER, FieldType.MONEY, FieldType.PERCENT, FieldType.MOBILE}
#: Findings about a field without an answer that `required` replaces.
_REASONS = {values.UNTOUCHED, values.DEFERRED}
#: The answer of a field without an answer.
_NOTHING = "—"
_TEXTS = {FieldType.TEXT, FieldType.LONG_TEXT, FieldType.LIST, FieldType.SEVERAL}


#: Characters of all answers of an intake.  Where they have more, only so much is read of each as a cell may hold.
MOST_WRITTEN = 1_000_000


def normalize(answers: Answers, kit: Kit, source: str) -> Intake:
    """The intake that `answers` hold; `source` is the source's name as given."""
    answers = _shortened(answers)
    understood: dict[str, Value] = {}
    unreadable: set[str] = set()
    findings = [*_kit_findings(answers, kit), *(note_finding(kit, note) for note in answers.notes)]
    findings += [_amended(kit, amendment, answers) for amendment in answers.amendments]
    unreadable |= {note.field for note in answers.notes if note.level is Level.INVALID and note.field}
    for key, field in kit.fields.items():
        answer = answers.fields.get(key)
        if answer is None or key in unreadable:
            continue
        value, found = understand(kit, field, answer, in_table=answers.row is not None)
        findings += found
        if value is not None:
            understood[key] = value
        elif any(finding.level is Level.INVALID for finding in found):
            unreadable.add(key)
    missing = _missing(kit, answers, understood, unreadable)
    reported = {finding.field for finding in missing}
    findings += amounts_differ(kit, answers.fields, understood)
    findings = [one for one in findings if one.code not in _REASONS or one.field not in reported] + missing
    kept, beyond = thinned(findings)
    name = understood.get(kit.name_field)
    return Intake(
        source=source,
        sheet=answers.sheet,
        row=answers.row,
        name=str(name) if name else _name_of_source(source, answers.row),
        answers=answers.fields,
        values=understood,
        unreadable=frozenset(unreadable),
        findings=kept,
        unrecognised=(*answers.unrecognised, *beyond),
        amendments=answers.amendments,
    )


def _shortened(answers: Answers) -> Answers:
    """The same answers; the long ones cut where they are too long together."""
    if sum(len(answer.written) for answer in answers.fields.values()) <= MOST_WRITTEN:
        return answers
    fields = {
        key: answer
        if len(answer.written) <= LONGEST_TEXT
        else replace(answer, written=answer.written[:LONGEST_TEXT], fault="text-cut")
        for key, answer in answers.fields.items()
    }
    return replace(answers, fields=fields)


def understand(kit: Kit, field: Field, answer: Answer, *, in_table: bool = False) -> tuple[Value | None, list[Finding]]:
    """The value of one answer, None if it was not given or cannot be read, and its findings.

    A table has printed texts only in its header, so a list of all choices is an answer there.
    """
    if answer.fault is not None:
        return None, [_finding(kit, field, answer, answer.fault, Level.INVALID)]
    if answer.value is not None:
        return answer.value, []
    if answer.is_date and field.type in _NUMBERS:
        return None, [_finding(kit, field, answer, "date-in-cell", Level.INVALID, _exact(answer))]
    is_completed = bool(answer.exact) and answer.is_date and field.type is FieldType.DATE
    if answer.unit:
        parsed = values.parse_in_unit(field, answer.written, answer.unit)
    else:
        parsed = values.parse(field, answer.exact if is_completed else answer.written, printed=not in_table)
    findings = [_finding(kit, field, answer, p.code, p.level, p.details) for p in parsed.problems]
    if parsed.value is not None:
        findings += _about_format(kit, field, answer)
    return parsed.value, findings


def _exact(answer: Answer) -> dict[str, str]:
    return {"exact": answer.exact or answer.written}


def _about_format(kit: Kit, field: Field, answer: Answer) -> list[Finding]:
    """The findings of an answer whose number format shows something else than the cell holds."""
    if answer.is_date and field.type is FieldType.DATE:
        return [_finding(kit, field, answer, "date-completed", Level.ADVICE, _exact(answer))] if answer.exact else []
    if answer.is_date:
        return (
            [_finding(kit, field, answer, "date-in-cell", Level.MANUAL, _exact(answer))] if field.type in _TEXTS else []
        )
    return [_finding(kit, field, answer, "number-rounded", Level.MANUAL, _exact(answer))] if answer.exact else []


def _finding(
    kit: Kit, field: Field, answer: Answer, code: str, level: Level, details: Mapping[str, str] | None = None
) -> Finding:
    rule = field.unreadable if level is Level.INVALID and answer.fault is None else "value"
    clause = next((r.clause for r in kit.rules if r.id == rule), field.clause)
    words = wording(code, **({"label": field.label, "written": answer.written} | dict(details or {})))
    return Finding(
        code, rule, level, words.message, words.remedy,
        field.key, field.label, answer.origin, answer.written or None, clause,
        None if field.internal else words.ask,
    )  # fmt: skip


def _missing(kit: Kit, answers: Answers, understood: Mapping[str, Value], unreadable: set[str]) -> list[Finding]:
    """A `required` finding for every required field without an answer."""
    names: dict[str, object] = {**dict.fromkeys(kit.all_fields, Missing()), **understood}
    names |= {"words": kit.words, "limits": kit.limits}
    findings = []
    for key, field in kit.fields.items():
        if key in understood or key in unreadable or not _is_required(field, names, unreadable):
            continue
        answer = answers.fields.get(key, Answer("", Origin(answers.sheet, None)))
        code, quoted = _why_missing(field, answer.written)
        words = wording(code, label=field.label, written=quoted)
        findings.append(
            Finding(
                code, "required", Level.INVALID, words.message, words.remedy,
                key, field.label, answer.origin, answer.written or None, field.clause, words.ask,
            )
        )  # fmt: skip
    return findings


def _why_missing(field: Field, written: str) -> tuple[str, str]:
    """Why there is no answer, and the quoted text: nothing, 无, or choices without a tick."""
    quoted = written.strip()
    if not quoted or (values.is_not_given(field, written) and not says_nothing(written)):
        return "required", ""  # empty, or still the hint
    is_choice = field.type in {FieldType.ONE, FieldType.SEVERAL, FieldType.YES_NO}
    is_printed = is_choice and not says_nothing(written) and not values.defers(written)
    return "required-untouched" if is_printed else "required-says-none", quoted


def _is_required(field: Field, names: Mapping[str, object], unreadable: set[str]) -> bool:
    if isinstance(field.required, bool):
        return field.required
    expression = sandbox.expression(field.required)
    return not expression.names & unreadable and expression.evaluate(names, bool)


def _kit_findings(answers: Answers, kit: Kit) -> list[Finding]:
    """Advice if the sheet or form was made with another kit or another version of this one."""
    if answers.made_with is None or answers.made_with == (kit.name, kit.version):
        return []
    words = wording(code := "kit-version", made_with=" ".join(answers.made_with), kit=kit.version_mark)
    origin = Origin(answers.sheet, None)
    return [Finding(code, "value", Level.ADVICE, words.message, words.remedy, origin=origin, ask=words.ask)]


def _amended(kit: Kit, one: Amendment, answers: Answers) -> Finding:
    """The finding of an answer that the provider has corrected."""
    field = kit.fields[one.field]
    written, after = clean_long(one.before), clean_long(one.after)
    words = wording(
        code := "amended", label=field.label, written=written or _NOTHING, after=after or _NOTHING,
        who=one.who, when=one.when, why=one.why,
    )  # fmt: skip
    return Finding(
        code, "value", Level.ADVICE, words.message, words.remedy,
        field.key, field.label, answers.fields[one.field].origin, written or None, ask=words.ask,
    )  # fmt: skip


def note_finding(kit: Kit, note: ReadingNote) -> Finding:
    """A note of reading as a finding in the kit's language."""
    field = kit.all_fields[note.field] if note.field else None
    given = {"label": field.label if field else "", "written": note.written}
    words = wording(note.code, **(given | dict(note.details)))
    return Finding(
        note.code, note.rule, note.level, words.message, words.remedy,
        note.field, field.label if field else None, note.origin, note.written,
        ask=None if field and field.internal else words.ask,
    )  # fmt: skip


def _name_of_source(source: str, row: int | None) -> str:
    stem = PurePath(source).stem
    return stem if row is None else f"{stem}-{row}"
