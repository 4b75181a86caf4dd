"""What a contract must say and must not say, a line and a way of docking each: read with python-docx from the file.

The lines are the facts of the provider's process, the clauses that a draft must have, and the faults that drafts had.
"""

from __future__ import annotations

import functools
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import docx
import pytest
import queries
from conftest import DATE, ROOT, reviewed
from docx.oxml.ns import qn
from test_review import CENTRE, OWN

from docgen.documents.context import RenderOptions
from docgen.documents.contract import render_contract
from docgen.kit import terms as terms_file
from docgen.model.intake import Value
from docgen.model.kit import Kit

MODES = {"buy": {}, "own": {**OWN, "number_types": "固号"}, "centre": CENTRE}
ALL = tuple(MODES)
_TERMS = ROOT / "inputs" / "terms.yaml"


@dataclass(frozen=True)
class Line:
    """One line of the list: what it is about, the ways of docking, what must stand and what must not.

    `draft` is True for what stands in drafts alone, False for what stands in final contracts alone."""

    about: str
    modes: tuple[str, ...]
    present: str = ""
    absent: str = ""
    draft: bool | None = None


FACTS = [
    Line("docking and signing take one to two weeks", ("buy",), "线路对接和合同的线下签署通常共需一至两周"),
    Line("no promise of weeks where the customer docks", ("own", "centre"), absent="一至两周"),
    Line("script templates first", ALL, "审核通过的话术模板"),
    Line("the order of the process", ALL, "需求审核、号码需求对接、测试试用、线路审批与对接、合同签署和服务开通"),
    Line("industry and scenario", ALL, "行业为：电商；外呼场景为：通知、客户回访"),
    Line("refused industries", ALL, "保健品、股票"),
    Line("no blind marketing", ALL, "进行盲打式营销；"),
    Line("members alone, each with a proof", ALL, "就每一个被叫号码持有注册证明"),
    Line("volumes", ("buy",), "每日外呼量为5,000通，整体外呼量为100,000通"),
    Line("review by machine and by people within 24 hours", ALL, "机器审核和全量的人工审核.*24小时以内反馈"),
    Line("no launch without approval", ALL, "话术未通过审核的，甲方不得将其用于批量外呼"),
    Line("spot checks", ALL, "定期对甲方已上线任务的外呼结果进行抽检"),
    Line("types, count, region, concurrency", ("buy",), "号码类型：固号；.*号码数量：20个；.*广东省-深圳市；.*60路"),
    Line("own numbers: 10,000 calls a day", ("own",), "每日外呼量在10,000通以上"),
    Line("own numbers: symmetric bandwidth", ("own",), "上行与下行对等，并按照每1 Mbps约承载15路并发"),
    Line("no bandwidth where it does not apply", ("buy", "centre"), absent="带宽"),
    Line("own centre: enough business, technical docking", ("centre",), "足够大的业务量、相应的技术能力"),
    Line("no docking clauses where numbers are bought", ("buy",), absent="联调|工单|呼叫中心系统"),
    Line("the trial comes before approval and docking", ALL, "线路审批与对接开始前，甲方可以先行试用"),
    Line("arrival of test numbers", ("buy",), "一、二线城市的，一至两日；归属地为其他城市的，一周左右"),
    Line("the trial costs the robot fee alone", ALL, "限于机器人费用；主叫号码的线路费用不予计收"),
    Line("signed on paper", ALL, "以纸质形式线下签署"),
    Line("opening starts billing", ALL, "服务开通日为正式外呼和计费的起始日"),
    Line("rent and call fee", ("buy",), "每个号码每月人民币30.00元；.*每分钟人民币0.12元"),
    Line("concurrency fee", ALL, "并发费：因甲方对外呼并发量有额外要求而收取，每月人民币600.00元"),
    Line(
        "top-up and reminder by the call centre",
        ("buy", "own"),
        "呼叫中心的专门平台或者专门客服.*呼叫中心以短信或者人工方式提醒",
    ),
    Line(
        "top-up and reminder by the platform",
        ("centre",),
        "乙方平台查询余额并办理充值.*乙方平台以短信或者人工方式提醒",
        "呼叫中心的专门",
    ),
    Line("real numbers", ALL, "真实(申请的)?号码，不"),
    Line("call-backs fail", ("buy",), "回拨不能接通"),
    Line(
        "call-backs are the customer's own affair",
        ("own", "centre"),
        "被叫人回拨主叫号码能否接通，取决于甲方",
        "回拨不能接通",
    ),
    Line("carriers ban numbers that call too much", ALL, "每日外呼过多的，存在被运营商限制使用或者封停的风险"),
]

