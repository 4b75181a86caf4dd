"""The fillable Word form: every field a control, nothing else to edit, everything from the kit."""

from __future__ import annotations

from pathlib import Path

import ooxml_integrity
import pytest
import queries
from conftest import DATE, ROOT, Run, reviewed

from docgen.documents import form_controls
from docgen.documents.form import render_form
from docgen.model.kit import FieldType, Kit


@pytest.fixture(scope="module")
def blank(kit: Kit) -> bytes:
    return render_form(kit, DATE)


def test_every_field_of_the_kit_has_its_controls(kit: Kit, blank: bytes) -> None:
    unoffered = {f.tag_of(choice) for f in kit.fields.values() for choice in f.choices if not choice.offered}
    expected = [tag for field in kit.fields.values() for tag in field.tags if tag not in unoffered]
    assert list(queries.controls(blank)) == expected


def test_no_term_goes_to_the_customer(kit: Kit, blank: bytes) -> None:
    assert not set(queries.controls(blank)) & set(kit.terms)
    assert "商务条款" not in queries.all_text(blank)


def test_kinds_follow_the_types(kit: Kit, blank: bytes) -> None:
    found = queries.controls(blank)
    for key, field in kit.fields.items():
        if field.type is FieldType.SEVERAL:
            assert all(found[f"{key}.{choice.key}"].kind == "checkbox" for choice in field.offered)
        elif field.type in {FieldType.ONE, FieldType.YES_NO}:
            assert found[key].kind == "dropDownList"
        else:
            assert found[key].kind == ("multiline" if field.type is FieldType.LONG_TEXT else "text")


def test_dropdowns_offer_the_kits_labels(kit: Kit, blank: bytes) -> None:
    found = queries.controls(blank)
    assert found["number_source"].choices == tuple(choice.label for choice in kit.fields["number_source"].offered)
    assert found["script_template_approved"].choices == ("是", "否")


def test_controls_are_built_as_word_builds_them(blank: bytes) -> None:
    schema = ["rPr", "alias", "tag", "id", "lock", "placeholder", "showingPlcHdr", "text", "dropDownList", "checkbox"]
    numbers = set()
    for control in queries.controls(blank).values():
        assert list(control.order) == [name for name in schema if name in control.order], control.tag
        assert control.tag.isascii()
        assert len(control.tag) <= 64
        assert control.lock == ("sdtLocked" if control.kind in {"text", "multiline"} else None)
        numbers.add(control.number)
    assert len(numbers) == len(queries.controls(blank))


def test_a_blank_asks_with_the_kits_placeholders(kit: Kit, blank: bytes) -> None:
    for key, control in queries.controls(blank).items():
        if control.kind == "checkbox":
            assert control.is_ticked is False
            assert control.text == form_controls.EMPTY
        else:
            assert control.is_placeholder, key
            if key in kit.fields:
                assert control.text == kit.fields[key].placeholder


def test_unoffered_choices_are_not_printed(blank: bytes) -> None:
    assert "number_types.n400" not in queries.controls(blank)


def test_a_choice_no_longer_offered_is_shown_where_it_was_made(run: Run, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    run("kits", "--copy", kit)
    text = (kit / "kit.yaml").read_text(encoding="utf-8")
    (kit / "kit.yaml").write_text(text.replace("buy: {label", "buy: {offered: false, label", 1), encoding="utf-8")
    run("blank", "form", "--kit", kit, "-o", tmp_path / "blank.docx")
    run("form", ROOT / "inputs" / "accepted.xlsx", "--kit", kit, "-o", tmp_path / "form.docx")
    blank, form = (queries.controls((tmp_path / name).read_bytes()) for name in ("blank.docx", "form.docx"))
    assert "购买新号码" not in blank["number_source"].choices
    assert form["number_source"].choices == (*blank["number_source"].choices, "购买新号码")
    assert form["number_source"].text == "购买新号码"


def test_a_prefilled_form_holds_every_answer(kit: Kit) -> None:
    item = reviewed(
        kit, industries="☑电商 其他：物流", main_script="第一步\n第二步，确认收货时间", number_types="固号、95号码"
    )
    found = queries.controls(render_form(kit, DATE, item.intake.values))
    assert found["company_name"].text == "北京示例科技有限公司"
    assert found["contact_mobile"].text == "138 0013 8000"
    assert found["main_script"].text == "第一步\n第二步，确认收货时间"
    assert found["number_source"].text == "购买新号码"
    assert found["number_source"].text in found["number_source"].choices
    assert found["number_regions"].text == "广东省-深圳市"
    assert found["script_template_approved"].text == "是"
    ticked = {tag for tag, control in found.items() if control.is_ticked}
    assert ticked == {
        "industries.ecommerce", "industries.other", "scenarios.notification", "scenarios.follow_up",
        "number_types.landline", "number_types.n95",
    }  # fmt: skip
    assert found["industries.other.text"].text == "物流"
    assert all(found[tag].text == form_controls.TICKED for tag in ticked)
    assert not found["company_name"].is_placeholder
    assert found["bandwidth_mbps"].is_placeholder


def test_group_labels_are_merged_down(blank: bytes) -> None:
    merges = queries.part(blank).findall(".//w:vMerge", queries.NS)
    values = [merge.get(f"{{{queries.W}}}val") for merge in merges]
    assert values.count("restart") == 4
    assert values.count("continue") == 4


def test_only_the_controls_can_be_edited(blank: bytes) -> None:
    protection = queries.part(blank, "word/settings.xml").find("w:documentProtection", queries.NS)
    assert protection.get(f"{{{queries.W}}}edit") == "forms"
    assert protection.get(f"{{{queries.W}}}enforcement") == "1"


def test_the_form_carries_process_notes_and_questions(blank: bytes) -> None:
    text = queries.text(blank)
    for fact in ("需求审核", "服务开通", "1–2周", "24小时", "15路", "上万通", "0.10–0.12", "按6秒", "真实号码", "回拨"):
        assert fact in text
    assert "百" + "度" not in text


def test_the_form_carries_kit_and_version(kit: Kit, blank: bytes) -> None:
    assert kit.version_mark in queries.all_text(blank)


@pytest.mark.parametrize("filled", [False, True])
def test_the_file_is_sound(kit: Kit, tmp_path: Path, filled: bool) -> None:
    content = render_form(kit, DATE, reviewed(kit).intake.values if filled else None)
    path = tmp_path / "form.docx"
    path.write_bytes(content)
    assert list(ooxml_integrity.check(str(path))) == []
    assert not queries.part(content).xpath("//w:t[not(text())]", namespaces=queries.NS)
    assert render_form(kit, DATE, reviewed(kit).intake.values if filled else None) == content


def test_hostile_answers_stay_text(kit: Kit) -> None:
    hostile = "</w:t><w:sdt/>&\"'{{ 7*7 }}"
    item = reviewed(kit, company_name=hostile, industries=f"其他：{hostile}")
    found = queries.controls(render_form(kit, DATE, item.intake.values))
    assert "{{ 7*7 }}" in found["company_name"].text
    assert "</w:t><w:sdt/>" in found["industries.other.text"].text


def test_blank_form_on_the_command_line(run: Run, tmp_path: Path, kit: Kit) -> None:
    target = tmp_path / "form.docx"
    assert run("blank", "form", "-o", target).code == 0
    assert target.read_bytes() == render_form(kit, DATE)
    again = run("blank", "form", "-o", target)
    assert again.code == 7
    assert "exists already" in again.err
    assert run("blank", "form", "-o", target, "--force").code == 0
