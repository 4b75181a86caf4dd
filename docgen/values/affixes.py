"""Interpret the words around a number: bounds, time periods, and words without effect.

`Affixes` removes them from both ends of a folded text and returns their effects.  The words are data in this
module; the words that a kit's field counts (通, 号码) are passed in.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from docgen.text import fold, words


class Effect(StrEnum):
    """The effect of a word on the number: none, a bound, a provisional value, or the time span it is counted by."""

    NONE = "none"
    BOUND = "bound"
    TENTATIVE = "tentative"
    DAY = "天"
    WEEK = "周"
    MONTH = "月"
    QUARTER = "季度"
    YEAR = "年"
    HOUR = "小时"
    MINUTE = "分钟"
    SECOND = "秒"


_SPANS: dict[Effect, list[str]] = {
    Effect.DAY: ["天", "日"],
    Effect.WEEK: ["周", "星期", "礼拜"],
    Effect.MONTH: ["月", "个月", "月度"],
    Effect.QUARTER: ["季", "季度"],
    Effect.YEAR: ["年", "年度"],
    Effect.HOUR: ["小时", "钟头"],
    Effect.MINUTE: ["分钟"],
    Effect.SECOND: ["秒", "秒钟"],
}
_ENGLISH = {
    Effect.DAY: ["/day", "/d", "perday", "aday", "daily"],
    Effect.WEEK: ["/week", "perweek", "aweek", "weekly"],
    Effect.MONTH: ["/month", "permonth", "amonth", "monthly"],
    Effect.YEAR: ["/year", "peryear", "ayear", "yearly"],
    Effect.HOUR: ["/hour", "/h", "perhour"],
    Effect.MINUTE: ["/min", "/minute", "perminute"],
}
_BEFORE: dict[Effect, list[str]] = {
    Effect.BOUND: words(
        "不少于 不低于 不小于 至少 最少 最低 起码 超过 超 多于 大于 高于 >= ≥ > 不超过 不超 不到 不足"
        " 未满 不满 不高于 不多于 不大于 至多 最多 最高 最大 上限 少于 小于 低于 封顶 <= ≤ < atleast"
        " atmost morethan lessthan over upto max min"
    ),
    Effect.TENTATIVE: words("暂定 暂 目前 初期 首期 前期 先期 先 后期 高峰 高峰期 峰值 旺季 淡季 最终 拟 初步"),
    Effect.NONE: words(
        "大约 大概 约 约为 差不多 预计 预估 估计 估算 平均 将近 接近 近 总共 共计 合计 总计 一共 共"
        " 总 计 总量 总数 数量 量 数 为 是 需 需要 要 希望 想要 我们 我司 我方 : = ~ ≈ , about approx"
        " total"
    ),
}  # fmt: skip
_AFTER: dict[Effect, list[str]] = {
    Effect.BOUND: words(
        "以上 及以上 或以上 之上 起 起步 多 余 来 + 往上 开外 以下 及以下 之下 以内 之内 内 封顶 上限 ormore orless"
    ),
    Effect.TENTATIVE: ["暂定", "为主", "起初"],
    Effect.NONE: words("左右 上下 量 吧 的 了 即可 就行 就可以 就好 谢谢 。 . , ; ! approx"),
}
#: Measure words for things that are counted one by one.
MEASURES = words("通 个 次 路 条 户 人 名 位 线 部 台 家 份 件 单 笔 号")


class Stripped(NamedTuple):
    """The text between the words, and the effects of the words."""

    text: str
    effects: frozenset[Effect]


class _Table:
    """Words with what they say, and how a text is cut into them: the longest word counts."""

    # Not by a regular expression: one of three hundred words takes longer to compile than a sheet has use for it.
    def __init__(self, said: dict[str, Effect]) -> None:
        self._said = {word: effect for word, effect in said.items() if word}
        self._lengths = sorted({len(word) for word in self._said}, reverse=True)
        self._initials = frozenset(word[0] for word in self._said)

    def longest(self, text: str, at: int) -> str:
        """The longest word that starts there; empty if there is none."""
        if text[at : at + 1] not in self._initials:
            return ""
        pieces = (text[at : at + length] for length in self._lengths)
        return next((piece for piece in pieces if piece in self._said), "")

    def tails(self, text: str, at: int) -> list[int]:
        """Every place from `at` on, from which the text is words to its end."""
        ends = [len(text)]
        for start in range(len(text) - 1, at - 1, -1):
            if ends[-1] - start > self._lengths[0]:
                break
            if text[start] in self._initials and any(text[start:end] in self._said for end in self._near(ends, start)):
                ends.append(start)
        return ends[:0:-1]

    def effects(self, text: str) -> Iterator[Effect]:
        """What the words in the text say, one after the other."""
        at = 0
        while at < len(text):
            word = self.longest(text, at)
            if word:
                yield self._said[word]
            at += len(word) or 1

    def _near(self, ends: list[int], start: int) -> Iterator[int]:
        """The last of `ends` that a word from `start` on can reach."""
        return itertools.takewhile(lambda end: end - start <= self._lengths[0], reversed(ends))


class Affixes:
    """The words around the numbers of one field; `units` are the things that it counts."""

    def __init__(self, units: Iterable[str]) -> None:
        counted = {fold(unit): Effect.NONE for unit in units if unit}
        before = _table(_BEFORE, _spans_before(), {unit: said for unit, said in counted.items() if unit != "单"})
        after = _table(_AFTER, _spans_after(), counted)
        self._before, self._after, self._any = _Table(before), _Table(after), _Table(_table({}, before, after))

    def strip(self, folded: str) -> Iterator[Stripped]:
        """`folded` without the words at its ends; as many as possible are removed first, then fewer and fewer."""
        at = 0
        while word := self._before.longest(folded, at):
            at += len(word)
        yield from self._without_end(folded, at, frozenset(self._before.effects(folded[:at])))
        if at:  # 一个月 is a span of time before a number, and one month by itself
            yield from self._without_end(folded, 0, frozenset())

    def _without_end(self, folded: str, at: int, before: frozenset[Effect]) -> Iterator[Stripped]:
        for start in self._after.tails(folded, at):
            yield Stripped(folded[at:start], before.union(self._after.effects(folded[start:])))
        yield Stripped(folded[at:], before)

    def effects_of(self, folded: str) -> frozenset[Effect] | None:
        """The effects of a text that consists of such words; None for any other text, as for one thing (单线)."""
        if self._any.longest(folded, 0) == "单" != folded:
            return None
        return frozenset(self._any.effects(folded)) if self._any.tails(folded, 0)[:1] == [0] else None


def spans(effects: Iterable[Effect]) -> frozenset[Effect]:
    """The time spans among the effects."""
    return frozenset(effect for effect in effects if effect in _SPANS)


def span_named(label: str, unit: str = "") -> Effect | None:
    """The time span by which a field with this label and unit counts: 天 of `每日外呼量`, 月 of `元/月`."""
    label, unit = fold(label), fold(unit)
    for span, names in _SPANS.items():
        if any(f"/{name}" in unit or f"/{name}" in label for name in names):
            return span
    for span, names in _SPANS.items():
        if any(re.search(f"每一?个?{name}|{name}均|单{name}|^{name}(?!数)", label) for name in names):
            return span
    return None


def units_of_time(unit: str) -> list[str]:
    """The words for a unit that is itself a time span: 月 and 个月 of `个月`."""
    span = span_of(unit)
    names = _SPANS[span] if span else []
    return [*names, *(f"个{name}" for name in names)]


def span_of(unit: str) -> Effect | None:
    """The time span that the unit itself is: 月 of `个月`."""
    folded = fold(unit)
    return next((span for span, names in _SPANS.items() if folded in names), None)


def _table(*tables: dict[Effect, list[str]] | dict[str, Effect]) -> dict[str, Effect]:
    """Words with their effects; later tables override earlier ones."""
    found: dict[str, Effect] = {}
    for table in tables:
        for key, value in table.items():
            if isinstance(value, list):
                found |= dict.fromkeys(value, Effect(key))
            else:
                found[key] = value
    return found


def _spans_before() -> dict[str, Effect]:
    ways = ("{}", "每{}", "每一{}", "每个{}", "{}均", "单{}", "一{}", "一个{}", "按{}", "全{}", "当{}",
            "本{}", "这{}", "这个{}", "上{}", "上个{}", "下{}", "下个{}", "首{}", "头{}", "头一个{}")  # fmt: skip
    return {way.format(name): span for span, names in _SPANS.items() for name in names for way in ways}


def _spans_after() -> dict[str, Effect]:
    ways = ("/{}", "/每{}", "每{}", "每一{}", "每个{}", "一{}", "一个{}", "/个{}")
    chinese = {way.format(name): span for span, names in _SPANS.items() for name in names for way in ways}
    return chinese | {word: span for span, words in _ENGLISH.items() for word in words}
