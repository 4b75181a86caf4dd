"""Cut the text of a choice field into labels, 其他 with the text after it, other text, and marks.

Works on names only, without a kit: `options` takes every name of every choice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from docgen.patterns import regex
from docgen.text import clean_line, fold, says_nothing, simplified
from docgen.values.choice_words import BOXES, CROSSES, NO, TICKS, YES, declines, is_none_of_it

_OPEN, _CLOSE = r"[(（\[【［]\s?", r"\s?[)）\]】］]"
_TICK = f"{_OPEN}[{TICKS}xXvVｘＸ]{_CLOSE}|[{TICKS}]"
_BOX = f"{_OPEN}[{BOXES}]?{_CLOSE}|[{BOXES}]"
_CROSS = f"{_OPEN}[{CROSSES}]{_CLOSE}|[{CROSSES}]"
MARK = regex(f"(?P<tick>{_TICK})|(?P<cross>{_CROSS})|{_BOX}")
_WORD = regex(r"[^\s:：=、，,；;┋┊│┃¦|｜]+")
_EITHER_WAY = "x"  # chosen, unless other words or ticks decide otherwise
_ENDS = "、，,；;\n┋┊│┃¦|｜"  # form tools separate the choices of one answer by bars
_SEPARATOR = regex(rf"[{_ENDS}/／+＋&＆\s。·•\"'“”‘’]+")
_LIST_END = regex(f"[{_ENDS}]")
_AND = "(?:以及|[和与及或且])"
_JOINING = regex(_AND)
_REMARK = regex(r"[(（]([^()（）]*)[)）]|〖([^〖〗]*)〗|〔([^〔〕]*)〕|[\[［]([^\[\]［］]*)[\]］]|【([^【】]*)】")
_AMOUNT = regex(r"[:：x×*]?\s?\d+(?:\.\d+)?\s?(?:个|条|路|部|号|门|线|只|张|份|台|家)?(?=[\s、，,；;。/／┋|)）]|$)")
_STRUCK_OUT = regex(r"\s*[:：]?\s*[/／\\]\s*")
_NUMBER = regex(
    r"(?:选项)?[(（\[【]?(?P<number>\d{1,2}|[A-Za-z])(?:[)）\]】.．、:：_-]|(?=\s))\s?|(?P<circled>[①-⑳⑴-⒇❶-❿➀-➉])\s?"
)
_BLANK_CHARACTERS = " \n_＿:：﹍‗—-^"
_BLANK = regex(f"[{re.escape(_BLANK_CHARACTERS)}]+")
_NAMES_OF_OTHER = {"其他": "其[他它]"}
_ASKING = "(?:注明|说明|填写|列明|写明|描述|补充)"
_PROMPT = regex(  # what forms print after 其他
    rf"[(（](?:请[^()（）]{{0,12}}{_ASKING}[^()（）]{{0,8}}|{_ASKING})[)）]|请(?:在此|具体|详细)?{_ASKING}(?=[\s:：_＿]|$)"
)
_WIDE = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}


class Option(NamedTuple):
    """One choice: its key and all its names."""

    key: str
    names: tuple[str, ...]
    offered: bool = True


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of one field, compiled for searching a text."""

    keys: dict[str, str]
    spaced: frozenset[str]
    order: tuple[str, ...]
    offered: tuple[str, ...]
    label: re.Pattern[str]
    other: re.Pattern[str] | None
    stop: re.Pattern[str]


@dataclass(slots=True)
class ChoiceItem:
    """A label (with `key`), 其他 (with `other`) or other text: its position, the number before it, and its mark.

    `text` is the free text; for a label, the text of brackets or an amount after it.
    """

    start: int
    end: int
    key: str | None = None
    text: str = ""
    other: bool = False
    number: str = ""
    mark: bool | None = None


@dataclass(slots=True)
class ChoiceMark:
    """A tick, a cross or an empty box; several adjacent ones count as one.  `leads` and `ends` tell whether it begins
    and ends with a tick."""

    start: int
    end: int
    ticked: bool
    crossed: bool = False
    boxed: bool = False
    leads: bool = False
    ends: bool = False


@dataclass(slots=True)
class Cut:
    """A text in pieces.  `text` is the whole as written; `listed` means that there is a written separator
    between labels, `either` that the separator is 或."""

    text: str
    items: list[ChoiceItem] = field(default_factory=list)
    marks: list[ChoiceMark] = field(default_factory=list)
    listed: bool = False
    either: bool = False
    number: str = ""

    @property
    def is_form(self) -> bool:
        """Whether the cell holds labels or boxes that can only have been printed."""
        return bool(self.marks) or any(item.key is not None for item in self.items)


