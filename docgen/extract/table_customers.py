"""Read one customer of a table, in one row or several: the answers, and the other texts there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docgen.extract import words
from docgen.extract.account import Account, Fate, Place, Thing, ThingKind, cell_things, floating_things
from docgen.extract.answer_text import repeats_label
from docgen.extract.choice_cells import CellText, read_choice_cells
from docgen.extract.found import Found, PlaceNote
from docgen.extract.joining import can_be_joined, joined
from docgen.extract.joint_answers import split_joint
from docgen.extract.meanings import NEAR
from docgen.extract.near_labels import taken_remark
from docgen.extract.one_answer import bring_together
from docgen.extract.remarks import Said, around_answers, is_own_comment, unread
from docgen.extract.table_heads import Column, Head, Row
from docgen.extract.table_units import TableUnits
from docgen.extract.vocabulary import Vocabulary
from docgen.extract.words import Heading
from docgen.formats.grid import BLANK, Cell, Grid
from docgen.model.intake import Answer, Answers, Level, Origin, ReadingNote
from docgen.text import says_nothing


class CustomerReader:
    """The rows of one customer, collected one by one."""

    def __init__(
        self, grid: Grid, vocabulary: Vocabulary, head: Head, tops: Mapping[Place, Cell], units: TableUnits
    ) -> None:
        self.grid = grid
        self.vocabulary = vocabulary
        self.head = head
        self.tops = tops
        self.rows: dict[int, Row] = {}
        self.remarks: set[int] = set()  # rows that hold only a remark
        self.shared: list[Place] = list(units.lines)  # remarks that may be about any customer of the table
        self._units = units

    def add(self, row: int, cells: Row) -> None:
        """Add a row of the customer."""
        self.rows[row] = cells

    def add_remark(self, row: int, cells: Row) -> None:
        """Add a row that holds only a remark about the customer."""
        self.rows[row] = cells
        self.remarks.add(row)

    def answers(self) -> Answers:
        """The customer's answers."""
        self.account = Account(self.grid, self._things())
        each = ((column, self._found(column)) for column in self.head.columns)
        answers = [one for column, found in each for one in split_joint(self.vocabulary, column.joint, found)]
        found = bring_together(self.vocabulary, answers)
        said = [*self._about_answers(found), *self._beside(found), *self._over(found)]
        first = next(iter(self.rows))
        if any(row in self.grid.filtered_rows for row in self.rows):
            place = (first, self.head.columns[0].numbers[0])
            said.append((PlaceNote(place, "row-filtered", Level.ADVICE, "", {}, None), None))
        said += [(self._shared(place), None) for place in self.shared]
        fields = {key: self._answer(one) for key, one in found.items()}
        notes = tuple(self._note(remark, key) for remark, key in said)
        return Answers(self.grid.sheet, first, fields, self.account.left(), notes=notes)

    def _things(self) -> Iterator[Thing]:
        for row, cells in self.rows.items():
            for column, cell in cells.items():
                yield from cell_things((row, column), cell)
        lying = (one for one in self.grid.floating if one.row in self.rows)
        yield from floating_things(one for one in lying if self.head.within({one.column: BLANK}))

    def _cell(self, row: int, column: int) -> Cell | None:
        return self.rows.get(row, {}).get(column) or self.tops.get((row, column))

    # -- answers -----------------------------------------------------------------------------------

    def _found(self, column: Column) -> Found:
        """The texts in the columns of one heading, on all rows of the customer."""
        texts: dict[Place, Cell] = {}
        printed: list[Place] = []
        labels: list[PlaceNote] = []
        for row in self.rows:
            for number in column.numbers if row not in self.remarks else ():
                place, cell = self._seen(row, number)
                if not (cell.text.strip() or cell.fault):
                    continue
                if self.vocabulary.is_hint(column.key, cell.text):
                    printed.append(place)
                elif repeats_label(self.vocabulary.fields[column.key], cell.text):
                    labels.append(unread(place, cell.text)[0])
                else:
                    texts[place] = cell
        place = next(iter(texts)) if texts else self._seen(next(iter(self.rows)), column.numbers[0])[0]
        found = Found(column.key, column.rank, column.place, place, printed=tuple(printed), option=column.option)
        found.remarks += labels
        found.quoted = tuple(label.place for label in labels)
        if texts:
            self._take(found, column, list(texts.items()))
        return found

    def _seen(self, row: int, column: int) -> tuple[Place, Cell]:
        """What a reader of the table sees there: the cell's place and text; of a merged cell, those of the top left."""
        cells = self.rows[row]
        if column in cells:
            return (row, column), cells[column]
        extent = self.grid.extent(row, column)
        if extent.top <= self.head.bottom:
            return (row, column), BLANK
        return (extent.top, extent.left), self.tops.get((extent.top, extent.left), BLANK)

    def _take(self, found: Found, column: Column, texts: list[tuple[Place, Cell]]) -> None:
        field = self.vocabulary.fields[column.key]
        loose = self._loose(column)
        if loose and can_be_joined(field, [c.text for _, c in (*texts, *loose)], certain=False, in_row=True):
            texts = sorted([*texts, *loose])
        found.taken, found.cell = tuple(place for place, _ in texts), texts[0][1]
        if len(texts) < 2:
            return
        shown = [cell.text for _, cell in texts]
        details = {"texts": "」、「".join(shown)}
        cells = [CellText(self.grid.extent(*place), cell.text) for place, cell in texts]
        read = read_choice_cells(field, cells, column.numbers[0], in_table=True)
        written = joined(shown)
        if read is not None and not read.unread and (read.uncertain or read.value is not None):
            found.cell, found.value = Cell(written), read.value
            if read.uncertain:
                found.remarks.append(PlaceNote(found.place, "choice-marks-unclear", Level.INVALID, written))
            else:
                found.remarks.append(PlaceNote(found.place, "answers-joined", Level.ADVICE, written, details))
        elif can_be_joined(field, shown, certain=True):
            found.cell = Cell(written, next((cell.fault for _, cell in texts if cell.fault), None))
            found.remarks.append(PlaceNote(found.place, "answers-joined", Level.ADVICE, written, details))
        elif len(set(shown)) > 1:
            found.cell = Cell(written)
            found.remarks.append(PlaceNote(found.place, "answers-several", Level.INVALID, written, details))

    def _loose(self, column: Column) -> list[tuple[Place, Cell]]:
        """The text right of the column, if there is no heading."""
        return [
            ((row, number), cells[number])
            for row, cells in self.rows.items()
            for number in column.loose
            if number in cells and cells[number].text.strip()
        ]

    def _answer(self, found: Found) -> Answer:
        origin = Origin(self.grid.sheet, self.grid.address(*found.place))
        cell = found.cell
        unit = self._units.of(found.key, found.label)
        return Answer(cell.text, origin, cell.fault, cell.is_date, cell.exact, found.value, unit)

    # -- the other texts ------------------------------------------------------------------------

    def _about_answers(self, found: Mapping[str, Found]) -> Iterator[Said]:
        for key, one in found.items():
            for place in one.taken:
                self.account.record(place, Fate.ANSWER)
                if one.cell.fault and not one.written.strip():
                    self.account.record(place, Fate.QUOTED, ThingKind.PICTURE)  # already reported as a fault
            for place in one.printed:
                self.account.record(place, Fate.PRINTED)
            for place in one.quoted:
                self.account.record(place, Fate.QUOTED)
            for remark in one.remarks:
                yield remark, key
            yield from around_answers(self._cell, one, self.vocabulary)
            if one.rank == NEAR and one.is_given:
                head = self.grid.cell(*one.label)
                yield taken_remark(self.vocabulary, one.place, head.text if head else "", key), key

    def _beside(self, found: Mapping[str, Found]) -> Iterator[Said]:
        """The texts in other columns: the sender's own notes, examples, and possible answers."""
        for thing in self.account.open(ThingKind.TEXT):
            row, number = thing.place
            if row in self.remarks:
                yield unread(thing.place, thing.text)
                continue
            heading, head = self.head.headings.get(number), self.head.unknown.get(number, "")
            if heading is Heading.COUNTING and thing.text.strip().rstrip(".、").isdecimal():
                self.account.record(thing.place, Fate.PRINTED)
                continue
            is_ours = words.is_clerical(head) and not words.is_withdrawn(thing.text)
            if not (is_ours or heading in {Heading.PRINTED, Heading.COUNTING} or says_nothing(thing.text)):
                yield unread(thing.place, thing.text, head)
        answers = {place for one in found.values() for place in (one.place, *one.taken)}
        for thing in self.account.open(ThingKind.COMMENT):
            if thing.place in answers:
                continue  # reported with the answer
            if is_own_comment(thing.text, self.vocabulary):
                self.account.record(thing.place, Fate.PRINTED, thing.kind)
            else:
                yield unread(thing.place, thing.text, kind=ThingKind.COMMENT)

    def _over(self, found: Mapping[str, Found]) -> Iterator[Said]:
        """Text boxes and pictures over the customer's rows."""
        answers = {place: key for key, one in found.items() for place in (one.place, *one.taken)}
        for thing in self.account.open(ThingKind.BOX, ThingKind.PICTURE):
            key = answers.get(thing.place)
            if thing.kind is ThingKind.BOX:
                remark, _ = unread(thing.place, thing.text, kind=ThingKind.BOX)
                yield remark, key
            elif key is not None:
                yield PlaceNote(thing.place, "picture", Level.MANUAL, words.picture(), {}, ThingKind.PICTURE), key

    def _shared(self, place: Place) -> PlaceNote:
        where = {"cell": self.grid.address(*place) or ""}
        return PlaceNote(place, "unread-shared", Level.MANUAL, "", where, None)

    def _note(self, remark: PlaceNote, key: str | None) -> ReadingNote:
        if remark.kind is not None:
            self.account.record(remark.place, Fate.QUOTED, remark.kind)
        origin = Origin(self.grid.sheet, self.grid.address(*remark.place))
        return ReadingNote(remark.code, remark.level, remark.written, origin, key, remark.details)
