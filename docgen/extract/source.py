"""A source file → the answers in it, as written.  The door of this folder is `read`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from docgen.errors import SourceError
from docgen.extract.near_labels import with_near_labels
from docgen.extract.vocabulary import Vocabulary, vocabulary
from docgen.formats import detect
from docgen.formats.books import read_book
from docgen.formats.detect import Kind
from docgen.formats.grid import Book, stacked
from docgen.model.intake import Answer, Answers, Unrecognised
from docgen.model.kit import FORM_TEMPLATE, Kit


class Reading(NamedTuple):
    """What a source holds: its intakes in document order, at least one, the answers of a terms sheet, and the texts
    that stand outside of all intakes and were not understood.

    `intakes` may be gone through more than once; each time they are made anew, one at a time.
    """

    intakes: Iterable[Answers]
    terms: Mapping[str, Answer]
    outside: tuple[Unrecognised, ...] = ()


def read(path: Path, kit: Kit) -> Reading:
    """The intakes and terms that the file at `path` holds, in the words of its author.

    Raises SourceError, one line that says what is wrong and how to mend it, for a file that cannot
    be read, is of a kind not read, is unsafe, or holds no intake.
    """
    kind = detect.inspect(path)
    if kind is Kind.WORD:
        return _read_word(path, kit)
    book = read_book(path, kind)
    without = "this is a plain text file, and it holds no intake" if kind is Kind.TEXT else "no sheet holds an intake"
    return _located(path, vocabulary(kit), [book], without)


def read_terms(path: Path, kit: Kit) -> tuple[Mapping[str, Answer], tuple[Unrecognised, ...]]:
    """The terms that the terms sheet of a workbook (`is_workbook`) gives, and the texts on it that are no term's.

    Raises SourceError as `read` does, and where the workbook has no such sheet.
    """
    from docgen.extract.find_intakes import locate_terms

    found = locate_terms(read_book(path, detect.inspect(path)), kit)
    if found is None:
        titles = ", ".join(section.label for section in kit.sections if section.internal)
        raise SourceError(f"{path}: no sheet is called {titles}", "docgen blank sheet --with-terms makes one")
    return found


def _read_word(path: Path, kit: Kit) -> Reading:
    from docgen.extract.controls import read_controls
    from docgen.formats.docx import book_of, printed_texts, read_document

    document = read_document(path, frozenset(tag for field in kit.fields.values() for tag in field.tags))
    words = Vocabulary(kit, printed=printed_texts(kit.folder / FORM_TEMPLATE))
    book = book_of(document, kit.name)
    answers = read_controls(document, words)
    if answers is not None:
        return Reading([with_near_labels(replace(answers, made_with=book.made_with), kit)], {})
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
    intakes, terms = found
    return Reading(intakes, terms, intakes.outside)
