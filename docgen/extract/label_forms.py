"""Reduce a label to its plain form: within a path, in two languages, or worded as a question.

Works on words only, without cells: `LabelForms` takes the names of a kit's fields and groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from docgen.extract.template_text import letters
from docgen.model.kit import Kit
from docgen.patterns import regex
from docgen.text import HAN, fold, fold_label, visible, without_numbering

_LONGEST = 80
#: Words in English labels that name no field.
_GLUE = frozenset(
    [
        "", "a", "an", "and", "any", "are", "by", "each", "for", "full", "how", "if", "in", "is", "item", "many",
        "much", "no", "number", "of", "on", "optional", "or", "other", "per", "please", "required", "the", "to",
        "total", "type", "we", "what", "which", "who", "with", "you", "your",
    ]
)  # fmt: skip
_WORDS = r"[A-Za-z][A-Za-z0-9 .,'’&()/_?-]*"
_BREAK = r"(?:\s*[\s/|(（:·-]\s*)?"
_HAN_FIRST = regex(rf"(?s)(?P<han>.*[{HAN}][^A-Za-z]*?){_BREAK}(?P<latin>{_WORDS})[)）*＊:：\s]*")
_LATIN_FIRST = regex(rf"(?s)[*＊\s]*(?P<latin>{_WORDS}?){_BREAK}(?P<han>[^A-Za-z]*[{HAN}].*)")
_PATH = regex(r"\s*(?:->|[/／>＞›»→|｜·.:：_-])\s*")
#: Words that turn a label into a polite request or a question, folded.
_ASKING = regex("(?:请您?(?:填写|输入|选择|提供|注明|说明|问))?(?:[您你]们?的?)?")
_ASKED = regex("(?:是(?:什么|多少|哪[些个里]|几[个位条])?|有哪些|为)?$")
#: Words that may precede a label.
_ASKS = "请您你必选可非单多填第问题"


class LabelForms:
    """The forms of labels for a kit with these field `names` and these sections and `groups`."""

    def __init__(self, names: Iterable[str], groups: Iterable[str]) -> None:
        latin = [_words_of(name) for name in names if name.isascii()]
        self._latin = frozenset(map(letters, latin))
        self._english = frozenset(_stem(word) for name in latin for word in re.findall("[a-z]+", name)) | _GLUE
        self._groups = frozenset(letters(group) for group in groups)
        self.initials = frozenset(name[0] for name in self._groups if name) | frozenset(_ASKS)

    def of(self, text: str) -> Iterator[str]:
        """The possible forms of a text, the most certain first."""
        yield from (fold(text), fold_label(text), letters(text))
        if len(text) > _LONGEST:
            return
        for shorter in (self._last_of_path(text), *self._in_two_languages(text), _unasked(text)):
            if shorter and shorter != text:
                yield from (fold_label(shorter), letters(shorter))

    def _last_of_path(self, text: str) -> str:
        """The part after the names of sections and groups: `公司名称` of `客户信息/公司名称`."""
        found = text
        while (cut := _PATH.search(found, 1)) and letters(fold_label(found[: cut.start()])) in self._groups:
            found = found[cut.end() :]
        return found

    def _in_two_languages(self, text: str) -> Iterator[str]:
        """The Han part of `公司名称 Company Name` if the rest consists of words of English labels, or the reverse; also
        after numbering."""
        plain = visible(without_numbering(text))
        for pattern in (_HAN_FIRST, _LATIN_FIRST):
            match = pattern.fullmatch(plain)
            if match and self._is_label(match["latin"]):
                yield match["han"]

    def _is_label(self, latin: str) -> bool:
        """Whether the text is a label, or at least half of its words, and not only filler words, are from labels.

        So the name of a person is not mistaken for a translation.
        """
        if letters(latin) in self._latin:
            return True
        words = [_stem(word) for word in re.findall("[a-z]+", latin.casefold())]
        known = [word for word in words if word in self._english]
        return len(known) * 2 >= len(words) and any(word not in _GLUE for word in known)


def _words_of(text: str) -> str:
    """The words of an ASCII text in lower case; underscores, as in field keys, separate words."""
    return text.casefold().replace("_", " ")


def _stem(word: str) -> str:
    """A word without its plural ending."""
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


def _unasked(text: str) -> str:
    """`公司名称` of `请填写您的公司名称` and of `您的公司名称是什么？`."""
    folded = fold_label(text)
    start = _ASKING.match(folded)
    found = folded[start.end() if start else 0 :]
    return _ASKED.sub("", found)


@cache
def label_forms(kit: Kit) -> LabelForms:
    """The forms of the labels of a kit, made once per process."""
    fields = kit.all_fields.values()
    groups = (group for field in fields for group in (field.group, field.section))
    titles = (title for section in kit.sections for title in (section.key, section.label))
    names = (name for field in fields for name in (field.key, *field.aliases))
    return LabelForms(names, (*filter(None, groups), *titles))
