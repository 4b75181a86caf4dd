"""Word files, old and binary workbooks, text files and zips made to cost minutes or gigabytes, in full size.

    python tests/benchmarks/hostile.py [--bare] [NAME...]

Every file is checked by a process of its own; seconds of CPU and peak memory must stay below 10 s and 600 MB.
With `--bare` the library reads in that process, without the limits that the command line sets to the one that reads.
The tests of each reader hold a small form of each.
"""

from __future__ import annotations

import io
import os
import random
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import biff  # noqa: E402
import words  # noqa: E402
from bin12 import record, row, text_of  # noqa: E402

MOST_SECONDS, MOST_MB = 10, 600
MB = 2**20
DATA = ROOT / "tests" / "data"
Make = Callable[[Path], object]


def noise(size: int, seed: int = 1) -> bytes:
    """So many letters that pack about a hundred times, so that no rule on packing refuses them."""
    block = bytes(random.Random(seed).choice(b"abcdefghijklmnop") for _ in range(10_000))
    return (block * (size // 10_000 + 1))[:size]


def spread(piece: str, count: int) -> str:
    """So many pieces, with remarks between them that do not pack, so that no rule on packing refuses them."""
    chance = random.Random(1)
    block = max(MB // len(piece), 1)
    full = [piece * block + f"<!--{chance.randbytes(5_000).hex()}-->" for _ in range(count // block)]
    return "".join(full) + piece * (count % block)


# -- zips ------------------------------------------------------------------------------------------


def book(
    path: Path,
    change: Callable[[str, bytes], bytes] = lambda _, old: old,
    suffix: str = "xlsx",
    *,
    more: Mapping[str, bytes] = MappingProxyType({}),
) -> None:
    """A sound workbook with its parts changed, and more parts."""
    with zipfile.ZipFile(DATA / f"book.{suffix}") as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
        for name, content in more.items():
            target.writestr(name, content)


def many_entries(path: Path) -> None:
    """A directory of three million entries, all of them the same."""
    book(path)
    content = path.read_bytes()
    at = content.index(b"PK\x01\x02")
    entry = content[at : content.index(b"PK\x01\x02", at + 4)]
    directory = entry * 3_000_000
    count = 0xFFFF
    end = struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, count, count, len(directory), at, 0)
    path.write_bytes(content[:at] + directory + end)


def overlapping(path: Path) -> None:
    """Thousands of parts that share the same packed bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", noise(20 * MB))
    content = path.read_bytes()
    at = content.index(b"PK\x01\x02")
    entry = content[at : content.index(b"PK\5\6")]
    name = b"xl/worksheets/sheet1.xml"
    entries = b"".join(entry.replace(name, b"xl/worksheets/%06d.xml" % number) for number in range(9_000))
    end = struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, 9_000, 9_000, len(entries), at, 0)
    path.write_bytes(content[:at] + entries + end)


def content_types(path: Path) -> None:
    """Types without an end: what a regular expression goes through again from every place."""
    begun = spread('<Override PartName="/x', 1_000_000).encode()
    book(path, lambda name, old: old.replace(b"</Types>", begun + b"</Types>") if name.startswith("[Content") else old)


def prologs(path: Path) -> None:
    """400 parts with a megabyte of comment before the root."""
    comment = b"<!--" + noise(MB) + b"-->"
    book(path, lambda name, old: comment + old if name.startswith("xl/worksheets") else old,
         more={f"xl/worksheets/more{number}.xml": comment + b"<a/>" for number in range(400)})  # fmt: skip


def packed(path: Path) -> None:
    """A part packed by LZMA, which unpacks by the megabyte."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("[Content_Types].xml", b" " * (400 * MB))


def locked(path: Path) -> None:
    """A lock whose password takes ten million rounds to try."""
    from msoffcrypto.format.ooxml import OOXMLFile

    target = io.BytesIO()
    OOXMLFile(io.BytesIO((DATA / "book.xlsx").read_bytes())).encrypt("VelvetSweatshop", target)
    content = target.getvalue()
    at = content.index(b'spinCount="100000" saltSize')
    path.write_bytes(content[:at] + b'spinCount="9999999"saltSize' + content[at + 27 :])


# -- Word ------------------------------------------------------------------------------------------


def word(body: str, **parts: tuple[str, str]) -> Make:
    """A Word file with this body, and parts: name → kind and content."""

    def make(path: Path) -> None:
        contents = {f"{name}.xml": content for name, (_, content) in parts.items()}
        words.word_file(path, body, contents, {f"{name}.xml": kind for name, (kind, _) in parts.items()})

    return make


FORM = words.table(*(words.row(label, "甲") for label in ("公司名称", "称呼", "手机号", "行业", "场景")))


def cells(rows: int, columns: int) -> str:
    """A table whose cells are all different."""
    return words.table(*(words.row(*(f"甲{row}乙{column}" for column in range(columns))) for row in range(rows)))


# -- old workbooks ---------------------------------------------------------------------------------


def xls(*sheets: bytes, **options: object) -> Make:
    """An old workbook of these sheets."""

    def make(path: Path) -> None:
        path.write_bytes(biff.compound(Workbook=biff.stream(sheets, **options)))  # type: ignore[arg-type]

    return make


def blank_rows(first: int, count: int) -> bytes:
    """Rows of 256 blanks with a format."""
    return b"".join(
        biff.record(0x00BE, struct.pack("<2H", row, 0) + bytes(512) + struct.pack("<H", 255)) for row in range(first, first + count)
    )  # fmt: skip


def many_sheets(path: Path) -> None:
    """20,000 sheets that are one and the same."""
    one = biff.sheet(biff.text_cell(0, 0, "甲"))
    made = biff.stream([one])
    at = made.index(struct.pack("<H", 0x0085), 16)
    entry = made[at : at + 4 + struct.unpack_from("<H", made, at + 2)[0]]
    place = struct.unpack_from("<I", entry, 4)[0] + 19_999 * len(entry)
    entry = entry[:4] + struct.pack("<I", place) + entry[8:]
    path.write_bytes(biff.compound(Workbook=made[:at] + entry * 20_000 + made[at + len(entry) :]))


def shared_table(path: Path) -> None:
    """900 sheets, each the same table of 65,536 rows."""
    table = biff.sheet(*(biff.text_cell(row, 0, "甲") for row in range(65_536)))
    made = biff.stream([table] + [b""] * 900, names=[f"S{number:03}" for number in range(901)])
    listed = bytearray(made)
    first = None
    at = 20
    while at < len(made):
        kind, length = struct.unpack_from("<HH", made, at)
        if kind == 0x0085:
            first = first or struct.unpack_from("<I", made, at + 4)[0]
            struct.pack_into("<I", listed, at + 4, first)
        if kind == 0x000A:
            break
        at += 4 + length
    path.write_bytes(biff.compound(Workbook=bytes(listed)))


def tables_again(path: Path) -> None:
    """A compound file whose table of tables goes on in itself."""
    made = bytearray(biff.compound(Workbook=bytes(8 * MB)))
    first = struct.unpack_from("<I", made, 0x44)[0]
    struct.pack_into("<I", made, 0x2C, 109 + 127 * 10_000_000)
    struct.pack_into("<II", made, 0x44, first, 10_000_000)
    struct.pack_into("<I", made, len(made) - 4, first)
    path.write_bytes(made)


def shared_texts(count: int, text: bytes) -> bytes:
    """A table of texts in as many records as it needs, none of them cut in two."""
    block = 8_000 // len(text)
    records = [text * min(block, count - start) for start in range(0, count, block)]
    head = biff.record(0x00FC, struct.pack("<II", count, count) + records[0])
    return head + b"".join(biff.record(0x003C, piece) for piece in records[1:])


ONE = biff.sheet(biff.text_cell(0, 0, "甲"))
FAR = biff.sheet(biff.text_cell(65_535, 255, "角"))


def wide() -> bytes:
    """A sheet with a far cell in every row."""
    return biff.sheet(*(biff.text_cell(row, 255, "角") for row in range(65_536)))


#: A text of one letter with 1,900 changes of its font.
RICH = struct.pack("<HBH", 1, 8, 1_900) + b"a" + struct.pack("<HH", 300, 300) * 1_900


# -- binary workbooks ------------------------------------------------------------------------------


_RELATED = b'<Relationship Id="rIdS" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.bin"/></Relationships>'


def xlsb(records: bytes | Iterable[bytes], part: str = "xl/worksheets/sheet1.bin", before: bytes = record(146)) -> Make:
    """A binary workbook with records put into one of its parts, before the one that ends its cells, or another;
    between them remarks that do not pack."""
    chance = random.Random(1)
    pieces = [records] if isinstance(records, bytes) else records
    added = b"".join(
        piece + (record(4_000, chance.randbytes(5_000)) if number % 50_000 == 49_999 else b"")
        for number, piece in enumerate(pieces)
    )

    def change(name: str, old: bytes) -> bytes:
        if name.endswith("workbook.bin.rels"):
            return old.replace(b"</Relationships>", _RELATED)
        return old.replace(before, added + before, 1) if name == part else old

    def make(path: Path) -> None:
        texts = record(159, struct.pack("<II", 1, 1)) + record(19, b"\0" + text_of("字" * 500_000)) + record(160)
        book(path, change, "xlsb", more={"xl/sharedStrings.bin": change("xl/sharedStrings.bin", texts)})

    return make


def times(content: bytes, count: int) -> Iterable[bytes]:
    """So many records."""
    return (content for _ in range(count))


def long_text() -> bytes:
    """A text of a megabyte."""
    return text_of(random.Random(1).randbytes(250_000).hex())


def lines(*pieces: bytes) -> Make:
    """A file of these bytes."""
    return lambda path: path.write_bytes(b"".join(pieces))


HOSTILE: dict[str, tuple[str, Make]] = {
    "zip entries by the million": ("xlsx", many_entries),
    "zip parts over each other": ("xlsx", overlapping),
    "zip content types without end": ("xlsx", content_types),
    "zip prologs of a megabyte": ("xlsx", prologs),
    "zip packed by lzma": ("xlsx", packed),
    "zip parts that point outside": ("xlsx", lambda p: book(p, more={"../evil.xml": b"<a/>"})),
    "lock that takes long to try": ("xlsx", locked),
    "docx tables by the thousand": ("docx", lambda p: word(spread("<w:tbl/>", 100_000))(p)),
    "docx tables with cells by the thousand": ("docx", lambda p: word(words.table(words.row("甲")) * 2_000)(p)),
    "docx cells, all different": ("docx", lambda p: word(cells(600, 100))(p)),
    "docx as many cells as may be": ("docx", lambda p: word(cells(600, 49))(p)),
    "docx cells, more of them": ("docx", lambda p: word(cells(2_000, 100))(p)),
    "docx controls in one another": ("docx", lambda p: word(("<w:p><w:sdt><w:sdtContent>" + words.run("字" * 50) * 20) * 90 + "</w:sdtContent></w:sdt></w:p>" * 90)(p)),
    "docx the kit's controls by the thousand": ("docx", lambda p: word(words.paragraph(words.control("company_name", words.run("字" * 900))) * 5_000)(p)),
    "docx a text box in another": ("docx", lambda p: word("<w:p><w:r><w:drawing><w:txbxContent>" * 60 + "</w:txbxContent></w:drawing></w:r></w:p>" * 60)(p)),
    "docx paragraphs by the million": ("docx", lambda p: word(FORM + spread("<w:p><w:r><w:t>甲</w:t></w:r></w:p>", 600_000))(p)),
    "docx paragraphs, all different": ("docx", lambda p: word(FORM + "".join(words.paragraph(f"第{n}段") for n in range(200_000)))(p)),
    "docx one long text": ("docx", lambda p: word(FORM + words.paragraph("字" * 4_900_000))(p)),
    "docx long texts in cells": ("docx", lambda p: word(words.table(*(words.row("字" * 32_000) for _ in range(46))))(p)),
    "docx empty elements by the million": ("docx", lambda p: word(FORM + spread("<w:p/>", 3_000_000))(p)),
    "docx elements with attributes": ("docx", lambda p: word(FORM + spread('<w:p a=""/>', 2_500_000))(p)),
    "docx elements in one another": ("docx", lambda p: word(spread("<a>", 3_000_000) + spread("</a>", 3_000_000))(p)),
    "docx header of 30 MB": ("docx", lambda p: word(FORM, header1=("header", words.part(spread("<w:p/>", 5_000_000), "w:hdr")))(p)),
    "docx comments of 30 MB": ("docx", lambda p: word(FORM, comments=("comments", words.part(spread("<w:comment/>", 2_500_000), "w:comments")))(p)),
    "docx styles of 30 MB": ("docx", lambda p: word(FORM, styles=("styles", words.part(spread('<w:style w:styleId="a"/>', 1_000_000), "w:styles")))(p)),
    "docx styles in a chain": ("docx", lambda p: word(FORM, styles=("styles", words.part("".join(f'<w:style w:styleId="{n}"><w:basedOn w:val="{n - 1}"/></w:style>' for n in range(20_000)), "w:styles")))(p)),
    "xls far cells on 40 sheets": ("xls", lambda p: xls(*[FAR] * 40)(p)),
    "xls far cells on 900 sheets": ("xls", lambda p: xls(*[FAR] * 900)(p)),
    "xls far cells in every row": ("xls", lambda p: xls(*[wide()] * 10)(p)),
    "xls 20,000 sheets": ("xls", many_sheets),
    "xls 900 sheets that are one": ("xls", shared_table),
    "xls blanks with a format": ("xls", lambda p: xls(*[biff.sheet(blank_rows(0, 60_000), biff.text_cell(0, 0, "甲"))] * 2)(p)),
    "xls cells by the million": ("xls", lambda p: xls(*[biff.sheet(*(biff.record(0x00BD, struct.pack("<2H", row, 0) + bytes(1536) + struct.pack("<H", 255)) for row in range(20_000)))])(p)),
    "xls a table of 65,536 rows": ("xls", lambda p: xls(biff.sheet(*(biff.number_cell(row, column, row) for row in range(65_536) for column in range(20))))(p)),
    "xls texts by the million": ("xls", lambda p: xls(ONE, before=shared_texts(3_000_000, b"\0\0\0"))(p)),
    "xls texts with many fonts": ("xls", lambda p: xls(ONE, before=shared_texts(6_000, RICH))(p)),
    "xls texts with as many fonts as may be": ("xls", lambda p: xls(ONE, before=shared_texts(1_600, RICH))(p)),
    "xls styles by the million": ("xls", lambda p: xls(ONE, styles=biff.style() * 1_000_000)(p)),
    "xls formats by the thousand": ("xls", lambda p: xls(ONE, before=biff.record(0x041E, struct.pack("<HHB", 200, 8_000, 0) + b"0" * 8_000) * 6_000)(p)),
    "xls columns by the million": ("xls", lambda p: xls(biff.sheet(biff.record(0x007D, struct.pack("<6H", 0, 255, 0, 0, 1, 0)) * 1_000_000, biff.text_cell(0, 0, "甲")))(p)),
    "xls merged ranges by the million": ("xls", lambda p: xls(biff.sheet(biff.record(0x00E5, struct.pack("<H", 1_000) + struct.pack("<4H", 0, 65_535, 0, 255) * 1_000) * 1_000))(p)),
    "xls records by the million": ("xls", lambda p: xls(biff.sheet(biff.record(0x1234) * 15_000_000))(p)),
    "xls drawings by the million": ("xls", lambda p: xls(biff.sheet(biff.record(0x005D, struct.pack("<5H", 0x15, 18, 8, 1, 0) + bytes(12)) * 1_500_000))(p)),
    "xls tables that go on in themselves": ("xls", tables_again),
    "xlsb long texts": ("xlsb", lambda p: xlsb(row(100 + n) + record(6, struct.pack("<II", 0, 0) + long_text()) for n in range(55))(p)),
    "xlsb one long text in many cells": ("xlsb", lambda p: xlsb(row(100 + n) + record(7, struct.pack("<III", 0, 0, 0)) for n in range(900))(p)),
    "xlsb cells by the million": ("xlsb", lambda p: xlsb(row(n) + b"".join(record(13, struct.pack("<II", 0, n)) for _ in range(100)) for n in range(50_000))(p)),
    "xlsb rows by the million": ("xlsb", lambda p: xlsb(times(row(5), 2_500_000))(p)),
    "xlsb merged ranges by the million": ("xlsb", lambda p: xlsb(times(record(176, struct.pack("<4I", 0, 1_048_575, 0, 16_383)), 2_000_000))(p)),
    "xlsb columns by the million": ("xlsb", lambda p: xlsb(times(record(60, struct.pack("<4IH", 0, 16_383, 0, 0, 1)), 2_000_000), before=record(145))(p)),
    "xlsb texts by the million": ("xlsb", lambda p: xlsb(times(record(19, b"\0" + text_of("")), 7_000_000), "xl/sharedStrings.bin", record(160))(p)),
    "xlsb styles by the million": ("xlsb", lambda p: xlsb(times(record(47, bytes(16)), 3_000_000), "xl/styles.bin", record(618))(p)),
    "csv columns by the million": ("csv", lambda p: lines(b"a," * 50_000_000)(p)),
    "csv columns over many lines": ("csv", lambda p: lines(b'"\n",' * 20_000_000)(p)),
    "csv one long line": ("csv", lambda p: lines(b"a" * (450 * MB))(p)),
    "csv one long text": ("csv", lambda p: lines(b'a,"', b"a\n" * (200 * MB))(p)),
    "csv as many characters as may be": ("csv", lambda p: lines(*((f"{row}字" + "字" * 32_000 + ",x\n").encode() for row in range(600)))(p)),
    "csv cells in the first rows": ("csv", lambda p: lines(*(b",".join(b"%dx%d" % (row, column) for column in range(195)) + b"\n" for row in range(1_000)))(p)),
    "csv a million rows": ("csv", lambda p: lines("甲公司,王女士,13800138000\n".encode() * 3_000_000)(p)),
    "csv a million rows in GB18030": ("csv", lambda p: lines("甲公司,王女士,13800138000\n".encode("gb18030") * 3_000_000)(p)),
    "csv quotes without end": ("csv", lambda p: lines(b'="' * (100 * MB))(p)),
}  # fmt: skip


def cost(path: Path, *, bare: bool) -> tuple[float, float, int, str]:
    """Seconds of CPU and megabytes at the most that it takes to check the file, the exit code and the first words."""
    command = ["-c", _BARE, str(path)] if bare else ["-m", "docgen", "check", str(path)]
    with tempfile.TemporaryFile() as told:
        run = subprocess.Popen([sys.executable, *command], stdout=told, stderr=told, cwd=ROOT)
        _, status, usage = os.wait4(run.pid, 0)
        told.seek(0)
        said = " ".join(told.read().decode(errors="replace").replace(str(path), "").split())
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), said[:110]


_BARE = """
import sys
from itertools import islice
import docgen
try:
    print(len(list(islice(docgen.read(sys.argv[1], docgen.Kit.load("caller-number")), 3))), "intakes")
except docgen.SourceError as refused:
    print(refused)
"""


def main(asked: list[str]) -> int:
    """Build and check every file that is asked for; 1 where one of them costs more than it may."""
    if asked[:1] == ["--build"]:  # in a process of its own: memory of a process counts for those that it starts
        HOSTILE[asked[1]][1](Path(asked[2]))
        return 0
    bare = "--bare" in asked
    names = [name for name in HOSTILE if not asked[bare:] or any(name.startswith(one) for one in asked[bare:])]
    worst = 0
    with tempfile.TemporaryDirectory(prefix="docgen-hostile-") as folder:
        for name in names:
            path = Path(folder) / f"{name.replace(' ', '-').replace(',', '')}.{HOSTILE[name][0]}"
            subprocess.run([sys.executable, __file__, "--build", name, str(path)], check=True)
            seconds, memory, code, said = cost(path, bare=bare)
            is_within = seconds < MOST_SECONDS and memory < MOST_MB
            worst |= not is_within
            size = path.stat().st_size / 1024
            mark = "  " if is_within else "! "
            print(f"{mark}{name:42} {size:7,.0f} kB {seconds:5.1f} s {memory:5.0f} MB  {code} {said}", flush=True)  # noqa: T201
            path.unlink()
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
