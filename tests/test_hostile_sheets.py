"""Sheets made to cost minutes or gigabytes, in a small form: each is refused, or costs little.

`tests/benchmarks/hostile_sheets.py` builds the same in full size.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from effort import bounded, steps

from docgen.errors import SourceError
from docgen.formats import grid as grids
from docgen.formats import ods, ods_styles, xlsx, xlsx_long, xlsx_notes, xlsx_sheet, xlsx_styles, xlsx_texts, xml_events
from docgen.formats.budgets import LONGEST_TEXT, Budget, TooMuch
from docgen.formats.grid import Cell, Extent, grid
from docgen.formats.ods import read_open_book
from docgen.formats.xlsx import read_book
from docgen.formats.xml_events import Events
from docgen.text import fold

sys.path.insert(0, str(ROOT / "tests" / "benchmarks"))
import hostile_sheets as hostile

MB = 2**20
Build = Callable[[Path], Path]


def read(path: Path) -> int:
    """How many rows that hold something the file has."""
    book = read_open_book(path) if path.suffix == ".ods" else read_book(path)
    return sum(1 for sheet in book.sheets for _ in sheet.every_row())


def refused(path: Path, build: Build) -> str:
    """Why the file is refused."""
    build(path)
    with pytest.raises(SourceError) as caught:
        read(path)
    return str(caught.value)


def row_of(cell: str, count: int) -> str:
    """A row of so many equal cells."""
    return f"<row>{cell * count}</row>"


# -- budgets: with little room the small form is refused; without the guard it is read ---------------

#: Name → module, name and value of the limit, words of the refusal, the file.
BUDGETS: dict[str, tuple[object, str, int, str, Build]] = {
    "merged ranges": (xlsx_sheet, "MOST_MERGED", 9, "merged ranges", lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE, behind=hostile.merged(f"A{n}:B{n}" for n in range(1, 11)))])),
    "merged ranges beside one another": (grids, "MOST_BESIDE", 50, "lie over one another", lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE, behind=hostile.merged(hostile.beside(10)))])),
    "shared texts": (xlsx_texts, "MOST_STRINGS", 9, "texts in its cells", lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE)], sharedStrings=hostile.strings("<si/>" * 10))),
    "characters of shared texts": (xlsx_texts, "MOST_CHARACTERS", 9, "characters in its cells", lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE)], sharedStrings=hostile.strings("<si><t>abcde</t></si>" * 2))),
    "elements of shared texts": (xlsx, "MOST_TEXT_ELEMENTS", 9, "elements of XML in its texts", lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE)], sharedStrings=hostile.strings("<a/>" * 10))),
    "one text in many cells": (xlsx, "MOST_CHARACTERS", 400, "characters in its cells", lambda p: hostile.workbook(p, [hostile.sheet(hostile.CELL * 5)], sharedStrings=hostile.strings(f"<si><t>{'a' * 100}</t></si>"))),
    "cells": (xlsx, "MOST_CELLS", 9, "cells that hold something", lambda p: hostile.workbook(p, [hostile.sheet("<row><c><v>1</v></c></row>" * 5) for _ in range(2)])),
    "cells of a row": (xlsx_sheet, "LAST_COLUMN", 9, "a row of it holds more", lambda p: hostile.workbook(p, [hostile.sheet(row_of('<c r="A1"><v>1</v></c>', 10))])),
    "characters of a row": (xlsx_sheet, "MOST_IN_ROW", 400, "a row of it holds more", lambda p: hostile.workbook(p, [hostile.sheet(row_of('<c t="s"><v>0</v></c>', 5))], sharedStrings=hostile.strings(f"<si><t>{'a' * 100}</t></si>"))),
    "styles": (xlsx_styles, "MOST_STYLES", 9, "styles", lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE)], styles=hostile.styled(f"<cellXfs>{'<xf/>' * 10}</cellXfs>"))),
    "fonts": (xlsx_styles, "MOST_STYLES", 9, "styles", lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE)], styles=hostile.styled(f"<fonts>{'<font/>' * 10}</fonts>"))),
    "number formats": (xlsx_styles, "MOST_STYLES", 9, "styles", lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE)], styles=hostile.styled("<numFmts>" + '<numFmt numFmtId="1" formatCode="0"/>' * 10 + "</numFmts>"))),
    "styles that nobody asks for": (xlsx, "MOST_ELEMENTS", 20, "elements of XML", lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE)], styles=hostile.styled("<xf/>" * 30))),
    "defined names": (xlsx, "MOST_ELEMENTS", 20, "elements of XML", lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE)], book="<definedName/>" * 30)),
    "data validations": (xlsx, "MOST_ELEMENTS", 20, "elements of XML", lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE, behind="<dataValidation/>" * 30)])),
    "hidden columns": (xlsx_sheet, "LAST_COLUMN", 9, "columns", lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE, before='<col min="1" max="9" hidden="1"/>' * 3)])),
    "sheets": (xlsx, "MOST_SHEETS", 9, "sheets", lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE) for _ in range(10)])),
    "comments": (xlsx_notes, "MOST_NOTES", 9, "comments", lambda p: hostile.with_part(p, "comments", hostile.COMMENT + '<comment ref="A1"/>' * 10 + "</commentList></comments>")),
    "text boxes": (xlsx_notes, "MOST_FLOATING", 9, "text boxes", lambda p: hostile.with_part(p, "drawing", f'<d:wsDr xmlns:d="{hostile.DRAWING}/spreadsheetDrawing" xmlns:a="{hostile.DRAWING}/main">{hostile.BOX * 10}</d:wsDr>')),
    "characters of text boxes": (xlsx_notes, "MOST_CHARACTERS", 9, "characters in comments", lambda p: hostile.with_part(p, "drawing", f'<d:wsDr xmlns:d="{hostile.DRAWING}/spreadsheetDrawing" xmlns:a="{hostile.DRAWING}/main">{hostile.BOX * 10}</d:wsDr>')),
    "elements inside one another": (xml_events, "DEEPEST", 9, "nested more than", lambda p: hostile.workbook(p, [hostile.sheet("<a>" * 10 + "</a>" * 10)])),
    "ods cells repeated": (ods, "MAX_CELLS", 9, "repeats a cell", lambda p: hostile.spreadsheet(p, f"<table:table-row>{hostile.wide(11)}</table:table-row>")),
    "ods cells": (ods, "MOST_CELLS", 9, "cells that hold something", lambda p: hostile.spreadsheet(p, f"<table:table-row>{hostile.ODS_CELL * 10}</table:table-row>")),
    "ods characters": (ods, "MOST_CHARACTERS", 9, "characters in its cells", lambda p: hostile.spreadsheet(p, f"<table:table-row>{hostile.wide(10)}</table:table-row>")),
    "ods columns": (ods, "MOST_COLUMN_MARKS", 9, "marks of columns", lambda p: hostile.spreadsheet(p, "<table:table-column/>" * 10)),
    "ods styles": (ods_styles, "MOST_STYLES", 9, "styles", lambda p: hostile.spreadsheet(p, "", before='<style:style style:family="table-cell"/>' * 10)),
    "ods elements": (ods, "MOST_ELEMENTS", 20, "elements of XML", lambda p: hostile.spreadsheet(p, "<table:a/>" * 30)),
    "ods comments": (ods, "MOST_NOTES", 9, "comments", lambda p: hostile.spreadsheet(p, "<table:table-row>" + "<table:table-cell><office:annotation><text:p>x</text:p></office:annotation></table:table-cell>" * 10 + "</table:table-row>")),
    "ods sheets": (ods, "MOST_SHEETS", 9, "sheets", lambda p: hostile.spreadsheet(p, "</table:table><table:table>" * 9)),
}  # fmt: skip


@pytest.mark.parametrize("name", BUDGETS)
def test_more_than_a_budget_gives_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    module, limit, most, words, build = BUDGETS[name]
    path = tmp_path / ("a.ods" if name.startswith("ods") else "a.xlsx")
    read(build(path))  # the file is sound
    monkeypatch.setattr(module, limit, most)
    assert words in refused(path, build)


def test_elements_between_two_rows_of_a_long_sheet_are_counted_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "LONG_SHEET", 100)
    monkeypatch.setattr(xlsx, "MOST_SILENT", 30_000)
    monkeypatch.setattr(xml_events, "_FIRST_PIECE", 2**12)
    monkeypatch.setattr(xml_events, "_PIECE", 2**12)
    empty = "<row/>" * 10_000
    build: Build = lambda p: hostile.workbook(p, [hostile.sheet((hostile.ONE + empty) * 5)])  # noqa: E731
    (sheet,) = read_book(build(tmp_path / "a.xlsx")).sheets
    assert len(list(sheet.every_row())) == 5
    assert "between two rows" in refused(
        tmp_path / "b.xlsx", lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE + empty * 5)])
    )


def test_what_stands_around_the_rows_of_a_long_sheet_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "LONG_SHEET", 100)
    monkeypatch.setattr(xlsx_long, "MOST_BEHIND", 1000)
    build: Build = lambda p: hostile.workbook(p, [hostile.sheet(hostile.ONE, behind="<a/>" * 1000)])  # noqa: E731
    assert "stand behind the rows" in refused(tmp_path / "a.xlsx", build)


# -- memory and work: in step with what is asked, whatever the file says ------------------------------


def peak(call: Callable[[], object]) -> int:
    """The most memory that a call holds beside what was held before it."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def endless(before: bytes, behind: bytes, size: int = 32 * MB) -> Iterator[bytes]:
    yield before
    for _ in range(size // 2**18):
        yield b"x" * 2**18
    yield behind


def gone_through(parts: Iterable[bytes]) -> str:
    """The text of the last element `t`."""
    found: list[str] = []
    events = Events(
        {"t": lambda _: events.capture()}, {"t": lambda: found.append(events.captured())}, Budget(1000, "elements")
    )
    events.read(parts)
    return found[-1] if found else ""


def test_a_text_without_an_end_is_cut_as_it_comes() -> None:
    found = ""

    def go() -> None:
        nonlocal found
        found = gone_through(endless(b"<a><t>", b"</t></a>"))

    assert peak(go) < 4 * MB
    assert len(found) == LONGEST_TEXT + 1


@pytest.mark.parametrize(
    ("before", "behind"),
    [(b'<a b="', b'"/>'), (b"<a><!--", b"--></a>"), (b"<a><?b ", b"?></a>"), (b"<", b"/>"), (b"<a ", b"=''/>")],
)
def test_a_token_without_an_end_is_refused_as_it_comes(before: bytes, behind: bytes) -> None:
    def read() -> None:
        with pytest.raises(TooMuch, match="without an end of a tag"):
            gone_through(endless(before, behind))

    assert peak(read) < 16 * MB  # expat holds the token in twice its size


@pytest.mark.slow
def test_rows_of_a_long_sheet_are_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "LONG_SHEET", 1000)
    rows = (f'<row><c t="inlineStr"><is><t>{n:0200}</t></is></c></row>'.encode() for n in range(40_000))
    path = hostile.workbook(tmp_path / "a.xlsx", [hostile.sheet(rows)])
    (sheet,) = read_book(path).sheets

    def read() -> None:
        assert sum(1 for _ in sheet.every_row()) == 40_000

    assert peak(read) < 8 * MB  # all rows take 20 MB


