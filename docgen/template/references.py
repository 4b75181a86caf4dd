"""Cross-references and the table of contents of a rendered Word document, as Word itself would update them.

Conditions remove clauses, so that the numbers in a template's references hold for one contract only.  A field
`REF name \\n` gets the number that its paragraph has in this document; an entry of the contents whose heading is
missing is removed, and the others get the numbers of their headings.  Page numbers are left to Word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape

from markupsafe import escape

from docgen.errors import KitError
from docgen.language import tr
from docgen.patterns import regex
from docgen.template.numbering import Counter, Lists, Number

#: All begin alike, so that the search jumps from one element to the next.
_TOKEN = regex(
    r"<w:(?:p(?:\s[^>]*)?(?<!/)>(?P<properties>\s*<w:pPr>.*?</w:pPr>)?"
    r'|bookmarkStart\b[^>]*\bw:name="(?P<mark>[^"]*)"[^>]*>'
    r'|fldChar\b[^>]*w:fldCharType="(?P<end>\w+)"[^>]*>'
    r"|instrText\b[^>]*>(?P<code>[^<]*)</w:instrText>"
    r'|fldSimple\b[^>]*w:instr="(?P<simple>[^"]*)"[^>]*>)',
    re.DOTALL,
)
_REFERENCE = regex(r"\s*REF\s+(?:\"([^\"]+)\"|(\S+))(.*)", re.DOTALL)
_SWITCH = regex(r"\\([nrw])\b", re.IGNORECASE)
_CONTENTS = regex(r"\s*TOC\b")
_ENTRY = regex(r"<w:p(?:\s[^>]*)?(?<!/)>(?:(?!<w:p[\s>]).)*?</w:p>", re.DOTALL)
_ANCHOR = regex(r'<w:hyperlink\b[^>]*w:anchor="([^"]*)"[^>]*>.*?</w:hyperlink>', re.DOTALL)
#: The figures of a number, in the ways that lists write them.
_FIGURES = regex(r"[〇零一二三四五六七八九十百千\d]+|(?<![A-Za-z])[ivxlcdmIVXLCDM]+(?![A-Za-z])")
_TEXT = regex(r"(<w:t(?:\s[^>]*)?>)([^<]*)(</w:t>)")


@dataclass
class _OpenField:
    """A field that has not ended: its code, where its result begins, the paragraph that it is in."""

    near: Number | None
    code: str = ""
    result: int = -1


@dataclass
class _Found:
    """The references of a document: the number of each bookmark (None if it has none), the fields with
    their places, the spans of tables of contents."""

    marks: dict[str, Number | None] = field(default_factory=dict)
    references: list[tuple[str, int, int, Number | None]] = field(default_factory=list)
    contents: list[tuple[int, int]] = field(default_factory=list)


def needed(xml: str) -> bool:
    """Whether a part holds references to numbered paragraphs, or a table of contents."""
    codes = (unescape(token["code"] or token["simple"] or "") for token in _TOKEN.finditer(xml))
    return any(_REFERENCE.match(code) or _CONTENTS.match(code) for code in codes)


def lost(xml: str) -> Iterator[str]:
    """The bookmarks that fields of a template refer to and that it does not have."""
    found = _found(xml, None)
    for code, *_ in found.references:
        name = _name(code)
        if name and name not in found.marks:
            yield name


def depend_on(xml: str, text: str) -> bool:
    """Whether `text` is in what `renewed` reads or replaces: paragraph properties, bookmarks, fields, contents."""
    found = _found(xml, None)
    spans = [(start, end) for _code, start, end, _near in found.references] + found.contents
    return any(text in token[0] for token in _TOKEN.finditer(xml)) or any(text in xml[a:b] for a, b in spans)


def renewed(xml: str, lists: Lists) -> str:
    """A rendered part with references and contents as they are in this document.

    Raises KitError if it refers to a paragraph that a condition removed.
    """
    found = _found(xml, lists)
    if missing := sorted({_name(code) for code, *_ in found.references} - {"", *found.marks}):
        raise KitError(
            tr(
                "a reference points to {missing}, which this document does not have",
                missing=", ".join(f"«{name}»" for name in missing),
            ),
            tr("put the reference under the condition of the clause that it names"),
        )
    edits = [edit for one in found.references if (edit := _reference(xml, found, *one))]
    edits += [(start, end, _entries(xml[start:end], found)) for start, end in found.contents]
    pieces, at = [], 0
    for start, end, new in sorted(edits):
        if start >= at:  # a reference within the contents is renewed with them
            pieces += [xml[at:start], new]
            at = end
    return "".join([*pieces, xml[at:]])


def _name(code: str) -> str:
    return _understood(code)[0]


@lru_cache(maxsize=1024)  # codes, and what stands around them, are the template's, and come again in each document
def _understood(code: str) -> tuple[str, str]:
    """The bookmark that the code of a field names, and the letter of its switch; "" for what it does not have."""
    found = _REFERENCE.match(code)
    if found is None:
        return "", ""
    switch = _SWITCH.search(found[3])
    return found[1] or found[2], switch[1].lower() if switch else ""


def _found(xml: str, lists: Lists | None) -> _Found:
    """One walk through a part: bookmarks, fields, contents."""
    found, counter, near = _Found(), Counter(lists) if lists else None, None
    stack: list[_OpenField] = []
    for token in _TOKEN.finditer(xml):
        kind = token.lastgroup  # one of them at most has matched
        if kind == "mark":
            found.marks[unescape(token["mark"])] = near
        elif kind == "end":
            _field_mark(token, stack, found, near)
        elif kind == "code":
            if stack and stack[-1].result < 0:
                stack[-1].code += unescape(token["code"])
        elif kind == "simple":
            end = xml.find("</w:fldSimple>", token.end())
            if end >= 0:
                found.references.append((unescape(token["simple"]), token.end(), end, near))
        else:
            near = counter.next(token["properties"] or "") if counter else None
    return found


def _field_mark(token: re.Match[str], stack: list[_OpenField], found: _Found, near: Number | None) -> None:
    if token["end"] == "begin":
        stack.append(_OpenField(near))
    elif token["end"] == "separate" and stack:
        stack[-1].result = token.end()
    elif token["end"] == "end" and stack:
        done = stack.pop()
        if done.result >= 0 and _CONTENTS.match(done.code):
            found.contents.append((done.result, token.start()))
        elif done.result >= 0:
            found.references.append((done.code, done.result, token.start(), done.near))


def _reference(
    xml: str, found: _Found, code: str, start: int, end: int, near: Number | None
) -> tuple[int, int, str] | None:
    """The result of one field with the number that it refers to; None if it shows something else."""
    name, kind = _understood(code)
    number = found.marks.get(name) if kind else None
    if number is None:
        return None
    text = number.alone if kind == "n" else number.seen_from(near if kind == "r" else None)
    return None if text is None else (start, end, _with_text(xml[start:end], text))


@lru_cache(maxsize=1024)
def _with_text(result: str, text: str) -> str:
    """The runs of a field's result with `text` in the first of them."""
    rest = iter([str(escape(text))])
    return _TEXT.sub(lambda run: f"{run[1]}{next(rest, '')}{run[3]}", result)


