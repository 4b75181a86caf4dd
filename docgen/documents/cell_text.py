"""Texts for the cells of the Excel sheet: labels, hints, answers; all words are the kit's."""

from __future__ import annotations

from docgen import values
from docgen.documents import sheet_style
from docgen.documents.correction import CorrectionEntry
from docgen.model.intake import Chosen
from docgen.model.kit import Field, FieldType, SheetTexts

#: Columns of the sheet's answers; printed choices are broken into lines that fit.
ANSWER_WIDTH = 44
_BOX, _TICK, _BLANK, _GAP = "□", "☑", "_" * 16, "　"
_NOTHING_CHOSEN = Chosen()


def label(field: Field, texts: SheetTexts) -> str:
    """The label, with the mark of an answer that is needed under a condition."""
    conditional = isinstance(field.required, str) and texts.conditional
    return f"{field.label}（{texts.conditional}）" if conditional else field.label


def answered(field: Field, entry: CorrectionEntry) -> str:
    """The text of an answer cell: the answer as written or as understood, in a form that can be read again."""
    if entry.written:
        return entry.written
    if entry.value is None:
        return printed(field)
    if isinstance(entry.value, Chosen):
        ticked = printed(field, entry.value)
        if values.parse(field, ticked).value == entry.value:
            return ticked
    return values.show(field, entry.value)


def printed(field: Field, chosen: Chosen = _NOTHING_CHOSEN) -> str:
    """The printed text of an answer cell: the choices with a box each, ticked if chosen; else nothing."""
    if field.type is not FieldType.SEVERAL:
        return ""
    rows: list[str] = []
    for choice in field.choices:
        if not choice.offered and choice.key not in chosen:
            continue
        piece = (_TICK if choice.key in chosen else _BOX) + choice.label
        if rows and sheet_style.width(rows[-1] + _GAP + piece) <= ANSWER_WIDTH - 6:
            rows[-1] += _GAP + piece
        else:
            rows.append(piece)
    if field.other:
        rows.append(f"{_TICK if chosen.other else _BOX}{field.other}：{chosen.other or _BLANK}")
    return "\n".join(rows)


def hint(field: Field, texts: SheetTexts) -> str:
    """The hint beside an answer; with an example if a whole text is asked for."""
    parts = [field.placeholder or field.unit, field.help]
    if field.type is FieldType.LONG_TEXT and field.example and texts.example:
        parts.append(f"{texts.example}：{field.example}")
    return "\n".join(part for part in parts if part)


def how(field: Field, texts: SheetTexts) -> str:
    """How to fill the field in, as the sheet of explanations says it."""
    choosing = {FieldType.ONE: texts.one, FieldType.YES_NO: texts.one, FieldType.SEVERAL: texts.several}
    parts = (field.placeholder, field.help, choosing.get(field.type, ""))
    return "\n".join(part for part in parts if part)


def prompt(field: Field, texts: SheetTexts) -> str:
    """The message of Excel while the answer is typed in."""
    example = f"{texts.example}：{field.example}" if field.example and texts.example else ""
    return "\n".join(part for part in (how(field, texts), example) if part)


def example(field: Field) -> str:
    """The kit's example, or the first choice as chosen."""
    if field.example or not field.choices:
        return field.example
    return printed(field).replace(_BOX, _TICK, 1) or values.options(field)[0]


def need(field: Field, texts: SheetTexts) -> str:
    """Whether the answer is needed, in the kit's words."""
    if isinstance(field.required, str):
        return texts.conditional
    return texts.required if field.required else texts.optional
