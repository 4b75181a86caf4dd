"""The register of final contracts: a number for each, none twice, none missing, whatever dies in between."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import queries
from conftest import GOOD, ROOT, Run
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from tables import form_text, workbook

import docgen
from docgen.errors import SourceError, WriteError
from docgen.output import staged
from docgen.packet import register, registration
from docgen.packet.duplicates import Customer, probable
from docgen.packet.register import Detail, Entry
from docgen.packet.register_export import as_csv, as_ics, as_xlsx

INPUTS = ROOT / "inputs"
DATE = ("--date", "2026-11-23")
#: Issues a contract of its own content under the next number; `killed` functions end the process there.
SCRIPT = """
import os, signal, sys
from pathlib import Path
from docgen.output import staged
from docgen.packet import register
from docgen.packet.register import Entry, Register

book, folder, name, when, what = sys.argv[1:6]

def dying(function):
    def call(*args, **options):
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **options)
        os.kill(os.getpid(), signal.SIGKILL)
        return result
    return call

owner = {"stage_file": staged, "publish_file": staged}.get(what, Register)
if what:
    setattr(owner, what, dying(getattr(owner, what)))
for number in range(int(sys.argv[6])):
    with register.opened(Path(book)) as opened:
        position = opened.next_position("S", lambda at: f"S-{at}")
        entry = Entry(f"S-{position}", name, (), None, "", 0, (), "S", position)
        opened.record(entry, f"contract S-{position}".encode(), Path(folder, f"{name}-{number}.txt"))
"""


def start(
    book: Path, folder: Path, name: str, when: str = "", what: str = "", count: int = 1
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", SCRIPT, str(book), str(folder), name, when, what, str(count)]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def assert_sound(book: Path, folder: Path) -> list[Entry]:
    """No gap, no number without its document, no document without a number, nothing left half-written."""
    entries = register.read(book)
    assert sorted(entry.position or 0 for entry in entries) == list(range(1, len(entries) + 1))
    assert {entry.state for entry in entries} <= {"issued"}
    documents = {path.resolve(): path.read_bytes() for path in folder.iterdir()}
    assert documents == {Path(entry.file): f"contract {entry.number}".encode() for entry in entries}
    for entry in entries:
        assert entry.sha256 == hashlib.sha256(documents[Path(entry.file)]).hexdigest()
    return entries


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "contracts"
    made.mkdir()
    return made


@pytest.mark.slow
@pytest.mark.parametrize("what", ["stage_file", "_insert", "publish_file", "_issue"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_step_leaves_neither_a_gap_nor_a_document_without_number(
    tmp_path: Path, folder: Path, what: str, when: str
) -> None:
    book = tmp_path / "book.db"
    assert start(book, folder, "first").wait() == 0
    assert start(book, folder, "dead", when, what).wait() == -signal.SIGKILL
    is_out = (folder / "dead-0.txt").exists()
    assert is_out == ((what, when) in {("publish_file", "after"), ("_issue", "before"), ("_issue", "after")})
    assert start(book, folder, "next").wait() == 0
    entries = assert_sound(book, folder)
    assert [entry.customer for entry in entries] == ["first", "dead", "next"] if is_out else ["first", "next"]


def test_to_look_into_it_is_enough_to_recover(tmp_path: Path, folder: Path) -> None:
    book = tmp_path / "book.db"
    assert start(book, folder, "dead", "after", "_insert").wait() == -signal.SIGKILL
    assert register.read(book) == []
    assert list(folder.iterdir()) == []


def test_a_document_that_was_out_and_edited_since_keeps_its_number(tmp_path: Path, folder: Path) -> None:
    book = tmp_path / "book.db"
    assert start(book, folder, "dead", "after", "publish_file").wait() == -signal.SIGKILL
    (folder / "dead-0.txt").write_text("signed", encoding="utf-8")
    (entry,) = register.read(book)
    assert (entry.number, entry.state) == ("S-1", "issued")


def test_what_another_machine_has_begun_is_left_to_it(tmp_path: Path, folder: Path) -> None:
    book = tmp_path / "book.db"
    assert start(book, folder, "dead", "after", "_insert").wait() == -signal.SIGKILL
    (hidden,) = folder.iterdir()
    elsewhere = hidden.rename(tmp_path / "elsewhere")
    connection = sqlite3.connect(book)
    connection.execute("UPDATE contracts SET maker = 'another'")
    connection.commit()
    connection.close()
    assert [entry.state for entry in register.read(book)] == ["pending"]
    assert start(book, folder, "next").wait() == 0
    assert [entry.number for entry in register.read(book)] == ["S-1", "S-2"]
    elsewhere.rename(hidden)
    assert [entry.number for entry in register.read(book)] == ["S-2"]
    assert start(book, folder, "last").wait() == 0
    assert {entry.number for entry in assert_sound(book, folder)} == {"S-1", "S-2"}


def test_processes_at_once_get_numbers_of_their_own(tmp_path: Path, folder: Path) -> None:
    book = tmp_path / "book.db"
    running = [start(book, folder, f"p{number}", count=5) for number in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    assert len(assert_sound(book, folder)) == 20


def test_what_cannot_be_written_uses_no_number(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_hidden: Path, path: Path) -> None:
        raise WriteError(f"{path} cannot be written: No space left on device")

    entry = Entry("S-1", "x", (), None, "", 0, (), "S", 1)
    with monkeypatch.context() as patch:
        patch.setattr(staged, "publish_file", refuse)
        with pytest.raises(WriteError), register.opened(tmp_path / "book.db") as opened:
            opened.record(entry, b"contract S-1", folder / "a.txt")
    assert list(folder.iterdir()) == []
    with register.opened(tmp_path / "book.db") as opened:
        opened.record(entry, b"contract S-1", folder / "a.txt")
    assert len(assert_sound(tmp_path / "book.db", folder)) == 1


# -- the command line ------------------------------------------------------------------------------


@pytest.fixture
def terms(tmp_path: Path) -> Path:
    """The sample's terms without a number."""
    path = tmp_path / "terms.yaml"
    text = (INPUTS / "terms.yaml").read_text(encoding="utf-8")
    path.write_text(re.sub(r"^contract_no:.*\n", "", text, flags=re.MULTILINE), encoding="utf-8")
    return path


