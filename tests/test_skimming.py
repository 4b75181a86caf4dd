"""A long table cut into units says the same as one that is read whole, wherever it is cut and whatever is in it."""

from __future__ import annotations

import datetime as dt
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch
from xml.sax.saxutils import escape

import pytest
from conftest import GOOD
from hypothesis import Phase, example, given, reject, settings
from hypothesis import strategies as st

from docgen.batch.jobs import Job, Unit, stamp
from docgen.batch.work import _Source, work
from docgen.errors import SourceError
from docgen.formats.skimming import Skim
from docgen.formats.xlsx_rows import _RowCutter
from docgen.formats.xlsx_sheet import SheetReader
from docgen.kit import kits
from docgen.model.intake import Answers
from docgen.model.kit import Kit
from docgen.pipeline import SourceFile, open_source

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
KEYS = ["company_name", "contact_name", "contact_mobile", "daily_calls", "number_count", "callee_source"]
DATE = dt.date(2026, 11, 23)


class Line(NamedTuple):
    """A row: the texts of its cells, and what is unusual about it."""

    texts: tuple[str, ...]
    attributes: str = ""
    before: str = ""
    gap: int = 0
    merged: bool = False  # its first cell with the one below
    how: str = ""


class Style(NamedTuple):
    """How a program writes sheets."""

    prefix: str = ""
    numbered_rows: bool = True
    numbered_cells: bool = True
    shared: bool = False
    references: bool = False
    close: str = ""
    spaced: bool = False
    hidden_column: int = 0


def row(name: str = "", **others: str) -> tuple[str, ...]:
    return tuple({**dict.fromkeys(KEYS, ""), "company_name": name, **others}.values())


def customer(name: str) -> tuple[str, ...]:
    return tuple({**{key: GOOD[key] for key in KEYS}, "company_name": name}.values())


def labels() -> tuple[str, ...]:
    fields = kits.load(kits.find("caller-number")).fields
    return tuple(fields[key].label for key in KEYS)


def customers() -> st.SearchStrategy[Line]:
    return st.builds(lambda number: Line(customer(f"示例{number:03}有限公司")), st.integers(0, 999))


SPECIAL = [
    Line(customer("示例隐藏有限公司"), attributes=' hidden="1"'), Line(customer("示例空行有限公司"), gap=2),
    Line(customer("示例合并有限公司"), merged=True), Line(customer("示例甲有限公司"), how="cdata"),
    Line(customer("示例乙有限公司"), how="rich"), Line(customer("示例丙有限公司"), how="formula"),
    Line(customer("示例丁有限公司"), how="twice"), Line(customer("示例戊有限公司"), before="<row/>"),
    Line(customer("示例己有限公司"), before='<!-- <row r="1"><c r="A1"/></row> -->'),
    Line(customer("示例庚有限公司"), before="<row spans='1:2' />"),
    Line(customer("示例辛有限公司"), attributes=' r="2"'),
    Line(customer("示例壬有限公司"), attributes=' r="40"'),
    Line(row("示例<row r='1'>有限公司", contact_name="<row>")),
    Line(row("张样例", contact_name="李样例")),
    Line(row("示例孤单有限公司")),
    Line(row("示例少言有限公司", callee_source="注册会员")),
    Line(row(callee_source="每个号码均可提供注册记录")),
    Line(row(contact_name="赵样例", daily_calls="70")),
    Line(row(daily_calls="5000", number_count="20")),
    Line(row(daily_calls="40000", number_count="160")),
    Line(row("合计", daily_calls="10000")),
    Line(row("备注：请尽快开通")),
    Line(row("单位：万")),
    Line(row("制表人：李样例", contact_name="王样例", daily_calls="3")),
    Line(row("示例：某某公司", contact_name="王样例", daily_calls="3")),
    Line(row("另一张表", contact_name="的标题")),
    Line(("序号", "门店", "地址", "面积", "租金", "到期日")),
    Line(("1", "一店", "一路", "20", "30", "2026-01-01")),
    Line(row()), Line(labels()), Line((*reversed(labels()),)),
    Line((labels()[0], "联系人", "手机", "备注", "数量", "来源")),
    Line((labels()[0], labels()[1], "门店", "地址", "面积", "租金")),
    Line((*labels()[1:5], "地址", "")),
]  # fmt: skip
LINES = st.one_of(*[customers()] * 8, st.sampled_from(SPECIAL))
STYLES = st.builds(
    Style, st.sampled_from(["", "x:"]), st.booleans(), st.booleans(), st.booleans(), st.booleans(),
    st.sampled_from(["", " "]), st.booleans(), st.sampled_from([0, 0, 1, 2, 5]),
)  # fmt: skip


