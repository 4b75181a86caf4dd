"""Find the columns of several customers in one form: `项目 | 客户A | 客户B`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from docgen.extract import words
from docgen.extract.cell_classes import LabelCandidate
from docgen.extract.customer_column import CustomerColumn
from docgen.extract.form_headings import FormHeadings
from docgen.extract.form_zones import Zone, Zones
from docgen.extract.found import Found, PlaceNote
from docgen.extract.vocabulary import Vocabulary
from docgen.extract.words import Heading
from docgen.model.intake import Level
from docgen.text import fold, is_instruction

_TYPED = 3  # this many answers that are numbers or choices show that a column holds answers
_SHARE = 2  # a column is a customer's if at least one in this many labels has an answer in it


@dataclass(frozen=True)
class Customers:
    """The columns of the customers (empty for a single customer), and whether they are certain."""

    columns: tuple[CustomerColumn, ...] = ()
    certain: bool = True

    def shares(self, spot: LabelCandidate) -> bool:
        """Whether the text is beside several customers but in no customer's column."""
        return bool(self.columns) and not any(
            spot.extent.left <= customer.column <= spot.extent.right for customer in self.columns
        )

    def remarks(self, best: dict[str, Found]) -> Iterator[tuple[PlaceNote, str | None]]:
        """Notes that a column was taken for a customer although no heading says so."""
        if not self.certain and best:
            key, found = next(iter(best.items()))
            yield PlaceNote(found.place, "customers-beside", Level.MANUAL, found.written), key


def customer_columns(zones: Zones, headings: FormHeadings, vocabulary: Vocabulary) -> Customers:
    """The columns that each hold one customer: each has the name, and most labels have an answer."""
    name = next((zone for zone in zones.of.values() if _is_for(zone, vocabulary.kit.name_field)), None)
    if name is None:
        return Customers()
    names = {spot.extent.left: spot for spot in name.own if _could_be_customers(spot, name, headings, vocabulary)}
    if len(names) < 2 or len({fold(spot.cell.text) for spot in names.values()}) < len(names):
        return Customers()
    beside = [zone for zone in zones.of.values() if zone.own and _starts_as(zone, name)]
    full = sorted(column for column in names if _is_full(column, beside))
    heads = [headings.unknown.get(column) for column in full]
    named = all(headings.columns.get(column) is Heading.ANSWER for column in full) or all(
        head is not None and _heads_customer(head, names[column]) for head, column in zip(heads, full, strict=True)
    )
    if len(full) < 2 or not (named or all(_fits(column, beside, vocabulary) for column in full)):
        return Customers()
    columns = frozenset(full)
    return Customers(tuple(CustomerColumn(column, columns - {column}) for column in full), named)


def _at(zone: Zone, column: int) -> LabelCandidate | None:
    return next((spot for spot in zone.own if spot.extent.left <= column <= spot.extent.right), None)


def _is_full(column: int, zones: list[Zone]) -> bool:
    """Whether most labels have a text in the column."""
    return sum(_at(zone, column) is not None for zone in zones) * _SHARE >= len(zones)


def _fits(column: int, zones: list[Zone], vocabulary: Vocabulary) -> bool:
    """Whether the column holds fitting answers: numbers or choices beside the labels that ask for them."""
    possible = []
    for zone in zones:
        spot = _at(zone, column)
        if spot is not None and zone.label.key is not None:
            possible.append(vocabulary.could_answer(zone.label.key, spot.cell.text))
    typed = [fits for fits in possible if fits is not None]
    return len(typed) >= _TYPED and sum(typed) * 2 > len(typed)


def _is_for(zone: Zone, key: str) -> bool:
    return zone.label.key == key and len(zone.own) > 1


def _starts_as(zone: Zone, name: Zone) -> bool:
    """Whether the label is in the column of labels."""
    return zone.label.extent.right <= name.label.extent.right


def _could_be_customers(spot: LabelCandidate, name: Zone, headings: FormHeadings, vocabulary: Vocabulary) -> bool:
    """Whether the text beside the name's label may be the name of a customer."""
    text, kind = spot.cell.text, headings.of(spot)
    key = vocabulary.kit.name_field
    if kind not in {None, Heading.ANSWER} or vocabulary.accompanies(key, text) or is_instruction(text):
        return False
    return name.label.extent.top == spot.extent.top and not words.is_obligation(text)


def _heads_customer(head: LabelCandidate, name: LabelCandidate) -> bool:
    text = head.cell.text
    return words.is_customer_heading(text) or words.is_organisation(text) or fold(text) in fold(name.cell.text)
