"""Containers that hold what they must, tracked changes and comments that stay behind, cell properties in order."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
import words
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from docgen.errors import KitError
from docgen.template import bound_controls, containers, revisions, word
from docgen.template.context_types import ANYTHING, ContextType, Names

NAMES = Names(dict.fromkeys(("name", "rows", "yes", "no"), ANYTHING))
P = "<w:p><w:r><w:t>x</w:t></w:r></w:p>"
CELL = f"<w:tc><w:tcPr/>{P}</w:tc>"
TABLE = f"<w:tbl><w:tblPr/><w:tblGrid/><w:tr>{CELL}</w:tr></w:tbl>"

ALL = frozenset(
    {f"w:{name}" for name in ["tc", "tr", "tbl", "txbxContent", "hdr", "ftr", "footnote", "endnote", "sdtContent"]}
)
EMPTY = {
    "a cell": ("<w:tc><w:tcPr/></w:tc>", "<w:tc><w:tcPr/><w:p/></w:tc>"),
    "a cell without properties": ("<w:tc></w:tc>", "<w:tc><w:p/></w:tc>"),
    "a closed cell": ("<w:tbl><w:tr><w:tc/></w:tr></w:tbl>", "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"),
    "a cell that ends in a table": (f"<w:tc>{P}{TABLE}</w:tc>", f"<w:tc>{P}{TABLE}<w:p/></w:tc>"),
    "a cell with a bookmark": ("<w:tc><w:bookmarkEnd/></w:tc>", "<w:tc><w:bookmarkEnd/><w:p/></w:tc>"),
    "a row": (f"<w:tbl><w:tr>{CELL}</w:tr><w:tr><w:trPr/></w:tr></w:tbl>", f"<w:tbl><w:tr>{CELL}</w:tr></w:tbl>"),
    "a table": (f"{P}<w:tbl><w:tblPr/><w:tblGrid/></w:tbl>", P),
    "a table of empty rows": (f"{P}<w:tbl><w:tblPr/><w:tr><w:trPr/></w:tr></w:tbl>", P),
    "a cell with a table without rows": (f"<w:tc>{P}<w:tbl><w:tblPr/></w:tbl></w:tc>", f"<w:tc>{P}</w:tc>"),
    "a text box": ("<w:txbxContent></w:txbxContent>", "<w:txbxContent><w:p/></w:txbxContent>"),
    "a header": ('<w:hdr xmlns:w="w"></w:hdr>', '<w:hdr xmlns:w="w"><w:p/></w:hdr>'),
    "a footer": ("<w:ftr> </w:ftr>", "<w:ftr> <w:p/></w:ftr>"),
    "a footnote": (
        "<w:footnotes><w:footnote></w:footnote></w:footnotes>",
        "<w:footnotes><w:footnote><w:p/></w:footnote></w:footnotes>",
    ),
    "an endnote": (
        "<w:endnotes><w:endnote></w:endnote></w:endnotes>",
        "<w:endnotes><w:endnote><w:p/></w:endnote></w:endnotes>",
    ),
    "a control of paragraphs": (
        "<w:body><w:sdt><w:sdtPr/><w:sdtContent></w:sdtContent></w:sdt></w:body>",
        "<w:body><w:sdt><w:sdtPr/><w:sdtContent><w:p/></w:sdtContent></w:sdt></w:body>",
    ),
    "a control in a line": (
        "<w:p><w:sdt><w:sdtContent/></w:sdt></w:p>",
        "<w:p><w:sdt><w:sdtContent><w:r/></w:sdtContent></w:sdt></w:p>",
    ),
    "a control around rows": (
        f"<w:tbl><w:tr>{CELL}</w:tr><w:sdt><w:sdtPr/><w:sdtContent></w:sdtContent></w:sdt></w:tbl>",
        f"<w:tbl><w:tr>{CELL}</w:tr></w:tbl>",
    ),
    "a control around a cell": (
        f"<w:tr>{CELL}<w:sdt><w:sdtContent></w:sdtContent></w:sdt></w:tr>",
        f"<w:tr>{CELL}</w:tr>",
    ),
}


def filled_of(xml: str) -> str:
    return containers.filled(xml.encode(), ALL).decode()


def faults_of(xml: str) -> list[str]:
    return list(containers.faults(xml.encode()))


@pytest.mark.parametrize(("rendered", "filled"), EMPTY.values(), ids=EMPTY)
def test_what_a_condition_empties_holds_what_it_must(rendered: str, filled: str) -> None:
    assert faults_of(rendered)
    assert filled_of(rendered) == filled
    assert not faults_of(filled)


def test_sound_markup_comes_back_as_it_is() -> None:
    sound = f"<w:body>{P}{TABLE}{P}<w:sdt><w:sdtContent>{P}</w:sdtContent></w:sdt><w:sectPr/></w:body>"
    assert containers.filled(sound.encode(), ALL).decode() == sound
    assert not faults_of(sound)


BLOCKS = st.recursive(
    st.sampled_from([P, "<w:p/>", "<w:bookmarkEnd/>", ""]),
    lambda inner: st.lists(inner, max_size=3).flatmap(
        lambda parts: st.sampled_from(
            [
                f"<w:tbl><w:tblPr/><w:tr><w:tc>{''.join(parts)}</w:tc></w:tr></w:tbl>",
                f"<w:tbl><w:tblPr/>{'<w:tr/>' * len(parts)}</w:tbl>",
                f"<w:tbl><w:tr>{''.join(f'<w:tc>{part}</w:tc>' for part in parts)}</w:tr></w:tbl>",
                f"<w:sdt><w:sdtContent>{''.join(parts)}</w:sdtContent></w:sdt>",
                f"<w:p><w:r><w:txbxContent>{''.join(parts)}</w:txbxContent></w:r></w:p>",
            ]
        )
    ),
    max_leaves=12,
)


def texts(xml: str) -> str:
    return "".join(map(str, etree.fromstring(xml).itertext()))


@given(st.lists(BLOCKS, max_size=4).map("".join))
def test_whatever_is_filled_is_sound_and_loses_no_text(body: str) -> None:
    xml = f'<w:body xmlns:w="w">{body}</w:body>'
    filled = filled_of(xml)
    assert not faults_of(filled)
    assert texts(filled) == texts(xml)
    assert filled_of(filled) == filled


# -- tracked changes and comments --------------------------------------------------------------------

MARK = 'w:id="1" w:author="某某" w:date="2026-01-01T00:00:00Z"'
ACCEPTED = {
    "inserted": (f"<w:p><w:ins {MARK}><w:r><w:t>新</w:t></w:r></w:ins></w:p>", "<w:p><w:r><w:t>新</w:t></w:r></w:p>"),
    "deleted": (f"<w:p><w:del {MARK}><w:r><w:delText>旧</w:delText></w:r></w:del>{P}</w:p>", f"<w:p>{P}</w:p>"),
    "moved": (
        f"<w:p><w:moveFrom {MARK}><w:r><w:t>a</w:t></w:r></w:moveFrom><w:moveTo {MARK}><w:r><w:t>a</w:t></w:r></w:moveTo></w:p>",
        "<w:p><w:r><w:t>a</w:t></w:r></w:p>",
    ),
    "another look": (
        f"<w:rPr><w:b/><w:rPrChange {MARK}><w:rPr><w:i/></w:rPr></w:rPrChange></w:rPr>",
        "<w:rPr><w:b/></w:rPr>",
    ),
    "a paragraph's former style": (
        f'<w:pPr><w:jc w:val="left"/><w:pPrChange {MARK}><w:pPr/></w:pPrChange></w:pPr>',
        '<w:pPr><w:jc w:val="left"/></w:pPr>',
    ),
    "a deleted paragraph": (
        f"{P}<w:p><w:pPr><w:rPr><w:del {MARK}/></w:rPr></w:pPr><w:del {MARK}><w:r><w:delText>旧</w:delText></w:r></w:del></w:p>",
        P,
    ),
    "a deleted row": (f"<w:tr><w:trPr><w:del {MARK}/></w:trPr>{CELL}</w:tr><w:tr>{CELL}</w:tr>", f"<w:tr>{CELL}</w:tr>"),
    "a comment": (
        '<w:p><w:commentRangeStart w:id="0"/><w:r><w:t>甲</w:t></w:r><w:commentRangeEnd w:id="0"/>'
        '<w:r><w:commentReference w:id="0"/></w:r></w:p>',
        "<w:p><w:r><w:t>甲</w:t></w:r></w:p>",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("tracked", "clean"), ACCEPTED.values(), ids=ACCEPTED)
def test_tracked_changes_count_as_accepted(tracked: str, clean: str) -> None:
    assert revisions.accepted(tracked) == clean
    assert revisions.accepted(clean) is clean


@pytest.fixture
def template(tmp_path: Path) -> Callable[..., Path]:
    def build(change: Callable[[Document], object]) -> Path:
        document = words.blank()
        change(document)
        document.save(str(tmp_path / "t.docx"))
        return tmp_path / "t.docx"

    return build


def body(path: Path, **context: Any) -> Any:
    return docx.Document(io.BytesIO(word.render(word.compile_template(path, NAMES), context).content)).element.body


def test_comments_do_not_reach_a_document(template: Callable[..., Path]) -> None:
    def comment(document: Document) -> None:
        run = document.add_paragraph().add_run("{{ name }}")
        document.add_comment(run, text="内部意见", author="某某")

    path = template(comment)
    (about,) = word.examine_word(path, NAMES)
    assert [str(remark) for remark in about.examined.remarks] == [
        f"note: {path}: word/document.xml: 1 comments do not reach the documents made of this template"
    ]
    made = word.render(word.compile_template(path, NAMES), {"name": "甲"})
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert not any("comment" in name for name in archive.namelist())
        texts = b"".join(archive.read(name) for name in archive.namelist())
    assert b"comments" not in re.sub(rb"<w:style .*?</w:style>", b"", texts, flags=re.DOTALL)
    assert "内部意见".encode() not in texts
    docx.Document(io.BytesIO(made.content))


# -- cells -------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "properties", ["", "<w:tcPr/>", '<w:tcPr><w:tcW w:w="900" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>']
)
@pytest.mark.parametrize(
    ("tag", "property_", "value"),
    [
        ("{% vmerge yes %}", "w:vMerge", "restart"),
        ("{% colspan 2 %}", "w:gridSpan", "2"),
        ("{% cellbg 'FFEEDD' %}", "w:shd", "clear"),
    ],
    ids=["vmerge", "colspan", "cellbg"],
)  # fmt: skip
def test_cell_properties_come_in_the_order_of_the_schema(
    template: Callable[..., Path], properties: str, tag: str, property_: str, value: str
) -> None:
    def table(document: Document) -> None:
        grid = document.add_table(1, 1)
        cell = grid.rows[0].cells[0]
        cell.text = tag + "甲"
        element = cell._tc
        element.remove(element.tcPr)
        if properties:
            element.insert(0, parse_xml(properties.replace("<w:tcPr", f"<w:tcPr {nsdecls('w')}", 1)))

    made = body(template(table), yes=True).find(".//" + qn("w:tc"))
    order = ["tcW", "gridSpan", "vMerge", "shd", "vAlign"]
    names = [etree.QName(child).localname for child in made.find(qn("w:tcPr"))]
    assert names == sorted(names, key=order.index)
    assert made.find(f"{qn('w:tcPr')}/{qn(property_)}").get(qn("w:val")) == value
    assert [text.text for text in made.iter(qn("w:t"))] == ["甲"]


# -- parts -------------------------------------------------------------------------------------------


def renamed(path: Path, old: str, new: str) -> Path:
    """The file with one part under another name, everywhere."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    short = (old.rpartition("/")[2].encode(), new.rpartition("/")[2].encode())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            if name.endswith((".rels", "[Content_Types].xml")):
                content = content.replace(b"/" + short[0], b"/" + short[1]).replace(b'"' + short[0], b'"' + short[1])
            own = name.replace(f"_rels/{short[0].decode()}.rels", f"_rels/{short[1].decode()}.rels")
            archive.writestr(new if name == old else own, content)
    return path


