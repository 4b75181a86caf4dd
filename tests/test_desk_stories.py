"""What people do at the desk, each a story in a real browser."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from batches import companies, table
from conftest import ROOT, Run
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
    saved,
    violations,
)
from docx import Document
from playwright.sync_api import Browser, FilePayload, Page, Request, Route, expect
from waiting import wait_until

TERMS = yaml.load((INPUTS / "terms.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
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


def test_files_that_are_named_at_the_start_are_in_the_inbox_once(browser: Browser, tmp_path: Path) -> None:
    for _ in range(2):
        with desk_in(tmp_path / "desk", INPUTS / "accepted.xlsx", INPUTS / "manual.xlsx") as desk:
            with at_desk(browser, desk) as page:
                found = lines(page, 2)
                assert sorted(line["source"] for line in found) == ["accepted.xlsx", "manual.xlsx"]
            assert desk.interrupt() == 0


def test_twenty_files_fall_into_the_window_and_each_has_its_line(browser: Browser, tmp_path: Path) -> None:
    with desk_in(tmp_path / "desk") as desk, at_desk(browser, desk) as page:
        assert violations(page) == []
        twenty_files_fall(page, desk, tmp_path)
        a_file_falls_while_a_filter_is_asked_for(page, tmp_path / "another.xlsx")


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


def a_file_falls_while_a_filter_is_asked_for(page: Page, another: Path) -> None:
    rows = page.locator("table.lines tbody tr")
    shutil.copy(INPUTS / "own-numbers.xlsx", another)
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route(re.compile("state=unreadable"), hold)
    page.get_by_role("combobox", name="结论").select_option("unreadable")
    drop(page, another)
    expect(rows.filter(has_text=another.name)).to_have_count(1)
    asked[0].continue_()
    expect(rows).to_have_count(6)
    page.unroute_all()


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
    expect(page.locator("tr.waiting")).to_have_count(0)  # the page hears of it a moment later than the server knows it
    page.keyboard.press("j")
    expect(page.locator("a.line").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/intakes/*")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_what_changes_while_a_page_is_renewed_is_shown(page: Page, desk: RunningDesk) -> None:
    """A file that arrives while the list is on its way shows, though nothing is said of it afterwards."""

    def send(name: str) -> None:
        files: FilePayload = {"name": name, "mimeType": "text/plain", "buffer": name.encode()}
        answer = page.request.post(f"{desk.origin}/files", multipart={"files": files}, headers={"origin": desk.origin})
        assert answer.ok

    def hold(route: Route) -> None:
        answer = route.fetch()
        if not held:
            held.append(route)
            send("third.txt")
            lines(page, count + 3)
        route.fulfill(response=answer)

    held: list[Route] = []
    count = len(data(page, "/inbox.json")["lines"])
    send("first.txt")
    expect(page.get_by_role("link", name="first.txt")).to_be_visible()
    page.route(lambda address: urlsplit(address).path == "/", hold)
    send("second.txt")
    expect(page.get_by_role("link", name="third.txt")).to_be_visible()
    assert held
    page.unroute_all()


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


def test_from_the_drop_to_the_download_with_the_keyboard_alone(page: Page, desk: RunningDesk, tmp_path: Path) -> None:
    """A file is chosen, its line opened, an answer mended, the packet saved: no mouse, no key of one letter."""
    sent = tmp_path / "键盘.xlsx"
    shutil.copy(INPUTS / "incomplete.xlsx", sent)

    def tab_to(what: str, shift: bool = False) -> None:
        """Press Tab until the focus is on what the selector finds."""
        for _ in range(200):
            page.keyboard.press("Shift+Tab" if shift else "Tab")
            if page.evaluate("what => document.activeElement.matches(what)", what):
                break
        expect(page.locator(what).and_(page.locator(":focus"))).to_be_attached()

    page.on("filechooser", lambda _chooser: None)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys-on")).to_be_focused()
    page.keyboard.press("Space")  # keys of one letter are off
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    tab_to("#files")
    with page.expect_file_chooser() as wait:
        page.keyboard.press("Enter")
    wait.value.set_files(sent)
    shown = wait_until("it is read", lambda: [line["id"] for line in data(page, "/inbox.json")["lines"] if line["source"] == sent.name and "-" in line["id"]])[0]  # fmt: skip
    expect(page.locator(f"a.line[href='/intakes/{shown}']")).to_be_visible()
    tab_to(f"a.line[href='/intakes/{shown}']")
    page.keyboard.press("j")
    expect(page.locator(f"a.line[href='/intakes/{shown}']")).to_be_focused()  # the letter did nothing
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/intakes/{shown}")
    tab_to("#a-contact_mobile summary")
    page.keyboard.press("Enter")
    tab_to("#a-contact_mobile input[name=after]")
    page.keyboard.press("Control+A")
    page.keyboard.type("13800138000")
    tab_to("#a-contact_mobile input[name=why]")
    page.keyboard.type("电话与客户核实")
    tab_to("#a-contact_mobile button[value=stay]")
    page.keyboard.press("Enter")
    expect(page.locator("#a-contact_mobile .understood")).to_have_text("138 0013 8000")
    expect(page.locator("#a-contact_mobile")).to_be_focused()  # the work goes on where it was
    tab_to(f"a[href='/intakes/{shown}/out']", shift=True)
    page.keyboard.press("Enter")
    page.wait_for_url("**/out")
    tab_to(f"a[href='/intakes/{shown}/documents/packet.zip']")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    with zipfile.ZipFile(download.value.path()) as packet:
        said = [_text(packet, name) for name in packet.namelist() if name.endswith(".docx")]
        assert any("13800138000" in text.replace(" ", "") for text in said)


def _text(packet: zipfile.ZipFile, name: str) -> str:
    """What a Word document of a packet says."""
    with zipfile.ZipFile(io.BytesIO(packet.read(name))) as document:
        return re.sub(r"<[^>]+>", "", document.read("word/document.xml").decode())


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


@pytest.fixture(scope="module")
def pages_of_all_kinds(browser: Browser, desk: RunningDesk, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The address of a page of every kind, with something on each."""
    folder = tmp_path_factory.mktemp("run")
    shutil.copy(INPUTS / "accepted.xlsx", folder)
    with at_desk(browser, desk) as page:
        shown = intake_of(page, INPUTS / "incomplete.xlsx")
        unread = intake_of(page, INPUTS / "README.md")
        page.goto(f"{desk.origin}/runs")
        page.get_by_label("文件夹的完整路径").fill(str(folder))
        page.locator("form[action='/runs']").get_by_role("button", name="开始").click()
        expect(page.locator(".run-state")).to_have_text("已完成")
        run = urlsplit(page.url).path
        packet = next(path.name for path in Path(data(page, f"{run}.json")["out"]).iterdir() if path.is_dir())
        page.goto(f"{desk.origin}/legal")
        drop(page, ROOT / "templates" / "caller-number" / "contract.docx")
        expect(page.locator("#tried")).to_be_visible()
    intake = f"/intakes/{shown}"
    return [
        "/", "/?q=nothing-is-called-so", intake, f"{intake}?edit=contact_mobile", f"{intake}/out", f"{intake}/sheet",
        f"{intake}/preview/form.docx", f"{intake}/preview/review.pdf", f"/files/{unread}", "/runs", run,
        f"{run}/report.html", f"{run}/{packet}", "/register", "/legal", "/log", "/nothing",
    ]  # fmt: skip


