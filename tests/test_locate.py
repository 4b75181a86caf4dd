"""Finding labels and answers: every layout that customers send, and what is no intake."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from operator import length_hint
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from tables import SOURCE_FORM, SOURCE_ROWS, form_text, workbook

from docgen.errors import SourceError
from docgen.extract.find_intakes import locate
from docgen.extract.source import Reading, read, read_terms
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.csv import read_text_book
from docgen.formats.grid import Book, Cell, Extent, grid
from docgen.formats.xlsx import read_book
from docgen.kit import kits
from docgen.model.intake import UNREAD, Answers, Level, Unrecognised
from docgen.model.kit import Kit

#: What a customer writes, in the words of the source's table.
WRITTEN = {
    "company_name": "北京样例科技有限公司",
    "contact_name": "王女士",
    "contact_title": "客服经理",
    "contact_mobile": "13800138000",
    "contact_wechat": "shili_wang",
    "industries": "☑银行 □保险 ☑电商 其他 ____",
    "scenarios": "通知",
    "greeting_script": "您好，我是示例科技的智能客服。",
    "main_script": "第一步：问候\n第二步：姓名：请客户报姓名",
    "callee_source": "在我司平台注册的会员",
    "daily_calls": "5000",
    "total_calls": "100000",
    "number_source": "购买新号码",
    "number_types": "手机号",
    "number_count": "20",
    "number_regions": "广东省-深圳市",
}


def layout(**changes: str) -> str:
    """The source's table filled in, with `changes`."""
    return form_text(WRITTEN | changes)


def reading(path: Path, text: str, kit: Kit) -> Reading:
    return read(workbook(path / "intake.xlsx", text), kit)


def only(path: Path, text: str, kit: Kit) -> Answers:
    """The one intake of a workbook with these sheets."""
    (answers,) = reading(path, text, kit).intakes
    return answers


def written(answers: Answers) -> Mapping[str, str]:
    """What was written, by field; fields left blank are left out."""
    return {key: answer.written for key, answer in answers.fields.items() if answer.written}


def cells(answers: Answers) -> Mapping[str, str | None]:
    return {key: answer.origin.cell for key, answer in answers.fields.items()}


def texts(answers: Answers) -> list[str]:
    return [found.text for found in answers.unrecognised]


def unread(answers: Answers) -> list[tuple[str | None, str]]:
    """The cells and texts of which a finding says that they may be answers and were not read."""
    return [(note.origin.cell, note.written) for note in answers.notes if note.code == UNREAD]


def said(answers: Answers) -> list[tuple[str, Level, str | None]]:
    """What there is to say of how the answers were read: code, level, field."""
    return [(note.code, note.level, note.field) for note in answers.notes]


# -- forms -----------------------------------------------------------------------------------------


def test_the_source_table_is_read_with_its_cells(tmp_path: Path, kit: Kit) -> None:
    answers = only(tmp_path, layout(), kit)
    assert written(answers) == WRITTEN
    assert cells(answers) == {key: f"C{row}" for key, row in SOURCE_ROWS.items()}
    assert (answers.sheet, answers.row, answers.made_with) == ("信息收集统计表", None, None)
    assert texts(answers) == []  # its title is not the kit's


def test_an_empty_form_is_an_intake_and_knows_where_answers_should_stand(tmp_path: Path, kit: Kit) -> None:
    answers = only(tmp_path, form_text({}), kit)
    assert written(answers) == {}
    assert cells(answers) == {key: f"C{row}" for key, row in SOURCE_ROWS.items()}


def test_the_table_is_read_without_merged_cells(tmp_path: Path, kit: Kit) -> None:
    unmerged = SOURCE_FORM.replace("<", " ").replace("^", " ")
    answers = only(tmp_path, form_text({**WRITTEN, "number_count": "", "company_name": ""}, unmerged), kit)
    expected = {key: text for key, text in WRITTEN.items() if key not in {"number_count", "company_name"}}
    assert written(answers) == expected
    assert cells(answers) == {key: f"C{row}" for key, row in SOURCE_ROWS.items()}


def test_rows_in_any_order_and_labels_in_any_dress(tmp_path: Path, kit: Kit) -> None:
    text = """
    | 整体待外呼数量 | 100000 |
    | 1、主叫号码归属地（请具体到省市）： | 广东省-深圳市 |
    | 每 日 外 呼 数 量 * | 5000 |
    | 公司\\n名称＊ | 北京样例科技有限公司 |
    | \u3164【手机号】 | 13800138000 |
    | 负责人信息-称呼 | 王女士 |
    | 负责人联系方式／微信号 | shili_wang |
    | 开场白 | 您好 |
    | 所属行业（可多选） | 银行 |
    | 外呼场景(必填) | 通知 |
    | 带宽 | 20M |
    """
    assert written(only(tmp_path, text, kit)) == {
        "total_calls": "100000",
        "number_regions": "广东省-深圳市",
        "daily_calls": "5000",
        "company_name": "北京样例科技有限公司",
        "contact_mobile": "13800138000",
        "contact_name": "王女士",
        "contact_wechat": "shili_wang",
        "greeting_script": "您好",
        "industries": "银行",
        "scenarios": "通知",
        "bandwidth_mbps": "20M",
    }


PAIRS = """
| 公司名称 | 北京样例科技有限公司 | 称呼 | 王女士 | 职位 | |
| 手机号 | 13800138000 | 微信号 | | 行业 | ☑银行 □保险 |
| 场景 | 通知 | 被叫号码来源 | 会员 | 每日外呼量 | 5000 |
| 整体外呼量 | 100000 | 主叫号码需求 | 购买新号码 | 主叫号码类型 | 手机号 |
| 主叫号码个数 | 20 | 主叫号码归属地 | 广东省-深圳市 | 外呼并发量 | |
"""


def test_several_pairs_in_a_row(tmp_path: Path, kit: Kit) -> None:
    answers = only(tmp_path, PAIRS, kit)
    assert answers.row is None
    assert texts(answers) == []
    changed = {"industries": "☑银行 □保险", "callee_source": "会员"}
    blank = {"contact_title", "contact_wechat", "concurrency", "greeting_script", "main_script"}
    assert written(answers) == {key: text for key, text in (WRITTEN | changed).items() if key not in blank}
    assert cells(answers)["contact_title"] == "F1"
    assert cells(answers)["contact_wechat"] == "D2"
    assert cells(answers)["concurrency"] == "F5"
    assert cells(answers)["number_types"] == "F4"


