"""One source → its intakes with their reviews.  Reads as the process: open, understand, judge."""

from __future__ import annotations

import datetime as dt
import hashlib
import stat
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from io import BufferedReader
from pathlib import Path
from typing import Protocol, TypeAlias

from docgen.errors import SourceError
from docgen.extract.source import is_terms_table, read, read_terms, wanted
from docgen.formats.books import is_workbook
from docgen.formats.budgets import MAX_FILE
from docgen.formats.refusals import too_large
from docgen.formats.skimming import Skim
from docgen.kit import amendments, terms
from docgen.kit.amendments import AS_WRITTEN, NO_AMENDMENTS, Amendments, Fitted
from docgen.kit.terms import CustomerTerms, GivenTerms
from docgen.language import system_reason, tr
from docgen.model.intake import Answer, Answers, Finding, Intake, Level, Origin, Review, Unrecognised, Value
from docgen.model.kit import Kit
from docgen.model.messages import wording
from docgen.rules import normalize
from docgen.rules.review import review
from docgen.text import printable
from docgen.values import credit_codes

#: Reading silences warnings of libraries for the whole process, so threads take turns.
_turn = threading.RLock()


class SourceFile:
    """A source: its name for people, its file, and its content, read and hashed once for all the intakes in it."""

    def __init__(self, path: Path, name: str | None = None) -> None:
        """`name` is what reports call it (default: the path)."""
        self.path = path
        self.name = printable(name or str(path))

    @cached_property
    def content(self) -> bytes:
        """The bytes of the file.  Raises SourceError."""
        with self._opened() as stream:
            return stream.read()

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the content in hex; a large file is not kept for it.  Raises SourceError."""
        if "content" in self.__dict__:
            return hashlib.sha256(self.content).hexdigest()
        with self._opened() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    @contextmanager
    def _opened(self) -> Iterator[BufferedReader]:
        """The file, open for reading.  Raises SourceError if it cannot be read, or would never end."""
        try:
            about = self.path.stat()
            if not stat.S_ISREG(about.st_mode):
                raise SourceError(tr("{name}: is no file", name=self.name), tr("name the file itself"))
            if about.st_size > MAX_FILE:
                raise too_large(self.name, about.st_size)
            with self.path.open("rb") as stream:
                yield stream
        except OSError as cause:
            raise SourceError(
                tr("{name}: cannot be read: {cause}", name=self.name, cause=system_reason(cause))
            ) from cause

    @contextmanager
    def named(self) -> Iterator[None]:
        """Errors that name the file then name the source instead."""
        try:
            yield
        except SourceError as error:
            if self.name == str(self.path):
                raise
            raise SourceError(error.message.replace(str(self.path), self.name), error.hint) from error


@dataclass(frozen=True, slots=True)
class ReviewedIntake:
    """One intake, its review, and the commercial terms that hold for it.

    `is_single` says that its source holds nothing but this intake; `outside` are texts that are in no intake and
    were met on the way to the next one.
    """

    intake: Intake
    review: Review
    terms: Mapping[str, Value]
    is_single: bool = False
    outside: tuple[Unrecognised, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A source that can be read: its intakes as written, what they are reviewed with, and the texts outside of them.

    Of a long source more such texts come with its intakes (`Answers.outside`).
    """

    file: SourceFile
    kit: Kit
    intakes: Iterable[Answers]
    outside: tuple[Unrecognised, ...]
    terms: GivenTerms
    findings: tuple[Finding, ...]
    is_single: bool = False
    today: dt.date | None = None
    amended: Fitted = AS_WRITTEN

    def answers(self, skim: Skim | None = None) -> Iterator[Answers]:
        """Its intakes as written, one at a time, without those that `skim` lets pass.

        Raises SourceError if the rest of it cannot be read, and with `skim` SkimmedError.
        """
        each = wanted(self.intakes, skim)
        while True:
            with _turn, self.file.named():
                answers = next(each, None)
            if answers is None:
                return
            yield answers

    def assess(self, answers: Answers) -> ReviewedIntake:
        """One intake of this source, reviewed."""
        intake = normalize.normalize(answers, self.kit, self.file.name)
        terms, of_terms = _terms_of(intake, self.kit, self.terms)
        if self.findings or of_terms:
            intake = replace(intake, findings=(*intake.findings, *self.findings, *of_terms))
        judged = review(intake, self.kit, terms, self.today)
        return ReviewedIntake(intake, judged, terms, self.is_single, answers.outside)

    def __iter__(self) -> Iterator[ReviewedIntake]:
        return (self.assess(self.amended.amended(at, answers)) for at, answers in enumerate(self.answers()))


