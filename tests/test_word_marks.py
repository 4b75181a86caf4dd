"""What stands in a Word document beside its text, and what a document may ask for."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from test_read import refusal
from words import cell, control, paragraph, part, row, run, table, word_file

from docgen.formats import budgets, docx_body, docx_text
from docgen.formats.docx import Document, read_document
from docgen.formats.grid import Cell, Floating
from docgen.model.kit import Kit

Read = Callable[..., Document]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def call(body: str, *tags: str, **more: Any) -> Document:
        return read_document(word_file(tmp_path / "a.docx", body, **more), frozenset(tags))

    return call


def only_cell(document: Document) -> Cell:
    (grid,) = document.tables
    (cells,) = grid.rows.values()
    (found,) = cells.values()
    return found


# -- struck out and deleted ------------------------------------------------------------------------

STRUCK = {
    "once": run("旧", "<w:strike/>"),
    "twice": run("旧", "<w:dstrike/>"),
    "by its style": run("旧", '<w:rStyle w:val="gone"/>'),
    "by the style that this is based on": run("旧", '<w:rStyle w:val="gone-too"/>'),
    "deleted": "<w:del><w:r><w:delText>旧</w:delText></w:r></w:del>",
}
STYLES = part(
    '<w:style w:styleId="gone"><w:rPr><w:strike/></w:rPr></w:style><w:style w:styleId="gone-too"><w:basedOn w:val="gone"/></w:style>'
    '<w:style w:styleId="kept"><w:basedOn w:val="gone"/><w:rPr><w:strike w:val="0"/></w:rPr></w:style>'
    '<w:style w:styleId="circle"><w:basedOn w:val="circle"/></w:style>',
    "w:styles",
)
WITH_STYLES = {"parts": {"styles.xml": STYLES}, "relations": {"styles.xml": "styles"}}


@pytest.mark.parametrize("way", STRUCK)
def test_struck_text_is_no_text(read: Read, way: str) -> None:
    body = table(row(paragraph("新", STRUCK[way], "名")))
    assert only_cell(read(body, **WITH_STYLES))[:3] == ("新名", None, "旧")


def test_styles_in_a_long_chain_are_followed_so_far_and_no_further() -> None:
    chain = "".join(f'<w:style w:styleId="{n}"><w:basedOn w:val="{n - 1}"/></w:style>' for n in range(1, 2_000))
    root = ElementTree.fromstring(
        part('<w:style w:styleId="0"><w:rPr><w:strike/></w:rPr></w:style>' + chain, "w:styles")
    )
    assert docx_text.Strikes(root)._struck == {str(number) for number in range(50)}


@pytest.mark.parametrize(
    "properties",
    ['<w:strike w:val="0"/>', '<w:strike w:val="false"/>', '<w:rStyle w:val="kept"/>', '<w:rStyle w:val="circle"/>', '<w:rStyle w:val="none"/>'],
)  # fmt: skip
def test_what_is_not_struck_out_is_text(read: Read, properties: str) -> None:
    body = table(row(paragraph(run("甲", properties))))
    assert only_cell(read(body, **WITH_STYLES))[:3] == ("甲", None, "")


def test_the_style_of_a_paragraph_strikes_its_runs(read: Read) -> None:
    kept = run("新", '<w:strike w:val="0"/>')
    styled = f'<w:p><w:pPr><w:pStyle w:val="gone"/></w:pPr>{run("旧")}{kept}</w:p>'
    assert only_cell(read(table(row(styled + paragraph("后"))), **WITH_STYLES))[:3] == ("新\n后", None, "旧")


def test_the_text_of_a_deleted_row_and_cell_is_struck(read: Read) -> None:
    body = table(row("甲", properties="<w:del/>"), f"<w:tr>{cell('乙', '<w:cellDel/>')}{cell('丙')}</w:tr>")
    (grid,) = read(body).tables
    found = {grid.address(*place): (one.text, one.struck) for place, one in cells(grid.rows)}
    assert found == {"T1R1C1": ("", "甲"), "T1R2C1": ("", "乙"), "T1R2C2": ("丙", "")}


def cells(rows: object) -> list[tuple[tuple[int, int], Cell]]:
    assert isinstance(rows, dict)
    return [((row, column), one) for row, line in rows.items() for column, one in line.items()]


def test_a_struck_answer_in_a_control_is_none(read: Read) -> None:
    body = table(row(paragraph("名", control("company_name", run("甲") + run("乙", "<w:strike/>")), STRUCK["deleted"])))
    document = read(body, "company_name")
    (found,) = document.controls
    assert (found.text, found.struck, found.cell) == ("甲", "乙", "T1R1C1")
    assert document.answering["T1R1C1"] == ("名甲", "名")


def test_struck_text_outside_of_tables(read: Read) -> None:
    document = read(paragraph("新", STRUCK["once"]) + paragraph(STRUCK["deleted"]))
    assert (document.prose, document.struck) == (("新",), ("旧", "旧"))


# -- comments, text boxes, pictures, notes, other formats ------------------------------------------

COMMENTS = part(f'<w:comment w:id="7">{paragraph("改为 30")}{paragraph("以此为准")}</w:comment>', "w:comments")
COMMENTED = '<w:r><w:commentReference w:id="7"/></w:r>'
WITH_COMMENTS = {"parts": {"comments.xml": COMMENTS}, "relations": {"comments.xml": "comments"}}


def test_a_comment_stands_on_its_cell_or_on_the_document(read: Read) -> None:
    body = paragraph("前", COMMENTED) + table(row(paragraph("20", COMMENTED)))
    document = read(body, **WITH_COMMENTS)
    assert only_cell(document) == Cell("20", note="改为 30\n以此为准")
    assert document.notes == ("改为 30\n以此为准",)


def test_a_comment_on_an_empty_cell_is_kept(read: Read) -> None:
    assert only_cell(read(table(row(paragraph(COMMENTED))), **WITH_COMMENTS)) == Cell("", note="改为 30\n以此为准")


BOX = (
    "<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx></w:drawing>"
    "</mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></w:pict></mc:Fallback>"
    "</mc:AlternateContent></w:r>"
)
PICTURE = "<w:r><w:drawing><pic:pic/></w:drawing></w:r>"
OLD_PICTURE = "<w:r><w:pict><v:shape><v:imagedata/></v:shape></w:pict></w:r>"
LINE = "<w:r><w:pict><v:rect/></w:pict></w:r>"


def test_text_boxes_and_pictures_lie_over_their_cells(read: Read) -> None:
    box = BOX.format(*[paragraph("框") + paragraph("里")] * 2)
    document = read(table(row("名", paragraph("甲", box, PICTURE, OLD_PICTURE, LINE))))
    (grid,) = document.tables
    assert grid.floating == (Floating(1, 2, "框\n里"), Floating(1, 2), Floating(1, 2))
    assert [one.text for _, one in cells(grid.rows)] == ["名", "甲"]


def test_outside_of_tables_text_boxes_are_paragraphs_and_pictures_are_counted(read: Read) -> None:
    document = read(paragraph("甲", BOX.format(*[paragraph("框")] * 2), PICTURE))
    assert (document.prose, document.pictures) == (("甲", "框"), 1)


def test_a_table_in_a_text_box_is_a_table(read: Read) -> None:
    document = read(paragraph(BOX.format(*[table(row("公司名称", "甲")) + paragraph("")] * 2)))
    assert [[one.text for _, one in cells(grid.rows)] for grid in document.tables] == [["公司名称", "甲"]]


def test_footnotes_are_read_after_the_text(read: Read) -> None:
    notes = part(
        f'<w:footnote w:type="separator">{paragraph("——")}</w:footnote><w:footnote w:id="1">{paragraph("注")}</w:footnote>',
        "w:footnotes",
    )
    document = read(paragraph("甲"), parts={"footnotes.xml": notes}, relations={"footnotes.xml": "footnotes"})
    assert document.prose == ("甲", "注")


PAGE = "<!DOCTYPE html><html><head><title>t</title></head><style>p{}</style><body><p>公司名称</p><td>甲 &amp; 乙<script>x<y</script></body>"


def test_a_web_page_put_into_the_text_is_read_as_paragraphs(read: Read) -> None:
    body = paragraph("前") + '<w:altChunk r:id="r1"/>'
    document = read(body, parts={"chunk.htm": PAGE}, relations={"chunk.htm": "aFChunk"})
    assert document.prose == ("前", "公司名称", "甲 & 乙")


def test_a_part_of_another_format_is_named(read: Read) -> None:
    body = paragraph("前") + '<w:altChunk r:id="r1"/>'
    document = read(body, parts={"chunk.rtf": "{\\rtf1 甲}"}, relations={"chunk.rtf": "aFChunk"})
    assert document.prose == ("前", "word/chunk.rtf")


@pytest.mark.parametrize(
    ("name", "said"), [("chunk.htm", "a web page (HTML)"), ("chunk.rtf", "a file of another format")]
)
def test_a_document_that_holds_nothing_else_is_told_so(tmp_path: Path, kit: Kit, name: str, said: str) -> None:
    path = word_file(tmp_path / "a.docx", '<w:altChunk r:id="r1"/>', {name: PAGE}, {name: "aFChunk"})
    told = refusal(path, kit)
    assert f"all that it shows is {said} put into it" in told
    assert "open it in Word and save it again" in told


def test_a_control_around_a_whole_cell_has_its_address(read: Read) -> None:
    body = table(f"<w:tr>{cell('名')}{control('company_name', cell('甲'))}</w:tr>")
    document = read(body, "company_name")
    (found,) = document.controls
    assert (found.text, found.cell) == ("甲", "T1R1C2")
    assert document.answering == {"T1R1C2": ("甲", "")}


# -- what it may ask for ---------------------------------------------------------------------------


def test_text_longer_than_a_cell_is_cut(read: Read) -> None:
    long = "字" * 40_000
    document = read(table(row(paragraph(control("company_name", run(long))))), "company_name")
    assert only_cell(document)[:2] == (long[:32_767], "text-cut")
    assert document.controls[0][:2] == ("company_name", long[:32_767])
    assert document.controls[0].fault == "text-cut"


#: Each is made where it is used: what stands in a module stays in every process that collects tests.
ASKING: dict[str, Callable[[], tuple[str, ...]]] = {
    "tables": lambda: (table(row("甲")) * 2_001, "more than 2,000 tables"),
    "cells": lambda: (table(row(*["甲"] * 900) * 34), "more than 30,000 cells"),
    "paragraphs": lambda: (paragraph("甲") * 50_001, "more than 50,000 paragraphs outside of tables"),
    "columns": lambda: (table(row(*["甲"] * 1_000)), "more than 1,000 columns"),
    "columns spanned": lambda: (
        table("<w:tr>" + cell("甲", '<w:gridSpan w:val="63"/>') * 17 + "</w:tr>"), "more than 1,000 columns",
    ),
    "comments": lambda: (table(row("甲")), "more than 10,000 comments", part("<w:comment/>" * 10_001, "w:comments")),
    "controls": lambda: (control("company_name", run("甲")) * 5_001, "more than 5,000 controls"),
    "controls in controls": lambda: (
        paragraph(('<w:sdt><w:sdtPr><w:tag w:val="company_name"/></w:sdtPr><w:sdtContent>' + run("甲")) * 30
        + "</w:sdtContent></w:sdt>" * 30), "controls are nested more than 20 deep",
    ),
    "tables in tables": lambda: ("<w:tbl><w:tr><w:tc>" * 90 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 90, "nested more than 200 deep"),
    "wrappers": lambda: ("<w:smartTag>" * 500 + paragraph("甲") + "</w:smartTag>" * 500, "nested more than 200 deep"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKING)
def test_there_is_a_budget_of(tmp_path: Path, kit: Kit, name: str) -> None:
    body, said, *comments = ASKING[name]()
    parts = dict(zip(["comments.xml"], comments, strict=False))
    assert said in refusal(word_file(tmp_path / "a.docx", body, parts, dict.fromkeys(parts, "comments")), kit)


def test_there_is_a_budget_of_characters(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx_body, "_MOST_TEXT", 1_000)
    assert "more than 1,000 characters" in refusal(word_file(tmp_path / "a.docx", paragraph("字" * 1_001)), kit)


@pytest.mark.parametrize("kind", ["header", "footer", "comments", "styles", "footnotes"])
def test_all_parts_share_one_budget(tmp_path: Path, kit: Kit, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "WHOLE_TREES", 100_000)
    path = word_file(tmp_path / "a.docx", table(row("甲")), {"x.xml": part("<a/>" * 1_000)}, {"x.xml": kind})
    assert "bytes in elements of XML" in refusal(path, kit)
    monkeypatch.setattr(budgets, "WHOLE_TREES", 1_000_000)
    monkeypatch.setattr(budgets, "WHOLE_PARTS", 4_000)
    assert "bytes in parts that are read whole" in refusal(path, kit)


def test_a_header_that_nothing_refers_to_is_not_read(tmp_path: Path, kit: Kit) -> None:
    path = word_file(tmp_path / "a.docx", table(row("甲")), {"header1.xml": "<!DOCTYPE a><a/>"})
    assert "no table of the document holds an intake" in refusal(path, kit)


def test_text_in_nested_controls_is_gone_through_once(tmp_path: Path, kit: Kit) -> None:
    """Controls that are none of the kit's, one inside another, with text in each: work grows as the text does."""

    def work(depth: int) -> int:
        body = paragraph(("<w:sdt><w:sdtContent>" + run("字")) * depth + "</w:sdtContent></w:sdt>" * depth)
        path = word_file(tmp_path / f"{depth}.docx", body * 20)
        calls = 0

        def count(*_: object) -> None:
            nonlocal calls
            calls += 1

        sys.setprofile(count)
        try:
            read_document(path)
        finally:
            sys.setprofile(None)
        return calls

    assert work(60) < 3 * work(30)


def test_the_texts_of_a_page_are_found_in_one_pass() -> None:
    page = b"<" * 200_000 + b"<!--" * 50_000 + b"<p>x"
    assert list(docx_text.page_texts(page)) == ["x"]


@pytest.mark.parametrize("name", ["form.docm", "form.dotx", "form.dotm"])
def test_word_files_of_other_suffixes(tmp_path: Path, kit: Kit, name: str) -> None:
    types = {
        "form.docm": "application/vnd.ms-word.document.macroEnabled.main+xml",
        "form.dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
        "form.dotm": "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    }
    path = word_file(tmp_path / name, table(row("甲")))
    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for one, content in parts.items():
            usual = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
            archive.writestr(one, content.replace(usual, types[name].encode()))
    assert "no table of the document holds an intake" in refusal(path, kit)
