"""Content controls of the fillable form: one field → the WordprocessingML of its answer cell.

Element order and limits follow ECMA-376 part 1, 17.5.2 (CT_SdtPr), and what Word itself writes: tags
are at most 64 ASCII characters, ids are unique, a tick box names glyph and font for both states.
The tags are the field's (`kit.Field.tag_of`); the answer is read from the controls alone.
"""

from __future__ import annotations

from functools import lru_cache
from unicodedata import east_asian_width
from zlib import crc32

from markupsafe import Markup, escape

from docgen import values
from docgen.model.intake import Chosen, Value
from docgen.model.kit import Field, FieldType

#: Word's own glyphs and font for tick boxes.
TICKED, EMPTY, BOX_FONT = "☒", "☐", "MS Gothic"
_LOCK = '<w:lock w:val="{}"/>'
_LINE, _GAP = "________", "　"
#: As many characters of full width as a line of tick boxes holds; the column of answers of the kit is wider.
_ROOM = 28
_BREAK = Markup("<w:r><w:br/></w:r>")

_DROPDOWNS = {FieldType.ONE, FieldType.YES_NO}
_PLACEHOLDER = '<w:rPr><w:rStyle w:val="PlaceholderText"/><w:color w:val="6B7280"/></w:rPr>'
_BOX_PROPERTIES = (
    f'<w:rPr><w:rFonts w:ascii="{BOX_FONT}" w:eastAsia="{BOX_FONT}" w:hAnsi="{BOX_FONT}" w:hint="eastAsia"/></w:rPr>'
)


def control(field: Field, value: Value | None, *, written: str = "", locked: bool = False) -> Markup:
    """The runs and controls that ask for `field`, with `value`, or with the placeholder if it is None.

    A control for text has `written` instead; `locked` protects the answer from changes.
    """
    if field.type is FieldType.SEVERAL:
        return _tick_boxes(field, value if isinstance(value, Chosen) else Chosen(), locked=locked)
    if field.type in _DROPDOWNS:
        return _dropdown(field, value, locked=locked)
    kind = '<w:text w:multiLine="1"/>' if field.type is FieldType.LONG_TEXT else "<w:text/>"
    text = None if value is None else values.show(field, value)
    return _text_control(field.key, field.label, field.placeholder or field.label, written or text, kind, locked=locked)


@lru_cache(maxsize=1024)  # the same controls are in every form of a kit
def _properties(tag: str, alias: str, kind: str, *, empty: bool, locked: bool, run_properties: str = "") -> str:
    """A w:sdtPr; its children are in the order of the schema."""
    number = crc32(tag.encode()) & 0x7FFFFFFF
    # Some editors treat sdtLocked as read-only: ticks and lists do without it; their table keeps them in place.
    lock = "sdtContentLocked" if locked else "sdtLocked" if kind.startswith("<w:text") else ""
    return (
        f'<w:sdtPr>{run_properties}<w:alias w:val="{escape(alias)}"/><w:tag w:val="{escape(tag)}"/>'
        f'<w:id w:val="{number}"/>{lock and _LOCK.format(lock)}'
        f"{'<w:showingPlcHdr/>' if empty else ''}{kind}</w:sdtPr>"
    )


def _text_control(
    tag: str, alias: str, placeholder: str, text: str | None, kind: str = "<w:text/>", *, locked: bool
) -> Markup:
    properties = _properties(tag, alias, kind, empty=text is None, locked=locked)
    look = _PLACEHOLDER if text is None else ""
    lines = (placeholder if text is None else text).split("\n")
    breaks = (
        f'{"<w:br/>" if number else ""}<w:t xml:space="preserve">{escape(line)}</w:t>'
        for number, line in enumerate(lines)
    )
    runs = "".join(f"<w:r>{look}{content}</w:r>" for content in breaks)
    return Markup(f"<w:sdt>{properties}<w:sdtContent>{runs}</w:sdtContent></w:sdt>")


def _dropdown(field: Field, value: Value | None, *, locked: bool) -> Markup:
    shown = None if value is None else values.show(field, value)
    offered = values.options(field)
    # A choice that is understood but not offered can only be shown where it is in the list.
    if shown is not None and shown not in offered:
        offered = (*offered, shown)
    return _text_control(
        field.key, field.label, field.placeholder or field.label, shown, _list_of(offered), locked=locked
    )


@lru_cache(maxsize=256)
def _list_of(offered: tuple[str, ...]) -> str:
    items = "".join(f'<w:listItem w:displayText="{escape(option)}" w:value="{escape(option)}"/>' for option in offered)
    return f"<w:dropDownList>{items}</w:dropDownList>"


def _tick_boxes(field: Field, value: Chosen, *, locked: bool) -> Markup:
    printed = [c for c in field.choices if c.offered or c.key in value]
    pieces = []
    room: float = _ROOM
    for choice in printed:
        # A line ends between two choices, never within one.
        room -= (needed := 1 + _width(choice.label + _GAP))
        if room < 0:
            pieces.append(_BREAK)
            room = _ROOM - needed
        alias = f"{field.label} {choice.label}"
        pieces.append(_tick_box(field.tag_of(choice), alias, ticked=choice.key in value, locked=locked))
        pieces.append(_run(choice.label + _GAP))
    if field.other:
        alias = f"{field.label} {field.other}"
        if room < 1 + _width(f"{field.other}：{_LINE}"):
            pieces.append(_BREAK)
        pieces.append(_tick_box(field.tag_of_other, alias, ticked=value.other is not None, locked=locked))
        pieces.append(_run(f"{field.other}："))
        pieces.append(_text_control(field.tag_of_other_text, alias, _LINE, value.other, locked=locked))
    return Markup("").join(pieces)


@lru_cache(maxsize=1024)
def _tick_box(tag: str, alias: str, *, ticked: bool, locked: bool) -> Markup:
    states = (
        f'<w14:checkbox><w14:checked w14:val="{int(ticked)}"/>'
        f'<w14:checkedState w14:val="{ord(TICKED):04X}" w14:font="{BOX_FONT}"/>'
        f'<w14:uncheckedState w14:val="{ord(EMPTY):04X}" w14:font="{BOX_FONT}"/></w14:checkbox>'
    )
    properties = _properties(tag, alias, states, empty=False, locked=locked, run_properties=_BOX_PROPERTIES)
    glyph = TICKED if ticked else EMPTY
    return Markup(
        f"<w:sdt>{properties}<w:sdtContent><w:r>{_BOX_PROPERTIES}<w:t>{glyph}</w:t></w:r></w:sdtContent></w:sdt>"
    )


def _width(text: str) -> float:
    """How wide a text is, in characters of full width."""
    return sum(1 if east_asian_width(letter) in "WF" else 0.5 for letter in text)


@lru_cache(maxsize=1024)
def _run(text: str) -> Markup:
    return Markup(f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>')