def test_a_shared_text_is_made_once_however_many_cells_have_it(tmp_path: Path) -> None:
    build = hostile.workbook(
        tmp_path / "a.xlsx",
        [hostile.sheet(hostile.CELL * 300)],
        sharedStrings=hostile.strings(f"<si><t>{'甲_x000D_' * 3000}</t></si>"),
    )
    (sheet,) = read_book(build).sheets
    assert len({id(cells[1].text) for cells in sheet.rows.values()}) == 1


def test_a_long_text_is_folded_once_for_one_field_after_the_other() -> None:
    long = "甲Ａ" * 15_000
    assert fold(long) is fold(long)


def covered(count: int) -> tuple[Extent, ...]:
    """High ranges beside one another in every second column."""
    return tuple(Extent(1, 2 * n, 400, 2 * n) for n in range(1, count + 1))


def test_looking_for_a_merged_range_takes_no_longer_where_there_are_many() -> None:
    def asked(count: int) -> int:
        sheet = grid("S", [(1, 1, Cell("a"))], covered(count))
        assert sheet.extent(200, 2 * count) == Extent(1, 2 * count, 400, 2 * count)
        return steps(lambda: [sheet.extent(row, column) for row in range(1, 50) for column in (1, count, 2 * count)])

    assert asked(2000) <= 3 * asked(20)  # halved, not gone through


