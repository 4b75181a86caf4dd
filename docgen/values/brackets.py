"""A text without its remarks in brackets, and the remarks."""

from __future__ import annotations

import re
from typing import NamedTuple

from docgen.patterns import regex

_REMARK = regex(
    r"[(（]([^()（）]*)[)）]|[\[［]([^\[\]［］]*)[\]］]|【([^【】]*)】|〖([^〖〗]*)〗|〔([^〔〕]*)〕|\{([^{}]*)\}"
)


class Parts(NamedTuple):
    """What is outside of brackets, and what in each of them that is not blank."""

    text: str
    remarks: tuple[str, ...]


def apart(text: str) -> Parts:
    """`text` taken apart, inner brackets first; one that never closes stays where it is."""
    remarks: list[str] = []

    def take(match: re.Match[str]) -> str:
        inner = next((group for group in match.groups() if group is not None), "").strip()
        if inner:
            remarks.append(inner)
        return " "

    count = 1
    while count:
        text, count = _REMARK.subn(take, text)
    return Parts(text, tuple(remarks))
