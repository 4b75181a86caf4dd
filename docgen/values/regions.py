"""Read regions of China as people write them into city and province.  An ambiguous city is never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from docgen.model.intake import Region
from docgen.patterns import regex
from docgen.text import HAN, fold, parted, visible
from docgen.values.region_names import cities_in_a_row, place, province_named

_LONGEST = 40  # characters of one entry


class RegionProblem(StrEnum):
    """Why an entry is not a city: several are possible, the area is too large, or the name is unknown."""

    AMBIGUOUS = "ambiguous"
    TOO_COARSE = "too-coarse"
    UNKNOWN = "unknown"


class RegionEntry(NamedTuple):
    """One entry as written, and its city; without a city, the trouble and the possible cities."""

    written: str
    region: Region | None
    trouble: RegionProblem | None = None
    candidates: tuple[Region, ...] = ()


class Regions(NamedTuple):
    """Every entry of a text in order, the text beside them, and the provinces that were read as part of the entry
    after them (`广西,桂林`)."""

    entries: tuple[RegionEntry, ...]
    remarks: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()


_QUOTES = regex("[「」『』“”\"'‘’<>《》【】\\[\\]。*\t ]+")
_BRACKET = regex(r"([^()、,;\n┋]{0,60})\(([^()]{0,200})\)")
_COUNT = regex(r"[:x×*]?\d+(?:个|条|路|部|号|门|线)?$")
_NUMBERING = regex(rf"(?:^|(?<=[\n;、,┋ ]))\(?(\d{{1,2}})[.、)]\s*(?=[{HAN}])")
_ENTRY_END = regex(r"[、,;\n┋┊│┃¦]+")
_WITHIN = regex(r"\s*[-‐‑‒–—―−·•:>→_]+\s*")
_WORD_END = regex(r"[/|+&\s]+")
#: Words around the name of a city that make it no other place.
_BESIDE = regex(
    "^(?P<before>(?:全部|都要|都是|全是|只要|需要|归属地|归属|城市|地区|固定电话|固话|固号|手机号码?|手机)*)(?P<name>.{2,}?)"
    "(?P<behind>(?:本地|当地|地区|城区|市区|号码|固定电话|固话|固号|手机号码?|号段|均可|都要|都可以?|的|各)*)$"
)
_AND = regex("以及|[和与及]")
_OF_PROVINCE = regex(rf"(?m)(^|[;\n])\s*([{HAN}]{{1,20}})\s*:\s*([^;\n]+)")


def read(text: str) -> Regions:
    """Every entry of `text`.

    Entries are separated by 、，； bars and line breaks; also by / and spaces, unless the parts together are
    one region (`广东/深圳` is one, `北京/上海` are two).  Cities in a bracket or after a colon belong
    to the province before it.
    """
    remarks: list[str] = []
    shown = _without_numbering(visible(parted(text)), remarks)
    shown = _OF_PROVINCE.sub(lambda found: found[1] + (_spread(found[2], found[3]) or found[0][len(found[1]) :]), shown)
    shown = _BRACKET.sub(lambda found: _opened(found[1], found[2], remarks), shown)
    parts = _ENTRY_END.split(_QUOTES.sub(" ", shown))
    entries = [entry for part in parts for entry in _entries(_WITHIN.sub("-", part).strip(" \t-/"), remarks)]
    kept, joined = _with_their_provinces(entries)
    return Regions(kept, tuple(remarks), joined)


def _without_numbering(text: str, remarks: list[str]) -> str:
    """The text without the numbers that count its entries; any other numbers are kept."""
    numbers = [int(found[1]) for found in _NUMBERING.finditer(text)]
    if numbers != list(range(1, len(numbers) + 1)):
        remarks += map(str, numbers)
    return _NUMBERING.sub("", text)


def _spread(province: str, cities: str) -> str:
    """`广东-广州、广东-深圳` from 广东 and `广州、深圳`; empty if one of them is not a city of the province."""
    if province_named(fold(province)) is None:
        return ""
    names = [name for name in re.split(rf"{_AND.pattern}|{_ENTRY_END.pattern}|{_WORD_END.pattern}", cities) if name]
    entries = [f"{province}-{name}" for name in names]
    return "、".join(entries) if all(_resolve(fold(entry.replace("-", "")), "").region for entry in entries) else ""


def _opened(head: str, inner: str, remarks: list[str]) -> str:
    """A region with the contents of the bracket after it: its cities, its county, or a remark."""
    name = _WORD_END.split(head.strip())[-1].strip("-")
    if cities := _spread(name, inner):
        return f"{head.strip().removesuffix(name)}、{cities}、"
    whole, part = _resolve(fold(name), "").region, _resolve(fold(name + inner), "").region
    if inner.strip() and (whole is None or whole != part):
        remarks.append(f"{name}（{inner.strip()}）")
    return f"{head} "


def _entries(part: str, remarks: list[str]) -> Iterator[RegionEntry]:
    """The entries between two separators: as many words as possible are joined to one region."""
    words: list[str] = []
    for word in _WORD_END.split(part):
        bare = _COUNT.sub("", word).strip("-")
        if bare != word.strip("-"):
            remarks.append(word if bare else "".join([*words[-1:], word]))
        words += [bare] if bare else []
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + 3), start, -1):
            entry = _joined(words[start:end])
            if entry.region or end == start + 1:
                break
        yield from [entry] if entry.region else _apart(entry, remarks)
        start = end


def _joined(words: list[str]) -> RegionEntry:
    """Words read as one region.  Two different provinces are two entries: 天津 河北 is not a district."""
    written = "-".join(words)
    provinces = {province_named(fold(word)) for word in words}
    if len(words) > 1 and len(provinces) > 1 and None not in provinces:
        return RegionEntry(written, None, RegionProblem.UNKNOWN)
    return _resolve(fold(written).replace("-", ""), written)


def _resolve(name: str, written: str) -> RegionEntry:
    if len(name) > _LONGEST:
        return RegionEntry(written, None, RegionProblem.UNKNOWN)
    found, is_province = place(name)
    if len(found) == 1 and not is_province:
        return RegionEntry(written, next(iter(found)))
    if found:
        return RegionEntry(written, None, RegionProblem.AMBIGUOUS, tuple(sorted(found)))
    coarse = is_province or name in {"全国", "全国各地", "全省"}
    return RegionEntry(written, None, RegionProblem.TOO_COARSE if coarse else RegionProblem.UNKNOWN)


def _apart(entry: RegionEntry, remarks: list[str]) -> tuple[RegionEntry, ...]:
    """An unread entry split at 和 or a dash, or into letters, if every part can be read; or without the words around
    it."""
    if entry.trouble is not RegionProblem.UNKNOWN:
        return (entry,)
    if (bare := _BESIDE.match(entry.written)) and bare["name"] != entry.written:
        found = tuple(_entries(bare["name"], remarks))
        if all(one.region for one in found):
            remarks += [word for word in (bare["before"], bare["behind"]) if word]
            return found
    for splitter in (_AND, re.compile("-")):
        parts = [part for part in splitter.split(entry.written) if part]
        cities = tuple(_resolve(fold(part).replace("-", ""), part) for part in parts)
        if len(cities) > 1 and all(one.region for one in cities):
            return cities
    return tuple(RegionEntry(entry.written, region) for region in cities_in_a_row(fold(entry.written))) or (entry,)


def _with_their_provinces(entries: list[RegionEntry]) -> tuple[tuple[RegionEntry, ...], tuple[str, ...]]:
    """The entries, without provinces that are followed by their city (`广西,桂林`), and those provinces."""
    kept, joined = [], []
    for entry, following in zip(entries, [*entries[1:], None], strict=False):
        is_coarse = entry.region is None and entry.trouble is RegionProblem.TOO_COARSE
        province = province_named(fold(entry.written)) if is_coarse else None
        if province and following and following.region and following.region.province == province:
            joined.append(entry.written)
        else:
            kept.append(entry)
    return tuple(kept), tuple(joined)


def show(region: Region) -> str:
    """`广东省-深圳市`; for a municipality only its name."""
    return region.city if region.province == region.city else f"{region.province}-{region.city}"
