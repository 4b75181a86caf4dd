"""Word documents as sources: our form by its controls, and by labels when an editor has dropped them;
the old table of somebody's own making; whatever else people do to a document."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import DATE, GOOD, ROOT, Run
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from queries import NS, W14, W
from tables import SOURCE_FORM, document, form_text

from docgen import values
from docgen.documents.form import render_form
from docgen.extract.source import read
from docgen.kit import kits
from docgen.model.intake import UNREAD, Answers, Chosen, Level, Origin, Value
from docgen.model.kit import Field, FieldType, Kit
from docgen.rules.normalize import normalize
from docgen.values import choices

#: What the old table's customer answers; its table asks for nothing else.
OLD = {key: text for key, text in GOOD.items() if f"{{{key}}}" in SOURCE_FORM}


def understood(path: Path, kit: Kit) -> Mapping[str, Value]:
    """The values of the one intake that the document holds; nothing in it may be left over."""
    (answers,) = read(path, kit).intakes
    assert answers.unrecognised == ()
    return normalize(answers, kit, "form.docx").values


def read_answer(path: Path, kit: Kit, key: str) -> str:
    """What the one intake of the document answers to the field, as written."""
    (answers,) = read(path, kit).intakes
    return answers.fields[key].written


def expected(kit: Kit, written: Mapping[str, str]) -> dict[str, Value | None]:
    return {key: values.parse(kit.fields[key], text).value for key, text in written.items()}


# -- editing as Word does --------------------------------------------------------------------------


def edited(path: Path, change: Callable[[Any], None], content: bytes) -> Path:
    """`content` with its body changed, written to `path`."""
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "word/document.xml":
                root = etree.fromstring(data)
                change(root)
                data = etree.tostring(root)
            target.writestr(name, data)
    return path


def control(root: Any, tag: str) -> Any:
    (found,) = root.xpath(f".//w:sdt[w:sdtPr/w:tag/@w:val='{tag}']", namespaces=NS)
    return found


def type_in(root: Any, tag: str, text: str) -> None:
    """Type over the placeholder: it goes, and a line break of the text becomes Word's."""
    sdt = control(root, tag)
    for showing in sdt.xpath("w:sdtPr/w:showingPlcHdr", namespaces=NS):
        showing.getparent().remove(showing)
    content = sdt.find("w:sdtContent", NS)
    for child in list(content):
        content.remove(child)
    run = etree.SubElement(content, f"{{{W}}}r")
    for number, line in enumerate(text.split("\n")):
        if number:
            etree.SubElement(run, f"{{{W}}}br")
        etree.SubElement(run, f"{{{W}}}t").text = line


def tick(root: Any, tag: str) -> None:
    sdt = control(root, tag)
    sdt.find("w:sdtPr/w14:checkbox/w14:checked", NS).set(f"{{{W14}}}val", "1")
    sdt.find(".//w:t", NS).text = "☒"


def test_a_form_filled_in_word_is_read(kit: Kit, tmp_path: Path) -> None:
    def fill(root: Any) -> None:
        for key, text in GOOD.items():
            if kit.fields[key].type is not FieldType.SEVERAL:
                type_in(root, key, text)
        tick(root, "industries.ecommerce")
        tick(root, "industries.other")
        type_in(root, "industries.other.text", "物流")
        tick(root, "scenarios.notification")
        tick(root, "number_types.mobile")

    found = understood(edited(tmp_path / "f.docx", fill, render_form(kit, DATE)), kit)
    written = GOOD | {"industries": "电商、其他：物流", "scenarios": "通知", "number_types": "手机号"}
    assert found == expected(kit, written)


def test_places_are_the_controls_tags_and_the_cells_of_tick_boxes(run: Run, tmp_path: Path) -> None:
    run("blank", "form", "-o", tmp_path / "f.docx")
    done = run("check", "--json", tmp_path / "f.docx")
    assert done.code == 4
    (intake,) = done.json["intakes"]
    assert (intake["sheet"], intake["row"], intake["unrecognised"]) == (None, None, [])
    cells = {finding["field"]: finding["cell"] for finding in intake["findings"]}
    assert cells["company_name"] == "company_name"
    assert re.fullmatch(r"T1R\d+C2", cells["industries"])