CLAUSES = [
    Line("cover", ALL, "合同编号：SL-2026-0001\n主叫号码接入与智能外呼服务合同\n甲方（客户）："),
    Line("box of heavy clauses before article one", ALL, "特别提示\n.*第四百九十六条.*定义与解释\n"),
    Line("acknowledgement at the signatures", ALL, "本页为签署页.*甲方确认：甲方已经阅读本合同的全部条款.*甲方盖章"),
    Line("list of numbers and confirmation of opening", ALL, "主叫号码清单与开通确认单\n乙方开通本服务时.*开通确认\n"),
    Line("in whose name numbers are registered", ("buy",), "主叫号码以甲方名义向运营商办理真实身份信息登记"),
    Line(
        "in whose name own numbers are registered", ("own", "centre"), "应当已经以甲方名义向运营商办理真实身份信息登记"
    ),
    Line("no lending, no transfer", ALL, "不得买卖、出租、出借、转让主叫号码.*反电信网络诈骗法"),
    Line("the provider's licence", ALL, "增值电信业务经营许可证（编号：示例B2-20260001）"),
    Line("tax", ALL, "均为含税价格，适用的增值税税率为6%"),
    Line("invoice", ALL, "向甲方开具增值税专用发票.*甲方的开票信息见附件二"),
    Line("the customer's invoice data", ALL, "甲方开票信息\n抬头、税号同首部"),
    Line("due date", ALL, "收到付款通知之日起5个工作日以内付清|在收到通知之日起5个工作日以内付清"),
    Line("due date of the prepayment", ALL, "生效之日起5个工作日以内、服务开通之前，向乙方支付预付款"),
    Line("pro rata", ALL, "不足一个自然月的，以月标准除以当月天数，再乘以当月实际使用的天数"),
    Line("long-stop date", ALL, "至2027年1月31日本服务仍未开通的"),
    Line("ladder of measures", ALL, "提示：.*限期整改：.*5个工作日.*暂停：.*15日；.*封停：.*解除："),
    Line("blind marketing is banned at once", ALL, "对非注册会员进行盲打式营销的，立即封停甲方的账号"),
    Line(
        "who pays meanwhile",
        ALL,
        "因甲方原因暂停或者封停期间，按月计收的费用照常计收.*不予计收，已经收取的退还或者抵扣",
    ),
    Line("carriers take numbers back", ALL, "收回或者调整号码（号码回收）"),
    Line("return of bought numbers", ("buy",), "配合办理号码的停用、退订"),
    Line("recordings", ALL, "录音及其转写文本仅用于.*自通话结束之日起保存180日，期满后由乙方删除.*调取的日志"),
    Line("calls to one callee", ALL, "对同一被叫号码，甲方每日外呼不得超过2次"),
    Line("complaint rate", ALL, "投诉率超过0.1%的，乙方可以按照第十四条第1款要求甲方限期整改"),
    Line("calling hours", ALL, "下列时段内进行外呼：每日9:00至12:00、14:00至20:00"),
    Line(
        "named sub-processors",
        ("buy", "own"),
        "呼叫接续：示例呼叫中心运营有限公司；.*示例云计算有限公司。.*承担与自身处理相同的责任",
    ),
    Line("no call centre to sub-contract", ("centre",), "云计算和存储：示例云计算有限公司", "示例呼叫中心运营有限公司"),
    Line("change of sub-processors", ALL, "新增或者更换受托处理方的，应当提前十五日书面通知甲方，取得甲方同意"),
    Line("administrative fines", ALL, "行政处罚由受处罚的一方依法承担"),
    Line(
        "that a robot calls",
        ALL,
        "说明本次通话由机器人进行.*互联网信息服务深度合成管理规定.*人工智能生成合成内容标识办法",
    ),
    Line(
        "service addresses with mail",
        ALL,
        "contract@customer.example.*contract@provider.example.*电子邮箱同时作为争议解决程序中法律文书的送达地址",
    ),
    Line("anti-bribery", ALL, "不得向对方或者对方的工作人员索取、收受、给予"),
    Line("audit right", ALL, "检查乙方与本合同有关的计费记录和个人信息保护措施"),
    Line("seal across the pages", ALL, "骑缝章"),
    Line("power of attorney", ALL, "由授权代表签字的，应当向对方提交授权委托书"),
    Line("liability cap", ALL, "赔偿总额，以违约行为发生前十二个月内"),
]

