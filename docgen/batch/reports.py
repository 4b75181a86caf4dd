"""The reports of a run, both from the same outcomes."""

from __future__ import annotations

from collections.abc import Iterable

from docgen.batch.jobs import Outcome
from docgen.batch.page import PAGE, page
from docgen.batch.summary import summarise
from docgen.output import files, scratch
from docgen.output.storage import Location

REPORT = "report.xlsx"


def write_reports(out: Location, outcomes: Iterable[Outcome]) -> None:
    """Write report.xlsx and report.html to `out`.  Goes through `outcomes` twice; raises WriteError."""
    from docgen.batch.workbook import write_workbook  # loads XlsxWriter, which only the process that writes needs

    summary = summarise(outcomes)
    with files.replacing(out / REPORT) as temporary, scratch.for_libraries():
        write_workbook(temporary, outcomes, summary)
    files.write_file(out / PAGE, page(summary, REPORT), replace=True)
