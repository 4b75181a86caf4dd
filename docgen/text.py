"""Text: cleaning of pasted text, folding for comparison, amounts in capitals (大写).

Cleaning keeps what was meant, to be printed; folding keeps what tells words apart, to be compared.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from docgen.patterns import regex

if TYPE_CHECKING:
    from decimal import Decimal

    from opencc import OpenCC

# Every block of ideographs: radicals, 々〇, extension A, the unified block, compatibility, planes 2 and 3.
HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RAISED, LOWERED = "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"  # digits above the line, and below it
# Controls, format and direction marks, variation selectors, and what XML cannot hold; no white space.
_INVISIBLE = regex(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
# What terminals obey: control characters; what they show in another order or not at all: marks and separators.
_OBEYED = regex(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
_SPACE = regex(r"[\s\u2800\u3164\uffa0]+")  # white space, and three letters that look like it
_HAN_GAP = regex(f"(?<=[{HAN}]) (?=[{HAN}])")
LINE_BREAK = regex("\r\n|[\r\v\f\x85\u2028\u2029]")
_BRACKET = regex("[()（）]")
_IS_HAN = regex(f"[{HAN}]")


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
    for line in LINE_BREAK.sub("\n", _INVISIBLE.sub("", text)).split("\n"):
        cleaned = clean_line(line)
        if cleaned or (lines and lines[-1]):
            lines.append(cleaned)
    return "\n".join(lines).rstrip("\n")


def parted(text: str) -> str:
    """`text` with its parts still apart, for reading lists: nothing invisible, each run of white space
    one line break where it holds one, else one space, also between Han characters."""
    text = LINE_BREAK.sub("\n", _INVISIBLE.sub("", text))
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


def without_invisible(text: str) -> str:
    """`text` without characters that nobody sees."""
    return _INVISIBLE.sub("", text)


def printable(text: str) -> str:
    """`text` with what a terminal would obey, or show elsewhere, written out: `\\u001b`, `\\u202e`, a lone surrogate.

    Line breaks and tabs stay; JSON stays the JSON of the same data.
    """
    return _OBEYED.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    import json  # not for --help

    return json.dumps(found[0])[1:-1]


def excerpt(text: str, longest: int) -> str:
    """`text`, or its beginning with … where it is longer."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def fold(text: str) -> str:
    """`text` for comparison only: NFKC, no case, no white space, nothing invisible, simplified characters."""
    # The labels of a form are compared again and again; a long text with one field after the other, and then no more.
    return _folded_lately(text) if len(text) > _SHORT else _folded_once(text)


def _folded(text: str) -> str:
    return simplified(_SPACE.sub("", unicodedata.normalize("NFKC", visible(text).casefold())))


_SHORT = 100
_folded_once = lru_cache(maxsize=8192)(_folded)
_folded_lately = lru_cache(maxsize=16)(_folded)


