"""Read a sheet of labels, each with its answer beside it, below it or in the same cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from docgen.extract import words
from docgen.extract.account import Account, Fate, ThingKind, things
from docgen.extract.answer_text import unit_of
from docgen.extract.cell_classes import LabelCandidate, Layout, Role
from docgen.extract.customer_column import CustomerColumn
from docgen.extract.form_answers import ZoneReader
from docgen.extract.form_customers import customer_columns
from docgen.extract.form_headings import read_headings
from docgen.extract.form_places import FormPlaces
from docgen.extract.form_strays import Stray, StrayJudge
from docgen.extract.form_zones import find_zones
from docgen.extract.found import Found, PlaceNote, ZoneAnswers
from docgen.extract.meanings import NEAR
from docgen.extract.near_labels import head_of, near_remarks, taken_labels, taken_remark
from docgen.extract.one_answer import bring_together
from docgen.extract.remarks import around_answers, is_own_comment, over_form, unread
from docgen.extract.vocabulary import Vocabulary
from docgen.extract.words import Heading
from docgen.formats.grid import Grid
from docgen.model.intake import Answer, Level, Origin, ReadingNote, Unrecognised
from docgen.model.kit import FieldType
from docgen.text import is_instruction, says_nothing

#: This many answers to typed fields, of this average length and mostly invalid, make the sheet an explanation.
_TELLING, _WORDY = 4, 10


@dataclass(frozen=True)
class FormIntake:
    """One customer of a form: an answer for each field whose label is in it, and the notes."""

    fields: dict[str, Answer]
    notes: tuple[ReadingNote, ...]
    is_empty: bool
    explains: bool


@dataclass(frozen=True)
class Form:
    """What a form holds: its customers, the account of all its texts, and what the sheet hides.

    `doubt` is the cell of what may be another customer's name, if it is unclear whose answers these are.
    """

    intakes: tuple[FormIntake, ...]
    account: Account
    doubt: str | None = None
    hidden: tuple[Unrecognised, ...] = ()

    @property
    def fields(self) -> dict[str, Answer]:
        """The answers of the first customer."""
        return self.intakes[0].fields

    def left(self) -> tuple[Unrecognised, ...]:
        """What was not understood."""
        return (*self.account.left(), *self.hidden)


def lay_out(grid: Grid, vocabulary: Vocabulary) -> tuple[Vocabulary, Layout]:
    """The cells with their roles, and the vocabulary extended by the texts that are nearly labels."""
    layout = Layout(grid, vocabulary)
    near = taken_labels(layout, vocabulary)
    if not near:
        return vocabulary, layout
    taking = vocabulary.taking(near)
    return taking, Layout(grid, taking)


def read_form(grid: Grid, vocabulary: Vocabulary, layout: Layout | None = None) -> Form:
    """Read the sheet as a form; the form has no fields if no label has an answer or a place for one.

    `layout` is its layout by this vocabulary, if it is already known.
    """
    if layout is None:
        vocabulary, layout = lay_out(grid, vocabulary)
    reader = _FormReader(vocabulary, layout)
    form = reader.form()
    answered = {text: key for text, key in vocabulary.near.items() if text in reader.answered_near}
    if len(answered) == len(vocabulary.near):
        return form
    # a text that is nearly a label and has no answer beside it may be an answer itself
    taking = vocabulary.taking(answered)
    return read_form(grid, taking, Layout(grid, taking))


class _FormReader:
    def __init__(self, vocabulary: Vocabulary, layout: Layout) -> None:
        self.vocabulary = vocabulary
        self.layout = layout
        self.grid = grid = layout.grid
        self.account = Account(grid, things(grid))
        self.headings = read_headings(self.layout)
        self.places = FormPlaces(self.layout, self.headings.places)
        self.zones = find_zones(self.layout, self.places.below, self.headings.places)
        self.customers = customer_columns(self.zones, self.headings, vocabulary)
        self.answered_near: set[str] = set()  # near labels that have an answer

    def form(self) -> Form:
        """The answers of the sheet's customers, and how every text was used."""
        units = {
            spot.place: spot for spot in map(self.layout.spots.__getitem__, self.headings.places) if _is_scaled(spot)
        }
        for place in self.headings.places:
            text = self.layout.spots[place].cell.text
            if place not in units and (words.heading(text) is not None or words.is_customer_heading(text)):
                self.account.record(place, Fate.LABEL)
        judge = StrayJudge(self.layout, self.vocabulary, self.zones.nobodys, self.places.columns)
        readings = [self._read(customer) for customer in self.customers.columns or (None,)]
        for _, zones in readings:
            self._record_printed(zones)
        # texts beside the provider's own terms are listed only: no finding may show them to a customer
        is_one = not self.customers.columns and not self.vocabulary.is_internal
        strays = list(judge.strays()) if is_one else []
        intakes = []
        for best, zones in readings:
            remarks = [*self._remarks(best, zones, judge), *(unread(at, one.cell.text) for at, one in units.items())]
            if is_one:
                remarks += self._unread_strays(strays)
                remarks += self._near_remarks(best, strays, judge)
                remarks += over_form(self.grid, self.account, self.layout, best, self.vocabulary)
            intakes.append(self._intake(best, [*remarks, *self.customers.remarks(best)], self._only_explains(zones)))
        self._record_labels(judge)
        return Form(tuple(intakes), self.account, self._doubt(readings[0][1]))

    def _doubt(self, zones: list[ZoneAnswers]) -> str | None:
        """The cell of a second organisation name, if there is also a second number of a person."""
        unread_of = {zone.found[0].key: zone.unread for zone in zones if zone.found and zone.unread}
        numbers = (key for key, field in self.vocabulary.fields.items() if field.type is FieldType.MOBILE)
        has_number = any(
            self.vocabulary.could_answer(key, spot.cell.text) for key in numbers for spot in unread_of.get(key, ())
        )
        names = unread_of.get(self.vocabulary.kit.name_field, ()) if has_number else ()
        second = next((spot for spot in names if words.is_organisation(spot.cell.text)), None)
        return self.grid.address(*second.place) if second is not None else None

    def _read(self, customer: CustomerColumn | None) -> tuple[dict[str, Found], list[ZoneAnswers]]:
        reader = ZoneReader(self.layout, self.vocabulary, self.places, self.headings, customer)
        zones = [reader.read(zone) for zone in self.zones.of.values()]
        found = bring_together(self.vocabulary, [one for zone in zones for one in zone.found])
        return dict(sorted(found.items(), key=lambda item: item[1].label)), zones

    # -- notes -------------------------------------------------------------------------------------

    def _remarks(
        self, best: dict[str, Found], zones: list[ZoneAnswers], judge: StrayJudge
    ) -> Iterator[tuple[PlaceNote, str | None]]:
        """Notes on this customer's answers, each with the field that it concerns."""
        for key, found in best.items():
            for place in dict.fromkeys(found.taken):
                self.account.record(place, Fate.ANSWER)
                if found.cell.fault and not found.written.strip():
                    self.account.record(place, Fate.QUOTED, ThingKind.PICTURE)  # already reported as a fault
            for place in found.quoted:
                self.account.record(place, Fate.QUOTED)
            for remark in found.remarks:
                yield remark, key
            yield from around_answers(self.grid.cell, found, self.vocabulary)
            if found.rank == NEAR:
                text = self.layout.spots[found.label].cell.text
                self.answered_near |= {text} if found.is_given else set()
                yield taken_remark(self.vocabulary, found.label, text, key), key
        for zone in () if self.vocabulary.is_internal else zones:
            yield from self._unread(zone, judge)

    def _unread(self, zone: ZoneAnswers, judge: StrayJudge) -> Iterator[tuple[PlaceNote, str | None]]:
        """The texts beside labels that were not read.

        If a text may be about any of the customers, none of them is shown its words.
        """
        key = zone.found[0].key if zone.found else None
        for spot in zone.unread:
            if judge.is_framing(spot):
                if judge.is_printed(spot):
                    self.account.record(spot.place, Fate.PRINTED)
            elif says_nothing(spot.cell.text):
                continue
            elif self.customers.shares(spot):
                where = {"cell": self.grid.address(*spot.place) or ""}
                yield PlaceNote(spot.place, "unread-shared", Level.MANUAL, "", where, None), key
            else:
                yield unread(spot.place, spot.cell.text)[0], key

    def _unread_strays(self, strays: Sequence[Stray]) -> Iterator[tuple[PlaceNote, str | None]]:
        for stray in strays:
            if says_nothing(stray.spot.cell.text):
                continue
            if stray.beside is not None:
                self.account.record(stray.beside.place, Fate.QUOTED)
            yield unread(stray.spot.place, stray.spot.cell.text, stray.beside.cell.text if stray.beside else "")

    def _near_remarks(
        self, best: dict[str, Found], strays: Sequence[Stray], judge: StrayJudge
    ) -> Iterator[tuple[PlaceNote, str | None]]:
        """Notes on unknown labels that resemble the label of a missing field."""
        beside = [stray.beside for stray in strays if stray.beside is not None]
        spots = dict.fromkeys([*beside, *filter(judge.may_be_label, self.zones.nobodys)])
        return near_remarks(self.vocabulary, ((spot.place, spot.cell.text) for spot in spots), best)

    def _only_explains(self, zones: list[ZoneAnswers]) -> bool:
        """Whether everything beside the labels is headed as an explanation, without an answer column."""
        explained = sum(bool(zone.aside) for zone in zones)
        is_headed = Heading.PRINTED in self.headings.columns.values() and not self.headings.answers()
        answered = any(found.is_given for zone in zones for found in zone.found)
        return is_headed and not self.headings.unknown and not answered and explained * 2 >= len(zones)

    def _intake(
        self, best: dict[str, Found], remarks: Sequence[tuple[PlaceNote, str | None]], only_explains: bool
    ) -> FormIntake:
        notes = tuple(self._note(remark, key) for remark, key in remarks)
        fields = {key: self._answer(found) for key, found in best.items()}
        given = {key: a for key, a in fields.items() if a.fault or not self._is_blank(key, a)}
        return FormIntake(
            fields, notes, is_empty=not given and not notes, explains=only_explains or self._explains(given)
        )

    def _answer(self, found: Found) -> Answer:
        origin = Origin(self.grid.sheet, self.grid.address(*found.place))
        cell = found.cell
        label = self.layout.spots[found.label].cell.text if found.label in self.layout.spots else ""
        is_pair = self.layout.roles.get(found.label) is Role.PAIR
        unit = unit_of(self.vocabulary.kit, found.key, head_of(label) if is_pair else label)
        unit = unit or found.unit or self._unit_of_group(found.key)
        return Answer(cell.text, origin, cell.fault, cell.is_date, cell.exact, found.value, unit)

    def _unit_of_group(self, key: str) -> str:
        """The unit that the group of a label states for all labels of it."""
        mine = (spot for spot in self._groups if key in self.vocabulary.groups.get(spot.meaning.group, ()))
        return next(filter(None, (unit_of(self.vocabulary.kit, key, spot.cell.text) for spot in mine)), "")

    @cached_property
    def _groups(self) -> list[LabelCandidate]:
        return [self.layout.spots[place] for place, role in self.layout.roles.items() if role is Role.GROUP]

    def _note(self, remark: PlaceNote, key: str | None) -> ReadingNote:
        if remark.kind is not None:
            self.account.record(remark.place, Fate.QUOTED, remark.kind)
        origin = Origin(self.grid.sheet, self.grid.address(*remark.place))
        return ReadingNote(remark.code, remark.level, remark.written, origin, key, remark.details)

    def _is_blank(self, key: str, answer: Answer) -> bool:
        untouched = answer.value is None and self.vocabulary.is_untouched(key, answer.written)
        return not answer.written.strip() or untouched

    def _explains(self, given: dict[str, Answer]) -> bool:
        """Whether the sheet explains what to write beside each label, instead of answering."""
        instructions = sum(is_instruction(answer.written) for answer in given.values())
        if len(given) > 2 and instructions * 2 >= len(given):
            return True
        typed = {
            key: fits for key, a in given.items() if (fits := self.vocabulary.could_answer(key, a.written)) is not None
        }
        length = sum(len(given[key].written) for key in typed)
        return len(typed) >= _TELLING and sum(typed.values()) * 3 <= len(typed) and length >= _WORDY * len(typed)

    # -- the account -------------------------------------------------------------------------------

    def _record_printed(self, zones: list[ZoneAnswers]) -> None:
        for thing in self.account.open(ThingKind.COMMENT):
            if is_own_comment(thing.text, self.vocabulary):
                self.account.record(thing.place, Fate.PRINTED, ThingKind.COMMENT)
        taken = {place for zone in zones for found in zone.found for place in found.taken}
        for zone in zones:
            for place in (place for found in zone.found for place in found.printed if place not in taken):
                self.account.record(place, Fate.PRINTED)
            for spot in zone.aside:
                if self.vocabulary.understood(spot.cell.text):
                    self.account.record(spot.place, Fate.PRINTED)

    def _record_labels(self, judge: StrayJudge) -> None:
        """Settle labels, groups and the kit's printed texts; what is still open was not understood."""
        for place, role in self.layout.roles.items():
            if role is not Role.OTHER:
                self.account.record(place, Fate.LABEL)
        for spot in self.zones.nobodys:
            self._record_unowned_label(spot, judge)

    def _record_unowned_label(self, spot: LabelCandidate, judge: StrayJudge) -> None:
        if spot.meaning.keys or spot.meaning.group:
            self.account.record(spot.place, Fate.LABEL)
        elif judge.is_printed(spot):
            self.account.record(spot.place, Fate.PRINTED)


def _is_scaled(head: LabelCandidate) -> bool:
    """Whether the heading of a column says in what its numbers count: `填写内容（万）`."""
    return words.states_unit(head.cell.text) or words.ends_in_scale(head.cell.text)
