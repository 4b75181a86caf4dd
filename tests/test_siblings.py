"""Siblings of the cases in tests/cases, in every layout, field and format: read as a careful clerk reads them, or told.

Each is written from a few lines here (tests/any_format.py), so that the sheet stands beside what is expected of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from any_format import written
from conftest import GOOD
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from tables import SOURCE_ROWS, form_text

import docgen

Row = Mapping[str, Any]
SHEETS = ("xlsx", "ods", "xlsb", "xls", "csv", "docx")
#: What is read of each, and of the second and third customer beside it.
SECOND = {
    **GOOD, "company_name": "上海虚构商贸有限公司", "contact_name": "李先生", "contact_mobile": "13911112222",
    "contact_wechat": "xugou_li", "contact_title": "主管", "industries": "保险", "scenarios": "通知", "daily_calls": "3000",
    "total_calls": "60000", "number_types": "手机号", "number_count": "8", "number_regions": "浙江省-杭州市", "concurrency": "30",
}  # fmt: skip
THIRD = {**SECOND, "company_name": "广州样例教育有限公司", "contact_mobile": "13700001111", "industries": "教育"}
KEYS = tuple(key for key in GOOD if key != "qualifications")
LABELS = {
    "company_name": "公司名称", "contact_name": "负责人", "contact_title": "职位", "contact_mobile": "手机号",
    "contact_wechat": "微信号", "industries": "行业", "scenarios": "场景", "greeting_script": "欢迎语话术",
    "main_script": "关键流程话术", "callee_source": "被叫号码来源", "daily_calls": "每日外呼量", "total_calls": "整体外呼量",
    "script_template_approved": "话术模板已审核通过", "number_source": "主叫号码需求", "number_types": "主叫号码类型",
    "number_count": "主叫号码个数", "number_regions": "主叫号码归属地", "concurrency": "外呼并发量",
}  # fmt: skip
INDUSTRIES = ("银行", "保险", "电信运营商", "能源", "教育", "通信", "电商", "消费金融")


def chosen(*keys: str, other: str | None = None) -> dict[str, Any]:
    return {"chosen": list(keys), "other": other}


def places(*names: str) -> list[dict[str, str]]:
    return [dict(zip(("province", "city"), name.split("/"), strict=True)) for name in names]


FIRST_READ = {
    "company_name": "北京示例科技有限公司", "contact_name": "王女士", "contact_mobile": "+8613800138000",
    "industries": chosen("ecommerce"), "scenarios": chosen("notification", "follow_up"), "daily_calls": 5000,
    "total_calls": 100_000, "number_source": "buy", "number_types": chosen("landline"), "number_count": 20,
    "number_regions": places("广东省/深圳市"), "concurrency": 60, "script_template_approved": True, "verdict": "accepted",
}  # fmt: skip
SECOND_READ = {
    **FIRST_READ, "company_name": "上海虚构商贸有限公司", "contact_name": "李先生", "contact_mobile": "+8613911112222",
    "industries": chosen("insurance"), "scenarios": chosen("notification"), "daily_calls": 3000, "total_calls": 60_000,
    "number_types": chosen("mobile"), "number_count": 8, "number_regions": places("浙江省/杭州市"), "concurrency": 30,
}  # fmt: skip
THIRD_READ = {
    **SECOND_READ, "company_name": "广州样例教育有限公司", "contact_mobile": "+8613700001111",
    "industries": chosen("education"),
}  # fmt: skip


class Sibling(NamedTuple):
    """A sheet, in a format, and what is read of each customer; `verdict` among them is the intake's."""

    name: str
    suffix: str
    text: str
    reads: tuple[Row, ...]


ALL: list[Sibling] = []


def add(name: str, text: str, *reads: Row, formats: Sequence[str] = SHEETS) -> None:
    ALL.extend(Sibling(f"{name}.{suffix}", suffix, text, reads) for suffix in formats)


_turns = itertools.cycle(SHEETS)


def add_one(name: str, text: str, *reads: Row, formats: Sequence[str] = ()) -> None:
    """Add it in the next of the formats, so that a list of many goes through all of them."""
    suffix = next(_turns)
    add(name, text, *reads, formats=[suffix if not formats or suffix in formats else formats[0]])


def but(read: Row, **changes: Any) -> dict[str, Any]:
    return {**read, **changes}


