"""Choices as people mark or write them: ticks, empty boxes, lists, synonyms, 其他 with its text.

Knows names only, no kit: `options` is given every name of every choice.  How a cell is read: it is cut
into marks (☑ □ [x] …), labels, 其他 with what follows it, and other text; then each mark is given to the
label it stands beside.  Where any tick stands, only what is ticked counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from docgen.text import clean_line, fold, parted, says_nothing

# Pasted Wingdings arrive as private-use characters: ticks f0fe f0fd f0fc f052 f050, empty boxes f0a8 f06f f071 f0a1.
_TICKS = "☑☒✓✔√■●◉⦿◼⬛▣✅🗹\uf0fe\uf0fd\uf0fc\uf052\uf050"
_BOXES = "□☐○◻◯▢⬜◽❏❑×✗✘✕✖\uf0a8\uf06f\uf071\uf0a1"
_OPEN, _CLOSE = r"[(（\[【［]\s?", r"\s?[)）\]】］]"
_TICK = f"{_OPEN}[{_TICKS}xXvVｘＸ]{_CLOSE}|[{_TICKS}]"
_BOX = f"{_OPEN}[{_BOXES}]?{_CLOSE}|[{_BOXES}]"
_MARK = re.compile(f"(?P<tick>{_TICK})|{_BOX}")
_SEPARATOR = re.compile(r"[、，,；;\n/／|｜+＋&＆\s。]+")
_LIST_END = re.compile(r"[、，,；;\n]")
_AND = "(?:以及|[和与及或])"
_JOINING = re.compile(_AND)
_REMARK = re.compile(r"[(（][^()（）]*[)）]")
_NUMBERING = re.compile(r"(?:[(（]?\d{1,2}[)）.．、]|[①-⑳]|[A-Ha-h][.．、)）])\s?")
_BLANK_CHARACTERS = " \n_＿:：﹍‗—-"
_BLANK = re.compile(f"[{_BLANK_CHARACTERS}]+")
_NAMES_OF_OTHER = {"其他": "其[他它]"}
#: What forms print behind 其他 to say what to write there.
_ASKING = "(?:注明|说明|填写|列明|写明|描述|补充)"
_PROMPT = re.compile(
    rf"[(（](?:请[^()（）]{{0,12}}{_ASKING}[^()（）]{{0,8}}|{_ASKING})[)）]|请(?:在此|具体|详细)?{_ASKING}(?=[\s:：_＿]|$)"
)
_FAR = 9  # from a mark, with no label on that side
_WIDE = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}


class Choices(NamedTuple):
    """What a cell says: keys of choices, the text of 其他 or of anything unlisted, and what brackets behind
    labels say, each in the order of the cell.

    `bare_other` tells that 其他 is chosen and says nothing; `unticked_other` is what was written behind a 其他
    that is not ticked while others are; `ticked` tells that a tick stands in the cell; `printed` that it only
    lists the choices as a form prints them, with nothing marked.
    """

    keys: tuple[str, ...]
    texts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    bare_other: bool = False
    unticked_other: str = ""
    ticked: bool = False
    printed: bool = False

    @property
    def other(self) -> str:
        """All free text as one answer."""
        return _free_text("、".join((*self.texts, *self.remarks)))


class Option(NamedTuple):
    """One choice: its key and every name it goes by."""

    key: str
    names: tuple[str, ...]
    offered: bool = True


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of one field, compiled for finding them in text."""

    keys: dict[str, str]
    offered: frozenset[str]
    label: re.Pattern[str]
    other: re.Pattern[str] | None
    stop: re.Pattern[str]


@dataclass(slots=True)
class _Item:
    """A label (with `key`), 其他 (with `other`) or other text, its place, and the mark it is given."""

    start: int
    end: int
    key: str | None = None
    text: str = ""
    other: bool = False
    mark: bool | None = None


@dataclass(slots=True)
class _Mark:
    start: int
    end: int
    ticked: bool


