"""Recognise misspelt labels: some are read, others are only reported.

A label is read if one character is wrong, missing or extra, or a known word precedes it, and if
this holds for exactly one field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import lru_cache

from docgen.extract import words
from docgen.extract.account import Place
from docgen.extract.cell_classes import OWNERS, LabelCandidate, Layout, Role
from docgen.extract.found import PlaceNote
from docgen.extract.vocabulary import Vocabulary
from docgen.model.intake import Level
from docgen.model.kit import Field, Kit
from docgen.patterns import regex
from docgen.text import fold_label
from docgen.values.affixes import span_named

#: The least similarity of a reported text and a label, of 100: one character of four may differ, two of six.
_NEAR = 70
#: The nearest label is named alone if it is better than that of any other field by this much.
_CLEARLY = 8
_LONGEST_LABEL = 20
_HEAD_END = regex("[:：\n]")
_LEAST = 3  # in a text this short no character may be wrong, only one extra or missing
_ALONE = 4  # this many near labels below one another are read without known labels among them
_LABELS = 2  # this many labels below one another make a column of labels


def head_of(text: str) -> str:
    """The text before the colon of `label: answer` in one cell."""
    return _HEAD_END.split(text.strip(), maxsplit=1)[0]


# -- read ------------------------------------------------------------------------------------------


def taken_labels(layout: Layout, vocabulary: Vocabulary) -> Mapping[str, str]:
    """The field of each text that is nearly its label, for texts in the places where a form has labels."""
    missing = frozenset(vocabulary.fields) - set(layout.uses)
    if not missing:
        return {}
    columns: dict[int, int] = {}
    for place, role in layout.roles.items():
        if role in OWNERS:
            columns[place[1]] = columns.get(place[1], 0) + 1
    near: list[tuple[LabelCandidate, str]] = []
    for spot in layout.spots.values():
        key = the_near_field(vocabulary, head_of(spot.cell.text), missing) if _is_unknown(layout, spot) else None
        if key is not None:
            near.append((spot, key))
    alike = Counter(spot.extent.left for spot, _ in near)
    for column, count in alike.items():
        if count >= _ALONE:  # a column of labels that are all nearly known, `贵公司行业`
            columns[column] = columns.get(column, 0) + count
    found = {spot.cell.text: key for spot, key in near if _is_placed_as_label(layout, spot, columns)}
    keys = list(found.values())
    return {text: key for text, key in found.items() if keys.count(key) == 1}


def _is_unknown(layout: Layout, spot: LabelCandidate) -> bool:
    is_nothing = not spot.meaning.keys and not spot.meaning.pairs and not spot.meaning.group
    return is_nothing and layout.roles[spot.place] is Role.OTHER and len(head_of(spot.cell.text)) <= _LONGEST_LABEL


def _is_placed_as_label(layout: Layout, spot: LabelCandidate, columns: Mapping[int, int]) -> bool:
    """Whether labels are above or below the text, or beside it in a row of headings, and it answers none of them."""
    row = layout.rows[spot.extent.top]
    heads = sum(other.place in layout.below for other in row)
    if heads >= _LABELS:
        return True
    before = [other for other in row if other.extent.left < spot.extent.left]
    if before and layout.roles[before[-1].place] is Role.LABEL and before[-1].extent.right + 1 == spot.extent.left:
        return False
    above = layout.spots.get((spot.extent.top - 1, spot.extent.left))
    if above is not None and above.place in layout.below:
        return False
    if above is not None and layout.roles[above.place] is Role.LABEL and layout.rows[above.extent.top][-1] is above:
        return False
    return columns.get(spot.extent.left, 0) >= _LABELS


def the_near_field(vocabulary: Vocabulary, text: str, missing: Set[str]) -> str | None:
    """The only field whose label the text nearly is, if it is one of `missing`."""
    folded = fold_label(text)
    if not _LEAST <= len(folded) <= _LONGEST_LABEL:
        return None
    alike, behind = _alike(vocabulary, folded), _behind_prefix(vocabulary, folded)
    if missing.isdisjoint(behind) and not any(key in missing for _, key in alike):
        return None
    near = _nearly(vocabulary, folded, alike) or behind
    return near.pop() if len(near) == 1 and near <= missing else None


def _nearly(vocabulary: Vocabulary, text: str, alike: Iterable[tuple[str, str]]) -> set[str]:
    """The fields whose label differs from the text in one character."""
    near = {key for name, key in alike if _is_near(text, name)}
    if not near:
        return near
    span = span_named(text)  # `每月外呼量` differs from `每日外呼量` in one letter but asks for something else
    return {key for key in near if span in {None, span_named(vocabulary.fields[key].label)}}


def _behind_prefix(vocabulary: Vocabulary, text: str) -> set[str]:
    """The fields whose label follows a word that may precede one: `公司所属行业`."""
    prefix = words.prefixes().match(text)
    return set(vocabulary.meaning(text[prefix.end() :]).keys) if prefix else set()


def _alike(vocabulary: Vocabulary, text: str) -> list[tuple[str, str]]:
    """The labels that begin or end like the text and are about as long; others differ in more than one character."""
    index = _index(vocabulary.kit, vocabulary.is_internal)
    found: list[tuple[str, str]] = []
    for length in (len(text) - 1, len(text), len(text) + 1):
        found += (*index.get((text[0], length), ()), *index.get((length, text[-1]), ()))
    return found


@lru_cache(maxsize=8)
def _index(kit: Kit, is_internal: bool) -> dict[tuple[str | int, str | int], list[tuple[str, str]]]:
    """Labels with their fields, by first letter and length, and by length and last letter."""
    found: dict[tuple[str | int, str | int], list[tuple[str, str]]] = {}
    for key, field in (kit.terms if is_internal else kit.fields).items():
        texts = (field.label, field.group + field.label, *field.aliases)
        for name in dict.fromkeys(map(fold_label, texts)):
            if len(name) >= _LEAST:
                found.setdefault((name[0], len(name)), []).append((name, key))
                found.setdefault((len(name), name[-1]), []).append((name, key))
    return found


def _is_near(text: str, name: str) -> bool:
    """Whether the texts differ by one extra or missing character or, if long enough, one changed character."""
    if len(text) == len(name):
        return len(name) > _LEAST and sum(a != b for a, b in zip(text, name, strict=True)) == 1
    short, long = sorted((text, name), key=len)
    at = next((n for n, letter in enumerate(short) if letter != long[n]), len(short))
    return short[at:] == long[at + 1 :]


def taken_remark(vocabulary: Vocabulary, place: Place, text: str, key: str) -> PlaceNote:
    """A note that a text was taken for the label of a field."""
    details = {"label": vocabulary.fields[key].label, "written": head_of(text)}
    return PlaceNote(place, "label-taken", Level.MANUAL, head_of(text), details)


# -- reported --------------------------------------------------------------------------------------


def near_remarks(
    vocabulary: Vocabulary, texts: Iterable[tuple[Place, str]], found: Iterable[str]
) -> Iterator[tuple[PlaceNote, str | None]]:
    """Notes on texts that look like the labels of missing fields."""
    known = set(found)
    missing = [field for key, field in vocabulary.fields.items() if key not in known]
    for place, text in texts:
        near = [] if vocabulary.understood(text) else near_fields(missing, text)
        if near:
            details = {"label": "」、「".join(field.label for field in near), "written": head_of(text)}
            key = near[0].key if len(near) == 1 else None
            yield PlaceNote(place, "near-label", Level.ADVICE, text, details), key


def near_fields(fields: Iterable[Field], text: str) -> list[Field]:
    """The fields whose label the text resembles most."""
    head = fold_label(head_of(text))
    if not head or len(head) > _LONGEST_LABEL:
        return []
    names = [(fold_label(name), field) for field in fields for name in (field.label, *field.aliases)]
    alike = [(name, field) for name, field in names if len(set(name) & set(head)) * 2 >= min(len(name), len(head))]
    if not alike:
        return []
    from rapidfuzz import fuzz, process

    found = process.extract(head, [name for name, _ in alike], scorer=fuzz.ratio, score_cutoff=_NEAR, limit=None)
    return list({alike[at][1].key: alike[at][1] for _, score, at in found if score > found[0][1] - _CLEARLY}.values())
