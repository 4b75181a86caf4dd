"""What a contract says of the customer: asked on an optional section, or given as terms, which go before."""

from __future__ import annotations

import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import queries
from conftest import DATE, GOOD, ROOT, Run, reviewed
from openpyxl import Workbook, load_workbook

from docgen.documents.context import RenderOptions
from docgen.documents.contract import render_contract
from docgen.documents.form import render_form
from docgen.documents.sheet import blank_sheet
from docgen.errors import KitError
from docgen.kit import kits
from docgen.kit import terms as terms_file
from docgen.model.intake import Value, Verdict
from docgen.model.kit import Kit
from docgen.rules.review import review
from docgen.values import parse

INPUTS = ROOT / "inputs"
CODE = "91990000MA0000002E"


# -- credit codes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        CODE,
        CODE.lower(),
        "9199 0000 MA00 0000 2E",
        "９１９９００００MA0000002E",
        f"统一社会信用代码：{CODE}（三证合一）",
    ],
)
def test_a_credit_code_is_read_however_it_is_written(kit: Kit, written: str) -> None:
    assert parse(kit.fields["customer_credit_code"], written).value == CODE


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (CODE[:-1] + "F", "credit-code-check-digit"),
        ("91990000MA0000020E", "credit-code-check-digit"),  # two digits changed places
        (CODE[:-1], "credit-code-unreadable"),
        ("91990000MAO000002E", "credit-code-unreadable"),  # the letter O
        ("9.1990000E+17", "number-scientific"),
        ("办理中", "credit-code-unreadable"),
    ],
)
def test_a_wrong_credit_code_is_told_by_what_is_wrong(kit: Kit, written: str, code: str) -> None:
    parsed = parse(kit.fields["customer_credit_code"], written)
    assert parsed.value is None
    assert [problem.code for problem in parsed.problems] == [code]


def test_the_codes_of_the_samples_are_sound_and_of_no_region(kit: Kit) -> None:
    given = terms_file.load(INPUTS / "terms.yaml", kit)
    for key in ("provider_credit_code", "customer_credit_code"):
        assert str(given[key]).startswith("91990000")


def sheet_text(content: bytes) -> str:
    book = load_workbook(io.BytesIO(content))
    return "\n".join(str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)


# -- the optional section ---------------------------------------------------------------------------


def test_it_is_asked_for_on_sheet_and_form(kit: Kit) -> None:
    labels = ("签约信息", "客户统一社会信用代码", "客户地址", "客户法定代表人", "客户开票信息")
    form = queries.text(render_form(kit, DATE))
    sheet = sheet_text(blank_sheet(kit))
    for label in labels:
        assert label in form
        assert label in sheet


def test_nothing_in_it_is_required(kit: Kit) -> None:
    assert reviewed(kit).review.verdict is Verdict.ACCEPTED
    assert not any(kit.fields[key].required for key in set(kit.fields) - kit.core)


def test_its_labels_are_none_of_which_half_make_a_form(run: Run, tmp_path: Path) -> None:
    labels = {"公司名称": "甲", "称呼": "王", "手机号": "13800138000", "行业": "银行", "场景": "通知", "欢迎语话术": "您好",
              "关键流程话术": "请问", "被叫号码来源": "会员", "每日外呼量": "1"}  # fmt: skip
    signing = {"客户地址": "某处", "客户法定代表人": "某人", "客户开票信息": "抬头"}

    def code(fields: dict[str, str], name: str) -> int:
        book = Workbook()
        sheet: Any = book.active
        for label, answer in fields.items():
            sheet.append([label, answer])
        book.save(tmp_path / name)
        return run("check", tmp_path / name).code

    assert code({**labels, **signing}, "twelve.xlsx") == 3
    assert code({**labels, "整体外呼量": "2"}, "ten.xlsx") == 4


def test_its_answers_stand_in_the_contract(kit: Kit) -> None:
    item = reviewed(
        kit, customer_credit_code=CODE, customer_address="北京市样例路", customer_invoice="抬头：甲\n税号：乙"
    )
    made = render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE))
    text = queries.text(made.content)
    assert CODE in text
    assert "抬头：甲\n税号：乙" in text
    assert not {"客户统一社会信用代码", "客户地址", "客户开票信息"} & set(made.pending)
    assert {"客户法定代表人", "客户电子邮箱"} <= set(made.pending)


