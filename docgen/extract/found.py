"""Define the answer found beside one label, before the answers to the same field are merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from docgen.extract.account import Place, ThingKind
from docgen.extract.cell_classes import LabelCandidate
from docgen.formats.grid import BLANK, Cell
from docgen.model.intake import Level, Value


@dataclass(frozen=True)
class PlaceNote:
    """A note about a place: message code, level, and the words that it is about.

    `kind` is the kind of thing that the note quotes, None if it quotes nothing.
    """

    place: Place
    code: str
    level: Level
    written: str
    details: Mapping[str, str] = field(default_factory=dict)
    kind: ThingKind | None = ThingKind.TEXT


@dataclass
class Found:
    """One label of a field with its answer: the answer's place, and how well the label matches.

    `taken` are the cells of the answer, `printed` the kit's printed texts around it, `quoted` the cells of answers that
    were not used.  `value` is what cells of choices and marks say, `option` the choice that the label names itself,
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
        """Whether the answer's place holds anything."""
        return bool(self.cell.text.strip() or self.cell.fault)


@dataclass
class ZoneAnswers:
    """The result for one zone: its answers, the texts that could not be read, and those that are no answers."""

    found: list[Found]
    unread: list[LabelCandidate]
    aside: list[LabelCandidate]
