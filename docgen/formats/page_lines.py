"""The text of an HTML page, as in a mail, in rows of cells as a browser would show them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import NamedTuple

from docgen.formats import symbols
from docgen.formats.cells import PageRow
from docgen.formats.grid import Cell
from docgen.patterns import regex

_BREAKING = frozenset(
    {"p", "div", "br", "tr", "li", "table", "h1", "h2", "h3", "h4", "blockquote", "ul", "ol", "hr", "dt", "dd"}
)
_CELLS = frozenset({"td", "th"})
_UNSEEN = frozenset({"script", "style", "head", "title"})
_STRIKING = frozenset({"s", "strike", "del"})
_POSITIONS = {"sup": "super", "sub": "sub"}
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "wbr", "area", "base"})
_HIDDEN = regex(
    r"(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|mso-hide\s*:\s*all)", re.IGNORECASE
)
_WHITE = regex(r"(?<![\w-])color\s*:\s*(?:#fff(?:fff)?\b|white\b|rgb\(255,\s*255,\s*255\))", re.IGNORECASE)
_FILLED = regex(r"background", re.IGNORECASE)
#: A rule of a style sheet by class; those for a kind of screen do not count.
_RULE, _FOR_SCREENS = regex(r"\.([\w-]+)\s*\{([^{}]*)\}"), regex(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_TICKED = {"checkbox": "☐☑", "radio": "○●"}
_STRUCK = regex(r"text-decoration[^;]*line-through", re.IGNORECASE)
_MOST_SPANNED, _LONGEST_STYLE = 200, 100_000


class _Effect(NamedTuple):
    """What an open element does to the text in it."""

    tag: str
    hides: bool = False
    strikes: bool = False
    quotes: bool = False
    fills: bool = False


class _PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[PageRow] = []
        self._open: list[_Effect] = []
        self._cells: list[Cell] = []
        self._text: list[str] = []
        self._struck: list[str] = []
        self._hidden: set[str] = set()  # classes
        self._in_cell = 0
        self._span = 1
        self._down: dict[int, int] = {}  # by column, how many rows more a cell of the table covers
        self._rows_down = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        style = found.get("style") or ""
        if tag == "input":
            self._see_input(found)
        if tag in _CELLS:
            if self._in_cell:
                self._end_cell()
            elif not self._cells:
                self._end_row()  # the line before the table
            self._in_cell = 1
            self._span, self._rows_down = _number(found.get("colspan")), _number(found.get("rowspan"))
        elif tag in _BREAKING:
            self._break(tag)
        if tag not in _VOID:
            fills = "bgcolor" in found or bool(_FILLED.search(style))
            strikes = tag in _STRIKING or bool(_STRUCK.search(style))
            self._open.append(_Effect(tag, False, strikes, tag == "blockquote", fills))
            self._open[-1] = self._open[-1]._replace(hides=self._hides(tag, style, found))

    def handle_endtag(self, tag: str) -> None:
        if tag in _CELLS and self._in_cell:
            self._end_cell()
        elif tag in _BREAKING:
            self._break(tag)
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at].tag == tag:
                del self._open[at:]
                break

    def _hides(self, tag: str, style: str, found: Mapping[str, str | None]) -> bool:
        """Whether nobody sees the text of an element: also white text on white, and what is not selected of a list."""
        if tag in _UNSEEN or "hidden" in found or _HIDDEN.search(style):
            return True
        if (tag == "option" and "selected" not in found) or self._hidden & set((found.get("class") or "").split()):
            return True
        return bool(_WHITE.search(style)) and not any(effect.fills for effect in self._open)

    def _see_input(self, found: Mapping[str, str | None]) -> None:
        signs = _TICKED.get(found.get("type") or "text")
        is_text = (found.get("type") or "text") == "text"
        self.handle_data(signs["checked" in found] if signs else (found.get("value") or "") if is_text else "")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].tag == "style":
            rules = _RULE.findall(_FOR_SCREENS.sub("", data[:_LONGEST_STYLE]))
            self._hidden |= {name for name, rule in rules if _HIDDEN.search(rule)}
        if not any(effect.hides for effect in self._open):
            target = self._struck if any(effect.strikes for effect in self._open) else self._text
            position = next((effect.tag for effect in reversed(self._open) if effect.tag in _POSITIONS), "")
            target.append(symbols.shape("", _POSITIONS.get(position, ""))(re.sub(r"\s+", " ", data)))

    def close(self) -> None:
        super().close()
        self._break("table")

    def _break(self, tag: str) -> None:
        if self._in_cell and tag not in {"tr", "table"}:
            self._text.append("\n")
            return
        if self._in_cell:
            self._end_cell()
        if self._cells or tag != "tr":
            self._end_row()
        if tag == "table":
            self._down = {}

    def _end_cell(self) -> None:
        self._skip_covered()
        column = len(self._cells)
        self._cells += [self._taken(), *[Cell("")] * (self._span - 1)]
        if self._rows_down > 1:
            self._down |= dict.fromkeys(range(column, column + self._span), self._rows_down)
        self._in_cell, self._span, self._rows_down = 0, 1, 1

    def _skip_covered(self) -> None:
        """Leave the columns blank that a cell of an earlier row covers."""
        while self._down.get(len(self._cells)):
            self._cells.append(Cell(""))

    def _end_row(self) -> None:
        rest = self._taken()
        if self._cells:
            self._down = {column: left - 1 for column, left in self._down.items() if left > 1}
        cells = (*self._cells, *([rest] if not rest.is_blank else []))
        self._cells = []
        if any(not cell.is_blank for cell in cells):
            self.rows.append(PageRow(cells, any(effect.quotes for effect in self._open)))

    def _taken(self) -> Cell:
        """The text since the last break, as a cell."""
        lines = (line.strip() for line in "".join(self._text).split("\n"))
        cell = Cell("\n".join(filter(None, lines)), struck="".join(self._struck).strip())
        self._text, self._struck = [], []
        return cell


def _number(span: str | None) -> int:
    return min(max(int(span), 1), _MOST_SPANNED) if span and span.isdecimal() else 1


def page_rows(page: str) -> list[PageRow]:
    """The lines of the page that are not empty, and the rows of its tables; a cell that covers others is followed by
    blank ones."""
    reader = _PageReader()
    reader.feed(page)
    reader.close()
    return reader.rows
