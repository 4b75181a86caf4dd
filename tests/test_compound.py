"""The compound files around old workbooks: whole streams out of sound ones, a clear no to damaged ones."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.read.compound import around, stream

FREE, END, TABLE, MORE_TABLES = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
SECTOR = 512


@given(st.binary(max_size=20_000))
def test_a_stream_comes_out_as_it_went_in(content: bytes) -> None:
    found = stream(around("Workbook", content), "Book", "Workbook")
    assert found[: len(content)] == content
    assert not found[len(content) :].strip(b"\0")


def large(content: bytes) -> bytearray:
    """A compound file of small sectors, as Excel 97 writes it, whose table needs more places than its header has."""
    sectors = [content[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(content), SECTOR)]
    table = [*range(1, len(sectors)), END, END]
    root, book = (
        struct.pack("<64sHBBIII36xIQ", f"{name}\0".encode("utf-16-le"), 2 * len(name) + 2, kind, 1, FREE, FREE, child, start, length)
        for name, kind, child, start, length in (("Root Entry", 5, 1, END, 0), ("Workbook", 2, FREE, 0, len(content)))
    )  # fmt: skip
    directory = len(sectors)
    sectors.append((root + book).ljust(SECTOR, b"\0"))
    tables, others = 1, 0
    while tables * 128 < len(table) + tables + others:
        tables += 1
        others = -(-max(tables - 109, 0) // 127)
    places = range(len(sectors), len(sectors) + tables)
    table += [TABLE] * tables + [MORE_TABLES] * others
    table += [FREE] * (tables * 128 - len(table))
    sectors += [struct.pack("<128I", *table[at : at + 128]) for at in range(0, len(table), 128)]
    first_other = len(sectors)
    rest = list(places[109:])
    for number in range(others):
        named = rest[number * 127 : (number + 1) * 127]
        following = first_other + number + 1 if number + 1 < others else END
        sectors.append(struct.pack("<128I", *named, *[FREE] * (127 - len(named)), following))
    named = [*places[:109], *[FREE] * (109 - len(places[:109]))]
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII109I", bytes.fromhex("d0cf11e0a1b11ae1"), 0x3E, 3, 0xFFFE, 9, 6,
        0, tables, directory, 0, 4096, END, 0, first_other if others else END, others, *named,
    )  # fmt: skip
    return bytearray(head + b"".join(sectors))


@pytest.mark.parametrize("size", [5_000, 6_000_000, 9_000_000, 20_000_000])
def test_files_of_any_size_are_read(size: int) -> None:
    content = struct.pack("<I", size) * (size // 4)
    assert stream(bytes(large(content)), "Workbook") == content


def test_tables_that_name_one_another_in_a_circle_are_refused() -> None:
    content = large(bytes(9_000_000))
    (first_other,) = struct.unpack_from("<I", content, 0x44)
    struct.pack_into("<I", content, (first_other + 1) * SECTOR + 127 * 4, first_other)
    with pytest.raises(ValueError, match="its sectors run in a circle"):
        stream(bytes(content), "Workbook")


@pytest.mark.parametrize(
    ("at", "value", "said"),
    [
        (0x1E, 7, "its header is no sound one"),
        (0x30, 0x00FFFFFF, "names a sector that it has not"),  # of the directory
        (0x4C, 0x00FFFFFF, "it is cut off"),  # of the table
        (None, 0, "its sectors run in a circle"),  # of the stream
    ],
)
def test_what_is_damaged_is_refused(at: int | None, value: int, said: str) -> None:
    content = large(bytes(5_000))
    if at is None:
        at = len(content) - SECTOR  # the table's first number: what follows the stream's first sector
    struct.pack_into("<I", content, at, value)
    with pytest.raises(ValueError, match=said):
        stream(bytes(content), "Workbook")


def test_a_file_without_the_stream_or_its_end_is_refused() -> None:
    content = bytes(large(bytes(5_000)))
    with pytest.raises(ValueError, match="it holds no stream Book or Tables"):
        stream(content, "Book", "Tables")
    for length in (0, 511, 512, 2_000):
        with pytest.raises(ValueError, match="it is cut off"):
            stream(content[:length], "Workbook")