def test_label_and_answer_in_one_cell(tmp_path: Path, kit: Kit) -> None:
    text = """
    | 公司名称：北京样例科技有限公司 | 称呼*: 王女士 |
    | 职位： | 手机号：13800138000 |
    | 行业：☑银行 ☑电商 其他：物流 | 场景：通知 |
    | 欢迎语话术：您好，\\n姓名：请问您贵姓 | |
    | 每日外呼量：5000 整体外呼量：100000；外呼并发量：60 | |
    | 主叫号码需求：使用自有号码（固号/手机号） | |
    """
    answers = only(tmp_path, text, kit)
    assert written(answers) == {
        "company_name": "北京样例科技有限公司",
        "contact_name": "王女士",
        "contact_mobile": "13800138000",
        "industries": "☑银行 ☑电商 其他：物流",
        "scenarios": "通知",
        "greeting_script": "您好，\n姓名：请问您贵姓",
        "daily_calls": "5000",
        "total_calls": "100000",
        "concurrency": "60",
        "number_source": "使用自有号码（固号/手机号）",
    }
    assert cells(answers)["contact_name"] == "B1"
    assert cells(answers)["total_calls"] == "A5"
    assert answers.fields["contact_title"].written == ""
    assert texts(answers) == []


BANDS = """
| 公司名称 | 称呼 | 手机号 | 行业 |
| 北京样例科技有限公司 | 王女士 | 13800138000 | 银行 |
| 场景 | 每日外呼量 | 整体外呼量 | 主叫号码类型 |
| 通知 | | 100000 | 手机号 |
| 主叫号码需求 | 主叫号码个数 | 主叫号码归属地 | 被叫号码来源 |
| 购买新号码 | 20 | 广东省-深圳市 | |
"""


def test_answers_below_rows_of_labels(tmp_path: Path, kit: Kit) -> None:
    answers = only(tmp_path, BANDS, kit)
    assert answers.row is None
    assert written(answers) == {
        key: WRITTEN[key] for key in WRITTEN if key in answers.fields and key not in {"daily_calls", "callee_source"}
    } | {"industries": "银行"}
    assert cells(answers)["daily_calls"] == "B4"
    assert cells(answers)["number_types"] == "D4"
    assert cells(answers)["callee_source"] == "D6"
    assert texts(answers) == []


def test_a_row_of_two_labels_in_a_form_of_bands(tmp_path: Path, kit: Kit) -> None:
    text = BANDS + "| 微信号 | 职位 |\n| shili_wang | |"
    answers = only(tmp_path, text, kit)
    assert answers.fields["contact_wechat"].written == "shili_wang"
    assert answers.fields["contact_title"].written == ""
    assert cells(answers)["contact_title"] == "B8"


def test_a_small_table_inside_a_form_does_not_make_it_a_table(tmp_path: Path, kit: Kit) -> None:
    text = """
    | 称呼 | 职位 | 手机号 |
    | 王女士 | 客服经理 | 13800138000 |
    | 公司名称：北京样例科技有限公司 | 行业：银行 | 场景：通知 |
    | 每日外呼量：5000 | 整体外呼量：100000 | 主叫号码需求：购买新号码 |
    | 主叫号码类型：手机号 | 主叫号码个数：20 | 主叫号码归属地：北京 |
    """
    answers = only(tmp_path, text, kit)
    changed = WRITTEN | {"industries": "银行", "number_regions": "北京"}
    assert (answers.row, len(answers.fields)) == (None, 12)
    assert written(answers) == {key: changed[key] for key in answers.fields}


def test_answers_below_labels_in_one_column(tmp_path: Path, kit: Kit) -> None:
    lines = []
    for key in WRITTEN:
        lines += [f"| {kit.fields[key].label} |", f"| {WRITTEN[key]} |".replace("\n", "\\n")]
    answers = only(tmp_path, "\n".join(lines), kit)
    assert written(answers) == WRITTEN
    assert cells(answers)["company_name"] == "A2"


def test_a_label_in_one_column_without_a_row_for_its_answer(tmp_path: Path, kit: Kit) -> None:
    lines = []
    for key in WRITTEN:
        answer = "请具体到「省-市」" if key == "number_regions" else WRITTEN[key].replace("\n", "\\n")
        lines += [f"| {kit.fields[key].label} |", *([] if key == "contact_title" else [f"| {answer} |"])]
    answers = only(tmp_path, "\n".join(lines), kit)
    assert written(answers) == {k: text for k, text in WRITTEN.items() if k not in {"contact_title", "number_regions"}}
    assert "contact_title" not in answers.fields  # the next label stands where its answer should
    assert cells(answers)["number_regions"] == f"A{len(lines)}"
    assert texts(answers) == []


def test_a_note_below_the_last_label_is_not_its_answer(tmp_path: Path, kit: Kit) -> None:
    answers = only(tmp_path, layout(number_regions="") + "| 以上信息真实有效 | | |", kit)
    assert answers.fields["number_regions"].written == ""
    assert cells(answers)["number_regions"] == f"C{SOURCE_ROWS['number_regions']}"
    assert "以上信息真实有效" in texts(answers)


@pytest.mark.parametrize(
    ("field", "answer"),
    [("number_types", "手机号"), ("industries", "通信"), ("contact_title", "负责人"), ("callee_source", "数据来源")],
)
def test_an_answer_that_is_a_label_elsewhere(tmp_path: Path, kit: Kit, field: str, answer: str) -> None:
    for number, table in enumerate((SOURCE_FORM, SOURCE_FORM.replace("<", " ").replace("^", " "))):
        if number and field != "number_types":
            continue
        answers = only(tmp_path, form_text(WRITTEN | {field: answer}, table), kit)
        assert written(answers) == WRITTEN | {field: answer}


def test_a_hint_left_standing_is_no_answer(tmp_path: Path, kit: Kit) -> None:
    hint = kit.fields["number_regions"].placeholder
    for text in (hint, f"（{hint}）", hint.replace("「", "“").replace("」", "”"), "________"):
        answers = only(tmp_path, layout(number_regions=text), kit)
        assert answers.fields["number_regions"].written == ""
        assert cells(answers)["number_regions"] == f"C{SOURCE_ROWS['number_regions']}"
        assert texts(answers) == []


