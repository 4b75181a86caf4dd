"""Read the page headers and footers of Excel, which have codes for fonts and fields ([MS-XLS] 2.4.136, Header)."""

from __future__ import annotations

import re

from docgen.formats.budgets import LONGEST_TEXT
from docgen.patterns import regex

#: A font, a size, a colour, one of three sections, a value that the program fills in, an effect.
_CODE = regex(
    r'&(?:"[^"]*"|\d{1,3}|K[0-9A-F]{6}|K\d\d[+-]\d{3}|(?P<section>[LCR])|(?P<literal>&)|[A-Z])', re.IGNORECASE
)


def margin_texts(*written: str) -> tuple[str, ...]:
    """The lines of headers and footers as written in a workbook, without their codes and without what a program fills
    in: the page, the date, the name of the file."""
    lines = (line.strip() for text in written for line in _CODE.sub(_meant, text[:LONGEST_TEXT]).split("\n"))
    return tuple(dict.fromkeys(line for line in lines if any(map(str.isalnum, line))))


def _meant(code: re.Match[str]) -> str:
    return "\n" if code["section"] else "&" if code["literal"] else ""
