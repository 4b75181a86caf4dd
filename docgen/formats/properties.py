"""Read the custom document properties of a workbook, including those written by docgen."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from xml.etree.ElementTree import ParseError

from docgen.formats.grid import Book, Grid
from docgen.formats.package import Package
from docgen.formats.refusals import Damaged
from docgen.formats.tick_boxes import boxes_in_cells
from docgen.model.kit import MADE_WITH, OWN_SHEETS

_CUSTOM = "docProps/custom.xml"
#: The stream of an old Office file with its custom properties, and the id of their property set.
SUMMARY = "\5DocumentSummaryInformation"
_USER_DEFINED = bytes.fromhex("05d5cdd59c2e1b10939708002b2cf9ae")
_DICTIONARY, _CODEPAGE = 0, 1
_TEXT, _WIDE_TEXT = 0x1E, 0x1F
_CODEPAGES = {1200: "utf-16-le", 10000: "mac-roman", 65001: "utf-8"}


def custom_properties(package: Package) -> dict[str, str]:
    """The text properties of an Office package; none if they are damaged, since they hold no
    answer.  Raises SourceError if they are unsafe, and TooMuch."""
    if package.find(_CUSTOM) is None:
        return {}
    try:
        root = package.parse(_CUSTOM)
    except (ParseError, Damaged):
        return {}
    return {entry.get("name", ""): re.sub(r"_x000[AaDd]_", "\n", "".join(entry.itertext())) for entry in root}


def old_properties(stream: bytes) -> dict[str, str]:
    """The text properties in the stream SUMMARY ([MS-OLEPS]); none if it is damaged."""
    try:
        return dict(_texts(stream))
    except (struct.error, LookupError, UnicodeError):
        return {}


def _texts(stream: bytes) -> Iterator[tuple[str, str]]:
    for number in range(struct.unpack_from("<I", stream, 24)[0]):
        mark, start = struct.unpack_from("<16sI", stream, 28 + 20 * number)
        if mark != _USER_DEFINED:
            continue
        count = struct.unpack_from("<I", stream, start + 4)[0]
        places = {}
        for at in range(count):
            key, offset = struct.unpack_from("<II", stream, start + 8 + 8 * at)
            places[key] = start + offset
        page = struct.unpack_from("<H", stream, places[_CODEPAGE] + 4)[0]
        encoding = _CODEPAGES.get(page, f"cp{page}")
        for key, name in _names(stream, places[_DICTIONARY], encoding):
            kind, length = struct.unpack_from("<II", stream, places[key])
            begin = places[key] + 8
            if kind == _TEXT:
                yield name, stream[begin : begin + length].decode(encoding).rstrip("\0")
            elif kind == _WIDE_TEXT:
                yield name, stream[begin : begin + 2 * length].decode("utf-16-le").rstrip("\0")


def _names(stream: bytes, at: int, encoding: str) -> Iterator[tuple[int, str]]:
    """The names of the properties, by number."""
    is_wide = encoding == "utf-16-le"
    count = struct.unpack_from("<I", stream, at)[0]
    at += 4
    for _ in range(count):
        key, length = struct.unpack_from("<II", stream, at)
        size = 2 * length if is_wide else length
        yield key, stream[at + 8 : at + 8 + size].decode(encoding).rstrip("\0")
        at += 8 + (size + 3) // 4 * 4 if is_wide else 8 + size


def book_of(sheets: Iterable[Grid], properties: Mapping[str, str]) -> Book:
    """The book of these sheets, with the kit that made it, as its properties name it."""
    name, _, version = properties.get(MADE_WITH, "").partition(" ")
    return Book(
        sheets=tuple(map(boxes_in_cells, sheets)),
        made_with=(name, version.strip()) if name and version.strip() else None,
        own_sheets=own_sheets(properties),
    )


def own_sheets(properties: Mapping[str, str]) -> frozenset[str]:
    """The titles of docgen's own sheets without answers, as the properties name them."""
    return frozenset(properties.get(OWN_SHEETS, "").split("/")) - {""}
