"""Find the parts before and after the rows of a long sheet, without reading the rows.

Merged ranges and filters come after the rows, but are needed before the first.  Parsing all rows for them takes
as long as reading the sheet; searching for the end of the rows takes a tenth of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from docgen.formats.budgets import MB, TooMuch
from docgen.language import tr
from docgen.patterns import regex

#: Bytes allowed before the rows, and after them (the merged ranges of 100,000 customers take 3 MB).
MOST_BEFORE, MOST_BEHIND = 4 * MB, 60 * MB
_LONGEST_TAG = 2000  # bytes of a row's start tag
#: Where the rows begin, and the prefix of their names.
BEGIN_OF_ROWS = regex(rb"<((?:[\w.-]+:)?)sheetData\s*>")
_NUMBER = regex(rb"\sr\s*=\s*[\"'](\d{1,7})[\"']")
_HIDDEN = regex(rb"\shidden\s*=\s*[\"'](?:1|true)[\"']")


class Around(NamedTuple):
    """The part of a sheet without its rows, and the numbers of the hidden rows."""

    content: tuple[bytes, ...]
    hidden_rows: frozenset[int]


def around_rows(pieces: Iterable[bytes]) -> Around | None:
    """What is around the rows of a sheet; None if the rows are not found by their bytes.  Raises TooMuch."""
    coming = iter(pieces)
    head = b""
    begin = None
    for piece in coming:
        head += piece
        if begin := BEGIN_OF_ROWS.search(head):
            break
        if len(head) > MOST_BEFORE:
            return None
    if begin is None:
        return None
    end, row = b"</" + begin[1] + b"sheetData", b"<" + begin[1] + b"row"
    behind: list[bytes] = []
    size = 0
    hidden: set[int] = set()
    for window, is_first in _windows(head[begin.end() :], coming):
        hidden.update(_hidden(window, row))
        at = window.rfind(end)
        if at >= 0:
            behind, size = [window[at:]], 0
        elif behind:
            behind.append(window if is_first else window[_LONGEST_TAG:])
        size += len(window) if behind else 0
        if size > MOST_BEHIND:
            raise TooMuch(
                tr("more than {most_behind} MB stand behind the rows of a sheet", most_behind=MOST_BEHIND >> 20)
            )
    return Around((head[: begin.end()], *behind), frozenset(hidden)) if behind else None


def _windows(first: bytes, pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The pieces, each preceded by the end of the previous one so that no tag is split, and whether it is the first."""
    before = first
    yield first, True
    for piece in pieces:
        overlap = before[-_LONGEST_TAG:].rjust(_LONGEST_TAG)
        before = piece if len(piece) >= _LONGEST_TAG else overlap + piece
        yield overlap + piece, False


def _hidden(window: bytes, row: bytes) -> Iterator[int]:
    """The numbers of the hidden rows whose start tag is in the window."""
    at = window.find(b"hidden")
    while at >= 0:
        start = window.rfind(b"<", max(0, at - _LONGEST_TAG), at)
        tag = window[start : window.find(b">", at, at + _LONGEST_TAG) + 1] if start >= 0 else b""
        if tag.startswith(row) and _HIDDEN.search(tag) and (number := _NUMBER.search(tag)):
            yield int(number[1])
        at = window.find(b"hidden", at + 6)
