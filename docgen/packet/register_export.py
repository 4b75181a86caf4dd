"""Export the register of contracts as a workbook, as csv, or as a calendar of contract ends.

All values are data: the workbook holds no formulas, the csv nothing that a spreadsheet reads as a formula, and no
value can begin a line of the calendar.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from docgen.packet.register import Detail, Entry
from docgen.patterns import regex
from docgen.text import printable

_MADE = dt.datetime(1980, 1, 1)
_FORMULA = regex(r"[=+\-@\t\r＝＋－＠]")
_LONGEST_CELL = 32_767
#: The most bytes in a line of a calendar (RFC 5545, 3.1).
_LONGEST_LINE = 75
_WIDTHS = {"text": 24, "number": 14, "date": 12}


def as_xlsx(entries: Sequence[Entry]) -> bytes:
    """A sheet with a row for each contract; dates and amounts are typed, all else is text."""
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _MADE})
    bold, date = book.add_format({"bold": True, "bg_color": "#E5E7EB"}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    heads = _heads(entries)
    for column, head in enumerate(heads.values()):
        sheet.write_string(0, column, _cell(head.label), bold)
        sheet.set_column(column, column, _WIDTHS[head.kind])
    for row, entry in enumerate(entries, start=1):
        for column, detail in enumerate(_row(entry, heads)):
            day = _day(detail.text) if detail.kind == "date" else None
            number = _number(detail.text) if detail.kind == "number" else None
            if day is not None:
                sheet.write_datetime(row, column, day, date)
            elif number is not None:
                sheet.write_number(row, column, number)
            else:
                sheet.write_string(row, column, _cell(detail.text))
    sheet.freeze_panes(1, 1)
    if entries:
        sheet.autofilter(0, 0, len(entries), len(heads) - 1)
    book.close()
    return stream.getvalue()


def as_csv(entries: Sequence[Entry]) -> bytes:
    """UTF-8 with a byte order mark, for Excel; a value that would be read as a formula gets a leading '."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    heads = _heads(entries)
    writer.writerow([_harmless(head.label) for head in heads.values()])
    for entry in entries:
        writer.writerow([_harmless(detail.text) for detail in _row(entry, heads)])
    return stream.getvalue().encode("utf-8-sig")


def as_ics(entries: Sequence[Entry]) -> bytes:
    """A calendar (RFC 5545) with the last day of each contract, and a reminder before it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//docgen//register//", "CALSCALE:GREGORIAN"]
    for entry in entries:
        day = _day(entry.expires or "")
        if day is None:
            continue
        identity = hashlib.sha256(entry.number.encode("utf-8", "replace")).hexdigest()[:32]
        made = next((_day(d.text) for d in entry.details if d.key == "date"), None) or _MADE
        lines += [
            "BEGIN:VEVENT",
            f"UID:{identity}@docgen",
            f"DTSTAMP:{made:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + dt.timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(entry.reminder)}",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"TRIGGER:-P{entry.remind_days}D",
            f"DESCRIPTION:{_escaped(entry.reminder)}",
            "END:VALARM",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode("utf-8")


#: The export for each file suffix.
EXPORTS: Mapping[str, Callable[[Sequence[Entry]], bytes]] = {".xlsx": as_xlsx, ".csv": as_csv, ".ics": as_ics}


def export_for(path: Path) -> Callable[[Sequence[Entry]], bytes] | None:
    """The export that a file's suffix asks for, None for any other suffix."""
    return EXPORTS.get(path.suffix.lower())


def _heads(entries: Iterable[Entry]) -> dict[str, Detail]:
    """The names of all columns that any contract has, by key, in order of appearance."""
    heads: dict[str, Detail] = {}
    for entry in entries:
        for detail in _all(entry):
            heads.setdefault(detail.key, detail)
    return heads


def _all(entry: Entry) -> list[Detail]:
    """All values of a contract, with those known only to the register: the file's path and its hash."""
    known = {"file": entry.file, "sha256": entry.sha256}
    return [detail._replace(text=known.get(detail.key, detail.text)) for detail in entry.details]


def _row(entry: Entry, heads: Mapping[str, Detail]) -> list[Detail]:
    known = {detail.key: detail for detail in _all(entry)}
    return [known.get(key, Detail(key, "", "text", "")) for key in heads]


def _day(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.combine(dt.date.fromisoformat(text), dt.time())
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e15 else None  # nan fails the comparison; longer numbers lose their last digits


def _cell(text: str) -> str:
    return printable(text)[:_LONGEST_CELL]


def _harmless(text: str) -> str:
    text = printable(text)
    return f"'{text}" if _FORMULA.match(text) else text


def _escaped(text: str) -> str:
    """A text for a calendar, with backslash, semicolon, comma and line break escaped (RFC 5545, 3.3.11)."""
    text = re.sub(r"([\\;,])", r"\\\1", printable(text))
    return re.sub(r"\r\n?|\n", r"\\n", text)


def _folded(line: str) -> str:
    """A long line folded into several, but never within a character."""
    parts: list[str] = []
    part, length = "", 0
    for letter in line:
        size = len(letter.encode("utf-8", "replace"))
        if length + size > _LONGEST_LINE:
            parts.append(part)
            part, length = "", 1  # a continuation line begins with a blank
        part, length = part + letter, length + size
    return "\r\n ".join([*parts, part])
