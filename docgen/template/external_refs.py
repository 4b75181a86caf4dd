"""What a Word template would fetch from outside, or run, when somebody opens a document made of it.

The engine copies relationships and fields as they are, so a template that reaches outside makes documents that
do: a picture that tells its server who reads, a template with macros, a link to a file of the reader's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree

from docgen.template.tags import Remark

#: The only outside targets that stay where they are until a reader clicks.
_HYPERLINK = "hyperlink"
_CLICKED = re.compile(r"(https?://|mailto:|tel:|#)", re.IGNORECASE)
#: Kinds of relationship that bring in foreign content even from within the file.
_FOREIGN = {"aFChunk", "attachedTemplate", "frame", "oleObject", "subDocument", "vbaProject", "control"}
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
#: Fields that fetch or run something (ECMA-376 part 1, 17.16.5; those of DDE are Word's own).
_FETCHING = {
    "DATABASE", "DDE", "DDEAUTO", "HTMLCONTROL", "IMPORT", "INCLUDE", "INCLUDEPICTURE", "INCLUDETEXT", "LINK",
    "MACROBUTTON", "RD",
}  # fmt: skip
#: A piece of a field's code; else the beginning of another field, or the end of the paragraph.
_CODES = re.compile(
    r"<w:instrText\b[^>]*>(.*?)</w:instrText>|(?=<w:fldSimple\b)[^>]*?w:instr=\"([^\"]*)\"|w:fldCharType=\"begin\"|</w:p>",
    re.DOTALL,
)


def outward(place: str, entries: Iterable[tuple[str, bytes]]) -> Iterator[Remark]:
    """Everything in the parts of the Word file at `place` that reaches outside it; what is no XML is passed over."""
    for name, content in entries:
        where = f"{place}: {name}"
        if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in content:
            yield Remark(where, "declares a DTD (open the template in Word and save it again)")
        elif name.endswith(".rels"):
            yield from _relationships(where, content)
        if name.endswith(".xml"):
            yield from _fields(where, content)


def _relationships(where: str, content: bytes) -> Iterator[Remark]:
    try:
        tree = ElementTree.fromstring(content)
    except ParseError:
        return
    for found in tree.iter(_RELATIONSHIP):
        kind = found.get("Type", "").rpartition("/")[2]
        target = found.get("Target", "")
        is_outside = found.get("TargetMode", "").lower() == "external"
        if kind in _FOREIGN or (is_outside and not (kind == _HYPERLINK and _CLICKED.match(target))):
            yield Remark(
                where, f"{kind or 'a part'} brings in {target!r} from outside (remove it: Word would fetch it)"
            )


def _fields(where: str, content: bytes) -> Iterator[Remark]:
    code = ""  # Word cuts it into several runs of one paragraph
    for piece in _CODES.finditer(content.decode("utf-8", "replace")):
        if piece[1] is not None:
            code += piece[1]
            continue
        for word in (code.split()[:1], (piece[2] or "").split()[:1]):
            if _FETCHING & {*map(str.upper, word)}:
                yield Remark(where, f"the field {word[0].upper()} brings in or runs what is outside (remove it)")
        code = ""
