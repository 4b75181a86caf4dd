"""Define the result of reading one answer: its value and its problems.

No part of an answer is dropped silently: a `Problem` quotes what did not become part of the value, except the words
of `HARMLESS`, which change no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from docgen.model.intake import Level, Value
from docgen.patterns import regex
from docgen.text import clean_line, fold, words


class Problem(NamedTuple):
    """A problem with an answer: message code, level, and what the message quotes."""

    code: str
    level: Level = Level.INVALID
    details: Mapping[str, str] = {}


class Parsed(NamedTuple):
    """An answer as understood.  Not given: no value and no problem of level `invalid`; unreadable: no value and
    such problems."""

    value: Value | None
    problems: tuple[Problem, ...] = ()


NOT_GIVEN = Parsed(None)


def invalid(code: str, **details: str) -> Parsed:
    """A result without a value, for this reason."""
    return Parsed(None, (Problem(code, details=details),))


#: Words beside a value that do not change it: courtesies, 约 and the like, particles.
HARMLESS = words(
    "大约 大概 约 约为 左右 上下 差不多 预计 预估 估计 估算 共 共计 合计 总计 一共 总共 总 计 为 是"
    " 即 的 了 吧 呢 啊 哦 哈 哟 个 谢谢 多谢 感谢 您好 你好 即可 就行 就可以 就好 可以 需 需要 要"
    " 想要 希望 我们 我司 我方 本公司 请 麻烦 等于 approx about thanks"
)
_HARMLESS = regex("|".join(sorted(map(re.escape, HARMLESS), key=len, reverse=True)))
#: In a remark these words may withdraw the value, so a person must read it.
_CONTRARY = regex(
    "不|未|没|无|非|否|勿|别|取消|作废|改|换|待|或|另|错|删|除|暂缓|暂停|停用|停机|欠费|空号|注销|失效|过期|离职|旧"
)
#: The same beside a name, whose own words may be any of those.
_WITHDRAWN = regex(
    "作废|取消|离职|[更改]换|改[为成]|变更|更名|更正|停用|停业|停机|欠费|注销|空号|失效|有误|错|非本人|待[定核确补]"
)
#: The number is one of several, each line's for instance, or in a unit of its own.
_RATE = regex("(?m)^(?:[每单各/]|[十百千万亿kwg]+$)")
#: In brackets, behind a mark, or after a word that changes what is before it.
_BESIDE_NAME = regex(r"[(（【\[][^()（）【】\[\]]+|[,，;；。\s].+$|(?:改为|改成|更换为|变更为|更名为|更正|→|-+>|=>).*$")
_QUOTES = 3  # remarks quoted; of more, the first ones and an ellipsis


def is_harmless(text: str) -> bool:
    """Whether the text can be dropped without losing anything."""
    return not any(map(str.isalnum, _HARMLESS.sub("", fold(text))))


def withdrawn_in(text: str) -> tuple[Problem, ...]:
    """A note on words in the brackets of a name, or behind it, that may withdraw it: `王女士（已离职）`."""
    remarks = [remark for remark in _BESIDE_NAME.findall(text) if _WITHDRAWN.search(remark)]
    entry = "」「".join(remark.strip("（(：: ）)") for remark in remarks)
    return (Problem("remark-contrary", Level.MANUAL, {"entry": entry}),) if remarks else ()


def remarks_on(
    remarks: Iterable[str], *, numbers_count: bool = False, names: Iterable[str] = ()
) -> tuple[Problem, ...]:
    """Notes on the words beside a value: advice that quotes them.

    A person must read them if they may withdraw the value, name another of the choices `names`, or hold a number while
    `numbers_count`.
    """
    quoted_remarks = [quoted for remark in remarks if not is_harmless(remark) and (quoted := clean_line(remark))]
    if not quoted_remarks:
        return ()
    folded = fold("\n".join(quoted_remarks))
    is_contrary = bool(_CONTRARY.search(folded)) or any(fold(name) in folded for name in names)
    if numbers_count:
        is_contrary = is_contrary or any(map(str.isdigit, folded)) or bool(_RATE.search(folded))
    code, level = ("remark-contrary", Level.MANUAL) if is_contrary else ("remark-left", Level.ADVICE)
    entry = "」「".join(quoted_remarks[:_QUOTES]) + ("…" if len(quoted_remarks) > _QUOTES else "")
    return (Problem(code, level, {"entry": entry}),)