def test_a_final_contract_takes_the_next_number_of_its_year(run: Run, tmp_path: Path, terms: Path) -> None:
    book = tmp_path / "book.db"
    for number, date in (
        ("HT-2026-0001", "2026-11-23"),
        ("HT-2026-0002", "2026-12-01"),
        ("HT-2027-0001", "2027-01-04"),
    ):
        out = tmp_path / f"{number}.docx"
        done = run("contract", INPUTS / "accepted.xlsx", "--terms", terms, "--final", "--register", book, "-o", out,
                   "--date", date)  # fmt: skip
        assert done.code == 0, done.err
        assert done.err.splitlines()[-1] == f"recorded {number} in {book}"
        assert number in queries.all_text(out.read_bytes())
    entry = register.read(book)[0]
    known = {detail.key: detail.text for detail in entry.details}
    assert known["company_name"] == entry.customer == "北京示例科技有限公司"
    assert (known["prepayment"], known["price_per_minute"], known["term_months"]) == ("12000.00", "0.12", "12")
    assert (known["service_start"], entry.expires) == ("2026-12-15", "2027-12-14")
    assert entry.sha256 == hashlib.sha256((tmp_path / "HT-2026-0001.docx").read_bytes()).hexdigest()


def test_a_number_of_the_terms_is_recorded_as_it_is_and_only_once(run: Run, tmp_path: Path, terms: Path) -> None:
    book, own = tmp_path / "book.db", tmp_path / "own.yaml"
    base = ("contract", INPUTS / "accepted.xlsx", "--final", "--register", book, *DATE)
    own.write_text(terms.read_text(encoding="utf-8") + "contract_no: HT-2026-0001\n", encoding="utf-8")
    assert run(*base, "--terms", own, "-o", tmp_path / "a.docx").code == 0
    done = run(*base, "--terms", own, "-o", tmp_path / "b.docx")
    assert done.code == 7
    assert "the number HT-2026-0001 is there already" in done.err
    assert not (tmp_path / "b.docx").exists()
    assert run(*base, "--terms", terms, "-o", tmp_path / "c.docx").code == 0
    assert [(e.number, e.position) for e in register.read(book)] == [("HT-2026-0001", None), ("HT-2026-0002", 2)]


