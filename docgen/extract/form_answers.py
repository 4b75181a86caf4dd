"""Read the answer in the zone of a label, and sort the other texts there."""

from __future__ import annotations

from collections.abc import Sequence

from docgen.extract.answer_text import bare_unit, repeats_label
from docgen.extract.cell_classes import LabelCandidate, Layout, Place, Role
from docgen.extract.choice_cells import CellText, Understood, is_choice_cell, read_choice_cells
from docgen.extract.customer_column import CustomerColumn
from docgen.extract.form_headings import FormHeadings
from docgen.extract.form_places import FormPlaces
from docgen.extract.form_zones import Zone
from docgen.extract.found import Found, PlaceNote, ZoneAnswers
from docgen.extract.joining import can_be_joined, joined
from docgen.extract.joint_answers import split_joint
from docgen.extract.moved_answers import moved_answer
from docgen.extract.remarks import unread
from docgen.extract.vocabulary import Vocabulary
from docgen.extract.zone_texts import ZoneTexts, zone_texts
from docgen.formats.grid import Cell
from docgen.model.intake import Level
from docgen.model.kit import Field, FieldType
from docgen.text import fold, is_instruction

_FAR_MORE = 3  # how many times as many answers a column has that surely holds answers


class ZoneReader:
    """Reads the zones of one form, for one of its customers."""

    def __init__(
        self,
        layout: Layout,
        vocabulary: Vocabulary,
        places: FormPlaces,
        headings: FormHeadings,
        customer: CustomerColumn | None = None,
    ) -> None:
        self._layout = layout
        self._grid = layout.grid
        self._vocabulary = vocabulary
        self._places = places
        self._headings = headings
        self._answer_columns = headings.answers()
        self._customer = customer

    def read(self, zone: Zone) -> ZoneAnswers:
        """The answers of the zone."""
        if self._layout.roles[zone.label.place] is Role.PAIR:
            return self._read_pairs(zone)
        if zone.label.key is None:
            return ZoneAnswers([], [*zone.own, *zone.further], [])
        is_below = zone.label.place in self._places.below
        return self._read_below(zone, zone.label.key) if is_below else self._read_beside(zone, zone.label.key)

    def _of_customer(self, spots: Sequence[LabelCandidate]) -> list[LabelCandidate]:
        return [spot for spot in spots if self._customer is None or self._customer.has(spot)]

    def _sort(self, key: str, spots: Sequence[LabelCandidate]) -> ZoneTexts:
        return zone_texts(self._vocabulary, self._headings, key, self._of_customer(spots))

    # -- label and answer in one cell --------------------------------------------------------------

    def _read_pairs(self, zone: Zone) -> ZoneAnswers:
        label = zone.label
        answers = [self._pair(label, key, answer) for key, answer in label.meaning.pairs]
        last = answers[-1]
        parts = self._sort(last.key, [*zone.own, *zone.further])
        lines = [spot for spot in parts.candidates if spot.extent.left == label.extent.left]
        unread = [*parts.remarks, *parts.units, *(spot for spot in parts.candidates if spot not in lines)]
        if lines and can_be_joined(self._field(last.key), [spot.cell.text for spot in lines], certain=False):
            self._add(last, lines)
        else:
            unread += lines
        last.printed = tuple(spot.place for spot in (*parts.printed, *parts.lists))
        return ZoneAnswers(answers, unread, parts.aside)

    def _pair(self, label: LabelCandidate, key: str, answer: str) -> Found:
        is_label = repeats_label(self._field(key), answer)
        text = "" if is_label or self._vocabulary.is_hint(key, answer) else answer
        found = Found(key, label.meaning.rank, label.place, label.place, label.cell._replace(text=text))
        found.remarks += [unread(label.place, answer)[0]] if is_label else []
        return found

    # -- below -------------------------------------------------------------------------------------

    def _read_below(self, zone: Zone, key: str) -> ZoneAnswers:
        label = zone.label
        row, column = label.extent.bottom + 1, label.extent.left
        found = self._start(label, key, self._grid.extent(row, column)[:2])
        under = self._layout.under(label)
        if under is None:
            found.has_place = label.place not in self._layout.below or self._places.row_below_is_used(label)
        elif self._layout.roles[under.place] is not Role.OTHER:
            found.has_place = False
        parts = self._sort(key, [*zone.own, *zone.further])
        return self._complete(found, zone, parts, parts.candidates[:1])

    # -- beside ------------------------------------------------------------------------------------

    def _read_beside(self, zone: Zone, key: str) -> ZoneAnswers:
        label = zone.label
        limit = self._places.limit(label)
        own, further = self._sort(key, zone.own), self._sort(key, zone.further)
        column = self._column(zone, own, limit)
        extent = self._grid.extent(label.extent.top, column)
        place = extent[:2] if extent.left > label.extent.right else (label.extent.top, column)
        found = self._start(label, key, place)
        if limit == label.extent.right + 1:  # a label beside it; `职位：` has its answer in the same cell
            self._keep_in_own_cell(found, label)
        first = self._first(label, own, column)
        if not first and not self._grid.has(*place) and limit is None:
            self._keep_in_own_cell(found, label)
        if not first and not found.is_given and not own.candidates and self._continues(zone):
            first = further.candidates[:1]
        parts = own.and_further(further)
        if not first and not found.is_given and self._customer is None:
            first = moved_answer(self._layout, self._vocabulary, self._headings, zone, parts, found)
        return self._complete(found, zone, parts, first)

    def _column(self, zone: Zone, own: ZoneTexts, limit: int | None) -> int:
        """The column in which the answer is expected."""
        label = zone.label
        if self._customer is not None:
            return self._customer.column
        named = [c for c in self._answer_columns if c > label.extent.right and (limit is None or c < limit)]
        if named:
            return named[0]
        # The field's printed choices are where the answer is expected; a hint may have a column of its own.
        return own.lists[0].extent.left if own.lists else self._places.expected(label)

    def _first(self, label: LabelCandidate, own: ZoneTexts, column: int) -> list[LabelCandidate]:
        """The text that is the answer, if there is one."""
        is_named = self._customer is not None or column in self._headings.columns
        candidates = own.candidates
        if is_named:
            return [spot for spot in candidates if spot.extent.left <= column <= spot.extent.right][:1]
        if candidates and self._is_answer(candidates[0], label, column):
            return candidates[:1]
        struck = self._grid.cell(label.extent.top, column)
        if struck is not None and struck.struck and not struck.text.strip() and len(candidates) == 1:
            return candidates  # the answer was rewritten beside the struck-out text
        is_list = bool(own.lists) and label.key is not None and len(candidates) == 1
        return candidates if is_list and self._vocabulary.is_choice(str(label.key), candidates[0].cell.text) else []

    def _is_answer(self, spot: LabelCandidate, label: LabelCandidate, expected: int) -> bool:
        """Whether the nearest text is the label's answer, not a remark in a column after an empty answer."""
        column = spot.extent.left
        if column == label.extent.right + 1 or column == expected:
            return True
        if is_instruction(spot.cell.text):
            return False
        here, there = self._places.columns[column], self._places.columns[expected]
        # an example of the kit may be what the customer wrote, where nearly all answers are in its column
        return here > there * _FAR_MORE if self._vocabulary.understood(spot.cell.text) else here >= there

    def _continues(self, zone: Zone) -> bool:
        """Whether the label has a colon, is alone in its row, and has its answer on the next line."""
        label = zone.label
        lone = len(self._layout.rows[label.extent.top]) == 1 and label.meaning.marked
        return lone and bool(zone.further) and zone.further[0].extent.top == label.extent.bottom + 1

    def _keep_in_own_cell(self, found: Found, label: LabelCandidate) -> None:
        found.has_place, found.place = label.cell.text.rstrip().endswith((":", "：")), label.place

    # -- the answer and the texts around it --------------------------------------------------------

    def _start(self, label: LabelCandidate, key: str, place: Place) -> Found:
        return Found(key, label.meaning.rank, label.place, place, option=self._layout.option(label))

    def _complete(self, found: Found, zone: Zone, parts: ZoneTexts, first: list[LabelCandidate]) -> ZoneAnswers:
        found.printed = tuple(spot.place for spot in (*parts.printed, *parts.lists, *parts.units))
        for spot in parts.units:
            found.unit = bare_unit(self._vocabulary.kit, found.key, spot.cell.text)
        cells = self._read_choices(found, zone, parts)
        if cells is not None:
            return ZoneAnswers([found], [s for s in (*parts.remarks, *parts.candidates) if s not in cells], parts.aside)
        rest = [spot for spot in parts.candidates if spot not in first]
        if first:
            found.place, found.taken, found.cell = first[0].place, (first[0].place,), first[0].cell
            rest = self._take_more(found, zone, rest)
        elif parts.lists:
            found.place = parts.lists[0].place
            found.cell, found.taken = parts.lists[0].cell, (found.place,)
        else:
            self._take_faulty(found)
            self._report_label(found, parts)
        answers = list(split_joint(self._vocabulary, zone.label.meaning.joint, found))
        return ZoneAnswers(answers, [*parts.remarks, *rest], parts.aside)

    def _take_faulty(self, found: Found) -> None:
        """Take the cell in the answer's place that holds something other than text, such as a picture."""
        cell = self._grid.cell(*found.place)
        if cell is not None and cell.fault and not cell.text.strip():
            found.cell, found.taken = cell, (found.place,)

    def _report_label(self, found: Found, parts: ZoneTexts) -> None:
        """Say so where the label itself is written in the answer's place, and nothing else."""
        own = next((s for s in parts.printed if repeats_label(self._field(found.key), s.cell.text)), None)
        if own is not None and not found.is_given and found.place in {own.place, found.label}:
            found.place, found.has_place = own.place, True
            found.printed = tuple(place for place in found.printed if place != own.place)
            found.remarks.append(unread(own.place, own.cell.text)[0])

    def _take_more(self, found: Found, zone: Zone, rest: list[LabelCandidate]) -> list[LabelCandidate]:
        """Join the further texts of the answer to it; return the texts that remain."""
        if not rest:
            return rest
        label = zone.label
        merged = [s for s in rest if label.extent.bottom > label.extent.top and s.extent.left == found.place[1]]
        merged = [s for s in merged if s.extent.top <= label.extent.bottom]
        field = self._field(found.key)
        if merged and not can_be_joined(field, [spot.cell.text for spot in merged], certain=True):
            texts = [found.written, *(spot.cell.text for spot in merged)]
            details = {"texts": "」、「".join(texts)}
            found.remarks.append(PlaceNote(found.place, "answers-several", Level.INVALID, "\n".join(texts), details))
            found.taken += tuple(spot.place for spot in merged)
            return [spot for spot in rest if spot not in merged]
        rest = self._without_repeated(found, rest)
        loose = [spot for spot in rest if spot not in merged]
        beside = [s for s in loose if s.extent.top == found.place[0] and s.extent.left > found.place[1]]
        below = [s for s in loose if s.extent.left == found.place[1] and s in zone.further and self._is_followed(zone)]
        more = list(merged)
        for group, in_row in ((beside, True), (below, False)):
            texts = [spot.cell.text for spot in group]
            if group and can_be_joined(field, [found.written, *texts], certain=False, in_row=in_row):
                more += group
        self._add(found, more)
        return [spot for spot in rest if spot not in more]

    def _without_repeated(self, found: Found, rest: list[LabelCandidate]) -> list[LabelCandidate]:
        """The texts beside the answer without those that repeat it or are under a heading of the same kind.

        A text under such a heading that differs is a second answer.
        """
        is_count = self._field(found.key).type is FieldType.COUNT  # `10` and `10` below are twenty
        same = [spot for spot in rest if fold(spot.cell.text) == fold(found.written)]
        same = [spot for spot in same if not is_count or spot.extent.top == found.place[0]]
        heads = self._headings.unknown
        second = [s for s in rest if s not in same and s.extent.left in heads and found.place[1] in heads]
        found.taken += tuple(spot.place for spot in (*same, *second))
        if second:
            texts = [found.written, *(spot.cell.text for spot in second)]
            details = {"texts": "」、「".join(texts)}
            found.cell = Cell("\n".join(texts))
            found.remarks.append(PlaceNote(found.place, "answers-differ", Level.INVALID, found.written, details))
        return [spot for spot in rest if spot not in same and spot not in second]

    def _is_followed(self, zone: Zone) -> bool:
        """Whether there is another label below the zone, so that its further rows are inside the form."""
        bottom = max([zone.label.extent.bottom, *(spot.extent.bottom for spot in zone.further)])
        return self._layout.goes_on_below(bottom)

    def _add(self, found: Found, more: list[LabelCandidate]) -> None:
        if not more:
            return
        texts = [found.written, *(spot.cell.text for spot in more)]
        faults = [spot.cell.fault for spot in more if spot.cell.fault]
        found.cell = Cell(joined(texts), found.cell.fault or next(iter(faults), None))
        found.taken += tuple(spot.place for spot in more)
        details = {"texts": "」、「".join(text for text in texts if text.strip())}
        found.remarks.append(PlaceNote(found.place, "answers-joined", Level.ADVICE, found.written, details))

    def _read_choices(self, found: Found, zone: Zone, parts: ZoneTexts) -> list[LabelCandidate] | None:
        """Read choices and marks in cells of their own as the answer; return these cells, or None."""
        field = self._field(found.key)
        if not (field.choices or field.type is FieldType.YES_NO):
            return None
        spots = sorted([*parts.candidates, *parts.lists], key=lambda spot: spot.place)
        own = [spot for spot in spots if spot not in zone.further or is_choice_cell(field, spot.cell.text)]
        for cells in (own, [spot for spot in own if spot not in zone.further]):
            read = read_choice_cells(field, [CellText(s.extent, s.cell.text) for s in cells], self._start_column(zone))
            if read is not None:
                kept = [spot for spot in cells if not any(spot.extent == one.extent for one in read.unread)]
                self._take_choices(found, kept, read)
                return kept
        return None

    def _start_column(self, zone: Zone) -> int:
        return zone.label.extent.left if zone.label.place in self._places.below else zone.label.extent.right + 1

    def _take_choices(self, found: Found, cells: list[LabelCandidate], read: Understood) -> None:
        rows: dict[int, list[str]] = {}
        for spot in cells:
            rows.setdefault(spot.extent.top, []).append(spot.cell.text)
        shown = "\n".join(" ".join(texts) for texts in rows.values())
        found.place = cells[0].place
        found.cell = Cell(shown if read.value is not None or not read.written else read.written)
        found.taken, found.value = tuple(spot.place for spot in cells), read.value
        if read.uncertain:
            found.remarks.append(PlaceNote(found.place, "choice-marks-unclear", Level.INVALID, shown))
        elif read.is_joined:
            details = {"texts": "」、「".join(spot.cell.text for spot in cells)}
            found.remarks.append(PlaceNote(found.place, "answers-joined", Level.ADVICE, shown, details))

    def _field(self, key: str) -> Field:
        return self._vocabulary.fields[key]
