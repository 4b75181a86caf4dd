"""Read the visible text of the runs of a Word document (ECMA-376 part 1, 17.3).

This covers texts, special characters, symbols and ticks of old
form fields, and whether they are struck out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from docgen.formats import symbols
from docgen.patterns import regex

STRICT, TRANSITIONAL = (
    b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
)
W = f"{{{TRANSITIONAL.decode()}}}"
VALUE = f"{W}val"
OFF = {"0", "false", "off", "none"}
PARAGRAPH, RUN, TEXT, DELETED_TEXT = f"{W}p", f"{W}r", f"{W}t", f"{W}delText"
_RUN_PROPERTIES, _PARAGRAPH_STYLE = f"{W}rPr", f"{W}pPr/{W}pStyle"
#: Elements of a run that represent one character (17.3.3).
SIGNS = {f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}noBreakHyphen": "-"}
_LONGEST_CHAIN = 50  # styles that inherit from one another


def setting(node: Any, group: str, name: str) -> str | None:
    """The value of a property; `on` if it has no value, None if it is not set."""
    found = node.find(f"{W}{group}/{W}{name}")
    return None if found is None else found.get(VALUE, "on")


class Strikes:
    """The ids of the run and paragraph styles that strike text out."""

    def __init__(self, styles: Any | None) -> None:
        """`styles` is the root of the styles part, None if there is none."""
        parents: dict[str, str] = {}
        found: dict[str, bool] = {}
        for style in () if styles is None else styles.iterfind(f"{W}style"):
            name = style.get(f"{W}styleId", "")
            base = style.find(f"{W}basedOn")
            parents[name] = base.get(VALUE, "") if base is not None else ""
            is_struck = _is_struck(style.find(_RUN_PROPERTIES))
            if is_struck is not None:
                found[name] = is_struck
        self._struck = {name for name in parents if _inherited(name, parents, found)}

    def of_paragraph(self, paragraph: Any) -> bool:
        """Whether the style of the paragraph strikes its text out."""
        style = paragraph.find(_PARAGRAPH_STYLE) if self._struck else None
        return style is not None and style.get(VALUE) in self._struck

    def of_run(self, properties: Any | None, *, paragraph: bool) -> bool:
        """Whether a run with these properties is struck out, given whether its paragraph's style strikes out."""
        own = _is_struck(properties)
        if own is not None or not self._struck or properties is None:
            return paragraph if own is None else own
        style = properties.find(f"{W}rStyle")
        return paragraph if style is None else style.get(VALUE) in self._struck


def _inherited(name: str, parents: dict[str, str], found: dict[str, bool]) -> bool:
    for _ in range(_LONGEST_CHAIN):
        if name in found:
            return found[name]
        name = parents.get(name, "")
    return False


def _is_struck(properties: Any | None) -> bool | None:
    """Whether these properties strike text out, by a single or double line; None if they do not set it."""
    if properties is None:
        return None
    said = [one.get(VALUE, "on") not in OFF for one in properties if one.tag in _STRIKES]
    return any(said) if said else None


_STRIKES = {f"{W}strike", f"{W}dstrike"}


def is_hidden(properties: Any | None) -> bool:
    """Whether a run with these properties is not shown."""
    found = properties.find(f"{W}vanish") if properties is not None else None
    return found is not None and found.get(VALUE, "on") not in OFF


def shape_of(properties: Any | None) -> symbols.Shape:
    """How a run with these properties shows its text."""
    if properties is None:
        return symbols.plain
    font, position = properties.find(f"{W}rFonts"), properties.find(f"{W}vertAlign")
    name = font.get(f"{W}ascii", "") if font is not None else ""
    return symbols.shape(name, position.get(VALUE, "") if position is not None else "")


#: A sign drawn over another (17.16.5.16, EQ \\o): Word's enclosed characters, which people use for ticks in boxes.
_OVER = regex(r"\s*eq\s*\\o(?:\s*\\a[clr])?\s*\(([^,;()]*)[,;]([^()]*)\)\s*", re.IGNORECASE)
_TICKS, _BOXES = set("√✓✔vV×✗"), set("□☐○◯口")
_LONGEST_CODE, _MOST_FIELDS = 200, 1000


class OldFields:
    """The fields of a document while they are read: what they draw by their code alone, instead of text."""

    def __init__(self) -> None:
        self._codes: list[str] = []  # of the fields that have begun

    def see_code(self, text: str) -> None:
        """See a part of the code of the innermost field."""
        if self._codes and len(self._codes[-1]) < _LONGEST_CODE:
            self._codes[-1] += text[:_LONGEST_CODE]

    def shown(self, mark: Any) -> str:
        """What the field shows at this mark of its beginning, middle or end."""
        kind = mark.get(f"{W}fldCharType")
        if kind == "end":
            return _drawn_over(self._codes.pop()) if self._codes else ""
        if kind == "begin" and len(self._codes) < _MOST_FIELDS:
            self._codes.append("")
        return _of_form(mark)


def _drawn_over(code: str) -> str:
    """A ticked box for `EQ \\o\\ac(□,√)`, the signs of any other such field; nothing for a field with a result."""
    found = _OVER.fullmatch(code)
    if found is None:
        return ""
    signs = [found[1].strip(), found[2].strip()]
    return "☑" if signs[0] in _BOXES and signs[1] in _TICKS else "".join(signs)


def _of_form(begin: Any) -> str:
    """What an old form field draws instead of text: a tick box, a choice from a list (17.16.17)."""
    box = begin.find(f"{W}ffData/{W}checkBox")
    if box is not None:
        return "☐" if _first_of(box, "checked", "default") in OFF else "☒"
    options = begin.find(f"{W}ffData/{W}ddList")
    if options is None:
        return ""
    entries = [entry.get(VALUE, "") for entry in options.findall(f"{W}listEntry")]
    number = int(_first_of(options, "result", "default"))
    return entries[number] if 0 <= number < len(entries) else ""


def _first_of(field: Any, *names: str) -> str:
    """The value of the first of these settings that the field has; 0 if it has none."""
    found = (field.find(f"{W}{name}") for name in names)
    return next((one.get(VALUE, "1") for one in found if one is not None), "0")


def page_texts(page: bytes) -> Iterator[str]:
    """The texts that an HTML page shows, without tags, scripts and styles; each part is read once."""
    text = page.decode("utf-8", "replace")
    hidden = ""
    for piece in text.split("<"):
        tag, _, shown = piece.partition(">")
        name = tag.split(None, 1)[0].lower() if tag.strip() else ""
        if hidden:
            hidden = "" if name == f"/{hidden}" else hidden
        elif name in {"script", "style", "head"}:
            hidden = name
        if not hidden and shown.strip():
            yield " ".join(html.unescape(shown).split())
