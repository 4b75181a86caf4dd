"""Read the kit's Word form by the tags and visible texts of its content controls.

Other properties that Word stores in a control are ignored, since other editors drop them.  A placeholder is
recognised by its text, a ticked box by the tick that it shows.  Text written beside a control is kept: it is
the answer if the control is blank; otherwise a finding quotes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from docgen import values
from docgen.extract.answer_text import without_print
from docgen.extract.forms import read_form
from docgen.extract.prose import foreign_texts, quoted, small_tables
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.docx import Document
from docgen.formats.docx_flows import Control
from docgen.formats.grid import Cell
from docgen.model.intake import UNREAD, Answer, Answers, Chosen, Level, Origin, ReadingNote, Unrecognised, Value
from docgen.model.kit import Choice, Field, FieldType
from docgen.text import clean_line, fold
from docgen.values import choices


def read_controls(document: Document, vocabulary: Vocabulary) -> Answers | None:
    """Read the one intake in the document's controls; None if fewer than half of the fields that a customer is
    asked have a control.  A field that has lost its control is read by its label."""
    reader = _ControlReader(document, vocabulary)
    fields = dict(reader.answers())
    if not vocabulary.are_half(fields):
        return None
    reader.read_tables(fields)
    return Answers(None, None, fields, tuple(reader.left), notes=tuple(reader.notes))


class _ControlReader:
    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.document = document
        self.controls: dict[str, list[Control]] = {}
        self.left: list[Unrecognised] = []
        self.notes: list[ReadingNote] = []
        self.owners = _owners(document)
        self.cells = _cells(document)
        for control in document.controls:
            self.controls.setdefault(control.tag, []).append(control)

    def _note(self, code: str, level: Level, text: str, cell: str | None, key: str | None, **details: str) -> None:
        self.notes.append(ReadingNote(code, level, text, Origin(None, cell), key, details))

    def _unread(self, text: str, cell: str | None, key: str | None) -> None:
        self.notes.append(quoted(text, Origin(None, cell), key))

    def _is_blank(self, control: Control) -> bool:
        key = control.tag.partition(".")[0]
        text = control.text.strip()
        is_empty_box = len(text) == 1 and choices.is_ticked(text) is False
        return not text or is_empty_box or self.vocabulary.is_hint(key, text)

    def answers(self) -> Iterator[tuple[str, Answer]]:
        """Each field of the kit that has a control, with the answers in and beside it."""
        for key, field in self.vocabulary.fields.items():
            answer = self._ticked(field) if field.type is FieldType.SEVERAL else self._written(field)
            if answer is not None:
                yield key, answer
                self._see_cells(field)

    def _see_cells(self, field: Field) -> None:
        """Report struck-out text and comments in the cells of the field's controls."""
        addresses = dict.fromkeys(c.cell for tag in field.tags for c in self.controls.get(tag, ()) if c.cell)
        for address in addresses:
            cell = self.cells.get(address, Cell(""))
            if len(self.owners[address]) > 1 and next(iter(self.owners[address])) != field.key:
                continue
            if cell.struck.strip():
                self._note("struck-out", Level.ADVICE, cell.struck, address, field.key)
            if cell.note.strip():
                self.notes.append(quoted(cell.note, Origin(None, address), field.key, "comment"))

    # -- text --------------------------------------------------------------------------------------

    def _written(self, field: Field) -> Answer | None:
        there = self.controls.get(field.key)
        if there is None:
            return None
        given = [control for control in there if not self._is_blank(control)]
        control = given[0] if given else there[0]
        texts = list({fold(one.text): one.text for one in given}.values())
        beside = self._beside(control, field)
        if beside and not texts:
            return self._without_print(field, Answer(beside, Origin(None, control.cell)))
        if beside:
            self._unread(beside, control.cell, field.key)
        origin = Origin(None, control.tag)
        if len(texts) > 1:
            written = "\n".join(texts)
            self._note("answers-differ", Level.INVALID, written, control.tag, field.key, texts="」、「".join(texts))
            return Answer(written, origin)
        return self._without_print(field, Answer(texts[0] if texts else "", origin, control.fault if texts else None))

    def _without_print(self, field: Field, answer: Answer) -> Answer:
        text, remains = without_print(self.vocabulary, field.key, answer.written)
        if remains:
            self._note("hint-remains", Level.INVALID, answer.written, answer.origin.cell, field.key, hint=remains)
        return replace(answer, written=text)

    def _beside(self, control: Control, field: Field) -> str:
        """The text in the control's cell but outside the control, without the kit's own words."""
        if control.cell is None or len(self.owners[control.cell]) > 1:
            return ""
        lines = self.document.answering[control.cell].around.split("\n")
        return "\n".join(line for line in lines if line.strip() and not self._is_print(field.key, line))

    def _is_print(self, key: str, line: str) -> bool:
        return self.vocabulary.accompanies(key, line) or self.vocabulary.is_printed(line)

    # -- tick boxes --------------------------------------------------------------------------------

    def _ticked(self, field: Field) -> Answer | None:
        """The ticked boxes, as understood; the whole text of the cell if nothing is ticked and
        text was added."""
        boxes = {field.tag_of(choice): choice for choice in field.choices}
        tags = [*boxes, field.tag_of_other, field.tag_of_other_text]
        there = [control for tag in tags for control in self.controls.get(tag, ())]
        if not there:
            return None
        cell = there[0].cell
        origin = Origin(None, cell or there[0].tag)
        chosen = tuple(choice.key for tag, choice in boxes.items() if self._is_ticked(field, tag, choice))
        other = self._other(field)
        other_ticked = self._is_ticked(field, field.tag_of_other, None)
        around = self._around(field, cell)
        if around and not (chosen or other or other_ticked) and cell:
            return Answer(self.document.answering[cell].text, origin)
        if around:
            self._unread(around, cell, field.key)
        if other_ticked and not other:
            return Answer("、".join([*values.items(field, Chosen(chosen)), field.other or ""]), origin)
        value: Value | None = Chosen(chosen, other or None) if chosen or other else None
        return Answer(values.show(field, value) if value is not None else "", origin, value=value)

    def _other(self, field: Field) -> str:
        """The text typed after 其他."""
        texts = [c.text for c in self.controls.get(field.tag_of_other_text, ()) if not self._is_blank(c)]
        return clean_line(texts[0]) if texts else ""

    def _around(self, field: Field, cell: str | None) -> str:
        """The text written between the boxes, without the kit's own words."""
        if cell is None or len(self.owners[cell]) > 1:
            return ""
        around = self.vocabulary.without_hints(field.key, self.document.answering[cell].around)
        return "" if self.vocabulary.is_untouched(field.key, around) else around.strip()

    def _is_ticked(self, field: Field, tag: str, choice: Choice | None) -> bool:
        """Whether any box of the tag shows a tick; a box whose stored state differs from what it shows is reported."""
        found = False
        for control in self.controls.get(tag, ()):
            shown = choices.is_ticked(control.text)
            if shown is not None and control.is_checked is not None and shown != control.is_checked:
                label = choice.label if choice is not None else field.other or ""
                self._note("choice-box-unclear", Level.MANUAL, label, control.cell or tag, field.key)
            found = found or (bool(control.is_checked) if shown is None else shown)
        return found

    # -- outside of controls ------------------------------------------------------------------

    def read_tables(self, fields: dict[str, Answer]) -> None:
        """Add the fields that only have a label, and account for the text of cells without controls, or with
        controls of several fields."""
        for address, keys in self.owners.items():
            if len(keys) > 1:
                for line in self.document.answering[address].around.split("\n"):
                    if line.strip() and not self.vocabulary.understood(line):
                        self._unread(line, address, None)
        for grid in self.document.tables:
            own = set(grid.addresses.values()) if grid.addresses else set()
            if not own & set(self.owners):
                self.left += foreign_texts(grid, self.vocabulary, small_tables(self.document.tables))
                continue
            form = read_form(grid, self.vocabulary)
            for key, answer in form.fields.items():
                is_second = fields.setdefault(key, answer) is not answer and answer.origin.cell not in self.owners
                if is_second and answer.written.strip():
                    self._unread(answer.written, answer.origin.cell, key)
            notes = form.intakes[0].notes
            self.notes += [
                n for n in notes if n.origin.cell not in self.owners and self._concerns(n, fields, form.fields)
            ]
            self.left += [one for one in form.left() if one.cell not in self.owners]

    def _concerns(self, note: ReadingNote, fields: Mapping[str, Answer], read: Mapping[str, Answer]) -> bool:
        """Whether a note is about an answer that was read by its label, or about no answer."""
        return note.field is None or note.code == UNREAD or fields.get(note.field) is read.get(note.field)


def _owners(document: Document) -> dict[str, dict[str, None]]:
    """The fields whose controls are in each cell; text beside the controls of several fields belongs to none."""
    owners: dict[str, dict[str, None]] = {}
    for control in document.controls:
        if control.cell:
            owners.setdefault(control.cell, {})[control.tag.partition(".")[0]] = None
    return owners


def _cells(document: Document) -> dict[str, Cell]:
    """The cells of the document's tables by address."""
    return {
        address: cell
        for grid in document.tables
        for row, cells in grid.rows.items()
        for column, cell in cells.items()
        if (address := grid.address(row, column)) is not None
    }
