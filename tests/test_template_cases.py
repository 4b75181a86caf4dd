"""Contract templates as people edit them: each makes a sound contract, or is refused by name (tests/cases/templates)."""

from __future__ import annotations

import html
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Run
from lxml import etree

from docgen.user_cache import own_yaml

CASES = ROOT / "tests" / "cases"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LISTED = own_yaml(CASES / "templates.yaml")["templates"]


@pytest.mark.slow
@pytest.mark.parametrize("case", LISTED, ids=[Path(case["template"]).stem for case in LISTED])
def test_what_becomes_of_a_template(run: Run, kit_copy: Path, tmp_path: Path, case: dict[str, Any]) -> None:
    shutil.copy(CASES / case["template"], kit_copy / "contract.docx")
    want = case["expect"]
    checked = run("template", "check", kit_copy / "contract.docx", "--kit", kit_copy)
    assert checked.code in {0, 6}
    problems = [line for line in checked.out.splitlines() if not line.startswith("note: ")]
    told = want.get("told", [])
    for word in [told] if isinstance(told, str) else told:
        assert checked.code == 0 or any(word in problem for problem in problems)
    if want.get("check") == "problem":
        assert checked.code == 6
    if checked.code == 6:
        assert want.get("check") == "problem" or want.get("contract") == "refused" or want.get("or_told")
        assert made(run, kit_copy, tmp_path, case) is None
        return
    path = made(run, kit_copy, tmp_path, case)
    assert path is not None
    assert not list(flaws(path))
    text = shown(path)
    assert all(part in text for part in want.get("contains", []))
    assert not any(part in text for part in want.get("not_contains", []))


@pytest.fixture
def kit_copy(kit: Any, tmp_path: Path) -> Path:
    """A copy of the kit whose contract is another template."""
    copy = tmp_path / "kit"
    shutil.copytree(kit.folder, copy, ignore=shutil.ignore_patterns("pictures"))
    return copy


def made(run: Run, kit: Path, folder: Path, case: dict[str, Any]) -> Path | None:
    """The contract, None where the template is refused."""
    terms = folder / "terms.yaml"
    terms.write_text(yaml.safe_dump(case.get("terms", {}), allow_unicode=True), encoding="utf-8")
    path = folder / "contract.docx"
    done = run("contract", CASES / "templates" / "source.xlsx", "--kit", kit, "--terms", terms, "-o", path)
    assert done.code in {0, 6}
    assert path.exists() == (done.code == 0)
    return path if done.code == 0 else None


def shown(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        parts = [archive.read(name).decode() for name in archive.namelist() if re.match(r"word/.*\.xml$", name)]
    runs = (re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>|(</w:p>)", part) for part in parts)
    return html.unescape("".join(text or "\n" for part in runs for text, _ in part))


def flaws(path: Path) -> Iterator[str]:
    """What Word calls damaged, and tags that were left."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                content = archive.read(name)
                root = etree.fromstring(content)
                texts = "".join(map(str, root.itertext()))
                if "{{" in texts or "{%" in texts:
                    yield f"{name}: a tag is left"
                if content.count(b'fldCharType="begin"') != content.count(b'fldCharType="end"'):
                    yield f"{name}: a field is not closed"
                yield from (f"{name}: {flaw}" for element in root.iter() for flaw in flaws_of(element))


def flaws_of(element: Any) -> Iterator[str]:
    inner = [str(child.tag).removeprefix(W) for child in element if "bookmark" not in str(child.tag)]
    match str(element.tag).removeprefix(W):
        case "tc" if not inner or inner[-1] not in {"p", "sdt"}:
            yield "a cell that does not end in a paragraph"
        case "tr" if not {"tc", "sdt"} & set(inner):
            yield "a row without cells"
        case "tbl" if not {"tr", "sdt"} & set(inner):
            yield "a table without rows"
        case "txbxContent" | "hdr" | "ftr" | "footnote" | "endnote" if not {"p", "tbl", "sdt"} & set(inner):
            yield f"an empty {element.tag}"
        case "sdtContent" if not inner:
            yield "an empty control"
        case "rPr":
            extensions = [number for number, name in enumerate(inner) if name.startswith("{")]
            if extensions and any(not name.startswith("{") for name in inner[extensions[0] :]):
                yield "extensions before Word's own properties"
            if "rPrChange" in inner:
                yield "a tracked change of formatting"
