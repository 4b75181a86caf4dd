"""The engine of Word templates: what a template may say, and what comes out of it."""

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
from docx.oxml.ns import qn
from lxml import etree

from docgen.errors import KitError
from docgen.model.display import Missing, Shown
from docgen.template import marks, word
from docgen.template.context_types import ANYTHING, Names

NAMES = Names(dict.fromkeys(("name", "count", "fee", "fields", "note"), ANYTHING))
Build = Callable[..., Path]


@pytest.fixture
def template(tmp_path: Path) -> Build:
    """A Word template of these paragraphs; a paragraph given as a list is split into runs."""

    def build(*paragraphs: str | list[str], header: str = "", table: list[list[str]] | None = None) -> Path:
        document = words.blank()
        for paragraph in paragraphs:
            added = document.add_paragraph()
            for run in [paragraph] if isinstance(paragraph, str) else paragraph:
                added.add_run(run)
        if header:
            document.sections[0].header.paragraphs[0].add_run(header)
        if table:
            grid = document.add_table(len(table), len(table[0]))
            for row, texts in zip(grid.rows, table, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
        path = tmp_path / "template.docx"
        document.save(str(path))
        return path

    return build


def rendered(path: Path, **context: Any) -> tuple[Document, tuple[str, ...]]:
    made = word.render(word.compile_template(path, NAMES), context)
    return docx.Document(io.BytesIO(made.content)), made.pending


def texts(document: Document) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def problems(path: Path) -> list[str]:
    with pytest.raises(KitError) as caught:
        word.compile_template(path, NAMES)
    return caught.value.problems


def test_values_come_out_as_text(template: Build) -> None:
    hostile = "<w:t>&amp; {{ 7*7 }} ]]> \"'"
    document, _ = rendered(template("A {{ name }} B"), name=Shown(hostile, hostile))
    assert texts(document) == [f"A {hostile} B"]


def test_line_breaks_in_values_are_words_own(template: Build) -> None:
    document, _ = rendered(template("{{ note }}"), note=Shown("a", "一\n二"))
    assert texts(document) == ["一\n二"]
    assert len(document.element.body.findall(".//" + qn("w:br"))) == 1


def test_marks_in_values_are_no_marks(template: Build) -> None:
    document, pending = rendered(template("{{ name }}"), name=Shown("a", "x\ufdd0y\ufdd1z\ufdd2"))
    assert texts(document) == ["xyz"]
    assert pending == ()


def test_tags_split_by_formatting_are_healed(template: Build) -> None:
    document, _ = rendered(template(["甲方：{", "{ na", "me }", "}。"]), name=Shown("a", "甲"))
    assert texts(document) == ["甲方：甲。"]


def test_conditions_take_their_paragraphs_away(template: Build) -> None:
    path = template("{%p if fee is given %}", "有费用 {{ fee }}", "{%p else %}", "无费用", "{%p endif %}", "尾")
    assert texts(rendered(path, fee=Missing("费用"))[0]) == ["无费用", "尾"]
    assert texts(rendered(path, fee=Shown(1, "1.00"))[0]) == ["有费用 1.00", "尾"]


def test_a_missing_value_is_highlighted_alone_and_listed_once(template: Build) -> None:
    path = template("金额 {{ fee }} 元，再写 {{ fee }}；{{ count }}", header="编号 {{ name }}")
    missing = {"fee": Missing("费用 & 税"), "count": Missing("个数", pending=False), "name": Missing("编号")}
    document, pending = rendered(path, **missing)
    (paragraph,) = document.paragraphs
    assert paragraph.text == "金额 【待定：费用 & 税】 元，再写 【待定：费用 & 税】；—"
    marked = [run.text for run in paragraph.runs if run.font.highlight_color is not None]
    assert marked == ["【待定：费用 & 税】"] * 2
    assert "" not in [run.text for run in paragraph.runs]
    assert set(pending) == {"费用 & 税", "编号"}
    assert document.sections[0].header.paragraphs[0].text == "编号 【待定：编号】"


def test_a_missing_value_in_the_files_properties_is_text(tmp_path: Path) -> None:
    path = tmp_path / "template.docx"
    document = words.blank()
    document.core_properties.title = "合同 {{ name }} 草稿"
    document.save(str(path))
    made, pending = rendered(path, name=Missing("编号"))
    assert made.core_properties.title == "合同 【待定：编号】 草稿"
    assert pending == ("编号",)


@pytest.mark.slow
@pytest.mark.parametrize(
    "tag",
    [
        "{{ fee ~ '号' }}", "{{ fee | upper }}号", "{{ fee | trim | replace('a', 'b') ~ '号' }}", "{{ (fee | title) ~ '号' }}",
        "{{ fee | truncate(3) }}号", "{% set x = fee ~ '号' %}{{ x }}",
    ],
)  # fmt: skip
def test_a_missing_value_is_marked_whatever_is_made_of_it(template: Build, tag: str) -> None:
    document, pending = rendered(template(f"编号 {tag}"), fee=Missing("费用 & 税"))
    (paragraph,) = document.paragraphs
    assert paragraph.text == "编号 【待定：费用 & 税】号"
    assert [run.text for run in paragraph.runs if run.font.highlight_color is not None] == ["【待定：费用 & 税】"]
    assert pending == ("费用 & 税",)
    assert texts(rendered(template(f"编号 {tag}"), fee=Shown("ab", "ab"))[0])[0].startswith("编号 ")


def test_the_highlight_stands_where_the_schema_wants_it() -> None:
    xml = (
        '<w:r><w:rPr><w:b/><w:sz w:val="20"/><w:u w:val="single"/></w:rPr>'
        '<w:t xml:space="preserve">\ufdd0费\ufdd1</w:t></w:r>'
    )
    pending: dict[str, None] = {}
    marked = marks.mark_pending(xml, pending)
    assert '<w:sz w:val="20"/><w:highlight w:val="yellow"/><w:u w:val="single"/>' in marked
    assert list(pending) == ["费"]
    assert marked.count("<w:r>") == 1


def test_rows_repeat_and_merge_where_the_template_says(template: Build) -> None:
    table = [
        ["{%tr for field in fields %}", ""],
        ["{% vmerge field.first %}{% if field.first %}{{ field.group }}{% endif %}", "{{ field.label }}"],
        ["{%tr endfor %}", ""],
    ]
    rows = [
        {"group": "联系", "first": True, "label": "姓名"},
        {"group": "联系", "first": False, "label": "手机"},
        {"group": "号码", "first": True, "label": "个数"},
    ]
    document, _ = rendered(template(table=table), fields=rows)
    (grid,) = document.tables
    assert [cell.text for cell in grid.columns[1].cells] == ["姓名", "手机", "个数"]
    assert [cell.text for cell in grid.columns[0].cells] == ["联系", "联系", "号码"]
    for properties in document.element.body.iter(qn("w:tcPr")):
        order = [etree.QName(child).localname for child in properties]
        assert order == [name for name in ("tcW", "gridSpan", "vMerge", "shd", "vAlign") if name in order]


def test_cells_that_docxtpl_marks_are_merged(template: Build) -> None:
    """`{% vm %}` is docxtpl's own: the cells of all rows that a loop makes are one."""
    table = [["{%tr for field in fields %}", ""], ["{% vm %}{{ name }}", "{{ field }}"], ["{%tr endfor %}", ""]]
    document, _ = rendered(template(table=table), fields=["一", "二"], name=Shown("a", "甲"))
    (grid,) = document.tables
    assert [[cell.text for cell in row.cells] for row in grid.rows] == [["甲", "一"], ["甲", "二"]]
    assert grid.cell(0, 0)._tc is grid.cell(1, 0)._tc


def test_comments_between_paragraphs_are_no_markup(template: Build) -> None:
    path = template("{%p if name %}", "甲", "{%p endif %}")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"</w:p>", b"</w:p><!-- <w:p></w:p> -->", 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert texts(rendered(path, name=Shown("a", "甲"))[0]) == ["甲"]


def test_equal_input_gives_equal_bytes(template: Build) -> None:
    path = template("{{ name }}")
    compiled = word.compile_template(path, NAMES)
    first = word.render(compiled, {"name": Shown("a", "a")})
    second = word.render(compiled, {"name": Shown("a", "a")})
    assert first.content == second.content


def test_parts_without_tags_are_copied(template: Build) -> None:
    path = template("{{ name }}")
    made = word.render(word.compile_template(path, NAMES), {"name": Shown("a", "a")})
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(io.BytesIO(made.content)) as after:
        assert before.namelist() == after.namelist()
        for name in before.namelist():
            if name != "word/document.xml":
                assert before.read(name) == after.read(name)


@pytest.mark.parametrize(
    ("paragraph", "said"),
    [
        ("甲方 {{ nmae }}", "unknown name 'nmae' (did you mean 'name'?)"),
        ("{% if name %}甲", "is not closed: {% endif %} is missing"),
        ("{{ name | shout }}", "unknown filter 'shout'"),
        ("{{ name }", "{{ is not closed in its paragraph"),
        ("{% frob %}", "unknown tag 'frob'"),
    ],
)
def test_a_mistake_is_refused_with_its_place(template: Build, paragraph: str, said: str) -> None:
    (problem,) = problems(template("第一段", paragraph))
    assert said in problem
    assert "template.docx: word/document.xml, paragraph" in problem


def test_all_unknown_names_are_told_at_once_with_their_paragraphs(template: Build) -> None:
    found = problems(template("甲 {{ nmae }}", "乙", "丙 {{ cuont }}", header="{{ fe }}"))
    assert len(found) == 3
    assert any("paragraph 1 «甲 {{ nmae }}»" in problem for problem in found)
    assert any("paragraph 3 «丙 {{ cuont }}»" in problem for problem in found)
    assert any("word/header1.xml" in problem for problem in found)


def test_a_failing_tag_names_its_place(template: Build) -> None:
    compiled = word.compile_template(template("一", "费 {{ fee.nothing }}"), NAMES)
    with pytest.raises(KitError, match=r"paragraph 2 «费 \{\{ fee\.nothing \}\}»"):
        word.render(compiled, {"fee": Shown(1, "1")})


def test_templates_reach_nothing_but_their_names(template: Build) -> None:
    compiled = word.compile_template(template("{{ name.__class__.__mro__ }}"), NAMES)
    with pytest.raises(KitError):
        word.render(compiled, {"name": Shown("a", "a")})


def test_what_is_no_word_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "template.docx"
    path.write_bytes(b"PK nonsense")
    with pytest.raises(KitError, match="is not a Word document"):
        word.compile_template(path, NAMES)


def test_a_part_in_another_encoding_is_refused(template: Build) -> None:
    path = template("甲 {{ name }}")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts["word/document.xml"].decode("utf-8")
    parts["word/document.xml"] = re.sub("encoding='UTF-8'|encoding=\"UTF-8\"", 'encoding="UTF-16"', text).encode(
        "utf-16"
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    (problem,) = problems(path)
    assert problem == f"{path}: word/document.xml: is not UTF-8"
