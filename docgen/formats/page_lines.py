"""The text of an HTML page, as in a mail, in lines as a browser would show them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BREAKING = frozenset({"p", "div", "br", "tr", "li", "table", "h1", "h2", "h3", "h4", "blockquote", "ul", "ol"})
_CELLS = frozenset({"td", "th"})
_UNSEEN = frozenset({"script", "style", "head", "title"})


class _PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _UNSEEN
        if tag in _BREAKING:
            self.text.append("\n")
        elif tag in _CELLS:
            self.text.append("\t")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _UNSEEN and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text.append(re.sub(r"\s+", " ", data))


def page_lines(page: str) -> list[str]:
    """The lines of the page that are not empty; cells of a table are parted by tabs."""
    reader = _PageReader()
    reader.feed(page)
    return [line.strip() for line in "".join(reader.text).split("\n") if line.strip()]