def test_only_a_final_contract_that_is_made_is_recorded(run: Run, tmp_path: Path, terms: Path) -> None:
    book, out = tmp_path / "book.db", tmp_path / "a.docx"
    accepted, manual = INPUTS / "accepted.xlsx", INPUTS / "manual.xlsx"
    rest = ("--register", book, "-o", out, *DATE)
    assert run("contract", accepted, "--terms", terms, *rest).code == 2
    assert run("contract", accepted, "--terms", terms, "--final", "--compare", accepted, *rest).code == 2
    assert not book.exists()
    assert run("contract", accepted, "--final", *rest).code == 4
    assert run("contract", manual, "--terms", terms, "--final", *rest).code == 4
    assert run("contract", INPUTS / "rejected.xlsx", "--terms", terms, "--final", *rest).code == 5
    assert register.read(book) == []
    assert not out.exists()
    out.write_bytes(b"mine")
    assert run("contract", accepted, "--terms", terms, "--final", *rest).code == 7
    assert register.read(book) == []
    assert out.read_bytes() == b"mine"
    assert run("contract", manual, "--terms", terms, "--final", "--reviewed-by", "李审核", "--force", *rest).code == 0
    (entry,) = register.read(book)
    assert entry.number == "HT-2026-0001"
    assert "李审核" in {detail.text for detail in entry.details}


def test_a_kit_without_numbers_keeps_no_register(run: Run, tmp_path: Path, terms: Path) -> None:
    mine = tmp_path / "mine"
    run("kits", "--copy", mine)
    text = (mine / "kit.yaml").read_text(encoding="utf-8")
    start, end = text.index("contracts:\n"), text.index("# What the Excel sheet says beside")
    for changed, code in (
        (text[:start] + text[end:], 2),
        (text.replace("HT-{year}-{seq:04}", "HT-{year}"), 6),
        (text.replace("HT-{year}-{seq:04}", "HT-{customer}-{seq}"), 6),
        (text.replace("field: contract_no", "field: contract_nr"), 6),
    ):
        (mine / "kit.yaml").write_text(changed, encoding="utf-8")
        done = run("contract", INPUTS / "accepted.xlsx", "--kit", mine, "--terms", terms, "--final", "--register",
                   tmp_path / "book.db", "-o", tmp_path / "a.docx")  # fmt: skip
        assert done.code == code, done.err
        assert "kit.yaml" in done.err


def test_the_register_is_listed_and_exported(run: Run, tmp_path: Path, terms: Path) -> None:
    book = tmp_path / "book.db"
    for name in ("a", "b"):
        run("contract", INPUTS / "accepted.xlsx", "--terms", terms, "--final", "--register", book,
            "-o", tmp_path / f"{name}.docx", *DATE)  # fmt: skip
    listed = run("register", "list", book)
    assert listed.code == 0
    for told in ("HT-2026-0001", "HT-2026-0002", "北京示例科技有限公司", "2027-12-14", "a.docx"):
        assert told in listed.out
    assert "may be the same" not in listed.out, "two contracts of one customer are nothing odd"
    for suffix in ("xlsx", "csv", "ics"):
        assert run("register", "export", book, "-o", tmp_path / f"out.{suffix}").code == 0
        assert run("register", "export", book, "-o", tmp_path / f"out.{suffix}").code == 7
    sheet = load_workbook(tmp_path / "out.xlsx").worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    head = {label: column for column, label in enumerate(rows[0])}
    assert rows[1][head["合同编号"]] == "HT-2026-0001"
    assert rows[1][head["预付款"]] == 12000
    assert rows[1][head["到期日"]] == dt.datetime(2027, 12, 14)
    table = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8-sig"))))
    assert [row[0] for row in table] == ["合同编号", "HT-2026-0001", "HT-2026-0002"]
    events = (tmp_path / "out.ics").read_text(encoding="utf-8")
    assert events.count("BEGIN:VEVENT") == 2
    assert "DTSTART;VALUE=DATE:20271214" in events
    assert run("register", "export", book, "-o", tmp_path / "out.pdf").code == 2