def test_a_term_of_the_same_key_goes_before_and_a_difference_is_told(kit: Kit) -> None:
    terms: dict[str, Value] = {"customer_address": "上海市样例路"}
    item = reviewed(kit, terms, customer_address="北京市样例路")
    (finding,) = item.review.findings
    assert (finding.code, finding.level.value, finding.field) == ("term-differs", "manual", "customer_address")
    assert "北京市样例路" in finding.message
    assert "上海市样例路" in finding.message
    text = queries.text(render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE)).content)
    assert "上海市样例路" in text
    assert "北京市样例路" not in text.partition("签署前尚待决定")[0]
    assert reviewed(kit, terms, customer_address="上海市样例路").review.findings == ()
    assert reviewed(kit, terms).review.findings == ()


def test_an_optional_section_that_requires_something_is_refused(kit: Kit, tmp_path: Path) -> None:
    text = (kit.folder / "kit.yaml").read_text(encoding="utf-8")
    for file in kit.folder.iterdir():
        if file.suffix in {".docx", ".html", ".css"}:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    old = "customer_address:\n        {type: text,"
    assert old in text
    (tmp_path / "kit.yaml").write_text(text.replace(old, f"{old} required: true,"), encoding="utf-8")
    with pytest.raises(KitError, match="nothing in an optional section is required"):
        kits.load(tmp_path)


# -- terms against each other -----------------------------------------------------------------------

SOUND: dict[str, Value] = {
    "sign_date": dt.date(2026, 12, 1), "service_start": dt.date(2026, 12, 15), "opening_deadline": dt.date(2027, 1, 31),
    "prepayment": Decimal(1000), "low_balance_notice": Decimal(100), "term_months": 12, "trial_days": 7,
    "connect_rate": Decimal("0.4"), "tax_rate": Decimal("0.06"), "dispute_forum": "北京仲裁委员会",
}  # fmt: skip


def found(kit: Kit, today: dt.date = DATE, **changes: Value) -> list[tuple[str, str, str | None]]:
    item = reviewed(kit)
    judged = review(item.intake, kit, {**SOUND, **changes}, today)
    return [(f.rule, f.level.value, f.field) for f in judged.findings]


