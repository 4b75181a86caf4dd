"""The command line as a user meets it: exit codes, JSON, help, one clear line for every failure."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from batches import on_terminal
from conftest import GOOD, ROOT, Run
from tables import form_text, workbook

from docgen import __version__, cli
from docgen.errors import ExitCode

INPUTS = ROOT / "inputs"


@pytest.mark.parametrize(
    ("sample", "verdict", "code"),
    [
        ("accepted.xlsx", "accepted", 0),
        ("manual.xlsx", "manual", 0),
        ("rejected.xlsx", "rejected", 5),
        ("incomplete.xlsx", "incomplete", 4),
        ("own-numbers.xlsx", "manual", 0),
        ("own-center.xlsx", "manual", 0),
    ],
)
def test_check_gives_each_sample_its_verdict(run: Run, no_output: Path, sample: str, verdict: str, code: int) -> None:
    done = run("check", INPUTS / sample, "--json")
    assert done.code == code
    (intake,) = done.json["intakes"]
    assert intake["verdict"] == verdict
    plain = run("check", INPUTS / sample)
    assert plain.code == code
    assert verdict in plain.out


def test_check_json_is_as_promised(run: Run, no_output: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"nothing")
    done = run("check", INPUTS / "manual.xlsx", bad, "--json")
    assert done.code == 3
    assert list(done.json) == ["schema", "docgen", "kit", "intakes", "outside", "unreadable"]
    assert (done.json["schema"], done.json["docgen"]) == ("docgen/check/1", __version__)
    assert done.json["kit"] == "caller-number"
    (intake,) = done.json["intakes"]
    assert list(intake) == [
        "source", "sheet", "row", "name", "verdict", "values", "findings", "figures", "unrecognised",
    ]  # fmt: skip
    assert intake["source"] == str(INPUTS / "manual.xlsx")
    for finding in intake["findings"]:
        assert list(finding) == [
            "code", "rule", "level", "field", "label", "sheet", "cell", "written", "message", "remedy", "ask", "clause",
        ]  # fmt: skip
    assert all(list(figure) == ["label", "value", "unit"] for figure in intake["figures"].values())
    (entry,) = done.json["unreadable"]
    assert list(entry) == ["source", "message"]
    assert entry["source"] == str(bad)


def test_values_have_their_json_forms(run: Run, no_output: Path) -> None:
    (intake,) = run("check", INPUTS / "accepted.xlsx", "--json").json["intakes"]
    values = intake["values"]
    assert values["contact_mobile"].startswith("+861")
    assert isinstance(values["daily_calls"], int)
    assert set(values["industries"]) == {"chosen", "other"}
    assert all(set(region) == {"province", "city"} for region in values["number_regions"])
    assert values["number_source"] == "buy"
    assert values["script_template_approved"] is True
    assert values["bandwidth_mbps"] is None


def test_a_table_is_an_intake_for_each_row(run: Run, no_output: Path) -> None:
    done = run("check", INPUTS / "customers.xlsx", "--json")
    rows = [intake["row"] for intake in done.json["intakes"]]
    assert len(rows) >= 5
    assert rows == sorted(rows)
    assert len({intake["verdict"] for intake in done.json["intakes"]}) >= 3
    one = run("check", INPUTS / "customers.xlsx", "--row", rows[1], "--json")
    assert [intake["row"] for intake in one.json["intakes"]] == [rows[1]]
    none = run("check", INPUTS / "customers.xlsx", "--row", 9999)
    assert none.code == 2
    assert "there are" in none.err


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["check", "nowhere.xlsx"], 2, "no such file"),
        (["check"], 2, "SOURCE"),
        (["frobnicate"], 2, "frobnicate"),
        (["check", INPUTS / "accepted.xlsx", "--kit", "nothing"], 2, "no such kit"),
        (["check", INPUTS / "accepted.xlsx", "--terms", "nowhere.yaml"], 2, "no such file"),
        (["packet", INPUTS / "accepted.xlsx", "--date", "23.11.2026"], 2, "23.11.2026"),
        (["form", INPUTS / "customers.xlsx"], 2, "--row"),
        (["batch", INPUTS, "-o", "out", "--only", "poem"], 2, "poem"),
        (["check", INPUTS / "README.md"], 3, "README.md"),
    ],
)
def test_failures_are_one_clear_line(run: Run, no_output: Path, args: list[object], code: int, said: str) -> None:
    done = run(*args)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_json_leaves_stdout_empty_on_usage_and_kit_errors(run: Run, no_output: Path, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    kit.mkdir()
    (kit / "kit.yaml").write_text("name: broken\n", encoding="utf-8")
    assert (run("check", "nowhere.xlsx", "--json").code, run("check", "nowhere.xlsx", "--json").out) == (2, "")
    done = run("check", INPUTS / "accepted.xlsx", "--json", "--kit", kit)
    assert (done.code, done.out) == (6, "")
    assert "kit.yaml:1" in done.err


def test_a_contract_waits_for_the_verdict(run: Run, no_output: Path) -> None:
    for sample, code in (("rejected.xlsx", 5), ("incomplete.xlsx", 4)):
        done = run("contract", INPUTS / sample, "-o", "c.docx")
        assert done.code == code
        assert "--allow-unready" in done.err


def test_an_unready_contract_is_made_when_asked_for(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "c.docx"
    assert run("contract", INPUTS / "rejected.xlsx", "-o", target, "--allow-unready").code == 5
    assert target.stat().st_size > 10_000


def test_a_final_contract_refuses_while_a_value_is_pending(run: Run, no_output: Path) -> None:
    done = run("contract", INPUTS / "accepted.xlsx", "-o", "c.docx", "--final")
    assert done.code == 4
    assert "pending: 合同编号" in done.err


def test_a_final_contract_is_made_when_all_is_known(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "c.docx"
    done = run("contract", INPUTS / "accepted.xlsx", "--terms", INPUTS / "terms.yaml", "-o", target, "--final")
    assert done.code == 0, done.err
    assert target.exists()


@pytest.mark.slow
def test_documents_are_written_whatever_the_verdict(run: Run, tmp_path: Path) -> None:
    assert run("form", INPUTS / "incomplete.xlsx", "-o", tmp_path / "f.docx").code == 4
    assert run("review", INPUTS / "rejected.xlsx", "-o", tmp_path / "r.pdf").code == 5
    assert (tmp_path / "f.docx").exists()
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")


def test_all_terms_problems_are_told_at_once(run: Run, no_output: Path, tmp_path: Path) -> None:
    terms = tmp_path / "terms.yaml"
    terms.write_text("provider_nam: x\nprice_per_minute: 很贵\nterm_months: 12\n", encoding="utf-8")
    done = run("contract", INPUTS / "accepted.xlsx", "--terms", terms, "-o", "c.docx")
    assert done.code == 3
    assert "did you mean 'provider_name'" in done.err
    assert "terms.yaml:2" in done.err
    assert "很贵" in done.err


def test_the_date_comes_from_the_option_or_the_epoch(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import queries

    run("contract", INPUTS / "accepted.xlsx", "-o", tmp_path / "a.docx", "--date", "2025-03-04")
    assert "2025年3月4日" in queries.text((tmp_path / "a.docx").read_bytes())
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    run("contract", INPUTS / "accepted.xlsx", "-o", tmp_path / "b.docx")
    assert "1970年1月1日" in queries.text((tmp_path / "b.docx").read_bytes())


def test_every_command_explains_itself(run: Run) -> None:
    def walk(group: object, path: list[str]) -> None:
        for name, command in getattr(group, "commands", {}).items():
            assert command.help, name
            assert all(getattr(option, "help", True) for option in command.params if option.param_type_name == "option")
            short, long = run(*path, name, "-h"), run(*path, name, "--help")
            assert short.code == 0
            assert short.out == long.out
            assert command.help.split(".")[0].split(";")[0][:20] in long.out
            walk(command, [*path, name])

    walk(cli.cli, [])


def test_exit_codes_are_a_public_interface() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "DONE": 0, "UNEXPECTED": 1, "USAGE": 2, "UNREADABLE": 3, "INCOMPLETE": 4, "REJECTED": 5, "KIT": 6, "WRITE": 7,
        "BATCH": 8, "SYSTEM": 9, "PROOF": 10, "INTERRUPTED": 130,
    }  # fmt: skip


def test_a_bug_is_one_line_and_a_traceback_only_when_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from docgen.kit import kits

    def broken(_name: str) -> Path:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(kits, "find", broken)
    done = run("check", INPUTS / "accepted.xlsx")
    assert done.code == 1
    assert "unexpected ZeroDivisionError at test_cli.py:" in done.err
    assert "Traceback" not in done.err


def test_whoever_stops_reading_ends_the_command_quietly() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    command = [sys.executable, "-m", "docgen", "template", "fields"]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (130, "")


def test_a_command_without_stdout_does_its_work(tmp_path: Path) -> None:
    target = tmp_path / "kit"
    command = ["sh", "-c", 'exec "$0" -m docgen kits --copy "$1" >&-', sys.executable, str(target)]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert (target / "kit.yaml").exists()


@pytest.mark.slow
def test_a_terminal_is_shown_how_many_packets_there_are(tmp_path: Path) -> None:
    sources = [INPUTS / "accepted.xlsx", INPUTS / "manual.xlsx"]
    code, shown = on_terminal("packet", *sources, "-o", tmp_path)
    assert code == 0
    for part in ("packets", "0/2", "1/2"):
        assert part in shown
    assert on_terminal("packet", *sources, "-o", tmp_path, "-q") == (0, "")


def test_the_installed_command_and_the_module_agree(tmp_path: Path) -> None:
    for command in ([str(Path(sys.executable).with_name("docgen"))], [sys.executable, "-m", "docgen"]):
        if shutil.which(command[0]):
            done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True, cwd=tmp_path)
            assert done.stdout.startswith("docgen, version")


def test_kits_lists_and_copies(run: Run, tmp_path: Path) -> None:
    assert "caller-number" in run("kits").out
    target = tmp_path / "mine"
    assert run("kits", "--copy", target).code == 0
    assert {path.name for path in target.iterdir()} >= {"kit.yaml", "form.docx", "contract.docx", "review.html"}
    assert run("check", INPUTS / "accepted.xlsx", "--kit", target).code == 0
    assert json.loads(run("check", INPUTS / "accepted.xlsx", "--kit", target, "--json").out)["kit"] == "mine"
    assert run("kits", "--copy", target).code == 2


# -- the answers, as understood beside as written ------------------------------------------------------


def test_check_shows_each_answer_as_written_and_as_understood(run: Run, tmp_path: Path) -> None:
    script = "您好，" + "这是一段很长的话术，" * 30 + "谢谢。"
    source = workbook(
        tmp_path / "a.xlsx", form_text({**GOOD, "daily_calls": "5千", "main_script": script, "total_calls": "很多"})
    )
    lines = run("check", source).out.splitlines()
    assert "  公司名称: 北京示例科技有限公司 [C3]" in lines, "what is understood as it was written stands there once"
    assert "  每日外呼量: 5千 → 5,000 [C14]" in lines
    assert "  整体外呼量: 很多 → — [C15]" in lines
    assert f"  关键流程话术: {script} [C12]" in lines, "nothing is cut where it goes to a file"
    assert lines.index("  整体外呼量: 很多 → — [C15]") < next(at for at, line in enumerate(lines) if "count-unreadable" in line or "无法识别" in line)  # fmt: skip


def test_quiet_check_prints_the_verdict_alone(run: Run, tmp_path: Path) -> None:
    source = workbook(tmp_path / "a.xlsx", form_text(GOOD) + "\n# 备忘\n| 周五回访 |\n")
    done = run("check", "-q", source)
    assert done.out.splitlines() == [f"北京示例科技有限公司  accepted  {source} · 信息收集统计表"]
