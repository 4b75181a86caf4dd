"""Compare the texts of a form with the texts that the kit prints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from docgen.model.intake import Level
from docgen.model.kit import Kit
from docgen.patterns import regex
from docgen.text import HAN, fold

#: Shorter examples, numbers, and short texts around template tags may occur anywhere by chance.
TELLING = 4
_PUNCTUATION = regex(r"[\W_]+")
#: A template tag, which any text may replace; and a tag that prints the name of the kit.
_TAG = regex(r"\{[{%#].*?[}%#]\}")
_KIT_TAG = regex(r"\{\{ *kit\.(\w+) *\}\}")


def marks(kit: Kit) -> tuple[str, ...]:
    """The beginnings of the notes that docgen writes on a form that it sends back."""
    summary = _TAG.split(kit.sheet.returned)[0].strip()
    return tuple(filter(None, (summary, kit.sheet.unrecognised, *map(kit.mark, Level))))


def split_printed(kit: Kit, texts: Iterable[str]) -> tuple[set[str], tuple[re.Pattern[str], ...]]:
    """The letters of a template's texts: the texts without tags, and a pattern for each text with tags."""
    static, patterns = set(), []
    for text in texts:
        filled = _KIT_TAG.sub(lambda tag: str(getattr(kit, tag[1], "")), text)
        around = [_PUNCTUATION.sub("", fold(part)) for part in _TAG.split(filled)]
        if len(around) == 1:
            static.add(letters(filled))
        elif len("".join(around)) >= TELLING:
            patterns.append(re.compile(".*".join(map(re.escape, around))))
    return static, tuple(patterns)


def parts(text: str, ends: str) -> list[str]:
    """The parts between the matches of `ends`, without blank ones."""
    return [part for part in re.split(ends, text) if part.strip()]


_NUMBERING = frozenset("、.．)）]】")
_HAN = regex(f"[{HAN}]")
_AHEAD = 60


def starts(text: str, initials: frozenset[str]) -> bool:
    """Whether the text can be a label or hint, by its first letter: a quick no for most cells of a table.

    Numbering, remarks and an English name in front are skipped (`1、公司名称`, `(必填)公司名称`, `Name 公司名称`).
    """
    for at, letter in enumerate(text):
        if letter.isalnum():
            folded = letter if letter in initials else fold(letter)
            if folded:
                is_known = folded[0] in initials or not _NUMBERING.isdisjoint(text[at + 1 : at + 4])
                return is_known or (folded[0].isascii() and bool(_HAN.search(text, at, at + _AHEAD)))
    return False


def is_line(text: str) -> bool:
    """Whether the text is only a line to write on."""
    return set(fold(text)) == {"_"}


def letters(text: str) -> str:
    """The folded letters and digits of a text, for comparisons without punctuation."""
    return _letters_once(text) if len(text) <= _SHORT else _letters(text)


def _letters(text: str) -> str:
    folded = fold(text)
    return _PUNCTUATION.sub("", folded) or folded


_SHORT = 60  # labels and hints, which are compared again and again
_letters_once = lru_cache(maxsize=4096)(_letters)


def holding(texts: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds the first or last letters of any of the folded texts, with any text between them."""
    ends = {part for text in texts if len(text) >= TELLING for part in (text[:TELLING], text[-TELLING:])}
    loose = (r"[\W_]*".join(f"[{re.escape(letter + letter.translate(_WIDE))}]" for letter in part) for part in ends)
    return re.compile("|".join(sorted(loose)) or "(?!)", re.IGNORECASE)


_WIDE = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}
