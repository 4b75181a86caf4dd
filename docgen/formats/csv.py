"""Read a text file of separated values (.csv) into one grid.

Programs that write such files guard texts that a spreadsheet would change, such as mobile numbers or leading zeros:
as a formula `="0755"`, by an apostrophe in front, or by a tab at the end.  The guards are removed.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from docgen.errors import SourceError
from docgen.formats.budgets import LAST_COLUMN, HeldCells, TooMuch
from docgen.formats.cells import text_cell
from docgen.formats.grid import HELD_ROWS, Book, Cell, grid
from docgen.formats.refusals import SMALLER
from docgen.formats.skimming import passing
from docgen.formats.text_encoding import utf16_without_mark
from docgen.language import either, phrase, system_reason, tr
from docgen.patterns import regex

_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_ENCODINGS = ("utf-8", "gb18030")  # in this order: GB18030 accepts almost anything, UTF-8 only itself
_DELIMITERS = (",", ";", "\t", "|", "，")
_LOOKED_AT, _LOOKED_IN = 50, 1_000_000  # rows and characters searched for the delimiter
#: Characters of a row, including line breaks in its texts.
LONGEST_ROW = 2_000_000
_CHUNK = 2**20
_HEAD = 4096  # bytes that reveal an encoding without a byte order mark
_END = "\x1f"  # appended as a last row: if it is not read as a row, a quote before it was never closed
_DECLARED = regex(r'"?sep=(.)"?[\r\n]*')
_FORMULA = regex(r'="(.*)"', re.DOTALL)
_FAULTY = regex(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)")


def read_text_book(path: Path) -> Book:
    """Read the text file at `path` as a book of one untitled sheet, with cell addresses as in Excel.

    The encoding is that of the byte order mark; without one UTF-16 if it fits, else UTF-8 if valid, else
    GB18030.  The delimiter is comma, semicolon, tab, bar or full-width comma.  Raises SourceError for any
    other file.
    """
    encoding, lines = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        declared = _DECLARED.fullmatch(file.readline(20))
        start = file.tell() if declared else 0
        file.seek(start)
        delimiter = declared[1] if declared else _delimiter(file)
    rows = partial(_rows, path, encoding, start, delimiter)
    head = []
    budget = HeldCells()
    try:
        for row in islice(rows(), HELD_ROWS + 1):
            budget.spend(cell.text for cell in row[1].values())
            head.append(row)
    except TooMuch as cause:
        raise _refusal(path, cause) from cause
    held = grid(None, ((row, column, cell) for row, cells in head[:HELD_ROWS] for column, cell in cells.items()))
    if len(head) > HELD_ROWS:
        held = replace(held, more=lambda skim: passing(islice(rows(), HELD_ROWS, None), skim), length=lines)
    return Book((held,))


_MEND = phrase("open it in Excel and save it as an .xlsx workbook")


def _encoding(path: Path) -> tuple[str, int]:
    """The encoding in which the whole file can be read, and the number of lines."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    marked = [encoding for mark, encoding in _MARKS.items() if head.startswith(mark)]
    marked += filter(None, [utf16_without_mark(head)])
    for encoding in marked or _ENCODINGS:
        lines = 0
        try:
            with path.open(encoding=encoding, newline="") as file:
                while text := file.read(_CHUNK):
                    if "\0" in text:
                        raise SourceError(
                            tr("{path}: the text file holds NUL characters, so it is no text", path=path), _MEND
                        )
                    lines += text.count("\n")
        except UnicodeError:
            continue
        return encoding, lines
    names = either(encoding.upper() for encoding in marked or _ENCODINGS)
    raise SourceError(
        tr("{path}: the text file is in an unknown encoding: it is not {names}", path=path, names=names),
        tr("save it in UTF-8"),
    )


def _delimiter(file: TextIO) -> str:
    """The delimiter that gives the most rows the same number of columns, and more than one.

    Among equals, one that does not occur in sentences, then the one with more columns.
    """

    def fitness(delimiter: str) -> tuple[int, bool, int]:
        file.seek(0)
        lines = _Lines(file, most=_LOOKED_IN)
        rows = islice((row for row in _reader(lines, delimiter) if any(row)), _LOOKED_AT)
        try:
            widths = Counter(len(row) for row in rows if not _is_cut_by_another(row, delimiter))
        except csv.Error:  # with a wrong delimiter, a row may be one text that is too long
            return 0, False, 0
        count, width = max(((count, width) for width, count in widths.items() if width > 1), default=(0, 0))
        return count, delimiter.isascii(), width

    return max(_DELIMITERS, key=fitness)


