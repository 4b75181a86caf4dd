"""Read mainland mobile numbers as people write them, as E.164.  Two numbers in one answer are a problem."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from docgen.patterns import regex
from docgen.text import simplified, visible


class MobileProblem(StrEnum):
    """Why a text is not a mainland mobile number."""

    INVALID = "invalid"
    LANDLINE = "landline"
    FOREIGN = "foreign"
    SEVERAL = "several"
    TOO_LONG = "too-long"


class Mobile(NamedTuple):
    """A number in E.164 with the text beside it, or what is wrong with the text."""

    number: str | None
    trouble: MobileProblem | None = None
    remarks: tuple[str, ...] = ()


_RUN = regex(r"\+?\d(?:[\d \t.‐‑‒–—―−·-]*\d)?")
_COUNTRY = regex(r"[(] ?\+? ?86 ?[)]")
_FLOAT = regex(r"(?<=\d{11})\.0+(?!\d)")  # a sheet's number, read as a float
_SEVERAL = regex(r"(?:(?:\+|00)?(?:86)?1[3-9]\d{9}){2,}")
_REMARK = regex(r"\([^()]*\)")
_PIECE_END = regex(r"[\n,，、;；/()（）\[\]]+")
_CALLS_IT = regex(
    r"(?:\+|00)86(?!\d)|手机号码?|手机|移动电话|联系电话|电话号码?|电话|联系方式|号码|中国|大陆|国内|mobile|telephone|tel|phone|cell|[:：'\"]",
    re.IGNORECASE,
)
_MOST_DIGITS = 15  # digits of the longest telephone number, and the most that a sheet keeps
_LEAST_DIGITS = 7  # of a telephone number; fewer digits in brackets are office hours and the like


def read(text: str) -> Mobile:
    """The one mobile number in `text`, without the remarks around it: `13800138000（王先生）`."""
    plain = _FLOAT.sub("", _COUNTRY.sub("+86", visible(text)))
    runs = _runs(_REMARK.sub(lambda remark: remark.group() if _has_number(remark.group()) else " ", plain))
    if sum(len(run) > 10 for run in runs) > 1 or any(map(_SEVERAL.fullmatch, runs)):
        return Mobile(None, MobileProblem.SEVERAL)
    if any(len(run.lstrip("+")) > _MOST_DIGITS for run in runs):
        return Mobile(None, MobileProblem.TOO_LONG)
    return (
        _number(runs[0])._replace(remarks=_beside(plain, runs[0]))
        if len(runs) == 1
        else Mobile(None, MobileProblem.INVALID)
    )


def _runs(text: str) -> list[str]:
    return [re.sub(r"[^\d+]", "", run) for run in _RUN.findall(text)]


def _beside(text: str, number: str) -> tuple[str, ...]:
    """The words beside the number, except those that only name it a number."""

    def cut(run: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", run.group())
        return "\n" if len(digits) >= _LEAST_DIGITS and number.endswith(digits) else run.group()

    left = _RUN.sub(cut, text)
    pieces = [piece.strip() for piece in _PIECE_END.split(left)]
    return tuple(piece for piece in pieces if any(map(str.isalnum, _CALLS_IT.sub("", simplified(piece)))))


def _has_number(remark: str) -> bool:
    return any(len(run) >= _LEAST_DIGITS for run in _runs(remark))


def _number(run: str) -> Mobile:
    import phonenumbers
    from phonenumbers import PhoneNumberType as Kind

    try:
        number = phonenumbers.parse(run, "CN")
    except phonenumbers.NumberParseException:
        return Mobile(None, MobileProblem.INVALID)
    if number.country_code != 86:
        return Mobile(None, MobileProblem.FOREIGN)
    kind = phonenumbers.number_type(number)
    if kind == Kind.MOBILE:
        return Mobile(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return Mobile(None, MobileProblem.INVALID if kind == Kind.UNKNOWN else MobileProblem.LANDLINE)


def show(number: str) -> str:
    """`138 0013 8000` of `+8613800138000`."""
    digits = number.removeprefix("+86")
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