FAULTS = [
    Line("a final contract undoes no price", ALL, "为双方协商一致的价格", "磋商|无法(直接)?报价|线路确定", draft=False),
    Line("a draft says that prices are open", ALL, "磋商", "双方确认，附件", draft=True),
    Line("no sentence of a draft in a final", ALL, absent="草案|使用说明|要约|待定|尚待决定", draft=False),
    Line("a draft says how to use it", ALL, "使用说明：本文本为草案", draft=True),
    Line("the estimate stands in no contract", ALL, absent="估算|接通率为|平均通话时长"),
    Line("no flat rate only where a call fee exists", ("buy",), "不设支付固定费用后不限通话时长"),
    Line("metering by the platform", ("centre",), "费用以乙方平台的计费记录为准", "呼叫中心和乙方平台的计费"),
    Line("no label as prose", ALL, absent="接入方式为：|有自己的呼叫中心和号码资源。"),
    Line("no fractions of calls", ALL, absent=r"约\d+\.\d+通"),
    Line("unreasonable use is defined", ALL, "“使用强度不合理”，指单个主叫号码连续三日"),
    Line("no draft of a regulation is cited", ALL, absent="通信短信息和语音呼叫服务管理规定"),
    Line("units in annex one", ("buy",), "每日外呼量\n5,000 通\n.*主叫号码个数\n20 个\n.*外呼并发量\n60 路"),
    Line("rows that do not apply are absent", ("buy", "centre"), absent="上下行对等带宽"),
    Line("one prohibition of sub-processing, after the consent", ALL, "除前述情形外，乙方不得转委托他人"),
    Line("the box: suspension and ban", ALL, "暂停外呼、封停账号和解除合同：第十四条第1款、第2款，第十一条第5款；"),
    Line("the box: the risk of numbers", ("buy",), "号码被限制、封停的风险和不作保证的事项：第九条第1款、第5款；"),
    Line("the box: the risk of own numbers", ("own", "centre"), "不作保证的事项：第九条第1款、第3款；"),
    Line("the box: the billing increment", ALL, "计费单位，以及不足一个计费单位的计费方法：第十条第2款；"),
    Line("the box: no quotation", ALL, "线路确定前的报价：第十条第", draft=True),
    Line("the box: the listed prices", ALL, "价格的效力：第十条第", draft=False),
    Line("the box: what is not paid back", ("buy",), "不予退还的费用：第九条第4款；"),
    Line("the box: what new own numbers cost", ("own", "centre"), "自有号码更换的费用：第九条第2款；", "不予退还"),
    Line("the box: no liability and its cap", ALL, "责任的排除和赔偿的限额：第六条第6款，第十六条第6款、第7款；"),
    Line("the box: termination", ALL, "合同的解除：第十五条第3款；"),
    Line("the box: forum", ALL, "争议解决机构：第二十一条第2款。"),
    Line(
        "no call centre of the provider's where the customer has one",
        ("centre",),
        absent="(?<!甲方)(?<!自有的)呼叫中心(运营方|提供|的专门|和乙方)",
    ),
    Line("no annex that is not there", ("buy",), absent="技术对接要求|附件四"),
    Line("prices in one annex alone", ALL, "价格表\n"),
    Line("a low balance is no breach", ALL, "因余额不足而暂停的，不适用第十四条"),
    Line("text written by hand", ALL, "手写填写或者修改的内容，由双方在该处签章后有效"),
]


def cases(lines: list[Line]) -> Iterator[Any]:
    for line in lines:
        for mode in line.modes:
            for draft in (True, False) if line.draft is None else (line.draft,):
                kind = "draft" if draft else "final"
                yield pytest.param(line, mode, draft, id=f"{line.about} · {mode} · {kind}".replace(" ", "-"))


_MADE: dict[tuple[str, bool], bytes] = {}


def made(kit: Kit, mode: str, draft: bool) -> bytes:
    if (mode, draft) not in _MADE:
        item = reviewed(kit, terms_file.load(_TERMS, kit), **MODES[mode])
        rendered = render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE, draft=draft))
        assert rendered.pending == ()
        _MADE[mode, draft] = rendered.content
    return _MADE[mode, draft]