def _loose(name: str) -> str:
    """A pattern for `name` in any width and case, with blanks anywhere inside; a line ends only before a bracket.

    White space in a text that is cut is one blank or line break (`text.parted`), so that a blank means both.
    """
    letters = [_in_any_width(letter) for letter in fold(name)]
    gaps = (r"\s?" if letter in "([（" else " ?" for letter in fold(name)[1:])
    return letters[0] + "".join(gap + letter for gap, letter in zip(gaps, letters[1:], strict=True)) if letters else ""


def _in_any_width(letter: str) -> str:
    """A pattern for one letter; a class of letters, which takes long to compile, only where it has two widths."""
    wide = letter.translate(_WIDE)
    return re.escape(letter) if wide == letter else f"[{re.escape(letter + wide)}]"


@lru_cache(maxsize=256)
def options(given: tuple[Option, ...], other: str | None = None) -> Options:
    """Compile `given`; `other` is the label of the free text, if there is one."""
    keys = {fold(name): option.key for option in reversed(given) for name in reversed(option.names)}
    names = sorted(keys, key=len, reverse=True)
    any_name = "|".join(map(_loose, names)) or "(?!)"
    # With 其他, an amount is a separate text like any other.
    amount = f"|{_AMOUNT.pattern}" if other is None else ""
    edge = rf"[\s{_ENDS}/／+＋&＆。·\"'“”‘’(（\[【［〖〔:：①-⑳{TICKS}{BOXES}{CROSSES}]|${amount}"
    # A name counts if it ends a word, or if only names follow: `银行保险`, but not `银行卡`.
    label = rf"(?:{any_name})(?=(?:{_AND}?(?:{any_name})){{0,12}}+(?:{edge}))"
    free = "(?!)" if other is None else f"(?:{_NAMES_OF_OTHER.get(other, _loose(other))})"
    end_of_text = rf"{_LIST_END.pattern}|{_TICK}|{_CROSS}|{_BOX}|[\s/／](?=\s?(?:{free}|{label}))"
    flags = re.IGNORECASE
    return Options(
        keys=keys,
        spaced=frozenset(fold(name) for option in given for name in option.names if " " in name.strip()),
        order=tuple(option.key for option in given),
        offered=tuple(option.key for option in given if option.offered),
        label=regex(label, flags),
        other=None if other is None else regex(rf"{free}(?=[\s_＿:：(（^—-]|{edge})", flags),
        stop=regex(end_of_text, flags),
    )


def cut(known: Options, text: str) -> Cut:
    """Cut `text` into pieces; its white space must already be single spaces or line breaks."""
    pieces = Cut(text)
    plain = simplified(text)
    marking = _words(known, plain)
    at = 0
    while at < len(text):
        at = _next(known, plain, at, pieces, marking)
    return pieces


def _words(known: Options, text: str) -> dict[str, bool]:
    """The words that count as marks in the text, ticked or not: none unless it consists of labels and marks."""
    pieces = [piece for piece in re.split(rf"[\s{_ENDS}:：=]+", text) if piece]
    found: dict[str, bool] = {}
    labels = ticks = 0
    for piece in pieces:
        word = fold(piece)
        if known.label.fullmatch(piece) or (known.other and known.other.fullmatch(piece)):
            labels += 1
        elif word in YES or word in NO or word == _EITHER_WAY:
            found[piece] = word not in NO
            ticks += word in YES
        elif (mark := MARK.fullmatch(piece)) is None:
            return {}
        else:
            ticks += mark["tick"] is not None
    if not labels or (sum(map(str.isdigit, found)) == len(found) == 1 and labels > 1):
        return {}
    return {piece: ticked and (fold(piece) != _EITHER_WAY or not ticks) for piece, ticked in found.items()}


def _next(known: Options, text: str, at: int, pieces: Cut, marking: dict[str, bool]) -> int:
    """Add the next piece of `text` to `pieces`; returns where the following piece starts."""
    separator = _SEPARATOR.match(text, at)
    if separator:
        pieces.listed = pieces.listed or bool(separator.group().strip())
        return separator.end()
    if mark := MARK.match(text, at):
        return _take_mark(mark, pieces)
    label = known.label.match(text, at)
    if label:
        return _take_label(known, label, text, pieces, has_words=bool(marking))
    other = known.other.match(text, at) if known.other else None
    if other:
        return _take_other(known, other, text, pieces)
    word = _WORD.match(text, at) if marking else None
    if word and word.group() in marking:
        ticked = marking[word.group()]
        pieces.marks.append(ChoiceMark(at, word.end(), ticked, crossed=not ticked))
        return word.end()
    if marking and text[at] in ":：=":
        return at + 1
    number = _NUMBER.match(text, at)
    if number and (known.label.match(text, number.end()) or MARK.match(text, number.end())):
        pieces.number = number["number"] or number["circled"]
        return number.end()
    joining = _JOINING.match(text, at)
    if joining and pieces.items and pieces.items[-1].end == at and known.label.match(text, joining.end()):
        pieces.listed = True
        pieces.either = pieces.either or joining.group() == "或"
        return joining.end()
    return _take_text(known, text, at, pieces)


