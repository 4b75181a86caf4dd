"""The report of a batch run: `report.xlsx` with every intake, every finding and every failure."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from docgen.batch.workers import Failure, Made
from docgen.intake import Level

REPORT = "report.xlsx"
#: Rows that a sheet of Excel holds (ECMA-376 as implemented by Excel), the header row taken off.
_SHEET_ROWS = 1_048_575
_LONGEST_CELL = 32_767


def build(made: Sequence[Made], failures: Sequence[Failure], out: Path) -> bytes:
    """The bytes of the report; links to packets are relative to `out`, where the report stands."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = "docgen"
    _sheet(book, "intakes", _INTAKE_COLUMNS, (_intake_row(item, out) for item in made))
    _sheet(book, "findings", _FINDING_COLUMNS, (row for item in made for row in _finding_rows(item)))
    _sheet(book, "failures", _FAILURE_COLUMNS, (list(failure) for failure in failures))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


_INTAKE_COLUMNS = {
    "source": 40, "sheet": 14, "row": 6, "name": 30, "verdict": 12,
    **{level.value: 9 for level in Level}, "packet": 40, "pending": 40,
}  # fmt: skip
_FINDING_COLUMNS = {
    "source": 40, "sheet": 14, "row": 6, "name": 30, "level": 9, "rule": 11, "field": 20, "cell": 8,
    "written": 30, "message": 60, "remedy": 60, "clause": 14,
}  # fmt: skip
_FAILURE_COLUMNS = {"source": 40, "place": 20, "reason": 70, "remedy": 50}


def _intake_row(item: Made, out: Path) -> list[Any]:
    intake, review = item.intake, item.review
    return [
        intake.source, intake.sheet, intake.row, intake.name, review.verdict.value,
        *(review.count(level) for level in Level),
        item.packet.folder.relative_to(out).as_posix(), "、".join(item.packet.pending),
    ]  # fmt: skip


def _finding_rows(item: Made) -> Iterable[list[Any]]:
    intake = item.intake
    for f in item.review.findings:
        yield [
            intake.source, intake.sheet, intake.row, intake.name, f.level.value, f.rule, f.label, f.origin.cell,
            f.written, f.message, f.remedy, f.clause,
        ]  # fmt: skip


def _sheet(book: Any, title: str, columns: dict[str, int], rows: Iterable[list[Any]]) -> None:
    """A sheet with a frozen, filtered header; what does not fit goes on in further sheets."""
    sheet, number = _new_sheet(book, title, columns, 1), 1
    count = 0
    for row in rows:
        if count == _SHEET_ROWS:
            number += 1
            sheet, count = _new_sheet(book, title, columns, number), 0
        sheet.append([_cell(sheet, value) for value in row])
        count += 1


def _new_sheet(book: Any, title: str, columns: dict[str, int], number: int) -> Any:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title if number == 1 else f"{title} {number}")
    sheet.freeze_panes = "A2"
    for position, width in enumerate(columns.values(), 1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    header = [_cell(sheet, name) for name in columns]
    for cell in header:
        cell.font = Font(bold=True)
    sheet.append(header)
    return sheet


def _cell(sheet: Any, value: Any) -> Any:
    """A cell that holds text as text: what looks like a formula is none."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_CELL]
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell
