"""report.html: one page for managers, complete in one file."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from docgen.batch.summary import SHOWN, RunFacts, Summary
from docgen.language import current, tr, word
from docgen.model.intake import Level
from docgen.text import printable

PAGE = "report.html"


def page(summary: Summary, workbook: str, facts: RunFacts) -> bytes:
    """The bytes of the page; `workbook` is the report that holds everything, `facts` are what the run was."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_visible,
    )  # fmt: skip
    environment.filters["href"] = lambda folder, name="": f"{quote(folder)}/{quote(name)}"
    environment.globals.update(tr=tr, word=word)
    verdicts, rules = summary.bars()
    text = environment.get_template(PAGE).render(
        summary=summary,
        levels=list(Level),
        verdicts=verdicts,
        rules=rules,
        shown=SHOWN,
        workbook=workbook,
        facts=facts,
        language="zh-CN" if current() == "zh" else "en",
    )
    return text.encode("utf-8", "replace")


def _visible(value: object) -> object:
    """The text to print, without characters that would change the text around it."""
    return printable(value) if type(value) is str else value
