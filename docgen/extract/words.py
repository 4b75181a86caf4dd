"""Look up words of sheets and forms that belong to no kit (headings, marks, framing), from `words.yaml` beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from pathlib import Path

from docgen.patterns import regex
from docgen.text import fold, fold_label, is_instruction, says_nothing
from docgen.user_cache import own_yaml

_EXAMPLE = regex(
    r"\s*[(（【\[]?(?:示例|样例|范例|举例|例子|例如|比如|例|如|[Ee]\.?g\.?|[Ee]xample)\s*[:：]|\s*[(（【\[](?:示例|样例|范例|例)[)）】\]]"
)
_BOX = regex("[□☐○☑√■✓]")
_SCALE = regex(r"[(（][十百千万亿]+[元通个次条路人]?[)）]\s*$")
_BULLETS = " *＊※★☆●◆•·-—"
_SHORT = 15  # a longer text is no heading
_LONGEST = 200  # a longer text is no heading, frame or title, and is not looked up


class Heading(Enum):
    """What a heading says about the cells below or beside it."""

    LABEL = "label"
    ANSWER = "answer"
    PRINTED = "printed"
    REMARK = "remark"
    COUNTING = "counting"


@dataclass(frozen=True)
class _WordList:
    """A list of whole texts, and patterns to search for in a text."""

    whole: frozenset[str]
    pattern: re.Pattern[str]

    def has(self, text: str) -> bool:
        folded = fold(text)
        return fold_label(text) in self.whole or folded in self.whole or bool(self.pattern.search(folded))


@cache
def _data() -> dict[str, object]:
    return own_yaml(Path(__file__).with_name("words.yaml"))


def _texts(name: str, part: str = "") -> list[str]:
    entry = _data()[name]
    found = entry[part] if isinstance(entry, dict) else entry
    return [str(word) for word in found] if isinstance(found, list) else [str(found)]


@cache
def _list(name: str, part: str = "", *, anywhere: bool = False) -> _WordList:
    """The words under a name; with `anywhere`, plain words count at any position in a text."""
    words = _texts(name, part)
    patterns = [word for word in words if anywhere or word.startswith("^") or word.endswith("$")]
    whole = frozenset(folded for word in words for folded in (fold(word), fold_label(word)) if folded)
    return _WordList(whole, re.compile("|".join(patterns) or "(?!)", re.IGNORECASE))


@lru_cache(maxsize=4096)
def heading(text: str) -> Heading | None:
    """What the text says about its column or row, None if it is no such heading."""
    if len(text) > _SHORT * 2:
        return None
    whole = whole_heading(text)
    return whole or next((kind for kind in Heading if _list("headings", kind.value).has(text)), None)


def whole_heading(text: str) -> Heading | None:
    """What the text says if it is a heading and cannot be a name: `示例`, not `北京示例`."""
    return _whole_headings().get(fold_label(text)) if len(text) <= _SHORT * 2 else None


@cache
def _whole_headings() -> dict[str, Heading]:
    """The whole texts of headings; a text of several kinds is of the first."""
    return {text: kind for kind in reversed(Heading) for text in _list("headings", kind.value).whole}


def is_clerical(text: str) -> bool:
    """Whether the text heads a column that the sender keeps for internal use."""
    return len(text) <= _SHORT * 2 and _list("clerical").has(text)


def is_withdrawn(text: str) -> bool:
    """Whether a status says that the customer's row no longer holds: `作废`, `已取消`."""
    return len(text) <= _SHORT and _list("withdrawn").has(text)


def is_framing(text: str) -> bool:
    """Whether the line only frames the answers: who filled in the form, totals, export notes, signatures."""
    if len(text) > _LONGEST or is_change(text):
        return False
    return (
        any(_list("framing").has(one) for one in (text, text.lstrip(_BULLETS)))
        or is_instruction(text)
        or _is_open(text)
    )


def _is_open(text: str) -> bool:
    """Whether the text is a label with nothing behind it: `备注：无`."""
    _, colon, rest = fold(text).partition(":")
    return bool(colon) and says_nothing(rest)


