"""Show the serial number of a day by one section of a number format: dates, times, durations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import NamedTuple

from docgen.formats.format_codes import FormatSection, Mark, Token
from docgen.formats.format_numbers import in_digits, in_words
from docgen.text import words

#: 31 December 9999, the last day of both calendars.
LAST_DAY = 2_958_465
_DAY = 86_400
_MOST_PLACES = 3
#: Day 60 of the 1900 calendar is 29 February, which did not exist; earlier days count from one day later.
_NO_DAY = 60
_FROM_1900, _FROM_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)

_MONTHS = words("January February March April May June July August September October November December")
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_HAN_MONTHS = ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"]
_HAN_DAYS = "一二三四五六日"
_JAPANESE_DAYS = "月火水木金土日"
_ERAS = (
    (dt.date(2019, 5, 1), "R", "令和"), (dt.date(1989, 1, 8), "H", "平成"), (dt.date(1926, 12, 25), "S", "昭和"),
    (dt.date(1912, 7, 30), "T", "大正"), (dt.date(1868, 1, 25), "M", "明治"),
)  # fmt: skip
_ENGLISH = frozenset({"", "409", "809", "en-us", "en-gb"})
_CHINESE = frozenset({"804", "1004", "7804", "4", "zh-cn", "zh-sg", "zh-hans"})
_JAPANESE = frozenset({"411", "ja-jp"})
#: The system's long date and time formats, which apply whatever the rest of the code says.
_SYSTEM_DATE, _SYSTEM_TIME = frozenset({"f800", "x-sysdate"}), frozenset({"f400", "x-systime"})
_LONG_DATE = (
    Token(Mark.DATE, "yyyy"), Token(Mark.LITERAL, "年"), Token(Mark.DATE, "m"), Token(Mark.LITERAL, "月"),
    Token(Mark.DATE, "d"), Token(Mark.LITERAL, "日"),
)  # fmt: skip
_TIME = (
    Token(Mark.DATE, "h"), Token(Mark.LITERAL, ":"), Token(Mark.DATE, "mm"), Token(Mark.LITERAL, ":"),
    Token(Mark.DATE, "ss"),
)  # fmt: skip


class ShownDate(NamedTuple):
    """A date as shown, its day (None: only a time is shown), whether year, month and day are all shown, and
    the time of day if it is shown."""

    text: str
    day: dt.date | None
    is_full: bool
    time: dt.time | None


class _Moment(NamedTuple):
    """The values from which the marks of a date are written."""

    day: dt.date | None
    days: int
    second: int
    fraction: str
    is_noon: bool
    section: FormatSection


def date_text(section: FormatSection, serial: Decimal, *, since_1904: bool) -> ShownDate | None:
    """What the section shows for a number of days; None if that is uncertain, or not a date."""
    section = _of_system(section)
    parts = list(_parts(section.tokens))
    if any(part is None for part in parts) or not 0 <= serial < LAST_DAY + 1:
        return None
    places = sum(token.mark is Mark.DIGIT for token in section.tokens)
    ticks = int((serial * _DAY * 10**places).to_integral_value(ROUND_HALF_UP))
    seconds, rest = divmod(ticks, 10**places)
    days, second = divmod(seconds, _DAY)
    shows = {part for part in parts if part}
    day = _day(days, since_1904=since_1904)
    if day is None and shows & set("ymdwg"):
        return None
    moment = _Moment(day, days, second, f"{rest:0{places}}" if places else "", section.has(Mark.NOON), section)
    texts = [_text(token, part or "", moment) for token, part in zip(section.tokens, parts, strict=True)]
    if any(text is None for text in texts):
        return None
    text = "".join(filter(None, texts))
    time = dt.time(second // 3600, second // 60 % 60, second % 60) if "h" in shows else None
    return ShownDate(text, day if shows & set("ymdw") else None, set("ymd") <= shows, time)


def _of_system(section: FormatSection) -> FormatSection:
    if section.language in _SYSTEM_DATE:
        return section._replace(tokens=_LONG_DATE, language="")
    return section._replace(tokens=_TIME, language="") if section.language in _SYSTEM_TIME else section


def _day(days: int, *, since_1904: bool) -> dt.date | None:
    if since_1904:
        day = _FROM_1904.toordinal() + days
        return dt.date.fromordinal(day) if day <= dt.date.max.toordinal() else None
    if days in {0, _NO_DAY}:
        return None
    return _FROM_1900 + dt.timedelta(days=days + (days < _NO_DAY))


def _parts(tokens: Sequence[Token]) -> Iterator[str | None]:
    """What each token shows: year y, month m, day d, weekday w, era g, hour h, minute n, second s, noon p; "" for
    a literal, None for anything that cannot be in a date."""
    marks = [at for at, token in enumerate(tokens) if token.mark in {Mark.DATE, Mark.ELAPSED}]
    for at, token in enumerate(tokens):
        if token.mark in {Mark.DATE, Mark.ELAPSED}:
            place = marks.index(at)
            before = tokens[marks[place - 1]].text if place else ""
            after = tokens[marks[place + 1]].text if place + 1 < len(marks) else ""
            yield _part(token, before, after)
        elif token.mark is Mark.DIGIT:
            yield "" if _is_place_of_second(tokens, at) else None
        elif token.mark is Mark.NOON:
            yield "p"
        else:
            yield "" if token.mark in {Mark.LITERAL, Mark.SLASH, Mark.POINT, Mark.COMMA} else None


def _part(token: Token, before: str, after: str) -> str:
    letter = token.text[0]
    if letter == "m" and len(token.text) <= 2 and (token.mark is Mark.ELAPSED or before[:1] == "h" or after[:1] == "s"):
        return "n"
    if letter == "d" and len(token.text) > 2:
        return "w"
    return {"a": "w", "e": "y"}.get(letter, letter)


def _is_place_of_second(tokens: Sequence[Token], at: int) -> bool:
    """Whether the digit is part of `ss.000`."""
    start = at
    while start and tokens[start].mark is Mark.DIGIT:
        if tokens[start].text != "0" or at - start >= _MOST_PLACES:
            return False
        start -= 1
    return start > 0 and tokens[start].mark is Mark.POINT and tokens[start - 1].text[0] == "s"


def _text(token: Token, part: str, moment: _Moment) -> str | None:
    if token.mark is Mark.NOON:
        first, second = token.text.upper().split("/")
        if moment.section.language in _CHINESE:
            first, second = "上午", "下午"
        return second if moment.second >= _DAY // 2 else first
    if token.mark is Mark.ELAPSED:
        whole = moment.days * _DAY + moment.second
        count = whole // {"h": 3600, "m": 60, "s": 1}[token.text[0]]
        return f"{count:0{len(token.text)}}"
    if token.mark is Mark.POINT and moment.fraction:
        return f".{moment.fraction}"
    if token.mark is Mark.DIGIT:
        return ""  # written together with the point
    return _WRITERS[part](token.text, moment) if part else token.text


# -- texts of the marks ----------------------------------------------------------------------------


def _year(mark: str, moment: _Moment) -> str | None:
    day, language = _known(moment), moment.section.language
    if mark[0] == "e" and language in _JAPANESE:
        era = _era(day)
        return f"{day.year - era[0].year + 1:0{len(mark)}}" if era else None
    if mark[0] == "e" and language not in _CHINESE | _ENGLISH:
        return None
    text = f"{day.year % 100:02}" if mark[0] == "y" and len(mark) <= 2 else f"{day.year:04}"
    return in_digits(text, moment.section.numerals) if moment.section.numerals else text


def _month(mark: str, moment: _Moment) -> str | None:
    month = _known(moment).month
    if len(mark) <= 2:
        return _counted(month, mark, moment)
    if moment.section.language in _CHINESE:
        return f"{month}月" if len(mark) == 3 else _HAN_MONTHS[month - 1] if len(mark) == 4 else None
    name = _MONTHS[month - 1]
    return _english(moment, {3: name[:3], 4: name, 5: name[:1]}.get(len(mark)))


def _day_of_month(mark: str, moment: _Moment) -> str | None:
    return _counted(_known(moment).day, mark, moment)


def _weekday(mark: str, moment: _Moment) -> str | None:
    number, language = _known(moment).weekday(), moment.section.language
    if len(mark) > 4:
        return None
    if language in _CHINESE or (mark[0] == "a" and language in _ENGLISH):
        return ("周" if len(mark) == 3 else "星期") + _HAN_DAYS[number]
    if language in _JAPANESE:
        return _JAPANESE_DAYS[number] + ("曜日" if len(mark) == 4 else "")
    return _english(moment, _DAYS[number][:3] if len(mark) == 3 else _DAYS[number])


def _era_name(mark: str, moment: _Moment) -> str | None:
    era = _era(_known(moment))
    if era is None or moment.section.language not in _JAPANESE or len(mark) > 3:
        return None
    return {1: era[1], 2: era[2][0], 3: era[2]}[len(mark)]


def _hour(mark: str, moment: _Moment) -> str | None:
    hour = moment.second // 3600
    return _counted((hour - 1) % 12 + 1 if moment.is_noon else hour, mark, moment)


def _minute(mark: str, moment: _Moment) -> str | None:
    return _counted(moment.second // 60 % 60, mark, moment)


def _second(mark: str, moment: _Moment) -> str | None:
    return _counted(moment.second % 60, mark, moment)


_WRITERS: Mapping[str, Callable[[str, _Moment], str | None]] = MappingProxyType(
    {
        "y": _year, "m": _month, "d": _day_of_month, "w": _weekday, "g": _era_name,
        "h": _hour, "n": _minute, "s": _second,
    }
)  # fmt: skip


def _counted(number: int, mark: str, moment: _Moment) -> str | None:
    if len(mark) > 2:
        return None
    numerals = moment.section.numerals
    if numerals in {1, 2}:
        words = in_words(number, numerals)
        return words.removeprefix("一") if numerals == 1 and 10 <= number < 20 else words
    text = f"{number:0{len(mark)}}"
    return in_digits(text, numerals) if numerals else text


def _english(moment: _Moment, name: str | None) -> str | None:
    return name if moment.section.language in _ENGLISH else None


def _era(day: dt.date) -> tuple[dt.date, str, str] | None:
    return next((era for era in _ERAS if era[0] <= day), None)


def _known(moment: _Moment) -> dt.date:
    assert moment.day is not None  # checked before any mark of a day is written
    return moment.day
