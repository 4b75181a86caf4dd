"""What comes in: files as odd programs write them; what each kind is called; zips and locks that mean harm."""

from __future__ import annotations

import io
import re
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Run
from hypothesis import given, settings
from hypothesis import strategies as st
from msoffcrypto.format.ooxml import OOXMLFile
from test_read import DTDS, refusal
from words import row, table, word_file

from docgen.errors import SourceError
from docgen.extract.source import read
from docgen.formats import budgets, package
from docgen.formats.books import passed_over, read_book
from docgen.formats.detect import Kind, inspect
from docgen.formats.markup import declares_dtd, elements
from docgen.formats.package import open_package
from docgen.model.kit import Kit

DATA = ROOT / "tests" / "data"
Parts = dict[str, bytes]
#: What the inside of a library is called; no message speaks of it.
INSIDE = re.compile(
    r"Traceback|panicked|\b(?!DocgenError)[A-Z]\w*(?:Error|Exception|Iteration|Zipfile)\b|object is not|NoneType"
)


def parts_of(path: Path) -> Parts:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(path: Path, parts: Parts) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def texts(path: Path) -> list[str]:
    """What the first sheet says."""
    sheet = read_book(path, inspect(path)).sheets[0]
    return [cell.text for cells in sheet.rows.values() for cell in cells.values()]


# -- names and types of parts ----------------------------------------------------------------------

RENAMED: dict[str, Callable[[str], str]] = {
    "backslashes": lambda name: name.replace("/", "\\"),
    "capitals": str.upper,
    "small letters": str.lower,
    "from the root": lambda name: f"/{name}",
    "from here": lambda name: f"./{name}",
}


@pytest.mark.parametrize("way", RENAMED)
@pytest.mark.parametrize("suffix", ["xlsx", "xlsb", "ods"])
def test_parts_are_found_however_their_names_are_written(tmp_path: Path, suffix: str, way: str) -> None:
    source = DATA / f"book.{suffix}"
    path = zipped(tmp_path / f"a.{suffix}", {RENAMED[way](name): content for name, content in parts_of(source).items()})
    assert texts(path) == texts(source)


@pytest.mark.parametrize("way", RENAMED)
def test_the_parts_of_a_word_file_are_found_too(tmp_path: Path, kit: Kit, way: str) -> None:
    source = word_file(tmp_path / "a.docx", table(row("甲")))
    path = zipped(tmp_path / "b.docx", {RENAMED[way](name): content for name, content in parts_of(source).items()})
    assert "no table of the document holds an intake" in refusal(path, kit)


EXCEL = "application/vnd.ms-excel."
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml."
MAIN = f"{SPREADSHEET}sheet.main+xml"
TYPES = {
    "xlsx": MAIN,
    "xltx": f"{SPREADSHEET}template.main+xml",
    "xlsm": f"{EXCEL}sheet.macroEnabled.main+xml",
    "xltm": f"{EXCEL}template.macroEnabled.main+xml",
    "xlam": f"{EXCEL}addin.macroEnabled.main+xml",
    "odd": "application/xml",
}


@pytest.mark.parametrize("suffix", TYPES)
def test_workbooks_of_other_types(tmp_path: Path, suffix: str) -> None:
    parts = parts_of(DATA / "book.xlsx")
    assert MAIN.encode() in parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(MAIN.encode(), TYPES[suffix].encode())
    path = zipped(tmp_path / f"a.{suffix}", parts)
    assert inspect(path) is Kind.WORKBOOK
    assert texts(path) == texts(DATA / "book.xlsx")


def types(*entries: str) -> bytes:
    space = 'xmlns="http://schemas.openxmlformats.org/package/2006/content-types"'
    return f"<Types {space}>{''.join(entries)}</Types>".encode()