def test_what_is_no_register_is_told_in_a_line(run: Run, tmp_path: Path, terms: Path) -> None:
    text, other = tmp_path / "text.db", tmp_path / "other.db"
    text.write_text("no database, " * 100, encoding="utf-8")
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE x (y)")
    connection.commit()
    connection.close()
    assert run("register", "list", tmp_path / "none.db").code == 3
    for path in (text, other):
        before = path.read_bytes()
        done = run("register", "list", path)
        assert done.code == 3
        assert done.err.startswith(f"error: {path}: ")
        done = run("contract", INPUTS / "accepted.xlsx", "--terms", terms, "--final", "--register", path,
                   "-o", tmp_path / "a.docx")  # fmt: skip
        assert done.code == 7
        assert path.read_bytes() == before
        assert not (tmp_path / "a.docx").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_register_that_cannot_be_written_is_read(tmp_path: Path, folder: Path) -> None:
    book = tmp_path / "book.db"
    assert start(book, folder, "first").wait() == 0
    book.chmod(0o444)
    assert [entry.number for entry in register.read(book)] == ["S-1"]


def test_a_damaged_register_is_an_error_of_one_line(tmp_path: Path, folder: Path) -> None:
    book = tmp_path / "book.db"
    assert start(book, folder, "first").wait() == 0
    connection = sqlite3.connect(book)
    connection.execute("UPDATE contracts SET details = 'x'")
    connection.commit()
    connection.close()
    with pytest.raises(SourceError, match="damaged register"):
        register.read(book)


def test_programs_issue_too(tmp_path: Path, terms: Path) -> None:
    (case,) = docgen.read(INPUTS / "accepted.xlsx", "caller-number", terms=terms)
    entry = case.issue(tmp_path / "a.docx", tmp_path / "book.db", date=dt.date(2026, 11, 23))
    assert entry.number == "HT-2026-0001"
    assert (tmp_path / "a.docx").is_file()


@pytest.mark.parametrize(
    ("starts", "months", "ends"),
    [
        ("2026-12-15", 12, "2027-12-14"), ("2027-01-01", 12, "2027-12-31"), ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"), ("2027-03-31", 3, "2027-06-30"), ("2027-12-01", 1, "2027-12-31"),
    ],
)  # fmt: skip
def test_the_last_day_of_a_contract(starts: str, months: int, ends: str) -> None:
    assert registration._expires(dt.date.fromisoformat(starts), months) == dt.date.fromisoformat(ends)


# -- exports: values are data ----------------------------------------------------------------------

TEXTS = st.one_of(
    st.text(max_size=200), st.sampled_from(["=1+1", "+86", "-1", "@x", "\tx", "a\r\nBEGIN:VEVENT", "a,b;c\\"])
)


def entry_of(text: str) -> Entry:
    details = (
        Detail("number", text, "text", text), Detail("a", "金额", "number", text), Detail("d", "日期", "date", text),
        Detail("date", "文件日期", "date", "2026-11-23"),
    )  # fmt: skip
    return Entry(text, text, (), "2027-12-14", text, 30, details)


