"""The contract draft: the clauses that apply and no others, every unknown value marked and listed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import cn2an
import ooxml_integrity
import pytest
import queries
from conftest import DATE, ROOT, reviewed
from test_review import CENTRE, OWN

from docgen.documents.context import RenderOptions
from docgen.documents.contract import render_contract
from docgen.kit import terms as terms_file
from docgen.model.kit import Kit
from docgen.pipeline import ReviewedIntake
from docgen.template.word import Rendered

TERMS = ROOT / "inputs" / "terms.yaml"


def contract(kit: Kit, item: ReviewedIntake, *, draft: bool = True, unready: bool = False) -> Rendered:
    return render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE, draft, unready))


def with_terms(kit: Kit, **changes: str) -> ReviewedIntake:
    return reviewed(kit, terms_file.load(TERMS, kit), **changes)


@pytest.fixture(scope="module")
def bare(kit: Kit) -> Rendered:
    return contract(kit, reviewed(kit))


def test_unknown_values_glare_and_are_listed(kit: Kit, bare: Rendered) -> None:
    given = terms_file.defaults(kit)
    labels = {field.label for key, field in kit.given_as_terms.items() if field.pending and key not in given}
    assert set(bare.pending) == labels
    marks = set(queries.highlighted(bare.content))
    assert {f"【待定：{label}】" for label in labels - {"合同编号"}} <= marks
    text = queries.all_text(bare.content)
    assert text.count("【待定：") == sum(text.count(f"【待定：{label}】") for label in labels)


def test_optional_fees_and_assumptions_are_never_pending(kit: Kit, bare: Rendered) -> None:
    never = {"concurrency_fee_month", "robot_fee", "dispute_forum", "avg_call_minutes", "connect_rate", "number_list"}
    assert not {kit.terms[key].label for key in never} & set(bare.pending)
    assert "乙方住所地有管辖权的人民法院" in queries.text(bare.content)


def test_with_all_terms_nothing_is_pending(kit: Kit) -> None:
    made = contract(kit, with_terms(kit))
    assert made.pending == ()
    text = queries.all_text(made.content)
    assert "待定：" not in text
    for key in ("provider_name", "provider_credit_code", "customer_address"):
        assert str(with_terms(kit).terms[key]) in text


def test_the_customers_values_stand_in_the_text(kit: Kit, bare: Rendered) -> None:
    text = queries.text(bare.content)
    for shown in ("北京示例科技有限公司", "138 0013 8000", "固号", "广东省-深圳市", "5,000", "100,000"):
        assert shown in text


BUY, OWN_ONLY, CENTRE_ONLY = "购买新号码", "对等带宽", "呼叫中心系统"


def test_each_docking_mode_has_its_clauses_and_annexes(kit: Kit) -> None:
    buy = queries.text(contract(kit, with_terms(kit)).content)
    own = queries.text(contract(kit, with_terms(kit, **OWN)).content)
    centre = queries.text(contract(kit, with_terms(kit, **CENTRE)).content)
    assert "附件四" not in buy
    assert "附件三 技术对接要求" in own
    assert "附件三 技术对接要求" in centre
    assert "技术对接要求" not in buy
    assert "10,000" in own
    assert "对等" in own
    assert "技术对接" in own
    assert "提交工单" not in buy
    assert "月租费" in buy


def test_number_types_billing_and_marketing_decide_clauses(kit: Kit) -> None:
    text = queries.text(contract(kit, with_terms(kit)).content)
    n95 = queries.text(contract(kit, with_terms(kit, number_types="95号码", daily_calls="20000")).content)
    assert "95号码" not in text
    assert "95号码" in n95
    terms = dict(terms_file.load(TERMS, kit))
    minute = queries.text(contract(kit, reviewed(kit, {**terms, "billing_increment": "60s"})).content)
    six = queries.text(contract(kit, reviewed(kit, {**terms, "billing_increment": "6s"})).content)
    assert minute != six
    assert "6秒" in six
    quiet = queries.text(contract(kit, with_terms(kit, scenarios="通知")).content)
    loud = queries.text(contract(kit, with_terms(kit, scenarios="营销")).content)
    assert len(loud) > len(quiet)


def test_money_stands_in_figures_and_capitals(kit: Kit) -> None:
    terms = {**terms_file.load(TERMS, kit), "prepayment": Decimal("12345.60")}
    text = queries.text(contract(kit, reviewed(kit, terms)).content)
    assert "12,345.60" in text
    assert "壹万贰仟叁佰肆拾伍元陆角" in text


def test_optional_fees_appear_only_when_given(kit: Kit) -> None:
    terms = dict(terms_file.load(TERMS, kit))
    terms["concurrency_fee_month"] = Decimal("777.00")
    assert "777.00" in queries.text(contract(kit, reviewed(kit, terms)).content)
    del terms["concurrency_fee_month"]
    without = queries.text(contract(kit, reviewed(kit, terms)).content)
    assert "并发费" not in without or "777" not in without


def header(content: bytes) -> str:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(n).decode() for n in archive.namelist() if n.startswith("word/header"))


def test_a_draft_wears_the_watermark_and_a_final_does_not(kit: Kit) -> None:
    item = with_terms(kit)
    assert "草案" in header(contract(kit, item).content)
    assert "草案" not in header(contract(kit, item, draft=False).content)


def test_an_unready_contract_is_marked_on_every_page(kit: Kit, bare: Rendered) -> None:
    marked = header(contract(kit, reviewed(kit, industries="保健品"), unready=True).content)
    assert "未通过需求审核" in marked
    assert "未通过需求审核" not in header(bare.content)


def test_annex_one_lists_every_answer_that_there_is(kit: Kit) -> None:
    item = reviewed(kit, contact_title="", bandwidth_mbps="", company_name="")
    text = queries.text(contract(kit, item, unready=True).content)
    annex = text[text.rindex("下表载明甲方") : text.rindex("本附件的金额")]
    for key in kit.core:
        assert (kit.fields[key].label in annex) == (key in item.intake.values or key == "company_name"), key
    assert "【待定：公司名称】" in annex
    assert "5,000 通" in annex
    assert "通知\n客户回访" in annex
    assert annex.count("客户信息") == annex.count("外呼需求\n") == annex.count("负责人联系方式") == 1


def test_what_the_contract_says_of_its_parties_stands_in_no_annex(kit: Kit) -> None:
    text = queries.text(contract(kit, reviewed(kit, customer_address="北京市样例路")).content)
    assert text.count("北京市样例路") == 1


@pytest.mark.parametrize("changes", [{}, OWN, CENTRE, {"industries": "", "number_source": ""}], ids=["buy", "own", "centre", "bare"])  # fmt: skip
def test_the_file_is_sound(kit: Kit, tmp_path: Path, changes: dict[str, str]) -> None:
    item = reviewed(kit, **changes)
    made = contract(kit, item)
    path = tmp_path / "contract.docx"
    path.write_bytes(made.content)
    assert list(ooxml_integrity.check(str(path))) == []
    assert list(queries.out_of_order(made.content)) == []
    root = queries.part(made.content)
    assert not root.xpath("//w:t[not(text())]", namespaces=queries.NS)
    text = queries.all_text(made.content)
    assert "{{" not in text
    assert "{%" not in text
    assert "百" + "度" not in text
    assert contract(kit, item).content == made.content


def test_hostile_answers_stay_text(kit: Kit) -> None:
    hostile = "</w:t>{{ 7*7 }}<w:p/>"
    text = queries.text(contract(kit, reviewed(kit, company_name=hostile)).content)
    assert hostile in text


def chinese(number: int) -> str:
    spelled = str(cn2an.an2cn(number, "low"))
    return spelled.removeprefix("一") if 10 <= number < 20 else spelled


@pytest.mark.parametrize("changes", [{}, OWN, CENTRE], ids=["buying", "own numbers", "own centre"])
def test_the_contents_list_every_article_and_annex(kit: Kit, changes: dict[str, str]) -> None:
    root = queries.part(contract(kit, reviewed(kit, **changes)).content)

    def texts(*styles: str) -> list[str]:
        wanted = " or ".join(f"w:pPr/w:pStyle/@w:val='{style}'" for style in styles)
        return ["".join(p.itertext()) for p in root.xpath(f"//w:p[{wanted}]", namespaces=queries.NS)]

    headings = texts("Heading1", "AnnexHeading")
    entries = [entry.split("TOC")[-1].rpartition('" ')[2] for entry in texts("TOC1") if entry]
    assert [entry.partition(" ")[2] for entry in entries] == headings
    numbers = [entry.partition(" ")[0] for entry in entries]
    articles = sum(number.startswith("第") for number in numbers)
    assert numbers == [
        *(f"第{chinese(n)}条" for n in range(1, articles + 1)),
        *(f"附件{chinese(n)}" for n in range(1, len(numbers) - articles + 1)),
    ]
    anchors = root.xpath("//w:hyperlink/@w:anchor", namespaces=queries.NS)
    assert set(anchors) <= set(root.xpath("//w:bookmarkStart/@w:name", namespaces=queries.NS))
    assert len(anchors) == len(headings)
