"""The message to the customer: what they are asked, in their words, and nothing of ours."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import GOOD, ROOT, Run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tables import form_text, workbook

import docgen

INPUTS = ROOT / "inputs"
EMAIL = "customer_email"


def source(folder: Path, /, rows: str = "", **changes: str) -> Path:
    kit = docgen.Kit.load("caller-number")
    extra = "".join(f"| {kit.fields[key].label} | < | {text} |\n" for key, text in changes.items() if key not in GOOD)
    return workbook(folder / "form.xlsx", form_text({**GOOD, **changes}) + extra + rows)


def mail(path: Path) -> EmailMessage:
    made = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(made, EmailMessage)
    return made


class Texts(HTMLParser):
    """The text that a page of HTML shows, and its elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("name", "code"), [("accepted", 0), ("manual", 0), ("own-center", 0), ("rejected", 5), ("incomplete", 4)]
)
def test_it_exits_by_the_verdict_and_says_every_wording_for_the_customer_once(run: Run, name: str, code: int) -> None:
    path = INPUTS / f"{name}.xlsx"
    done = run("letter", path)
    assert done.code == code
    assert done.err == ""
    (intake,) = run("check", path, "--json").json["intakes"]
    assert done.out.startswith(f"{intake['values']['contact_name']}，您好！\n")
    numbered = re.findall(r"^(\d+)\. (.+)$", done.out, re.MULTILINE)
    assert [int(number) for number, _ in numbered] == list(range(1, len(numbered) + 1))
    asks = [one["ask"] for one in intake["findings"] if one["ask"]]
    for _, line in numbered:
        assert len([ask for ask in asks if "".join(ask.split()) in "".join(line.split())]) >= 1, line
    for one in intake["findings"]:
        for internal in (one["clause"], one["cell"], one["rule"]):
            assert not internal or internal not in done.out
    for internal in ("审核人员", "草案", "【待定", "本套件设定", "invalid", "manual"):
        assert internal not in done.out


def test_one_list_of_corrections_and_how_to_send_them_back(run: Run) -> None:
    text = run("letter", INPUTS / "incomplete.xlsx", "--deadline", "2026-12-03").out
    assert "请更正以下 8 处：" in text
    assert "在2026年12月3日前把改好的表格发回给我们" in text
    assert "可以识别" in text
    assert "核对" not in text
    assert "还需要您提供" not in text


def test_a_refusal_is_told_politely_with_what_can_be_done(run: Run) -> None:
    text = run("letter", INPUTS / "rejected.xlsx").out
    assert "目前不能支持" in text
    assert "不予受理" not in text
    assert "400号码只能接听，不能外呼，请改选固号或手机号" in text


@pytest.mark.parametrize(
    ("name", "there", "absent"),
    [
        ("accepted", ["匹配线路", "1–2 天", "注册证明的样例"], ["话术模板", "资质文件", "带宽"]),
        ("manual", ["我们正在审核", "审核通过的话术模板"], ["资质文件", "可以开始对接"]),
        ("own-numbers", ["资质文件：营业执照", "带宽的证明"], ["匹配线路"]),
        ("own-center", ["呼叫中心如何与外呼平台对接", "资质文件"], ["带宽的证明"]),
    ],
)
def test_what_happens_next_and_which_papers_are_needed(
    run: Run, name: str, there: list[str], absent: list[str]
) -> None:
    text = run("letter", INPUTS / f"{name}.xlsx").out
    assert [words for words in there if words not in text] == []
    assert [words for words in absent if words in text] == []
    assert "签约信息：" in text


def test_what_is_known_is_not_asked_for(run: Run, tmp_path: Path) -> None:
    given_section = {
        "customer_credit_code": "91990000MA0000002E", "customer_address": "示例市示例路1号",
        "customer_representative": "钱样例", EMAIL: "contract@example.com", "customer_invoice": "抬头：示例",
    }  # fmt: skip
    assert "签约信息" not in run("letter", source(tmp_path, **given_section)).out
    terms = tmp_path / "terms.yaml"
    terms.write_text("customer_address: 示例市示例路1号\nprice_per_minute: 0.11\n", encoding="utf-8")
    text = run("letter", source(tmp_path), "--terms", terms).out
    assert "客户法定代表人" in text
    assert "客户地址" not in text
    assert "0.11" not in text


def test_a_term_of_ours_that_is_wrong_is_no_matter_of_the_customers(run: Run, tmp_path: Path) -> None:
    done = run("letter", source(tmp_path, "# 商务条款\n| 预付款 | 很多 |\n"))
    assert done.code == 4
    assert "预付款" not in done.out
    assert "请更正" not in done.out


