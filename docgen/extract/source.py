"""Read the answers in a source file as they are written; `read` is the entry point of this package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from docgen.errors import SourceError
from docgen.extract.answer_parts import sorted_out
from docgen.extract.find_intakes import Intakes, joined, locate, locate_terms
from docgen.extract.label_lines import answers_in_prose, text_form
from docgen.extract.prose import Surroundings, attachments, surroundings
from docgen.extract.refusal import labels_seen
from docgen.extract.terms_table import TermsTable, find_tables
from docgen.extract.vocabulary import Vocabulary, vocabulary
from docgen.formats import detect
from docgen.formats.books import read_book
from docgen.formats.detect import Kind
from docgen.formats.grid import Book
from docgen.formats.skimming import Skim
from docgen.formats.stacking import stacked
from docgen.formats.text_lines import is_mail, lines_grid, read_mail
from docgen.language import tr
from docgen.model.intake import Answer, Answers, ReadingNote, Unrecognised
from docgen.model.kit import FORM_TEMPLATE, Kit


class Reading(NamedTuple):
    """The content of a source.

    `intakes` are at least one, in document order; they may be iterated again, and each time are read one at a time.
    `is_single` means that the source is one form and nothing else.  The other members hold the answers of a terms sheet
    with the notes on them, and the texts outside all intakes that were not understood.
    """

    intakes: Iterable[Answers]
    terms: Mapping[str, Answer] = MappingProxyType({})
    terms_notes: tuple[ReadingNote, ...] = ()
    outside: tuple[Unrecognised, ...] = ()
    is_single: bool = False


def read(path: Path, kit: Kit) -> Reading:
    """Read the intakes and terms of the file at `path`, in the words of its author.

    Raises SourceError with one line that says what is wrong and how to fix it: the file cannot
    be read, its format is not supported, it is unsafe, or it holds no intake.
    """
    kind = detect.inspect(path)
    if kind is Kind.WORD:
        return _read_word(path, kit)
    words = vocabulary(kit)
    if kind is not Kind.TEXT:
        book = read_book(path, kind)
        return _located(path, words, [book, *filter(None, [joined(book, kit)])], tr("no sheet holds an intake"))
    form = text_form(path, words)
    if form is not None:
        found = _first(words, [Book((form.grid,))], attachments(form.attached))
        if found is None and is_mail(path):
            raise _refused_mail(path, words)
        reading = found or _located(path, words, [Book((form.grid,))], tr("the text holds no intake"))
        reading = _certain(path, reading)
        return reading._replace(outside=(*reading.outside, *form.aside))
    return _located(path, words, [read_book(path, kind)], tr("this is a plain text file, and it holds no intake"))


def wanted(intakes: Iterable[Answers], skim: Skim | None) -> Iterator[Answers]:
    """The intakes of a `Reading` without those that `skim` lets pass."""
    return intakes.wanted(skim) if isinstance(intakes, Intakes) else iter(intakes)


def is_text_form(path: Path, kit: Kit) -> bool:
    """Whether a text file or mail holds at least half of the kit's labels, each with its answer after a colon."""
    try:
        return detect.inspect(path) is Kind.TEXT and text_form(path, vocabulary(kit)) is not None
    except SourceError:
        return False


def _refused_mail(path: Path, words: Vocabulary) -> SourceError:
    """The error for a mail whose text is not a form."""
    attached = read_mail(path).attached
    hint = (
        tr("save what is attached and name it: {attached}", attached=", ".join(attached))
        if attached
        else tr("ask for the form itself")
    )
    return SourceError(
        tr("{path}: this is a mail, and its text holds no intake of {name!r}", path=path, name=words.kit.name), hint
    )


