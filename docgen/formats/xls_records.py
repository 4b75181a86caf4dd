"""Filter the records of an .xls workbook ([MS-XLS]) for xlrd, and read those that xlrd ignores.

Records of merged
ranges, hidden rows and columns, comments, text boxes and pictures are read here.

xlrd trusts all records, and fails on many that hold no answer.  So it receives a stream with only the records of
cells, texts and formats, within the budgets, in sheets that begin where the workbook says.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from docgen.formats.budgets import MB, MOST_CELLS, MOST_FLOATING, MOST_HIDDEN, MOST_MERGED, MOST_SHEETS, Budget
from docgen.formats.grid import Extent, Floating
from docgen.formats.refusals import Damaged
from docgen.language import tr

_BOFS = {0x0009, 0x0209, 0x0409, 0x0809}
_BOF, _EOF, _CONTINUE, _FILEPASS, _BOUNDSHEET, _CODEPAGE = 0x0809, 0x000A, 0x003C, 0x002F, 0x0085, 0x0042
_SST, _STRING, _RSTRING = 0x00FC, 0x0207, 0x00D6
_FONT, _FORMAT, _XF = {0x0031, 0x0231}, {0x041E, 0x001E}, {0x00E0, 0x0043, 0x0243, 0x0443}
_GLOBALS = {_BOF, _CODEPAGE, 0x0022, _SST, *_FONT, *_FORMAT, *_XF}
_MULTIPLE = 0x00BD
_CELLS = {
    0x0203, 0x0003, 0x0002, 0x00FD, 0x0204, 0x0004, _RSTRING, 0x027E, _MULTIPLE, 0x0006, 0x0206, 0x0406, _STRING,
    0x0007, 0x0205, 0x0005,
}  # fmt: skip
_OF_OLD_SHEETS = {0x0000, 0x0200, 0x0044, *_GLOBALS}  # before Excel 5, a workbook is a single sheet
_ROW, _COLUMN, _MERGED, _IS_FILTERED = 0x0208, 0x007D, 0x00E5, 0x009B
_MARGINS = {0x0014, 0x0015}
_NOTE, _OBJECT, _TEXT, _DRAWING = 0x001C, 0x005D, 0x01B6, 0x00EC
_WORKSHEET, _BOOK, _UNICODE, _FIRST_BOOK = 0x0010, 0x0005, 0x0600, 0x0500
#: The first bytes of a drawing's anchor ([MS-XLS] 2.5.193): type and length.
_ANCHOR = bytes.fromhex("10f012000000")
#: Kinds of objects ([MS-XLS] 2.5.143, FtCmo) that show a picture, and those that can show a text.
_PICTURE, _TICK_BOX, _COMMENT = 0x08, 0x0B, 0x19
_TICK_STATE = 0x0A


class Encrypted(ValueError):  # noqa: N818  describes the file
    """The records cannot be read without a password."""


@dataclass
class SheetRecords:
    """The properties of one sheet in its records, besides the cells."""

    is_hidden: bool = False
    merged: list[Extent] = field(default_factory=list)
    notes: dict[tuple[int, int], str] = field(default_factory=dict)
    floating: list[Floating] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)  # hidden ones
    columns: set[int] = field(default_factory=set)  # hidden ones
    is_filtered: bool = False
    margins: list[str] = field(default_factory=list)  # page headers and footers, as written


@dataclass
class _Budgets:
    """The budgets shared by all records of one workbook."""

    records: Budget = field(default_factory=lambda: Budget(2 * MOST_CELLS, "records"))
    cells: Budget = field(default_factory=lambda: Budget(MOST_CELLS, "cells"))
    sheets: Budget = field(default_factory=lambda: Budget(MOST_SHEETS, "sheets"))
    merged: Budget = field(default_factory=lambda: Budget(MOST_MERGED, tr("merged ranges")))
    hidden: Budget = field(default_factory=lambda: Budget(MOST_HIDDEN, tr("hidden columns")))
    floating: Budget = field(default_factory=lambda: Budget(MOST_FLOATING, tr("comments, text boxes and pictures")))
    # in bytes: xlrd takes 30 times as much memory (measured); Excel has 512 fonts and 4,000 styles
    texts: Budget = field(default_factory=lambda: Budget(12 * MB, tr("bytes of shared texts")))
    styles: Budget = field(default_factory=lambda: Budget(MB, tr("bytes of fonts, formats and styles")))


class WorkbookRecords:
    """The records of a workbook: `stream` for xlrd, and `sheets` in the same order."""

    def __init__(self, stream: bytes) -> None:
        """Raises Encrypted; Damaged and struct.error for a truncated stream; TooMuch."""
        self._stream = stream
        self._budgets = _Budgets()
        self.sheets: list[SheetRecords] = []
        kind, _, version, self.is_book = _beginning(stream, 0)
        self.is_unicode = kind == _BOF and version == _UNICODE
        self.names_codepage = False
        self.is_book = self.is_book and kind == _BOF and version in {_UNICODE, _FIRST_BOOK}
        self.stream = self._book() if self.is_book else self._only_sheet()

    def _only_sheet(self) -> bytes:
        """Read a workbook older than Excel 5, which has one sheet."""
        sheet = SheetRecords()
        self.sheets.append(sheet)
        return self._sheet(0, sheet, _CELLS | _OF_OLD_SHEETS)

    def _book(self) -> bytes:
        kept, places = [], []
        for at, kind, end in self._within(0):
            if kind == _FILEPASS:
                raise Encrypted
            if kind == _BOUNDSHEET:
                self._budgets.sheets.spend()
                places.append((at, end))
            elif kind in {*_GLOBALS, _CONTINUE}:
                kept.append(self._budgeted(at, kind, end))
        sheets, listed = [], []
        begin = sum(map(len, kept)) + 4  # the end of the records that apply to all sheets
        for at, end in places:
            place, state, form = struct.unpack_from("<IBB", self._stream, at + 4)
            if form == 0 and _beginning(self._stream, place)[1] == _WORKSHEET:
                sheet = SheetRecords(is_hidden=bool(state & 3))
                sheets.append(self._sheet(place, sheet, _CELLS))
                self.sheets.append(sheet)
                listed.append(self._stream[at:end])
        begin += sum(map(len, listed))
        for number, (record, content) in enumerate(zip(listed, sheets, strict=True)):
            listed[number] = record[:4] + struct.pack("<I", begin) + record[8:]
            begin += len(content)
        return b"".join((*kept, *listed, _END, *sheets))

    def _budgeted(self, at: int, kind: int, end: int) -> bytes:
        if kind == _CODEPAGE:
            self.names_codepage = True
        if kind in {_SST, _CONTINUE}:
            self._budgets.texts.spend(end - at)
        elif kind in _FONT or kind in _FORMAT or kind in _XF:
            self._budgets.styles.spend(end - at)
        return self._stream[at:end]

    def _sheet(self, place: int, sheet: SheetRecords, wanted: set[int]) -> bytes:
        """The cell records of a sheet; the others are recorded in `sheet`."""
        kept = []
        notes = _Notes(self._stream, sheet, is_unicode=self.is_unicode)
        for at, kind, end in self._within(place):
            if kind in wanted or kind in _BOFS:
                self._budgets.cells.spend(1 if kind != _MULTIPLE else (end - at - 10) // 6)
                if kind == _RSTRING:
                    self._budgets.texts.spend(end - at)
                kept.append(self._budgeted(at, kind, end))
            elif kind == _CONTINUE:
                kept.append(self._stream[at:end])
            else:
                self._note(sheet, notes, kind, self._stream[at + 4 : end])
        notes.finish()
        return b"".join((*kept, _END))

    def _note(self, sheet: SheetRecords, notes: _Notes, kind: int, content: bytes) -> None:
        if kind == _MERGED:
            ranges = content[2 : 2 + (len(content) - 2) // 8 * 8]
            self._budgets.merged.spend(len(ranges) // 8)
            for top, bottom, left, right in struct.iter_unpack("<4H", ranges):
                sheet.merged.append(Extent(top + 1, left + 1, bottom + 1, right + 1))
        elif kind == _ROW and len(content) >= 16 and content[12] & 0x20:
            sheet.rows.add(struct.unpack_from("<H", content)[0] + 1)
        elif kind == _COLUMN and len(content) >= 10 and content[8] & 1:
            first, last = struct.unpack_from("<2H", content)
            hidden = range(first + 1, min(last, 255) + 2)
            self._budgets.hidden.spend(len(hidden))
            sheet.columns.update(hidden)
        elif kind == _IS_FILTERED:
            sheet.is_filtered = True
        elif kind in _MARGINS and self.is_unicode and len(content) > 3:
            sheet.margins.append(content[3:].decode("utf-16-le" if content[2] & 1 else "latin-1", "replace"))
        else:
            if kind in {_NOTE, _OBJECT}:
                self._budgets.floating.spend()
            notes.see(kind, content)

    def _within(self, at: int) -> Iterator[tuple[int, int, int]]:
        """Position, kind and end of the records up to the end of their part, without embedded charts; of
        continuation records, only the kinds that are read.  Raises Damaged if the end is missing."""
        stream, depth, before = self._stream, 0, 0
        while at + 4 <= len(stream):
            kind, length = struct.unpack_from("<HH", stream, at)
            end = at + 4 + length
            self._budgets.records.spend()
            depth += (kind in _BOFS) - (kind == _EOF)
            if depth < 1 or end > len(stream):
                break
            if kind != _CONTINUE:
                before = kind
            if depth == 1 and (kind != _CONTINUE or before in {_SST, _STRING}):
                yield at, kind, end
            elif depth == 1 and before == _TEXT:
                yield at, _CONTINUED_TEXT, end
            at = end
        if depth:
            raise Damaged(tr("it is cut off"))


_END = struct.pack("<HH", _EOF, 0)
_CONTINUED_TEXT = -1


def _beginning(stream: bytes, at: int) -> tuple[int, int, int, bool]:
    """The record that begins a part: its kind, the kind of part, its version, and whether that is a workbook."""
    kind, length = struct.unpack_from("<HH", stream, at)
    if kind not in _BOFS or length < 4:
        raise Damaged(tr("one of its sheets does not begin as sheets do"))
    version, part = struct.unpack_from("<HH", stream, at + 4)
    return kind, part, version, part == _BOOK


class _Notes:
    """The comments and drawings of one sheet: an anchor, its object, its text, and the cells of comments."""

    def __init__(self, stream: bytes, sheet: SheetRecords, *, is_unicode: bool) -> None:
        self._sheet = sheet
        self._is_unicode = is_unicode
        self._anchor = (1, 1)
        self._texts: dict[int, list[str]] = {}
        self._shapes: list[tuple[tuple[int, int], int, int, str]] = []
        self._comments: dict[int, tuple[int, int]] = {}
        self._number = 0
        self._length = 0  # the declared length of its text in characters

    def see(self, kind: int, content: bytes) -> None:
        """Process one record other than a cell."""
        if kind == _DRAWING:
            at = content.rfind(_ANCHOR)
            if 0 <= at <= len(content) - 16:
                column, row = struct.unpack_from("<2xH2xH", content, at + 6)
                self._anchor = (row + 1, column + 1)
        elif kind == _OBJECT and len(content) >= 10:
            form, self._number = struct.unpack_from("<2H", content, 4)
            self._shapes.append((self._anchor, form, self._number, _tick(content) if form == _TICK_BOX else ""))
        elif kind == _CONTINUED_TEXT and len(content) > 1:
            text = content[1:].decode("utf-16-le" if content[0] & 1 else "latin-1", "replace")[: self._length]
            self._texts.setdefault(self._number, []).append(text)
            self._length -= len(text)  # after the text, records of the same kind continue with its formatting
        elif kind == _TEXT and len(content) >= 12:
            self._texts[self._number] = []
            self._length = struct.unpack_from("<H", content, 10)[0]
        elif kind == _NOTE and len(content) >= 8:
            self._see_comment(content)

    def _see_comment(self, content: bytes) -> None:
        row, column, length, number = struct.unpack_from("<4H", content)
        if self._is_unicode:
            self._comments[number] = (row + 1, column + 1)
        elif row != 0xFFFF:
            self._sheet.notes[row + 1, column + 1] = content[6 : 6 + length].decode("gb18030", "replace")

    def finish(self) -> None:
        """Finish the sheet: pass on what was collected."""
        texts = {number: "".join(pieces) for number, pieces in self._texts.items()}
        for number, place in self._comments.items():
            if texts.get(number, "").strip():
                self._sheet.notes[place] = texts[number]
        for (row, column), form, number, tick in self._shapes:
            text = tick + texts.get(number, "")
            if form != _COMMENT and (form == _PICTURE or text.strip()):
                self._sheet.floating.append(Floating(row, column, text.strip()))


def _tick(content: bytes) -> str:
    """The character for a tick box: its state is in one of the parts of the object ([MS-XLS] 2.5.142, FtCbls)."""
    at = 0
    while at + 6 <= len(content):
        kind, length, state = struct.unpack_from("<3H", content, at)
        if kind == _TICK_STATE:
            return "☑" if state == 1 else "☐"
        at += 4 + length
    return "☐"
