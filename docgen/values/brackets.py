"""Separate a text from its remarks in brackets, and from quotation marks around it."""

from __future__ import annotations

import re
from typing import NamedTuple

from docgen.patterns import regex

_REMARK = regex(
    r"[(（]([^()（）]*)[)）]|[\[［]([^\[\]［］]*)[\]］]|【([^【】]*)】|〖([^〖〗]*)〗|〔([^〔〕]*)〕|\{([^{}]*)\}"
)


class Parts(NamedTuple):
    """The text outside brackets, and the text of each bracket that is not blank."""

    text: str
    remarks: tuple[str, ...]


def apart(text: str) -> Parts:
    """Split `text` at its brackets, inner ones first; an unclosed bracket stays in place."""
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


_OPENING = set(" \t\n\"“「'‘")
_QUOTES = regex(r"""\s*(?:"([^"]*)"|“([^“”]*)”|「([^「」]*)」|'([^']*)'|‘([^‘’]*)’)\s*""")


def unquoted(text: str) -> str:
    """`text` without quotation marks around the whole of it."""
    found = _QUOTES.fullmatch(text) if text[:1] in _OPENING else None
    inner = next(filter(None, found.groups()), "") if found else ""
    return unquoted(inner) if inner.strip() else text
