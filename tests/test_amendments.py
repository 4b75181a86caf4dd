"""Answers that the provider corrects: read in the place of what is written, said everywhere, and never guessed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import queries
import yaml
from batches import companies, table
from conftest import GOOD, ROOT, Run
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from tables import form_text, workbook

import docgen
from docgen.errors import AmendmentError
from docgen.kit import amendments
from docgen.model.intake import Amendment

KEYS = ["source_sha256", "sheet", "row", "field", "before", "after", "who", "when", "why"]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def entry(source: Path, /, **changes: Any) -> dict[str, Any]:
    """An amendment of the daily calls of the good form, with changes."""
    made = {
        "source_sha256": sha256(source), "sheet": "信息收集统计表", "row": None, "field": "daily_calls",
        "before": "5000", "after": "8千", "who": "客户经理甲", "when": "2026-11-23", "why": "来电告知",
    }  # fmt: skip
    return {key: value for key, value in {**made, **changes}.items() if value != "gone"}


def amend(folder: Path, *entries: object) -> Path:
    path = folder / "amend.yaml"
    path.write_text(yaml.safe_dump(list(entries), allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture
def form(tmp_path: Path) -> Path:
    return workbook(tmp_path / "form.xlsx", form_text(GOOD))


def test_the_amended_answer_is_read_and_said_to_be(run: Run, form: Path, tmp_path: Path) -> None:
    before = form.read_bytes()
    (intake,) = run("check", form, "--json", "--amend", amend(tmp_path, entry(form))).json["intakes"]
    assert intake["values"]["daily_calls"] == 8000
    (finding,) = [one for one in intake["findings"] if one["code"] == "amended"]
    assert (finding["level"], finding["rule"], finding["field"]) == ("advice", "value", "daily_calls")
    assert (finding["cell"], finding["written"]) == ("C14", "5000")
    assert "由我方更正" in finding["message"]
    for told in ("8千", "客户经理甲", "2026-11-23", "来电告知"):
        assert told in finding["message"]
    assert "客户经理甲" not in finding["ask"]
    assert "来电告知" not in finding["ask"]
    assert form.read_bytes() == before


def test_rules_look_at_the_amended_answer(run: Run, form: Path, tmp_path: Path) -> None:
    given = amend(
        tmp_path, entry(form, field="callee_source", before=GOOD["callee_source"], after="从数据公司购买的名单")
    )
    done = run("check", form, "--json", "--amend", given)
    assert done.code == 5
    assert {"SRC-1", "amended"} <= {one["code"] for one in done.json["intakes"][0]["findings"]}


def test_an_amended_answer_may_be_unreadable_or_taken_away(run: Run, form: Path, tmp_path: Path) -> None:
    for after, code in (("很多", "count-unreadable"), ("", "required")):
        done = run("check", form, "--json", "--amend", amend(tmp_path, entry(form, after=after)))
        assert done.code == 4
        assert code in {one["code"] for one in done.json["intakes"][0]["findings"]}


def test_an_answer_that_is_missing_can_be_given(run: Run, tmp_path: Path) -> None:
    source = workbook(tmp_path / "form.xlsx", form_text({**GOOD, "daily_calls": ""}))
    given = amend(tmp_path, entry(source, before=None), entry(source, field="concurrency", before="", after="60"))
    done = run("check", source, "--json", "--amend", given)
    assert done.code == 0
    values = done.json["intakes"][0]["values"]
    assert (values["daily_calls"], values["concurrency"]) == (8000, 60)


def test_two_answers_to_one_field_can_be_decided(run: Run, tmp_path: Path) -> None:
    source = workbook(tmp_path / "form.xlsx", form_text(GOOD) + "| 每日外呼量 | < | 6000 |\n")
    (found,) = run("check", source, "--json").json["intakes"]
    (differing,) = [one for one in found["findings"] if one["code"] == "answers-differ"]
    given = amend(tmp_path, entry(source, before=differing["written"], after="6000"))
    (intake,) = run("check", source, "--json", "--amend", given).json["intakes"]
    assert intake["values"]["daily_calls"] == 6000
    assert intake["verdict"] == "accepted"


def test_the_manifest_lists_it_and_the_review_marks_it(run: Run, form: Path, tmp_path: Path) -> None:
    given = entry(form)
    done = run("packet", form, "-o", tmp_path / "out", "--amend", amend(tmp_path, given))
    assert done.code == 0, done.err
    (manifest,) = (tmp_path / "out").rglob("manifest.json")
    (listed,) = json.loads(manifest.read_text(encoding="utf-8"))["amendments"]
    assert listed == given
    assert list(listed) == KEYS
    (review,) = manifest.parent.glob("*.pdf")
    text = "".join(" ".join(page.extract_text() for page in PdfReader(review).pages).split())
    assert "由我方更正" in text
    assert "5000" in text
    assert "8,000" in text


@pytest.mark.parametrize("command", ["form", "review", "contract", "return"])
def test_every_document_is_made_of_the_amended_answers(run: Run, form: Path, tmp_path: Path, command: str) -> None:
    given = amend(
        tmp_path, entry(form, field="company_name", before=GOOD["company_name"], after="北京样例新名有限公司")
    )
    assert run(command, form, "-o", tmp_path / "made", "--amend", given).code == 0
    wrong = amend(tmp_path, entry(form, before="1"))
    done = run(command, form, "-o", tmp_path / "none", "--amend", wrong)
    assert done.code == 3
    assert not (tmp_path / "none").exists()
    if command == "contract":
        assert "北京样例新名有限公司" in queries.all_text((tmp_path / "made").read_bytes())


def test_every_misfit_is_told_at_once_a_line_each_and_nothing_is_made(run: Run, form: Path, tmp_path: Path) -> None:
    other = workbook(tmp_path / "other.xlsx", form_text({**GOOD, "contact_name": "李女士"}))
    given = amend(
        tmp_path,
        entry(form),
        entry(form, before="6000", field="total_calls"),
        entry(form, sheet="别的"),
        entry(form, row=3),
        entry(form, source_sha256="0" * 64),
    )
    done = run("packet", form, other, "-o", tmp_path / "out", "--json", "--amend", given)
    assert done.code == 3
    assert done.json["packets"] == []
    lines = done.err.strip().splitlines()
    assert len(lines) == len(done.json["unreadable"]) == 4
    for line, said in zip(lines, ("is written '100000', not '6000'", "no intake", "row 3", "0" * 64), strict=True):
        assert "amend.yaml:" in line
        assert said in line
    assert sha256(form) in lines[3]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"why": "gone", "who": "gone"}, "keys are missing: who, why"),
        ({"wy": "x"}, "unknown key 'wy' (did you mean 'why'?)"),
        ({"field": "daly_calls"}, "there is no field 'daly_calls' to amend (did you mean 'daily_calls'?)"),
        ({"field": "price_per_minute"}, "there is no field 'price_per_minute'"),
        ({"source_sha256": "abc"}, "source_sha256 is no SHA-256"),
        ({"row": "x"}, "row 'x' is no number"),
        ({"when": "昨天"}, "when '昨天' is no date"),
        ({"who": " "}, "who is empty"),
        ({"after": "5000 "}, "before and after are the same"),
        ({"after": ["8000"]}, "must be a single text: after"),
    ],
)
def test_an_entry_that_is_none_is_refused_with_its_line(
    run: Run, form: Path, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    done = run("check", form, "--amend", amend(tmp_path, entry(form), entry(form, **changes)))
    assert done.code == 3
    assert done.out == ""
    assert "amend.yaml:" in done.err
    assert said in done.err


def test_the_same_answer_is_amended_once(run: Run, form: Path, tmp_path: Path) -> None:
    done = run("check", form, "--amend", amend(tmp_path, entry(form), entry(form, after="9千")))
    assert done.code == 3
    assert "a second time" in done.err


@pytest.mark.parametrize("text", ["a: b\n", "- hello\n", "- [a]\n", "!!python/object:x []\n", "- &a [*a]\n"])
def test_a_file_of_something_else_is_refused_in_a_line(run: Run, form: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "amend.yaml"
    path.write_text(text, encoding="utf-8")
    done = run("check", form, "--amend", path)
    assert done.code == 3
    assert done.err.startswith(f"error: {path}:1: ")
    assert run("check", form, "--amend", tmp_path / "none.yaml").code == 2
    path.write_text("- " * (1 << 20), encoding="utf-8")
    assert "larger than 1 MB" in run("check", form, "--amend", path).err


def test_a_private_answer_is_not_quoted_in_an_error(run: Run, form: Path, tmp_path: Path) -> None:
    for field, before in (("contact_wechat", "shili_li"), ("contact_mobile", "13900139000")):
        done = run("check", form, "--json", "--amend", amend(tmp_path, entry(form, field=field, before=before)))
        assert done.code == 3
        assert f"{field} is not written as before says" in done.err
        for private in (before, GOOD[field]):
            assert private not in done.err + done.out


def test_one_row_of_a_table_is_amended(run: Run, tmp_path: Path) -> None:
    source = table(tmp_path / "table.xlsx", companies(3))
    intakes = run("check", source, "--json").json["intakes"]
    place = {"sheet": intakes[1]["sheet"], "row": intakes[1]["row"]}
    given = amend(tmp_path, entry(source, **place, before=str(intakes[1]["values"]["daily_calls"]), after="7777"))
    after = run("check", source, "--json", "--amend", given).json["intakes"]
    assert [one["values"]["daily_calls"] == 7777 for one in after] == [False, True, False]


def test_of_two_customers_on_one_sheet_one_is_amended(run: Run, tmp_path: Path) -> None:
    other = form_text({**GOOD, "company_name": "上海样例商贸有限公司"}).replace("# 信息收集统计表\n", "")
    source = workbook(tmp_path / "two.xlsx", form_text(GOOD) + other)
    rows = [one["row"] for one in run("check", source, "--json").json["intakes"]]
    done = run("check", source, "--json", "--amend", amend(tmp_path, entry(source, row=rows[1])))
    assert [one["values"]["daily_calls"] for one in done.json["intakes"]] == [5000, 8000]


def test_programs_give_a_file_mappings_or_objects(form: Path, tmp_path: Path) -> None:
    mapping = entry(form)
    for given_ in (amend(tmp_path, mapping), [mapping], [Amendment(**mapping)]):
        (case,) = docgen.read(form, "caller-number", amendments=given_)
        assert case.values["daily_calls"] == 8000
        assert case.intake.amendments == (Amendment(**mapping),)
    for wrong in (entry(form, source_sha256="0" * 64), entry(form, before="1"), {"field": "daily_calls"}):
        with pytest.raises(AmendmentError) as raised:
            docgen.read(form, "caller-number", amendments=[wrong])
        assert len(raised.value.problems) == 1


def test_the_sample_fits_its_source(run: Run) -> None:
    done = run("check", ROOT / "inputs" / "incomplete.xlsx", "--json", "--amend", ROOT / "inputs" / "amend.yaml")
    assert done.code == 4
    assert done.json["intakes"][0]["values"]["daily_calls"] == 5000


@given(st.lists(st.one_of(st.text(), st.dictionaries(st.sampled_from([*KEYS, "x"]), st.text()), st.none())))
def test_whatever_a_program_gives_ends_in_amendments_or_one_error(entries: list[Any]) -> None:
    kit = docgen.Kit.load("caller-number")
    mappings = [one for one in entries if isinstance(one, dict)]
    problems: list[str] = []
    try:
        found = len(amendments.understood(mappings, kit).entries)
    except AmendmentError as error:
        found, problems = 0, error.problems
    assert found == len(mappings) or problems
    assert all("\n" not in problem for problem in problems)
