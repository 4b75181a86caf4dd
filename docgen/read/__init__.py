"""A source file → the answers in it, as written.  The door of this package is `read`.

guard         what kind of file it is, and whether it is safe to open
workbook      .xlsx → grids                          grid     a sheet as neutral cells
binarybook    .xls and .xlsb → grids                 records  errors, merged cells and size of those
opendocument  .ods → grids                           compound the streams of an old Office file
separated     .csv → a grid                          properties  what docgen left in a workbook
word          .docx → tables as grids, controls      controls the kit's form → answers, by its controls
locate        grids → answers: forms and tables      labels   which text is a kit's label, hint, choice
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from docgen.errors import SourceError
from docgen.intake import Answer, Answers
from docgen.kit import FORM_TEMPLATE, Kit
from docgen.read import guard
from docgen.read.grid import Book, stacked
from docgen.read.guard import Kind
from docgen.read.labels import Vocabulary

#: The suffixes that a source has; what a file is, its content says.
SUFFIXES = frozenset({".xlsx", ".xlsm", ".docx", ".xls", ".xlsb", ".ods", ".csv"})


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


def require_word(path: Path) -> None:
    """Raise SourceError where the file at `path` is no Word document, or no safe one."""
    kind = guard.inspect(path)
    if kind is not Kind.WORD:
        raise SourceError(f"{path}: this is {kind.value}, no Word document", _AS_DOCUMENT)


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

    return _located(path, Vocabulary(kit), [read_book(path)])


def _read_old_workbook(path: Path, kit: Kit) -> Reading:
    from docgen.read.binarybook import read_old_book

    return _located(path, Vocabulary(kit), [read_old_book(path)])


def _read_binary_workbook(path: Path, kit: Kit) -> Reading:
    from docgen.read.binarybook import read_binary_book

    return _located(path, Vocabulary(kit), [read_binary_book(path)])


def _read_open_workbook(path: Path, kit: Kit) -> Reading:
    from docgen.read.opendocument import read_open_book

    return _located(path, Vocabulary(kit), [read_open_book(path)])


def _read_text(path: Path, kit: Kit) -> Reading:
    from docgen.read.separated import read_text_book

    return _located(path, Vocabulary(kit), [read_text_book(path)], "this is a plain text file, and it holds no intake")


def _read_word(path: Path, kit: Kit) -> Reading:
    from docgen.read.controls import read_controls
    from docgen.read.word import book_of, printed_texts, read_document

    document = read_document(path, frozenset(tag for field in kit.fields.values() for tag in field.tags))
    vocabulary = Vocabulary(kit, printed=printed_texts(kit.folder / FORM_TEMPLATE))
    book = book_of(document, kit.name)
    answers = read_controls(document, vocabulary)
    if answers is not None:
        return Reading([replace(answers, made_with=book.made_with)], {})
    as_one = replace(book, sheets=(stacked(book.sheets),))  # one form may be cut into a table for each section
    return _located(path, vocabulary, (book, as_one), "no table of the document holds an intake")


def _located(
    path: Path, vocabulary: Vocabulary, books: Iterable[Book], without: str = "no sheet holds an intake"
) -> Reading:
    """What the first of the books that holds an intake holds; they are views of one source."""
    from docgen.read.locate import locate

    found = next(filter(None, (locate(book, vocabulary) for book in books)), None)
    if found is None:
        raise SourceError(
            f"{path}: {without} of {vocabulary.kit.name!r}: neither a form with at least half of its labels, "
            "nor a table with a header row and customers below it",
            "use the sheet that 'docgen blank sheet' makes; hidden sheets are not read",
        )
    return Reading(*found)


#: The readers by kind of file; the place where one more kind is added.
_READERS: Mapping[Kind, Callable[[Path, Kit], Reading]] = MappingProxyType(
    {
        Kind.WORKBOOK: _read_workbook,
        Kind.WORD: _read_word,
        Kind.OLD_WORKBOOK: _read_old_workbook,
        Kind.BINARY_WORKBOOK: _read_binary_workbook,
        Kind.OPEN_WORKBOOK: _read_open_workbook,
        Kind.TEXT: _read_text,
    }
)

_AS_WORKBOOK = "save it as an Excel workbook (.xlsx)"
_AS_DOCUMENT = "open it in Word and save it as a Word document (.docx)"
_INSTEAD: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.OLD_WORD: _AS_DOCUMENT,
        Kind.RICH_TEXT: _AS_DOCUMENT,
        Kind.OPEN_DOCUMENT: _AS_DOCUMENT,
        Kind.ARCHIVE: "unpack it and name the workbooks in it",
    }
)