def read_terms(path: Path, kit: Kit) -> tuple[Mapping[str, Answer], TermsTable]:
    """Read the terms on a workbook's terms sheets and in its tables of terms, which have a row per customer.

    Returned with the tables are the texts of both that belong to no term.  Raises SourceError like `read`, and if the
    workbook has neither.
    """
    book = read_book(path, detect.inspect(path))
    sheet, table = locate_terms(book, kit), find_tables(book, kit)
    if sheet is None and table is None:
        titles = ", ".join(section.label for section in kit.sections if section.internal)
        raise SourceError(
            tr(
                "{path}: no sheet is called {titles}, and none is a table of terms with a row for each customer",
                path=path,
                titles=titles,
            ),
            tr("docgen blank sheet --with-terms makes one"),
        )
    left = sheet.unrecognised if sheet else ()
    rows, unknown = (table.rows, table.unknown) if table else ((), ())
    return sheet.answers if sheet else {}, TermsTable(rows, (*left, *unknown))


def is_terms_table(path: Path, kit: Kit) -> bool:
    """Whether a text file is a table of terms, and not the lines of a terms file."""
    return find_tables(read_book(path, Kind.TEXT), kit) is not None


def _read_word(path: Path, kit: Kit) -> Reading:
    from docgen.extract.controls import read_controls
    from docgen.formats.docx import book_of, printed_texts, read_document

    document = read_document(path, kit.tags)
    words = Vocabulary(kit, printed=printed_texts(kit.folder / FORM_TEMPLATE))
    book = book_of(document, kit.name)
    answers = read_controls(document, words)
    answers = sorted_out(answers, kit) if answers is not None else None
    around = surroundings(document, words)
    if answers is not None:
        left, notes = (*answers.unrecognised, *around.left), (*answers.notes, *around.notes)
        read_answers = replace(answers, made_with=book.made_with, unrecognised=left, notes=notes)
        return Reading([read_answers], is_single=not around.left)
    lines = lines_grid(document.prose, "P")  # a form may consist of paragraphs, or of paragraphs and tables
    together = replace(book, sheets=(stacked([lines, *book.sheets]),))
    beside = surroundings(replace(document, prose=()), words)
    if answers_in_prose(document.prose, words, book.sheets):
        found = _first(words, [together], beside)
        if found is not None:
            return _certain(path, found)
    as_one = replace(book, sheets=(stacked(book.sheets),))  # one form may be split into a table for each section
    found = _first(words, [book, as_one], around)
    if found is not None:
        return _certain(path, found)
    return _located(path, words, [together], tr("no table of the document holds an intake"), beside)


def _first(words: Vocabulary, views: Iterable[Book], around: Surroundings | None) -> Reading | None:
    """The content of the first book that holds an intake; the books are views of the same source."""
    found = next(filter(None, (locate(book, words, around) for book in views)), None)
    if found is None:
        return None
    intakes, terms = found
    return Reading(intakes, terms.answers, terms.notes, intakes.outside, intakes.is_single)


def _certain(path: Path, reading: Reading) -> Reading:
    """The reading, if it is clear whose answers these are.  Raises SourceError otherwise."""
    doubts = reading.intakes.doubts if isinstance(reading.intakes, Intakes) else ()
    for sheet, cell in doubts:
        where = (
            tr("sheet {sheet}, cell {cell}", sheet=sheet, cell=cell)
            if sheet is not None
            else tr("cell {cell}", cell=cell)
        )
        raise SourceError(
            tr(
                "{path}: {where} may be the name of a second customer, and nobody can tell whose the answers are",
                path=path,
                where=where,
            ),
            tr("put each customer into a sheet, a column with a heading or a row of its own"),
        )
    return reading


def _located(
    path: Path, words: Vocabulary, views: list[Book], without: str, around: Surroundings | None = None
) -> Reading:
    found = _first(words, views, around)
    if found is None:
        seen = labels_seen(views[:1], words)
        raise SourceError(
            tr(
                "{path}: {without} of {kit!r}: neither a form with at least half of its labels, nor a table with a "
                "header row and customers below it",
                path=path,
                without=without,
                kit=words.kit.name,
            )
            + (f"; {seen}" if seen else ""),
            tr("use the sheet that 'docgen blank sheet' makes; hidden sheets are not read"),
        )
    return _certain(path, found)
