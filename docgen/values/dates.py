"""Read dates as people and sheets write them, in the order year, month, day."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import NamedTuple

from docgen.patterns import regex
from docgen.text import fold, visible, words
from docgen.values.brackets import apart
from docgen.values.numerals import number


class DateProblem(StrEnum):
    """Why a text is not a date: it is not written as one, or the calendar has no such day."""

    UNREADABLE = "unreadable"
    IMPOSSIBLE = "impossible"


class ParsedDate(NamedTuple):
    """A date with the text beside it, or what is wrong with the text."""

    date: dt.date | None
    trouble: DateProblem | None = None
    remarks: tuple[str, ...] = ()
    time: str = ""


_LONGEST = 100  # characters of a date with its time and remarks
_TIME = regex(r"[\sT]+(\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)\s*$")
_MIDNIGHT = regex(r"[0:.]+")  # the time that a sheet adds to a date
_WEEKDAY = regex("(?:星期|周|礼拜)([一二三四五六日天])")
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


_DIGITS = "〇一二三四五六七八九"
_PLAIN_DIGITS = str.maketrans("○零壹贰叁肆伍陆柒捌玖", f"〇〇{_DIGITS[1:]}")
_SPELLED = regex(f"([{_DIGITS}]{{4}})年([{_DIGITS}十]{{1,3}})月([{_DIGITS}十]{{1,3}})[日号]?")
_MONTHS = words("jan feb mar apr may jun jul aug sep oct nov dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_ENGLISH = (
    regex(rf"{_MONTH}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,(?P<year>\d{{4}})"),
    regex(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_MONTH},?(?P<year>\d{{4}})"),
)


def _in_figures(day: str) -> str:
    """A date in Chinese numerals (`二〇二六年十二月一日`) or in English (`Dec 1, 2026`) in figures."""
    spelled = _SPELLED.fullmatch(day.translate(_PLAIN_DIGITS).replace("拾", "十"))
    if spelled:
        year = "".join(str(_DIGITS.index(digit)) for digit in spelled[1])
        month, date = (number(part.lstrip("〇")) for part in spelled.groups()[1:])
        return day if month is None or date is None else f"{year}-{month:f}-{date:f}"
    english = next((found for form in _ENGLISH if (found := form.fullmatch(day))), None)
    return day if english is None else f"{english['year']}-{_MONTHS.index(english['month']) + 1}-{english['day']}"


def read(text: str) -> ParsedDate:
    """The date of `2026-11-23`, `2026/11/23`, `2026年11月23日`, `20261123` …; any other text is a remark, except
    midnight and the day of the week."""
    outside, remarks = apart(visible(text[:_LONGEST]))
    time = _TIME.search(outside)
    hour = "" if time is None or _MIDNIGHT.fullmatch(time[1]) else time[1]
    day = fold(_TIME.sub("", outside))
    weekdays = [_WEEKDAY.fullmatch(fold(remark)) for remark in remarks]
    left = [remark for remark, weekday in zip(remarks, weekdays, strict=True) if weekday is None]
    behind = re.search(f"{_WEEKDAY.pattern}$", day)
    day = _in_figures(day[: behind.start()] if behind else day)
    match = next((match for form in _FORMS if (match := form.fullmatch(day))), None)
    if match is None or len(text) > _LONGEST:
        return ParsedDate(None, DateProblem.UNREADABLE)
    try:
        found = dt.date(*map(int, match.groups()))
    except ValueError:
        return ParsedDate(None, DateProblem.IMPOSSIBLE)
    named = {"一二三四五六日".find(w[1].replace("天", "日")) for w in (*weekdays, behind) if w}
    return (
        ParsedDate(found, None, tuple(left), hour)
        if named <= {found.weekday()}
        else ParsedDate(None, DateProblem.IMPOSSIBLE)
    )


def show(date: dt.date) -> str:
    """`2026年11月23日`."""
    return f"{date.year:04}年{date.month}月{date.day}日"
