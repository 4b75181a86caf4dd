"""Regular expressions that are compiled late: every one compiles, and none goes where only a compiled one may."""

from __future__ import annotations

import ast
import importlib
import pickle
import re
from pathlib import Path

import pytest

from docgen.patterns import LazyPattern, regex

PACKAGE = Path(__file__).resolve().parent.parent / "docgen"
MODULES = sorted(
    ".".join(("docgen", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path.name != "__main__.py" and not path.name.startswith("dask_")
)


@pytest.mark.parametrize("name", MODULES)
def test_every_pattern_of_docgen_compiles(name: str) -> None:
    for found in vars(importlib.import_module(name)).values():
        if isinstance(found, LazyPattern):
            assert found.groups >= 0


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_late_pattern_is_handed_to_re(path: Path) -> None:
    """`re.split(_X, text)` takes a text or a pattern of its own: `_X.split(text)` is meant."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    late = {
        ast.unparse(target)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("regex(")
        for target in node.targets
    }
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("re."):
            assert not {ast.unparse(argument) for argument in call.args} & late, ast.unparse(call)


def test_a_late_pattern_does_what_a_pattern_does() -> None:
    late, plain = regex(r"(?P<year>\d{4})-(\d\d)", re.IGNORECASE), re.compile(r"(?P<year>\d{4})-(\d\d)", re.IGNORECASE)
    text = "2026-11 and 2027-01"
    assert late.pattern == plain.pattern
    assert late.findall(text) == plain.findall(text)
    assert [found.span() for found in late.finditer(text)] == [found.span() for found in plain.finditer(text)]
    assert late.sub("x", text) == plain.sub("x", text)
    assert late.groupindex == plain.groupindex
    assert late.flags == plain.flags
    assert regex(b"a+").split(b"1aa2") == [b"1", b"2"]


def test_a_late_pattern_that_is_none_says_so_when_it_is_used() -> None:
    with pytest.raises(re.error):
        regex("(").search("")


def test_a_late_pattern_survives_a_pickle() -> None:
    assert pickle.loads(pickle.dumps(regex("a"))).search("a")
