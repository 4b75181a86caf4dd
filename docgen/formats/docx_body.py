"""Walk the body of a Word document once: tables, controls, and the text around them.

Each element is visited once, at any depth of nesting, and what it shows counts against the budgets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from docgen.formats import symbols
from docgen.formats.budgets import DEEPEST, LONGEST_TEXT, Budget, TooMuch
from docgen.formats.cells import text_cell
from docgen.formats.docx_flows import (
    Control,
    ControlCell,
    Flow,
    OpenControl,
    OpenTable,
    is_copy,
    joined,
    state_of,
    tag_of,
    width_of,
)
from docgen.formats.docx_text import (
    DELETED_TEXT,
    PARAGRAPH,
    RUN,
    SIGNS,
    TEXT,
    OldFields,
    Strikes,
    W,
    is_hidden,
    shape_of,
)
from docgen.formats.grid import Cell, Floating, Grid
from docgen.language import tr

#: Tables of a document, cells of all tables (counting spanned columns), controls of the kit.
MOST_TABLES, MOST_CELLS, MOST_CONTROLS = 2_000, 30_000, 5_000
#: Nesting depth of the kit's controls, and characters of the whole text.
_DEEPEST_CONTROL, _MOST_TEXT = 20, 1_500_000

#: Cells of a table in a cell that may be part of an answer; more are a form of their own.
_SMALL_TABLE = 6

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_VML = "{urn:schemas-microsoft-com:vml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TABLE, _ROW, _CELL = f"{W}tbl", f"{W}tr", f"{W}tc"
_CONTROL, _CONTENT = f"{W}sdt", f"{W}sdtContent"
#: Elements that are not visible: moved text, phonetic guides, the second copy of a drawing.
_UNSEEN = {f"{W}moveFrom", f"{W}rt", f"{W}sdtPr", f"{W}pPr", f"{W}rPr", f"{W}trPr", f"{W}tcPr", f"{_MC}Fallback"}
_DRAWINGS = (f"{W}drawing", f"{W}pict", f"{W}object")
#: Elements that make a drawing a picture: images, charts and diagrams, and images as Word wrote them until 2007.
_PICTURES = ("}pic", "}chart", "}relIds", "}imagedata")


class BodyReader:
    """Reads what the body shows."""

    def __init__(self, tags: frozenset[str], strikes: Strikes, comments: Mapping[str, str]) -> None:
        """`tags` are those of the kit's controls, `comments` the texts of comments by id, footnotes by kind and id."""
        self._tags = tags
        self._strikes = strikes
        self._comments = comments
        self._tables: list[Grid | None] = []
        self._controls: list[Control | None] = []
        self._open: list[OpenControl] = []
        self._open_tables: list[OpenTable] = []
        self._flows: list[Flow] = []
        self._depth = 0  # tables and text boxes around the current place
        self._is_struck = self._is_paragraph_struck = False
        self._budgets = {
            "tables": Budget(MOST_TABLES, "tables"),
            "cells": Budget(MOST_CELLS, "cells"),
            "controls": Budget(MOST_CONTROLS, "controls"),
            "text": Budget(_MOST_TEXT, "characters"),
        }
        self._handlers: dict[str, Callable[[Any, Flow, int], None]] = {
            PARAGRAPH: self._paragraph, RUN: self._run, _TABLE: self._table, _ROW: self._row, _CELL: self._cell,
            _CONTROL: self._control, f"{W}del": self._deleted, f"{W}altChunk": self._chunk,
            f"{_MATH}oMath": self._formula, f"{_VML}textpath": self._drawn_text,
            f"{W}commentReference": self._comment, f"{W}footnoteReference": self._footnote,
            f"{W}endnoteReference": self._footnote, **dict.fromkeys(_DRAWINGS, self._drawing),
        }  # fmt: skip
        self.answering: dict[str, ControlCell] = {}
        #: The footnotes that cells refer to.
        self.noted: set[str] = set()
        self._fields = OldFields()
        #: The ids of embedded parts in another format.
        self.chunks: list[str] = []
        self.hidden: list[tuple[str | None, str]] = []  # each with the address of its cell
        self.pictures = 0  # outside tables
        self.prose = Flow()

    def read(self, body: Any) -> None:
        """Walk a body, header, footer or note.  Raises TooMuch."""
        self._within(body, self.prose)

    @property
    def tables(self) -> tuple[Grid, ...]:
        """The tables in the order in which they begin."""
        return tuple(table for table in self._tables if table is not None)

    @property
    def controls(self) -> tuple[Control, ...]:
        """The kit's controls in the order in which they begin."""
        return tuple(control for control in self._controls if control is not None)

    # -- walking -----------------------------------------------------------------------------------

    def _within(self, node: Any, flow: Flow, depth: int = 1) -> None:
        self._flows.append(flow)
        self._walk(node, flow, depth)
        self._flows.pop()

    def _walk(self, node: Any, flow: Flow, depth: int) -> None:
        if depth > DEEPEST:
            raise TooMuch(tr("its parts are nested more than {deepest} deep", deepest=DEEPEST))
        before = None
        for child in node:
            if is_copy(child, before):
                continue
            before = child
            handler = self._handlers.get(child.tag)
            if handler is not None:
                handler(child, flow, depth + 1)
            elif child.tag not in _UNSEEN:
                self._walk(child, flow, depth + 1)

    def _add_text(self, flow: Flow, text: str, *, is_struck: bool = False) -> None:
        self._budgets["text"].spend(len(text))
        around = [control for control in self._open if control.depth == self._depth]
        if is_struck:
            flow.struck.append(text)
            for control in around:
                control.struck.append(text)
            return
        flow.text.append(text)
        for control in around:
            control.text.append(text)
        if not around:
            flow.around.append(text)

    # -- text --------------------------------------------------------------------------------------

    def _paragraph(self, paragraph: Any, flow: Flow, depth: int) -> None:
        self._add_text(flow, "\n")
        if flow.struck:
            self._add_text(flow, "\n", is_struck=True)
        before, self._is_paragraph_struck = self._is_paragraph_struck, self._strikes.of_paragraph(paragraph)
        self._walk(paragraph, flow, depth)
        self._is_paragraph_struck = before

    def _run(self, run: Any, flow: Flow, depth: int) -> None:
        properties = run.find(f"{W}rPr")
        if is_hidden(properties):
            self._hide("".join(text.text or "" for text in run.iter(TEXT)), flow.address)
            return
        is_struck = self._is_struck or self._strikes.of_run(properties, paragraph=self._is_paragraph_struck)
        shape = shape_of(properties)
        for child in run:
            if child.tag == TEXT or (child.tag == DELETED_TEXT and self._is_struck):
                self._add_text(flow, shape(child.text or ""), is_struck=is_struck)
            elif child.tag == f"{W}sym":
                self._add_text(flow, symbols.character(child.get(f"{W}char", "20")), is_struck=is_struck)
            elif child.tag == f"{W}fldChar":
                self._add_text(flow, self._fields.shown(child), is_struck=is_struck)
            elif child.tag == f"{W}instrText":
                self._fields.see_code(child.text or "")
            elif child.tag in SIGNS:
                self._add_text(flow, SIGNS[child.tag] if child.get(f"{W}type") != "page" else "", is_struck=is_struck)
            elif child.tag in self._handlers:
                self._handlers[child.tag](child, flow, depth + 1)
            elif child.tag not in _UNSEEN:
                self._walk(child, flow, depth + 1)

    def _hide(self, text: str, cell: str | None) -> None:
        self._budgets["text"].spend(len(text))
        if self.hidden and self.hidden[-1][0] == cell:
            text = self.hidden.pop()[1] + text
        self.hidden.append((cell, text[:LONGEST_TEXT]))

    def _deleted(self, node: Any, flow: Flow, depth: int) -> None:
        before, self._is_struck = self._is_struck, True
        self._walk(node, flow, depth)
        self._is_struck = before

    def _comment(self, node: Any, flow: Flow, depth: int) -> None:
        text = self._comments.get(node.get(f"{W}id", ""), "")
        if text:
            self._budgets["text"].spend(len(text))
            flow.notes.append(text)

    def _footnote(self, node: Any, flow: Flow, depth: int) -> None:
        """A footnote of a cell is a comment on it; any other is a text around the tables."""
        key = f"{node.tag.removeprefix(W).removesuffix('Reference')} {node.get(f'{W}id')}"
        if flow.address is not None and self._comments.get(key, "").strip():
            self.noted.add(key)
            flow.notes.append(self._comments[key])

    def _formula(self, node: Any, flow: Flow, depth: int) -> None:
        """A formula; the parts of powers and fractions stay apart, because together they are another number."""
        texts = [text.text or "" for text in node.iter(f"{_MATH}t")]
        is_plain = all(child.tag == f"{_MATH}r" for child in node)
        self._add_text(flow, ("" if is_plain else " ").join(texts), is_struck=self._is_struck)

    def _drawn_text(self, node: Any, flow: Flow, depth: int) -> None:
        """A text drawn as a shape, as watermarks are."""
        self._add_text(flow, f"\n{node.get('string', '')}")

    def _chunk(self, node: Any, flow: Flow, depth: int) -> None:
        self.chunks += [value for name, value in node.attrib.items() if name.endswith("}id")]

    def _drawing(self, node: Any, flow: Flow, depth: int) -> None:
        is_picture = any(isinstance(one.tag, str) and one.tag.endswith(_PICTURES) for one in node.iter())
        if flow is self.prose:
            self.pictures += is_picture
            self._walk(node, flow, depth)
            return
        inner = Flow()
        self._depth += 1
        self._within(node, inner, depth)
        self._depth -= 1
        text = joined(inner.text).strip()
        if text or is_picture:
            flow.floating.append(text)
        flow.floating += inner.floating
        flow.notes += inner.notes

    # -- controls ----------------------------------------------------------------------------------

    def _control(self, node: Any, flow: Flow, depth: int) -> None:
        tag = tag_of(node)
        content = node.find(_CONTENT)
        if content is None:
            return
        if tag not in self._tags:
            if node.find(f"{W}sdtPr/{W}showingPlcHdr") is not None and state_of(node) is None:
                self._hide("".join(text.text or "" for text in content.iter(TEXT)), flow.address)  # its prompt
            else:
                self._walk(content, flow, depth)
            return
        self._budgets["controls"].spend()
        if len(self._open) >= _DEEPEST_CONTROL:
            raise TooMuch(
                tr("its controls are nested more than {deepest_control} deep", deepest_control=_DEEPEST_CONTROL)
            )
        is_around_cells = bool(self._open_tables) and not self._open_tables[-1].is_in_cell
        control = OpenControl(tag, state_of(node), self._depth, None if is_around_cells else flow.address)
        place = len(self._controls)
        self._controls.append(None)
        for one in self._flows:
            one.has_controls = True
        self._open.append(control)
        self._walk(content, flow, depth)
        self._open.pop()
        self._controls[place] = control.closed()

    # -- tables ------------------------------------------------------------------------------------

    def _table(self, node: Any, flow: Flow, depth: int) -> None:
        """Read one table as a grid; tables inside its cells follow it.  Widths do not matter, only spans do."""
        self._budgets["tables"].spend()
        table = OpenTable(len(self._tables) + 1)
        self._tables.append(None)
        self._open_tables.append(table)
        self._depth += 1
        self._walk(node, flow, depth)
        self._depth -= 1
        self._open_tables.pop()
        self._tables[table.number - 1] = grid = table.grid()
        texts = [cell.text for cells in grid.rows.values() for cell in cells.values()]
        if self._open_tables and len(texts) == 1 and not joined(flow.text).strip():
            self._add_text(flow, f"\n{texts[0]}")  # a frame around the answer
            self._tables[table.number - 1] = None
        elif self._open_tables and len(texts) <= _SMALL_TABLE:
            flow.floating += [" ".join(texts)] if texts else []

    def _row(self, node: Any, flow: Flow, depth: int) -> None:
        if not self._open_tables:
            self._walk(node, flow, depth)
            return
        table = self._open_tables[-1]
        table.begin_row(node)
        before = self._is_struck
        self._is_struck = before or node.find(f"{W}trPr/{W}del") is not None
        self._walk(node, flow, depth)
        self._is_struck = before

    def _cell(self, node: Any, flow: Flow, depth: int) -> None:
        if not self._open_tables or not self._open_tables[-1].row:
            self._walk(node, flow, depth)
            return
        table = self._open_tables[-1]
        width = width_of(node)
        self._budgets["cells"].spend(width)
        column, address = table.begin_cell(node, width)
        inner = Flow(address)
        for control in self._open:
            if control.depth == self._depth:  # a control around whole cells
                control.cell, inner.has_controls = control.cell or address, True
        before = self._is_struck
        self._is_struck = before or node.find(f"{W}tcPr/{W}cellDel") is not None
        table.is_in_cell = True
        self._within(node, inner, depth)
        table.is_in_cell = False
        self._is_struck = before
        table.cells.append((table.row, column, self._finished_cell(inner)))
        table.floating += [Floating(table.row, column, text) for text in inner.floating]

    def _finished_cell(self, flow: Flow) -> Cell:
        """The cell that results from a flow."""
        text = joined(flow.text)
        if flow.has_controls and flow.address is not None:
            self.answering[flow.address] = ControlCell(text[:LONGEST_TEXT], joined(flow.around)[:LONGEST_TEXT])
        return text_cell(text, struck=joined(flow.struck).strip(), note="\n".join(flow.notes))
