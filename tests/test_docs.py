"""What the documentation says is true: commands run and print what is shown, all is explained, links lead somewhere."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import reference
from conftest import ROOT, Result, Run

from docgen import cli
from docgen.errors import ExitCode
from docgen.model.kit import FieldType
from docgen.output import files

READMES = ["README.md", "README.zh-CN.md"]
PAGES = [path for pattern in ("*.md", "[dit]*/**/*.md") for path in sorted(ROOT.glob(pattern))]
TEXTS = {path: path.read_text(encoding="utf-8") for path in PAGES}
#: The pages that are not made from the commands' own help.
WRITTEN = [path for path in PAGES if path.name != "commands.md"]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


class Shown(NamedTuple):
    """A command of a page: its words, the exit code that it is said to have, the lines that it is said to print."""

    words: list[str]
    code: int
    lines: list[str]


def console(path: Path) -> list[Shown]:
    """The commands of a page's console blocks in order."""
    found: list[Shown] = []
    for block in re.findall(r"^ *```console\n(.*?)^ *```", TEXTS[path], re.DOTALL | re.MULTILINE):
        for line in textwrap.dedent(block).splitlines():
            if line.startswith("$ "):
                code = re.search(r"# exits (\d+)", line)
                found.append(Shown(shlex.split(line[2:], comments=True), int(code[1]) if code else 0, []))
            else:
                found[-1].lines.append(line)
    return found


def prints(shown: list[str], printed: str) -> bool:
    """Whether all lines shown were printed in this order and without a gap; … stands for any text, or any lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r" *\n" for line in shown)
    return re.search(f"^{pattern}", printed, re.MULTILINE) is not None


#: A run over all samples into a new folder, which takes longer than all other commands of a page.
NIGHT, OUT = "docgen batch inputs -o outputs/night", Path("outputs", "night")


def ran(run: Run, words: list[str]) -> Result:
    """What a command does in the current folder; the run of a night is copied from the first page that shows it."""
    if words != NIGHT.split() or OUT.exists():
        return run(*words[1:])
    kept = Path(os.environ["XDG_CACHE_HOME"], "night", os.environ["DOCGEN_LANG"])
    with files.locked(kept / "lock"):
        if not (kept / "done.json").exists():
            done = run(*words[1:])
            shutil.copytree(OUT, kept / "out")
            (kept / "done.json").write_text(json.dumps(done), encoding="utf-8")
    shutil.copytree(kept / "out", OUT, dirs_exist_ok=True)
    return Result(*json.loads((kept / "done.json").read_text(encoding="utf-8")))


@pytest.mark.slow
@pytest.mark.usefixtures("drawn_once")
@pytest.mark.parametrize("path", [path for path in PAGES if console(path)], ids=named)
def test_every_command_runs_and_prints_what_is_shown(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    shutil.copytree(ROOT / "inputs", tmp_path / "inputs")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCGEN_LANG", "zh" if "<!-- DOCGEN_LANG=zh -->" in TEXTS[path] else "en")
    for words, code, lines in console(path):
        assert words[0] == "docgen"
        done = ran(run, words)
        assert done.code == code, (words, done.err)
        assert prints(lines, done.out + done.err), (words, lines, done.out + done.err)


def test_what_is_shown_must_be_printed_line_by_line() -> None:
    printed = "one\ntwo  \nthree.docx\nfour (x)\n"
    for shown in (["one", "two"], ["one", "…", "four (x)"], ["two", "thr….docx"], ["…", "three.docx"], []):
        assert prints(shown, printed), shown
    for shown in (["one", "three.docx"], ["two", "one"], ["wo"], ["tw"], ["one", "…", "five"], ["four .x."]):
        assert not prints(shown, printed), shown


def test_every_command_is_run_by_a_page() -> None:
    ran = [" ".join(shown.words) for path in PAGES for shown in console(path)]
    assert len(ran) >= 60
    for name, _ in reference.every_command(cli.cli, "docgen "):
        assert any(f"{words} ".startswith(f"{name} ") for words in ran), name


@pytest.mark.parametrize("command", cli.cli.commands)
def test_every_command_is_shown(command: str) -> None:
    assert any(f"docgen {command}" in TEXTS[path] for path in WRITTEN)


def test_every_exit_code_is_explained() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \| (.+) \|$", TEXTS[ROOT / "docs" / "commands.md"], re.MULTILINE)
    assert [int(code) for code, _, _ in rows] == [int(code) for code in ExitCode]


@pytest.mark.parametrize("name", READMES)
def test_a_readme_is_short(name: str) -> None:
    assert len((ROOT / name).read_bytes()) <= 8000


def test_a_sentence_of_the_readme_is_short() -> None:
    prose = re.sub(r"^ *```.*?^ *```", "\n", TEXTS[ROOT / "README.md"], flags=re.DOTALL | re.MULTILINE)
    prose = re.sub(r"^[|#<].*$", "", prose, flags=re.MULTILINE)
    prose = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", prose)  # links
    sentences = [sentence.split() for sentence in re.split(r"(?<=[.:?!])\s|\n\n", prose)]
    assert sum(map(bool, sentences)) > 25
    assert [" ".join(words) for words in sentences if len(words) > 25] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", reference.PARTS, ids=named)
def test_generated_parts_are_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == reference.renewed(path), "run: make docs"


def test_every_field_type_is_explained_to_authors_of_kits() -> None:
    page = (ROOT / "docs" / "kit.md").read_text(encoding="utf-8")
    explained = re.findall(
        r"`(\w+)`", "".join(re.findall(r"^\| ((?:`\w+` ?)+)\| ", page.split("## Keys")[0], re.MULTILINE))
    )
    assert explained == [kind.value for kind in FieldType]


def test_every_field_type_is_explained_to_template_authors() -> None:
    text = (ROOT / "templates" / "caller-number" / "README.md").read_text(encoding="utf-8")
    for kind in FieldType:
        assert f"`{kind.value}`" in text


def anchors(path: Path) -> set[str]:
    """The places of a page that a link may name, made of its headings as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", TEXTS.get(path, ""), flags=re.DOTALL | re.MULTILINE)
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in heads}