def text(content: bytes) -> str:
    """All paragraphs of body and tables in order, as python-docx reads them."""
    body = docx.Document(io.BytesIO(content)).element.body
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p")))


@pytest.mark.parametrize(("line", "mode", "draft"), [*cases([*FACTS, *CLAUSES, *FAULTS])])
def test_the_contract_says_it(kit: Kit, line: Line, mode: str, draft: bool) -> None:
    found = text(made(kit, mode, draft))
    if line.present:
        assert re.search(line.present, found, re.DOTALL)
    if line.absent:
        # What an industry or a script says of itself is the customer's own.
        assert not re.search(line.absent, found), re.search(line.absent, found)


# -- what stands in drafts alone, as the template itself says it -------------------------------------


def draft_pieces() -> tuple[set[str], set[str]]:
    """The words of the template between tags: those under the condition `draft`, and all others."""
    body = docx.Document(str(ROOT / "templates" / "caller-number" / "contract.docx")).element.body
    whole = "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p")))
    drafts: set[str] = set()
    others: set[str] = set()
    conditions: list[bool] = []
    for piece in re.split(r"(\{%.*?%\}|\{\{.*?\}\}|\n)", whole):
        tag = re.match(r"\{%\w* *(if|for|else|elif|endif|endfor)\b *(.*?) *%\}", piece)
        if tag is None:
            (drafts if any(conditions) else others).add(piece.strip())
        elif tag[1] in {"if", "for"}:
            conditions.append(tag[2] == "draft")
        elif tag[1] in {"endif", "endfor"}:
            conditions.pop()
        else:
            conditions[-1] = False
    assert conditions == []
    return drafts, others


@pytest.mark.parametrize("mode", ALL)
@pytest.mark.parametrize("increment", ["60s", "6s"])
def test_no_sentence_of_a_draft_stands_in_a_final(kit: Kit, mode: str, increment: str) -> None:
    drafts, others = draft_pieces()
    telling = {piece for piece in drafts if len(piece) >= 4 and not any(piece in other for other in others)}
    assert len(telling) >= 8
    terms = {**terms_file.load(_TERMS, kit), "billing_increment": increment}
    item = reviewed(kit, terms, **{**MODES[mode], "scenarios": "营销"})
    found = {
        draft: text(render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE, draft)).content)
        for draft in (True, False)
    }
    assert [piece for piece in telling if piece in found[False]] == []
    assert sum(piece in found[True] for piece in telling) >= 5


@pytest.mark.parametrize("mode", ["own", "centre"])
def test_no_call_fee_no_clauses_about_it(kit: Kit, mode: str) -> None:
    without = {"rent_per_number_month", "price_per_minute"}
    terms = {key: value for key, value in terms_file.load(_TERMS, kit).items() if key not in without}
    item = reviewed(kit, terms, **MODES[mode])
    found = text(render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE)).content)
    for absent in ("不限通话时长", "计费单位", "通话费按"):
        assert absent not in found
    assert "乙方不另行收取月租费和通话费" in found


@pytest.mark.parametrize("mode", ALL)
@pytest.mark.parametrize("draft", [True, False])
def test_each_seal_has_one_place(kit: Kit, mode: str, draft: bool) -> None:
    found = text(made(kit, mode, draft))
    assert found.count("甲方盖章") == found.count("乙方盖章") == 1
    assert found.count("本页为签署页") == 1


# -- numbers and references -------------------------------------------------------------------------


@dataclass
class Read:
    """What a reader of the file finds: by bookmark its article and clause and its paragraph, the references."""

    marks: dict[str, tuple[int, int, Any]]
    references: list[tuple[str, str, str]]


def chinese(number: int) -> str:
    ones = "零一二三四五六七八九"
    tens, rest = divmod(number, 10)
    return (ones[tens] if tens > 1 else "") + ("十" if tens else "") + (ones[rest] if rest or not tens else "")


