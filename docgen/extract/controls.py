"""The form of the kit, read by its content controls: tag and visible text tell each answer.

Nothing else that Word keeps of a control is trusted, since other editors drop it: that the text is a
placeholder is known by what it says, that a box is ticked by the tick it shows.  What was written beside
a control is kept: it is the answer where the control is blank, else it is listed as not understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from docgen import values
from docgen.extract.find_intakes import foreign_prose
from docgen.extract.forms import read_form
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.docx import Document
from docgen.formats.docx_flows import Control
from docgen.model.intake import Answer, Answers, Chosen, Origin, Unrecognised
from docgen.model.kit import Field, FieldType
from docgen.values import choices


def read_controls(document: Document, vocabulary: Vocabulary) -> Answers | None:
    """The one intake that the controls of the document hold; None where fewer than half of the fields a
    customer is asked have one.  A field that has lost its control is read by its label."""
    reader = _ControlReader(document, vocabulary)
    fields = dict(reader.answers())
    if len(fields) * 2 < len(vocabulary.fields):
        return None
    reader.read_labels(fields)
    return Answers(None, None, fields, (*reader.leftover, *foreign_prose(document.prose, vocabulary)))


class _ControlReader:
    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.document = document
        self.controls: dict[str, Control] = {}
        self.leftover: list[Unrecognised] = []
        self.shared = _shared_cells(document)
        for control in document.controls:
            self._keep(control)

    def _keep(self, control: Control) -> None:
        """Of controls with one tag the first that says something; another answer than that is left over."""
        kept = self.controls.setdefault(control.tag, control)
        if kept is not control and not self._is_blank(control):
            if self._is_blank(kept):
                self.controls[control.tag] = control
            elif control.text != kept.text:
                self.leftover.append(Unrecognised(None, control.cell, control.text))

    def _is_blank(self, control: Control) -> bool:
        key = control.tag.partition(".")[0]
        text = control.text.strip()
        is_empty_box = len(text) == 1 and choices.is_ticked(text) is False
        return not text or is_empty_box or self.vocabulary.is_hint(key, text)

    def answers(self) -> Iterator[tuple[str, Answer]]:
        """Each field of the kit that has a control, with what was answered in and beside it."""
        for key, field in self.vocabulary.fields.items():
            several = field.type is FieldType.SEVERAL
            answer = self._ticked(field) if several else self._written(field)
            if answer is not None:
                yield key, answer

    def read_labels(self, fields: dict[str, Answer]) -> None:
        """Add the fields that have a label only, and list what stands in cells without controls, or with those
        of several fields."""
        for address in self.shared:
            self._list(address, self.document.answering[address].around.split("\n"))
        for grid in self.document.tables:
            form = read_form(grid, self.vocabulary)
            texts = [(grid.address(*place), text) for place, text in form.leftover]
            for key, answer in form.fields.items():
                if fields.setdefault(key, answer) is not answer:
                    texts.append((answer.origin.cell, answer.written))
            for cell, text in texts:
                if cell not in self.document.answering:
                    self._list(cell, [text])

    def _list(self, cell: str | None, texts: Iterable[str]) -> None:
        foreign = (text for text in texts if text.strip() and not self.vocabulary.understood(text))
        self.leftover += [Unrecognised(None, cell, text) for text in foreign]

    def _written(self, field: Field) -> Answer | None:
        control = self.controls.get(field.key)
        if control is None:
            return None
        text = "" if self._is_blank(control) else control.text
        beside = self._beside(control, field)
        if beside and not text:
            return Answer(beside, Origin(None, control.cell))
        if beside:
            self.leftover.append(Unrecognised(None, control.cell, beside))
        return Answer(text, Origin(None, control.tag), control.fault if text else None)

    def _beside(self, control: Control, field: Field) -> str:
        """What was written in the control's cell outside of it, and is none of the kit's words."""
        if control.cell is None or control.cell in self.shared:
            return ""
        lines = self.document.answering[control.cell].around.split("\n")
        return "\n".join(line for line in lines if line.strip() and not self.vocabulary.accompanies(field.key, line))

    def _ticked(self, field: Field) -> Answer | None:
        """The ticked boxes as the kit shows them; all that stands in the cell where more was written in it."""
        boxes = {field.tag_of(choice): choice for choice in field.choices}
        tags = [*boxes, field.tag_of_other, field.tag_of_other_text]
        there = [self.controls[tag] for tag in tags if tag in self.controls]
        if not there:
            return None
        cell = there[0].cell
        origin = Origin(None, cell or there[0].tag)
        if cell and cell not in self.shared:
            around = self.vocabulary.without_hints(field.key, self.document.answering[cell].around)
            if not self.vocabulary.is_untouched(field.key, around):
                return Answer(self.document.answering[cell].text, origin)
        chosen = tuple(choice.key for tag, choice in boxes.items() if self._is_ticked(tag))
        text = self.controls.get(field.tag_of_other_text)
        other = text.text if text is not None and not self._is_blank(text) else ""
        if not other and self._is_ticked(field.tag_of_other):
            return Answer("、".join([*values.items(field, Chosen(chosen)), field.other or ""]), origin)
        return Answer(values.show(field, Chosen(chosen, other or None)), origin)

    def _is_ticked(self, tag: str) -> bool:
        control = self.controls.get(tag)
        if control is None:
            return False
        shown = choices.is_ticked(control.text)
        return bool(control.is_checked) if shown is None else shown


def _shared_cells(document: Document) -> tuple[str, ...]:
    """The cells in which more than one field is asked: what stands beside a control there is nobody's."""
    owners: dict[str, set[str]] = {}
    for control in document.controls:
        if control.cell:
            owners.setdefault(control.cell, set()).add(control.tag.partition(".")[0])
    return tuple(cell for cell, keys in owners.items() if len(keys) > 1)
