"""The structure that keeps docgen readable: who may import whom, who may print, who may write."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "docgen"

#: A module imports modules of lower rows only; modules of one folder may import each other.
LEVELS = [
    {"errors"},
    {"storage", "scratch"},
    {"files", "names", "text", "messages", "markedyaml", "bounds", "shown"},
    {"intake", "negation"},
    {"expressions", "kit"},
    {"kitcheck"},
    {"kitfile"},
    {"values"},
    {"read", "normalize", "review", "terms", "render", "manifest"},
    {"assess"},
    {"packet"},
    {"batch", "screen"},
    {"cli"},
    {"__main__"},
]
RANK = {name: rank for rank, row in enumerate(LEVELS) for name in row}
MODULES = sorted(PACKAGE.rglob("*.py"))


def unit(path: Path) -> str:
    """The module or folder of docgen that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> set[str]:
    """The modules of docgen, dotted below the package, that a file imports anywhere."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "docgen":
            inner = node.module.split(".")[1:]
            found |= {".".join([*inner, alias.name]) for alias in node.names} if len(inner) < 2 else {".".join(inner)}
        elif isinstance(node, ast.Import):
            found |= {alias.name.removeprefix("docgen.") for alias in node.names if alias.name.startswith("docgen.")}
    return {name for name in found if not name.startswith("__version__")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_run_one_way(path: Path) -> None:
    own = unit(path)
    if own == "__init__":
        assert not imports(ast.parse(path.read_text(encoding="utf-8")))
        return
    for name in imports(ast.parse(path.read_text(encoding="utf-8"))):
        other = name.split(".")[0]
        assert other == own or RANK[other] < RANK[own], f"{own} imports {other}"


def test_the_folders_hold_no_circle() -> None:
    for folder in ("values", "read", "render", "batch", "cli"):
        graph = {
            path.stem: {
                name.split(".")[1]
                for name in imports(ast.parse(path.read_text(encoding="utf-8")))
                if name.startswith(f"{folder}.") and name.split(".")[1] != path.stem
            }
            for path in (PACKAGE / folder).glob("*.py")
        }
        done: set[str] = set()
        while len(done) < len(graph):
            free = {name for name, needs in graph.items() if name not in done and needs & set(graph) <= done}
            assert free, f"{folder}: a circle among {sorted(set(graph) - done)}"
            done |= free


def calls(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_only_the_command_line_knows_click_and_prints() -> None:
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        if unit(path) != "cli":
            assert "import click" not in text, path
            assert "print" not in calls(path), path


def test_only_files_writes() -> None:
    writers = {"write_text", "write_bytes", "mkdir", "unlink", "rename", "rmtree"}
    for path in MODULES:
        if path.name not in {"files.py", "scratch.py"}:
            names = {call.rpartition(".")[2] for call in calls(path)}
            assert not names & writers, path


def test_light_commands_import_nothing_heavy() -> None:
    import subprocess

    heavy = {"weasyprint", "docx", "docxtpl", "openpyxl", "pydantic", "jinja2", "rich", "lxml", "yaml"}
    code = "import sys; from docgen import cli; cli.run(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ast.literal_eval(done.stderr))
    assert not loaded & heavy


def test_check_imports_neither_pdf_nor_word() -> None:
    import subprocess

    sheet = ROOT / "inputs" / "accepted.xlsx"
    code = (
        f"import sys; from docgen import cli; cli.run(['check', '--json', {str(sheet)!r}]);"
        "print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ast.literal_eval(done.stderr))
    assert "openpyxl" in loaded
    assert not loaded & {"weasyprint", "docx", "docxtpl", "rich"}


def test_docstrings_stand_where_they_should() -> None:
    for path in MODULES:
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path
