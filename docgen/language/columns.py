"""Text in columns of a terminal, where a Chinese character is two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from docgen.patterns import regex

#: What stays on one line: blanks, a run of narrow characters, or a wide one with the punctuation after it.
_PIECE = regex(r"\s+|[!-\u2e7f]+[，。；：、！？）」』》]*|.[，。；：、！？）」』》]*")


def width(text: str) -> int:
    """How many columns the text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def padded(text: str, columns: int) -> str:
    """The text with blanks behind it, so many columns in all."""
    return text + " " * (columns - width(text))


def wrapped(text: str, columns: int) -> list[str]:
    """The lines of a paragraph, none wider than so many columns unless a word is."""
    return list(_wrapped(text, columns))


def _wrapped(text: str, columns: int) -> Iterator[str]:
    line = ""
    for piece in _PIECE.findall(text):
        if line and width(line) + width(piece.rstrip()) > columns:
            yield line.rstrip()
            line = ""
        if line or not piece.isspace():
            line += piece
    if line.strip():
        yield line.rstrip()
