"""Old workbooks (.xls): what the records say beside the cells, other writers, damage, and what they may ask for."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from biff import PERCENT, beginning, compound, font, number_cell, record, sheet, stream, style, text_cell
from conftest import ROOT
from test_formats import cells
from test_read import refusal

from docgen.formats import compound as compound_files
from docgen.formats import xls, xls_records
from docgen.formats.budgets import Budget
from docgen.formats.detect import Kind, inspect
from docgen.formats.grid import Book, Cell, Extent, Floating
from docgen.formats.properties import SUMMARY
from docgen.formats.xls import read_old_book
from docgen.model.kit import Kit

DATA = ROOT / "tests" / "data"


def records_of(path: Path) -> bytes:
    with compound_files.compound(path) as found:
        return found.stream("Workbook", most=2**26)


RECORDS = records_of(DATA / "book.xls")


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(compound(Workbook=content))
    return path


def read(tmp_path: Path, content: bytes) -> Book:
    return read_old_book(written(tmp_path / "a.xls", content))


# -- what stands beside the cells ------------------------------------------------------------------


@pytest.fixture(scope="module")
def marks() -> Book:
    return read_old_book(DATA / "marks.xls")


def test_struck_text_is_no_text(marks: Book) -> None:
    found = cells(marks.sheets[0])
    assert found["B2"][:3] == ("留下又留", None, "划掉𬭎")
    assert "A2" not in found or (found["A2"].text, found["A2"].struck) == ("", "全部划掉")
    assert "A6" not in found or (found["A6"].text, found["A6"].struck) == ("", "20")


def test_comments_stand_on_their_cells(marks: Book) -> None:
    assert cells(marks.sheets[0])["A3"] == Cell("有批注", note="这是批注")


def test_text_boxes_and_pictures_lie_over_the_sheet(marks: Book) -> None:
    assert marks.sheets[0].floating == (
        Floating(2, 6, "浮在表上的字"),
        Floating(10, 2, "文本框里的字"),
        Floating(14, 1),
    )


def test_what_is_hidden_by_hand_and_by_a_filter(marks: Book) -> None:
    first, second = marks.sheets
    none: frozenset[int] = frozenset()
    assert (first.hidden_rows, first.filtered_rows, first.hidden_columns) == (frozenset({4}), none, frozenset({4}))
    assert (second.hidden_rows, second.filtered_rows, second.hidden_columns) == (none, frozenset({3}), none)
    assert [one.sheet for one in marks.hidden] == ["藏起"]
    assert cells(marks.hidden[0])["A1"].text == "看不见"


def test_numbers_as_their_formats_show_them(marks: Book) -> None:
    found = cells(marks.sheets[0])
    assert found["B5"].text == "35.5%"
    assert (found["C5"].text, found["C5"].is_date) == ("2026年12月1日", True)
    assert (found["A5"].text, found["A5"].fault) == ("5万", None)


def test_a_long_comment_goes_on_in_further_records(tmp_path: Path) -> None:
    text = "批注" * 5000
    drawing = bytes(8) + bytes.fromhex("10f012000000") + struct.pack("<9H", 0, 3, 0, 5, 0, 4, 0, 6, 0)
    box = [
        record(0x00EC, drawing),
        record(0x005D, struct.pack("<5H", 0x15, 18, 0x06, 7, 0) + bytes(12)),
        record(0x01B6, struct.pack("<5HHH", 0, 0, 0, 0, 0, len(text), 16) + bytes(4)),
        record(0x003C, b"\1" + text[:4000].encode("utf-16-le")),
        record(0x003C, b"\1" + text[4000:].encode("utf-16-le")),
        record(0x003C, bytes(16)),
    ]
    found = read(tmp_path, stream([sheet(text_cell(0, 0, "甲"), *box)])).sheets[0]
    assert found.floating == (Floating(6, 4, text),)


@pytest.mark.parametrize(("state", "mark"), [(1, "☑"), (0, "☐")])
def test_a_tick_box_shows_its_state(tmp_path: Path, state: int, mark: str) -> None:
    box = struct.pack("<5H", 0x15, 18, 0x0B, 7, 0) + bytes(12) + struct.pack("<3H", 0x0A, 12, state) + bytes(10)
    parts = [
        record(0x005D, box),
        record(0x01B6, struct.pack("<5HHH", 0, 0, 0, 0, 0, 2, 16)),
        record(0x003C, b"\1" + "电商".encode("utf-16-le")),
    ]
    found = read(tmp_path, stream([sheet(text_cell(0, 0, "甲"), *parts)])).sheets[0]
    assert found.floating == (Floating(1, 1, f"{mark}电商"),)


def test_charts_within_a_sheet_hold_no_cells(tmp_path: Path) -> None:
    chart = beginning(32) + number_cell(7, 7, 9) + record(0x000A)
    merged = record(0x00E5, struct.pack("<5H", 1, 0, 1, 0, 0))
    found = read(tmp_path, stream([sheet(number_cell(0, 0, 5), chart, text_cell(3, 0, "丁"), merged)])).sheets[0]
    assert (cells(found), found.merged) == ({"A1": Cell("5"), "A4": Cell("丁")}, (Extent(1, 1, 2, 1),))


# -- other writers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Workbook", "WORKBOOK", "workbook", "Book", "BOOK"])
def test_the_name_of_the_stream_in_any_case(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(compound(**{name: stream([sheet(text_cell(0, 0, "甲"))])}))
    assert inspect(path) is Kind.OLD_WORKBOOK
    assert cells(read_old_book(path).sheets[0]) == {"A1": Cell("甲")}


def test_records_without_a_compound_file(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(stream([sheet(text_cell(0, 0, "甲"), number_cell(0, 1, 0.5, PERCENT))]))
    assert inspect(path) is Kind.OLD_WORKBOOK
    assert cells(read_old_book(path).sheets[0]) == {"A1": Cell("甲"), "B1": Cell("50%")}


def test_one_sheet_as_small_scripts_write_it(tmp_path: Path) -> None:
    """The few records that scripts of many sites echo: a beginning of no version, texts in GBK, an end."""
    text = "公司名称".encode("gbk")
    parts = [
        record(0x0809, struct.pack("<4H", 0, 16, 0, 0)),
        record(0x0204, struct.pack("<4H", 0, 0, 0, len(text)) + text),
        record(0x0203, struct.pack("<3Hd", 0, 1, 0, 12)),
        record(0x000A),
    ]
    path = tmp_path / "a.xls"
    path.write_bytes(b"".join(parts))
    assert inspect(path) is Kind.OLD_WORKBOOK
    assert cells(read_old_book(path).sheets[0]) == {"A1": Cell("公司名称"), "B1": Cell("12")}


@pytest.mark.parametrize("codepage", [record(0x0042, struct.pack("<H", 936)), b""])
def test_a_workbook_of_excel_95(tmp_path: Path, codepage: bytes) -> None:
    """Texts in the encoding that the workbook names; in that of Chinese programs where it names none."""
    beginnings = [record(0x0809, struct.pack("<4H", 0x0500, part, 0x1234, 1996)) for part in (5, 16)]
    name, text = "客户".encode("gbk"), "公司名称".encode("gbk")
    listed = record(0x0085, struct.pack("<IHB", 0, 0, len(name)) + name)
    place = len(beginnings[0] + codepage + listed) + 4
    listed = listed[:4] + struct.pack("<I", place) + listed[8:]
    cells_of = record(0x0204, struct.pack("<4H", 0, 0, 0, len(text)) + text) + record(
        0x0203, struct.pack("<3Hd", 0, 1, 0, 12)
    )
    note = record(0x001C, struct.pack("<3H", 0, 1, 4) + "批注".encode("gbk"))
    path = tmp_path / "a.xls"
    path.write_bytes(
        compound(
            Book=b"".join(
                [beginnings[0], codepage, listed, record(0x000A), beginnings[1], cells_of, note, record(0x000A)]
            )
        )
    )
    found = read_old_book(path).sheets[0]
    assert found.sheet == "客户"
    assert cells(found) == {"A1": Cell("公司名称"), "B1": Cell("12", note="批注")}


def test_records_that_hold_no_answer_stop_nothing(tmp_path: Path) -> None:
    """Those on which xlrd fails: objects with a rest, links, conditional formats, sizes that cannot be."""
    odd = [
        record(0x005D, struct.pack("<2H", 0x15, 18) + bytes(18) + b"\0\0\0\0rest"),
        record(0x01B8, b"no link"),
        record(0x01B0, b"no format"),
        record(0x0200, struct.pack("<IIHHH", 0x7FFFFFFF, 0, 9, 1, 0)),
        record(0x00BE, b"\0"),
        record(0x00D7, b""),
    ]
    assert cells(read(tmp_path, stream([sheet(*odd, text_cell(0, 0, "甲"))])).sheets[0]) == {"A1": Cell("甲")}


def test_blanks_with_a_format_are_no_cells(tmp_path: Path) -> None:
    blanks = [record(0x00BE, struct.pack("<2H", row, 0) + bytes(512) + struct.pack("<H", 255)) for row in range(65_536)]
    found = read(tmp_path, stream([sheet(*blanks, text_cell(0, 0, "甲"))])).sheets[0]
    assert (cells(found), found.more) == ({"A1": Cell("甲")}, None)


def test_an_error_typed_into_a_cell(tmp_path: Path) -> None:
    typed = [
        record(0x0205, struct.pack("<3H2B", row, 0, 15, value, row)) for row, value in ((0, 1), (1, 0x2A), (1, 0x63))
    ]
    found = read(tmp_path, stream([sheet(*typed[:2]), sheet(typed[2])]))
    assert cells(found.sheets[0]) == {"A1": Cell("TRUE"), "A2": Cell("#N/A", "cell-error")}
    assert cells(found.sheets[1]) == {"A2": Cell("#ERROR 99", "cell-error")}


def test_the_calendar_of_1904(tmp_path: Path) -> None:
    content = stream([sheet(number_cell(0, 0, 44_562, 17))], styles=style(14), before=record(0x0022, b"\1\0"))
    found = cells(read(tmp_path, content).sheets[0])["A1"]
    assert (found.text, found.is_date) == ("2026/1/2", True)


def test_a_struck_font_strikes_what_its_cells_show(tmp_path: Path) -> None:
    content = stream(
        [sheet(text_cell(0, 0, "甲", 17), text_cell(0, 1, "乙"), number_cell(0, 2, 3, 17))],
        fonts=font(is_struck=True),
        styles=style(0, 5),  # there is no font of number 4
    )
    found = cells(read(tmp_path, content).sheets[0])
    assert found["B1"] == Cell("乙")
    assert all(found[place] == Cell("", struck=text) for place, text in (("A1", "甲"), ("C1", "3")) if place in found)


def test_a_long_sheet_is_read_to_its_end(tmp_path: Path) -> None:
    rows = [text_cell(row, 1, f"第{row}行") for row in range(3000)]
    found = read(tmp_path, stream([sheet(*rows), sheet(text_cell(0, 0, "甲"))])).sheets[0]
    assert (len(found.rows), found.last_row) == (1000, 3000)
    for _ in range(2):
        assert [cells[2].text for _, cells in found.every_row()] == [f"第{row}行" for row in range(3000)]


def test_the_default_password_is_tried(tmp_path: Path) -> None:
    path = DATA / "velvet.xls"
    assert inspect(path) is Kind.OLD_WORKBOOK
    found, whole = read_old_book(path), read_old_book(DATA / "book.xls")
    assert cells(found.sheets[0]) == cells(whole.sheets[0])  # others hold what LibreOffice calculates anew


def test_any_other_password_is_a_refusal(tmp_path: Path, kit: Kit) -> None:
    content = bytearray((DATA / "velvet.xls").read_bytes())
    at = content.index(struct.pack("<HHHHH", 0x002F, 54, 1, 1, 1))
    content[at + 12] ^= 1  # the salt, so that no password fits
    (tmp_path / "a.xls").write_bytes(content)
    assert "password-protected" in refusal(tmp_path / "a.xls", kit)


# -- damage ----------------------------------------------------------------------------------------


def large() -> bytes:
    """A workbook of several megabytes, most of them empty."""
    return compound(Workbook=RECORDS.ljust(8_000_000, b"\0"))


@pytest.mark.parametrize("size", [0, 8_000_000, 20_000_000])
def test_a_workbook_of_any_size_is_read(tmp_path: Path, size: int) -> None:
    found, whole = read(tmp_path, RECORDS.ljust(size, b"\0")), read_old_book(DATA / "book.xls")
    assert [cells(one) for one in found.sheets] == [cells(one) for one in whole.sheets]
    assert found.made_with is None  # there is no stream of properties


def with_table(content: bytes, numbers: int) -> bytes:
    """A compound file all of whose sectors go on in the sector of that number."""
    return content[:-512] + struct.pack("<I", numbers) * 128


DAMAGED: dict[str, Callable[[], tuple[bytes, str]]] = {
    "cut off": lambda: (compound(Workbook=RECORDS)[:8000], "cut off"),
    "a table that goes on in itself": lambda: (large()[:-4] + struct.pack("<I", len(large()) // 512 - 2), "cut off"),
    "a stream that goes on in itself": lambda: (with_table(compound(Workbook=RECORDS), 0), "cut off"),
    "a stream that goes on outside of the file": lambda: (with_table(compound(Workbook=RECORDS), 5_000), "cut off"),
    "records that end too soon": lambda: (compound(Workbook=RECORDS[:5000].ljust(5000, b"\xff")), "cut off"),
    "a sheet that is not there": lambda: (compound(Workbook=stream([b""])), "does not begin as sheets do"),
    "a sheet in the middle of a text": lambda: (
        compound(Workbook=stream([text_cell(0, 0, "甲" * 3000)])), "does not begin as sheets do",
    ),
    "no such stream": lambda: (compound(Wörkbook=RECORDS + "Workbook\0".encode("utf-16-le")), "a file of an old Office program"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_workbook_is_refused(tmp_path: Path, kit: Kit, name: str) -> None:
    content, said = DAMAGED[name]()
    path = tmp_path / "damaged.xls"
    path.write_bytes(content)
    assert said in refusal(path, kit)


@pytest.mark.slow
def test_a_table_that_names_its_sectors_again_and_again_is_not_read_again_and_again(
    tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = struct.unpack_from("<II", large(), 0x44)
    again = bytearray(large())
    struct.pack_into("<I", again, 0x2C, 109 + 127 * 100_000)  # sectors of the table
    struct.pack_into("<II", again, 0x44, head[0], 100_000)  # sectors of its table
    struct.pack_into("<I", again, len(again) - 4, head[0])  # which goes on in itself
    path = tmp_path / "hostile.xls"
    path.write_bytes(again)
    read_bytes = 0
    reading = compound_files._MeteredFile.read

    def counted(self: compound_files._MeteredFile, size: int = -1) -> bytes:
        nonlocal read_bytes
        data: bytes = reading(self, size)
        read_bytes += len(data)
        return data

    monkeypatch.setattr(compound_files._MeteredFile, "read", counted)
    assert "again and again" in refusal(path, kit)
    assert read_bytes < 2**25


def test_what_the_library_throws_is_a_refusal(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (IndexError("list index"), AssertionError(), struct.error("unpack"), MemoryError(), RecursionError()):
        monkeypatch.setattr(xls, "_opened", lambda _, error=error: (_ for _ in ()).throw(error))
        said = refusal(written(tmp_path / "a.xls", RECORDS), kit)
        assert "the workbook cannot be read: it" in said
        assert type(error).__name__ not in said
        assert not str(error) or str(error) not in said


def test_an_interruption_while_the_library_reads_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> Book:
        raise KeyboardInterrupt

    monkeypatch.setattr(xls, "_opened", interrupt)
    with pytest.raises(KeyboardInterrupt):
        read_old_book(DATA / "book.xls")


def test_nothing_is_printed_of_what_the_library_dislikes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], kit: Kit
) -> None:
    beyond = record(0x0203, struct.pack("<HHHd", 3, 300, 15, 5))  # a column that no sheet has
    assert "the workbook cannot be read" in refusal(written(tmp_path / "a.xls", stream([sheet(beyond)])), kit)
    assert capfd.readouterr() == ("", "")


# -- what it may ask for ---------------------------------------------------------------------------


@pytest.mark.slow
def test_far_cells_on_every_sheet_are_read_one_sheet_at_a_time(tmp_path: Path) -> None:
    far = sheet(text_cell(65_535, 255, "角"))
    book = read(tmp_path, stream([far] * 15))
    assert all(cells(one) == {"IV65536": Cell("角")} for one in book.sheets)


ASKING = {
    "sheets": (stream([sheet(text_cell(0, 0, "甲"))] * 12), "more than 10 sheets", "sheets"),
    "cells": (stream([sheet(*[text_cell(row, 0, "甲") for row in range(12)])]), "more than 10 cells", "cells"),
    "merged": (
        stream([sheet(record(0x00E5, struct.pack("<H", 12) + bytes(8 * 12)), text_cell(0, 0, "甲"))]),
        "more than 10 merged ranges", "merged",
    ),
    "hidden": (
        stream([sheet(record(0x007D, struct.pack("<6H", 0, 11, 0, 0, 1, 0)), text_cell(0, 0, "甲"))]),
        "more than 10 hidden", "hidden",
    ),
    "floating": (
        stream([sheet(record(0x001C, bytes(8)) * 12, text_cell(0, 0, "甲"))]), "more than 10 floating", "floating",
    ),
    "texts": (stream([sheet()], texts=["甲" * 9]), "more than 10 texts", "texts"),
    "styles": (stream([sheet(text_cell(0, 0, "甲"))], styles=style() * 9), "more than 10 styles", "styles"),
    "records": (stream([sheet(*[record(0x1234)] * 12)]), "more than 10 records", "records"),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKING)
def test_there_is_a_budget_of(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    content, said, what = ASKING[name]
    made = xls_records._Budgets

    def small() -> xls_records._Budgets:
        budgets = made()
        setattr(budgets, what, Budget(10, what if what != "merged" else "merged ranges"))
        return budgets

    monkeypatch.setattr(xls_records, "_Budgets", small)
    assert said in refusal(written(tmp_path / "a.xls", content), kit)


def test_there_is_a_budget_of_places_in_rows(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xls, "_MOST_PLACES", 500)
    content = stream([sheet(*[text_cell(row, 255, "甲") for row in range(3)])])
    assert "more than 500 places up to the last cells of its rows" in refusal(written(tmp_path / "a.xls", content), kit)


# -- properties ------------------------------------------------------------------------------------


def summary(page: int, kind: int, length: int | None = None) -> bytes:
    """The stream of custom properties of an old workbook: the mark of a kit, its texts of that kind."""
    wide, encoding = page == 1200, {1200: "utf-16-le", 65001: "utf-8"}.get(page, "gbk")
    name, text = "docgen-kit\0".encode(encoding), "caller-number 1.0.0\0"
    written = text.encode("utf-16-le" if kind == 0x1F or wide else encoding)
    names = struct.pack("<III", 1, 2, len(name) // (2 if wide else 1)) + name + bytes(-len(name) % 4)
    parts = [names, struct.pack("<IHxx", 2, page), struct.pack("<II", kind, length or len(written)) + written]
    starts = [32 + len(b"".join(parts[:at])) for at in range(3)]
    listed = b"".join(struct.pack("<II", key, start) for key, start in enumerate(starts))
    section = struct.pack("<II", 32 + len(b"".join(parts)), 3) + listed + b"".join(parts)
    user_defined = bytes.fromhex("05d5cdd59c2e1b10939708002b2cf9ae")
    return struct.pack("<HHI16xI16sI", 0xFFFE, 0, 2, 1, user_defined, 48) + section


@pytest.mark.parametrize(
    ("properties", "made_with"),
    [
        (summary(65001, 0x1E), ("caller-number", "1.0.0")),
        (summary(936, 0x1E), ("caller-number", "1.0.0")),
        (summary(1200, 0x1E), ("caller-number", "1.0.0")),
        (summary(65001, 0x1F, 20), ("caller-number", "1.0.0")),
        (summary(1200, 0x1F, 20), ("caller-number", "1.0.0")),
        (summary(9999, 0x1E), None),  # a code page that nobody knows
        (summary(65001, 3), None),  # a number
        (summary(65001, 0x1E).replace(b"1.0.0", b"\xff.0.0"), None),
        (summary(65001, 0x1E)[:100], None),
    ],
)
def test_the_mark_of_a_kit(tmp_path: Path, properties: bytes, made_with: tuple[str, str] | None) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(compound(**{"Workbook": RECORDS, SUMMARY: properties}))
    book = read_old_book(path)
    assert book.made_with == made_with
    assert [sheet.sheet for sheet in book.sheets] == ["信息收集统计表", "类型", "备注"]


def test_a_workbook_without_properties_is_read(tmp_path: Path) -> None:
    found, whole = read(tmp_path, records_of(DATA / "accepted.xls")), read_old_book(DATA / "accepted.xls")
    assert list(map(cells, found.sheets)) == list(map(cells, whole.sheets))
    assert (found.made_with, whole.made_with is None) == (None, False)
