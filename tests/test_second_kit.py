"""A kit is data: a field added to kit.yaml appears everywhere, and another trade is another folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import docx
import pypdf
import pytest
import queries
import words
from conftest import ROOT, Run
from openpyxl import load_workbook
from openpyxl.cell import MergedCell
from tables import workbook

from docgen.model.kit import Kit

INPUTS = ROOT / "inputs"


def pdf_text(path: Path) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


@pytest.mark.slow
def test_a_field_added_to_the_kit_appears_everywhere(run: Run, kit: Kit, tmp_path: Path) -> None:
    folder = tmp_path / "kit"
    shutil.copytree(kit.folder, folder)
    text = (folder / "kit.yaml").read_text(encoding="utf-8")
    new = "      call_hours: {type: text, label: 外呼时段, required: true, placeholder: 请填写每天的外呼时段}\n"
    place = text.index("      daily_calls:\n")
    (folder / "kit.yaml").write_text(text[:place] + new + text[place:], encoding="utf-8")
    contract = docx.Document(str(folder / "contract.docx"))
    contract.paragraphs[1].insert_paragraph_before("外呼时段为 {{ call_hours }}。")
    contract.save(str(folder / "contract.docx"))

    sheet = tmp_path / "sheet.xlsx"
    assert run("blank", "sheet", "--kit", folder, "-o", sheet).code == 0
    assert "外呼时段" in "".join(str(c.value) for row in load_workbook(sheet).worksheets[0].iter_rows() for c in row)
    form = tmp_path / "form.docx"
    assert run("blank", "form", "--kit", folder, "-o", form).code == 0
    assert queries.controls(form.read_bytes())["call_hours"].text == "请填写每天的外呼时段"

    (missing,) = run("check", INPUTS / "accepted.xlsx", "--kit", folder, "--json").json["intakes"]
    assert [(f["rule"], f["field"]) for f in missing["findings"]] == [("required", "call_hours")]

    filled = _fill(sheet, tmp_path, "外呼时段", "每天 9:00–18:00")
    done = run("packet", filled, "--kit", folder, "-o", tmp_path / "out", "--json")
    (made,) = done.json["packets"]
    assert made["files"]["contract"] is None
    assert "9:00–18:00" in pdf_text(Path(made["files"]["review"]))
    assert queries.controls(Path(made["files"]["form"]).read_bytes())["call_hours"].text == "每天 9:00–18:00"
    run("contract", filled, "--kit", folder, "--allow-unready", "-o", tmp_path / "c.docx")
    assert "外呼时段为 每天 9:00–18:00。" in queries.text((tmp_path / "c.docx").read_bytes())


def _fill(sheet: Path, tmp_path: Path, label: str, answer: str) -> Path:
    """The blank sheet with one answer typed in, right of its label."""
    book = load_workbook(sheet)
    page = book.worksheets[0]
    for row in page.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith(label):
                right = cell.column + 1
                while isinstance(page.cell(cell.row, right), MergedCell):
                    right += 1
                page.cell(cell.row, right).value = answer
    target = tmp_path / "filled.xlsx"
    book.save(target)
    return target


KIT = """
name: hall-booking
version: "2"
title: 场地预订单
name_field: guest
outputs: {form: "{{ guest }}-预订单.docx", review: "{{ guest }}-审核.pdf", contract: "{{ guest }}-协议.docx"}
sections:
  booking:
    label: 预订信息
    fields:
      guest: {type: text, label: 预订方, required: true}
      day: {type: date, label: 使用日期, required: true}
      seats: {type: count, label: 到场人数, required: true, unit: 人}
      extras:
        type: several
        label: 附加服务
        other: 另有
        choices: {tea: {label: 茶歇}, screen: {label: 投影}}
      paid: {type: money, label: 定金}
  terms:
    label: 场地方条款
    internal: true
    fields:
      price: {type: money, label: 场地费}
limits: {seats: 80}
rules:
  - id: FULL
    title: 人数上限
    clause: 须知三
    cases:
      - {level: reject, fields: [seats], when: "seats > limits.seats", message: "最多容纳 {{ limits.seats }} 人", remedy: 请减少人数}
figures:
  per_seat: {label: 人均定金, unit: 元, value: "paid / seats", money: true}

