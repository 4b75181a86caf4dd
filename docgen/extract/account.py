"""The account of a sheet: how every visible text was used.

Whatever a sheet shows is entered when the account is opened.  Reading settles each entry once; what nobody has
settled is not understood.  So no text can be lost between answers, findings and the list of what is left.
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
    """What sort of thing is seen."""

    TEXT = "text"
    STRUCK = "struck"
    COMMENT = "comment"
    BOX = "box"
    PICTURE = "picture"


class Fate(Enum):
    """What becomes of a text: exactly one of these."""

    LABEL = "label"  # a label, group or heading
    PRINTED = "printed"  # printed text of the kit in its printed place
    ANSWER = "answer"  # an answer, or part of one
    QUOTED = "quoted"  # a finding quotes it
    LEFT = "left"  # not understood


class Thing(NamedTuple):
    """Something that is seen, at its cell; `number` distinguishes those at one cell."""

    place: Place
    kind: ThingKind
    text: str
    number: int = 0


class Account:
    """What a sheet, or a part of it, shows, and what became of each text."""

    def __init__(self, grid: Grid, shown: Iterable[Thing]) -> None:
        self.grid = grid
        self._things = list(shown)
        self._fates: list[Fate | None] = [None] * len(self._things)
        self._at: dict[Place, list[int]] = {}
        for number, thing in enumerate(self._things):
            self._at.setdefault(thing.place, []).append(number)

    def settle(self, place: Place, fate: Fate, kind: ThingKind = ThingKind.TEXT) -> None:
        """Say what became of what the cell shows of this kind; what was said of it first holds."""
        for number in self._at.get(place, ()):
            if self._things[number].kind is kind and self._fates[number] is None:
                self._fates[number] = fate

    def open(self, *kinds: ThingKind) -> list[Thing]:
        """The things of these kinds of which nothing was said yet, in the order of the sheet."""
        open_ones = (thing for thing, fate in zip(self._things, self._fates, strict=True) if fate is None)
        return [thing for thing in open_ones if thing.kind in kinds]

    def entries(self) -> Iterator[tuple[Thing, Fate]]:
        """Everything, with what became of it."""
        for thing, fate in zip(self._things, self._fates, strict=True):
            yield thing, fate or Fate.LEFT

    def left(self) -> tuple[Unrecognised, ...]:
        """What was not understood, in the order of the sheet."""
        return tuple(unrecognised(self.grid, thing) for thing, fate in self.entries() if fate is Fate.LEFT)


def unrecognised(grid: Grid, thing: Thing) -> Unrecognised:
    """The thing as it is listed."""
    text = words.picture() if thing.kind is ThingKind.PICTURE else thing.text
    return Unrecognised(grid.sheet, grid.address(*thing.place), text)


def things(grid: Grid) -> Iterator[Thing]:
    """All that the kept rows of the sheet show, row by row, and the objects over them."""
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
