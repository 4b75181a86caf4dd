"""Write the rows of a report's sheet at once, without keeping any.

XlsxWriter makes the sheets, their columns, panes, filters and print settings; asked cell by cell for rows, it takes ten
times as long, and it keeps a large object for each link.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from xlsxwriter.worksheet import Worksheet

from docgen.formats.grid import letters
from docgen.patterns import regex

_LONGEST_CELL = 32_767  # of units of UTF-16
_EXACT = 10**15  # smaller whole numbers keep all their digits
_QUOTED = regex(r"[^A-Za-z0-9_.~/-]+")
#: What XML cannot hold.
_ILLEGAL = regex("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class RowSheet(Worksheet):  # type: ignore[misc]
    """A sheet of a workbook with constant memory that is filled row by row, and in no other way.

    It uses what XlsxWriter calls private: the file that its rows are collected in, and the list of links behind them
    (tests/test_reports.py reads the result with other libraries).
    """

    def begin_rows(self, headings: Sequence[str], look: int) -> None:
        """Begin with a row of headings, in the cell format with this number."""
        self._names = [letters(column + 1) for column in range(len(headings))]
        self._targets: list[str] = []
        self._linked: int | None = None
        self._row = 0
        self.add_row(headings, look)

    def add_row(self, row: Sequence[Any], look: int = 0, linked: int | None = None, link_look: int = 0) -> None:
        """Write a row below the others: texts as text, though one may look like a formula, and numbers as numbers.

        `look` is the number of a cell format.  The text in the column `linked`, which is the same in all rows, is made
        a link to the folder that it names, beside the workbook.
        """
        self._row += 1
        number, style = str(self._row), f' s="{look}"' if look else ""
        cells = []
        for name, value in zip(self._names, row, strict=False):  # most are short: nothing, a count, or a word
            if value is None:
                cells.append("")
            elif type(value) is int and -_EXACT < value < _EXACT:
                cells.append(f'<c r="{name}{number}"{style}><v>{value}</v></c>')
            elif isinstance(value, str) and value.isalnum() and len(value) < _LONGEST_CELL // 2:
                cells.append(f'<c r="{name}{number}"{style} t="inlineStr"><is><t>{value}</t></is></c>')
            else:
                cells.append(self._cell(name + number, value, style))
        if linked is not None:
            cells[linked] = self._cell(self._names[linked] + number, row[linked], f' s="{link_look}"')
        self.row_data_fh.write(f'<row r="{number}">{"".join(cells)}</row>')
        if linked is not None:
            self._linked = linked
            self._targets.append(f"{address(row[linked])}/")  # as every system writes it (XlsxWriter: as Windows does)

    def end_rows(self) -> None:
        """Say how large the sheet has become."""
        self.dim_rowmin = self.dim_colmin = 0
        self.dim_rowmax, self.dim_colmax = self._row - 1, len(self._names) - 1

    def _cell(self, address: str, value: Any, style: str) -> str:
        if not isinstance(value, str):
            return f'<c r="{address}"{style}><v>{value:.16G}</v></c>'
        text = shortened(value)
        if "_x" in text or "\r" in text:
            text = self._escape_control_characters(text)
        if "&" in text or "<" in text or ">" in text:
            text = escape(text)
        space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
        return f'<c r="{address}"{style} t="inlineStr"><is><t{space}>{text}</t></is></c>'

    def _write_hyperlinks(self) -> None:
        """Write the links, which are one a row from the second row on."""
        if self._linked is None:
            return
        name = self._names[self._linked]
        self._xml_start_tag("hyperlinks")
        for number in range(1, len(self._targets) + 1):
            self.fh.write(f'<hyperlink ref="{name}{number + 1}" r:id="rId{number}"/>')
        self._xml_end_tag("hyperlinks")
        self.external_hyper_links = [("/hyperlink", target, "External") for target in self._targets]


def address(name: str) -> str:
    """A name as links write it: as urllib.parse.quote does, but runs of other characters at once."""
    return _QUOTED.sub(lambda run: f"%{run[0].encode().hex('%').upper()}", name)


def shortened(value: str) -> str:
    """A text as a cell can hold it."""
    if not value.isprintable():
        value = _ILLEGAL.sub("", value)
    if len(value) * 2 > _LONGEST_CELL:
        value = value.encode("utf-16-le")[: 2 * _LONGEST_CELL].decode("utf-16-le", "ignore")
    return value