"""


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    """A small kit of another trade: booking a hall."""
    folder = tmp_path / "hall"
    folder.mkdir()
    (folder / "kit.yaml").write_text(KIT, encoding="utf-8")
    form = words.blank()
    form.add_paragraph("{{ kit.title }} {{ kit.version_mark }}")
    for line in (
        "{%p for section in sections %}", "{%p for field in section.fields %}", "{{ field.label }}：{{r field.control }}",
        "{%p endfor %}", "{%p endfor %}",
    ):  # fmt: skip
        form.add_paragraph(line)
    form.save(str(folder / "form.docx"))
    contract = words.blank()
    contract.add_paragraph("{{ guest }} 于 {{ day }} 使用场地，场地费 {{ price }} 元（{{ price | rmb }}）。")
    for line in ("{%p if 'tea' in extras %}", "含茶歇。", "{%p endif %}"):
        contract.add_paragraph(line)
    contract.save(str(folder / "contract.docx"))
    (folder / "review.html").write_text(
        '<!DOCTYPE html><html lang="zh-CN"><head><title>{{ kit.title }}</title></head><body><h1>{{ guest }}</h1>'
        "{% for level, found in review.levels %}{% for f in found %}<p>{{ level }} {{ f.message }}</p>{% endfor %}"
        "{% endfor %}<p>{{ figures.per_seat }}</p></body></html>",
        encoding="utf-8",
    )
    (folder / "review.css").write_text("body { font-family: 'Noto Sans CJK SC' }", encoding="utf-8")
    return folder


def _booking(tmp_path: Path, **answers: object) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    for label, answer in answers.items():
        book.worksheets[0].append([label, answer])
    path = tmp_path / "booking.xlsx"
    book.save(path)
    return path


@pytest.mark.slow
def test_a_second_kit_runs_end_to_end(run: Run, hall: Path, tmp_path: Path) -> None:
    source = _booking(
        tmp_path,
        预订方="样例读书会",
        使用日期="2026年12月5日",
        到场人数="约60人",
        附加服务="☑茶歇 □投影",
        定金="1,200元",
    )
    done = run("check", source, "--kit", hall, "--json")
    assert done.code == 0, done.err
    (intake,) = done.json["intakes"]
    assert done.json["kit"] == "hall"
    assert intake["values"] == {
        "guest": "样例读书会",
        "day": "2026-12-05",
        "seats": 60,
        "extras": {"chosen": ["tea"], "other": None},
        "paid": 1200,
    }
    assert intake["figures"]["per_seat"] == {"label": "人均定金", "value": "20.00", "unit": "元"}
    terms = tmp_path / "terms.yaml"
    terms.write_text("price: 3600\n", encoding="utf-8")
    done = run("packet", source, "--kit", hall, "--terms", terms, "-o", tmp_path / "out", "--json")
    assert done.code == 0, done.err
    (made,) = done.json["packets"]
    assert made["pending"] == []
    contract = queries.text(Path(made["files"]["contract"]).read_bytes())
    assert contract == "样例读书会 于 2026年12月5日 使用场地，场地费 3,600.00 元（叁仟陆佰元整）。\n含茶歇。"
    assert Path(made["files"]["form"]).name == "样例读书会-预订单.docx"
    assert queries.controls(Path(made["files"]["form"]).read_bytes())["extras.tea"].is_ticked
    assert "20.00" in pdf_text(Path(made["files"]["review"]))
    manifest = json.loads((Path(made["folder"]) / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["kit"]["name"] == "hall-booking"


def test_its_rules_hold(run: Run, hall: Path, tmp_path: Path) -> None:
    source = _booking(tmp_path, 预订方="样例读书会", 使用日期="2026-12-05", 到场人数=81)
    done = run("check", source, "--kit", hall, "--json")
    assert done.code == 5
    (finding,) = done.json["intakes"][0]["findings"]
    assert (finding["rule"], finding["clause"], finding["cell"]) == ("FULL", "须知三", "B3")
    assert finding["message"] == "最多容纳 80 人"


def test_its_blank_sheet_and_form_are_its_own(run: Run, hall: Path, tmp_path: Path) -> None:
    assert run("blank", "sheet", "--kit", hall, "-o", tmp_path / "s.xlsx").code == 0
    done = run("check", tmp_path / "s.xlsx", "--kit", hall, "--json")
    assert done.code == 4
    assert done.json["intakes"][0]["unrecognised"] == []
    assert run("blank", "form", "--kit", hall, "-o", tmp_path / "f.docx").code == 0
    controls = queries.controls((tmp_path / "f.docx").read_bytes())
    assert set(controls) == {"guest", "day", "seats", "extras.tea", "extras.screen", "extras.other", "extras.other.text", "paid"}  # fmt: skip


# -- one label in several groups --------------------------------------------------------------------

PEOPLE = {"owner": "甲", "owner_mobile": "+8613800138000", "keeper": "乙", "keeper_mobile": "+8613900139000"}


@pytest.fixture
def people(hall: Path) -> Path:
    """The hall's kit, which asks of two persons alike."""
    fields = "".join(
        f"      {key}: {{type: text, group: {group}, label: 姓名}}\n"
        f"      {key}_mobile: {{type: mobile, group: {group}, label: 手机}}\n"
        for key, group in (("owner", "预订人"), ("keeper", "现场负责人"))
    )
    text = (hall / "kit.yaml").read_text(encoding="utf-8")
    (hall / "kit.yaml").write_text(text.replace("      paid:", f"{fields}      paid:"), encoding="utf-8")
    return hall


