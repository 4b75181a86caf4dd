"""What files of every format show besides the texts of their cells: marks, symbols, margins, boxes, what nobody sees."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import biff
import bin12
import pytest
from any_format import written
from conftest import GOOD
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill
from test_clerk import TABLE, agree, mail, quoted, read, word
from test_siblings import FIRST_READ, KEYS, but, chosen, pairs

import docgen
from docgen.formats.books import read_book
from docgen.formats.detect import inspect
from docgen.formats.grid import Grid


@pytest.fixture(scope="module")
def kit() -> docgen.Kit:
    return docgen.Kit.load("caller-number")


def first_sheet(path: Path) -> Grid:
    return read_book(path, inspect(path)).sheets[0]


# -- marks and symbols in parts of a cell ----------------------------------------------------------------

RICH = "20" + "1" + "R" + "R"  # in plain letters, above the line, and in Wingdings 2
SHOWN = {"20¹\uf052R"}


def _xlsx(path: Path) -> Path:
    book: Any = load_workbook(written(path, "| x |\n"))
    raised, ticks = InlineFont(vertAlign="superscript"), InlineFont(rFont="Wingdings 2")
    book.active["A1"].value = CellRichText("20", TextBlock(raised, "1"), TextBlock(ticks, "R"), "R")
    book.save(path)
    return path


def _ods(path: Path) -> Path:
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
        for name, space in {
            "office": "office", "table": "table", "text": "text", "style": "style", "svg": "svg-compatible",
        }.items()
    )  # fmt: skip
    styles = (
        '<style:style style:name="T1" style:family="text"><style:text-properties style:text-position="33% 58%"/></style:style>'
        '<style:style style:name="T2" style:family="text"><style:text-properties style:font-name="W"/></style:style>'
    )
    cell = '20<text:span text:style-name="T1">1</text:span><text:span text:style-name="T2">R</text:span>R'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<office:document-content{spaces}><office:font-face-decls><style:font-face style:name="W" '
            f"svg:font-family=\"'Wingdings 2'\"/></office:font-face-decls><office:automatic-styles>{styles}"
            "</office:automatic-styles><office:body><office:spreadsheet><table:table table:name='S'><table:table-row>"
            f"<table:table-cell><text:p>{cell}</text:p></table:table-cell></table:table-row></table:table>"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def _font(name: str, position: int) -> bytes:
    head = struct.pack("<HHHHHBBBBBB", 200, 0, 0x7FFF, 400, position, 0, 0, 0, 0, len(name), 0)
    return biff.record(0x0031, head + name.encode())


def _xls(path: Path) -> Path:
    runs = struct.pack("<6H", 2, 5, 3, 6, 4, 0)
    text = struct.pack("<HBH", len(RICH), 8, 3) + RICH.encode() + runs
    fonts = _font("F", 1) + _font("Wingdings 2", 0)
    table = biff.record(0x00FC, struct.pack("<II", 1, 1) + text)
    sheet = biff.sheet(biff.shared_cell(0, 0, 0))
    path.write_bytes(biff.compound(Workbook=biff.stream([sheet], fonts=fonts, styles=table)))
    return path


def _xlsb(path: Path) -> Path:
    def font(name: str, position: int) -> bytes:
        return bin12.record(43, struct.pack("<HHHH", 220, 0, 400, position) + bytes(13) + bin12.text_of(name))

    styles = b"".join(
        [bin12.record(278), font("F", 0), font("F", 1), font("Wingdings 2", 0), bin12.record(617, bytes(4))]
    )
    styles += bin12.record(47, bytes(16)) + bin12.record(618) + bin12.record(279)
    texts = [bin12.rich(RICH, (2, 1), (3, 2), (4, 0))]
    return bin12.workbook(path, bin12.row(0, bin12.shared_cell(0, 0)), texts=texts, styles=styles)


def _docx(path: Path) -> Path:
    document = Document()
    cell = document.add_table(1, 1).cell(0, 0).paragraphs[0]
    cell.add_run("20")
    cell.add_run("1").font.superscript = True
    cell.add_run("R").font.name = "Wingdings 2"
    cell.add_run("R")
    document.save(str(path))
    return path


@pytest.mark.parametrize("make", [_xlsx, _ods, _xls, _xlsb, _docx])
def test_digits_above_the_line_and_symbols_are_shown_as_such(make: Callable[[Path], Path], tmp_path: Path) -> None:
    path = make(tmp_path / f"a.{make.__name__.strip('_')}")
    (cells,) = first_sheet(path).rows.values() if make is not _docx else _table(path).rows.values()
    assert {cell.text for cell in cells.values()} == SHOWN


def _table(path: Path) -> Grid:
    from docgen.formats.docx import read_document

    return read_document(path).tables[0]


def test_a_cell_that_is_all_above_the_line_is_a_number(tmp_path: Path) -> None:
    document = Document()
    document.add_table(1, 1).cell(0, 0).paragraphs[0].add_run("20").font.superscript = True
    document.save(str(tmp_path / "a.docx"))
    (cell,) = _table(tmp_path / "a.docx").rows[1].values()
    assert cell.text == "²⁰"
    kit = docgen.Kit.load("caller-number")
    agree(read(written(tmp_path / "b.xlsx", pairs(GOOD | {"number_count": cell.text})), kit), FIRST_READ)


# -- page headers and footers ----------------------------------------------------------------------------


def _header(path: Path, text: str) -> Path:
    """The form with a page header, in the format that the suffix names."""
    written(path, pairs(GOOD))
    if path.suffix == ".xlsx":
        book: Any = load_workbook(path)
        book.active.oddHeader.center.text, book.active.firstHeader.center.text = text, "不用的页眉：作废"
        book.save(path)
        return path
    with zipfile.ZipFile(path, "a") as archive:
        spaces = "".join(
            f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "style", "text")
        )
        archive.writestr(
            "styles.xml",
            f"<office:document-styles{spaces}><office:master-styles>"
            f'<style:master-page style:name="Default"><style:header><text:p>{text}<text:page-number>3</text:page-number>'
            '</text:p></style:header><style:footer style:display="false"><text:p>作废</text:p></style:footer>'
            '</style:master-page><style:master-page style:name="Report"><style:header><text:p>作废</text:p></style:header>'
            "</style:master-page></office:master-styles></office:document-styles>",
        )
    return path


HEADERS = [("单位：万元", "manual"), ("作废", "manual"), ("每日外呼量改为8000", "manual"), ("内部资料", "accepted"), ("第 &amp;P 页", "accepted")]  # fmt: skip


@pytest.mark.parametrize(("text", "verdict"), HEADERS)
@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_what_the_page_header_says(kit: docgen.Kit, tmp_path: Path, suffix: str, text: str, verdict: str) -> None:
    if suffix == "xlsx":
        text = text.replace("&amp;", "&")
    elif "&" in text:
        text = ""
    path = _header(tmp_path / f"a.{suffix}", text)
    agree(read(path, kit), but(FIRST_READ, verdict=verdict))
    listed = [one["text"] for one in docgen.read(path, kit).outside_json()]
    assert listed == (["内部资料"] if text == "内部资料" else [])
    assert verdict == "accepted" or text in quoted(path, kit)


def test_page_headers_of_binary_workbooks(tmp_path: Path) -> None:
    header = '&L&"宋体"单位：万元&C&9A&&B&R&D'.encode("utf-16-le")
    record = biff.record(0x0014, struct.pack("<HB", len(header) // 2, 1) + header)
    path = tmp_path / "a.xls"
    path.write_bytes(biff.compound(Workbook=biff.stream([biff.sheet(biff.text_cell(0, 0, "x"), record)])))
    assert first_sheet(path).margins == ("单位：万元", "A&B")
    texts = [bin12.text_of(text) for text in ("&C单位：万元", "", "", "", "首页", "")]
    record = bin12.record(479, struct.pack("<H", 0) + b"".join(texts))
    path = bin12.workbook(tmp_path / "b.xlsb", bin12.row(0, bin12.text_cell(0, "x")) + bin12.record(146) + record)
    assert first_sheet(path).margins == ("单位：万元",)


# -- Word ------------------------------------------------------------------------------------------------

SPACES = f'{nsdecls("w")} xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:v="urn:schemas-microsoft-com:vml"'


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def control(text: str, properties: str) -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{run(text)}</w:sdtContent></w:sdt>"


def over(first: str, second: str) -> str:
    """A field that draws a sign over another, as Word's enclosed characters do."""
    marks = ["begin", "end"]
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{mark}"/></w:r>' for mark in marks)
    code = f"<w:r><w:instrText> eq \\o\\ac({first}</w:instrText></w:r><w:r><w:instrText>,{second}) </w:instrText></w:r>"
    return begin + code + end