def _refusal(path: Path, cause: Exception) -> SourceError:
    """Why the parser or a budget refuses the file, in plain words."""
    if isinstance(cause, TooMuch):
        return SourceError(
            tr("{path}: the text file is too large to be read: {cause}", path=path, cause=cause), SMALLER
        )
    if isinstance(cause, OSError):
        return SourceError(
            tr("{path}: cannot be read: {cause}", path=path, cause=system_reason(cause)), tr("name a file you may read")
        )
    most = tr("a text in it has more than {csv:,} characters", csv=csv.field_size_limit())
    what = most if "limit" in str(cause) else tr("its lines end in two ways")
    return SourceError(tr("{path}: the text file is no table: {what}", path=path, what=what), _MEND)


class _Lines:
    """The lines of a text file; no line, and no row of several lines, is longer than LONGEST_ROW characters."""

    def __init__(self, file: TextIO, most: int | None = None) -> None:
        """`most` is the number of characters read in total."""
        self._file = file
        self._left = most
        self._in_row = 0

    def begin_row(self) -> None:
        """Note that a row has ended and the next line begins another."""
        self._in_row = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(LONGEST_ROW + 1):
            self._in_row += len(line)
            if self._in_row > LONGEST_ROW:
                if self._left is not None:
                    return
                raise TooMuch(tr("a row in it has more than {longest_row:,} characters", longest_row=LONGEST_ROW))
            yield line
            if self._left is not None:
                self._left -= len(line)
                if self._left <= 0:
                    return


def _is_cut_by_another(row: list[str], delimiter: str) -> bool:
    """Whether most cells begin or end with another delimiter: in `a<tab>,b<tab>,c` the comma separates."""
    others = tuple(other for other in _DELIMITERS if other not in {delimiter, "\t"})
    return sum(text.startswith(others) or text.endswith(others) for text in row) * 2 > len(row)


def _reader(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(_without_formulas(lines, delimiter), delimiter=delimiter)


def _without_formulas(lines: Iterable[str], delimiter: str) -> Iterator[str]:
    """The lines with `="a, b"` as `"a, b"` at the beginning of a field: delimiters inside the guard do not count."""
    guard = re.compile(rf'(^|{re.escape(delimiter)})="')
    is_quoted = False
    for line in lines:
        yield guard.sub(r'\1"', line) if '="' in line and not is_quoted else line
        is_quoted ^= line.count('"') % 2 == 1


def _rows(path: Path, encoding: str, start: int, delimiter: str) -> Iterator[tuple[int, dict[int, Cell]]]:
    """The rows that are not empty, by number, as mappings of columns to cells; the file is read again."""
    texts: list[str] = []
    try:
        opened = path.open(encoding=encoding, newline="")
    except OSError as cause:
        raise _refusal(path, cause) from cause
    with opened as file:
        file.seek(start)
        lines = _Lines(file)
        rows = enumerate(_reader(chain(lines, [_END]), delimiter), start=1)
        while True:
            try:  # row by row, since the caller's own errors must pass through
                number, texts = next(rows, (0, texts))
                if len(texts) > LAST_COLUMN:
                    raise TooMuch(
                        tr(
                            "row {number} has more than {most_columns:,} columns",
                            number=number,
                            most_columns=LAST_COLUMN,
                        )
                    )
            except (csv.Error, TooMuch, OSError) as cause:
                raise _refusal(path, cause) from cause
            if not number:
                break
            lines.begin_row()
            cells = {column: _cell(text) for column, text in enumerate(texts, start=1) if text}
            if cells and texts != [_END]:
                yield number, cells
    if texts != [_END]:
        raise SourceError(tr("{path}: a quotation mark in the text file is never closed", path=path), _MEND)


def _cell(text: str) -> Cell:
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\t")
    if formula := _FORMULA.fullmatch(text):
        text = formula[1].replace('""', '"')
    elif text.startswith("'") and not text.endswith("'"):
        text = text[1:]
    return text_cell(text, "cell-error" if _FAULTY.fullmatch(text) else None)
