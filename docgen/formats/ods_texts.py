"""Collect the texts of a cell of an OpenDocument spreadsheet: paragraphs, struck-out text, comments, boxes."""

from __future__ import annotations

from typing import NamedTuple

from docgen.formats.budgets import LONGEST_TEXT
from docgen.formats.ods_styles import Look, OpenStyles
from docgen.formats.xml_events import Attributes, Begin, End, Events, named
from docgen.patterns import regex

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_DRAWING = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
_SPACES = regex(r"[ \t\r\n]+")
_MOST_SPACES = 1000
#: Drawing objects with their own text.
_SHAPES = ("custom-shape", "text-box", "rect", "ellipse", "caption")


class _Paragraphs:
    """Paragraphs that belong together: those of a cell, of a comment, or of a text box."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.struck: list[str] = []
        self._length = 0
        self._paragraphs = 0

    def begin(self) -> None:
        if self._paragraphs:
            self.add("\n", is_struck=False)
        self._paragraphs += 1

    def add(self, text: str, *, is_struck: bool) -> None:
        if text and self._length <= LONGEST_TEXT:  # one character too many, so that the excess is noticed
            (self.struck if is_struck else self.kept).append(text)
            self._length += len(text)

    @property
    def has_any(self) -> bool:
        return self._paragraphs > 0


class CellTexts(NamedTuple):
    """The texts in and on a cell: its text (None: no paragraph), the struck-out text, the comment, the boxes
    (text "" for a picture)."""

    text: str | None
    struck: str
    note: str
    boxes: tuple[str, ...]


class TextReader:
    """Collects the texts of one cell after another."""

    def __init__(self, styles: OpenStyles) -> None:
        self.events: Events
        self._styles = styles
        self._aside = 0
        self._reset()
        text_begins: dict[str, Begin] = {
            "p": self._begin_paragraph, "span": self._begin_span, "a": self._begin_span, "s": self._see_spaces,
            "tab": self._see_tab, "line-break": self._see_break, "note": self._begin_aside,
            "ruby-text": self._begin_aside,
        }  # fmt: skip
        text_ends: dict[str, End] = {
            "p": self._end_paragraph, "span": self._end_span, "a": self._end_span,
            "note": self._end_aside, "ruby-text": self._end_aside,
        }  # fmt: skip
        shape_begins: dict[str, Begin] = {**dict.fromkeys(_SHAPES, self._begin_page), "image": self._begin_picture}
        shape_ends: dict[str, End] = {**dict.fromkeys(_SHAPES, self._end_box), "image": self._end_aside}
        self.begins = (
            named(text_begins, TEXT) | named(shape_begins, _DRAWING) | named({"annotation": self._begin_page}, OFFICE)
        )
        self.ends = named(text_ends, TEXT) | named(shape_ends, _DRAWING) | named({"annotation": self._end_note}, OFFICE)

    def begin(self, look: Look | None = None) -> None:
        """Begin a cell whose style has this look; a cell that is all above the line is no footnote mark."""
        self._reset()
        self._looks = [(look or Look())._replace(position=None)]

    def done(self) -> CellTexts:
        """End the cell and return its texts."""
        page = self._pages[0]
        text = "".join(page.kept) if page.has_any else None
        return CellTexts(text, "".join(page.struck), self._note.strip(), tuple(self._boxes))

    def _reset(self) -> None:
        self._pages = [_Paragraphs()]
        self._looks = [Look()]
        self._note = ""
        self._boxes: list[str] = []
        self._in_paragraph = 0

    # -- paragraphs

    def _begin_paragraph(self, _: Attributes) -> None:
        self._flush()
        if not self._aside:
            self._pages[-1].begin()
        self._in_paragraph += 1
        self.events.capture()

    def _end_paragraph(self) -> None:
        self._flush()
        self._in_paragraph -= 1

    def _begin_span(self, attributes: Attributes) -> None:
        self._flush()
        name = attributes.get(f"{TEXT} style-name", "")
        own = self._styles.look("text", name) if name else Look()
        self._looks.append(own.within(self._looks[-1]))
        self._resume()

    def _end_span(self) -> None:
        self._flush()
        if len(self._looks) > 1:
            self._looks.pop()
        self._resume()

    def _see_spaces(self, attributes: Attributes) -> None:
        count = attributes.get(f"{TEXT} c", "1")
        self._put(" " * min(int(count) if count.isdecimal() and len(count) < 10 else 1, _MOST_SPACES))

    def _see_tab(self, _: Attributes) -> None:
        self._put("\t")

    def _see_break(self, _: Attributes) -> None:
        self._put("\n")

    def _put(self, text: str) -> None:
        self._flush()
        self._add(text)
        self._resume()

    def _flush(self) -> None:
        """Keep the text since the last mark; a run of white space counts as one space."""
        if self._in_paragraph:
            self._add(_SPACES.sub(" ", self.events.captured()))

    def _add(self, text: str) -> None:
        if text and not self._aside:
            look = self._looks[-1]
            self._pages[-1].add(look.shape(text), is_struck=bool(look.is_struck))

    def _resume(self) -> None:
        if self._in_paragraph:
            self.events.capture()

    # -- comments and boxes

    def _begin_aside(self, _: Attributes) -> None:
        self._flush()
        self._aside += 1
        self._resume()

    def _end_aside(self) -> None:
        self._flush()
        self._aside -= 1
        self._resume()

    def _begin_picture(self, attributes: Attributes) -> None:
        if not self._aside and len(self._pages) == 1:
            self._boxes.append("")
        self._begin_aside(attributes)

    def _begin_page(self, _: Attributes) -> None:
        self._flush()
        self._pages.append(_Paragraphs())
        self._looks.append(Look())
        self._resume()

    def _end_page(self) -> str:
        self._flush()
        page = self._pages.pop()
        self._looks.pop()
        self._resume()
        return "".join(page.kept).strip()[:LONGEST_TEXT]

    def _end_box(self) -> None:
        text = self._end_page()
        if text and not self._aside:
            self._boxes.append(text)

    def _end_note(self) -> None:
        text = self._end_page()
        if len(self._note) <= LONGEST_TEXT:
            self._note = f"{self._note}\n{text}" if self._note else text
