"""What one customer's papers hold of the others on the same sheet: nothing, whatever the layout."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from any_format import written
from conftest import DATE, GOOD, Run
from openpyxl import load_workbook
from pypdf import PdfReader
from tables import form_text

import docgen

KEYS = [key for key in GOOD if key != "qualifications"]
FIRST = {
    **GOOD, "company_name": "甲样例科技有限公司", "contact_name": "钱女士", "contact_mobile": "13800138001",
    "contact_wechat": "yangli_jia", "daily_calls": "5千左右（甲说）", "callee_source": "甲方商城的注册会员，可提供注册记录",
}  # fmt: skip
SECOND = {
    **GOOD, "company_name": "乙虚构商贸有限公司", "contact_name": "孙先生", "contact_mobile": "13911112222",
    "contact_wechat": "xugou_yi", "daily_calls": "3千左右（乙说）", "callee_source": "乙方门店的注册会员，可提供注册记录",
}  # fmt: skip
#: What tells of a customer, found in any of the papers.
SECRETS = {
    0: ("甲样例", "钱女士", "13800138001", "yangli_jia", "甲说", "甲方商城", "希望甲号连号"),
    1: ("乙虚构", "孙先生", "13911112222", "xugou_yi", "乙说", "乙方门店", "希望乙号连号"),
}
SHARED = "两家都请尽快"


def pairs(kit: docgen.Kit, *customers: Mapping[str, str]) -> list[str]:
    return [" | ".join([f"| {kit.fields[key].label}", *(one[key] for one in customers)]) + " |" for key in KEYS]


def rows(kit: docgen.Kit, *customers: Mapping[str, str]) -> list[str]:
    head = " | ".join(kit.fields[key].label for key in KEYS)
    return [
        f"| {head} | 备注 |",
        *(" | ".join(["|", *(one[k] for k in KEYS)])[2:] + f" | {one['note']} |" for one in customers),
    ]


def layouts(kit: docgen.Kit) -> dict[str, str]:
    one, two = ({**who, "note": f"我司希望{name}号连号"} for who, name in ((FIRST, "甲"), (SECOND, "乙")))
    sources = [form_text(who).strip().splitlines()[1:] for who in (one, two)]
    found = {
        "side by side": ["| 项目 | 客户A | 客户B |", *pairs(kit, one, two)],
        "side by side without headings": pairs(kit, one, two),
        "stacked": [*pairs(kit, one), f"| {one['note']} |", "", *pairs(kit, two), f"| {two['note']} |"],
        "forms beside": [f"{a} | {b}" for a, b in zip(pairs(kit, one), pairs(kit, two), strict=True)],
        "rows": [*rows(kit, one, two), "", f"| {SHARED} |"],
        "tables stacked": [*rows(kit, one), "", *rows(kit, two)],
        "tables beside": [f"{a} | {b}" for a, b in zip(rows(kit, one), rows(kit, two), strict=True)],
        "the source's table twice": [*sources[0], "", *sources[1]],
        "a sheet each": ["# 一", *sources[0], "# 二", *sources[1]],
    }
    return {name: "\n".join(lines) + "\n" for name, lines in found.items()}


KIT = docgen.Kit.load("caller-number")


def unpacked(content: bytes) -> str:
    """All text in a file: of a PDF with its attachments, of a workbook or document with all its parts."""
    if content[:4] == b"%PDF":
        reader = PdfReader(io.BytesIO(content))
        pages = "".join(page.extract_text() for page in reader.pages)
        return pages + "".join(unpacked(part) for parts in reader.attachments.values() for part in parts)
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return content.decode("utf-8", "replace")


def plain(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", html.unescape(re.sub(r"<[^>]*>", "", text)))


@pytest.mark.slow
@pytest.mark.parametrize("layout", layouts(KIT))
def test_no_paper_of_a_customer_tells_of_another(tmp_path: Path, layout: str) -> None:
    source = written(tmp_path / "两家.xlsx", layouts(KIT)[layout])
    cases = list(docgen.read(source, KIT, date=DATE))
    assert [case.name for case in cases] == [FIRST["company_name"], SECOND["company_name"]]
    for number, case in enumerate(cases):
        packet = case.save(tmp_path / "out", date=DATE)
        papers = {
            "returned sheet": case.correction_sheet(), "returned form": case.correction_form(date=DATE),
            **{path.name: path.read_bytes() for path in sorted((tmp_path / "out" / packet.folder.name).iterdir())},
        }  # fmt: skip
        assert len(papers) >= 5
        for name, content in papers.items():
            text = plain(unpacked(content))
            assert not [secret for secret in SECRETS[1 - number] if secret in text], (layout, name)
            assert SHARED not in text, (layout, name)
        assert FIRST["company_name"] in plain(unpacked(papers["returned sheet"])) or number == 1


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["stacked", "rows", "tables stacked"])
def test_what_was_not_read_is_in_the_papers_of_its_customer(tmp_path: Path, layout: str) -> None:
    source = written(tmp_path / "两家.xlsx", layouts(KIT)[layout])
    for number, case in enumerate(docgen.read(source, KIT, date=DATE)):
        note = SECRETS[number][-1]
        assert case.verdict == "manual"
        assert note in str(case.as_json()["findings"])
        assert note in plain(unpacked(case.review(date=DATE)))
        assert note in plain(unpacked(case.correction_sheet()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "industries"),
    [
        ("保险 | √ | 银行 |  | 电商 | √", ["insurance", "ecommerce"]),
        ("保险 | 电商", ["insurance", "ecommerce"]),
        ("□银行 ☑保险 □教育 | ☑电商 □能源", ["insurance", "ecommerce"]),
    ],
    ids=["marks beside choices", "choices in cells", "boxes in two cells"],
)
def test_choices_in_cells_of_their_own_come_back_as_they_were_understood(
    tmp_path: Path, answer: str, industries: list[str]
) -> None:
    lines = [line for line in pairs(KIT, GOOD) if not line.startswith("| 行业")] + [f"| 行业 | {answer} |"]
    (case,) = docgen.read(written(tmp_path / "a.xlsx", "\n".join(lines) + "\n"), KIT)
    assert case.as_json()["values"]["industries"] == {"chosen": industries, "other": None}
    book = load_workbook(io.BytesIO(case.correction_sheet()))
    cells = [
        str(cell.value).replace("\u3000", " ") for row in book.worksheets[0].iter_rows() for cell in row if cell.value
    ]
    assert [text for text in cells if text.startswith("□银行 ☑保险") and "☑电商" in text], "one list, ticked"
    for name, content in (("r.xlsx", case.correction_sheet()), ("r.docx", case.correction_form(date=DATE))):
        (tmp_path / name).write_bytes(content)
        (after,) = docgen.read(tmp_path / name, KIT)
        assert after.values == case.values
        assert not [finding for finding in after.findings if finding.field == "industries"]


@pytest.mark.slow
def test_making_packets_says_what_was_not_read(run: Run, tmp_path: Path) -> None:
    source = written(tmp_path / "两家.xlsx", layouts(KIT)["rows"])
    done = run("packet", source, "-o", tmp_path / "out")
    assert "not read 1: “我司希望甲号连号”" in done.out
    assert f"not understood: {source}" in done.out.replace("\n", "")
    assert SHARED in done.out.replace("\n", "")
