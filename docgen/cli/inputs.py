"""What a command's sources hold, and the exit code that follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import click

from docgen.cli.console import report_unreadable
from docgen.cli.options import find_sources, reading
from docgen.errors import ExitCode, SourceError, UsageError
from docgen.language import tr

if TYPE_CHECKING:
    from docgen.kit.terms import GivenTerms
    from docgen.library.cases import Case
    from docgen.library.kits import Kit
    from docgen.model.as_json import OutsideJson, UnreadableJson
    from docgen.model.intake import Verdict


class Run(NamedTuple):
    """What a command's sources hold: the cases, the texts outside of all intakes, the sources that cannot be read."""

    cases: list[Case]
    outside: list[OutsideJson]
    unreadable: list[UnreadableJson]


def read_sources(
    paths: Iterable[Path], kit: Kit, terms: GivenTerms, date: dt.date | None, sheet: str | None, row: int | None
) -> Run:
    """The cases of every source; a bad source never stops the others.

    `sheet` and `row` keep only the cases at that place; raises UsageError where there is none.
    """
    from docgen.library.cases import cases_of
    from docgen.pipeline import SourceFile

    run = Run([], [], [])
    for path in paths:
        try:
            cases = cases_of(SourceFile(path), kit, terms, date, reading().open_source)
            found = list(cases)
        except SourceError as error:
            run.unreadable.append({"source": str(path), "message": str(error)})
        else:
            run.cases.extend(found)
            run.outside.extend(cases.outside_json())
            run.outside.extend(text for case in found for text in case.outside_json())
    chosen = [case for case in run.cases if sheet in {None, case.sheet} and row in {None, case.row}]
    if run.cases and not chosen:
        there = ", ".join(dict.fromkeys(map(_place, run.cases)))
        raise UsageError(tr("there is no intake at that --sheet and --row"), tr("there are: {there}", there=there))
    return run._replace(cases=chosen)


def _place(case: Case) -> str:
    place = case.sheet or case.source
    return tr("{place} row {row}", place=place, row=case.row) if case.row else place


def readable(
    source: str, kit: Kit, terms: GivenTerms, date: dt.date | None, sheet: str | None, row: int | None
) -> list[Case]:
    """The cases of one source.  Exits with 3 where it is unreadable."""
    run = read_sources(find_sources([source], kit), kit, terms, date, sheet, row)
    if run.unreadable:
        report_unreadable(run.unreadable)
        raise click.exceptions.Exit(ExitCode.UNREADABLE)
    return run.cases


def exactly_one(
    source: str, kit: Kit, terms: GivenTerms, date: dt.date | None, sheet: str | None, row: int | None
) -> Case:
    """The one case that a command for one document works on.  Exits with 3 where the source is unreadable."""
    cases = readable(source, kit, terms, date, sheet, row)
    if len(cases) != 1:
        raise UsageError(
            tr("{source} holds {count} intakes, and this command makes one document", source=source, count=len(cases)),
            tr("choose one with --sheet and --row, or make all with: docgen packet"),
        )
    return cases[0]


def exit_by(verdicts: Iterable[Verdict], unreadable: Sequence[UnreadableJson] = ()) -> NoReturn:
    """Leave the command with the code of the gravest outcome: 3 before 4 before 5."""
    from docgen.model.intake import Verdict

    seen = set(verdicts)
    codes = {
        ExitCode.UNREADABLE: bool(unreadable),
        ExitCode.INCOMPLETE: Verdict.INCOMPLETE in seen,
        ExitCode.REJECTED: Verdict.REJECTED in seen,
    }
    raise click.exceptions.Exit(next((code for code, holds in codes.items() if holds), ExitCode.DONE))
