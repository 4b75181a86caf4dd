"""Text: cleaning what people paste, folding it for comparison, finding words with their negation, 大写.

Cleaning keeps what was meant (it is printed); folding throws away all that does not tell two words
apart (it is only compared).  Imports nothing of docgen.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

# Every block of ideographs: radicals, 々〇, extension A, the unified block, compatibility, planes 2 and 3.
HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Controls, format and direction marks, variation selectors, and what XML cannot hold; no white space.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_SPACE = re.compile(r"[\s\u2800\u3164\uffa0]+")  # white space, and three letters that look like it
_HAN_GAP = re.compile(f"(?<=[{HAN}]) (?=[{HAN}])")
_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_BRACKET = re.compile("[()（）]")
_IS_HAN = re.compile(f"[{HAN}]")


def clean_line(text: str) -> str:
    """`text` on one line, fit to be printed (domain §3 "text").

    Invisible characters go; white space becomes one space, and none between Han characters; brackets
    that touch Han become （）.  Nothing else changes: full-width digits and rare characters stay.
    """
    text = _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()
    return _han_brackets(_HAN_GAP.sub("", text))


def clean_long(text: str) -> str:
    """`text` cleaned line by line; of several blank lines one stays, at either end none."""
    lines: list[str] = []
    for line in _LINE_BREAK.sub("\n", _INVISIBLE.sub("", text)).split("\n"):
        cleaned = clean_line(line)
        if cleaned or (lines and lines[-1]):
            lines.append(cleaned)
    return "\n".join(lines).rstrip("\n")


def parted(text: str) -> str:
    """`text` with its parts still apart, for reading lists: nothing invisible, each run of white space
    one line break where it holds one, else one space, also between Han characters."""
    text = _LINE_BREAK.sub("\n", _INVISIBLE.sub("", text))
    return _SPACE.sub(lambda run: "\n" if "\n" in run.group() else " ", text).strip()


def _han_brackets(text: str) -> str:
    """Brackets as a pair: where one of the two touches Han, both become full-width."""
    if "(" not in text and ")" not in text:
        return text
    found = list(text)
    open_at: list[int] = []
    for match in _BRACKET.finditer(text):
        at = match.start()
        if text[at] in "(（":
            open_at.append(at)
        else:
            _widen(found, (open_at.pop(), at) if open_at else (at,))
    for at in open_at:
        _widen(found, (at,))
    return "".join(found)


def _widen(characters: list[str], places: tuple[int, ...]) -> None:
    if any(_IS_HAN.search("".join(characters[max(at - 1, 0) : at + 2])) for at in places):
        for at in places:
            characters[at] = "（" if characters[at] in "(（" else "）"


def visible(text: str) -> str:
    """`text` in compatibility form (NFKC) without invisible characters: digits, ticks and letters to be read."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


