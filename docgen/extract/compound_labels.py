"""Split labels that name two fields (`联系人/职位`) or a field and one of its choices (`行业/银行`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from docgen.model.kit import Field, FieldType
from docgen.patterns import regex
from docgen.text import HAN, fold
from docgen.values import yesno

#: Separators between the labels of two fields, and between their answers.
_BETWEEN = ("/", "／", "、", "，", ",", "；", ";", "|", "｜", "\n", "+", "&", "和", "及")
_NARROW = {"／": "/", "，": ",", "；": ";", "｜": "|"}
_NARROWED = str.maketrans(_NARROW)
#: Separators between answers, where they are not those between the labels; None is white space.
_ANSWERS_BETWEEN = ("\n", "/", ",", "、", ";", "|", "+", "&", None, "-", ":", "：")
_HAN = regex(f"[{HAN}]")  # the words of a name may be separated by blanks where it is not Chinese
#: Separators between a label and one of its choices.
_BEFORE_OPTION = frozenset("/／>›·|｜_.-—－(（[【〔")
_NUMBERED = regex(r"^(?:\(?\d{1,2}\)?[.、:：-]|[a-z][.、:：)-]|[①-⑳])(?=.)")
_LONGEST = 60
#: Stands for 其他 among the keys of choices.
OTHER = "other"

LookUp = Callable[[str], tuple[str, ...]]


class Joint(NamedTuple):
    """The fields that one label names together, and the separator between their names."""

    keys: tuple[str, ...] = ()
    separator: str = ""

    def split(self, answer: str, could_answer: Callable[[str, str], bool | None]) -> tuple[str, ...]:
        """The answers in a text, one for each field; empty if the number of parts differs.

        They are separated as the labels are, or otherwise if each part could then answer its field.
        """
        plain = _NARROW.get(self.separator, self.separator)
        text = answer.translate(_NARROWED)
        own = tuple(part.strip() for part in text.split(plain))
        if len(own) == len(self.keys):
            return own
        for separator in _ANSWERS_BETWEEN:
            parts = tuple(filter(None, map(str.strip, text.split(separator))))
            if len(parts) != len(self.keys):
                continue
            fits = [could_answer(key, part) for key, part in zip(self.keys, parts, strict=True)]
            if False not in fits and (True in fits or all(map(_HAN.search, parts))):
                return parts
        return ()


def joint(text: str, look_up: LookUp) -> Joint:
    """The fields (two or more) whose labels make up the text; empty for any other text."""
    if len(text) > _LONGEST:
        return Joint()
    for separator in _BETWEEN:
        parts = text.split(separator)
        if len(parts) < 2 or not all(part.strip() for part in parts):
            continue
        found = [look_up(part) for part in parts]
        keys = tuple(keys[0] for keys in found if len(keys) == 1)
        if len(keys) == len(parts) == len(set(keys)):
            return Joint(keys, separator)
    return Joint()


def option(text: str, look_up: LookUp, fields: Mapping[str, Field]) -> tuple[str, str] | None:
    """The field and choice that a label names together: `行业/银行` or `行业（银行）`."""
    if len(text) > _LONGEST:
        return None
    for at in (at for at, letter in enumerate(text) if at and letter in _BEFORE_OPTION):
        tail = text[at + 1 :].strip(" \n*＊)）]】〕")
        keys = look_up(text[:at]) if tail else ()
        choice = choice_named(fields[keys[0]], tail) if len(keys) == 1 else None
        if choice:
            return keys[0], choice
    return None


def choice_named(field: Field, text: str) -> str | None:
    """The key of the choice if the text is its name; `OTHER` for 其他; yes or no for a yes/no field."""
    bare = _NUMBERED.sub("", fold(text)).strip("*:;,.、；，。")
    return _names(field).get(bare) or _names(field).get(fold(text))


def names_of_other(other: str) -> tuple[str, ...]:
    """The ways to write the choice that takes any other text: as the kit does, and 其它 for 其他."""
    return (other, "其它") if fold(other) == "其他" else (other,)


@lru_cache(maxsize=256)
def _names_of(field_type: FieldType, choices: tuple[tuple[str, str], ...], other: str | None) -> dict[str, str]:
    names = {fold(name): key for name, key in reversed(choices)}
    if field_type is FieldType.YES_NO:
        names |= dict.fromkeys(("是", "有", "已", "yes"), yesno.YES) | dict.fromkeys(("否", "无", "未", "no"), yesno.NO)
    if other:
        names |= {fold(name): OTHER for name in names_of_other(other)}
    return names


def _names(field: Field) -> dict[str, str]:
    named = tuple((name, choice.key) for choice in field.choices for name in (choice.label, *choice.synonyms))
    return _names_of(field.type, named, field.other)