def test_a_label_with_its_hint_on_a_line_of_its_own(tmp_path: Path, kit: Kit) -> None:
    table = SOURCE_FORM.replace("主叫号码归属地*", "主叫号码归属地*\\n请具体到「省-市」")
    assert written(only(tmp_path, form_text(WRITTEN, table), kit)) == WRITTEN


def test_hints_beside_answers_are_understood(tmp_path: Path, kit: Kit) -> None:
    lines = [f"| {f.label} | {WRITTEN.get(k, '')} | {f.placeholder} |" for k, f in kit.fields.items()]
    answers = only(tmp_path, "\n".join(lines).replace("二步", "").replace("\n第", "\\n第"), kit)
    assert set(written(answers)) == set(WRITTEN)
    assert cells(answers) == {key: f"B{row}" for row, key in enumerate(kit.fields, start=1)}
    assert texts(answers) == []


def test_a_remark_behind_an_empty_answer_is_not_the_answer_and_is_told(tmp_path: Path, kit: Kit) -> None:
    lines = [f"| {f.label} | {WRITTEN.get(k, '')} | 见附件 |" for k, f in list(kit.fields.items())[:12]]
    answers = only(tmp_path, "\n".join(lines).replace("\n第", "\\n第"), kit)
    assert answers.fields["qualifications"].written == ""
    assert cells(answers)["qualifications"] == "B6"
    assert unread(answers) == [(f"C{row}", "见附件") for row in range(1, 13)]
    assert texts(answers) == []


def test_choices_in_cells_of_their_own_are_one_answer(tmp_path: Path, kit: Kit) -> None:
    table = SOURCE_FORM.replace("{industries}", "☑银行 | □保险 | ☑电商 | 其他 ____")
    answers = only(tmp_path, form_text(WRITTEN, table), kit)
    assert answers.fields["industries"].written == "☑银行 □保险 ☑电商 其他 ____"
    assert cells(answers)["industries"] == f"C{SOURCE_ROWS['industries']}"
    assert texts(answers) == []


def test_ticks_in_cells_beside_the_choices(tmp_path: Path, kit: Kit) -> None:
    for cells_, expected in {
        "固号 | | 手机号 | √": "固号 手机号 √",
        "固号 | √ | 手机号 |": "固号 √ 手机号",
        "☑固号 | ☐手机号": "☑固号 ☐手机号",
    }.items():
        table = SOURCE_FORM.replace("{number_types}", cells_)
        assert written(only(tmp_path, form_text(WRITTEN, table), kit)) == WRITTEN | {"number_types": expected}


def test_a_label_as_wide_as_the_form_has_its_answer_below(tmp_path: Path, kit: Kit) -> None:
    table = SOURCE_FORM.replace(
        "| 被叫号码来源* | < | {callee_source} |", "| 被叫号码来源* | < | < |\n| {callee_source} | < | < |"
    )
    answers = only(tmp_path, form_text(WRITTEN, table), kit)
    assert written(answers) == WRITTEN
    assert cells(answers)["callee_source"] == f"A{SOURCE_ROWS['callee_source'] + 1}"


def test_group_and_alias(tmp_path: Path, kit: Kit) -> None:
    table = SOURCE_FORM.replace("称呼*", "姓名").replace("手机号*", "手机").replace("微信号", "微信")
    assert written(only(tmp_path, form_text(WRITTEN, table), kit)) == WRITTEN


def test_a_second_text_beside_an_answer_is_reported(tmp_path: Path, kit: Kit) -> None:
    table = SOURCE_FORM.replace("{company_name}", "{company_name} | 已核实")
    answers = only(tmp_path, form_text(WRITTEN, table), kit)
    assert written(answers) == WRITTEN
    assert unread(answers) == [(f"D{SOURCE_ROWS['company_name']}", "已核实")]
    assert texts(answers) == []


def test_of_two_labels_for_a_field_the_better_counts_and_a_finding_quotes_both(tmp_path: Path, kit: Kit) -> None:
    table = SOURCE_FORM + "| 联系电话 | < | 010-88886666 |\n"
    answers = only(tmp_path, form_text(WRITTEN, table), kit)
    assert written(answers) == WRITTEN
    assert said(answers) == [("answers-differ", Level.MANUAL, "contact_mobile")]
    assert answers.notes[0].written == f"{WRITTEN['contact_mobile']}\n010-88886666"
    same = table.replace("010-88886666", "138 0013 8000")
    assert said(only(tmp_path, form_text(WRITTEN, same), kit)) == []
    answers = only(tmp_path, form_text(WRITTEN | {"contact_mobile": ""}, table), kit)
    assert answers.fields["contact_mobile"].written == "010-88886666"


def test_what_stands_beside_an_unknown_label_is_told_with_it_and_not_guessed(
    run: Run, tmp_path: Path, kit: Kit
) -> None:
    table = SOURCE_FORM.replace("公司名称*", "干什么的*") + "| 备用电话 | < | 010-1 |\n"
    answers = only(tmp_path, form_text(WRITTEN, table), kit)
    assert "company_name" not in answers.fields
    assert unread(answers) == [("C3", "北京样例科技有限公司"), ("C21", "010-1")]
    assert texts(answers) == []
    (intake,) = run("check", "--json", tmp_path / "intake.xlsx").json["intakes"]
    messages = [f["message"] for f in intake["findings"] if f["rule"] == "unread"]
    assert ["「干什么的*」旁的" in messages[0], "「备用电话」旁的" in messages[1]] == [True, True]


def test_faults_of_cells_are_carried(kit: Kit) -> None:
    rows = [(row, 1, Cell(field.label)) for row, field in enumerate(kit.fields.values(), start=1)]
    book = Book((grid("S", [*rows, (1, 2, Cell("=A9", "formula-without-value"))]),))
    found = locate(book, Vocabulary(kit))
    assert found is not None
    (answers,) = found[0]
    assert (answers.fields["company_name"].fault, answers.fields["company_name"].written) == (
        "formula-without-value",
        "=A9",
    )


# -- labels that are nearly right ------------------------------------------------------------------


def near(run: Run, tmp_path: Path, text: str) -> list[dict[str, Any]]:
    (intake,) = run("check", "--json", workbook(tmp_path / "near.xlsx", text)).json["intakes"]
    return [f for f in intake["findings"] if f["code"] in {"label-taken", "near-label"}]