def test_the_mail_is_a_draft_with_the_returned_sheet(run: Run, tmp_path: Path) -> None:
    path = source(tmp_path, contact_mobile="138", **{EMAIL: "contract@example.com"})
    assert run("letter", path, "--format", "eml", "-o", tmp_path / "a.eml").code == 4
    made = mail(tmp_path / "a.eml")
    assert made["X-Unsent"] == "1"
    assert made["To"] == "contract@example.com"
    assert made["Subject"] == "关于北京示例科技有限公司的主叫号码对接信息收集表"
    body, page = made.get_body(("plain",)), made.get_body(("html",))
    assert body is not None
    assert page is not None
    text = run("letter", path).out
    assert body.get_content().split() == text.split()
    assert "".join(Texts(page.get_content()).text.split()).endswith("".join(text.split()))
    (sheet,) = made.iter_attachments()
    assert sheet.get_filename() == "北京示例科技有限公司-信息收集表（退回更正）.xlsx"
    (tmp_path / "back.xlsx").write_bytes(sheet.get_content())
    (intake,) = run("check", tmp_path / "back.xlsx", "--json").json["intakes"]
    assert intake["values"]["company_name"] == GOOD["company_name"]
    again = tmp_path / "b.eml"
    run("letter", path, "--format", "eml", "-o", again)
    assert again.read_bytes() == (tmp_path / "a.eml").read_bytes()


def test_only_a_mail_address_is_an_addressee(run: Run, tmp_path: Path) -> None:
    for written in ("没有", "a@b.example, c@d.example", "x@y", "a@b.example\\nBcc: c@d.example"):
        path = source(tmp_path, **{EMAIL: written})
        run("letter", path, "--format", "eml", "-o", tmp_path / "a.eml", "--force")
        made = mail(tmp_path / "a.eml")
        assert made["To"] is None
        assert made["Bcc"] is None


def test_files_are_named_by_the_kit_and_never_overwritten(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = source(tmp_path)
    name = "关于北京示例科技有限公司的主叫号码对接信息收集表"
    for kind in ("eml", "html"):
        assert run("letter", path, "--format", kind).code == 0
        assert (tmp_path / f"{name}.{kind}").is_file()
        assert run("letter", path, "--format", kind).code == 7
    assert run("letter", path, "-o", "a.txt").code == 0
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == run("letter", path).out


def test_one_customer_a_letter_and_a_day_that_is_still_to_come(run: Run, no_output: Path) -> None:
    assert run("letter", INPUTS / "customers.xlsx").code == 2
    assert run("letter", INPUTS / "customers.xlsx", "--row", 4).code == 0
    done = run("letter", INPUTS / "accepted.xlsx", "--deadline", "2026-01-01", "--date", "2026-11-23")
    assert done.code == 2
    assert "--deadline 2026-01-01 is before" in done.err


@pytest.mark.slow
def test_the_template_is_the_kits_and_knows_nothing_internal(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    run("kits", "--copy", mine)
    template = mine / "letter.txt"
    template.write_text("{{ company_name }}<b>{{ contact_title }}\n", encoding="utf-8")
    assert run("letter", INPUTS / "accepted.xlsx", "--kit", mine).out.startswith("北京示例科技有限公司<b>")
    for wrong, said in (
        ("{{ price_per_minute }}", "price_per_minute"),
        ("{{ review.source }}", "review"),
        ("{{ figures.monthly_estimate }}", "monthly_estimate"),
    ):
        template.write_text(f"您好\n{wrong}\n", encoding="utf-8")
        done = run("letter", INPUTS / "accepted.xlsx", "--kit", mine)
        assert done.code == 6
        assert "letter.txt:2 «{{ " in done.err
        assert said in done.err
        assert run("template", "check", mine).code == 6
        assert run("template", "check", template).code == 6
    template.unlink()
    assert run("letter", INPUTS / "accepted.xlsx", "--kit", mine).code == 6
    assert run("template", "check", mine).code == 0


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40), script=st.text(max_size=60))
def test_whatever_a_customer_writes_stays_text(run: Run, tmp_path: Path, name: str, script: str) -> None:
    changes = {"contact_name": f"<script>{name}", "contact_mobile": "138<img src=x>", "main_script": script}
    path = workbook(
        tmp_path / "form.xlsx",
        "# S\n",
        values={
            f"{column}{row}": text
            for row, field in enumerate(docgen.Kit.load("caller-number").fields.values(), start=1)
            for column, text in (("A", field.label), ("B", "".join(c for c in ({**GOOD, **changes}).get(field.key, "") if c.isprintable()).lstrip("=")))
        },
    )  # fmt: skip
    (case,) = docgen.read(path, "caller-number")
    page = Texts(case.letter().html)
    assert page.tags <= {"html", "head", "meta", "title", "body", "p", "br"}
    text = case.letter().text
    assert "\r" not in text
    assert "\n\n\n" not in text
    made = message_from_bytes(case.letter_mail(), policy=policy.default)
    assert made["Subject"].startswith("关于")
