"""Move the parts of a short answer that are labelled as other fields' answers, and report doubtful names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from docgen.extract import words
from docgen.extract.mobile_of_name import with_mobile_of_name
from docgen.extract.vocabulary import Vocabulary, vocabulary
from docgen.model.intake import UNREAD, Answer, Answers, Level, ReadingNote
from docgen.model.kit import Field, FieldType, Kit
from docgen.patterns import regex
from docgen.text import fold

_SHORT = {FieldType.TEXT, FieldType.MOBILE}
_AROUND = " \t\n　、，,；;/／|(（"
_LABEL = regex(r"[\s；;，,、]([^\s:：；;，,、]{1,30})[:：]")
_BETWEEN_NAMES = regex(r"[\s/／、，,；;|]+")
_LEAST_NAME, _LONGEST_NAME = 4, 200


def sorted_out(answers: Answers, kit: Kit) -> Answers:
    """The answers with each part in its own field: `王女士 13911112222`, `北京…公司 联系人：王女士`.

    A part that differs from a given answer is reported; so is a name without letters, and a cell with the names of
    two organisations.
    """
    for key, answer in list(answers.fields.items()):
        if kit.fields[key].type in _SHORT and (":" in answer.written or "：" in answer.written):
            answers = _apart(answers, kit, key, answer)
    answers = with_mobile_of_name(answers, kit)
    doubts = tuple(_doubts(answers, kit))
    return replace(answers, notes=(*answers.notes, *doubts)) if doubts else answers


def _apart(answers: Answers, kit: Kit, key: str, answer: Answer) -> Answers:
    parts = list(_labelled(vocabulary(kit), answer.written))
    others = [(other, text) for other, text in parts if other not in {None, key}]
    if not others or answer.fault:
        return answers
    own = next((text.strip(_AROUND) for other, text in parts if other in {None, key} and text.strip(_AROUND)), "")
    fields = {**answers.fields, key: replace(answer, written=own)}
    notes = []
    for other, text in others:
        assert other is not None
        given = fields.get(other)
        if given is None or not (given.written.strip() or given.fault):
            fields[other] = Answer(text, answer.origin)
        elif fold(given.written) != fold(text):
            notes.append(ReadingNote(UNREAD, Level.MANUAL, text, answer.origin, other, {"thing": ""}))
    return replace(answers, fields=fields, notes=(*answers.notes, *notes))


def _labelled(vocabulary: Vocabulary, text: str) -> Iterator[tuple[str | None, str]]:
    """The parts of a text, each with the field that its own label names: None for the first one, which has no label."""
    key: str | None = None
    start = 0
    for later in _LABEL.finditer(text):
        keys = vocabulary.meaning(later[1]).keys
        if len(keys) == 1:
            yield key, text[start : later.start()].strip()
            key, start = keys[0], later.end()
    yield key, text[start:].strip()


def _doubts(answers: Answers, kit: Kit) -> Iterator[ReadingNote]:
    for key, answer in answers.fields.items():
        field = kit.fields[key]
        written = answer.written.strip()
        if field.type is not FieldType.TEXT or field.required is not True or len(written) > _LONGEST_NAME:
            continue
        if any(map(str.isdigit, written)) and not any(map(str.isalpha, written)):
            yield _doubt("name-without-letters", answer, field)
        elif key == kit.name_field and len(names := _organisations(written)) > 1:
            yield replace(_doubt("names-several", answer, field), details={"texts": "」、「".join(names)})


def _doubt(code: str, answer: Answer, field: Field) -> ReadingNote:
    return ReadingNote(code, Level.MANUAL, answer.written, answer.origin, field.key)


def _organisations(text: str) -> list[str]:
    """The names of different organisations in a text; none if one of its parts is no such name."""
    parts = [part for part in _BETWEEN_NAMES.split(text) if part]
    are_names = all(len(part) >= _LEAST_NAME and words.is_organisation(part) for part in parts)
    return list(dict.fromkeys(parts)) if are_names else []
