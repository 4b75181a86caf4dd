"""The workbook of the report: totals with charts, every intake, finding and failure, and the files passed over.

Rows are written as they are read; none is kept.  Every text is written as text, so that no spreadsheet runs it as a
formula.  Equal outcomes give equal bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

from docgen.batch.jobs import Item, Outcome
from docgen.batch.same_customers import COLUMNS, CustomersSoFar
from docgen.batch.sheet_rows import RowSheet, shortened
from docgen.batch.summary import RunFacts, Summary
from docgen.language import phrase, tr, word
from docgen.model.as_json import FindingJson
from docgen.model.intake import Level
from docgen.text import printable

#: Rows that a sheet of Excel holds, and links that it may hold (limits of Excel: 1,048,576 and 65,530).
_ROWS, _LINKED_ROWS = 1_048_575, 65_530
_CHART = {"width": 605, "height": 302}  # 16 by 8 centimetres
_MADE = dt.datetime(1980, 1, 1)

#: The columns of the sheets, each with its width.
_INTAKES = {
    phrase("source"): 40, phrase("sheet"): 14, phrase("row"): 7, phrase("name"): 30, phrase("verdict"): 12,
    **{f"level: {level}": 9 for level in Level},
    phrase("unread"): 9, phrase("unrecognised"): 13,
    phrase("packet"): 40, phrase("pending"): 40, phrase("intakes of this customer"): 12,
}  # fmt: skip
_FINDINGS = {
    "source": 40, "sheet": 14, "row": 7, "name": 30, phrase("level"): 9, phrase("rule"): 11, phrase("field"): 20,
    phrase("cell"): 8, phrase("written"): 30, phrase("message"): 60, phrase("remedy"): 60, phrase("clause"): 14,
}  # fmt: skip
_FAILURES = {"source": 40, phrase("place"): 20, phrase("reason"): 70, "remedy": 50}
#: Texts of sources that belong to no intake, and the files of folders that are not read.
_OUTSIDE = {"source": 40, "sheet": 14, "cell": 8, phrase("text"): 90}
#: Before the fields of the kit.
_ANSWERS = {"source": 40, "sheet": 14, "row": 7, "name": 30, "verdict": 12}
_ANSWER_WIDTH = 18
#: Texts of intakes that were not read: those that may be answers have a finding, the others are listed alone.
_UNREAD = {**_ANSWERS, "cell": 8, "text": 60, phrase("what it is"): 34}
_PASSED_OVER = {phrase("file"): 40, phrase("what it is, and what can be done"): 110}


def write_workbook(path: Path, outcomes: Iterable[Outcome], summary: Summary, facts: RunFacts) -> None:
    """Write the report to `path`; packets are linked relative to it.  Raises OSError."""
    book = _Book(path)
    overview = book.add_sheet(tr("summary"), book.next_place())
    intakes = _Rows(book, tr("intakes"), _INTAKES, _LINKED_ROWS, link="packet")
    answers = _Rows(book, tr("answers"), _answer_columns(facts), _ROWS, may_be_empty=False)
    findings = _Rows(book, tr("findings"), _FINDINGS, _ROWS)
    failures = _Rows(book, tr("failures"), _FAILURES, _ROWS)
    unread = _Rows(book, tr("unread texts"), _UNREAD, _ROWS, may_be_empty=False)
    outside = _Rows(book, tr("outside"), _OUTSIDE, _ROWS, may_be_empty=False)
    same = _Rows(book, tr("same customers"), COLUMNS, _ROWS, may_be_empty=False)
    passed_over = _Rows(book, tr("passed over"), _PASSED_OVER, _ROWS, may_be_empty=False)
    customers = CustomersSoFar()
    for outcome in outcomes:
        source = printable(outcome.source)
        for item in outcome.items:
            customers.add(source, item)
            whose = [source, item.sheet, item.row, item.name, word("verdict", item.verdict)]
            intakes.add([*whose, *_intake(item, summary.customers)])
            if facts.labels:
                answers.add([*whose, *map(item.answers.get, facts.labels)])
            unread.add_all([*whose, *text] for text in _unread(item))
            for finding in item.findings:
                findings.add(_finding(source, item, finding))
        for failure in outcome.failures:
            failures.add([source, *map(printable, failure)])
        for text in outcome.outside:
            outside.add([source, *text])
        if outcome.passed_over:
            passed_over.add([source, printable(outcome.passed_over)])
    same.add_all(customers.rows())
    for sheet in (intakes, answers, findings, failures, unread, outside, same, passed_over):
        sheet.end()
    _fill_overview(book, overview, summary, facts)
    book.close()


def _answer_columns(facts: RunFacts) -> dict[str, int]:
    """The columns of the sheet of answers, one for each field; two of one label are distinguished by their keys."""
    labels = list(facts.labels.values())
    named = [
        f"{label} ({key})" if labels.count(label) > 1 or label in _ANSWERS else label
        for key, label in facts.labels.items()
    ]
    return {**_ANSWERS, **dict.fromkeys(named, _ANSWER_WIDTH)}


def _unread(item: Item) -> Iterator[tuple[str | None, str | None, str]]:
    """The texts of an intake that were not read, each with what is said of it."""
    for finding in item.unread:
        yield finding["cell"], finding["written"], tr("unread: may be an answer")
    for text in item.unrecognised:
        yield text.cell, text.text, tr("unrecognised")


def _intake(item: Item, customers: Mapping[str, int]) -> list[Any]:
    return [
        *(item.count(level) for level in Level), len(item.unread), len(item.unrecognised), item.packet,
        "、".join(item.pending), customers[item.customer] if item.customer else None,
    ]  # fmt: skip


def _finding(source: str, item: Item, finding: FindingJson) -> list[Any]:
    return [
        source, item.sheet, item.row, item.name, word("level", finding["level"]), finding["rule"], finding["label"],
        finding["cell"], finding["written"], finding["message"], finding["remedy"], finding["clause"],
    ]  # fmt: skip


class _Book:
    """The file, with its cell formats."""

    def __init__(self, path: Path) -> None:
        self._book = Workbook(path, {"constant_memory": True})
        self._book.use_zip64()
        self._book.set_properties({"author": "docgen", "created": _MADE})
        self.bold = self._book.add_format({"bold": True})
        #: The numbers of the formats of headings and links.
        self.heading = self.bold._get_xf_index()
        self.link = self._book.add_format({"underline": 1, "font_color": "#0563C1"})._get_xf_index()
        self._places: dict[Any, tuple[int, int]] = {}
        self._next = 0

    def next_place(self) -> int:
        """The place of a sheet behind all those that have one; the sheet itself may never come."""
        self._next += 1
        return self._next

    def add_sheet(self, title: str, place: int, number: int = 0, kind: type[Worksheet] | None = None) -> Any:
        """A new sheet at the place, the one of this number there."""
        sheet = self._book.add_worksheet(title, kind)
        self._places[sheet] = place, number
        return sheet

    def add_chart(self) -> Any:
        """A chart of bars."""
        return self._book.add_chart({"type": "bar"})

    def close(self) -> None:
        """Write the file."""
        self._book.worksheets_objs.sort(key=self._places.__getitem__)
        for index, sheet in enumerate(self._book.worksheets_objs):
            sheet.index = index  # names of ranges, as filters have them, say of which sheet they are
        try:
            self._book.close()
        except FileCreateError as cause:
            raise cause.args[0] from cause  # the OSError that it is made of


class _Rows:
    """Rows under a header; those that a sheet cannot hold continue in further sheets beside it.

    Without rows there is an empty sheet, or no sheet.
    """

    def __init__(
        self,
        book: _Book,
        title: str,
        columns: Mapping[str, int],
        most: int,
        *,
        link: str = "",
        may_be_empty: bool = True,
    ) -> None:
        """The texts in the column `link` are made links to the folders that they name."""
        self._book, self._title, self._columns, self._most = book, title, columns, most
        self._linked = list(columns).index(link) if link else None
        self._sheets: list[Any] = []
        self._place = book.next_place()
        self._count = most
        if may_be_empty:
            self._open_sheet()

    def add(self, row: list[Any]) -> None:
        """Write a row."""
        if self._count == self._most:
            self._open_sheet()
        self._count += 1
        self._sheets[-1].add_row(row, linked=self._linked, link_look=self._book.link)

    def add_all(self, rows: Iterable[list[Any]]) -> None:
        """Write rows one after another."""
        for row in rows:
            self.add(row)

    def end(self) -> None:
        """Let the last sheet be filtered by its columns, now that its last row is known."""
        if self._sheets:
            self._sheets[-1].end_rows()
            self._sheets[-1].autofilter(0, 0, self._count, len(self._columns) - 1)

    def _open_sheet(self) -> None:
        self.end()
        number = len(self._sheets)
        title = f"{self._title} {number + 1}" if number else self._title
        sheet = self._book.add_sheet(title, self._place, number, RowSheet)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")
        for column, width in enumerate(self._columns.values()):
            sheet.set_column(column, column, width)
        sheet.begin_rows([_heading(name) for name in self._columns], self._book.heading)
        self._sheets.append(sheet)
        self._count = 0


def _heading(column: str) -> str:
    kind, _, level = column.partition(": ")
    return word(kind, level) if level else tr(column)


def _write(sheet: Any, row: int, column: int, value: Any, look: Any = None) -> None:
    """Write a text as text, though it may look like a formula, and a number as a number."""
    if isinstance(value, str):
        sheet.write_string(row, column, shortened(value), look)
    elif value is not None:
        sheet.write_number(row, column, value, look)


# -- the first sheet -------------------------------------------------------------------------------


def _fill_overview(book: _Book, sheet: Any, summary: Summary, facts: RunFacts) -> None:
    """The totals, and two tables that the charts beside them are drawn from."""
    sheet.set_column(0, 0, 34)
    sheet.set_column(2, 2, 24)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    entries = [(tr("kit"), facts.kit), (tr("date"), facts.date), (tr("folder"), facts.folder)]
    totals = [
        *((name, what) for name, what in entries if what),
        (tr("sources"), summary.sources),
        (tr("intakes"), summary.intakes),
        (tr("failures"), summary.failed),
        *(((tr("files passed over"), summary.passed_over),) if summary.passed_over else ()),
        *(((tr("texts of intakes not read"), summary.texts_unread),) if summary.texts_unread else ()),
        *(((tr("texts outside of all intakes"), summary.texts_outside),) if summary.texts_outside else ()),
        (tr("customers with several intakes"), summary.repeated),
        *((tr("findings: {level}", level=word("level", level)), summary.levels[level.value]) for level in Level),
    ]
    row = 0
    for name, count in totals:
        _write(sheet, row, 0, name)
        _write(sheet, row, 1, count)
        row += 1
    verdicts, rules = summary.bars()
    charts = (
        (tr("intakes by verdict"), "E2", [(word("verdict", verdict), count) for verdict, count in verdicts]),
        (tr("most frequent rules"), "E19", rules),
    )
    for title, place, bars in charts:
        row += 1
        _write(sheet, row, 0, title, book.bold)
        for number, (name, count) in enumerate(bars, start=1):
            _write(sheet, row + number, 0, name)
            _write(sheet, row + number, 1, count)
            _write(sheet, row + number, 2, facts.rules.get(name))
        if bars:
            sheet.insert_chart(place, _drawn(book, title, row + 2, len(bars)))
        row += len(bars) + 1


def _drawn(book: _Book, title: str, row: int, count: int) -> Any:
    """The chart of a table whose first bar is in this row, counted from 1."""
    chart = book.add_chart()
    last = row + count - 1
    chart.add_series(
        {"categories": f"='{tr('summary')}'!$A${row}:$A${last}", "values": f"='{tr('summary')}'!$B${row}:$B${last}"}
    )
    chart.set_style(10)
    chart.set_title({"name": title})
    chart.set_legend({"none": True})
    chart.set_size(_CHART)
    chart.set_y_axis({"reverse": True})  # the first on top
    chart.set_x_axis({"num_format": "0", "major_gridlines": {"visible": False}})
    return chart
