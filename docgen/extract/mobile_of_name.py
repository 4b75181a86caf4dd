"""Take a mobile number that was written after a name, `王女士 13911112222`, for the field it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from docgen.model.intake import UNREAD, Answer, Answers, Level, ReadingNote
from docgen.model.kit import Field, FieldType, Kit
from docgen.patterns import regex

_MOBILE = regex(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_AROUND = " \t\n　、，,；;/／|:：()（）-—"


def with_mobile_of_name(answers: Answers, kit: Kit) -> Answers:
    """The answers with the number moved to its own field, if that was empty, and the name without it.

    A number that differs from the given one is reported.
    """
    for mobile in kit.fields.values():
        if mobile.type is FieldType.MOBILE:
            for name in _names(kit, mobile):
                answers = _moved(answers, mobile, name)
    return answers


def _names(kit: Kit, mobile: Field) -> Iterator[Field]:
    """The fields for names of people in the same section as the number."""
    for field in kit.fields.values():
        is_name = field.type is FieldType.TEXT and field.required is True and field.key != kit.name_field
        if is_name and field.section == mobile.section:
            yield field


def _moved(answers: Answers, mobile: Field, name: Field) -> Answers:
    answer = answers.fields.get(name.key)
    found = _MOBILE.search(answer.written) if answer is not None else None
    if answer is None or found is None or not any(map(str.isalpha, _MOBILE.sub("", answer.written))):
        return answers
    given = answers.fields.get(mobile.key)
    number = found[0]
    before, behind = answer.written[: found.start()].strip(_AROUND), answer.written[found.end() :].strip(_AROUND)
    # text on the other side of the number is not part of the name: a person must read it
    level = Level.MANUAL if before and behind else Level.ADVICE
    shorter = replace(answer, written=before or behind)
    if given is None or not (given.written.strip() or given.fault):
        note = ReadingNote("mobile-beside-name", level, answer.written, answer.origin, mobile.key)
        fields = {**answers.fields, name.key: shorter, mobile.key: Answer(number, answer.origin)}
        return replace(answers, fields=fields, notes=(*answers.notes, note))
    if _digits(given.written) == _digits(number):
        return replace(answers, fields={**answers.fields, name.key: shorter})
    note = ReadingNote(UNREAD, Level.MANUAL, answer.written, answer.origin, mobile.key, {"thing": ""})
    return replace(answers, notes=(*answers.notes, note))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)[-11:]
