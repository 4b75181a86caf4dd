"""Read the styles of an OpenDocument spreadsheet that change what a cell shows: strikes, dates, decimal places."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

from docgen.formats.budgets import Budget
from docgen.formats.xml_events import Attributes, Begin, End, Events, named

TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
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


class OpenStyle(NamedTuple):
    """A style as written: its parent, its number format, whether it strikes out (None: as inherited), and
    whether sheets of this style are hidden."""

    parent: str = ""
    data: str = ""
    is_struck: bool | None = None
    is_hidden: bool = False


class OpenStyles:
    """The styles of a spreadsheet by family and name, collected from all parts."""

    def __init__(self, elements: Budget) -> None:
        self._elements = elements
        self._styles: dict[tuple[str, str], OpenStyle] = {}
        self._data: dict[str, DataStyle] = {}
        self._struck: dict[tuple[str, str], bool | None] = {}  # results for cells, until another style is added
        self._shown: dict[str, DataStyle | None] = {}
        self._records = Budget(MOST_STYLES, "styles")
        self._key = ("", "")
        self._name = ""
        self.begins: dict[str, Begin] = named(
            {"style": self._begin_style, "text-properties": self._see_font, "table-properties": self._see_sheet}, _STYLE
        )
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
        Events(self.begins, self.ends, self._elements).read(parts)

    def struck(self, family: str, name: str) -> bool | None:
        """Whether the style strikes out, by itself or by the nearest parent that sets it; None if none sets it."""
        key = family, name
        if key not in self._struck:
            chain = self._chain(family, name)
            self._struck[key] = next((style.is_struck for style in chain if style.is_struck is not None), None)
        return self._struck[key]

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
        self._struck.clear()
        self._shown.clear()
        self._key = (attributes.get(f"{_STYLE} family", ""), attributes.get(f"{_STYLE} name", ""))
        parent, data = (
            attributes.get(f"{_STYLE} parent-style-name", ""),
            attributes.get(f"{_STYLE} data-style-name", ""),
        )
        self._styles[self._key] = OpenStyle(parent, data)

    def _end_style(self) -> None:
        self._key = ("", "")

    def _see_font(self, attributes: Attributes) -> None:
        said = [attributes.get(f"{_STYLE} text-line-through-{what}") for what in ("style", "type")]
        if any(said) and (style := self._styles.get(self._key)):
            self._styles[self._key] = style._replace(is_struck="none" not in said)

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
