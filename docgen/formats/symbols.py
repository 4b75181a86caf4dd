"""How fonts show letters otherwise: symbol fonts (Wingdings and its like), and digits above or below the line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

from docgen.patterns import regex
from docgen.text import LOWERED, RAISED

#: How a font shows a text.
Shape = Callable[[str], str]

_FONTS = regex("wingdings|webdings|symbol", re.IGNORECASE)
_PRIVATE = 0xF000  # symbol fonts have their characters in the private use area
_DIGITS = "0123456789"
_RAISED, _LOWERED = str.maketrans(_DIGITS, RAISED), str.maketrans(_DIGITS, LOWERED)


def is_font(name: str) -> bool:
    """Whether the font shows symbols for letters."""
    return _FONTS.match(name.strip("'\" ")) is not None


def shape(font: str, position: str = "") -> Shape:
    """How a font shows a text in a position, which formats name `super…` or `sub…`: its digits then are small ones, and
    no part of the number beside them."""
    if is_font(font):
        return shown
    if position.startswith(("super", "sub")):
        digits = _RAISED if position.startswith("super") else _LOWERED
        return lambda text: text.translate(digits)
    return plain


def plain(text: str) -> str:
    """A text that is shown as it is."""
    return text


def shown(text: str) -> str:
    """A text as a symbol font shows it."""
    return "".join(chr(ord(letter) | _PRIVATE) if " " < letter < "\u0100" else letter for letter in text)


def shown_in(text: str, runs: Iterable[tuple[int, Shape]]) -> str:
    """A text with runs in fonts of these shapes; `runs` say where each begins, in UTF-16 units."""
    wide = text.encode("utf-16-le", "surrogatepass")
    places = [(0, plain), *((2 * place, shape) for place, shape in runs), (len(wide), plain)]
    return "".join(
        shape(wide[start:end].decode("utf-16-le", "replace")) for (start, shape), (end, _) in pairwise(places)
    )


def character(code: str) -> str:
    """The symbol with this hexadecimal code, within the private use area or below it."""
    return chr(int(code, 16) & 0xFF | _PRIVATE)
