"""The check after rendering: a document that is no sound file is never published, and says so with code 10."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import DATE, GOOD, ROOT, Run, reviewed
from tables import form_text, workbook

from docgen.documents import output_check
from docgen.documents.form import render_form
from docgen.errors import ProofError
from docgen.model.kit import Kit
from docgen.template import marks, skeletons, word

SAMPLE = ROOT / "inputs" / "accepted.xlsx"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda xml: xml.replace("</w:p>", "", 1), "is not well-formed XML"),
        (lambda xml: xml.replace("</w:t>", "\ufdd0</w:t>", 1), "holds marks of the engine"),
    ],
)
def test_a_spoilt_word_file_is_not_written(
    run: Run, no_output: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[str], str], said: str
) -> None:
    replaced, found = marks.replaced, skeletons.found
    monkeypatch.setattr(marks, "replaced", lambda xml, pending: spoil(replaced(xml, pending)))
    monkeypatch.setattr(skeletons, "found", lambda _known, *rest: found({}, *rest))  # nothing known from before
    for command in (["contract", SAMPLE], ["form", SAMPLE], ["blank", "form"], ["packet", SAMPLE]):
        done = run(*command)
        assert done.code == 10, command
        assert said in done.err


def rendered(content: bytes) -> word.Rendered:
    """A document of the kit's form, whose text alone is made for each intake."""
    return word.Rendered(content, frozenset({"word/document.xml"}), ())


def changed(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, change(part) if name == "word/document.xml" else part)
    return buffer.getvalue()


def with_equal_ids(xml: bytes) -> bytes:
    first, second, *_ = re.findall(rb'<w:id w:val="[0-9]+"/>', xml)
    return xml.replace(second, first)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda xml: xml.replace(b'w:val="contact_wechat"', b'w:val="wechat"'), "control wechat belongs to no field"),
        (lambda xml: xml.replace(b'w:val="contact_wechat"', b'w:val="wechat"'), "no content control asks for contact_wechat"),
        (lambda xml: xml.replace(b'w:val="contact_wechat"', b'w:val="contact_name"'), "two content controls have the tag contact_name"),
        (lambda xml: re.sub(rb'<w:id w:val="[-0-9]+"/>', b'<w:id w:val="7"/>', xml), "two content controls have the same id"),
    ],
)  # fmt: skip
def test_a_form_that_asks_for_something_else_fails(kit: Kit, change: Callable[[bytes], bytes], said: str) -> None:
    content = render_form(kit, DATE)
    assert output_check.form(rendered(content), kit).content == content
    with pytest.raises(ProofError, match=said):
        output_check.form(rendered(changed(content, change)), kit)


def test_a_file_that_does_not_open_fails(kit: Kit) -> None:
    content = render_form(kit, DATE)
    for broken in (content[:-40], b"", content.replace(b"PK\x05\x06", b"PK\x05\x07")):
        with pytest.raises(ProofError, match="does not open"):
            output_check.word(rendered(broken), "the form")


def test_a_file_without_a_document_fails(kit: Kit) -> None:
    content = render_form(kit, DATE).replace(b"word/document.xml", b"word/documemt.xml")
    with pytest.raises(ProofError, match=r"it holds no word/document\.xml"):
        output_check.word(rendered(content), "the form")


def test_tags_in_answers_are_the_customers_text(kit: Kit) -> None:
    item = reviewed(kit, main_script="{{ 7 * 7 }} {% if x %} {# 注释 #}，请按流程确认收货时间与地址。")
    assert output_check.form(rendered(render_form(kit, DATE, item.intake.values)), kit)


FONT = {"Type": "/FontDescriptor", "FontFile2": b"1 0 R"}
FILE = {"Type": "/Filespec"}


@pytest.mark.parametrize(
    ("objects", "pages", "said"),
    [
        ([FONT, FILE], 0, "it has no page"),
        ([{"Type": "/FontDescriptor"}, FILE], 1, "a font is not embedded"),
        ([FILE], 1, "a font is not embedded"),
        ([FONT], 1, "0 files are attached, not 1"),
    ],
)
def test_a_pdf_without_pages_fonts_or_attachments_fails(objects: list[Any], pages: int, said: str) -> None:
    output_check.pdf([FONT, FILE], 1, 1, "the summary")
    with pytest.raises(ProofError, match=said):
        output_check.pdf(objects, pages, 1, "the summary")


def test_in_a_batch_only_that_item_fails(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not ProofError("x").stops_run
    source = workbook(tmp_path / "a.xlsx", form_text(GOOD))
    monkeypatch.setattr(output_check, "form", lambda content, kit: (_ for _ in ()).throw(ProofError("the form failed")))
    assert run("packet", source, "-o", tmp_path / "out").code == 10
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []
