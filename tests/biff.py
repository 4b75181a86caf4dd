"""Workbooks of the old format made record by record, sound or not, and the compound files around them."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

OLE, END, FREE = bytes.fromhex("d0cf11e0a1b11ae1"), 0xFFFFFFFE, 0xFFFFFFFF
GENERAL, PERCENT = 15, 16


def record(kind: int, content: bytes = b"") -> bytes:
    """One record."""
    return struct.pack("<HH", kind, len(content)) + content


def beginning(part: int) -> bytes:
    """The record that begins a workbook (5), a sheet (16), a chart (32)."""
    return record(0x0809, struct.pack("<HHHHII", 0x0600, part, 0x2000, 1997, 0, 6))


def font(*, is_struck: bool = False) -> bytes:
    """A font."""
    return record(0x0031, struct.pack("<HHHHHBBBBBB", 200, 8 * is_struck, 0x7FFF, 400, 0, 0, 0, 0, 0, 1, 0) + b"F")


def style(code: int = 0, font_number: int = 0) -> bytes:
    """A style of cells."""
    return record(0x00E0, struct.pack("<HHH", font_number, code, 1) + bytes(14))


def text_cell(row: int, column: int, text: str, style_number: int = GENERAL) -> bytes:
    """A cell that holds its text itself; counted from 0."""
    wide = text.encode("utf-16-le")
    return record(0x0204, struct.pack("<HHHHB", row, column, style_number, len(wide) // 2, 1) + wide)


def shared_cell(row: int, column: int, number: int, style_number: int = GENERAL) -> bytes:
    """A cell with a shared text."""
    return record(0x00FD, struct.pack("<HHHI", row, column, style_number, number))


def number_cell(row: int, column: int, value: float, style_number: int = GENERAL) -> bytes:
    """A cell with a number."""
    return record(0x0203, struct.pack("<HHHd", row, column, style_number, value))


def sheet(*records: bytes) -> bytes:
    """The part of a sheet."""
    return b"".join((beginning(16), *records, record(0x000A)))


def stream(
    sheets: Sequence[bytes], *, texts: Iterable[str] = (), styles: bytes = b"", fonts: bytes = b"", before: bytes = b"",
    names: Sequence[str] | None = None, state: int = 0,
) -> bytes:  # fmt: skip
    """The stream of a workbook; style 15 is plain, 16 a percentage, those of `styles` come after."""
    known = before + font() * 4 + fonts + style() * 16 + style(9) + styles
    strings = b"".join(
        struct.pack("<HB", len(text.encode("utf-16-le")) // 2, 1) + text.encode("utf-16-le") for text in texts
    )
    count = len(list(texts))
    table = record(0x00FC, struct.pack("<II", count, count) + strings) if count else b""
    titles = [name.encode("utf-16-le") for name in names or [f"S{number}" for number in range(len(sheets))]]
    at = len(beginning(5) + known + table) + 4 + sum(12 + len(title) for title in titles)
    listed = []
    for title, part in zip(titles, sheets, strict=True):
        listed.append(record(0x0085, struct.pack("<IBBBB", at, state, 0, len(title) // 2, 1) + title))
        at += len(part)
    return b"".join((beginning(5), known, *listed, table, record(0x000A), *sheets))


def compound(**streams: bytes) -> bytes:
    """A compound file of sectors of 512 bytes, as Excel writes them; above 7 MB its table needs a table of its own.
    No stream is short enough for the store of small ones."""
    sectors: list[bytes] = []
    table: list[int] = []

    def add(content: bytes) -> int:
        """Put the content into sectors, chained; the first of them comes back."""
        start, count = len(sectors), -(-len(content) // 512)
        sectors.extend(content[at : at + 512].ljust(512, b"\0") for at in range(0, len(content), 512))
        table.extend([*range(start + 1, start + count), END])
        return start

    padded = {name: content.ljust(4096, b"\0") for name, content in streams.items()}
    places = [(name, add(content), len(content)) for name, content in padded.items()]
    entries = [entry("Root Entry", 5, END, 0, child=1)]
    entries += [
        entry(name, 2, start, length, right=at + 1 if at < len(places) else FREE)
        for at, (name, start, length) in enumerate(places, start=1)
    ]
    directory = add(b"".join(entries))
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
        "<8s16xHHHHH6xIIIIIIIII109I", OLE, 0x3E, 3, 0xFFFE, 9, 6, 0, count, directory, 0, 4096, END, 0, first_of_more,
        len(more), *[*tables, *[FREE] * 109][:109],
    )  # fmt: skip
    return b"".join([head, *sectors, struct.pack(f"<{len(table)}I", *table), listed])


def entry(name: str, kind: int, start: int, length: int, *, child: int = FREE, right: int = FREE) -> bytes:
    """An entry of the directory."""
    text = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII36xIQ", text, len(text), kind, 1, FREE, right, child, start, length)
