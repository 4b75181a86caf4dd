"""Parse the XML of a long part as events, keeping only the requested elements.

A tree takes up to a hundred times the bytes of its part, and is complete before it can be measured.
Here elements are handled as they are read, and everything that a hostile file could enlarge is limited: tokens,
texts, the depth and the number of elements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, TypeVar
from xml.parsers import expat

from docgen.formats.budgets import DEEPEST, LONGEST_TEXT, LONGEST_TOKEN, Budget, TooMuch
from docgen.formats.refusals import Damaged
from docgen.language import tr

Attributes = Mapping[str, str]
Begin = Callable[[Attributes], None]
End = Callable[[], None]

#: Elements of all parts of one file that are read whole (4 s of work; the largest honest workbook has 0.6 million).
MOST_ELEMENTS = 4_000_000
_FIRST_PIECE, _PIECE = 2**16, 2**18  # the first is small, so that the first rows of a long sheet come soon


_Handler = TypeVar("_Handler", Begin, End)


def named(handlers: Mapping[str, _Handler], *spaces: str) -> dict[str, _Handler]:
    """The handlers by the full names of their elements, in each of the namespaces."""
    return {f"{space} {name}": handler for space in spaces for name, handler in handlers.items()}


def pieces(source: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a part, in pieces for the parser."""
    size = _FIRST_PIECE
    while piece := source.read(size):
        yield piece
        size = _PIECE


class Events:
    """A parser that calls the handlers at the beginning and end of their elements."""

    def __init__(
        self,
        begins: Mapping[str, Begin],
        ends: Mapping[str, End],
        elements: Budget,
        *,
        most_characters: int = LONGEST_TEXT,
    ) -> None:
        """`elements` is the budget for elements; texts are cut after one character more than the limit."""
        self._parser = expat.ParserCreate(None, " ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._handlers(begins, ends)
        self._elements = elements
        self._most = most_characters
        self._seen = 0
        self._texts: list[str] = []

    def feed(self, parts: Iterable[bytes]) -> Iterator[None]:
        """Parse the part, and yield after each piece of it.

        Raises TooMuch, Damaged for invalid XML, and whatever the handlers raise.
        """
        fed = 0
        try:
            for part in parts:
                self._parser.Parse(part, False)
                fed += len(part)
                if fed - self._parser.CurrentByteIndex > LONGEST_TOKEN:
                    raise TooMuch(
                        tr(
                            "it goes on for more than {longest_token} MB without an end of a tag",
                            longest_token=LONGEST_TOKEN >> 20,
                        )
                    )
                self._spend()
                yield
            self._parser.Parse(b"", True)
            self._spend()
            yield
        except (expat.ExpatError, LookupError) as cause:  # LookupError: an unknown encoding
            yield  # everything before the damage is complete
            raise Damaged(tr("a part of it is not sound XML")) from cause

    def read(self, parts: Iterable[bytes]) -> None:
        """Parse the whole part.  Raises like `feed`."""
        for _ in self.feed(parts):
            pass

    def capture(self) -> None:
        """Start to keep text."""
        self._texts.clear()
        self._parser.CharacterDataHandler = self._texts.append

    def captured(self) -> str:
        """The kept text; stops keeping."""
        self._parser.CharacterDataHandler = None
        if len(self._texts) == 1:
            return self._texts.pop()[: self._most + 1]
        text = "".join(self._texts)[: self._most + 1]
        self._texts.clear()
        return text

    def _spend(self) -> None:
        self._elements.spend(self._seen)
        self._seen = 0
        if len(self._texts) > 1:
            text = "".join(self._texts)[: self._most + 1]
            self._texts.clear()
            self._texts.append(text)

    def _handlers(
        self, begins: Mapping[str, Begin], ends: Mapping[str, End]
    ) -> tuple[Callable[[str, Attributes], None], Callable[[str], None]]:
        """The handlers of the parser.  They run for every element, so what they need is at hand, not looked up."""
        depth = 0

        def begin(name: str, attributes: Attributes) -> None:
            nonlocal depth
            depth += 1
            self._seen += 1
            if depth > DEEPEST:
                raise TooMuch(tr("its elements are nested more than {deepest} deep", deepest=DEEPEST))
            if name in begins:
                begins[name](attributes)

        def end(name: str) -> None:
            nonlocal depth
            depth -= 1
            if name in ends:
                ends[name]()

        return begin, end
