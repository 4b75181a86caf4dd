"""Inputs that customers write in their own ways: read as a careful clerk reads them, or told.

tests/test_siblings.py has the layouts of the cases; here are answers, mails and documents of other kinds.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import bin12
import pytest
from any_format import written
from conftest import GOOD
from docx import Document
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
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


# -- layouts ---------------------------------------------------------------------------------------------

OTHER = {
    **GOOD,
    "company_name": "上海虚构商贸有限公司",
    "contact_wechat": "xugou_li",
    "number_regions": "浙江省-杭州市",
}
OTHER_READ = but(FIRST_READ, company_name="上海虚构商贸有限公司", number_regions=places("浙江省/杭州市"))


def lines_with(changed: Mapping[str, Sequence[str]], answers: Mapping[str, str] = OTHER) -> str:
    """A form of pairs with other lines for these fields."""
    lines = [line for key in KEYS for line in changed.get(key, [f"| {LABELS[key]} | {answers[key]} |"])]
    return "\n".join(lines) + "\n"


MOVED = {
    "contact_mobile": "accepted", "daily_calls": "accepted", "number_regions": "accepted", "industries": "accepted",
    "company_name": "manual", "contact_wechat": "manual",
}  # fmt: skip


@pytest.mark.parametrize(
    "between", ["| {label} |  | {answer} |", "| {label} |  |  |  | {answer} |", "| {label} |  |\n|  | {answer} |"]
)
@pytest.mark.parametrize("key", MOVED)
@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_an_answer_beside_its_place(kit: docgen.Kit, tmp_path: Path, key: str, between: str, suffix: str) -> None:
    lines = between.format(label=LABELS[key], answer=OTHER[key]).split("\n")
    path = written(tmp_path / f"a.{suffix}", lines_with({key: lines}))
    agree(read(path, kit), but(OTHER_READ, verdict=MOVED[key]))
    codes = [one.code for one in next(iter(docgen.read(path, kit))).findings]
    assert codes.count("answer-moved") == 1
    assert not {"required", "unread"} & set(codes)


def test_a_remark_beside_an_empty_place_is_no_answer(kit: docgen.Kit, tmp_path: Path) -> None:
    remark = {"contact_wechat": ["| 微信号 |  | 客户不愿提供 |"], "contact_title": ["| 职位 | 主管 | 已核实 |"]}
    got = read(written(tmp_path / "a.xlsx", lines_with(remark)), kit)
    agree(got, {"verdict": "manual"})
    assert got[0]["contact_wechat"] is None
    later = {"contact_wechat": ["| 微信号 |  | 待客户确认 |"]}
    assert read(written(tmp_path / "b.xlsx", lines_with(later)), kit)[0]["contact_wechat"] is None


UNITS = [("万", "0.5", 5000), ("（万）", "0.5", 5000), ("万通", "0.5", 5000), ("通", "5000", 5000), ("通/天", "5000", 5000), ("约", "5000", 5000), ("通/月", "5000", None)]  # fmt: skip


@pytest.mark.parametrize(("unit", "number", "value"), UNITS)
def test_a_unit_between_label_and_number(kit: docgen.Kit, tmp_path: Path, unit: str, number: str, value: Any) -> None:
    path = written(tmp_path / "a.xlsx", lines_with({"daily_calls": [f"| 每日外呼量 | {unit} | {number} |"]}))
    agree(read(path, kit), but(OTHER_READ, daily_calls=value, verdict="accepted" if value else "incomplete"))


JOINT = [
    ("联系人/电话", ("contact_name", "contact_mobile"), ["王女士，13800138000", "王女士 13800138000", "王女士\\n13800138000", "王女士13800138000"]),
    ("联系人/职位", ("contact_name", "contact_title"), ["王女士，客服经理", "王女士 客服经理"]),
    ("日外呼量/总外呼量", ("daily_calls", "total_calls"), ["5000、100000", "5000 100000"]),
    ("联系人、手机、微信", ("contact_name", "contact_mobile", "contact_wechat"), ["王女士/13800138000/shili_wang", "王女士 13800138000 shili_wang"]),
    ("号码类型/数量", ("number_types", "number_count"), ["固号，20", "固号 20个"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "keys", "answer"), [(label, keys, answer) for label, keys, answers in JOINT for answer in answers]
)
def test_joint_labels_with_answers_parted_otherwise(
    kit: docgen.Kit, tmp_path: Path, label: str, keys: Sequence[str], answer: str
) -> None:
    rest = pairs(GOOD, keys=[key for key in KEYS if key not in keys])
    agree(read(written(tmp_path / "a.xlsx", f"| {label} | {answer} |\n{rest}"), kit), FIRST_READ)
    in_cell = "".join(f"| {LABELS[key]}：{GOOD[key]} |\n" for key in KEYS if key not in keys)
    others = [key for key in KEYS if key not in keys]
    heads = "| " + " | ".join([label, *(LABELS[key] for key in others)]) + " |\n"
    row = "| " + " | ".join([answer, *(GOOD[key] for key in others)]) + " |\n"
    agree(read(written(tmp_path / "c.xlsx", heads + row), kit), FIRST_READ)
    if answer != "王女士13800138000":
        agree(read(written(tmp_path / "b.xlsx", f"| {label}：{answer} |\n{in_cell}"), kit), FIRST_READ)


LAYOUTS = {
    "numbered lines in one cell": ("| " + "\\n".join(f"{n}、{LABELS[k]}：{GOOD[k]}" for n, k in enumerate(KEYS, 1)) + " |\n", FIRST_READ),
    "labels over several rows": (
        lines_with({
            "contact_name": ["| 联系人 | 姓名 | 王女士 |"], "contact_title": ["| ^ | 职务 | 客服经理 |"],
            "contact_mobile": ["| ^ | 电话 | 13800138000 |"], "contact_wechat": ["| ^ | 微信 | shili_wang |"],
            "daily_calls": ["| 外呼量 | 每日 | 5000 |"], "total_calls": ["| ^ | 总 | 100000 |"],
            "number_types": ["| 主叫号码 | 类型 | 固号 |"], "number_count": ["| ^ | 数量 | 20 |"],
            "number_regions": ["| ^ | 归属地 | 浙江省-杭州市 |"],
        }), OTHER_READ,
    ),
    "province and city in two cells": (lines_with({"number_regions": ["| 主叫号码归属地 | 浙江省 | 杭州市 |"]}), OTHER_READ),
    "choices and amounts in rows": (
        lines_with({"number_types": ["| 主叫号码类型 | 固号 | 10 |", "|  | 手机号 | 10 |"]}),
        but(OTHER_READ, number_types=None, verdict="incomplete"),
    ),
    "an example before the customers": (
        "| " + " | ".join(LABELS[k] for k in KEYS) + " |\n| （示例）" + " | ".join(OTHER[k] for k in KEYS) + " |\n| "
        + " | ".join(GOOD[k] for k in KEYS) + " |\n", FIRST_READ,
    ),
    "before and after a change": (
        "| 项目 | 变更前 | 变更后 |\n" + "".join(f"| {LABELS[k]} | {OTHER[k]} | {GOOD[k]} |\n" for k in KEYS), FIRST_READ,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), LAYOUTS.values(), ids=list(LAYOUTS))
@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_a_layout(kit: docgen.Kit, tmp_path: Path, text: str, wanted: Row, suffix: str) -> None:
    agree(read(written(tmp_path / f"a.{suffix}", text), kit), wanted)


def test_amounts_of_types_are_not_one_count(kit: docgen.Kit, tmp_path: Path) -> None:
    table = ["| 号码类型 | 归属地 | 个数 |", "| 固号 | 深圳 | 10 |", "| 手机号 | 广州 | 10 |"]
    path = written(tmp_path / "a.xlsx", lines_with({"number_types": [], "number_count": [], "number_regions": table}))
    (got,) = read(path, kit)
    assert got["contact_mobile"] == "+8613800138000"
    assert got["verdict"] == "incomplete"


# -- what documents and workbooks show otherwise --------------------------------------------------------


def word(path: Path, change: Callable[[Any, Any], None], key: str) -> Path:
    """A form in Word, changed at the answer to a field."""
    written(path, pairs(GOOD))
    document = Document(str(path))
    change(document, document.tables[0].cell(KEYS.index(key), 1))
    document.save(str(path))
    return path


def test_hidden_text_is_listed(kit: docgen.Kit, tmp_path: Path) -> None:
    def hide(document: Any, cell: Any) -> None:
        cell.paragraphs[0].runs[0].font.hidden = True
        document.add_paragraph().add_run("每日外呼量改为8000").font.hidden = True

    path = word(tmp_path / "a.docx", hide, "number_count")
    agree(read(path, kit), but(FIRST_READ, number_count=None, verdict="incomplete"))
    (case,) = docgen.read(path, kit)
    assert [(one.cell, one.text) for one in case.unrecognised] == [("T1R16C2", "20"), (None, "每日外呼量改为8000")]


def test_a_table_in_a_cell_is_told_once(kit: docgen.Kit, tmp_path: Path) -> None:
    def frame(_document: Any, cell: Any) -> None:
        cell.text = ""
        cell.add_table(1, 1).cell(0, 0).text = "20"

    agree(read(word(tmp_path / "a.docx", frame, "number_count"), kit), FIRST_READ)

    def amounts(_document: Any, cell: Any) -> None:
        cell.text = ""
        table = cell.add_table(2, 2)
        for number, text in enumerate(["深圳", "10", "广州", "10"]):
            table.cell(number // 2, number % 2).text = text

    path = word(tmp_path / "b.docx", amounts, "number_regions")
    (case,) = docgen.read(path, kit)
    assert case.verdict.value == "incomplete"
    assert [one.written for one in case.findings if one.code == "unread"] == ["深圳 10 广州 10"]
    assert not [text for text in case.unrecognised if text.text == "深圳"]


def test_ticks_of_symbol_fonts(kit: docgen.Kit, tmp_path: Path) -> None:
    def tick(_document: Any, cell: Any) -> None:
        cell.text = ""
        for letter, label in (("R", "电商"), ("£", "银行"), ("£", "保险")):
            cell.paragraphs[0].add_run(letter).font.name = "Wingdings 2"
            cell.paragraphs[0].add_run(f"{label} ")

    agree(read(word(tmp_path / "a.docx", tick, "industries"), kit), FIRST_READ)
    row = KEYS.index("industries") + 1
    for number, (font, yes, no) in enumerate([("Wingdings 2", "R", "£"), ("Wingdings", "þ", "¨")]):
        path = written(tmp_path / f"{number}.xlsx", pairs(GOOD))
        book: Any = load_workbook(path)
        book.active.cell(row, 2).value = CellRichText(
            TextBlock(InlineFont(rFont=font), yes), "电商 ", TextBlock(InlineFont(rFont=font), no), "银行"
        )
        book.save(path)
        agree(read(path, kit), FIRST_READ)
        for column, (text, is_mark) in enumerate([(no, True), ("银行", False), (yes, True), ("电商", False)], start=2):
            book.active.cell(row, column).value = text
            book.active.cell(row, column).font = Font(name=font if is_mark else "Arial")
        book.save(path)
        agree(read(path, kit), FIRST_READ)


# -- binary workbooks ------------------------------------------------------------------------------------

_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DRAWING = (
    '<d:wsDr xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><d:twoCellAnchor>'
    "<d:from><d:col>{column}</d:col><d:colOff>0</d:colOff><d:row>{row}</d:row><d:rowOff>0</d:rowOff></d:from>"
    "{shape}</d:twoCellAnchor></d:wsDr>"
)


def binary(path: Path, *, comment: str = "", shape: str = "", key: str = "number_count") -> Path:
    """The form as .xlsb, with a comment on an answer, or something over it."""
    written(path, pairs(GOOD | ({key: ""} if shape == "<d:pic/>" else {})))
    row, related = KEYS.index(key), []
    with zipfile.ZipFile(path, "a") as archive:
        if comment:
            at = struct.pack("<I4I16x", 0, row, row, 1, 1)
            records = (
                bin12.record(628) + bin12.record(635, at) + bin12.record(637, bin12.rich(comment)) + bin12.record(636)
            )
            archive.writestr("xl/comments1.bin", records)
            related.append(f'<a Id="c" Type="{_RELATED}/comments" Target="../comments1.bin"/>')
        if shape:
            archive.writestr("xl/drawings/drawing1.xml", DRAWING.format(row=row, column=1, shape=shape))
            related.append(f'<a Id="d" Type="{_RELATED}/drawing" Target="../drawings/drawing1.xml"/>')
        archive.writestr("xl/worksheets/_rels/sheet0.bin.rels", f"<Relationships>{''.join(related)}</Relationships>")
    return path


def test_a_comment_in_a_binary_workbook(kit: docgen.Kit, tmp_path: Path) -> None:
    path = binary(tmp_path / "a.xlsb", comment="改为30个")
    agree(read(path, kit), but(FIRST_READ, verdict="manual"))
    assert "改为30个" in quoted(path, kit)


def test_what_is_over_a_binary_workbook(kit: docgen.Kit, tmp_path: Path) -> None:
    box = "<d:sp><d:txBody><a:p><a:r><a:t>改为30个</a:t></a:r></a:p></d:txBody></d:sp>"
    path = binary(tmp_path / "a.xlsb", shape=box)
    agree(read(path, kit), but(FIRST_READ, verdict="manual"))
    assert "改为30个" in quoted(path, kit)
    picture = binary(tmp_path / "b.xlsb", shape="<d:pic/>")
    agree(read(picture, kit), but(FIRST_READ, number_count=None, verdict="incomplete"))
    assert "图片" in quoted(picture, kit)


@pytest.mark.parametrize(
    ("key", "text", "count", "verdict"),
    [
        ("number_types", "固号10个、手机号10个", "30", "manual"),
        ("number_types", "固号10个、手机号10个", "20", "accepted"),
        ("number_regions", "深圳10、广州10", "30", "manual"),
        ("number_regions", "深圳10个、广州10个", "20", "accepted"),
        ("number_regions", "深圳（40个）、广州", "30", "manual"),
        ("number_regions", "深圳（20个）、广州", "30", "accepted"),
    ],
)
def test_amounts_add_up_to_the_count(
    kit: docgen.Kit, tmp_path: Path, key: str, text: str, count: str, verdict: str
) -> None:
    path = written(tmp_path / "a.xlsx", pairs(GOOD | {key: text, "number_count": count}))
    agree(read(path, kit), {"number_count": int(count), "verdict": verdict})


TABLE_HEAD = "| " + " | ".join(LABELS[key] for key in KEYS) + " |\n"
TABLE_ROW = "| " + " | ".join(GOOD[key] for key in KEYS) + " |\n"
CHANGES = ["注：每日外呼量下月起改为8000", "说明：每日外呼量下月调整为8000", "王女士要求加急", "上述号码需要尾号为8"]


@pytest.mark.parametrize("text", CHANGES)
@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_a_note_that_changes_an_answer_is_told(kit: docgen.Kit, tmp_path: Path, text: str, suffix: str) -> None:
    line, form, table = f"| {text} |\n", pairs(GOOD), TABLE_HEAD + TABLE_ROW
    for number, sheet in enumerate([form + line, line + form, form + "\n" + line, table + line, line + table]):
        if suffix == "docx" and number > 1:
            continue  # tables with blank rows in between are several ones
        agree(read(written(tmp_path / f"{number}.{suffix}", sheet), kit), but(FIRST_READ, verdict="manual"))


@pytest.mark.parametrize("text", ["注：带*为必填项", "说明：多选请将□改为☑", "备注", "填表日期：2026年11月20日"])
def test_a_note_that_forms_print_is_none(kit: docgen.Kit, tmp_path: Path, text: str) -> None:
    line = f"| {text} |\n"
    for number, sheet in enumerate([pairs(GOOD) + line, line + pairs(GOOD), TABLE_HEAD + TABLE_ROW + line]):
        agree(read(written(tmp_path / f"{number}.xlsx", sheet), kit), FIRST_READ)


def test_a_change_on_another_sheet_is_told(kit: docgen.Kit, tmp_path: Path) -> None:
    text = f"# 信息\n{pairs(GOOD)}# 补充说明\n| 每日外呼量改为8000 |\n"
    path = written(tmp_path / "a.xlsx", text)
    agree(read(path, kit), but(FIRST_READ, verdict="manual"))
    assert "每日外呼量改为8000" in quoted(path, kit)
    several = f"# 信息\n{TABLE_HEAD}{TABLE_ROW}{TABLE_ROW.replace('北京示例', '上海虚构')}# 补充说明\n| 每日外呼量改为8000 |\n"
    for case in docgen.read(written(tmp_path / "b.xlsx", several), kit):
        assert case.verdict.value == "manual"
        assert "8000" not in "".join(one.message for one in case.findings)  # it may be about the other customer


def test_a_row_that_says_what_is_expected_is_no_customer(kit: docgen.Kit, tmp_path: Path) -> None:
    kinds = (
        ["文本"] * 3
        + ["数字", "文本", "多选", "多选"]
        + ["文本"] * 3
        + ["数字", "数字", "文本", "单选", "多选", "数字", "文本", "数字"]
    )
    text = TABLE_HEAD + "| " + " | ".join(kinds) + " |\n" + TABLE_ROW
    agree(read(written(tmp_path / "a.xlsx", text), kit), FIRST_READ)
