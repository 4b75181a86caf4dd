"""A Word document → its tables as grids, its content controls, and the text around them.

What a reader of the page sees is read: inserted text and not deleted, results of fields and not their
codes, ticks of symbol fonts and of old form fields; no hidden text, no comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from defusedxml.ElementTree import fromstring

from docgen.errors import SourceError
from docgen.file_cache import cached_by_file
from docgen.formats.detect import main_part
from docgen.formats.grid import Book, Cell, Extent, Grid, grid
from docgen.formats.package import Package, reading

#: A document whose text takes more XML than this is no form; its tree would fill the memory.
MAX_MARKUP = 30 * 2**20
_MOST_COLUMNS = 63

_STRICT, _TRANSITIONAL = (
    b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
)
_W = f"{{{_TRANSITIONAL.decode()}}}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_VALUE = f"{_W}val"
_TABLE, _ROW, _CELL, _PARAGRAPH, _RUN = f"{_W}tbl", f"{_W}tr", f"{_W}tc", f"{_W}p", f"{_W}r"
_CONTROL, _CONTENT, _TEXT = f"{_W}sdt", f"{_W}sdtContent", f"{_W}t"
#: What stands for a character of its own in a run (ECMA-376 part 1, 17.3.3).
_SIGNS = {f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}tab": "\t", f"{_W}ptab": "\t", f"{_W}noBreakHyphen": "-"}
#: What nobody sees: deleted or moved text, phonetic guides, the second copy of a drawing.
_UNSEEN = {f"{_W}del", f"{_W}moveFrom", f"{_W}rt", f"{_W}sdtPr", f"{_W}pPr", f"{_W}rPr", f"{_MC}Fallback"}
_SYMBOL_FONTS = re.compile("wingdings|symbol", re.IGNORECASE)
_SYMBOLS = 0xF000  # symbol fonts have their characters in the private use area
_OFF = {"0", "false", "off", "none"}
_MARGIN_PART = re.compile(r"(?:.*/)?(?:header|footer)\d*\.xml")


class Control(NamedTuple):
    """A content control of the kit's: its visible text, the state of a tick box (None if it is none), and the
    address of its table cell (None outside of tables)."""

    tag: str
    text: str
    is_checked: bool | None
    cell: str | None


class Answering(NamedTuple):
    """A table cell with controls of the kit's in it: all its visible text, and that outside of them."""

    text: str
    around: str


@dataclass(frozen=True)
class Document:
    """What a Word document shows: tables in order of appearance, the kit's controls, the cells that hold these
    by address, the paragraphs outside of both, and the text of headers and footers."""

    tables: tuple[Grid, ...]
    controls: tuple[Control, ...]
    answering: Mapping[str, Answering]
    prose: tuple[str, ...]
    margins: str


def read_document(path: Path, tags: frozenset[str] = frozenset()) -> Document:
    """The Word document at `path`; `tags` are those of the kit's controls, and any other control is but text.

    Raises SourceError for whatever cannot be read.
    """
    with reading(path, "the document", "open it in Word and save it again as .docx") as package:
        main = main_part(package) or "word/document.xml"
        if package.size(main) > MAX_MARKUP:
            raise SourceError(f"{path}: the document is too long for a form", "split it into a file per customer")
        margins = [_parse(package, name) for name in package.names() if _MARGIN_PART.fullmatch(name)]
        reader = _DocxReader(_parse(package, main).find(f"{_W}body"), tags)
        return reader.document("\n".join(_visible(margin) for margin in margins))


def book_of(document: Document, kit_name: str) -> Book:
    """The tables of the document as sheets without names; what kit of that name it was made with stands in
    a header or footer."""
    mark = re.search(rf"(?<![\w-]){re.escape(kit_name)} +([0-9A-Za-z.+-]{{1,20}})", document.margins)
    return Book(document.tables, made_with=(kit_name, mark[1]) if mark else None, prose=document.prose)


