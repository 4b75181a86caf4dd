"""Tags that act on a table cell: docgen's `{% vmerge x %}`, and docxtpl's `colspan`, `cellbg`, `vm` and `hm`.

docxtpl writes their result somewhere among the properties of the cell; Word wants them in the order of the
schema (ECMA-376 part 1, 17.4.66, CT_TcPr).
"""

from __future__ import annotations

import re

from docgen.patterns import regex

#: A tag's expression may hold a `>`.
_ATTRIBUTES = r"(?:\{\{.*?\}\}|\{%.*?%\}|[^>])*?"
_CELL_TAG = regex(r"\{%\s*(?:vmerge|colspan|cellbg|vm|hm)\b")
_EMPTY_PROPERTIES = regex(r"<w:tcPr\s*/>")
_WITHOUT_PROPERTIES = regex(r"(<w:tc\b[^>/]*>)(?!\s*<w:tcPr\b)")
_VMERGE = regex(r"(<w:tcPr>)((?:(?!</w:tc>).)*?)\{%\s*vmerge\s+(.+?)\s*%\}", re.DOTALL)
_PROPERTIES = regex(r"(<w:tcPr>)((?:(?!</w:tcPr>).)*\{[{%](?:(?!</w:tcPr>).)*)(</w:tcPr>)", re.DOTALL)
_PROPERTY = regex(rf"<w:(\w+)\b{_ATTRIBUTES}(?:/>|>.*?</w:\1>)", re.DOTALL)
_ORDER = (
    "cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "textDirection",
    "tcFitText", "vAlign", "hideMark", "headers", "cellIns", "cellDel", "cellMerge", "tcPrChange",
)  # fmt: skip
_RANK = {name: rank for rank, name in enumerate(_ORDER)}


def with_properties(xml: str) -> str:
    """A part in which every cell has properties for the tags that act on cells."""
    if not _CELL_TAG.search(xml):
        return xml
    return _WITHOUT_PROPERTIES.sub(r"\1<w:tcPr></w:tcPr>", _EMPTY_PROPERTIES.sub("<w:tcPr></w:tcPr>", xml))


def merged(source: str) -> str:
    """The Jinja source of a part with its `vmerge` tags as cell properties, and all cell properties in order."""
    source = _VMERGE.sub(r'\1<w:vMerge w:val="{% if \3 %}restart{% else %}continue{% endif %}"/>\2', source)
    return _PROPERTIES.sub(lambda found: found[1] + _ordered(found[2]) + found[3], source)


def _ordered(properties: str) -> str:
    """The properties of a cell in the order of the schema; unchanged if they contain something else."""
    found = list(_PROPERTY.finditer(properties))
    if "".join(one[0] for one in found) != properties.strip():
        return properties
    return "".join(one[0] for one in sorted(found, key=lambda one: _RANK.get(one[1], len(_ORDER))))
