"""The blank Excel sheet: ready to be sent, safe to fill in, read back without loss."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import GOOD, ROOT, Run
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from docgen import values
from docgen.documents.sheet import blank_sheet
from docgen.extract.source import Reading, read
from docgen.model.intake import Verdict
from docgen.model.kit import Choice, Field, FieldType, Kit, Outputs, Section
from docgen.rules.normalize import normalize

ANSWERS = 3  # the column that answers stand in
INPUTS = ROOT / "inputs"


@pytest.fixture(scope="module")
def blank(kit: Kit) -> bytes:
    return blank_sheet(kit)


@pytest.fixture(scope="module")
def with_terms(kit: Kit) -> bytes:
    return blank_sheet(kit, with_terms=True)


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def labels(page: Worksheet) -> dict[str, Cell]:
    """The answer cells of a sheet by the label left of them, without star and remark."""
    found = {}
    for row in page.iter_rows(max_col=ANSWERS):
        answer = row[-1]
        if isinstance(answer, Cell) and not answer.protection.locked:
            label = str(row[1].value or row[0].value)
            found[label.rstrip("*").removesuffix("（条件）")] = answer
    return found


def validation(page: Worksheet, cell: Cell) -> DataValidation:
    found: list[DataValidation] = [c for c in page.data_validations.dataValidation if cell.coordinate in c.sqref]
    assert len(found) == 1
    return found[0]


def answer_cell(kit: Kit, page: Worksheet, key: str) -> Cell:
    return labels(page)[kit.all_fields[key].label]


def filled(kit: Kit, content: bytes, answers: Mapping[str, str], path: Path) -> Path:
    """The sheet with these answers typed in."""
    book = opened(content)
    for key, text in answers.items():
        field = kit.all_fields[key]
        page = book.worksheets[0] if key in kit.fields else book["商务条款"]
        answer_cell(kit, page, field.key).value = text
    book.save(path)
    return path


def read_bytes(kit: Kit, content: bytes, tmp_path: Path) -> Reading:
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(content)
    return read(path, kit)


# -- what stands in it -----------------------------------------------------------------------------


def test_every_field_has_a_label_and_a_place(kit: Kit, blank: bytes) -> None:
    page = opened(blank).worksheets[0]
    assert page.title == kit.title
    assert list(labels(page)) == [field.label for field in kit.fields.values()]
    texts = [str(cell.value) for row in page.iter_rows() for cell in row if cell.value]
    for field in kit.fields.values():
        assert any(field.placeholder in text for text in texts), field.key
        assert not field.group or field.group in texts
    for section in kit.sections:
        assert (section.label in texts) is not section.internal


def test_required_answers_are_marked(kit: Kit, blank: bytes) -> None:
    book = load_workbook(io.BytesIO(blank), rich_text=True)
    texts = [str(cell.value) for row in book.worksheets[0].iter_rows(max_col=2) for cell in row if cell.value]
    for field in kit.fields.values():
        if field.required is True:
            assert f"{field.label}*" in texts
        elif field.required:
            assert f"{field.label}（条件）" in texts
        else:
            assert field.label in texts
    red = [part.font.color.rgb for part in book.worksheets[0]["A5"].value if str(part) == "*"]
    assert red == ["00C00000"]


def test_the_guide_explains_every_field(kit: Kit, blank: bytes) -> None:
    guide = opened(blank)["填写说明"]
    rows = [[str(cell.value or "") for cell in row] for row in guide.iter_rows()]
    by_label = {row[0].rpartition(" / ")[2]: row[1:] for row in rows}
    for field in kit.fields.values():
        need, how, example = by_label[field.label]
        assert need == {True: "必填", False: "选填"}.get(field.required is True, "") or isinstance(field.required, str)
        assert field.placeholder in how
        assert field.example in example
    assert by_label["行业"][2].startswith("☑银行")
    assert by_label["主叫号码类型"][0] == "条件"


def test_no_term_goes_to_the_customer(kit: Kit, blank: bytes, with_terms: bytes) -> None:
    assert opened(blank).sheetnames == [kit.title, "填写说明"]
    assert opened(with_terms).sheetnames == [kit.title, "填写说明", "商务条款"]
    page = opened(with_terms)["商务条款"]
    assert list(labels(page)) == [field.label for field in kit.terms.values()]
    assert validation(page, answer_cell(kit, page, "billing_increment")).formula1 == '"按分钟,按6秒"'
    with zipfile.ZipFile(io.BytesIO(blank)) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8")
    assert "服务方" not in text
    assert "商务条款" not in text


def test_it_carries_kit_and_version(kit: Kit, blank: bytes) -> None:
    book = opened(blank)
    assert book.custom_doc_props["docgen-kit"].value == kit.version_mark  # type: ignore[attr-defined]
    assert book.properties.creator == "docgen"


# -- filling it in ---------------------------------------------------------------------------------


def test_one_choice_is_a_dropdown(kit: Kit, blank: bytes) -> None:
    page = opened(blank).worksheets[0]
    for key, field in kit.fields.items():
        check = validation(page, answer_cell(kit, page, key))
        if field.type in {FieldType.ONE, FieldType.YES_NO}:
            assert check.type == "list"
            assert check.formula1 == f'"{",".join(values.options(field))}"'
        else:
            assert check.type != "list"
        assert check.promptTitle == field.label
        assert field.placeholder in str(check.prompt)
        assert check.errorStyle != "stop"


def test_several_choices_are_printed_with_empty_boxes(kit: Kit, blank: bytes) -> None:
    page = opened(blank).worksheets[0]
    types = answer_cell(kit, page, "number_types")
    assert types.value == "□固号　□手机号"  # neither 95 nor 400 numbers are offered
    printed = str(answer_cell(kit, page, "scenarios").value)
    assert printed.startswith("□营销")
    assert "□其他：____" in printed
    assert printed.count("□") == 8


def test_counts_and_mobiles_are_checked_but_never_refused(kit: Kit, blank: bytes) -> None:
    page = opened(blank).worksheets[0]
    count = validation(page, answer_cell(kit, page, "daily_calls"))
    assert (count.type, count.errorStyle) == ("custom", "information")
    assert count.error
    mobile = validation(page, answer_cell(kit, page, "contact_mobile"))
    assert (mobile.type, mobile.errorStyle) == ("textLength", "warning")


def test_only_answers_can_be_changed(kit: Kit, with_terms: bytes) -> None:
    book = opened(with_terms)
    for page in book.worksheets:
        assert page.protection.sheet
        assert page.protection.password is None
        assert not page.protection.formatRows
        places = {cell.coordinate for cell in labels(page).values()}
        for row in page.iter_rows():
            for cell in row:
                assert cell.protection.locked is (cell.coordinate not in places), cell.coordinate
                assert cell.data_type != "f"
                if not cell.protection.locked:
                    assert cell.number_format == "@"  # 8-10 must not become a date
                    assert cell.alignment.wrap_text


def test_it_is_ready_for_screen_and_paper(kit: Kit, with_terms: bytes) -> None:
    for page in opened(with_terms).worksheets:
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("portrait", 9)
        assert page.sheet_properties.pageSetUpPr is not None
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
        assert page.freeze_panes == "A4"
        assert page.print_title_rows == "$3:$3"
        assert page.oddFooter is not None
        assert page.oddFooter.right is not None
        assert page.oddFooter.right.text == "&P / &N"
    page = opened(with_terms).worksheets[0]
    assert page.sheet_view.selection[0].activeCell == "C5"


def test_equal_kits_give_equal_bytes(kit: Kit, with_terms: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.time() + 4000
    monkeypatch.setattr(time, "time", lambda: later)
    assert blank_sheet(kit, with_terms=True) == with_terms
    assert opened(with_terms).properties.modified == dt.datetime(1980, 1, 1)
    with zipfile.ZipFile(io.BytesIO(with_terms)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# -- kits of all kinds -----------------------------------------------------------------------------


def _kit(*fields: Field) -> Kit:
    section = Section(key="s", label="=1+1", fields=fields)
    outputs = Outputs(form="f", review="r", contract="c")
    return Kit(
        folder=Path(), name="k", version="1", title="A/B: [=2*3]?", name_field="a", sections=(section,), outputs=outputs
    )


def test_a_kit_without_sheet_texts_has_one_plain_sheet() -> None:
    kit = _kit(Field(key="a", section="s", type=FieldType.TEXT, label="=SUM(A1)", required=True))
    book = opened(blank_sheet(kit))
    (page,) = book.worksheets
    assert page.title == "A B =2 3"
    assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)
    assert page["A2"].value == "=SUM(A1)*"


def test_a_field_alone_in_its_group_is_merged_with_nothing() -> None:
    alone = Field(key="a", section="s", type=FieldType.TEXT, label="手机", group="联系方式")
    others = [Field(key=key, section="s", type=FieldType.TEXT, label=key, group="号码") for key in "bc"]
    page = opened(blank_sheet(_kit(alone, *others))).worksheets[0]
    assert [page[place].value for place in ("A2", "B2", "A3", "B3")] == ["联系方式", "手机", "号码", "b"]
    assert {str(merged) for merged in page.merged_cells.ranges} == {"A1:D1", "A3:A4"}


def test_long_dropdowns_stand_in_a_hidden_sheet() -> None:
    long = tuple(Choice(key=f"k{n}", label=f"第{n}个很长很长的选项") for n in range(40))
    comma = (Choice(key="x", label="1,000 元"), Choice(key="y", label="2,000 元"))
    kit = _kit(
        Field(key="a", section="s", type=FieldType.ONE, label="甲", choices=long),
        Field(key="b", section="s", type=FieldType.ONE, label="乙", choices=comma),
    )
    book = opened(blank_sheet(kit))
    page, lists = book.worksheets
    assert lists.sheet_state == "hidden"
    for place, choices in (("C2", long), ("C3", comma)):
        formula = str(validation(page, page[place]).formula1)
        name, _, cells = formula.partition("!")
        assert [row[0].value for row in book[name][cells.replace("$", "")]] == [choice.label for choice in choices]


# -- reading it back -------------------------------------------------------------------------------


@pytest.mark.parametrize("terms", [False, True])
def test_the_blank_reads_back_as_an_empty_intake(kit: Kit, tmp_path: Path, terms: bool) -> None:
    reading = read_bytes(kit, blank_sheet(kit, with_terms=terms), tmp_path)
    (answers,) = reading.intakes
    assert list(answers.fields) == list(kit.fields)
    assert answers.unrecognised == ()
    assert answers.made_with == (kit.name, kit.version)
    assert not reading.terms
    intake = normalize(answers, kit, "sheet.xlsx")
    assert not intake.values
    assert not intake.unreadable
    assert {finding.rule for finding in intake.findings} == {"required"}
    assert {finding.origin.cell for finding in intake.findings} <= {f"C{row}" for row in range(5, 27)}


def test_what_is_typed_in_reads_back(kit: Kit, blank: bytes, tmp_path: Path) -> None:
    written = {**GOOD, "bandwidth_mbps": "12.5", "main_script": "第一步：问好。\n第二步：确认。"}
    (answers,) = read(filled(kit, blank, written, tmp_path / "in.xlsx"), kit).intakes
    assert answers.unrecognised == ()
    assert {key: answer.written for key, answer in answers.fields.items()} == dict.fromkeys(kit.fields, "") | written
    understood = normalize(answers, kit, "in.xlsx").values
    assert understood == {key: values.parse(kit.fields[key], text).value for key, text in written.items()}
    # and what documents print of it reads back to the same
    shown = {key: values.show(kit.fields[key], value) for key, value in understood.items()}
    (again,) = read(filled(kit, blank, shown, tmp_path / "again.xlsx"), kit).intakes
    assert normalize(again, kit, "again.xlsx").values == understood


def test_ticks_in_the_printed_boxes_read_back(kit: Kit, blank: bytes, tmp_path: Path) -> None:
    page = opened(blank).worksheets[0]
    printed = str(answer_cell(kit, page, "industries").value)
    ticked = {
        printed.replace("□保险", "☑保险").replace("□电商", "√电商"): (("insurance", "ecommerce"), None),
        printed.replace("□其他：________________", "☑其他：物流________"): ((), "物流"),
        printed.replace("□银行", "☑银行").replace("□其他：____", "☑其他：快递"): (("bank",), "快递"),
    }
    for number, (text, expected) in enumerate(ticked.items()):
        (answers,) = read(filled(kit, blank, {"industries": text}, tmp_path / f"{number}.xlsx"), kit).intakes
        found = normalize(answers, kit, "x").values["industries"]
        assert (found.chosen, found.other) == expected  # type: ignore[union-attr]


def test_terms_read_back(kit: Kit, with_terms: bytes, tmp_path: Path) -> None:
    given = {
        "provider_account": "0200000000000000001",
        "sign_date": "2026-12-01",
        "rent_per_number_month": "30",
        "billing_increment": "按6秒",
        "connect_rate": "45%",
    }
    path = filled(kit, with_terms, {**GOOD, **given}, tmp_path / "terms.xlsx")
    reading = read(path, kit)
    assert {key: answer.written for key, answer in reading.terms.items()} == given
    (answers,) = reading.intakes
    assert answers.unrecognised == ()


# -- the samples -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "verdicts"),
    [
        ("accepted", [Verdict.ACCEPTED]),
        ("manual", [Verdict.MANUAL]),
        ("rejected", [Verdict.REJECTED]),
        ("incomplete", [Verdict.INCOMPLETE]),
        ("own-numbers", [Verdict.MANUAL]),
        ("own-center", [Verdict.MANUAL]),
        ("customers", ["accepted", "manual", "rejected", "incomplete", "manual", "rejected", "accepted"]),
    ],
)
def test_samples_have_the_verdicts_that_their_readme_states(run: Run, name: str, verdicts: list[str]) -> None:
    found = run("check", INPUTS / f"{name}.xlsx", "--json").json["intakes"]
    assert [intake["verdict"] for intake in found] == verdicts
    readme = (INPUTS / "README.md").read_text(encoding="utf-8")
    (row,) = [line for line in readme.splitlines() if line.startswith(f"| `{name}.xlsx`")]
    assert row.split("|")[-2].strip() == (verdicts[0] if len(verdicts) == 1 else "mixed")


def test_the_accepted_sample_has_no_finding(run: Run) -> None:
    (intake,) = run("check", INPUTS / "accepted.xlsx", "--terms", INPUTS / "terms.yaml", "--json").json["intakes"]
    assert intake["findings"] == []
    assert intake["unrecognised"] == []
    assert intake["figures"]["monthly_estimate"]["value"] is not None