@cached_by_file
def printed_texts(template: Path) -> tuple[str, ...]:
    """The texts of a kit's form template, line by line, with the template's tags in them."""
    document = read_document(template)
    cells = (cell.text for table in document.tables for row in table.rows.values() for cell in row.values())
    return tuple(dict.fromkeys(line for text in (*document.prose, *cells) for line in text.split("\n") if line.strip()))


def _parse(package: Package, name: str) -> Any:
    return fromstring(package.read(name).replace(_STRICT, _TRANSITIONAL), forbid_dtd=True)


class _DocxReader:
    """The body of one document, gone through once."""

    def __init__(self, body: Any, tags: frozenset[str]) -> None:
        self._body = body
        self._tags = tags
        self._tables: list[Grid] = []
        self._cells: dict[Any, str] = {}  # controls → the address of the innermost cell around them
        self._answering: dict[str, Answering] = {}

    def document(self, margins: str) -> Document:
        self._read_tables_in(self._body)
        controls = [
            Control(_tag(control), _visible(control.find(_CONTENT)), _state(control), self._cells.get(control))
            for control in _controls(self._body, self._tags)
        ]
        prose = [line for line in _visible(self._body, self._tags).split("\n") if line.strip()]
        return Document(tuple(self._tables), tuple(controls), self._answering, tuple(prose), margins)

    def _read_tables_in(self, node: Any) -> None:
        for table in _within(node, _TABLE):
            self._read_table(table)

    def _read_table(self, table: Any) -> None:
        """One table as a grid, then those inside its cells.  Widths do not matter, only spans do."""
        number = len(self._tables) + 1
        cells: list[tuple[int, int, Cell]] = []
        extents: dict[tuple[int, int], Extent] = {}
        addresses: dict[tuple[int, int], str] = {}
        above: dict[int, Extent] = {}  # the merged ranges that may go on in this row, by column
        elements = []
        for row, line in enumerate(_within(table, _ROW), start=1):
            column = 1 + _columns(line, "trPr", "gridBefore")
            for ordinal, cell in enumerate(_within(line, _CELL), start=1):
                width = max(_columns(cell, "tcPr", "gridSpan"), 1)
                extent = _merged(cell, above, Extent(row, column, row, column + width - 1))
                extents[extent[:2]] = extent
                address = f"T{number}R{row}C{ordinal}"
                addresses |= {(row, place): address for place in range(column, column + width)}
                cells.append((row, column, Cell(_visible(cell))))
                self._see_controls(cell, address)
                elements.append(cell)
                column += width
        self._tables.append(grid(None, cells, extents.values(), addresses))
        for cell in elements:
            self._read_tables_in(cell)

    def _see_controls(self, cell: Any, address: str) -> None:
        inside = list(_controls(cell, self._tags))
        self._cells |= dict.fromkeys(inside, address)
        if inside:
            self._answering[address] = Answering(_visible(cell), _visible(cell, self._tags))


def _within(node: Any, tag: str) -> Iterator[Any]:
    """The nearest elements of this tag inside the node, through whatever wraps them."""
    for child in node:
        if child.tag == tag:
            yield child
        elif child.tag not in _UNSEEN:
            yield from _within(child, tag)


def _controls(node: Any, tags: frozenset[str]) -> Iterator[Any]:
    """Every content control with one of the tags inside the node, in order, those inside of others too."""
    for control in _within(node, _CONTROL):
        if _tag(control) in tags:
            yield control
        yield from _controls(control, tags)


def _setting(node: Any, group: str, name: str) -> str | None:
    """The value of a property, `on` where it bears none, None where it is not set."""
    found = node.find(f"{_W}{group}/{_W}{name}")
    return None if found is None else found.get(_VALUE, "on")


def _columns(node: Any, group: str, name: str) -> int:
    """A number of columns, no more than Word's tables have."""
    return min(max(int(_setting(node, group, name) or 0), 0), _MOST_COLUMNS)