def cell(text: str, address: str, style: Style, strings: list[str], how: str) -> str:
    at = f' r="{address}"' if style.numbered_cells else ""
    if how == "formula":
        return f'<c{at} t="str"><f>A1</f><v>{escape(text)}</v></c>'
    if how == "cdata":
        return f'<c{at} t="inlineStr"><is><t>{escape(text)}<![CDATA[<row></row>]]></t></is></c>'
    if how == "rich":
        return f'<c{at} t="inlineStr"><is><r><t>{escape(text[:1])}</t></r><r><t>{escape(text[1:])}</t></r></is></c>'
    if text.isdecimal() and len(text) < 9:
        return f"<c{at}><v>{text}</v></c>"
    if style.shared:
        strings.append(text)
        return f'<c{at} t="s" s="0"><v>{len(strings) - 1}</v></c>'
    written = escape(text)
    if style.references:
        written = "".join(f"&#{ord(letter)};" if ord(letter) > 127 else letter for letter in written)
    return f'<c{at} t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'


def row_cells(line: Line, number: int, style: Style, strings: list[str]) -> list[str]:
    """The cells of a row; where cells have no addresses, an empty one is an empty element."""
    cells = []
    for at, text in enumerate(line.texts):
        if text:
            cells.append(cell(text, f"{'ABCDEF'[at]}{number}", style, strings, line.how if at == 0 else ""))
        elif not style.numbered_cells:
            cells.append("<c/>")
    return cells


def sheet(lines: Sequence[Line], style: Style, strings: list[str]) -> str:
    """The XML of a sheet."""
    rows, merged, number = [], [], 0
    for line in lines:
        number += 1 + line.gap if style.numbered_rows else 1
        if "<row" in line.before and "<!--" not in line.before:
            number += 1
        cells = row_cells(line, number, style, strings)
        if line.how == "twice" and style.numbered_cells:
            cells.append(f'<c r="A{number}"><v>7</v></c>')
        at = f' r="{number}"' if style.numbered_rows and " r=" not in line.attributes else ""
        space = "\n  " if style.spaced else ""
        rows.append(f"{line.before}{space}<row{at}{line.attributes}>{space.join(cells)}</row{style.close}>")
        if line.merged:
            merged.append(f'<mergeCell ref="A{number}:A{number + 1}"/>')
    column = style.hidden_column
    columns = f'<cols><col min="{column}" max="{column}" hidden="1"/></cols>' if column else ""
    ranges = f"<mergeCells>{''.join(merged)}</mergeCells>" if merged else ""
    xml = f'<worksheet xmlns="{MAIN}">{columns}<sheetData>{"".join(rows)}</sheetData>{ranges}</worksheet>'
    if style.prefix:
        for name in (
            "worksheet",
            "cols",
            "col",
            "sheetData",
            "row",
            "c",
            "v",
            "f",
            "is",
            "t",
            "r",
            "mergeCells",
            "mergeCell",
        ):
            for mark in ("<", "</"):
                for end in (" ", ">", "/"):
                    xml = xml.replace(f"{mark}{name}{end}", f"{mark}x:{name}{end}")
        xml = xml.replace("xmlns=", "xmlns:x=")
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}'


