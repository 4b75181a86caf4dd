"""The review summary: what a reader finds in the PDF, and that it is archival, tagged and repeatable."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import re
import subprocess
import sys
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import page
import pydyf
import pypdf
import pytest
import queries
from conftest import DATE, ROOT, reviewed
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageCms
from test_review import CENTRE, OWN

from docgen.documents import fonts, pdf_cascade, pdf_objects, summary
from docgen.documents.context import RenderOptions
from docgen.documents.findings import without_silenced
from docgen.documents.form import render_form
from docgen.documents.summary import render_review
from docgen.errors import KitError
from docgen.model.intake import Finding, Level, Origin, Unrecognised
from docgen.model.kit import Kit
from docgen.packet import packet
from docgen.pipeline import ReviewedIntake, SourceFile, open_source

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


#: The good intake with changes, and its PDF: made once for all tests that look into it.
_MADE: dict[frozenset[tuple[str, str]], tuple[ReviewedIntake, bytes]] = {}
_SHOWN: dict[frozenset[tuple[str, str]], str] = {}


def made(kit: Kit, **changes: str) -> tuple[ReviewedIntake, bytes]:
    key = frozenset(changes.items())
    if key not in _MADE:
        item = reviewed(kit, **changes)
        _MADE[key] = item, pdf(kit, item)
    return _MADE[key]


def shown(kit: Kit, **changes: str) -> str:
    """What its PDF says, squeezed."""
    key = frozenset(changes.items())
    if key not in _SHOWN:
        _SHOWN[key] = squeezed(made(kit, **changes)[1])
    return _SHOWN[key]


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, kit: Kit) -> tuple[ReviewedIntake, bytes]:
    return made(kit, **CASES[request.param])


@pytest.mark.slow
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
    for finding in without_silenced(kit, item.review.findings):
        for part in (finding.rule, finding.message, finding.remedy, finding.label or ""):
            assert "".join(part.split()) in found
    for key in item.intake.values:
        assert kit.fields[key].label.replace(" ", "") in found
    own = item.intake.values.get("number_source") in {"own_numbers", "own_center"}
    process = not own and not item.review.count(Level.REJECT)
    for key, figure in item.review.figures.items():
        applies = {"trial_days": process, "docking_days": process,
                   "daily_calls_per_number": not own, "monthly_estimate": not own}.get(key, True)  # fmt: skip
        if key != "min_bandwidth_mbps":
            assert (figure.label in found) == applies, key


@pytest.mark.slow
def test_bandwidth_is_reckoned_for_own_numbers_alone(kit: Kit) -> None:
    label = "最低上下行对等带宽"
    assert label in shown(kit, **CASES["own"])
    assert label not in shown(kit)
    assert label not in shown(kit, **{**CASES["centre"], "concurrency": "60"})


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
    process = [] if case[0].review.count(Level.REJECT) else ["四、对接流程"]
    assert headings == ["下一步与资料", "一、审核发现", "二、填写内容", "三、派生数字", *process, "审核意见"]


def test_what_to_do_stands_below_the_banner_and_the_place_to_sign_at_the_end(
    case: tuple[ReviewedIntake, bytes],
) -> None:
    pages = ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(case[1])).pages]
    banner, steps, customer = (pages[0].index(part) for part in ("外呼需求审核摘要", "下一步与资料", "公司名称"))
    assert banner < steps < customer
    assert "尚需收集的资料" in pages[0][steps:customer]
    for part in ("审核人：", "日期："):
        assert part in pages[-1]


def test_a_level_is_told_by_shape_and_word(kit: Kit) -> None:
    found = shown(kit, **CASES["rejected"])
    assert "■不支持" in found
    assert found.count("▲须判断") >= 1
    assert "行业*■不支持" in found


@pytest.mark.slow
def test_the_process_is_drawn_in_its_order_and_not_for_the_refused(kit: Kit) -> None:
    steps = "需求审核已通过号码需求对接匹配线路测试试用测试号码1–2天到位线路审批与对接与签署合计7–14天合同签署线下签署服务开通开始计费"
    assert steps in shown(kit).replace("\n", "")
    for changes in (CASES["rejected"], {**CASES["rejected"], "contact_mobile": ""}):
        assert "服务开通开始计费" not in shown(kit, **changes)


@pytest.mark.slow
def test_next_steps_of_what_is_incomplete_and_refused_name_both(kit: Kit) -> None:
    found = shown(kit, contact_mobile="", industries="保健品")
    assert "将「须补正」各项一次发给客户" in found
    assert "同时说明「不支持」的事项与依据条款" in found
    assert "同时说明" not in shown(kit, contact_mobile="")


@pytest.mark.slow
def test_the_stronger_finding_on_the_same_words_speaks_alone(kit: Kit) -> None:
    item = reviewed(kit, industries="保健品", callee_source="从数据公司购买的名单")
    assert {"IND-1", "IND-2", "SRC-1", "SRC-2"} <= {finding.rule for finding in item.review.findings}
    found = squeezed(pdf(kit, item))
    assert "IND-1" in found
    assert "SRC-1" in found
    assert "IND-2" not in found
    assert "SRC-2" not in found
    content = pdf(kit, item)
    data = json.loads(pypdf.PdfReader(io.BytesIO(content)).attachments["intake.json"][0])
    assert {"IND-2", "SRC-2"} <= {finding["rule"] for finding in data["findings"]}
    # An equal one is another matter, and so is one on other words.
    both = shown(kit, callee_source="绝不购买名单")
    assert "SRC-1" in both
    assert "SRC-2" in both


def test_clauses_are_numbered_as_the_form_numbers_them(kit: Kit) -> None:
    found = shown(kit, industries="保健品", script_template_approved="", number_types="400号码")
    for clause in ("三、1（2）①", "一、2", "三、2（1）①d"):
        assert clause in found
    assert "III." not in found
    form = queries.text(render_form(kit, DATE))
    for heading in ("一、整体流程", "2、对接前提：", "三、流程说明", "1、外呼需求审核", "（2）审核什么", "① 行业", "2、号码需求对接",
                    "（0）主叫号码需求", "（1）对接方式一", "d. 400号码", "（2）对接方式二", "② 申请条件：", "b. 带宽稳定"):  # fmt: skip
        assert heading in form


def test_papers_are_samples_and_how_the_rest_is_kept(kit: Kit) -> None:
    assert "会员注册证明的样例，及全部证明如何留存的说明" in shown(kit)


def test_what_is_understood_as_written_is_printed_once(kit: Kit) -> None:
    found = shown(kit, callee_source="注册会员，有注册证明，仅此一处", total_calls="1234567")
    assert found.count("仅此一处") == 1
    assert "1234567" in found
    assert "1,234,567" in found


def test_what_is_not_given_and_need_not_be_is_named_once(kit: Kit) -> None:
    found = shown(kit, contact_wechat="", contact_title="/")
    assert "未填（非必填）微信号" in found
    assert "未填（非必填）上下行对等带宽(Mbps)签约信息未填（非必填）客户统一社会信用代码、客户地址、" in found
    assert found.count("微信号") == 1
    assert "职位/—C" in found  # what the customer wrote is shown
    assert "公司名称*◆须补正" in shown(kit, company_name="")


def test_figures_that_cannot_be_worked_out_make_no_table(kit: Kit) -> None:
    item = reviewed(kit, daily_calls="", total_calls="", number_source="", concurrency="")
    found = squeezed(pdf(kit, item))
    assert "三、派生数字未能计算（缺少所需内容）：" in found
    assert "算法" not in found


def test_unread_texts_have_a_section_of_their_own(kit: Kit) -> None:
    item = reviewed(kit)
    text = Finding(
        "unread",
        "unread",
        Level.MANUAL,
        "这段文字没有读取",
        "请对照来源文件",
        origin=Origin("Sheet1", "F7"),
        written="另有一家公司",
    )
    strange = replace(
        item, review=replace(item.review, findings=(text,)),
        intake=replace(item.intake, unrecognised=(Unrecognised("Sheet1", "Z9", "一句看不懂的话"),)),
    )  # fmt: skip
    found = squeezed(pdf(kit, strange))
    section = found[found.index("四、未读的内容") :]
    assert "▲须判断F7「另有一家公司」这段文字没有读取请对照来源文件" in section
    assert "—Sheet1!Z9一句看不懂的话" in section
    assert found.count("另有一家公司") == 1
    assert "五、对接流程" in section
    assert "除未读的内容外，没有发现问题" in found


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
    assert len(case[1]) < 95_000  # before attachments: those of this test are a few kB


def test_every_text_belongs_to_the_element_that_holds_it(case: tuple[ReviewedIntake, bytes]) -> None:
    """Marks lead to elements, these to marks; a text has no element of its own in a cell or a paragraph."""
    reader = pypdf.PdfReader(io.BytesIO(case[1]))
    tree: Any = reader.trailer["/Root"]["/StructTreeRoot"]  # type: ignore[index]
    elements = _elements(tree["/K"][0].get_object())
    held = {
        (element["/Pg"].indirect_reference.idnum, kid): element
        for element in elements
        for kid in element["/K"]
        if type(kid) is not Ref
    }
    numbers = tree["/ParentTree"]["/Nums"]
    for sheet, entries in zip(reader.pages, numbers[1::2], strict=True):
        content: Any = sheet["/Contents"].get_object()
        marks = [int(mark) for mark in re.findall(rb"/MCID (\d+)", content.get_data())]
        assert marks == list(range(len(entries.get_object())))
        for mark in marks:
            holder = entries.get_object()[mark].get_object()
            assert mark in holder["/K"]
            inside = held.get((sheet.indirect_reference.idnum, mark))  # type: ignore[union-attr]
            assert inside is None or inside is holder  # running texts are in no element of the tree
    cells = [element for element in elements if element["/S"] in {"/TD", "/TH"}]
    assert cells
    assert not any(kid["/S"] == "/Span" for cell in cells for kid in _kids(cell))


Ref = pypdf.generic.IndirectObject


def _kids(element: Any) -> list[Any]:
    return [kid.get_object() for kid in element["/K"] if type(kid) is Ref]


def _elements(element: Any) -> list[Any]:
    kids = _kids(element)
    assert all(kid["/P"].get_object() is element for kid in kids)
    return [element] * ("/Pg" in element) + [one for kid in kids for one in _elements(kid)]


def test_faces_hold_what_a_pdf_needs_and_widths_are_theirs(case: tuple[ReviewedIntake, bytes]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(case[1]))
    found = [font.get_object() for sheet in reader.pages for font in sheet["/Resources"]["/Font"].values()]  # type: ignore[index]
    for font in found:
        (inner,) = (one.get_object() for one in font["/DescendantFonts"])
        face = TTFont(io.BytesIO(inner["/FontDescriptor"]["/FontFile2"].get_data()))
        assert {"glyf", "head", "hhea", "hmtx", "loca", "maxp"} == set(face.keys()) - {"GlyphOrder"}
        runs = iter(inner["/W"])
        widths = {first + place: width for first in runs for place, width in enumerate(next(runs))}
        drawn = re.findall(rb"^<(\w{4})> <\w+>$", font["/ToUnicode"].get_data(), re.MULTILINE)
        assert drawn
        for number in (int(code, 16) for code in drawn):
            width = face["hmtx"][face.getGlyphName(number)][0] * 1000 / face["head"].unitsPerEm
            assert widths.get(number, 1000) == pytest.approx(width)


def test_the_end_of_a_stream_is_not_taken_for_the_end_of_its_line() -> None:
    streams = [pydyf.Stream([b"q" * number], compress=True) for number in range(300)]
    for number, stream in enumerate(streams):
        stream.number = number
    ends = {one.data[-12:] for one in pdf_objects.made(streams)}
    assert b"\r\r\nendstream" in ends
    assert not any(end[-11:] == b"\r\nendstream" and end[0] != ord("\r") for end in ends)


def test_nor_is_that_of_the_streams_which_list_all_others() -> None:
    ends = set()
    for number in range(600):
        pdf, out = pydyf.PDF(), io.BytesIO()
        pdf.add_object(pydyf.Dictionary({"Title": pydyf.String("q" * number)}))
        pdf_objects.end_listings(pdf)
        pdf.write(out, compress=True)
        ends |= {out.getvalue()[at.start() - 2 : at.start()] for at in re.finditer(rb"\nendstream", out.getvalue())}
    assert b"\r\r" in ends
    assert not any(end[1:] == b"\r" and end[:1] != b"\r" for end in ends)


def test_its_colours_are_those_of_srgb(case: tuple[ReviewedIntake, bytes]) -> None:
    root: Any = pypdf.PdfReader(io.BytesIO(case[1])).trailer["/Root"]
    small = ImageCms.ImageCmsProfile(io.BytesIO(root["/OutputIntents"][0]["/DestOutputProfile"].get_data()))
    library = ImageCms.ImageCmsProfile(str(resources.files("weasyprint.pdf") / "sRGB2014.icc"))
    colours: Any = Image.new("RGB", (16 * 16, 16))
    colours.putdata(
        [(red * 17, green * 17, blue * 17) for red in range(16) for green in range(16) for blue in range(16)]
    )
    seen: Any = ImageCms.profileToProfile(colours, small, library)
    differences: Any = ImageChops.difference(colours, seen).getextrema()
    assert max(high for _, high in differences) <= 1


@pytest.mark.slow
def test_next_steps_follow_the_docking_mode(kit: Kit) -> None:
    buy, own, centre = (shown(kit, **CASES[name]) for name in ("accepted", "own", "centre"))
    assert "匹配线路" in buy
    assert "不低于10Mbps" in own
    assert "呼叫中心系统与外呼系统的对接" in centre
    assert "技术对接工单" in own
    assert "技术对接工单" not in buy


@pytest.mark.slow
def test_pending_terms_and_unknown_texts_are_listed(kit: Kit) -> None:
    item = reviewed(kit)
    assert "合同待定项" not in text(pdf(kit, item))
    found = squeezed(pdf(kit, item, pending=("合同编号", "预付款", "客户地址", "签订日期")))
    assert "向客户索取（1）客户地址我方补充（1）合同编号商务确定（2）预付款、签订日期" in found
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
    assert "与客户确认对接方式" in shown(kit, number_source="")
    assert "与客户确认对接方式" not in shown(kit, contact_name="")


def test_figures_that_cannot_be_computed_are_named_together(kit: Kit) -> None:
    found = shown(kit, **{**CASES["own"], "daily_calls": "", "concurrency": ""})
    listed = found.partition("未能计算")[2].partition("。")[0]
    assert "预计外呼天数" in listed
    assert "最低上下行对等带宽" in listed
    assert "测试号码到位时间" not in listed


@pytest.mark.slow
def test_equal_input_gives_equal_bytes(kit: Kit) -> None:
    first = made(kit)[1]
    made(kit, **CASES["rejected"])
    assert pdf(kit, reviewed(kit)) == first


_IN_ANOTHER_PROCESS = """
import hashlib
from conftest import DATE, reviewed
from docgen.documents.context import RenderOptions
from docgen.kit import kits
from docgen.packet import packet
kit = kits.load(kits.find("caller-number"))
print(hashlib.sha256(packet.review_of(reviewed(kit), b"the bytes of the source", kit, RenderOptions(DATE))).hexdigest())
"""


@pytest.mark.slow
def test_another_process_gives_the_same_bytes(kit: Kit) -> None:
    folder = Path(__file__).parent
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": f"{folder}{os.pathsep}{folder.parent}"}
    done = subprocess.run(
        [sys.executable, "-c", _IN_ANOTHER_PROCESS], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == hashlib.sha256(made(kit)[1]).hexdigest()


def test_ticks_and_rare_characters_are_set(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        content = pdf(kit, reviewed(kit, industries="☑银行 □保险 ✔电商 ☐能源", contact_name="㛃䶮𬭎"))
    found = squeezed(content)
    assert "☑银行□保险✔电商☐能源" in found
    assert "㛃䶮𬭎" in found
    assert caplog.records == []  # a character without a glyph is a warning


def test_boxes_in_a_row_break_between_them(kit: Kit) -> None:
    boxes = "☐营销 ☑通知 ☐定向催收 ☐会议邀约 ☐用户关怀 ☑客户回访 ☐问卷调查 ☐其他____________________"
    item = reviewed(kit, scenarios=boxes)
    finding = next(iter(item.review.findings), None) or Finding("x", "x", Level.ADVICE, "请核对", "请核对")
    quoted = replace(finding, level=Level.MANUAL, label="场景", written=boxes)
    found = text(pdf(kit, replace(item, review=replace(item.review, findings=(quoted,)))))
    for box in boxes.partition("_")[0].split():
        assert found.count(box) == 2, box


def test_hostile_answers_stay_text(kit: Kit) -> None:
    hostile = "<b>粗</b>{{ 7*7 }}</td><script>x</script><img src='file:///etc/passwd'>"
    found = shown(kit, company_name=hostile, main_script=hostile + "足够长的话术内容在此处")
    assert "".join(hostile.split()) in found


@pytest.mark.slow
def test_long_answers_flow_over_pages(kit: Kit) -> None:
    long = "".join(f"第{number}句话，请问您方便吗？" for number in range(300))
    found = shown(kit, main_script=long, company_name="很长的名称" * 60)
    assert "第299句话" in found
    assert found.count("第150句话") == 1
    assert found.count("关键流程话术*（续）") >= 3


@pytest.mark.slow
def test_a_row_stays_with_its_label(kit: Kit) -> None:
    """Scripts of several lines each, so that one of them meets the end of a page."""
    lines = "\n".join(f"第{number}步：请问您方便吗？" for number in range(1, 15))
    for shift in range(4):
        content = pdf(
            kit, reviewed(kit, greeting_script="您好，我是示例科技的客服。\n" * (1 + shift * 3), main_script=lines)
        )
        holders = [page for page in ["".join(p.extract_text().split()) for p in pypdf.PdfReader(io.BytesIO(content)).pages]
                   if "步：请问您方便吗？" in page]  # fmt: skip
        assert len(holders) == 1
        assert "关键流程话术" in holders[0]


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
    return replace(kit, folder=tmp_path), tmp_path / "review.html"


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


# -- styles that pages share ---------------------------------------------------------------------------


def empty_page() -> Any:
    import weasyprint

    return weasyprint.HTML(string="<p>")


@pytest.mark.slow
def test_a_page_is_the_same_with_the_styles_of_earlier_pages_and_without(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(name: str) -> bytes:
        (item,) = open_source(SourceFile(ROOT / "inputs" / f"{name}.xlsx"), kit)
        return render_review(kit, item.intake, item.review, item.terms, RenderOptions(DATE))

    html, style = ((kit.folder / file).read_text(encoding="utf-8") for file in ("review.html", "review.css"))
    assert pdf_cascade.share(empty_page(), {}, html, style), "it is another minor version: try it"
    names = ("own-center", "accepted", "manual", "rejected", "incomplete")
    for other in names[::-1]:
        made(other)
    shared = {name: made(name) for name in names}
    monkeypatch.setattr(pdf_cascade, "share", lambda *_arguments: False)
    assert [name for name in names if made(name) != shared[name]] == []


def test_styles_are_kept_from_page_to_page(kit: Kit) -> None:
    pdf(kit, reviewed(kit))
    printer = summary._printer(kit.folder, fonts.core_faces())
    kept = dict(printer.styles)
    assert kept
    pdf(kit, reviewed(kit, company_name="另一家示例公司"))
    assert printer.styles == kept
    assert all(printer.styles[key] is style for key, style in kept.items())


def test_styles_written_into_a_page_do_not_fill_the_memory(
    own_template: tuple[Kit, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    kit, template = own_template
    monkeypatch.setattr(pdf_cascade, "_MOST", 20)
    for _ in range(4):
        template.write_text("<html lang=zh><title>t</title>" + "<p style='margin: 1px'>x</p>" * 10, encoding="utf-8")
        pdf(kit, reviewed(kit))
    assert 20 < len(summary._printer(kit.folder, fonts.core_faces()).styles) < 60


@pytest.mark.parametrize(
    "style",
    ["p { float: footnote }", "p{float:note}", "::note-call { color: red }", "p { float: \\66ootnote }",
     '@import "more.css";', "@page { @footnote { margin: 0 } }", "p { width: 50vw }", "p { height: 1.5svmin }"],
)  # fmt: skip
def test_a_page_that_may_have_notes_or_lengths_of_the_first_page_shares_no_styles(style: str) -> None:
    assert not pdf_cascade.share(empty_page(), {}, "<p>", style)
    assert pdf_cascade.share(empty_page(), {}, "<p>", "p { color: red }")


def test_another_version_of_the_library_is_taken_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    import weasyprint

    with monkeypatch.context() as patch:
        patch.setattr(weasyprint, "__version__", "99.0")
        assert not pdf_cascade.share(empty_page(), {}, "<p>")
    for other in (type("StyleFor", (), {}), None):
        with monkeypatch.context() as patch:
            patch.setattr(weasyprint.css, "StyleFor", other)
            assert not pdf_cascade.share(empty_page(), {}, "<p>")
            assert weasyprint.css.StyleFor is other