HEAD = "| 预订方 | 样例读书会 | |\n| 使用日期 | 2026-12-05 | |\n| 到场人数 | 60 | |\n"
ALIKE = {
    "beside": HEAD + "| 预订人 | 姓名 | 甲 |\n| ^ | 手机 | 13800138000 |\n| 现场负责人 | 姓名 | 乙 |\n| ^ | 手机 | 13900139000 |\n",
    "beside, unmerged": HEAD + "| 预订人 | 姓名 | 甲 |\n| | 手机 | 13800138000 |\n| 现场负责人 | 姓名 | 乙 |\n| | 手机 | 13900139000 |\n",
    "a table": (
        "| 预订方 | 使用日期 | 到场人数 | 预订人 | < | 现场负责人 | < |\n| ^ | ^ | ^ | 姓名 | 手机 | 姓名 | 手机 |\n"
        "| 样例读书会 | 2026-12-05 | 60 | 甲 | 13800138000 | 乙 | 13900139000 |\n"
        "| 样例棋社 | 2026-12-06 | 20 | 甲 | 13800138000 | 乙 | 13900139000 |\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", ALIKE.values(), ids=ALIKE)
def test_a_label_in_several_groups_is_told_by_its_group(run: Run, people: Path, tmp_path: Path, text: str) -> None:
    done = run("check", workbook(tmp_path / "a.xlsx", text), "--kit", people, "--json")
    assert done.code == 0, done.out + done.err
    for intake in done.json["intakes"]:
        assert {key: intake["values"][key] for key in PEOPLE} == PEOPLE
        assert intake["unrecognised"] == []


def test_without_its_group_such_a_label_is_never_guessed(run: Run, people: Path, tmp_path: Path) -> None:
    source = workbook(tmp_path / "a.xlsx", HEAD + "| 定金 | 100 | |\n| 附加服务 | 茶歇 | |\n| 姓名 | 甲 | |\n")
    (intake,) = run("check", source, "--kit", people, "--json").json["intakes"]
    assert {key: intake["values"][key] for key in PEOPLE} == dict.fromkeys(PEOPLE)
    assert [finding["written"] for finding in intake["findings"] if finding["rule"] == "unread"] == ["甲"]
    assert intake["unrecognised"] == []


@pytest.mark.parametrize("kind", ["sheet", "form"])
def test_our_own_blanks_tell_groups_apart(run: Run, people: Path, tmp_path: Path, kind: str) -> None:
    source = workbook(tmp_path / "a.xlsx", ALIKE["beside"])
    back = tmp_path / ("r.docx" if kind == "form" else "r.xlsx")
    assert run("return", source, "--kit", people, "-o", back, *(["--docx"] if kind == "form" else [])).code == 0
    (intake,) = run("check", back, "--kit", people, "--json").json["intakes"]
    assert {key: intake["values"][key] for key in PEOPLE} == PEOPLE
    assert intake["unrecognised"] == []
