"""docgen from Python: the names of the public API, what they give and raise, in one thread and in several."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import inspect
import io
import json
import pkgutil
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import queries
from batches import companies, table
from conftest import DATE, GOOD, ROOT, Run
from pypdf import PdfReader
from tables import form_text, workbook

import docgen
from docgen.errors import NotReadyError, SystemMissingError, UsageError, WriteError
from docgen.model.intake import Verdict

INPUTS = ROOT / "inputs"
ACCEPTED, CUSTOMERS = INPUTS / "accepted.xlsx", INPUTS / "customers.xlsx"
TERMS = INPUTS / "terms.yaml"


@pytest.fixture(scope="module")
def mine() -> docgen.Kit:
    """The kit as programs load it."""
    return docgen.Kit.load("caller-number")


# -- the names -------------------------------------------------------------------------------------


def test_the_public_names_are_few_documented_and_shadowed_by_no_module() -> None:
    assert len(docgen.__all__) == 7
    modules = {module.name for module in pkgutil.iter_modules(docgen.__path__)}
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    for name in docgen.__all__:
        assert name not in modules
        assert inspect.getdoc(getattr(docgen, name))
        assert f"| `{name}` |" in page
    assert set(docgen.__all__) <= set(dir(docgen))
    assert not hasattr(docgen, "nothing")
    assert (Path(docgen.__path__[0]) / "py.typed").exists()


def test_importing_docgen_loads_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import docgen; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = done.stdout.strip()
    assert "'docgen'" in loaded
    assert "docgen." not in loaded
    heavy = {"pydantic", "jinja2", "yaml", "openpyxl", "weasyprint", "docx", "click", "rich"}
    assert not heavy & set(re.findall(r"'(\w+)", loaded))


@pytest.mark.slow
def test_the_examples_of_the_manual_run_and_print_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(INPUTS, tmp_path, dirs_exist_ok=True)
    shutil.copytree(INPUTS, tmp_path / "inputs")
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```python\n(.*?)^```(?:\n```text\n(.*?)^```)?", page, re.DOTALL | re.MULTILINE)
    assert len(examples) >= 8
    names: dict[str, Any] = {"__name__": "__main__"}
    for code, shown in examples:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "library.md", "exec"), names)
        lines = (
            r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n" for line in shown.splitlines()
        )
        assert re.fullmatch("".join(lines), printed.getvalue()), (code, printed.getvalue())


# -- reading ---------------------------------------------------------------------------------------


def test_a_path_bytes_and_a_stream_give_the_same(mine: docgen.Kit) -> None:
    content = CUSTOMERS.read_bytes()
    with CUSTOMERS.open("rb") as stream:
        every = [
            list(docgen.read(source, kit, name="客户.xlsx"))
            for source, kit in (
                (CUSTOMERS, mine), (str(CUSTOMERS), "caller-number"), (content, mine), (bytearray(content), mine.folder),
                (io.BytesIO(content), mine), (stream, mine),
            )
        ]  # fmt: skip
    assert all([case.as_json() for case in cases] == [case.as_json() for case in every[0]] for cases in every)
    assert [case.row for case in every[0]] == [4, 5, 7, 8, 9, 10, 11]
    assert {case.source for case in every[0]} == {"客户.xlsx"}


def test_a_case_says_what_the_command_line_says(mine: docgen.Kit, run: Run) -> None:
    said = run("check", CUSTOMERS, "--json", "--terms", TERMS).json["intakes"]
    cases = list(docgen.read(CUSTOMERS, mine, terms=TERMS))
    assert json.loads(json.dumps([case.as_json() for case in cases])) == said
    for case, intake in zip(cases, said, strict=True):
        assert (case.name, case.verdict, case.sheet, case.row) == (
            intake["name"], intake["verdict"], intake["sheet"], intake["row"],
        )  # fmt: skip
        assert case.ready is (intake["verdict"] in {"accepted", "manual"})
        assert [(f.code, f.cell, f.message, f.remedy) for f in case.findings] == [
            (f["code"], f["cell"], f["message"], f["remedy"]) for f in intake["findings"]
        ]
        assert case.values["company_name"] == intake["values"]["company_name"]


def test_bytes_without_a_name_are_named_by_their_content(mine: docgen.Kit) -> None:
    content = ACCEPTED.read_bytes()
    (case,) = docgen.read(content, mine)
    assert case.source == f"source-{hashlib.sha256(content).hexdigest()[:8]}"


def test_nothing_of_bytes_stays_on_the_disk(mine: docgen.Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    cases = docgen.read(CUSTOMERS.read_bytes(), mine)
    case = next(iter(cases))
    assert [path.stat().st_mode & 0o077 for path in tmp_path.iterdir()] == [0]
    del cases
    assert case.review().startswith(b"%PDF")  # as long as anybody may ask for the source
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del case
    assert list(tmp_path.iterdir()) == []


def test_texts_outside_of_intakes_are_no_case_s(mine: docgen.Kit, run: Run, tmp_path: Path) -> None:
    source = workbook(tmp_path / "a.xlsx", f"{form_text(GOOD)}\n# 备忘\n| 周五回访 | 小李 |\n")
    cases = docgen.read(source, mine)
    assert [case.unrecognised for case in cases] == [()]
    assert [(text.sheet, text.cell, text.text) for text in cases.outside] == [("备忘", None, "备忘")]
    assert run("check", source, "--json").json["outside"] == [
        {"source": str(source), "sheet": "备忘", "cell": None, "text": "备忘"}
    ]
    assert f"not understood: {source}!备忘: 备忘" in "".join(run("check", source).out.split("\n"))
    (case,) = cases
    pages = PdfReader(io.BytesIO(case.review())).pages
    assert "备忘" not in "".join(page.extract_text() for page in pages)


@pytest.mark.parametrize(
    "terms", [TERMS, str(TERMS), {"contract_no": "HT-001", "price_per_minute": "0.12"}, None], ids=repr
)
def test_terms_are_given_as_a_file_or_as_written(mine: docgen.Kit, terms: Any) -> None:
    for given in (terms, mine.load_terms(terms)):
        (case,) = docgen.read(ACCEPTED, mine, terms=given)
        assert ("合同编号" in case.contract().pending) is (terms is None)


# -- what is raised, and what is not ----------------------------------------------------------------


@pytest.mark.slow
def test_bad_answers_raise_nothing(mine: docgen.Kit) -> None:
    for answer in ("？", "=1/0", "{{ 7*7 }}", "\u202e很多", "1" * 50):
        content = workbook(Path(tempfile.mkdtemp()) / "a.xlsx", form_text(dict.fromkeys(GOOD, answer))).read_bytes()
        (case,) = docgen.read(content, mine)
        assert case.verdict is Verdict.INCOMPLETE
        assert case.form()
        assert case.correction_sheet()
    assert case.review()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"", "scan.pdf: the file is empty"),
        (b"%PDF-1.7", "scan.pdf: this is a PDF file, which is not read"),
        (b"PK\x03\x04", "scan.pdf: the file is damaged"),
        (INPUTS / "terms.yaml", "holds no intake"),
        (INPUTS, "cannot be read: Is a directory"),
        (INPUTS / "nowhere.xlsx", "cannot be read: No such file"),
    ],
)
def test_what_is_no_source_is_a_source_error_with_a_hint(mine: docgen.Kit, source: Any, said: str) -> None:
    with pytest.raises(docgen.SourceError) as caught:
        docgen.read(source, mine, name="scan.pdf" if isinstance(source, bytes) else None)
    assert said in caught.value.message
    assert caught.value.hint
    assert isinstance(caught.value, docgen.DocgenError)


def test_kits_and_terms_that_are_wrong(mine: docgen.Kit, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'caller-number'"):
        docgen.Kit.load("caller-numbr")
    (tmp_path / "kit.yaml").write_text("name: broken\n", encoding="utf-8")
    with pytest.raises(docgen.KitError) as caught:
        docgen.Kit.load(tmp_path)
    assert len(caught.value.problems) > 1
    with pytest.raises(docgen.SourceError, match="did you mean 'contract_no'"):
        docgen.read(ACCEPTED, mine, terms={"contract_n": "1"})
    with pytest.raises(UsageError, match="no such file"):
        docgen.read(ACCEPTED, mine, terms="nowhere.yaml")
    with pytest.raises(UsageError, match="binary"):
        docgen.read(io.StringIO("公司名称,甲"), mine)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="only a batch run"):
        docgen.read("s3://bucket/a.xlsx", mine)


def test_a_contract_waits_for_the_verdict_and_a_final_one_for_its_values(mine: docgen.Kit) -> None:
    (rejected,) = docgen.read(INPUTS / "rejected.xlsx", mine)
    with pytest.raises(NotReadyError, match="the intake is rejected") as caught:
        rejected.contract()
    assert "allow_unready=True" in caught.value.hint
    assert rejected.contract(allow_unready=True).startswith(b"PK")
    (accepted,) = docgen.read(ACCEPTED, mine)
    with pytest.raises(NotReadyError, match="values are pending") as caught:
        accepted.contract(final=True)
    assert caught.value.pending == accepted.contract().pending
    (complete,) = docgen.read(ACCEPTED, mine, terms=TERMS)
    assert complete.contract(final=True).pending == ()


# -- documents -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_programs_and_the_command_line_make_the_same_bytes(mine: docgen.Kit, run: Run, tmp_path: Path) -> None:
    day = ("--date", DATE.isoformat())
    (case,) = docgen.read(ACCEPTED, mine, terms=TERMS, date=DATE)
    for command, content in {
        "form": case.form(), "review": case.review(), "contract": case.contract(),
        "return": case.correction_sheet(), "blank sheet": mine.blank_sheet(), "blank form": mine.blank_form(DATE),
    }.items():  # fmt: skip
        target = tmp_path / command
        source = [] if command.startswith("blank") else [ACCEPTED, "--terms", TERMS]
        run(*command.split(), *source, "-o", target, *([] if command == "blank sheet" else day))
        assert target.read_bytes() == content, command
    run("packet", ACCEPTED, "--terms", TERMS, "-o", tmp_path / "theirs", *day)
    packet = case.save(tmp_path / "ours", name=case.name)
    theirs = {path.name: path.read_bytes() for path in (tmp_path / "theirs" / case.name).iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "ours" / case.name).iterdir()} == theirs
    assert (packet.name, packet.verdict, packet.pending) == (case.name, "accepted", ())


def test_the_date_is_that_of_reading_or_of_its_own(mine: docgen.Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    (plain,) = docgen.read(ACCEPTED, mine)
    (dated,) = docgen.read(ACCEPTED, mine, date=dt.date(2025, 3, 4))
    assert "1970年1月1日" in queries.text(plain.contract())
    assert "2025年3月4日" in queries.text(dated.contract())
    assert "2025年5月6日" in queries.text(dated.contract(date=dt.date(2025, 5, 6)))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        plain.form()


@pytest.mark.slow
def test_packets_of_one_name_are_folders_of_their_own_and_work_is_not_lost(mine: docgen.Kit, tmp_path: Path) -> None:
    source = table(tmp_path / "t.xlsx", ["示例有限公司"] * 2)
    packets = [case.save(tmp_path / "out") for case in docgen.read(source, mine)]
    assert len({packet.folder for packet in packets}) == 2
    assert all(re.fullmatch("示例有限公司-[0-9a-f]{8}", packet.folder.name) for packet in packets)
    contract = packets[0].files["contract"]
    assert contract is not None
    contract.write_bytes(b"a lawyer's work")
    case = next(iter(docgen.read(source, mine)))
    with pytest.raises(WriteError, match="would be lost"):
        case.save(tmp_path / "out")
    assert contract.read_bytes() == b"a lawyer's work"
    case.save(tmp_path / "out", force=True)
    assert contract.read_bytes() != b"a lawyer's work"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often this process opens each file, and as `whole PATH` how often it reads all of one."""
    counts: Counter[str] = Counter()
    open_, read_bytes = io.open, Path.read_bytes

    def counting(file: Any, *arguments: Any, **options: Any) -> Any:
        counts[str(file)] += 1
        return open_(file, *arguments, **options)

    def reading(path: Path) -> bytes:
        counts[f"whole {path}"] += 1
        return read_bytes(path)

    monkeypatch.setattr(io, "open", counting)
    monkeypatch.setattr(Path, "read_bytes", reading)
    return counts


