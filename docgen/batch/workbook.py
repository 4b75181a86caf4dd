"""The workbook of the report: totals with charts, every intake, finding and failure, and what was passed over.

Rows are written as they are read, none is kept.  A text is written as a text whatever it begins with,
so that no spreadsheet runs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from docgen.batch.jobs import Item, Outcome
from docgen.batch.summary import Summary
from docgen.documents.sheet_style import DatedZip, literal
from docgen.model.intake import Level
from docgen.text import printable

#: Rows that a sheet of Excel holds, and links that it may hold (limits of Excel: 1,048,576 and 65,530).
_ROWS, _LINKED_ROWS = 1_048_575, 65_530
_LONGEST_CELL = 32_767
_BOLD, _LINK = Font(bold=True), Font(underline="single", color="0563C1")

_INTAKES = {
    "source": 40, "sheet": 14, "row": 7, "name": 30, "verdict": 12, **{level.value: 9 for level in Level},
    "packet": 40, "pending": 40, "intakes of this customer": 12,
}  # fmt: skip
_FINDINGS = {
    "source": 40, "sheet": 14, "row": 7, "name": 30, "level": 9, "rule": 11, "field": 20, "cell": 8,
    "written": 30, "message": 60, "remedy": 60, "clause": 14,
}  # fmt: skip
_FAILURES = {"source": 40, "place": 20, "reason": 70, "remedy": 50}
#: What stands in sources and belongs to no intake, and the files of folders that are not read.
_OUTSIDE = {"source": 40, "sheet": 14, "cell": 8, "text": 90}
_PASSED_OVER = {"file": 40, "what it is, and what can be done": 110}


def write_workbook(path: Path, outcomes: Iterable[Outcome], summary: Summary) -> None:
    """Write the report to `path`; packets are linked relative to it."""
    book = Workbook(write_only=True)
    book.properties.creator = "docgen"
    overview = book.create_sheet("summary")
    intakes = _Rows(book, "intakes", _INTAKES, _LINKED_ROWS)
    findings = _Rows(book, "findings", _FINDINGS, _ROWS)
    failures = _Rows(book, "failures", _FAILURES, _ROWS)
    outside = _Rows(book, "outside", _OUTSIDE, _ROWS, may_be_empty=False)
    passed_over = _Rows(book, "passed over", _PASSED_OVER, _ROWS, may_be_empty=False)
    for outcome in outcomes:
        source = printable(outcome.source)
        for item in outcome.items:
            intakes.add(_intake(source, item, summary.customers), link="packet")
            for finding in item.findings:
                findings.add(_finding(source, item, finding))
        for failure in outcome.failures:
            failures.add([source, *map(printable, failure)])
        for text in outcome.outside:
            outside.add([source, *text])
        if outcome.passed_over:
            passed_over.add([source, printable(outcome.passed_over)])
    _fill_overview(overview, summary)
    ExcelWriter(book, DatedZip(path)).save()


def _intake(source: str, item: Item, customers: Mapping[str, int]) -> list[Any]:
    return [
        source, item.sheet, item.row, item.name, item.verdict, *(item.count(level) for level in Level),
        item.packet, "、".join(item.pending), customers[item.customer] if item.customer else None,
    ]  # fmt: skip


def _finding(source: str, item: Item, finding: Mapping[str, Any]) -> list[Any]:
    told = ("level", "rule", "label", "cell", "written", "message", "remedy", "clause")
    return [source, item.sheet, item.row, item.name, *(finding[key] for key in told)]


class _Rows:
    """Rows under a header; those that a sheet cannot hold go on in further sheets beside it.

    Without rows there is an empty sheet, or none.
    """

    def __init__(
        self, book: Any, title: str, columns: Mapping[str, int], most: int, *, may_be_empty: bool = True
    ) -> None:
        self._book, self._title, self._columns, self._most = book, title, columns, most
        self._sheets: list[Any] = []
        self._count = most
        if may_be_empty:
            self._open_sheet()

    def add(self, row: list[Any], link: str = "") -> None:
        """Write a row; the text in the column `link` is made a link to the folder that it names."""
        if self._count == self._most:
            self._open_sheet()
        sheet = self._sheets[-1]
        cells = [_cell(sheet, value) for value in row]
        if link:
            position = list(self._columns).index(link)
            cells[position] = _text_cell(sheet, row[position])
            cells[position].hyperlink = quote(row[position]) + "/"
            cells[position].font = _LINK
        sheet.append(cells)
        self._count += 1

    def _open_sheet(self) -> None:
        title = f"{self._title} {len(self._sheets) + 1}" if self._sheets else self._title
        after = self._book.worksheets.index(self._sheets[-1]) + 1 if self._sheets else None
        sheet = self._book.create_sheet(title, after)
        sheet.freeze_panes = "A2"
        for position, width in enumerate(self._columns.values(), 1):
            sheet.column_dimensions[get_column_letter(position)].width = width
        sheet.append([_bold(sheet, name) for name in self._columns])
        self._sheets.append(sheet)
        self._count = 0


def _cell(sheet: Any, value: Any) -> Any:
    """What stands in a cell: text as text, though it may look like a formula."""
    if not isinstance(value, str):
        return value
    value = literal(ILLEGAL_CHARACTERS_RE.sub("", value))[:_LONGEST_CELL].encode("utf-8", "replace").decode()
    return _text_cell(sheet, value) if value.startswith("=") else value


def _text_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def _bold(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = _BOLD
    return cell


# -- the first sheet -------------------------------------------------------------------------------


def _fill_overview(sheet: Any, summary: Summary) -> None:
    """The totals, and two tables that the charts beside them are drawn from."""
    sheet.column_dimensions["A"].width = 34
    totals = [
        ("sources", summary.sources),
        ("intakes", summary.intakes),
        ("failures", summary.failed),
        *((("files passed over", summary.passed_over),) if summary.passed_over else ()),
        *((("texts outside of all intakes", summary.texts_outside),) if summary.texts_outside else ()),
        ("customers with several intakes", summary.repeated),
        *((f"findings: {level.value}", summary.levels[level.value]) for level in Level),
    ]
    for total in totals:
        sheet.append(total)
    row = len(totals) + 2
    for title, bars in zip(("intakes by verdict", "most frequent rules"), summary.bars(), strict=True):
        sheet.append([])
        sheet.append([_bold(sheet, title)])
        for bar in bars:
            sheet.append(bar)
        if bars:
            _draw(sheet, title, row + 1, len(bars), f"D{2 if title.startswith('intakes') else 19}")
        row += len(bars) + 2


def _draw(sheet: Any, title: str, row: int, count: int, anchor: str) -> None:
    chart: Any = BarChart()
    chart.type, chart.style, chart.legend, chart.title = "bar", 10, None, title
    chart.height, chart.width = 8, 16
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.orientation = "maxMin"  # the first on top
    chart.y_axis.numFmt, chart.y_axis.majorGridlines = "0", None
    chart.add_data(Reference(sheet, min_col=2, min_row=row, max_row=row + count - 1))
    chart.set_categories(Reference(sheet, min_col=1, min_row=row, max_row=row + count - 1))
    sheet.add_chart(chart, anchor)
