"""Mobile numbers hidden in everything that may be kept as a log: terminal, journal, failures of a run."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from docgen.patterns import regex

#: A mobile number as people write one, each of its digits however it is printed.
_MOBILE = regex(r"(?<!\d)((?:86[ .\-]?)?1[3-9]\d)[ .\-]?\d{4}[ .\-]?(\d{4})(?!\d)")
_LEAST_DIGITS = 11
_DASH = regex("[‐-―−]")
#: Format and direction characters, and marks that change the look of the one before.
_UNSEEN = {"Cf", "Mn", "Me"}


def masked(text: str) -> str:
    """`text` with the middle of every mobile number hidden, for what is kept as a log.

    Digits count however they are written (full-width, raised, of other scripts), also with invisible
    characters between them.
    """
    if sum(map(str.isnumeric, text)) < _LEAST_DIGITS:
        return text
    plain, places = _read_digits(text)
    pieces, end = [], 0
    for found in _MOBILE.finditer(plain):
        first, last = (text[places[found.start(n)] : places[found.end(n) - 1] + 1] for n in (1, 2))
        pieces += [text[end : places[found.start()]], first, "****", last]
        end = places[found.end() - 1] + 1
    return "".join((*pieces, text[end:]))


def _read_digits(text: str) -> tuple[str, Sequence[int]]:
    """`text` with every digit and dash in ASCII and nothing invisible, and where each character of it stands."""
    if text.isascii():
        return text, range(len(text))
    plain, places = [], []
    for place, character in enumerate(text):
        one = unicodedata.normalize("NFKC", character)
        one = one if len(one) == 1 else character
        if unicodedata.category(one) not in _UNSEEN:
            digit = unicodedata.digit(one, None)
            plain.append(one if digit is None else str(digit))
            places.append(place)
    return _DASH.sub("-", "".join(plain)), places