@pytest.mark.slow
def test_a_source_is_opened_as_often_for_many_intakes_as_for_one(
    mine: docgen.Kit, tmp_path: Path, opened: Counter[str]
) -> None:
    sources = {rows: table(tmp_path / f"{rows}.xlsx", companies(rows)) for rows in (1, 4)}
    opened.clear()
    for rows, source in sources.items():
        packets = [case.save(tmp_path / "out") for case in docgen.read(source, mine)]
        assert len(packets) == rows
    once, often = (opened[str(source)] for source in sources.values())
    assert once == often <= 4  # to see what it is, to read its cells, and for its hash
    assert not any(opened[f"whole {source}"] for source in sources.values())  # a table is attached to no review


@pytest.mark.slow
def test_a_command_reads_a_source_once_for_all_its_packets(run: Run, tmp_path: Path, opened: Counter[str]) -> None:
    source = table(tmp_path / "t.xlsx", companies(3))
    opened.clear()
    assert run("packet", source, "-o", tmp_path / "out").code == 0
    assert opened[str(source)] == 1  # for the hash in the manifests; a child process reads the cells


# -- threads ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_twelve_renders_in_four_threads_give_equal_bytes(mine: docgen.Kit) -> None:
    content = {path: path.read_bytes() for path in (ACCEPTED, INPUTS / "manual.xlsx", INPUTS / "own-numbers.xlsx")}

    def render(path: Path) -> list[bytes]:
        (case,) = docgen.read(content[path], mine, terms=TERMS, date=DATE, name=path.name)
        return [
            case.form(),
            case.review(),
            case.contract(),
            case.correction_sheet(),
            *(f.code.encode() for f in case.findings),
        ]

    expected = {path: render(path) for path in content}
    before = list(warnings.filters)
    with ThreadPoolExecutor(4) as pool:
        made = [(path, pool.submit(render, path)) for path in list(content) * 4]
    assert len(made) == 12
    assert all(future.result() == expected[path] for path, future in made)
    assert list(warnings.filters) == before