@pytest.mark.parametrize("prompt", ["单击或点击此处输入文字。", "Click or tap here to enter text.", "选择一项。", "  "])
def test_an_editors_own_prompt_is_no_answer(kit: Kit, tmp_path: Path, prompt: str) -> None:
    def lose_hint(root: Any) -> None:
        type_in(root, "company_name", prompt)
        type_in(root, "number_source", prompt)

    assert understood(edited(tmp_path / "f.docx", lose_hint, render_form(kit, DATE)), kit) == {}


def test_what_the_editor_says_of_a_control_is_not_trusted(kit: Kit, tmp_path: Path) -> None:
    def strip(root: Any) -> None:
        type_in(root, "company_name", "甲公司")
        properties = control(root, "company_name").find("w:sdtPr", NS)
        etree.SubElement(properties, f"{{{W}}}showingPlcHdr")
        box = control(root, "industries.bank")
        box.find(".//w:t", NS).text = "☑"
        box.find("w:sdtPr", NS).remove(box.find("w:sdtPr/w14:checkbox", NS))

    found = understood(edited(tmp_path / "f.docx", strip, render_form(kit, DATE)), kit)
    assert found == expected(kit, {"company_name": "甲公司", "industries": "银行"})


def test_text_of_other_without_its_tick_is_kept(kit: Kit, tmp_path: Path) -> None:
    def write(root: Any) -> None:
        tick(root, "industries.bank")
        type_in(root, "industries.other.text", "物流")

    found = understood(edited(tmp_path / "f.docx", write, render_form(kit, DATE)), kit)
    assert found == expected(kit, {"industries": "银行、其他：物流"})


def test_other_ticked_without_text_is_reported(run: Run, kit: Kit, tmp_path: Path) -> None:
    edited(tmp_path / "f.docx", lambda root: tick(root, "industries.other"), render_form(kit, DATE))
    (intake,) = run("check", "--json", tmp_path / "f.docx").json["intakes"]
    assert intake["values"]["industries"] is None
    assert [(f["rule"], f["level"]) for f in intake["findings"] if f["field"] == "industries"] == [("value", "invalid")]


def beside(root: Any, tag: str, text: str) -> None:
    """Write into the control's cell, behind the control."""
    run = etree.Element(f"{{{W}}}r")
    etree.SubElement(run, f"{{{W}}}t").text = text
    control(root, tag).addnext(run)


def unread(answers: Answers) -> list[tuple[str | None, str]]:
    """The cells and texts of which a finding says that they may be answers and were not read."""
    return [(note.origin.cell, note.written) for note in answers.notes if note.code == UNREAD]


def test_an_answer_beside_a_blank_control_counts_and_beside_a_filled_one_is_told(kit: Kit, tmp_path: Path) -> None:
    def write(root: Any) -> None:
        beside(root, "company_name", "甲公司")
        type_in(root, "contact_name", "王女士")
        beside(root, "contact_name", "（已离职）")
        beside(root, "number_types.mobile", "√")

    (answers,) = read(edited(tmp_path / "f.docx", write, render_form(kit, DATE)), kit).intakes
    assert answers.fields["company_name"].written == "甲公司"
    assert answers.fields["company_name"].origin.cell == "T1R2C2"
    assert answers.fields["contact_name"].written == "王女士"
    assert unread(answers) == [("T1R3C3", "（已离职）")]
    assert answers.unrecognised == ()
    assert values.parse(kit.fields["number_types"], answers.fields["number_types"].written).value is not None


@pytest.mark.parametrize(
    ("first", "second", "written", "said"),
    [
        ("", "甲公司", "甲公司", []),
        ("甲公司", "", "甲公司", []),
        ("甲公司", "甲公司", "甲公司", []),
        ("甲公司", "乙公司", "甲公司\n乙公司", [("answers-differ", Level.INVALID)]),
    ],
)
def test_of_a_row_copied_in_word_two_answers_that_differ_are_quoted_and_neither_counts(
    kit: Kit, tmp_path: Path, first: str, second: str, written: str, said: list[tuple[str, Level]]
) -> None:
    def copy(root: Any) -> None:
        type_in(root, "company_name", first)
        row = next(control(root, "company_name").iterancestors(f"{{{W}}}tr"))
        row.addnext(etree.fromstring(etree.tostring(row)))
        type_in(row.getnext(), "company_name", second)

    (answers,) = read(edited(tmp_path / "f.docx", copy, render_form(kit, DATE)), kit).intakes
    assert answers.fields["company_name"].written == written
    assert [(note.code, note.level) for note in answers.notes] == said
    assert answers.unrecognised == ()
    assert ("company_name" in normalize(answers, kit, "f.docx").values) is not bool(said)


