"""Parse a text into a value, and show a value as text, for every type of field.

`parse` never raises: a text that cannot be read gives a `Problem`, which is a code of messages.yaml with details.
Text that is read but does not become part of the value also gives a `Problem`.  `show` returns the form that sheet,
form, review and contract print, and `parse` reads it back as the same value.  The module holds no choices or labels
of a kit, only words that a parser needs (无, 是).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from docgen.model.intake import Chosen, Level, Region, Value
from docgen.model.kit import Field, FieldType
from docgen.patterns import regex
from docgen.text import bare, clean_line, clean_long, fold, says_nothing
from docgen.values import credit_codes, dates, footnotes, label_units, lists, mobiles, numbers, numerals, picks, regions
from docgen.values.brackets import unquoted
from docgen.values.deferred import DEFERRED, defers, is_prompt
from docgen.values.numbers import show_money
from docgen.values.picks import UNTOUCHED, options
from docgen.values.problems import NOT_GIVEN, Parsed, Problem, invalid, remarks_on, withdrawn_in

__all__ = [
    "DEFERRED", "UNTOUCHED", "Parsed", "Problem", "defers", "is_not_given", "items", "options", "parse",
    "parse_in_unit", "show", "show_date", "show_money", "stated_unit", "text_of",
]  # fmt: skip

_FREE = frozenset({FieldType.TEXT, FieldType.LONG_TEXT, FieldType.LIST})
#: Types that take any text, and so also a text that names no value.
_OPEN = frozenset({FieldType.TEXT, FieldType.LONG_TEXT, FieldType.LIST, FieldType.SEVERAL})
#: Types whose answers are exported as lists by other programs.
_LISTED = frozenset({FieldType.LIST, FieldType.ONE, FieldType.SEVERAL, FieldType.REGIONS})


def is_not_given(field: Field, text: str) -> bool:
    """Whether `text` means that there is no answer: nothing, 无, /, —, N/A, 暂无, or the unchanged hint.

    For a yes/no field 无 and 没有 are answers.
    """
    if says_nothing(text):
        return field.type is not FieldType.YES_NO or bare(text) not in {"无", "没有"}
    hints = _hints(field.placeholder, field.help)
    return bool(hints) and _letters(text) in hints


@lru_cache(maxsize=1024)
def _hints(*texts: str) -> frozenset[str]:
    return frozenset(map(_letters, texts)) - {""}


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", fold(text))


_NO_LETTER = regex(r"[\W_]")


def parse(field: Field, written: str, *, printed: bool = True) -> Parsed:
    """The value of `written`, with what is wrong with it or worth knowing.

    `printed` allows for a list of all choices that the form prints, unmarked; in a table there is none.
    """
    written = written if field.type is FieldType.LONG_TEXT else unquoted(written)
    if not footnotes.may_be_marked(written):
        return _parsed_or_repeated(field, written, printed)
    bare_text, marks = footnotes.parted(written, is_long=field.type is FieldType.LONG_TEXT)
    bare_text = bare_text if field.type in _OPEN else footnotes.written_out(bare_text)
    parsed = _parsed_or_repeated(field, bare_text, printed)
    if not marks or parsed.value is None:
        return parsed
    return Parsed(parsed.value, (*parsed.problems, Problem("footnote-mark", Level.MANUAL, {"entry": "".join(marks)})))


def _parsed_or_repeated(field: Field, written: str, printed: bool) -> Parsed:
    is_repeated = field.type in _REPEATED and len(written) <= _SHORT
    return (_parsed_before if is_repeated else _parsed)(field, written, printed)


def _parsed(field: Field, written: str, printed: bool) -> Parsed:
    if is_not_given(field, written):
        return NOT_GIVEN
    if field.type in _OPEN and (defers(written) or (field.type is not FieldType.LONG_TEXT and is_prompt(written))):
        return Parsed(None, (Problem(DEFERRED, Level.ADVICE, {"entry": clean_line(written)}),))
    if field.placeholder and field.type not in _FREE and field.placeholder in written:
        written = written.replace(field.placeholder, " ")  # the answer was written beside the hint
    if field.type in _LISTED:
        written = lists.data_lines(written)
    if field.type is FieldType.ONE:
        return picks.parse_one(field, written, printed=printed)
    if field.type is FieldType.SEVERAL:
        return picks.parse_several(field, written, printed=printed)
    return _TYPES[field.type].parse(field, written)


#: Types whose answers often repeat in a table, and the longest answer that is cached.
_REPEATED, _SHORT = frozenset({FieldType.ONE, FieldType.SEVERAL, FieldType.YES_NO, FieldType.COUNT}), 200
_parsed_before = lru_cache(maxsize=4096)(_parsed)


def stated_unit(field: Field, label: str) -> str:
    """The unit in brackets after a label, if it changes what a number counts: 万 of `外呼量（万）`."""
    return label_units.stated_unit(field, label, parse)


def parse_in_unit(field: Field, written: str, unit: str) -> Parsed:
    """The value of `written` below a label that states this unit."""
    return label_units.in_unit(field, written, unit, parse, show)


def show(field: Field, value: Value) -> str:
    """`value` as every document prints it."""
    return _TYPES[field.type].show(field, value)


def items(field: Field, value: Value) -> tuple[str, ...]:
    """The shown items of a list value; any other value as a single item."""
    match value:
        case Chosen():
            other = [f"{field.other}：{value.other}"] if value.other else []
            return (*picks.labels(field, value), *other)
        case tuple():
            return tuple(regions.show(item) if isinstance(item, Region) else item for item in value)
        case _:
            return (show(field, value),)


def text_of(field: Field, value: Value) -> str:
    """`value` as rules read it: the choices and texts, without the words of the form (domain §4)."""
    if isinstance(value, Chosen):
        # Separate clauses, so that no word of the customer can join with a label.
        return "；".join(part for part in ("、".join(picks.labels(field, value)), value.other) if part)
    return show(field, value)


# ── text ────────────────────────────────────────────────────────────────────────────────────────
def _parse_text(_field: Field, written: str) -> Parsed:
    value = clean_line(written)
    return Parsed(value or None, withdrawn_in(value))


def _parse_long_text(_field: Field, written: str) -> Parsed:
    return Parsed(clean_long(written) or None)


def _show_text(_field: Field, value: Any) -> str:
    return str(value)


def _parse_list(field: Field, written: str) -> Parsed:
    found = tuple(item for item in lists.read(lists.ticked(written)) if not is_not_given(field, item))
    if found and (shown := "、".join(found)) != lists.ticked(shown):  # `1、☑营业执照`
        return _parse_list(field, shown)
    return Parsed(found or None)


def _show_list(field: Field, value: Any) -> str:
    return "、".join(items(field, value))


# ── mobile ──────────────────────────────────────────────────────────────────────────────────────
def _parse_mobile(_field: Field, written: str) -> Parsed:
    if numerals.is_scientific(written):
        return invalid("mobile-scientific")
    found = mobiles.read(written)
    if found.number is None:
        return invalid(f"mobile-{found.trouble}")
    return Parsed(found.number, remarks_on(found.remarks))


def _parse_credit_code(_field: Field, written: str) -> Parsed:
    if numerals.is_scientific(written):
        return invalid("number-scientific")
    found = credit_codes.read(written)
    return invalid(f"credit-code-{found.trouble}") if found.trouble else Parsed(found.code)


# ── date ────────────────────────────────────────────────────────────────────────────────────────
def _parse_date(_field: Field, written: str) -> Parsed:
    found = dates.read(written)
    if found.date is None:
        return invalid(f"date-{found.trouble}")
    notes = remarks_on(found.remarks, numbers_count=True)
    return Parsed(found.date, (*notes, *remarks_on(filter(None, [found.time]))))


def show_date(date: dt.date) -> str:
    """`2026年11月23日`."""
    return dates.show(date)


# ── choices ─────────────────────────────────────────────────────────────────────────────────────
def _show_one(field: Field, value: Any) -> str:
    return next(choice.label for choice in field.choices if choice.key == value)


# ── regions ─────────────────────────────────────────────────────────────────────────────────────
def _parse_regions(_field: Field, written: str) -> Parsed:
    marked = lists.ticked(written)
    if not marked.strip():
        return NOT_GIVEN
    found = regions.read(marked)
    problems = tuple(_region_problem(entry) for entry in found.entries if entry.region is None)
    if problems or not found.entries:
        return Parsed(None, problems or (Problem("region-unknown", details={"entry": clean_line(written)}),))
    value = tuple(dict.fromkeys(entry.region for entry in found.entries if entry.region))
    taken = [Problem("region-joined", Level.ADVICE, {"entry": entry}) for entry in found.joined]
    return Parsed(value, (*taken, *remarks_on(found.remarks)))


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
    FieldType.CREDIT_CODE: _Type(_parse_credit_code, _show_text),
    FieldType.COUNT: _Type(numbers.parse_count, lambda _field, value: f"{value:,}"),
    FieldType.NUMBER: _Type(numbers.parse_number, numbers.show_number),
    FieldType.MONEY: _Type(numbers.parse_money, lambda _field, value: show_money(value)),
    FieldType.PERCENT: _Type(numbers.parse_percent, numbers.show_percent),
    FieldType.DATE: _Type(_parse_date, lambda _field, value: show_date(value)),
    FieldType.YES_NO: _Type(picks.parse_yes_no, lambda _field, value: picks.YES if value else picks.NO),
    FieldType.ONE: _Type(picks.parse_one, _show_one),
    FieldType.SEVERAL: _Type(picks.parse_several, _show_list),
    FieldType.REGIONS: _Type(_parse_regions, _show_list),
}