BINARY = f'<Default Extension="bin" ContentType="{EXCEL}sheet.binary.macroEnabled.main"/>'


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        (types(BINARY, f'<Override PartName="/xl/workbook.xml" ContentType="{MAIN}"/>'), Kind.WORKBOOK),
        (types(BINARY, f'<Override PartName="\\xl\\WORKBOOK.xml" ContentType="{MAIN.upper()}"/>'), Kind.WORKBOOK),
        (types(BINARY, f'<Default Extension="xml" ContentType="{MAIN}"/>'), Kind.WORKBOOK),
        (types(BINARY), Kind.WORKBOOK),  # by the root of its main part
        (types(f'<Override PartName="/xl/workbook.xml" ContentType="{EXCEL}sheet.binary.macroEnabled.main"/>'), Kind.BINARY_WORKBOOK),
    ],
)  # fmt: skip
def test_the_type_of_the_main_part_decides(tmp_path: Path, written: bytes, kind: Kind) -> None:
    path = zipped(tmp_path / "a.xlsx", parts_of(DATA / "book.xlsx") | {"[Content_Types].xml": written})
    assert inspect(path) is kind


def test_a_binary_workbook_is_known_by_its_first_record_too(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.xlsb", parts_of(DATA / "book.xlsb") | {"[Content_Types].xml": types()})
    assert texts(path) == texts(DATA / "book.xlsb")


SPREADSHEET_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


def without(parts: Parts, *names: str) -> Parts:
    return {name: content for name, content in parts.items() if name not in names}


OPEN_DOCUMENTS: dict[str, Callable[[Parts], Parts]] = {
    "mimetype last": lambda parts: without(parts, "mimetype") | {"mimetype": parts["mimetype"]},
    "a line break behind the type": lambda parts: parts | {"mimetype": parts["mimetype"] + b"\r\n"},
    "a template": lambda parts: parts | {"mimetype": SPREADSHEET_TYPE + b"-template"},
    "no mimetype": lambda parts: without(parts, "mimetype"),
    "no mimetype and no manifest": lambda parts: without(parts, "mimetype", "META-INF/manifest.xml"),
    "an empty accelerator": lambda parts: parts | {"Configurations2/accelerator/current.xml": b""},
    "a manifest with a DTD": lambda parts: (
        without(parts, "mimetype")
        | {"META-INF/manifest.xml": b'<!DOCTYPE m PUBLIC "" "Manifest.dtd">' + parts["META-INF/manifest.xml"].partition(b"?>")[2]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OPEN_DOCUMENTS)
def test_open_documents_as_programs_write_them(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.ods", OPEN_DOCUMENTS[name](parts_of(DATA / "book.ods")))
    assert inspect(path) is Kind.OPEN_WORKBOOK
    assert texts(path) == texts(DATA / "book.ods")


def test_a_text_document_that_holds_a_spreadsheet_is_none(tmp_path: Path) -> None:
    manifest = (
        b'<m><e full-path="/" media-type="application/vnd.oasis.opendocument.text"/>'
        b'<e full-path="Object 1/" media-type="application/vnd.oasis.opendocument.spreadsheet"/></m>'
    )
    path = zipped(tmp_path / "a.odt", {"META-INF/manifest.xml": manifest, "content.xml": b"<a/>"})
    assert inspect(path) is Kind.OPEN_DOCUMENT


# -- locked files ----------------------------------------------------------------------------------


def locked(path: Path, source: Path, password: str) -> Path:
    encrypted = io.BytesIO()
    OOXMLFile(io.BytesIO(source.read_bytes())).encrypt(password, encrypted)
    path.write_bytes(encrypted.getvalue())
    return path


@pytest.mark.parametrize("suffix", ["xlsx", "xlsb"])
def test_the_default_password_is_tried(tmp_path: Path, suffix: str) -> None:
    source = DATA / f"book.{suffix}"
    assert texts(locked(tmp_path / f"a.{suffix}", source, "VelvetSweatshop")) == texts(source)


def test_any_other_password_is_a_refusal(tmp_path: Path, kit: Kit) -> None:
    said = refusal(locked(tmp_path / "a.xlsx", DATA / "book.xlsx", "secret"), kit)
    assert "the file is password-protected (remove the password and save it again)" in said


def test_a_lock_that_takes_long_to_try_is_not_tried(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    path = locked(tmp_path / "a.xlsx", DATA / "book.xlsx", "VelvetSweatshop")
    monkeypatch.setattr(budgets, "MOST_SPINS", 99_999)
    monkeypatch.setattr(OOXMLFile, "load_key", lambda *_, **__: pytest.fail("it was tried"))
    assert "password-protected" in refusal(path, kit)


def test_a_locked_file_may_be_only_so_large(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    path = locked(tmp_path / "a.xlsx", DATA / "book.xlsx", "VelvetSweatshop")
    monkeypatch.setattr(budgets, "LOCKED_PACKAGE", 1_000)
    assert "locked and too large to be unlocked" in refusal(path, kit)


def test_a_lock_described_with_entities_is_not_tried(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    path = locked(tmp_path / "a.xlsx", DATA / "book.xlsx", "VelvetSweatshop")
    content = path.read_bytes()
    assert content.count(b"<?xml version") == 1
    path.write_bytes(content.replace(b'<?xml version="1.0" enc', b"<!DOCTYPE a><a>  <!-- "))
    monkeypatch.setattr("docgen.formats.compound.declares_dtd", spy := Spy(declares_dtd))
    assert "password-protected" in refusal(path, kit)
    assert spy.results == [True]


class Spy:
    """A function whose results are kept."""

    def __init__(self, function: Callable[..., object]) -> None:
        self.results: list[object] = []
        self._function = function

    def __call__(self, *arguments: object) -> object:
        self.results.append(self._function(*arguments))
        return self.results[-1]


# -- zips that mean harm ---------------------------------------------------------------------------


def test_members_that_lie_over_each_other_are_refused(tmp_path: Path, kit: Kit) -> None:
    path = zipped(tmp_path / "a.xlsx", parts_of(DATA / "book.xlsx"))
    content = bytearray(path.read_bytes())
    first, second = [found.start() for found in re.finditer(b"PK\x01\x02", content)][:2]
    content[second + 42 : second + 46] = content[first + 42 : first + 46]  # where the member begins
    path.write_bytes(content)
    assert "two of its parts lie over each other" in refusal(path, kit)


@pytest.mark.parametrize("name", ["../evil.xml", "xl/../../evil.xml", "xl\\..\\..\\evil.xml", "/../evil.xml"])
def test_members_that_point_outside_are_refused(tmp_path: Path, kit: Kit, name: str) -> None:
    path = zipped(tmp_path / "a.xlsx", parts_of(DATA / "book.xlsx") | {name: b"<a/>"})
    assert "is a link or points out of it" in refusal(path, kit)


def test_members_that_are_links_are_refused(tmp_path: Path, kit: Kit) -> None:
    path = zipped(tmp_path / "a.xlsx", parts_of(DATA / "book.xlsx"))
    link = zipfile.ZipInfo("xl/link.xml")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "'xl/link.xml' is a link or points out of it" in refusal(path, kit)


def test_a_list_of_parts_without_end_is_not_read(tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its length is known before it is read, and no piece of the file longer than its budget is."""
    monkeypatch.setattr(budgets, "LONGEST_DIRECTORY", 10_000)
    path = zipped(tmp_path / "a.xlsx", parts_of(DATA / "book.xlsx") | {f"x{n}": b"" for n in range(300)})
    sizes = []
    reading = package._DirectoryMeter.read

    def kept(self: package._DirectoryMeter, size: int = -1) -> bytes:
        data = reading(self, size)
        sizes.append(len(data))
        return data

    monkeypatch.setattr(package._DirectoryMeter, "read", kept)
    assert "the list of its parts is longer than" in refusal(path, kit)
    assert max(sizes) <= 10_000


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_packed_in_other_ways_are_refused(tmp_path: Path, kit: Kit, method: int) -> None:
    """Other ways unpack megabytes at once out of few bytes; Office knows none of them."""
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in parts_of(DATA / "book.xlsx").items():
            archive.writestr(name, content)
    assert "packed in a way that Office does not know" in refusal(path, kit)


def test_a_member_may_not_be_larger_than_it_says(tmp_path: Path, kit: Kit) -> None:
    path = zipped(tmp_path / "a.xlsx", parts_of(DATA / "book.xlsx"))
    content = bytearray(path.read_bytes())
    at = content.index(b"xl/workbook.xml", content.index(b"PK\x01\x02")) - 46
    size = struct.unpack_from("<I", content, at + 24)[0]
    struct.pack_into("<I", content, at + 24, size - 9)
    path.write_bytes(content)
    assert INSIDE.search(refusal(path, kit)) is None


def test_parts_that_are_read_whole_share_one_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "a.zip", {f"{n}.xml": b"<a/>" * 100 for n in range(5)})
    monkeypatch.setattr(budgets, "WHOLE_PARTS", 1_000)
    with open_package(path) as found, pytest.raises(budgets.TooMuch, match="in parts that are read whole"):
        [found.read(name) for name in found.names()]


def test_the_trees_of_parts_share_one_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "a.zip", {f"{n}.xml": b"<r>" + b"<a b='c'/>" * 100 + b"</r>" for n in range(5)})
    monkeypatch.setattr(budgets, "WHOLE_TREES", 100_000)
    with open_package(path) as found, pytest.raises(budgets.TooMuch, match="bytes in elements of XML"):
        [found.parse(name) for name in found.names()]


def test_of_a_long_part_nothing_stays_but_the_element_at_hand() -> None:
    content = b"<r>" + b"<o><c/></o><a><b>x</b></a>" * 10_000 + b"</r>"
    found = 0
    for element in elements(io.BytesIO(content), {"a"}):
        assert [one.tag for one in element.iter()] == ["a", "b"]
        found += 1
    assert found == 10_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: b"<r><a>" + b"<b/>" * 101 + b"</a></r>", "holds more than 100 others"),
        (lambda: b"<r>" + b" " * 7_000_000 + b"</r>", "without a tag"),
        (lambda: b"<r><!--" + b">" * 7_000_000 + b"--></r>", "without a tag"),
        (lambda: b"<r>" * 300, "nested more than 200 deep"),
    ],
    ids=["children", "text", "a comment", "depth"],
)
def test_a_long_part_asks_for_too_much(content: Callable[[], bytes], said: str) -> None:
    with pytest.raises(budgets.TooMuch, match=said):
        list(elements(io.BytesIO(content()), {"a"}, 100))


# -- what is said ----------------------------------------------------------------------------------

BEGINNINGS = {
    "scan.pdf": (b"%PDF-1.7\n", "a PDF file"),
    "photo.jpg": (b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture"),
    "shot.png": (b"\x89PNG\r\n\x1a\n", "a picture"),
    "shot.heic": (b"\0\0\0\x18ftypheic", "a picture"),
    "shot.webp": (b"RIFF\0\0\0\0WEBP", "a picture"),
    "scan.bmp": (b"BM\x10\0\0\0\0\0\0\0", "a picture"),
    "scan.tif": (b"II*\0\x08\0", "a picture"),
    "all.rar": (b"Rar!\x1a\x07\1\0", "a compressed archive"),
    "all.7z": (b"7z\xbc\xaf\x27\x1c", "a compressed archive"),
    "all.tar.gz": (b"\x1f\x8b\x08", "a compressed archive"),
    "program": (b"\x7fELF\0\0", "not a known kind of file"),
    "old.doc": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512) + "WordDocument\0".encode("utf-16-le"), "an old Word document (.doc)"),
    "page.mht": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n", "a web page"),
}  # fmt: skip


@pytest.mark.parametrize("name", BEGINNINGS)
def test_what_is_not_read_is_named_and_nothing_impossible_asked(tmp_path: Path, kit: Kit, name: str) -> None:
    content, called = BEGINNINGS[name]
    path = tmp_path / name
    path.write_bytes(content)
    said = refusal(path, kit)
    told = passed_over(path)
    assert told is not None
    for line in (said, told):
        assert called in line
        if called in {"a PDF file", "a picture", "not a known kind of file"}:
            assert "save it as" not in line
            assert "ask the customer for the form itself" in line


def test_a_text_that_begins_as_a_bitmap_does_is_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("BM编号,公司名称\n1,甲", encoding="utf-8")
    assert inspect(tmp_path / "a.csv") is Kind.TEXT


@pytest.mark.parametrize("name", ["~$intake.xlsx", ".~lock.intake.ods#"])
def test_the_lock_of_an_open_document_says_to_close_it(tmp_path: Path, run: Run, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x07Someone" + b" " * 156)
    done = run("check", tmp_path / name)
    assert done.code == 3
    assert "close it in Excel first" in done.err
    assert "close it in Excel first" in str(passed_over(tmp_path / name))


def test_a_workbook_named_as_a_lock_is_read(tmp_path: Path) -> None:
    path = Path(shutil.copy(DATA / "book.xlsx", tmp_path / "~$book.xlsx"))
    assert texts(path) == texts(DATA / "book.xlsx")


def test_sources_and_files_of_the_system_are_not_passed_over(tmp_path: Path) -> None:
    for name in ("a.xlsx", "a.csv", "broken.docx"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        (tmp_path / name).write_bytes(b"\0\1")
    shutil.copy(DATA / "book.ods", tmp_path / "without-suffix")
    assert [passed_over(path) for path in sorted(tmp_path.iterdir())] == [None] * 7


def test_what_else_is_passed_over_says_why(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "empty").touch()
    zipped(tmp_path / "all.zip", {"a.xlsx": (DATA / "book.xlsx").read_bytes()})
    zipped(tmp_path / "table.numbers", {"Index/Document.iwa": b"\0"})
    told = {path.name: str(passed_over(path)) for path in tmp_path.iterdir()}
    assert "save it as .csv" in told["notes.txt"]
    assert told["empty"] == "the file is empty (ask for the file again)"
    assert "unpack it and name the workbooks in it" in told["all.zip"]
    assert "export it as an Excel workbook" in told["table.numbers"]
    assert not any(str(tmp_path) in line for line in told.values())


def said_of(path: Path, kit: Kit) -> str:
    """The refusal of the file; nothing where it is read."""
    try:
        list(read(path, kit).intakes)
    except SourceError as refused:
        return str(refused)
    return ""


DAMAGE = st.tuples(
    st.integers(0, 30), st.sampled_from([b"", b"<a>", b"<a/>", b"\0\1\2", DTDS["plain"], b"<a b='c'><d/></a>", b"[1]"])
)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["xlsx", "xlsb", "ods", "docx"])
@settings(max_examples=40, deadline=None)
@given(damage=st.lists(DAMAGE, min_size=1, max_size=3))
def test_no_message_speaks_of_the_inside(
    kit: Kit, tmp_path_factory: pytest.TempPathFactory, suffix: str, damage: list[tuple[int, bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    source = DATA / f"book.{suffix}"
    if suffix == "docx":
        source = word_file(folder / "a.docx", table(row("甲")), {"styles.xml": "<a/>"}, {"styles.xml": "styles"})
    parts = parts_of(source)
    for number, content in damage:
        parts[list(parts)[number % len(parts)]] = content
    path = zipped(folder / f"b.{suffix}", parts)
    assert INSIDE.search(said_of(path, kit)) is None


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["xls", "xlsx", "xlsb", "ods"])
@settings(max_examples=60, deadline=None)
@given(flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=5))
def test_nor_where_bytes_are_flipped(
    kit: Kit, tmp_path_factory: pytest.TempPathFactory, suffix: str, flips: list[tuple[float, int]]
) -> None:
    path = tmp_path_factory.mktemp("flipped") / f"a.{suffix}"
    content = bytearray((DATA / f"book.{suffix}").read_bytes())
    for where, bits in flips:
        content[int(where * len(content))] ^= bits
    path.write_bytes(content)
    assert INSIDE.search(said_of(path, kit)) is None
