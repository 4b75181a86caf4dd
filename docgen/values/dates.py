"""Dates as people and sheets write them → a date.  Year, month and day in that order, or nothing."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum

from docgen.text import fold, visible


class DateProblem(StrEnum):
    """Why a text is no date: not written as one, or no day of the calendar."""

    UNREADABLE = "unreadable"
    IMPOSSIBLE = "impossible"


_LONGEST = 100  # characters of a date with its time
_TIME = re.compile(r"[\sT]+\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?\s*$")
_FORMS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(\d{4})-(\d{1,2})-(\d\d?)",
        r"(\d{4})/(\d{1,2})/(\d\d?)",
        r"(\d{4})\.(\d{1,2})\.(\d\d?)",
        r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?",
        r"(\d{4})(\d\d)(\d\d)",
    )
)


def read(text: str) -> dt.date | DateProblem:
    """The date of `2026-11-23`, `2026/11/23`, `2026年11月23日`, `20261123` …; a time of day is left aside."""
    day = fold(_TIME.sub("", visible(text[:_LONGEST])))
    match = next((match for form in _FORMS if (match := form.fullmatch(day))), None)
    if match is None:
        return DateProblem.UNREADABLE
    try:
        return dt.date(*map(int, match.groups()))
    except ValueError:
        return DateProblem.IMPOSSIBLE


def show(date: dt.date) -> str:
    """`2026年11月23日`."""
    return f"{date.year:04}年{date.month}月{date.day}日"
