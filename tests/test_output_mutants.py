"""The check after rendering, tried by defects: each of these, put into a sound document, must be found."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import pytest
from conftest import DATE, reviewed

from docgen.documents import output_check
from docgen.documents.context import RenderOptions
from docgen.documents.contract import render_contract
from docgen.documents.form import render_form
from docgen.errors import ProofError
from docgen.kit import kits
from docgen.model.kit import Kit
from docgen.template.word import Rendered

MAIN = "word/document.xml"
ILL_FORMED, MARKS, CLOSED = "is not well-formed XML", "holds marks of the engine", "does not open"


class Defect(NamedTuple):
    """What is replaced in a part, by what, and what the check says of it."""

    found: bytes
    instead: bytes
    said: str


def element(name: str) -> bytes:
    """The pattern for an element that holds none of its kind: its start, and all that follows."""
    return rf"(?s)(<w:{name}(?: [^>]*)?(?<!/)>)(?:(?!<w:{name}[ >]).)*?</w:{name}>".encode()


DEFECTS = {
    "the end of a paragraph lost": Defect(rb"</w:p>", b"", ILL_FORMED),
    "the end of a run lost": Defect(rb"</w:r>", b"", ILL_FORMED),
    "the end of a text lost": Defect(rb"</w:t>", b"", ILL_FORMED),
    "the start of a run lost": Defect(rb"<w:r>", b"", ILL_FORMED),
    "ends crossed": Defect(rb"</w:t></w:r>", b"</w:r></w:t>", ILL_FORMED),
    "a quotation mark lost": Defect(rb'w:val="', b"w:val=", ILL_FORMED),
    "an attribute twice": Defect(rb'( w:val="[^"]*")', rb"\1\1", ILL_FORMED),
    "an ampersand": Defect(rb"</w:t>", b"R&D</w:t>", ILL_FORMED),
    "an angle bracket": Defect(rb"</w:t>", b"a < b</w:t>", ILL_FORMED),
    "an entity of HTML": Defect(rb"</w:t>", b"&nbsp;</w:t>", ILL_FORMED),
    "a control character": Defect(rb"</w:t>", b"\x01</w:t>", ILL_FORMED),
    "a control character as a number": Defect(rb"</w:t>", b"&#1;</w:t>", ILL_FORMED),
    "bytes in no encoding": Defect(rb"</w:t>", b"\xff\xfe</w:t>", ILL_FORMED),
    "half a character": Defect(rb"</w:t>", b"\xe5\x8c</w:t>", ILL_FORMED),
    "half a pair": Defect(rb"</w:t>", b"\xed\xa0\x80</w:t>", ILL_FORMED),
    "two roots": Defect(rb"\Z", b"<w:p/>", ILL_FORMED),
    "text behind the root": Defect(rb"\Z", b"end", ILL_FORMED),
    "the last part lost": Defect(rb"(?s).{40}\Z", b"", ILL_FORMED),
    "all lost": Defect(rb"(?s)\A.+\Z", b"", ILL_FORMED),
    "the first mark of the engine": Defect(rb"</w:t>", b"\xef\xb7\x90</w:t>", MARKS),
    "the second mark of the engine": Defect(rb"</w:t>", b"\xef\xb7\x91</w:t>", MARKS),
    "the third mark of the engine": Defect(rb"</w:t>", b"\xef\xb7\x92</w:t>", MARKS),
    "a mark in an attribute": Defect(rb'(w:val="[^"]*)"', b'\\1\xef\xb7\x90"', MARKS),
    "an empty cell": Defect(element("tc"), rb"\1</w:tc>", "a table cell that does not end in a paragraph"),
    "a cell that ends in a table": Defect(rb"</w:tc>", b"<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:tc>",
                                          "a table cell that does not end in a paragraph"),
    "a row without cells": Defect(element("tr"), rb"\1</w:tr>", "a table row without cells"),
    "a table without rows": Defect(element("tbl"), rb"\1</w:tbl>", "a table without rows"),
    "an empty control": Defect(element("sdtContent"), rb"<w:sdtContent/>", "a content control that holds nothing"),
    "an empty header": Defect(rb"(?s)(<w:hdr[^>]*>).*</w:hdr>", rb"\1</w:hdr>", "an empty header"),
}  # fmt: skip


@cache
def documents() -> dict[str, Rendered]:
    """A contract and a form, as they come."""
    kit = kits.load(kits.find("caller-number"))
    item = reviewed(kit)
    contract = render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE))
    return {"contract": contract, "form": Rendered(render_form(kit, DATE, item.intake.values), frozenset({MAIN}), ())}


def parts(document: Rendered) -> dict[str, bytes]:
    """The parts that are made for each customer."""
    with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name in document.made | {document.main}}


def with_part(document: Rendered, changed: str, content: bytes) -> Rendered:
    """The document with another content of one part."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document.content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            target.writestr(name, content if name == changed else source.read(name))
    return document._replace(content=buffer.getvalue())


