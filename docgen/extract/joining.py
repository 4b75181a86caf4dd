"""Decide whether several texts are one answer, and join them."""

from __future__ import annotations

from collections.abc import Sequence

from docgen import values
from docgen.extract.choice_cells import is_choice_cell
from docgen.model.intake import Chosen
from docgen.model.kit import Field, FieldType
from docgen.values import choices

#: Fields of these types take several answers; texts that are not valid answers are not joined.
_SEVERAL = frozenset({FieldType.SEVERAL, FieldType.REGIONS, FieldType.LIST})


def can_be_joined(field: Field, texts: Sequence[str], *, certain: bool, in_row: bool = False) -> bool:
    """Whether texts from several cells are one answer to the field.

    `certain` means that the field's label is merged over all of them; otherwise each text must look like an
    answer itself.  `in_row` is false if the texts are below one another.
    """
    if field.type is FieldType.LONG_TEXT:
        return certain or not in_row
    if field.type not in _SEVERAL:
        return False
    is_words = all(any(map(str.isalpha, text)) for text in texts)
    if field.type is FieldType.REGIONS and in_row and is_words and values.parse(field, joined(texts)).value is not None:
        return True  # `广东省 | 深圳市`
    return certain or all(_fits(field, text) for text in texts)


def _fits(field: Field, text: str) -> bool:
    if field.type is FieldType.SEVERAL:
        return is_choice_cell(field, text) or _is_boxed(field, text)
    return field.type is FieldType.REGIONS and values.parse(field, text).value is not None


def _is_boxed(field: Field, text: str) -> bool:
    """Whether the text is part of a printed list, `☑电商 □消费金融`, and nothing else."""
    if not any(choices.is_ticked(sign) is not None for sign in text):
        return False
    parsed = values.parse(field, text)
    is_chosen = isinstance(parsed.value, Chosen) and (parsed.value.chosen or parsed.value.other)
    return not parsed.problems and (parsed.value is None or bool(is_chosen))


def joined(texts: Sequence[str]) -> str:
    """The texts as one answer, one per line."""
    return "\n".join(text.strip() for text in texts if text.strip())
