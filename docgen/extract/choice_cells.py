"""Read choices that have a cell each, with marks in the same cells, beside them, or above or below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as of
from itertools import pairwise
from typing import NamedTuple

from docgen.extract.compound_labels import OTHER, choice_named, names_of_other
from docgen.extract.marks import CellMark, chosen, mark_of
from docgen.formats.grid import Extent
from docgen.model.intake import Chosen, Value
from docgen.model.kit import Field, FieldType
from docgen.patterns import regex
from docgen.text import clean_line, fold, says_nothing
from docgen.values import yesno

#: A tick or an empty box at either end of a text.
_GLYPHS = regex(
    r"^(?P<before>[^\w\s(（]|\[[ xXvV√]?\]|[(（][ √]?[)）])?\s*(?P<name>.*?)"
    r"\s*(?P<after>[^\w\s)）]|\[[ xXvV√]?\]|[(（][ √]?[)）])?$",
    re.DOTALL,
)
_FREE = " :：_＿()（）—-"


class CellText(NamedTuple):
    """A text in the answer's place, with the cells that it covers."""

    extent: Extent
    text: str


class Understood(NamedTuple):
    """What the cells say.

    `value` is None if nothing is certain.  `is_untouched`: a printed list without any mark; `uncertain`: a person must
    look; `unread`: the texts that are neither choice nor mark.
    """

    value: Value | None
    is_untouched: bool = False
    uncertain: bool = False
    written: str = ""
    is_joined: bool = False
    unread: tuple[CellText, ...] = ()


@dataclass
class _Choice:
    cell: CellText
    key: str | None  # None: a choice that is not in the kit
    own: CellMark | None = None
    mark: CellMark | None = None
    free: str = ""
    marks: list[CellText] = of(default_factory=list)


class _ChoiceParts(NamedTuple):
    choices: list[_Choice]
    marks: list[tuple[CellText, CellMark]]
    unknown: list[CellText]


def read_choice_cells(
    field: Field, cells: Sequence[CellText], start: int, *, in_table: bool = False
) -> Understood | None:
    """Read the cells as the answer to a choice field; None if the choices do not have cells of their own.

    `start` is the first column in which an answer can be.  A form may print its choices with a blank cell beside
    each for a mark; a table (`in_table`) does not.
    """
    if len(cells) < 2 or not (field.choices or field.type is FieldType.YES_NO):
        return None
    parts = _parts(field, cells)
    if not parts.choices:
        return Understood(None, uncertain=True) if parts.marks and not parts.unknown else None
    if not _is_spread(parts):
        return None
    if parts.marks and not _assign(parts, start):
        return Understood(None, uncertain=True)
    strangers = [choice for choice in parts.choices if choice.key is None and choice.mark is None]
    unread = (*parts.unknown, *(choice.cell for choice in strangers))
    if parts.unknown and not parts.marks:
        return None
    kept = parts._replace(choices=[choice for choice in parts.choices if choice not in strangers])
    return _decide(field, kept, in_table=in_table)._replace(unread=unread)


def _parts(field: Field, cells: Sequence[CellText]) -> _ChoiceParts:
    """Sort the cells by kind.  The cell beside 其他 holds its text."""
    found = _ChoiceParts([], [], [])
    for cell in cells:
        mark = mark_of(cell.text)
        choice = _choice(field, cell)
        if choice is not None and (
            mark is None or (field.type is FieldType.YES_NO and choice.own is None and not _is_glyph(cell.text))
        ):
            found.choices.append(choice)
        elif mark is not None:
            found.marks.append((cell, mark))
        else:
            found.unknown.append(cell)
    _take_free_text(found)
    _take_unknown_choices(found, field)
    return found


def _is_glyph(text: str) -> bool:
    return not any(letter.isalpha() or "一" <= letter <= "鿿" for letter in fold(text))


