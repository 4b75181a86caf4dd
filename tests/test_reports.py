"""The reports of a batch run, opened by other libraries than the one that wrote them."""

from __future__ import annotations

import re
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
from batches import SHEETS
from lxml import etree, html
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from docgen.batch import summary, workbook
from docgen.batch.jobs import Failure, Item, Outcome, Outside
from docgen.batch.reports import write_reports
from docgen.batch.run import _report
from docgen.errors import WriteError
from docgen.model.as_json import FindingJson
from docgen.model.intake import Level
from docgen.workers.pool import WorkerDiedError, Workers

NAMES = ["甲公司", "=1+1", "+86", "-5", "@sum", "<script>alert(1)</script>", "甲公司"]
VERDICTS = ["accepted", "manual", "rejected", "incomplete", "accepted", "manual", "manual"]


def finding(rule: str, level: Level, written: str = "") -> FindingJson:
    return {
        "code": rule, "rule": rule, "level": level, "field": "industries", "label": "行业", "sheet": "S", "cell": "B4",
        "written": written, "message": "message", "remedy": "remedy", "ask": None, "clause": "III.1",
    }  # fmt: skip


def outcomes() -> list[Outcome]:
    items = [
        Item("S", row, name, name.casefold(), verdict, [finding("IND-1", Level.REJECT, name), finding("value", Level.ADVICE)],
             f"{name[:3]}包 {row}", ["合同编号"], 5)
        for row, (name, verdict) in enumerate(zip(NAMES, VERDICTS, strict=True), start=2)
    ]  # fmt: skip
    return [
        Outcome("a.xlsx", 0, 4, "", items[:4], [Failure("S row 9", "=cmd", "@mend")], more=True),
        Outcome("a.xlsx", 4, 8, "", items[4:], [], more=False),
        Outcome("b.xlsx", 0, 4, "", [], [Failure("", "b.xlsx: unreadable <b>", "")], more=False),
    ]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    write_reports(out, outcomes())
    return out


def rows(path: Path, sheet: str) -> list[list[Any]]:
    found: list[list[Any]] = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()
    return found


def test_every_intake_finding_and_failure_is_in_the_workbook(written: Path) -> None:
    report = written / "report.xlsx"
    assert CalamineWorkbook.from_path(report).sheet_names == [
        "summary",
        "intakes",
        "findings",
        "failures",
        "same customers",
    ]
    header, *intakes = rows(report, "intakes")
    first = dict(zip(header, intakes[0], strict=True))
    assert [row[3] for row in intakes] == NAMES
    assert (first["source"], first["sheet"], first["row"], first["verdict"]) == ("a.xlsx", "S", 2, "accepted")
    assert (first["reject"], first["advice"], first["invalid"], first["pending"]) == (1, 1, 0, "合同编号")
    assert [row[-1] for row in intakes] == [2, 1, 1, 1, 1, 1, 2], "the same customer twice is pointed out"
    header, *findings = rows(report, "findings")
    assert len(findings) == 2 * len(NAMES)
    assert dict(zip(header, findings[0], strict=True))["cell"] == "B4"
    assert rows(report, "failures")[1:] == [
        ["a.xlsx", "S row 9", "=cmd", "@mend"],
        ["b.xlsx", "", "b.xlsx: unreadable <b>", ""],
    ]
    totals = {row[0]: row[1] for row in rows(report, "summary")}
    assert totals["sources"] == 2
    assert totals["intakes"] == 7
    assert totals["failures"] == 2
    assert totals["customers with several intakes"] == 1
    assert totals["manual"] == 3
    assert totals["IND-1"] == 7


def test_no_text_is_a_formula(written: Path) -> None:
    with zipfile.ZipFile(written / "report.xlsx") as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert not etree.fromstring(archive.read(name)).findall(".//{*}f"), name


def test_equal_outcomes_give_equal_bytes(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 2e9)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        write_reports(tmp_path, outcomes())
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (tmp_path / "report.xlsx").read_bytes() == (written / "report.xlsx").read_bytes()


def test_a_text_too_long_for_a_cell_is_cut_and_what_xml_cannot_hold_left_out(tmp_path: Path) -> None:
    texts = ["𬭎" * 20_000, "甲\x1b\ud800乙\ufffe_x0041_\n丙"]
    write_reports(tmp_path, [Outcome("a.xlsx", 0, 4, "", [], [Failure("S", text, "") for text in texts], more=False)])
    found = [row[2] for row in rows(tmp_path / "report.xlsx", "failures")[1:]]
    assert found[0] == "𬭎" * 16_383
    assert found[1] in {"甲乙_x0041_\n丙", "甲\\u001b\\ud800乙_x0041_\n丙"}


