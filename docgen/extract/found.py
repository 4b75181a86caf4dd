"""One answer as it was found beside one label, before the answers to one field are brought together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from docgen.extract.account import Place, ThingKind
from docgen.extract.cell_classes import LabelCandidate
from docgen.formats.grid import BLANK, Cell
from docgen.model.intake import Level, Value


@dataclass(frozen=True)
class PlaceNote:
    """Something to say of what is at a place: code of its wording, weight, the words it is about.

    `kind` is the kind of thing that it quotes, None if it quotes nothing.
    """

    place: Place
    code: str
    level: Level
    written: str
    details: Mapping[str, str] = field(default_factory=dict)
    kind: ThingKind | None = ThingKind.TEXT


@dataclass
class Found:
    """One label of a field with its answer: where it stands or should stand, how good the label is.

    `taken` are the cells that make the answer, `printed` those of the kit's print around it, `quoted` those of answers
    that were not taken; `value` what cells of choices and marks say, `option` the choice that the label itself names,
    `unit` the unit of a number in a cell beside it.
    """

    key: str
    rank: int
    label: Place
    place: Place
    cell: Cell = BLANK
    taken: tuple[Place, ...] = ()
    printed: tuple[Place, ...] = ()
    quoted: tuple[Place, ...] = ()
    has_place: bool = True
    value: Value | None = None
    option: str = ""
    unit: str = ""
    remarks: list[PlaceNote] = field(default_factory=list)

    @property
    def written(self) -> str:
        """The answer as written."""
        return self.cell.text

    @property
    def is_given(self) -> bool:
        """Whether anything is in the answer's place."""
        return bool(self.cell.text.strip() or self.cell.fault)


@dataclass
class ZoneAnswers:
    """What a zone says: its answers, the texts of it that nobody could read, those that are no answers."""

    found: list[Found]
    unread: list[LabelCandidate]
    aside: list[LabelCandidate]
