"""The script that a colleague would write instead: openpyxl, stock docxtpl, LibreOffice for the PDF.

It has no findings, no rules, no placeholders, no controls; only what it takes to get three files per customer.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
KIT = ROOT / "templates" / "caller-number"


def answers(source: Path) -> dict[str, str]:
    """Label → answer of a sheet with labels in columns A and B and answers in column C."""
    from openpyxl import load_workbook

    sheet: Any = load_workbook(source, data_only=True).worksheets[0]
    return {
        str(row[1].value or row[0].value).rstrip("*"): str(row[2].value or "")
        for row in sheet.iter_rows(min_row=4, max_col=3)
        if len(row) > 2
    }


def fill(template: Path, values: Mapping[str, Any], target: Path | IO[bytes]) -> None:
    """A Word file from a template, by stock docxtpl; the sandbox has the filters that the templates use."""
    from docxtpl import DocxTemplate

    from docgen.expressions import sandbox

    document = DocxTemplate(str(template))
    document.render(values, sandbox.sandbox(lambda missing: missing.label, markup=True))
    document.save(target)


def to_pdf(documents: Sequence[Path], folder: Path) -> None:
    """PDF files of the documents, in one call of LibreOffice."""
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", folder, *documents], check=True, capture_output=True)


def stock_templates(folder: Path) -> dict[str, Path]:
    """Templates for stock docxtpl: the kit's contract and form in plain Jinja, and a page for the review."""
    from docx import Document

    made = {}
    for name in ("contract", "form"):
        made[name] = folder / f"{name}.docx"
        with zipfile.ZipFile(KIT / f"{name}.docx") as source, zipfile.ZipFile(made[name], "w") as target:
            for part in source.namelist():
                content = source.read(part)
                if part == "word/document.xml":
                    content = re.sub(rb"\{%\s*vmerge[^%]*%\}", b"", content)
                target.writestr(part, content, zipfile.ZIP_DEFLATED)
    page = Document()
    page.add_heading("外呼需求审核摘要")
    table = page.add_table(0, 2)
    for cells in (
        ("{%tr for label, answer in answers.items() %}", ""),
        ("{{ label }}", "{{ answer }}"),
        ("{%tr endfor %}", ""),
    ):
        for cell, text in zip(table.add_row().cells, cells, strict=True):
            cell.text = text
    made["review"] = folder / "review.docx"
    page.save(str(made["review"]))
    return made


def documents(
    sources: Iterable[Path], templates: Mapping[str, Path], names: Mapping[str, Any], out: Path
) -> list[Path]:
    """Form, contract and the review's page of each source, as Word files; the pages that are to become PDF."""
    pages = []
    for number, source in enumerate(sources):
        written = answers(source)
        for kind in ("form", "contract"):
            fill(templates[kind], names, out / f"{number}-{kind}.docx")
        pages.append(out / f"{number}-review.docx")
        fill(templates["review"], {"answers": written}, pages[-1])
    return pages


if __name__ == "__main__":
    import sys

    from run import SAMPLE, sample

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        values = sample().contract | sample().form
        to_pdf(documents([SAMPLE] * count, stock_templates(here), values, here), here)
