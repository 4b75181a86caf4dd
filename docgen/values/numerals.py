"""Numbers as people write them: digits, 万 and 千, Chinese numerals, ranges, words and units around.

Everything here works on text that `text.fold` has folded.  What is not clearly one number is None:
never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from docgen.text import fold, visible

LONGEST = 60  # characters: no number with all its remarks is longer
MOST_DIGITS = 15  # a sheet keeps no more of a number

_PLAIN = re.compile(
    r"(?P<digits>\d{1,3}(?:,\d{3})+|\d{1,4}(?:,\d{4})+|\d+)(?P<decimals>\.\d+)?(?P<unit>[十百千]?[万亿]|[百千wk])?"
)
_UNITS = {"十": 10, "百": 100, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000, "亿": 100_000_000}
_CHINESE = re.compile(r"[\d零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟廿卅貳參陸萬億兩]{1,40}")
_ONES = "一二两三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸兩"
_APPROXIMATE = re.compile(f"[{_ONES}][{_ONES}]|[\\d][{_ONES}]|[{_ONES}][\\d]")  # 两三千 is no number
_SPELLED = re.compile(f"[零〇{_ONES}]+")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?e\+?\d+")
_GROUPED = re.compile(r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)")
_BROKEN = re.compile(r"\d\s+[\d.]")
_REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_DASH = re.compile("至|到|~|[-‐‑‒–—―−]+")
_QUALIFIER = re.compile(
    "^(?:大约|大概|约|差不多|预计|预估|估计|估算|暂定|目前|初期|首期|每天|每日|每月|单日|日均|日|平均|人均|均|将近|接近|近|超过|不超过?|超|不少于|不低于"
    "|不高于|不多于|至少|至多|最多|最少|最高|总共|共计|合计|总计|一共|共|总|计|上限|为|是|各|[:><=≥≤~≈])+"
)
_VAGUE = "左右|上下|以上|以下|以内|之内|封顶|多|余|来|\\+|。|\\.|,|;"
_SOME = re.compile("(?<=[\\d十百千万])[多余来](?=[百千万亿])")


class Quantity(NamedTuple):
    """A number, or the two ends of a range; `low` equals `high` where only one number stands."""

    low: Decimal
    high: Decimal


def is_scientific(text: str) -> bool:
    """Whether `text` is a number in scientific notation, as a narrow column shows it."""
    return bool(_SCIENTIFIC.fullmatch(fold(text)))


def is_negative(text: str) -> bool:
    """Whether `text` is a number with a minus sign."""
    folded = fold(text)
    return folded[:1] in {"-", "−", "负"} and number(folded[1:]) is not None


def too_long(text: str) -> bool:
    """Whether `text` holds a run of more digits than a sheet keeps."""
    return bool(re.search(rf"\d{{{MOST_DIGITS + 1}}}", fold(text).replace(",", "")))


def number(folded: str) -> Decimal | None:
    """The one number that `folded` is, nothing around it: `5,000` `1.5万` `3千` `1.2w` `一万二` `2万5`."""
    match = _PLAIN.fullmatch(folded)
    found = _digits(match) if match else _chinese(folded)
    if found is None:
        return None
    exact = found.normalize()
    return exact if len(exact.as_tuple().digits) <= MOST_DIGITS and exact.adjusted() < MOST_DIGITS else None


def tidy(value: Decimal, *, at_least: int = 0) -> Decimal:
    """`value` with as many decimals as it needs, `at_least` so many, and without an exponent: 20, not 2E+1."""
    return value.quantize(Decimal(f"1e-{max(places(value), at_least)}"))


def places(value: Decimal) -> int:
    """How many decimals `value` needs."""
    return max(-int(value.normalize().as_tuple().exponent), 0)


def _digits(match: re.Match[str]) -> Decimal:
    found = Decimal(match["digits"].replace(",", "") + (match["decimals"] or ""))
    for unit in match["unit"] or "":
        found *= _UNITS[unit]
    return found


def _chinese(folded: str) -> Decimal | None:
    if not _CHINESE.fullmatch(folded) or folded.isdecimal():
        return None
    spelled = _SPELLED.fullmatch(folded)
    if _APPROXIMATE.search(folded) and not (spelled and len(folded) > 2):
        return None
    import cn2an

    try:
        return Decimal(str(cn2an.cn2an(folded, "smart")))
    except (ValueError, KeyError, IndexError):  # from its checks and its tables alike
        return None


def prepared(text: str) -> str | None:
    """`text` folded for reading a number: remarks in brackets gone, digit groups closed.

    None where it is too long, or where white space parts two numbers (`5000 6000`).
    """
    if len(text) > 4 * LONGEST:
        return None
    shown = _REMARK.sub("", visible(text)).strip()
    shown = _GROUPED.sub(lambda match: match.group().replace(" ", ""), shown)
    folded = fold(shown)
    return None if _BROKEN.search(shown) or len(folded) > LONGEST else _SOME.sub("", folded)


def quantity(text: str, units: re.Pattern[str]) -> Quantity | None:
    """The number or range that `text` states, with words (约, 左右) and the given units around it.

    In a range the first number takes the unit of the second: `1-2万`.  A range that falls is None.
    """
    folded = prepared(text)
    if folded is None:
        return None

    def bare(part: str) -> str:
        return units.sub("", _QUALIFIER.sub("", part))

    alone = number(bare(folded))
    if alone is not None:
        return Quantity(alone, alone)
    return _range(folded, bare)


def _range(folded: str, bare: Callable[[str], str]) -> Quantity | None:
    parts = _DASH.split(folded)
    if len(parts) != 2:
        return None
    first, last = bare(parts[0]), bare(parts[1])
    low, high = number(first), number(last)
    if low is None or high is None:
        return None
    unit = re.search("[十百千]?[万亿wk千]$", last)
    shared = number(first + unit.group()) if unit and first.replace(".", "").isdigit() else None
    if shared is not None and shared <= high:
        low = shared
    return Quantity(low, high) if low <= high else None


def _units(words: str) -> re.Pattern[str]:
    """What may stand behind a number: `words` (a pattern), 左右, 以上, + …"""
    return re.compile(f"(?:{words}|{_VAGUE})+$")


# ── counts ──────────────────────────────────────────────────────────────────────────────────────
_COUNTED = "号码|电话|通话|外呼|呼叫|并发|通|个|次|路|条|户|人|名|位|线|部|台|家|份|件|单|笔|号"
_BY_THE_DAY = "(?:[/每]|一)?(?:天|日)|/day|/d"
_SPANS = {"月": "个?月", "周": "周", "年": "年", "分钟": "分钟", "小时": "小时"}


@lru_cache(maxsize=256)
def _count_units(unit: str) -> re.Pattern[str]:
    own = [re.escape(fold(unit))] if unit else []
    spans = [pattern for name, pattern in _SPANS.items() if name in unit]
    return _units("|".join([*own, *spans, _COUNTED, _BY_THE_DAY]))


def count(text: str, unit: str) -> Quantity | None:
    """The number of things that `text` states, or the range; `unit` is the field's own.

    A day is taken as the options of a count (`5000通/天`), a month or a year only where it is the unit.
    """
    return quantity(text, _count_units(unit))


# ── numbers with a unit ─────────────────────────────────────────────────────────────────────────
_SPEED = re.compile(
    r"(?P<digits>\d+(?:\.\d+)?|[百千](?=兆))(?P<unit>(?:gbps|gbit/s|gb/s|gb|g)|(?:mbps|mbit/s|mb/s|mb|m|兆)(?:bps|比特|每秒|/s)?)?(?:[/,、;和+]|$)?"
)
_SPEED_WORDS = re.compile("上下行|上行|下行|对等|对称|双向|独享|专线|宽带|带宽|均为|各为|各|均|都是|都|[为是:]")
_PLAIN_UNITS = _units("分钟|mins?|分|通|个|次")


def plain(text: str) -> Decimal | None:
    """The one number that `text` states; None for a range."""
    found = quantity(text, _PLAIN_UNITS)
    return found.low if found and found.low == found.high else None


def bandwidth(text: str) -> Decimal | None:
    """Mbps: `20` `20M` `20Mbps` `1G` `上下行各20M`; None where up and down differ."""
    folded = prepared(text)
    if folded is None:
        return None
    bare = _SPEED_WORDS.sub("", folded)
    bare = re.sub(f"(?:{_VAGUE})+$", "", _QUALIFIER.sub("", bare))
    found = [match for match in _SPEED.finditer(bare) if match.group()]
    if not found or "".join(match.group() for match in found) != bare:
        return number(bare)
    if not all(match["unit"] or match.group()[-1] in "/,、;和+" for match in found[:-1]):
        return None
    speeds = {_mbps(match) for match in found}
    return speeds.pop() if len(speeds) == 1 else None


def _mbps(match: re.Match[str]) -> Decimal | None:
    speed = number({"百": "100", "千": "1000"}.get(match["digits"], match["digits"]))
    return speed * 1000 if speed is not None and (match["unit"] or "").startswith("g") else speed


# ── money and percent ───────────────────────────────────────────────────────────────────────────
_CURRENCY = re.compile("^(?:人民币|rmb|cny|[¥￥])?:?|(?:人民币|rmb|cny)$")
_PRICE = re.compile(
    "(?P<amount>[^/每]*?)(?P<yuan>[元圆块])?[整正]?"
    "(?:(?:/|每一?)?(?:个?号码?|个|通|路|次|条|线|坐席|机器人|(?P<span>个?月|分钟|分|min|年|天|日|秒|小时|季度?)))*"
)
_CAPITALS = re.compile(
    f"(?:(?P<yuan>[零{_ONES}十百千万亿拾佰仟]+)[元圆])?零?(?:(?P<jiao>[{_ONES}])角)?零?(?:(?P<fen>[{_ONES}])分)?零?(?:(?P<li>[{_ONES}])厘)?零?(?:(?P<hao>[{_ONES}])毫)?[整正]?"
)
_VALUE_OF_DIGIT = dict(zip(_ONES, "1223456789" + "123456789" + "2362", strict=True))


def money(text: str, unit: str) -> Decimal | None:
    """Yuan: `1,200.00` `￥1200` `0.12元/分钟` `1.2万` `壹万贰仟元整`; `unit` is the field's own, and a price
    by another span of time than it names is None."""
    folded = prepared(text)
    if folded is None or is_negative(folded):
        return None
    if folded.startswith("约"):
        folded = folded[1:]
    found = _CURRENCY.sub("", folded)
    spelled = _capitals(found)
    if spelled is not None:
        return spelled
    price = _PRICE.fullmatch(found)
    if price is None or _other_span(price["span"], unit):
        return None
    return number(price["amount"])


def _other_span(span: str | None, unit: str) -> bool:
    if span is None or not re.search("分钟|月|年|天|日|秒|小时|季", unit):
        return False
    named = {"min": "分钟", "季度": "季"}.get(span, span)
    return named not in unit


def _capitals(folded: str) -> Decimal | None:
    """An amount in capitals, as `text.capitals` writes it."""
    match = _CAPITALS.fullmatch(folded)
    if match is None or not any(match.groups()):
        return Decimal(0) if folded in {"零元", "零元整"} else None
    whole = number(match["yuan"]) if match["yuan"] else Decimal(0)
    decimals = "".join(_VALUE_OF_DIGIT.get(match[name], "0") for name in ("jiao", "fen", "li", "hao"))
    return None if whole is None else whole + Decimal(f"0.{decimals}")


_PERCENT = re.compile(r"(?:约|大约)?(?P<digits>\d+(?:\.\d+)?)(?P<sign>%)?(?:左右)?|百分之(?P<words>.+)")


def percent(text: str) -> Decimal | None:
    """A fraction of 1: `35%` and `百分之三十五` → 0.35.  A bare number up to 1 is the fraction itself
    (a sheet's percent cell holds it so), one above 1 is taken as percent: `35` → 0.35."""
    folded = prepared(text)
    match = _PERCENT.fullmatch(folded) if folded else None
    if match is None:
        return None
    found = number(match["words"] or match["digits"])
    if found is None:
        return None
    fraction = found / 100 if match["words"] or match["sign"] or found > 1 else found
    return fraction.normalize() if fraction <= 1 else None
