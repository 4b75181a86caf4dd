"""Apply a unit in the brackets of a label, `外呼量（万）`, to the number written beside it."""

from __future__ import annotations

from collections.abc import Callable

from docgen.model.intake import Level, Value
from docgen.model.kit import Field, FieldType
from docgen.patterns import regex
from docgen.text import fold
from docgen.values.affixes import span_of
from docgen.values.problems import Parsed, Problem, invalid

Parse = Callable[[Field, str], Parsed]

_NUMBERS = frozenset({FieldType.COUNT, FieldType.NUMBER, FieldType.MONEY})
_BRACKETS = regex(r"[(\[【]([^()\[\]【】]{1,12})[)\]】]")
_NAMED = regex(r"^(?:数量)?单位[:是为]?")
#: The number is that of one thing of several, whose number is not known.
_EACH = regex(
    r"[每单各/](?:一?[个条位名台家])?(?:坐席|座席|席位?|号码?|主叫|线路?|路|人员?|员工|账号|并发|城市|地区?|省|市|门店|店|客户|机器人)|[人席]均"
)
_SPAN = regex(r"[/每](?:个?月|年|季度?|周|天|日|小时)")
#: Units of thousands may also be in the answer: `5千` below `（千）` is five thousand.
_OWN_SCALE = regex(r"[十百千万亿wk]")
_MANY_DIGITS = 4  # this many digits before the point are more than anybody writes in ten thousands


def stated_unit(field: Field, label: str, parse: Parse) -> str:
    """The unit in brackets after a label, if it changes what a number counts; otherwise empty."""
    if field.type not in _NUMBERS:
        return ""
    for found in _BRACKETS.finditer(fold(label)):
        unit = _NAMED.sub("", found[1])
        if span_of(unit) is not None:
            unit = "" if span_of(unit) == span_of(field.unit) else f"/{unit}"
        if unit and not any(map(str.isdigit, unit)) and _matters(field, unit, parse):
            return unit
    return ""


def _matters(field: Field, unit: str, parse: Parse) -> bool:
    if _EACH.fullmatch(unit):
        return True
    plain, one = parse(field, "1"), parse(field, f"1{unit}")
    if one.value is not None:
        return not one.problems and one.value != plain.value
    is_period = any(problem.code == "count-period" for problem in one.problems)
    return is_period or (field.type is FieldType.MONEY and bool(_SPAN.search(unit)))


def in_unit(field: Field, written: str, unit: str, parse: Parse, show: Callable[[Field, Value], str]) -> Parsed:
    """The value of a number in the unit of its label; None if the number itself may be in another unit."""
    if _EACH.fullmatch(unit):
        return invalid("count-each", each=unit)
    folded = fold(written)
    scaled = parse(field, written + ("" if _OWN_SCALE.search(folded) and not _SPAN.search(unit) else unit))
    plain = parse(field, written)
    if scaled.value is None or plain.value == scaled.value:
        return scaled if plain.value is not None else plain
    is_doubtful = len(folded.replace(",", "").partition(".")[0]) >= _MANY_DIGITS
    if is_doubtful:
        return invalid("number-unit-doubtful", unit=unit)
    note = Problem("number-in-unit", Level.ADVICE, {"unit": unit, "number": show(field, scaled.value)})
    return scaled._replace(problems=(note, *scaled.problems))
