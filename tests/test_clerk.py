"""Inputs that customers write in their own ways: read as a careful clerk reads them, or told.

tests/test_siblings.py has the layouts of the cases; here are answers, mails and documents of other kinds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from any_format import written
from conftest import GOOD
from test_siblings import FIRST_READ, KEYS, LABELS, but, chosen, pairs, places

import docgen

Row = Mapping[str, Any]


@pytest.fixture(scope="module")
def kit() -> docgen.Kit:
    return docgen.Kit.load("caller-number")


def read(path: Path, kit: docgen.Kit) -> list[dict[str, Any]]:
    """What is read of each customer, with the verdict."""
    return [{**case.as_json()["values"], "verdict": case.verdict.value} for case in docgen.read(path, kit)]


def agree(got: Sequence[Row], *wanted: Row) -> None:
    assert [{key: one[key] for key in want} for one, want in zip(got, wanted, strict=True)] == list(map(dict, wanted))
    # what is not read is told
    assert all(one["verdict"] != "accepted" or None not in want.values() for one, want in zip(got, wanted, strict=True))


def quoted(path: Path, kit: docgen.Kit) -> str:
    """The words that the findings of the first customer quote."""
    case = next(iter(docgen.read(path, kit)))
    return "\n".join(f"{one.written} {one.message}" for one in case.findings)


# -- answers ---------------------------------------------------------------------------------------------

NOT_GIVEN = (
    "见附件",
    "详见附件1.docx",
    "同上",
    "〃",
    "待定",
    "待补充",
    "稍后提供",
    "由贵司提供",
    "不清楚",
    "TBD",
    "资质见邮件",
)


@pytest.mark.parametrize("text", NOT_GIVEN)
@pytest.mark.parametrize("key", ["company_name", "contact_name", "industries", "greeting_script", "callee_source"])
def test_an_answer_that_points_elsewhere_is_none(kit: docgen.Kit, tmp_path: Path, key: str, text: str) -> None:
    path = written(tmp_path / "a.xlsx", pairs(GOOD | {key: text}))
    agree(read(path, kit), but(FIRST_READ, verdict="incomplete", **{key: None}))
    assert f"「{text}」" in quoted(path, kit)


@pytest.mark.parametrize("text", ["待定", "见附件"])
def test_an_answer_nobody_needs_may_be_left_open(kit: docgen.Kit, tmp_path: Path, text: str) -> None:
    path = written(tmp_path / "a.xlsx", pairs(GOOD | {"contact_title": text}))
    agree(read(path, kit), {"company_name": FIRST_READ["company_name"], "verdict": "accepted"})
    assert f"「{text}」" in quoted(path, kit)


@pytest.mark.parametrize("text", ["请填写公司全称", "请输入", "请填写营业执照上的名称"])
def test_a_request_is_no_answer(kit: docgen.Kit, tmp_path: Path, text: str) -> None:
    path = written(tmp_path / "a.xlsx", pairs(GOOD | {"company_name": text}))
    agree(read(path, kit), but(FIRST_READ, company_name=None, verdict="incomplete"))


ACCEPTED = [
    ("number_types", ["只要固号", "需要固号", "固号10个，手机号0个", "固号：20；手机号：0", "固号（20个），手机号（0个）"], chosen("landline")),
    ("number_source", ["我们需要购买新号码", "申请购买新号码。", "购买新号码即可"], "buy"),
    ("industries", ["主要做电商", "电商公司", "我司从事电商行业", "电商，其他：无", "电商 其他/"], chosen("ecommerce")),
    ("number_regions", ["☑深圳 ☑广州 □东莞", "深圳√ 广州√ 东莞×", "深圳+广州", "深圳&广州", "深圳/广州各10个", "深圳和广州都要"],
     places("广东省/深圳市", "广东省/广州市")),
    ("number_regions", ["深圳号码", "深圳本地", "深圳固号", "全部深圳"], places("广东省/深圳市")),
    ("number_regions", ["襄樊", "湖北襄樊市"], places("湖北省/襄阳市")),
    ("number_regions", ["雄安新区"], places("河北省/保定市")),
    ("number_regions", ["上海闸北区"], places("上海市/上海市")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "text", "value"), [(key, text, value) for key, texts, value in ACCEPTED for text in texts]
)
def test_an_answer_in_other_words(kit: docgen.Kit, tmp_path: Path, key: str, text: str, value: Any) -> None:
    agree(read(written(tmp_path / "a.xlsx", pairs(GOOD | {key: text})), kit), but(FIRST_READ, **{key: value}))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("☑营业执照 □ICP许可证", ["营业执照"]),
        ("营业执照√ ICP许可证×", ["营业执照"]),
        ("□营业执照 □ICP许可证", None),
        ("■营业执照\n■ICP许可证", ["营业执照", "ICP许可证"]),
        ("待提供", None),
    ],
)
def test_ticks_in_a_list(kit: docgen.Kit, tmp_path: Path, text: str, value: Any) -> None:
    line = "| 客户资质 | " + text.replace("\n", "\\n") + " |\n"
    assert read(written(tmp_path / "a.xlsx", pairs(GOOD) + line), kit)[0]["qualifications"] == value


@pytest.mark.parametrize(
    ("key", "text", "verdict"),
    [
        ("contact_name", "13800138000", "manual"),
        ("company_name", "北京示例科技有限公司 / 上海虚构商贸有限公司", "manual"),
        ("company_name", "北京示例科技有限公司（原北京旧例科技有限公司）", "accepted"),
    ],
)
def test_a_name_that_may_be_none(kit: docgen.Kit, tmp_path: Path, key: str, text: str, verdict: str) -> None:
    agree(read(written(tmp_path / "a.xlsx", pairs(GOOD | {key: text})), kit), {key: text, "verdict": verdict})


def test_the_answers_of_other_fields_in_one_cell(kit: docgen.Kit, tmp_path: Path) -> None:
    joint = {
        "company_name": "北京示例科技有限公司；联系人：王女士；电话：13800138000",
        "contact_name": "",
        "contact_mobile": "",
    }
    agree(read(written(tmp_path / "a.xlsx", pairs(GOOD | joint)), kit), FIRST_READ)
    code = {"company_name": "北京示例科技有限公司\\n统一社会信用代码：91990000MA0000002E"}
    (got,) = read(written(tmp_path / "b.xlsx", pairs(GOOD | code)), kit)
    agree([got], but(FIRST_READ, customer_credit_code="91990000MA0000002E"))
    differing = {"company_name": "北京示例科技有限公司 联系人：李先生"}
    path = written(tmp_path / "c.xlsx", pairs(GOOD | differing))
    agree(read(path, kit), but(FIRST_READ, verdict="manual"))
    assert "「李先生」" in quoted(path, kit)


# -- mails -----------------------------------------------------------------------------------------------

LINES = "\n".join(f"{LABELS[key]}：{GOOD[key]}" for key in KEYS)
OLDER = LINES.replace("每日外呼量：5000", "每日外呼量：3000")
TABLE = "<table>" + "".join(f"<tr><td>{LABELS[key]}</td><td>{GOOD[key]}</td></tr>" for key in KEYS) + "</table>"
SPANNED = TABLE.replace("<tr><td>负责人<", "<tr><td rowspan=2>负责人信息</td><td>负责人<")


def mail(path: Path, plain: str | None, page: str | None = None) -> Path:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "kehu@example.com", "jingli@example.com", "信息收集表"
    if plain is not None:
        message.set_content(plain)
    if page is not None:
        page = f"<html><body>{page}</body></html>"
        message.add_alternative(page, subtype="html") if plain else message.set_content(page, subtype="html")
    path.write_bytes(message.as_bytes())
    return path


MAILS: dict[str, tuple[str | None, str | None]] = {
    "a table": (None, f"<p>您好，信息如下：</p>{TABLE}<p>谢谢！</p>"),
    "a table with merged cells": (None, SPANNED),
    "a table and its text": ("\n".join(GOOD[key] for key in KEYS), TABLE),
    "a stub and a page": ("请使用支持 HTML 的客户端查看", LINES.replace("\n", "<br>")),
    "tabs": (LINES.replace("：", "\t"), None),
    "bars": ("\n".join(f"| {LABELS[key]} | {GOOD[key]} |" for key in KEYS), None),
    "signs of equality": ("\n".join(f"{LABELS[key]} = {GOOD[key]}" for key in KEYS), None),
    "brackets": ("\n".join(f"【{LABELS[key]}】{GOOD[key]}" for key in KEYS), None),
    "columns of blanks": ("\n".join(f"{LABELS[key]}    {GOOD[key]}" for key in KEYS), None),
    "an earlier mail": (f"{LINES}\n\n-----原始邮件-----\n发件人: a@example.com\n主题: 表\n\n{OLDER}", None),
    "an earlier mail in English": (f"{LINES}\n\nOn Fri, Nov 20, 2026 at 10:00 AM A <a@example.com> wrote:\n{OLDER}", None),
    "an earlier mail with heads": (f"{LINES}\n\nFrom: a@example.com\nSent: today\nTo: b@example.com\n\n{OLDER}", None),
    "an earlier mail behind marks": (LINES + "\n\n" + "\n".join(f"> {line}" for line in OLDER.splitlines()), None),
    "an earlier mail on a page": (None, f"{TABLE}<blockquote>{OLDER.replace(chr(10), '<br>')}</blockquote>"),
    "an empty form below": (f"{LINES}\n\n在 2026年11月20日，jingli@example.com 写道：\n> 公司名称：\n> 手机号：\n", None),
    "a signature": (f"您好：\n我司信息如下，请查收。\n{LINES}\n\n祝好\n王女士 | 客服经理\n电话：010-88888888\n手机：13900139000", None),
    "answers below the questions": ("\n".join(f"> {LABELS[key]}：\n{GOOD[key]}" for key in KEYS), None),
    "what a page hides": (None, f"<div style='display:none'>每日外呼量：9999</div>{TABLE}"),
    "struck out": (None, TABLE.replace("<td>5000<", "<td><s>3000</s> 5000<")),
}  # fmt: skip


@pytest.mark.parametrize(("plain", "page"), MAILS.values(), ids=list(MAILS))
def test_a_mail(kit: docgen.Kit, tmp_path: Path, plain: str | None, page: str | None) -> None:
    agree(read(mail(tmp_path / "a.eml", plain, page), kit), FIRST_READ)


def test_what_a_mail_quotes_is_listed(kit: docgen.Kit, tmp_path: Path) -> None:
    cases = docgen.read(mail(tmp_path / "a.eml", *MAILS["an earlier mail"]), kit)
    assert "每日外呼量：3000" in [text["text"] for text in cases.outside_json()]
    signed = docgen.read(mail(tmp_path / "b.eml", *MAILS["a signature"]), kit)
    assert "手机：13900139000" in [text["text"] for text in signed.outside_json()]


def test_a_correction_above_the_form_that_it_corrects(kit: docgen.Kit, tmp_path: Path) -> None:
    path = mail(tmp_path / "a.eml", f"更正：每日外呼量改为8000。\n\n-----原始邮件-----\n主题: 表\n\n{LINES}")
    agree(read(path, kit), but(FIRST_READ, verdict="manual"))
    assert "改为8000" in quoted(path, kit)
