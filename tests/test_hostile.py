"""Values that mean harm come out as text in every output, and shape no path, link, formula, field or command."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pypdf
import pytest
import queries
from conftest import GOOD, Run
from lxml import etree
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from docgen.kit import kits
from docgen.packet import packet

#: What a customer writes as the name of the company, and what every document must show.
SAME = [
    "{{ 7 * 7 }}", "{% for x in y %}", "{# gone #}", "{{r company_name }}", "{%tr if 1 %}", "｛｛ company_name ｝｝",
    "<w:p><w:r/></w:p>]]>", "&lt;&amp;&#x41;", '"><script>alert(1)</script>', "<img src=http://127.0.0.1/x>",
    "</style><style>@import url(http://127.0.0.1)</style>", "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>&a;",
    '=HYPERLINK("http://127.0.0.1","x")', "=1+1", "+1+cmd|'/C calc'!A0", "-2+3", "@SUM(1)", "{=1+1}",
    'INCLUDETEXT "/etc/passwd"', 'HYPERLINK "http://127.0.0.1"', "file:///etc/passwd", "javascript:alert(1)",
    "../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "C:\\con", "CON", "nul.docx", "~/x", ".hidden", "a:b*c?d",
    "$(touch evil); `touch evil` | touch evil", "--force", "%s%n{0.__class__}", "字" * 300, "😀甲", "_x0041_", "[red]甲[/red]",
]  # fmt: skip
CHANGED = {
    "甲\x01乙": "甲乙",
    "\x1b]0;evil\x07\x1b[31m甲": "]0;evil[31m甲",
    "\x9b31m甲": "31m甲",
    "\u202e甲\u2066乙\u200f": "甲乙",
    "甲\u200b\ufeff乙": "甲乙",
}
HOSTILE = {value: value for value in SAME} | CHANGED
#: What a terminal obeys, or shows elsewhere than it stands.
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A table with a row for each: a text file, since only there every character can stand."""
    return write(
        tmp_path / "t.csv",
        [{"company_name": v, "contact_title": v, "main_script": f"{GOOD['main_script']}\n{v}"} for v in HOSTILE],
    )


def write(path: Path, intakes: Iterable[dict[str, str]]) -> Path:
    """Write a table of good intakes with these answers to `path`, and return it."""
    fields = kits.load(kits.find("caller-number")).fields
    written = io.StringIO()
    csv.writer(written).writerows(
        [[fields[key].label for key in GOOD], *([*(GOOD | changes).values()] for changes in intakes)]
    )
    path.write_bytes(written.getvalue().encode("utf-8"))
    return path


def test_terminals_get_nothing_to_obey(run: Run, source: Path, tmp_path: Path) -> None:
    told = run("check", source, "--json")
    assert told.code == 0, told.err
    assert [intake["name"] for intake in told.json["intakes"]] == list(HOSTILE.values())
    quoted = write(
        tmp_path / "quoted.csv", [{"contact_mobile": "\x1b[31m\u202e\x9b138", "number_types": "\x1b]0;x\x07"}]
    )
    assert r"\u001b[31m\u202e\u009b138" in run("check", quoted).out
    evil = tmp_path / "\x1b[31m\u202e甲\nerror: all is well.csv"
    evil.write_text("no\x1b[31m table\n", encoding="utf-8")
    for done in (told, run("check", source), run("check", quoted), run("check", quoted, "--json"), run("check", evil, "-v"), run("check", f"{evil}x"), run("check", "--\x1b[31m"),
                 run("batch", evil, "-o", tmp_path / "b", "--dry-run")):  # fmt: skip
        assert not OBEYED.search(done.out + done.err), done


