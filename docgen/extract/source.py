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
from docgen.extract.vocabulary import Vocabulary, vocabulary
from docgen.formats import detect
from docgen.formats.detect import Kind
from docgen.formats.grid import Book, stacked
from docgen.model.intake import Answer, Answers, Unrecognised
from docgen.model.kit import FORM_TEMPLATE, Kit

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
    kind = detect.inspect(path)
    if kind is Kind.WORD:
        return _read_word(path, kit)
    if kind not in _BOOKS:
        raise SourceError(f"{path}: this is {kind.value}, which is not read", _INSTEAD.get(kind, _AS_WORKBOOK))
    without = "this is a plain text file, and it holds no intake" if kind is Kind.TEXT else "no sheet holds an intake"
    return _located(path, vocabulary(kit), [_BOOKS[kind](path)], without)


def is_workbook(path: Path) -> bool:
    """Whether the file is a spreadsheet of some kind, and no text."""
    kind = detect.inspect(path)
    return kind in _BOOKS and kind is not Kind.TEXT


def require_word(path: Path) -> None:
    """Raise SourceError where the file at `path` is no Word document, or no safe one."""
    kind = detect.inspect(path)
    if kind is not Kind.WORD:
        raise SourceError(f"{path}: this is {kind.value}, no Word document", _AS_DOCUMENT)


def is_source(path: Path) -> bool:
    """Whether a file found in a folder is worth reading: by its suffix, or in spite of it by its content.

    A text file is one by its suffix only: most text files are no tables.
    """
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        return is_workbook(path) or detect.inspect(path) is Kind.WORD
    except SourceError:
        return False


def read_terms(path: Path, kit: Kit) -> tuple[Mapping[str, Answer], tuple[Unrecognised, ...]]:
    """The terms that the terms sheet of a workbook (`is_workbook`) gives, and the texts on it that are no term's.

    Raises SourceError as `read` does, and where the workbook has no such sheet.
    """
    from docgen.extract.find_intakes import locate_terms

    found = locate_terms(_BOOKS[detect.inspect(path)](path), kit)
    if found is None:
        titles = ", ".join(section.label for section in kit.sections if section.internal)
        raise SourceError(f"{path}: no sheet is called {titles}", "docgen blank sheet --with-terms makes one")
    return found


def _workbook(path: Path) -> Book:
    from docgen.formats.xlsx import read_book

    return read_book(path)


def _old_workbook(path: Path) -> Book:
    from docgen.formats.binary import read_old_book

    return read_old_book(path)


def _binary_workbook(path: Path) -> Book:
    from docgen.formats.binary import read_binary_book

    return read_binary_book(path)


def _open_workbook(path: Path) -> Book:
    from docgen.formats.ods import read_open_book

    return read_open_book(path)


def _text(path: Path) -> Book:
    from docgen.formats.csv import read_text_book

    return read_text_book(path)


#: The readers by kind of file; the place where one more kind of spreadsheet is added.
_BOOKS: Mapping[Kind, Callable[[Path], Book]] = MappingProxyType(
    {
        Kind.WORKBOOK: _workbook,
        Kind.OLD_WORKBOOK: _old_workbook,
        Kind.BINARY_WORKBOOK: _binary_workbook,
        Kind.OPEN_WORKBOOK: _open_workbook,
        Kind.TEXT: _text,
    }
)


def _read_word(path: Path, kit: Kit) -> Reading:
    from docgen.extract.controls import read_controls
    from docgen.formats.docx import book_of, printed_texts, read_document

    document = read_document(path, frozenset(tag for field in kit.fields.values() for tag in field.tags))
    words = Vocabulary(kit, printed=printed_texts(kit.folder / FORM_TEMPLATE))
    book = book_of(document, kit.name)
    answers = read_controls(document, words)
    if answers is not None:
        return Reading([replace(answers, made_with=book.made_with)], {})
    as_one = replace(book, sheets=(stacked(book.sheets),))  # one form may be cut into a table for each section
    return _located(path, words, (book, as_one), "no table of the document holds an intake")


def _located(path: Path, words: Vocabulary, books: Iterable[Book], without: str) -> Reading:
    """What the first of the books that holds an intake holds; they are views of one source."""
    from docgen.extract.find_intakes import locate

    found = next(filter(None, (locate(book, words) for book in books)), None)
    if found is None:
        raise SourceError(
            f"{path}: {without} of {words.kit.name!r}: neither a form with at least half of its labels, "
            "nor a table with a header row and customers below it",
            "use the sheet that 'docgen blank sheet' makes; hidden sheets are not read",
        )
    return Reading(*found)


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
