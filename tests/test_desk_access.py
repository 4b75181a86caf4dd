"""Who may use the desk: the link, the cookie, Host and Origin, sizes.  Requests as programs and foreign pages send them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from starlette.testclient import TestClient

from docgen.desk import access, pages
from docgen.desk.access import Key
from docgen.desk.app import application
from docgen.desk.serve import desk_at
from docgen.desk.settings import Settings
from docgen.kit import kits

PORT = 8717
OWN = {"origin": f"http://127.0.0.1:{PORT}"}
SHEET = ROOT / "inputs" / "accepted.xlsx"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Key, Path]]:
    """A desk without a server, and its key."""
    folder = tmp_path_factory.mktemp("office") / "desk"  # nobody else writes beside it
    folder.mkdir()
    with desk_at(Settings(folder, kits.find("caller-number"), "测试员")) as desk:
        key = Key(PORT)
        with TestClient(application(desk, key), base_url=f"http://127.0.0.1:{PORT}") as client:
            yield client, key, folder


@pytest.fixture
def guest(opened: tuple[TestClient, Key, Path]) -> TestClient:
    """Somebody without the cookie."""
    opened[0].cookies.clear()
    return opened[0]


@pytest.fixture
def owner(guest: TestClient, opened: tuple[TestClient, Key, Path]) -> TestClient:
    """Somebody with the cookie."""
    guest.cookies.set(opened[1].cookie_name, opened[1]._cookie)
    return guest


def arrived(client: TestClient) -> set[int]:
    """The files that are in the inbox: what other tests have sent too, for tests run in any order."""
    return {line["file"] for line in client.get("/inbox.json").json()["lines"]}


def test_the_link_lets_one_browser_in_and_no_second(guest: TestClient, opened: tuple[TestClient, Key, Path]) -> None:
    path = opened[1].link.removeprefix(f"http://127.0.0.1:{PORT}")
    answer = guest.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "domain" not in cookie
    assert guest.get("/").status_code == 200
    guest.cookies.clear()
    assert guest.get(path, follow_redirects=False).status_code == 403
    assert guest.get("/open/None", follow_redirects=False).status_code == 403


@pytest.mark.parametrize(
    "path", ["/", "/inbox.json", "/static/desk.css", "/events", "/intakes/1-1", "/nothing", "/open/wrong"]
)
def test_without_the_cookie_nothing_is_shown(guest: TestClient, path: str) -> None:
    answer = guest.get(path)
    assert answer.status_code == 403
    assert "docgen desk" in answer.text


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]", "LOCALHOST"])
def test_the_names_of_this_machine_are_known(owner: TestClient, name: str) -> None:
    assert owner.get("/", headers={"host": f"{name}:{PORT}"}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["example.test", f"example.test:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", "localhost:80", f"127.0.0.1.example.test:{PORT}",
     f"127.1:{PORT}", f"0.0.0.0:{PORT}", f"[::]:{PORT}", f"::1:{PORT}", f"user@127.0.0.1:{PORT}", ""],
)  # fmt: skip
def test_another_host_or_port_is_refused(owner: TestClient, host: str) -> None:
    assert owner.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "http://example.test"}, {"origin": "null"}, {"origin": f"http://localhost:{PORT}"}, {"origin": f"https://127.0.0.1:{PORT}"},
     {"origin": f"http://127.0.0.1:{PORT + 1}"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "none"},
     {"sec-fetch-site": "cross-site", **OWN}, {"sec-fetch-site": "same-origin", "origin": "http://example.test"}],
)  # fmt: skip
def test_what_another_page_sends_is_refused(owner: TestClient, headers: dict[str, str]) -> None:
    before = arrived(owner)
    answer = owner.post("/files", files={"files": ("x.xlsx", b"x")}, headers=headers)
    assert answer.status_code == 403
    assert arrived(owner) == before


@pytest.mark.parametrize("headers", [OWN, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "same-origin", **OWN}])
def test_what_a_page_of_ours_sends_is_taken(owner: TestClient, headers: dict[str, str]) -> None:
    """Here a form without files: there is something to say of it, not of who sends it."""
    assert owner.post("/files", data={"nothing": "1"}, headers=headers).status_code == 400


def test_pages_run_no_script_but_our_own(owner: TestClient) -> None:
    answer = owner.get("/")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_no_page_or_script_of_ours_names_a_foreign_address_or_holds_script() -> None:
    for path in [*pages._FOLDER.glob("*.html"), *(pages._FOLDER.parent / "static").glob("*.*")]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|(?<![:/])//[a-z]", re.sub(r"(?m)^\s*//.*$|\s// .*$", "", text)), path
        assert not re.search(r"<script(?![^>]*\ssrc=)|\son[a-z]+=|\sstyle=|javascript:", text), path


def test_an_upload_may_have_so_many_bytes(owner: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    before = arrived(owner)
    monkeypatch.setattr(access, "MOST_BYTES", 2000)
    large = {"files": ("large.xlsx", b"x" * 4000)}
    assert owner.post("/files", files=large, headers=OWN).status_code == 413

    def untold() -> Iterator[bytes]:  # without a length
        yield b"--b\r\ncontent-disposition: form-data; name=files; filename=x\r\n\r\n"
        for _ in range(100):
            yield b"x" * 100

    kind = {"content-type": "multipart/form-data; boundary=b", **OWN}
    assert owner.post("/files", content=untold(), headers=kind).status_code == 413
    assert arrived(owner) == before


def test_an_upload_may_have_so_many_files(owner: TestClient) -> None:
    many = [("files", (f"{number}.xlsx", b"")) for number in range(201)]
    assert owner.post("/files", files=many, headers=OWN).status_code == 413


@pytest.mark.parametrize(
    "name",
    ["../../escape.xlsx", "/etc/passwd", "..\\..\\escape.xlsx", "C:\\x\\escape.xlsx", ".hidden", "con.xlsx", "a" * 400 + ".xlsx",
     "<b>&\u202excod.exe", "换行\n.xlsx"],
)  # fmt: skip
def test_names_never_become_paths(owner: TestClient, opened: tuple[TestClient, Key, Path], name: str) -> None:
    folder = opened[2]
    before = {path for path in folder.parent.rglob("*") if folder not in path.parents}
    answer = owner.post(
        "/files", files={"files": (name, SHEET.read_bytes())}, headers={"accept": "application/json", **OWN}
    )
    (number,) = answer.json()["files"]
    (kept,) = (folder / "inbox" / str(number)).iterdir()
    assert kept.read_bytes() == SHEET.read_bytes()
    assert {path for path in folder.parent.rglob("*") if folder not in path.parents} == before
    assert "\u202e" not in owner.get("/").text


def test_the_log_is_only_added_to(opened: tuple[TestClient, Key, Path]) -> None:
    import sqlite3

    with sqlite3.connect(opened[2] / "desk.sqlite3") as connection:
        connection.execute("INSERT INTO audit (at, who, what, about, details) VALUES ('', '', 'x', '', '{}')")
        for change in ("UPDATE audit SET who = 'another'", "DELETE FROM audit"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(change)
    connection.close()
