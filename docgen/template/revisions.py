"""Tracked changes and comments of a template: counted for its author, never copied into a document.

Tracked changes are taken as accepted (ECMA-376 part 1, 17.13.5): inserted text stays, deleted text is removed, new
formatting holds.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from docgen.patterns import regex

#: Records of how something looked before, each a whole element (17.13.5.31 and its kin).
_FORMER = regex(r"<w:(\w+Change|numberingChange)\b(?:[^>]*/>|[^>]*>.*?</w:\1>)", re.DOTALL)
_REMOVED = regex(r"<w:(del|moveFrom)\b(?![^>]*/>)[^>]*>.*?</w:\1>", re.DOTALL)
_ROW = regex(r"<w:tr\b(?:(?!<w:tr\b|</w:tr>).)*?<w:trPr>(?:(?!</w:trPr>).)*?<w:del\b.*?</w:tr>", re.DOTALL)
#: A paragraph whose mark was deleted and that shows nothing any more.
_PARAGRAPH = regex(
    r"<w:p\b(?![^>]*/>)[^>]*>\s*<w:pPr>(?:(?!</w:pPr>).)*?<w:rPr>(?:(?!</w:rPr>).)*?<w:(?:del|moveFrom)\b[^>]*/>"
    r"(?:(?!</w:pPr>).)*?</w:pPr>((?:(?!</w:p>).)*)</w:p>",
    re.DOTALL,
)
_SHOWS = regex(r"<w:(?:t|tab|drawing|pict|object|sym|fldChar|br)\b")
_INSERTED = regex(
    r"</?w:(?:ins|moveTo)\b[^>]*>|<w:(?:del|moveFrom|cellIns|cellDel|cellMerge)\b[^>]*/>"
    r"|<w:(?:moveFrom|moveTo|customXmlIns|customXmlDel|customXmlMoveFrom|customXmlMoveTo)Range(?:Start|End)\b[^>]*/>"
)
_COMMENT = regex(
    r"<w:commentRange(?:Start|End)\b[^>]*/>"
    r"|<w:r\b(?:(?!<w:r\b|</w:r>).)*?<w:commentReference\b[^>]*/>(?:(?!</w:r>).)*</w:r>",
    re.DOTALL,
)
_CHANGE = regex(r"<w:(?:ins|del|moveFrom|moveTo|\w+Change)\b(?=[^>]*w:id=)")
_REFERENCE = regex(r"<w:commentReference\b")


class Revisions(NamedTuple):
    """How many tracked changes and comments a part holds."""

    changes: int
    comments: int


def count(xml: str) -> Revisions:
    """The tracked changes and comments in a part."""
    return Revisions(len(_CHANGE.findall(xml)), len(_REFERENCE.findall(xml)))


def accepted(xml: str) -> str:
    """The part with every tracked change accepted and every comment removed; unchanged if it has none."""
    if _REFERENCE.search(xml):
        xml = _COMMENT.sub("", xml)
    if not _CHANGE.search(xml):
        return xml
    xml = _FORMER.sub("", xml)
    xml = _REMOVED.sub("", _ROW.sub("", xml))
    xml = _PARAGRAPH.sub(lambda found: found[0] if _SHOWS.search(found[1]) else "", xml)
    return _INSERTED.sub("", xml)