def _choice(field: Field, cell: CellText) -> _Choice | None:
    text = cell.text.strip()
    key = choice_named(field, text)
    if key is not None:
        return _Choice(cell, key)
    match = _GLYPHS.fullmatch(text)
    glyph = match and (match["before"] or match["after"])
    own = mark_of(glyph) if glyph else None
    bare = match["name"] if match and own is not None else text
    key = choice_named(field, bare)
    if key is None and field.other:
        for name in names_of_other(field.other):
            if bare.startswith(name) and (len(bare) == len(name) or bare[len(name)] in _FREE):
                return _Choice(cell, OTHER, own, free=_free(bare[len(name) :]))
    return _Choice(cell, key, own) if key is not None else None


def _free(text: str) -> str:
    found = clean_line(text.strip(_FREE))
    return "" if says_nothing(found) else found


def _take_free_text(parts: _ChoiceParts) -> None:
    """Attach the text right of 其他 to it: `其他 | 物流`."""
    for choice in parts.choices:
        if choice.key == OTHER and not choice.free:
            at = choice.cell.extent
            beside = next(
                (c for c in parts.unknown if c.extent.top == at.top and 0 < c.extent.left - at.right <= 2), None
            )
            if beside is not None and set(beside.text.strip()) - set("_＿ "):
                choice.free = _free(beside.text)
                parts.unknown.remove(beside)
            elif beside is not None:
                parts.unknown.remove(beside)


def _take_unknown_choices(parts: _ChoiceParts, field: Field) -> None:
    """Treat an unknown text with a mark, among marked choices, as a choice that is not in the kit."""
    if not parts.marks or len(parts.choices) < 2:
        return
    for cell in list(parts.unknown):
        if any(mark.extent.top == cell.extent.top for mark, _ in parts.marks):
            parts.choices.append(_Choice(cell, _nearly(field, cell.text)))
            parts.unknown.remove(cell)
    parts.choices.sort(key=lambda choice: choice.cell.extent[:2])


def _nearly(field: Field, text: str) -> str | None:
    """The only choice whose name begins with the text."""
    bare = fold(text)
    keys = {
        c.key for c in field.choices for name in (c.label, *c.synonyms) if len(bare) > 2 and fold(name).startswith(bare)
    }
    return keys.pop() if len(keys) == 1 else None


def _is_spread(parts: _ChoiceParts) -> bool:
    """Whether the choices have cells of their own, rather than one answer with a remark beside it."""
    return len(parts.choices) > 1 or bool(parts.marks) or bool(parts.choices[0].own)


# -- matching marks to choices ----------------------------------------------------------------------


def _assign(parts: _ChoiceParts, start: int) -> bool:
    """Assign every mark to its choice; False if several ways fit, or none."""
    ways = [found for along in (_after, _before, _below, _above) if (found := _pairs(parts, along)) is not None]
    if len(ways) > 1 and any(choice.cell.extent.left <= start for choice in parts.choices):
        # if a choice is in the first answer column, no mark can be before it
        ways = [found for along in (_after, _below, _above) if (found := _pairs(parts, along)) is not None]
    if len(ways) != 1 and len({tuple(sorted(way.items())) for way in ways}) != 1:
        return False
    for number, (cell, mark) in enumerate(parts.marks):
        choice = parts.choices[ways[0][number]]
        choice.mark = mark
        choice.marks.append(cell)
    return True


def _pairs(parts: _ChoiceParts, along: object) -> dict[int, int] | None:
    """The number of the choice for each mark; None unless every mark has a different choice in that direction."""
    found: dict[int, int] = {}
    for number, (cell, _) in enumerate(parts.marks):
        own = [at for at, choice in enumerate(parts.choices) if along(choice.cell.extent, cell.extent)]  # type: ignore[operator]
        if len(own) != 1 or own[0] in found.values():
            return None
        found[number] = own[0]
    return found


def _after(choice: Extent, mark: Extent) -> bool:
    return choice.top <= mark.top <= choice.bottom and choice.right + 1 == mark.left


def _before(choice: Extent, mark: Extent) -> bool:
    return choice.top <= mark.top <= choice.bottom and mark.right + 1 == choice.left