def test_sound_terms_have_no_finding(kit: Kit) -> None:
    assert found(kit) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sign_date": dt.date(2026, 12, 16)}, [("TRM-1", "manual", "sign_date")]),
        ({"sign_date": dt.date(2026, 12, 15)}, []),
        ({"opening_deadline": dt.date(2026, 12, 14)}, [("TRM-1", "manual", "opening_deadline")]),
        ({"low_balance_notice": Decimal(1001)}, [("TRM-2", "manual", "low_balance_notice")]),
        ({"low_balance_notice": Decimal(1000)}, []),
        ({"trial_days": 361}, [("TRM-3", "manual", "trial_days")]),
        ({"trial_days": 360}, []),
        ({"connect_rate": Decimal("1.2")}, [("TRM-4", "manual", "connect_rate")]),
        ({"tax_rate": Decimal(6)}, [("TRM-4", "manual", "tax_rate")]),
        ({"complaint_rate_limit": Decimal("1.01")}, [("TRM-4", "manual", "complaint_rate_limit")]),
        ({"dispute_forum": "北京仲裁委员会或乙方所在地法院"}, [("TRM-5", "manual", "dispute_forum")]),
        ({"today": dt.date(2026, 12, 2)}, [("TRM-6", "advice", "sign_date")]),
        ({"today": dt.date(2026, 12, 1)}, []),
        ({"today": dt.date(2027, 2, 1)}, [("TRM-6", "advice", key) for key in ("sign_date", "service_start", "opening_deadline")]),
        ({"low_balance_notice": Decimal(1001), "trial_days": 999, "connect_rate": Decimal(2)},
         [("TRM-2", "manual", "low_balance_notice"), ("TRM-3", "manual", "trial_days"), ("TRM-4", "manual", "connect_rate")]),
    ],
)  # fmt: skip
def test_terms_are_checked_against_each_other_all_at_once(
    kit: Kit, changes: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    assert found(kit, **changes) == expected


def test_a_finding_on_a_term_quotes_it_and_stands_in_no_cell(kit: Kit) -> None:
    item = reviewed(kit)
    (finding,) = review(item.intake, kit, {**SOUND, "sign_date": dt.date(2026, 12, 16)}).findings
    assert finding.message == "签订日期 2026年12月16日 晚于服务开通日期 2026年12月15日"
    assert (finding.label, finding.written, finding.cell) == ("签订日期", "2026年12月16日", None)


def test_terms_that_are_not_given_are_no_contradiction(kit: Kit) -> None:
    item = reviewed(kit)
    assert review(item.intake, kit, {"sign_date": dt.date(2026, 12, 16)}, DATE).findings == ()


def test_a_percentage_above_the_whole_is_a_question_not_an_error(run: Run, tmp_path: Path) -> None:
    terms = tmp_path / "terms.yaml"
    terms.write_text("connect_rate: 145%\nsign_date: 2020-01-01\n", encoding="utf-8")
    done = run("check", INPUTS / "accepted.xlsx", "--terms", terms, "--json")
    assert done.code == 0
    levels = {f["rule"]: f["level"] for f in done.json["intakes"][0]["findings"]}
    assert levels == {"TRM-4": "manual", "TRM-6": "advice"}


def test_findings_on_terms_never_reach_the_customer(run: Run, tmp_path: Path) -> None:
    terms = tmp_path / "terms.yaml"
    terms.write_text("connect_rate: 145%\ncustomer_address: 上海市内部路\n", encoding="utf-8")
    source = tmp_path / "source.xlsx"
    book = load_workbook(INPUTS / "accepted.xlsx")
    sheet: Any = book.worksheets[0]
    sheet.append(["客户地址", None, "北京市样例路"])
    book.save(source)
    done = run("return", source, "--terms", terms, "-o", tmp_path / "r.xlsx")
    assert done.code == 0, done.err
    returned = sheet_text((tmp_path / "r.xlsx").read_bytes())
    assert "北京市样例路" in returned
    for internal in ("接通率", "内部路", "商务条款"):
        assert internal not in returned


def test_the_estimate_counts_started_units(kit: Kit) -> None:
    terms: dict[str, Value] = {
        "rent_per_number_month": Decimal(30), "price_per_minute": Decimal("0.12"), "avg_call_minutes": Decimal("1.2"),
        "connect_rate": Decimal("0.45"),
    }  # fmt: skip

    def estimate(**changes: Value) -> str:
        return str(reviewed(kit, {**terms, **changes}).review.figures["monthly_estimate"].value)

    # 20 × 30 + min(5000 × 30, 100000) × 0.45 × 0.12 × 2 minutes; of six seconds each, 1.2 minutes are 12 units
    assert estimate(billing_increment="60s") == "11400.00"
    assert estimate(billing_increment="6s") == "7080.00"
    assert estimate(billing_increment="6s", avg_call_minutes=Decimal("1.21")) == "7620.00"
    assert estimate() == estimate(billing_increment="60s")  # by the minute, unless something else is agreed


# -- who decides ------------------------------------------------------------------------------------


def test_a_final_contract_of_a_manual_intake_needs_who_decided(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "c.docx"
    arguments = ("contract", INPUTS / "manual.xlsx", "--terms", INPUTS / "terms.yaml", "--final", "-o", path)
    done = run(*arguments)
    assert done.code == 4
    assert "--reviewed-by NAME" in done.err
    assert not path.exists()
    assert run(*arguments, "--reviewed-by", " 李 审核 ").code == 0
    custom = queries.part(path.read_bytes(), "docProps/custom.xml")
    assert [(one.get("name"), one.xpath("string()")) for one in custom] == [("docgen-reviewed-by", "李 审核")]
    assert run(*arguments, "--force", "--reviewed-by", "  ").code == 2


def test_a_final_contract_is_no_draft_by_its_name(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = ("contract", INPUTS / "accepted.xlsx", "--terms", INPUTS / "terms.yaml")
    assert run(*given).code == 0
    assert run(*given, "--final").code == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "北京示例科技有限公司-合同草案.docx", "北京示例科技有限公司-合同.docx",
    }  # fmt: skip


def test_a_final_contract_of_what_is_not_ready_is_a_contradiction(run: Run, no_output: Path) -> None:
    for source in ("accepted.xlsx", "rejected.xlsx"):
        done = run("contract", INPUTS / source, "--final", "--allow-unready", "-o", "c.docx")
        assert done.code == 2
        assert "--allow-unready" in done.err


@pytest.mark.slow
def test_a_packet_records_who_decided(run: Run, tmp_path: Path) -> None:
    run("packet", INPUTS / "manual.xlsx", "-o", tmp_path, "--reviewed-by", "李审核")
    (manifest,) = tmp_path.rglob("manifest.json")
    assert json.loads(manifest.read_text(encoding="utf-8"))["reviewed_by"] == "李审核"
    (contract,) = tmp_path.rglob("*合同草案.docx")
    assert "李审核" in queries.part(contract.read_bytes(), "docProps/custom.xml").xpath("string()")
    assert run("verify", manifest.parent).code == 0


def test_good_answers_are_all_of_the_core(kit: Kit) -> None:
    assert set(GOOD) <= kit.core
