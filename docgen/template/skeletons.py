"""What the documents of one template have in common, worked out and checked once.

A rendered part is a row of pieces: texts of the template, and values between them.  The texts decide everything except
the values themselves: which clauses there are and their numbers, what is highlighted, whether the markup is whole.  A
row is finished and checked in full when it is met first, with a stand-in for each value.  What comes of it is a
skeleton, and any value that is plain text fits in without another look at the whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from xml.parsers import expat

from docgen.patterns import regex
from docgen.template import marks, package, references, soundness

#: Kinds of values in a row: plain text, and text of several lines.
_TEXT, _LINES = 0, 1
#: The texts of a row and the kinds of its values, in order.
Row = tuple[str | int, ...]

#: What no value may hold that is put into a skeleton: markup and quotation marks, an ampersand of its own, a
#: character that XML does not know, a noncharacter except the mark of a break.
_UNFIT = regex(
    "[<>\"'\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufdd0\ufdd1\ufdd3-\ufdef\ufffe\uffff]|&(?!(?:amp|lt|gt|#34|#39);)"
)
#: The stand-in of a value: a noncharacter, and one for private use that says which value.
_HOLE, _FIRST, _MOST = "\ufdd3", 0xE000, 6400
_HOLES = regex(_HOLE.encode() + b"([\xee\xef]..)", re.DOTALL)
#: What stands there in the check: `]]` would show that `>` follows, which XML allows after everything but that.
_TRIED = {_TEXT: f"{_HOLE}]]".encode(), _LINES: f"{_HOLE}]]{marks.WORD_BREAK}]]".encode()}
#: How many skeletons of a template are kept, and from how many bytes on a text is deflated once for all documents.
_KEPT, _LONG = 128, 4096


class Skeleton(NamedTuple):
    """A finished part with gaps: its name, the texts around its values, the labels that it prints as pending."""

    name: str
    texts: tuple[bytes | package.Stretch, ...]
    pending: tuple[str, ...]

    def filled(self, values: Sequence[str]) -> tuple[package.Part, bytes]:
        """The part with these values, and what it holds."""
        if not values:
            return _whole(self.name, self.texts)
        made = [self.texts[0]]
        for value, text in zip(values, self.texts[1:], strict=True):
            made += (value.replace(marks.BREAK, marks.WORD_BREAK).encode("utf-8"), text)
        return package.joined(self.name, made)


def row_of(pieces: Iterable[str]) -> tuple[Row, list[str]] | None:
    """The row that rendered pieces form, and their values; None where a value is not plain text.

    Texts of the template are `str`, values `Markup`.  A value that is empty or marked as missing counts as text.
    """
    row: list[str | int] = []
    values: list[str] = []
    for piece in pieces:
        if type(piece) is str or not piece or marks.OPEN in piece:
            row.append(str(piece))
        else:
            row.append(_LINES if marks.BREAK in piece else _TEXT)
            values.append(str(piece))
    return None if _UNFIT.search("\n".join(values)) else (tuple(row), values)


def found(known: dict[Any, Skeleton | None], name: str, row: Row, finish: Callable[..., bytes]) -> Skeleton | None:
    """The skeleton of a row of the part of this name; None where there is none, or it is not sound.

    `finish` makes a part of rendered XML and adds the labels of pending values to a dict.
    """
    key = name, row
    try:
        return known[key]
    except KeyError:
        skeleton = _skeleton(name, row, finish)
    if len(known) >= _KEPT:
        known.clear()
    known[key] = skeleton
    return skeleton


def _skeleton(name: str, row: Row, finish: Callable[..., bytes]) -> Skeleton | None:
    kinds = [kind for kind in row if isinstance(kind, int)]
    if len(kinds) > _MOST:
        return None
    numbers = [chr(_FIRST + number) for number in range(len(kinds))]
    holes = iter(numbers)
    pending: dict[str, None] = {}
    made = finish("".join([_HOLE + next(holes) if isinstance(piece, int) else piece for piece in row]), pending)
    texts = _HOLES.split(made)
    in_order = b"".join(texts[1::2]) == "".join(numbers).encode()
    if not in_order or not _is_sound(name, texts[::2], kinds) or references.depend_on(made.decode(), _HOLE):
        return None
    return Skeleton(name, tuple(map(_kept, texts[::2])), tuple(pending))


def _is_sound(name: str, texts: Sequence[bytes], kinds: Sequence[int]) -> bool:
    """Whether a part of these texts is sound with any values between them."""
    tried = texts[0] + b"".join([_TRIED[kind] + text for kind, text in zip(kinds, texts[1:], strict=True)])
    return not any(soundness.faults(name, tried)) and _in_texts(tried) == len(kinds)


def _in_texts(content: bytes) -> int:
    """How many stand-ins are in texts and attributes, where any text may be: not within a tag or a comment."""
    texts: list[str] = []
    parser = expat.ParserCreate()
    parser.CharacterDataHandler = texts.append
    parser.StartElementHandler = lambda _name, attributes: texts.extend(attributes.values())
    parser.Parse(content, True)
    return sum(text.count(_HOLE) for text in texts)


def _kept(text: bytes) -> bytes | package.Stretch:
    return _stretch(text) if len(text) >= _LONG else text


@lru_cache(maxsize=32)  # the headers of most documents
def _whole(name: str, texts: tuple[bytes | package.Stretch, ...]) -> tuple[package.Part, bytes]:
    return package.joined(name, texts)


@lru_cache(maxsize=256)  # the skeletons of a template share most of their long texts
def _stretch(text: bytes) -> package.Stretch:
    return package.stretch(text)
