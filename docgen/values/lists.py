"""Lists as people write them → their items.  Imports text alone."""

from __future__ import annotations

import re

from docgen.text import clean_line, parted

_END = re.compile(r"[、，,；;\n]")
_PIECES = re.compile(r"([、，,；;\n()（）])")
_BULLET = re.compile(r"(?:[（(]\d{1,2}[)）]|\d{1,2}[)）]|\d{1,2}[.．](?!\d)|[①-⑳•●·*-])\s*")
_FIRST_NUMBER = re.compile(r"[(（]?\d{1,2}(?:[.．](?!\d)|[、)）])")
_NEXT_NUMBER = re.compile(rf" (?={_FIRST_NUMBER.pattern})")  # `1.营业执照 2.许可证`
_ONLY_A_NUMBER = re.compile(r"\d{1,2}|[一二三四五六七八九十]{1,3}")


def read(text: str) -> tuple[str, ...]:
    """The items of `text`: parted by 、，； or line breaks outside brackets, cleaned, without numbering.

    Joined by 、 they read back as the same items.
    """
    found = []
    whole = parted(text)
    for part in _parts(_NEXT_NUMBER.sub("\n", whole) if _FIRST_NUMBER.match(whole) else whole):
        item = clean_line(part)
        while bullet := _BULLET.match(item):
            item = item[bullet.end() :]
        # `1、营业执照` leaves a number of its own.
        if item and not _ONLY_A_NUMBER.fullmatch(item):
            found.append(item)
    return tuple(found)


def _parts(text: str) -> list[str]:
    if text.count("(") + text.count("（") != text.count(")") + text.count("）"):
        return _END.split(text)
    pieces: list[list[str]] = [[]]
    depth = 0
    for piece in _PIECES.split(text):
        depth += (piece in {"(", "（"}) - (piece in {")", "）"})
        if depth <= 0 and _END.fullmatch(piece):
            pieces.append([])
        else:
            pieces[-1].append(piece)
    return ["".join(part) for part in pieces]