@pytest.mark.slow
def test_threads_may_begin_with_a_kit_that_nobody_has_used(mine: docgen.Kit, tmp_path: Path) -> None:
    shutil.copytree(mine.folder, tmp_path / "kit")

    def render(_number: int) -> list[bytes]:
        (case,) = docgen.read(ACCEPTED, tmp_path / "kit", date=DATE)
        return [case.form(), case.review(), case.contract()]

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(render, range(4)))
    assert all(one == made[0] for one in made)


# -- many sources ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_batch_run_from_a_program(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    shutil.copytree(INPUTS, sources)
    (sources / "bad.xlsx").write_bytes(b"PK\x03\x04")
    lines: list[str] = []
    out = tmp_path / "out"
    result = docgen.run_batch([sources], out, only=["contract"], jobs=1, date=DATE, progress=lines.append)
    assert (result.made, result.failed) == (13, 1)
    assert sum(result.verdicts.values()) == 13
    assert result.report == out / "report.html"
    assert result.report.exists()
    assert sum(line.startswith("error: ") and "bad.xlsx" in line for line in lines) == 1
    assert sum(": passed over: " not in line for line in lines) == 14
    assert result.passed_over == sum(": passed over: " in line for line in lines)
    (sources / "bad.xlsx").unlink()
    again = docgen.run_batch([sources], out, only=["contract"], jobs=1, date=DATE, resume=True)
    assert (again.made, again.failed) == (13, 0)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"only": ["poem"]}, UsageError, "form, review, contract"),
        ({"kit": "nothing"}, UsageError, "no such kit"),
        ({"cluster": "tcp://127.0.0.1:1", "jobs": 2}, UsageError, "--jobs is for this machine"),
        ({"cluster": "nonsense"}, (UsageError, SystemMissingError), "nonsense"),
    ],
)
def test_a_batch_that_cannot_begin_says_why(tmp_path: Path, options: dict[str, Any], error: Any, said: str) -> None:
    with pytest.raises(error) as caught:
        docgen.run_batch([ACCEPTED], tmp_path / "out", **options)
    assert said in str(caught.value)
    with pytest.raises(UsageError, match="no such file"):
        docgen.run_batch([tmp_path / "nowhere"], tmp_path / "out")