@pytest.mark.parametrize(
    ("label", "written", "field"),
    [
        ("公司名称*", "公司名秤*", "company_name"),
        ("被叫号码来源*", "被叫号来源", "callee_source"),
        ("微信号", "贵司微信账号", "contact_wechat"),
        ("关键流程话术*", "关健流程话术", "main_script"),
        ("整体外呼量*", "整体外乎量：", "total_calls"),
        ("主叫号码归属地*", "主叫号码所归属地", "number_regions"),
    ],
)
def test_a_near_label_is_read_and_a_finding_says_for_which_it_was_taken(
    run: Run, kit: Kit, tmp_path: Path, label: str, written: str, field: str
) -> None:
    text = form_text(WRITTEN).replace(f"| {label} |", f"| {written} |")
    (finding,) = near(run, tmp_path, text)
    assert (finding["code"], finding["level"], finding["field"]) == ("label-taken", "manual", field)
    assert finding["label"] == kit.fields[field].label
    assert finding["written"] == written.rstrip("：")
    assert f"「{kit.fields[field].label}」" in finding["message"]
    (intake,) = run("check", "--json", tmp_path / "near.xlsx").json["intakes"]
    assert intake["values"][field] is not None
    assert intake["verdict"] == "manual"
    assert finding["cell"] not in [u["cell"] for u in intake["unrecognised"]]


def test_a_near_label_whose_field_stands_elsewhere_is_not_taken(run: Run, tmp_path: Path) -> None:
    text = form_text(WRITTEN) + "| 公司名秤 | < | 海口样例有限公司 |\n"
    assert near(run, tmp_path, text) == []
    (intake,) = run("check", "--json", tmp_path / "near.xlsx").json["intakes"]
    assert intake["values"]["company_name"] == WRITTEN["company_name"]
    assert "海口样例有限公司" in [f["written"] for f in intake["findings"] if f["rule"] == "unread"]


def test_of_two_fields_that_are_close_both_are_named_and_neither_is_read(run: Run, tmp_path: Path) -> None:
    text = form_text(WRITTEN).replace("| 每日外呼量* |", "| 每体外呼量 |").replace("| 整体外呼量* |", "| |")
    (finding,) = near(run, tmp_path, text)
    assert (finding["code"], finding["field"]) == ("near-label", None)
    assert "「每日外呼量」、「整体外呼量」" in finding["message"]
    (intake,) = run("check", "--json", tmp_path / "near.xlsx").json["intakes"]
    assert (intake["values"]["daily_calls"], intake["values"]["total_calls"]) == (None, None)
    assert WRITTEN["daily_calls"] in [f["written"] for f in intake["findings"] if f["rule"] == "unread"]


def test_a_near_header_of_a_table_is_read_and_told_to_each_customer(run: Run, tmp_path: Path) -> None:
    text = TABLE.replace("公司名称", "公司名秤").replace("跟进人", "称呼")
    intakes = run("check", "--json", workbook(tmp_path / "near.xlsx", text)).json["intakes"]
    assert [intake["values"]["company_name"] for intake in intakes] == ["北京样例科技有限公司", "上海示例有限公司"]
    found = [f for i in intakes for f in i["findings"] if "公司名秤" in f["message"]]
    assert [(f["level"], f["field"]) for f in found] == [("manual", "company_name")] * 2


def test_a_text_of_another_kind_is_near_no_label(run: Run, tmp_path: Path) -> None:
    text = form_text({}).replace("| 微信号 |", "| 备注 |") + "| 客户经理 | 张三 |\n| 请于周五前交回 |\n"
    assert near(run, tmp_path, text) == []


# -- tables ----------------------------------------------------------------------------------------

TABLE = """
# 客户
| 2026年客户信息汇总 | < | < | < | < | < |
| 序号 | 手机号 | 公司名称 | 主叫号码类型 | 每日外呼量 | 跟进人 |
| 1 | 13800138000 | 北京样例科技有限公司 | 手机号 | 5000 | 小李 |

| 2 | 13900139000 | 上海示例有限公司 | 固号 | | |
| 合计 | | | | 15000 | |
"""


def test_each_row_of_a_table_is_an_intake(tmp_path: Path, kit: Kit) -> None:
    first, second = reading(tmp_path, TABLE, kit).intakes
    assert written(first) == {
        "contact_mobile": "13800138000",
        "company_name": "北京样例科技有限公司",
        "number_types": "手机号",
        "daily_calls": "5000",
    }
    assert cells(first) == {"contact_mobile": "B3", "company_name": "C3", "number_types": "D3", "daily_calls": "E3"}
    assert (first.sheet, first.row, second.row) == ("客户", 3, 5)
    assert second.fields["daily_calls"].written == ""
    assert cells(second)["daily_calls"] == "E5"


def test_what_a_table_holds_besides_goes_where_it_stands(tmp_path: Path, kit: Kit) -> None:
    found = reading(tmp_path, TABLE, kit)
    first, second = found.intakes
    assert [(u.cell, u.text) for u in first.unrecognised] == [("F3", "小李")]
    assert second.unrecognised == ()
    assert [(u.cell, u.text) for u in found.outside] == [
        ("A1", "2026年客户信息汇总"), ("F2", "跟进人"), ("A6", "合计"), ("E6", "15000"),
    ]  # fmt: skip


def test_a_column_that_counts_the_rows_is_understood_and_nothing_else_in_it(tmp_path: Path, kit: Kit) -> None:
    text = TABLE.replace("| 2 | 139", "| 二组 | 139")
    _, second = reading(tmp_path, text, kit).intakes
    assert [(u.cell, u.text) for u in second.unrecognised] == [("A5", "二组")]


@pytest.mark.parametrize("numbers", [["1", "2", "3"], ["1.", "2.", "3."]])
def test_a_form_may_count_its_rows(tmp_path: Path, kit: Kit, numbers: list[str]) -> None:
    rows = [f"| {numbers[i] if i < 3 else ''} | {f.label} | 答 |" for i, f in enumerate(kit.fields.values())]
    (answers,) = reading(tmp_path, "\n".join(rows), kit).intakes
    assert answers.unrecognised == ()
    numbered = "\n".join(rows).replace("| 1", "| 7")
    (answers,) = reading(tmp_path, numbered, kit).intakes
    assert [u.cell for u in answers.unrecognised] == ["A1", "A2", "A3"]


