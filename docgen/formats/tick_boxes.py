"""Read the tick boxes drawn over the cells of a workbook, and put them into the empty cells that they lie on."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from docgen.formats.budgets import LONGEST_TEXT, Budget
from docgen.formats.grid import Cell, Floating, Grid
from docgen.formats.refusals import Damaged
from docgen.formats.xml_events import Attributes, Begin, End, Events, named

_VML, _EXCEL = "urn:schemas-microsoft-com:vml", "urn:schemas-microsoft-com:office:excel"
#: Kinds of controls with the signs of their states: not ticked, ticked.
_SIGNS = {"Checkbox": "☐☑", "Radio": "○◉"}
_ALL_SIGNS = "".join(_SIGNS.values())


def drawn_boxes(parts: Iterable[bytes], elements: Budget, budget: Budget) -> list[Floating]:
    """The tick boxes in a drawing of controls (ISO 29500-4, 19.4.2.12, ClientData); what is before any damage, since
    programs write such drawings carelessly.  Raises TooMuch."""
    reading = _Controls(elements, budget)
    with suppress(Damaged):
        reading.events.read(parts)
    return reading.found


def boxes_in_cells(sheet: Grid) -> Grid:
    """The sheet with its tick boxes as the texts of the empty cells that they lie on; others stay over it."""
    ticks: dict[tuple[int, int], list[Floating]] = {}
    for one in sheet.floating:
        place = sheet.extent(one.row, one.column)[:2]
        cell = sheet.cell(*place) or Cell("")
        has_caption = one.text[:1] in _ALL_SIGNS and one.text[1:].strip()
        if has_caption and not cell.text and cell.fault is None:
            ticks.setdefault(place, []).append(one)
    if not ticks:
        return sheet
    rows = {row: dict(cells) for row, cells in sheet.rows.items()}
    for (row, column), boxes in ticks.items():
        text = " ".join(box.text for box in boxes)[:LONGEST_TEXT]
        line = rows.setdefault(row, {})
        line[column] = line.get(column, Cell(""))._replace(text=text)
    placed = {id(box) for boxes in ticks.values() for box in boxes}
    return replace(
        sheet,
        rows={row: dict(sorted(rows[row].items())) for row in sorted(rows)},
        floating=tuple(one for one in sheet.floating if id(one) not in placed),
    )


class _Controls:
    """The controls of a drawing while they are read: caption, place and state of each."""

    def __init__(self, elements: Budget, budget: Budget) -> None:
        self.found: list[Floating] = []
        self._budget = budget
        self._signs = self._caption = self._anchor = ""
        self._is_ticked = False
        begins: dict[str, Begin] = {
            f"{_VML} shape": self._begin_shape, f"{_VML} textbox": self._begin_text,
            **named({"ClientData": self._begin_data, "Anchor": self._begin_text, "Checked": self._begin_text}, _EXCEL),
        }  # fmt: skip
        ends: dict[str, End] = {
            f"{_VML} textbox": self._end_caption,
            **named({"ClientData": self._end_data, "Anchor": self._end_anchor, "Checked": self._end_state}, _EXCEL),
        }
        self.events = Events(begins, ends, elements)

    def _begin_shape(self, _: Attributes) -> None:
        self._caption = self._anchor = ""
        self._is_ticked = False

    def _begin_text(self, _: Attributes) -> None:
        self.events.capture()

    def _end_caption(self) -> None:
        self._caption = " ".join(self.events.captured().split())

    def _begin_data(self, attributes: Attributes) -> None:
        self._signs = _SIGNS.get(attributes.get("ObjectType", ""), "")

    def _end_anchor(self) -> None:
        self._anchor = self.events.captured()

    def _end_state(self) -> None:
        self._is_ticked = self.events.captured().strip() == "1"

    def _end_data(self) -> None:
        numbers = [part.strip() for part in self._anchor.split(",")]
        if self._signs and len(numbers) == 8 and all(n.isdecimal() and len(n) < 8 for n in (numbers[0], numbers[2])):
            self._budget.spend()
            text = self._signs[self._is_ticked] + self._caption[:LONGEST_TEXT]
            self.found.append(Floating(int(numbers[2]) + 1, int(numbers[0]) + 1, text))
