"""Text → value and value → text for every type of field, side by side.

`parse` never raises: what cannot be read is a `Problem`, a code of messages.yaml with its details.
`show` gives the one form that sheet, form, review and contract print; what `parse` gave, `show` prints so
that `parse` gives it again.  No choice or label stands here; words that a parser needs (无, 是) do.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from docgen.model.intake import Chosen, Level, Region, Value
from docgen.model.kit import Choice, Field, FieldType
from docgen.text import bare, clean_line, clean_long, fold, says_nothing
from docgen.values import choices, dates, lists, mobiles, numerals, regions, yesno


class Problem(NamedTuple):
    """What is wrong with an answer: a message code, how much it weighs, what the message quotes."""

    code: str
    level: Level = Level.INVALID
    details: Mapping[str, str] = {}


class Parsed(NamedTuple):
    """An answer as understood.  Not given: no value and no problem; unreadable: no value and problems."""

    value: Value | None
    problems: tuple[Problem, ...] = ()


_NOT_GIVEN = Parsed(None)
_FREE = frozenset({FieldType.TEXT, FieldType.LONG_TEXT, FieldType.LIST})


def is_not_given(field: Field, text: str) -> bool:
    """Whether `text` says that there is no answer: nothing, 无, /, —, N/A, 暂无, or the hint left standing.

    To a yes/no field 无 and 没有 are answers.
    """
    if says_nothing(text):
        return field.type is not FieldType.YES_NO or bare(text) not in {"无", "没有"}
    hints = (_letters(hint) for hint in (field.placeholder, field.help) if hint)
    letters = _letters(text)
    return bool(letters) and letters in hints


@lru_cache(maxsize=4096)
def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", fold(text))


def parse(field: Field, written: str) -> Parsed:
    """The value of `written`, with what is wrong with it or worth knowing."""
    if is_not_given(field, written):
        return _NOT_GIVEN
    if field.placeholder and field.type not in _FREE and field.placeholder in written:
        written = written.replace(field.placeholder, " ")  # the answer was written beside the hint
    return _TYPES[field.type].parse(field, written)


def show(field: Field, value: Value) -> str:
    """`value` as every document prints it."""
    return _TYPES[field.type].show(field, value)


def items(field: Field, value: Value) -> tuple[str, ...]:
    """The shown parts of a value that is a list; of any other the whole."""
    match value:
        case Chosen():
            other = [f"{field.other}：{value.other}"] if value.other else []
            return (*_labels(field, value), *other)
        case tuple():
            return tuple(regions.show(item) if isinstance(item, Region) else item for item in value)
        case _:
            return (show(field, value),)


def text_of(field: Field, value: Value) -> str:
    """`value` as rules read it: what was chosen and written, without the words of the form (domain §4)."""
    if isinstance(value, Chosen):
        # A clause of its own, so that no word of the customer's reaches over into a label.
        return "；".join(part for part in ("、".join(_labels(field, value)), value.other) if part)
    return show(field, value)


def options(field: Field) -> tuple[str, ...]:
    """What a dropdown of `field` offers: the shown forms of its choices, or 是 and 否."""
    return (_YES, _NO) if field.type is FieldType.YES_NO else tuple(choice.label for choice in field.offered)


def _invalid(code: str, **details: str) -> Parsed:
    return Parsed(None, (Problem(code, details=details),))


# ── text ────────────────────────────────────────────────────────────────────────────────────────
def _parse_text(_field: Field, written: str) -> Parsed:
    return Parsed(clean_line(written) or None)


def _parse_long_text(_field: Field, written: str) -> Parsed:
    return Parsed(clean_long(written) or None)


def _show_text(_field: Field, value: Any) -> str:
    return str(value)


def _parse_list(field: Field, written: str) -> Parsed:
    return Parsed(tuple(item for item in lists.read(written) if not is_not_given(field, item)) or None)


def _show_list(field: Field, value: Any) -> str:
    return "、".join(items(field, value))


# ── mobile ──────────────────────────────────────────────────────────────────────────────────────
def _parse_mobile(_field: Field, written: str) -> Parsed:
    if numerals.is_scientific(written):
        return _invalid("mobile-scientific")
    found = mobiles.read(written)
    return _invalid(f"mobile-{found.trouble}") if found.number is None else Parsed(found.number)


# ── numbers ─────────────────────────────────────────────────────────────────────────────────────
def _not_a_number(code: str, written: str) -> Parsed:
    """The trouble that all kinds of number share, else `code`."""
    if numerals.is_scientific(written):
        return _invalid("number-scientific")
    if numerals.too_long(written):
        return _invalid("number-too-long")
    return _invalid("number-negative" if numerals.is_negative(written) else code)


def _parse_count(field: Field, written: str) -> Parsed:
    found = numerals.count(written, field.unit + field.label)
    if found is None:
        return _not_a_number("count-unreadable", written)
    if found.low != int(found.low) or found.high != int(found.high):
        return _invalid("count-fraction")
    if found.low < 1:
        return _invalid("count-too-small")
    count = int(found.high)
    if found.low == found.high:
        return Parsed(count)
    return Parsed(count, (Problem("count-range", Level.ADVICE, {"upper": f"{count:,}"}),))


def _parse_number(field: Field, written: str) -> Parsed:
    is_speed = "bps" in fold(field.unit + field.label)
    found = numerals.bandwidth(written) if is_speed else numerals.plain(written)
    return _not_a_number("number-unreadable", written) if found is None else Parsed(numerals.tidy(found))


def _show_number(_field: Field, value: Any) -> str:
    return f"{numerals.tidy(value):f}"


def _parse_money(field: Field, written: str) -> Parsed:
    found = numerals.money(written, field.unit + field.label)
    if found is None:
        return _not_a_number("money-unreadable", written)
    if numerals.places(found) > 4:
        return _invalid("money-decimals")
    return Parsed(numerals.tidy(found, at_least=2))


def show_money(amount: Decimal) -> str:
    """`1,200.00`: two decimals, more where the amount has them."""
    return f"{numerals.tidy(amount, at_least=2):,f}"


def _parse_percent(_field: Field, written: str) -> Parsed:
    found = numerals.percent(written)
    return _not_a_number("percent-unreadable", written) if found is None else Parsed(numerals.tidy(found))


def _show_percent(_field: Field, value: Any) -> str:
    return f"{numerals.tidy(value * 100):f}%"


# ── date ────────────────────────────────────────────────────────────────────────────────────────
def _parse_date(_field: Field, written: str) -> Parsed:
    found = dates.read(written)
    return Parsed(found) if isinstance(found, dt.date) else _invalid(f"date-{found}")


def show_date(date: dt.date) -> str:
    """`2026年11月23日`."""
    return dates.show(date)


# ── yes or no, choices ──────────────────────────────────────────────────────────────────────────
_YES, _NO = "是", "否"


def _parse_yes_no(_field: Field, written: str) -> Parsed:
    found = yesno.answer(written)
    if found.printed:
        return _NOT_GIVEN
    if len(found.keys) != 1 or found.texts:
        return _invalid("yes-no-unreadable")
    return Parsed(found.keys == (yesno.YES,))


def _known(field: Field) -> choices.Options:
    return _compiled(field.choices, field.other)


@lru_cache(maxsize=256)
def _compiled(given: tuple[Choice, ...], other: str | None) -> choices.Options:
    return choices.options(tuple(choices.Option(c.key, (c.label, *c.synonyms), c.offered) for c in given), other)


def _labels(field: Field, value: Chosen) -> list[str]:
    return [choice.label for choice in field.choices if choice.key in value.chosen]


def _unknown_choice(field: Field, entry: str) -> Parsed:
    offered = (*options(field), field.other) if field.other else options(field)
    return _invalid("choice-unknown", entry=entry, choices="、".join(offered))


def _parse_one(field: Field, written: str) -> Parsed:
    found = choices.read(_known(field), written)
    if found.printed:
        return _NOT_GIVEN
    if len(found.keys) > 1:
        labels = "、".join(choice.label for choice in field.choices if choice.key in found.keys)
        return _invalid("choice-several", entry=labels)
    if found.texts or not found.keys:
        return _unknown_choice(field, "、".join(found.texts) or clean_line(written))
    return Parsed(found.keys[0])


def _show_one(field: Field, value: Any) -> str:
    return next(choice.label for choice in field.choices if choice.key == value)


def _parse_several(field: Field, written: str) -> Parsed:
    found = choices.read(_known(field), written)
    if found.printed:
        return _NOT_GIVEN
    keys = tuple(choice.key for choice in field.choices if choice.key in found.keys)
    if field.other is None:
        if found.texts or not keys:
            return _unknown_choice(field, "、".join(found.texts) or clean_line(written))
        return Parsed(Chosen(keys))
    if found.bare_other:
        return _invalid("choice-other-empty", other=field.other)
    if not keys and not found.other:
        return _unknown_choice(field, clean_line(written))
    chosen = Chosen(keys, found.other or None)
    if found.unticked_other:
        details = {"other": field.other, "entry": found.unticked_other}
        return Parsed(chosen, (Problem("choice-other-unticked", Level.ADVICE, details),))
    return Parsed(chosen)


# ── regions ─────────────────────────────────────────────────────────────────────────────────────
def _parse_regions(_field: Field, written: str) -> Parsed:
    entries = regions.read(written)
    problems = tuple(_region_problem(entry) for entry in entries if entry.region is None)
    if problems or not entries:
        return Parsed(None, problems or (Problem("region-unknown", details={"entry": clean_line(written)}),))
    return Parsed(tuple(dict.fromkeys(entry.region for entry in entries if entry.region)))


def _region_problem(entry: regions.RegionEntry) -> Problem:
    candidates = "、".join(map(regions.show, entry.candidates))
    return Problem(f"region-{entry.trouble}", details={"entry": entry.written, "candidates": candidates})


class _Type(NamedTuple):
    parse: Callable[[Field, str], Parsed]
    show: Callable[[Field, Any], str]


_TYPES: Mapping[FieldType, _Type] = {
    FieldType.TEXT: _Type(_parse_text, _show_text),
    FieldType.LONG_TEXT: _Type(_parse_long_text, _show_text),
    FieldType.LIST: _Type(_parse_list, _show_list),
    FieldType.MOBILE: _Type(_parse_mobile, lambda _field, value: mobiles.show(value)),
    FieldType.COUNT: _Type(_parse_count, lambda _field, value: f"{value:,}"),
    FieldType.NUMBER: _Type(_parse_number, _show_number),
    FieldType.MONEY: _Type(_parse_money, lambda _field, value: show_money(value)),
    FieldType.PERCENT: _Type(_parse_percent, _show_percent),
    FieldType.DATE: _Type(_parse_date, lambda _field, value: show_date(value)),
    FieldType.YES_NO: _Type(_parse_yes_no, lambda _field, value: _YES if value else _NO),
    FieldType.ONE: _Type(_parse_one, _show_one),
    FieldType.SEVERAL: _Type(_parse_several, _show_list),
    FieldType.REGIONS: _Type(_parse_regions, _show_list),
}
