"""Workbooks of Excel, WPS and their like: what is struck out, noted, drawn or hidden beside what cells say."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import GOOD, Run
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.table import Table
from tables import SOURCE_ROWS, form_text, workbook
from test_read import refusal, repacked

from docgen.formats import xlsx
from docgen.formats.grid import Book, Cell, Extent, Floating, Grid
from docgen.formats.xlsx import read_book
from docgen.model.kit import Kit

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRUCK, PLAIN = InlineFont(strike=True), InlineFont()
Made = Callable[[Callable[[Any], None]], Book]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """The book that openpyxl writes after a function has filled its sheet."""

    def make(fill: Callable[[Any], None]) -> Book:
        book = Workbook()
        fill(book.active)
        book.save(tmp_path / "made.xlsx")
        return read_book(tmp_path / "made.xlsx")

    return make


def raw(path: Path, rows: str, *, around: tuple[str, str] = ("", ""), **parts: str) -> Path:
    """A workbook whose sheet has this XML as its rows and around them; and parts by kind of relation."""
    before, behind = around
    sheet = f'<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}">{before}<sheetData>{rows}</sheetData>{behind}</worksheet>'
    path = workbook(path, "| a |")
    repacked(path, lambda name, old: sheet.encode() if name == "xl/worksheets/sheet1.xml" else old)
    listed = "".join(
        f'<Relationship Id="r{n}" Type="{RELATIONS}/{kind}" Target="../beside{n}.xml"/>' for n, kind in enumerate(parts)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(path, "a") as archive:
        if parts:
            relations = f'<Relationships xmlns="{space}">{listed}</Relationships>'
            archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", relations)
        for n, part in enumerate(parts.values()):
            archive.writestr(f"xl/beside{n}.xml", part)
    return path


def read_raw(path: Path, rows: str, **arguments: Any) -> Grid:
    return read_book(raw(path, rows, **arguments)).sheets[0]


# -- struck out ------------------------------------------------------------------------------------


def test_what_is_struck_out_is_no_text(made: Made) -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"] = CellRichText(TextBlock(STRUCK, "20"), TextBlock(PLAIN, "30"))
        sheet["A2"] = CellRichText("电商", TextBlock(STRUCK, "、保险"))
        sheet["A3"] = "旧公司"
        sheet["A4"] = 8000
        sheet["A5"] = dt.date(2026, 8, 10)
        for address in ("A3", "A4", "A5"):
            sheet[address].font = Font(strike=True)
        sheet["A6"] = "新公司"

    (sheet,) = made(fill).sheets
    assert {row: cells[1] for row, cells in sheet.rows.items()} == {
        1: Cell("30", struck="20"),
        2: Cell("电商", struck="、保险"),
        3: Cell("", struck="旧公司"),
        4: Cell("", struck="8000"),
        5: Cell("", struck="2026-08-10", is_date=True),
        6: Cell("新公司"),
    }


def test_a_run_with_a_font_of_its_own_is_not_struck_by_that_of_the_cell(made: Made) -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"] = CellRichText("旧", TextBlock(PLAIN, "新"))
        sheet["A1"].font = Font(strike=True)

    assert made(fill).sheets[0].cell(1, 1) == Cell("新", struck="旧")


@pytest.mark.parametrize("value", ["<strike/>", '<strike val="1"/>', '<strike val="true"/>'])
def test_every_way_to_strike(tmp_path: Path, value: str) -> None:
    run = f"<r><rPr>{value}</rPr><t>旧</t></r><r><rPr><strike val='0'/></rPr><t>新</t></r>"
    cell = f'<row r="1"><c r="A1" t="inlineStr"><is>{run}<rPh sb="0" eb="1"><t>xin</t></rPh></is></c></row>'
    assert read_raw(tmp_path / "a.xlsx", cell).cell(1, 1) == Cell("新", struck="旧")


# -- pictures --------------------------------------------------------------------------------------

DISPIMG = 'DISPIMG("ID_0A1B2C3D4E5F60718293A4B5C6D7E8F9",1)'
PICTURES = {
    "of WPS": f'<c r="A1" t="str"><f>_xlfn.{DISPIMG}</f><v>={DISPIMG}</v></c>',
    "of WPS without a result": f'<c r="A1"><f>{DISPIMG}</f></c>',
    "of WPS as a text": f'<c r="A1" t="inlineStr"><is><t>={DISPIMG}</t></is></c>',
    "of WPS as a text with a prefix": f'<c r="A1" t="str"><v> =_xlfn._xlws.{DISPIMG}</v></c>'.replace("_xlws.", ""),
    "of a formula": '<c r="A1" t="e" vm="1"><f>_xlfn.IMAGE("https://example.com/a.png")</f><v>#VALUE!</v></c>',
    "of Excel": '<c r="A1" t="e" vm="1"><v>#VALUE!</v></c>',
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_in_a_cell(tmp_path: Path, name: str) -> None:
    sheet = read_raw(tmp_path / "a.xlsx", f'<row r="1">{PICTURES[name]}</row>')
    assert sheet.rows == {1: {1: Cell("", "picture")}}


@pytest.mark.parametrize(
    ("kind", "cell"), [("_entity", Cell("#VALUE!", "cell-error")), ("_localImage", Cell("", "picture"))]
)
def test_another_value_that_no_cell_can_hold_is_no_picture(tmp_path: Path, kind: str, cell: Cell) -> None:
    path = raw(tmp_path / "a.xlsx", f'<row r="1">{PICTURES["of Excel"]}</row>')
    repacked(
        path,
        lambda _, old: old,
        xl__richData__rdrichvaluestructure=f'<rvStructures><s t="{kind}"/></rvStructures>'.encode(),
    )
    assert read_book(path).sheets[0].cell(1, 1) == cell


def test_a_picture_as_an_answer_is_told_and_never_printed(run: Run, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", form_text(GOOD))
    cell = f'<c r="C{SOURCE_ROWS["company_name"]}" t="str"><f>{DISPIMG}</f><v>={DISPIMG}</v></c>'

    def change(name: str, old: bytes) -> bytes:
        import re

        pattern = rf'<c r="C{SOURCE_ROWS["company_name"]}".*?</c>'
        return re.sub(pattern.encode(), cell.encode(), old, count=1, flags=re.DOTALL) if "sheet1" in name else old

    result = run("check", repacked(path, change), "--json")
    (intake,) = result.json["intakes"]
    assert intake["values"]["company_name"] is None
    (finding,) = [one for one in intake["findings"] if one["field"] == "company_name"]
    assert (finding["code"], finding["level"]) == ("picture", "invalid")
    assert "DISPIMG" not in result.out


# -- what lies on cells ----------------------------------------------------------------------------


def test_comments_stand_at_their_cells(made: Made) -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"] = "20"
        sheet["A1"].comment = Comment("改为 30 个", "客户")
        sheet["B2"].comment = Comment("空单元格的批注\n第二行", "客户")
        sheet.merge_cells("C3:D4")
        sheet["C3"].comment = Comment("合并单元格", "客户")

    (sheet,) = made(fill).sheets
    assert sheet.rows == {
        1: {1: Cell("20", note="改为 30 个")},
        2: {2: Cell("", note="空单元格的批注\n第二行")},
        3: {3: Cell("", note="合并单元格")},
    }
    assert list(sheet.every_row()) == list(sheet.rows.items())


def test_a_conversation_goes_before_what_older_programs_are_told_of_it(tmp_path: Path) -> None:
    comments = f'<comments xmlns="{MAIN}"><commentList>{{}}</commentList></comments>'
    old = "".join(
        f'<comment ref="{ref}"><text><r><t>{text}</t></r></text></comment>'
        for ref, text in (("A1", "[Threaded comment] …"), ("B1", "旧"))
    )
    space = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    new = f'<ThreadedComments xmlns="{space}"><threadedComment ref="A1"><text>改为 30</text></threadedComment><threadedComment ref="A1"><text>好的</text></threadedComment></ThreadedComments>'
    sheet = read_raw(tmp_path / "a.xlsx", "", comments=comments.format(old), threadedComment=new)
    assert sheet.rows == {1: {1: Cell("", note="改为 30\n好的"), 2: Cell("", note="旧")}}


def anchored(inside: str, row: int = 4, column: int = 2) -> str:
    return (
        f"<x:twoCellAnchor><x:from><x:col>{column}</x:col><x:row>{row}</x:row></x:from>"
        f"<x:to><x:col>9</x:col><x:row>9</x:row></x:to>{inside}</x:twoCellAnchor>"
    )


def shape(*paragraphs: str, hidden: bool = False) -> str:
    lines = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in paragraphs)
    return f'<x:sp><x:nvSpPr><x:cNvPr id="2" name="T" hidden="{int(hidden)}"/></x:nvSpPr><x:txBody>{lines}</x:txBody></x:sp>'


PICTURE = '<x:pic><x:nvPicPr><x:cNvPr id="2" name="P"/></x:nvPicPr></x:pic>'
DRAWN = {
    "a picture": (anchored(PICTURE), [Floating(5, 3)]),
    "a text box": (anchored(shape("以本框为准", "共 30 个")), [Floating(5, 3, "以本框为准\n共 30 个")]),
    "an arrow": (anchored(shape("")), []),
    "a hidden box": (anchored(shape("x", hidden=True)), []),
    "a group": (anchored(f"<x:grpSp>{shape('甲')}{PICTURE}</x:grpSp>"), [Floating(5, 3, "甲"), Floating(5, 3)]),
    "two": (anchored(PICTURE) + anchored(PICTURE, 0, 0), [Floating(5, 3), Floating(1, 1)]),
    "what older programs see": (
        f'<m:AlternateContent xmlns:m="http://schemas.openxmlformats.org/markup-compatibility/2006"><m:Choice>{anchored(shape("甲"))}'
        f"</m:Choice><m:Fallback>{anchored(shape('乙'))}</m:Fallback></m:AlternateContent>",
        [Floating(5, 3, "甲")],
    ),
    "struck out": (
        anchored('<x:sp><x:txBody><a:p><a:r><a:rPr strike="sngStrike"/><a:t>旧</a:t></a:r><a:r><a:t>新</a:t></a:r></a:p></x:txBody></x:sp>'),
        [Floating(5, 3, "新")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize(
    "space", ["http://schemas.openxmlformats.org/drawingml/2006", "http://purl.oclc.org/ooxml/drawingml"]
)
def test_what_lies_over_the_sheet(tmp_path: Path, name: str, space: str) -> None:
    content, expected = DRAWN[name]
    drawing = f'<x:wsDr xmlns:x="{space}/spreadsheetDrawing" xmlns:a="{space}/main">{content}</x:wsDr>'
    assert read_raw(tmp_path / "a.xlsx", "", drawing=drawing).floating == tuple(expected)


# -- what is hidden --------------------------------------------------------------------------------


def test_hidden_sheets_stand_apart(tmp_path: Path) -> None:
    states = {"隐": "hidden", "很隐": "veryHidden"}
    book = read_book(workbook(tmp_path / "a.xlsx", "# 见\n| a |\n# 隐\n| b |\n# 很隐\n| c |", states=states))
    assert [sheet.sheet for sheet in book.sheets] == ["见"]
    assert [(sheet.sheet, sheet.cell(1, 1)) for sheet in book.hidden] == [("隐", Cell("b")), ("很隐", Cell("c"))]


def test_a_hidden_sheet_that_is_damaged_stops_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", "# 见\n| a |\n# 隐\n| b |", states={"隐": "hidden"})
    book = read_book(repacked(path, lambda name, old: b"<a>" if name.endswith("sheet2.xml") else old))
    assert [(sheet.sheet, dict(sheet.rows)) for sheet in book.hidden] == [("隐", {})]
    assert book.sheets[0].cell(1, 1) == Cell("a")


def hidden(made: Made, prepare: Callable[[Any], None]) -> Grid:
    def fill(sheet: Any) -> None:
        for row in range(1, 7):
            sheet.append([f"{row}", "x"])
        for row in (3, 5, 6):
            sheet.row_dimensions[row].hidden = True
        prepare(sheet)

    return made(fill).sheets[0]


def test_rows_and_columns_hidden_by_hand(made: Made) -> None:
    def prepare(sheet: Any) -> None:
        sheet.column_dimensions["B"].hidden = True
        sheet.auto_filter.ref = "A1:B5"  # that filters nothing

    sheet = hidden(made, prepare)
    assert (sheet.hidden_rows, sheet.filtered_rows, sheet.hidden_columns) == (
        frozenset({3, 5, 6}),
        frozenset(),
        frozenset({2}),
    )
    assert sheet.cell(3, 1) == Cell("3")


def test_rows_hidden_by_a_filter(made: Made) -> None:
    def prepare(sheet: Any) -> None:
        sheet.auto_filter.ref = "A1:B5"
        sheet.auto_filter.add_filter_column(0, ["2", "4"])

    sheet = hidden(made, prepare)
    assert (sheet.hidden_rows, sheet.filtered_rows) == (frozenset({6}), frozenset({3, 5}))


def test_rows_hidden_by_the_filter_of_a_table(made: Made) -> None:
    def prepare(sheet: Any) -> None:
        table: Any = Table(displayName="T", ref="A3:B5")
        table._initialise_columns()
        table.autoFilter.add_filter_column(0, ["4"])
        sheet.add_table(table)

    sheet = hidden(made, prepare)
    assert (sheet.hidden_rows, sheet.filtered_rows) == (frozenset({3, 6}), frozenset({5}))  # its head is hidden by hand


# -- long sheets -----------------------------------------------------------------------------------


def long_sheet(path: Path, encoding: str = "utf-8", prefix: str = "") -> Path:
    hidden = dict.fromkeys((7, 1500, 1501), ' hidden="1"')
    rows = "".join(
        f'<p:row r="{row}"{hidden.get(row, "")}><p:c r="A{row}" t="inlineStr"><p:is><p:t>{row}</p:t></p:is></p:c></p:row>'
        for row in range(1, 2001)
    )
    sheet = (
        f'<p:worksheet xmlns:p="{MAIN}"><p:dimension ref="A1:B2000"/><p:sheetData>{rows}</p:sheetData>'
        '<p:autoFilter ref="A1400:A1500"><p:filterColumn colId="0"/></p:autoFilter>'
        '<p:mergeCells><p:mergeCell ref="A1:B1"/><p:mergeCell ref="$A$1800:$B$1801"/></p:mergeCells></p:worksheet>'
    )
    sheet = sheet if prefix else sheet.replace("xmlns:p", "xmlns").replace("<p:", "<").replace("</p:", "</")
    content = sheet.encode(encoding)
    comments = f'<comments xmlns="{MAIN}"><commentList><comment ref="A2"><text><t>甲</t></text></comment><comment ref="B1700"><text><t>乙</t></text></comment></commentList></comments>'
    path = raw(path, "", comments=comments)
    return repacked(path, lambda name, old: content if name == "xl/worksheets/sheet1.xml" else old)


@pytest.mark.parametrize(("encoding", "prefix"), [("utf-8", ""), ("utf-8", "p"), ("utf-16", "")])
def test_a_long_sheet_is_read_row_by_row_and_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, prefix: str
) -> None:
    path = long_sheet(tmp_path / "a.xlsx", encoding, prefix)
    (short,) = read_book(path).sheets
    monkeypatch.setattr(xlsx, "LONG_SHEET", 1000)
    (long,) = read_book(path).sheets
    assert short.more is None
    assert len(long.rows) == 1000
    assert long.more is not None
    assert list(long.every_row()) == list(long.every_row()) == list(short.every_row())
    assert long.merged == short.merged == (Extent(1, 1, 1, 2), Extent(1800, 1, 1801, 2))
    for sheet in (short, long):
        assert (sheet.hidden_rows, sheet.filtered_rows) == (frozenset({7, 1501}), frozenset({1500}))
    assert long.length == 2000
    assert dict(long.every_row())[1700] == {1: Cell("1700"), 2: Cell("", note="乙")}
    assert 1801 not in dict(long.every_row())  # hidden under the merged cell above


@pytest.mark.slow
def test_a_tag_cut_in_two_by_a_piece_is_seen() -> None:
    from docgen.formats.xlsx_long import around_rows

    rows = b"".join(b'<row r="%d" hidden="1"><c/></row>' % row for row in range(1, 3000))
    whole = b"<worksheet><sheetData>" + rows + b"</sheetData><mergeCells/></worksheet>"
    for size in (1, 7, 100, 4096):
        around = (
            around_rows(whole[at : at + size] for at in range(0, len(whole), size))
            if size > 1
            else around_rows([whole])
        )
        assert around is not None
        assert around.hidden_rows == frozenset(range(1, 3000))
        assert b"".join(around.content).startswith(b"<worksheet><sheetData></sheetData")
        assert b"".join(around.content).endswith(b"<mergeCells/></worksheet>")


# -- cells of every writer -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("<c><v>5</v></c>", Cell("5")),
        ('<c t="n"><v> 5.50 </v></c>', Cell("5.5")),
        ("<c><v>1.38E+2</v></c>", Cell("138")),
        ("<c><v>viele</v></c>", Cell("viele", "cell-error")),
        ("<c><v>NaN</v></c>", Cell("nan", "cell-error")),
        ('<c t="b"><v>1</v></c>', Cell("TRUE")),
        ('<c t="b"><v>0</v></c>', Cell("FALSE")),
        ('<c t="e"><v>#N/A</v></c>', Cell("#N/A", "cell-error")),
        ('<c t="d"><v>2026-08-10T00:00:00</v></c>', Cell("2026-08-10", is_date=True)),
        ('<c t="d"><v>bald</v></c>', Cell("bald", "cell-error")),
        ('<c t="str"><f>A2</f><v>_x000D_甲</v></c>', Cell("\n甲")),
        ('<c t="inlineStr"><is><t>_x005F_x000D_</t></is></c>', Cell("_x000D_")),
        ('<c><f t="shared" si="0"/></c>', Cell("=", "formula-without-value")),
        (f'<c t="inlineStr"><is><t>{"甲" * 40_000}</t></is></c>', Cell("甲" * 32_767, "text-cut")),
        ('<c s="999"><v>5</v></c>', Cell("5")),
        ('<c s="x"><v>5</v></c>', Cell("5")),
    ],
)
def test_cells_of_every_kind(tmp_path: Path, cell: str, expected: Cell) -> None:
    sheet = read_raw(tmp_path / "a.xlsx", f"<row>{cell}</row><row><c/>{cell}</row>")
    assert sheet.rows == {1: {1: expected}, 2: {2: expected}}  # places are counted where they are not given


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('<row r="0"><c><v>1</v></c></row>', "no sound number"),
        ('<row r="1048577"><c><v>1</v></c></row>', "no sound number"),
        ('<row><c r="AAAA1"><v>1</v></c></row>', "no sound address"),
        ('<row><c r="XFE1"><v>1</v></c></row>', "no sound address"),
        ('<row><c r="1A"><v>1</v></c></row>', "no sound address"),
        ('<row><c t="s"><v>9</v></c></row>', "names a text that there is not"),
        ('<row><c t="s"><v>-1</v></c></row>', "names a text that there is not"),
        ("<row><c><v>1</v></c>", "not sound XML"),
    ],
)
def test_a_damaged_sheet_is_refused(tmp_path: Path, kit: Kit, rows: str, said: str) -> None:
    assert said in refusal(raw(tmp_path / "a.xlsx", rows), kit)


# -- answers that a format changes -----------------------------------------------------------------


def answered(
    run: Run, path: Path, key: str, value: Any, code: str, **changes: str
) -> tuple[Any, list[tuple[str, str, str]]]:
    """What becomes of the answer with this value and number format: value, and code, level and text of its findings."""
    address = f"C{SOURCE_ROWS[key]}"
    result = run("check", workbook(path, form_text(GOOD), values={address: value}, formats={address: code}), "--json")
    (intake,) = result.json["intakes"]
    found = [(one["code"], one["level"], one["message"]) for one in intake["findings"] if one["field"] == key]
    return intake["values"][key], [one for one in found if one[0] not in {"NUM-RISK"}]


@pytest.mark.parametrize(
    ("key", "value", "code", "expected"),
    [
        ("daily_calls", 0.5, '0.0"万"', 5000),
        ("daily_calls", 15_000, '0!.0,"万"', 15_000),
        ("number_count", 20, '0"个"', 20),
        ("total_calls", 1_000_000, "#,##0", 1_000_000),
        ("contact_mobile", 13_800_138_000, "000 0000 0000", "+8613800138000"),
        ("company_name", "虚构茶业", '"桂林"@"有限公司"', "桂林虚构茶业有限公司"),
        ("number_source", 1, '[=1]"购买新号码";[=2]"使用自有号码"', "buy"),
    ],
)
def test_an_answer_is_what_its_cell_shows(
    run: Run, tmp_path: Path, key: str, value: Any, code: str, expected: Any
) -> None:
    assert answered(run, tmp_path / "a.xlsx", key, value, code) == (expected, [])


def test_a_date_in_a_count_or_a_text_is_told(run: Run, tmp_path: Path) -> None:
    day = dt.date(2026, 8, 10)
    value, found = answered(run, tmp_path / "a.xlsx", "number_count", day, "m-d")
    assert value is None
    assert [one[:2] for one in found] == [("date-in-cell", "invalid")]
    assert "8-10" in found[0][2]
    assert "2026-08-10" in found[0][2]
    value, found = answered(run, tmp_path / "a.xlsx", "contact_wechat", day, 'm"月"d"日"')
    assert value == "8月10日"
    assert [one[:2] for one in found] == [("date-in-cell", "manual")]


def test_a_number_that_shows_less_is_told(run: Run, tmp_path: Path) -> None:
    value, found = answered(run, tmp_path / "a.xlsx", "number_count", 19.6, "0")
    assert value == 20
    assert [one[:2] for one in found] == [("number-rounded", "manual")]
    assert "19.6" in found[0][2]


def test_a_format_that_nobody_knows_is_told(run: Run, tmp_path: Path) -> None:
    value, found = answered(run, tmp_path / "a.xlsx", "number_count", 20, "[DBNum4]0")
    assert value is None
    assert [one[:2] for one in found] == [("format-unknown", "invalid")]


def test_a_date_without_its_year_is_read_in_full_where_a_date_is_asked_for(run: Run, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", form_text(GOOD))
    terms = workbook(
        tmp_path / "terms.xlsx",
        "# 商务条款\n| 签订日期 | |",
        values={"B1": dt.date(2026, 12, 1)},
        formats={"B1": 'm"月"d"日"'},
    )
    done = run("contract", path, "--terms", terms, "-o", tmp_path / "c.docx")
    assert done.code == 0, done.err
    from queries import all_text

    assert "2026年12月1日" in all_text((tmp_path / "c.docx").read_bytes())
