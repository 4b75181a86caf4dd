"""Issue a final contract: give it its number and record it in the register, as the kit defines them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from docgen import values
from docgen.errors import UsageError
from docgen.expressions import sandbox
from docgen.language import tr
from docgen.model.as_json import value_json
from docgen.model.contracts import NUMBER_TAG, Contracts
from docgen.model.intake import Value
from docgen.model.kit import FieldType, Kit
from docgen.packet.duplicates import marks_of
from docgen.packet.register import Detail, Entry, Register
from docgen.pipeline import ReviewedIntake
from docgen.values.shown import shown

_NUMBERS = {FieldType.COUNT, FieldType.NUMBER, FieldType.MONEY, FieldType.PERCENT}


@dataclass(frozen=True)
class IssueOptions:
    """How to issue a final contract: its date, who decided, and where to write it."""

    date: dt.date
    path: Path
    reviewed_by: str | None = None
    force: bool = False


def issue(
    register: Register,
    kit: Kit,
    reviewed: ReviewedIntake,
    make: Callable[[ReviewedIntake], bytes],
    options: IssueOptions,
) -> Entry:
    """Number a contract, make it with that number, write it and record it.

    A number given in the terms is recorded as it is and does not count in the sequence.  Raises UsageError if the kit
    has no register, WriteError if the number or the file exists already, and whatever `make` raises.  If it raises,
    nothing is written and no number is used.
    """
    asked = kit.contracts
    if asked is None:
        raise UsageError(
            tr("the kit {name!r} keeps no register", name=kit.name),
            tr("say in kit.yaml how contracts are numbered: contracts"),
        )
    given = reviewed.terms.get(asked.field)
    series: str | None = None
    position: int | None = None
    if given is None:
        series = _number(asked, options.date, None)
        position = register.next_position(series, lambda at: _number(asked, options.date, at))
        reviewed = replace(reviewed, terms={**reviewed.terms, asked.field: _number(asked, options.date, position)})
    content = make(reviewed)
    entry = replace(_entry(kit, asked, reviewed, options), series=series, position=position)
    register.record(entry, content, options.path, force=options.force)
    return entry


def _number(asked: Contracts, date: dt.date, position: int | None) -> str:
    """The number at that position of the sequence; for None, the name of the sequence."""

    def tag(found: object) -> str:
        name, width = found[1], int(found[2] or 0)  # type: ignore[index]
        if name == "seq" and position is None:
            return "{seq}"
        number = {"year": date.year, "month": date.month, "seq": position or 0}[name]
        return f"{number:0{width or (2 if name == 'month' else 1)}d}"

    return NUMBER_TAG.sub(tag, asked.number)


def _entry(kit: Kit, asked: Contracts, reviewed: ReviewedIntake, options: IssueOptions) -> Entry:
    given = {**reviewed.intake.values, **reviewed.terms}
    expires = _expires(given.get(asked.starts), given.get(asked.months))
    number = str(given[asked.field])

    def value_of(key: str) -> object:
        return shown(kit.all_fields[key], given.get(key))

    return Entry(
        number=number,
        customer=reviewed.intake.name,
        marks=marks_of(kit, reviewed.intake, reviewed.terms),
        expires=expires.isoformat() if expires else None,
        reminder=sandbox.message(asked.reminder).render(value_of) or number,
        remind_days=asked.remind_days,
        details=(
            Detail("number", kit.all_fields[asked.field].label, "text", number),
            *_details(kit, asked, given),
            *_own_details(asked, options, expires),
        ),
    )


def _details(kit: Kit, asked: Contracts, given: Mapping[str, Value]) -> Iterator[Detail]:
    for key in asked.columns:
        field = kit.all_fields[key]
        value = given.get(key)
        if value is None:
            yield Detail(key, field.label, "text", "")
        elif isinstance(value, dt.date):
            yield Detail(key, field.label, "date", value.isoformat())
        elif field.type in _NUMBERS and isinstance(value, int | Decimal):
            text = f"{value:f}" if isinstance(value, Decimal) else str(value_json(value))
            yield Detail(key, field.label, "number", text)
        else:
            yield Detail(key, field.label, "text", values.show(field, value))


def _own_details(asked: Contracts, options: IssueOptions, expires: dt.date | None) -> Iterator[Detail]:
    yield Detail("date", asked.labels.get("date", "date"), "date", options.date.isoformat())
    yield Detail("expires", asked.labels.get("expires", "expires"), "date", expires.isoformat() if expires else "")
    yield Detail("reviewed_by", asked.labels.get("reviewed_by", "reviewed by"), "text", options.reviewed_by or "")
    yield Detail("file", asked.labels.get("file", "file"), "text", "")
    yield Detail("sha256", asked.labels.get("sha256", "SHA-256"), "text", "")


def _expires(starts: Value | None, months: Value | None) -> dt.date | None:
    """The last day of a period of months that includes `starts`: 12 months from 1 January end on 31 December."""
    if not isinstance(starts, dt.date) or not isinstance(months, int):
        return None
    year, month = divmod(starts.year * 12 + starts.month - 1 + months, 12)
    if year > dt.MAXYEAR:
        return None
    last = calendar.monthrange(year, month + 1)[1]
    if starts.day > last:  # 31 January and one month: the month is shorter, so the period ends on its last day
        return dt.date(year, month + 1, last)
    return dt.date(year, month + 1, starts.day) - dt.timedelta(days=1)