@given(TEXTS)
def test_a_workbook_holds_no_formula_and_csv_nothing_like_one(text: str) -> None:
    sheet = load_workbook(io.BytesIO(as_xlsx([entry_of(text)]))).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    content = as_csv([entry_of(text)]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert len(rows) == 2
    assert not [cell for row in rows for cell in row if cell[:1] in {*"=+-@\t\r"} and cell]


@given(TEXTS)
def test_a_calendar_has_no_line_that_a_value_has_begun(text: str) -> None:
    content = as_ics([entry_of(text)])
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in content.replace(b"\r\n", b"")
    unfolded = content.replace(b"\r\n ", b"").split(b"\r\n")
    assert [line for line in unfolded if line.startswith(b"BEGIN:")] == [
        b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", b"BEGIN:VALARM",
    ]  # fmt: skip
    assert len(unfolded) == 19


# -- customers who may be the same -----------------------------------------------------------------


def reasons(*customers: tuple[str, str]) -> list[tuple[list[str], tuple[str, ...]]]:
    found = probable([Customer(name, (mark,) if mark else (), str(n)) for n, (name, mark) in enumerate(customers)])
    return [([customer.place for customer in one.customers], one.reasons) for one in found]


def test_the_same_number_or_code_or_a_name_alike_is_told() -> None:
    assert reasons(("甲示例有限公司", "1"), ("乙样例有限公司", "1")) == [(["0", "1"], ("same number or code",))]
    assert reasons(("北京示例科技有限公司", ""), ("北京示列科技有限公司", ""), ("上海样例商贸有限公司", "")) == [
        (["0", "1"], ("name alike",))
    ]
    assert reasons(("北京示例科技有限公司", ""), ("北京示例科技有限公司", "")) == [(["0", "1"], ("same name",))]
    assert reasons(("北京示例科技（集团）有限公司", ""), ("北京示例科技有限公司", "")) == [
        (["0", "1"], ("name alike",))
    ]


def test_companies_that_only_end_alike_are_different() -> None:
    assert reasons(("甲乙有限公司", ""), ("丙丁有限公司", ""), ("北京戊有限公司", ""), ("上海戊有限公司", "")) == []
    assert reasons(("甲", ""), ("乙", ""), ("", ""), ("丙", "")) == []


def test_check_lists_customers_who_may_be_the_same_and_nobodys_papers_do(run: Run, tmp_path: Path) -> None:
    one = workbook(tmp_path / "a.xlsx", form_text(GOOD))
    two = workbook(tmp_path / "b.xlsx", form_text({**GOOD, "company_name": "北京示列科技有限公司"}))
    done = run("check", one, two)
    assert "may be the same customer (name alike, same number or code)" in done.out
    assert "may be the same" not in run("check", one).out
    for intake in run("check", one, two, "--json").json["intakes"]:
        assert not [finding for finding in intake["findings"] if "同一" in finding["message"]]


@given(st.lists(st.tuples(st.text("甲乙丙丁示例有限公司", max_size=8), st.sampled_from(["", "1", "2"])), max_size=12))
def test_nobody_is_in_two_groups_and_each_group_has_reasons(customers: list[tuple[str, str]]) -> None:
    found = reasons(*customers)
    places = [place for group, _ in found for place in group]
    assert len(places) == len(set(places))
    assert all(len(group) > 1 and why for group, why in found)


def test_numbers_tell_apart_what_is_named_alike() -> None:
    assert probable([Customer(f"北京示例{number:05}科技有限公司", (), "") for number in range(3000)]) == []


def test_the_report_of_a_run_lists_them_and_keeps_no_number_in_clear(run: Run, tmp_path: Path) -> None:
    sources, out = tmp_path / "sources", tmp_path / "out"
    sources.mkdir()
    for name, changes in (
        ("a", {}),
        ("b", {"company_name": "上海样例商贸有限公司"}),
        ("c", {"company_name": "成都样例教育咨询有限公司", "contact_mobile": "13900139000"}),
    ):
        workbook(sources / f"{name}.xlsx", form_text({**GOOD, **changes}))
    assert run("batch", sources, "-o", out, "--only", "form", "--jobs", 1).code == 0
    rows = list(load_workbook(out / "report.xlsx")["same customers"].iter_rows(values_only=True))
    assert rows[0] == ("group", "why", "name", "place")
    assert [row[:3] for row in rows[1:]] == [
        (1, "same number or code", "北京示例科技有限公司"),
        (1, "same number or code", "上海样例商贸有限公司"),
    ]
    for path in (out / "journal.jsonl", out / "report.html"):
        assert "13800138000" not in path.read_text(encoding="utf-8")