def test_packets_are_linked_and_totals_drawn(written: Path) -> None:
    with zipfile.ZipFile(written / "report.xlsx") as archive:
        links: Any = etree.fromstring(archive.read("xl/worksheets/_rels/sheet2.xml.rels"))
        targets = [unquote(link.get("Target")) for link in links]
        assert targets[:2] == ["甲公司包 2/", "=1+包 3/"]
        charts = [name for name in archive.namelist() if re.match(r"xl/charts/chart\d+\.xml", name)]
        assert len(charts) == 2
        drawn: list[Any] = [etree.fromstring(archive.read(name)) for name in charts]
        texts = {text for chart in drawn for text in chart.xpath("//*[local-name()='f']/text()")}
    cells = {row[0]: number for number, row in enumerate(rows(written / "report.xlsx", "summary"), start=1)}
    verdicts, rules = cells["accepted"], cells["IND-1"]
    assert texts == {
        f"'summary'!$A${verdicts}:$A${verdicts + 3}", f"'summary'!$B${verdicts}:$B${verdicts + 3}",
        f"'summary'!$A${rules}:$A${rules + 1}", f"'summary'!$B${rules}:$B${rules + 1}",
    }  # fmt: skip


def test_what_a_sheet_cannot_hold_goes_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_ROWS", 5)
    monkeypatch.setattr(workbook, "_LINKED_ROWS", 4)
    write_reports(tmp_path, outcomes())
    report = tmp_path / "report.xlsx"
    assert CalamineWorkbook.from_path(report).sheet_names == [
        "summary", "intakes", "intakes 2", "findings", "findings 2", "findings 3", "failures", "same customers",
    ]  # fmt: skip
    assert [row[3] for sheet in ("intakes", "intakes 2") for row in rows(report, sheet)[1:]] == NAMES
    assert [len(rows(report, sheet)) - 1 for sheet in ("findings", "findings 2", "findings 3")] == [5, 5, 4]


def test_the_page_stands_alone_and_quotes_what_it_tells(written: Path) -> None:
    text = (written / "report.html").read_text(encoding="utf-8")
    page: Any = html.fromstring(text)
    assert not page.xpath("//script|//link|//img|//iframe|//*[@onclick]")
    assert "<script>alert" not in text
    links = [unquote(link) for link in page.xpath("//a/@href")]
    assert links == ["report.xlsx", *(item.packet + "/" for outcome in outcomes() for item in outcome.items)]
    assert len(page.xpath("//svg")) == 2
    assert [row.text_content() for row in page.xpath("//h2")] == ["Failures", "Intakes"]
    names = page.xpath("//h2[.='Intakes']/following::table[1]//td[1]/a/text()")
    assert names == NAMES


