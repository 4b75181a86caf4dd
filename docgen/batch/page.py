"""report.html: one page for managers, complete in one file."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from docgen.batch.summary import SHOWN, RunFacts, Summary
from docgen.language import current, tr, word
from docgen.model.intake import Level

PAGE = "report.html"


def page(summary: Summary, workbook: str, facts: RunFacts) -> bytes:
    """The bytes of the page; `workbook` is the report that holds everything, `facts` are what the run was."""
    from docgen import own_pages  # loads Jinja

    environment = own_pages.environment(Path(__file__).parent)
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
