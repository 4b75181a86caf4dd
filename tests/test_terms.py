"""Commercial terms: from the kit, the workbook's own sheet, and --terms, each over the one before."""

from __future__ import annotations

from pathlib import Path

import pytest
import queries
from conftest import ROOT, Run
from openpyxl import load_workbook

from docgen.model.kit import Kit

INPUTS = ROOT / "inputs"


@pytest.fixture
def workbook(run: Run, tmp_path: Path) -> Path:
    """The accepted sample with a terms sheet of its own."""
    path = tmp_path / "with-terms.xlsx"
    book = load_workbook(INPUTS / "accepted.xlsx")
    sheet = book.create_sheet("商务条款")
    for row in (
        ["合同编号", "表内-001"],
        ["服务方名称", "表内服务方有限公司"],
        ["通话费单价（元/分钟）", "0.11"],
        ["计费单位", "按6秒"],
        ["签订日期", "2026-12-01"],
    ):
        sheet.append(row)
    book.save(path)
    return path


def contract(run: Run, source: Path, out: Path, *args: object) -> str:
    done = run("contract", source, "-o", out, "--force", *args)
    assert done.code == 0, done.err
    return queries.all_text(out.read_bytes())


def test_the_sheet_goes_before_the_kit_and_the_option_before_the_sheet(
    run: Run, workbook: Path, tmp_path: Path
) -> None:
    out = tmp_path / "c.docx"
    text = contract(run, workbook, out)
    assert "表内-001" in text
    assert "2026年12月1日" in text
    assert "乙方住所地有管辖权的人民法院" in text
    terms = tmp_path / "terms.yaml"
    terms.write_text("contract_no: 文件-002\ndispute_forum: 示例仲裁委员会\n", encoding="utf-8")
    text = contract(run, workbook, out, "--terms", terms)
    assert "文件-002" in text
    assert "表内-001" not in text
    assert "表内服务方有限公司" in text
    assert "示例仲裁委员会" in text


def test_a_terms_sheet_is_no_intake_and_no_answer(run: Run, workbook: Path) -> None:
    (intake,) = run("check", workbook, "--json").json["intakes"]
    assert intake["verdict"] == "accepted"
    assert intake["unrecognised"] == []
    assert "contract_no" not in intake["values"]


def test_an_unreadable_term_is_a_finding_with_its_cell(run: Run, workbook: Path) -> None:
    book = load_workbook(workbook)
    book["商务条款"]["B3"] = "面议"
    book.save(workbook)
    done = run("check", workbook, "--json")
    assert done.code == 4
    (finding,) = done.json["intakes"][0]["findings"]
    assert (finding["field"], finding["sheet"], finding["cell"]) == ("price_per_minute", "商务条款", "B3")
    assert "面议" in finding["message"]


def test_numbers_in_a_terms_file_stay_as_written(run: Run, tmp_path: Path) -> None:
    terms = tmp_path / "terms.yaml"
    terms.write_text("contract_no: 0012\nprovider_account: 6222000000000000000\n", encoding="utf-8")
    text = contract(run, INPUTS / "accepted.xlsx", tmp_path / "c.docx", "--terms", terms)
    assert "0012" in text
    assert "6222000000000000000" in text


@pytest.mark.parametrize("content", ["- a\n- b\n", "a: [1, 2]\n", "contract_no: x\ncontract_no: y\n", "{", "\xff"])
def test_a_file_that_is_no_terms_file_is_refused(run: Run, no_output: Path, tmp_path: Path, content: str) -> None:
    terms = tmp_path / "terms.yaml"
    terms.write_bytes(content.encode("latin-1"))
    done = run("contract", INPUTS / "accepted.xlsx", "--terms", terms, "-o", "c.docx")
    assert done.code == 3
    assert "terms.yaml" in done.err
    assert len(done.err.splitlines()) <= 2


