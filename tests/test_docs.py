"""What the documentation says is true: commands run, codes and types are all there, links lead somewhere."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
import reference
from conftest import ROOT, Run

from docgen import cli
from docgen.errors import ExitCode
from docgen.model.kit import FieldType

READMES = ["README.md", "README.zh-CN.md"]


def console(name: str) -> list[tuple[list[str], int]]:
    """The commands of a README's console blocks in order, with the exit code that each is said to have."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                code = re.search(r"# exits (\d+)", line)
                found.append((shlex.split(line[2:], comments=True), int(code[1]) if code else 0))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", READMES)
def test_every_command_of_the_readme_runs(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    shutil.copytree(ROOT / "inputs", tmp_path / "inputs")
    monkeypatch.chdir(tmp_path)
    commands = console(name)
    assert len(commands) >= 9
    for words, code in commands:
        assert words[0] == "docgen"
        done = run(*words[1:])
        assert done.code == code, (words, done.err)


@pytest.mark.parametrize("name", READMES)
def test_every_exit_code_is_explained(name: str) -> None:
    rows = re.findall(r"^\| (\d+) \|", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(row) for row in rows] == [int(code) for code in ExitCode]


@pytest.mark.parametrize("path", reference.PARTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_generated_parts_are_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == reference.renewed(path), "run: make docs"


def test_every_command_is_shown() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in cli.cli.commands:
        assert f"docgen {command}" in text


def test_every_field_type_is_explained_to_template_authors() -> None:
    text = (ROOT / "templates" / "caller-number" / "README.md").read_text(encoding="utf-8")
    for kind in FieldType:
        assert f"`{kind.value}`" in text


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("[it]*/**/*.md")), ids=lambda p: p.name)
def test_links_and_pictures_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


def test_no_document_names_the_provider_of_the_source() -> None:
    ours = (path for path in ROOT.rglob("*") if not path.relative_to(ROOT).parts[0].startswith((".venv", ".git")))
    for path in ours:
        if path.suffix in {".md", ".yaml", ".html", ".css", ".py"}:
            assert "百" + "度" not in path.read_text(encoding="utf-8"), path
