"""Find the one answer that is not in its place: a column too far right, or a row too low."""

from __future__ import annotations

from docgen import values
from docgen.extract import words
from docgen.extract.cell_classes import LabelCandidate, Layout, Role
from docgen.extract.form_headings import FormHeadings
from docgen.extract.form_zones import Zone
from docgen.extract.found import Found, PlaceNote
from docgen.extract.vocabulary import Vocabulary
from docgen.extract.zone_texts import ZoneTexts
from docgen.model.intake import Level
from docgen.model.kit import FieldType
from docgen.text import is_instruction, says_nothing

_FREE = {FieldType.TEXT, FieldType.LONG_TEXT, FieldType.LIST}


def moved_answer(
    layout: Layout, vocabulary: Vocabulary, headings: FormHeadings, zone: Zone, parts: ZoneTexts, found: Found
) -> list[LabelCandidate]:
    """The only text in the zone of a label whose answer's place is empty, with a remark that names both places.

    None if it may be a remark, or cannot be an answer to the field.  A unit in the answer's place is passed silently.
    """
    if len(parts.candidates) != 1 or parts.remarks or parts.lists:
        return []
    spot = parts.candidates[0]
    units = [*parts.units, *parts.printed]
    is_beside = spot in zone.own
    if is_beside and any(unit.place == found.place for unit in units):
        return [spot] if vocabulary.could_answer(found.key, spot.cell.text) is not False else []
    if not _may_answer(vocabulary, found.key, spot.cell.text):
        return []
    if (
        units
        or headings.of(spot) is not None
        or spot.extent.left in headings.columns
        or spot.extent.left in headings.unknown
    ):
        return []
    if _is_beside_answers(layout, spot) if is_beside else not _is_in_form(layout, zone, spot):
        return []
    grid = layout.grid
    level = Level.MANUAL if vocabulary.fields[found.key].type in _FREE else Level.ADVICE
    details = {"cell": grid.address(*found.place) or "", "at": grid.address(*spot.place) or ""}
    found.remarks.append(PlaceNote(spot.place, "answer-moved", level, spot.cell.text, details))
    return [spot]


def _may_answer(vocabulary: Vocabulary, key: str, text: str) -> bool:
    if is_instruction(text) or words.is_remark(text) or words.is_framing(text) or says_nothing(text):
        return False
    field = vocabulary.fields[key]
    if vocabulary.understood(text) and not vocabulary.is_choice(key, text):
        return False
    if field.type in _FREE:
        return words.heading(text) is None and not values.defers(text)
    return vocabulary.could_answer(key, text) is not False and values.parse(field, text).value is not None


def _is_beside_answers(layout: Layout, spot: LabelCandidate) -> bool:
    """Whether other texts in the column have an answer before them, so that they are remarks."""
    for row, spots in layout.rows.items():
        others = [one for one in spots if layout.roles[one.place] is Role.OTHER]
        if (
            row != spot.extent.top
            and len(others) > 1
            and any(one.extent.left == spot.extent.left for one in others[1:])
        ):
            return True
    return False


def _is_in_form(layout: Layout, zone: Zone, spot: LabelCandidate) -> bool:
    """Whether a text is right below the answer's place, and another label follows."""
    is_next = spot.extent.top == zone.label.extent.bottom + 1 and spot.extent.left == zone.label.extent.right + 1
    return is_next and layout.goes_on_below(spot.extent.bottom)
