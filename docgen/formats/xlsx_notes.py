"""Read the objects over the cells of an .xlsx sheet: comments, text boxes, pictures; and its table filters."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from docgen.formats.budgets import LONGEST_TEXT, Budget
from docgen.formats.grid import Extent, Floating
from docgen.formats.package import Package
from docgen.formats.tick_boxes import drawn_boxes
from docgen.formats.xlsx_sheet import extent, place
from docgen.formats.xlsx_texts import MAIN, RichText, split
from docgen.formats.xml_events import Attributes, Begin, End, Events, named, pieces
from docgen.language import tr

#: Comments of a workbook, objects over its sheets, and the characters of each.
MOST_NOTES, MOST_FLOATING, MOST_CHARACTERS = 100_000, 10_000, 10_000_000
_THREADED = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
_SHEET_DRAWING = (
    "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing", "http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing",
)  # fmt: skip
_DRAWING = ("http://schemas.openxmlformats.org/drawingml/2006/main", "http://purl.oclc.org/ooxml/drawingml/main")
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"

Notes = dict[tuple[int, int], str]


class NoteBudget:
    """The limits for all sheets of a workbook together."""

    def __init__(self) -> None:
        self.notes = Budget(MOST_NOTES, "comments")
        self.floating = Budget(MOST_FLOATING, tr("text boxes and pictures"))
        self.characters = Budget(MOST_CHARACTERS, tr("characters in comments and text boxes"))


def comments(parts: Iterable[bytes], elements: Budget, budget: NoteBudget) -> Notes:
    """The comments of a sheet by cell.  Raises TooMuch and Damaged."""
    found: Notes = {}
    reading = RichText()
    at = (0, 0)

    def begin(attributes: Attributes) -> None:
        nonlocal at
        budget.notes.spend()
        at = place(attributes.get("ref", ""))

    def end() -> None:
        text = split(reading.done(), is_struck=False).text[:LONGEST_TEXT].strip()
        budget.characters.spend(len(text))
        found[at] = text

    begins: dict[str, Begin] = {**reading.begins, "comment": begin}
    reading.events = Events(named(begins, *MAIN), named({**reading.ends, "comment": end}, *MAIN), elements)
    reading.events.read(parts)
    return found


def conversations(parts: Iterable[bytes], elements: Budget, budget: NoteBudget) -> Notes:
    """Threaded comments, each thread joined, by cell.  Raises TooMuch and Damaged."""
    found: Notes = {}
    at = (0, 0)

    def begin(attributes: Attributes) -> None:
        nonlocal at
        budget.notes.spend()
        at = place(attributes.get("ref", ""))

    def begin_text(_: Attributes) -> None:
        events.capture()

    def end_text() -> None:
        text = events.captured()[:LONGEST_TEXT].strip()
        budget.characters.spend(len(text))
        found[at] = f"{found[at]}\n{text}" if found.get(at) else text

    begins: dict[str, Begin] = {"threadedComment": begin, "text": begin_text}
    events = Events(named(begins, _THREADED), named({"text": end_text}, _THREADED), elements)
    events.read(parts)
    return found


def filters(parts: Iterable[bytes], elements: Budget) -> list[Extent]:
    """The range of a table if its filter is active.  Raises TooMuch and Damaged."""
    found: list[Extent] = []
    ranges: list[str] = []

    def begin(attributes: Attributes) -> None:
        ranges[:] = [attributes.get("ref", "")]

    def see(_: Attributes) -> None:
        found.extend(extent(reference) for reference in ranges if reference)
        ranges.clear()

    events = Events(named({"autoFilter": begin, "filterColumn": see}, *MAIN), {}, elements)
    events.read(parts)
    return found


def floating(parts: Iterable[bytes], elements: Budget, budget: NoteBudget) -> list[Floating]:
    """The objects over a sheet, in the order in which they were added.  Raises TooMuch and Damaged."""
    reading = _Drawing(elements, budget)
    reading.events.read(parts)
    return reading.found


def beside(package: Package, part: str, kind: str) -> Iterable[str]:
    """The parts of this kind that belong to a sheet."""
    folder, name = posixpath.split(part)
    has_any = package.find(posixpath.join(folder, "_rels", f"{name}.rels")) is not None
    return package.related(part, kind).values() if has_any else ()


def notes_of(package: Package, part: str, elements: Budget, budget: NoteBudget, *, only_threads: bool = False) -> Notes:
    """The comments on a sheet; `only_threads` leaves out those that are in no thread.  Raises TooMuch and Damaged."""
    found: Notes = {}
    for kind, read in (("/comments", comments), ("/threadedComment", conversations)):
        for target in () if only_threads and read is comments else beside(package, part, kind):
            with package.open(target) as source:
                found |= read(pieces(source), elements, budget)
    return found


def floating_of(package: Package, part: str, elements: Budget, budget: NoteBudget) -> tuple[Floating, ...]:
    """The objects over a sheet.  Raises TooMuch and Damaged."""
    found: list[Floating] = []
    for target in beside(package, part, "/drawing"):
        with package.open(target) as source:
            found += floating(pieces(source), elements, budget)
    for target in beside(package, part, "/vmlDrawing"):
        with package.open(target) as source:
            found += drawn_boxes(pieces(source), elements, budget.floating)
    return tuple(found)


class _Drawing:
    """Shapes and pictures, with the cells under their top left corners."""

    def __init__(self, elements: Budget, budget: NoteBudget) -> None:
        self.found: list[Floating] = []
        self._budget = budget
        self._corner = {"row": 0, "col": 0}
        self._in_corner = self._is_struck = self._is_hidden = False
        self._aside = 0  # inside a fallback, for programs that do not support the preferred form
        self._paragraphs: list[str] = []
        sheet_begins: dict[str, Begin] = {
            "from": self._begin_corner, "row": self._begin_number, "col": self._begin_number, "sp": self._begin_shape,
            "pic": self._begin_shape, "cNvPr": self._see_name,
        }  # fmt: skip
        sheet_ends: dict[str, End] = {
            "from": self._end_corner, "row": lambda: self._end_number("row"), "col": lambda: self._end_number("col"),
            "sp": self._end_shape, "pic": self._end_picture,
        }  # fmt: skip
        text_begins: dict[str, Begin] = {
            "p": self._begin_paragraph, "r": self._begin_run, "rPr": self._see_font, "t": self._begin_text,
            "br": self._see_break,
        }  # fmt: skip
        begins = named(sheet_begins, *_SHEET_DRAWING) | named(text_begins, *_DRAWING)
        ends = named(sheet_ends, *_SHEET_DRAWING) | named({"t": self._end_text}, *_DRAWING)
        begins |= named({"Fallback": self._begin_aside}, _COMPATIBILITY)
        ends |= named({"Fallback": self._end_aside}, _COMPATIBILITY)
        self.events = Events(begins, ends, elements)

    def _begin_corner(self, _: Attributes) -> None:
        self._in_corner = True

    def _end_corner(self) -> None:
        self._in_corner = False

    def _begin_number(self, _: Attributes) -> None:
        self.events.capture()

    def _end_number(self, name: str) -> None:
        text = self.events.captured().strip()
        if self._in_corner:
            self._corner[name] = int(text) if text.isdecimal() and len(text) < 10 else 0

    def _begin_shape(self, _: Attributes) -> None:
        self._paragraphs = []
        self._is_hidden = False

    def _see_name(self, attributes: Attributes) -> None:
        self._is_hidden = attributes.get("hidden") in {"1", "true"}

    def _end_shape(self) -> None:
        text = "\n".join(self._paragraphs).strip()[:LONGEST_TEXT]
        if text:
            self._put(text)

    def _end_picture(self) -> None:
        self._put("")

    def _put(self, text: str) -> None:
        if self._is_hidden or self._aside:
            return
        self._budget.floating.spend()
        self._budget.characters.spend(len(text))
        self.found.append(Floating(self._corner["row"] + 1, self._corner["col"] + 1, text))

    def _begin_paragraph(self, _: Attributes) -> None:
        self._budget.characters.spend()
        self._paragraphs.append("")

    def _begin_run(self, _: Attributes) -> None:
        self._is_struck = False

    def _see_font(self, attributes: Attributes) -> None:
        self._is_struck = attributes.get("strike", "noStrike") != "noStrike"

    def _begin_text(self, _: Attributes) -> None:
        self.events.capture()

    def _end_text(self) -> None:
        text = self.events.captured()
        if self._paragraphs and not self._is_struck:
            self._budget.characters.spend(len(text))
            self._paragraphs[-1] += text

    def _see_break(self, _: Attributes) -> None:
        self._begin_paragraph({})

    def _begin_aside(self, _: Attributes) -> None:
        self._aside += 1

    def _end_aside(self) -> None:
        self._aside -= 1