@pytest.mark.slow
def test_the_sheets_that_go_back_hold_texts_alone(run: Run, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "r"
    assert run("return", source, "-o", out).code == 0
    targets = sorted(out.glob("*.xlsx"))
    assert len(targets) == len(HOSTILE)
    texts = set()
    for target in targets:
        cells = [cell for sheet in load_workbook(target) for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert not [cell for cell in cells if cell.hyperlink]
        for name in CalamineWorkbook.from_path(target).sheet_names:
            texts |= {str(value) for row in rows(target, name) for value in row}
        with zipfile.ZipFile(target) as archive:
            assert not [name for name in archive.namelist() if "externalLink" in name or b"<f>" in archive.read(name)]
            links = [name for name in archive.namelist() if name.endswith(".rels")]
            assert not [name for name in links if b"External" in archive.read(name)]
    assert set(HOSTILE.values()) - texts == set()
    again = run("check", *targets, "--json").json["intakes"]
    assert {intake["name"] for intake in again} == set(HOSTILE.values())


def rows(path: Path, sheet: str) -> list[list[Any]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()


@pytest.mark.slow
def test_packets_hold_the_values_as_text_and_nothing_else_of_them(
    run: Run, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packet, "review_of", lambda *_: b"%PDF-")  # it has a test of its own
    out = tmp_path / "outputs"
    done = run("packet", source, "-o", out, "--json")
    assert done.code == 0, done.err
    assert {path.name for path in tmp_path.iterdir()} == {"t.csv", "outputs"}
    skeletons = set()
    for text, made in zip(HOSTILE.values(), done.json["packets"], strict=True):
        assert made["name"] == text
        folder = Path(made["folder"])
        assert_plain(folder, out, *map(Path, made["files"].values()))
        form, contract = (Path(made["files"][kind]).read_bytes() for kind in ("form", "contract"))
        controls = queries.controls(form)
        assert controls["company_name"].text == controls["contact_title"].text == text
        assert controls["main_script"].text.endswith(f"\n{text}")
        assert text in queries.all_text(contract)
        verdict = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["verdict"]
        assert verdict == ("accepted" if any(map(str.isalpha, text)) else "manual")  # a name of figures is asked about
        skeletons.add((skeleton(form), skeleton(contract)))
    assert len(skeletons) == 1


def assert_plain(folder: Path, out: Path, *paths: Path) -> None:
    """The folder lies in `out`, the files in the folder, and their names are names everywhere."""
    assert folder.parent == out.resolve()
    assert {path.parent for path in paths} == {folder}
    for name in (folder.name, *(path.name for path in paths)):
        assert len(name.encode()) <= 140
        assert not re.search(r'[<>:"/\\|?*]', name)
        assert not name.startswith((".", "~/x", "-")) or name.rpartition("-")[2]
        assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in name)
        assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", name)


@pytest.mark.slow
def test_a_summary_shows_them_opens_nothing_and_runs_nothing(run: Run, source: Path, tmp_path: Path) -> None:
    source = source.rename(tmp_path / "=1+1 <b>{{ 7 * 7 }}.csv")
    for row, text in [*enumerate(HOSTILE.values(), start=2)][7::9]:
        assert run("review", source, "--row", row, "-o", tmp_path / f"{row}.pdf").code == 0
        reader = pypdf.PdfReader(tmp_path / f"{row}.pdf")
        told = "".join("".join(page.extract_text() for page in reader.pages).split())
        assert "".join(text.split())[:40] in told
        assert "".join(source.name.split()) in told
        annotations: list[Any] = [each.get_object() for page in reader.pages for each in page.get("/Annots", [])]
        assert {annotation.get("/A", {}).get("/S", "/GoTo") for annotation in annotations} <= {"/GoTo"}
        root: Any = reader.trailer["/Root"]
        assert not {"/OpenAction", "/AA"} & set(root)
        assert set(reader.attachments) == {"intake.json"}


def skeleton(content: bytes) -> tuple[object, ...]:
    """What a Word file is beside its texts: parts, relationships, fields, links."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        relationships = tuple(archive.read(name) for name in archive.namelist() if name.endswith(".rels"))
        names = tuple(archive.namelist())
    document = queries.part(content)
    fields = tuple(
        etree.tostring(node)
        for tag in ("instrText", "fldSimple", "hyperlink", "fldChar", "altChunk", "object")
        for node in document.iter(f"{{{queries.W}}}{tag}")
    )
    return names, relationships, fields


@pytest.mark.slow
def test_a_word_form_that_goes_back_shows_them_too(run: Run, source: Path, tmp_path: Path) -> None:
    for row, text in [*enumerate(HOSTILE.values(), start=2)][::4]:
        target = tmp_path / f"{row}.docx"
        assert run("return", source, "--docx", "--row", row, "-o", target).code == 0
        assert queries.controls(target.read_bytes())["company_name"].text == text


@pytest.mark.slow
def test_reports_quote_them_and_link_to_packets_alone(run: Run, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("batch", source, "-o", out, "--jobs", 1, "--only", "contract", "--log-json")
    assert done.code == 0, done.err
    assert not OBEYED.search(done.err)
    folders = {path.name for path in out.iterdir() if path.is_dir()}
    assert len(folders) == len(HOSTILE)

    book = load_workbook(out / "report.xlsx")
    cells = [cell for row in book["intakes"].iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    links = [cell.hyperlink.target for cell in cells if cell.hyperlink]
    assert {unquote(str(link)).rstrip("/") for link in links} == folders
    names = {str(row[3]) for row in rows(out / "report.xlsx", "intakes")[1:]}
    assert names == set(HOSTILE.values())

    documents = {f"{path.parent.name}/{path.name}" for path in out.glob("*/*.docx")}
    assert len(documents) == len(HOSTILE)
    page: Any = etree.HTML((out / "report.html").read_text(encoding="utf-8"))
    assert not page.xpath("//script | //img | //iframe | //link | //object | //*[@onclick or @onerror or @src]")
    assert {unquote(link).rstrip("/") for link in page.xpath("//a/@href")} == {*folders, *documents, "report.xlsx"}
    assert {"".join(cell.itertext()).strip() for cell in page.xpath("//td/a")} == set(HOSTILE.values())
    assert len(page.xpath("//style")) == 1