def book(path: Path, lines: Sequence[Line], style: Style = Style()) -> Path:  # noqa: B008  immutable
    """A workbook with one sheet of these rows."""
    strings: list[str] = []
    content = sheet(lines, style, strings)
    texts = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="Sheet" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": content,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return path


@cache
def kit() -> Kit:
    return kits.load(kits.find("caller-number"))


@cache
def job() -> Job:
    folder = kits.find("caller-number")
    return Job(stamp(folder, {}, DATE, ("contract",)), folder, {}, DATE, Path("out"), only=("contract",))


class Seams(NamedTuple):
    """Where a sheet is cut: rows kept in memory, bytes of the first and the other pieces, units, workers."""

    held: int = 3
    piece: int = 200
    step: int = 2
    workers: int = 2


def taken(path: Path, count: int, seams: Seams) -> Iterator[tuple[Unit, list[Answers], _Source]]:
    """What workers that take turns make of a source of so many intakes, unit after unit."""
    workers = [_Source(job(), SourceFile(path)) for _ in range(seams.workers)]
    for number, start in enumerate(range(0, count + 1, seams.step)):
        unit = Unit(str(path), start, start + seams.step)
        worker = workers[number % seams.workers]
        yield unit, list(worker.take(job(), unit)), worker


def check(path: Path, seams: Seams) -> int:
    """That units bring what reading at once brings; returns how many customers were passed over."""
    with (
        patch("docgen.formats.xlsx.LONG_SHEET", 0),
        patch("docgen.formats.xlsx.HELD_ROWS", seams.held),
        patch("docgen.formats.xml_events._FIRST_PIECE", seams.piece),
        patch("docgen.formats.xml_events._PIECE", seams.piece),
    ):
        whole = list(open_source(SourceFile(path), kit()).answers())
        sources = {}
        for unit, answers, source in taken(path, len(whole), seams):
            assert answers == whole[unit.start : unit.stop]
            sources[id(source)] = source
        return sum(source._skim.passed for source in sources.values() if source._skim)


@pytest.mark.slow
@settings(max_examples=120, deadline=None, phases=[phase for phase in Phase if phase is not Phase.explain])
@given(
    st.lists(LINES, min_size=4, max_size=24),
    STYLES,
    st.builds(Seams, st.integers(2, 5), st.sampled_from([90, 400, 2000]), st.integers(1, 4), st.integers(1, 9)),
)
@example([Line(customer(f"示例{n}有限公司")) for n in range(9)], Style(), Seams(2, 400, 1, 3))
@example(
    [*(Line(customer(f"示例{n}有限公司")) for n in range(8)), Line(row(daily_calls="55000", number_count="220"))],
    Style(),
    Seams(2, 400, 3, 3),
)
@example(
    [*(Line(customer(f"示例{n}有限公司")) for n in range(4)), Line(row(contact_name="赵样例", daily_calls="70"))],
    Style(hidden_column=2), Seams(2, 400, 2, 2),
)  # fmt: skip
def test_units_say_what_the_whole_table_says(lines: list[Line], style: Style, seams: Seams) -> None:
    with tempfile.TemporaryDirectory() as folder:
        start = [Line(labels()), *(Line(customer(f"示例{n}甲公司")) for n in range(3))]
        path = book(Path(folder) / "t.xlsx", [*start, *lines], style)
        try:
            check(path, seams)
        except SourceError:
            reject()  # with so many other lines, it is no table


@pytest.mark.parametrize(
    "line", SPECIAL, ids=lambda line: f"{line.how}{line.before}{line.attributes} {' '.join(line.texts)}"[:40]
)
@pytest.mark.parametrize(
    "style",
    [Style(), Style(numbered_rows=False, numbered_cells=False), Style(hidden_column=2)],
    ids=["", "unnumbered", "hidden column"],
)
def test_a_special_row_is_understood_from_afar(tmp_path: Path, line: Line, style: Style) -> None:
    before = [Line(labels()), *(Line(customer(f"示例{number}有限公司")) for number in range(8))]
    behind = [Line(customer(f"示例{number}集团")) for number in range(8)]
    path = book(tmp_path / "t.xlsx", [*before, line, *behind[:4], Line(labels()), *behind[4:]], style)
    # one of so many workers passes over the row, another over what is before it
    check(path, Seams(held=2, piece=400, step=1, workers=6))


