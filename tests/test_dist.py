"""What `make dist` builds: what the wheel and the sdist hold, and that the wheel alone is enough."""

from __future__ import annotations

import ast
import email
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from conftest import ROOT

from docgen import __version__

INPUTS = ROOT / "inputs"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with sdist and wheel, the wheel made from the sdist."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(path.name for path in out.iterdir()) == [
        f"docgen-{__version__}-py3-none-any.whl", f"docgen-{__version__}.tar.gz",
    ]  # fmt: skip
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> dict[str, bytes]:
    """Every file of the wheel."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def sdist(built: Path) -> set[str]:
    """The names of all files of the sdist."""
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def files(*folders: str) -> set[str]:
    """The files that stand in folders of the project."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in found if "__pycache__" not in path.parts}


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_its_kits_and_nothing_else(wheel: dict[str, bytes]) -> None:
    held = {name for name in wheel if ".dist-info/" not in name}
    assert held == files("docgen") | {f"docgen/{name}" for name in files("templates")}
    for name in held:
        path = ROOT / (name.removeprefix("docgen/") if name.startswith("docgen/templates/") else name)
        assert wheel[name] == path.read_bytes(), name
    assert held >= {
        "docgen/py.typed", "docgen/model/messages.yaml", "docgen/batch/report.html",
        "docgen/templates/caller-number/kit.yaml", "docgen/templates/caller-number/contract.docx",
        "docgen/templates/caller-number/form.docx", "docgen/templates/caller-number/review.html",
    }  # fmt: skip


@pytest.mark.slow
def test_the_wheel_says_what_it_is(wheel: dict[str, bytes]) -> None:
    about = f"docgen-{__version__}.dist-info"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = email.message_from_bytes(wheel[f"{about}/METADATA"])
    assert told["Version"] == __version__
    assert told["Requires-Python"] == project["requires-python"]
    assert set(told.get_all("Classifier", [])) == set(project["classifiers"])
    without_extras = [need for need in told.get_all("Requires-Dist", []) if "extra ==" not in need]
    assert len(without_extras) == len(project["dependencies"])
    assert told.get_payload(decode=True) == (ROOT / "README.md").read_bytes()
    assert "docgen = docgen.cli:main" in wheel[f"{about}/entry_points.txt"].decode()
    assert wheel[f"{about}/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()


@pytest.mark.slow
def test_the_sdist_holds_all_that_the_package_is_made_and_proved_from(sdist: set[str]) -> None:
    assert sdist >= files("docgen", "templates", "docs", "inputs", "tests")
    assert sdist >= {
        "pyproject.toml", "README.md", "README.zh-CN.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE",
    }  # fmt: skip
    strangers = {name.partition("/")[0] for name in sdist} & {"outputs", "dist", ".venv", ".git", ".mypy_cache"}
    assert not strangers


@pytest.mark.slow
def test_the_wheel_alone_is_enough(built: Path, tmp_path: Path) -> None:
    """In an environment that has docgen's dependencies and no source of docgen."""
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    command = [sys.executable, "-m", "pip", f"--python={python}", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, str(next(built.glob("*.whl")))], check=True)
    (packages,) = home.rglob("site-packages")
    # The path alone: what an editable docgen has put beside its dependencies is not read.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def docgen(*args: object) -> str:
        done = subprocess.run(
            [python.with_name("docgen"), *map(str, args)],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert docgen("--version") == f"docgen, version {__version__}\n"
    kits = docgen("kits")
    assert "caller-number" in kits
    assert str(ROOT) not in kits
    assert "accepted" in docgen("check", INPUTS / "accepted.xlsx")
    docgen("contract", INPUTS / "accepted.xlsx", "--date", "2026-11-23", "-o", "contract.docx")
    assert zipfile.is_zipfile(tmp_path / "contract.docx")


def test_every_library_that_is_imported_is_asked_for() -> None:
    """Also what another library brings along today: it may bring it no longer tomorrow."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [need for name, needs in project["optional-dependencies"].items() if name != "dev" for need in needs]
    asked = {plain(re.split(r"[^\w.-]", need)[0]) for need in [*project["dependencies"], *extras]}
    found = packages_distributions()
    for path in sorted((ROOT / "docgen").rglob("*.py")):
        for name in imported(path) - sys.stdlib_module_names - {"docgen"}:
            assert asked & set(map(plain, found.get(name, [name]))), f"{path} imports {name}"


def plain(name: str) -> str:
    """The name of a distribution as all its spellings are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(path: Path) -> set[str]:
    """The packages that a module imports from."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}
