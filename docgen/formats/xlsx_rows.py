"""Cut the bytes of a long sheet into rows, and see from its first cells whether a row can be passed over.

Passing over a row by its bytes takes a hundredth of the time of parsing it.  It is done only where bytes alone say
what a parser would say: in UTF-8, without comments and CDATA, between rows that follow one another in order.  From
the first place on where that is in doubt, everything is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from docgen.formats.budgets import LAST_ROW, LONGEST_TEXT, MB
from docgen.formats.grid import BLANK, Cell, unescaped
from docgen.formats.refusals import Damaged
from docgen.formats.skimming import Skim, passing
from docgen.formats.xlsx_long import BEGIN_OF_ROWS
from docgen.formats.xlsx_sheet import CellValues, SheetReader, column_of
from docgen.patterns import regex

#: Bytes of a row that is passed over, and rows in sequence that turn out not to be such before all others are parsed.
_LONGEST_ROW, _MOST_IN_VAIN = MB, 5000
_DECLARED = regex(rb"(?:\xef\xbb\xbf)?(?:<\?xml\s[^>?]*\?>)?")
_OTHER_ENCODING = regex(rb"encoding\s*=\s*[\"'](?!utf-8[\"'])", re.IGNORECASE)
#: What can hide a tag from a search by bytes, or name a cell in two ways.
_HIDING = (b"<!", b"<?", b'="$', b"='$")
_NUMBER = regex(rb"\sr=[\"']([1-9]\d{0,6})[\"']")
_ADDRESSED = regex(rb"\sr\s*=")
_ATTRIBUTE = regex(r' ([a-z]+)="([^"]*)"')
_REFERENCE = regex("&([^;&]{0,9});?")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


class _Chunk(NamedTuple):
    """Bytes of a sheet: a row with its number and the length of its start tag, or anything, without a number."""

    content: bytes
    row: int = 0
    begin: int = 0
    is_numbered: bool = True


def wanted(pieces: Iterable[bytes], reader: SheetReader, values: CellValues, skim: Skim, held: int) -> Iterator[bytes]:
    """The bytes of a sheet without the rows that may be passed over, for the reader to parse.

    The first `held` rows that hold something are never passed over.
    """
    rows = _RowCutter(pieces, reader, skim, held)

    def is_customer(chunk: _Chunk) -> bool:
        return chunk.row > 0 and _is_customer(chunk, values, rows.prefix, skim)

    for chunk in passing(rows, skim, is_customer):
        if chunk.row:
            reader.go_on_after(chunk.row - 1)
        yield chunk.content


class _RowCutter:
    """A sheet, cut into its rows as far as that can be done by bytes alone."""

    def __init__(self, pieces: Iterable[bytes], reader: SheetReader, skim: Skim, held: int) -> None:
        self.prefix = b""
        self._pieces, self._reader, self._skim, self._held = iter(pieces), reader, skim, held
        self._is_clear = True
        self._end = b""  # of the last piece, which may be half of a tag
        self._row, self._is_certain = 0, False  # the number of the last row, and whether an unnumbered one follows it

    def __iter__(self) -> Iterator[_Chunk]:
        head = next(self._pieces, b"")
        yield _Chunk(head)
        begin, declared = BEGIN_OF_ROWS.search(head), _DECLARED.match(head)
        if begin is not None and declared is not None and not _OTHER_ENCODING.search(declared[0]):
            self.prefix = begin[1]
            self._look_at(head[declared.end() :])
            while self._is_clear and self._reader.found < self._held and (piece := self._next()):
                yield _Chunk(piece)
            if self._is_clear:
                yield from self._cut()
        for piece in self._pieces:
            yield _Chunk(piece)

    def _next(self) -> bytes:
        """The next piece; empty at the end."""
        piece = next(self._pieces, b"")
        self._look_at(piece)
        return piece

    def _look_at(self, piece: bytes) -> None:
        border = self._end + piece[:2]
        self._end = piece[-2:]
        self._is_clear = self._is_clear and not any(
            (mark[-1:] in piece and mark in piece) or mark in border for mark in _HIDING
        )

    def _cut(self) -> Iterator[_Chunk]:
        """The rows after the one in which the reader is, and last the bytes in which no further row is found."""
        end = b"</" + self.prefix + b"row>"
        left = self._next()
        while end not in left and len(left) < _LONGEST_ROW and (piece := self._next()):
            left += piece
        first, found, left = left.partition(end)
        yield _Chunk(first + found)
        self._go_on()
        self._in_vain, self._passed = 0, self._skim.passed
        while self._is_clear and found:
            *rows, left = left.split(end)
            for at, row in enumerate(rows):
                if not (yield from self._row_of(row + end)):
                    yield _Chunk(end.join((*rows[at + 1 :], left)))
                    return
            piece = self._next() if len(left) < _LONGEST_ROW else b""
            found, left = piece, left + piece
        yield _Chunk(left)

    def _go_on(self) -> None:
        """Go on behind a row that the reader has read."""
        self._row, self._is_certain = self._reader.row, True

    def _row_of(self, content: bytes) -> Generator[_Chunk, None, bool]:
        """The row that ends with these bytes, and what is before it; whether the rows can still be told apart."""
        begin = _begin_of_row(self.prefix).match(content)
        if begin is None:
            yield _Chunk(content)
            return False
        if begin[1]:
            yield _Chunk(begin[1])
            self._go_on()
        chunk = self._chunk(content[begin.end(1) :], begin[2], begin.end() - begin.end(1))
        yield chunk
        if not chunk.row:
            self._go_on()
        self._in_vain = self._in_vain + 1 if self._skim.is_wanted and self._skim.passed == self._passed else 0
        self._passed = self._skim.passed
        return self._in_vain < _MOST_IN_VAIN

    def _chunk(self, content: bytes, attributes: bytes, begin: int) -> _Chunk:
        """The row with these bytes; without its number if that is not certain, or if it may be more than a row."""
        if content.find(b"<" + self.prefix + b"row", begin) >= 0 or b"xmlns" in attributes:
            return _Chunk(content)
        number = _NUMBER.search(attributes)
        is_numbered = number is not None or _ADDRESSED.search(content) is not None
        row = int(number[1]) if number else self._row + 1
        if row <= self._row or row > LAST_ROW or (number is None and (is_numbered or not self._is_certain)):
            return _Chunk(content)
        self._row, self._is_certain = row, not is_numbered
        return _Chunk(content, row, begin, is_numbered)


def _is_customer(chunk: _Chunk, values: CellValues, prefix: bytes, skim: Skim) -> bool:
    """Whether the first cells of the row show that it is a customer's."""
    cell, content, at, column = _cell(prefix), chunk.content, chunk.begin, 0
    cells: dict[int, Cell] = {}
    addresses: list[bytes] = []
    row = str(chunk.row).encode() if chunk.is_numbered else None
    for reach in skim.reaches:
        while column < reach and (found := cell.match(content, at)) is not None:
            at = found.end()
            letters, digits, attributes, value, text = found.groups()
            made = _made(attributes, value, text, values)
            number = column + 1 if letters is None else column_of(letters.decode())
            if digits != row or number <= column or made is None:
                return False
            column = number
            if letters is not None:
                addresses.append(b'"%s%s"' % (letters, digits))
            if not made.is_blank:
                cells[column] = made
        if column < reach and not content.startswith(b"</", at):
            return False
        if skim.is_customer(chunk.row, cells):
            # no cell comes twice
            return all(content.find(address, at) < 0 for address in addresses)
    return False