# -- layouts ---------------------------------------------------------------------------------------------


def form(rows: Mapping[str, Sequence[str]] | None = None, /, **answers: str) -> str:
    """The table of the source, its line that begins so replaced by others; what it lacks below it."""
    given = {**GOOD, **answers}
    lines = form_text(given).strip().splitlines()
    lines += [f"| {LABELS.get(key, '客户资质')} | < | {given[key]} |" for key in GOOD if key not in SOURCE_ROWS]
    for start, new in (rows or {}).items():
        at = next(number for number, line in enumerate(lines) if line.startswith(start))
        lines[at : at + 1] = new
    return "\n".join(lines) + "\n"


def pairs(*customers: Mapping[str, str], head: str = "", keys: Sequence[str] = KEYS) -> str:
    """A label a line, with the answers of each customer beside it."""
    lines = ["| " + " | ".join([LABELS[key], *(one[key] for one in customers)]) + " |" for key in keys]
    return "\n".join(filter(None, [head, *lines])) + "\n"


def table(*customers: Mapping[str, str], keys: Sequence[str] = KEYS, head: Sequence[str] = ()) -> str:
    """A customer a line."""
    lines = ["| " + " | ".join(head or [LABELS[key] for key in keys]) + " |"]
    lines += ["| " + " | ".join(one.get(key, "") for key in keys) + " |" for one in customers]
    return "\n".join(lines) + "\n"


def columns(*heads: str, order: str, **answers: str) -> str:
    """A form with columns of these headings: L labels, A answers, E examples, H hints, R what is required."""
    examples = {**SECOND, "number_source": "使用自有号码", "number_types": "手机号"}
    lines = ["| " + " | ".join(heads) + " |"]
    for key in KEYS:
        cells = {"L": LABELS[key], "A": {**GOOD, **answers}[key], "E": examples[key], "H": "请按要求填写", "R": "是"}
        lines.append("| " + " | ".join(cells[letter] for letter in order) + " |")
    return "\n".join(lines) + "\n"


two = (GOOD, SECOND)
READ = (FIRST_READ, SECOND_READ)
READ_UNSURE = tuple(but(one, verdict="manual") for one in READ)

for number, (heads, order) in enumerate([
    (["项目", "示例", "填写内容"], "LEA"), (["项目", "填写内容", "示例"], "LAE"), (["项目", "填写说明", "填写"], "LHA"),
    (["字段", "要求", "示例", "客户填写"], "LHEA"), (["Item", "Example", "Answer"], "LEA"), (["项目", "必填", "内容", "说明"], "LRAH"),
    (["项目", "参考答案", "您的答案"], "LEA"), (["项目", "模板", "实际填写"], "LEA"), (["栏目", "填写示范", "填写栏"], "LEA"),
    (["问题", "答复", "填写示例"], "LAE"), (["项目", "举例", "回复"], "LEA"),
]):  # fmt: skip
    add_one(f"columns-with-a-role-{number}", columns(*heads, order=order), FIRST_READ)
add(
    "remarks",
    columns("项目", "填写内容", "备注", order="LA").replace("| 5000 |", "| 5000 | 双十一加量 |"),
    but(FIRST_READ, verdict="manual"),
)
add(
    "remarks-that-say-nothing",
    columns("项目", "填写内容", "备注", order="LA").replace("| 5000 |", "| 5000 | 无 |"),
    FIRST_READ,
)

