"""The reports of a run, both from the same outcomes."""

from __future__ import annotations

from collections.abc import Iterable

from docgen.batch.jobs import Outcome
from docgen.batch.page import PAGE, page
from docgen.batch.summary import RunFacts, summarise
from docgen.output import files, scratch
from docgen.output.storage import Location

REPORT = "report.xlsx"


#: The facts of a run of which nothing is known.
_NO_FACTS = RunFacts()


def write_reports(out: Location, outcomes: Iterable[Outcome], facts: RunFacts = _NO_FACTS) -> None:
    """Write report.xlsx and report.html to `out`; `facts` describe the run.

    Goes through `outcomes` twice; raises WriteError.
    """
    from docgen.batch.workbook import write_workbook  # loads XlsxWriter, which only the process that writes needs

    summary = summarise(outcomes)
    with files.replacing(out / REPORT) as temporary, scratch.for_libraries():
        write_workbook(temporary, outcomes, summary, facts)
    files.write_file(out / PAGE, page(summary, REPORT, facts), replace=True)
