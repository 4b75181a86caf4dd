"""Decide which choices are marked when the marks have cells of their own, and when this is uncertain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from docgen.extract.words import mark_words
from docgen.text import fold
from docgen.values import choices

_LONGEST = 6  # a longer text is not a mark


class CellMark(Enum):
    """What a mark means: chosen, not chosen, or either, depending on the marks beside it."""

    CHOSEN = "chosen"
    LEFT = "left"
    CROSS = "cross"  # × or x: chosen beside empty boxes, not chosen beside ticks
    RING = "ring"  # ○: chosen beside ×, not chosen beside ● and ticks


_CROSSES = frozenset("x×")


def mark_of(text: str) -> CellMark | None:
    """The meaning of the text if it is only a mark; None for any other text."""
    if len(text.strip()) > _LONGEST:
        return None
    bare = fold(text).strip("()[]【】")
    if bare in mark_words("either"):
        return CellMark.CROSS if bare in _CROSSES else CellMark.RING
    if bare in mark_words("chosen"):
        return CellMark.CHOSEN
    if bare in mark_words("left"):
        return CellMark.LEFT
    if not bare:  # `( )`, or symbols of a font that stand for ticks
        ticked = choices.is_ticked(text)
        return None if ticked is None else CellMark.CHOSEN if ticked else CellMark.LEFT
    glyph = choices.is_ticked(text) if len(bare) == 1 and not bare.isalnum() else None
    return None if glyph is None else CellMark.CHOSEN if glyph else CellMark.LEFT


def chosen(marks: Sequence[CellMark | None]) -> tuple[bool, ...] | None:
    """Whether each choice is chosen, by its mark (None: no mark); None if this is uncertain."""
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
    """The ambiguous mark that means chosen, when no other mark does."""
    kinds = set(seen) - {None}
    if kinds == {CellMark.CROSS, CellMark.LEFT}:
        return CellMark.CROSS
    return CellMark.RING if kinds == {CellMark.RING, CellMark.CROSS} else None
