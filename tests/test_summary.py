"""The review summary: what a reader finds in the PDF, and that it is archival, tagged and repeatable."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import page
import pypdf
import pytest
from conftest import DATE, reviewed
from test_review import CENTRE, OWN

from docgen.documents.context import RenderOptions
from docgen.errors import KitError
from docgen.model.intake import Finding, Level, Origin, Unrecognised
from docgen.model.kit import Kit
from docgen.packet import packet
from docgen.pipeline import ReviewedIntake

SOURCE = b"the bytes of the source"
CASES = {
    "accepted": {},
    "manual": {"scenarios": "营销、其他：节日问候"},
    "rejected": {"industries": "保健品", "callee_source": "购买的名单", "number_types": "400号码"},
    "incomplete": {"company_name": "", "contact_mobile": "待定", "number_regions": "广东省"},
    "own": OWN,
    "centre": CENTRE,
}


def pdf(kit: Kit, item: ReviewedIntake, pending: tuple[str, ...] = ()) -> bytes:
    return packet.review_of(item, SOURCE, kit, RenderOptions(DATE, pending=pending))


def text(content: bytes) -> str:
    return "\n".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(content)).pages)


def squeezed(content: bytes) -> str:
    """The text without white space: lines break where the layout wants them."""
    return "".join(text(content).split())


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest, kit: Kit) -> tuple[ReviewedIntake, bytes]:
    item = reviewed(kit, **CASES[request.param])
    return item, pdf(kit, item)


@pytest.mark.parametrize("profile", [page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1])
def test_it_is_archival_and_accessible(case: tuple[ReviewedIntake, bytes], profile: page.ValidationProfile) -> None:
    report = page.validate_pdf_bytes(case[1], profile=profile)
    # A compressed metadata stream is allowed in PDF/A-2 and later (ISO 19005-3, 6.6.2): a false alarm.
    failures = [f.rule_id for f in report.failures if not f.rule_id.endswith("METADATA-FILTER-001")]
    assert failures == []


def test_it_has_two_or_three_numbered_pages(case: tuple[ReviewedIntake, bytes]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(case[1]))
    assert 2 <= len(reader.pages) <= 3
    for number, sheet in enumerate(reader.pages, start=1):
        assert f"第{number}页共{len(reader.pages)}页" in "".join(sheet.extract_text().split())


def test_it_names_verdict_findings_answers_and_figures(kit: Kit, case: tuple[ReviewedIntake, bytes]) -> None:
    item, content = case
    found = squeezed(content)
    words = {"accepted": "通过", "manual": "待人工审核", "rejected": "不予受理", "incomplete": "资料不完整"}
    assert words[item.review.verdict.value] in found
    for finding in item.review.findings:
        for part in (finding.rule, finding.message, finding.remedy, finding.label or ""):
            assert "".join(part.split()) in found
    for key in item.intake.values:
        assert kit.fields[key].label.replace(" ", "") in found
    for figure in item.review.figures.values():
        assert figure.label in found


def test_the_sources_travel_with_it(kit: Kit, case: tuple[ReviewedIntake, bytes]) -> None:
    item, content = case
    attachments = pypdf.PdfReader(io.BytesIO(content)).attachments
    assert attachments["intake.xlsx"] == [SOURCE]
    types = [f["/EF"]["/F"]["/Subtype"] for f in _file_specifications(content)]
    assert types == ["/application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "/application/json"]
    data = json.loads(attachments["intake.json"][0])
    assert data["verdict"] == item.review.verdict.value
    assert data["values"].keys() == kit.fields.keys()


def _file_specifications(content: bytes) -> list[Any]:
    root: Any = pypdf.PdfReader(io.BytesIO(content)).trailer["/Root"]
    return [f.get_object() for f in root["/Names"]["/EmbeddedFiles"]["/Names"][1::2]]


def test_its_headings_are_its_outline(case: tuple[ReviewedIntake, bytes]) -> None:
    title, parts, *_ = pypdf.PdfReader(io.BytesIO(case[1])).outline
    assert title.title == "外呼需求审核摘要"  # type: ignore[union-attr]
    headings = [part.title for part in parts if not isinstance(part, list)]
    assert headings == ["一、审核发现", "二、填写内容", "三、派生数字", "四、对接流程与下一步", "审核意见"]


def test_the_place_to_sign_stands_with_the_next_steps(case: tuple[ReviewedIntake, bytes]) -> None:
    last = "".join(pypdf.PdfReader(io.BytesIO(case[1])).pages[-1].extract_text().split())
    for part in ("四、对接流程与下一步", "尚需收集的资料", "审核人：", "日期："):
        assert part in last


def test_it_says_who_made_it_of_what_and_in_which_language(case: tuple[ReviewedIntake, bytes]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(case[1]))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"]["/Marked"]
    assert case[0].intake.name in str(reader.metadata.title)  # type: ignore[union-attr]
    assert str(reader.metadata["/CreationDate"]) == "D:20261123000000Z"  # type: ignore[index]
    assert all("/FontFile2" in d or "/FontFile3" in d for d in _descriptors(reader))


def _descriptors(reader: pypdf.PdfReader) -> list[pypdf.generic.DictionaryObject]:
    found = []
    for sheet in reader.pages:
        for font in sheet["/Resources"]["/Font"].values():  # type: ignore[index]
            for inner in font.get_object().get("/DescendantFonts", [font]):
                found.append(inner.get_object()["/FontDescriptor"].get_object())
    return found


def test_it_is_small(case: tuple[ReviewedIntake, bytes]) -> None:
    """Two faces of a few hundred glyphs: no full face is embedded for what the core faces have."""
    reader = pypdf.PdfReader(io.BytesIO(case[1]))
    faces = {str(descriptor["/FontName"]).partition("+")[2] for descriptor in _descriptors(reader)}
    assert faces == {"docgen-Core-SC", "docgen-Core-SC-Bold"}
    assert len(case[1]) < 105_000  # before attachments: those of this test are a few kB


@pytest.mark.slow
def test_next_steps_follow_the_docking_mode(kit: Kit) -> None:
    buy, own, centre = (squeezed(pdf(kit, reviewed(kit, **CASES[name]))) for name in ("accepted", "own", "centre"))
    assert "匹配线路" in buy
    assert "不低于10Mbps" in own
    assert "呼叫中心系统与外呼系统的对接" in centre
    assert "技术对接工单" in own
    assert "技术对接工单" not in buy


@pytest.mark.slow
def test_pending_terms_and_unknown_texts_are_listed(kit: Kit) -> None:
    item = reviewed(kit)
    assert "合同待定项" not in text(pdf(kit, item))
    assert "合同编号、预付款" in squeezed(pdf(kit, item, pending=("合同编号", "预付款")))
    strange = replace(item.intake, unrecognised=(Unrecognised("Sheet1", "Z9", "一句看不懂的话"),))
    found = squeezed(pdf(kit, replace(item, intake=strange)))
    assert "Sheet1!Z9" in found
    assert "一句看不懂的话" in found


def test_a_finding_from_another_sheet_names_it(kit: Kit) -> None:
    item = reviewed(kit)
    strange = (
        Finding(
            "money-unreadable",
            "value",
            Level.ADVICE,
            "看不懂金额",
            "请更正",
            "prepayment",
            "预付款",
            Origin("商务条款", "C9"),
            "abc",
        ),
        Finding("kit-version", "value", Level.ADVICE, "由其他版本制作", "请核对", origin=Origin("Sheet1", None)),
    )
    found = squeezed(pdf(kit, replace(item, review=replace(item.review, findings=strange))))
    assert "预付款商务条款!C9「abc」看不懂金额" in found
    assert "———由其他版本制作" in found


@pytest.mark.slow
def test_a_mode_nobody_named_is_asked_for(kit: Kit) -> None:
    assert "与客户确认对接方式" in squeezed(pdf(kit, reviewed(kit, number_source="")))
    assert "与客户确认对接方式" not in squeezed(pdf(kit, reviewed(kit, contact_name="")))


def test_figures_that_cannot_be_computed_are_named_together(kit: Kit) -> None:
    found = squeezed(pdf(kit, reviewed(kit, daily_calls="", concurrency="")))
    listed = found.partition("未能计算")[2].partition("。")[0]
    assert "预计外呼天数" in listed
    assert "最低上下行对等带宽" in listed
    assert "测试号码到位时间" not in listed


@pytest.mark.slow
def test_equal_input_gives_equal_bytes(kit: Kit) -> None:
    first = pdf(kit, reviewed(kit))
    pdf(kit, reviewed(kit, **CASES["rejected"]))
    assert pdf(kit, reviewed(kit)) == first


_IN_ANOTHER_PROCESS = """
import hashlib
from conftest import reviewed
from test_summary import pdf
from docgen.kit import kits
kit = kits.load(kits.find("caller-number"))
print(hashlib.sha256(pdf(kit, reviewed(kit))).hexdigest())
"""


@pytest.mark.slow
def test_another_process_gives_the_same_bytes(kit: Kit) -> None:
    folder = Path(__file__).parent
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": f"{folder}{os.pathsep}{folder.parent}"}
    done = subprocess.run(
        [sys.executable, "-c", _IN_ANOTHER_PROCESS], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == hashlib.sha256(pdf(kit, reviewed(kit))).hexdigest()


def test_ticks_and_rare_characters_are_set(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        content = pdf(kit, reviewed(kit, industries="☑银行 □保险 ✔电商 ☐能源", contact_name="㛃䶮𬭎"))
    found = squeezed(content)
    assert "☑银行□保险✔电商☐能源" in found
    assert "㛃䶮𬭎" in found
    assert caplog.records == []  # a character without a glyph is a warning


def test_hostile_answers_stay_text(kit: Kit) -> None:
    hostile = "<b>粗</b>{{ 7*7 }}</td><script>x</script><img src='file:///etc/passwd'>"
    found = squeezed(pdf(kit, reviewed(kit, company_name=hostile, main_script=hostile + "足够长的话术内容在此处")))
    assert "".join(hostile.split()) in found


@pytest.mark.slow
def test_long_answers_flow_over_pages(kit: Kit) -> None:
    long = "".join(f"第{number}句话，请问您方便吗？" for number in range(300))
    found = squeezed(pdf(kit, reviewed(kit, main_script=long, company_name="很长的名称" * 60)))
    assert "第299句话" in found
    assert found.count("第150句话") == 2


@pytest.mark.slow
def test_a_finding_that_quotes_a_long_answer_is_cut_short(kit: Kit) -> None:
    long = "很多很多通" * 600
    content = pdf(kit, reviewed(kit, daily_calls=long))
    assert "一、审核发现" in text(content).partition("第 1 页")[0]
    assert "（全文见「填写内容」）" in squeezed(content)
    assert squeezed(content).count("很多") < 2 * 600 + 300


@pytest.mark.slow
def test_the_kits_template_renders_without_a_warning(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("weasyprint").propagate = True
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        for changes in CASES.values():
            pdf(kit, reviewed(kit, **changes))
    assert [record.getMessage() for record in caplog.records] == []


@pytest.fixture
def own_template(kit: Kit, tmp_path: Path) -> tuple[Kit, Path]:
    """The kit in a folder whose review.html a test may write."""
    (tmp_path / "review.css").write_text("", encoding="utf-8")
    return kit.model_copy(update={"folder": tmp_path}), tmp_path / "review.html"


def test_an_unknown_name_is_refused_with_its_line(own_template: tuple[Kit, Path]) -> None:
    kit, template = own_template
    template.write_text("<p>\n{{ comany_name }}\n{{ revew.name }}</p>", encoding="utf-8")
    with pytest.raises(KitError) as caught:
        pdf(kit, reviewed(kit))
    assert [problem.partition("review.html")[2] for problem in caught.value.problems] == [
        ":2 «{{ comany_name }}»: unknown name 'comany_name' (did you mean 'company_name'?)",
        ":3 «{{ revew.name }}»: unknown name 'revew' (did you mean 'review'?)",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "https://example.com/x.png",
        "data:image/svg+xml,<svg/>",
        "../../secret.png",
        "%2e%2e/secret.png",
        "%2E%2E%2Fsecret.png",
        "file://localhost/etc/passwd",
        "link.png",
    ],
)
def test_nothing_outside_the_kit_is_fetched(own_template: tuple[Kit, Path], url: str) -> None:
    kit, template = own_template
    (template.parent / "link.png").symlink_to(Path(__file__))
    template.write_text(f'<img src="{url}">', encoding="utf-8")
    with pytest.raises(KitError, match="outside the kit"):
        pdf(kit, reviewed(kit))


def test_what_lies_in_the_kit_is_fetched(own_template: tuple[Kit, Path]) -> None:
    kit, template = own_template
    (template.parent / "标志.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text y="9">图中字</text></svg>', encoding="utf-8"
    )
    template.write_text('<img src="标志.svg" alt="" style="width: 9cm">', encoding="utf-8")
    assert "图中字" in text(pdf(kit, reviewed(kit)))
