"""The texts in the zone of a label by what they can be: the answer, print around it, remarks, units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from docgen.extract import words
from docgen.extract.answer_text import bare_unit, is_measure
from docgen.extract.cell_classes import LabelCandidate
from docgen.extract.form_headings import FormHeadings
from docgen.extract.vocabulary import Vocabulary
from docgen.extract.words import Heading
from docgen.text import is_instruction


@dataclass
class ZoneTexts:
    """The texts of a zone by what they can be."""

    printed: list[LabelCandidate] = field(default_factory=list)
    aside: list[LabelCandidate] = field(default_factory=list)  # printed by somebody, not by the kit: examples
    remarks: list[LabelCandidate] = field(default_factory=list)
    lists: list[LabelCandidate] = field(default_factory=list)  # untouched lists of choices
    units: list[LabelCandidate] = field(default_factory=list)  # units of the number beside them
    candidates: list[LabelCandidate] = field(default_factory=list)

    def and_further(self, other: ZoneTexts) -> ZoneTexts:
        """These texts, and those of the further rows behind them."""
        return ZoneTexts(
            self.printed + other.printed, self.aside + other.aside, self.remarks + other.remarks,
            self.lists + other.lists, self.units + other.units, self.candidates + other.candidates,
        )  # fmt: skip


def zone_texts(vocabulary: Vocabulary, headings: FormHeadings, key: str, spots: Iterable[LabelCandidate]) -> ZoneTexts:
    """The texts in the zone of a label of the field `key`."""
    found = ZoneTexts()
    for spot in spots:
        text, heading = spot.cell.text, headings.of(spot)
        is_print = vocabulary.accompanies(key, text) or is_measure(vocabulary.kit, key, text)
        if is_print or words.is_obligation(text):
            found.printed.append(spot)
        elif heading in (Heading.PRINTED, Heading.COUNTING) or words.is_example(text):
            found.aside.append(spot)
        elif heading is Heading.REMARK:
            found.remarks.append(spot)
        elif vocabulary.is_untouched(key, text):
            found.lists.append(spot)
        else:
            found.candidates.append(spot)
    texts = ((spot, spot.cell.text) for spot in found.candidates)
    instructions = [spot for spot, text in texts if is_instruction(text) and not words.is_change(text)]
    if len(instructions) < len(found.candidates):
        found.aside += instructions
        found.candidates = [spot for spot in found.candidates if spot not in instructions]
    _take_unit(vocabulary, key, found)
    return found


def _take_unit(vocabulary: Vocabulary, key: str, found: ZoneTexts) -> None:
    """Part the unit of a number from the number: `外呼量 | 5 | 万`."""
    beside = (*found.candidates, *found.aside)
    units = [spot for spot in beside if bare_unit(vocabulary.kit, key, spot.cell.text)]
    if len(units) == 1 and found.candidates not in ([], units):
        found.units = units
        found.candidates = [spot for spot in found.candidates if spot not in units]
        found.aside = [spot for spot in found.aside if spot not in units]