def test_what_stands_in_a_cell_of_several_fields_is_told(kit: Kit, tmp_path: Path) -> None:
    def move(root: Any) -> None:
        control(root, "company_name").addnext(control(root, "contact_name"))
        beside(root, "company_name", "（另有一家）")

    (answers,) = read(edited(tmp_path / "f.docx", move, render_form(kit, DATE)), kit).intakes
    assert unread(answers) == [("T1R2C2", "（另有一家）")]


def test_a_box_that_shows_another_state_than_it_keeps_is_told(kit: Kit, tmp_path: Path) -> None:
    def cross(root: Any) -> None:
        tick(root, "industries.bank")
        control(root, "industries.ecommerce").find(".//w:t", NS).text = "☒"  # typed over, the state left

    (answers,) = read(edited(tmp_path / "f.docx", cross, render_form(kit, DATE)), kit).intakes
    assert answers.fields["industries"].value == Chosen(("bank", "ecommerce"))
    assert [(n.code, n.level, n.written) for n in answers.notes] == [("choice-box-unclear", Level.MANUAL, "电商")]


@pytest.mark.parametrize("typed", ["√物流", "☑银行", "物流、保险", "× 冷链", "保险"])
def test_what_is_typed_in_as_other_is_never_read_again_as_ticks_or_choices(
    kit: Kit, tmp_path: Path, typed: str
) -> None:
    def fill(root: Any) -> None:
        tick(root, "industries.ecommerce")
        tick(root, "industries.other")
        type_in(root, "industries.other.text", typed)

    found = understood(edited(tmp_path / "f.docx", fill, render_form(kit, DATE)), kit)
    assert found == {"industries": Chosen(("ecommerce",), typed)}


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("请填写营业执照上的公司全称甲公司", "甲公司", None),
        ("甲公司（请填写营业执照上的公司全称）", "甲公司", None),
        ("请填写营业执照上的公司全称：甲公司", "甲公司", None),
        ("请填写营业执照上的公司", None, "hint-remains"),
        ("请填写营业执照上的公司甲公司", None, "hint-remains"),
        ("甲公司，请填写营业执照上的公司全称，谢谢", None, "hint-remains"),
    ],
)
def test_a_hint_left_beside_an_answer_is_taken_off_whole_or_told(
    kit: Kit, tmp_path: Path, text: str, value: str | None, code: str | None
) -> None:
    path = edited(tmp_path / "f.docx", lambda root: type_in(root, "company_name", text), render_form(kit, DATE))
    (answers,) = read(path, kit).intakes
    assert normalize(answers, kit, "f.docx").values.get("company_name") == value
    assert [note.code for note in answers.notes] == ([code] if code else [])


def test_tick_boxes_outside_of_tables_are_named_by_their_tags(kit: Kit, tmp_path: Path) -> None:
    def move(root: Any) -> None:
        tick(root, "industries.ecommerce")
        paragraph = etree.SubElement(root.find("w:body", NS), f"{{{W}}}p")
        for key in ("industries", "scenarios"):
            for sdt in root.xpath(f"//w:sdt[starts-with(w:sdtPr/w:tag/@w:val, '{key}.')]", namespaces=NS):
                paragraph.append(sdt)

    (answers,) = read(edited(tmp_path / "f.docx", move, render_form(kit, DATE)), kit).intakes
    industries = answers.fields["industries"]
    assert values.parse(kit.fields["industries"], industries.written).value == Chosen(("ecommerce",))
    assert industries.origin == Origin(None, "industries.bank")


def test_a_table_that_says_to_be_endless_costs_nothing(kit: Kit, tmp_path: Path) -> None:
    def widen(root: Any) -> None:
        for span in root.xpath("//w:gridSpan", namespaces=NS):
            span.set(f"{{{W}}}val", "999999999")

    assert understood(edited(tmp_path / "f.docx", widen, render_form(kit, DATE)), kit) == {}


