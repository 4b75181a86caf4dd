"""What customers add in words: notes that change an answer, withdraw it or put it off, and notes that every form has.

Each kind is read in one of several layouts in turn, so that a list of many goes through all of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from any_format import written
from conftest import GOOD
from test_clerk import TABLE_HEAD, TABLE_ROW, Row, agree, lines_with, quoted, read
from test_siblings import FIRST_READ, KEYS, LABELS, SECOND, SECOND_READ, but, chosen, pairs, table

import docgen


@pytest.fixture(scope="module")
def kit() -> docgen.Kit:
    return docgen.Kit.load("caller-number")


LAYOUTS = (
    lambda line: pairs(GOOD) + line, lambda line: line + pairs(GOOD), lambda line: pairs(GOOD) + "\n\n" + line,
    lambda line: TABLE_HEAD + TABLE_ROW + line, lambda line: TABLE_HEAD + TABLE_ROW + "\n" + line,
    lambda line: f"# 信息\n{pairs(GOOD)}# 补充\n{line}",
)  # fmt: skip
CHANGES = """上述号码均不含4
说明：话术另行提供
注：以上号码均为手机号
备注：其中10个为手机号
说明：首批先开10个
注：并发量以附件为准
以上数量为每月数量
上述数量为单个号码
本表作废
作废
此单取消
注：该申请已撤回
说明：暂缓开通
注：手机号填错，应为13900139000
更正：每日外呼量8000
另加10个手机号
除深圳外，其余均为手机号
注：不需要固号
只开10个
以上外呼量按月计
注：合作终止
说明：以上为测试数据
注：被叫号码来源待确认
以上内容仅供参考
*每日外呼量为旺季数据
说明：外呼量单位为万
注：本表为草稿，未经领导确认
①按自然日计
※ 周末不外呼，每日外呼量仅工作日
注：联系人已离职
（联系人变更：李先生 13911112222）
注：以上公司为代理商，实际使用方为上海虚构商贸有限公司
注：开票主体与申请主体不同
P.S. 手机号换了，13900139000
请处理，外呼量按8000""".splitlines()
HARMLESS = """填表说明：请用正楷填写
注：以上信息仅用于号码对接
说明：本表一式两份，双方各执一份
注：涂改无效
注：逾期作废
本表未尽事宜，双方另行协商
注：如有变更请及时通知
说明：如需增加号码，请另行提供说明
以上信息均真实有效
我司承诺以上信息真实、准确、完整
注：灰色部分无需填写
注：最终以双方签订的合同为准
说明：请如实填写，因填写有误造成的损失由申请方承担
说明：如填写错误，请重新填写，切勿涂改
注：只需填写必填项
注：除特殊说明外，均为必填
注：话术不得包含虚假宣传
温馨提示：线路审批约需1-2周
说明：不需要的项目请填"无"
注：外呼时间为9:00-20:00
*本表最终解释权归服务方所有
-- 完 --
备注：无
特殊要求：暂无
邮编：100000
传真：010-88888888
发自我的iPhone""".splitlines()


@pytest.mark.parametrize(("number", "text"), [*enumerate(CHANGES)])
def test_a_note_that_changes_the_answers_is_told(kit: docgen.Kit, tmp_path: Path, number: int, text: str) -> None:
    path = written(tmp_path / "a.xlsx", LAYOUTS[number % len(LAYOUTS)](f"| {text} |\n"))
    agree(read(path, kit), but(FIRST_READ, verdict="manual"))
    assert text.strip("（）") in quoted(path, kit)
    assert text not in [one["text"] for one in docgen.read(path, kit).outside_json()]  # quoted, so not listed again


def test_what_changes_the_answers_of_several_is_told_to_each(kit: docgen.Kit, tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", table(GOOD, SECOND) + "\n| 更正：每日外呼量8000 |\n")
    agree(read(path, kit), but(FIRST_READ, verdict="manual"), but(SECOND_READ, verdict="manual"))
    assert "8000" not in quoted(path, kit)  # it may be about the other customer
    assert "更正：每日外呼量8000" in [one["text"] for one in docgen.read(path, kit).outside_json()]


@pytest.mark.parametrize(("number", "text"), [*enumerate(HARMLESS)])
def test_a_note_that_every_form_has_is_none(kit: docgen.Kit, tmp_path: Path, number: int, text: str) -> None:
    path = written(tmp_path / "a.xlsx", LAYOUTS[number % len(LAYOUTS)](f"| {text} |\n"))
    agree(read(path, kit), FIRST_READ)


# -- answers that are marked or withdrawn ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("number_count", "20¹", 20),
        ("number_count", "20①", 20),
        ("number_count", "20²个", 20),
        ("number_count", "10²", None),
        ("daily_calls", "5×10³", None),
        ("contact_mobile", "13800138000①", "+8613800138000"),
        ("company_name", "北京示例科技有限公司①", "北京示例科技有限公司"),
        ("number_types", "固号②", chosen("landline")),
    ],
)
def test_the_mark_of_a_footnote_is_no_digit(kit: docgen.Kit, tmp_path: Path, key: str, text: str, value: Any) -> None:
    wanted = but(FIRST_READ, verdict="manual" if value is not None else "incomplete", **{key: value})
    agree(read(written(tmp_path / "a.xlsx", pairs(GOOD | {key: text})), kit), wanted)
    labels = pairs(GOOD).replace("每日外呼量", "每日外呼量¹").replace("手机号", "手机号①：")
    agree(read(written(tmp_path / "b.xlsx", labels), kit), FIRST_READ)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("contact_name", "李先生（已更换为王女士）"),
        ("contact_name", "王女士（已离职）"),
        ("contact_name", "王女士 改为李先生"),
        ("company_name", "北京示例科技有限公司（作废）"),
        ("contact_mobile", "13800138000（已停机）"),
    ],
)
def test_a_name_or_number_that_may_no_longer_hold(kit: docgen.Kit, tmp_path: Path, key: str, text: str) -> None:
    agree(read(written(tmp_path / "a.xlsx", pairs(GOOD | {key: text})), kit), {"verdict": "manual"})


@pytest.mark.parametrize("text", ["电商", "“北京示例科技有限公司”", '"20"'])
def test_quotation_marks_around_an_answer_are_not_part_of_it(kit: docgen.Kit, tmp_path: Path, text: str) -> None:
    key = {"“": "company_name", '"': "number_count"}.get(text[0], "industries")
    agree(read(written(tmp_path / "a.xlsx", pairs(GOOD | {key: text})), kit), FIRST_READ)


@pytest.mark.parametrize("label", ["每日外呼量（每坐席）", "每日外呼量（单号码）", "每日外呼量（人均）"])
def test_a_number_by_the_seat_is_no_total(kit: docgen.Kit, tmp_path: Path, label: str) -> None:
    path = written(tmp_path / "a.xlsx", lines_with({"daily_calls": [f"| {label} | 500 |"]}, GOOD))
    agree(read(path, kit), but(FIRST_READ, daily_calls=None, verdict="incomplete"))


@pytest.mark.parametrize(
    ("status", "verdict"), [("正常", "accepted"), ("待审核", "accepted"), ("作废", "manual"), ("已取消", "manual")]
)
def test_the_status_of_a_row(kit: docgen.Kit, tmp_path: Path, status: str, verdict: str) -> None:
    text = TABLE_HEAD.replace("|\n", "| 状态 |\n") + TABLE_ROW.replace("|\n", f"| {status} |\n")
    agree(read(written(tmp_path / "a.xlsx", text), kit), but(FIRST_READ, verdict=verdict))


# -- sheets ----------------------------------------------------------------------------------------------

SHEETS: dict[str, tuple[str, tuple[Row, ...]]] = {
    "a form over two sheets": (
        f"# 客户\n{pairs(GOOD, keys=KEYS[:9])}# 号码\n{pairs(GOOD, keys=KEYS[9:])}", (FIRST_READ,),
    ),
    "an example on a sheet of its own": (f"# 填写示例\n{pairs(SECOND)}# 填写\n{pairs(GOOD)}", (FIRST_READ,)),
    "an example alone": (f"# 填写示例\n{pairs(GOOD)}", (but(FIRST_READ, verdict="manual"),)),
    "a sheet that is void": (
        f"# 作废\n{pairs(SECOND)}# 正式\n{pairs(GOOD)}", (but(SECOND_READ, verdict="manual"), FIRST_READ),
    ),
    "a sheet called a template": (f"# 模板\n{pairs(GOOD)}", (FIRST_READ,)),
}  # fmt: skip


@pytest.mark.parametrize(("text", "reads"), SHEETS.values(), ids=list(SHEETS))
def test_what_the_sheets_say(kit: docgen.Kit, tmp_path: Path, text: str, reads: tuple[Row, ...]) -> None:
    for suffix in ("xlsx", "ods"):
        agree(read(written(tmp_path / f"a.{suffix}", text), kit), *reads)


def test_cells_of_a_form_over_sheets_are_named_with_their_sheet(kit: docgen.Kit, tmp_path: Path) -> None:
    text = SHEETS["a form over two sheets"][0].replace("| 主叫号码个数 | 20 |", "| 主叫号码个数 | 很多 |")
    (case,) = docgen.read(written(tmp_path / "a.xlsx", text), kit)
    assert [(one.code, one.origin.cell) for one in case.findings if one.level.value == "invalid"] == [
        ("count-unreadable", "号码!B7")
    ]


@pytest.mark.parametrize("between", [" ", " - ", "  ", "："])
def test_lines_with_other_separators(kit: docgen.Kit, tmp_path: Path, between: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\n".join(f"{LABELS[key]}{between}{GOOD[key]}" for key in KEYS), encoding="utf-8")
    agree(read(path, kit), FIRST_READ)
