"""Texts that nobody understood and that look like the label of a field that was not found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from docgen.model.intake import Answers, Level, Origin, ReadingNote, Unrecognised
from docgen.model.kit import Field, Kit
from docgen.text import fold_label

#: How alike a text and a label must be, of 100: four characters may differ in one, six of them in two.
_NEAR = 70
#: So much more alike than any other field's label must the nearest be to be named alone.
_CLEARLY = 8
_LONGEST_LABEL = 20


def with_near_labels(answers: Answers, kit: Kit, around: Iterable[Unrecognised] = ()) -> Answers:
    """The answers with a note on every text that looks like the label of a field that was not found.

    `around` are texts of a table that may be headers of its columns.  The answers beside such texts are not read:
    a label that is not known is never guessed.
    """
    return replace(answers, notes=(*answers.notes, *_notes(answers, kit, around)))


def _notes(answers: Answers, kit: Kit, around: Iterable[Unrecognised]) -> Iterator[ReadingNote]:
    missing = [field for key, field in kit.fields.items() if key not in answers.fields]
    texts = [u for u in (*answers.unrecognised, *around) if u.cell and len(_head(u.text)) <= _LONGEST_LABEL]
    if not missing or not texts:
        return
    from rapidfuzz import fuzz, process

    names = [(fold_label(name), field) for field in missing for name in (field.label, *field.aliases)]
    for text in texts:
        found = process.extract(
            fold_label(_head(text.text)), [name for name, _ in names], scorer=fuzz.ratio, score_cutoff=_NEAR, limit=None
        )
        near = dict.fromkeys(names[at][1] for _, score, at in found if score > found[0][1] - _CLEARLY)
        if near:
            yield _note(text, list(near))


def _note(text: Unrecognised, fields: list[Field]) -> ReadingNote:
    details = {"label": "」、「".join(field.label for field in fields), "written": _head(text.text)}
    field = fields[0].key if len(fields) == 1 else None
    return ReadingNote("near-label", Level.ADVICE, text.text, Origin(text.sheet, text.cell), field, details)


def _head(text: str) -> str:
    """What stands before the colon of `label: answer` in one cell."""
    return re.split("[:：\n]", text.strip(), maxsplit=1)[0]
