"""Terms of single customers: a table with one row each, found by name or credit code; what is doubtful is told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
import queries
from conftest import ROOT, Run
from openpyxl import Workbook, load_workbook

from docgen import pipeline
from docgen.kit.terms import CustomerTerms, GivenTerms
from docgen.model.intake import Level
from docgen.model.kit import Kit

INPUTS = ROOT / "inputs"
NAME, CODE, OTHER = "北京示例科技有限公司", "91990000MA0000002E", "91990000MA0000003H"
HEAD = ["公司名称", "统一社会信用代码", "合同编号", "通话费单价（元/分钟）", "预付款"]
ROWS = [
    [NAME, CODE, "HT-1", "0.11", "5000"],
    ["上海样例商贸有限公司", "", "HT-2", "0.13", ""],
]


def workbook(
    path: Path, rows: Iterable[list[str]], head: list[str] = HEAD, common: dict[str, str] | None = None
) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "各客户价格"
    sheet.append(["2026 年各客户商务条款"])
    sheet.append([*head, "备注"])
    for row in rows:
        sheet.append([*row, "已确认"])
    if common:
        terms = book.create_sheet("商务条款")
        for label, value in common.items():
            terms.append([label, value])
    book.save(path)
    return path


def contract(run: Run, terms: Path, out: Path, source: str = "accepted.xlsx") -> str:
    done = run("contract", INPUTS / source, "--terms", terms, "-o", out, "--force")
    assert done.code == 0, done.err
    return queries.all_text(out.read_bytes())


def findings(run: Run, source: Path, terms: Path) -> list[tuple[str, str]]:
    (intake,) = run("check", source, "--terms", terms, "--json").json["intakes"]
    return [(f["code"], f["level"]) for f in intake["findings"] if f["code"].startswith("terms-")]


def test_each_contract_carries_its_customers_terms(run: Run, tmp_path: Path) -> None:
    terms = workbook(tmp_path / "terms.xlsx", ROWS)
    first = contract(run, terms, tmp_path / "c.docx")
    assert "HT-1" in first
    assert "每分钟人民币0.11元" in first
    assert "5,000.00" in first
    second = contract(run, terms, tmp_path / "c.docx", "manual.xlsx")
    assert "HT-2" in second
    assert "每分钟人民币0.13元" in second
    assert "【待定：预付款】" in second
    assert "HT-1" not in second


@pytest.mark.slow
def test_a_batch_carries_each_customers_terms(run: Run, tmp_path: Path) -> None:
    terms = workbook(tmp_path / "terms.xlsx", ROWS)
    sources = [INPUTS / "accepted.xlsx", INPUTS / "manual.xlsx"]
    done = run("batch", *sources, "-o", tmp_path / "out", "--terms", terms, "--only", "contract", "--jobs", "1")
    assert done.code == 0, done.err
    made = {path.name[:2]: queries.all_text(path.read_bytes()) for path in (tmp_path / "out").rglob("*.docx")}
    assert "HT-1" in made["北京"]
    assert "HT-2" in made["上海"]
    again = workbook(tmp_path / "terms.xlsx", [[NAME, CODE, "HT-9", "0.11", "5000"], ROWS[1]])
    run("batch", *sources, "-o", tmp_path / "out", "--terms", again, "--only", "contract", "--jobs", "1", "--resume")
    assert any("HT-9" in queries.all_text(path.read_bytes()) for path in (tmp_path / "out").rglob("北京*.docx"))


def test_csv_is_a_table_too(run: Run, tmp_path: Path) -> None:
    terms = tmp_path / "terms.csv"
    terms.write_text("\n".join(",".join(row) for row in [HEAD, *ROWS]), encoding="utf-8")
    assert "HT-1" in contract(run, terms, tmp_path / "c.docx")


def test_the_row_goes_before_what_holds_for_all_and_that_before_the_workbook(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "source.xlsx"
    book = load_workbook(INPUTS / "accepted.xlsx")
    sheet = book.create_sheet("商务条款")
    for label, value in (
        ("合同编号", "表内-1"),
        ("服务方名称", "表内服务方"),
        ("签订地点", "表内地点"),
        ("预付款", "1"),
    ):
        sheet.append([label, value])
    book.save(source)
    terms = workbook(tmp_path / "terms.xlsx", ROWS, common={"合同编号": "共用-1", "服务方名称": "共用服务方"})
    done = run("contract", source, "--terms", terms, "-o", tmp_path / "c.docx")
    assert done.code == 0, done.err
    text = queries.all_text((tmp_path / "c.docx").read_bytes())
    for shown, hidden in (("HT-1", "共用-1"), ("共用服务方", "表内服务方"), ("5,000.00", "表内-1")):
        assert shown in text
        assert hidden not in text
    assert "表内地点" in text
    assert "乙方住所地有管辖权的人民法院" in text  # the kit's own


def test_a_customer_without_a_row_is_told_and_gets_none(run: Run, tmp_path: Path) -> None:
    terms = workbook(tmp_path / "terms.xlsx", [["另一家有限公司", OTHER, "HT-7", "0.2", ""]])
    assert findings(run, INPUTS / "accepted.xlsx", terms) == [("terms-customer-unknown", "advice")]
    assert "HT-7" not in contract(run, terms, tmp_path / "c.docx")


def row(name: str, code: str = "", place: str = "2") -> CustomerTerms:
    return CustomerTerms(name, code, place, {"contract_no": place})


@pytest.mark.parametrize(
    ("rows", "name", "code", "expected"),
    [
        ([row(NAME)], NAME, "", ""),
        ([row("北京示例科技（集团）有限公司")], "北京示例科技(集团)有限公司", "", ""),
        ([row("", CODE)], "随便什么名字", CODE, ""),
        ([row(NAME, CODE), row("乙公司", OTHER, "3")], NAME, CODE, ""),
        ([row(NAME, CODE)], NAME, "", ""),
        ([row(NAME), row(NAME, place="3")], NAME, "", "terms-customer-doubtful"),
        ([row(NAME), row("乙公司", CODE, "3")], NAME, CODE, "terms-customer-doubtful"),
        ([row(NAME, OTHER)], NAME, CODE, "terms-customer-doubtful"),
        ([row("曾用名有限公司", CODE)], NAME, CODE, "terms-customer-doubtful"),
        ([row("北京示列科技有限公司")], NAME, "", "terms-customer-doubtful"),
        ([row("乙公司")], NAME, CODE, "terms-customer-unknown"),
        ([], NAME, CODE, ""),
    ],
)
def test_whose_row_it_is(rows: list[CustomerTerms], name: str, code: str, expected: str) -> None:
    found = GivenTerms({}, tuple(rows)).of(name, code)
    assert found.code == expected
    assert (found.values == {"contract_no": "2"}) == (not expected and bool(rows))
    assert found.level is (Level.MANUAL if expected.endswith("doubtful") else Level.ADVICE)


def test_all_that_is_wrong_in_a_table_is_told_at_once(run: Run, no_output: Path, tmp_path: Path) -> None:
    head = ["公司名称", "合同编号", "预付款", "付款方式"]
    terms = workbook(tmp_path / "terms.xlsx", [[NAME, "HT-1", "面议", "转账"], ["", "HT-2", "100", "转账"]], head)
    done = run("contract", INPUTS / "accepted.xlsx", "--terms", terms)
    assert done.code == 3
    for told in (
        "各客户价格!D2: there is no term '付款方式'",
        "各客户价格!C3: ",
        "各客户价格!4: the row names no customer",
    ):
        assert told in done.err
    assert "备注" not in done.err


def test_a_table_of_customers_is_no_table_of_terms(run: Run, no_output: Path) -> None:
    done = run("contract", INPUTS / "accepted.xlsx", "--terms", INPUTS / "customers.xlsx")
    assert done.code == 3
    assert "none is a table of terms" in done.err


def test_the_lines_of_a_terms_file_are_no_table(kit: Kit, tmp_path: Path) -> None:
    path = tmp_path / "terms.txt"
    path.write_text("contract_no: HT-1, 2\nprepayment: 100\n", encoding="utf-8")
    assert pipeline.load_terms(path, kit).values["contract_no"] == "HT-1, 2"
