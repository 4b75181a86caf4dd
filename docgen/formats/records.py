"""What the records of a binary workbook (.xls [MS-XLS], .xlsb [MS-XLSB]) say beside the values of cells:
which cells hold an error, which are merged, how far the sheet reaches.

python-calamine reads the values; it shows an error as an empty cell, knows no merged ranges of .xlsb,
fills a box from the first to the last cell of a sheet, however far apart they are, and passes over the
cells of .xlsb that leave out their column.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from defusedxml.ElementTree import fromstring

from docgen.formats.grid import Extent

_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip

# records of .xls
_BOF, _EOF, _FILEPASS, _BOUNDSHEET = 0x0809, 0x000A, 0x002F, 0x0085
_TEXTS, _DIMENSIONS = 0x00FC, 0x0200
_FORMULA, _BOOL_OR_ERROR, _MULTIPLE_RK, _MERGED = 0x0006, 0x0205, 0x00BD, 0x00E5
_CELLS = {_FORMULA, _BOOL_OR_ERROR, _MULTIPLE_RK, 0x0203, 0x0204, 0x027E, 0x00FD, 0x00D6}
# records of .xlsb
_ROW, _BLANK, _ERROR, _LAST_CELL, _FORMULA_ERROR, _RICH_TEXT, _SHEET, _MERGE = 0, 1, 3, 11, 11, 62, 156, 176
_SHORT = range(12, 19)  # a cell right of the one before it: its column is left out; 11 less is the same in full
_FROM_FULL = 11
_NULL = 0xFFFFFFFF  # the length of a text that is not there
_RELATIONS = "xl/_rels/workbook.bin.rels"


class Encrypted(ValueError):  # noqa: N818  named for what the file is
    """The records can only be read with a password."""


@dataclass
class Marks:
    """Of one sheet: its cells with errors by row and column, its merged ranges, and the box its cells lie in.

    Of an .xls also the place of its first chart (0: none); of an .xlsb its part, and whether cells in it
    leave out their column.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[Extent] = field(default_factory=list)
    box: Extent | None = None
    chart: int = 0
    part: str = ""
    is_short: bool = False

    @property
    def size(self) -> int:
        """How many cells the box has, empty ones included."""
        return (self.box.bottom - self.box.top + 1) * (self.box.right - self.box.left + 1) if self.box else 0

    def see(self, row: int, column: int) -> None:
        """Widen the box to hold the cell."""
        box = self.box
        if box is None:
            self.box = Extent(row, column, row, column)
        elif not box.holds(row, column):
            self.box = Extent(
                min(box.top, row), min(box.left, column), max(box.bottom, row), max(box.right, column)
            )  # fmt: skip


# -- .xls ------------------------------------------------------------------------------------------


def old_marks(stream: bytes) -> list[Marks]:
    """The marks of every sheet in the stream `Workbook`, in order.  Raises ValueError for a damaged one."""
    places = []
    for at, kind, content in _records(stream, 0):
        if kind == _FILEPASS:
            raise Encrypted
        if kind == _BOUNDSHEET:
            places.append(struct.unpack_from("<I", content)[0])
        elif kind == _TEXTS and struct.unpack_from("<I", content, 4)[0] * 3 > len(stream) - at:
            raise ValueError("its list of texts is longer than the file")
    return [_old_sheet(stream, place) for place in places]


