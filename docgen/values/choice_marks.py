"""Decide which label each mark of a text belongs to.

A mark belongs to the label that it touches, else to the nearer one, else to the label on the same side as for the
other marks of the text.  If this does not decide, the mark belongs to none, and the text is unclear: no guesses.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from docgen.values.choice_text import ChoiceItem, ChoiceMark, Cut

_FAR = 9  # distance from a mark if there is no label on that side


class _Side(Enum):
    BEFORE = -1
    AFTER = 1


class _Placed(NamedTuple):
    mark: ChoiceMark
    before: ChoiceItem | None
    after: ChoiceItem | None
    side: _Side | None  # None: both are equally near


def give_marks(cut: Cut) -> str:
    """Assign each mark of the cut to its label; returns the unclear piece of the text, empty if all is clear."""
    if any(mark.ticked and mark.crossed for mark in cut.marks) or _are_crosses_alone(cut):
        return cut.text
    placed = _placed(cut)
    for group in _series(placed):
        sides = {one.side for one in group if one.side}
        common = sides.pop() if len(sides) == 1 else None
        for one in group:
            side = one.side or common
            if side is None:
                if not (one.before or one.after):
                    continue  # marks without any label
                if one.mark.ticked or not any(mark.ticked for mark in cut.marks):
                    return _around(cut, one)
                continue
            if _is_torn(one, side, common):
                return _around(cut, one)
            target = one.before if side is _Side.BEFORE else one.after
            if target is not None:
                target.mark = one.mark.ticked or bool(target.mark)
    return _contradiction(cut)


def _are_crosses_alone(cut: Cut) -> bool:
    """Whether crosses are beside empty boxes, without a tick: they may mean chosen or not chosen."""
    return (
        any(mark.crossed for mark in cut.marks)
        and any(mark.boxed and not mark.crossed for mark in cut.marks)
        and not any(mark.ticked for mark in cut.marks)
    )


def _placed(cut: Cut) -> list[_Placed]:
    """Each mark with the labels beside it, and the side of its label if that is clear."""
    pieces: list[ChoiceItem | ChoiceMark] = sorted([*cut.items, *cut.marks], key=lambda piece: piece.start)
    following: list[ChoiceItem | None] = [None] * len(pieces)
    for at in range(len(pieces) - 2, -1, -1):
        behind = pieces[at + 1]
        following[at] = behind if isinstance(behind, ChoiceItem) else following[at + 1]
    found: list[_Placed] = []
    before: ChoiceItem | None = None
    for at, mark in enumerate(pieces):
        if isinstance(mark, ChoiceItem):
            before = mark
            continue
        after = following[at]
        left = _distance(cut.text, pieces[at - 1].end, mark.start) if before else _FAR
        right = _distance(cut.text, mark.end, pieces[at + 1].start) if after else _FAR
        side = None if left == right else _Side.BEFORE if left < right else _Side.AFTER
        found.append(_Placed(mark, before, after, side))
    return found


def _series(placed: list[_Placed]) -> list[list[_Placed]]:
    """The marks on the same side of their labels: all of them, or boxes and separately typed ticks,
    if there are two marks between the same two labels."""
    gaps = [(id(one.before), id(one.after)) for one in placed]
    if len(set(gaps)) == len(gaps):
        return [placed]
    return [[one for one in placed if one.mark.boxed], [one for one in placed if not one.mark.boxed]]


def _is_torn(one: _Placed, side: _Side, common: _Side | None) -> bool:
    """Whether a tick next to an empty box also touches the neighbour's label, or is outside the row of boxes."""
    mark = one.mark
    if not (mark.ticked and mark.boxed):
        return False
    if common is not None and side is not common:
        return True
    touches_before = mark.leads and one.before is not None and one.before.end == mark.start
    touches_after = mark.ends and one.after is not None and mark.end == one.after.start
    return (side is _Side.AFTER and touches_before) or (side is _Side.BEFORE and touches_after)


def _contradiction(cut: Cut) -> str:
    """The text if it holds the same choice twice, ticked and not ticked."""
    ticked = {item.key for item in cut.items if item.key and item.mark}
    return cut.text if any(item.key in ticked and item.mark is False for item in cut.items) else ""


def _around(cut: Cut, one: _Placed) -> str:
    start = one.before.start if one.before else one.mark.start
    end = one.after.end if one.after else one.mark.end
    return cut.text[start:end]


def _distance(text: str, start: int, end: int) -> int:
    """The distance of a mark from a label: touching (a colon is allowed), a space away, or with text in between."""
    if start == end or text[start:end].strip() in {":", "：", "="}:
        return 0
    return 1 if end - start == 1 and text[start] == " " else 2
