"""What is wrong with the notation of a YAML file, in words for its author."""

from __future__ import annotations

from docgen.language import phrase, tr
from docgen.patterns import regex

#: The messages of PyYAML's scanner and parser, each with what its author reads.
_MEANINGS = (
    (r"mapping values are not allowed here",
     phrase("a colon is not expected here (put a text with a colon in quotes, and check the indentation)")),
    (r"sequence entries are not allowed here",
     phrase("a list entry is not expected here (begin each '- ' on a line of its own)")),
    (r"found character '\\t' .*", phrase("a tab is not allowed here (indent with blanks)")),
    (r"found character '(?P<sign>.+)' that cannot start any token",
     phrase("a text cannot begin with {sign} (put it in quotes)")),
    (r"expected ',' or '(?P<sign>.)', but got .*", phrase("{sign} is missing at the end of the list")),
    (r"found unexpected end of stream", phrase("a text in quotes is not closed")),
    (r"found unknown escape character '(?P<sign>.+)'",
     phrase("\\{sign} has no meaning in double quotes (use single quotes)")),
    (r"expected (?:<block end>|'<document start>'), but found .*",
     phrase("the line does not belong to those above it (check the indentation)")),
    (r"expected chomping or indentation indicators, but found .*",
     phrase("a long text begins on the line after | or >")),
    (r"but found another document", phrase("--- begins a second document, and a file holds one")),
    (r"expected the node content, but found .*", phrase("there is nothing between two commas")),
    (r"could not find expected ':'", phrase("a colon is missing after the key")),
)  # fmt: skip
_KNOWN = tuple((regex(pattern), meaning) for pattern, meaning in _MEANINGS)


def explained(message: str) -> str:
    """A message of the parser in plain words; one that is not known as it is."""
    for pattern, meaning in _KNOWN:
        if found := pattern.fullmatch(message):
            return tr(meaning, **found.groupdict())
    return message
