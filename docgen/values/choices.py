"""Read choices as people mark or write them: ticks, empty boxes, lists, synonyms, 其他 with its text.

The text is cut into marks, labels and other text (`choice_text`), and each mark is assigned to its label
(`choice_marks`).  If there is any tick, only what is ticked counts.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from docgen.text import parted
from docgen.values import choice_marks, choice_text
from docgen.values.choice_text import MARK, ChoiceItem, Cut, Option, Options, options

__all__ = ["Choices", "Option", "Options", "is_ticked", "options", "read"]


class Choices(NamedTuple):
    """The result of reading a text: keys of choices, the text of 其他 or anything unlisted, and the text of brackets or
    amounts after labels, each in the order of the text.

    `bare_other`: 其他 is chosen without a text; `unticked_other`: the text after an unticked 其他 while others are
    ticked; `ticked`: the text holds a tick; `printed`: it only lists the choices as a form prints them, without
    marks; `boxed`: it does so with a box for each.
    `unclear` is a piece in which a mark may belong to two labels; `unmarked` names labels without a mark while
    others have one; `ignored` is the text after labels that are not chosen, or before them.
    """

    keys: tuple[str, ...]
    texts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    bare_other: bool = False
    unticked_other: str = ""
    ticked: bool = False
    printed: bool = False
    boxed: bool = False
    unclear: str = ""
    unmarked: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def other(self) -> str:
        """All free text as one answer."""
        return choice_text.free_text("、".join((*self.texts, *self.remarks)))


def read(known: Options, written: str, *, printed: bool = True) -> Choices:
    """Read `written` in terms of `known`; `printed` allows for an unmarked list that a form prints."""
    cut = choice_text.cut(known, parted(written))
    unclear = choice_marks.give_marks(cut)
    if unclear:
        return Choices((), unclear=unclear)
    items = _that_count(known, cut, printed)
    counted = {id(item) for item in items}
    keys = tuple(dict.fromkeys(item.key for item in items if item.key is not None))
    # Without marks, 其他 was written by a person: printed lists have been returned above.
    empty = any(item.other and not item.text and (item.mark or not cut.marks) for item in items)
    texts = tuple(item.text for item in items if item.text and item.key is None)
    ticked = any(mark.ticked for mark in cut.marks)
    left = [item for item in cut.items if id(item) not in counted and item.text]
    return Choices(
        keys,
        texts,
        remarks=tuple(item.text for item in items if item.text and item.key is not None),
        bare_other=empty and not texts,
        unticked_other=next((item.text for item in left if item.other), ""),
        ticked=ticked,
        printed=not items and not ticked and cut.is_form,
        boxed=bool(cut.marks),
        unmarked=_unmarked(cut, keys),
        ignored=(
            *(item.text for item in left if not item.other),
            *_numbers(known, cut),
            *(["或"] if cut.either else []),
        ),
    )


def _that_count(known: Options, cut: Cut, printed: bool) -> list[ChoiceItem]:
    """The items of a text that are answers, not printed text."""
    items = cut.items
    if any(item.mark for item in items):
        # Beside ticks, unmarked text counts only if it is no choice: it fills the blank of 其他.
        return [item for item in items if item.mark or (item.mark is None and item.key is None)]
    # An empty box excludes its choice, but not the text after 其他.
    left = [item for item in items if item.mark is None or (item.text and item.key is None)]
    if printed and not cut.marks and _is_print(known, cut):
        left = [item for item in left if item.key is None]
    return left if any(item.key is not None or item.text for item in left) or not cut.is_form else []


def _is_print(known: Options, cut: Cut) -> bool:
    """Whether the labels are a printed list: all choices, in order, with only blanks in between."""
    keys = [item.key for item in cut.items if item.key is not None]
    declined = any(item.mark is False for item in cut.items)
    return not (cut.listed or declined) and len(keys) > 1 and tuple(keys) == known.offered


def _unmarked(cut: Cut, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The labels without a mark in a text that has boxes and ticks."""
    if not (any(mark.boxed for mark in cut.marks) and any(mark.ticked for mark in cut.marks)):
        return ()
    bare = [item for item in cut.items if item.key is not None and item.mark is None and item.key not in keys]
    return tuple(cut.text[item.start : item.end] for item in bare)


def _numbers(known: Options, cut: Cut) -> list[str]:
    """The numbers before labels that number neither the choices of the field nor those of the text."""
    numbered = [item for item in cut.items if item.number and item.key is not None]
    if [_value(item.number) for item in numbered] == list(range(1, len(numbered) + 1)):
        return []
    return [item.number for item in numbered if known.order.index(item.key or "") + 1 != _value(item.number)]


def _value(number: str) -> int:
    """The number that `07`, `G` or `⑦` represents."""
    if number.isascii() and number.isalpha():
        return ord(number.lower()) - ord("a") + 1
    return int(unicodedata.numeric(number)) if len(number) == 1 else int(number)


def is_ticked(glyph: str) -> bool | None:
    """Whether `glyph` is a tick (True) or an empty box (False); None for any other."""
    mark = MARK.search(glyph)
    return None if mark is None else mark["tick"] is not None
