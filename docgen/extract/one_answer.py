"""Merge the answers found for one field into one; different answers are always reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from docgen import values
from docgen.extract.answer_text import without_print
from docgen.extract.choice_cells import ticked_options
from docgen.extract.found import Found, PlaceNote
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import Cell
from docgen.model.intake import Level
from docgen.model.kit import Field
from docgen.text import fold


def bring_together(vocabulary: Vocabulary, found: Iterable[Found]) -> dict[str, Found]:
    """The one answer for each field, by the place of its label; `taken` are all the cells that it accounts for."""
    groups: dict[str, list[Found]] = {}
    for one in found:
        if one.has_place or one.is_given:
            groups.setdefault(one.key, []).append(one)
    return {key: _one(vocabulary, vocabulary.fields[key], group) for key, group in groups.items()}


def _one(vocabulary: Vocabulary, field: Field, group: list[Found]) -> Found:
    if len(group) == 1 and not group[0].option:
        _take_off_print(vocabulary, group[0])
        return group[0]
    options = [one for one in group if one.option]
    if options:
        group = [_from_options(field, options), *(one for one in group if not one.option)]
    for one in group:
        _take_off_print(vocabulary, one)
    given = [one for one in group if one.is_given and not _is_blank(vocabulary, one)]
    if not given:
        return min(group, key=lambda one: (not one.is_given, one.rank, one.label))
    best = min(given, key=lambda one: (one.rank, one.label))
    others = [one for one in given if one is not best]
    for one in others:
        if _same(field, one, best):
            best.taken += one.taken
        best.remarks += one.remarks
    differing = [one for one in others if not _same(field, one, best)]
    return _with_differing(best, differing) if differing else best


def _is_blank(vocabulary: Vocabulary, one: Found) -> bool:
    return one.value is None and not one.cell.fault and vocabulary.is_untouched(one.key, one.written)


def _take_off_print(vocabulary: Vocabulary, one: Found) -> None:
    """Remove printed text from the answer, and note where this is uncertain."""
    if one.value is not None or one.cell.fault or not one.written.strip():
        return
    text, remains = without_print(vocabulary, one.key, one.written)
    if remains:
        one.remarks.append(PlaceNote(one.place, "hint-remains", Level.INVALID, one.written, {"hint": remains}))
    if text != one.written:
        one.cell = one.cell._replace(text=text)


def _same(field: Field, one: Found, other: Found) -> bool:
    """Whether two answers are the same."""
    if one.value is not None or other.value is not None:
        return _value(field, one) == _value(field, other)
    if fold(one.written) == fold(other.written):
        return True
    value = _value(field, one)
    return value is not None and value == _value(field, other)


def _value(field: Field, one: Found) -> object:
    if one.value is not None or one.cell.fault:
        return one.value
    return values.parse(field, one.written).value


def _with_differing(best: Found, differing: Sequence[Found]) -> Found:
    """The answer of the better label, with a finding that quotes the others; if no label is better, all of them,
    and none is read."""
    texts = [one.written for one in (best, *differing)]
    remark = PlaceNote(best.place, "answers-differ", Level.MANUAL, "\n".join(texts), {"texts": "」、「".join(texts)})
    places = tuple(place for one in differing for place in one.taken or (one.place,))
    if all(one.rank > best.rank for one in differing):
        best.quoted += places
    else:
        remark = replace(remark, level=Level.INVALID)
        best.cell, best.value = Cell(remark.written), None
        best.taken += places
    best.remarks.append(remark)
    return best


def _from_options(field: Field, options: Sequence[Found]) -> Found:
    """One answer from labels that each name a choice and have a mark beside them."""
    first = options[0]
    read = ticked_options(field, [one.option for one in options], [one.written for one in options])
    shown = "\n".join(f"{one.option} {one.written}".strip() for one in options if one.is_given)
    cell = Cell("" if read.is_untouched else shown if read.value is not None or not read.written else read.written)
    taken = tuple(place for one in options for place in one.taken)
    merged = Found(first.key, first.rank, first.label, first.place, cell, taken, value=read.value)
    if read.uncertain:
        merged.remarks.append(PlaceNote(first.place, "choice-marks-unclear", Level.INVALID, shown))
    return merged
