"""The text of an answer as somebody wrote it, without what the form prints around it: hints and lines to write on."""

from __future__ import annotations

import re
from typing import NamedTuple

from docgen.extract.vocabulary import Vocabulary
from docgen.text import visible

_LINE = re.compile(r"^[\s_＿﹍]*[_＿﹍]{3,}\s*|\s*[_＿﹍]{3,}[\s_＿﹍]*$")
_BOTH = re.compile(r"^\s*[_＿﹍]{2,}(?P<answer>.*?)[_＿﹍]{2,}\s*$", re.DOTALL)
_SEAM = " \t\n\r　:：,，;；。.、/|-—"
#: So many letters of a hint at the beginning or end of a text are no chance.
_TELLING = 6


class AnswerText(NamedTuple):
    """What was written, and what of it looks like a hint of the form that could not be taken off for certain."""

    text: str
    remains: str = ""


def without_print(vocabulary: Vocabulary, key: str, text: str) -> AnswerText:
    """The answer in a text: without lines to write on, without the field's hints before and behind it."""
    found = _without_lines(vocabulary.without_hints(key, text), ends_in_blank=bool(vocabulary.fields[key].other))
    for hint in vocabulary.hints(key):
        found = _taken_off(found, hint)
    remains = next(filter(None, (_remains(found, hint) for hint in vocabulary.hints(key))), "")
    return AnswerText(found, remains)


def _without_lines(text: str, *, ends_in_blank: bool) -> str:
    """The text without lines to write on around it; a list of choices may end in the blank of 其他."""
    if "_" not in text and "＿" not in text and "﹍" not in text:
        return text
    both = _BOTH.match(text)
    if both:
        return both["answer"].strip()
    return text if ends_in_blank else _LINE.sub("", text)


def _taken_off(text: str, hint: str) -> str:
    """The text without the whole hint at its beginning or its end."""
    bare, at = _letters(text)
    wanted, _ = _letters(hint)
    if len(wanted) < _TELLING - 2 or len(bare) <= len(wanted):
        return text
    if bare.startswith(wanted):
        return text[at[len(wanted) - 1] + 1 :].lstrip(_SEAM + "」）)")
    if bare.endswith(wanted):
        return text[: at[len(bare) - len(wanted)]].rstrip(_SEAM + "「（(")
    return text


def _remains(text: str, hint: str) -> str:
    """What of the hint still stands in the text: a good part of its beginning or end, or all of it."""
    bare, _ = _letters(text)
    wanted, _ = _letters(hint)
    if len(wanted) < _TELLING or not bare:
        return ""
    if wanted in bare:
        return wanted
    head = _common(bare, wanted)
    tail = _common(bare[::-1], wanted[::-1])[::-1]
    best = max(head, tail, key=len)
    is_all = best == bare and len(best) >= _TELLING - 2
    return best if is_all or (len(best) >= _TELLING and len(best) * 2 >= len(wanted)) else ""


def _common(left: str, right: str) -> str:
    at = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        at += 1
    return left[:at]


def _letters(text: str) -> tuple[str, list[int]]:
    """The letters and digits of the text, folded, and where each stands in it."""
    bare: list[str] = []
    at: list[int] = []
    for number, letter in enumerate(text):
        for folded in visible(letter).casefold():
            if folded.isalnum():
                bare.append(folded)
                at.append(number)
    return "".join(bare), at