@pytest.mark.parametrize(("locale", "width"), [("zh-CN", 1280), ("en-US", 390)])
def test_nothing_stands_in_the_way_of_anybody(
    browser: Browser, desk: RunningDesk, pages_of_all_kinds: list[str], locale: str, width: int
) -> None:
    """axe finds nothing serious on any page, in both languages; a phone shows all of its width."""
    found = {}
    with at_desk(browser, desk, locale=locale, viewport={"width": width, "height": 900}) as page:
        for path in pages_of_all_kinds:
            page.goto(f"{desk.origin}{path}")
            if "preview/form" in path:
                expect(page.frame_locator("#preview").locator("body[data-drawn]")).to_be_attached()
            if not path.endswith("report.html"):
                assert str(page.locator("html").get_attribute("lang")).startswith(locale[:2])
            found[path] = violations(page)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found[path].append(f"wider than {width}")
    assert {path: one for path, one in found.items() if one} == {}


# -- 6, 8: what goes out -----------------------------------------------------------------------------


def test_what_goes_out_is_what_the_command_line_makes(
    page: Page, desk: RunningDesk, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = intake_of(page, INPUTS / "manual.xlsx")
    page.goto(f"{desk.origin}/intakes/{shown}/out")
    monkeypatch.chdir(INPUTS)
    sheet = tmp_path / "returned.xlsx"
    run("return", "manual.xlsx", "-o", sheet)
    assert saved(page, "退回表（Excel）")[1] == sheet.read_bytes()
    run("letter", "manual.xlsx", "--format", "eml", "-o", tmp_path / "letter.eml")
    assert saved(page, "邮件（.eml）")[1] == (tmp_path / "letter.eml").read_bytes()
    assert page.get_by_label("给客户的信").input_value().strip() == run("letter", "manual.xlsx").out.strip()

    (packet,) = run("packet", "manual.xlsx", "-o", tmp_path / "out", "--json").json["packets"]
    name, content = saved(page, "全套文件（zip）")
    folder = Path(packet["folder"])
    assert name == f"{folder.name}.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        inside = {entry: zipped.read(entry) for entry in zipped.namelist()}
    assert inside == {f"{folder.name}/{path.name}": path.read_bytes() for path in folder.iterdir()}
    exported = [line["details"]["document"] for line in data(page, "/log.json")["lines"] if line["about"] == shown]
    assert exported == ["packet", "mail", "returned-sheet"]


def test_terms_are_given_on_the_page_and_what_is_pending_shrinks(
    page: Page, desk: RunningDesk, run: Run, tmp_path: Path
) -> None:
    shown = intake_of(page, INPUTS / "accepted.xlsx")
    page.goto(f"{desk.origin}/intakes/{shown}/out")
    before = data(page, f"/intakes/{shown}/out.json")["pending"]
    page.get_by_label("服务方名称").fill("样例服务有限公司")
    page.get_by_label("预付款").fill("很多")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("很多")
    assert data(page, f"/intakes/{shown}/out.json")["pending"] == before
    page.get_by_label("预付款").fill("5000")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#say")).to_have_text("已保存")
    assert set(before) - set(data(page, f"/intakes/{shown}/out.json")["pending"]) == {"服务方名称", "预付款"}
    (tmp_path / "terms.yaml").write_text("provider_name: 样例服务有限公司\nprepayment: 5000\n", encoding="utf-8")
    run("contract", INPUTS / "accepted.xlsx", "--terms", tmp_path / "terms.yaml", "-o", tmp_path / "contract.docx")
    assert saved(page, "合同草案（Word）")[1] == (tmp_path / "contract.docx").read_bytes()


def test_previews_show_ticks_and_what_is_pending(page: Page, desk: RunningDesk) -> None:
    shown = intake_of(page, INPUTS / "own-numbers.xlsx")
    page.goto(f"{desk.origin}/intakes/{shown}/preview/form.docx")
    form = page.frame_locator("#preview")
    expect(form.locator("body[data-drawn]")).to_be_attached()
    expect(form.locator("#document")).to_contain_text("☒消费金融")
    page.goto(f"{desk.origin}/intakes/{shown}/preview/contract.docx")
    contract = page.frame_locator("#preview")
    expect(contract.locator("#document")).to_contain_text("【待定：签订地点】")
    expect(page.locator(".place")).to_contain_text("版式以 Word 为准")
    page.goto(f"{desk.origin}/intakes/{shown}/preview/review.pdf")
    answer = page.request.get(f"{desk.origin}{page.locator('#preview').get_attribute('src')}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline")


def test_an_earlier_draft_is_compared(page: Page, desk: RunningDesk, run: Run, tmp_path: Path) -> None:
    run("contract", INPUTS / "accepted.xlsx", "-o", tmp_path / "早先.docx")
    page.goto(f"{desk.origin}/intakes/{intake_of(page, INPUTS / 'own-numbers.xlsx')}/out")
    page.get_by_label("早先的合同草案").set_input_files(tmp_path / "早先.docx")
    with page.expect_download() as wait:
        page.get_by_role("button", name="比较", exact=True).click()
    with zipfile.ZipFile(wait.value.path()) as package:
        text = package.read("word/document.xml").decode()
    assert "<w:ins " in text
    assert "<w:del " in text
    page.get_by_label("早先的合同草案").set_input_files(INPUTS / "accepted.xlsx")
    page.get_by_role("button", name="比较", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("accepted.xlsx")


# -- 7: many at once ---------------------------------------------------------------------------------


def test_two_hundred_rows_survive_a_reload_a_crash_and_a_stop(browser: Browser, tmp_path: Path, run: Run) -> None:
    customers = table(tmp_path / "客户.xlsx", companies(200))
    folder = tmp_path / "desk"
    with desk_in(folder) as first, at_desk(browser, first) as page:
        page.goto(f"{first.origin}/runs")
        page.get_by_label("文件", exact=True).set_input_files(customers)
        for kind in ("审核摘要", "合同草案"):  # the form is made soonest
            page.locator("form[action='/runs/files']").get_by_label(kind).uncheck()
        page.locator("form[action='/runs/files']").get_by_role("button", name="开始").click()
        made = page.locator("#made")
        expect(made).not_to_have_text("0")
        page.reload()
        expect(made).to_be_visible()
        first.kill()
    out = folder / "runs" / "1" / "out"
    kept = {path.name for path in out.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert len(kept) < 200
    with desk_in(folder) as second, at_desk(browser, second) as page:
        page.goto(f"{second.origin}/runs/1")
        expect(page.locator(".run-state")).to_have_text("已完成")
        expect(page.locator("#made")).to_have_text("200")
        page.get_by_role("link", name="报告", exact=True).click()
        expect(page.locator("body")).to_contain_text("示例0199有限公司")
        assert second.interrupt() == 0
    packets = {path.name for path in out.iterdir() if path.is_dir()}
    assert len(packets) == 200
    assert kept <= packets
    by_command = tmp_path / "by-command"
    source = next((folder / "runs" / "1" / "sources").rglob("*.xlsx"))
    assert run("batch", source, "-o", by_command, "--only", "form").code == 0
    assert {path.name: (path / "manifest.json").read_bytes() for path in out.iterdir() if path.is_dir()} == {
        path.name: (path / "manifest.json").read_bytes() for path in by_command.iterdir() if path.is_dir()
    }


def test_a_run_is_stopped_and_gone_on_with(page: Page, desk: RunningDesk, tmp_path: Path) -> None:
    page.goto(f"{desk.origin}/runs")
    page.get_by_label("文件夹的完整路径").fill(str(tmp_path / "nowhere"))
    page.locator("form[action='/runs']").get_by_role("button", name="开始").click()
    expect(page.get_by_role("alert")).to_contain_text("没有这个文件夹")
    table(tmp_path / "客户.xlsx", companies(150))
    page.get_by_label("文件夹的完整路径").fill(str(tmp_path))
    for kind in ("审核摘要", "合同草案"):
        page.locator("form[action='/runs']").get_by_label(kind).uncheck()
    page.locator("form[action='/runs']").get_by_role("button", name="开始").click()
    expect(page.locator("#made")).not_to_have_text("0")
    page.get_by_role("button", name="停止").click()
    expect(page.locator(".run-state")).to_have_text("已停止")
    page.get_by_role("button", name="继续").click()
    expect(page.locator(".run-state")).to_have_text("正在处理")
    page.get_by_role("button", name="停止").click()
    expect(page.locator(".run-state")).to_have_text("已停止")


def test_ctrl_c_ends_the_desk_with_streams_open(browser: Browser, tmp_path: Path) -> None:
    """In the middle of everything: two people listen, files are read, a run is under way."""
    with desk_in(tmp_path / "desk") as desk, at_desk(browser, desk) as page, at_desk(browser, desk) as another:
        customers = table(tmp_path / "客户.xlsx", companies(150))
        another.goto(f"{desk.origin}/runs")
        another.get_by_label("文件", exact=True).set_input_files(customers)
        another.locator("form[action='/runs/files']").get_by_role("button", name="开始").click()
        expect(another.locator(".run-state")).to_have_text("正在处理")
        drop(page, INPUTS / "customers.xlsx")
        assert desk.interrupt() == 0
        for tab in (page, another):
            expect(tab.locator("#say")).to_contain_text("连接已断开")


# -- 9: templates ------------------------------------------------------------------------------------


def changed_contract(path: Path, text: str) -> Path:
    document = Document(str(ROOT / "templates" / "caller-number" / "contract.docx"))
    document.add_paragraph(text)
    document.save(str(path))
    return path


def test_legal_drops_a_broken_a_hostile_and_a_mended_template(page: Page, desk: RunningDesk, tmp_path: Path) -> None:
    def dropped(name: str, text: str) -> None:
        page.goto(f"{desk.origin}/legal")
        drop(page, changed_contract(tmp_path / name, text))
        expect(page.locator("#tried")).to_have_text("contract.docx")
        page.wait_for_load_state()

    in_use = (ROOT / "templates" / "caller-number" / "contract.docx").read_bytes()
    dropped("改错.docx", "补充条款：{{ compny_name }} 一式肆份。{{ sign_date")
    expect(page.locator(".remarks tbody tr")).to_have_count(2)
    expect(page.locator(".remarks")).to_contain_text("company_name")
    expect(page.locator(".remarks")).to_contain_text("补充条款")
    assert page.request.get(f"{desk.origin}/legal/documents/contract.docx").status == 422
    dropped(
        "恶意.docx",
        "{{ ''.__class__.__mro__ }}{% for a in words %}{% for b in 'x' * 1000000000 %}x{% endfor %}{% endfor %}",
    )
    expect(page.locator(".problem").first).to_contain_text("需要修改")
    page.goto(desk.origin)  # the desk is as well as before
    dropped("改好.docx", "补充条款：本合同由 {{ company_name }} 执肆份。")
    expect(page.locator(".banner.accepted")).to_contain_text("模板没有问题")
    page.get_by_role("link", name="用样例数据预览：合同草案").click()
    expect(page.frame_locator("#preview").locator("#document")).to_contain_text("本合同由 北京示例科技有限公司 执肆份")
    page.goto(f"{desk.origin}/legal")
    expect(page.locator("summary").filter(has_text="过滤器、判断和函数")).to_be_visible()
    assert violations(page) == []
    with page.expect_download() as wait:
        page.get_by_role("link", name="与正在使用的合同比较").click()
    with zipfile.ZipFile(wait.value.path()) as package:
        assert "执肆份" in package.read("word/document.xml").decode()
    assert (ROOT / "templates" / "caller-number" / "contract.docx").read_bytes() == in_use


# -- 11: numbers -------------------------------------------------------------------------------------


def test_two_tabs_take_a_number_at_once_and_get_two(page: Page, desk: RunningDesk, tmp_path: Path) -> None:
    terms = {key: text for key, text in TERMS.items() if key != "contract_no"}
    tabs = [page, page.context.new_page()]
    ids = [intake_of(page, INPUTS / name) for name in ("accepted.xlsx", "own-numbers.xlsx")]
    for tab, shown in zip(tabs, ids, strict=True):
        tab.goto(f"{desk.origin}/intakes/{shown}/out")
        for key, text in terms.items():
            tab.locator(f"[name='term-{key}']").fill(text)
        tab.get_by_role("button", name="保存", exact=True).click()
        expect(tab.locator("#say")).to_have_text("已保存")
        tab.get_by_label("审核人").fill("李审核")
    click = "document.querySelector('form[action$=\"/final\"]').requestSubmit()"
    for tab in tabs:
        tab.evaluate(f"setTimeout(() => {click}, 200)")
    for tab in tabs:
        expect(tab.locator("#say")).to_contain_text("已定稿")
    contracts = data(page, "/register.json")["contracts"]
    assert len({contract["number"] for contract in contracts}) == len(contracts) == 2
    assert {contract["details"]["reviewed_by"] for contract in contracts} == {"李审核"}
    for shown, tab in zip(ids, tabs, strict=True):
        (kept,) = (desk.folder / "finals" / shown).iterdir()
        assert saved(tab, "下载定稿")[1] == kept.read_bytes()
        assert hashlib.sha256(kept.read_bytes()).hexdigest() in {contract["sha256"] for contract in contracts}
    page.goto(f"{desk.origin}/register")
    expect(page.locator("main tbody tr")).to_have_count(2)
    assert violations(page) == []
    page.get_by_role("searchbox").fill("北京示例")
    page.get_by_role("button", name="显示").click()
    expect(page.locator("main tbody tr")).to_have_count(1)
    name, content = saved(page, "csv")
    assert name == "register.csv"
    assert all(contract["number"] in content.decode("utf-8-sig") for contract in contracts)
    finals = [line for line in data(page, "/log.json")["lines"] if line["what"] == "final"]
    assert {line["details"]["number"] for line in finals} == {contract["number"] for contract in contracts}