def _made(attributes: bytes, value: bytes | None, text: bytes | None, values: CellValues) -> Cell | None:
    """The cell of these bytes, blank if nothing is in it; None if they are not as most programs write them."""
    try:
        inline = None if text is None else unescaped(_decoded(text))
        shown = values.shown(_attributes(attributes), None if value is None else _decoded(value), None, inline)
    except (Damaged, ValueError):
        return None
    return shown or BLANK


@lru_cache(maxsize=1024)
def _attributes(written: bytes) -> Mapping[str, str]:
    """The attributes of a cell besides its address.  Raises ValueError if that comes among them."""
    found = dict(_ATTRIBUTE.findall(written.decode()))
    if "r" in found:
        raise ValueError(written)
    return found


def _decoded(written: bytes) -> str:
    """The text in these bytes of XML.  Raises ValueError if it is not sound, too long, or has carriage returns."""
    text = written.decode()
    if "\r" in text or len(text) > LONGEST_TEXT:
        raise ValueError(written)
    return _REFERENCE.sub(_referred, text) if "&" in text else text


def _referred(found: re.Match[str]) -> str:
    return _character(found[0], found[1])


@lru_cache(maxsize=8192)
def _character(whole: str, name: str) -> str:
    """The character that a reference names.  Raises ValueError if it names none that may be in XML."""
    if whole[-1] != ";":
        raise ValueError(whole)
    if not name.startswith("#"):
        return _NAMED.get(name) or _refused(whole)
    code = int(name[2:], 16) if name[1:2] == "x" else int(name[1:])
    is_sound = name[1:].isalnum() and name.isascii() and (code >= 0x20 or code in {9, 10, 13})
    return chr(code) if is_sound and not 0xD800 <= code < 0xE000 and code not in {0xFFFE, 0xFFFF} else _refused(whole)


def _refused(text: str) -> str:
    raise ValueError(text)


@lru_cache(maxsize=16)
def _begin_of_row(prefix: bytes) -> re.Pattern[bytes]:
    """Rows that are empty elements, and the start tag of the row after them with its attributes."""
    tag = rb"\s*<" + re.escape(prefix) + rb"row%s(?:\s+[\w:.-]+=(?:\"[^\"<]*\"|'[^'<]*'))*%s\s*%s>"
    return re.compile(b"((?:" + tag % (b"", b"", b"/") + b")*)" + tag % (b"(", b")", b""))


@lru_cache(maxsize=16)
def _cell(prefix: bytes) -> re.Pattern[bytes]:
    """A cell as most programs write it: column and row, other attributes, value, text in place."""
    name = re.escape(prefix)
    written = (
        rb'\s*<{}c(?: r="([A-Z]{{1,3}})([1-9]\d*)")?((?: [a-z]{{1,2}}="[^"<&]*")*)\s*(?:/>|>(?:<{}v>([^<]*)</{}v>'
        rb'|<{}is><{}t(?: xml:space="preserve")?>([^<]*)</{}t></{}is>)?</{}c>)'
    )
    return re.compile(written.replace(b"{}", name).replace(b"{{", b"{").replace(b"}}", b"}"))