add("beside-under-headings", pairs(*two, head="| 项目 | 客户A | 客户B |"), *READ)
add("beside-three", pairs(*two, THIRD, head="| 项目 | 客户1 | 客户2 | 客户3 |"), *READ, THIRD_READ)
add("beside-without-headings", pairs(*two), *READ_UNSURE)
add("beside-three-without-headings", pairs(*two, THIRD), *READ_UNSURE, but(THIRD_READ, verdict="manual"))
add(
    "beside-with-a-blank-column",
    pairs(GOOD, dict.fromkeys(KEYS, ""), SECOND, head="| 项目 | 客户A | 客户B | 客户C |"),
    *READ,
)
add("stacked", pairs(GOOD) + "\n" + pairs(SECOND), *READ)
add("stacked-three-without-gap", pairs(GOOD) + pairs(SECOND) + pairs(THIRD), *READ, THIRD_READ)
add("forms-beside", "\n".join(f"| {LABELS[k]} | {GOOD[k]} | | {LABELS[k]} | {SECOND[k]} |" for k in KEYS), *READ)
add("rows", table(*two), *READ)
add("rows-under-a-second-header", table(GOOD) + "\n" + table(SECOND, keys=KEYS[::-1]), *READ)
add("rows-under-a-second-header-without-gap", table(GOOD) + table(SECOND, keys=KEYS[::-1]), *READ)
add(
    "rows-between-sections",
    table(GOOD).replace("\n| 北", "\n| 华北区 |\n| 北") + "| 华东区 |\n" + table(SECOND).split("\n", 1)[1],
    *READ,
)
add(
    "rows-with-frames",
    "| 客户汇总表 |\n| 导出时间：2026-11-26 | 导出人：admin |\n"
    + table(*two)
    + "| 共 2 条记录 |\n\n| 填表人：李样例 |\n| 以下空白 |\n",
    *READ,
)
add(
    "tables-beside",
    "\n".join(f"{a} | {b}" for a, b in zip(table(GOOD).splitlines(), table(SECOND).splitlines(), strict=True)),
    *READ,
)
add("a-customer-over-rows", table(GOOD) + table({"industries": "银行"}).split("\n", 1)[1] + table(SECOND).split("\n", 1)[1],
    but(FIRST_READ, industries=chosen("bank", "ecommerce")), SECOND_READ)  # fmt: skip
add("two-counts-of-a-customer-over-rows", table(GOOD) + table({"number_types": "手机号", "number_count": "10"}).split("\n", 1)[1],
    but(FIRST_READ, number_types=None, number_count=None, verdict="incomplete"))  # fmt: skip
add("one-cell-each", "".join(f"| {LABELS[key]}：{GOOD[key]} |\n" for key in KEYS), FIRST_READ)
add("lines-to-write-on", "".join(f"| {LABELS[key]}：____{GOOD[key]}____ |\n" for key in KEYS), FIRST_READ)
add("labels-with-colons", "".join(f"| {LABELS[key]}： | {GOOD[key]} |\n" for key in KEYS), FIRST_READ)
add("lines-of-text", pairs(GOOD), FIRST_READ, formats=("txt", "eml"))
add(
    "lines-of-text-with-a-wish",
    pairs(GOOD) + "| 另外，我司希望尽快开通。 |\n",
    but(FIRST_READ, verdict="manual"),
    formats=("txt", "eml"),
)
add("two-customers-in-lines", pairs(GOOD) + "\n" + pairs(SECOND), *READ, formats=("txt", "eml"))
add("below-labels", "".join(table(GOOD, keys=KEYS[at : at + 3]) for at in range(0, len(KEYS), 3)), FIRST_READ)
add("rows-with-remarks", table(*two).replace("外呼并发量 |", "外呼并发量 | 备注 |").replace("| 60 |", "| 60 | 号码要连号 |"),
    but(FIRST_READ, verdict="manual"), SECOND_READ)  # fmt: skip
add(
    "rows-kept-by-sales",
    table(*two).replace("外呼并发量 |", "外呼并发量 | 跟进人 |").replace("| 60 |", "| 60 | 小李 |"),
    *READ,
)
add("two-columns-of-one-field", table(*two).replace("外呼并发量 |", "外呼并发量 | 日外呼量 |").replace("| 60 |", "| 60 | 8000 |"),
    but(FIRST_READ, verdict="manual"), SECOND_READ)  # fmt: skip

PRINT = "\n".join(f"流程第{number}步的介绍文字。" for number in range(1, 13)) + "\n"
add("among-the-print-of-another-form", PRINT + form(), FIRST_READ, formats=("docx",))
add(
    "a-remark-among-the-print",
    PRINT + "签约主体为深圳分公司\n" + form(),
    but(FIRST_READ, verdict="manual"),
    formats=("docx",),
)

# -- labels ----------------------------------------------------------------------------------------------

