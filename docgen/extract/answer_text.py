"""Remove the printed texts of the form (hints, lines to write on) from an answer."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from docgen import values
from docgen.extract.template_text import letters
from docgen.extract.vocabulary import Vocabulary
from docgen.model.kit import Field, FieldType, Kit
from docgen.patterns import regex
from docgen.text import fold_label, visible
from docgen.values.problems import is_harmless

_LINE = regex(r"^[\s_＿﹍]*[_＿﹍]{3,}\s*|\s*[_＿﹍]{3,}[\s_＿﹍]*$")
_BOTH = regex(r"^\s*[_＿﹍]{2,}(?P<answer>.*?)[_＿﹍]{2,}\s*$", re.DOTALL)
_SEAM = " \t\n\r　:：,，;；。.、/|-—"
_LONGEST_UNIT = 8
_LONGEST_LABEL = 20
_NUMBERS = {FieldType.COUNT, FieldType.NUMBER, FieldType.MONEY, FieldType.PERCENT}
_ABOUT = {"约", "大约", "大概", "预计", "约为"}
_SCALES = "十百千万萬亿億"
#: At least this many letters of a hint at the beginning or end of a text are no coincidence.
_TELLING = 6
#: The same limit for a text that is only part of a hint.
_LEAST = 4


class AnswerText(NamedTuple):
    """The answer, and any part of it that looks like a hint but could not be removed with certainty."""

    text: str
    remains: str = ""


@lru_cache(maxsize=1024)
def unit_of(kit: Kit, key: str, label: str) -> str:
    """The unit in a field's label, if the field itself counts in another: 万 of `外呼量（万）`."""
    return values.stated_unit(kit.all_fields[key], label)


def bare_unit(kit: Kit, key: str, text: str) -> str:
    """The unit that a text of its own states, `万`, `（万通）`; empty if it is anything else."""
    stripped = text.strip()
    if len(stripped) > _LONGEST_UNIT or any(letter.isnumeric() and letter not in _SCALES for letter in stripped):
        return ""
    return unit_of(kit, key, stripped) or unit_of(kit, key, f"（{stripped}）")


@lru_cache(maxsize=1024)
def is_measure(kit: Kit, key: str, text: str) -> bool:
    """Whether a text only says what a number beside it counts, and leaves it as it is: `通/天`, `约`."""
    field = kit.all_fields[key]
    bare = text.strip()
    if field.type not in _NUMBERS or len(bare) > _LONGEST_UNIT or any(map(str.isnumeric, bare)):
        return False
    if bare in _ABOUT:
        return True
    five = values.parse(field, "5")
    is_word = any(map(str.isalpha, bare)) and not is_harmless(bare)
    return is_word and five.value is not None and five == values.parse(field, f"5{bare}")


def repeats_label(field: Field, text: str) -> bool:
    """Whether a text in the place of an answer is the label of the field itself."""
    return len(text) <= _LONGEST_LABEL and fold_label(text) == fold_label(field.label)


def without_print(vocabulary: Vocabulary, key: str, text: str) -> AnswerText:
    """The answer without lines to write on and without the field's hints before and after it."""
    if "\n" in text:
        text = vocabulary.without_hints(key, text)
    if "_" in text or "＿" in text or "﹍" in text:
        text = _without_lines(text, ends_in_blank=bool(vocabulary.fields[key].other))
    if not vocabulary.may_hold_hint(key, text):
        return AnswerText(text)
    hints = [letters(hint) for hint in vocabulary.hints(key)]
    for hint in hints:
        text = _taken_off(text, hint)
    return AnswerText(text, next(filter(None, (_remains(text, hint) for hint in hints)), ""))


def _without_lines(text: str, *, ends_in_blank: bool) -> str:
    """The text without the lines to write on around it; a list of choices may end in the blank of 其他."""
    both = _BOTH.match(text)
    if both:
        return both["answer"].strip()
    return text if ends_in_blank else _LINE.sub("", text)


def _taken_off(text: str, hint: str) -> str:
    """The text without the whole hint at its beginning or its end."""
    bare, at = _letters_at(text)
    if len(bare) <= len(hint):
        return text
    if bare.startswith(hint):
        return text[at[len(hint) - 1] + 1 :].lstrip(_SEAM + "」）)")
    if bare.endswith(hint):
        return text[: at[len(bare) - len(hint)]].rstrip(_SEAM + "「（(")
    return text


def _remains(text: str, hint: str) -> str:
    """The part of the hint that is still in the text: a good part of its beginning or end, or all of it."""
    bare, _ = _letters_at(text)
    if not bare or hint in bare:
        return hint if bare else ""
    best = max(_common(bare, hint), _common(bare[::-1], hint[::-1])[::-1], key=len)
    is_all = best == bare and len(best) >= _LEAST
    return best if is_all or (len(best) >= _TELLING and len(best) * 2 >= len(hint)) else ""


def _common(left: str, right: str) -> str:
    at = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        at += 1
    return left[:at]


def _letters_at(text: str) -> tuple[str, list[int]]:
    """The letters and digits of the text, folded, and the position of each."""
    bare: list[str] = []
    at: list[int] = []
    for number, letter in enumerate(text):
        for folded in visible(letter).casefold():
            if folded.isalnum():
                bare.append(folded)
                at.append(number)
    return "".join(bare), at
