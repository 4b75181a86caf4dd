"""The text of a template as its author sees it: passages, each with its place and its position in the source.

A passage of a Word part is a paragraph, its runs joined, or an attribute that holds tags (the description of a
picture); a page of HTML is one passage.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple

from docgen.language import tr
from docgen.patterns import regex

#: An open element: its name, and where it begins in the source, which distinguishes it from others of that name.
Element = tuple[str, int]

_TOKEN = regex(r"<(/?)([\w:.-]+)([^>]*)>|<[^>]*>|([^<]+)")
_NEWLINES = regex(r"[\r\n]+")
_QUOTES = regex(r"(?<=>)[^<]*&(?:quot|apos);[^<]*")
_JOINING = {"w:p", "w:r", "w:t", "w:hyperlink", "w:ins", "w:smartTag"}
#: The two ends of a field: the text between them belongs together, though no element contains it.
_FIELD_END = regex(r"fldCharType=[\"'](begin|end)[\"']")
_CONTROL_TAG = regex(r'w:val="([^"{]*)"')
#: As much of a paragraph as a message quotes.
_WIDTH = 60


def fit(first: tuple[Element, ...], second: tuple[Element, ...]) -> bool:
    """Whether the text between two places can be removed and leave whole markup; the arguments are the elements around
    each.

    They must be of the same names; only what joins text may be another element of its name.
    """
    names = [[name for name, _at in elements] for elements in (first, second)]
    holders = [[element for element in elements if element[0] not in _JOINING][-1:] for elements in (first, second)]
    return names[0] == names[1] and holders[0] == holders[1]


@dataclass
class TextRun:
    """One passage.  `place` names the paragraph, or the file of a page of HTML.

    `pieces` are (index in `text`, index in the source, open elements around) of each text node.
    """

    place: str
    is_page: bool = False
    text: str = ""
    pieces: list[tuple[int, int, tuple[Element, ...]]] = field(default_factory=list)

    def add(self, text: str, at: int, around: tuple[Element, ...]) -> None:
        """Append the text node that is at `at` in the source."""
        self.pieces.append((len(self.text), at, around))
        self.text += text

    def source_index(self, index: int) -> int:
        """Where the character at `index` is in the source."""
        start, at, _around = self._piece(index)
        return at + index - start

    def node(self, index: int) -> tuple[int, int]:
        """Where in `text` the text node begins and ends that holds the character at `index`."""
        number = bisect_right(self.pieces, index, key=lambda piece: piece[0])
        end = self.pieces[number][0] if number < len(self.pieces) else len(self.text)
        return self.pieces[number - 1][0], end

    def around(self, index: int) -> tuple[Element, ...]:
        """The elements that are open around the character at `index`, outermost first."""
        return self._piece(index)[2]

    def _piece(self, index: int) -> tuple[int, int, tuple[Element, ...]]:
        return self.pieces[bisect_right(self.pieces, index, key=lambda piece: piece[0]) - 1]

    def where(self, start: int, end: int) -> str:
        """The place of a tag in words, with as much of the text around it as fits: `…, paragraph 3 «甲 {{ x }}»`."""
        tag = _line(self.text[start:end])
        if self.is_page:
            return f"{self.place}:{self.text.count(chr(10), 0, start) + 1} «{tag[: 2 * _WIDTH]}»"
        before, after = _line(self.text[:start], right=True), _line(self.text[end:], left=True)
        if (spare := _WIDTH - len(before) - len(tag)) < len(after):
            after = f"{after[: max(spare, 8)]}…"
        if (spare := 2 * _WIDTH - len(tag) - len(after)) < len(before):
            before = f"…{before[-max(spare, 8) :]}"
        return f"{self.place} «{before}{tag}{after}»"


def _line(text: str, *, left: bool = False, right: bool = False) -> str:
    """`text` without markup of its own on one line; a blank is kept at the end beside a tag."""
    squeezed = re.sub(r"\s+", " ", unescape(text))
    if not left:
        squeezed = squeezed.lstrip()
    return squeezed if right else squeezed.rstrip()


def of_page(path: str, source: str) -> list[TextRun]:
    """The one passage of a page of HTML."""
    return [TextRun(path, True, source, [(0, 0, ())])]


def normal_xml(source: str) -> str:
    """A Word part on one line, the quotes in its text as they are (LibreOffice writes `&quot;`)."""
    source = _NEWLINES.sub(" ", source)
    return _QUOTES.sub(lambda text: text[0].replace("&quot;", '"').replace("&apos;", "'"), source)


class WordText(NamedTuple):
    """What is read of a Word part: its passages that hold text, and the tag of each content control with its place."""

    passages: tuple[TextRun, ...]
    controls: tuple[tuple[str, str], ...]


def of_word(part: str, source: str) -> WordText:
    """The passages of a Word part, in the order in which their paragraphs begin, and its content controls.

    `part` is its file and name.  Paragraphs are counted through the part, those in tables with them; a table,
    row and cell are named too.
    """
    reader = _WordReader(part)
    for token in _TOKEN.finditer(source):
        closing, name, rest, text = token.groups()
        if text is not None:
            reader.text(text, token.start())
        elif closing:
            reader.close(name)
        elif name:
            reader.attributes(name, rest, token.start(3))
            if not rest.endswith("/"):
                reader.open(name, token.start())
    return WordText(tuple(passage for passage in reader.passages if passage.text), tuple(reader.controls))


class _WordReader:
    """Walks the tokens of a part: which elements are open, in which table and cell, in which paragraph."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._open: list[Element] = []
        self._fields: list[Element] = []
        self._paragraphs = [TextRun(part)]
        self._tables: list[list[int]] = []
        self._counts = {"w:p": 0, "w:tbl": 0}
        self.passages = [self._paragraphs[0]]
        self.controls: list[tuple[str, str]] = []

    def open(self, name: str, at: int) -> None:
        self._open.append((name, at))
        if name in self._counts:
            self._counts[name] += 1
        if name == "w:tbl":
            self._tables.append([self._counts[name], 0, 0])
        elif name == "w:tr" and self._tables:
            self._tables[-1][1:] = self._tables[-1][1] + 1, 0
        elif name == "w:tc" and self._tables:
            self._tables[-1][2] += 1
        elif name == "w:p":
            self._paragraphs.append(TextRun(self._place()))
            self.passages.append(self._paragraphs[-1])

    def close(self, name: str) -> None:
        if self._open and self._open[-1][0] == name:
            self._open.pop()
        if name == "w:tbl" and self._tables:
            self._tables.pop()
        elif name == "w:p" and len(self._paragraphs) > 1:
            self._paragraphs.pop()

    def text(self, text: str, at: int) -> None:
        """A text node: visible text, and text with tags anywhere (field codes)."""
        name = self._open[-1][0] if self._open else ""
        if name.endswith(":t") or "{" in text or not name.startswith("w:"):
            self._paragraphs[-1].add(text, at, (*self._open, *self._fields))

    def attributes(self, element: str, text: str, at: int) -> None:
        """The attributes of an element: a picture's description may hold tags, a content control has a tag."""
        if element == "w:fldChar" and (found := _FIELD_END.search(text)):
            if found[1] == "begin":
                self._fields.append(("field", at))
            elif self._fields:
                self._fields.pop()
        if element == "w:tag" and (found := _CONTROL_TAG.search(text)):
            self.controls.append((unescape(found[1]), self._place()))
        if "{{" in text or "{%" in text:
            self.passages.append(TextRun(self._place()))
            self.passages[-1].add(text, at, (*self._open, ("@", at)))

    def _place(self) -> str:
        place = self._part
        if self._counts["w:p"]:
            place += tr(", paragraph {number}", number=self._counts["w:p"])
        if self._tables:
            table, row, cell = self._tables[-1]
            place += tr(" (table {table}, row {row}, cell {cell})", table=table, row=row, cell=cell)
        return place