def _merged(cell: Any, above: dict[int, Extent], extent: Extent) -> Extent:
    """The range of a cell, with the rows above that it is merged with (17.4.84, w:vMerge); kept in `above`."""
    state = _setting(cell, "tcPr", "vMerge")
    begun = above.pop(extent.left, None)
    if state in {"continue", "on"} and begun is not None and begun.bottom == extent.top - 1:
        extent = begun._replace(bottom=extent.bottom)
    if state is not None:
        above[extent.left] = extent
    return extent


# -- controls --------------------------------------------------------------------------------------


def _tag(control: Any) -> str:
    return _setting(control, "sdtPr", "tag") or ""


def _state(control: Any) -> bool | None:
    """What a tick box says of its state, None for any other control."""
    box = control.find(f"{_W}sdtPr/{_W14}checkbox")
    if box is None:
        return None
    checked = box.find(f"{_W14}checked")
    return checked is not None and checked.get(f"{_W14}val", "1") not in _OFF


# -- text ------------------------------------------------------------------------------------------


def _visible(node: Any, without: frozenset[str] = frozenset()) -> str:
    """The text that the node shows, a line for each paragraph; without tables inside of it, and without
    what stands in controls of the tags `without`."""
    return "" if node is None else "".join(_pieces(node, without)).removeprefix("\n")


def _pieces(node: Any, without: frozenset[str]) -> Iterator[str]:
    before = None
    for child in node:
        if _is_copy(child, before):
            continue
        before = child
        if child.tag in _UNSEEN or child.tag == _TABLE or (child.tag == _CONTROL and _tag(child) in without):
            continue
        if child.tag == _RUN:
            if (_setting(child, "rPr", "vanish") or "off") in _OFF:
                yield from _run(child, without)
            continue
        if child.tag == _PARAGRAPH:
            yield "\n"
        yield from _pieces(child, without)


def _is_copy(child: Any, before: Any) -> bool:
    """Whether the control is one of the copies that LibreOffice 7.4 writes behind each plain-text control,
    with the tag lost and the whole text in the first (seen on re-saving a form)."""
    if before is None or child.tag != _CONTROL or before.tag != _CONTROL or _tag(child):
        return False
    alias = _setting(child, "sdtPr", "alias")
    return alias is not None and alias == _setting(before, "sdtPr", "alias")


def _run(run: Any, without: frozenset[str]) -> Iterator[str]:
    font = run.find(f"{_W}rPr/{_W}rFonts")
    is_symbol = font is not None and bool(_SYMBOL_FONTS.match(font.get(f"{_W}ascii", "")))
    for child in run:
        if child.tag == _TEXT:
            yield _as_symbols(child.text or "") if is_symbol else child.text or ""
        elif child.tag == f"{_W}sym":
            yield chr(int(child.get(f"{_W}char", "20"), 16) & 0xFF | _SYMBOLS)
        elif child.tag == f"{_W}fldChar":
            yield _field(child)
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag] if child.get(f"{_W}type") != "page" else ""
        elif child.tag not in _UNSEEN:
            yield from _pieces(child, without)


def _as_symbols(text: str) -> str:
    return "".join(chr(ord(letter) | _SYMBOLS) if " " < letter < "\u0100" else letter for letter in text)


def _field(begin: Any) -> str:
    """What an old form field draws instead of showing text: a tick box, a choice from a list (17.16.17)."""
    box = begin.find(f"{_W}ffData/{_W}checkBox")
    if box is not None:
        return "☐" if _first_of(box, "checked", "default") in _OFF else "☒"
    options = begin.find(f"{_W}ffData/{_W}ddList")
    if options is None:
        return ""
    entries = [entry.get(_VALUE, "") for entry in options.findall(f"{_W}listEntry")]
    number = int(_first_of(options, "result", "default"))
    return entries[number] if number < len(entries) else ""


def _first_of(field: Any, *names: str) -> str:
    """The value of the first of these settings that the field has; 0 where it has none."""
    found = (field.find(f"{_W}{name}") for name in names)
    return next((one.get(_VALUE, "1") for one in found if one is not None), "0")
