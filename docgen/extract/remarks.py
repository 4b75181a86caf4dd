"""Make findings about texts around the answers: unread, struck out, comments, pictures, hidden."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

from docgen.extract import words
from docgen.extract.account import Account, Fate, Place, ThingKind
from docgen.extract.cell_classes import LabelCandidate, Layout, Role
from docgen.extract.found import Found, PlaceNote
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import Cell, Grid
from docgen.model.intake import UNREAD, Level
from docgen.text import is_instruction

_TICKED = "☑☒◉"  # signs of controls
Said = tuple[PlaceNote, str | None]  # with the key of the field it is about


def unread(place: Place, text: str, beside: str = "", kind: ThingKind = ThingKind.TEXT) -> Said:
    """A note that the text may be an answer and was not read; `beside` is the unknown label next to it."""
    details = {"thing": words.thing(kind.value, beside.strip())}
    return PlaceNote(place, UNREAD, Level.MANUAL, text, details, kind), None


def around_answers(cell_at: Callable[[int, int], Cell | None], found: Found, vocabulary: Vocabulary) -> Iterator[Said]:
    """What else the cells of an answer show: struck-out text, comments."""
    for place in dict.fromkeys((found.place, *found.taken)):
        cell = cell_at(*place)
        if cell is None:
            continue
        if cell.struck.strip():
            yield PlaceNote(place, "struck-out", Level.ADVICE, cell.struck, {}, ThingKind.STRUCK), found.key
        if cell.note.strip() and not is_own_comment(cell.note, vocabulary):
            remark, _ = unread(place, cell.note, kind=ThingKind.COMMENT)
            yield remark, found.key


def is_own_comment(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a comment is docgen's own, or a hint of the kit."""
    return all(vocabulary.is_note(line) or vocabulary.understood(line) for line in text.split("\n") if line.strip())


def over_form(
    grid: Grid, account: Account, layout: Layout, best: dict[str, Found], vocabulary: Vocabulary
) -> Iterator[Said]:
    """Objects over a form and comments on its labels: text boxes and pictures that may be answers."""
    answers = {place: key for key, found in best.items() for place in (found.place, *found.taken)}
    labels = [layout.spots[place] for place, role in layout.roles.items() if role is not Role.OTHER]
    if not labels:
        return
    top, bottom = min(s.extent.top for s in labels), max(s.extent.bottom for s in labels)
    yield from _struck_beside(account, labels, answers)
    for thing in account.open(ThingKind.BOX, ThingKind.PICTURE, ThingKind.COMMENT):
        if thing.kind is ThingKind.COMMENT and thing.place in answers:
            continue  # reported with the answer
        row, column = thing.place
        extent = grid.extent(row, column)
        key = next((answers[place] for place in (thing.place, extent[:2]) if place in answers), None)
        if thing.kind is ThingKind.PICTURE:
            if key is not None:
                yield PlaceNote(thing.place, "picture", Level.MANUAL, words.picture(), {}, ThingKind.PICTURE), key
        elif is_own_comment(thing.text, vocabulary) and not _ticks(thing.text):
            account.record(thing.place, Fate.PRINTED, thing.kind)
        elif is_instruction(thing.text):
            continue
        elif thing.kind is ThingKind.COMMENT or top <= row <= bottom + 1 or words.is_remark(thing.text):
            remark, _ = unread(thing.place, thing.text, kind=thing.kind)
            yield remark, key


def _ticks(text: str) -> bool:
    """Whether the text ticks a choice, so that it is an answer although the form knows the words."""
    return any(sign in text for sign in _TICKED)


def _struck_beside(account: Account, labels: list[LabelCandidate], answers: Container[Place]) -> Iterator[Said]:
    """Struck-out text beside an answer, in the row of its label."""
    for thing in account.open(ThingKind.STRUCK):
        row, column = thing.place
        before = [
            spot for spot in labels if spot.extent.top <= row <= spot.extent.bottom and spot.extent.right < column
        ]
        label = max(before, key=lambda spot: spot.extent.right, default=None)
        if label is not None and label.key is not None and thing.place not in answers:
            yield PlaceNote(thing.place, "struck-out", Level.ADVICE, thing.text, {}, ThingKind.STRUCK), label.key
