"""Record how every visible text of a sheet was used, so that none is lost.

Opening the account enters everything that the sheet shows.  Reading settles each entry once; an entry that is
still open at the end was not understood.  So no text is lost between answers, findings and the list of leftovers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from docgen.extract import words
from docgen.formats.grid import Cell, Floating, Grid
from docgen.model.intake import Unrecognised

Place = tuple[int, int]


class ThingKind(Enum):
    """The kinds of things that a sheet shows."""

    TEXT = "text"
    STRUCK = "struck"
    COMMENT = "comment"
    BOX = "box"
    PICTURE = "picture"


class Fate(Enum):
    """How a text was used.  Each text has exactly one fate."""

    LABEL = "label"  # a label, group or heading
    PRINTED = "printed"  # printed text of the kit, in its printed place
    ANSWER = "answer"  # an answer, or part of one
    QUOTED = "quoted"  # quoted by a finding
    LEFT = "left"  # not understood


class Thing(NamedTuple):
    """Something visible in or over a cell; `number` distinguishes several at the same cell."""

    place: Place
    kind: ThingKind
    text: str
    number: int = 0


class Account:
    """What a sheet, or a part of it, shows, and how each text was used."""

    def __init__(self, grid: Grid, shown: Iterable[Thing]) -> None:
        self.grid = grid
        self._things = list(shown)
        self._fates: list[Fate | None] = [None] * len(self._things)
        self._at: dict[Place, list[int]] = {}
        for number, thing in enumerate(self._things):
            self._at.setdefault(thing.place, []).append(number)

    def record(self, place: Place, fate: Fate, kind: ThingKind = ThingKind.TEXT) -> None:
        """Record the fate of this kind of thing at the cell; the first fate recorded is kept."""
        for number in self._at.get(place, ()):
            if self._things[number].kind is kind and self._fates[number] is None:
                self._fates[number] = fate

    def open(self, *kinds: ThingKind) -> list[Thing]:
        """The things of these kinds that have no fate yet, in sheet order."""
        open_ones = (thing for thing, fate in zip(self._things, self._fates, strict=True) if fate is None)
        return [thing for thing in open_ones if thing.kind in kinds]

    def entries(self) -> Iterator[tuple[Thing, Fate]]:
        """Everything, with its fate."""
        for thing, fate in zip(self._things, self._fates, strict=True):
            yield thing, fate or Fate.LEFT

    def left(self) -> tuple[Unrecognised, ...]:
        """What was not understood, in sheet order."""
        return tuple(unrecognised(self.grid, thing) for thing, fate in self.entries() if fate is Fate.LEFT)


def unrecognised(grid: Grid, thing: Thing) -> Unrecognised:
    """The thing as an entry of the list of texts that were not understood."""
    text = words.picture() if thing.kind is ThingKind.PICTURE else thing.text
    return Unrecognised(grid.sheet, grid.address(*thing.place), text)


def things(grid: Grid) -> Iterator[Thing]:
    """Everything that the kept rows of the sheet show, row by row, and the objects over them."""
    for row, cells in grid.rows.items():
        for column, cell in cells.items():
            yield from cell_things((row, column), cell)
    yield from floating_things(grid.floating)


def floating_things(floating: Iterable[Floating]) -> Iterator[Thing]:
    """The objects over a sheet: text boxes and pictures."""
    for number, one in enumerate(floating):
        yield Thing((one.row, one.column), ThingKind.BOX if one.text.strip() else ThingKind.PICTURE, one.text, number)


def cell_things(place: Place, cell: Cell) -> Iterator[Thing]:
    """What one cell shows."""
    if cell.text.strip():
        yield Thing(place, ThingKind.TEXT, cell.text)
    elif cell.fault:
        yield Thing(place, ThingKind.PICTURE, "")
    if cell.struck.strip():
        yield Thing(place, ThingKind.STRUCK, cell.struck)
    if cell.note.strip():
        yield Thing(place, ThingKind.COMMENT, cell.note)