def _take_mark(match: re.Match[str], pieces: Cut) -> int:
    """Add a mark, or extend the one that it touches: a tick typed before an empty box."""
    ticked, crossed = match["tick"] is not None, match["cross"] is not None
    before = pieces.marks[-1] if pieces.marks else None
    if before is not None and before.end == match.start():
        before.end = match.end()
        before.ticked |= ticked
        before.crossed |= crossed
        before.boxed |= not (ticked or crossed)
        before.ends = ticked
    else:
        is_box = not (ticked or crossed)
        pieces.marks.append(ChoiceMark(match.start(), match.end(), ticked, crossed, is_box, leads=ticked, ends=ticked))
    return match.end()


def _take_label(known: Options, label: re.Match[str], text: str, pieces: Cut, *, has_words: bool) -> int:
    name = _first_name(known, label.group())
    item = ChoiceItem(label.start(), label.start() + len(name), key=known.keys[fold(name)], number=pieces.number)
    pieces.number = ""
    pieces.items.append(item)
    remark = _REMARK.match(text, item.end)
    amount = _AMOUNT.match(text, item.end) if known.other is None and not has_words else None
    if remark and not MARK.match(text, item.end):
        # The bracket of 营销（盲打） must not be lost.
        item.end = remark.end()
        written = pieces.text[remark.start() + 1 : remark.end() - 1]
        item.text = free_text(written)
        item.mark = False if declines(written) else None
    elif amount:
        item.end = amount.end()
        item.text = free_text(pieces.text[amount.start() : amount.end()])
        item.mark = False if is_none_of_it(item.text) else None
    return item.end


def _first_name(known: Options, label: str) -> str:
    """The label, or the first of two names in it that are separated by a blank.

    `通信 运营商` is two labels, though together they form the name of a third.
    """
    first, blank, rest = label.partition(" ")
    if not blank or fold(label) in known.spaced:
        return label
    keys = [known.keys.get(fold(part)) for part in (first, rest)]
    return first if None not in keys and keys[0] != keys[1] else label


def _take_other(known: Options, match: re.Match[str], text: str, pieces: Cut) -> int:
    """Add 其他 and the text after it: in a bracket, or up to the next mark; after a colon even text like a choice."""
    start = match.end()
    item = ChoiceItem(match.start(), start, other=True, number=pieces.number)
    pieces.number = ""
    pieces.items.append(item)
    if _LIST_END.match(text, start) or MARK.match(text, start):
        return start
    if _STRUCK_OUT.fullmatch(text, start):  # `其他/`
        item.mark = False
        return len(text)
    bracket = _REMARK.match(text, start)
    if (
        bracket
        and not _PROMPT.match(text, start)
        and (bracket.end() == len(text) or _SEPARATOR.match(text, bracket.end()))
    ):
        item.end = bracket.end()
        item.text = free_text(pieces.text[start + 1 : item.end - 1])
        return item.end
    blank = _BLANK.match(text, start)
    after = blank.end() if blank else start
    if not (blank and set(blank.group()) & set(":：")) and (
        known.label.match(text, after) or "\n" in text[start:after]
    ):
        return after
    mark = MARK.search(text, after)
    item.end = mark.start() if mark else len(text)
    written = pieces.text[after : item.end]
    item.text = free_text(written)
    if not item.text and any(map(str.isalnum, written)) and says_nothing(written):
        item.mark = False  # `其他：无`
    return item.end


def _take_text(known: Options, text: str, at: int, pieces: Cut) -> int:
    stop = known.stop.search(text, at + 1)
    end = stop.start() if stop else len(text)
    if found := free_text(pieces.text[at:end]):
        pieces.items.append(ChoiceItem(at, end, text=found))
    return end


def free_text(text: str) -> str:
    """Free text without prompt, without the line to write on and a bracket around the whole; empty for 无."""
    found = clean_line(_PROMPT.sub(" ", text))
    while True:
        trimmed = clean_line(found.strip(_BLANK_CHARACTERS + "、，,；;/／。┋│|\"'“”‘’"))
        bracket = _REMARK.fullmatch(trimmed)
        trimmed = trimmed[1:-1] if bracket else trimmed
        if trimmed == found:
            return "" if says_nothing(found) or not any(map(str.isalnum, found)) else found
        found = trimmed
