"""The other formats of spreadsheets: the same cells and answers as .xlsx, and what is refused."""

from __future__ import annotations

import csv
import io
import shutil
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run
from hypothesis import given, settings
from hypothesis import strategies as st
from test_read import DTDS, read_or_refuse, refusal, repacked

from docgen.formats import binary, ods
from docgen.formats.binary import read_binary_book, read_old_book
from docgen.formats.compound import around, stream
from docgen.formats.csv import read_text_book
from docgen.formats.grid import Book, Cell, Extent, Grid, letters
from docgen.formats.ods import read_open_book
from docgen.formats.properties import SUMMARY
from docgen.formats.records import old_marks, without_charts
from docgen.formats.xlsx import read_book
from docgen.model.kit import Kit
from docgen.sources import discover

DATA = ROOT / "tests" / "data"
INPUTS = ROOT / "inputs"
READERS: dict[str, Callable[[Path], Book]] = {
    "xls": read_old_book,
    "xlsb": read_binary_book,
    "ods": read_open_book,
}


def cells(sheet: Grid) -> dict[str, Cell]:
    return {f"{letters(column)}{row}": cell for row, line in sheet.rows.items() for column, cell in line.items()}


def intakes(run: Run, path: Path, *left_out: str) -> tuple[int, Any]:
    """The exit code and the intakes that `check` finds, without the parts that tell the files apart."""
    result = run("check", "--json", path)

    def without(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: without(value) for key, value in part.items() if key not in {"source", *left_out}}
        return [without(one) for one in part] if isinstance(part, list) else part

    return result.code, without(result.json["intakes"])


# -- the same as .xlsx -----------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", READERS)
def test_the_same_cells_at_the_same_addresses(suffix: str) -> None:
    expected, found = read_book(DATA / "book.xlsx"), READERS[suffix](DATA / f"book.{suffix}")
    assert [sheet.sheet for sheet in found.sheets] == ["信息收集统计表", "类型", "备注"]
    for one, other in zip(expected.sheets, found.sheets, strict=True):
        percent = {} if suffix == "ods" or one.sheet != "类型" else {"B4": Cell("0.35")}  # only its format tells
        assert cells(other) == {**cells(one), **percent}
        assert other.merged == one.merged


@pytest.mark.parametrize("suffix", READERS)
def test_cells_of_every_type(suffix: str) -> None:
    sheet = cells(READERS[suffix](DATA / f"book.{suffix}").sheets[1])
    assert sheet["B3"] == Cell("13800138000")
    assert sheet["B5"] == sheet["B17"] == Cell("TRUE")
    assert sheet["B6"] == Cell("2026-01-02")
    assert sheet["B7"] == Cell("3")
    assert sheet["B8"] == Cell("#DIV/0!", "cell_error")
    assert sheet["B9"] == Cell("1234567890123450", "digits")
    assert sheet["B10"] == Cell("03:04:00")
    assert sheet["B11"] == Cell("2026-01-02 03:04:00")
    assert sheet["B12"] == Cell("#N/A", "cell_error")
    assert sheet["B13"] == Cell("#REF!")  # a text that looks like one
    assert "B16" not in sheet  # a formula whose result is an empty text
    assert sheet["D6"] == Cell("㛃䶮𬭎")
    assert {"B2", "H30"} <= set(sheet)


@pytest.mark.parametrize("suffix", READERS)
def test_the_same_answers(run: Run, suffix: str) -> None:
    code, expected = intakes(run, DATA / "book.xlsx")
    assert (code, len(expected)) == (0, 1)
    assert expected[0]["values"]["contact_mobile"] == "+8613800138000"
    assert intakes(run, DATA / f"book.{suffix}", "B4") == (code, expected)


@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_our_own_sheet_keeps_the_mark_of_its_kit(run: Run, suffix: str) -> None:
    path = DATA / f"accepted.{suffix}"
    expected, found = read_book(INPUTS / "accepted.xlsx"), READERS[suffix](path)
    assert found.made_with == expected.made_with == ("caller-number", "1.0.0")
    assert found.own_sheets == expected.own_sheets
    assert intakes(run, path) == intakes(run, INPUTS / "accepted.xlsx")