BINDING = '<w:dataBinding w:xpath="/a" w:storeItemID="{0}"/>'
HINT = "<w:showingPlcHdr/>"


def control(content: str, *properties: str) -> str:
    return f"<w:sdt><w:sdtPr><w:tag/>{''.join(properties)}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


@pytest.mark.parametrize(
    ("written", "unbound"),
    [
        (control("{{ name }}", BINDING), control("{{ name }}")),
        (control("{{ name }}", HINT, BINDING), control("{{ name }}")),
        (control("<w:t>{</w:t><w:t>% if yes %}</w:t>", HINT), control("<w:t>{</w:t><w:t>% if yes %}</w:t>")),
        (control("单击此处", HINT), control("单击此处", HINT)),
        (control("标题", BINDING), control("标题", BINDING)),
        (control(control("{{ name }}", HINT), BINDING), control(control("{{ name }}"))),
        (control("标题", BINDING) + control("{{ name }}", HINT), control("标题", BINDING) + control("{{ name }}")),
        (control("{{ name }}" + control("标题", BINDING)), control("{{ name }}" + control("标题", BINDING))),
    ],
    ids=["bound", "both", "torn tag", "hint without tag", "bound without tag", "nested", "beside", "other one inside"],
)
def test_no_control_replaces_a_value(written: str, unbound: str) -> None:
    assert bound_controls.unbound(written) == unbound