PROMPT = "<w:showingPlcHdr/>"
WORDS: dict[str, tuple[str, str, Any, str]] = {
    "a prompt": ("company_name", control("营业执照上的全称", PROMPT), None, "incomplete"),
    "a prompt that could be an answer": ("number_count", control("10", PROMPT), None, "incomplete"),
    "a control that is filled in": ("number_count", control("20", ""), 20, "accepted"),
    "a formula": ("number_count", "<m:oMath><m:r><m:t>20</m:t></m:r></m:oMath>", 20, "accepted"),
    "a formula behind a number": ("number_count", run("20") + "<m:oMath><m:r><m:t>×2</m:t></m:r></m:oMath>", None, "incomplete"),
    "a power": (
        "number_count", "<m:oMath><m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>",
        None, "incomplete",
    ),
    "ticks drawn over boxes": ("industries", run("□银行 ") + over("□", "√") + run("电商 □保险"), chosen("ecommerce"), "accepted"),
    "a number in a ring": ("number_count", run("20") + over("○", "1"), None, "incomplete"),
}  # fmt: skip


@pytest.mark.parametrize(("key", "xml", "value", "verdict"), WORDS.values(), ids=list(WORDS))
def test_what_a_document_shows(kit: docgen.Kit, tmp_path: Path, key: str, xml: str, value: Any, verdict: str) -> None:
    def put(_document: Any, cell: Any) -> None:
        cell.text = ""
        for child in parse_xml(f"<w:p {SPACES}>{xml}</w:p>"):
            cell.paragraphs[0]._p.append(child)

    agree(read(word(tmp_path / "a.docx", put, key), kit), but(FIRST_READ, verdict=verdict, **{key: value}))


