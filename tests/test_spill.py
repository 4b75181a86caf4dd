"""Cases by the hundred thousand: a command holds the first ones, and keeps the others on disk."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from conftest import ROOT, Run
from hypothesis import given
from hypothesis import strategies as some

from docgen.cli import inputs, packets
from docgen.output import spill
from docgen.output.spill import Spill

CUSTOMERS = ROOT / "inputs" / "customers.xlsx"


@given(some.lists(some.one_of(some.integers(), some.just(None)), max_size=30), some.integers(0, 30))
def test_it_is_the_list_of_what_was_added_and_not_taken_away(steps: list[int | None], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spill, "MOST_HELD", most)
        expected: list[int] = []
        found: Spill[int] = Spill()
        for step in steps:
            if step is None:
                found.cut(len(expected) // 2)
                del expected[len(expected) // 2 :]
            else:
                found.append(step)
                expected.append(step)
            assert list(found) == expected
            assert len(found) == len(expected)


def test_no_more_is_held_than_the_first_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "MOST_HELD", 2)
    found: Spill[object] = Spill()
    things = [object() for _ in range(5)]
    for thing in things:
        found.append(thing)
    assert [one is thing for one, thing in zip(found, things, strict=True)] == [True, True, False, False, False]


@pytest.mark.parametrize("options", [["--json"], []])
def test_what_check_prints_does_not_depend_on_it(run: Run, monkeypatch: pytest.MonkeyPatch, options: list[str]) -> None:
    before = run("check", CUSTOMERS, *options)
    monkeypatch.setattr(spill, "MOST_HELD", 1)
    assert run("check", CUSTOMERS, *options).out == before.out
    if options:
        assert before.out == json.dumps(before.json, ensure_ascii=False, indent=2) + "\n"


def test_a_disk_that_is_full_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spill, "MOST_HELD", 1)
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    done = run("check", "--json", CUSTOMERS)
    assert (done.code, done.out) == (7, "")
    assert "temporary files cannot be written" in done.err


def test_documents_of_very_many_are_the_work_of_batch(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (inputs, packets):
        monkeypatch.setattr(module, "MOST_AT_ONCE", 1)
    for command in ("packet", "return"):
        done = run(command, CUSTOMERS, "-o", tmp_path / "made")
        assert done.code == 2
        assert "more than 1 intakes" in done.err
        assert "docgen batch" in done.err
    assert not (tmp_path / "made").exists()
    assert run("check", "-q", CUSTOMERS).code in {0, 4, 5}
