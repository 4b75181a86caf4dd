"""The numbers that Word prints before paragraphs, calculated from a document's lists and styles.

Word numbers a list when it shows a document; a reference in the text must have the same number before that. This
module reads numbering.xml (ECMA-376 part 1, 17.9) and the numbering of paragraph styles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from defusedxml import ElementTree

from docgen.patterns import regex

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = regex(r"%(\d)")
_STYLE = regex(r'<w:pStyle\b[^>]*w:val="([^"]*)"')
_LIST = regex(r'<w:numId\b[^>]*w:val="(\d+)"')
_DEPTH = regex(r'<w:ilvl\b[^>]*w:val="(\d+)"')
_CHINESE, _MANY = "零一二三四五六七八九", 10_000
_ZEROS = regex("零+")
_NO_LIST = "0"  # takes a paragraph out of the list of its style
_LETTERS = 26
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


class ListLevel(NamedTuple):
    """One level of a list: where it starts, how its number is written, and the text around the numbers."""

    start: int
    style: str
    text: str


@dataclass(frozen=True, eq=False)
class Number:
    """The number of a paragraph: its list, the levels of that, the values of its own level and of those above."""

    list: str
    levels: Mapping[int, ListLevel]
    values: tuple[int, ...]

    @cached_property
    def texts(self) -> tuple[str | None, ...]:
        """The text of each level; None for one that cannot be written here."""
        return tuple(_text(self.levels, depth, self.values) for depth in range(len(self.values)))

    @cached_property
    def _holds_all(self) -> bool:
        depth = len(self.values) - 1
        return all(f"%{at + 1}" in self.levels[depth].text for at in range(depth))

    @cached_property
    def alone(self) -> str | None:
        """What is before the paragraph, without a full stop at its end; None if it cannot be written here."""
        return _trimmed(_text(self.levels, len(self.values) - 1, self.values))

    def seen_from(self, other: Number | None) -> str | None:
        """The number with those above it that `other` does not share (all of them for None)."""
        if self._holds_all:
            return self.alone
        shared = 0
        if other is not None and other.list == self.list:
            for mine, theirs in zip(self.values[:-1], other.values, strict=False):
                if mine != theirs:
                    break
                shared += 1
        parts = self.texts[shared:]
        return None if None in parts else _trimmed("".join(filter(None, parts)))


def _trimmed(text: str | None) -> str | None:
    return text and text.strip().rstrip(".")


@dataclass(frozen=True)
class Lists:
    """The lists of a document: by the id that paragraphs name, the list they share and its levels; by style, the list
    and the level that its paragraphs have."""

    shared: Mapping[str, str]
    levels: Mapping[str, Mapping[int, ListLevel]]
    restarts: Mapping[str, Mapping[int, int]]
    styles: Mapping[str, tuple[str, int]]
    #: What is known already, and the same in every document: of which list a paragraph with such properties is an item,
    #: its level therein and the list's own name; the numbers by list and values.
    items: dict[str, _Item | None] = field(default_factory=dict, repr=False, compare=False)
    numbers: dict[tuple[str, tuple[int, ...]], Number] = field(default_factory=dict, repr=False, compare=False)

    def item(self, properties: str) -> _Item | None:
        """What a paragraph with these properties (the markup of its w:pPr) is an item of; None for none."""
        if properties not in self.items:
            self.items[properties] = self._item(properties)
        return self.items[properties]

    def _item(self, properties: str) -> _Item | None:
        style, number, depth = (pattern.search(properties) for pattern in (_STYLE, _LIST, _DEPTH))
        own = self.styles.get(style[1], ("", 0)) if style else ("", 0)
        name = number[1] if number else own[0]
        level = int(depth[1]) if depth else own[1]
        shared = self.shared.get(name, "")
        if name in {"", _NO_LIST} or level not in self.levels.get(shared, {}):
            return None
        return _Item(shared, level, name)

    def number(self, shared: str, values: tuple[int, ...]) -> Number:
        """The number with these values."""
        key = shared, values
        if key not in self.numbers:
            self.numbers[key] = Number(shared, self.levels[shared], values)
        return self.numbers[key]


class _Item(NamedTuple):
    """An item of a list: the list that it is counted in, its level therein, the name by which it is in it."""

    shared: str
    level: int
    name: str


def lists(numbering: bytes, styles: bytes) -> Lists:
    """The lists of the parts numbering.xml and styles.xml; none if a document has no such part."""
    tree = ElementTree.fromstring(numbering) if numbering else ()
    levels: dict[str, dict[int, ListLevel]] = {}
    linked: dict[tuple[str, str], int] = {}
    shared: dict[str, str] = {}
    restarts: dict[str, dict[int, int]] = {}
    for entry in tree:
        if entry.tag == f"{_W}abstractNum":
            name = entry.get(f"{_W}abstractNumId", "")
            levels[name] = {_depth(level): _level(level) for level in entry.iter(f"{_W}lvl")}
            linked |= {(name, _value(level, "pStyle")): _depth(level) for level in entry.iter(f"{_W}lvl")}
        elif entry.tag == f"{_W}num":
            number = entry.get(f"{_W}numId", "")
            shared[number] = _value(entry, "abstractNumId")
            starts = entry.iter(f"{_W}lvlOverride")
            restarts[number] = {_depth(one): int(_value(one, "startOverride") or 1) for one in starts}
    return Lists(shared, levels, restarts, _of_styles(styles, shared, linked))


def _of_styles(
    styles: bytes, shared: Mapping[str, str], linked: Mapping[tuple[str, str], int]
) -> dict[str, tuple[str, int]]:
    """The list and level of every numbered paragraph style, its own or that of the style it is based on."""
    found: dict[str, tuple[str, int]] = {}
    bases: dict[str, str] = {}
    for style in ElementTree.fromstring(styles).iter(f"{_W}style") if styles else ():
        name = style.get(f"{_W}styleId", "")
        bases[name] = _value(style, "basedOn")
        properties = style.find(f"{_W}pPr/{_W}numPr")
        if properties is not None and (number := _value(properties, "numId")):
            own = linked.get((shared.get(number, ""), name))
            found[name] = number, int(_value(properties, "ilvl") or 0) if own is None else own
    for name in bases:
        base, seen = bases[name], {name}
        while base and base not in seen and name not in found:
            if base in found:
                found[name] = found[base]
            seen.add(base)
            base = bases.get(base, "")
    return found


def _value(element: Any, name: str) -> str:
    found = element.find(f"{_W}{name}")
    return "" if found is None else found.get(f"{_W}val", "")


def _depth(level: Any) -> int:
    return int(level.get(f"{_W}ilvl", "0"))


def _level(level: Any) -> ListLevel:
    return ListLevel(int(_value(level, "start") or 1), _value(level, "numFmt") or "decimal", _value(level, "lvlText"))


@dataclass
class Counter:
    """Reads the paragraphs of a document in order and gives the number of each."""

    lists: Lists
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def next(self, properties: str) -> Number | None:
        """The number of the next paragraph, which has these properties (the markup of its w:pPr); None without one."""
        item = self.lists.item(properties)
        if item is None:
            return None
        shared, depth, name = item
        counts = self._counts.setdefault(shared, {})
        if name not in self._seen:
            self._seen.add(name)
            counts.update({at: start - 1 for at, start in self.lists.restarts.get(name, {}).items()})
        levels = self.lists.levels[shared]
        counts[depth] = counts.get(depth, levels[depth].start - 1) + 1
        for deeper in [at for at in counts if at > depth]:
            del counts[deeper]
        values = [counts.get(at, levels[at].start) if at in levels else 0 for at in range(depth + 1)]
        return self.lists.number(shared, tuple(values))


def _text(levels: Mapping[int, ListLevel], depth: int, values: tuple[int, ...]) -> str | None:
    """What is before a paragraph of this level."""
    if depth not in levels:
        return ""
    written = {at: _written(levels[at].style, values[at]) for at in range(depth + 1) if at in levels}
    wanted = {int(found[1]) - 1 for found in _PLACE.finditer(levels[depth].text)}
    if any(written.get(at) is None for at in wanted):
        return None
    return _PLACE.sub(lambda found: str(written[int(found[1]) - 1]), levels[depth].text)


@lru_cache(maxsize=4096)
def _written(style: str, value: int) -> str | None:
    """A number in a format of Word (17.18.59); None for a format that is unknown here."""
    match style:
        case "decimal":
            return str(value)
        case "chineseCounting" | "chineseCountingThousand" | "japaneseCounting" | "taiwaneseCountingThousand":
            return _counted(value)
        case "lowerLetter" | "upperLetter":
            letters = chr(ord("a") + (value - 1) % _LETTERS) * ((value - 1) // _LETTERS + 1)
            return letters.upper() if style == "upperLetter" else letters
        case "lowerRoman" | "upperRoman":
            return _roman(value).upper() if style == "upperRoman" else _roman(value)
        case "none":
            return ""
    return None


def _counted(value: int) -> str:
    """A number below ten thousand in Chinese; one above it as the library writes it, which takes long to load."""
    if not 0 < value < _MANY:
        from cn2an import an2cn

        return str(an2cn(value, "low"))
    written = ""
    for digit, worth in zip(f"{value:04}", ("千", "百", "十", ""), strict=True):
        written += "零" if digit == "0" else f"{_CHINESE[int(digit)]}{worth}"
    spelled = _ZEROS.sub("零", written).strip("零")
    return spelled[1:] if spelled.startswith("一十") else spelled


def _roman(value: int) -> str:
    written = ""
    for worth, letters in _ROMAN:
        times, value = divmod(value, worth)
        written += letters * times
    return written