def test_what_a_form_template_prints_around_its_tags_is_understood(kit: Kit, tmp_path: Path) -> None:
    shutil.copytree(kit.folder, tmp_path / "kit")
    template = tmp_path / "kit" / "form.docx"
    word = Document(str(template))
    word.add_paragraph("本表共 {{ sections | length }} 部分，请逐项填写。")
    word.save(str(template))
    own = kits.load(tmp_path / "kit")
    (tmp_path / "f.docx").write_bytes(render_form(own, DATE))
    word = Document(str(tmp_path / "f.docx"))
    assert word.paragraphs[-1].text == "本表共 4 部分，请逐项填写。"
    assert understood(tmp_path / "f.docx", own) == {}
    word.add_paragraph("本表请逐项填写。")
    word.save(str(tmp_path / "g.docx"))
    (answers,) = read(tmp_path / "g.docx", own).intakes
    assert [u.text for u in answers.unrecognised] == ["本表请逐项填写。"]


def test_what_is_added_around_the_form_is_listed_and_remarks_are_told(kit: Kit, tmp_path: Path) -> None:
    (tmp_path / "f.docx").write_bytes(render_form(kit, DATE))
    word = Document(str(tmp_path / "f.docx"))
    word.add_paragraph("另：请尽快处理。")
    word.add_paragraph("2026年11月20日")
    word.tables[1].cell(0, 0).paragraphs[0].add_run("我方已完成")
    word.save(str(tmp_path / "g.docx"))
    (answers,) = read(tmp_path / "g.docx", kit).intakes
    assert [(u.sheet, u.cell, u.text) for u in answers.unrecognised] == [
        (None, "T2R1C1", "审核内容我方已完成"),
        (None, None, "2026年11月20日"),
    ]
    assert unread(answers) == [(None, "另：请尽快处理。")]


def test_another_version_of_the_kit_is_pointed_out(run: Run, kit: Kit, tmp_path: Path) -> None:
    older = replace(kit, version="0.9.0")
    (tmp_path / "f.docx").write_bytes(render_form(older, DATE))
    (intake,) = run("check", "--json", tmp_path / "f.docx").json["intakes"]
    advice = [f["message"] for f in intake["findings"] if f["rule"] == "value" and f["level"] == "advice"]
    assert len(advice) == 1
    assert "caller-number 0.9.0" in advice[0]


# -- round trip ------------------------------------------------------------------------------------

#: A single × or □ in a control is an empty box, and __ a blank to fill in: no texts.
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).filter(
    lambda text: "__" not in text and (len(text.strip()) != 1 or choices.is_ticked(text.strip()) is not False)
)


def _answers(field: Field) -> st.SearchStrategy[str]:
    """Texts that can answer the field, as somebody might write them."""
    match field.type:
        case FieldType.ONE:
            return st.sampled_from([choice.label for choice in field.choices])
        case FieldType.SEVERAL:
            labels = st.sets(st.sampled_from([choice.label for choice in field.choices])).map("、".join)
            other = LINES.map(lambda text: f"{field.other}：{text}") if field.other else st.just("")
            return st.one_of(labels, st.tuples(labels, other).map("、".join))
        case FieldType.YES_NO:
            return st.sampled_from(["是", "否"])
        case FieldType.COUNT:
            return st.integers(1, 10**15 - 1).map(str)
        case FieldType.NUMBER:
            return st.decimals(0, 10**6, places=2).map(str)
        case FieldType.MOBILE:
            return st.integers(0, 10**8 - 1).map(lambda tail: f"138{tail:08}")
        case FieldType.REGIONS:
            return st.sets(st.sampled_from(["深圳", "杭州", "北京", "江苏-昆山"]), min_size=1).map("、".join)
        case FieldType.LONG_TEXT:
            return st.lists(LINES, max_size=4).map("\n".join)
        case _:
            return LINES


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    written=st.fixed_dictionaries(
        {
            key: st.one_of(st.just(""), _answers(field))
            for key, field in kits.load(kits.find("caller-number")).fields.items()
        }
    )
)
def test_every_intake_comes_back_from_its_form(kit: Kit, tmp_path: Path, written: dict[str, str]) -> None:
    given_ = {key: value for key, value in expected(kit, written).items() if value is not None}
    path = tmp_path / "form.docx"
    path.write_bytes(render_form(kit, DATE, given_))
    assert understood(path, kit) == given_