def _entries(contents: str, found: _Found) -> str:
    """The entries of a table of contents whose headings are in this document, with their numbers."""

    def entry(paragraph: re.Match[str]) -> str:
        link = _ANCHOR.search(paragraph[0])
        if link is None:
            return paragraph[0]
        name = unescape(link[1])
        if name in found.marks:
            return paragraph[0].replace(link[0], _numbered(link[0], found.marks[name]))
        holds_field = 'w:fldCharType="' in paragraph[0].replace(link[0], "")
        return paragraph[0].replace(link[0], "") if holds_field else ""

    # The first entry begins in the paragraph of the field's own beginning, which is not all in `contents`.
    head = contents.find("<w:p>") if "<w:p>" in contents else len(contents)
    with_attributes = contents.find("<w:p ")
    head = min(head, with_attributes) if with_attributes >= 0 else head
    first = _ANCHOR.sub(lambda link: _kept(link, found), contents[:head])
    return first + _ENTRY.sub(entry, contents[head:])


def _kept(link: re.Match[str], found: _Found) -> str:
    name = unescape(link[1])
    return _numbered(link[0], found.marks[name]) if name in found.marks else ""


def _numbered(link: str, number: Number | None) -> str:
    """An entry that begins with the number of its heading."""
    shown = number.texts[-1] if number else None
    return _with_number(link, shown.strip()) if shown and shown.strip() else link


@lru_cache(maxsize=1024)
def _with_number(link: str, shown: str) -> str:
    # The number that is there is written as the new one: the same text around other figures.
    old = re.compile("^" + _FIGURES.sub("\0", re.escape(shown)).replace("\0", f"(?:{_FIGURES.pattern})"))
    return _TEXT.sub(lambda run: run[1] + old.sub(str(escape(shown)), run[2]) + run[3], link, count=1)
