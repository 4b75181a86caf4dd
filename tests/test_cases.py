"""Files as customers make them: each is read as a careful clerk reads it, or told (tests/cases/cases*.yaml)."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Result
from docx import Document

import docgen
from docgen.model.intake import Verdict
from docgen.user_cache import own_yaml

CASES = ROOT / "tests" / "cases"
Case = dict[str, Any]


def listed() -> Iterator[Case]:
    for path in sorted(CASES.glob("cases*.yaml")):
        yield from own_yaml(path)["cases"]


LISTED = list(listed())
_OPERATORS = {"any", "contains", "lacks", "not"}
_BLOCKING = {"invalid", "manual", "reject"}


@pytest.fixture(scope="session")
def kit() -> docgen.Kit:
    return docgen.Kit.load("caller-number")


@pytest.mark.parametrize("case", LISTED, ids=[case["file"] for case in LISTED])
def test_what_a_careful_clerk_makes_of_it(kit: docgen.Kit, case: Case) -> None:
    path = CASES / case["file"]
    done = checked(kit, path)
    tells = case.get("or_told") or case.get("must_tell")
    usual = [3] if case.get("intakes") == 0 else [0, 4, 5, *([3] if tells else [])]
    assert done.code in case.get("exit", usual), done.err
    said = messages(done)
    assert not [text for text in case.get("refusal_not", []) if text in said + done.err.replace(path.name, "")]
    if done.code == 3 and (case.get("intakes") == 0 or not case.get("expect")):
        assert any(text in said for text in case.get("refusal", [""]))
        return
    if case.get("must_tell"):
        assert untold(case, done) is None
        return
    wrong = misread(case, done, contract_of(kit, path) if case.get("contract") else "")
    assert wrong is None or (case.get("or_told") and untold(case, done) is None), (wrong, untold(case, done))


def checked(kit: docgen.Kit, path: Path) -> Result:
    """What `docgen check --json` prints of the file and how it exits, without a process of its own."""
    found: list[docgen.Case] = []
    unreadable = []
    try:
        found = list(docgen.read(path, kit))
    except docgen.SourceError as error:
        unreadable.append({"source": str(path), "message": str(error)})
    intakes = [case.as_json() for case in found]
    verdicts = {case.verdict for case in found}
    codes = {3: bool(unreadable), 4: Verdict.INCOMPLETE in verdicts, 5: Verdict.REJECTED in verdicts}
    report = {
        "schema": "docgen/check/1", "docgen": docgen.__version__, "kit": kit.name, "intakes": intakes, "outside": [],
        "unreadable": unreadable,
    }  # fmt: skip
    return Result(next((code for code, holds in codes.items() if holds), 0), json.dumps(report), "")


def test_every_file_is_listed_once() -> None:
    names = [case["file"] for case in LISTED]
    folders = {name.partition("/")[0] for name in names}
    there = {f"{folder}/{path.name}" for folder in folders for path in (CASES / folder).iterdir()}
    assert sorted(names) == sorted(there)


def messages(done: Result) -> str:
    return " ".join(one["message"].replace(one["source"], "") for one in done.json["unreadable"])


def contract_of(kit: docgen.Kit, path: Path) -> str | None:
    """The text of the contract that docgen makes, None where it makes none."""
    (case,) = docgen.read(path, kit)
    if not case.ready:
        return None
    body: Any = Document(io.BytesIO(case.contract(date=dt.date(2026, 11, 26)))).element.body
    return "\n".join("".join(node.text or "" for node in p.iter() if node.tag.endswith("}t")) for p in body.iter() if p.tag.endswith("}p"))  # fmt: skip


# -- read as it should be --------------------------------------------------------------------------


def misread(case: Case, done: Result, contract: str | None) -> str | None:
    """What of the case is not read as a careful clerk reads it; None where all is."""
    intakes, wanted = done.json["intakes"], case.get("expect", [])
    if len(intakes) != case.get("intakes", max(len(intakes), len(wanted))):
        return f"{len(intakes)} intakes"
    for want, got in zip(wanted, intakes, strict=False):
        if (wrong := different(want, got)) is not None:
            return wrong
    about = case.get("contract", {})
    if contract is None or not all(text in contract for text in about.get("contains", [])):
        return "the contract lacks a text"
    return (
        "the contract has a text too many" if any(text in contract for text in about.get("not_contains", [])) else None
    )


def different(want: Case, got: Case) -> str | None:
    """What of an intake is not as wanted."""
    for key, value in (want.get("values") or {}).items():
        if not same(got["values"].get(key), value):
            return f"{key} is {got['values'].get(key)!r}, not {value!r}"
    for key, value in (want.get("figures") or {}).items():
        if not same(str(got["figures"][key]["value"]), str(value)):
            return f"{key} is {got['figures'][key]['value']!r}, not {value!r}"
    if got["verdict"] not in want.get("verdict", [got["verdict"]]):
        return f"the verdict is {got['verdict']}"
    rules = {finding["rule"] for finding in got["findings"]}
    return None if set(want.get("findings", [])) <= rules else "a finding is not there"


def same(got: Any, want: Any) -> bool:
    """Whether a value is the one wanted, or fits what is wanted of it."""
    if isinstance(want, dict) and want and set(want) <= _OPERATORS:
        text = "" if got is None else str(got)
        return (
            any(same(got, one) for one in want.get("any", [got]))
            and not ("not" in want and same(got, want["not"]))
            and all(part in text for part in want.get("contains", []))
            and not any(part in text for part in want.get("lacks", []))
        )
    return (is_empty(got) and is_empty(want)) or folded(got) == folded(want)


def is_empty(value: Any) -> bool:
    chosen = isinstance(value, dict) and "chosen" in value and not value["chosen"] and not value.get("other")
    return value in (None, "", [], {}) or chosen


def folded(value: Any) -> Any:
    """A value for comparison: texts in one form, lists in one order."""
    if isinstance(value, str):
        return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", value)).strip()
    if isinstance(value, list):
        return sorted(map(folded, value), key=repr)
    return {key: folded(one) for key, one in value.items()} if isinstance(value, dict) else value


# -- or told ---------------------------------------------------------------------------------------


def untold(case: Case, done: Result) -> str | None:
    """Why the odd text is not told either: a wrong value, or no finding that quotes it; None where it is told."""
    if done.code == 3:
        return (
            None if any(text in messages(done) for text in case.get("refusal", [""])) else "the refusal names nothing"
        )
    intakes, wanted = done.json["intakes"], case.get("expect", [])
    keys = {key for want in wanted for key in want.get("values") or {}}
    for number, got in enumerate(intakes):
        for key in keys:
            wants = [one["values"][key] for one in ([wanted[number]] if len(intakes) == len(wanted) else wanted) if key in (one.get("values") or {})]  # fmt: skip
            if wants and not any(is_harmless(got["values"].get(key), want) for want in wants):
                return f"{key} is {got['values'].get(key)!r}"
    told = case.get("told", [])
    told = told if isinstance(told, list) else [told]
    blocking = [
        finding for got in intakes if got["verdict"] != "accepted" for finding in got["findings"] if finding["level"] in _BLOCKING
    ]  # fmt: skip
    for finding in blocking:
        said = " ".join(str(finding[part]) for part in ("written", "message", "remedy") if finding.get(part))
        if any(text in said or text in (finding["cell"], finding["label"]) for text in told):
            return None
        if not told and finding["field"] in keys:
            return None
    return "no finding quotes it"


def is_harmless(got: Any, want: Any) -> bool:
    """Whether a value may stand where the answer is told instead of read: nothing, or right."""
    return is_empty(got) or same(got, want) or (isinstance(want, dict) and "contains" in want and "any" not in want)


class Nonsense(Result):
    """What no docgen prints: its schema is not asked for."""

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.mark.parametrize("case", LISTED, ids=[case["file"] for case in LISTED])
def test_the_judge_accepts_no_nonsense(case: Case) -> None:
    keys = {key for want in case.get("expect", []) for key in want.get("values") or {}}
    wrong = {"values": dict.fromkeys(keys, "错误的值"), "figures": {}, "verdict": "accepted", "findings": []}
    count = case.get("intakes", len(case.get("expect", [])))
    done = Nonsense(0, json.dumps({"intakes": [wrong] * count, "unreadable": []}), "")
    assert count == 0 or not keys or (misread(case, done, "") and untold(case, done))
