"""Answers → intake: what is missing, and what there is to say of an answer that its text alone does not tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import GOOD, Run, reviewed

from docgen.model.intake import Answer, Answers, Chosen, Finding, Level, Origin
from docgen.model.kit import Kit
from docgen.rules.normalize import normalize


def found_on(kit: Kit, key: str, **changes: str) -> list[Finding]:
    return [finding for finding in reviewed(kit, {}, **changes).intake.findings if finding.field == key]


@pytest.mark.parametrize(
    ("written", "code", "quotes"),
    [
        ("", "required", False),
        ("请说明被叫是否为贵司注册会员，以及可提供何种注册证明", "required", False),  # the hint
        ("无", "required-says-none", True),
        ("（跳过）", "required-says-none", True),
    ],
)
def test_why_an_answer_is_missing(kit: Kit, written: str, code: str, quotes: bool) -> None:
    (finding,) = found_on(kit, "callee_source", callee_source=written)
    assert (finding.code, finding.rule, finding.level) == (code, "required", Level.INVALID)
    assert (written in finding.message) is (quotes or not written)


@pytest.mark.parametrize("written", ["□固号　□手机号", "固号 手机号", "固号\n手机号"])
def test_choices_that_nobody_ticked_are_quoted_not_called_empty(kit: Kit, written: str) -> None:
    (finding,) = found_on(kit, "number_types", number_types=written)
    assert (finding.code, finding.rule, finding.level) == ("required-untouched", "required", Level.INVALID)
    assert written in finding.message


def test_an_unticked_list_that_is_not_needed_is_an_advice(kit: Kit) -> None:
    own = {"number_source": "使用自有号码", "bandwidth_mbps": "20", "daily_calls": "20000"}
    (finding,) = found_on(kit, "number_types", number_types="固号 手机号", **own)
    assert (finding.code, finding.level) == ("choice-untouched", Level.ADVICE)
    assert found_on(kit, "number_types", number_types="□固号 □手机号", **own) == []


def test_in_a_table_all_choices_are_chosen(kit: Kit) -> None:
    written = {**GOOD, "number_types": "固号\n手机号"}
    fields = {key: Answer(text, Origin("客户", None)) for key, text in written.items()}
    in_table = normalize(Answers("客户", 2, fields), kit, "a.xlsx")
    in_form = normalize(Answers("客户", None, fields), kit, "a.xlsx")
    assert in_table.values["number_types"] == Chosen(("landline", "mobile"))
    assert "number_types" not in in_form.values


def test_a_date_where_choices_are_asked_is_for_a_person(kit: Kit) -> None:
    fields = {key: Answer(text, Origin("客户", None)) for key, text in GOOD.items()}
    fields["industries"] = Answer("8月10日", Origin("客户", "B8"), is_date=True, exact="2026-08-10")
    (finding,) = [
        f for f in normalize(Answers("客户", None, fields), kit, "a.xlsx").findings if f.field == "industries"
    ]
    assert (finding.code, finding.level) == ("date-in-cell", Level.MANUAL)


@pytest.mark.parametrize(
    ("term", "written"),
    [("term_months", "至少12个月"), ("prepayment", "2000（不含税）"), ("rent_per_number_month", "30（含税）")],
)
def test_a_term_with_more_than_its_value_is_refused_with_its_line(
    run: Run, tmp_path: Path, term: str, written: str
) -> None:
    terms = tmp_path / "terms.yaml"
    terms.write_text(f"contract_no: HT-1\n{term}: {written}\n", encoding="utf-8")
    done = run("check", Path(__file__).parent.parent / "inputs" / "accepted.xlsx", "--terms", terms)
    assert done.code == 3
    assert f"{terms}:2" in done.err
    assert written in done.err