# -- without controls ------------------------------------------------------------------------------


def stripped(root: Any) -> None:
    """What an editor does that knows no content controls: their contents stay, as text, each run cut in two."""
    for sdt in root.xpath("//w:sdt", namespaces=NS):
        parent, at = sdt.getparent(), sdt.getparent().index(sdt)
        for child in reversed(sdt.find("w:sdtContent", NS)):
            parent.insert(at, child)
        parent.remove(sdt)
    for text in root.xpath("//w:r[count(w:t) = 1 and not(w:br)]/w:t[string-length(.) > 3]", namespaces=NS):
        second: Any = etree.fromstring(etree.tostring(text.getparent()))
        second.find("w:t", NS).text = text.text[2:]
        text.text = text.text[:2]
        text.getparent().addnext(second)


@pytest.mark.slow
@pytest.mark.parametrize("sample", ["accepted", "manual", "rejected", "incomplete", "own-numbers", "own-center"])
def test_a_form_without_controls_is_read_by_its_labels(run: Run, kit: Kit, tmp_path: Path, sample: str) -> None:
    source = ROOT / "inputs" / f"{sample}.xlsx"
    (before,) = run("check", "--json", source).json["intakes"]
    run("form", source, "-o", tmp_path / "f.docx")
    edited(tmp_path / "g.docx", stripped, (tmp_path / "f.docx").read_bytes())
    (after,) = run("check", "--json", tmp_path / "g.docx").json["intakes"]
    assert after["values"] == before["values"]
    assert after["unrecognised"] == []
    assert after["verdict"] == before["verdict"]


def test_a_blank_form_without_controls_is_blank(kit: Kit, tmp_path: Path) -> None:
    assert understood(edited(tmp_path / "g.docx", stripped, render_form(kit, DATE)), kit) == {}


def test_a_form_that_has_lost_some_controls_is_read_by_both(kit: Kit, tmp_path: Path) -> None:
    given_ = {key: value for key, value in expected(kit, GOOD).items() if value is not None}

    def lose_boxes(root: Any) -> None:
        for box in root.xpath("//w:sdt[w:sdtPr/w14:checkbox]", namespaces=NS):
            box.addprevious(box.find("w:sdtContent/w:r", NS))
            box.getparent().remove(box)

    assert understood(edited(tmp_path / "g.docx", lose_boxes, render_form(kit, DATE, given_)), kit) == given_


@pytest.mark.slow
@pytest.mark.external
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_form_saved_by_libreoffice_is_read(run: Run, kit: Kit, tmp_path: Path) -> None:
    (before,) = run("check", "--json", ROOT / "inputs" / "manual.xlsx").json["intakes"]
    run("form", ROOT / "inputs" / "manual.xlsx", "-o", tmp_path / "f.docx")
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "docx"]
    subprocess.run([*command, "--outdir", tmp_path / "out", tmp_path / "f.docx"], check=True, capture_output=True)
    (after,) = run("check", "--json", tmp_path / "out" / "f.docx").json["intakes"]
    assert after["values"] == before["values"]
    assert after["unrecognised"] == []


# -- the old table ---------------------------------------------------------------------------------


def test_the_old_table_is_read_by_its_labels(kit: Kit, tmp_path: Path) -> None:
    ticked = OLD | {
        "industries": "银行 保险 电信运营商 能源 教育 通信 ☑电商 消费金融\n其他 ____",
        "number_source": "√购买新号码 使用自有号码（固号/手机号） 有自己的呼叫中心和号码资源",
        "number_types": "☑固号  手机号",
        "main_script": "第一步\n第二步",
    }
    path = document(tmp_path / "old.docx", "主叫号码对接流程\n" + form_text(ticked))
    assert understood(path, kit) == expected(kit, OLD | {"main_script": "第一步\n第二步"})


def test_places_in_the_old_table_are_table_row_and_cell(run: Run, tmp_path: Path) -> None:
    document(tmp_path / "old.docx", form_text(OLD | {"contact_mobile": "12", "daily_calls": ""}))
    (intake,) = run("check", "--json", tmp_path / "old.docx").json["intakes"]
    cells = {f["field"]: f["cell"] for f in intake["findings"] if f["level"] == "invalid"}
    assert cells == {"contact_mobile": "T1R6C3", "daily_calls": "T1R14C3"}


