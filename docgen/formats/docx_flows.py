"""Collect flows of text, controls and tables while the body of a Word document is read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from docgen.formats.budgets import LONGEST_TEXT, TooMuch
from docgen.formats.docx_text import OFF, W, setting
from docgen.formats.grid import Cell, Extent, Floating, Grid, grid
from docgen.language import tr

#: Columns of a table that are read, and the most that Word allows.
MOST_COLUMNS, _WORD_COLUMNS = 1_000, 63
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"


class Control(NamedTuple):
    """A content control of the kit: its visible text, the state of a tick box (else None), the address of
    its table cell (None outside tables), its struck-out text, and the fault of a text that was cut."""

    tag: str
    text: str
    is_checked: bool | None
    cell: str | None
    struck: str = ""
    fault: str | None = None


class ControlCell(NamedTuple):
    """A table cell with controls of the kit: all its visible text, and the text outside the controls."""

    text: str
    around: str


@dataclass
class Flow:
    """The text of a cell, of a text box in a cell, or of the body outside tables."""

    address: str | None = None
    text: list[str] = field(default_factory=list)
    around: list[str] = field(default_factory=list)  # outside the kit's controls
    struck: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    floating: list[str] = field(default_factory=list)  # text boxes; empty for a picture
    has_controls: bool = False


@dataclass
class OpenControl:
    """A control of the kit that has begun; `depth` tables and text boxes are around it."""

    tag: str
    state: bool | None
    depth: int
    cell: str | None
    text: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)

    def closed(self) -> Control:
        """The finished control."""
        text = joined(self.text)
        fault = "text-cut" if len(text) > LONGEST_TEXT else None
        return Control(self.tag, text[:LONGEST_TEXT], self.state, self.cell, joined(self.struck), fault)


@dataclass
class OpenTable:
    """A table that has begun, and the current position in it."""

    number: int
    row: int = 0
    column: int = 1
    ordinal: int = 0
    is_in_cell: bool = False
    cells: list[tuple[int, int, Cell]] = field(default_factory=list)
    extents: dict[tuple[int, int], Extent] = field(default_factory=dict)
    addresses: dict[tuple[int, int], str] = field(default_factory=dict)
    above: dict[int, Extent] = field(default_factory=dict)  # merged ranges that may continue in this row, by column
    floating: list[Floating] = field(default_factory=list)

    def begin_row(self, node: Any) -> None:
        """Move to the next row."""
        self.row += 1
        self.column = 1 + _columns(node, "trPr", "gridBefore")
        self.ordinal = 0

    def begin_cell(self, node: Any, width: int) -> tuple[int, str]:
        """Move to the next cell, `width` columns wide; returns its column and address.  Raises TooMuch."""
        self.ordinal += 1
        column = self.column
        if column + width > MOST_COLUMNS:
            raise TooMuch(tr("a table has more than {most_columns:,} columns", most_columns=MOST_COLUMNS))
        extent = _merged(node, self.above, Extent(self.row, column, self.row, column + width - 1))
        self.extents[extent[:2]] = extent
        address = f"T{self.number}R{self.row}C{self.ordinal}"
        self.addresses |= {(self.row, place): address for place in range(column, column + width)}
        self.column += width
        return column, address

    def grid(self) -> Grid:
        """The finished table."""
        made = grid(None, self.cells, self.extents.values(), self.addresses)
        return replace(made, floating=tuple(self.floating)) if self.floating else made


def joined(pieces: list[str]) -> str:
    """The text of a flow, without the line break before its first paragraph."""
    return "".join(pieces).removeprefix("\n")


def width_of(cell: Any) -> int:
    """The number of columns that a cell spans."""
    return max(_columns(cell, "tcPr", "gridSpan"), 1)


def _columns(node: Any, group: str, name: str) -> int:
    """A number of columns, limited to the most that Word allows."""
    return min(max(int(setting(node, group, name) or 0), 0), _WORD_COLUMNS)


def _merged(cell: Any, above: dict[int, Extent], extent: Extent) -> Extent:
    """The range of a cell with the rows above that it is merged with (17.4.84, w:vMerge); updates `above`."""
    state = setting(cell, "tcPr", "vMerge")
    begun = above.pop(extent.left, None)
    if state in {"continue", "on"} and begun is not None and begun.bottom == extent.top - 1:
        extent = begun._replace(bottom=extent.bottom)
    if state is not None:
        above[extent.left] = extent
    return extent


def tag_of(control: Any) -> str:
    """The tag of a control; empty if it has none."""
    return setting(control, "sdtPr", "tag") or ""


def state_of(control: Any) -> bool | None:
    """The state of a tick box, None for any other control."""
    box = control.find(f"{W}sdtPr/{_W14}checkbox")
    if box is None:
        return None
    checked = box.find(f"{_W14}checked")
    return checked is not None and checked.get(f"{_W14}val", "1") not in OFF


def is_copy(child: Any, before: Any) -> bool:
    """Whether the control is a copy that LibreOffice 7.4 writes after each plain-text control when it saves a form:
    the first copy holds the whole text, and the tag is lost."""
    if before is None or child.tag != f"{W}sdt" or before.tag != f"{W}sdt" or tag_of(child):
        return False
    alias = setting(child, "sdtPr", "alias")
    return alias is not None and alias == setting(before, "sdtPr", "alias")
