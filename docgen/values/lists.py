"""Split lists, as people and programs write them, into items."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

from docgen.patterns import regex
from docgen.text import clean_line, parted
from docgen.values.choice_text import MARK

_END = regex(r"[、，,；;\n┋┊│┃¦]")
_PIECES = regex(r"([、，,；;\n┋┊│┃¦()（）])")
_BULLET = regex(r"(?:[（(]\d{1,2}[)）]|\d{1,2}[)）]|\d{1,2}[.．](?!\d)|[①-⑳•●·*-])\s*")
_FIRST_NUMBER = regex(r"[(（]?\d{1,2}(?:[.．](?!\d)|[、)）])")
_NEXT_NUMBER = regex(rf" (?={_FIRST_NUMBER.pattern})")  # `1.营业执照 2.许可证`
_TENS = "一二三四五六七八九十"
_ONLY_A_NUMBER = regex(rf"\d{{1,2}}|[{_TENS}]")
_LONGEST_DATA = 10_000
_BETWEEN_TWO = regex(r"[\s、，,；;/┋┊│┃¦]")
_AROUND = " \t\n　、，,；;。/|"


def data_lines(text: str) -> str:
    """The items of a list in program notation, one per line: `["银行","电商"]`, `['银行', '电商']`, `{银行,电商}`.

    Any other text is returned unchanged.
    """
    bare = text.strip()
    if len(bare) > _LONGEST_DATA or bare[:1] not in {"[", "{"} or bare[-1:] not in {"]", "}"}:
        return text
    for read in (json.loads, ast.literal_eval):  # ast reads only literals and runs nothing
        try:
            found = read(bare)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
        if isinstance(found, list | tuple) and all(isinstance(item, str | int | float) for item in found):
            return "\n".join(map(str, found))
        break
    inner = bare[1:-1]
    is_list = any(map(str.isalnum, inner)) and len(inner) > 1 and not set(inner) & set("[]{}")
    return inner.replace(",", "\n") if is_list else text


def ticked(text: str) -> str:
    """The items of a list that are ticked, `☑营业执照 □许可证` or `营业执照√ 许可证×`; any other text as it is.

    Marks are before all items or behind all of them.
    """
    marks = list(MARK.finditer(text))
    if not marks or all(mark["cross"] for mark in marks):
        return text
    if not text[: marks[0].start()].strip(_AROUND):
        ends = [*(mark.start() for mark in marks[1:]), len(text)]
        items = [text[mark.end() : end] for mark, end in zip(marks, ends, strict=True)]
    elif not text[marks[-1].end() :].strip(_AROUND):
        starts = [0, *(mark.end() for mark in marks[:-1])]
        items = [text[start : mark.start()] for start, mark in zip(starts, marks, strict=True)]
        if any(_BETWEEN_TWO.search(item.strip(_AROUND)) for item in items):
            return text  # which of them is ticked?
    else:
        return text
    return "、".join(item.strip(_AROUND) for item, mark in zip(items, marks, strict=True) if mark["tick"])


def read(text: str) -> tuple[str, ...]:
    """The items of `text`, separated by 、，； bars or line breaks outside brackets, cleaned, without numbering.

    Items joined by 、 are read back as the same items.
    """
    items = []
    whole = parted(text)
    for part in _parts(_NEXT_NUMBER.sub("\n", whole) if _FIRST_NUMBER.match(whole) else whole):
        item = clean_line(part)
        while bullet := _BULLET.match(item):
            item = item[bullet.end() :]
        if item:
            items.append(item)
    return tuple(_without_numbers(items))


def _without_numbers(items: list[str]) -> Iterator[str]:
    """The items without the numbers that count the next item: `1、营业执照、2、许可证` leaves such numbers."""
    seen = 0
    for item, following in zip(items, [*items[1:], ""], strict=False):
        if _ONLY_A_NUMBER.fullmatch(item):
            seen += 1
            value = _TENS.index(item) + 1 if item in _TENS else int(item)
            if value == seen and following:
                continue
        yield item


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
