"""Named questions to Word documents, asked with lxml of the file's XML: python-docx sees no text inside controls."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
NS = {"w": W, "w14": W14}


def part(content: bytes, name: str = "word/document.xml") -> Any:
    """The parsed part of a Word file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return etree.fromstring(archive.read(name))


def text(content: bytes, name: str = "word/document.xml") -> str:
    """All visible text of a part, a line for each paragraph."""
    return "\n".join(_visible(paragraph) for paragraph in part(content, name).iter(f"{{{W}}}p"))


def all_text(content: bytes) -> str:
    """All visible text of document, headers and footers."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [n for n in archive.namelist() if n.startswith(("word/document", "word/header", "word/footer"))]
    return "\n".join(text(content, name) for name in names)


def _visible(node: Any) -> str:
    pieces = []
    for element in node.iter(f"{{{W}}}t", f"{{{W}}}br"):
        pieces.append("\n" if element.tag.endswith("}br") else element.text or "")
    return "".join(pieces)


@dataclass(frozen=True)
class Control:
    """A content control: its tag, kind, visible text, and what else a reader may ask."""

    tag: str
    alias: str
    number: str
    kind: str
    text: str
    is_placeholder: bool
    is_ticked: bool | None
    choices: tuple[str, ...]
    order: tuple[str, ...]
    lock: str | None


def controls(content: bytes) -> dict[str, Control]:
    """Every content control of the document, by tag."""
    found = [_control(sdt) for sdt in part(content).iter(f"{{{W}}}sdt")]
    assert len({control.tag for control in found}) == len(found), "two controls have one tag"
    return {control.tag: control for control in found}


def _control(sdt: Any) -> Control:
    properties = sdt.find("w:sdtPr", NS)
    children = [etree.QName(child).localname for child in properties]
    kinds = [name for name in children if name in {"text", "dropDownList", "checkbox"}]
    ticked = properties.find("w14:checkbox/w14:checked", NS)
    multi = properties.find("w:text", NS)
    lock = properties.find("w:lock", NS)
    kind = kinds[0]
    if multi is not None and multi.get(f"{{{W}}}multiLine") == "1":
        kind = "multiline"
    return Control(
        tag=properties.find("w:tag", NS).get(f"{{{W}}}val"),
        alias=properties.find("w:alias", NS).get(f"{{{W}}}val"),
        number=properties.find("w:id", NS).get(f"{{{W}}}val"),
        kind=kind,
        text=_visible(sdt.find("w:sdtContent", NS)),
        is_placeholder=properties.find("w:showingPlcHdr", NS) is not None,
        is_ticked=None if ticked is None else ticked.get(f"{{{W14}}}val") == "1",
        choices=tuple(item.get(f"{{{W}}}displayText") for item in properties.iterfind(".//w:listItem", NS)),
        order=tuple(children),
        lock=None if lock is None else lock.get(f"{{{W}}}val"),
    )


def highlighted(content: bytes) -> Iterator[str]:
    """The text of every highlighted run of the document."""
    for run in part(content).xpath("//w:r[w:rPr/w:highlight]", namespaces=NS):
        yield _visible(run)
