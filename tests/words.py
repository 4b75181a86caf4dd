"""Word files made part by part, sound or not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import docx
from docx.document import Document
from docx.oxml.ns import qn

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:wps="urn:wps" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:pic="urn:pic" xmlns:v="urn:v"'
)
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def blank() -> Document:
    """An empty document of python-docx, without the styles that it brings along: 0.8 MB, and no test uses them."""
    return docx.Document(io.BytesIO(_blank()))


@cache
def _blank() -> bytes:
    document = docx.Document()
    for relation, one in list(document.part.rels.items()):
        if one.reltype.endswith("/stylesWithEffects"):
            document.part.drop_rel(relation)
    styles = document.styles.element
    for style in styles.xpath("w:style[not(@w:default)] | w:latentStyles"):
        styles.remove(style)
    assert len(styles.findall(qn("w:style"))) > 2
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def paragraph(*runs: str) -> str:
    """A paragraph of runs; what is no markup becomes one."""
    return f"<w:p>{''.join(one if one.startswith('<') else run(one) for one in runs)}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A run with this text."""
    about = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{about}<w:t xml:space="preserve">{text}</w:t></w:r>'


def table(*rows: str) -> str:
    """A table of these rows."""
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    """A row of cells with these contents, paragraphs or texts."""
    about = f"<w:trPr>{properties}</w:trPr>" if properties else ""
    return f"<w:tr>{about}{''.join(map(cell, cells))}</w:tr>"


def cell(content: str, properties: str = "") -> str:
    """A cell with this content."""
    about = f"<w:tcPr>{properties}</w:tcPr>" if properties else ""
    return f"<w:tc>{about}{content if content.startswith(('<w:p', '<w:tbl', '<w:sdt')) else paragraph(content)}</w:tc>"


def control(tag: str, content: str) -> str:
    """A content control around this content."""
    return f'<w:sdt><w:sdtPr><w:tag w:val="{tag}"/></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>'


def part(content: str, root: str = "w:document") -> str:
    """The XML of a part."""
    return f'<?xml version="1.0" encoding="UTF-8"?><{root} {_SPACES}>{content}</{root}>'


def word_file(
    path: Path, body: str, parts: Mapping[str, str] | None = None, relations: Mapping[str, str] | None = None
) -> Path:
    """A Word file with this body, further parts below `word/`, and what the body's relations name: target → kind."""
    listed = "".join(
        f'<Relationship Id="r{number}" Type="{R}/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate((relations or {}).items(), start=1)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>',
        )
        archive.writestr("_rels/.rels", f'<a><b Id="r1" Type="{R}/officeDocument" Target="word/document.xml"/></a>')
        archive.writestr("word/document.xml", part(f"<w:body>{body}</w:body>"))
        if listed:
            archive.writestr("word/_rels/document.xml.rels", f"<Relationships>{listed}</Relationships>")
        for name, content in (parts or {}).items():
            archive.writestr(f"word/{name}", content)
    return path