def test_a_document_keeps_the_values_in_bound_controls(template: Callable[..., Path]) -> None:
    def bound(document: Document) -> None:
        held = control('<w:r xml:space="preserve"><w:t>{{ name }}</w:t></w:r>', HINT, BINDING)
        paragraph = parse_xml(f"<w:p {nsdecls('w')}>{held}</w:p>")
        document.element.body.insert(0, paragraph)

    made = etree.tostring(body(template(bound), name="甲"), encoding="unicode")
    assert re.search(r"<w:sdtContent><w:r[^>]*><w:t[^>]*>甲<", made)
    assert "dataBinding" not in made
    assert "showingPlcHdr" not in made


def test_the_main_part_may_have_any_name(template: Callable[..., Path]) -> None:
    path = renamed(template(lambda d: d.add_paragraph("{{ name }}")), "word/document.xml", "word/document2.xml")
    made = word.render(word.compile_template(path, NAMES), {"name": "甲"})
    assert made.main == "word/document2.xml"
    assert docx.Document(io.BytesIO(made.content)).paragraphs[0].text == "甲"


def test_a_header_may_have_any_name(template: Callable[..., Path]) -> None:
    def header(document: Document) -> None:
        document.sections[0].header.paragraphs[0].add_run("{{ name }}")

    path = renamed(template(header), "word/header1.xml", "word/kopf.xml")
    made = docx.Document(io.BytesIO(word.render(word.compile_template(path, NAMES), {"name": "甲"}).content))
    assert made.sections[0].header.paragraphs[0].text == "甲"