@dataclass(slots=True)
class _Cut:
    items: list[_Item] = field(default_factory=list)
    marks: list[_Mark] = field(default_factory=list)
    listed: bool = False  # whether a written separator stands between labels

    @property
    def printed(self) -> bool:
        """Whether labels or boxes stand in the cell that only print can have put there."""
        return bool(self.marks) or any(item.key is not None for item in self.items)


def _loose(name: str) -> str:
    """A pattern for `name` in any width and case, with white space anywhere inside."""
    return r"\s?".join(f"[{re.escape(letter + letter.translate(_WIDE))}]" for letter in fold(name))


@lru_cache(maxsize=256)
def options(given: tuple[Option, ...], other: str | None = None) -> Options:
    """`given` compiled; `other` is the label of the free text, if there is one."""
    keys = {fold(name): option.key for option in reversed(given) for name in reversed(option.names)}
    names = sorted(keys, key=len, reverse=True)
    any_name = "|".join(map(_loose, names)) or "(?!)"
    edge = rf"[\s、，,；;/／|｜+＋&＆。(（\[【［:：①-⑳{_TICKS}{_BOXES}]|$"
    # A name counts where it ends a word, or where only names follow: `银行保险`, but not `银行卡`.
    label = rf"(?:{any_name})(?=(?:{_AND}?(?:{any_name})){{0,12}}+(?:{edge}))"
    free = "(?!)" if other is None else f"(?:{_NAMES_OF_OTHER.get(other, _loose(other))})"
    end_of_text = rf"{_LIST_END.pattern}|{_TICK}|{_BOX}|[\s/／](?=\s?(?:{free}|{label}))"
    flags = re.IGNORECASE
    return Options(
        keys=keys,
        offered=frozenset(option.key for option in given if option.offered),
        label=re.compile(label, flags),
        other=None if other is None else re.compile(rf"{free}(?=[\s_＿:：(（—-]|{edge})", flags),
        stop=re.compile(end_of_text, flags),
    )


def read(known: Options, written: str) -> Choices:
    """What `written` says, in terms of `known`."""
    text = parted(written)
    cut = _cut(known, text)
    _give_marks(cut, text)
    items = _that_count(known, cut)
    keys = tuple(dict.fromkeys(item.key for item in items if item.key is not None))
    texts = tuple(item.text for item in items if item.text and item.key is None)
    remarks = tuple(item.text for item in items if item.text and item.key is not None)
    # Without marks, 其他 is in the cell because somebody wrote it there: printed cells end above.
    empty = any(item.other and not item.text and (item.mark or not cut.marks) for item in items)
    unticked = next((item.text for item in cut.items if item.other and item.text and item not in items), "")
    ticked = any(mark.ticked for mark in cut.marks)
    printed = not items and not ticked and cut.printed
    return Choices(keys, texts, remarks, empty and not texts, unticked, ticked, printed)


def _that_count(known: Options, cut: _Cut) -> list[_Item]:
    """The items of a cell that are answers, not print."""
    items = cut.items
    if any(item.mark for item in items):
        # Beside ticks, what is unmarked counts only where it is no choice: it fills the blank of 其他.
        return [item for item in items if item.mark or (item.mark is None and item.key is None)]
    # An empty box rules its choice out, but not what was written behind 其他.
    left = [item for item in items if item.mark is None or (item.text and item.key is None)]
    keys = {item.key for item in left if item.key is not None}
    if not cut.listed and len(keys) > 1 and keys >= known.offered:
        left = [item for item in left if item.key is None]
    return left if any(item.key is not None or item.text for item in left) or not cut.printed else []


def _cut(known: Options, text: str) -> _Cut:
    cut = _Cut()
    at = 0
    while at < len(text):
        at = _next(known, text, at, cut)
    return cut


