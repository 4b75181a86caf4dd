"""The suite itself: names that can be read, and no verdict that depends on how busy the machine is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import mutants
import pytest
import yaml
from conftest import ROOT

TESTS = sorted(Path(__file__).parent.glob("test_*.py"))
CLOCKS = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "time_ns", "timeit"}


def test_cases_have_names_that_can_be_read(request: pytest.FixtureRequest) -> None:
    unreadable = []
    for item in request.session.items:
        assert isinstance(item, pytest.Function)
        if hasattr(item, "callspec"):
            counted = "|".join(rf"{re.escape(name)}\d+" for name in item.callspec.params)
            if re.search(rf"<lambda>|(^|-)({counted})($|-)", item.callspec.id) or not item.callspec.id.isprintable():
                unreadable.append(item.nodeid)
    assert unreadable == []


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_no_test_reads_a_clock_on_the_wall(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    named = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    named |= {node.id for node in nodes if isinstance(node, ast.Name)}
    assert not named & CLOCKS


def test_git_checks_a_commit_as_make_lint_does() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (lint,) = re.findall(r"^lint:.*\n((?:\t.+\n)+)", makefile, re.MULTILINE)
    commands = [line.strip().replace("$(BIN)", ".venv/bin") for line in lint.splitlines()]
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert local["repo"] == "local"
    assert [hook["entry"] for hook in local["hooks"]] == commands
    assert {hook["language"] for hook in local["hooks"]} == {"system"}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_version_is_locked_with_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.findall(r"^(\S+==\S+).*((?:\n    --hash=sha256:[0-9a-f]{64}.*)*)", text, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^[^\s#]", text, re.MULTILINE)) > 20
    assert [entry for entry, hashes in entries if not hashes] == []


def test_the_changes_of_deciding_code_meet_tests_that_are_there() -> None:
    for pattern, near in mutants.NEAR.items():
        assert list(ROOT.glob(pattern)), pattern
        assert {f"test_{name}" for name in near.split()} <= {path.stem for path in TESTS}, near
