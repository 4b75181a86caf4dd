"""Every file of tests/data/corpus answers as tests/data/corpus.yaml says it must."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import ROOT, Run

from docgen.user_cache import own_yaml

DATA = ROOT / "tests" / "data"
CORPUS: dict[str, dict[str, Any]] = own_yaml(DATA / "corpus.yaml")


def test_every_file_is_described() -> None:
    assert {path.name for path in (DATA / "corpus").iterdir()} == set(CORPUS)


@pytest.mark.parametrize("name", CORPUS)
def test_the_file_answers_as_it_must(run: Run, name: str) -> None:
    expected = CORPUS[name]
    done = run("check", "--json", DATA / "corpus" / name)
    assert done.code == expected["exit"], done.err or done.out
    if done.code == 3:
        (unreadable,) = done.json["unreadable"]
        assert expected["says"] in unreadable["message"]
        assert done.json["intakes"] == []
        return
    intakes = done.json["intakes"]
    assert len(intakes) == expected.get("intakes", 1)
    if "name" in expected:
        assert intakes[0]["name"] == expected["name"]
    found = [[f["rule"], f["field"], f["cell"]] for f in intakes[0]["findings"]]
    assert [finding for finding in expected.get("findings", []) if finding not in found] == []
    if "findings" not in expected:
        assert [place(u) for intake in intakes for u in intake["unrecognised"]] == expected.get("unrecognised", [])
        assert [place(u) for u in done.json["outside"]] == expected.get("outside", [])


def place(text: dict[str, Any]) -> list[Any]:
    return [text["sheet"], text["cell"]]