def is_remark(text: str) -> bool:
    """Whether the text reads like a remark that a customer adds."""
    return not _is_open(text) and (_list("remarks", anywhere=True).has(text) or is_change(text))


def is_example(text: str) -> bool:
    """Whether the text begins as an example does: `例：5000`."""
    return _EXAMPLE.match(text) is not None


def is_example_title(title: str) -> bool:
    """Whether the title of a sheet says that it only shows how a form is filled in: `填写示例`."""
    return len(title) <= _SHORT and _list("examples", anywhere=True).has(title)


def says_void(title: str) -> bool:
    """Whether the title of a sheet says that what is in it may no longer hold, or never did: `作废`, `填写示例`."""
    return is_example_title(title) or is_withdrawn(title) or is_change(title)


def states_unit(text: str) -> bool:
    """Whether the text says that the numbers of the sheet count in tens, thousands or more."""
    return len(text) <= _LONGEST and bool(_units().search(fold(text)))


def is_unit_line(text: str) -> bool:
    """Whether the text says so and no more, `（单位：万通）`; `整体外呼量（单位：万）` is a label."""
    found = _units().search(fold(text)) if len(text) <= _SHORT else None
    return found is not None and not fold(text)[: found.start()].strip("([【 ")


def ends_in_scale(text: str) -> bool:
    """Whether the text ends in tens, thousands or more in brackets: `填写内容（万）`."""
    return _SCALE.search(text) is not None


@cache
def _units() -> re.Pattern[str]:
    return re.compile("|".join(_texts("units")), re.IGNORECASE)


def is_addition(text: str) -> bool:
    """Whether the text adds to the answers or changes one, in words that no form prints."""
    return len(text) <= _LONGEST and (_list("additions", anywhere=True).has(text) or is_change(text))


def is_change(text: str) -> bool:
    """Whether the text changes an answer: `注：下月起改为8000`, but not `请把 □ 改为 ☑`."""
    if len(text) > _LONGEST or not _list("changes", anywhere=True).has(text) or _BOX.search(text):
        return False
    rest = _list("conditions", anywhere=True).pattern.sub("", fold(text))
    return rest == fold(text) or _list("changes", anywhere=True).has(rest)


def is_title(text: str) -> bool:
    """Whether the text may be a title or heading unknown to the kit."""
    return len(text) <= _SHORT * 2 and _list("titles").has(text)


def is_page(text: str) -> bool:
    """Whether the text is a page number."""
    return len(text) <= _SHORT * 2 and _list("pages").has(text)


def is_obligation(text: str) -> bool:
    """Whether the text says what kind of answer is expected, and whether it is required."""
    return len(text) <= _SHORT and _list("obligations").has(text)


@cache
def _customers() -> re.Pattern[str]:
    return re.compile(_texts("customers")[0], re.IGNORECASE)


def is_customer_heading(text: str) -> bool:
    """Whether the text heads the column of one customer among several: `客户一`, `公司A`."""
    return len(text) <= _SHORT and bool(_customers().fullmatch(fold(text)))


def is_organisation(text: str) -> bool:
    """Whether the text ends like the name of an organisation."""
    return fold(text).rstrip(")）.").endswith(_endings())


@cache
def _endings() -> tuple[str, ...]:
    return tuple(fold(word).rstrip(".") for word in _texts("organisations"))


@cache
def mark_words(kind: str) -> frozenset[str]:
    """The texts of one kind of mark: `chosen`, `left`, `either`."""
    return frozenset(fold(word) for word in _texts("marks", kind))


@cache
def prefixes() -> re.Pattern[str]:
    """Finds a word that may precede a label, the longest first."""
    words = sorted(map(fold, _texts("prefixes")), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


@cache
def picture() -> str:
    """The text that represents a picture in lists of texts."""
    return _texts("picture")[0]


def thing(kind: str, beside: str = "") -> str:
    """How a message names an object other than a cell's own text, or a text beside an unknown label; else empty."""
    found = _data()["things"]
    assert isinstance(found, dict)
    return str(found["beside"]).format(label=beside) if beside else str(found.get(kind, ""))
