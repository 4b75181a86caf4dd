"""The reports of a run, both from the same outcomes."""

from __future__ import annotations

from collections.abc import Iterable

from docgen.batch.jobs import Outcome
from docgen.batch.page import PAGE, page
from docgen.batch.summary import summarise
from docgen.errors import WriteError
from docgen.output import files, scratch
from docgen.output.storage import Location

REPORT = "report.xlsx"


def write_reports(out: Location, outcomes: Iterable[Outcome]) -> None:
    """Write report.xlsx and report.html to `out`.  Goes through `outcomes` twice; raises WriteError."""
    from lxml.etree import SerialisationError  # lxml, openpyxl: not for the process that only waits

    from docgen.batch.workbook import write_workbook

    summary = summarise(outcomes)
    with files.replacing(out / REPORT) as temporary, scratch.for_libraries():
        try:
            write_workbook(temporary, outcomes, summary)
        except SerialisationError as cause:  # how openpyxl's writer of XML meets a full disk
            raise WriteError(
                f"{out / REPORT} cannot be written: {cause}", "make room for temporary files, and run with --resume"
            ) from cause
    files.write_file(out / PAGE, page(summary, REPORT), replace=True)