def test_a_binary_workbook_keeps_its_properties(tmp_path: Path) -> None:
    path = copied("xlsb", tmp_path)
    with zipfile.ZipFile(INPUTS / "accepted.xlsx") as marked, zipfile.ZipFile(path, "a") as archive:
        archive.writestr("docProps/custom.xml", marked.read("docProps/custom.xml"))
    assert read_binary_book(path).made_with == ("caller-number", "1.0.0")


@pytest.mark.slow
def test_a_packet_of_every_format(run: Run, tmp_path: Path) -> None:
    for suffix in READERS:
        out = tmp_path / suffix
        assert run("packet", DATA / f"book.{suffix}", "-o", out).code == 0
        assert len(list(out.rglob("*.docx"))) == 2


# -- text ------------------------------------------------------------------------------------------


def as_rows(sheet: Grid) -> list[list[str]]:
    width = max(max(line) for line in sheet.rows.values())
    lines = [sheet.rows.get(row, {}) for row in range(1, max(sheet.rows) + 1)]
    return [[line[column].text if column in line else "" for column in range(1, width + 1)] for line in lines]


def separated(rows: list[list[str]], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("name", ["manual", "customers"])
def test_csv_in_every_encoding(run: Run, tmp_path: Path, name: str, delimiter: str, encoding: str) -> None:
    source = INPUTS / f"{name}.xlsx"
    path = tmp_path / f"{name}.csv"
    path.write_bytes(separated(as_rows(read_book(source).sheets[0]), delimiter).encode(encoding))
    code, found = intakes(run, path, "sheet")
    assert (code, found) == intakes(run, source, "sheet")
    assert {one["sheet"] for one in run("check", "--json", path).json["intakes"]} == {None}


@settings(deadline=None)
@given(
    rows=st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\x1f")), min_size=2, max_size=4
        ),
        min_size=1,
        max_size=4,
    ),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8-sig", "gb18030", "utf-16"]),
)
def test_any_text_comes_back_from_csv(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    head = [["公司名称", "手机号", "备注"]] * 60  # as many rows as the delimiter is found by
    content = separated(head + rows, delimiter)
    path.write_bytes(content.encode(encoding))
    (sheet,) = read_text_book(path).sheets
    found = {place: cell.text for place, cell in cells(sheet).items() if int(place[1:]) > 60}
    expected = {f"{'ABCD'[at]}{row}": text for row, line in enumerate(rows, 61) for at, text in enumerate(line)}
    assert found == {place: text for place, text in expected.items() if place in found}
    assert all(
        not any(c.isprintable() and not c.isspace() for c in expected[place]) for place in expected.keys() - found
    )


def test_what_csv_says_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'sep=;\r\na;"1,5\r\nb;c"\r\n\r\n#REF!;d,e\r\n')
    (sheet,) = read_text_book(path).sheets
    assert sheet.sheet is None
    assert cells(sheet) == {
        "A1": Cell("a"),
        "B1": Cell("1,5\nb;c"),
        "A3": Cell("#REF!", "cell_error"),
        "B3": Cell("d,e"),
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("公司名称,甲\n".encode() + b"x" * 5000 + b"\0", "NUL"),
        (b"a,\xff\xff\xff", "unknown encoding"),
        (b"\xef\xbb\xbfa,\xff", "unknown encoding"),
        ("公司名称,\"甲\n手机号,1".encode(), "never closed"),
        (b"a," + b"x" * 200_000, "no table"),
        (b"sep=,\na," + b"x" * 200_000, "no table"),
        ("公司名称,甲".encode(), "a plain text file, and it holds no intake"),
        (b"sep=;", "holds no intake"),
    ],
)  # fmt: skip
def test_text_that_is_no_table_is_refused(tmp_path: Path, kit: Kit, content: bytes, said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert said in refusal(path, kit)


def test_a_readme_is_refused_in_one_line(run: Run) -> None:
    result = run("check", ROOT / "README.md")
    assert result.code == 3
    assert "README.md" in result.err


def test_in_folders_text_is_a_source_by_its_suffix_only(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b", encoding="utf-8")
    (tmp_path / "b.txt").write_text("a,b", encoding="utf-8")
    shutil.copy(DATA / "book.xls", tmp_path / "c.dat")
    shutil.copy(DATA / "book.ods", tmp_path / "d")
    (tmp_path / "empty").touch()
    (tmp_path / "cut-off").write_bytes((DATA / "book.xlsx").read_bytes()[:500])
    assert discover([str(tmp_path)]) == [tmp_path / "a.csv", tmp_path / "c.dat", tmp_path / "d"]


# -- what is refused -------------------------------------------------------------------------------


def copied(suffix: str, folder: Path) -> Path:
    return Path(shutil.copy(DATA / f"book.{suffix}", folder / f"book.{suffix}"))


def test_an_old_workbook_with_a_password(tmp_path: Path, kit: Kit) -> None:
    path = copied("xls", tmp_path)
    content = bytearray(path.read_bytes())
    at = content.index(struct.pack("<HHHH", 0x0809, 16, 0x0600, 0x0005))  # the beginning of the workbook
    struct.pack_into("<H", content, at + 20, 0x002F)  # the record after it
    path.write_bytes(content)
    assert "password-protected" in refusal(path, kit)


def test_an_open_document_with_a_password(tmp_path: Path, kit: Kit) -> None:
    path = repacked(
        copied("ods", tmp_path),
        lambda name, old: b"<manifest><encryption-data/></manifest>" if name.endswith("manifest.xml") else old,
    )
    assert "password-protected" in refusal(path, kit)


@pytest.mark.parametrize("suffix", ["ods", "xlsb"])
def test_a_dtd_is_refused(tmp_path: Path, kit: Kit, suffix: str) -> None:
    part = "content.xml" if suffix == "ods" else "xl/_rels/workbook.bin.rels"
    path = repacked(copied(suffix, tmp_path), lambda name, old: DTDS["plain"] if name == part else old)
    assert "declares a DTD or entities" in refusal(path, kit)


def test_a_cell_repeated_without_end_is_refused(tmp_path: Path, kit: Kit) -> None:
    def change(name: str, old: bytes) -> bytes:
        return old.replace(b"<table:table-row ", b'<table:table-row table:number-rows-repeated="99999999" ', 1)

    assert "repeats a cell" in refusal(repacked(copied("ods", tmp_path), change), kit)


def test_a_far_corner_costs_nothing(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    row = bytes([0, 4]) + struct.pack("<I", 1_048_575)
    corner = row + bytes([4, 9]) + struct.pack("<IIB", 16_383, 0, 1)
    blank = row + bytes([1, 8]) + struct.pack("<II", 16_383, 0)
    end = bytes([0x92, 0x01, 0])  # of the cells of a sheet

    def with_cell(cell: bytes) -> Path:
        return repacked(
            copied("xlsb", tmp_path),
            lambda name, old: old.replace(end, cell + end) if name.endswith("sheet1.bin") else old,
        )

    assert "too far apart" in refusal(with_cell(corner), kit)
    assert cells(read_binary_book(with_cell(blank)).sheets[0]) == cells(read_book(DATA / "book.xlsx").sheets[0])
    monkeypatch.setattr(binary, "MAX_BOX", 10)
    assert "too far apart" in refusal(copied("xls", tmp_path), kit)


def test_a_far_corner_of_an_open_document_is_read(tmp_path: Path) -> None:
    def change(name: str, old: bytes) -> bytes:
        row = (
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row><table:table-row>'
            '<table:table-cell table:number-columns-repeated="16000"/><table:table-cell office:value-type="string">'
            "<text:p>far <text:s/><text:span>off</text:span><text:line-break/>x</text:p></table:table-cell>"
            "</table:table-row></table:table>"
        )
        return old.replace(b"</table:table>", row.encode(), 1)

    sheet = read_open_book(repacked(copied("ods", tmp_path), change)).sheets[0]
    row = max(sheet.rows)
    assert row > 1_000_000
    assert sheet.cell(row, 16_001) == Cell("far  off\nx")


def test_a_formula_without_a_result_in_an_open_document(tmp_path: Path) -> None:
    def change(name: str, old: bytes) -> bytes:
        for result in (b' office:value-type="float" office:value="20" calcext:value-type="float"><text:p>20</text:p>',):
            old = old.replace(b'table:formula="of:=4*5"' + result, b'table:formula="of:=4*5">')
        return old

    sheet = read_open_book(repacked(copied("ods", tmp_path), change)).sheets[0]
    assert Cell("=4*5", "formula") in cells(sheet).values()


@pytest.mark.parametrize(
    ("attributes", "inside", "cell"),
    [
        ('office:value-type="boolean" office:boolean-value="true"', "<text:p>WAHR</text:p>", Cell("TRUE")),
        ('office:value-type="boolean" office:boolean-value="false"', "<text:p>FALSCH</text:p>", Cell("FALSE")),
        ('office:value-type="float" office:value="viele"', "<text:p>20 Stück</text:p>", Cell("20 Stück")),
        ('office:value-type="date" office:date-value="morgen"', "<text:p>2026年</text:p>", Cell("2026年")),
        ('office:value-type="time" office:time-value="bald"', "<text:p>3点</text:p>", Cell("3点")),
        ('office:value-type="string" office:string-value="甲公司"', "", Cell("甲公司")),
        (
            'office:value-type="string"',
            "<text:p>甲<text:note><text:p>注</text:p></text:note>公<office:annotation><text:p>批注</text:p>"
            "</office:annotation>司</text:p>",
            Cell("甲公司"),
        ),
    ],
)
def test_cells_of_other_editors_in_an_open_document(tmp_path: Path, attributes: str, inside: str, cell: Cell) -> None:
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<office:document-content{spaces} xmlns:own="urn:own"><office:body><office:spreadsheet>'
        f'<table:table table:name="S"><table:table-row><own:mark/><table:table-cell {attributes}>{inside}'
        "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    book = read_open_book(path)
    assert (cells(book.sheets[0]), book.made_with) == ({"A1": cell}, None)  # there are no properties


def test_an_open_document_of_another_kind(tmp_path: Path, kit: Kit) -> None:
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    assert "an OpenDocument file, which is not read" in refusal(path, kit)


@pytest.mark.parametrize("suffix", READERS)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_file_cut_off_is_refused(tmp_path: Path, kit: Kit, suffix: str, part: float) -> None:
    path = copied(suffix, tmp_path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    refusal(path, kit)


FLIPS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=5)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", READERS)
@settings(max_examples=200, deadline=None)
@given(flips=FLIPS)
def test_flipped_bytes_never_crash(
    kit: Kit, tmp_path_factory: pytest.TempPathFactory, suffix: str, flips: list[tuple[float, int]]
) -> None:
    path = copied(suffix, tmp_path_factory.mktemp("flipped"))
    content = bytearray(path.read_bytes())
    for where, bits in flips:
        content[int(where * len(content))] ^= bits
    path.write_bytes(content)
    read_or_refuse(path, kit)


@pytest.mark.parametrize(
    "part", ["xl/workbook.bin", "xl/worksheets/sheet1.bin", "xl/sharedStrings.bin", "xl/styles.bin"]
)
@settings(max_examples=60, deadline=None)
@given(flips=FLIPS)
def test_flipped_bytes_inside_a_binary_part_never_crash(
    kit: Kit, tmp_path_factory: pytest.TempPathFactory, part: str, flips: list[tuple[float, int]]
) -> None:
    def change(name: str, old: bytes) -> bytes:
        content = bytearray(old)
        for where, bits in flips if name == part else ():
            content[int(where * len(content))] ^= bits
        return bytes(content)

    read_or_refuse(repacked(copied("xlsb", tmp_path_factory.mktemp("flipped")), change), kit)


def records(*parts: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<HH", kind, len(content)) + content for kind, content in parts)


@pytest.mark.parametrize(
    ("record", "at", "said"),
    [
        (struct.pack("<HHIIHH", 0x0200, 14, 0, 20, 0, 3), 4, "larger than sheets can be"),
        (struct.pack("<HHIIHH", 0x0200, 14, 0, 20, 0, 3), 8, "larger than sheets can be"),
    ],
)
def test_a_size_that_cannot_be_is_refused(tmp_path: Path, kit: Kit, record: bytes, at: int, said: str) -> None:
    path = copied("xls", tmp_path)
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(record) + at, 0x7FFFFFFF)
    path.write_bytes(content)
    assert said in refusal(path, kit)


def test_a_list_of_texts_longer_than_the_file_is_refused() -> None:
    damaged = records((0x0809, b"\0\6\5\0"), (0x00FC, struct.pack("<II", 1, 0x7FFFFFFF)), (0x000A, b""))
    with pytest.raises(ValueError, match="longer than the file"):
        old_marks(damaged)


def test_the_numbers_of_a_chart_are_no_cells() -> None:
    number = struct.pack("<HHHd", 0, 0, 0, 5)
    begin = (0x0809, b"\0\6\x10\0")
    book = records((0x0809, b"\0\6\5\0"), (0x0085, struct.pack("<I", 30) + b"\0\0\1\0S"), (0x000A, b""))
    assert len(book) < 30
    sheet = records(begin, (0x0203, number), begin, (0x0203, struct.pack("<HHHd", 7, 7, 0, 9)), (0x000A, b""))
    merged = records((0x00E5, struct.pack("<5H", 1, 0, 1, 0, 0)), (0x000A, b""))
    whole = book.ljust(30, b"\0") + sheet + merged
    (marks,) = old_marks(whole)
    assert (marks.box, marks.merged) == (Extent(1, 1, 1, 1), [Extent(1, 1, 2, 1)])
    mended = without_charts(whole, [marks])
    assert len(mended) == len(whole)
    assert mended[marks.chart : marks.chart + 2] == b"\x0a\0"


def test_an_old_workbook_without_properties_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(around("Workbook", stream((DATA / "accepted.xls").read_bytes(), "Workbook")))
    found, whole = read_old_book(path), read_old_book(DATA / "accepted.xls")
    assert list(map(cells, found.sheets)) == list(map(cells, whole.sheets))
    assert (found.made_with, whole.made_with is None) == (None, False)


def test_an_open_document_without_properties_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(DATA / "book.ods") as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            if name != "meta.xml":
                target.writestr(name, source.read(name))
    found, whole = read_open_book(path), read_open_book(DATA / "book.ods")
    assert list(map(cells, found.sheets)) == list(map(cells, whole.sheets))


def test_a_text_longer_than_any_is_refused(tmp_path: Path, kit: Kit) -> None:
    path = tmp_path / "a.csv"
    labels = [field.label for field in kit.fields.values()]
    path.write_text(",".join(labels) + "\n" + ",".join(["甲" * 140_000, *labels[1:]]), encoding="utf-8")
    assert "the text file is no table: field larger than field limit" in refusal(path, kit)


def edited(path: Path, old: bytes, new: bytes) -> Path:
    """The file with these bytes, which it holds once, put for those."""
    content = path.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))
    return path


def test_an_error_typed_into_an_old_workbook(tmp_path: Path) -> None:
    number = struct.pack("<HH3HI", 0x027E, 10, 29, 7, 29, 503)
    for is_error, cell in ((1, Cell("#N/A", "cell_error")), (0, Cell("TRUE"))):
        typed = struct.pack("<HH3HBBxx", 0x0205, 10, 29, 7, 29, 0x2A if is_error else 1, is_error)
        path = edited(copied("xls", tmp_path), number, typed)
        assert read_old_book(path).sheets[1].cell(30, 8) == cell


def test_an_old_workbook_that_begins_twice_is_refused(tmp_path: Path, kit: Kit) -> None:
    record = struct.pack("<HH", 0x00E1, 2)  # the first of the workbook
    path = edited(copied("xls", tmp_path), record, struct.pack("<HH", 0x0809, 2))  # another beginning
    assert "its list of sheets is damaged" in refusal(path, kit)


def test_a_binary_part_cut_off_inside_a_record_is_refused(tmp_path: Path, kit: Kit) -> None:
    path = copied("xlsb", tmp_path)
    repacked(path, lambda name, old: old + b"\x80" if name.endswith("sheet1.bin") else old)
    assert "a record is cut off" in refusal(path, kit)


# -- compound files --------------------------------------------------------------------------------


def compound(**streams: bytes) -> bytes:
    """A compound file of sectors of 512 bytes, as Excel writes them; above 7 MB its table needs a table of its own."""
    sectors: list[bytes] = []
    table: list[int] = []

    def add(content: bytes, mark: int | None = None) -> int:
        """Put the content into sectors, chained unless they all bear the mark; the first of them comes back."""
        start, count = len(sectors), -(-len(content) // 512)
        sectors.extend(content[at : at + 512].ljust(512, b"\0") for at in range(0, len(content), 512))
        table.extend([mark] * count if mark else [*range(start + 1, start + count), END])
        return start

    def entry(name: str, kind: int, start: int, length: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        return struct.pack("<64sHBBIII36xIQ", text, len(text), kind, 1, FREE, FREE, FREE, start, length)

    places = [entry(name, 2, add(content), len(content)) for name, content in streams.items()]
    directory = add(b"".join([entry("Root Entry", 5, END, 0), *places]))
    count = next(n for n in range(1, 10_000) if n * 128 >= len(sectors) + n + -(-max(n - 109, 0) // 127))
    tables = list(range(len(sectors), len(sectors) + count))
    table += [FREE - 2] * count
    more = [tables[at : at + 127] for at in range(109, count, 127)]
    first_of_more = len(sectors) + count if more else END
    table += [FREE - 3] * len(more) + [FREE] * (count * 128 - len(table) - len(more))
    listed = b"".join(
        struct.pack("<128I", *part, *[FREE] * (127 - len(part)), first_of_more + at if at < len(more) else END)
        for at, part in enumerate(more, start=1)
    )
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII109I", OLE, 0x3E, 3, 0xFFFE, 9, 6, 0, count, directory, 0, 0, END, 0, first_of_more,
        len(more), *[*tables, *[FREE] * 109][:109],
    )  # fmt: skip
    return b"".join([head, *sectors, struct.pack(f"<{len(table)}I", *table), listed])


RECORDS = stream((DATA / "book.xls").read_bytes(), "Workbook")
OLE, END, FREE = bytes.fromhex("d0cf11e0a1b11ae1"), 0xFFFFFFFE, 0xFFFFFFFF


@pytest.mark.parametrize("size", [0, 8_000_000, 20_000_000])
def test_an_old_workbook_of_any_size_is_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "large.xls"
    path.write_bytes(compound(Workbook=RECORDS.ljust(size, b"\0")))
    book = read_old_book(path)
    assert [cells(sheet) for sheet in book.sheets] == [
        cells(sheet) for sheet in read_old_book(DATA / "book.xls").sheets
    ]
    assert book.made_with is None  # there is no stream of properties


LARGE = compound(Workbook=RECORDS.ljust(8_000_000, b"\0"))
DAMAGED = {
    "a table of the table that goes on in itself": (
        LARGE[:-4] + struct.pack("<I", len(LARGE) // 512 - 2), "its sectors run in a circle"
    ),
    "a stream that goes on in itself": (
        around("Workbook", RECORDS)[:-4096] + bytes(4096), "its sectors run in a circle"
    ),
    "a stream that goes on outside of the file": (
        around("Workbook", RECORDS)[:-4096] + struct.pack("<I", 5_000) * 1024, "names a sector that it has not"
    ),
    "no such stream": (
        around("Wörkbook", RECORDS + "Workbook\0".encode("utf-16-le")), "it holds no stream Workbook or Book"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_compound_file_is_refused(tmp_path: Path, kit: Kit, name: str) -> None:
    content, said = DAMAGED[name]
    path = tmp_path / "damaged.xls"
    path.write_bytes(content)
    assert said in refusal(path, kit)


def test_a_table_that_names_its_sectors_again_and_again_does_not_fill_the_memory(tmp_path: Path, kit: Kit) -> None:
    path = tmp_path / "hostile.xls"
    path.write_bytes(LARGE[:-512] + struct.pack("<128I", *[0] * 127, len(LARGE) // 512 - 2))
    tracemalloc.start()
    assert "its sectors run in a circle" in refusal(path, kit)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5 * len(LARGE)


def test_an_old_workbook_too_large_to_be_made_anew_is_refused(
    tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docgen.formats.compound._WIDE", 8)  # else it takes 450 MB
    assert "it is too large" in refusal(copied("xls", tmp_path), kit)


def summary(page: int, kind: int, length: int | None = None) -> bytes:
    """The stream of custom properties of an old workbook: the mark of a kit, its texts of that kind."""
    wide, encoding = page == 1200, {1200: "utf-16-le", 65001: "utf-8"}.get(page, "gbk")
    name, text = "docgen-kit\0".encode(encoding), "caller-number 1.0.0\0"
    written = text.encode("utf-16-le" if kind == 0x1F or wide else encoding)
    names = struct.pack("<III", 1, 2, len(name) // (2 if wide else 1)) + name + bytes(-len(name) % 4)
    parts = [names, struct.pack("<IHxx", 2, page), struct.pack("<II", kind, length or len(written)) + written]
    starts = [32 + len(b"".join(parts[:at])) for at in range(3)]
    listed = b"".join(struct.pack("<II", key, start) for key, start in enumerate(starts))
    section = struct.pack("<II", 32 + len(b"".join(parts)), 3) + listed + b"".join(parts)
    user_defined = bytes.fromhex("05d5cdd59c2e1b10939708002b2cf9ae")
    return struct.pack("<HHI16xI16sI", 0xFFFE, 0, 2, 1, user_defined, 48) + section


@pytest.mark.parametrize(
    ("properties", "made_with"),
    [
        (summary(65001, 0x1E), ("caller-number", "1.0.0")),
        (summary(936, 0x1E), ("caller-number", "1.0.0")),
        (summary(1200, 0x1E), ("caller-number", "1.0.0")),
        (summary(65001, 0x1F, 20), ("caller-number", "1.0.0")),
        (summary(1200, 0x1F, 20), ("caller-number", "1.0.0")),
        (summary(9999, 0x1E), None),  # a code page that nobody knows
        (summary(65001, 3), None),  # a number
        (summary(65001, 0x1E).replace(b"1.0.0", b"\xff.0.0"), None),
        (summary(65001, 0x1E)[:100], None),
    ],
)
def test_the_mark_of_a_kit_in_an_old_workbook(
    tmp_path: Path, properties: bytes, made_with: tuple[str, str] | None
) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(compound(**{"Workbook": RECORDS, SUMMARY: properties}))
    book = read_old_book(path)
    assert book.made_with == made_with
    assert [sheet.sheet for sheet in book.sheets] == ["信息收集统计表", "类型", "备注"]


@pytest.mark.parametrize("size", [1, 4096, 5000, 300_000, 5_000_000])
def test_a_stream_comes_back_from_its_compound_file(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    assert stream(around("Workbook", content), "Book", "Workbook")[:size] == content


def test_what_the_library_throws_is_a_refusal(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    def fail(*_: object) -> Book:
        raise PanicException("index out of\nbounds")

    monkeypatch.setattr(binary, "_read_old", fail)
    assert "index out of bounds" in refusal(copied("xls", tmp_path), kit)


def test_an_interruption_while_the_library_reads_is_no_damage(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> Book:
        raise KeyboardInterrupt

    monkeypatch.setattr(binary, "_read_old", interrupt)
    assert run("check", DATA / "book.xls").code == 130


def test_limits_are_looked_up_when_used(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ods, "MAX_CELLS", -1)
    assert "refused as unsafe" in refusal(copied("ods", tmp_path), kit)


def test_merged_ranges_of_open_documents() -> None:
    assert Extent(1, 2, 2, 2) in read_open_book(DATA / "book.ods").sheets[2].merged


def test_a_text_file_needs_no_library() -> None:
    code = (
        "import sys; from pathlib import Path; from docgen.formats.csv import read_text_book; import docgen.extract.source;"
        "read_text_book(Path('README.md')); sys.exit(bool({'openpyxl', 'python_calamine'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0