for number, (before, behind) in enumerate([
    ("1、", ""), ("Q1. ", ""), ("1.1 ", ""), ("（1）", ""), ("① ", ""), ("01 ", ""), ("第1题：", ""), ("", "（必填）"), ("", "-必填"),
    ("*", ""), ("客户信息/", ""), ("客户信息-", ""), ("您的", ""), ("请填写", ""), ("[必填]", ""), ("【", "】"), ("", "（单选）"),
]):  # fmt: skip
    add_one(
        f"labels-with-more-{number}",
        "".join(f"| {before}{LABELS[k]}{behind} | {GOOD[k]} |\n" for k in KEYS),
        FIRST_READ,
    )
add(
    "labels-that-say-whose",
    "".join(f"| 贵公司{LABELS[k]} | {GOOD[k]} |\n" for k in KEYS),
    but(FIRST_READ, verdict="manual"),
    formats=("xlsx", "csv"),
)
add("a-label-with-a-slip", table(*two).replace("每日外呼量", "每日外乎量"), *READ_UNSURE)
add("keys-as-labels", "".join(f"| {key} | {GOOD[key]} |\n" for key in KEYS), FIRST_READ)
for number, (label, keys, between) in enumerate([
    ("联系人/职位", ("contact_name", "contact_title"), "/"), ("姓名+电话", ("contact_name", "contact_mobile"), "+"),
    ("日外呼量/总外呼量", ("daily_calls", "total_calls"), "/"), ("联系人、手机、微信", ("contact_name", "contact_mobile", "contact_wechat"), "、"),
]):  # fmt: skip
    lines = [f"| {label} | {between.join(GOOD[key] for key in keys)} |"]
    add_one(
        f"joint-labels-{number}",
        "\n".join(lines) + "\n" + pairs(GOOD, keys=[k for k in KEYS if k not in keys]),
        FIRST_READ,
    )
add(
    "a-number-behind-a-name",
    form({"| 负责人联系方式": ["| 负责人联系方式* | 手机号* |  |"]}, contact_name="王女士 13800138000"),
    FIRST_READ,
)
add("more-behind-the-number", form({"| 负责人联系方式": ["| 负责人联系方式* | 手机号* |  |"]}, contact_name="王女士13800138000微信同号"),
    but(FIRST_READ, verdict="manual"))  # fmt: skip

# -- units of labels -------------------------------------------------------------------------------------

for number, (label, written_below, total) in enumerate([
    ("整体外呼量（万）", "10", 100_000), ("整体外呼量（万通）", "10", 100_000), ("整体外呼量（单位：万）", "10", 100_000),
    ("整体外呼量（千）", "100", 100_000), ("整体外呼量（万）", "10万", 100_000), ("整体外呼量（通）", "100000", 100_000),
    ("整体外呼量（必填）", "100000", 100_000), ("整体外呼量（月）", "100000", None), ("整体外呼量（每月）", "100000", None),
    ("整体外呼量（万）", "100000", None), ("整体外呼量（万/月）", "10", None),
]):  # fmt: skip
    read_as = but(FIRST_READ, total_calls=total, verdict="incomplete" if total is None else "accepted")
    changed = [
        line.replace("整体外呼量", label) for line in table(GOOD | {"total_calls": written_below}, SECOND).splitlines()
    ]
    second = [line for line in pairs(GOOD | {"total_calls": written_below}).splitlines()]
    add_one(f"unit-of-a-label-{number}", "\n".join(second).replace("整体外呼量", label) + "\n", read_as)
    add_one(f"unit-of-a-heading-{number}", "\n".join(changed[:2]) + "\n", read_as)
add(
    "another-period-is-another-label",
    table(GOOD).replace("每日外呼量", "每月外呼量"),
    but(FIRST_READ, daily_calls=None, verdict="incomplete"),
)

_IN_SCALE = {"total_calls": "10", "daily_calls": "0.5"}
SCALED = {**GOOD, **_IN_SCALE}
WHOLE = {**GOOD, "total_calls": "10", "daily_calls": "5"}  # what is read of it as it is written is possible
CALLS = ("daily_calls", "total_calls")


def units_of(*customers: Mapping[str, str], order: str, head: str = "", unit: str = "万") -> str:
    """A form with a column of units: L labels, A answers of each customer, U units."""
    lines = []
    for key in KEYS:
        cells = {"L": [LABELS[key]], "A": [one[key] for one in customers], "U": [unit if key in CALLS else ""]}
        lines.append("| " + " | ".join(text for letter in order for text in cells[letter]) + " |")
    return "\n".join(filter(None, [head, *lines])) + "\n"


