"""Custom properties of a rendered Word document (docProps/custom.xml, ISO 29500-2)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from markupsafe import escape

from docgen.patterns import regex
from docgen.template import package
from docgen.template.word import Rendered
from docgen.template.word_parts import TYPES

#: The property that names who decided on a manual intake before its final contract was made.
REVIEWED_BY = "docgen-reviewed-by"

_PART, _RELATIONS = "docProps/custom.xml", "_rels/.rels"
_NAMESPACES = (
    'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
#: The format of a custom property; their numbers begin with 2 (ISO 29500-1, 15.2.12.2).
_FORMAT, _FIRST = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}", 2
_NUMBER = regex(r'\bpid="(\d+)"')


def with_properties(document: Rendered, properties: Mapping[str, str]) -> Rendered:
    """`document` with these custom properties beside those of its template."""
    if not properties:
        return document
    with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[_PART] = _with_entries(parts.get(_PART, b"").decode("utf-8"), properties).encode("utf-8")
    parts[TYPES] = _once(parts[TYPES], "</Types>", f'<Override PartName="/{_PART}" ContentType="{_TYPE}"/>')
    parts[_RELATIONS] = _once(
        parts[_RELATIONS], "</Relationships>", f'<Relationship Id="rIdDocgen" Type="{_RELATION}" Target="{_PART}"/>'
    )
    content = package.pack(package.part(name, part) for name, part in parts.items())
    return document._replace(content=content, made=document.made | {_PART})


def _with_entries(part: str, properties: Mapping[str, str]) -> str:
    """The part with a property for each name; one that is there already is replaced."""
    part = part or f"{_HEAD}<Properties {_NAMESPACES}></Properties>"
    part = re.sub(r"<Properties\b([^>]*)/>", r"<Properties\1></Properties>", part)
    for name, value in properties.items():
        part = re.sub(rf'<property\b[^>]*\bname="{re.escape(name)}"[^>]*>.*?</property>', "", part, flags=re.DOTALL)
        number = max([_FIRST - 1, *map(int, _NUMBER.findall(part))]) + 1
        entry = (
            f'<property fmtid="{_FORMAT}" pid="{number}" name="{escape(name)}">'
            f'<vt:lpwstr xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
            f"{escape(value)}</vt:lpwstr></property>"
        )
        part = part.replace("</Properties>", f"{entry}</Properties>")
    return part


def _once(part: bytes, end: str, entry: str) -> bytes:
    """A list of parts or relationships with `entry`, where it does not speak of custom properties yet."""
    text = part.decode("utf-8")
    return part if "custom-properties" in text else text.replace(end, f"{entry}{end}").encode("utf-8")
