"""Binary workbooks (.xlsb) made record by record, sound or not."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"


def in_sevens(number: int) -> bytes:
    """A number in seven bits a byte."""
    return bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80]) + in_sevens(number >> 7)


def record(kind: int, content: bytes = b"") -> bytes:
    """One record."""
    return in_sevens(kind) + in_sevens(len(content)) + content


def text_of(text: str) -> bytes:
    """A text with its length."""
    wide = text.encode("utf-16-le")
    return struct.pack("<I", len(wide) // 2) + wide


def row(number: int, *cells: bytes, is_hidden: bool = False) -> bytes:
    """The beginning of a row, counted from 0, and its cells."""
    return record(0, struct.pack("<IIHBB5x", number, 0, 300, 0, 0x10 * is_hidden)) + b"".join(cells)


def cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
    """A cell of this kind."""
    return record(kind, struct.pack("<II", column, style) + value)


def text_cell(column: int, text: str, style: int = 0) -> bytes:
    """A cell that holds its text itself."""
    return cell(6, column, text_of(text), style)


def number_cell(column: int, value: float, style: int = 0) -> bytes:
    """A cell with a number."""
    return cell(5, column, struct.pack("<d", value), style)


def shared_cell(column: int, number: int, style: int = 0) -> bytes:
    """A cell with a shared text."""
    return cell(7, column, struct.pack("<I", number), style)


def rich(text: str, *runs: tuple[int, int]) -> bytes:
    """A text with the numbers of fonts from places on."""
    return (
        bytes([bool(runs)])
        + text_of(text)
        + (struct.pack("<I", len(runs)) + b"".join(struct.pack("<HH", *one) for one in runs) if runs else b"")
    )


def styles(formats: Mapping[int, str], cells: Sequence[tuple[int, int]]) -> bytes:
    """A part with two fonts, the second of which strikes out, number formats, and styles: format and font."""
    fonts = b"".join(record(43, struct.pack("<HH", 220, flags) + bytes(17) + text_of("F")) for flags in (0, 8))
    codes = b"".join(record(44, struct.pack("<H", number) + text_of(code)) for number, code in formats.items())
    xfs = b"".join(record(47, struct.pack("<HHH10x", 0, code, font)) for code, font in cells)
    others = record(626, bytes(4)) + record(47, struct.pack("<HHH10x", 0xFFFF, 9, 1)) + record(627)  # styles of styles
    return record(278) + codes + fonts + others + record(617, bytes(4)) + xfs + record(618) + record(279)


def workbook(
    path: Path,
    *sheets: bytes,
    states: Sequence[int] = (),
    texts: Sequence[bytes] = (),
    styles: bytes = b"",
    settings: int = 0,
) -> Path:
    """A workbook of sheets with these records in the place of their cells, and behind them."""
    bundle = b"".join(
        record(
            156,
            struct.pack("<II", states[number] if states else 0, number + 1)
            + text_of(f"rId{number}")
            + text_of(f"S{number}"),
        )
        for number in range(len(sheets))
    )
    relations = [(f"rId{number}", "worksheet", f"worksheets/sheet{number}.bin") for number in range(len(sheets))]
    relations += [("rIdT", "sharedStrings", "sharedStrings.bin"), ("rIdY", "styles", "styles.bin")]
    listed = "".join(f'<a Id="{key}" Type="{_RELATIONS}/{kind}" Target="{target}"/>' for key, kind, target in relations)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml", f'<Types><Override PartName="/xl/workbook.bin" ContentType="{_MAIN}"/></Types>'
        )
        archive.writestr(
            "_rels/.rels", f'<a><b Id="r" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.bin"/></a>'
        )
        archive.writestr("xl/_rels/workbook.bin.rels", f"<Relationships>{listed}</Relationships>")
        archive.writestr(
            "xl/workbook.bin", record(131) + record(153, struct.pack("<I", settings)) + bundle + record(132)
        )
        archive.writestr(
            "xl/sharedStrings.bin", record(159, bytes(8)) + b"".join(record(19, one) for one in texts) + record(160)
        )
        if styles:
            archive.writestr("xl/styles.bin", styles)
        for number, content in enumerate(sheets):
            archive.writestr(f"xl/worksheets/sheet{number}.bin", record(129) + record(145) + content + record(130))
    return path