def unit_row(unit: str) -> str:
    return "| " + " | ".join(unit if key in CALLS else "" for key in KEYS) + " |"


HEADER, CUSTOMER = table(SCALED).splitlines()
add("unit-in-a-column", units_of(SCALED, order="LAU", head="| 项目 | 填写内容 | 单位 |"), FIRST_READ)
add("unit-in-a-column-before", units_of(SCALED, order="LUA", head="| 项目 | 单位 | 填写内容 |"), FIRST_READ)
add("unit-in-a-column-without-heading", units_of(SCALED, order="LAU", unit="（万）"), FIRST_READ)
add("unit-of-calls-in-a-column", units_of(GOOD, order="LAU", head="| 项目 | 填写内容 | 单位 |", unit="通"), FIRST_READ)
add(
    "unit-in-a-column-behind-customers",
    units_of(
        SCALED, SECOND | {"total_calls": "6", "daily_calls": "0.3"}, order="LAU", head="| 项目 | 客户A | 客户B | 单位 |"
    ),
    *READ_UNSURE,
)
add("unit-below-headings", "\n".join([HEADER, unit_row("万通"), CUSTOMER]), FIRST_READ)
add("unit-in-brackets-below-headings", "\n".join([HEADER, unit_row("（万）"), CUSTOMER]), FIRST_READ)
add("unit-above-headings", "\n".join([unit_row("（万）"), HEADER, CUSTOMER]), FIRST_READ)
add(
    "unit-of-a-group", form({"| 被叫号码个数": ["| 被叫号码个数（万） | 每日外呼量* | 0.5 |"]}, **_IN_SCALE), FIRST_READ
)
for number, line in enumerate(
    ["单位：万", "（单位：万通）", "以下数量单位均为万", "信息收集表（单位：万）", "以上数量以万为单位"]
):
    unsure = but(FIRST_READ, daily_calls=5, total_calls=10, verdict="manual")
    add(f"unit-of-a-form-{number}", f"| {line} |\n" + pairs(WHOLE), unsure)
    add(f"unit-of-a-form-{number}-below", pairs(WHOLE) + f"| 注：{line} |\n", unsure)
    add(f"unit-of-a-table-{number}", f"| {line} |\n" + table(WHOLE, SECOND), unsure, READ_UNSURE[1])
    add(f"unit-in-a-line-{number}", f"{line}\n" + table(WHOLE, SECOND), unsure, READ_UNSURE[1], formats=("docx",))
    add_one(f"unit-of-forms-{number}", f"| {line} |\n" + pairs(WHOLE) + "\n" + pairs(SECOND), unsure, READ_UNSURE[1])
add("unit-of-the-answers", pairs(WHOLE, head="| 项目 | 填写内容（万） |"), unsure)
add(
    "a-company-called-unit",
    "| 单位：万样例公司 |\n" + pairs(GOOD, keys=KEYS[1:]),
    but(FIRST_READ, company_name="万样例公司"),
)

# -- an answer that repeats its label --------------------------------------------------------------------

REPEATED = but(FIRST_READ, contact_title=None, verdict="manual")
add("a-label-for-an-answer", pairs(GOOD | {"contact_title": "职位"}), REPEATED)
add("a-label-for-an-answer-in-the-form", form(contact_title="职位"), REPEATED)
add("a-label-for-an-answer-in-a-table", table(GOOD | {"contact_title": "职位"}, SECOND), REPEATED, SECOND_READ)
add(
    "a-label-for-an-answer-in-one-cell",
    "".join(f"| {LABELS[k]}：{(GOOD | {'contact_title': '职位'})[k]} |\n" for k in KEYS),
    REPEATED,
)

# -- answers in another column than their neighbours ----------------------------------------------------

for label, moved in (
    ("公司名称", "北京示例科技有限公司"),
    ("行业", "电商"),
    ("主叫号码个数", "20"),
    ("主叫号码归属地", "广东省-深圳市"),
):
    add(f"moved-{label}", form({f"| {label}": [f"| {label}* | {moved} |  |"]}), FIRST_READ)

# -- choices in cells of their own -----------------------------------------------------------------------

