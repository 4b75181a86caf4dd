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

from docgen.formats import ods
from docgen.formats.csv import read_text_book
from docgen.formats.grid import Book, Cell, Extent, Grid, letters
from docgen.formats.ods import read_open_book
from docgen.formats.xls import read_old_book
from docgen.formats.xlsb import read_binary_book
from docgen.formats.xlsx import read_book
from docgen.model.kit import Kit

DATA = ROOT / "tests" / "data"
INPUTS = ROOT / "inputs"
READERS: dict[str, Callable[[Path], Book]] = {
    "xls": read_old_book,
    "xlsb": read_binary_book,
    "ods": read_open_book,
}


def cells(sheet: Grid) -> dict[str, Cell]:
    return {f"{letters(column)}{row}": cell for row, line in sheet.rows.items() for column, cell in line.items()}


def shown(sheet: Grid) -> dict[str, tuple[str, str | None]]:
    return {address: cell[:2] for address, cell in cells(sheet).items()}


def intakes(run: Run, path: Path, *left_out: str) -> tuple[int, Any]:
    """The exit code and the intakes that `check` finds, without the parts that tell the files apart."""
    result = run("check", "--json", path)
    return result.code, without(result.json["intakes"], "source", *left_out)


def without(part: Any, *names: str) -> Any:
    if isinstance(part, dict):
        return {key: without(value, *names) for key, value in part.items() if key not in names}
    return [without(one, *names) for one in part] if isinstance(part, list) else part


# -- the same as .xlsx -----------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", READERS)
def test_the_same_cells_at_the_same_addresses(suffix: str) -> None:
    expected, found = read_book(DATA / "book.xlsx"), READERS[suffix](DATA / f"book.{suffix}")
    assert [sheet.sheet for sheet in found.sheets] == ["信息收集统计表", "类型", "备注"]
    for one, other in zip(expected.sheets, found.sheets, strict=True):
        assert shown(other) == shown(one)
        assert other.merged == one.merged


@pytest.mark.parametrize("suffix", READERS)
def test_cells_of_every_type(suffix: str) -> None:
    sheet = cells(READERS[suffix](DATA / f"book.{suffix}").sheets[1])
    assert sheet["B3"] == Cell("13800138000")
    assert sheet["B5"] == sheet["B17"] == Cell("TRUE")
    assert sheet["B6"].text == "2026-01-02"
    assert sheet["B7"] == Cell("3")
    assert sheet["B8"] == Cell("#DIV/0!", "cell-error")
    assert sheet["B9"] == Cell("1234567890123450", "digits-lost")
    assert sheet["B10"].text == "3:04:00"
    assert sheet["B11"].text == "2026-01-02 03:04:00"
    assert sheet["B12"] == Cell("#N/A", "cell-error")
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