SYMBOL = '<w:r xmlns:w="{W}"><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'.replace("{W}", W)
PASTED = '<w:r xmlns:w="{W}"><w:rPr><w:rFonts w:ascii="Wingdings 2"/></w:rPr><w:t>R</w:t></w:r>'.replace("{W}", W)
OLD_BOX = (
    '<w:r xmlns:w="{W}"><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="{state}"/>'
    '</w:checkBox></w:ffData></w:fldChar></w:r>'
).replace("{W}", W)  # fmt: skip


def with_answer(path: Path, label: str, *parts: str) -> Path:
    """The old table with the answer to the label put together from texts and runs, as XML."""
    word = Document(str(document(path / "old.docx", form_text(OLD))))
    cell = next(row.cells[2] for row in word.tables[0].rows if row.cells[0].text.startswith(label))
    paragraph = cell.paragraphs[0]
    paragraph.text = ""
    for part in parts:
        if part.startswith("<"):
            paragraph._p.append(etree.fromstring(part))
        else:
            paragraph.add_run(part)
    word.save(str(path / "answered.docx"))
    return path / "answered.docx"


@pytest.mark.parametrize("mark", [SYMBOL, PASTED, OLD_BOX.replace("{state}", "1")])
def test_ticks_of_symbol_fonts_and_old_form_fields_count(kit: Kit, tmp_path: Path, mark: str) -> None:
    path = with_answer(tmp_path, "行业", "银行 保险 ", mark, "电商 能源")
    assert understood(path, kit)["industries"] == expected(kit, {"industries": "电商"})["industries"]


LIST = (
    '<w:r xmlns:w="{W}"><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList>{chosen}<w:listEntry w:val="购买新号码"/>'
    '<w:listEntry w:val="使用自有号码"/></w:ddList></w:ffData></w:fldChar></w:r>'
).replace("{W}", W)  # fmt: skip
CLEARED = OLD_BOX.replace("<w:default", '<w:checked w:val="0"/><w:default').replace("{state}", "1")
NO_STATE = OLD_BOX.replace('<w:default w:val="{state}"/>', "<w:sizeAuto/>")


@pytest.mark.parametrize(
    "box",
    [OLD_BOX.replace("{state}", "0"), NO_STATE, CLEARED],
)
def test_an_old_form_field_without_a_tick_is_none(kit: Kit, tmp_path: Path, box: str) -> None:
    path = with_answer(tmp_path, "行业", box, "银行 ", box, "保险")
    assert read_answer(path, kit, "industries") == "☐银行 ☐保险"
    assert "industries" not in understood(path, kit)


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ("", "购买新号码"),
        ('<w:result w:val="1"/><w:default w:val="0"/>', "使用自有号码"),
        ('<w:default w:val="1"/>', "使用自有号码"),
        ('<w:result w:val="2"/>', ""),
    ],
)
def test_an_old_list_field_is_the_entry_that_it_shows(kit: Kit, tmp_path: Path, chosen: str, shown: str) -> None:
    path = with_answer(tmp_path, "主叫号码需求", LIST.replace("{chosen}", chosen))
    assert read_answer(path, kit, "number_source") == shown


def test_deleted_and_hidden_text_is_not_read_and_inserted_text_is(kit: Kit, tmp_path: Path) -> None:
    word = Document(str(document(tmp_path / "old.docx", form_text(OLD))))
    paragraph = next(row.cells[2] for row in word.tables[0].rows if row.cells[0].text == "公司名称*").paragraphs[0]
    paragraph.text = ""
    for markup in (
        "<w:del><w:r><w:delText>旧名</w:delText></w:r></w:del>",
        "<w:ins><w:r><w:t>甲</w:t></w:r></w:ins>",
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>",
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DATE </w:instrText></w:r>',
        "<w:smartTag><w:r><w:t>公司</w:t></w:r></w:smartTag>",
    ):
        for element in etree.fromstring(f'<x xmlns:w="{W}">{markup}</x>'):
            paragraph._p.append(element)
    word.save(str(tmp_path / "tracked.docx"))
    (answers,) = read(tmp_path / "tracked.docx", kit).intakes
    assert normalize(answers, kit, "form.docx").values["company_name"] == "甲公司"
    assert [(text.cell, text.text) for text in answers.unrecognised] == [("T1R3C2", "藏")]