def fold(text: str) -> str:
    """`text` for comparison only: NFKC, no case, no white space, nothing invisible."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", visible(text).casefold()))


_NOTHING = frozenset({"无", "没有", "暂无", "n/a", "n.a", "na", r"n\a"})
_DASHES = re.compile(r"[-‐‑‒–—―−─_/\\|~.…·]*")
_AROUND = "()[]【】「」<>《》“”\"'‘’。，,.;；:：!"


def bare(text: str) -> str:
    """`text` folded, without brackets, quotes and full stops around it."""
    return fold(text).strip(_AROUND)


def says_nothing(text: str) -> bool:
    """Whether `text` only says that there is nothing: empty, 无, /, —, N/A, 暂无 and the like."""
    return (len(text) < 200 and (bool(_DASHES.fullmatch(fold(text))) or bare(text) in _NOTHING)) or not text.strip()


_CLOSERS = {")": "(", "]": "[", "】": "【", "〕": "〔", "}": "{", "》": "《", "」": "「"}
_TENS = "[一二三四五六七八九十]{1,3}"
_NUMBERING = re.compile(rf"^(?:\((?:\d{{1,2}}|{_TENS})\)|\d{{1,2}}[.、)](?!\d)|{_TENS}、)")
_OBLIGATION = re.compile(r"^[(\[【](?:必填|选填|可选|\*)[)\]】]")


@lru_cache(maxsize=4096)
def fold_label(text: str) -> str:
    """A label for comparison: folded, without stars, colons and other punctuation around it, without
    numbering before it and without remarks in brackets behind it (`1、手机号*（必填）：` → `手机号`).

    A label that is nothing but brackets keeps what stands in them (`【公司名称】` → `公司名称`).
    """
    found = _trim(fold(text))
    for leading in (_OBLIGATION, _NUMBERING):
        found = _trim(leading.sub("", found, count=1)) or found
    while found and found[-1] in _CLOSERS:
        opener = _opening(found)
        found = _trim(found[:opener]) or _trim(found[opener + 1 : -1])
    return found


def _trim(text: str) -> str:
    """`text` without punctuation at its ends, brackets apart (an opening one may start, a closing one end it)."""
    start, end = 0, len(text)
    while start < end and not (text[start].isalnum() or text[start] in _CLOSERS.values()):
        start += 1
    while end > start and not (text[end - 1].isalnum() or text[end - 1] in _CLOSERS):
        end -= 1
    return text[start:end]


def _opening(text: str) -> int:
    """Where the bracket opens that closes `text`; 0 where none does."""
    closer, depth = text[-1], 0
    for at in range(len(text) - 1, -1, -1):
        if text[at] == closer:
            depth += 1
        elif text[at] == _CLOSERS[closer]:
            depth -= 1
            if not depth:
                return at
    return 0


# ── words and their negation ────────────────────────────────────────────────────────────────────
# A clause ends at ，。；！？, their ASCII forms and the line's end; 、 only parts the items of a list.
_CLAUSE_END = re.compile(r"[,;!?。\n…]|\.(?=\s|$)")
_TRICKS = re.compile(r"[^\w、]|_")  # `盲 打`, `盲·打`, `“盲打”`
_END = "\n"  # stands at the end of a squeezed clause
_WINDOW = 10
_REACH = 60  # however long a list is: keeps the search linear

_NO_NEGATION = (
    "非常|非洲|南非|是非|除非|莫非|非法|非授权|不仅|不限|不得不|不但|不只|不止|不光|不单|不论|不管|不分(?![发享派配])|不加|不断|不停|不定期|不定时|不特定"
    "|不同(?!意)|不少(?!于)|不错|不久|不时|不良|不足|不妨|不乏|不动产|不好意思|不过(?![度分问期])|差不多|对不起|了不起|是不是|会不会|能不能|要不要"
    "|有没有|没收|无锡|无论|无线|无人(?=机|值守|工)|无限|无数|无忧|无差别|无目[的标]|有无|未来|未婚|未成年|未知|未接|未经|未授权"
    "|[特区分级类性个识鉴辨差告派]别|别[墅人的名家处]"
)
# 非 and the like before a word for people are spent on it: `对非会员盲打` does call blindly.
_SPENT = re.compile("会员|用户|客户|成员|群体|人")
_NARROW = "(?<!并)(?<!绝)(?<!决)非|(?:(?<![绝反])对|向|给)(?:不|未|没有?|非)是?|(?:未|没有?)(?=注册|登记|认证)"
_NEGATOR = (
    "拒绝|杜绝|禁止|严禁|避免|以免|抵制|反对|排除|停止|停用|放弃|终止|取消|除了?(?=.{1,40}外)"
    "|(?:并|绝|决|从|均|尚|暂|切|请)?(?:不|没有?|无|未|勿|毋|莫(?!名)|非|别)"
)
_TOKEN = re.compile(f"(?P<none>{_NO_NEGATION})|(?P<narrow>{_NARROW})|(?P<wide>{_NEGATOR})")
_CONTRAST = re.compile(
    "而是|而且|反而|转而|而改|但(?!凡)|(?<![冷退忘])却|只(?!要)|改为|改用|改成|转为|转用|也|还(?![款清贷债钱原])|不过(?![度分问期])|可是|就是"
)
_TURN = re.compile("而是|而且|反而|转而|但(?!凡)|(?<![冷退忘])却|改为|改用|可是|不过(?![度分问期])")
_FILLER = re.compile(
    "以任何形式|任何|形式|方式|途径|渠道|从事|进行|开展|涉及|参与|采用|采取|使用|通过|针对|包括|包含|属于|存在|提供|接受|支持|允许|注册"
    "|我司|我们|公司|一切|所有|各类|各种|此类|这类|相关|业务|行为|一律|坚决|予以|[做会是有在以从由经用的了过为与和或及对向去得再曾将可能许予]"
)
_VERBS = (
    "做|涉及?|会|从事|进行|开展|存在|允许|采用|采取|使用|接受|支持|碰|参与|包括|包含|含|提供|可以?|可能|行|许|能|得|予|再|曾|用|买|打|搞|有"
    "|是|属于|发生|考虑"
)
_AFTER = f"(?={_END}|[了过的此这该类、]|任何|发生|出现|行为|事项|范围|之列|使用|开展|进行)"
_DENIAL = re.compile(
    f"(?:不|没有?|无|未|勿)(?:{_VERBS})+{_AFTER}|(?:无|否|没有?|不|未)(?={_END})|无此"
    f"|(?:禁止|严禁|杜绝|拒绝|抵制){_AFTER}|除外|以外|之外|零容忍|0容忍"
)


class _Hit(NamedTuple):
    word: str
    quote: str
    denied: bool


def asserts(text: object, words: Iterable[str]) -> tuple[str, ...]:
    """The `words` that `text` affirms, as the kit spells them, each once; empty where there is none.

    How a hit is judged (design §3): the text is folded, parted into clauses, and stripped of inner
    spaces and punctuation.  Of overlapping words the longest counts.  A hit is denied when a negator
    stands before it, at most ten characters away (fillers such as 做, 任何形式 and the earlier items of
    a 、 list are not counted) and without a word of contrast (而是, 但, 也 …) between; or when a denial
    (无, 不涉及, 一律禁止 …) follows it just as near.  Double negation stays denied: then a person reads it.
    """
    return tuple(dict.fromkeys(hit.word for hit in _hits(str(text), tuple(words)) if not hit.denied))


def denies(text: object, words: Iterable[str]) -> tuple[str, ...]:
    """The phrases of `text` that deny one of `words`, from the negator through the word or from the word
    through the denial, each once; empty where there is none.  See `asserts`."""
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
    return (
        ()
        if pattern is None
        else tuple(hit for clause in _clauses(text) for hit in _clause_hits(clause, pattern, spelling))
    )


def _clauses(text: str) -> Iterator[str]:
    lines = _LINE_BREAK.sub("\n", text)
    for clause in _CLAUSE_END.split(visible(lines)):
        squeezed = _TRICKS.sub("", fold(clause))
        if squeezed:
            yield squeezed + _END


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
    """Where the negator stands that reaches the hit at `at`, the nearest first."""
    for number in range(bisect_right(negators, at, key=re.Match.end) - 1, -1, -1):
        token = negators[number]
        if at - token.end() > _REACH:
            break
        between = clause[token.end() : at]
        spent = token.lastgroup == "narrow" and _SPENT.search(between)
        if _near(between) and not spent and not _CONTRAST.search(between):
            return token.start()
    return None


def _denied_until(clause: str, at: int) -> int | None:
    """Where the denial ends that follows the hit ending at `at`."""
    match = _DENIAL.search(clause, at, at + _REACH)
    if match is None:
        return None
    between = clause[at : match.start()]
    return match.end() if _near(between) and not _TURN.search(between) else None


def _near(between: str) -> bool:
    return all(len(_FILLER.sub("", item)) <= _WINDOW for item in between.split("、"))


# ── amounts in capitals ─────────────────────────────────────────────────────────────────────────
def capitals(amount: Decimal) -> str:
    """An amount of yuan in Chinese capitals (大写): 12000 → 壹万贰仟元整, 0.085 → 捌分伍厘.

    Rounded half up to 厘 and 毫, the third and fourth decimal.  ValueError beyond 16 digits of yuan.
    """
    import cn2an

    exact = abs(amount).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    whole, decimals = f"{exact:f}".split(".")
    # cn2an cuts what lies below 分, so it is given just that much.
    found: str = cn2an.an2cn(f"{whole}.{decimals[:2]}", "rmb")
    mills = "".join(
        f"{cn2an.an2cn(digit, 'up')}{unit}" if digit != "0" else "零"
        for digit, unit in zip(decimals[2:], "厘毫", strict=True)
    ).rstrip("零")
    if mills:
        found = "" if found == "零元整" else found.removesuffix("整")
        joined = mills if decimals[1] != "0" else f"零{mills.lstrip('零')}"
        found = found + joined if found else mills.lstrip("零")
    return f"负{found}" if amount < 0 and exact else found
