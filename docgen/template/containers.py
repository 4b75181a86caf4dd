"""Containers that conditions and loops leave empty are filled or removed: Word does not open a document with them.

A cell ends in a paragraph (ECMA-376 part 1, 17.4.65), a row has a cell (17.4.78), a table a row (17.4.37); text
boxes, headers, footers, notes and comments hold at least a paragraph, content controls something of their kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from docgen.language import phrase, tr
from docgen.patterns import regex
from docgen.template.tags import KINDS, Tag

#: Containers of blocks in which Word requires a paragraph.
_STORIES = frozenset({"w:txbxContent", "w:hdr", "w:ftr", "w:footnote", "w:endnote", "w:comment"})
_NEVER_EMPTY = frozenset({"w:sdtContent", "w:tc", "w:tr", "w:tbl", "w:txbxContent"})
_CONTAINERS = _STORIES | _NEVER_EMPTY
_BLOCK_KINDS = frozenset({"p", "tr", "tc"})
#: A container with an unusual end: cells and text boxes end in a paragraph, rows in a cell, tables
#: in a row.  The part before is matched last, so that the search runs from one `</w:t` to the next.
_ODD_END = regex(
    rb"</w:t(?:c(?<!</w:p></w:tc)(?<!<w:p/></w:tc)|r(?<!</w:tc></w:tr)|bl(?<!</w:tr></w:tbl)"
    rb"|xbxContent(?<!</w:p></w:txbxContent)(?<!<w:p/></w:txbxContent))>"
)
_ODD_STORY = regex(rb"(?<!</w:p>)(?<!<w:p/>)</w:(?:hdr|ftr|footnote|endnote|comment)>")
_STORY_PARTS = (b"</w:hdr>", b"</w:ftr>", b"</w:footnotes>", b"</w:endnotes>", b"</w:comments>")
_EMPTY_CONTROLS = (b"<w:sdtContent></w:sdtContent>", b"<w:sdtContent/>")
_TOKEN = regex(r"<(/?)([\w:.-]+)([^>]*)>|<[^>]*>|[^<]+")
_BLOCKS = frozenset({"w:p", "w:tbl", "w:sdt", "w:customXml", "w:altChunk"})
_CELLS = frozenset({"w:tc", "w:sdt", "w:customXml"})
_ROWS = frozenset({"w:tr", "w:sdt", "w:customXml"})
_INLINE = frozenset({"w:p", "w:hyperlink", "w:ins", "w:smartTag", "w:fldSimple"})
_PARAGRAPH, _RUN = "<w:p/>", "<w:r/>"


class _Element(NamedTuple):
    """An open element: its name, its markup so far, and the names of the elements in it."""

    name: str
    pieces: list[str]
    inner: list[str]


def at_risk(tags: Iterable[Tag]) -> frozenset[str]:
    """The names of the containers that these tags of a part may leave empty."""
    found: set[str] = set()
    for tag in tags:
        if tag.kind in _BLOCK_KINDS:
            names = [name for name, _at in tag.around]
            own = KINDS[tag.kind]
            found.update(names[: len(names) - 1 - names[::-1].index(own)] if own in names else names)
    return frozenset(found & _CONTAINERS)


def filled(part: bytes, names: frozenset[str]) -> bytes:
    """A rendered part in which every container holds what Word requires.

    Cells, text boxes, headers, footers and notes get an empty paragraph; rows without cells, tables without rows and
    controls around them are removed.  `part` is well-formed, and returned unchanged if nothing is wrong.  `names` are
    the
    containers that are `at_risk`.
    """
    if not (names and _is_suspect(part)):
        return part
    root = _Element("", [], [])
    stack = [root]
    for token in _TOKEN.finditer(part.decode("utf-8")):
        text, name = token[0], token[2]
        if name is None:
            stack[-1].pieces.append(text)
        elif token[1]:
            _close(stack, text)
        elif not text.endswith("/>"):
            stack.append(_Element(name, [text], []))
        elif name in _NEVER_EMPTY:
            stack.append(_Element(name, [f"{text[:-2].rstrip()}>"], []))
            _close(stack, f"</{name}>")
        else:
            stack[-1].pieces.append(text)
            stack[-1].inner.append(name)
    return "".join(root.pieces).encode("utf-8")


def _is_suspect(part: bytes) -> bool:
    """Whether a container may lack something: a quick test that is enough for nearly every part."""
    is_story = part.rstrip().endswith(_STORY_PARTS)
    return bool(
        _ODD_END.search(part)
        or (is_story and _ODD_STORY.search(part))
        or any(control in part for control in _EMPTY_CONTROLS)
    )


def _close(stack: list[_Element], closing: str) -> None:
    """Take the innermost element from the stack, and add it to the outer one in the form that Word requires, if at
    all."""
    element = stack.pop()
    lacking = _lacking(element.name, element.inner, [outer.name for outer in stack])
    if lacking != "":
        stack[-1].pieces.append("".join((*element.pieces, lacking or "", closing)))
        stack[-1].inner.append(element.name)


def _lacking(name: str, inner: list[str], around: list[str]) -> str | None:
    """What an element needs at its end: markup, nothing (None), or to go ("")."""
    blocks = [child for child in inner if child in _BLOCKS]
    if name == "w:tc":
        return None if blocks and blocks[-1] != "w:tbl" else _PARAGRAPH
    if name in _STORIES:
        return None if blocks else _PARAGRAPH
    if name == "w:tr":
        return None if _CELLS & set(inner) else ""
    if name == "w:tbl":
        return None if _ROWS & set(inner) else ""
    if name == "w:sdt":
        return None if "w:sdtContent" in inner else ""
    if name == "w:sdtContent" and not inner:
        owner = next((outer for outer in reversed(around) if outer not in {"w:sdt", "w:sdtContent"}), "")
        if owner in {"w:tbl", "w:tr"}:
            return ""
        return _RUN if owner in _INLINE else _PARAGRAPH
    return None


def faults(part: bytes) -> Iterator[str]:
    """The containers of a part that lack something, in words."""
    if not _is_suspect(part):
        return
    stack: list[tuple[str, list[str]]] = [("", [])]
    for token in _TOKEN.finditer(part.decode("utf-8", "replace")):
        name = token[2]
        if name is None:
            continue
        if not token[1]:
            stack[-1][1].append(name)
            stack.append((name, []))
        if token[1] or token[0].endswith("/>"):
            closed, inner = stack.pop()
            if _lacking(closed, inner, [outer for outer, _ in stack]) is not None:
                yield tr(_WORDS.get(closed, phrase("a content control that holds nothing")))


_WORDS = {
    "w:tc": phrase("a table cell that does not end in a paragraph"), "w:tr": phrase("a table row without cells"),
    "w:tbl": phrase("a table without rows"), "w:txbxContent": phrase("an empty text box"),
    "w:hdr": phrase("an empty header"), "w:ftr": phrase("an empty footer"), "w:footnote": phrase("an empty footnote"),
    "w:endnote": phrase("an empty endnote"), "w:comment": phrase("an empty comment"),
}  # fmt: skip
