"""Split the answer below or beside a label that names two fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from docgen.extract.compound_labels import Joint
from docgen.extract.found import Found, PlaceNote
from docgen.extract.vocabulary import Vocabulary
from docgen.model.intake import Level
from docgen.model.kit import FieldType


def split_joint(vocabulary: Vocabulary, together: Joint, found: Found) -> Iterator[Found]:
    """The separate answers to the fields that one label names together; the answer itself for any other label."""
    if not together.keys:
        yield found
        return
    keys, fields = together.keys, vocabulary.fields
    pieces = together.split(found.written, vocabulary.could_answer) if found.written.strip() else ("",) * len(keys)
    remarks = list(found.remarks)
    numbers = [key for key in keys if fields[key].type is FieldType.MOBILE]
    if not pieces and len(keys) == 2 and len(numbers) == 1:  # the number is taken off the name later
        pieces = tuple("" if key in numbers else found.written for key in keys)
    if not pieces:
        details = {"label": "」、「".join(fields[key].label for key in keys)}
        remarks.append(PlaceNote(found.place, "joint-label", Level.INVALID, found.written, details))
        pieces = (found.written,) * len(keys)
    for key, piece in zip(keys, pieces, strict=True):
        yield replace(found, key=key, cell=found.cell._replace(text=piece), remarks=list(remarks))
