"""Recognise UTF-16 without a byte order mark by its first bytes."""

from __future__ import annotations

import codecs

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_ENDS = frozenset("\n\r\t,;|")


def utf16_without_mark(head: bytes) -> str | None:
    """The encoding of a text that begins with `head`, if it is UTF-16 without a mark; otherwise None.

    With its bytes in the wrong order, a line end or separator is not a printable character.
    """
    if b"\0" not in head or head.startswith(_MARKS):
        return None
    return next((name for name in ("utf-16-le", "utf-16-be") if _is_text(head, name)), None)


def _is_text(head: bytes, encoding: str) -> bool:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)  # the last character may be incomplete
    except UnicodeError:
        return False
    return not _ENDS.isdisjoint(text) and all(letter.isprintable() or letter in "\n\r\t" for letter in text)
