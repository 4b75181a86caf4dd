"""Every file that docgen makes of every sample, before validators that are not its own: Word files and PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import ooxml_integrity
import page
import pytest
import queries
from conftest import DATE, ROOT

import docgen
from docgen.documents.form import render_form
from docgen.kit import kits
from docgen.library.cases import Case
from docgen.model.intake import READY

INPUTS = ROOT / "inputs"
SOURCES = sorted(path.name for path in INPUTS.glob("*.xlsx"))
PROFILES = (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1)


def cases(*, terms: bool) -> Iterator[tuple[str, Case]]:
    """Each intake of each sample, with the terms of the samples or without any."""
    for name in SOURCES:
        given = INPUTS / "terms.yaml" if terms else None
        for number, case in enumerate(docgen.read(INPUTS / name, "caller-number", terms=given, date=DATE), start=1):
            yield f"{name} {number}{' with terms' if terms else ''}", case


def contracts(case: Case, *, terms: bool) -> Iterator[tuple[str, bytes]]:
    """The contracts of a case in every way in which they are made."""
    if case.verdict not in READY:
        yield "unready contract", case.contract(allow_unready=True)
        return
    draft = case.contract()
    yield "draft", draft
    yield "commented draft", case.commented(draft, draft.pending)
    if terms:
        yield "final", case.contract(final=True, reviewed_by="李审核")


def word_files() -> Iterator[tuple[str, bytes]]:
    yield "blank form", render_form(kits.load(kits.find("caller-number")), DATE)
    for terms in (False, True):
        for name, case in cases(terms=terms):
            yield from ((f"{name}: {what}", content) for what, content in contracts(case, terms=terms))
            if not terms:
                yield f"{name}: form", case.form()
                yield f"{name}: returned form", case.correction_form()


@pytest.mark.slow
def test_every_word_file_is_whole_and_in_the_order_of_the_schema(tmp_path: Path) -> None:
    path, count = tmp_path / "file.docx", 0
    faults: dict[str, list[object]] = {}
    for name, content in word_files():
        path.write_bytes(content)
        count += 1
        if found := [*ooxml_integrity.check(str(path)), *queries.out_of_order(content)]:
            faults[name] = found
    assert faults == {}
    assert count > 5 * len(SOURCES)


@pytest.mark.slow
def test_every_pdf_is_archival_and_accessible() -> None:
    faults = {}
    for name, case in cases(terms=True):
        content = case.review()
        reports = [page.validate_pdf_bytes(content, profile=profile) for profile in PROFILES]
        # A compressed metadata stream is allowed in PDF/A-2 and later (ISO 19005-3, 6.6.2): a false alarm.
        found = [f.rule_id for report in reports for f in report.failures if "METADATA-FILTER-001" not in f.rule_id]
        if found:
            faults[name] = found
    assert faults == {}


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda xml: xml.replace("<w:pPr>", "<w:pPr><w:jc w:val='left'/>", 1), "pPr"),
        (lambda xml: xml.replace("<w:tcPr>", "<w:tcPr><w:vAlign w:val='top'/>", 1), "tcPr"),
        (
            lambda xml: xml.replace("</w:pPr><w:r>", "</w:pPr><w:r><w:t>x</w:t><w:rPr><w:b/></w:rPr></w:r><w:r>", 1),
            "r:",
        ),
    ],
)
def test_the_check_of_the_order_sees_what_is_out_of_order(
    tmp_path: Path, damage: Callable[[str], str], said: str
) -> None:
    import io
    import zipfile

    kit = kits.load(kits.find("caller-number"))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(render_form(kit, DATE))) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, damage(content.decode()).encode() if name == "word/document.xml" else content)
    found = list(queries.out_of_order(out.getvalue()))
    assert found
    assert said in found[0]
