"""Sources → intakes with their reviews, and the sources that cannot be read.  Every command starts here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from docgen.errors import ExitCode, SourceError, UsageError
from docgen.extract.source import read, read_terms
from docgen.formats.books import is_workbook
from docgen.kit import terms
from docgen.model.intake import Answer, Answers, Finding, Intake, Level, Review, Value, Verdict
from docgen.model.kit import Kit
from docgen.rules import normalize
from docgen.rules.review import review
from docgen.text import printable


@dataclass(frozen=True, slots=True)
class ReviewedIntake:
    """One intake, its review, and the commercial terms that hold for it."""

    intake: Intake
    review: Review
    terms: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Opened:
    """A source that can be read: its intakes as written, and what they are reviewed with."""

    source: str
    kit: Kit
    intakes: Iterable[Answers]
    terms: Mapping[str, Value]
    findings: tuple[Finding, ...]

    def assess(self, answers: Answers) -> ReviewedIntake:
        """One intake of this source, reviewed."""
        intake = normalize.normalize(answers, self.kit, self.source)
        if self.findings:
            intake = replace(intake, findings=(*intake.findings, *self.findings))
        return ReviewedIntake(intake, review(intake, self.kit, self.terms), self.terms)


def open_source(
    path: Path, kit: Kit, given_terms: Mapping[str, Value] | None = None, *, source: str | None = None
) -> Opened:
    """The file at `path`, read as far as is needed to know its terms and that it holds an intake.

    `source` is the name to report (default: the path); `given_terms` go before those of the workbook,
    and those before the kit's own.  Raises SourceError, now or while its intakes are gone through.
    """
    reading = read(path, kit)
    sheet_terms, findings = _sheet_terms(kit, reading.terms)
    all_terms = {**terms.defaults(kit), **sheet_terms, **(given_terms or {})}
    return Opened(printable(source or str(path)), kit, reading.intakes, all_terms, tuple(findings))


def assess(
    path: Path, kit: Kit, given_terms: Mapping[str, Value] | None = None, *, source: str | None = None
) -> Iterator[ReviewedIntake]:
    """The intakes of the file at `path`, reviewed in the order they stand in.

    Arguments and errors are those of `open_source`.
    """
    opened = open_source(path, kit, given_terms, source=source)
    yield from map(opened.assess, opened.intakes)


def _sheet_terms(kit: Kit, answers: Mapping[str, Answer]) -> tuple[dict[str, Value], list[Finding]]:
    """The terms of a workbook's terms sheet, and the findings on those that cannot be read."""
    given: dict[str, Value] = {}
    findings: list[Finding] = []
    for key, answer in answers.items():
        value, found = normalize.understand(kit, kit.terms[key], answer)
        findings += found
        if value is not None:
            given[key] = value
    return given, findings


def load_terms(path: Path, kit: Kit) -> Mapping[str, Value]:
    """The commercial terms that a file gives: a flat YAML file, or a workbook with a terms sheet.

    Raises SourceError that names every term that is unknown or cannot be read, with its place.
    """
    if not is_workbook(path):
        return terms.load(path, kit)
    answers, unknown = read_terms(path, kit)
    given, findings = _sheet_terms(kit, answers)
    problems = [f"{path}: {text.sheet}!{text.cell}: there is no term {text.text!r}" for text in unknown]
    problems += [f"{path}: {f.origin.sheet}!{f.origin.cell}: {f.message}" for f in findings if f.level is Level.INVALID]
    if problems:
        raise SourceError("; ".join(problems), "correct the terms sheet")
    return given


class Unreadable(NamedTuple):
    """A source that cannot be read, and why."""

    source: str
    message: str


class Run(NamedTuple):
    """What a command's sources hold: each intake with the file it stands in, and the unreadable sources."""

    reviewed: list[tuple[Path, ReviewedIntake]]
    unreadable: list[Unreadable]


Assess = Callable[[Path, Kit, Mapping[str, Value]], Iterator[ReviewedIntake]]


def review_sources(
    paths: Iterable[Path], kit: Kit, given_terms: Mapping[str, Value], sheet: str | None = None, row: int | None = None,
    *, assess: Assess = assess,
) -> Run:  # fmt: skip
    """The intakes of every source; a bad source never stops the others.

    `sheet` and `row` leave only the intakes that stand there; raises UsageError where there is none.  `assess`
    may be the same in another process.
    """
    reviewed: list[tuple[Path, ReviewedIntake]] = []
    unreadable = []
    for path in paths:
        try:
            reviewed += [(path, item) for item in assess(path, kit, given_terms)]
        except SourceError as error:
            unreadable.append(Unreadable(str(path), str(error)))
    chosen = [
        (path, item)
        for path, item in reviewed
        if (sheet is None or item.intake.sheet == sheet) and (row is None or item.intake.row == row)
    ]
    if reviewed and not chosen:
        there = ", ".join(dict.fromkeys(_place(item.intake) for _, item in reviewed))
        raise UsageError("no intake stands at that --sheet and --row", f"there are: {there}")
    return Run(chosen, unreadable)


def _place(intake: Intake) -> str:
    return f"{intake.sheet or intake.source}" + (f" row {intake.row}" if intake.row else "")


def exit_code(verdicts: Iterable[Verdict], unreadable: Sequence[Unreadable] = ()) -> ExitCode:
    """The code that the gravest outcome asks for (design §4): 3 before 4 before 5."""
    seen = set(verdicts)
    if unreadable:
        return ExitCode.UNREADABLE
    if Verdict.INCOMPLETE in seen:
        return ExitCode.INCOMPLETE
    return ExitCode.REJECTED if Verdict.REJECTED in seen else ExitCode.DONE