# -- long sheets -----------------------------------------------------------------------------------

LONG = """
# 客户
| 名单 | | | | |
| 公司名称 | 称呼 | 手机号 | 行业 | 备用 |
| 甲公司 | 王 | 13800138000 | 银行 | |
| 乙公司 | ^ | 13800138001 | 电商 | 旁注 |
| 说明一 | < | < | < | < |
| 丙公司 | 李 | 13800138002 | 能源 | |
| 丁公司 | ^ | 13800138003 | 教育 | |
| 合计 | | 4 | | |
"""


@pytest.mark.parametrize("held", [3, 4, 5, 6, 7])
@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_long_sheet_is_read_row_by_row_to_the_same_answers(
    tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch, held: int, suffix: str
) -> None:
    text = LONG if suffix == "xlsx" else LONG.replace("| ^", "| ").replace("| <", "| ")
    path = workbook(tmp_path / "long.xlsx", text, values={"B10": " "}, formats={"A9": "0.00%"})  # rows that look empty
    if suffix == "csv":
        rows = [["" if cell is None else str(cell) for cell in row] for row in load_workbook(path).worksheets[0].values]
        path = tmp_path / "long.csv"
        path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    whole, outside = list(read(path, kit).intakes), read(path, kit).outside
    assert [u.text for u in outside] == ["名单", "备用", "说明一", "合计", "4"]
    monkeypatch.setattr("docgen.formats.xlsx.LONG_SHEET", 0)
    monkeypatch.setattr("docgen.formats.xlsx.HELD_ROWS", held)
    monkeypatch.setattr("docgen.formats.csv.HELD_ROWS", held)
    (sheet,) = (read_book if suffix == "xlsx" else read_text_book)(path).sheets
    assert [row for row, _ in sheet.every_row()] == list(range(1, 9))
    found = read(path, kit)
    assert length_hint(found.intakes) - len(whole) in range(6)  # remarks and totals stand between customers
    for _ in range(2):  # it may be gone through again
        streamed = list(found.intakes)
        assert [replace(answers, outside=()) for answers in streamed] == whole
        assert unread(streamed[1]) == [("E4", "旁注")]
        assert {*found.outside, *(text for answers in streamed for text in answers.outside)} == {*outside}


def test_a_long_sheet_that_does_not_say_its_length_is_read_too(
    tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / "long.xlsx", LONG + TABLE)
    whole = len(list(read(path, kit).intakes))
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb"<dimension[^>]*>", b"", parts[sheet])
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    monkeypatch.setattr("docgen.formats.xlsx.LONG_SHEET", 0)
    found = read(path, kit).intakes
    assert length_hint(found) == 0
    assert len(list(found)) == whole


def test_a_long_sheet_that_breaks_off_is_reported_where_it_breaks(
    tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / "long.xlsx", LONG)
    monkeypatch.setattr("docgen.formats.xlsx.LONG_SHEET", 0)
    monkeypatch.setattr("docgen.formats.xlsx.HELD_ROWS", 3)
    found = iter(read(path, kit).intakes)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", b"</sheet>")
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    with pytest.raises(SourceError, match="cannot be read"):
        list(found)


@pytest.mark.parametrize("limit", ["formats.xlsx.LONG_SHEET", "extract.sheet_forms.MOST_CELLS"])
def test_a_long_sheet_is_no_form(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(f"docgen.{limit}", 0)
    with pytest.raises(SourceError, match="no sheet holds an intake"):
        reading(tmp_path, form_text({}), kit)


GROUPED = """
| 主叫号码对接信息收集表 | < | < | < | < | < |
| 公司名称* | 负责人信息 | < | 负责人联系方式* | < | 行业 |
| ^ | 称呼* | 职位 | 手机号* | 微信号 | ^ |
| 北京样例科技有限公司 | 王女士 | 经理 | 13800138000 | w1 | 银行 |
| 上海示例有限公司 | 李先生 | | 13900139000 | | 电商 |
"""


@pytest.mark.parametrize("text", [GROUPED, GROUPED.replace("<", " ").replace("^", " ")], ids=["merged", "unmerged"])
def test_a_header_of_two_rows_with_groups(tmp_path: Path, kit: Kit, text: str) -> None:
    first, second = reading(tmp_path, text, kit).intakes
    assert written(first) == {
        "company_name": "北京样例科技有限公司",
        "contact_name": "王女士",
        "contact_title": "经理",
        "contact_mobile": "13800138000",
        "contact_wechat": "w1",
        "industries": "银行",
    }
    assert (first.row, second.row) == (4, 5)
    assert cells(second)["contact_wechat"] == "E5"
    assert texts(first) == texts(second) == []


def test_a_header_of_two_rows_whose_groups_are_labels_too(tmp_path: Path, kit: Kit) -> None:
    text = (
        "| 公司名称 | 负责人联系方式 | 行业 |\n| ^ | 微信号 | ^ |\n| 北京示例 | wang | 银行 |\n| 上海示例 | li | 电商 |"
    )
    first, second = reading(tmp_path, text, kit).intakes
    assert (first.row, second.row) == (3, 4)
    assert written(first) == {"company_name": "北京示例", "contact_wechat": "wang", "industries": "银行"}


def test_a_header_merged_with_the_cell_below_it_is_no_answer(tmp_path: Path, kit: Kit) -> None:
    text = "| 公司名称 | 称呼 | 手机号 |\n| 北京示例 | 王 | ^ |\n| 上海示例 | 李 | 13900139000 |"
    first, second = reading(tmp_path, text, kit).intakes
    assert written(first) == {"company_name": "北京示例", "contact_name": "王"}
    assert cells(first)["contact_mobile"] == "C2"
    assert written(second)["contact_mobile"] == "13900139000"


# -- one label in two groups -----------------------------------------------------------------------

#: A kit whose fields share their labels two by two; the groups tell them apart.
CONTACTS = """
name: contacts
version: "1"
title: 联系人登记
name_field: sales_name
outputs: {form: a.docx, review: a.pdf, contract: b.docx}
sections:
  people:
    label: 联系人
    fields:
      sales_name: {type: text, group: 销售, label: 姓名}
      sales_phone: {type: text, group: 销售, label: 电话}
      finance_name: {type: text, group: 财务, label: 姓名}
      finance_phone: {type: text, group: 财务, label: 电话}
"""
PEOPLE = {"sales_name": "甲", "sales_phone": "101", "finance_name": "乙", "finance_phone": "102"}


@pytest.fixture
def contacts(tmp_path: Path) -> Kit:
    (tmp_path / "kit.yaml").write_text(CONTACTS, encoding="utf-8")
    return kits.load(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "| 销售 | 姓名 | 甲 |\n| ^ | 电话 | 101 |\n| 财务 | 姓名 | 乙 |\n| ^ | 电话 | 102 |",
        "| 销售 | 姓名 | 甲 |\n| | 电话 | 101 |\n| 财务 | 姓名 | 乙 |\n| | 电话 | 102 |",
        "| 1 | 销售 | 姓名 | 甲 | 电话 | 101 |\n| 2 | 财务 | 姓名 | 乙 | 电话 | 102 |",
        "| 销售 | 姓名 | 甲 | 财务 | 姓名 | 乙 |\n| | 电话 | 101 | | 电话 | 102 |",
        "| | | | 财务 | 姓名 | 乙 |\n| 销售 | 姓名 | 甲 | < | 电话 | 101 |\n| 财务 | 电话 | 102 |",
        "| 销售姓名 | 甲 |\n| 销售-电话 | 101 |\n| 财务姓名 | 乙 |\n| 财务 电话 | 102 |",
    ],
    ids=["merged", "blank below", "pairs in a row", "side by side", "wide answer", "group in the label"],
)
def test_the_group_beside_a_label_tells_which_field_it_is(tmp_path: Path, contacts: Kit, text: str) -> None:
    assert written(only(tmp_path, text, contacts)) == PEOPLE


