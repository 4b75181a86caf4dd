"""Desks as people open them: a process with a folder of its own, its link, and a browser that comes by it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import ROOT
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from waiting import LONGEST, wait_until

INPUTS = ROOT / "inputs"
#: The first is chromium without the windows around its pages, which cost as much as the pages.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, CHROMIUMS)), None)
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
#: Milliseconds that only a page which hangs can take, however busy the machine is.
PATIENCE = int(os.environ.get("DESK_PATIENCE", LONGEST * 200))
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


class RunningDesk:
    """A desk that was started: its process, folder, link and the address of its pages."""

    def __init__(self, folder: Path, *options: object) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "docgen", "desk", "--no-browser", "--folder", folder, "--user", "测试员"]
        self.process = subprocess.Popen(
            [*map(str, command), *map(str, options)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, preexec_fn=_take_interrupts, cwd=folder.parent,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.link = self.process.stdout.readline().strip()
        if not self.link:
            assert self.process.stderr is not None
            raise AssertionError(self.process.stderr.read())
        self.origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.link))
        self.known: Any = None  # what a browser keeps that came by the link

    @property
    def port(self) -> int:
        """The port that it listens on."""
        found = urlsplit(self.link).port
        assert found is not None
        return found

    def interrupt(self) -> int:
        """Press Ctrl-C, and wait for the end; the exit code."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=LONGEST)
        return self.process.returncode

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.communicate()


def _take_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def desk_in(folder: Path, *options: object) -> Iterator[RunningDesk]:
    """A desk that keeps its things in `folder`; it is gone in the end."""
    running = RunningDesk(folder, *options)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.interrupt()
        running.process.communicate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser for all tests of this process."""
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-dev-shm-usage"]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield started
        started.close()


def person(browser: Browser, **options: Any) -> BrowserContext:
    """Somebody at a browser of their own, who reads Chinese and is as patient as the machine is slow."""
    context = browser.new_context(**{"locale": "zh-CN", "viewport": {"width": 1280, "height": 900}, **options})
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    return context


@contextmanager
def at_desk(browser: Browser, desk: RunningDesk, **options: Any) -> Iterator[Page]:
    """A page of somebody who came by the link, or whose browser did so before."""
    context = person(browser, storage_state=desk.known, **options)
    page = context.new_page()
    page.goto(desk.origin if desk.known else desk.link)
    desk.known = context.storage_state()
    yield page
    context.close()


def drop(page: Page, *files: Path) -> None:
    """Let files fall into the window, as from a file manager."""
    content = [{"name": path.name, "bytes": list(path.read_bytes())} for path in files]
    transfer = page.evaluate_handle(
        """(files) => { const data = new DataTransfer();
        for (const { name, bytes } of files) data.items.add(new File([new Uint8Array(bytes)], name));
        return data; }""",
        content,
    )
    page.dispatch_event("body", "dragover", {"dataTransfer": transfer})
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})


def data(page: Page, address: str) -> Any:
    """The JSON at an address of the desk."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    answer = page.request.get(f"{origin}{address}")
    assert answer.ok, answer.text()
    return json.loads(answer.text())


def lines(page: Page, count: int) -> list[Any]:
    """The lines of the inbox, when there are so many and all files are read."""

    def read() -> list[Any]:
        found: list[Any] = data(page, "/inbox.json")["lines"]
        return found if len(found) >= count and all(line["state"] != "waiting" for line in found) else []

    return wait_until(f"{count} lines are in the inbox", read)


def intake_of(page: Page, *sources: Path) -> str:
    """The id of the first intake of a file that is dropped."""
    before = {line["id"] for line in data(page, "/inbox.json")["lines"]}
    drop(page, *sources)
    found = lines(page, len(before) + len(sources))
    return next(str(line["id"]) for line in reversed(found) if line["id"] not in before)


def saved(page: Page, click: str) -> tuple[str, bytes]:
    """The name and bytes of the file that a click on a link with this text saves."""
    with page.expect_download() as wait:
        page.get_by_role("link", name=click, exact=True).first.click()
    path = wait.value.path()
    return wait.value.suggested_filename, Path(path).read_bytes()


def violations(page: Page) -> list[str]:
    """What axe finds against a page that is serious or critical."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    grave = [one for one in found if one["impact"] in {"serious", "critical"}]
    return [f"{one['id']}: {', '.join(str(node['target']) for node in one['nodes'])}" for one in grave]