def test_the_page_shows_the_first_intakes_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "SHOWN", 3)
    monkeypatch.setattr("docgen.batch.page.SHOWN", 3)
    write_reports(tmp_path, outcomes())
    page: Any = html.fromstring((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert len(page.xpath("//h2[.='Intakes']/following::table[1]//td[1]")) == 3
    assert "The first 3 of 7." in page.text_content()


def test_an_outcome_is_the_same_after_the_journal() -> None:
    for outcome in outcomes():
        assert Outcome.from_line(outcome.to_line()) == outcome


# -- when they cannot be written ------------------------------------------------------------------------


def _write_with_little_room(out: Path) -> None:
    import resource

    sys.dont_write_bytecode = True  # half a file would be left of the modules that it compiles
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
    write_reports(out, outcomes() * 50)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as Unix does")
def test_without_room_the_old_report_stays_and_one_line_says_why(tmp_path: Path) -> None:
    write_reports(tmp_path, outcomes())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with Workers(1) as pool, pytest.raises(WriteError, match=r"report\.xlsx cannot be written: "):
        pool.submit(_write_with_little_room, tmp_path).result(60)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


class Mortal:
    """A pool whose first workers die."""

    def __init__(self, deaths: int) -> None:
        self.deaths = deaths

    def submit(self, function: Callable[..., Any], *arguments: object) -> Future[Any]:
        future: Future[Any] = Future()
        if self.deaths:
            self.deaths -= 1
            future.set_exception(WorkerDiedError("it was killed by SIGKILL"))
        else:
            future.set_result(function(*arguments))
        return future


def test_a_worker_that_dies_of_the_report_is_replaced_once(tmp_path: Path) -> None:
    kept: Any = SimpleNamespace(records=outcomes)
    once: Any = Mortal(1)
    _report(once, tmp_path, kept)
    assert {path.name for path in tmp_path.iterdir()} == {"report.xlsx", "report.html"}
    twice: Any = Mortal(2)
    with pytest.raises(WriteError) as caught:
        _report(twice, tmp_path, kept)
    assert caught.value.message == "the reports cannot be written: it was killed by SIGKILL"
    assert caught.value.hint == "run again with --resume"


# -- answers and texts not read -------------------------------------------------------------------------


def with_answers() -> Outcome:
    """One intake with answers, a document, a text that may be an answer and one that is none."""
    item = Item(
        "S", 2, "甲公司", "甲公司", "manual", [finding("unread", Level.MANUAL, "=另开10个")], "甲包", [], 5,
        {"name": "甲公司", "count": 5000, "speed": 1.5, "kinds": "=固号、手机号"}, (Outside("S", "A9", "填表人：李样例"),),
        {"form": "甲 表.docx"},
    )  # fmt: skip
    return Outcome("a.xlsx", 0, 4, "", [item, item._replace(row=3, answers={}, files={})], [], more=False)


FACTS = summary.RunFacts(
    "kit 1.0",
    "2026-11-26",
    "out",
    {"name": "name", "count": "数量", "speed": "数量", "kinds": "类型"},
    {"unread": "标题"},
)


def test_answers_are_a_table_with_numbers_as_numbers(tmp_path: Path) -> None:
    write_reports(tmp_path, [with_answers()], FACTS)
    header, first, second = rows(tmp_path / "report.xlsx", "answers")
    assert header == [
        "source", "sheet", "row", "name", "verdict", "name (name)", "数量 (count)", "数量 (speed)", "类型",
    ]  # fmt: skip
    assert first[5:] == ["甲公司", 5000, 1.5, "=固号、手机号"]
    assert second[:5] == ["a.xlsx", "S", 3, "甲公司", "manual"]
    assert second[5:] == ["", "", "", ""]


def test_texts_not_read_have_a_sheet_and_a_count_per_intake(tmp_path: Path) -> None:
    write_reports(tmp_path, [with_answers()], FACTS)
    header, *unread = rows(tmp_path / "report.xlsx", "unread texts")
    assert header[4:] == ["verdict", "cell", "text", "what it is"]
    assert [row[5:7] for row in unread[:2]] == [["B4", "=另开10个"], ["A9", "填表人：李样例"]]
    header, first, _ = rows(tmp_path / "report.xlsx", "intakes")
    counts = dict(zip(header, first, strict=True))
    assert (counts["unread"], counts["unrecognised"]) == (1, 1)
    page: Any = html.fromstring((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "4 texts of intakes not read" in " ".join(page.xpath("//ul")[0].text_content().split()).replace("4t", "4 t")


def test_every_sheet_can_be_filtered_and_printed(tmp_path: Path) -> None:
    write_reports(tmp_path, [with_answers()], FACTS)
    with zipfile.ZipFile(tmp_path / "report.xlsx") as archive:
        for name in sorted(archive.namelist()):
            if name.startswith("xl/worksheets/sheet") and name != "xl/worksheets/sheet1.xml":
                sheet: Any = etree.fromstring(archive.read(name))
                assert sheet.findall(".//{*}autoFilter"), name
                assert sheet.find(".//{*}pane").get("state") == "frozen"
                assert sheet.find(".//{*}pageSetup").get("fitToHeight") == "0"
    book = load_workbook(tmp_path / "report.xlsx")
    assert book.sheetnames == SHEETS
    for page in book.worksheets[1:]:
        assert page.print_title_rows == "$1:$1"
        assert page.title in str(page.print_titles)


def test_the_page_says_what_the_run_was_and_links_documents(tmp_path: Path) -> None:
    write_reports(tmp_path, [with_answers()], FACTS)
    page: Any = html.fromstring((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "Date 2026-11-26 · kit kit 1.0 · folder out" in page.text_content()
    assert [unquote(link) for link in page.xpath("//span/a/@href")] == ["甲包/甲 表.docx"]
    assert page.xpath("//th[.='title']/ancestor::table//td[2]/text()") == ["标题"]


def test_answers_are_the_same_after_the_journal() -> None:
    assert Outcome.from_line(with_answers().to_line()) == with_answers()