def test_a_watermark(kit: docgen.Kit, tmp_path: Path) -> None:
    def mark(document: Any, _cell: Any) -> None:
        shape = f'<w:r {SPACES}><w:pict><v:shape><v:textpath string="作废"/></v:shape></w:pict></w:r>'
        document.sections[0].header.paragraphs[0]._p.append(parse_xml(shape))

    path = word(tmp_path / "a.docx", mark, "number_count")
    agree(read(path, kit), but(FIRST_READ, verdict="manual"))
    assert "作废" in quoted(path, kit)


def test_a_footnote_of_an_answer_is_told_like_a_comment(kit: docgen.Kit, tmp_path: Path) -> None:
    def refer(_document: Any, cell: Any) -> None:
        cell.paragraphs[0]._p.append(parse_xml(f'<w:r {SPACES}><w:footnoteReference w:id="2"/></w:r>'))

    path = word(tmp_path / "a.docx", refer, "number_count")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    related = "word/_rels/document.xml.rels"
    entry = f'<Relationship Id="rIdN" Type="{kind}" Target="footnotes.xml"/></Relationships>'
    parts[related] = parts[related].replace(b"</Relationships>", entry.encode())
    notes = (
        f'<w:footnotes {SPACES}><w:footnote w:id="2"><w:p>{run("其中一半是手机号")}</w:p></w:footnote></w:footnotes>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**parts, "word/footnotes.xml": notes.encode()}.items():
            archive.writestr(name, content)
    agree(read(path, kit), but(FIRST_READ, verdict="manual"))
    assert "其中一半是手机号" in quoted(path, kit)


# -- workbooks -------------------------------------------------------------------------------------------

VML = '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">{shapes}</xml>'
BOX = (
    "<v:shape><v:textbox><div><font>{caption}</font></div></v:textbox><x:ClientData ObjectType='Checkbox'>"
    "<x:Anchor>1, 9, {row}, 0, 1, 60, {row}, 17</x:Anchor>{state}</x:ClientData></v:shape>"
)


def boxed(path: Path, ticked: dict[str, bool], answer: str = "") -> Path:
    """The form with tick boxes drawn over the answer to the types of numbers."""
    written(path, pairs(GOOD | {"number_types": answer}))
    shapes = "".join(
        BOX.format(caption=caption, row=KEYS.index("number_types"), state="<x:Checked>1</x:Checked>" * is_ticked)
        for caption, is_ticked in ticked.items()
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/vmlDrawing"
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/drawings/vmlDrawing1.vml", VML.format(shapes=shapes))
        relation = f'<Relationship Id="r" Type="{kind}" Target="../drawings/vmlDrawing1.vml"/>'
        archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", f"<Relationships>{relation}</Relationships>")
    return path


def test_tick_boxes_over_a_cell(kit: docgen.Kit, tmp_path: Path) -> None:
    agree(read(boxed(tmp_path / "a.xlsx", {"固号": True, "手机号": False}), kit), FIRST_READ)
    both = but(FIRST_READ, number_types=chosen("landline", "mobile"))
    agree(read(boxed(tmp_path / "b.xlsx", {"固号": True, "手机号": True}), kit), both)
    none = but(FIRST_READ, number_types=None, verdict="incomplete")
    agree(read(boxed(tmp_path / "c.xlsx", {"固号": False, "手机号": False}), kit), none)
    told = boxed(tmp_path / "d.xlsx", {"手机号": True}, "固号")
    agree(read(told, kit), but(FIRST_READ, verdict="manual"))
    assert "☑手机号" in quoted(told, kit)


def test_white_on_white_is_hidden(kit: docgen.Kit, tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", pairs(GOOD))
    book: Any = load_workbook(path)
    cell = book.active.cell(KEYS.index("number_count") + 1, 2)
    cell.font = Font(color="FFFFFFFF")
    book.save(path)
    agree(read(path, kit), but(FIRST_READ, number_count=None, verdict="incomplete"))
    (case,) = docgen.read(path, kit)
    assert [(one.cell, one.text) for one in case.unrecognised] == [(cell.coordinate, "20")]
    cell.fill = PatternFill("solid", fgColor="FF1F4E79")
    book.save(path)
    agree(read(path, kit), FIRST_READ)


def test_a_number_that_is_negative_by_its_colour(kit: docgen.Kit, tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", pairs(GOOD))
    book: Any = load_workbook(path)
    cell = book.active.cell(KEYS.index("daily_calls") + 1, 2)
    for value, verdict in ((-5000, "manual"), (5000, "accepted")):
        cell.value, cell.number_format = value, "#,##0;[Red]#,##0"
        book.save(path)
        agree(read(path, kit), but(FIRST_READ, verdict=verdict))


# -- mails -----------------------------------------------------------------------------------------------

PAGES: dict[str, tuple[str, str]] = {
    "a small digit": ("<td>20<", "<td>20<sup>1</sup><"), "no size": ("<td>20<", "<td><span style='font-size:0'>3</span>20<"),
    "an attribute": ("<td>20<", "<td><span hidden>3</span>20<"),
    "a class": ("<table>", "<style>@media print{.a{display:none}} .x{color:red;display:none}</style><table><tr class=x><td>每日外呼量</td><td>9</td></tr>"),
    "white": ("<td>20<", "<td><span style='color:#FFF'>3</span>20<"),
    "white on blue": ("<td>20<", "<td style='background:#00f'><span style='color:#fff'>20</span><"),
    "boxes": ("<td>固号<", "<td><input type=checkbox checked>固号 <input type=checkbox>手机号<"),
    "a list": ("<td>固号<", "<td><select><option>手机号</option><option selected>固号</option></select><"),
    "a field": ("<td>20<", "<td><input value=20><"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), PAGES.values(), ids=list(PAGES))
def test_what_a_page_shows(kit: docgen.Kit, tmp_path: Path, old: str, new: str) -> None:
    path = mail(tmp_path / "a.eml", None, TABLE.replace(old, new))
    agree(read(path, kit), but(FIRST_READ, verdict="manual" if "<sup>" in new else "accepted"))


def test_files_attached_to_a_form_in_a_mail(kit: docgen.Kit, tmp_path: Path) -> None:
    for name, verdict in (("更正.xlsx", "manual"), ("营业执照.pdf", "accepted")):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "kehu@example.com", "jingli@example.com", "信息"
        message.set_content(f"<html><body>{TABLE}</body></html>", subtype="html")
        message.add_attachment(b"x", maintype="application", subtype="octet-stream", filename=name)
        path = tmp_path / f"{verdict}.eml"
        path.write_bytes(message.as_bytes())
        agree(read(path, kit), but(FIRST_READ, verdict=verdict))
        (case,) = docgen.read(path, kit)
        assert name in quoted(path, kit) or [one.text for one in case.unrecognised] == [name]


def test_no_attached_file_is_too_late_to_be_told(kit: docgen.Kit, tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "kehu@example.com", "jingli@example.com", "信息"
    message.set_content(f"<html><body>{TABLE}</body></html>", subtype="html")
    for number in range(12):
        message.add_attachment(b"x", maintype="image", subtype="png", filename=f"照片{number}.png")
    message.add_attachment(b"x", maintype="application", subtype="octet-stream", filename="更正.xlsx")
    path = tmp_path / "a.eml"
    path.write_bytes(message.as_bytes())
    agree(read(path, kit), but(FIRST_READ, verdict="manual"))
    assert "更正.xlsx" in quoted(path, kit)
