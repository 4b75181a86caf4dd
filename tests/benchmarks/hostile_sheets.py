"""Workbooks (.xlsx, .ods) made to cost minutes or gigabytes, in full size: what each costs to check.

    python tests/benchmarks/hostile_sheets.py [NAME...]

Every file is checked by a process of its own; seconds of CPU and peak memory must stay below 10 s and 600 MB.
`tests/test_hostile_sheets.py` holds a small form of each.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS, MOST_MB = 10, 600
MB = 2**20

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_PARTS = {
    "sharedStrings": "sharedStrings.xml", "styles": "styles.xml",
}  # fmt: skip
Part = str | bytes | Iterable[bytes]


def repeated(piece: str, count: int, *, seed: int = 1) -> Iterator[bytes]:
    """So many pieces, by the megabyte, each with a remark that does not pack, so that no rule on packing refuses them."""
    data, chance = piece.encode(), random.Random(seed)
    block = MB // len(data)
    for start in range(0, count, block):
        yield data * min(block, count - start)
        if not piece.endswith(" "):
            yield b"<!--" + chance.randbytes(5000).hex().encode() + b"-->"


def noise(size: int, seed: int = 1) -> Iterator[bytes]:
    """So many letters that pack about a hundred times, as text does that no rule on packing refuses."""
    words = random.Random(seed)
    for _ in range(size // MB):
        block = bytes(words.choice(b"abcdefghijklmnop") for _ in range(4096))
        yield block * (MB // 4096)


def sheet(rows: Part = b"", before: Part = b"", behind: Part = b"") -> Iterator[bytes]:
    """The part of a sheet."""
    yield f'{_HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}">'.encode()
    yield from pieces(before)
    yield b"<sheetData>"
    yield from pieces(rows)
    yield b"</sheetData>"
    yield from pieces(behind)
    yield b"</worksheet>"


def pieces(part: Part) -> Iterator[bytes]:
    """The bytes of a part."""
    if isinstance(part, str):
        yield part.encode()
    elif isinstance(part, bytes):
        yield part
    else:
        yield from part


def workbook(path: Path, sheets: Iterable[Part], *, book: Part = b"", **parts: Part) -> Path:
    """A workbook of these sheets; `sharedStrings`, `styles` and parts by name (`xl__comments1`) are what else it holds."""
    sheets = list(sheets)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        types = (
            f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
        )
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("_rels/.rels", relations({"r1": ("officeDocument", "xl/workbook.xml")}))
        listed = {f"s{number}": ("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)}
        listed |= {kind: (kind, name) for kind, name in _PARTS.items() if kind in parts}
        archive.writestr("xl/_rels/workbook.xml.rels", relations(listed))
        names = "".join(
            f'<sheet name="S{number}" sheetId="{number}" r:id="s{number}"/>' for number in range(1, len(sheets) + 1)
        )
        store(archive, "xl/workbook.xml", (
            f'{_HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{names}</sheets>'.encode(),
            *pieces(book), b"</workbook>",
        ))  # fmt: skip
        for number, one in enumerate(sheets, start=1):
            store(archive, f"xl/worksheets/sheet{number}.xml", one)
        for name, part in parts.items():
            store(archive, f"xl/{_PARTS[name]}" if name in _PARTS else name.replace("__", "/"), part)
    return path


def store(archive: zipfile.ZipFile, name: str, part: Part) -> None:
    """Put a part into the archive, piece by piece."""
    with archive.open(name, "w", force_zip64=True) as target:
        for piece in pieces(part):
            target.write(piece)


def relations(targets: dict[str, tuple[str, str]]) -> str:
    """The list of what a part refers to: by id the kind and the target."""
    listed = "".join(
        f'<Relationship Id="{key}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}">{listed}</Relationships>'


def strings(texts: Part) -> Iterator[bytes]:
    """The part of the texts that cells share."""
    yield f'{_HEAD}<sst xmlns="{MAIN}">'.encode()
    yield from pieces(texts)
    yield b"</sst>"


def styled(records: Part) -> Iterator[bytes]:
    """The part of the styles."""
    yield f'{_HEAD}<styleSheet xmlns="{MAIN}">'.encode()
    yield from pieces(records)
    yield b"</styleSheet>"


def with_part(path: Path, kind: str, part: Part) -> Path:
    """A workbook of one sheet with a part of this kind beside it."""
    return workbook(path, [sheet("<row><c t='inlineStr'><is><t>a</t></is></c></row>")], **{
        "xl__worksheets___rels__sheet1.xml.rels": relations({"r1": (kind, "../beside.xml")}), "xl__beside.xml": part,
    })  # fmt: skip


ONE = "<row><c t='inlineStr'><is><t>a</t></is></c></row>"
CELL = '<row><c t="s"><v>0</v></c></row>'
COMMENT = f'{_HEAD}<comments xmlns="{MAIN}"><commentList>'
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
BOX = (
    "<d:oneCellAnchor><d:from><d:col>1</d:col><d:row>1</d:row></d:from><d:sp><d:txBody><a:p><a:r><a:t>x</a:t></a:r>"
    "</a:p></d:txBody></d:sp></d:oneCellAnchor>"
)


def merged(references: Iterable[str]) -> Iterator[bytes]:
    """The list of merged ranges."""
    yield b"<mergeCells>"
    for reference in references:
        yield f'<mergeCell ref="{reference}"/>'.encode()
    yield b"</mergeCells>"


def overlapping(count: int) -> Iterator[str]:
    """Ranges that all lie over one another."""
    for number in range(1, count + 1):
        yield f"A{number}:XFD1048576"


def beside(count: int, rows: int = 1_048_576) -> Iterator[str]:
    """High ranges beside one another, each a row lower."""
    from openpyxl.utils import get_column_letter

    for number in range(1, count + 1):
        yield f"{get_column_letter(number)}{number}:{get_column_letter(number)}{rows}"


FILES: dict[str, Callable[[Path], Path]] = {
    "merge list without an end": lambda p: workbook(p, [sheet(ONE, behind=[b"<mergeCells>", *repeated("<mergeCell ", 2_000_000)])]),
    "merged ranges by the million": lambda p: workbook(p, [sheet(ONE, behind=merged(f"A{n}:B{n}" for n in range(1, 1_000_001)))]),
    "merged ranges over one another": lambda p: workbook(p, [sheet(ONE, behind=merged(overlapping(90_000)))]),
    "tall merged ranges": lambda p: workbook(p, [sheet(ONE, behind=merged(beside(16_000)))]),
    "one long text in many cells": lambda p: workbook(p, [sheet(repeated(CELL, 100_000))], sharedStrings=strings((b"<si><t>", *noise(MB), b"</t></si>"))),
    "long texts in many cells of a long sheet": lambda p: workbook(p, [sheet(repeated(CELL, 1_000_000))], sharedStrings=strings((b"<si><t>", *noise(MB), b"</t></si>"))),
    "shared texts by the million": lambda p: workbook(p, [sheet(ONE)], sharedStrings=strings(repeated("<si/>", 20_000_000))),
    "long shared texts": lambda p: workbook(p, [sheet(ONE)], sharedStrings=strings(piece for _ in range(240) for piece in (b"<si><t>", *noise(MB), b"</t></si>"))),
    "shared texts in runs by the million": lambda p: workbook(p, [sheet(ONE)], sharedStrings=strings((b"<si>", *repeated("<r><rPr><strike/></rPr><t>a</t></r>", 5_000_000), b"</si>"))),
    "styles by the million": lambda p: workbook(p, [sheet(ONE)], styles=styled((b"<cellXfs>", *repeated("<xf/>", 40_000_000), b"</cellXfs>"))),
    "styles that nobody asks for": lambda p: workbook(p, [sheet(ONE)], styles=styled((b"<cellStyleXfs>", *repeated("<xf/>", 40_000_000), b"</cellStyleXfs>"))),
    "number formats by the million": lambda p: workbook(p, [sheet(ONE)], styles=styled((b"<numFmts>", *(f'<numFmt numFmtId="{n}" formatCode="0"/>'.encode() for n in range(1_000_000)), b"</numFmts>"))),
    "a text without an end in a cell": lambda p: workbook(p, [sheet((b"<row><c><v>", *noise(240 * MB), b"</v></c></row>"))]),
    "a text without an end beside cells": lambda p: workbook(p, [sheet(ONE, behind=noise(240 * MB))]),
    "an attribute without an end": lambda p: workbook(p, [sheet((b'<row><c r="', *noise(240 * MB), b'"/></row>'))]),
    "a comment in XML without an end": lambda p: workbook(p, [sheet((b"<!-- ", *noise(240 * MB), b"-->"))]),
    "a shared text without an end": lambda p: workbook(p, [sheet(ONE)], sharedStrings=strings((b"<si><t>", *noise(240 * MB), b"</t></si>"))),
    "far cells on many sheets": lambda p: workbook(p, [sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>') for _ in range(900)]),
    "defined names by the million": lambda p: workbook(p, [sheet(ONE)], book=(b"<definedNames>", *repeated('<definedName name="n">A1</definedName>', 5_000_000), b"</definedNames>")),
    "data validations by the million": lambda p: workbook(p, [sheet(ONE, behind=(b"<dataValidations>", *repeated('<dataValidation sqref="A1"><formula1>"a"</formula1></dataValidation>', 3_000_000), b"</dataValidations>"))]),
    "columns by the million": lambda p: workbook(p, [sheet(ONE, before=(b"<cols>", *repeated('<col min="1" max="16384" hidden="1"/>', 3_000_000), b"</cols>"))]),
    "columns on short sheets": lambda p: workbook(p, [sheet(ONE, before=(b"<cols>", *repeated('<col min="1" max="16384" hidden="1"/>', 100_000), b"</cols>")) for _ in range(40)]),
    "empty rows by the million": lambda p: workbook(p, [sheet(repeated("<row/>", 30_000_000))]),
    "hidden rows by the million": lambda p: workbook(p, [sheet((f'<row r="{n}" hidden="1"/>'.encode() for n in range(1, 1_048_577)), behind='<autoFilter ref="A1:B2"><filterColumn colId="0"/></autoFilter>')]),
    "cells by the million in a row": lambda p: workbook(p, [sheet((b"<row>", *repeated("<c><v>1</v></c>", 16_000_000), b"</row>"))]),
    "cells by the million on short sheets": lambda p: workbook(p, [sheet(repeated("<row><c><v>1</v></c><c><v>2</v></c></row>", 80_000)) for _ in range(60)]),
    "elements by the million on short sheets": lambda p: workbook(p, [sheet(repeated("<a/>", 1_000_000)) for _ in range(200)]),
    "elements inside one another": lambda p: workbook(p, [sheet((*repeated("<a>", 5_000_000), *repeated("</a>", 5_000_000)))]),
    "comments by the million": lambda p: with_part(p, "comments", (COMMENT.encode(), *repeated('<comment ref="A1"><text><t>x</t></text></comment>', 2_000_000), b"</commentList></comments>")),
    "text boxes by the million": lambda p: with_part(p, "drawing", (f'{_HEAD}<d:wsDr xmlns:d="{DRAWING}/spreadsheetDrawing" xmlns:a="{DRAWING}/main">'.encode(), *repeated(BOX, 1_000_000), b"</d:wsDr>")),
    "sheets by the thousand": lambda p: workbook(p, [sheet(ONE) for _ in range(5000)]),
}  # fmt: skip


_ODS = ("office", "table", "text", "style")
ODS_CELL = '<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'


def wide(count: int) -> str:
    """A cell that says to stand in so many columns."""
    return ODS_CELL.replace("-cell ", f'-cell table:number-columns-repeated="{count}" ', 1)


def spreadsheet(path: Path, rows: Part, *, before: Part = b"") -> Path:
    """An OpenDocument spreadsheet of one sheet, with `before` in its styles."""
    spaces = "".join(f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in _ODS)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        store(archive, "content.xml", (
            f"{_HEAD}<office:document-content{spaces}><office:automatic-styles>".encode(), *pieces(before),
            b"</office:automatic-styles><office:body><office:spreadsheet><table:table>", *pieces(rows),
            b"</table:table></office:spreadsheet></office:body></office:document-content>",
        ))  # fmt: skip
    return path


FILES |= {
    "ods rows repeated": lambda p: spreadsheet(p, f'<table:table-row table:number-rows-repeated="1000000">{ODS_CELL}</table:table-row>'),
    "ods columns repeated": lambda p: spreadsheet(p, repeated(f'<table:table-row>{wide(16384)}</table:table-row>', 10_000)),
    "ods cells repeated in both directions": lambda p: spreadsheet(p, f'<table:table-row table:number-rows-repeated="999999999">{wide(999_999_999)}</table:table-row>'),
    "ods columns by the million": lambda p: spreadsheet(p, repeated('<table:table-column table:visibility="collapse" table:number-columns-repeated="16384"/>', 3_000_000)),
    "ods long texts repeated": lambda p: spreadsheet(p, (b'<table:table-row table:number-rows-repeated="400000"><table:table-cell office:value-type="string"><text:p>', *noise(MB), b"</text:p></table:table-cell></table:table-row>")),
    "ods a text without an end": lambda p: spreadsheet(p, (b'<table:table-row><table:table-cell office:value-type="string"><text:p>', *noise(240 * MB), b"</text:p></table:table-cell></table:table-row>")),
    "ods runs by the million": lambda p: spreadsheet(p, (b'<table:table-row><table:table-cell office:value-type="string"><text:p>', *repeated("<text:span>a</text:span>", 5_000_000), b"</text:p></table:table-cell></table:table-row>")),
    "ods styles by the million": lambda p: spreadsheet(p, f"<table:table-row>{ODS_CELL}</table:table-row>", before=(f'<style:style style:name="s{n}" style:family="table-cell"/>'.encode() for n in range(3_000_000))),
    "ods styles in a chain": lambda p: spreadsheet(p, repeated('<table:table-row><table:table-cell table:style-name="s60000"><text:p>a</text:p></table:table-cell></table:table-row>', 100_000), before=(f'<style:style style:name="s{n}" style:parent-style-name="s{n - 1}" style:family="table-cell"/>'.encode() for n in range(60_001))),
    "ods spans over one another": lambda p: spreadsheet(p, repeated('<table:table-row><table:table-cell table:number-columns-spanned="16384" table:number-rows-spanned="1048576"/></table:table-row>', 90_000)),
    "ods sheets inside one another": lambda p: spreadsheet(p, (*repeated("<table:table>", 1_000_000), *repeated("</table:table>", 1_000_000))),
    "ods comments by the million": lambda p: spreadsheet(p, (b"<table:table-row><table:table-cell>", *repeated("<office:annotation><text:p>x</text:p></office:annotation>", 2_000_000), b"</table:table-cell></table:table-row>")),
    "ods cells by the million": lambda p: spreadsheet(p, repeated(f"<table:table-row>{ODS_CELL}</table:table-row>", 2_000_000)),
}  # fmt: skip


def cost(path: Path) -> tuple[float, float, int, str]:
    """Seconds of CPU and megabytes at the most that `docgen check` takes for the file, its exit code and its first words."""
    with tempfile.TemporaryFile() as told:
        run = subprocess.Popen([sys.executable, "-m", "docgen", "check", str(path)], stdout=told, stderr=told)
        _, status, usage = os.wait4(run.pid, 0)
        told.seek(0)
        words = " ".join(told.read().decode(errors="replace").replace(str(path), "").split())
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), words[:110]


def main(asked: list[str]) -> int:
    """Build and check every file that is asked for; 1 where one of them costs more than it may."""
    if asked[:1] == ["--build"]:  # in a process of its own: memory of a process counts for those that it starts
        FILES[asked[1]](Path(asked[2]))
        return 0
    worst = 0
    with tempfile.TemporaryDirectory(prefix="docgen-hostile-") as folder:
        for name in asked or FILES:
            path = Path(folder) / f"{name.replace(' ', '-')}.{'ods' if name.startswith('ods') else 'xlsx'}"
            subprocess.run([sys.executable, __file__, "--build", name, str(path)], check=True)
            seconds, memory, code, words = cost(path)
            is_within = seconds < MOST_SECONDS and memory < MOST_MB
            worst |= not is_within
            size = path.stat().st_size / 1024
            mark = "  " if is_within else "! "
            print(f"{mark}{name:42} {size:6,.0f} kB {seconds:5.1f} s {memory:5.0f} MB  {code} {words}", flush=True)  # noqa: T201
            path.unlink()
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