def test_a_label_of_two_groups_with_neither_beside_it_is_not_guessed(tmp_path: Path, contacts: Kit) -> None:
    answers = only(tmp_path, "| 销售 | 姓名 | 甲 | 仓库 | 电话 | 103 |\n| 财务姓名 | 乙 |\n| 电话 | 104 |", contacts)
    assert written(answers) == {"sales_name": "甲", "finance_name": "乙"}
    assert unread(answers) == [("D1", "仓库"), ("F1", "103"), ("B3", "104")]


def test_the_group_above_a_column_tells_which_field_it_is(tmp_path: Path, contacts: Kit) -> None:
    text = "| | 销售 | < | 财务 | < |\n| 电话 | 姓名 | 电话 | 姓名 | 电话 |\n| 103 | 甲 | 101 | 乙 | 102 |"
    answers = only(tmp_path, text, contacts)
    assert (answers.row, written(answers), unread(answers)) == (3, PEOPLE, [("A3", "103")])


def test_a_table_of_one_customer(tmp_path: Path, kit: Kit) -> None:
    text = "| 公司名称 | 称呼 | 手机号 |\n| 北京示例 | 王 | 13800138000 |"
    answers = only(tmp_path, text, kit)
    assert (answers.row, written(answers)["contact_name"]) == (2, "王")


def test_repeated_headers_notes_hints_and_examples_are_no_customers(tmp_path: Path, kit: Kit) -> None:
    f = kit.fields
    keys = ("company_name", "contact_name", "contact_mobile", "number_regions")
    text = "\n".join(
        [
            "| 公司名称 | 称呼 | 手机号 | 主叫号码归属地 |",
            "| " + " | ".join(f[key].placeholder for key in keys) + " |",
            "| " + " | ".join(f[key].example for key in keys) + " |",
            "| 甲公司 | 王 | 13800138000 | 北京 |",
            "| 第二组 | < | < | < |",
            "| 公司名称 | 称呼 | 手机号 | 主叫号码归属地 |",
            "| 乙公司 | | | |",
            "| 注：以上为本月数据 | | | |",
        ]
    )
    found = reading(tmp_path, text, kit)
    first, second = found.intakes
    assert (first.row, second.row) == (4, 7)
    assert [u.text for u in found.outside] == ["第二组", "注：以上为本月数据"]
    assert texts(first) == texts(second) == []


@pytest.mark.parametrize("below", ["^", ""], ids=["merged", "blank"])
def test_a_customer_over_several_rows_is_one_intake(tmp_path: Path, kit: Kit, below: str) -> None:
    text = f"| 公司名称 | 主叫号码归属地 | 主叫号码个数 |\n| 甲公司 | 北京 | 5 |\n| {below} | 上海 | 5 |"
    answers = only(tmp_path, text, kit)
    assert written(answers) == {"company_name": "甲公司", "number_regions": "北京\n上海", "number_count": "5"}
    assert said(answers) == [("answers-joined", Level.ADVICE, "number_regions")]
    differing = only(tmp_path, text.replace("上海 | 5", "上海 | 6"), kit)
    assert ("answers-several", Level.INVALID, "number_count") in said(differing)
    assert differing.fields["number_count"].written == "5\n6"


def test_answers_of_other_columns_merged_over_several_customers_count_for_each(tmp_path: Path, kit: Kit) -> None:
    text = "| 公司名称 | 称呼 | 主叫号码个数 |\n| 甲公司 | 王 | 5 |\n| 乙公司 | ^ | 6 |"
    first, second = reading(tmp_path, text, kit).intakes
    assert written(second) == {"company_name": "乙公司", "contact_name": "王", "number_count": "6"}
    assert cells(second)["contact_name"] == cells(first)["contact_name"] == "B2"


def test_labels_among_the_answers_of_a_table(tmp_path: Path, kit: Kit) -> None:
    text = """
    | 公司名称 | 主叫号码类型 | 主叫号码个数 | 关键流程话术 | 备注 |
    | 甲公司 | 手机号 | 10 | 姓名：请问贵姓；电话：请留电话 | 联系人：小李 职位：助理 |
    | 乙公司 | 固号 | 10 | 您好 | |
    """
    first, second = reading(tmp_path, text, kit).intakes
    assert written(first)["main_script"] == "姓名：请问贵姓；电话：请留电话"
    assert texts(first) == []
    assert unread(first) == [("E2", "联系人：小李 职位：助理")]
    assert second.row == 3


