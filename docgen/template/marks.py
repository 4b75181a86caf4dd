"""The marks that rendering sets in the text of a Word part, and what becomes of them: breaks, and pending values."""

from __future__ import annotations

import re
from functools import lru_cache

from markupsafe import Markup

from docgen.model.messages import PENDING, wording
from docgen.patterns import regex

#: Unicode noncharacters: they are in no text that people write, so they mark places in rendered XML.
OPEN, CLOSE, BREAK = "\ufdd0", "\ufdd1", "\ufdd2"
#: The break of a line within a text.
WORD_BREAK = '</w:t><w:br/><w:t xml:space="preserve">'

_RUN_PROPERTIES = regex(r"<w:rPr>(.*?)</w:rPr>", re.DOTALL)
_PENDING = regex(f"{OPEN}(.*?){CLOSE}", re.DOTALL)
_EMPTY_TEXT = '<w:t xml:space="preserve"></w:t></w:r>'
EMPTY_RUN = regex(rf"<w:r>(?:<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)?{_EMPTY_TEXT}", re.DOTALL)
#: What may follow w:highlight among run properties (ECMA-376 part 1, 17.3.2.28, CT_RPr); extensions come last.
_AFTER_HIGHLIGHT = regex(
    r"<w:(?:u|effect|bdr|shd|fitText|vertAlign|rtl|cs|em|lang|eastAsianLayout|specVanish|oMath)\b|<(?!/|w:)[\w-]+:"
)


def replaced(xml: str, pending: dict[str, None]) -> str:
    """A rendered part without empty runs, with Word's own line breaks, missing values highlighted."""
    if _EMPTY_TEXT in xml:
        xml = EMPTY_RUN.sub("", xml)
    return mark_pending(xml.replace(BREAK, WORD_BREAK), pending)


def mark_pending(xml: str, pending: dict[str, None]) -> str:
    """`xml` with every marked missing value as a highlighted run of its own; the labels are added to `pending`."""
    pieces, position = [], 0
    while (found := xml.find(OPEN, position)) >= 0:
        start = max(xml.rfind("<w:r>", position, found), xml.rfind("<w:r ", position, found))
        end = xml.find("</w:r>", found) + len("</w:r>")
        if start < 0:
            start, end = found, xml.find(CLOSE, found) + 1
        run, labels = _highlighted(xml[start:end])
        pieces += [xml[position:start], run]
        pending.update(labels)
        position = end
    return "".join([*pieces, xml[position:]])


@lru_cache(maxsize=256)  # the terms that one contract lacks are mostly those that the next one lacks
def _highlighted(run: str) -> tuple[str, dict[str, None]]:
    """A run with every missing value as a highlighted run of its own, and their labels in order."""
    pending: dict[str, None] = {}
    properties = _RUN_PROPERTIES.search(run)
    inner = properties.group(1) if properties else ""
    own = f"<w:rPr>{inner}</w:rPr>" if inner else ""
    after = _AFTER_HIGHLIGHT.search(inner)
    cut = after.start() if after else len(inner)
    marked = f'<w:rPr>{inner[:cut]}<w:highlight w:val="yellow"/>{inner[cut:]}</w:rPr>'

    def marked_label(match: re.Match[str]) -> str:
        label = match.group(1)
        pending[Markup(label).unescape()] = None
        text = wording(PENDING, label=label).message
        if not run.startswith("<w:r"):
            return text
        preserve = '<w:t xml:space="preserve">'
        return f"</w:t></w:r><w:r>{marked}{preserve}{text}</w:t></w:r><w:r>{own}{preserve}"

    return EMPTY_RUN.sub("", _PENDING.sub(marked_label, run)), pending
