"""Sheets written in tests as pipe tables (tests/tables.py), in every format that docgen reads."""

from __future__ import annotations

import csv
import struct
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import biff
import bin12
import tables

_OPEN = {"office": "office", "table": "table", "text": "text"}


class Box(NamedTuple):
    """A text with the cells that it covers, counted from 0."""

    row: int
    column: int
    last_row: int
    last_column: int
    text: str


class Sheet(NamedTuple):
    """A sheet with its title, its rows as written, and its texts."""

    title: str
    rows: list[list[str]]

    def boxes(self) -> Iterator[Box]:
        """The texts, each with what is merged with it."""
        marks = {(r, c): text for r, row in enumerate(self.rows) for c, text in enumerate(row) if text in {"<", "^"}}
        for r, row in enumerate(self.rows):
            for c, text in enumerate(row):
                if not text or (r, c) in marks:
                    continue
                below, right = r, c
                while marks.get((r, right + 1)) == "<":
                    right += 1
                while marks.get((below + 1, c)) == "^":
                    below += 1
                yield Box(r, c, below, right, text.replace("\\n", "\n"))


def sheets_of(text: str) -> list[Sheet]:
    """The sheets that a text of pipe tables shows."""
    found: list[Sheet] = []
    for line in text.strip("\n").splitlines():
        if line.startswith("#") or not found:
            found.append(Sheet(line.lstrip("# ") if line.startswith("#") else "Sheet", []))
        if not line.startswith("#"):
            cells = line.strip().removeprefix("|").removesuffix("|").split("|") if line.strip() else []
            found[-1].rows.append([cell.strip() for cell in cells])
    return found


def written(path: Path, text: str) -> Path:
    """The file at `path`, written in the format that its suffix names."""
    return {
        ".xlsx": tables.workbook, ".docx": tables.document, ".xls": _xls, ".xlsb": _xlsb, ".ods": _ods, ".csv": _csv,
        ".txt": _txt, ".eml": _eml,
    }[path.suffix](path, text)  # fmt: skip


def _csv(path: Path, text: str) -> Path:
    (sheet,) = sheets_of(text)
    with path.open("w", encoding="gb18030", newline="") as file:
        out = csv.writer(file)
        for row in sheet.rows:
            out.writerow(["" if cell in {"<", "^"} else cell.replace("\\n", "\n") for cell in row])
    return path


def _xls(path: Path, text: str) -> Path:
    parts, names = [], []
    for sheet in sheets_of(text):
        boxes = list(sheet.boxes())
        merged = [box for box in boxes if (box.last_row, box.last_column) != (box.row, box.column)]
        ranges = b"".join(struct.pack("<4H", box.row, box.last_row, box.column, box.last_column) for box in merged)
        cells = [biff.text_cell(box.row, box.column, box.text) for box in boxes]
        parts.append(biff.sheet(*cells, biff.record(0x00E5, struct.pack("<H", len(merged)) + ranges)))
        names.append(sheet.title)
    path.write_bytes(biff.compound(Workbook=biff.stream(parts, names=names)))
    return path


def _xlsb(path: Path, text: str) -> Path:
    parts = []
    for sheet in sheets_of(text):
        boxes = list(sheet.boxes())
        rows = [
            bin12.row(row, *(bin12.text_cell(box.column, box.text) for box in boxes if box.row == row))
            for row in sorted({box.row for box in boxes})
        ]
        merged = [
            bin12.record(176, struct.pack("<4I", box.row, box.last_row, box.column, box.last_column))
            for box in boxes
            if (box.last_row, box.last_column) != (box.row, box.column)
        ]
        parts.append(b"".join([*rows, bin12.record(146), *merged]))
    return bin12.workbook(path, *parts)


def _ods(path: Path, text: str) -> Path:
    tables_ = "".join(
        f'<table:table table:name="{escape(sheet.title)}">{"".join(_open_rows(sheet))}</table:table>'
        for sheet in sheets_of(text)
    )
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"' for name, space in _OPEN.items()
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content{spaces}><office:body><office:spreadsheet>{tables_}</office:spreadsheet>"
            "</office:body></office:document-content>",
        )
    return path


def _open_rows(sheet: Sheet) -> Iterator[str]:
    boxes = {(box.row, box.column): box for box in sheet.boxes()}
    for r, row in enumerate(sheet.rows):
        cells = []
        for c, text in enumerate(row):
            box = boxes.get((r, c))
            if text in {"<", "^"}:
                cells.append("<table:covered-table-cell/>")
            elif box is None:
                cells.append("<table:table-cell/>")
            else:
                lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in box.text.split("\n"))
                spans = (
                    f'table:number-rows-spanned="{box.last_row - r + 1}" '
                    f'table:number-columns-spanned="{box.last_column - c + 1}"'
                )
                cells.append(f'<table:table-cell office:value-type="string" {spans}>{lines}</table:table-cell>')
        yield f"<table:table-row>{''.join(cells) or '<table:table-cell/>'}</table:table-row>"


def lines_of(text: str) -> str:
    """The pairs of a form as lines, `label：answer`; what is merged over labels, a group, is left out."""
    (sheet,) = sheets_of(text)
    rows = [[cell for cell in row if cell not in {"<", "^", ""}] for row in sheet.rows]
    return "\n".join(f"{row[-2]}：{row[-1]}" if len(row) > 1 else "".join(row) for row in rows)


def _txt(path: Path, text: str) -> Path:
    path.write_text(lines_of(text), encoding="utf-8")
    return path


def _eml(path: Path, text: str) -> Path:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "kehu@example.com", "jingli@example.com", "信息收集表"
    mail.set_content(lines_of(text))
    path.write_bytes(mail.as_bytes())
    return path
