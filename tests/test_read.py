"""Opening sources: what a file is, what is refused and how it is said, and what cells say."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from tables import form_text, workbook

from docgen.errors import SourceError
from docgen.extract.source import read
from docgen.formats import budgets, detect
from docgen.formats.detect import Kind
from docgen.formats.grid import Cell, Extent, cell_of, grid, letters
from docgen.formats.xlsx import read_book
from docgen.model.kit import Kit

Rewrite = Callable[[str, bytes], bytes | None]


def repacked(path: Path, change: Rewrite, **extra: bytes) -> Path:
    """The workbook at `path` with each part changed, None taking it away, and parts added to it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            changed = change(name, content)
            if changed is not None:
                archive.writestr(name, changed)
        for name, content in extra.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return path


def filled(path: Path) -> Path:
    return workbook(path / "intake.xlsx", form_text({"company_name": "甲公司"}))


def refusal(path: Path, kit: Kit) -> str:
    """The one line with which the file is refused."""
    with pytest.raises(SourceError) as caught:
        read(path, kit)
    line = str(caught.value)
    assert str(path) in line
    assert "\n" not in line
    assert caught.value.hint
    return line


def read_or_refuse(path: Path, kit: Kit) -> None:
    """Read the file; the only error there may be is a refusal, one line long."""
    said = ""
    try:
        list(read(path, kit).intakes)
    except SourceError as refused:
        said = str(refused)
    assert "\n" not in said


# -- what is refused -------------------------------------------------------------------------------


def zipped(**parts: bytes) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return memory.getvalue()


def of_type(content_type: bytes) -> bytes:
    types = b'<Types><Override ContentType="application/vnd.' + content_type + b'"/></Types>'
    return zipped(**{"[Content_Types].xml": types})


