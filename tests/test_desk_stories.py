"""What people do at the desk, each a story in a real browser."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Run
from desks import (
    INPUTS,
    RunningDesk,
    at_desk,
    browser,
    data,
    desk_in,
    drop,
    intake_of,
    lines,
    needs_browser,
    person,
    violations,
)
from playwright.sync_api import Browser, Page, Request, expect

pytestmark = [pytest.mark.slow, needs_browser]
__all__ = ["browser"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with desk_in(tmp_path_factory.mktemp("office") / "desk") as running:
        yield running


@pytest.fixture
def page(browser: Browser, desk: RunningDesk) -> Iterator[Page]:
    with at_desk(browser, desk) as opened:
        yield opened


# -- 1, 2: who may come in ---------------------------------------------------------------------------


def test_the_link_works_once_and_the_browser_asks_nobody_else(browser: Browser, desk: RunningDesk) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    with at_desk(browser, desk) as page:
        page.on("request", note)
        page.reload()
        expect(page.get_by_role("heading", name="收件箱")).to_be_visible()
        page.goto(f"{desk.origin}/intakes/{intake_of(page, INPUTS / 'manual.xlsx')}")
        page.get_by_role("link", name="出文件").click()
        expect(page.get_by_role("heading", name="商务条款")).to_be_visible()
    assert {url.split("/")[2] for url in asked} == {desk.origin.removeprefix("http://")}

    another = person(browser)
    stranger = another.new_page()
    for address in (desk.link, desk.origin, f"{desk.origin}/inbox.json"):
        answer = stranger.goto(address)
        assert answer is not None
        assert answer.status == 403
    expect(stranger.get_by_role("heading")).to_have_text("请用启动时给出的链接打开")
    another.close()


def test_a_page_of_another_site_can_send_nothing(browser: Browser, desk: RunningDesk) -> None:
    form = f"""<form method=post enctype="multipart/form-data" action="{desk.origin}/files">
        <input name=files value=x></form><script>document.forms[0].submit()</script>"""
    with foreign_site(form) as address, at_desk(browser, desk) as page:
        before = data(page, "/inbox.json")["lines"]
        with page.expect_response(lambda answer: answer.url == f"{desk.origin}/files") as wait:
            page.goto(address)
        assert wait.value.status == 403
        expect(page.get_by_role("heading")).to_have_text("请求来自其他网站，已拒绝")
        page.goto(desk.origin)
        assert data(page, "/inbox.json")["lines"] == before


class _Foreign(BaseHTTPRequestHandler):
    def __init__(self, content: str, *args: Any) -> None:
        self._content = content.encode()
        super().__init__(*args)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(self._content)

    def log_message(self, *_: object) -> None:
        pass


class foreign_site:  # noqa: N801  read as a function
    """The address of a page that somebody else serves."""

    def __init__(self, content: str) -> None:
        self._server = HTTPServer(("127.0.0.1", 0), partial(_Foreign, content))

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://localhost:{self._server.server_port}/"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


# -- 3: what comes in --------------------------------------------------------------------------------


def twenty_files(folder: Path) -> list[Path]:
    """What a customer may send: forms, tables, and what is none, under good names and bad ones."""
    folder.mkdir()
    sheets = sorted(INPUTS.glob("*.xlsx"))
    found = [Path(shutil.copy(sheet, folder / f"{number}-{sheet.name}")) for number in "12" for sheet in sheets]
    broken = {
        "截断.xlsx": (INPUTS / "manual.xlsx").read_bytes()[:3000], "空.xlsx": b"", "扫描件.pdf": b"%PDF-1.7\n",
        "说明.txt": "请查收附件".encode(), "照片.png": b"\x89PNG\r\n\x1a\n" + bytes(40), "旧版.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    }  # fmt: skip
    for name, content in broken.items():
        (folder / name).write_bytes(content)
    return [*found, *(folder / name for name in broken)]


def test_twenty_files_fall_into_the_window_and_each_has_its_line(browser: Browser, tmp_path: Path) -> None:
    with desk_in(tmp_path / "desk") as desk, at_desk(browser, desk) as page:
        assert violations(page) == []
        twenty_files_fall(page, desk, tmp_path)


def twenty_files_fall(page: Page, desk: RunningDesk, tmp_path: Path) -> None:
    sent = twenty_files(tmp_path / "sent")
    assert len(sent) == 20
    around = {path for path in tmp_path.rglob("*") if desk.folder not in path.parents}
    drop(page, *sent)
    found = lines(page, 20)
    assert {line["source"] for line in found} == {path.name for path in sent}
    unreadable = [line for line in found if line["state"] == "unreadable"]
    assert {line["source"] for line in unreadable} == {path.name for path in sent[14:]}
    assert all(line["message"] and line["hint"] for line in unreadable)
    assert {path for path in tmp_path.rglob("*") if desk.folder not in path.parents} == around

    rows = page.locator("table.lines tbody tr")
    expect(rows).to_have_count(len(found))
    twin = next(line for line in found if line["source"] == "2-accepted.xlsx")
    expect(page.locator(f"#line-{twin['id']} .twins")).to_contain_text("可能重复")
    page.get_by_role("combobox", name="结论").select_option("unreadable")
    expect(rows).to_have_count(6)
    page.get_by_role("combobox", name="结论").select_option("")
    page.get_by_role("searchbox").fill("广州样例")
    expect(rows).to_have_count(2)
    page.get_by_role("searchbox").fill("")
    page.get_by_role("combobox", name="排序").select_option("customer")
    expect(rows).to_have_count(len(found))


def test_files_are_chosen_with_the_keyboard_alone(page: Page, desk: RunningDesk) -> None:
    before = len(data(page, "/inbox.json")["lines"])
    page.on("filechooser", lambda _chooser: None)  # from now on choosers are ours to answer
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "files":
            break
    expect(page.locator("#files")).to_be_focused()
    with page.expect_file_chooser() as wait:
        page.keyboard.press("Enter")
    wait.value.set_files([INPUTS / "accepted.xlsx", INPUTS / "manual.xlsx"])
    lines(page, before + 2)
    expect(page.locator("a.line")).to_have_count(before + 2)
    page.keyboard.press("j")
    expect(page.locator("a.line").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/intakes/" in page.url


# -- 4, 5: what was understood, and what is mended ---------------------------------------------------


def test_findings_are_those_of_check_each_at_its_field(
    page: Page, desk: RunningDesk, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(INPUTS)
    for name in ("incomplete.xlsx", "rejected.xlsx", "manual.xlsx"):
        (expected,) = run("check", "--json", name).json["intakes"]
        shown = intake_of(page, INPUTS / name)
        assert data(page, f"/intakes/{shown}.json")["intake"] == expected
        page.goto(f"{desk.origin}/intakes/{shown}")
        for finding in expected["findings"]:
            place = page.locator(f"#a-{finding['field']}") if finding["field"] else page.locator("#review")
            expect(place.locator(".finding", has_text=finding["message"]).first).to_be_visible()
            expect(place.locator(".remedy", has_text=finding["remedy"]).first).to_be_visible()
        expect(page.locator(".grid td.answer").first).to_be_visible()
        for key, value in expected["values"].items():
            if isinstance(value, str) and key == "company_name":
                expect(page.locator(f"#a-{key} .understood")).to_have_text(value)
        page.goto(desk.origin)


def test_an_answer_is_corrected_in_place_and_taken_back(
    page: Page, desk: RunningDesk, run: Run, tmp_path: Path
) -> None:
    source = INPUTS / "incomplete.xlsx"
    before = hashlib.sha256(source.read_bytes()).hexdigest()
    shown = intake_of(page, source)
    page.goto(f"{desk.origin}/intakes/{shown}")
    untouched = data(page, f"/intakes/{shown}.json")["intake"]

    mobile = page.locator("#a-contact_mobile")
    mobile.locator("summary").click()
    mobile.get_by_label("答案").fill("13800138000")
    mobile.get_by_label("更正原因").fill("电话与客户核实")
    mobile.get_by_role("button", name="保存", exact=True).click()
    expect(mobile.locator(".corrected")).to_contain_text("测试员")
    expect(mobile.locator(".understood")).to_have_text("138 0013 8000")
    expect(page.locator("#say")).to_contain_text("已更正")
    expect(mobile.locator(".finding.invalid")).to_have_count(0)

    corrected = data(page, f"/intakes/{shown}.json")
    (kept,) = (desk.folder / "inbox" / shown.split("-")[0]).iterdir()
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == before == corrected["source_sha256"]
    (tmp_path / "amend.yaml").write_text(yaml.safe_dump(corrected["amendments"], allow_unicode=True), encoding="utf-8")
    (by_command,) = run("check", "--json", kept, "--amend", tmp_path / "amend.yaml").json["intakes"]
    assert {**by_command, "source": source.name} == corrected["intake"]

    mobile.get_by_role("button", name="撤销更正").click()
    expect(mobile.locator(".corrected")).to_have_count(0)
    assert data(page, f"/intakes/{shown}.json")["intake"] == untouched


def test_every_answer_is_mended_from_one_to_the_next(page: Page, desk: RunningDesk) -> None:
    """With the keyboard alone, until nothing is to be mended."""
    page.goto(f"{desk.origin}/intakes/{intake_of(page, INPUTS / 'incomplete.xlsx')}")
    answers = {
        "contact_mobile": "13800138000", "main_script": "请问您本周六的课程是否方便参加？如不方便，可以为您改约时间。",
        "daily_calls": "5000", "number_count": "20", "number_regions": "广东省-深圳市", "total_calls": "100000", "concurrency": "60",
    }  # fmt: skip
    page.locator("#a-contact_mobile").focus()
    page.keyboard.press("e")
    for _ in range(12):
        field = page.locator("details.edit[open]")
        expect(field).to_have_count(1)
        key = field.locator("xpath=..").get_attribute("id")
        assert key is not None
        version = page.locator("#review").get_attribute("data-version")
        name = key.removeprefix("a-")
        if name == "scenarios":
            field.get_by_label("通知").check()
        elif name == "number_source":
            field.get_by_label("答案").select_option("购买新号码")
        else:
            field.get_by_label("答案").fill(answers[name])
        field.get_by_label("更正原因").fill("电话与客户核实")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#review")).not_to_have_attribute("data-version", str(version))
        if page.locator("details.edit[open]").count() == 0:
            break
    expect(page.locator(".banner")).not_to_contain_text("资料不完整")


def test_two_tabs_are_told_of_one_another(page: Page, desk: RunningDesk) -> None:
    shown = intake_of(page, INPUTS / "incomplete.xlsx")
    page.goto(f"{desk.origin}/intakes/{shown}")
    second = page.context.new_page()
    second.goto(f"{desk.origin}/intakes/{shown}")
    expect(second.locator("#second")).to_be_visible()
    expect(page.locator("#second")).to_be_hidden()

    def correct(tab: Page, answer: str) -> None:
        mobile = tab.locator("#a-contact_mobile")
        mobile.locator("summary").click()
        mobile.get_by_label("答案").fill(answer)
        mobile.get_by_label("更正原因").fill("核实")
        mobile.get_by_role("button", name="保存", exact=True).click()

    correct(page, "13800138000")
    expect(page.locator("#a-contact_mobile .corrected")).to_be_visible()
    expect(second.locator("#elsewhere")).to_be_visible()
    correct(second, "13900139000")
    expect(second.locator("#a-contact_mobile .problem")).to_contain_text("已在别处更改")
    assert len(data(page, f"/intakes/{shown}.json")["amendments"]) == 1


def test_nothing_stands_in_the_way_of_anybody(page: Page, desk: RunningDesk) -> None:
    """axe finds nothing serious on any page."""
    found = {}
    shown = intake_of(page, INPUTS / "incomplete.xlsx")
    unread = intake_of(page, INPUTS / "README.md")
    for path in ("/", f"/intakes/{shown}", f"/intakes/{shown}?edit=contact_mobile", f"/intakes/{shown}/out", f"/intakes/{shown}/sheet", f"/files/{unread}", "/nothing"):  # fmt: skip
        page.goto(f"{desk.origin}{path}")
        found[path] = violations(page)
    assert {path: one for path, one in found.items() if one} == {}