class _Simplified(dict[int, str]):
    """By code of a character its simplified form, asked of OpenCC once for each."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _simplified(chr(code))
        return found


_SIMPLIFIED = _Simplified()


def simplified(text: str) -> str:
    """`text` with traditional characters in their simplified form, one for one; for comparison only.

    A character of GB 2312 stays what it is, since only the words around it could tell (乾隆, 著名).
    """
    try:
        text.encode("gb2312")  # nearly every text: nothing to do, and no OpenCC to load
    except UnicodeEncodeError:
        return text.translate(_SIMPLIFIED)
    return text


def _simplified(character: str) -> str:
    if not _IS_HAN.match(character) or _is_gb2312(character):
        return character
    found = _converter().convert(character)
    return found if len(found) == 1 else character


def _is_gb2312(character: str) -> bool:
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


@cache
def _converter() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


def words(text: str) -> list[str]:
    """The words of `text`, which white space parts: for lists of words in code."""
    return text.split()


_NOTHING = frozenset(
    [
        *["无", "没有", "暂无", "空", "空白", "跳过", "未填", "未填写", "未作答", "未回答", "没填"],
        *["n/a", "n.a", "na", r"n\a", "null", "none", "nil", "nan", "undefined", "blank", "empty", "skipped"],
    ]
)
_DASHES = regex(r"[-‐‑‒–—―−─_/\\|~.…·]*")
_AROUND = "()[]【】「」<>《》“”\"'‘’。，,.;；:：!"


def bare(text: str) -> str:
    """`text` folded, without brackets, quotes and full stops around it."""
    return fold(text).strip(_AROUND)


def says_nothing(text: str) -> bool:
    """Whether `text` only says that there is nothing: empty, 无, /, —, N/A, 暂无 and the like, or what form tools
    write for it, (空), (跳过), null."""
    if len(text) >= 200:
        return not text.strip()
    folded = fold(text)
    return folded.strip(_AROUND) in _NOTHING or _DASHES.fullmatch(folded) is not None or not text.strip()


_BEFORE = " \t\n\u3000*＊#•·"  # before a numbering
_CLOSERS = {")": "(", "]": "[", "】": "【", "〕": "〔", "}": "{", "》": "《", "」": "「"}
_TENS = "[一二三四五六七八九十]{1,3}"
_COUNTED = r"\d{1,2}(?:[.．-]\d{1,2}){0,3}"
#: How questions are counted: `1、` `1.1 ` `Q1.` `第1题：` `（一）` `A.` `①`.  Forms have fewer than sixty of them.
_NUMBERING = regex(
    rf"^(?:[(（\[【](?:\d{{1,2}}|{_TENS}|[A-Za-z])[)）\]】][.．、:：]?|(?:Q|No\.?|问题|题目?)\s?{_COUNTED}[.．、:：)）-]?(?!\d)"
    rf"|第(?:\d{{1,2}}|{_TENS})[题项条][.．、:：]?|{_COUNTED}[.．、:：)）-](?!\d)|(?:[0-5]?\d\s+|\d{{1,2}}(?:[.．]\d{{1,2}}){{1,3}}\s*(?![十百千万亿]))(?=[{HAN}])"
    rf"|{_TENS}[、.．)）]|[A-Za-z][.．、)）]|[①-⑳⑴-⒛❶-❿➀-➉㈠-㈩㊀-㊉][.．、:：]?)\s*",
    re.IGNORECASE,
)
#: Marks of footnotes behind a label.
_FOOTNOTES = regex(rf"(?<=[{HAN}*＊)）])(?:[{RAISED}]+|[①-⑳])(?=\s*[*＊:：]?\s*$)")
_OBLIGATION = "必填项?|选填项?|非必填|可选|必选|单选题?|多选题?|填空题?|required|optional"
_OBLIGED = regex(rf"[(\[【](?:{_OBLIGATION}|\*)[)\]】]|(?:{_OBLIGATION})(?:[-_:*/|]|$)")
_OBLIGING = regex(rf"[-_:*/|]*(?:{_OBLIGATION})$")


@lru_cache(maxsize=4096)
def fold_label(text: str) -> str:
    """A label for comparison: folded, without stars, colons and other punctuation around it, without
    numbering before it, without remarks in brackets behind it, and without what says that it must be answered
    (`1、手机号*（必填）：` and `Q1. 手机号-必填` → `手机号`).

    A label that is nothing but brackets keeps what is in them (`【公司名称】` → `公司名称`).
    """
    text = _FOOTNOTES.sub("", text)
    found = _trim(fold(without_numbering(text))) or _trim(fold(text))
    found = _trim(_OBLIGED.sub("", found, count=1) if _OBLIGED.match(found) else found) or found
    while True:
        shorter = _trim(_OBLIGING.sub("", found))
        if found and found[-1] in _CLOSERS:
            opener = _opening(found)
            shorter = _trim(found[: max(opener, 0)]) or _trim(found[opener + 1 : -1])
        if not shorter or shorter == found:
            return found
        found = shorter


def without_numbering(text: str) -> str:
    """A label without the number of its question, and what is before that."""
    return _NUMBERING.sub("", text.lstrip(_BEFORE), count=1)


def _trim(text: str) -> str:
    """`text` without punctuation at its ends, brackets apart (an opening one may start, a closing one end it)."""
    start, end = 0, len(text)
    while start < end and not (text[start].isalnum() or text[start] in _CLOSERS.values()):
        start += 1
    while end > start and not (text[end - 1].isalnum() or text[end - 1] in _CLOSERS):
        end -= 1
    return text[start:end]


def _opening(text: str) -> int:
    """Where the bracket opens that closes `text`; -1 where none does."""
    closer, depth = text[-1], 0
    for at in range(len(text) - 1, -1, -1):
        if text[at] == closer:
            depth += 1
        elif text[at] == _CLOSERS[closer]:
            depth -= 1
            if not depth:
                return at
    return -1


# ── how sheets speak ────────────────────────────────────────────────────────────────────────────
_INSTRUCTION = regex("[注如例]:|说明:|请|例如|如有|填写|选择|勾选|非?必填|选填|可选|须|需要?填")
_TOTAL_OR_REMARK = regex(r"(?:[合总小共]计|总和|汇总|平均|total|sum)(?:[:(\d].*)?$|(?:备?注|(?:填[表写])?说明):")


def is_instruction(text: str) -> bool:
    """Whether the text tells people what to write, as remarks and explanations do."""
    return bool(_INSTRUCTION.match(fold(text).lstrip("(*[")))


_NUMBERING_HEADS = frozenset({"序号", "序", "编号", "行号", "项次", "no", "#", "№"})


def is_numbering(text: str) -> bool:
    """Whether the text heads a column that merely counts the rows."""
    return fold(text).strip(".:") in _NUMBERING_HEADS


def is_total_or_remark(text: str) -> bool:
    """Whether a row that begins with the text sums up or comments, as `合计` and `备注：…` do."""
    return bool(_TOTAL_OR_REMARK.match(fold(text)))


# ── amounts in capitals ─────────────────────────────────────────────────────────────────────────
def capitals(amount: Decimal) -> str:
    """An amount of yuan in Chinese capitals (大写): 12000 → 壹万贰仟元整, 0.085 → 捌分伍厘.

    Rounded half up to 厘 and 毫, the third and fourth decimal.  ValueError beyond 16 digits of yuan.
    """
    from decimal import ROUND_HALF_UP, Decimal

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
