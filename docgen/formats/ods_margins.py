"""Collect the texts of the page headers and footers of an OpenDocument spreadsheet, by the style of the page."""

from __future__ import annotations

from docgen.formats.budgets import LONGEST_TEXT
from docgen.formats.xml_events import Attributes, Begin, End, Events, named

STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
#: What the program fills in.
_FIELDS = ("sheet-name", "page-number", "page-count", "date", "time", "title", "file-name")
_EDGES = ("header", "footer", "header-left", "footer-left", "header-first", "footer-first")
_MOST = 100  # lines of a page style


class OpenMargins:
    """The lines of headers and footers; `events` is the parser of the part with the page styles."""

    def __init__(self) -> None:
        self.events: Events
        self.lines: dict[str, list[str]] = {}
        self._page = ""
        self._is_shown = self._in_line = False
        self._line: list[str] = []
        self.begins: dict[str, Begin] = named(
            {"p": self._begin_line} | dict.fromkeys(_FIELDS, self._begin_field), _TEXT
        )
        self.ends: dict[str, End] = named({"p": self._end_line} | dict.fromkeys(_FIELDS, self._end_field), _TEXT)
        self.begins |= named({"master-page": self._begin_page} | dict.fromkeys(_EDGES, self._begin_edge), STYLE)
        self.ends |= named({"master-page": self._end_page} | dict.fromkeys(_EDGES, self._end_edge), STYLE)

    def _begin_page(self, attributes: Attributes) -> None:
        self._page = attributes.get(f"{STYLE} name", "")

    def _end_page(self) -> None:
        self._page = ""

    def _begin_edge(self, attributes: Attributes) -> None:
        self._is_shown = bool(self._page) and attributes.get(f"{STYLE} display") != "false"

    def _end_edge(self) -> None:
        self._is_shown = False

    def _begin_line(self, _: Attributes) -> None:
        self._in_line = self._is_shown
        self._line = []
        if self._in_line:
            self.events.capture()

    def _begin_field(self, _: Attributes) -> None:
        if self._in_line:
            self._line.append(self.events.captured())
            self.events.capture()

    def _end_field(self) -> None:
        if self._in_line:
            self.events.captured()
            self.events.capture()

    def _end_line(self) -> None:
        if not self._in_line:
            return
        self._in_line = False
        text = "".join((*self._line, self.events.captured())).strip()[:LONGEST_TEXT]
        lines = self.lines.setdefault(self._page, [])
        if any(map(str.isalnum, text)) and text not in lines and len(lines) < _MOST:
            lines.append(text)
