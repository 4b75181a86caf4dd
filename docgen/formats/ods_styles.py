"""Read the styles of an OpenDocument spreadsheet that change what a cell shows: strikes, fonts, dates, decimals."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

from docgen.formats import symbols
from docgen.formats.budgets import Budget
from docgen.formats.ods_margins import STYLE as _STYLE
from docgen.formats.ods_margins import OpenMargins
from docgen.formats.xml_events import Attributes, Begin, End, Events, named

TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_FORMAT = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
_SVG = "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
_NUMBER = "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"

MOST_STYLES = 65_536
_LONGEST_CHAIN = 20  # styles that inherit from one another
_EXACTLY = Context(prec=120, rounding=ROUND_HALF_UP)
_DATE_PARTS = {
    "year": "y", "month": "m", "day": "d", "day-of-week": "w", "era": "g", "quarter": "q", "week-of-year": "w",
}  # fmt: skip
_TIME_PARTS = {"hours": "h", "minutes": "n", "seconds": "s"}
_OTHERS = ("scientific-number", "fraction", "text", "currency-symbol", "text-content", "boolean")


class DataStyle(NamedTuple):
    """What a number format shows: the parts of a date, the number of decimals; whether it is a percentage, its
    divisor, and whether it shows anything other than a plain number."""

    parts: frozenset[str] = frozenset()
    places: int | None = None
    is_percent: bool = False
    factor: int = 1
    is_general: bool = True

    def hides(self, value: Decimal) -> bool:
        """Whether it shows less than the full number."""
        if self.places is None:
            return False
        scaled = (value * (100 if self.is_percent else 1)) / self.factor
        return scaled.quantize(Decimal(1).scaleb(-self.places), context=_EXACTLY) != scaled


class Look(NamedTuple):
    """What the style of a text sets, None where it is inherited: whether it strikes out, its font, its position."""

    is_struck: bool | None = None
    font: str | None = None
    position: str | None = None

    @property
    def shape(self) -> symbols.Shape:
        """How the text is shown."""
        return symbols.shape(self.font or "", self.position or "")

    def within(self, outer: Look) -> Look:
        """This style inside another, or with another as its parent."""
        return Look(
            outer.is_struck if self.is_struck is None else self.is_struck,
            outer.font if self.font is None else self.font,
            outer.position if self.position is None else self.position,
        )


class OpenStyle(NamedTuple):
    """A style as written: its parent, its number format, its look; of sheets, whether they are hidden, and the style of
    their pages."""

    parent: str = ""
    data: str = ""
    look: Look = Look()
    is_hidden: bool = False
    page: str = ""


class OpenStyles:
    """The styles of a spreadsheet by family and name, collected from all parts."""

    def __init__(self, elements: Budget) -> None:
        self._elements = elements
        self._styles: dict[tuple[str, str], OpenStyle] = {}
        self._data: dict[str, DataStyle] = {}
        self._looks: dict[tuple[str, str], Look] = {}  # results for cells, until another style is added
        self._shown: dict[str, DataStyle | None] = {}
        self._faces: dict[str, str] = {}
        self._margins = OpenMargins()
        self._records = Budget(MOST_STYLES, "styles")
        self._key = ("", "")
        self._name = ""
        self.begins: dict[str, Begin] = named(
            {
                "style": self._begin_style, "text-properties": self._see_font, "table-properties": self._see_sheet,
                "font-face": self._see_face,
            }, _STYLE,
        )  # fmt: skip
        self.ends: dict[str, End] = named({"style": self._end_style}, _STYLE)
        for kind in ("number", "percentage", "currency", "date", "time", "boolean", "text"):
            self.begins[f"{_NUMBER} {kind}-style"] = self._begin_data
            self.ends[f"{_NUMBER} {kind}-style"] = self._end_data
        self.begins[f"{_NUMBER} percentage-style"] = self._begin_percentage
        for part, letter in (_DATE_PARTS | _TIME_PARTS).items():
            self.begins[f"{_NUMBER} {part}"] = self._part(letter)
        self.begins |= named({"number": self._see_number} | dict.fromkeys(_OTHERS, self._see_other), _NUMBER)
        self.begins |= named({"map": self._see_other}, _STYLE)

    def read(self, parts: Iterable[bytes]) -> None:
        """Collect the styles of a part.  Raises TooMuch and Damaged."""
        self._margins.events = Events(
            self._margins.begins | self.begins, self._margins.ends | self.ends, self._elements
        )
        self._margins.events.read(parts)

    def margins(self, name: str) -> tuple[str, ...]:
        """The texts of the page headers and footers of a sheet with this style."""
        page = self._styles.get(("table", name), OpenStyle()).page
        return tuple(self._margins.lines.get(page or "Default", ()))

    def look(self, family: str, name: str) -> Look:
        """What the style sets, by itself or by its parents."""
        key = family, name
        if key not in self._looks:
            found = Look()
            for style in self._chain(family, name):
                found = found.within(style.look)
            self._looks[key] = found
        return self._looks[key]

    def data(self, name: str) -> DataStyle | None:
        """The number format of a cell style; None if it has none."""
        if name not in self._shown:
            found = next((style.data for style in self._chain("table-cell", name) if style.data), "")
            self._shown[name] = self._data.get(found)
        return self._shown[name]

    def is_hidden(self, name: str) -> bool:
        """Whether sheets of this style are hidden."""
        return self._styles.get(("table", name), OpenStyle()).is_hidden

    def _chain(self, family: str, name: str) -> Iterable[OpenStyle]:
        for _ in range(_LONGEST_CHAIN):
            style = self._styles.get((family, name))
            if style is None:
                return
            yield style
            name = style.parent

    # -- styles

    def _begin_style(self, attributes: Attributes) -> None:
        self._records.spend()
        self._looks.clear()
        self._shown.clear()
        self._key = (attributes.get(f"{_STYLE} family", ""), attributes.get(f"{_STYLE} name", ""))
        parent, data = (
            attributes.get(f"{_STYLE} parent-style-name", ""),
            attributes.get(f"{_STYLE} data-style-name", ""),
        )
        self._styles[self._key] = OpenStyle(parent, data, page=attributes.get(f"{_STYLE} master-page-name", ""))

    def _end_style(self) -> None:
        self._key = ("", "")

    def _see_font(self, attributes: Attributes) -> None:
        said = [attributes.get(f"{_STYLE} text-line-through-{what}") for what in ("style", "type")]
        named = attributes.get(f"{_STYLE} font-name")
        font = attributes.get(f"{_FORMAT} font-family") if named is None else self._faces.get(named, named)
        position = attributes.get(f"{_STYLE} text-position")
        if position is not None and position[:1] in "-123456789":  # in percent of the height, not `super` or `sub`
            position = "sub" if position.startswith("-") else "super"
        if style := self._styles.get(self._key):
            look = Look("none" not in said if any(said) else None, font, position)
            self._styles[self._key] = style._replace(look=look.within(style.look))

    def _see_face(self, attributes: Attributes) -> None:
        self._records.spend()
        name = attributes.get(f"{_STYLE} name", "")
        self._faces[name] = attributes.get(f"{_SVG} font-family", name)

    def _see_sheet(self, attributes: Attributes) -> None:
        if attributes.get(f"{TABLE} display") == "false" and (style := self._styles.get(self._key)):
            self._styles[self._key] = style._replace(is_hidden=True)

    # -- number formats

    def _begin_data(self, attributes: Attributes) -> None:
        self._records.spend()
        self._name = attributes.get(f"{_STYLE} name", "")
        in_other_digits = any(name.startswith(f"{_NUMBER} transliteration") for name in attributes)
        self._data[self._name] = DataStyle(is_general=not in_other_digits)

    def _begin_percentage(self, attributes: Attributes) -> None:
        self._begin_data(attributes)
        self._see(is_percent=True, is_general=False)

    def _end_data(self) -> None:
        self._name = ""

    def _see(self, **changes: object) -> None:
        if self._name:
            self._data[self._name] = self._data[self._name]._replace(**changes)  # type: ignore[arg-type]

    def _part(self, letter: str) -> Begin:
        def see(_: Attributes) -> None:
            if self._name:
                self._see(parts=self._data[self._name].parts | {letter}, is_general=False)

        return see

    def _see_number(self, attributes: Attributes) -> None:
        places, factor, digits = (
            attributes.get(f"{_NUMBER} {what}", "")
            for what in ("decimal-places", "display-factor", "min-integer-digits")
        )
        if places.isdecimal() and len(places) < 3:
            self._see(places=int(places), is_general=False)
        if factor.isdecimal() and 1 < len(factor) < 16 and int(factor):
            self._see(factor=int(factor), is_general=False)
        if digits not in {"", "0", "1"}:
            self._see(is_general=False)

    def _see_other(self, _: Attributes) -> None:
        self._see(is_general=False)