def read(content: bytes) -> Read:
    """Count the paragraphs by their styles, as a person would, and collect what the fields show."""
    marks: dict[str, tuple[int, int, Any]] = {}
    references = []
    article = clause = annex = 0
    for paragraph in docx.Document(io.BytesIO(content)).element.body.iter(qn("w:p")):
        style = paragraph.pPr.pStyle.get(qn("w:val")) if paragraph.pPr is not None else ""
        if style == "Heading1":
            article, clause = article + 1, 0
        elif style == "AnnexHeading":
            annex, article, clause = annex + 1, 0, 0
        elif style == "Clause":
            clause += 1
        for mark in paragraph.iter(qn("w:bookmarkStart")):
            number = -annex if style == "AnnexHeading" else article
            marks[mark.get(qn("w:name"))] = (number, clause, paragraph)
        codes = [code.text.split() for code in paragraph.iter(qn("w:instrText"))]
        for name, shown in zip([code[1] for code in codes if code[0] == "REF"], _results(paragraph), strict=True):
            references.append((name, shown, style))
    return Read(marks, references)


def _results(paragraph: Any) -> list[str]:
    results, code, shown, reading = [], "", "", False
    for element in paragraph.iter(qn("w:fldChar"), qn("w:instrText"), qn("w:t")):
        kind = element.get(qn("w:fldCharType"))
        if kind == "begin":
            code, shown, reading = "", "", False
        elif kind == "separate":
            reading = True
        elif kind == "end":
            if code.strip().startswith("REF "):
                results.append(shown)
            reading = False
        elif element.tag == qn("w:instrText"):
            code += element.text
        elif reading:
            shown += element.text or ""
    return results


@pytest.mark.parametrize("mode", ALL)
@pytest.mark.parametrize("draft", [True, False])
def test_references_say_the_numbers_that_paragraphs_have(kit: Kit, mode: str, draft: bool) -> None:
    found = read(made(kit, mode, draft))
    assert len(found.references) > 60
    for name, shown, _ in found.references:
        article, clause, _paragraph = found.marks[name]
        if article < 0:
            assert shown == f"附件{chinese(-article)}", name
        else:
            assert shown == (str(clause) if clause else f"第{chinese(article)}条"), name


@pytest.mark.parametrize("mode", ALL)
@pytest.mark.parametrize("draft", [True, False])
def test_what_the_box_lists_is_bold(kit: Kit, mode: str, draft: bool) -> None:
    """The clause that the box names and all items below it."""
    found = read(made(kit, mode, draft))
    listed = [name for name, _, style in found.references if style == "NoticeItem" and found.marks[name][1]]
    assert len(listed) >= 12
    for name in listed:
        paragraph = found.marks[name][2]
        paragraphs = [paragraph]
        following = paragraph.getnext()
        while following.pPr.pStyle.get(qn("w:val")) == "Item":
            paragraphs.append(following)
            following = following.getnext()
        for one in paragraphs:
            runs = [run for run in one.iter(qn("w:r")) if "".join(t.text or "" for t in run.iter(qn("w:t"))).strip()]
            assert runs
            assert all(is_bold(run) for run in runs), (name, "".join(one.itertext()))


@pytest.mark.parametrize("mode", ALL)
@pytest.mark.parametrize("draft", [True, False])
def test_what_is_bold_stands_in_the_box(kit: Kit, mode: str, draft: bool) -> None:
    """Heavy clauses alone are bold, and the box lists each; the acknowledgement of the box is bold, too."""
    found = read(made(kit, mode, draft))
    listed = {words_of(found.marks[name][2]) for name, _, style in found.references if style == "NoticeItem"}
    clause = ""
    for paragraph in docx.Document(io.BytesIO(made(kit, mode, draft))).element.body.iter(qn("w:p")):
        style, words = style_of(paragraph), words_of(paragraph)
        clause = words if style == "Clause" else clause
        bold = [
            run
            for run in paragraph.iter(qn("w:r"))
            if is_bold(run) or run.find(f"{qn('w:rPr')}/{qn('w:b')}") is not None
        ]
        if bold and style != "SignatureNote":
            assert style in {"Clause", "Item"}, words
            assert clause in listed


@pytest.mark.parametrize("mode", ALL)
@pytest.mark.parametrize("draft", [True, False])
def test_what_leads_to_a_list_stays_with_it(kit: Kit, mode: str, draft: bool) -> None:
    paragraphs = list(docx.Document(io.BytesIO(made(kit, mode, draft))).element.body.iter(qn("w:p")))
    leads = [
        one for one, following in itertools.pairwise(paragraphs)
        if (style_of(one), style_of(following)) == ("Clause", "Item")
    ]  # fmt: skip
    assert len(leads) >= 10
    for lead in leads:
        assert lead.pPr.find(qn("w:keepNext")) is not None, words_of(lead)


