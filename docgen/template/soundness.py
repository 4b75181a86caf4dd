"""What can be wrong with a rendered part of a Word file, whatever its values are."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.language import tr
from docgen.patterns import regex
from docgen.template import containers
from docgen.template.package import xml_fault

#: The marks that the engine sets in rendered text and takes out again (U+FDD0 to U+FDD2), in UTF-8.
_MARKS = regex(rb"\xef\xb7[\x90-\x92]")


def faults(name: str, content: bytes) -> Iterator[str]:
    """Every fault of a part, in words: it is no XML, holds marks of the engine, or lacks what Word requires."""
    if fault := xml_fault(content):
        yield tr("{name} is not well-formed XML: {fault}", name=name, fault=fault)
    if _MARKS.search(content):
        yield tr("{name} holds marks of the engine", name=name)
    yield from (tr("{name} holds {fault}", name=name, fault=fault) for fault in containers.faults(content))