def without_charts(stream: bytes, marks: list[Marks]) -> bytes:
    """The stream with every sheet ended before its first chart, whose numbers python-calamine takes for cells."""
    mended = bytearray(stream)
    for at in (one.chart for one in marks if one.chart):
        struct.pack_into("<H", mended, at, _EOF)
    return bytes(mended)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, bytes]]:
    """The records from there to the end of their part, with their places; of charts within it the first only."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth < 1:
            return
        if depth == 1 or kind == _BOF:
            yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _old_sheet(stream: bytes, place: int) -> Marks:
    marks = Marks()
    for at, kind, content in _records(stream, place):
        if kind in _CELLS:
            row, column = struct.unpack_from("<HH", content)
            marks.see(row + 1, column + 1)
            if kind == _MULTIPLE_RK:
                marks.see(row + 1, struct.unpack_from("<H", content, len(content) - 2)[0] + 1)
            elif kind == _BOOL_OR_ERROR and content[7]:
                marks.errors[row + 1, column + 1] = _error(content[6])
            elif kind == _FORMULA and content[12:14] == b"\xff\xff" and content[6] == 2:
                marks.errors[row + 1, column + 1] = _error(content[8])
        elif kind == _MERGED:
            for top, bottom, left, right in struct.iter_unpack("<4H", content[2 : 2 + (len(content) - 2) // 8 * 8]):
                marks.merged.append(Extent(top + 1, left + 1, bottom + 1, right + 1))
        elif kind == _DIMENSIONS:
            _check_dimensions(content)
        elif kind == _BOF and at != place and not marks.chart:
            marks.chart = at
    return marks


def _check_dimensions(content: bytes) -> None:
    """python-calamine makes room for what a sheet says to hold, and dies of a size that cannot be."""
    top, bottom, left, right = struct.unpack_from("<IIHH" if len(content) > 10 else "<4H", content)
    if bottom and right and not (top <= bottom <= 65_536 and left <= right <= 256):
        raise ValueError("a sheet says that it is larger than sheets can be")


def _error(code: int) -> str:
    return _ERRORS.get(code, f"#ERROR {code}")


# -- .xlsb -----------------------------------------------------------------------------------------


def binary_marks(archive: zipfile.ZipFile) -> dict[str, Marks]:
    """The marks of every sheet of an .xlsb by its name.  Raises KeyError or ValueError for a damaged one."""
    relations = {one.get("Id"): one.get("Target", "") for one in fromstring(archive.read(_RELATIONS), forbid_dtd=True)}
    found = {}
    for kind, content in _long_records(archive.read("xl/workbook.bin")):
        if kind == _SHEET:
            relation, at = _text(content, 8)
            name, _ = _text(content, at)
            target = relations.get(relation, "")
            if "worksheets/" in target:
                part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                found[name] = _binary_sheet(part, archive.read(part))
    return found


def in_full(content: bytes) -> bytes:
    """The part of a sheet with the column written in every cell."""
    pieces = []
    column = 0
    for kind, record in _long_records(content):
        if kind in _SHORT:
            kind, record = kind - _FROM_FULL, struct.pack("<I", column) + record
        if _BLANK <= kind <= _LAST_CELL or kind == _RICH_TEXT:
            column = struct.unpack_from("<I", record)[0] + 1
        pieces += [_in_sevens(kind), _in_sevens(len(record)), record]
    return b"".join(pieces)


def _in_sevens(number: int) -> bytes:
    if number < 0x80:
        return bytes([number])
    return bytes([number & 0x7F | 0x80]) + _in_sevens(number >> 7)


def _text(content: bytes, at: int) -> tuple[str, int]:
    """The text there, and where it ends."""
    length = struct.unpack_from("<I", content, at)[0]
    end = at + 4 + 2 * (0 if length == _NULL else length)
    return content[at + 4 : end].decode("utf-16-le"), end


def _long_records(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(content):
        kind, at = _variable(content, at, 2)
        length, at = _variable(content, at, 4)
        yield kind, content[at : at + length]
        at += length


def _variable(content: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in seven bits a byte, and where it ends."""
    number = 0
    for place in range(most):
        if at + place >= len(content):
            raise ValueError("a record is cut off")
        byte = content[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    return number, at + place + 1


def _binary_sheet(part: str, content: bytes) -> Marks:
    marks = Marks(part=part)
    row = column = 0
    for kind, record in _long_records(content):
        if kind in _SHORT:
            marks.is_short = True
            kind, record = kind - _FROM_FULL, struct.pack("<I", column) + record
        if kind == _ROW:
            row = struct.unpack_from("<I", record)[0] + 1
        elif _BLANK <= kind <= _LAST_CELL or kind == _RICH_TEXT:
            column = struct.unpack_from("<I", record)[0] + 1
            if kind != _BLANK:
                marks.see(row, column)
            if kind in {_ERROR, _FORMULA_ERROR}:
                marks.errors[row, column] = _error(record[8])
        elif kind == _MERGE:
            top, bottom, left, right = struct.unpack_from("<4I", record)
            marks.merged.append(Extent(top + 1, left + 1, bottom + 1, right + 1))
    return marks
