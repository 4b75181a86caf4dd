"""Parse untrusted XML safely: no DTD, no endless prolog or token, no tree larger than its budget.

Parts are parsed by the standard library in C.  Before expat 2.6 its parser scans an incomplete token again with
every piece of input, so pieces are large and tokens are limited.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import IO
from xml.etree.ElementTree import Element, XMLPullParser, fromstring
from xml.parsers import expat

from docgen.formats.budgets import DEEPEST, LONGEST_PROLOG, LONGEST_TOKEN, MOST_INSIDE, Budget, TooMuch
from docgen.formats.refusals import Damaged
from docgen.language import tr

_PIECE = 2**20
_FIRST_PIECE = 2**16  # small, so that the first rows of a long sheet come soon
#: Bytes of memory per element and per attribute of a tree (measured with Python 3.11: 85 to 340 by form).
_TAG, _ATTRIBUTE = 100, 150


#: The root element is nearly always in this many first bytes.  They are parsed separately: a handler that raises ends
#: the reading of a prolog only after its piece.
_ROOT_IN = 2048


class _RootReached(Exception):  # noqa: N818  not an error: it ends the reading of a prolog
    pass


def declares_dtd(head: bytes) -> bool:
    """Whether an XML part that begins with `head` has a DTD, and so entities; a DTD can only be before
    the root element.  Raises Damaged if no root element begins in the first LONGEST_PROLOG bytes."""
    return looks_like_xml(head) and _beginning(head) is None


def root_name(head: bytes) -> str | None:
    """The name of the root element without its prefix, None if it is missing or comes after a DTD."""
    try:
        return (_beginning(head) or "").rpartition(":")[2] or None
    except Damaged:
        return None


def _beginning(head: bytes) -> str | None:
    """The root element's name, None if a DTD precedes it."""
    found: list[str | None] = []

    def begins(name: str, *_: object) -> None:
        found.append(name)
        raise _RootReached

    def declared(*_: object) -> None:
        found.append(None)
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = begins
    code = 0
    try:
        parser.Parse(head[:_ROOT_IN], False)
        parser.Parse(head[_ROOT_IN:LONGEST_PROLOG], True)
    except _RootReached:
        return found[0]
    except expat.ExpatError as cause:
        code = cause.code
    except (LookupError, ValueError):  # an unknown encoding
        pass
    is_long = len(head) >= LONGEST_PROLOG and code in _CUT_OFF
    raise Damaged(tr("does not begin as XML does") if is_long else tr("is not sound XML"))


#: What expat reports for input that ends too soon.
_CUT_OFF = {
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
}


def looks_like_xml(head: bytes) -> bool:
    """Whether bytes begin like XML, in any encoding that its parser supports."""
    return head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def parsed(content: bytes, trees: Budget) -> Element:
    """The root of an XML part; the tree counts against the budget `trees`.

    The caller has checked the part for a DTD.  Raises TooMuch, and ParseError for invalid XML.
    """
    trees.spend(len(content) + content.count(b"<") * _TAG + content.count(b"=") * _ATTRIBUTE)
    return fromstring(content)  # in one piece, so that no token is scanned twice


def elements(source: IO[bytes], tags: Collection[str], most: int = MOST_INSIDE) -> Iterator[Element]:
    """The elements with these tags in a long XML part, complete, one at a time; nothing is kept of those already
    read, nor of other elements.  One inside another comes as part of it.

    Raises TooMuch for an element with more than `most` others in it, for more than LONGEST_TOKEN bytes without a
    tag, and for elements nested too deeply; ParseError for invalid XML.
    """
    open_elements: list[Element] = []
    wanted: Element | None = None
    inside = 0
    for event, element in _events(source):
        if event == "start":
            open_elements.append(element)
            if len(open_elements) > DEEPEST:
                raise TooMuch(tr("its elements are nested more than {deepest} deep", deepest=DEEPEST))
            if wanted is not None:
                inside += 1
                if inside > most:
                    raise TooMuch(tr("one of its elements holds more than {most:,} others", most=most))
            elif element.tag in tags:
                wanted, inside = element, 0
            continue
        open_elements.pop()
        if element is wanted:
            yield element
            wanted = None
        if wanted is None and open_elements:
            del open_elements[-1][-1]  # the element itself, so that its parent does not grow


def _events(source: IO[bytes]) -> Iterator[tuple[str, Element]]:
    parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    silent = 0
    size = _FIRST_PIECE
    while piece := source.read(size):
        size = _PIECE
        parser.feed(piece)
        silent += len(piece)
        for event in parser.read_events():
            silent = 0
            yield event  # type: ignore[misc]  # only elements begin and end
        if silent > LONGEST_TOKEN:
            raise TooMuch(
                tr("it goes on for more than {longest_token} MB without a tag", longest_token=LONGEST_TOKEN >> 20)
            )
    parser.close()
    yield from parser.read_events()  # type: ignore[misc]
