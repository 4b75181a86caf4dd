"""A source file → the answers in it, as written.  The door of this package is `read`.

guard         what kind of file it is, and whether it is safe to open
workbook      .xlsx → grids                          grid     a sheet as neutral cells
binarybook    .xls and .xlsb → grids                 records  errors, merged cells and size of those
opendocument  .ods → grids                           compound the streams of an old Office file
separated     .csv → a grid                          properties  what docgen left in a workbook
locate        grids → answers: forms and tables      labels   which text is a kit's label, hint, choice
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from docgen.errors import SourceError
from docgen.intake import Answer, Answers
from docgen.kit import Kit
from docgen.read import guard
from docgen.read.grid import Book
from docgen.read.guard import Kind

#: The suffixes that a source has; what a file is, its content says.
SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv"})


class Reading(NamedTuple):
    """What a source holds: its intakes in document order, at least one, and the answers of a terms sheet.

    `intakes` may be gone through more than once; each time they are made anew, one at a time.
    """

    intakes: Iterable[Answers]
    terms: Mapping[str, Answer]


def read(path: Path, kit: Kit) -> Reading:
    """The intakes and terms that the file at `path` holds, in the words of its author.

    Raises SourceError, one line that says what is wrong and how to mend it, for a file that cannot
    be read, is of a kind not read, is unsafe, or holds no intake.
    """
    kind = guard.inspect(path)
    reader = _READERS.get(kind)
    if reader is None:
        raise SourceError(f"{path}: this is {kind.value}, which is not read", _INSTEAD.get(kind, _AS_WORKBOOK))
    return reader(path, kit)


def is_source(path: Path) -> bool:
    """Whether a file found in a folder is worth reading: by its suffix, or in spite of it by its content.

    A text file is one by its suffix only: most text files are no tables.
    """
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        kind = guard.inspect(path)
    except SourceError:
        return False
    return kind in _READERS and kind is not Kind.TEXT


def _read_workbook(path: Path, kit: Kit) -> Reading:
    from docgen.read.workbook import read_book

    return _located(path, kit, read_book(path))


def _read_old_workbook(path: Path, kit: Kit) -> Reading:
    from docgen.read.binarybook import read_old_book

    return _located(path, kit, read_old_book(path))


def _read_binary_workbook(path: Path, kit: Kit) -> Reading:
    from docgen.read.binarybook import read_binary_book

    return _located(path, kit, read_binary_book(path))


def _read_open_workbook(path: Path, kit: Kit) -> Reading:
    from docgen.read.opendocument import read_open_book

    return _located(path, kit, read_open_book(path))


def _read_text(path: Path, kit: Kit) -> Reading:
    from docgen.read.separated import read_text_book

    return _located(path, kit, read_text_book(path), "this is a plain text file, and it holds no intake")


def _located(path: Path, kit: Kit, book: Book, without: str = "no sheet holds an intake") -> Reading:
    from docgen.read.locate import locate

    found = locate(book, kit)
    if found is None:
        raise SourceError(
            f"{path}: {without} of {kit.name!r}: neither a form with at least half of its labels, "
            "nor a table with a header row and customers below it",
            "use the sheet that 'docgen blank sheet' makes; hidden sheets are not read",
        )
    return Reading(*found)


#: The readers by kind of file; the place where one more kind is added.
_READERS: Mapping[Kind, Callable[[Path, Kit], Reading]] = MappingProxyType(
    {
        Kind.WORKBOOK: _read_workbook,
        Kind.OLD_WORKBOOK: _read_old_workbook,
        Kind.BINARY_WORKBOOK: _read_binary_workbook,
        Kind.OPEN_WORKBOOK: _read_open_workbook,
        Kind.TEXT: _read_text,
    }
)

_AS_WORKBOOK = "save it as an Excel workbook (.xlsx)"
_INSTEAD: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.WORD: "Word documents are not read yet; copy the answers to the sheet that 'docgen blank sheet' makes",
        Kind.ARCHIVE: "unpack it and name the workbooks in it",
    }
)
