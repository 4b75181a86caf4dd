"""Read one number as people write it: digits, 万 and 千, Chinese numerals.

The functions take text that `text.fold` has folded.  A text that is not clearly one number gives None:
no guesses.
"""

from __future__ import annotations

import re
from decimal import Decimal

from docgen.patterns import regex
from docgen.text import fold, visible

LONGEST = 60  # characters: no number with all its words is longer
MOST_DIGITS = 15  # a sheet keeps no more digits of a number

_PLAIN = regex(
    r"(?P<digits>\d{1,3}(?:,\d{3})+|\d{1,4}(?:,\d{4})+|\d+)(?P<decimals>\.\d+)?(?P<unit>[十百千]?[万亿]|[百千wk])?"
)
_UNITS = {"十": 10, "百": 100, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000, "亿": 100_000_000}
_CHINESE = regex(r"[\d零〇一二两三四五六七八九十百千万亿壹贰叁参肆伍陆柒捌玖拾佰仟廿卅]{1,40}")
ONES = "一二两三四五六七八九壹贰叁参肆伍陆柒捌玖"
_APPROXIMATE = regex(f"[{ONES}][{ONES}]|[\\d][{ONES}]|[{ONES}][\\d]")  # 两三千 is not one number
_SPELLED = regex(f"[零〇{ONES}]+")
_SCIENTIFIC = regex(r"\d(?:\.\d+)?e\+?\d+")
_GROUPED = regex(r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)")
_BROKEN = regex(r"\d\s+[\d.]")


def is_scientific(text: str) -> bool:
    """Whether `text` is a number in scientific notation, as a narrow column shows it."""
    return bool(_SCIENTIFIC.fullmatch(fold(text)))


def is_negative(text: str) -> bool:
    """Whether `text` is a number with a minus sign."""
    folded = fold(text)
    return folded[:1] in {"-", "−", "负"} and number(folded[1:]) is not None


def is_too_long(text: str) -> bool:
    """Whether `text` holds more digits in a row than a sheet keeps."""
    return bool(re.search(rf"\d{{{MOST_DIGITS + 1}}}", fold(text).replace(",", "")))


def number(folded: str) -> Decimal | None:
    """The one number that `folded` is, with nothing around it: `5,000` `1.5万` `3千` `1.2w` `一万二` `2万5`."""
    match = _PLAIN.fullmatch(folded)
    found = _digits(match) if match else _chinese(folded)
    if found is None:
        return None
    exact = found.normalize()
    return exact if len(exact.as_tuple().digits) <= MOST_DIGITS and exact.adjusted() < MOST_DIGITS else None


def tidy(value: Decimal, *, at_least: int = 0) -> Decimal:
    """`value` with as many decimals as it needs, but `at_least` that many, without an exponent: 20, not 2E+1."""
    return value.quantize(Decimal(f"1e-{max(places(value), at_least)}"))


def places(value: Decimal) -> int:
    """The number of decimals that `value` needs."""
    return max(-int(value.normalize().as_tuple().exponent), 0)


def _digits(match: re.Match[str]) -> Decimal:
    found = Decimal(match["digits"].replace(",", "") + (match["decimals"] or ""))
    for unit in match["unit"] or "":
        found *= _UNITS[unit]
    return found


def _chinese(folded: str) -> Decimal | None:
    if not _CHINESE.fullmatch(folded) or folded.isdecimal():
        return None
    spelled = _SPELLED.fullmatch(folded)
    if _APPROXIMATE.search(folded) and not (spelled and len(folded) > 2):
        return None
    import cn2an

    try:
        return Decimal(str(cn2an.cn2an(folded.replace("参", "叁"), "smart")))
    except (ValueError, KeyError, IndexError):  # raised by its checks and by its tables
        return None


def folded_number(text: str) -> str | None:
    """A text without remarks, folded for reading a number, with its digit groups joined.

    None if it is too long, or if white space separates two numbers (`5000 6000`).
    """
    shown = visible(text).strip()
    shown = _GROUPED.sub(lambda match: match.group().replace(" ", ""), shown)
    folded = fold(shown)
    return None if _BROKEN.search(shown) or len(folded) > LONGEST else folded
