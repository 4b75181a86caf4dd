"""OpenDocument spreadsheets: what is shown, struck out, noted, drawn or hidden, as in workbooks of Excel."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font

from docgen.formats.grid import Book, Cell, Floating, Grid
from docgen.formats.ods import read_open_book
from docgen.formats.xlsx import read_book

SPACES = {
    "office": "office", "table": "table", "text": "text", "style": "style", "number": "datastyle", "draw": "drawing",
    "xlink": "xlink",
}  # fmt: skip


def book(path: Path, tables: str, *, automatic: str = "", named: str | None = None) -> Book:
    """The spreadsheet with these tables, and styles in it and in a part of their own."""
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"' for name, space in SPACES.items()
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content{spaces}><office:automatic-styles>{automatic}</office:automatic-styles>"
            f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
        )
        if named is not None:
            archive.writestr(
                "styles.xml",
                f"<office:document-styles{spaces}><office:styles>{named}</office:styles></office:document-styles>",
            )
    return read_open_book(path)


def sheet(path: Path, rows: str, **styles: str) -> Grid:
    return book(path, f'<table:table table:name="S">{rows}</table:table>', **styles).sheets[0]


def row(*cells: str, **attributes: str) -> str:
    said = "".join(f' table:{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<table:table-row{said}>{''.join(cells)}</table:table-row>"


def cell(inside: str = "", **attributes: str) -> str:
    said = "".join(f' {name.replace("__", ":").replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<table:table-cell{said}>{inside}</table:table-cell>"


def texts(found: Grid) -> dict[int, Cell]:
    return {number: cells[1] for number, cells in found.rows.items()}


def font(name: str, family: str, said: str, parent: str = "") -> str:
    return f'<style:style style:name="{name}" style:family="{family}" style:parent-style-name="{parent}"><style:text-properties {said}/></style:style>'


# -- struck out ------------------------------------------------------------------------------------

LINE = 'style:text-line-through-style="solid"'


def test_what_is_struck_out_is_no_text(tmp_path: Path) -> None:
    automatic = (
        font("c1", "table-cell", LINE) + font("c2", "table-cell", 'fo:x="1"'.replace("fo:", "style:"), "c1")
        + font("t1", "text", 'style:text-line-through-type="single"') + font("t2", "text", 'style:text-line-through-style="none"')
    )  # fmt: skip
    found = sheet(
        tmp_path / "a.ods",
        row(cell('<text:p><text:span text:style-name="t1">20</text:span>30</text:p>', office__value_type="string"))
        + row(cell("<text:p>旧公司</text:p>", table__style_name="c1"))
        + row(cell('<text:p>旧<text:span text:style-name="t2">新</text:span></text:p>', table__style_name="c1"))
        + row(cell("<text:p>8000</text:p>", table__style_name="c2", office__value_type="float", office__value="8000"))
        + row(cell("<text:p>有名称的样式</text:p>", table__style_name="n1")),
        automatic=automatic,
        named=font("n1", "table-cell", LINE),
    )
    assert texts(found) == {
        1: Cell("30", struck="20"),
        2: Cell("", struck="旧公司"),
        3: Cell("新", struck="旧"),
        4: Cell("", struck="8000"),
        5: Cell("", struck="有名称的样式"),
    }


def test_the_style_of_a_row_or_a_column_counts_for_cells_without_one(tmp_path: Path) -> None:
    columns = '<table:table-column table:number-columns-repeated="2"/><table:table-column table:default-cell-style-name="c1"/>'
    rows = row(*[cell("<text:p>x</text:p>")] * 3) + row(cell("<text:p>y</text:p>"), default_cell_style_name="c1")
    found = sheet(tmp_path / "a.ods", columns + rows, automatic=font("c1", "table-cell", LINE))
    assert found.rows == {1: {1: Cell("x"), 2: Cell("x"), 3: Cell("", struck="x")}, 2: {1: Cell("", struck="y")}}


# -- what is shown ---------------------------------------------------------------------------------


def data(name: str, kind: str, inside: str) -> str:
    return (
        f'<number:{kind}-style style:name="{name}">{inside}</number:{kind}-style>'
        f'<style:style style:name="c-{name}" style:family="table-cell" style:data-style-name="{name}"/>'
    )


FORMATS = (
    data("wan", "number", '<number:number number:decimal-places="1" number:display-factor="1000"/><number:text>万</number:text>')
    + data("places", "number", '<number:number number:decimal-places="2"/>')
    + data("percent", "percentage", '<number:number number:decimal-places="0"/><number:text>%</number:text>')
    + data("general", "number", '<number:number number:min-integer-digits="1"/>')
    + data("zeros", "number", '<number:number number:decimal-places="0" number:min-integer-digits="4"/>')
    + data("han", "number", '<number:number number:min-integer-digits="1"/>').replace('style:name="han"', 'style:name="han" number:transliteration-format="一"', 1)
    + data("day", "date", "<number:month/><number:text>月</number:text><number:day/>")
    + data("full", "date", "<number:year/><number:month/><number:day/>")
    + data("moment", "date", "<number:year/><number:month/><number:day/><number:hours/><number:minutes/>")
    + data("clock", "date", "<number:hours/><number:minutes/>")
)  # fmt: skip


@pytest.mark.parametrize(
    ("style", "kind", "value", "shown", "expected"),
    [
        ("c-wan", "float", "15000", "15.0万", Cell("15.0万")),
        ("c-wan", "float", "15320", "15.3万", Cell("15.3万", exact="15320")),
        ("c-places", "float", "0.125", "0.13", Cell("0.13", exact="0.125")),
        ("c-places", "float", "5", "5.00", Cell("5.00")),
        ("c-percent", "percentage", "0.355", "36%", Cell("36%", exact="0.355")),
        ("c-percent", "percentage", "0.35", "35%", Cell("35%")),
        ("", "percentage", "0.355", "", Cell("35.5%")),
        ("c-general", "float", "5000", "5000.0", Cell("5000")),
        ("", "float", "0.30000000000000004", "0,3", Cell("0.3")),
        ("c-zeros", "float", "42", "0042", Cell("0042")),
        ("c-han", "float", "105", "一百〇五", Cell("一百〇五")),
        ("c-wan", "float", "1234567890123456", "…", Cell("1234567890123456", "digits-lost")),
        ("c-day", "date", "2026-08-10", "8月10", Cell("8月10", is_date=True, exact="2026-08-10")),
        ("c-full", "date", "2026-08-10", "2026年8月10日", Cell("2026年8月10日", is_date=True)),
        ("c-full", "date", "2026-08-10T14:24:00", "10.08.26", Cell("2026-08-10", is_date=True)),
        ("c-moment", "date", "2026-08-10T14:24:00", "10.08.26 14:24", Cell("2026-08-10 14:24:00", is_date=True)),
        ("c-clock", "date", "2026-08-10T14:24:00", "14:24", Cell("14:24")),
        ("", "date", "2026-08-10", "10.08.26", Cell("2026-08-10", is_date=True)),
        ("", "time", "PT09H30M00S", "9:30", Cell("9:30")),
        ("", "time", "PT09H30M00S", "", Cell("09:30:00")),
    ],
)  # fmt: skip
def test_a_cell_is_what_stands_in_it(
    tmp_path: Path, style: str, kind: str, value: str, shown: str, expected: Cell
) -> None:
    name = {"date": "office__date_value", "time": "office__time_value"}.get(kind, "office__value")
    one = cell(
        f"<text:p>{shown}</text:p>" if shown else "", table__style_name=style, office__value_type=kind, **{name: value}
    )
    assert texts(sheet(tmp_path / "a.ods", row(one), automatic=FORMATS)) == {1: expected}


@pytest.mark.parametrize(
    "formula", ['of:=DISPIMG("ID_0",1)', 'msoxl:=_xlfn.DISPIMG("ID_0",1)', 'of:=IMAGE("https://example.com/a.png")']
)
def test_a_picture_in_a_cell(tmp_path: Path, formula: str) -> None:
    one = cell("<text:p>=DISPIMG</text:p>", table__formula=formula.replace('"', "&quot;"), office__value_type="string")
    assert texts(sheet(tmp_path / "a.ods", row(one))) == {1: Cell("", "picture")}


def test_a_text_too_long_is_cut(tmp_path: Path) -> None:
    long = f"<text:p>{'甲' * 20_000}</text:p>" * 2
    assert texts(sheet(tmp_path / "a.ods", row(cell(long)))) == {
        1: Cell(("甲" * 20_000 + "\n" + "甲" * 20_000)[:32_767], "text-cut")
    }


# -- what lies on cells, and what is hidden --------------------------------------------------------


def test_comments_boxes_and_pictures_stand_at_their_cells(tmp_path: Path) -> None:
    note = "<office:annotation><text:p>改为</text:p><text:p>30</text:p></office:annotation>"
    frame = '<draw:frame><draw:image xlink:href="a.png"><text:p/></draw:image></draw:frame>'
    box = "<draw:frame><draw:text-box><text:p>以本框为准</text:p></draw:text-box></draw:frame>"
    shape = "<draw:custom-shape><text:p>形状</text:p></draw:custom-shape>"
    found = sheet(
        tmp_path / "a.ods",
        f"<table:shapes>{shape}</table:shapes>"
        + row(cell(f"{note}<text:p>20</text:p>"), cell(note), cell(f"<text:p>x{frame}y</text:p>"))
        + row(cell(box), cell(frame)),
    )
    assert found.rows == {1: {1: Cell("20", note="改为\n30"), 2: Cell("", note="改为\n30"), 3: Cell("xy")}}
    assert found.floating == (Floating(1, 1, "形状"), Floating(1, 3), Floating(2, 1, "以本框为准"), Floating(2, 2))


def test_what_is_hidden_is_told_apart(tmp_path: Path) -> None:
    automatic = '<style:style style:name="t2" style:family="table"><style:table-properties table:display="false"/></style:style>'
    columns = '<table:table-column/><table:table-column table:number-columns-repeated="2" table:visibility="collapse"/>'
    rows = "".join(
        row(cell(f"<text:p>{text}</text:p>"), visibility=seen)
        for text, seen in (("a", "visible"), ("b", "collapse"), ("c", "filter"))
    )
    rows += row(cell(), visibility="collapse", number_rows_repeated="1000000")
    tables = f'<table:table table:name="见">{columns}{rows}</table:table><table:table table:name="隐" table:style-name="t2">{row(cell("<text:p>x</text:p>"))}</table:table>'
    found = book(tmp_path / "a.ods", tables, automatic=automatic)
    (seen,), (unseen,) = found.sheets, found.hidden
    assert (seen.hidden_rows, seen.filtered_rows, seen.hidden_columns) == (
        frozenset({2}),
        frozenset({3}),
        frozenset({2, 3}),
    )
    assert (unseen.sheet, unseen.cell(1, 1)) == ("隐", Cell("x"))


def test_what_looks_like_a_sheet_and_is_none(tmp_path: Path) -> None:
    inner = f'<table:table table:name="inner">{row(cell("<text:p>in</text:p>"))}</table:table>'
    tables = (
        f'<table:tracked-changes>{inner}</table:tracked-changes><table:table table:name="S">{row(cell("<text:p>a</text:p>" + inner), cell("<text:p>b</text:p>"))}'
        f"</table:table><table:dde-links><table:dde-link>{inner}</table:dde-link></table:dde-links>"
    )
    found = book(tmp_path / "a.ods", tables)
    assert [one.sheet for one in found.sheets] == ["S"]
    assert found.sheets[0].cell(1, 2) == Cell("b")


# -- LibreOffice as the judge ----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.external
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_that_libreoffice_saves_says_the_same(tmp_path: Path) -> None:
    workbook = Workbook()
    page = workbook.active
    assert page is not None
    page["A1"], page["A1"].font = "旧", Font(strike=True)
    page["A2"] = CellRichText(TextBlock(InlineFont(strike=True), "20"), TextBlock(InlineFont(), "30"))
    page["B1"], page["B1"].comment = "20", Comment("改为 30 个", "客户")
    page["B2"].comment = Comment("空格\n第二行", "客户")
    values: list[tuple[Any, str]] = [
        (5, '0"万"'), (dt.date(2026, 8, 10), 'm"月"d"日"'), (dt.date(2026, 8, 10), 'yyyy"年"m"月"d"日"'), (0.355, "0%"),
        (dt.datetime(2026, 8, 10, 14, 24), "yyyy-mm-dd h:mm"), (1, '[=1]"是";[=0]"否"'), ("虚构", '"桂林"@"有限公司"'),
        (dt.time(9, 30), "h:mm"), (1.5, "[h]:mm"), (42, '"GL-2026-"0000'), (1234.5, "#,##0.00"), (12345, "[DBNum1][$-804]General"),
    ]  # fmt: skip
    for number, (value, code) in enumerate(values, start=1):
        page.cell(number, 3, value).number_format = code
    for number, text in enumerate(("头", "甲", "乙", "丙"), start=20):
        page.cell(number, 4, text)
    page.auto_filter.ref = "D20:D23"
    page.auto_filter.add_filter_column(0, ["甲", "丙"])
    page.row_dimensions[22].hidden = page.row_dimensions[5].hidden = page.column_dimensions["F"].hidden = True
    workbook.create_sheet("隐").sheet_state = "hidden"
    workbook["隐"]["A1"] = "x"
    workbook.save(tmp_path / "a.xlsx")
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "ods"]
    subprocess.run([*command, "--outdir", tmp_path, tmp_path / "a.xlsx"], check=True, capture_output=True)
    ours, theirs = read_book(tmp_path / "a.xlsx"), read_open_book(tmp_path / "a.ods")
    for one, other in zip((*ours.sheets, *ours.hidden), (*theirs.sheets, *theirs.hidden), strict=True):
        assert other.rows == one.rows
        assert (other.hidden_rows, other.filtered_rows, other.hidden_columns) == (one.hidden_rows, one.filtered_rows, one.hidden_columns)  # fmt: skip
