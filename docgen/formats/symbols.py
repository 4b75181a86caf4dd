"""Fonts that show symbols for letters: Wingdings and its like."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from docgen.patterns import regex

_FONTS = regex("wingdings|symbol", re.IGNORECASE)
_PRIVATE = 0xF000  # symbol fonts have their characters in the private use area


def is_font(name: str) -> bool:
    """Whether the font shows symbols for letters."""
    return _FONTS.match(name) is not None


def shown(text: str) -> str:
    """A text as a symbol font shows it."""
    return "".join(chr(ord(letter) | _PRIVATE) if " " < letter < "\u0100" else letter for letter in text)


def shown_in(text: str, runs: Iterable[tuple[int, bool]]) -> str:
    """A text with runs of symbols; `runs` say where each begins, in UTF-16 units, and whether it is one."""
    wide = text.encode("utf-16-le", "surrogatepass")
    places = [(0, False), *((2 * place, is_one) for place, is_one in runs), (len(wide), False)]
    parts = [(wide[start:end].decode("utf-16-le", "replace"), is_one) for (start, is_one), (end, _) in pairwise(places)]
    return "".join(shown(part) if is_one else part for part, is_one in parts)


def character(code: str) -> str:
    """The symbol with this hexadecimal code, within the private use area or below it."""
    return chr(int(code, 16) & 0xFF | _PRIVATE)
