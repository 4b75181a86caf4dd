"""The reports of a run, both from the same outcomes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from docgen import files
from docgen.batch.page import PAGE, page
from docgen.batch.summary import summarise
from docgen.batch.units import Outcome
from docgen.batch.workbook import REPORT, write_workbook


def write_reports(out: Path, outcomes: Iterable[Outcome]) -> None:
    """Write report.xlsx and report.html to `out`.  Goes through `outcomes` twice; raises WriteError."""
    summary = summarise(outcomes)
    with files.replacing(out / REPORT) as temporary:
        write_workbook(temporary, outcomes, summary)
    files.write_file(out / PAGE, page(summary, REPORT), replace=True)
