"""Read a Word document: its tables as grids, its content controls, and the text around them.

The text is what a reader of the page sees: inserted but not deleted text, results of fields and not their
codes, ticks of symbol fonts and old form fields, no hidden text.  Struck-out or deleted text and
comments are returned separately.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from docgen.errors import SourceError
from docgen.file_cache import cached_by_file
from docgen.formats.budgets import LONGEST_TEXT, MB, Budget
from docgen.formats.detect import main_part
from docgen.formats.docx_body import BodyReader
from docgen.formats.docx_flows import Control, ControlCell
from docgen.formats.docx_text import STRICT, TRANSITIONAL, Strikes, W, page_texts
from docgen.formats.grid import Book, Grid
from docgen.formats.package import Package, reading
from docgen.formats.refusals import Damaged
from docgen.language import tr

#: A document with more text XML than this is not a form; its tree would fill the memory.
MAX_MARKUP = 30 * MB
#: Paragraphs outside tables, and comments; a contract of 500 pages has 15,000.
MOST_LINES, MOST_COMMENTS = 50_000, 10_000
#: The most that is read of an embedded part in another format.
_LONGEST_CHUNK = MB // 4
_PAGES = (".htm", ".html", ".xhtml", ".mht", ".mhtml", ".txt")


@dataclass(frozen=True)
class Document:
    """What a Word document shows: tables in order of appearance, the kit's controls, the cells that hold these
    by address, the paragraphs outside both, and the text of headers and footers.

    `hidden` are the texts that are not shown, with their cells.  For the text outside tables, `struck` is struck-out
    or deleted text, `notes` are the comments, and `pictures` is the number of pictures.
    """

    tables: tuple[Grid, ...]
    controls: tuple[Control, ...]
    answering: Mapping[str, ControlCell]
    prose: tuple[str, ...]
    margins: str
    struck: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    pictures: int = 0
    hidden: tuple[tuple[str | None, str], ...] = ()


def read_document(path: Path, tags: frozenset[str] = frozenset()) -> Document:
    """The Word document at `path`; `tags` are those of the kit's controls, any other control is plain text.

    Raises SourceError if it cannot be read.
    """
    with reading(path, tr("the document"), tr("open it in Word and save it again as .docx")) as package:
        main = main_part(package) or "word/document.xml"
        if package.size(main) > MAX_MARKUP:
            raise SourceError(
                tr("{path}: the document is too long for a form", path=path), tr("split it into a file per customer")
            )
        return _Parts(package, main).document(tags)


class _Parts:
    """The parts of one document: the main part, and the parts that it refers to."""

    def __init__(self, package: Package, main: str) -> None:
        self._package = package
        self._main = main
        folder, name = posixpath.split(main)
        self._has_others = package.find(posixpath.join(folder, "_rels", f"{name}.rels")) is not None

    def document(self, tags: frozenset[str]) -> Document:
        """Everything that the document shows."""
        strikes = Strikes(next(self._others("/styles"), None))
        notes = dict(self._notes())
        comments = dict(self._comments()) | {key: "\n".join(_shown(note)) for key, note in notes.items()}
        reader = BodyReader(tags, strikes, comments)
        body = self._root(self._main).find(f"{W}body")
        if body is None:
            raise Damaged(tr("it has no text"))
        reader.read(body)
        for key, note in notes.items():
            if key not in reader.noted:
                reader.read(note)
        prose = [*_lines(reader.prose.around), *self._chunks(reader)]
        Budget(MOST_LINES, tr("paragraphs outside of tables")).spend(len(prose))
        return Document(
            tables=reader.tables, controls=reader.controls, answering=reader.answering, prose=tuple(prose),
            margins="\n".join(self._margins()), struck=_lines(reader.prose.struck),
            notes=tuple(reader.prose.notes), pictures=reader.pictures, hidden=tuple(reader.hidden),
        )  # fmt: skip

    def _root(self, name: str) -> Element:
        return self._package.parse(name, STRICT, TRANSITIONAL)

    def _related(self, kind: str) -> Mapping[str, str]:
        return self._package.related(self._main, kind) if self._has_others else {}

    def _others(self, kind: str) -> Iterator[Element]:
        """The roots of the parts of this kind that the document refers to."""
        return map(self._root, dict.fromkeys(self._related(kind).values()))

    def _comments(self) -> Iterator[tuple[str, str]]:
        budget = Budget(MOST_COMMENTS, "comments")
        for part in self._others("/comments"):
            for comment in part:
                budget.spend()
                yield comment.get(f"{W}id", ""), "\n".join(_shown(comment))[:LONGEST_TEXT]

    def _notes(self) -> Iterator[tuple[str, Element]]:
        """The footnotes and endnotes, by kind and id."""
        for kind in ("footnote", "endnote"):
            for part in self._others(f"/{kind}s"):
                for note in part:
                    if note.get(f"{W}type") is None:  # the others draw the line above the notes
                        yield f"{kind} {note.get(f'{W}id')}", note

    def _margins(self) -> Iterator[str]:
        for kind in ("/header", "/footer"):
            for part in self._others(kind):
                yield from _shown(part)

    def _chunks(self, reader: BodyReader) -> Iterator[str]:
        """The texts of embedded parts that only Word shows: the text of web pages, the names of others."""
        parts = self._related("/aFChunk")
        found = [parts[chunk] for chunk in reader.chunks if chunk in parts]
        if found and not (reader.tables or reader.controls or _lines(reader.prose.text)):
            kinds = tr("a web page (HTML)") if found[0].lower().endswith(_PAGES) else tr("a file of another format")
            raise Damaged(tr("all that it shows is {kinds} put into it, which only Word takes in", kinds=kinds))
        for part in found:
            if part.lower().endswith(_PAGES):
                yield from page_texts(self._package.head(part, _LONGEST_CHUNK))
            else:
                yield part


def _shown(part: Any) -> tuple[str, ...]:
    """The lines of a part other than the body."""
    reader = BodyReader(frozenset(), Strikes(None), {})
    reader.read(part)
    return _lines(reader.prose.text)


def _lines(pieces: Iterable[str]) -> tuple[str, ...]:
    return tuple(line[:LONGEST_TEXT] for line in "".join(pieces).split("\n") if line.strip())


def book_of(document: Document, kit_name: str) -> Book:
    """The tables of the document as sheets without names, with the kit it was made with, as named in
    a header or footer."""
    mark = re.search(rf"(?<![\w-]){re.escape(kit_name)} +([0-9A-Za-z.+-]{{1,20}})", document.margins)
    return Book(document.tables, made_with=(kit_name, mark[1]) if mark else None, prose=document.prose)


@cached_by_file
def printed_texts(template: Path) -> tuple[str, ...]:
    """The texts of a kit's form template, line by line, with the template's tags in them."""
    document = read_document(template)
    cells = (cell.text for table in document.tables for row in table.rows.values() for cell in row.values())
    boxes = (one.text for table in document.tables for one in table.floating)
    prompts = (text for _, text in document.hidden)
    texts = (*document.prose, *cells, *boxes, *prompts, document.margins)
    return tuple(dict.fromkeys(line for text in texts for line in text.split("\n") if line.strip()))