def spoilt(document: Rendered, defect: Defect) -> list[Rendered]:
    """The document with the defect at the first, a middle and the last place of each of its parts."""
    made = []
    for name, content in parts(document).items():
        places = list(re.finditer(defect.found, content))
        for at in {0, len(places) // 2, len(places) - 1} if places else set():
            place = places[at]
            changed = content[: place.start()] + place.expand(defect.instead) + content[place.end() :]
            assert changed != content
            made.append(with_part(document, name, changed))
    return made


def test_the_documents_are_sound() -> None:
    for document in documents().values():
        assert output_check.word(document, "it") is document
        for name, content in parts(document).items():
            assert output_check.word(with_part(document, name, content), "it")


@pytest.mark.parametrize("name", DEFECTS)
def test_each_defect_is_found_wherever_it_is(name: str) -> None:
    cases = [case for document in documents().values() for case in spoilt(document, DEFECTS[name])]
    assert cases, "there is no place for this defect"
    for case in cases:
        with pytest.raises(ProofError, match=DEFECTS[name].said):
            output_check.word(case, "it")


def data_of(document: Rendered) -> tuple[int, int]:
    """Where the packed bytes of the main part are."""
    with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
        entry = archive.getinfo(document.main)
    names = document.content[entry.header_offset + 26 : entry.header_offset + 30]
    start = entry.header_offset + 30 + int.from_bytes(names[:2], "little") + int.from_bytes(names[2:], "little")
    return start, start + entry.compress_size


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :]


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.99])  # the last byte of all holds no text
@pytest.mark.parametrize("kind", ["contract", "form"])
def test_a_wrong_byte_in_the_packed_text_is_found(kind: str, part: float) -> None:
    document = documents()[kind]
    start, end = data_of(document)
    broken = flipped(document.content, start + int((end - 1 - start) * part))
    with pytest.raises(ProofError, match=CLOSED):
        output_check.word(document._replace(content=broken), "it")


def with_field(content: bytes, at: int, value: int) -> bytes:
    """The package with another number at `at` of the directory's entry for the main part (APPNOTE 4.3.12)."""
    entry = next(
        found.start()
        for found in re.finditer(rb"PK\x01\x02", content)
        if content[found.start() + 46 :].startswith(MAIN.encode())
    )
    return content[: entry + at] + value.to_bytes(2, "little") + content[entry + at + 2 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content, _start, end: content[:end],
        lambda content, start, end: content[:start] + content[end:],
        lambda content, start, _end: flipped(content, start - 5),
        lambda content, start, end: with_field(content, 8, 1),
        lambda content, start, end: with_field(content, 10, 99),
        lambda _content, _start, _end: b"PK",
    ],
    ids=["no directory", "no data", "another name before the data", "encrypted", "packed in no known way", "two bytes"],
)
def test_a_damaged_package_is_found(damage: Callable[[bytes, int, int], bytes]) -> None:
    for document in documents().values():
        broken = damage(document.content, *data_of(document))
        with pytest.raises(ProofError, match=CLOSED):
            output_check.word(document._replace(content=broken), "it")


def test_each_field_that_a_form_does_not_ask_for_is_found(kit: Kit) -> None:
    document = documents()["form"]
    text = parts(document)[MAIN]
    assert output_check.form(document, kit)
    for key, field in kit.fields.items():
        without = text
        for tag in field.tags:
            without = without.replace(f'<w:tag w:val="{tag}"/>'.encode(), b"")
        assert without != text, key
        with pytest.raises(ProofError, match=f"no content control asks for {key}"):
            output_check.form(with_part(document, MAIN, without), kit)


def test_each_control_that_is_there_twice_is_found(kit: Kit) -> None:
    document = documents()["form"]
    text = parts(document)[MAIN]
    for tag in re.findall(rb'<w:tag w:val="[^"]*"/>', text):
        with pytest.raises(ProofError, match="two content controls have the tag"):
            output_check.form(with_part(document, MAIN, text.replace(tag, tag + tag)), kit)