def test_many_ranges_over_one_another_come_to_an_end() -> None:
    over = [Extent(n, 1, 1_048_576, 16_384) for n in range(1, 90_001)]
    with bounded(20), pytest.raises(TooMuch):
        grid("S", (), over)


def test_ranges_over_one_another_never_fail() -> None:
    sheet = grid(
        "S", [(2, 2, Cell("a"))], [Extent(1, 1, 3, 3), Extent(2, 2, 4, 4), Extent(1, 2, 3, 2), Extent(2, 2, 3, 2)]
    )
    for row in range(1, 6):
        for column in range(1, 6):
            found = sheet.extent(row, column)
            assert found.holds(row, column)


def test_a_list_without_an_end_comes_to_an_end() -> None:
    rows = [
        b"<worksheet><sheetData>",
        *[b"</sheetData" * 10_000, b"<row hidden" * 10_000] * 20,
        b"</sheetData></worksheet>",
    ]
    with bounded(20):
        assert xlsx_long.around_rows(rows) is not None


def test_hidden_rows_and_many_filters_are_gone_through_once() -> None:
    ranges = [Extent(n, 1, 1_000_000, 1) for n in range(1, 3000)]
    assert steps(lambda: list(xlsx._below_heads(range(1, 3000), ranges))) < 60_000
    assert list(xlsx._below_heads([1, 2, 5, 9, 12], [Extent(8, 1, 10, 1), Extent(1, 1, 3, 1)])) == [2, 9]