OOXML = b"openxmlformats-officedocument."
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)
FOREIGN = {
    "empty": (b"", "the file is empty"),
    "text": ("公司名称,甲".encode(), "a plain text file"),
    "utf-16 text": ("公司名称\t甲".encode("utf-16"), "a plain text file"),
    "pdf": (b"%PDF-1.7\n", "a PDF file"),
    "web page": (b"\n<html><table>", "a web page"),
    "xml": (b'<?xml version="1.0"?><Workbook/>', "an XML file"),
    "binary": (b"\x7fELF\0\0", "not a known kind of file"),
    "zip": (zipped(**{"a.txt": b"a"}), "a zip archive, not a workbook"),
    "docx": (of_type(OOXML + b"wordprocessingml.document.main+xml"), "the document cannot be read"),
    "pptx": (of_type(OOXML + b"presentationml.presentation.main+xml"), "a PowerPoint presentation"),
    "visio": (of_type(b"ms-visio.drawing.main+xml"), "a zip archive, not a workbook"),
    "epub": (zipped(mimetype=b"application/epub+zip"), "a zip archive, not a workbook"),
    "xlsb": (of_type(b"ms-excel.sheet.binary.macroEnabled.main"), "the workbook cannot be read"),
    "ods": (zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "the spreadsheet cannot be read"),
    "odt": (zipped(mimetype=b"application/vnd.oasis.opendocument.text"), "an OpenDocument file, which is not read"),
    "xls cut off": (
        OLE[:8] + "Workbook\0".encode("utf-16-le"),
        "the workbook cannot be read: it is cut off, or its tables are damaged",
    ),
    "xls": (OLE + "Workbook\0".encode("utf-16-le"), "the workbook cannot be read"),
    "doc": (OLE + "WordDocument\0".encode("utf-16-le"), "an old Word document (.doc), which is not read"),
    "ppt": (OLE + "PowerPoint Document\0".encode("utf-16-le"), "a PowerPoint presentation"),
    "old office": (OLE + "VisioDocument\0".encode("utf-16-le"), "a file of an old Office program"),
    "rtf": (b"{\\rtf1\\ansi", "a rich text document (.rtf), which is not read"),
    "encrypted": (OLE + "EncryptedPackage\0".encode("utf-16-le"), "password-protected"),
    "no parts": (of_type(OOXML + b"spreadsheetml.sheet.main+xml"), "the workbook cannot be read"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_files_are_named_and_refused(tmp_path: Path, kit: Kit, name: str) -> None:
    content, said = FOREIGN[name]
    path = tmp_path / "intake.xlsx"
    path.write_bytes(content)
    assert said in refusal(path, kit)


def test_a_wrong_suffix_is_no_error(tmp_path: Path, kit: Kit) -> None:
    path = filled(tmp_path).rename(tmp_path / "intake.doc")
    assert detect.inspect(path) is Kind.WORKBOOK
    assert len(list(read(path, kit).intakes)) == 1


def test_a_folder_is_refused(tmp_path: Path, kit: Kit) -> None:
    assert "cannot be read" in refusal(tmp_path, kit)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_a_file_cut_off_is_damaged(tmp_path: Path, kit: Kit, part: float) -> None:
    path = filled(tmp_path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    assert "damaged" in refusal(path, kit)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_part_of_spoilt_data_is_refused(tmp_path: Path, kit: Kit, method: int) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("[Content_Types].xml", bytes(range(256)) * 20)
    content = bytearray(path.read_bytes())
    content[70:200] = (byte ^ 0x55 for byte in content[70:200])
    path.write_bytes(content)
    assert re.search("the file is damaged|cannot be read", refusal(path, kit))


def test_an_encrypted_part_is_password_protected(tmp_path: Path, kit: Kit) -> None:
    path = filled(tmp_path)
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(content)
    assert "password-protected" in refusal(path, kit)


DTDS = {
    "plain": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "after a comment": b"<!-- " + b"x" * 10_000 + b" -->\n<!DOCTYPE a SYSTEM 'http://example.com/a.dtd'><a/>",
    "utf-16": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
}


#: The parts of a workbook that are read: its kind, its sheets and what they share, its mark.
READ = [
    "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml",
    "xl/styles.xml", "xl/sharedStrings.xml", "docProps/custom.xml",
]  # fmt: skip


@pytest.mark.parametrize("name", DTDS)
@pytest.mark.parametrize("part", READ)
def test_a_dtd_in_a_part_that_is_read_is_refused(tmp_path: Path, kit: Kit, part: str, name: str) -> None:
    path = Path(shutil.copy(ROOT / "tests" / "data" / "book.xlsx", tmp_path))
    with zipfile.ZipFile(path) as archive:
        assert part in archive.namelist()
    repacked(path, lambda found, content: DTDS[name] if found == part else content)
    assert "declares a DTD or entities" in refusal(path, kit)


def test_a_part_without_a_suffix_is_looked_at_too(tmp_path: Path, kit: Kit) -> None:
    def change(name: str, content: bytes) -> bytes | None:
        return None if name.endswith("sheet1.xml") else content.replace(b"worksheets/sheet1.xml", b"worksheets/one")

    path = repacked(filled(tmp_path), change)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/one", DTDS["plain"])
    assert "'xl/worksheets/one' declares a DTD" in refusal(path, kit)


UNREAD: dict[str, Callable[[], tuple[str, bytes]]] = {
    "a picture with a DTD": lambda: ("xl/media/logo.svg", DTDS["plain"]),
    "an HTML page": lambda: ("docProps/page.htm", b"<!DOCTYPE html><html/>"),
    "an empty part": lambda: ("customXml/item1.xml", b""),
    "properties of an add-in": lambda: (
        "xl/customProperty1.bin",
        '<?xml version="1.0" encoding="utf-8"?><a/>'.encode("utf-16"),
    ),
    "a bomb": lambda: ("xl/bomb.xml", b"<a>" + b" " * (30 * 2**20) + b"</a>"),
    "a prolog without end": lambda: ("customXml/item1.xml", b"<!-- " + b"x" * (2**20 + 2**13) + b" --><a/>"),
}


@pytest.mark.parametrize("name", UNREAD)
def test_a_part_that_nobody_reads_stops_nothing(tmp_path: Path, kit: Kit, name: str) -> None:
    path = filled(tmp_path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(*UNREAD[name]())
    assert len(list(read(path, kit).intakes)) == 1


def test_a_part_whose_root_never_comes_is_refused(tmp_path: Path, kit: Kit) -> None:
    prolog = b"<?xml version='1.0'?><!-- " + b"x" * (2**16) + b" -->"
    path = repacked(filled(tmp_path), lambda name, content: prolog + content if name == "xl/styles.xml" else content)
    assert "its part 'xl/styles.xml' does not begin as XML does" in refusal(path, kit)


def test_limits_of_a_zip(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path)
    assert detect.inspect(path) is Kind.WORKBOOK
    monkeypatch.setattr(budgets, "MOST_PARTS", 3)
    assert "parts, more than 3" in refusal(path, kit)
    monkeypatch.undo()
    monkeypatch.setattr(budgets, "MOST_UNPACKED", 100)
    assert "expands to more than" in refusal(path, kit)
    monkeypatch.undo()
    monkeypatch.setattr(budgets, "MAX_FILE", 100)
    assert "too large" in refusal(path, kit)


def test_a_part_that_expands_too_much_is_refused(tmp_path: Path, kit: Kit) -> None:
    filling = b" " * (30 * 2**20)
    path = repacked(filled(tmp_path), lambda name, content: content + filling if name == "xl/styles.xml" else content)
    assert "expands more than" in refusal(path, kit)


def test_two_parts_of_one_name_are_refused(tmp_path: Path, kit: Kit) -> None:
    path = filled(tmp_path)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/workbook.xml", b"<a/>")
    assert "the same name" in refusal(path, kit)


PARTS = ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("content", [b"", b"<a>", b"<a/>", b"\0\1\2", b'<a xmlns="b"><c r="?"/></a>'])
def test_damaged_parts_never_crash(tmp_path: Path, kit: Kit, part: str, content: bytes) -> None:
    path = repacked(filled(tmp_path), lambda name, old: content if name == part else old)
    read_or_refuse(path, kit)


@pytest.mark.parametrize("part", ["_rels/.rels", "xl/_rels/workbook.xml.rels"])
def test_a_workbook_without_its_list_of_parts_is_refused(tmp_path: Path, kit: Kit, part: str) -> None:
    path = repacked(filled(tmp_path), lambda name, content: None if name == part else content)
    said = refusal(path, kit)
    assert "the workbook cannot be read" in said
    assert part in said


FLIPS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=5)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(flips=FLIPS)
def test_flipped_bytes_never_crash(
    kit: Kit, tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[float, int]]
) -> None:
    path = filled(tmp_path_factory.mktemp("flipped"))
    content = bytearray(path.read_bytes())
    for where, bits in flips:
        content[int(where * len(content))] ^= bits
    path.write_bytes(content)
    read_or_refuse(path, kit)


# -- what cells say --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  as it is \n", "  as it is \n"),
        ("a_x000D_\nb_x0009_c", "a\n\nb\tc"),
        (5000, "5000"),
        (13800138000.0, "13800138000"),
        (0.1 + 0.2, "0.3"),
        (1.5, "1.5"),
        (1e-7, "0.0000001"),
        (999_999_999_999_999.0, "999999999999999"),
        (Decimal("20.0"), "20"),
        (-3, "-3"),
        (True, "TRUE"),
        (False, "FALSE"),
        (dt.datetime(2026, 1, 2), "2026-01-02"),
        (dt.datetime(2026, 1, 2, 3, 4), "2026-01-02 03:04:00"),
        (dt.time(3, 4), "03:04:00"),
        (None, ""),
    ],
)
def test_the_text_of_a_value(value: object, text: str) -> None:
    assert cell_of(value) == Cell(text, is_date=isinstance(value, dt.date))