TICKED = but(FIRST_READ, industries=chosen("insurance", "ecommerce"))
MARKS = [("√", "×"), ("Y", "N"), ("Yes", "No"), ("是", "否"), ("1", "0"), ("TRUE", "FALSE"), ("☑", "□"), ("■", "□"), ("●", "○"), ("T", "F"), ("有", "无")]  # fmt: skip


def marks(yes: str, no: str) -> Callable[[str], str]:
    return lambda label: yes if label in {"保险", "电商"} else no


for yes, no in MARKS:
    of = marks(yes, no)
    name = f"marks-{yes}-{no}"
    after = "| 行业* | < | " + " | ".join(f"{label} | {of(label)}" for label in INDUSTRIES) + " |"
    before = "| 行业* | < | " + " | ".join(f"{of(label)} | {label}" for label in INDUSTRIES) + " |"
    under = ["| 行业* | < | " + " | ".join(INDUSTRIES) + " |", "|  |  | " + " | ".join(map(of, INDUSTRIES)) + " |"]
    lines = [f"| {'行业*' if label == '银行' else ''} |  | {label} | {of(label)} |" for label in INDUSTRIES]
    add_one(f"{name}-after", form({"| 行业": [after]}), TICKED)
    add_one(f"{name}-before", form({"| 行业": [before]}), TICKED)
    add_one(f"{name}-below", form({"| 行业": under}), TICKED)
    add_one(f"{name}-in-rows", form({"| 行业": lines}), TICKED)
    types = f"| 主叫号码类型* | < | 固号 | {no} | 手机号 | {yes} |"
    add_one(f"{name}-types", form({"| 主叫号码类型": [types]}), but(FIRST_READ, number_types=chosen("mobile")))
    heads = [*(LABELS[key] for key in KEYS if key != "industries"), "行业/银行", "行业/保险", "行业/电商"]
    other = [key for key in KEYS if key != "industries"]
    text = "| " + " | ".join(heads) + " |\n"
    text += "| " + " | ".join([*(GOOD[key] for key in other), no, yes, yes]) + " |\n"
    text += "| " + " | ".join([*(SECOND[key] for key in other), yes, no, no]) + " |\n"
    add_one(f"{name}-columns", text, TICKED, but(SECOND_READ, industries=chosen("bank")))

add(
    "boxes-in-two-cells",
    form({"| 行业": ["| 行业* | < | 银行 □ 保险 ☑ 电信运营商 □ 能源 □ | 教育 □ 通信 □ 电商 ☑ 消费金融 □ |"]}),
    TICKED,
)
add("boxes-in-rows-without-label", form({"| 行业": ["| 行业* | < | □银行 ☑保险 □电信运营商 |", "|  |  | □能源 □教育 □通信 |", "|  |  | ☑电商 □消费金融 ☑其他：物流 |"]}),
    but(TICKED, industries=chosen("insurance", "ecommerce", other="物流"), verdict="manual"))  # fmt: skip
add("choices-in-cells", form({"| 行业": ["| 行业* | < | 保险 | 电商 |"]}), TICKED)
add(
    "all-in-cells-as-printed",
    form({"| 行业": ["| 行业* | < | " + " | ".join(INDUSTRIES) + " |"]}),
    but(FIRST_READ, industries=None, verdict="incomplete"),
)
add(
    "amounts-beside-choices",
    form({"| 主叫号码类型": ["| 主叫号码类型* | < | 固号 | 10个 | 手机号 | 10个 |"]}),
    {key: value for key, value in FIRST_READ.items() if key not in {"number_types", "verdict"}} | {"verdict": "manual"},
)

# -- values ----------------------------------------------------------------------------------------------