def words_of(element: Any) -> str:
    return "".join(one.text or "" for one in element.iter(qn("w:t")))


def style_of(paragraph: Any) -> str:
    return str(paragraph.pPr.pStyle.get(qn("w:val"))) if paragraph.pPr is not None else ""


def is_bold(run: Any) -> bool:
    style = run.find(f"{qn('w:rPr')}/{qn('w:rStyle')}")
    return style is not None and style.get(qn("w:val")) == "Heavy"


def test_the_style_of_heavy_clauses_is_bold(kit: Kit) -> None:
    style = docx.Document(io.BytesIO(made(kit, "buy", True))).styles["重点条款"]
    assert style.font.bold


# -- what depends on one value ----------------------------------------------------------------------


def with_terms(kit: Kit, draft: bool = True, **changes: Value) -> str:
    item = reviewed(kit, {**terms_file.load(_TERMS, kit), **changes})
    return text(render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE, draft=draft)).content)


def test_arbitration_is_worded_as_arbitration(kit: Kit) -> None:
    court, board = with_terms(kit), with_terms(kit, dispute_forum="北京仲裁委员会")
    assert "任何一方均可以向乙方住所地有管辖权的人民法院提起诉讼" in court
    assert "仲裁" not in court
    assert "提交北京仲裁委员会，按照申请仲裁时该会现行有效的仲裁规则进行仲裁。仲裁裁决是终局的" in board
    assert "提起诉讼" not in board


# What each clause waits for where no terms are given, by way of docking.
_WAITS = {
    "合同编号": ALL, "服务方名称": ALL, "签订地点": ALL, "签订日期": ALL, "服务方增值电信业务经营许可证编号": ALL, "价格是否含税": ALL,
    "增值税税率": ALL, "发票类型": ALL, "客户开票信息": ALL, "付款期限（工作日）": ALL, "最迟开通日期": ALL, "服务开通日期": ALL, "录音保存天数": ALL,
    "单个被叫每日外呼上限": ALL, "投诉率上限": ALL, "允许外呼时段": ALL, "云服务提供方": ALL, "客户电子邮箱": ALL, "服务方电子邮箱": ALL,
    "预付款": ALL, "余额提醒金额": ALL, "试用天数": ALL, "合同期限（月）": ALL, "服务方开户行": ALL, "服务方账号": ALL,
    "呼叫中心运营方": ("buy", "own"), "月租费单价": ("buy",), "通话费单价（元/分钟）": ("buy",), "计费单位": ("buy",),
}  # fmt: skip


@pytest.mark.parametrize("mode", ALL)
@pytest.mark.parametrize("label", _WAITS)
def test_a_clause_without_its_term_waits_for_it(kit: Kit, mode: str, label: str) -> None:
    found, pending = bare(kit, mode)
    due = mode in _WAITS[label]
    assert (f"【待定：{label}】" in found) == due
    assert (label in pending) == due


@functools.cache
def bare(kit: Kit, mode: str) -> tuple[str, tuple[str, ...]]:
    """The text of a draft without any terms but the kit's own, and what it waits for."""
    item = reviewed(kit, **MODES[mode])
    rendered = render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE))
    return text(rendered.content), rendered.pending


def test_a_final_without_concurrency_waits_for_no_line(kit: Kit) -> None:
    item = reviewed(kit, terms_file.load(_TERMS, kit), concurrency="")
    found = text(render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE, draft=False)).content)
    assert "外呼并发量：由双方在服务开通前书面确认。" in found
    assert "线路确定" not in found


@pytest.mark.parametrize("mode", ALL)
def test_cells_of_one_category_are_one(kit: Kit, mode: str) -> None:
    """Category and group stand once and reach down over their rows, with nothing in the cells that they cover."""
    (table,) = [
        table
        for table in docx.Document(io.BytesIO(made(kit, mode, True))).tables
        if table.cell(0, 0).text == "类别" and table.cell(0, 2).text in {"项目", "填报内容"}
    ]
    seen: list[str] = []
    rows: list[Any] = table._tbl.tr_lst[1:]
    for row in rows:
        first = row.tc_lst[0]
        merge = first.tcPr.find(qn("w:vMerge"))
        words = words_of(first)
        assert (merge is None or merge.get(qn("w:val")) == "restart") == bool(words)
        seen += [words] if words else []
    assert seen == ["客户信息", "外呼需求", "号码需求"]


