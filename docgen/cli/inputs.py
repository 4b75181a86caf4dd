"""What a command's sources hold, and the exit code that follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import click

from docgen.cli.console import report_unreadable
from docgen.cli.held import CaseList
from docgen.cli.options import day, find_sources, load_kit, load_terms, reading
from docgen.errors import AmendmentError, ExitCode, SourceError, UsageError
from docgen.language import tr

if TYPE_CHECKING:
    from docgen.kit.amendments import Amendments
    from docgen.kit.terms import GivenTerms
    from docgen.library.cases import Case
    from docgen.library.kits import Kit
    from docgen.model.as_json import OutsideJson, UnreadableJson
    from docgen.model.intake import Verdict
    from docgen.pipeline import SourceFile


#: Intakes whose documents a command makes at once, holding them all: more is the work of hours, and of `batch`.
MOST_AT_ONCE = 5_000
#: Places that are named where none is the one asked for.
_MOST_PLACES = 20


class Run(NamedTuple):
    """What a command's sources hold: the cases, the texts outside of all intakes, the sources that cannot be read."""

    cases: CaseList
    outside: list[OutsideJson]
    unreadable: list[UnreadableJson]


class ReadingOptions(NamedTuple):
    """What a command asks of its sources: kit, terms, amendments and date, and the sheet and row of the cases."""

    kit: Kit
    terms: GivenTerms
    amendments: Amendments
    date: dt.date | None = None
    sheet: str | None = None
    row: int | None = None


def asked(
    kit_name: str, terms: Path | None, amend: Path | None, date: dt.datetime | None, sheet: str | None, row: int | None
) -> ReadingOptions:
    """What the options of a command ask for.  Raises what loading the kit, the terms and the amendments raises."""
    kit = load_kit(kit_name)
    return ReadingOptions(kit, load_terms(terms, kit), kit.load_amendments(amend), day(date), sheet, row)


def read_sources(paths: Iterable[Path], how: ReadingOptions, most: int | None = None) -> Run:
    """The cases of every source; a bad source never stops the others.

    If an amendment does not fit, there are no cases at all: none is used as if it had been made.  Raises UsageError
    if there is no case at the sheet and row that are asked for, or if there are more than `most`.
    """
    from docgen.pipeline import SourceFile

    run = Run(CaseList(), [], [])
    misfits: list[UnreadableJson] = []
    hashes: dict[str, str] = {}
    elsewhere: dict[str, None] = {}
    for path in paths:
        before = len(run.cases), len(run.outside)
        try:
            file = SourceFile(path)
            if how.amendments:
                hashes[file.name] = file.sha256
            elsewhere |= _read(file, how, run, most)
        except AmendmentError as error:
            misfits += [{"source": str(path), "message": problem} for problem in error.problems]
        except SourceError as error:
            run.cases.cut(before[0])
            del run.outside[before[1] :]
            run.unreadable.append({"source": str(path), "message": str(error)})
    misfits += [
        {"source": how.amendments.origin, "message": problem} for problem in how.amendments.unknown_sources(hashes)
    ]
    if misfits:
        return Run(CaseList(), [], [*run.unreadable, *misfits])
    if elsewhere and not run.cases:
        there = ", ".join(list(elsewhere)[:_MOST_PLACES]) + ("…" if len(elsewhere) > _MOST_PLACES else "")
        raise UsageError(tr("there is no intake at that --sheet and --row"), tr("there are: {there}", there=there))
    return run


def _read(file: SourceFile, how: ReadingOptions, run: Run, most: int | None) -> dict[str, None]:
    """Add what a source holds to `run`; the first places of its cases that are not asked for."""
    from docgen.library.cases import cases_of

    elsewhere: dict[str, None] = {}
    cases = cases_of(file, how.kit, how.terms, how.date, how.amendments, reading().open_source)
    run.outside.extend(cases.outside_json())
    for case in cases:
        run.outside.extend(case.outside_json())
        if how.sheet in {None, case.sheet} and how.row in {None, case.row}:
            run.cases.append(case)
        elif len(elsewhere) <= _MOST_PLACES:
            elsewhere[_place(case)] = None
        if most and len(run.cases) > most:
            raise UsageError(
                tr("the sources hold more than {most:,} intakes", most=most),
                tr("make their documents with: docgen batch, which is made for many"),
            )
    return elsewhere


def _place(case: Case) -> str:
    place = case.sheet or case.source
    return tr("{place} row {row}", place=place, row=case.row) if case.row else place


def readable(source: str, how: ReadingOptions) -> list[Case]:
    """The cases of one source.  Exits with 3 where it is unreadable; raises UsageError where it holds very many."""
    run = read_sources(find_sources([source], how.kit), how, MOST_AT_ONCE)
    if run.unreadable:
        report_unreadable(run.unreadable)
        raise click.exceptions.Exit(ExitCode.UNREADABLE)
    return list(run.cases)


def exactly_one(source: str, how: ReadingOptions) -> Case:
    """The one case that a command for one document works on.  Exits with 3 where the source is unreadable."""
    cases = readable(source, how)
    if len(cases) != 1:
        raise UsageError(
            tr("{source} holds {count} intakes, and this command makes one document", source=source, count=len(cases)),
            tr("choose one with --sheet and --row, or make all with: docgen packet"),
        )
    return cases[0]


def exit_by(verdicts: Iterable[Verdict], unreadable: Sequence[UnreadableJson] = ()) -> NoReturn:
    """Leave the command with the code of the most serious outcome: 3 before 4 before 5."""
    from docgen.model.intake import Verdict

    seen = set(verdicts)
    codes = {
        ExitCode.UNREADABLE: bool(unreadable),
        ExitCode.INCOMPLETE: Verdict.INCOMPLETE in seen,
        ExitCode.REJECTED: Verdict.REJECTED in seen,
    }
    raise click.exceptions.Exit(next((code for code, holds in codes.items() if holds), ExitCode.DONE))