def usual(count: int) -> list[Line]:
    return [Line(labels()), *(Line(customer(f"示例{number:04}有限公司")) for number in range(count))]


@pytest.mark.parametrize(
    "style",
    [
        Style(), Style(shared=True), Style(references=True), Style("x:"), Style(spaced=True),
        Style(numbered_rows=False, numbered_cells=False), Style(hidden_column=5),
    ],
)  # fmt: skip
def test_the_rows_of_others_are_passed_over(tmp_path: Path, style: Style) -> None:
    path = book(tmp_path / "t.xlsx", usual(60), style)
    # each worker reads its own 30 rows, the one before each unit, the first ones, and what comes with them in a piece
    assert check(path, Seams(held=3, piece=300, step=10, workers=2)) >= 40


def test_rows_that_are_passed_over_are_not_parsed(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", usual(400))
    parsed: list[SheetReader] = []
    end_row = SheetReader._end_row

    def seen(reader: SheetReader) -> None:
        parsed.append(reader)
        end_row(reader)

    with (
        patch("docgen.formats.xlsx.LONG_SHEET", 0),
        patch("docgen.formats.xlsx.HELD_ROWS", 3),
        patch("docgen.formats.xml_events._FIRST_PIECE", 2000),
        patch("docgen.formats.xml_events._PIECE", 2000),
        patch("docgen.formats.xlsx_sheet.SheetReader._end_row", seen),
    ):
        source = _Source(job(), SourceFile(path))
        parsed.clear()
        list(source.take(job(), Unit(str(path), 390, 395)))
    assert len(parsed) < 40


@pytest.mark.parametrize("what", ["<!-- -->", "<?a?>", "<![CDATA[ ]]>"])
def test_from_what_may_hide_rows_on_everything_is_parsed(what: str) -> None:
    class Reader:
        found, row = 9, 9

    rows = "".join(f'<row r="{n}"><c r="A{n}"/></row>' for n in range(1, 100))
    before, behind = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    content = f"<worksheet><sheetData>{before}{what}{behind}</sheetData></worksheet>".encode()
    for size in (7, 50, 400):
        cut = [content[at : at + size] for at in range(0, len(content), size)]
        chunks = list(_RowCutter(cut, Reader(), Skim(), 3))  # type: ignore[arg-type]
        assert b"".join(chunk.content for chunk in chunks) == content
        hiding = next(n for n, chunk in enumerate(chunks) if what.encode()[:2] in chunk.content)
        assert not any(chunk.row for chunk in chunks[hiding:])


def test_no_more_intakes_are_made_than_may_be(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", usual(40))
    (tmp_path / "out").mkdir()
    short = replace(job(), most_intakes=12, out=tmp_path / "out")

    with patch("docgen.formats.xlsx.LONG_SHEET", 0), patch("docgen.formats.xlsx.HELD_ROWS", 3):
        outcomes = [work(short, Unit(str(path), start, start + 8)) for start in (0, 16, 8, 24)]
    assert [len(outcome.items) for outcome in outcomes] == [8, 0, 4, 0]
    assert [len(outcome.failures) for outcome in outcomes] == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("line", "is_cut"),
    [
        (Line(row("合计", daily_calls="10000")), True),
        (Line(labels()), True),
        (Line(row(daily_calls="70")), False),  # it may sum up the rows above, so all are read
    ],
)
def test_text_files_are_cut_too(tmp_path: Path, line: Line, is_cut: bool) -> None:
    path = tmp_path / "t.csv"
    lines = [*usual(20), line, *usual(20)[1:]]
    path.write_text("\n".join(",".join(one.texts) for one in lines), encoding="utf-8")
    with patch("docgen.formats.csv.HELD_ROWS", 3):
        assert (check(path, Seams(step=2, workers=5)) > 0) is is_cut
