"""Words that a rule looks for, and whether the text affirms or denies them.

`asserts` and `denies` are what kits call; the words of negation are here, those of a rule in its kit.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from docgen.patterns import regex
from docgen.text import LINE_BREAK, fold, visible

# A clause ends at ，。；！？, their ASCII forms and the line's end; 、 only parts the items of a list.
_CLAUSE_END = regex(r"[,;!?。\n…]|\.(?=\s|$)")
_TRICKS = regex(r"[^\w、]|_")  # `盲 打`, `盲·打`, `“盲打”`
_END = "\n"  # marks the end of a squeezed clause
_WINDOW = 10
_REACH = 60  # also in long lists: keeps the search linear

_NO_NEGATION = (
    "非常|非洲|南非|是非|除非|莫非|非法|非授权|不仅|不限|不得不|不但|不只|不止|不光|不单|不论|不管|不分(?![发享派配])|不加|不断|不停|不定期|不定时|不特定"
    "|不同(?!意)|不少(?!于)|不错|不久|不时|不良|不足|不妨|不乏|不动产|不好意思|不过(?![度分问期])|差不多|对不起|了不起|是不是|会不会|能不能|要不要"
    "|有没有|没收|无锡|无论|无线|无人(?=机|值守|工)|无限|无数|无忧|无差别|无目[的标]|有无|未来|未婚|未成年|未知|未接|未经|未授权"
    "|[特区分级类性个识鉴辨差告派]别|别[墅人的名家处]"
)
# 非 and the like before a word for people are spent on it: `对非会员盲打` does call blindly.
_SPENT = regex("会员|用户|客户|成员|群体|人")
_NARROW = "(?<!并)(?<!绝)(?<!决)非|(?:(?<![绝反])对|向|给)(?:不|未|没有?|非)是?|(?:未|没有?)(?=注册|登记|认证)"
_NEGATOR = (
    "拒绝|杜绝|禁止|严禁|避免|以免|抵制|反对|排除|停止|停用|放弃|终止|取消|除了?(?=.{1,40}外)"
    "|(?:并|绝|决|从|均|尚|暂|切|请)?(?:不|没有?|无|未|勿|毋|莫(?!名)|非|别)"
)
_TOKEN = regex(f"(?P<none>{_NO_NEGATION})|(?P<narrow>{_NARROW})|(?P<wide>{_NEGATOR})")
_CONTRAST = regex(
    "而是|而且|反而|转而|而改|但(?!凡)|(?<![冷退忘])却|只(?!要)|改为|改用|改成|转为|转用|也|还(?![款清贷债钱原])|不过(?![度分问期])|可是|就是"
)
_TURN = regex("而是|而且|反而|转而|但(?!凡)|(?<![冷退忘])却|改为|改用|可是|不过(?![度分问期])")
_FILLER = regex(
    "以任何形式|任何|形式|方式|途径|渠道|从事|进行|开展|涉及|参与|采用|采取|使用|通过|针对|包括|包含|属于|存在|提供|接受|支持|允许|注册"
    "|我司|我们|公司|一切|所有|各类|各种|此类|这类|相关|业务|行为|一律|坚决|予以|[做会是有在以从由经用的了过为与和或及对向去得再曾将可能许予]"
)
_VERBS = (
    "做|涉及?|会|从事|进行|开展|存在|允许|采用|采取|使用|接受|支持|碰|参与|包括|包含|含|提供|可以?|可能|行|许|能|得|予|再|曾|用|买|打|搞|有"
    "|是|属于|发生|考虑"
)
_AFTER = f"(?={_END}|[了过的此这该类、]|任何|发生|出现|行为|事项|范围|之列|使用|开展|进行)"
_DENIAL = regex(
    f"(?:不|没有?|无|未|勿)(?:{_VERBS})+{_AFTER}|(?:无|否|没有?|不|未)(?={_END})|无此"
    f"|(?:禁止|严禁|杜绝|拒绝|抵制){_AFTER}|除外|以外|之外|零容忍|0容忍"
)


class _Hit(NamedTuple):
    word: str
    quote: str
    denied: bool


def asserts(text: object, words: Iterable[str]) -> tuple[str, ...]:
    """The `words` that `text` affirms, as the kit spells them, each once; empty if there is none.

    A hit is judged so: the text is folded, split into clauses, and stripped of inner spaces and punctuation.  Of
    overlapping words the longest counts.  A hit is denied when a negator
    is before it, at most ten characters away (fillers such as 做, 任何形式 and the earlier items of
    a 、 list are not counted) and without a word of contrast (而是, 但, 也 …) between; or when a denial
    (无, 不涉及, 一律禁止 …) follows it just as near.  Double negation stays denied: then a person reads it.
    """
    return tuple(dict.fromkeys(hit.word for hit in _hits(str(text), tuple(words)) if not hit.denied))


def denies(text: object, words: Iterable[str]) -> tuple[str, ...]:
    """The phrases of `text` that deny one of `words`, from the negator through the word or from the word
    through the denial, each once; empty if there is none.  See `asserts`."""
    return tuple(dict.fromkeys(hit.quote for hit in _hits(str(text), tuple(words)) if hit.denied))


@lru_cache(maxsize=256)
def _matcher(words: tuple[str, ...]) -> tuple[re.Pattern[str] | None, dict[str, str]]:
    """A pattern that finds the longest of `words`, and their spelling by folded form."""
    spelling = {_TRICKS.sub("", fold(word)): word for word in reversed(words)}
    spelling.pop("", None)
    pattern = "|".join(re.escape(word) for word in sorted(spelling, key=len, reverse=True))
    return (re.compile(pattern) if pattern else None), spelling


@lru_cache(maxsize=256)
def _hits(text: str, words: tuple[str, ...]) -> tuple[_Hit, ...]:
    pattern, spelling = _matcher(words)
    if pattern is None:
        return ()
    return tuple(hit for clause in _clauses(text) for hit in _clause_hits(clause, pattern, spelling))


@lru_cache(maxsize=16)  # the lists of words of several rules are looked for in each text
def _clauses(text: str) -> tuple[str, ...]:
    clauses = _CLAUSE_END.split(visible(LINE_BREAK.sub("\n", text)))
    return tuple(squeezed + _END for clause in clauses if (squeezed := _TRICKS.sub("", fold(clause))))


def _clause_hits(clause: str, pattern: re.Pattern[str], spelling: dict[str, str]) -> Iterator[_Hit]:
    negators: list[re.Match[str]] | None = None
    for match in pattern.finditer(clause):
        if negators is None:
            negators = [token for token in _TOKEN.finditer(clause) if token.lastgroup != "none"]
        start = _negated_from(clause, match.start(), negators)
        end = _denied_until(clause, match.end())
        denied = start is not None or end is not None
        first = match.start() if start is None else start
        last = match.end() if end is None or start is not None else end
        yield _Hit(spelling[match.group()], clause[first:last], denied)


def _negated_from(clause: str, at: int, negators: list[re.Match[str]]) -> int | None:
    """The places of the negators that reach the hit at `at`, the nearest first."""
    for number in range(bisect_right(negators, at, key=re.Match.end) - 1, -1, -1):
        token = negators[number]
        if at - token.end() > _REACH:
            return None
        between = clause[token.end() : at]
        spent = token.lastgroup == "narrow" and _SPENT.search(between)
        if _near(between) and not spent and not _CONTRAST.search(between):
            return token.start()
    return None


def _denied_until(clause: str, at: int) -> int | None:
    """The end of the denial that follows the hit ending at `at`."""
    match = _DENIAL.search(clause, at, at + _REACH)
    if match is None:
        return None
    between = clause[at : match.start()]
    return match.end() if _near(between) and not _TURN.search(between) else None


def _near(between: str) -> bool:
    return all(len(_FILLER.sub("", item)) <= _WINDOW for item in between.split("、"))