def test_intakes_can_be_gone_through_twice(tmp_path: Path, kit: Kit) -> None:
    found = reading(tmp_path, TABLE, kit).intakes
    assert list(found) == list(found)
    assert len(list(found)) == 2


# -- workbooks -------------------------------------------------------------------------------------


def test_several_sheets_of_either_kind(tmp_path: Path, kit: Kit) -> None:
    text = layout() + TABLE + layout(company_name="第三家").replace("# 信息收集统计表", "# 另一张")
    found = list(reading(tmp_path, text, kit).intakes)
    assert [(answers.sheet, answers.row) for answers in found] == [
        ("信息收集统计表", None), ("客户", 3), ("客户", 5), ("另一张", None),
    ]  # fmt: skip
    assert "2026年客户信息汇总" in [u.text for u in reading(tmp_path, text, kit).outside]
    assert not any("2026年客户信息汇总" in texts(answers) for answers in found)


def test_a_sheet_without_intake_is_named_once_outside_of_all_intakes(tmp_path: Path, kit: Kit) -> None:
    found = reading(tmp_path, layout() + "# 备忘\n| 周五回访 | 小李 |\n| 见邮件 |", kit)
    assert found.outside == (Unrecognised("备忘", None, "备忘"),)
    assert [texts(answers) for answers in found.intakes] == [[]]


def test_a_sheet_of_the_kits_own_words_is_not_reported(tmp_path: Path, kit: Kit) -> None:
    answers = only(tmp_path, layout() + f"# 目录\n| {kit.title} |\n| 客户信息 | 公司名称 |", kit)
    assert texts(answers) == []


def test_an_empty_form_beside_a_filled_one_is_none(tmp_path: Path, kit: Kit) -> None:
    printed = "银行 保险 电信运营商 能源 教育 通信 电商 消费金融\n其他 ____"
    blank = {"industries": printed, "number_types": "固号  手机号"}
    text = form_text(blank).replace("信息收集统计表", "空表") + layout()
    answers = only(tmp_path, text, kit)
    assert answers.sheet == "信息收集统计表"
    assert only(tmp_path, form_text(blank), kit).fields["number_types"].written == "固号 手机号".replace(" ", "  ")


PROSE = """
# 说明
| 三、流程说明 |
| ① 主叫号码类型：请您在统计表内选择采购类型。 |
| 公司名称、称呼、手机号、行业、场景均须填写。 |
| 主叫号码个数：请您在统计表内填写采购个数。 |
| 每日外呼量：请您填写预估的数量。 |
"""
LABELS = [
    "公司名称", "称呼", "职位", "手机号", "微信号", "行业", "场景", "欢迎语话术", "关键流程话术", "被叫号码来源",
    "每日外呼量", "整体外呼量", "主叫号码需求",
]  # fmt: skip
GUIDE = "# 填写指南\n" + "".join(f"| {label} | 请填写{label}，不可省略 |\n" for label in LABELS[:12])
EXPLANATION = """
# 字段说明
| 字段 | 含义 |
| 公司名称 | 营业执照上的名称 |
| 称呼 | 对接人的姓名 |
| 手机号 | 11位的大陆手机号码 |
| 微信号 | 对接人的微信 |
| 行业 | 客户所在的行业，可以写多个 |
| 场景 | 外呼的用途，例如通知 |
| 欢迎语话术 | 接通以后的第一句话 |
| 被叫号码来源 | 名单从哪里来 |
| 每日外呼量 | 预计每天外呼的号码数量 |
| 整体外呼量 | 本次项目的号码总数 |
| 主叫号码类型 | 固定电话或者手机号码 |
"""
HEADER = "# 客户\n| 公司名称 | 称呼 | 手机号 | 行业 | 场景 |\n"
HEADER_OF_ALL = f"# 客户\n| {' | '.join(LABELS)} |\n"


@pytest.mark.parametrize(
    "text", [PROSE, GUIDE, EXPLANATION, HEADER, HEADER_OF_ALL, "| 公司名称 | 甲 |\n| 称呼 | 王 |", ""]
)
def test_what_is_no_intake(tmp_path: Path, kit: Kit, text: str) -> None:
    with pytest.raises(SourceError, match="no sheet holds an intake"):
        reading(tmp_path, text, kit)
    if text.startswith("#"):
        found = reading(tmp_path, layout() + text, kit)
        assert [written(answers) for answers in found.intakes] == [WRITTEN]
        assert all(u.cell is None for u in found.outside)


def test_a_form_filled_badly_is_an_intake_all_the_same(tmp_path: Path, kit: Kit) -> None:
    bad = {
        "contact_mobile": "没有",
        "daily_calls": "很多",
        "total_calls": "待定",
        "number_count": "不清楚",
        "industries": "金融类",
    }
    assert written(only(tmp_path, layout(**bad), kit)) == WRITTEN | bad


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_not_read(tmp_path: Path, kit: Kit, state: str) -> None:
    path = workbook(tmp_path / "a.xlsx", layout() + TABLE, states={"客户": state})
    found = read(path, kit)
    assert [texts(answers) for answers in found.intakes] == [[]]
    assert found.outside == (Unrecognised("客户", None, "客户"),)


def test_the_terms_sheet_gives_terms_and_no_intake(tmp_path: Path, kit: Kit) -> None:
    terms = "# 商务条款\n| 商务条款 | < |\n| 合同编号 | HT-001 |\n| 月租费 | 30 |\n| 试用天数 | |\n| 折扣 | 九折 |\n"
    found = reading(tmp_path, layout() + terms, kit)
    assert {key: (a.written, a.origin.cell) for key, a in found.terms.items()} == {
        "contract_no": ("HT-001", "B2"),
        "rent_per_number_month": ("30", "B3"),
    }
    (answers,) = found.intakes
    assert texts(answers) == []
    assert [u.text for u in found.outside] == ["折扣", "九折"]
    assert found.terms_notes == ()  # what stands beside the provider's terms is told to no customer
    with pytest.raises(SourceError):
        reading(tmp_path, terms, kit)