@pytest.mark.parametrize("value", [1234567890123456, 1.380013800012345e19, -(10**15), float("inf"), float("nan")])
def test_numbers_that_lost_digits_have_a_fault(value: float) -> None:
    assert cell_of(value).fault == ("digits-lost" if abs(value) < 1e300 else "cell-error")


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_whole_numbers_keep_every_digit(number: int) -> None:
    assert cell_of(number) == cell_of(float(number)) == Cell(str(number))


def test_cells_of_every_type_in_a_workbook(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        "| text |",
        values={
            "A2": 13800138000, "A3": 0.35, "A4": True, "A5": dt.date(2026, 1, 2), "A6": "=1+2", "A7": "#REF!",
            "A8": 1234567890123456, "A9": "　\u200b ", "XFD1048576": "corner",
        },
        formats={"A3": "0.00%"},
    )  # fmt: skip
    (sheet,) = read_book(path).sheets
    assert {row: cells[1] for row, cells in sheet.rows.items() if 1 in cells} == {
        1: Cell("text"),
        2: Cell("13800138000"),
        3: Cell("35.00%"),
        4: Cell("TRUE"),
        5: Cell("2026-01-02", is_date=True),
        6: Cell("=1+2", "formula-without-value"),
        7: Cell("#REF!", "cell-error"),
        8: Cell("1234567890123456", "digits-lost"),
    }
    assert sheet.cell(1_048_576, 16_384) == Cell("corner")
    assert sheet.address(1_048_576, 16_384) == "XFD1048576"


