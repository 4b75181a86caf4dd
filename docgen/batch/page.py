"""report.html: one page that a manager can open, with nothing outside it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from docgen.batch.summary import SHOWN, Summary
from docgen.model.intake import Level

PAGE = "report.html"


def page(summary: Summary, workbook: str) -> bytes:
    """The bytes of the page; `workbook` is the name of the report that holds everything."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["href"] = lambda folder: quote(folder) + "/"
    verdicts, rules = summary.bars()
    text = environment.get_template(PAGE).render(
        summary=summary, levels=list(Level), verdicts=verdicts, rules=rules, shown=SHOWN, workbook=workbook
    )
    return text.encode("utf-8", "replace")
