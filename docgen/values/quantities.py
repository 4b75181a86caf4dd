"""Read counts as people write them: a number or a range, with the words and remarks beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from docgen.patterns import regex
from docgen.text import HAN, fold, visible
from docgen.values.affixes import MEASURES, Affixes, Effect, span_named, span_of, units_of_time
from docgen.values.brackets import apart
from docgen.values.numerals import LONGEST, folded_number, number

_DASH = regex("至|到|~|[-‐‑‒–—―−]+")
_SOME = regex("(?<=[\\d十百千万])[多余来](?=[百千万亿])")
#: Words beside a number without brackets, that hold no other number and do not make it a rate (每人20个).
_WORDS = (
    rf"((?=[^\n]*[{HAN}])(?:(?![\d一二两三四五六七八九十百千万每第负几数均各/$¥€%<>=+−-]|单[个号条线路]).){{1,40}})"
)
#: A number of thousands; and a number for one thing of several, whose number is not known.
_SCALE = regex("[十百千万亿kw]+(?![a-z])")
_EACH = regex(f"单(?:{'|'.join(MEASURES)}|坐席)")
_BEHIND = regex(rf"(?s)(.+?)\s*[，,；;。\n]\s*{_WORDS}")
_AFTER_UNIT = regex(rf"(?s)(.*?\d\s*[万千]?(?:{'|'.join(MEASURES)}))\s*{_WORDS}")
_BEFORE = regex(rf"(?s){_WORDS}(\d.*)")


class Quantity(NamedTuple):
    """A number, or the two ends of a range; `low` equals `high` for a single number.

    `effects` are those of the words around it, `remarks` are other texts beside it.
    """

    low: Decimal
    high: Decimal
    effects: frozenset[Effect] = frozenset()
    remarks: tuple[str, ...] = ()


class Counted(NamedTuple):
    """What a field counts: the words around its numbers, and the time span by which they are counted."""

    affixes: Affixes
    span: Effect | None


@lru_cache(maxsize=256)
def counted(label: str, unit: str, things: tuple[str, ...] = ()) -> Counted:
    """What a field with this label and unit counts; `things` are the kit's words for them."""
    time = [*units_of_time(unit), *units_of_time("月" if "（月）" in label else "")]
    return Counted(Affixes([*MEASURES, unit, *things, *time]), span_named(label, unit))


#: How many of one time span make another, if that is exact.
_EXACT = {(Effect.YEAR, Effect.MONTH): 12, (Effect.QUARTER, Effect.MONTH): 3, (Effect.WEEK, Effect.DAY): 7}
_TIME = regex("(?P<half>半)?(?P<number>.*?)个?(?P<span>年|季度|周|星期|礼拜)(?P<more>半)?")
_SPAN = {"年": Effect.YEAR, "季度": Effect.QUARTER, "周": Effect.WEEK, "星期": Effect.WEEK, "礼拜": Effect.WEEK}


def duration(text: str, unit: str) -> Decimal | None:
    """A time span in the field's `unit`, if the text gives it in another that converts to a whole number: 12 months
    of `1年`, 14 days of `两周`.  None for any other text."""
    own = span_of(unit)
    match = _TIME.fullmatch(folded_number(text) or "") if own else None
    factor = _EXACT.get((_SPAN[match["span"]], own)) if match and own else None
    if match is None or factor is None or (match["half"] and (match["number"] or match["more"])):
        return None
    count = Decimal("0.5") if match["half"] else number(match["number"])
    return None if count is None else (count + (Decimal("0.5") if match["more"] else 0)) * factor


def read(text: str, affixes: Affixes) -> Quantity | None:
    """The number or range in `text`, with the words around it that `affixes` knows.

    In a range the first number has the unit of the second: `1-2万`.  A descending range gives None.
    """
    if len(text) > 4 * LONGEST:
        return None
    outside, remarks = _scaled(*apart(visible(text)), affixes)
    if _EACH.search(outside):
        return None
    found = _read(outside, affixes)
    if found is None and (parted := _with_remark(outside.strip(), affixes)):
        found, remarks = parted.number, (*remarks, parted.remark)
    if found is None:
        return None
    effects, left = set(found.effects), []
    for remark in remarks:
        said = affixes.effects_of(fold(remark))
        if said is None:
            left.append(remark)
        else:
            effects |= said
    return found._replace(effects=frozenset(effects), remarks=tuple(left))


def _scaled(outside: str, remarks: tuple[str, ...], affixes: Affixes) -> tuple[str, tuple[str, ...]]:
    """The text and its remarks; the unit of `10（万）` and `10（万通）` belongs to the number, 百货促销 does not."""
    if remarks and _SCALE.match(fold(remarks[0])) and outside.rstrip()[-1:].isdecimal():
        whole = outside.rstrip() + remarks[0].strip()
        if _read(whole, affixes):
            return whole, remarks[1:]
    return outside, remarks


class _WithRemark(NamedTuple):
    number: Quantity
    remark: str


def _with_remark(text: str, affixes: Affixes) -> _WithRemark | None:
    """The number of `20，固号`, `20个固号` or `固号20个`, with the words beside it that are not in brackets."""
    for pattern, core, beside in ((_BEHIND, 1, 2), (_AFTER_UNIT, 1, 2), (_BEFORE, 2, 1)):
        match = pattern.fullmatch(text)
        found = _read(match[core], affixes) if match else None
        if match and found:
            return _WithRemark(found, match[beside])
    return None


def _read(outside: str, affixes: Affixes) -> Quantity | None:
    folded = folded_number(outside)
    if folded is None:
        return None
    exact = _SOME.sub("", folded)
    some = frozenset({Effect.BOUND}) if exact != folded else frozenset()
    for text, effects in affixes.strip(exact):
        if (alone := number(text)) is not None:
            return Quantity(alone, alone, effects | some)
    return next(_ranges(exact.lstrip("~"), affixes, some), None)


def _ranges(folded: str, affixes: Affixes, some: frozenset[Effect]) -> Iterator[Quantity]:
    ends = _DASH.split(folded)
    if len(ends) != 2:
        return
    for last, behind in affixes.strip(ends[1]):
        high = number(last)
        for first, before in affixes.strip(ends[0]) if high is not None else ():
            low = number(first)
            if low is None or high is None:
                continue
            unit = re.search("[十百千]?[万亿wk千]$", last)
            shared = number(first + unit.group()) if unit and first.replace(".", "").isdigit() else None
            if shared is not None and shared <= high:
                low = shared
            if low <= high:
                yield Quantity(low, high, before | behind | some)