def test_a_formula_with_a_stored_result_is_its_result(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", "| a |", values={"A1": "=1+2", "A2": "=B9", "A3": '=IF(1,"","")'})
    stored = {b"<f>1+2</f><v/>": b"<f>1+2</f><v>3</v>", b"<f>1+2</f><v></v>": b"<f>1+2</f><v>3</v>"}

    def change(name: str, content: bytes) -> bytes:
        for old, new in stored.items():
            content = content.replace(old, new)
        return content.replace(b'<c r="A3">', b'<c r="A3" t="str">')

    (sheet,) = read_book(repacked(path, change)).sheets
    assert sheet.rows == {1: {1: Cell("3")}, 2: {1: Cell("=B9", "formula-without-value")}}


def test_dates_of_the_1904_calendar(tmp_path: Path) -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    assert book.active is not None
    book.active["A1"] = dt.date(2026, 1, 2)
    book.save(tmp_path / "a.xlsx")
    assert read_book(tmp_path / "a.xlsx").sheets[0].cell(1, 1) == Cell("2026-01-02", is_date=True)


def test_rich_text_is_joined(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", "| here |")

    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"<t>here</t>", "<r><t>甲</t></r><r><rPr><b/></rPr><t>公司</t></r>".encode())

    assert read_book(repacked(path, change)).sheets[0].cell(1, 1) == Cell("甲公司")


def test_a_strict_workbook_is_read(tmp_path: Path, kit: Kit) -> None:
    def change(name: str, content: bytes) -> bytes:
        for old, new in (
            (b"http://schemas.openxmlformats.org/officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/"),
            (b"http://schemas.openxmlformats.org/spreadsheetml/2006/", b"http://purl.oclc.org/ooxml/spreadsheetml/"),
        ):
            content = content.replace(old, new)
        return content

    (answers,) = read(repacked(filled(tmp_path), change), kit).intakes
    assert answers.fields["company_name"].written == "甲公司"


def test_broken_properties_do_not_stop_a_workbook(tmp_path: Path, kit: Kit) -> None:
    path = filled(tmp_path)

    def change(name: str, content: bytes) -> bytes:
        return b"<a><created>never</created></a>" if name == "docProps/core.xml" else content

    assert len(list(read(repacked(path, change), kit).intakes)) == 1


def test_the_mark_of_a_kit(tmp_path: Path, kit: Kit) -> None:
    for mark, expected in (("caller-number 1.0.0", ("caller-number", "1.0.0")), ("nonsense", None), ("", None)):
        path = workbook(tmp_path / "a.xlsx", form_text({}), properties={"docgen-kit": mark})
        (answers,) = read(path, kit).intakes
        assert answers.made_with == expected


def test_what_a_merged_range_hides_is_not_seen() -> None:
    sheet = grid("S", [(1, 1, Cell("a")), (1, 2, Cell("hidden")), (2, 1, Cell(" "))], [Extent(1, 1, 2, 2)])
    assert sheet.rows == {1: {1: Cell("a")}}
    assert sheet.extent(2, 2) == Extent(1, 1, 2, 2)
    assert sheet.extent(3, 1) == Extent(3, 1, 3, 1)


def test_columns_have_letters() -> None:
    assert [letters(number) for number in (1, 26, 27, 702, 703, 16_384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_the_package_imports_nothing_heavy() -> None:
    code = "import sys, docgen.extract.source; sys.exit('openpyxl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parent.parent).returncode == 0