# -- what authors mean -------------------------------------------------------------------------------

KNOWN = Names({"company_name": ContextType(meaning="公司名称")})


def problems(path: Path) -> list[str]:
    with pytest.raises(KitError) as caught:
        word.compile_template(path, KNOWN)
    return [problem.partition(": ")[2] for problem in caught.value.problems]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{{ 公司名称 }}", "unknown name '公司名称' (write 'company_name')"),
        ("{{ company_name | 大写 }}", "unknown filter '大写' (write 'rmb')"),
        ("{% if company_name = 'x' %}甲{% endif %}", "(compare with ==)"),
        ("甲方：{company_name}", "{company_name} is printed as it is (write {{ company_name }} to print the value)"),
        ("甲方：{公司名称}", "(write {{ company_name }} to print the value)"),
        ("甲方：«company_name»", "«company_name» is printed as it is"),
        ("甲方：${company_name}", "${company_name} is printed as it is"),
        ("甲方：<<company_name>>", "<<company_name>> is printed as it is"),
        ("期限{%- if company_name %}两年{% endif %}", "{%- takes «期限» before it away (write {% without the hyphen)"),
        ("{% if company_name -%}两年", "-%} takes «两年» after it away"),
    ],
    ids=["label", "filter", "equals", "brace", "label in a brace", "mail merge", "dollar", "angles", "minus", "minus behind"],
)  # fmt: skip
def test_what_was_meant_is_told(template: Callable[..., Path], written: str, said: str) -> None:
    def change(document: Document) -> None:
        document.add_paragraph(written)
        if "-%}" in written:
            document.add_paragraph("{% endif %}")

    found = problems(template(change))
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    "written",
    ["{%p- if company_name %}", "{%p -if company_name %}", "{%p-if company_name %}", "{%- p if company_name %}", "{%-p if company_name %}", "{%p if company_name -%}",
     "{%p+ if company_name %}", "{%p if company_name +%}"],
)  # fmt: skip
def test_a_hyphen_beside_a_letter_is_refused_with_what_to_write(template: Callable[..., Path], written: str) -> None:
    """docxtpl knows no such tag, or takes the paragraph beside it away."""

    def change(document: Document) -> None:
        for text in ("甲", written, "乙", "{%p endif %}", "丙"):
            document.add_paragraph(text)

    (found,) = problems(template(change))
    assert f"«{written}»: a tag of kind {{%p has no hyphen (write {{%p if company_name %}})" in found


def test_a_hyphen_that_only_joins_paragraphs_is_right(template: Callable[..., Path]) -> None:
    def change(document: Document) -> None:
        document.add_paragraph("甲")
        document.add_paragraph("{%- if company_name %}乙{% endif %}")

    made = word.render(word.compile_template(template(change), KNOWN), {"company_name": "x"})
    assert [p.text for p in docx.Document(io.BytesIO(made.content)).paragraphs] == ["甲乙"]


def test_other_words_between_marks_are_text(template: Callable[..., Path]) -> None:
    path = template(lambda document: document.add_paragraph("{见附件} «通信» ${x}"))
    made = word.render(word.compile_template(path, KNOWN), {"company_name": "x"})
    assert docx.Document(io.BytesIO(made.content)).paragraphs[0].text == "{见附件} «通信» ${x}"
