"""What goes back to the customer: their answers, every problem in its place, and it reads back."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ooxml_integrity
import pytest
import queries
from batches import table
from conftest import GOOD, ROOT, Result, Run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from tables import document, form_text, workbook

import docgen
from docgen.documents import sheet_style
from docgen.documents.findings import without_silenced
from docgen.errors import WriteError
from docgen.model.intake import Level
from docgen.model.kit import Kit

#: A table with a problem of each level: a bad mobile, a refused number type, marketing, no concurrency.
PROBLEMS = {
    "contact_mobile": "138", "number_types": "400号码", "scenarios": "营销", "total_calls": "100", "daily_calls": "5,000",
    "contact_name": "暂无", "main_script": "介绍产品",
}  # fmt: skip


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return workbook(tmp_path / "source.xlsx", form_text(GOOD | PROBLEMS))


def returned(run: Run, source: Path, *options: object) -> tuple[Result, Any]:
    """The result of `docgen return`, and the first sheet of what it wrote."""
    target = source.with_name("returned.xlsx")
    done = run("return", source, "-o", target, *options)
    return done, load_workbook(target, rich_text=False).worksheets[0]


def answer_cells(sheet: Any, kit: Kit) -> dict[str, Any]:
    """The answer cell of every field, found by its label."""
    rows = {
        str(cell.value).split("（")[0].rstrip("*"): cell.row for row in sheet["A1:B60"] for cell in row if cell.value
    }
    return {key: sheet.cell(rows[field.label.split("（")[0]], 3) for key, field in kit.fields.items()}


def test_every_problem_is_marked_and_explained_in_place(run: Run, kit: Kit, source: Path) -> None:
    (intake,) = run("check", "--json", source).json["intakes"]
    done, sheet = returned(run, source)
    assert done.code == 4
    cells = answer_cells(sheet, kit)
    found = {finding["field"] for finding in intake["findings"]}
    assert {"contact_mobile", "contact_name", "number_types", "scenarios", "total_calls", "concurrency"} <= found
    for finding in intake["findings"]:
        cell = cells[finding["field"]]
        assert not cell.protection.locked
        if not finding["ask"]:
            continue
        note = sheet.cell(cell.row, 4).value
        for shown in (note, cell.comment.text):
            assert " ".join(finding["ask"].split()) in shown
            for internal in (finding["clause"] or "审核人员", "审核人员", finding["rule"]):
                assert internal not in shown
        assert cell.fill.fgColor.rgb not in {"00000000", cells["contact_title"].fill.fgColor.rgb}
    asked = {finding["field"] for finding in intake["findings"] if finding["ask"]}
    assert "scenarios" in found - asked, "marketing is for the provider to judge"
    for key in set(kit.fields) - asked:
        assert cells[key].comment is None


def test_levels_differ_in_colour_and_mark(run: Run, kit: Kit, source: Path) -> None:
    _, sheet = returned(run, source)
    cells = answer_cells(sheet, kit)
    for key, mark in (
        ("contact_mobile", "【请更正】"),
        ("number_types", "【请调整】"),
        ("main_script", "【请确认】"),
    ):
        assert sheet.cell(cells[key].row, 4).value.startswith(mark)
    assert cells["contact_mobile"].fill.fgColor.rgb != cells["main_script"].fill.fgColor.rgb


def test_the_summary_names_what_is_to_be_mended(run: Run, source: Path) -> None:
    _, sheet = returned(run, source)
    summary = sheet["A2"].value
    assert "有 4 处需要更正：手机号、称呼、整体外呼量、主叫号码类型" in summary
    assert "2 处待我方审核" in summary
    assert "核对" not in summary, "nobody has reviewed anything"
    assert "可以识别" in summary


def test_accepted_answers_are_locked_and_grey_and_others_open(run: Run, kit: Kit, source: Path) -> None:
    _, sheet = returned(run, source)
    assert sheet.protection.sheet
    cells = answer_cells(sheet, kit)
    assert cells["company_name"].protection.locked
    assert cells["company_name"].font.color.rgb.endswith("6B7280")
    assert cells["company_name"].value == GOOD["company_name"]
    assert not cells["contact_wechat"].protection.locked or GOOD.get("contact_wechat")
    assert not cells["bandwidth_mbps"].protection.locked, "not given, and may be given now"
    assert not cells["daily_calls"].protection.locked, "the contradiction may lie in either number"


@pytest.mark.parametrize(
    ("changes", "opened", "locked"),
    [
        (
            {"number_types": "400号码"},
            ["scenarios", "greeting_script", "main_script", "callee_source"],
            ["contact_name"],
        ),
        ({"callee_source": "购买的名单"}, ["scenarios", "greeting_script", "main_script"], ["number_regions"]),
        ({"daily_calls": "很多"}, ["total_calls", "number_count"], ["callee_source", "main_script", "number_regions"]),
        ({"total_calls": ""}, ["daily_calls"], ["number_count", "scenarios"]),
        ({"number_source": "两种都要"}, ["number_types", "number_count", "number_regions"], ["callee_source"]),
        (
            {"number_source": "使用自有号码", "daily_calls": "20000", "concurrency": "300", "bandwidth_mbps": "10"},
            ["concurrency", "bandwidth_mbps"],
            ["total_calls", "main_script"],
        ),
    ],
)
def test_what_may_have_to_change_along_stays_open(
    run: Run, kit: Kit, tmp_path: Path, changes: dict[str, str], opened: list[str], locked: list[str]
) -> None:
    given_answers = {**GOOD, **changes}
    rows = "".join(f"| {kit.fields[key].label} | {text} |\n" for key, text in given_answers.items())
    _, sheet = returned(run, workbook(tmp_path / "source.xlsx", rows))
    cells = answer_cells(sheet, kit)
    assert [key for key in opened if cells[key].protection.locked] == []
    assert [key for key in locked if not cells[key].protection.locked] == []


@pytest.mark.parametrize("name", ["rejected", "incomplete", "manual"])
def test_the_counts_are_those_of_the_review(run: Run, tmp_path: Path, name: str) -> None:
    source = ROOT / "inputs" / f"{name}.xlsx"
    (case,) = docgen.read(source, "caller-number")
    counts = Counter(finding.level for finding in without_silenced(case.kit, case.findings))
    run("return", source, "-o", tmp_path / "r.xlsx")
    summary = load_workbook(tmp_path / "r.xlsx").worksheets[0]["A2"].value
    for pattern, wanted in (
        ("有 (\\d+) 处需要更正", counts[Level.INVALID] + counts[Level.REJECT]),
        ("另有 (\\d+) 处待我方审核", counts[Level.MANUAL]),
        ("另有 (\\d+) 处建议", counts[Level.ADVICE]),
    ):
        found = re.search(pattern, summary)
        assert int(found[1] if found else 0) == wanted


def test_dropdowns_live_and_answers_stand_as_written_where_unread(run: Run, kit: Kit, source: Path) -> None:
    _, sheet = returned(run, source)
    cells = answer_cells(sheet, kit)
    lists = [str(v.sqref) for v in sheet.data_validations.dataValidation if v.type == "list"]
    assert cells["number_source"].coordinate in lists
    assert cells["contact_mobile"].value == "138"
    assert "☑营销" in cells["scenarios"].value
    assert "☑400号码" in cells["number_types"].value


def test_a_corrected_sheet_is_accepted(run: Run, kit: Kit, source: Path) -> None:
    returned(run, source)
    book = load_workbook(source.with_name("returned.xlsx"), rich_text=True)
    cells = answer_cells(book.worksheets[0], kit)
    corrections = {"contact_mobile": 13800138000, "number_types": "☑固号　□手机号", "scenarios": "通知"}
    for key, text in (
        corrections
        | {"total_calls": "10万", "contact_name": "王女士", "concurrency": "60路"}
        | {"main_script": GOOD["main_script"]}
    ).items():
        cells[key].value = text
    book.save(source.with_name("corrected.xlsx"))
    done = run("check", "--json", source.with_name("corrected.xlsx"))
    (intake,) = done.json["intakes"]
    assert (done.code, intake["verdict"]) == (0, "accepted")
    assert intake["unrecognised"] == []


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_each_customer_has_a_file_of_their_own(run: Run, tmp_path: Path, suffix: str) -> None:
    source = ROOT / "inputs" / "customers.xlsx"
    before = run("check", "--json", source).json["intakes"]
    done = run("return", source, "-o", tmp_path / "r", *(["--docx"] if suffix == "docx" else []))
    assert done.code == 4
    assert len(list((tmp_path / "r").iterdir())) == len(before) == len(done.err.splitlines())
    for intake in before:
        (path,) = (tmp_path / "r").glob(f"{intake['name']}*.{suffix}")
        (after,) = run("check", "--json", path).json["intakes"]
        assert after["values"] == intake["values"]
        assert after["unrecognised"] == []
        with zipfile.ZipFile(path) as archive:
            text = b"".join(map(archive.read, archive.namelist()))
        assert not [other["name"] for other in before if other is not intake and other["name"].encode() in text]


def test_several_customers_never_share_a_file(run: Run, no_output: Path, tmp_path: Path) -> None:
    source = ROOT / "inputs" / "customers.xlsx"
    there = tmp_path / "there"
    there.write_text("mine", encoding="utf-8")
    for out in (there, tmp_path / "r.xlsx", tmp_path / "r.docx"):
        done = run("return", source, "-o", out)
        assert done.code == 2
        assert "each customer gets a file of their own" in done.err
    assert there.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "r.xlsx").exists()


def test_customers_of_one_name_have_files_of_their_own(run: Run, tmp_path: Path) -> None:
    assert run("return", table(tmp_path / "客户.xlsx", ["甲公司", "甲公司"]), "-o", tmp_path / "r").code == 0
    assert len(list((tmp_path / "r").iterdir())) == 2


def test_nothing_is_written_where_one_of_the_files_exists(run: Run, tmp_path: Path) -> None:
    source, folder = table(tmp_path / "客户.xlsx", ["甲公司", "乙公司"]), tmp_path / "r"
    folder.mkdir()
    old = folder / "乙公司-信息收集表（退回更正）.xlsx"
    old.write_bytes(b"mine")
    assert run("return", source, "-o", folder).code == 7
    assert list(folder.iterdir()) == [old]
    assert run("return", source, "-o", folder, "--force").code == 0
    assert old.read_bytes() != b"mine"


def test_one_row_can_be_returned_as_a_word_form_and_into_a_folder(run: Run, tmp_path: Path) -> None:
    source = ROOT / "inputs" / "customers.xlsx"
    first = run("check", "--json", source).json["intakes"][0]
    assert run("return", source, "--docx", "--row", first["row"], "-o", tmp_path / "r.docx").code == 0
    (intake,) = run("check", "--json", tmp_path / "r.docx").json["intakes"]
    assert intake["values"] == first["values"]
    assert run("return", source, "--row", first["row"], "-o", tmp_path).code == 0
    assert (tmp_path / f"{first['name']}-信息收集表（退回更正）.xlsx").is_file()


def test_nothing_internal_goes_along(run: Run, tmp_path: Path) -> None:
    text = form_text(GOOD) + "# 商务条款\n| 预付款 | 很多 |\n| 服务方名称 | 内部服务方 |\n"
    source = workbook(tmp_path / "source.xlsx", text)
    assert run("return", source, "-o", tmp_path / "r.xlsx").code == 4  # the term cannot be read
    assert run("return", source, "--docx", "-o", tmp_path / "r.docx").code == 4
    book = load_workbook(tmp_path / "r.xlsx")
    sheets = "".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    for all_text in (sheets, queries.all_text((tmp_path / "r.docx").read_bytes())):
        assert "预付款" not in all_text
        assert "内部服务方" not in all_text


def test_what_was_not_understood_is_told_and_is_no_answer_when_it_comes_back(run: Run, tmp_path: Path) -> None:
    source = workbook(tmp_path / "source.xlsx", form_text(GOOD) + "| 另外 | 请尽快办理 |\n")
    for name in ("r.xlsx", "r.docx"):
        run("return", source, "-o", tmp_path / name, *(["--docx"] if name == "r.docx" else []))
        (intake,) = run("check", "--json", tmp_path / name).json["intakes"]
        assert intake["unrecognised"] == []
    assert "请尽快办理" in load_workbook(tmp_path / "r.xlsx").worksheets[0]["A2"].value
    assert "请尽快办理" in queries.all_text((tmp_path / "r.docx").read_bytes())


def test_the_word_form_locks_what_is_accepted_and_says_what_is_wrong(run: Run, source: Path) -> None:
    target = source.with_name("r.docx")
    run("return", source, "--docx", "-o", target)
    controls = queries.controls(target.read_bytes())
    assert controls["company_name"].lock == "sdtContentLocked"
    assert controls["contact_title"].lock == "sdtContentLocked"
    assert controls["contact_mobile"].lock == "sdtLocked"
    assert controls["contact_mobile"].text == "138"
    text = queries.text(target.read_bytes())
    (intake,) = run("check", "--json", source).json["intakes"]
    for finding in intake["findings"]:
        assert (finding["ask"] is None) == (finding["field"] == "scenarios")
        assert (finding["ask"] or "") in text
    assert list(ooxml_integrity.check(str(target))) == []


def test_the_file_is_named_by_the_kit_and_never_overwritten(
    run: Run, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("return", source).code == 4
    name = tmp_path / "北京示例科技有限公司-信息收集表（退回更正）.xlsx"
    assert name.exists()
    again = run("return", source)
    assert again.code == 7
    assert run("return", source, "--force").code == 4


def test_without_a_name_several_go_into_a_folder_named_after_the_source(
    run: Run, kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("return", table(tmp_path / "客户.xlsx", ["甲公司", "乙公司"])).code == 0
    assert {path.name[:3] for path in (tmp_path / f"客户-{kit.title}").iterdir()} == {"甲公司", "乙公司"}


def test_an_answer_as_long_as_a_cell_is_asked_for_again(run: Run, kit: Kit, tmp_path: Path) -> None:
    source = document(tmp_path / "long.docx", form_text(GOOD | {"main_script": "确认收货时间。" * 5000}))
    done, sheet = returned(run, source)
    assert done.code == 4
    cell = answer_cells(sheet, kit)["main_script"]
    assert cell.value is None, "half a text is no answer"
    assert "太长" in sheet.cell(cell.row, 4).value


def test_a_text_that_fits_no_cell_is_refused() -> None:
    sheet: Any = Workbook().active
    with pytest.raises(WriteError) as refused:
        sheet_style.put(sheet, 1, 1, "长" * 32768, sheet_style.ANSWER)
    assert refused.value.message == "a text of 32768 characters fits no cell of a sheet"
    assert refused.value.hint == "make a Word form of it: --docx"


def test_what_is_quoted_to_a_customer_is_short_and_on_one_line(run: Run, tmp_path: Path) -> None:
    text = form_text(GOOD) + f"| 关键流程话术 | < | {'另一种说法。' * 300} |\n"
    (intake,) = run("check", "--json", workbook(tmp_path / "s.xlsx", text)).json["intakes"]
    (finding,) = [one for one in intake["findings"] if one["code"] == "answers-differ"]
    assert len(finding["message"]) > 1000
    assert len(finding["ask"]) < 200
    assert "\n" not in finding["ask"]


def test_what_belongs_to_no_field_stands_on_top(run: Run, kit: Kit, tmp_path: Path) -> None:
    run("blank", "sheet", "-o", tmp_path / "blank.xlsx")
    newer = tmp_path / "newer"
    run("kits", "--copy", newer)
    text = (newer / "kit.yaml").read_text(encoding="utf-8")
    (newer / "kit.yaml").write_text(text.replace(f"version: {kit.version}", "version: 9.9.9"), encoding="utf-8")
    run("return", tmp_path / "blank.xlsx", "--kit", newer, "-o", tmp_path / "r.xlsx")
    lines = load_workbook(tmp_path / "r.xlsx").worksheets[0]["A2"].value.splitlines()
    (line,) = [line for line in lines if line.startswith("【提示】")]
    assert "与目前使用的版本不同" in line


def test_a_kit_without_words_for_it_gives_no_summary(run: Run, tmp_path: Path) -> None:
    source = workbook(tmp_path / "source.xlsx", form_text(GOOD | PROBLEMS) + "| 另外 | 请尽快办理 |\n")
    mine = tmp_path / "mine"
    run("kits", "--copy", mine)
    text = (mine / "kit.yaml").read_text(encoding="utf-8")
    start, end = text.index("  returned: >-"), text.index("  unrecognised: ")
    (mine / "kit.yaml").write_text(text[:start] + text[end:], encoding="utf-8")
    done, sheet = returned(run, source, "--kit", mine)
    assert done.code == 4
    assert "请尽快办理" in sheet["A2"].value
    assert any("【请更正】" in str(cell.value) for row in sheet.iter_rows() for cell in row)


def test_equal_intakes_give_equal_bytes(run: Run, source: Path) -> None:
    for suffix, option in ((".xlsx", ()), (".docx", ("--docx", "--date", "2026-11-23"))):
        first, second = source.with_name(f"1{suffix}"), source.with_name(f"2{suffix}")
        run("return", source, "-o", first, *option)
        run("return", source, "-o", second, *option)
        assert first.read_bytes() == second.read_bytes()


def test_an_unreadable_source_writes_nothing(run: Run, no_output: Path, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"")
    assert run("return", tmp_path / "a.xlsx").code == 3


def test_a_formula_does_not_come_back_as_an_answer(run: Run, kit: Kit, tmp_path: Path) -> None:
    source = workbook(tmp_path / "source.xlsx", form_text(GOOD), values={"C3": "=A1"})
    _, sheet = returned(run, source)
    cell = answer_cells(sheet, kit)["company_name"]
    assert cell.value is None
    assert "=A1" in cell.comment.text


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=25)
WRITTEN = st.one_of(
    TEXTS,
    st.lists(TEXTS, max_size=3).map("\n".join),
    st.sampled_from(
        ["☑银行 □保险", "营销、其他：物流", "8000-10000", "暂无", "400号码、固号", "朝阳", "+1", "138 0013 8000"]
    ),
)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["xlsx", "docx"])
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_goes_back_reads_back(run: Run, kit: Kit, tmp_path: Path, form: str, data: st.DataObject) -> None:
    changes: Mapping[str, str] = data.draw(st.dictionaries(st.sampled_from(list(kit.fields)), WRITTEN, max_size=6))
    clean = {key: "".join(c for c in text if c.isprintable() or c == "\n").lstrip("=") for key, text in changes.items()}
    cells: dict[str, Any] = {f"A{row}": field.label for row, field in enumerate(kit.fields.values(), start=1)}
    cells |= {f"B{row}": (GOOD | clean).get(key) for row, key in enumerate(kit.fields, start=1)}
    source = workbook(tmp_path / "source.xlsx", "# S\n", values=cells)
    (before,) = run("check", "--json", source).json["intakes"]
    options = ["--docx"] if form == "docx" else []
    run("return", source, "--force", "-o", tmp_path / f"r.{form}", *options)
    (after,) = run("check", "--json", tmp_path / f"r.{form}").json["intakes"]
    assert after["values"] == before["values"]
    assert after["unrecognised"] == []
    if form == "xlsx":
        assert after["verdict"] == before["verdict"]