@pytest.fixture(scope="module")
def of_workbooks(run: Run) -> dict[str, tuple[int, Any]]:
    """What is read of the workbooks themselves."""
    return {name: intakes(run, INPUTS / f"{name}.xlsx", "sheet") for name in ("manual", "customers")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
@pytest.mark.parametrize("name", ["manual", "customers"])
def test_csv_in_every_encoding(
    run: Run, of_workbooks: dict[str, tuple[int, Any]], tmp_path: Path, name: str, delimiter: str, encoding: str
) -> None:
    path = tmp_path / f"{name}.csv"
    sheet = read_book(INPUTS / f"{name}.xlsx").sheets[0]
    path.write_bytes(separated(as_rows(sheet), delimiter).encode(encoding))
    code, found = intakes(run, path)
    assert {one["sheet"] for one in found} == {None}
    assert (code, without(found, "sheet")) == of_workbooks[name]


def is_unguarded(text: str) -> bool:
    return text == text.strip("\t") and not text.startswith(("'", '="'))


@pytest.mark.slow
@settings(deadline=None)
@given(
    rows=st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\x1f")).filter(is_unguarded),
            min_size=2,
            max_size=4,
        ),
        min_size=1,
        max_size=4,
    ),
    delimiter=st.sampled_from(",;\t|，"),
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
        "A3": Cell("#REF!", "cell-error"),
        "B3": Cell("d,e"),
    }


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('="0755",="甲, 乙",="a ""b"" c"', ["0755", "甲, 乙", 'a "b" c']),
        ('"=""0755""","=""甲, 乙""",丙', ["0755", "甲, 乙", "丙"]),
        ("'0755,'甲,'乙'", ["0755", "甲", "'乙'"]),  # quoted, not guarded
        ("0755\t,\t甲\t,乙\t", ["0755", "甲", "乙"]),
        ('a="b",c,"x\n=""y"""', ['a="b"', "c", 'x\n="y"']),
        ("=1+2,=,'", ["=1+2", "=", "'"]),
    ],
)
def test_guards_of_csv_are_no_part_of_the_text(tmp_path: Path, line: str, found: list[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"一,二,三\n{line}\n", encoding="utf-8")
    (sheet,) = read_text_book(path).sheets
    assert [cell.text for cell in sheet.rows[2].values()] == found


@pytest.mark.parametrize(
    ("content", "width"),
    [
        ("a\t,b\t,c\t\n1\t,2\t,3\t\n", 3),
        ("a;b;c\n\t1;\t2;\t3\n", 3),
        ("a|b|c\n1|2，3|4\n", 3),
        ("a，b，c\n1，5,000，3\n", 3),
        ("导出时间：今天\n筛选条件,全部\n\na,b,c\n1，5，6,2,3\n", 3),
        ("a,您好，甲，乙\nb,您好，甲，丙\nc,x\n", 2),
        ("a;b;c\n1,5;2,5;3,5\n", 3),
    ],
)
def test_the_delimiter_is_the_one_that_parts_the_rows(tmp_path: Path, content: str, width: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    (sheet,) = read_text_book(path).sheets
    assert {max(line) for line in sheet.rows.values()} - {1, 2} == {width} - {1, 2}
    assert max(sheet.rows[max(sheet.rows)]) == width


def test_other_bytes_with_nul_are_no_text(tmp_path: Path, kit: Kit) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(range(256)) * 4)
    assert "not a known kind of file" in refusal(path, kit)


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


def test_in_folders_text_is_a_source_by_its_suffix_only(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b", encoding="utf-8")
    (tmp_path / "b.txt").write_text("a,b", encoding="utf-8")
    shutil.copy(DATA / "book.xls", tmp_path / "c.dat")
    shutil.copy(DATA / "book.ods", tmp_path / "d")
    (tmp_path / "empty").touch()
    (tmp_path / "cut-off").write_bytes((DATA / "book.xlsx").read_bytes()[:500])
    done = run("batch", tmp_path, "-o", tmp_path / "out", "--dry-run")
    assert done.out.splitlines() == [str(tmp_path / name) for name in ("a.csv", "c.dat", "d")]
    told = done.err.removeprefix("3 files passed over: ").split("; ")
    assert [one.partition(":")[0] for one in told] == ["b.txt", "cut-off", "empty"]


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


def test_a_far_corner_of_a_binary_workbook_is_read(tmp_path: Path) -> None:
    row = bytes([0, 4]) + struct.pack("<I", 1_048_575)
    corner = row + bytes([4, 9]) + struct.pack("<IIB", 16_383, 0, 1)
    blank = row + bytes([1, 8]) + struct.pack("<II", 16_383, 0)
    end = bytes([0x92, 0x01, 0])  # of the cells of a sheet

    def with_cell(cell: bytes) -> Path:
        return repacked(
            copied("xlsb", tmp_path),
            lambda name, old: old.replace(end, cell + end) if name.endswith("sheet1.bin") else old,
        )

    expected = shown(read_book(DATA / "book.xlsx").sheets[0])
    assert shown(read_binary_book(with_cell(corner)).sheets[0]) == {**expected, "XFD1048576": ("TRUE", None)}
    assert shown(read_binary_book(with_cell(blank)).sheets[0]) == expected


def test_a_cell_beyond_the_last_column_of_an_open_document_is_refused(tmp_path: Path, kit: Kit) -> None:
    label = next(iter(kit.fields.values())).label
    wide = (
        f'<table:table-row><table:table-cell office:value-type="string"><text:p>{label}</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="999999998"/><table:table-cell office:value-type="string">'
        "<text:p>x</text:p></table:table-cell></table:table-row></table:table>"
    )
    path = repacked(copied("ods", tmp_path), lambda _, old: old.replace(b"</table:table>", wide.encode(), 1))
    assert "a cell in it has no sound address" in refusal(path, kit)


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
    assert Cell("=4*5", "formula-without-value") in cells(sheet).values()


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
            Cell("甲公司", note="批注"),
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


@pytest.mark.slow
@pytest.mark.parametrize("part", ["xl/workbook.bin", "xl/worksheets/sheet1.bin", "xl/metadata.bin", "xl/styles.bin"])
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
    assert "the text file is no table: a text in it has more than 131,072 characters" in refusal(path, kit)


def test_a_binary_part_cut_off_inside_a_record_is_refused(tmp_path: Path, kit: Kit) -> None:
    path = copied("xlsb", tmp_path)
    repacked(path, lambda name, old: old + b"\x80" if name.endswith("sheet1.bin") else old)
    assert "a record is cut off" in refusal(path, kit)


def test_limits_are_looked_up_when_used(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ods, "MAX_CELLS", -1)
    assert "refused as unsafe" in refusal(copied("ods", tmp_path), kit)


def test_merged_ranges_of_open_documents() -> None:
    assert Extent(1, 2, 2, 2) in read_open_book(DATA / "book.ods").sheets[2].merged


def test_a_text_file_needs_no_library() -> None:
    code = (
        "import sys; from pathlib import Path; from docgen.formats.csv import read_text_book; import docgen.extract.source;"
        "read_text_book(Path('README.md')); sys.exit(bool({'openpyxl', 'xlrd', 'olefile', 'msoffcrypto'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


# -- what text files may ask for -------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: "a,b\n" + "x" * 2_000_001, "a row in it has more than 2,000,000 characters"),
        (lambda: "a,b\n" + '"\n",' * 600_000, "a row in it has more than 2,000,000 characters"),
        (lambda: "a,b\n" + "," * 16_384, "row 2 has more than 16,384 columns"),
        (lambda: ("甲," * 1_000 + "\n") * 201, "more than 200,000 cells in the first rows of its sheets"),
        (lambda: (("甲" * 30_000 + ",") * 10 + "\n") * 70, "more than 20,000,000 characters in the first rows"),
    ],
    ids=["a line", "a row of many lines", "columns", "cells", "characters"],
)
def test_a_text_file_asks_for_too_much(tmp_path: Path, kit: Kit, content: Callable[[], str], said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content(), encoding="utf-8")
    assert said in refusal(path, kit)


def test_a_text_longer_than_a_cell_holds_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a," + "字" * 40_000, encoding="utf-8")
    assert cells(read_text_book(path).sheets[0])["B1"] == Cell("字" * 32_767, "text-cut")


def test_a_long_line_is_not_held_whole(tmp_path: Path, kit: Kit) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a" * 30_000_000)
    tracemalloc.start()
    assert "more than 2,000,000 characters" in refusal(path, kit)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 16_000_000