def test_several_terms_sheets_give_terms_together(tmp_path: Path, kit: Kit) -> None:
    first = "# 商务条款\n| 合同编号 | HT-001 |\n| 月租费 | 30 |\n| 折扣 | 九折 |\n"
    second = "# 商务条款：\n| 月租费 | 40 |\n| 试用天数 | 3 |\n| 返点 | 五个 |\n"
    others = "# 备忘\n| 随便写写 |\n# 草稿\n| 再写写 |\n"
    path = workbook(tmp_path / "a.xlsx", layout() + first + second + others)
    found = read(path, kit)
    given = {"contract_no": "HT-001", "rent_per_number_month": "40", "trial_days": "3"}
    assert {key: answer.written for key, answer in found.terms.items()} == given
    left = [text.text for text in found.outside]
    assert left == ["折扣", "九折", "返点", "五个", "备忘", "草稿"]
    alone = read_terms(path, kit)
    assert {key: answer.written for key, answer in alone[0].items()} == given
    assert [text.text for text in alone[1].unknown] == left[:4]


def test_docgens_own_workbook_leaves_nothing_unrecognised(tmp_path: Path, kit: Kit) -> None:
    own = layout() + "# 填写说明\n| 先读说明 |\n| 再填写 |"
    properties = {"docgen-kit": kit.version_mark, "docgen-sheets": "填写说明/其他"}
    (answers,) = read(workbook(tmp_path / "a.xlsx", own, properties=properties), kit).intakes
    assert answers.made_with == (kit.name, kit.version)
    assert answers.unrecognised == ()


def test_untouched_choices_stand_where_the_answer_should(kit: Kit) -> None:
    cells = [(row, 1, Cell(field.label)) for row, field in enumerate(kit.fields.values(), start=1)]
    row = list(kit.fields).index("industries") + 1
    printed = "银行 保险 电信运营商 能源 教育 通信 电商 消费金融\n其他 ____"
    found = locate(Book((grid("S", [*cells, (row, 3, Cell(printed))]),)), Vocabulary(kit))
    assert found is not None
    (answers,) = found[0]
    assert answers.fields["industries"].origin.cell == f"C{row}"
    assert answers.fields["company_name"].origin.cell == "B1"


@pytest.mark.parametrize(("asked", "is_form"), [(10, True), (9, False)])
def test_a_sheet_that_asks_for_half_of_the_fields_is_a_form(
    tmp_path: Path, kit: Kit, asked: int, is_form: bool
) -> None:
    assert len(kit.core) == 20
    labels = [kit.fields[key].label for key in kit.fields if key in kit.core][:asked]
    text = "# 表\n" + "".join(f"| {label} | 答{number} |\n" for number, label in enumerate(labels))
    if not is_form:
        with pytest.raises(SourceError):
            reading(tmp_path, text, kit)
        return
    assert list(written(only(tmp_path, text, kit)).values()) == [f"答{number}" for number in range(asked)]


def test_a_sheet_of_more_cells_than_any_form_is_none(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "a.xlsx", "# 表\n" + "".join(f"| {f.label} | 答 |\n" for f in kit.fields.values()))
    monkeypatch.setattr("docgen.extract.sheet_forms.MOST_CELLS", 2 * len(kit.fields))
    assert len(list(read(path, kit).intakes)) == 1
    monkeypatch.setattr("docgen.extract.sheet_forms.MOST_CELLS", 2 * len(kit.fields) - 1)
    with pytest.raises(SourceError):
        read(path, kit)


# -- properties ------------------------------------------------------------------------------------

ANY_TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["公司名称", "手机号*", "称呼：", "负责人联系方式", "公司名称：甲", "☑银行", "合计", "行业：\n场景"]
    ),
)
PLACES = st.tuples(st.integers(1, 26), st.integers(1, 5))


# a word that no kit knows, with the dress that real answers have
WORDS = st.text("甲乙丙丁戊己庚辛", min_size=1, max_size=6).map(lambda word: f"{word}9")


@pytest.mark.slow
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_answers_are_found_in_any_order_of_rows_or_columns(kit: Kit, data: st.DataObject) -> None:
    named = ["company_name", "contact_name"]  # a table without the name is none, a line without two answers no customer
    others = data.draw(st.permutations([key for key in kit.fields if key in kit.core and key not in named]))
    keys = data.draw(st.permutations([*named, *others[: data.draw(st.integers(10, len(others)))]]))
    given_ = {key: data.draw(st.one_of(st.just(""), WORDS)) for key in keys} | dict.fromkeys(named, "甲9")
    pairs = data.draw(st.integers(1, 4))
    step = data.draw(st.integers(2, 3))  # answers beside their labels, or the same with a blank column behind
    form = [
        (1 + number // pairs, 1 + step * (number % pairs) + part, Cell(text))
        for number, key in enumerate(keys)
        for part, text in enumerate((kit.fields[key].label, given_[key]))
    ]
    table = [
        (row, column, Cell(text))
        for column, key in enumerate(keys, start=1)
        for row, text in ((2, kit.fields[key].label + "*"), (4, given_[key]))
    ]
    for sheet, row in ((grid("S", form), None), (grid("S", table), 4)):
        found = locate(Book((sheet,)), Vocabulary(kit))
        assert found is not None
        (answers,) = found[0]
        assert answers.row == row
        assert {key: answer.written for key, answer in answers.fields.items()} == given_
        assert answers.unrecognised == ()


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(cells_={(1, 4): "行业\n场景"})
@given(cells_=st.dictionaries(PLACES, ANY_TEXT, max_size=25))
def test_no_sheet_crashes_the_reader(kit: Kit, cells_: dict[tuple[int, int], str]) -> None:
    header = {(1, 1): "公司名称", (1, 2): "称呼", (1, 3): "手机号"}
    for start in ({}, header):
        found = locate(Book((grid("S", [(*p, Cell(t)) for p, t in (cells_ | start).items()]),)), Vocabulary(kit))
        for answers in found[0] if found else ():
            places = [a.origin.cell for a in answers.fields.values()]
            assert all(places)
            assert all(u.cell for u in answers.unrecognised)


def test_a_far_corner_cell_and_a_huge_merged_range_cost_nothing(kit: Kit) -> None:
    rows = [(row, 1, Cell(field.label)) for row, field in enumerate(kit.fields.values(), start=1)]
    corner = (1_048_576, 16_384, Cell("x"))
    sheet = grid("S", [*rows, corner], [Extent(100, 1, 1_048_576, 16_000)])
    found = locate(Book((sheet,)), Vocabulary(kit))
    assert found is not None
    (answers,) = found[0]
    assert [(u.cell, u.text) for u in answers.unrecognised] == [("XFD1048576", "x")]
