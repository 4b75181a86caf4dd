"""Parse the answers to number fields into values and problems."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from docgen.model.intake import Level
from docgen.model.kit import Field
from docgen.patterns import regex
from docgen.text import fold
from docgen.values import measures, numerals, quantities
from docgen.values.affixes import Effect, spans
from docgen.values.problems import Parsed, Problem, invalid, remarks_on

#: `5.000` is five in some notations and five thousand in others.
_DOTTED = regex(r"\D*\d{1,3}\.000\D*")


def parse_count(field: Field, written: str) -> Parsed:
    """A whole number of things, at least 1; for a range its upper end."""
    asked = quantities.counted(field.label, field.unit, field.counted)
    found = quantities.read(written, asked.affixes) if not _DOTTED.fullmatch(fold(written)) else None
    if found is None:
        time = quantities.duration(written, field.unit)
        if time is None or time != int(time) or time < 1:
            return not_a_number("count-unreadable", written)
        return Parsed(int(time), (Problem("count-converted", Level.ADVICE, {"number": f"{int(time):,}{field.unit}"}),))
    if other := spans(found.effects) - {asked.span}:
        return invalid("count-period", period="、".join(sorted(other)))
    if found.low != int(found.low) or found.high != int(found.high):
        return invalid("count-fraction")
    if found.low < 1:
        return invalid("count-too-small")
    count = int(found.high)
    notes = [Problem("count-range", Level.ADVICE, {"upper": f"{count:,}"})] if found.low != found.high else []
    return Parsed(count, (*notes, *_number_notes(f"{count:,}", found.effects, found.remarks, is_range=bool(notes))))


def parse_number(field: Field, written: str) -> Parsed:
    """A number; in Mbps if the field is a speed."""
    is_speed = "bps" in fold(field.unit + field.label)
    found = measures.bandwidth(written) if is_speed else measures.plain(written, field.unit)
    return _parsed("number-unreadable", written, found)


def parse_money(field: Field, written: str) -> Parsed:
    """An amount of yuan with at least two and at most four decimals."""
    if _DOTTED.fullmatch(fold(written)) and not fold(written).startswith("0"):
        return not_a_number("money-unreadable", written)
    found = measures.money(written, field.unit + field.label, field.counted)
    if found is not None and numerals.places(found.number) > 4:
        return invalid("money-decimals")
    return _parsed("money-unreadable", written, found, at_least=2)


def parse_percent(_field: Field, written: str) -> Parsed:
    """A fraction of 1."""
    return _parsed("percent-unreadable", written, measures.percent(written))


def _parsed(code: str, written: str, found: measures.Measure | None, *, at_least: int = 0) -> Parsed:
    if found is None:
        return not_a_number(code, written)
    if spans(found.effects):
        return invalid(code)
    value = numerals.tidy(found.number, at_least=at_least)
    return Parsed(value, _number_notes(f"{value:f}", found.effects, found.remarks))


def not_a_number(code: str, written: str) -> Parsed:
    """The problem that all kinds of number share; otherwise `code`."""
    if numerals.is_scientific(written):
        return invalid("number-scientific")
    if numerals.is_too_long(written):
        return invalid("number-too-long")
    return invalid("number-negative" if numerals.is_negative(written) else code)


def _number_notes(
    number: str, effects: Iterable[Effect], remarks: Iterable[str], *, is_range: bool = False
) -> tuple[Problem, ...]:
    """Notes on the words around a number and the remarks beside it."""
    notes = [
        Problem(code, Level.ADVICE, {"number": number})
        for effect, code in ((Effect.BOUND, "number-bound"), (Effect.TENTATIVE, "number-tentative"))
        if effect in effects and not is_range
    ]
    return (*notes, *remarks_on(remarks, numbers_count=True))


def show_number(_field: Field, value: Decimal) -> str:
    """`20`, `1.5`."""
    return f"{numerals.tidy(value):f}"


def show_money(amount: Decimal) -> str:
    """`1,200.00`: two decimals, or more if the amount has them."""
    return f"{numerals.tidy(amount, at_least=2):,f}"


def show_percent(_field: Field, value: Decimal) -> str:
    """`35%`."""
    return f"{numerals.tidy(value * 100):f}%"
