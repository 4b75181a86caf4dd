"""UTF-16 without a byte order mark, recognised by its first bytes."""

from __future__ import annotations

import codecs

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_ENDS = frozenset("\n\r\t,;|")


def utf16_without_mark(head: bytes) -> str | None:
    """The encoding of a text of which `head` is the beginning, where it is UTF-16 that does not say so; else None.

    Read with its bytes the wrong way round, a line end or a separator is no printable character.
    """
    if b"\0" not in head or head.startswith(_MARKS):
        return None
    return next((name for name in ("utf-16-le", "utf-16-be") if _is_text(head, name)), None)


def _is_text(head: bytes, encoding: str) -> bool:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)  # the last character may be cut in two
    except UnicodeError:
        return False
    return not _ENDS.isdisjoint(text) and all(letter.isprintable() or letter in "\n\r\t" for letter in text)
