"""Workbooks and Word documents written in tests as pipe tables, so that a test shows the sheet it is about.

# Sheet title                    a new sheet (the first may go without a title)
| 负责人信息 | 称呼 | 王女士 |     a row; cells are stripped, `\\n` is a line break, blank is empty
| ^          | 职位 | <      |     `^` is merged with the cell above, `<` with the one to the left
                                 a blank line is a blank row
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import words
from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.utils import get_column_letter

#: The table of the source document, cells merged as there; `{key}` is where an answer stands.
SOURCE_FORM = """
# 信息收集统计表
| 信息收集统计表 | < | < |
| 客户信息 | < | < |
| 公司名称* | < | {company_name} |
| 负责人信息 | 称呼* | {contact_name} |
| ^ | 职位 | {contact_title} |
| 负责人联系方式* | 手机号* | {contact_mobile} |
| ^ | 微信号 | {contact_wechat} |
| 外呼需求 | < | < |
| 行业* | < | {industries} |
| 场景* | < | {scenarios} |
| 外呼话术 | 欢迎语话术* | {greeting_script} |
| ^ | 关键流程话术* | {main_script} |
| 被叫号码来源* | < | {callee_source} |
| 被叫号码个数 | 每日外呼量* | {daily_calls} |
| ^ | 整体外呼量* | {total_calls} |
| 号码需求 | < | < |
| 主叫号码需求* | < | {number_source} |
| 主叫号码类型* | < | {number_types} |
| 主叫号码个数* | < | {number_count} |
| 主叫号码归属地* | < | {number_regions} |
"""
#: The rows of the answers in SOURCE_FORM.
SOURCE_ROWS = {
    key: row
    for row, line in enumerate(SOURCE_FORM.strip().splitlines()[1:], start=1)
    for key in re.findall(r"{(\w+)}", line)
}


def form_text(answers: Mapping[str, str], layout: str = SOURCE_FORM) -> str:
    """The layout with these answers in their places, the others blank."""
    return re.sub(r"{(\w+)}", lambda found: answers.get(found[1], "").replace("\n", "\\n"), layout)


def workbook(
    path: Path,
    text: str,
    *,
    values: Mapping[str, Any] | None = None,
    formats: Mapping[str, str] | None = None,
    properties: Mapping[str, str] | None = None,
    states: Mapping[str, str] | None = None,
) -> Path:
    """Write the sheets of `text` to `path` and return it.

    `values` puts typed values into cells of the last sheet and `formats` their number formats, by address;
    `properties` are custom document properties; `states` hides sheets, by title.
    """
    book: Any = Workbook()
    sheet = book.active
    row = 0
    for line in text.strip("\n").splitlines():
        if line.startswith("#"):
            if row or sheet.title != "Sheet":
                sheet = book.create_sheet()
            sheet.title, row = line.lstrip("# "), 0
            continue
        row += 1
        _write_row(sheet, row, line)
    for address, value in (values or {}).items():
        sheet[address] = value
    for address, code in (formats or {}).items():
        sheet[address].number_format = code
    for name, value in (properties or {}).items():
        book.custom_doc_props.append(StringProperty(name=name, value=value))
    for title, state in (states or {}).items():
        book[title].sheet_state = state
    for one in book.worksheets:
        _merge(one)
    book.save(path)
    return path


def document(path: Path, text: str) -> Path:
    """Write a Word document with the tables and paragraphs of `text` to `path` and return it; no headings."""
    word = words.blank()
    rows: list[list[str]] = []
    for line in [*text.strip("\n").splitlines(), ""]:
        if line.startswith("|"):
            rows.append(_cells(line))
            continue
        if rows:
            _add_table(word, rows)
            rows = []
        if line and not line.startswith("#"):
            word.add_paragraph(line)
    word.save(str(path))
    return path


def _add_table(word: Any, rows: list[list[str]]) -> None:
    width = max(map(len, rows))
    found = word.add_table(
        len(rows), width
    )._cells  # once: python-docx looks all cells through for each that is asked for
    cells = {divmod(number, width): (cell, [divmod(number, width)]) for number, cell in enumerate(found)}
    texts = {(row, column): text for row, line in enumerate(rows) for column, text in enumerate(line)}
    for place, text in texts.items():
        if text not in {"<", "^"}:
            cells[place][0].text = text.replace("\\n", "\n")
    for (row, column), text in texts.items():
        if text not in {"<", "^"}:
            continue
        one, ones = cells[(row, column - 1) if text == "<" else (row - 1, column)]
        other, others = cells[row, column]
        if one is not other:
            lines, columns = zip(*ones, *others, strict=True)
            covered = [(r, c) for r in range(min(lines), max(lines) + 1) for c in range(min(columns), max(columns) + 1)]
            cells |= dict.fromkeys(covered, (one.merge(other), covered))
    for paragraph in word.element.body.xpath(".//w:tc/w:p[not(w:r)][preceding-sibling::w:p]"):
        paragraph.getparent().remove(paragraph)  # python-docx adds one for each cell merged away


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _write_row(sheet: Any, row: int, line: str) -> None:
    for column, text in enumerate(_cells(line), start=1):
        if text:
            cell = sheet.cell(row, column)
            cell.value = text.replace("\\n", "\n")
            cell.data_type = "s"  # `=1` is a text in these tables


def _merge(sheet: Any) -> None:
    """Merge each cell with the `<` right of it and the `^` below it."""
    marks = {place for place, cell in sheet._cells.items() if cell.value in {"<", "^"}}
    for row, column in {place for place in _beside(marks) if place not in marks}:
        right, below = column, row
        while (row, right + 1) in marks and sheet.cell(row, right + 1).value == "<":
            right += 1
        while (below + 1, column) in marks and sheet.cell(below + 1, column).value == "^":
            below += 1
        if (right, below) != (column, row):
            for line in range(row, below + 1):
                for cell in range(column, right + 1):
                    if (line, cell) in marks:
                        sheet.cell(line, cell).value = None
            sheet.merge_cells(f"{get_column_letter(column)}{row}:{get_column_letter(right)}{below}")


def _beside(marks: set[tuple[int, int]]) -> set[tuple[int, int]]:
    return {(row, column - 1) for row, column in marks} | {(row - 1, column) for row, column in marks}
