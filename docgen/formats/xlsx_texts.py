"""Read the texts of an .xlsx workbook (shared strings, cells, comments) and split off what is struck out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from docgen.formats import symbols
from docgen.formats.budgets import Budget
from docgen.formats.grid import unescaped
from docgen.formats.xml_events import Attributes, Begin, End, Events, named
from docgen.language import tr

#: The namespace of sheets, and its equivalent in ISO 29500 Strict.
MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
#: Shared texts of a workbook, and their characters in total (300 MB of memory).
MOST_STRINGS, MOST_CHARACTERS = 2_000_000, 80_000_000
_FALSE = frozenset({"0", "false"})


class Split(NamedTuple):
    """A text without its struck-out part, and that part."""

    text: str
    struck: str = ""


class Rich(NamedTuple):
    """A text in several runs, once for a cell whose font does not strike out and once for one that does; a run
    without its own font uses the cell's."""

    plain: Split
    in_struck: Split


Text = str | Rich


def split(text: Text, *, is_struck: bool) -> Split:
    """The text in a cell, given whether its font strikes out."""
    if isinstance(text, Rich):
        return text.in_struck if is_struck else text.plain
    return Split("", text) if is_struck else Split(text)


def is_true(value: str | None) -> bool:
    """Whether an attribute is true."""
    return value is not None and value not in _FALSE


class RichText:
    """The runs of one text while they are read (ISO 29500-1, 18.4.7 and 18.4.8)."""

    def __init__(self) -> None:
        self.events: Events
        self._runs: list[tuple[str, bool | None]] = []
        self._is_struck: bool | None = None
        self._is_aside = False
        self._font = self._position = ""
        self.begins: dict[str, Begin] = {
            "r": self._begin_run, "rPr": self._begin_font, "strike": self._see_strike, "t": self._begin_text,
            "rPh": self._begin_aside, "rFont": self._see_name, "vertAlign": self._see_position,
        }  # fmt: skip
        self.ends: dict[str, End] = {"r": self._end_run, "t": self._end_text, "rPh": self._end_aside}

    def done(self) -> Text:
        """The finished text."""
        runs, self._runs = self._runs, []
        if len(runs) == 1 and runs[0][1] is None:  # nearly every text
            return unescaped(runs[0][0])
        if all(flag is None for _, flag in runs):
            return unescaped("".join(text for text, _ in runs))
        return Rich(_split(runs, in_struck=False), _split(runs, in_struck=True))

    def _begin_run(self, _: Attributes) -> None:
        self._is_struck, self._font, self._position = None, "", ""

    def _see_name(self, attributes: Attributes) -> None:
        self._font = attributes.get("val", "")

    def _see_position(self, attributes: Attributes) -> None:
        self._position = attributes.get("val", "")

    def _begin_font(self, _: Attributes) -> None:
        self._is_struck = False

    def _see_strike(self, attributes: Attributes) -> None:
        self._is_struck = is_true(attributes.get("val", "1"))

    def _begin_text(self, _: Attributes) -> None:
        if not self._is_aside:
            self.events.capture()

    def _end_text(self) -> None:
        if not self._is_aside:
            shape = symbols.shape(self._font, self._position)
            self._runs.append((shape(self.events.captured()), self._is_struck))

    def _end_run(self) -> None:
        self._begin_run({})

    def _begin_aside(self, _: Attributes) -> None:
        self._is_aside = True  # a phonetic guide

    def _end_aside(self) -> None:
        self._is_aside = False


def _split(runs: Iterable[tuple[str, bool | None]], *, in_struck: bool) -> Split:
    kept: list[str] = []
    struck: list[str] = []
    for text, flag in runs:
        (struck if (in_struck if flag is None else flag) else kept).append(text)
    return Split(unescaped("".join(kept)), unescaped("".join(struck)))


def shared_strings(parts: Iterable[bytes], elements: Budget) -> list[Text]:
    """The texts that the cells of all sheets refer to by number.  Raises TooMuch and Damaged."""
    found: list[Text] = []
    budget = Budget(MOST_STRINGS, tr("texts in its cells"))
    characters = Budget(MOST_CHARACTERS, tr("characters in its cells"))
    reading = RichText()

    def end() -> None:
        text = reading.done()
        budget.spend()
        characters.spend(len(text) if isinstance(text, str) else 2 * sum(map(len, text.plain)))
        found.append(text)

    events = Events(named(reading.begins, *MAIN), named({**reading.ends, "si": end}, *MAIN), elements)
    reading.events = events
    events.read(parts)
    return found
