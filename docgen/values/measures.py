"""Read numbers with a unit (bandwidth, money, percent) and plain ones, with the remarks beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from docgen.patterns import regex
from docgen.text import fold, visible
from docgen.values.affixes import Affixes, Effect
from docgen.values.brackets import apart
from docgen.values.numerals import LONGEST, ONES, folded_number, is_negative, number
from docgen.values.quantities import read


class Measure(NamedTuple):
    """A number, the effects of the words around it, and the remarks beside it."""

    number: Decimal
    effects: frozenset[Effect] = frozenset()
    remarks: tuple[str, ...] = ()


class _Outside(NamedTuple):
    folded: str
    remarks: tuple[str, ...]


def _outside(text: str) -> _Outside | None:
    """The text outside brackets, folded; None if it is too long for a number, or holds two."""
    if len(text) > 4 * LONGEST:
        return None
    outside, remarks = apart(visible(text))
    folded = folded_number(outside)
    return None if folded is None else _Outside(folded, remarks)


@cache
def _bare() -> Affixes:
    return Affixes([])


@lru_cache(maxsize=256)
def _plain_affixes(unit: str) -> Affixes:
    return Affixes([unit, "分钟", "分", "min", "mins", "通", "个", "次"])


def plain(text: str, unit: str = "") -> Measure | None:
    """The one number in `text`; None for a range."""
    found = read(text, _plain_affixes(unit))
    return Measure(found.low, found.effects, found.remarks) if found and found.low == found.high else None


# ── bandwidth ───────────────────────────────────────────────────────────────────────────────────
_SPEED = regex(
    r"(?P<digits>\d+(?:\.\d+)?|[百千](?=兆))(?P<unit>(?:gbps|gbit/s|gb/s|gb|g)|(?:mbps|mbit/s|mb/s|mb|m|兆)(?:bps|比特|每秒|/s)?)?(?:[/,、;和+]|$)?"
)
_UNIT_OF_SPEED = regex("g|m|gb|mb|gbps|mbps|兆")
#: Two numbers remain two where a word between them is left out.
_BREAKS = regex("[/,、;和+]*,[/,、;和+]*")
_SPEED_WORDS = regex("上下行|上行|下行|对等|对称|双向|独享|专线|宽带|带宽|均为|各为|各|均|都是|都|[为是:]")


def bandwidth(text: str) -> Measure | None:
    """The bandwidth in Mbps: `20` `20M` `20Mbps` `1G` `上下行各20M`; None if up and down differ."""
    outside = _outside(text)
    if outside is None:
        return None
    folded, remarks = outside
    if remarks and _UNIT_OF_SPEED.fullmatch(fold(remarks[0])) and folded[-1:].isdecimal():  # 1（G）
        folded, remarks = folded + fold(remarks[0]), remarks[1:]
    remarks = tuple(remark for remark in remarks if _SPEED_WORDS.sub("", fold(remark)) not in {"", "mbps", "m"})
    for bare, effects in _bare().strip(_BREAKS.sub(",", _SPEED_WORDS.sub(",", folded)).strip(",")):
        speed = _speed(bare.strip(","))
        if speed is not None:
            return Measure(speed, effects, remarks)
    return None


def _speed(bare: str) -> Decimal | None:
    found = [match for match in _SPEED.finditer(bare) if match.group()]
    if not found or "".join(match.group() for match in found) != bare:
        return None if bare.endswith("k") else number(bare)  # 20480K are no millions of megabits
    if not all(match["unit"] or match.group()[-1] in "/,、;和+" for match in found[:-1]):
        return None
    speeds = {_mbps(match) for match in found}
    return speeds.pop() if len(speeds) == 1 else None


def _mbps(match: re.Match[str]) -> Decimal | None:
    speed = number({"百": "100", "千": "1000"}.get(match["digits"], match["digits"]))
    return speed * 1000 if speed is not None and (match["unit"] or "").startswith("g") else speed


# ── money ───────────────────────────────────────────────────────────────────────────────────────
_CURRENCY = regex("^(?:[大小]写:?)?(?:人民币|rmb|cny|[¥￥])?:?|(?:人民币|rmb|cny)$")
_PIECES = "个|通|路|次|条|线"
_SPAN = "个?月|分钟|分|min|年|天|日|秒|小时|季度?"
_CAPITALS = regex(
    f"(?:(?P<yuan>[零{ONES}十百千万亿拾佰仟]+)[元圆])?零?(?:(?P<jiao>[{ONES}])角)?零?(?:(?P<fen>[{ONES}])分)?零?(?:(?P<li>[{ONES}])厘)?零?(?:(?P<hao>[{ONES}])毫)?[整正]?"
)
_VALUE_OF_DIGIT = dict(zip(ONES, "1223456789" + "1233456789", strict=True))


#: `1角2分` and `12分`: a price in 分, not one by the minute.
_COINS = regex(
    r"^(?=\d)(?:(?P<yuan>\d+)[元块])?(?:(?P<jiao>\d+(?:\.\d+)?)[角毛])?(?:(?P<fen>\d+(?:\.\d+)?)分)?(?=$|[/每])"
)


_COIN = regex("[分角毛厘](?!钟)")
_FIGURES = regex(r"[\d,.]+[元圆]?[整正]?")


def _in_yuan(match: re.Match[str]) -> str:
    """An amount in 角 and 分 converted to yuan; any other amount unchanged."""
    if not (match["jiao"] or match["fen"]):
        return match.group()
    amount = Decimal(match["yuan"] or 0) + Decimal(match["jiao"] or 0) / 10 + Decimal(match["fen"] or 0) / 100
    return f"{amount:f}元"


@lru_cache(maxsize=256)
def _price(things: tuple[str, ...]) -> re.Pattern[str]:
    """An amount with what it pays for: pieces, the `things` of the kit, time spans."""
    pieces = "|".join([*(f"个?{re.escape(fold(thing))}" for thing in things), _PIECES])
    return re.compile(rf"(?P<amount>[^/每]*?)(?P<yuan>[元圆块])?[整正]?(?P<per>(?:(?:/|每一?)?(?:{pieces}|{_SPAN}))*)")


def money(text: str, unit: str, things: tuple[str, ...] = ()) -> Measure | None:
    """The amount in yuan: `1,200.00` `￥1200` `0.12元/分钟` `1.2万` `壹万贰仟元整`; None for a price by
    another time span than `unit`, the field's, names.  `things` are the kit's words for what a price pays for."""
    outside = _outside(text)
    if outside is None or is_negative(outside.folded):
        return None
    found = _CURRENCY.sub("", outside.folded.removeprefix("约"))
    spelled = _capitals(found)
    if spelled is not None:
        return _with_amounts(Measure(spelled, remarks=outside.remarks))
    found = _COINS.sub(_in_yuan, found)
    price = _price(things).fullmatch(found)
    amount = number(price["amount"]) if price else None
    if price is None or amount is None or (not price["yuan"] and re.match(_SPAN, price["per"])):
        return None  # `12分钟` is not a price
    paid_for, remarks = [price["per"]], []
    for remark in outside.remarks:
        if _COIN.match(fold(remark)):
            return None  # 12（分）: twelve fen, or by the minute
        per = _price(things).fullmatch(fold(remark))
        if per and not per["amount"]:
            paid_for.append(per["per"])
        else:
            remarks.append(remark)
    spans = [span for part in paid_for for span in re.findall(_SPAN, part)]
    if any(_is_other_span(span, unit) for span in spans) or (not spans and _is_other_piece(paid_for, unit)):
        return None
    return _with_amounts(Measure(amount, remarks=tuple(remarks)))


def _with_amounts(found: Measure) -> Measure | None:
    """The amount without those in its remarks, `12000元（壹万贰仟元整）`; None if one of them is another amount."""
    remarks = []
    for remark in found.remarks:
        text = _CURRENCY.sub("", fold(remark))
        amount = _capitals(text)
        if amount is None and _FIGURES.fullmatch(text):
            amount = number(text.rstrip("元圆整正"))
        if amount is not None and amount != found.number:
            return None
        remarks += [remark] if amount is None else []
    return found._replace(remarks=tuple(remarks))


def _is_other_piece(paid_for: Iterable[str], unit: str) -> bool:
    """Whether a price by the piece (0.12元/次) stands where one by time alone is asked for (元/分钟)."""
    by_time = re.search(f"/(?:{_SPAN})", unit) and not re.search(f"/(?:{_PIECES})", unit)
    return bool(by_time) and any(re.search(_PIECES, part) for part in paid_for)


def _is_other_span(span: str, unit: str) -> bool:
    if not re.search("分钟|月|年|天|日|秒|小时|季", unit):
        return False
    named = {"min": "分钟", "季度": "季", "个月": "月"}.get(span, span)
    return named not in unit


def _capitals(folded: str) -> Decimal | None:
    """An amount in capitals, in the form that `text.capitals` writes."""
    match = _CAPITALS.fullmatch(folded)
    if match is None or not any(match.groups()):
        return Decimal(0) if folded in {"零元", "零元整"} else None
    whole = number(match["yuan"]) if match["yuan"] else Decimal(0)
    decimals = "".join(_VALUE_OF_DIGIT.get(match[name], "0") for name in ("jiao", "fen", "li", "hao"))
    return None if whole is None else whole + Decimal(f"0.{decimals}")


# ── percent ─────────────────────────────────────────────────────────────────────────────────────
_PERCENT = regex(r"(?P<digits>\d+(?:\.\d+)?)(?P<sign>%)?|百分之(?P<words>.+)")


def percent(text: str) -> Measure | None:
    """The percentage as a fraction of 1: `35%` and `百分之三十五` → 0.35.  A bare number up to 1 is the fraction itself
    (as in a sheet's percent cell); a larger one is taken as percent: `35` → 0.35.

    More than 100% is read too: the rules of a kit decide whether it is allowed.
    """
    outside = _outside(text)
    for bare, effects in _bare().strip(outside.folded) if outside else ():
        match = _PERCENT.fullmatch(bare)
        found = number(match["words"] or match["digits"]) if match else None
        if outside is None or match is None or found is None:
            continue
        fraction = found / 100 if match["words"] or match["sign"] or found > 1 else found
        return Measure(fraction.normalize(), effects, outside.remarks)
    return None