def test_a_form_cut_into_several_tables_is_one_intake(kit: Kit, tmp_path: Path) -> None:
    parts = re.split(r"(?=^\| (?:外呼需求|号码需求))", form_text(OLD), flags=re.MULTILINE)
    assert len(parts) == 3
    assert understood(document(tmp_path / "old.docx", "\n主叫号码对接流程\n".join(parts)), kit) == expected(kit, OLD)


def test_a_table_inside_a_cell_is_a_table_of_its_own(kit: Kit, tmp_path: Path) -> None:
    inner = Document(str(document(tmp_path / "old.docx", form_text(OLD))))
    outer = Document()
    cell = outer.add_table(1, 1).cell(0, 0)
    cell._tc.insert(1, inner.tables[0]._tbl)
    outer.save(str(tmp_path / "nested.docx"))
    (answers,) = read(tmp_path / "nested.docx", kit).intakes
    assert answers.fields["company_name"].origin.cell == "T2R3C2"


@pytest.mark.parametrize(("label", "cell"), [("职位：", "T1R4C3"), ("职位", None)])
def test_a_label_in_the_last_column_has_its_place_behind_its_colon(
    kit: Kit, tmp_path: Path, label: str, cell: str | None
) -> None:
    rows = "| 负责人信息 | 称呼* | 王女士 |\n| ^ | 职位 | 客服经理 |"
    path = document(tmp_path / "t.docx", form_text(OLD).replace(rows, f"| 称呼 | 王女士 | {label} |"))
    (answers,) = read(path, kit).intakes
    assert answers.fields["contact_name"].written == "王女士"
    title = answers.fields.get("contact_title")
    assert (title and title.origin.cell) == cell


def test_customers_in_the_rows_of_a_word_table_are_intakes(kit: Kit, tmp_path: Path) -> None:
    text = "| 公司名称 | 称呼 | 手机号 | 行业 |\n| 甲公司 | 王 | 13800138000 | 银行 |\n| 乙公司 | 李 | 13800138001 | 电商 |"
    first, second = read(document(tmp_path / "t.docx", text), kit).intakes
    assert [(a.row, a.fields["company_name"].written) for a in (first, second)] == [(2, "甲公司"), (3, "乙公司")]


# -- what is no form -------------------------------------------------------------------------------


def test_a_document_without_a_form_is_refused(run: Run, tmp_path: Path) -> None:
    document(
        tmp_path / "prose.docx",
        "主叫号码对接流程\n请填写公司名称、行业和场景。\n| 项目 | 说明 |\n| 公司名称 | 请填写全称 |",
    )
    done = run("check", tmp_path / "prose.docx")
    assert done.code == 3
    assert "no table of the document holds an intake" in done.err


def test_a_document_of_endless_text_is_refused(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document(tmp_path / "long.docx", form_text(OLD))
    monkeypatch.setattr("docgen.formats.docx.MAX_MARKUP", 1000)
    done = run("check", tmp_path / "long.docx")
    assert done.code == 3
    assert "the document is too long for a form" in done.err
    assert "cannot be read" not in done.err


def test_a_strict_document_is_read(kit: Kit, tmp_path: Path) -> None:
    source = document(tmp_path / "old.docx", form_text(OLD))
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(tmp_path / "strict.docx", "w") as strict:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                content = content.replace(W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main")
            strict.writestr(name, content)
    assert understood(tmp_path / "strict.docx", kit) == expected(kit, OLD)


@pytest.mark.slow
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_to_the_text_crashes_the_reader(run: Run, kit: Kit, tmp_path: Path, data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(render_form(kit, DATE))) as form:
        parts = {name: form.read(name) for name in form.namelist()}
    body = parts["word/document.xml"]
    at = data.draw(st.integers(0, len(body)))
    cut = data.draw(st.integers(0, 2000))
    parts["word/document.xml"] = body[:at] + data.draw(st.binary(max_size=6)) + body[at + cut :]
    with zipfile.ZipFile(tmp_path / "broken.docx", "w") as broken:
        for name, content in parts.items():
            broken.writestr(name, content)
    done = run("check", tmp_path / "broken.docx")
    assert done.code in {3, 4}
    assert "unexpected" not in done.err
