"""The files of the desk: those of others are as they were published, every text is there in both languages."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from conftest import ROOT

from docgen.desk import pages
from docgen.user_cache import own_yaml

DESK = ROOT / "docgen" / "desk"
VENDORED = [DESK / "static" / "vendor", ROOT / "tests" / "vendor"]
WORDS = own_yaml(DESK / "pages" / "words.yaml")
TEMPLATES = sorted((DESK / "pages").glob("*.html"))


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.parent.name)
def test_files_of_others_are_as_they_were_published(folder: Path) -> None:
    listed = re.findall(
        r"^\| (\S+\.js) \|.*\| (\S+\.LICENSE) \| ([0-9a-f]{64}) \|$", (folder / "VENDORED.md").read_text(), re.MULTILINE
    )
    assert {name: digest for name, _, digest in listed} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.js")
    }
    assert all((folder / licence).is_file() for _, licence, _ in listed)


def test_every_text_is_there_in_both_languages() -> None:
    assert all(set(texts) == set(pages.LANGUAGES) and all(texts.values()) for texts in WORDS.values())
    places = {
        key: {language: set(re.findall(r"{\w+}", text)) for language, text in texts.items()}
        for key, texts in WORDS.items()
    }
    assert not [key for key, found in places.items() if found["zh"] != found["en"]]
    assert not [key for key, texts in WORDS.items() if re.search("[\u4e00-\u9fff]", texts["en"])]


def test_pages_use_every_text_and_no_other() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in [*TEMPLATES, *DESK.glob("*.py")])
    used = set(re.findall(r"""\bt\('(\w+)'""", source)) | set(re.findall(r"""text\(\s*request, "(\w+)\"""", source))
    begun = {found for found in re.findall(r"""\bt\('(\w+_)' [~+]""", source)} | set(
        re.findall(r"""text\(request, f"(\w+_){""", source)
    )
    named = {key for key in WORDS if re.search(rf"""['"]{key}['"]""", source)}
    assert used - begun <= set(WORDS)
    assert not [key for key in WORDS if key not in used | named and not key.startswith(tuple(begun))]


@pytest.mark.parametrize(
    ("asked", "language"),
    [("", "zh"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-US,en;q=0.9", "en"), ("en;q=0.3,zh-TW;q=0.4", "zh"), ("fr,en;q=0.5", "en"),
     ("fr-FR", "zh"), ("*", "zh"), ("en;q=x, zh;q=0.1", "zh"), ("x" * 10_000, "zh")],
)  # fmt: skip
def test_the_language_is_that_of_the_browser(asked: str, language: str) -> None:
    from starlette.requests import Request

    headers = [(b"accept-language", asked.encode())]
    assert pages.language(Request({"type": "http", "headers": headers})) == language
