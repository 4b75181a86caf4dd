"""Content controls with tags: their values are the document's own.

Word shows the text of a bound control anew from the data that it is bound to, and takes the text of a control that
shows its placeholder for no text at all (ECMA-376 part 1, 17.5.2.6 dataBinding, 17.5.2.39 showingPlcHdr).
"""

from __future__ import annotations

import re

from docgen.patterns import regex

_BOUNDARY = regex(r"<w:sdt>|</w:sdt>")
_PROPERTIES = regex(r"<w:sdtPr\b(?:(?!</w:sdtPr>).)*</w:sdtPr>", re.DOTALL)
_REPLACES_TEXT = regex(r"<w(?:15)?:dataBinding\b[^>]*/>|<w:showingPlcHdr\b[^>]*/>")
_MARKUP = regex(r"<[^>]*>")
_TAG = regex(r"\{[{%]")


def unbound(xml: str) -> str:
    """The part with each control that holds a tag free of its binding and of its placeholder."""
    if not _REPLACES_TEXT.search(xml):
        return xml
    begun: list[int] = []
    for boundary in list(_BOUNDARY.finditer(xml))[::-1]:  # from the end, so that places before it hold
        if boundary[0] == "</w:sdt>":
            begun.append(boundary.end())
        elif begun:
            end = begun.pop()
            control = xml[boundary.start() : end]
            if _TAG.search(_MARKUP.sub("", control)):
                own = _PROPERTIES.sub(lambda found: _REPLACES_TEXT.sub("", found[0]), control, count=1)
                xml = xml[: boundary.start()] + own + xml[end:]
                begun = [at - len(control) + len(own) for at in begun]
    return xml