def _below(choice: Extent, mark: Extent) -> bool:
    return mark.top == choice.bottom + 1 and choice.left <= mark.left <= choice.right


def _above(choice: Extent, mark: Extent) -> bool:
    return mark.bottom + 1 == choice.top and choice.left <= mark.left <= choice.right


# -- what was chosen --------------------------------------------------------------------------------


def _decide(field: Field, parts: _ChoiceParts, *, in_table: bool) -> Understood:
    marks = [choice.mark or choice.own for choice in parts.choices]
    if not any(marks):
        return _without_marks(field, parts, in_table=in_table)
    states = chosen(marks)
    if states is None:
        return Understood(None, uncertain=True)
    if not any(states):
        return Understood(None, is_untouched=not parts.marks, uncertain=bool(parts.marks))
    picked = [choice for choice, state in zip(parts.choices, states, strict=True) if state]
    return _value(field, picked)


def _without_marks(field: Field, parts: _ChoiceParts, *, in_table: bool) -> Understood:
    """Choices without marks: single choices count as chosen.  It is uncertain if all choices of the kit are listed in
    order, or each has a blank cell for a mark beside it."""
    named = [choice.key for choice in parts.choices if choice.key != OTHER]
    offered = [choice.key for choice in field.offered] or [yesno.YES, yesno.NO]
    is_all = len(offered) > 1 and named[: len(offered)] == offered
    pairs = pairwise(choice.cell.extent for choice in parts.choices)
    is_spaced = len(parts.choices) > 1 and all(a.top == b.top and b.left - a.right > 1 for a, b in pairs)
    if is_all or (is_spaced and not in_table):
        return Understood(None, uncertain=True)
    return _value(field, parts.choices)._replace(is_joined=True)


def _value(field: Field, picked: Sequence[_Choice]) -> Understood:
    """The picked choices as a value; as text if they are not valid, so that a finding can describe the problem."""
    keys = {choice.key for choice in picked}
    free = "、".join(choice.free for choice in picked if choice.free)
    written = "、".join(_shown(field, choice) for choice in picked)
    if None in keys or (OTHER in keys and not free):
        return Understood(None, written=written)
    if field.type is FieldType.SEVERAL:
        known = tuple(choice.key for choice in field.choices if choice.key in keys)
        return Understood(Chosen(known, free or None), written=written)
    if len(keys) != 1:
        return Understood(None, written=written)
    key = next(iter(keys))
    return Understood(key == yesno.YES if field.type is FieldType.YES_NO else key, written=written)


def _shown(field: Field, choice: _Choice) -> str:
    if choice.key == OTHER:
        return f"{field.other}：{choice.free}" if choice.free else f"{field.other}"
    return next((c.label for c in field.choices if c.key == choice.key), choice.cell.text.strip())


def is_choice_cell(field: Field, text: str) -> bool:
    """Whether the text is one choice of the field, 其他, or a mark beside a choice."""
    return mark_of(text) is not None or _choice(field, CellText(Extent(1, 1, 1, 1), text)) is not None


def ticked_options(field: Field, options: Sequence[str], texts: Sequence[str]) -> Understood:
    """Read columns that are headed by one choice each: the chosen ones hold a mark or the choice's own name."""
    marks: list[CellMark | None] = []
    free = ""
    for option, text in zip(options, texts, strict=True):
        mark = mark_of(text) if text.strip() else None
        if mark is None and text.strip() and not says_nothing(text):
            if choice_named(field, text) == option:
                mark = CellMark.CHOSEN
            elif option == OTHER:
                mark, free = CellMark.CHOSEN, _free(text)
            else:
                return Understood(None, uncertain=True)
        marks.append(mark)
    if not any(marks):
        return Understood(None, is_untouched=True)
    states = chosen(marks)
    if states is None:
        return Understood(None, uncertain=True)
    picked = [
        _Choice(CellText(Extent(1, 1, 1, 1), ""), o, free=free if o == OTHER else "")
        for o, s in zip(options, states, strict=True)
        if s
    ]
    return _value(field, picked) if picked else Understood(None, is_untouched=True)
