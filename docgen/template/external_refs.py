"""References that make Word fetch or run something when a document made of the template is opened.

The engine copies relationships and fields as they are, so an external reference of a template is in its documents: a
picture that reports its readers to a server, a template with macros, a link to a file of the reader.  Parts are read
as XML, as Word reads them, so that no spelling, prefix or name hides a reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn
from xml.etree import ElementTree
from xml.parsers import expat

from docgen.language import tr
from docgen.patterns import regex
from docgen.template.tags import Remark

#: The only external targets that are not fetched before a reader clicks.
_HYPERLINK = "hyperlink"
_CLICKED = regex(r"(https?://|mailto:|tel:|#)", re.IGNORECASE)
#: Kinds of relationship that include foreign content even from within the file.
_FOREIGN = {"aFChunk", "attachedTemplate", "frame", "oleObject", "subDocument", "vbaProject", "control"}
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
#: Namespaces of Word's own elements and of references to relationships, transitional and strict; of VML.
_WORD = (
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
_REFERENCE = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}",
)
_LINKS = {f"{reference}{name}" for reference in _REFERENCE for name in ("link", "href")}
_MERGES = {f"{word}mailMerge" for word in _WORD}
_VML = "{urn:schemas-microsoft-com:vml}"
#: The elements of Word that fields are made of, without their namespace.
_OF_FIELDS = {
    f"{word}{name}": name
    for word in _WORD
    for name in ("fldSimple", "fldChar", "instrText", "delInstrText", "t", "delText", "p")
}
#: Fields that fetch or run something (ECMA-376 part 1, 17.16.5; those of DDE are Word's own).
_FETCHING = {
    "DATABASE", "DDE", "DDEAUTO", "HTMLCONTROL", "IMPORT", "INCLUDE", "INCLUDEPICTURE", "INCLUDETEXT", "LINK",
    "MACROBUTTON", "RD",
}  # fmt: skip
_NAME = regex(r"\s*([A-Za-z]+)")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def outward(place: str, entries: Iterable[tuple[str, bytes]], types: Mapping[str, str]) -> Iterator[Remark]:
    """Every external reference in the parts of the Word file at `place`; `types` are their content types.

    Parts that are not XML are skipped.
    """
    for name, content in entries:
        kind = types.get(name, "").lower()
        if kind.startswith("image/") or not (_is_named_xml(name) or kind.endswith("xml") or _looks_like_xml(content)):
            continue
        where = f"{place}: {name}"
        try:
            tree = _tree(content)
        except _DtdError:
            yield Remark(where, tr("declares a DTD (open the template in Word and save it again)"))
        except (expat.ExpatError, ElementTree.ParseError, LookupError, ValueError):  # the latter two: an encoding
            if kind.endswith("xml") and not _is_named_xml(name):  # other code reports parts with an XML name
                yield Remark(where, tr("is not well-formed XML (open the template in Word and save it again)"))
        else:
            yield from _relationships(where, tree)
            yield from _references(where, tree)
            yield from _fields(where, tree)


class _DtdError(Exception):
    """A part declares a DTD, which may name files and repeat itself without end."""


def _tree(content: bytes) -> ElementTree.Element:
    """The elements of a part, read in C once it is known to declare no DTD: defusedxml is four times slower."""
    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = _refuse
    guard.Parse(content, True)
    return ElementTree.fromstring(content)


def _refuse(*_: object) -> NoReturn:
    raise _DtdError


def _is_named_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _looks_like_xml(content: bytes) -> bool:
    start = content[:200]
    for mark in _MARKS:
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"").lstrip().startswith(b"<")


def _relationships(where: str, tree: Any) -> Iterator[Remark]:
    for found in tree.iter(_RELATIONSHIP):
        kind = found.get("Type", "").rpartition("/")[2]
        target = found.get("Target", "")
        is_outside = found.get("TargetMode", "").lower() == "external"
        if kind in _FOREIGN or (is_outside and not (kind == _HYPERLINK and _CLICKED.match(target))):
            yield Remark(
                where,
                tr(
                    "{kind} brings in {target!r} from outside (remove it: Word would fetch it)",
                    kind=kind or tr("a part"),
                    target=target,
                ),
            )


def _references(where: str, tree: Any) -> Iterator[Remark]:
    """Linked pictures, of any kind of relationship; sources of a mail merge."""
    for element in tree.iter():
        if _is_linked(element.tag, element.attrib):
            yield Remark(where, tr("a picture is linked from outside (put it into the template itself)"))
        elif element.tag in _MERGES:
            yield Remark(where, tr("the template is set up for a mail merge (make it a normal Word document)"))


def _is_linked(tag: object, attributes: Mapping[str, str]) -> bool:
    if not attributes:
        return False
    if not _LINKS.isdisjoint(attributes):
        return True
    source = attributes.get("src", "") if isinstance(tag, str) and tag.startswith(_VML) else ""
    return "://" in source or source.startswith(("//", "\\\\"))


class _Field:
    """A field that is being read: its code so far, and whether its result has begun."""

    def __init__(self) -> None:
        self.code = ""
        self.has_result = False


def _fields(where: str, tree: Any) -> Iterator[Remark]:
    for code in _codes(tree):
        name = _NAME.match(code)
        if name and name[1].upper() in _FETCHING:
            yield Remark(
                where, tr("the field {name} brings in or runs what is outside (remove it)", name=name[1].upper())
            )


def _codes(tree: Any) -> Iterator[str]:
    """The code of every field: Word cuts it into runs, and fields may be in the codes of others."""
    loose = _Field()  # codes outside of any field
    open_fields: list[_Field] = []
    for element in tree.iter():
        kind = _OF_FIELDS.get(element.tag)
        if kind is None:
            continue
        if kind == "fldSimple":
            yield _attribute(element, "instr")
        elif kind == "fldChar":
            yield from _follow(open_fields, _attribute(element, "fldCharType"))
        elif kind in {"instrText", "delInstrText"}:
            (open_fields[-1] if open_fields else loose).code += element.text or ""
        elif kind in {"t", "delText"} and open_fields:
            # The result of a field within a code is a part of that code.
            for field in reversed(open_fields):
                if not field.has_result:
                    field.code += element.text or ""
                    break
        elif kind == "p":
            yield loose.code
            loose = _Field()
    yield from (field.code for field in (loose, *open_fields))


def _follow(open_fields: list[_Field], kind: str) -> Iterator[str]:
    """Begin a field, continue to its result, or end it, which gives its code."""
    if kind == "begin":
        open_fields.append(_Field())
    elif open_fields and kind == "separate":
        open_fields[-1].has_result = True
    elif open_fields and kind == "end":
        yield open_fields.pop().code


def _attribute(element: Any, name: str) -> str:
    return next((element.get(f"{word}{name}") for word in _WORD if f"{word}{name}" in element.attrib), "")
