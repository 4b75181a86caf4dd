"""The command `check`: what is missing, refused or undecided."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docgen import __version__
from docgen.cli.console import Streamed, print_json, prints_messages, report_unreadable, show
from docgen.cli.inputs import asked, exit_by, read_sources
from docgen.cli.options import common, find_sources, sources_argument

if TYPE_CHECKING:
    from docgen.model.as_json import CheckJson


@click.command()
@sources_argument
@common("json", "kit", "terms", "amend", "sheet", "row", "verbosity")
def check(
    sources: tuple[str, ...], as_json: bool, kit_name: str, terms: Path | None, amend: Path | None,
    sheet: str | None, row: int | None,
) -> None:  # fmt: skip
    """List the answers as written and as understood, and what is missing, refused or undecided, with place and remedy.

    Writes no file.  With -q it prints the line with the verdict of each intake alone.
    """
    how = asked(kit_name, terms, amend, None, sheet, row)
    run = read_sources(find_sources(sources, how.kit), how)
    if as_json:
        result: CheckJson = {
            "schema": "docgen/check/1",
            "docgen": __version__,
            "kit": how.kit.folder.resolve().name,
            "intakes": Streamed(case.as_json() for case in run.cases) if run.cases else [],
            "outside": run.outside,
            "unreadable": run.unreadable,
        }
        print_json(result)
    else:
        from docgen.cli import customer_views, views

        is_plain = not sys.stdout.isatty()
        for case in run.cases:
            show(views.assessment(case, plain=is_plain) if prints_messages() else views.heading(case))
        if prints_messages() and (found := customer_views.same_customers(run.cases)):
            show(customer_views.duplicates(found))
        if run.outside and prints_messages():
            show(views.outside(run.outside))
    report_unreadable(run.unreadable)
    exit_by(run.cases.verdicts, run.unreadable)