def test_all_that_is_wrong_in_a_terms_file_is_told_at_once(run: Run, no_output: Path, tmp_path: Path) -> None:
    terms = tmp_path / "terms.yaml"
    terms.write_text(
        "contract_no: [a]\nsign_date: 2026-02-30\nprice_per_minute: {a: 1}\nprepayment: 面议\nprovider: x\n",
        encoding="utf-8",
    )
    done = run("contract", INPUTS / "accepted.xlsx", "--terms", terms)
    assert done.code == 3
    told = done.err.splitlines()[0].removeprefix("error: ").split("; ")
    assert [line.split(":")[1] for line in told] == ["1", "2", "3", "4", "5"]
    assert told[0] == f"{terms}:1: contract_no: the value must be a single text or number"
    assert told[4].startswith(f"{terms}:5: there is no term 'provider' (did you mean ")


def test_what_is_remarked_on_a_term_does_not_refuse_it(run: Run, tmp_path: Path) -> None:
    terms = tmp_path / "terms.yaml"
    terms.write_text("prepayment: 约5000元\n", encoding="utf-8")
    assert "5,000" in contract(run, INPUTS / "accepted.xlsx", tmp_path / "c.docx", "--terms", terms)


def test_a_folder_is_no_terms_file(run: Run, no_output: Path, tmp_path: Path) -> None:
    done = run("contract", INPUTS / "accepted.xlsx", "--terms", tmp_path)
    assert (done.code, done.err.splitlines()[0]) == (3, f"error: {tmp_path}: cannot be read: Is a directory")


def test_the_blank_terms_sheet_asks_for_every_term(run: Run, kit: Kit, tmp_path: Path) -> None:
    run("blank", "sheet", "--with-terms", "-o", tmp_path / "b.xlsx")
    book = load_workbook(tmp_path / "b.xlsx")
    labels = {str(row[0].value) for row in book["商务条款"].iter_rows()}
    assert {field.label for field in kit.terms.values()} <= labels


def test_a_workbook_gives_terms_like_a_file(run: Run, workbook: Path, tmp_path: Path) -> None:
    text = contract(run, INPUTS / "accepted.xlsx", tmp_path / "c.docx", "--terms", workbook)
    assert "表内-001" in text
    assert "按6秒" in text or "每6秒" in text


def test_the_blank_terms_sheet_filled_in_gives_terms(run: Run, tmp_path: Path) -> None:
    run("blank", "sheet", "--with-terms", "-o", tmp_path / "blank.xlsx")
    book = load_workbook(tmp_path / "blank.xlsx")
    sheet = book["商务条款"]
    (row,) = [cell.row for cell in sheet["A"] if str(cell.value).startswith("合同编号")]
    sheet.cell(row, 3).value = "空白-003"
    book.save(tmp_path / "terms.xlsx")
    text = contract(run, INPUTS / "accepted.xlsx", tmp_path / "c.docx", "--terms", tmp_path / "terms.xlsx")
    assert "空白-003" in text


def test_all_that_is_wrong_in_a_terms_workbook_is_told_at_once(run: Run, no_output: Path, workbook: Path) -> None:
    book = load_workbook(workbook)
    book["商务条款"]["B3"].value = "面议"
    book["商务条款"].append(["付款方式", "转账"])
    book.save(workbook)
    done = run("contract", INPUTS / "accepted.xlsx", "--terms", workbook)
    assert done.code == 3
    assert "商务条款!B3" in done.err
    assert "商务条款!A6: there is no term '付款方式'" in done.err


def test_a_workbook_without_a_terms_sheet_is_no_terms_file(run: Run, no_output: Path) -> None:
    done = run("contract", INPUTS / "accepted.xlsx", "--terms", INPUTS / "manual.xlsx")
    assert done.code == 3
    assert "no sheet is called 商务条款" in done.err


def test_a_credit_code_in_the_terms_that_does_not_fit_its_check_digit_is_printed_and_told(
    run: Run, workbook: Path, tmp_path: Path
) -> None:
    book = load_workbook(workbook)
    book["商务条款"].append(["客户统一社会信用代码", "91990000MA0000002F"])
    book.save(workbook)
    done = run("check", workbook, "--json")
    assert done.code == 0
    (finding,) = done.json["intakes"][0]["findings"]
    assert (finding["code"], finding["level"], finding["sheet"]) == ("credit-code-check-digit", "manual", "商务条款")
    assert "91990000MA0000002F" in contract(run, workbook, tmp_path / "c.docx")