def open_source(
    file: SourceFile,
    kit: Kit,
    given_terms: GivenTerms | Mapping[str, Value] | None = None,
    today: dt.date | None = None,
    given_amendments: Amendments | None = None,
) -> Opened:
    """The source, read as far as is needed to know its terms and that it holds an intake.

    `given_terms` override those of the workbook, which override those of the kit; of the given ones, the row of a
    customer overrides the terms for all.  `today` is the date that documents carry, where known.  Of the amendments
    those
    with the hash of the source are made; all its intakes are read for that at once.  Raises SourceError, now or
    while its intakes are read; AmendmentError now.
    """
    given = given_terms if isinstance(given_terms, GivenTerms) else GivenTerms(given_terms or {})
    with _turn, file.named():
        reading = read(file.path, kit)
    sheet_terms, findings = _sheet_terms(kit, reading.terms)
    findings += [normalize.note_finding(kit, note) for note in reading.terms_notes]
    all_terms = {**terms.defaults(kit), **sheet_terms, **given.values}
    opened = Opened(
        file, kit, reading.intakes, reading.outside, replace(given, values=all_terms), tuple(findings),
        reading.is_single, today,
    )  # fmt: skip
    mine = given_amendments.of(file.sha256) if given_amendments else NO_AMENDMENTS
    return replace(opened, amended=amendments.fit(mine, opened.answers(), kit)) if mine else opened


class ReviewedSource(Protocol):
    """The content of a source: its intakes, reviewed, and the texts outside of them."""

    @property
    def outside(self) -> tuple[Unrecognised, ...]:
        """The texts of the source that are in no intake and were not understood."""
        ...

    def __iter__(self) -> Iterator[ReviewedIntake]: ...


#: `open_source`, here or in another process.
OpenSource: TypeAlias = Callable[[SourceFile, Kit, GivenTerms, dt.date | None, Amendments], ReviewedSource]


def _terms_of(intake: Intake, kit: Kit, terms: GivenTerms) -> tuple[Mapping[str, Value], list[Finding]]:
    """The terms that hold for an intake, and the findings about them."""
    name, codes = intake.values.get(kit.name_field), [intake.values.get(field.key) for field in kit.codes]
    found = terms.of(str(name or intake.name), next((str(code) for code in codes if code), ""))
    of_terms = []
    if found.code:
        words = wording(found.code, label=kit.fields[kit.name_field].label, **found.details)
        origin = Origin(intake.sheet, None)
        of_terms = [
            Finding(found.code, "value", found.level, words.message, words.remedy, origin=origin, ask=words.ask)
        ]
    return {**terms.values, **found.values}, of_terms


def _sheet_terms(kit: Kit, answers: Mapping[str, Answer]) -> tuple[dict[str, Value], list[Finding]]:
    """The terms of a workbook's terms sheet, and the findings on those that cannot be read."""
    given: dict[str, Value] = {}
    findings: list[Finding] = []
    for key, answer in answers.items():
        value, found = normalize.understand(kit, kit.given_as_terms[key], answer)
        if any(finding.code == "credit-code-check-digit" for finding in found):
            # the provider's own entry: it is printed as written, and a person compares it with the licence
            value, found = credit_codes.read(answer.written).code, [replace(one, level=Level.MANUAL) for one in found]
        findings += found
        if value is not None:
            given[key] = value
    return given, findings


def load_terms(path: Path, kit: Kit) -> GivenTerms:
    """The commercial terms that a file gives: a flat YAML file, a workbook with a terms sheet, or a table (of a
    workbook, or csv) with a row for each customer.

    Raises SourceError that names every term that is unknown or cannot be read, with its place.
    """
    with _turn:
        if not is_workbook(path) and (path.suffix.lower() in _YAML or not is_terms_table(path, kit)):
            return GivenTerms(terms.load(path, kit))
        answers, table = read_terms(path, kit)
    given, findings = _sheet_terms(kit, answers)
    problems = [
        tr("{path}: {sheet}: there is no term {text!r}", path=path, sheet=_place(text.sheet, text.cell), text=text.text)
        for text in table.unknown
    ]
    customers = []
    for row in table.rows:
        values, found = _sheet_terms(kit, row.answers)
        findings += found
        code = next((str(values[field.key]) for field in kit.codes if field.key in values), "")
        place = _place(row.sheet, str(row.row))
        if not (row.name or code):
            problems.append(tr("{path}: {place}: the row names no customer", path=path, place=place))
        customers.append(CustomerTerms(row.name, code, place, values))
    problems += [f"{path}: {_place(f.sheet, f.cell)}: {f.message}" for f in findings if f.level in _GRAVE]
    if problems:
        raise SourceError("; ".join(problems), tr("correct the terms"))
    return GivenTerms(given, tuple(customers))


#: Findings for which a file of terms is refused: only its author reads them.
_GRAVE = {Level.INVALID, Level.MANUAL}
#: Suffixes of terms files that are no tables.
_YAML = frozenset({".yaml", ".yml"})


def _place(sheet: str | None, cell: str | None) -> str:
    return "!".join(part for part in (sheet, cell) if part)
