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


@pytest.mark.parametrize(
    "fact",
    [
        "线路对接与线下签署合同合计通常需要1–2周",
        "先备好已审核通过的话术模板",
        "需求审核→号码需求对接→测试试用→线路审批与对接→合同签署→服务开通",
        "不支持「保健品、股票」等行业",
        "不支持盲打式营销",
        "填写欢迎语和关键流程的话术全文",
        "每个被叫号码都要有注册证明",
        "填写预计的每日外呼量和整体外呼量",
        "由机器审核加全部人工审核，24小时内反馈结果；未通过的不能批量外呼",
        "对非会员进行盲打式营销的，立即封禁账号",
        "①购买新号码主叫号码类型、个数、归属地和外呼并发量无需技术对接",
        "客户信息、客户资质，填写后提交工单需要，且要求有一定的技术能力和客户体量",
        "每天至少外呼上万通，且固号和手机号确实不能满足需要时",
        "400号码只能呼入，不能用于外呼",
        "有被运营商封号的风险",
        "请具体到「省-市」，可填多个",
        "a.业务量足够大：每天至少外呼上万通",
        "1M约承载15路并发，且上下行对等",
        "（3）对接方式三：有自己的呼叫中心和号码资源",
        "一二线城市的测试号码1–2天内可到账号，三四线城市约需一周",
        "试用阶段只收机器人费用，不收主叫号码的线路费用",
        "商务合同在线下签署",
        "机器人系统和呼叫中心线路系统同时开始计费",
        "月租费大约每个号码每月几十元，通话按分钟计，大约每分钟0.10–0.12元",
        "线路确定之前无法报价",
        "没有交了月租费就不限量拨打的方式",
        "部分线路支持按6秒计费",
        "专门的平台或专门的客服，可查询话费余额并充值",
        "通过短信或人工提醒",
        "不使用虚拟号",
        "可以手动回拨，但该线路供外呼机器人专用，回拨无法接通",
    ],
)
def test_the_form_carries_each_fact_of_the_process(blank: bytes, fact: str) -> None:
    assert fact in "".join(queries.text(blank).split())


def test_the_clauses_of_the_form_are_numbered_as_findings_cite_them(blank: bytes) -> None:
    """三、1（2）① and its kin: the headings and items in this order."""
    lines = ["".join(line.split()) for line in queries.text(blank).splitlines()]
    wanted = ["三、流程说明", "1、外呼需求审核", "（1）", "（2）", "①行业", "②场景", "③外呼话术", "④被叫号码来源", "⑤被叫号码个数", "（3）",
              "2、号码需求对接", "（0）", "①购买", "②使用", "③有自己", "（1）", "①", "a.", "b.", "c.", "d.", "②", "③", "（2）", "①", "②", "a.",
              "b.", "（3）", "①", "②", "3、测试试用", "4、合同签署", "四、常见问题"]  # fmt: skip
    position = 0
    for number in wanted:
        position = next(at for at in range(position, len(lines)) if lines[at].startswith(number)) + 1


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