def links(path: Path) -> Iterator[tuple[Path, str]]:
    """Where a page's links and pictures lead within the project: file and place in it."""
    for link in re.findall(r"\]\(([^)]+)\)", TEXTS[path]):
        if not link.startswith("http"):
            name, _, anchor = link.partition("#")
            yield (path.parent / name).resolve() if name else path, anchor


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_links_and_pictures_lead_somewhere(path: Path) -> None:
    lost = [str(target) for target, _ in links(path) if not target.exists()]
    lost += [f"{target}#{anchor}" for target, anchor in links(path) if anchor and anchor not in anchors(target)]
    assert lost == []


def test_every_page_can_be_reached_from_a_readme() -> None:
    met, ahead = set[Path](), [ROOT / name for name in READMES]
    while ahead:
        path = ahead.pop()
        if path in TEXTS and path not in met:
            met.add(path)
            ahead += [target for target, _ in links(path)]
    assert set(PAGES) - met == set()


@pytest.mark.parametrize("name", READMES)
def test_the_sdist_holds_what_a_readme_links_to(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    held = [ROOT / part.lstrip("/") for part in project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]]
    for target, _ in links(ROOT / name):
        assert any(target.is_relative_to(part) for part in held), target


def test_the_proofs_that_are_named_exist() -> None:
    proofs = re.findall(r"`(tests/\w+\.py)(?:::(\w+))?`", TEXTS[ROOT / "SECURITY.md"])
    assert len([test for _, test in proofs if test]) > 30
    assert len([path for path, test in proofs if not test]) > 20
    for path, test in proofs:
        assert (ROOT / path).is_file(), path
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8") or not test, test


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_no_page_says_the_same_twice(path: Path) -> None:
    prose = re.sub(r"^ *```.*?^ *```", "", TEXTS[path], flags=re.DOTALL | re.MULTILINE)
    lines = [
        line for line in prose.splitlines() if len(line) > 60 and not line.startswith(("|", ">", "Shared options"))
    ]
    assert [line for line in set(lines) if lines.count(line) > 1] == []


def test_no_document_names_the_provider_of_the_source() -> None:
    ours = (path for path in ROOT.rglob("*") if not path.relative_to(ROOT).parts[0].startswith((".venv", ".git")))
    for path in ours:
        if path.suffix in {".md", ".yaml", ".html", ".css", ".py"}:
            assert "百" + "度" not in path.read_text(encoding="utf-8"), path
