"""Marks that are in cells of their own beside printed choices: which of them choose, and when that is not certain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from docgen.extract.words import mark_words
from docgen.text import fold
from docgen.values import choices

_LONGEST = 6  # a longer text is no mark


class CellMark(Enum):
    """What a mark says: chosen, left, or one of the two as the marks beside it tell."""

    CHOSEN = "chosen"
    LEFT = "left"
    CROSS = "cross"  # × or x: chosen beside empty boxes, left beside ticks
    RING = "ring"  # ○: chosen beside ×, left beside ● and ticks


_CROSSES, _RINGS = frozenset("x×"), frozenset("○◯")


def mark_of(text: str) -> CellMark | None:
    """What the text says where it is a mark and nothing else; None for any other text."""
    if len(text.strip()) > _LONGEST:
        return None
    bare = fold(text).strip("()[]【】")
    if bare in mark_words("either"):
        return CellMark.CROSS if bare in _CROSSES else CellMark.RING
    if bare in mark_words("chosen"):
        return CellMark.CHOSEN
    if bare in mark_words("left"):
        return CellMark.LEFT
    if not bare:  # `( )`, or symbols of a font for ticks
        ticked = choices.is_ticked(text)
        return None if ticked is None else CellMark.CHOSEN if ticked else CellMark.LEFT
    glyph = choices.is_ticked(text) if len(bare) == 1 and not bare.isalnum() else None
    return None if glyph is None else CellMark.CHOSEN if glyph else CellMark.LEFT


def chosen(marks: Sequence[CellMark | None]) -> tuple[bool, ...] | None:
    """For each choice whether it is chosen, from its mark (None: it has none); None if that is not certain."""
    seen = set(marks)
    if CellMark.CHOSEN in seen:
        return tuple(mark is CellMark.CHOSEN for mark in marks)
    picked = _picked(seen)
    if picked is not None:
        return tuple(mark is picked for mark in marks)
    if seen == {CellMark.LEFT}:
        return (False,) * len(marks)
    return None


def _picked(seen: Iterable[CellMark | None]) -> CellMark | None:
    """Which of the marks of two meanings is the one that chooses, where no other does."""
    kinds = set(seen) - {None}
    if kinds == {CellMark.CROSS, CellMark.LEFT}:
        return CellMark.CROSS
    return CellMark.RING if kinds == {CellMark.RING, CellMark.CROSS} else None