for key, value, texts in (
    ("daily_calls", 5000, ["至少5000", "5000以上", ">5000", "5,000通", "５０００", "约5千左右", "5000 per day", "近5000"]),
    ("daily_calls", None, ["每月15万", "15万/月", "本月15万", "月均15万", "每小时500", "单号500通", "每个号码200", "5000/天，10万/月", "5.000", "数千"]),
    ("number_regions", places("广东省/深圳市"), ["广东/深圳", "深", "廣東省深圳市", "中国-广东-深圳", "广东,深圳", "深圳市南山区", "深圳（不要广州）"]),
    ("number_regions", None, ["粤", "广东全省", "江浙沪", "除深圳外", "随机", "湖南深圳", "深圳优先，其次广州"]),
    ("industries", chosen("bank", "ecommerce"), ["银行┋电商", '["银行","电商"]', "A.银行,G.电商", "銀行、電商", "Banking, E-commerce", "银行√ 保险 电商√", "√□银行 □保险 √□电商"]),
    ("number_types", chosen("mobile"), ["□固号　√□手机号", "手机号√", "Mobile", "固号× 手机号√", "移动号码"]),
    ("number_types", None, ["固号为主", "只要固号，不要手机号", "卫星电话", "□固号√□手机号"]),
    ("contact_mobile", None, ["13800138000/13911112222", "0755-88888888", "138001380000", "原13800138000，现13911112222"]),
    ("script_template_approved", False, ["□是 ☑否", "未", "×", "No", "0"]),
    ("script_template_approved", None, ["部分通过", "正在审核", "不确定"]),
):  # fmt: skip
    for text in texts:
        verdict = FIRST_READ["verdict"] if value is not None else "incomplete"
        if text in {"深圳（不要广州）"}:
            verdict = "manual"
        add_one(f"{key}-{text}", form(**{key: text}, total_calls="5000000"), but(FIRST_READ, total_calls=5_000_000, verdict=verdict, **{key: value}), formats=("xlsx",))  # fmt: skip


# -- what is read ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def kit() -> docgen.Kit:
    return docgen.Kit.load("caller-number")


def test_there_is_a_format_for_each_reader() -> None:
    assert {one.suffix for one in ALL} == {*SHEETS, "txt", "eml"}
    assert len({one.name for one in ALL}) == len(ALL) > 300


@pytest.mark.parametrize("sibling", ALL, ids=[one.name.replace("\u3000", "_") for one in ALL])
def test_a_sibling_is_read_or_told(kit: docgen.Kit, tmp_path: Path, sibling: Sibling) -> None:
    cases = list(docgen.read(written(tmp_path / f"a.{sibling.suffix}", sibling.text), kit))
    assert len(cases) == len(sibling.reads)
    for case, wanted in zip(cases, sibling.reads, strict=True):
        got = {**case.as_json()["values"], "verdict": case.verdict.value}
        assert {key: got[key] for key in wanted} == dict(wanted)
        # what is not read is told
        assert got["verdict"] != "accepted" or None not in wanted.values()


# -- what a document shows beside its texts --------------------------------------------------------------


def _with_tick(document: Any, cell: Any) -> None:
    cell.text = ""
    tick = OxmlElement("w:sym")
    tick.set(qn("w:font"), "Wingdings")
    tick.set(qn("w:char"), "F0FC")
    cell.paragraphs[0].add_run()._r.append(tick)


def _with_table(document: Any, cell: Any) -> None:
    inner = cell.add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "手机号", "10个"


def _with_remark(document: Any, cell: Any) -> None:
    document.add_paragraph("号码数量改为50个")


def _with_footer(document: Any, cell: Any) -> None:
    document.sections[0].footer.paragraphs[0].text = "签约主体为深圳分公司"


@pytest.mark.parametrize(
    ("change", "key", "verdict"),
    [
        (_with_tick, "script_template_approved", "accepted"),
        (_with_table, "number_count", "manual"),
        (_with_remark, "number_count", "manual"),
        (_with_footer, "number_count", "manual"),
    ],
)
def test_a_document_says_more_than_its_cells(
    kit: docgen.Kit, tmp_path: Path, change: Callable[[Any, Any], None], key: str, verdict: str
) -> None:
    path = written(tmp_path / "a.docx", pairs(GOOD | {"script_template_approved": "是"}))
    document = Document(str(path))
    change(document, document.tables[0].cell(KEYS.index(key), 1))
    document.save(str(path))
    (case,) = docgen.read(path, kit)
    got = {**case.as_json()["values"], "verdict": case.verdict.value}
    assert {name: got[name] for name in FIRST_READ} == but(FIRST_READ, verdict=verdict)


def test_a_remark_below_several_customers_is_told_to_each(kit: docgen.Kit, tmp_path: Path) -> None:
    path = written(tmp_path / "a.docx", table(*two) + "\n号码数量改为50个\n")
    cases = list(docgen.read(path, kit))
    assert [case.verdict.value for case in cases] == ["manual", "manual"]
    assert all("50" not in finding.message for case in cases for finding in case.findings)  # it may be another's