def _next(known: Options, text: str, at: int, cut: _Cut) -> int:
    """Take the next piece of `text` into `cut`; where the one after it starts."""
    separator = _SEPARATOR.match(text, at)
    if separator:
        cut.listed = cut.listed or bool(separator.group().strip())
        return separator.end()
    mark = _MARK.match(text, at)
    if mark:
        cut.marks.append(_Mark(at, mark.end(), mark["tick"] is not None))
        return mark.end()
    label = known.label.match(text, at)
    if label:
        return _take_label(known, label, text, cut)
    other = known.other.match(text, at) if known.other else None
    if other:
        return _take_other(known, other, text, cut)
    numbering = _NUMBERING.match(text, at)
    if numbering and (known.label.match(text, numbering.end()) or _MARK.match(text, numbering.end())):
        return numbering.end()
    joining = _JOINING.match(text, at)
    if joining and cut.items and cut.items[-1].end == at and known.label.match(text, joining.end()):
        cut.listed = True
        return joining.end()
    return _take_text(known, text, at, cut)


def _take_label(known: Options, label: re.Match[str], text: str, cut: _Cut) -> int:
    item = _Item(label.start(), label.end(), key=known.keys[fold(label.group())])
    remark = _REMARK.match(text, item.end)
    if remark and not _MARK.match(text, item.end):
        # 营销（盲打） must not lose what the bracket says.
        item.end = remark.end()
        item.text = _free_text(remark.group()[1:-1])
    cut.items.append(item)
    return item.end


def _take_other(known: Options, match: re.Match[str], text: str, cut: _Cut) -> int:
    """其他 and what follows it: to the next mark, after a colon even what looks like a choice."""
    start = match.end()
    item = _Item(match.start(), start, other=True)
    cut.items.append(item)
    if _LIST_END.match(text, start) or _MARK.match(text, start):
        return start
    blank = _BLANK.match(text, start)
    after = blank.end() if blank else start
    colon = blank is not None and bool(set(blank.group()) & set(":："))
    if not colon and (known.label.match(text, after) or "\n" in text[start:after]):
        return after
    mark = _MARK.search(text, after)
    item.end = mark.start() if mark else len(text)
    item.text = _free_text(text[after : item.end])
    return item.end


def _take_text(known: Options, text: str, at: int, cut: _Cut) -> int:
    stop = known.stop.search(text, at + 1)
    end = stop.start() if stop else len(text)
    found = _free_text(text[at:end])
    if found:
        cut.items.append(_Item(at, end, text=found))
    return end


def _free_text(text: str) -> str:
    """Free text without prompt, the blank line it was written on and a bracket around it all; empty for 无."""
    found = clean_line(_PROMPT.sub(" ", text))
    while True:
        trimmed = clean_line(found.strip(_BLANK_CHARACTERS + "、，,；;/／。"))
        bracket = _REMARK.fullmatch(trimmed)
        trimmed = trimmed[1:-1] if bracket else trimmed
        if trimmed == found:
            return "" if says_nothing(found) or not any(map(str.isalnum, found)) else found
        found = trimmed


def _give_marks(cut: _Cut, text: str) -> None:
    """Give each mark to the item beside it: the nearer one, else as the other marks of the cell stand."""
    sides: list[tuple[_Mark, _Item | None, _Item | None, int]] = []
    position = 0
    for mark in cut.marks:
        while position < len(cut.items) and cut.items[position].start < mark.start:
            position += 1
        before = cut.items[position - 1] if position else None
        after = cut.items[position] if position < len(cut.items) else None
        left = _distance(text, before.end, mark.start) if before else _FAR
        right = _distance(text, mark.end, after.start) if after else _FAR
        sides.append((mark, before, after, right - left))
    following, leading = (sum(sign * lean > 0 for *_, lean in sides) for sign in (1, -1))
    marks_follow = following > leading or not leading
    for mark, before, after, lean in sides:
        target = before if lean > 0 or (not lean and marks_follow) else after
        if target is not None:
            target.mark = mark.ticked or bool(target.mark)


def _distance(text: str, start: int, end: int) -> int:
    """How far a mark stands from a label: touching, a space away, or with something between."""
    if start == end:
        return 0
    return 1 if end - start == 1 and text[start] == " " else 2


def is_ticked(glyph: str) -> bool | None:
    """Whether `glyph` shows a tick, or an empty box; None where it shows neither."""
    mark = _MARK.search(glyph)
    return None if mark is None else mark["tick"] is not None