def test_calls_a_number_are_whole(kit: Kit) -> None:
    item = reviewed(kit, terms_file.load(_TERMS, kit), number_count="15")
    found = text(render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE)).content)
    assert "每日外呼约333通" in found


def test_the_six_second_clause_holds_in_a_final(kit: Kit) -> None:
    draft, final = (with_terms(kit, draft, billing_increment="6s") for draft in (True, False))
    assert "以最终确定的线路支持为前提" in draft
    assert "通话费按6秒计费" in final
    assert "线路支持" not in final


def test_tax_on_top_is_the_customers(kit: Kit) -> None:
    assert "相应的增值税税额由甲方另行支付" in with_terms(kit, tax_included="excluded", tax_rate=Decimal("0.06"))
    assert "另行支付" not in with_terms(kit)


def test_what_the_parties_agree_besides_stands_only_where_it_is_given(kit: Kit) -> None:
    found = with_terms(kit, draft=False, supplement="首月免收月租费。\n自第二个月起按附件二计收。")
    assert "以补充约定为准：首月免收月租费。自第二个月起按附件二计收。" in found
    assert "补充约定" not in with_terms(kit, draft=False)


def test_assigned_numbers_are_listed(kit: Kit) -> None:
    found = with_terms(kit, number_list=("0755-55550101", "0755-55550102"))
    annex = found[found.rindex("主叫号码清单与开通确认单") :]
    assert "1\n0755-55550101\n固号\n广东省-深圳市\n" in annex
    assert "2\n0755-55550102\n" in annex


def test_a_draft_of_a_manual_intake_says_on_page_one_what_is_to_be_decided(kit: Kit) -> None:
    item = reviewed(kit, terms_file.load(_TERMS, kit), scenarios="营销")
    pages = {
        draft: text(render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE, draft)).content)
        for draft in (True, False)
    }
    first = pages[True].partition("目　录")[0]
    assert "签署前尚待决定的事项（共1项）：\n场景：营销场景需确认不是令人反感的骚扰外呼" in first
    assert "尚待决定" not in pages[False]
    assert "尚待决定" not in text(made(kit, "buy", True))


def test_a_draft_of_what_is_not_ready_says_on_page_one_why(kit: Kit) -> None:
    item = reviewed(kit, terms_file.load(_TERMS, kit), industries="保健品", contact_mobile="待定", scenarios="营销")
    options = RenderOptions(DATE, unready=True)
    found = text(render_contract(kit, item.intake, item.review, item.terms, options).content)
    first = found.partition("目　录")[0]
    assert "未通过需求审核的事项（共2项）：\n手机号：" in first
    assert "行业：「保健品」属于服务方明确不支持外呼的行业\n签署前尚待决定的事项（共1项）：\n场景：" in first
    assert "未通过需求审核" not in text(made(kit, "buy", True))


def test_no_cell_of_labels_breaks(kit: Kit) -> None:
    """Cells of the style for labels forbid it, and are wide enough for what stands in them."""
    root = queries.part(made(kit, "buy", True))
    narrow = []
    for cell in root.iter(f"{{{queries.W}}}tc"):
        style = cell.find("w:p/w:pPr/w:pStyle", queries.NS)
        if style is None or style.get(f"{{{queries.W}}}val") != "TableLabel":
            continue
        assert cell.find("w:tcPr/w:noWrap", queries.NS) is not None
        width = int(cell.find("w:tcPr/w:tcW", queries.NS).get(f"{{{queries.W}}}w"))
        label = "".join(cell.itertext())
        needed = sum(210 if ord(letter) > 0x2E80 else 115 for letter in label) + 2 * 108
        if needed > width:
            narrow.append((label, width, needed))
    assert narrow == []


def test_the_file_has_a_theme_and_says_how_lines_stay_together(kit: Kit) -> None:
    content = made(kit, "buy", True)
    assert queries.part(content, "word/theme/theme1.xml") is not None
    styles = queries.part(content, "word/styles.xml")
    normal = styles.find("w:style[@w:styleId='Normal']", queries.NS)
    assert normal.find("w:pPr/w:widowControl", queries.NS) is not None
    sizes = styles.xpath("//w:docDefaults//w:sz/@w:val", namespaces=queries.NS)
    assert sizes == ["24"]  # 小四
