"""Binary workbooks (.xlsb): what is shown, struck out and hidden, and what they may ask for."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import bin12
import pytest
from bin12 import cell, number_cell, record, rich, row, shared_cell, styles, text_cell, text_of
from test_formats import cells
from test_read import refusal

from docgen.errors import SourceError
from docgen.formats import xlsb, xlsb_records
from docgen.formats.cells import number_cell as cell_with_number
from docgen.formats.grid import Book, Cell, Extent
from docgen.formats.xlsb import read_binary_book
from docgen.model.kit import Kit

FORMATS = {164: '0"万"', 165: "0.0%", 166: 'yyyy"年"m"月"d"日"', 167: '0!.0,"万"', 168: '"甲方："@', 169: "[bad"}
STYLES = styles(FORMATS, [(0, 0), (164, 0), (165, 0), (166, 0), (167, 0), (168, 0), (0, 1), (14, 0), (9, 0)])
PLAIN, WAN, PERCENT, DAY, SCALED, NAMED, STRUCK, BUILT_IN_DAY, BUILT_IN_PERCENT = range(9)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    shared = [
        rich("甲"), rich("留下划掉𬭎又留", (0, 0), (2, 1), (6, 0)), rich("全部", (0, 1)), b"\2" + text_of("注音") + bytes(12),
    ]  # fmt: skip
    first = [
        row(0, shared_cell(0, 0), shared_cell(1, 1), shared_cell(2, 2), shared_cell(3, 3), shared_cell(4, 0, STRUCK)),
        row(1, number_cell(0, 5, WAN), number_cell(1, 0.355, PERCENT), number_cell(2, 46357, DAY)),
        row(2, number_cell(0, 15000, SCALED), text_cell(1, "乙", NAMED), number_cell(2, 3, STRUCK)),
        row(3, number_cell(0, 46357, BUILT_IN_DAY), number_cell(1, 0.5, BUILT_IN_PERCENT), number_cell(2, 7, 99)),
        row(4, cell(2, 0, struct.pack("<I", 150 << 2 | 3)), cell(2, 1, struct.pack("<I", (-5 << 2) & 0xFFFFFFFF | 2))),
        row(5, cell(2, 0, struct.pack("<d", 1.5)[4:]), cell(4, 1, b"\1"), cell(3, 2, b"\x2a"), cell(3, 3, b"\x63")),
        row(6, cell(8, 0, text_of("果")), cell(9, 1, struct.pack("<d", 8)), cell(10, 2, b"\0"), cell(11, 3, b"\7")),
        row(7, cell(62, 0, rich("行内划掉", (2, 1))), cell(6, 1, struct.pack("<I", 0xFFFFFFFF)), cell(1, 2, b"")),
        row(8, text_cell(0, "藏"), is_hidden=True),
        record(60, struct.pack("<4IH", 3, 4, 0, 0, 1)), record(60, struct.pack("<4IH", 6, 7, 0, 0, 0)),
        record(176, struct.pack("<4I", 0, 1, 5, 6)),
    ]  # fmt: skip
    filtered = row(0, text_cell(0, "名称")) + row(1, text_cell(0, "乙"), is_hidden=True) + record(161) + record(163)
    return read_binary_book(
        bin12.workbook(
            tmp_path / "a.xlsb", b"".join(first), filtered, row(0, text_cell(0, "看不见")), row(0), states=(0, 0, 1, 2),
            texts=shared, styles=STYLES,
        )
    )  # fmt: skip


@pytest.mark.parametrize(("rows", "columns"), [(1_048_576, 0), (0, 16_384), (2**32 - 1, 0), (0, 2**32 - 1)])
def test_a_cell_beyond_the_last_of_a_sheet_is_damage(tmp_path: Path, kit: Kit, rows: int, columns: int) -> None:
    path = bin12.workbook(tmp_path / "a.xlsb", row(0, number_cell(0, 1)) + row(rows, number_cell(columns, 1)))
    assert "a cell in it has no sound address" in refusal(path, kit)


def test_numbers_and_texts_are_what_their_formats_show(book: Book) -> None:
    found = cells(book.sheets[0])
    assert {place: found[place].text for place in ("A2", "B2", "C2", "A3", "B3", "A4", "B4", "C4")} == {
        "A2": "5万", "B2": "35.5%", "C2": "2026年12月1日", "A3": "1.5万", "B3": "甲方：乙", "A4": "2026/12/1", "B4": "50%",
        "C4": "7",
    }  # fmt: skip
    assert (found["C2"].is_date, found["A4"].is_date) == (True, True)


def test_a_format_that_nobody_knows_is_told(tmp_path: Path) -> None:
    path = bin12.workbook(tmp_path / "a.xlsb", row(0, number_cell(0, 5, 0)), styles=styles(FORMATS, [(169, 0)]))
    assert cells(read_binary_book(path).sheets[0])["A1"].fault == "format-unknown"


def test_numbers_in_four_bytes(book: Book) -> None:
    found = cells(book.sheets[0])
    assert [found[place].text for place in ("A5", "B5", "A6")] == ["1.5", "-5", "1.5"]


def test_truth_values_errors_and_results_of_formulas(book: Book) -> None:
    found = cells(book.sheets[0])
    assert (found["B6"], found["C6"], found["D6"]) == (
        Cell("TRUE"), Cell("#N/A", "cell-error"), Cell("#ERROR 99", "cell-error"),
    )  # fmt: skip
    assert [found[place] for place in ("A7", "B7", "C7", "D7")] == [
        Cell("果"), Cell("8"), Cell("FALSE"), Cell("#DIV/0!", "cell-error"),
    ]  # fmt: skip
    assert not {"B8", "C8"} & set(found)


def test_struck_text_is_no_text(book: Book) -> None:
    found = cells(book.sheets[0])
    assert (found["A1"].text, found["D1"].text) == ("甲", "注音")
    assert (found["B1"].text, found["B1"].struck) == ("留下又留", "划掉𬭎")
    assert [(found[place].text, found[place].struck) for place in ("C1", "E1", "C3", "A8")] == [
        ("", "全部"), ("", "甲"), ("", "3"), ("行内", "划掉"),
    ]  # fmt: skip


def test_what_is_hidden_by_hand_and_by_a_filter(book: Book) -> None:
    first, second = book.sheets
    assert (set(first.hidden_rows), set(first.filtered_rows), set(first.hidden_columns)) == ({9}, set(), {4, 5})
    assert (set(second.hidden_rows), set(second.filtered_rows)) == (set(), {2})
    assert [(one.sheet, len(one.rows)) for one in book.hidden] == [("S2", 1), ("S3", 0)]
    assert first.merged == (Extent(1, 6, 2, 7),)


def test_the_calendar_of_1904(tmp_path: Path) -> None:
    path = bin12.workbook(tmp_path / "a.xlsb", row(0, number_cell(0, 44_895, DAY)), styles=STYLES, settings=1)
    assert cells(read_binary_book(path).sheets[0])["A1"].text == "2026年12月1日"


def test_a_long_sheet_is_read_to_its_end(tmp_path: Path) -> None:
    rows = b"".join(row(number, text_cell(1, f"第{number}行")) for number in range(0, 6_000, 2))
    path = bin12.workbook(tmp_path / "a.xlsb", rows + record(176, struct.pack("<4I", 0, 0, 5, 8)))
    found = read_binary_book(path).sheets[0]
    assert (len(found.rows), found.last_row, found.merged) == (1000, 5_999, (Extent(1, 6, 1, 9),))
    for _ in range(2):
        assert [[one.text for one in line.values()] for _, line in found.every_row()] == [
            [f"第{number}行"] for number in range(0, 6_000, 2)
        ]


def test_damage_behind_the_first_rows_is_a_refusal_too(tmp_path: Path) -> None:
    rows = b"".join(row(number, text_cell(1, "甲")) for number in range(1_500))
    path = bin12.workbook(tmp_path / "a.xlsb", rows + row(1_500, shared_cell(0, 7)))
    sheet = read_binary_book(path).sheets[0]
    with pytest.raises(SourceError, match="the workbook cannot be read: it is damaged"):
        list(sheet.every_row())


def test_a_text_longer_than_a_cell_holds_is_cut(tmp_path: Path) -> None:
    long = "字" * 40_000
    path = bin12.workbook(tmp_path / "a.xlsb", row(0, text_cell(0, long), shared_cell(1, 0)), texts=[rich(long)])
    found = cells(read_binary_book(path).sheets[0])
    assert found["A1"] == found["B1"] == Cell(long[:32_767], "text-cut")


# -- what it may ask for ---------------------------------------------------------------------------

ONE = row(0, text_cell(0, "甲"))
ASKING = {
    "sheets": ([ONE] * 11, "MOST_SHEETS"),
    "cells": ([b"".join(row(number, text_cell(0, "甲")) for number in range(11))], "MOST_CELLS"),
    "merged ranges": ([ONE + record(176, struct.pack("<4I", 0, 0, 0, 1)) * 11], "MOST_MERGED"),
    "hidden columns": ([record(60, struct.pack("<4IH", 0, 10, 0, 0, 1)) + ONE], "MOST_HIDDEN"),
}


@pytest.mark.parametrize("what", ASKING)
def test_there_is_a_budget_of(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    sheets, name = ASKING[what]
    monkeypatch.setattr(xlsb, name, 10)
    assert f"it has more than 10 {what}" in refusal(bin12.workbook(tmp_path / "a.xlsb", *sheets), kit)


@pytest.mark.parametrize(("what", "name"), [("shared texts", "MOST_CELLS"), ("styles", "_MOST_STYLES")])
def test_there_is_a_budget_of_what_sheets_share(
    tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch, what: str, name: str
) -> None:
    monkeypatch.setattr(xlsb_records, name, 10)
    path = bin12.workbook(tmp_path / "a.xlsb", ONE, texts=[rich("甲")] * 11, styles=STYLES)
    assert f"it has more than 10 {what}" in refusal(path, kit)


def test_rows_behind_the_first_are_counted_and_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bin12.workbook(tmp_path / "a.xlsb", b"".join(row(number, number_cell(0, number)) for number in range(5_000)))
    made = 0

    def counted(*arguments: object, **options: object) -> Cell:
        nonlocal made
        made += 1
        return cell_with_number(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(xlsb, "number_cell", counted)
    read_binary_book(path)
    assert made < 1_100


def test_the_cells_of_the_first_rows_have_a_budget(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docgen.formats.budgets.MOST_HELD", 10)
    path = bin12.workbook(tmp_path / "a.xlsb", *[ONE] * 11)
    assert "more than 10 cells in the first rows of its sheets" in refusal(path, kit)


@pytest.mark.parametrize(
    "part", ["xl/workbook.bin", "xl/worksheets/sheet0.bin", "xl/sharedStrings.bin", "xl/styles.bin"]
)
def test_a_record_that_is_cut_off_is_a_refusal(tmp_path: Path, kit: Kit, part: str) -> None:
    source = bin12.workbook(tmp_path / "a.xlsb", ONE, texts=[rich("甲")], styles=STYLES)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(tmp_path / "b.xlsb", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (record(6, bytes(100))[:-1] if name == part else b""))
    assert "a record is cut off" in refusal(tmp_path / "b.xlsb", kit)
