"""Show a number by one section of its format: places, thousands, percent, fractions, exponents, Chinese numerals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import NamedTuple

from docgen.formats.format_codes import FormatSection, Mark, Token
from docgen.formats.grid import DIGITS, plain
from docgen.patterns import regex

#: Numbers of a sheet have 15 digits; scaled and with places they have more, but never this many.
_EXACTLY = Context(prec=120, rounding=ROUND_HALF_UP)
#: Percent signs in a section; each multiplies by a hundred.
_MOST_PERCENTS = 4
_FRACTION = regex(r"(?P<whole>[0#?]+ +)?[0#?]+ ?/ ?(?:(?P<places>[0#?]+)|(?P<fixed>[1-9]\d{0,4}))")
_NUMERALS = {1: "〇一二三四五六七八九", 2: "零壹贰叁肆伍陆柒捌玖", 3: "０１２３４５６７８９"}


class Digits(NamedTuple):
    """A number as shown, and whether that is the complete number."""

    text: str
    is_whole: bool


def number_text(section: FormatSection, value: Decimal) -> Digits | None:
    """What the section shows for a number that is not negative; None if that is uncertain."""
    percents = sum(token.mark is Mark.PERCENT for token in section.tokens)
    if percents > _MOST_PERCENTS:
        return None
    value = value.scaleb(2 * percents, _EXACTLY)
    if section.has(Mark.GENERAL, Mark.TEXT):
        return _general(section, value)
    if section.has(Mark.SLASH):
        return _fraction(section, value)
    shown = _scientific(section.tokens, value) if section.has(Mark.EXPONENT) else _fixed(section.tokens, value)
    if shown is None or not section.numerals:
        return shown
    return Digits(in_digits(shown.text, section.numerals), shown.is_whole)


def in_digits(text: str, numerals: int) -> str:
    """The text with each digit in the numerals of [DBNum1], [DBNum2] or [DBNum3]: 2026 → 二〇二六."""
    return text.translate({48 + number: digit for number, digit in enumerate(_NUMERALS[numerals])})


def in_words(number: int, numerals: int) -> str:
    """The number in the numerals of [DBNum1] or [DBNum2]: 105 → 一百〇五, 壹佰零伍."""
    import cn2an

    words = str(cn2an.an2cn(number, "low" if numerals == 1 else "up"))
    return words.replace("零", "〇") if numerals == 1 else words


def _general(section: FormatSection, value: Decimal) -> Digits | None:
    """The number in the general format, in place of `General` or `@`."""
    if section.has(Mark.DIGIT, Mark.SLASH, Mark.EXPONENT, Mark.POINT, Mark.COMMA):
        return None
    text = plain(value)
    if section.numerals == 3:
        return None
    if section.numerals:
        whole, point, places = text.partition(".")
        if len(whole) > DIGITS:  # a percentage of a long number: longer than cn2an supports
            return None
        text = in_words(int(whole), section.numerals) + point + in_digits(places, section.numerals)
    shown = (text if token.mark in {Mark.GENERAL, Mark.TEXT} else token.text for token in section.tokens)
    return Digits("".join(shown), True)


# -- places ----------------------------------------------------------------------------------------


class _Layout(NamedTuple):
    """The tokens before the point, and from the point on, without commas; whether thousands are separated, and how many
    of them are scaled away."""

    whole: list[Token]
    places: list[Token]
    is_grouped: bool
    thousands: int


def _layout(tokens: Sequence[Token]) -> _Layout | None:
    points = [at for at, token in enumerate(tokens) if token.mark is Mark.POINT]
    digits = [at for at, token in enumerate(tokens) if token.mark is Mark.DIGIT]
    if len(points) > 1:
        return None
    point = points[0] if points else len(tokens)
    if not digits:
        return None if points or any(token.mark is Mark.COMMA for token in tokens) else _Layout([*tokens], [], False, 0)
    last_whole = max((at for at in digits if at < point), default=-1)
    is_grouped, thousands = False, 0
    kept: list[tuple[int, Token]] = []
    for at, token in enumerate(tokens):
        if token.mark is not Mark.COMMA:
            kept.append((at, token))
        elif digits[0] < at < last_whole:
            is_grouped = True
        elif tokens[at - 1].mark in {Mark.DIGIT, Mark.COMMA} and at > max(last_whole, 0):
            thousands += 1  # after the last digit before the point, or after the very last
        else:
            return None
    whole = [token for at, token in kept if at < point]
    return _Layout(whole, [token for at, token in kept if at >= point], is_grouped, thousands)


def _fixed(tokens: Sequence[Token], value: Decimal) -> Digits | None:
    layout = _layout(tokens)
    if layout is None:
        return None
    count = sum(token.mark is Mark.DIGIT for token in layout.places)
    scaled = value.scaleb(-3 * layout.thousands, _EXACTLY)
    rounded = scaled.quantize(Decimal(1).scaleb(-count), context=_EXACTLY)
    whole, _, places = f"{rounded:f}".partition(".")
    has_digits = any(token.mark is Mark.DIGIT for token in tokens)
    text = _whole(layout, whole.lstrip("0")) + _places(layout.places, places)
    return Digits(text, not has_digits or rounded == scaled)


def _whole(layout: _Layout, digits: str) -> str:
    """The digits before the point, put into their places from the right; digits left over precede the first place."""
    if not any(token.mark is Mark.DIGIT for token in layout.whole):
        literal = "".join(token.text for token in layout.whole)
        return literal + digits if layout.places else literal
    shown: list[str] = []
    left, count = digits, 0
    first = next(at for at, token in enumerate(layout.whole) if token.mark is Mark.DIGIT)
    for at in range(len(layout.whole) - 1, -1, -1):
        token = layout.whole[at]
        if token.mark is not Mark.DIGIT:
            shown.append(token.text)
            continue
        take = left if at == first else left[-1:]
        left = left[: len(left) - len(take)]
        for digit in reversed(take or {"0": "0", "?": " "}.get(token.text, "")):
            if layout.is_grouped and count and count % 3 == 0 and digit != " ":
                shown.append(",")
            shown.append(digit)
            count += 1
    return "".join(reversed(shown))


def _places(tokens: Sequence[Token], digits: str) -> str:
    """The point and the digits after it; optional places are dropped, and the point with the last of them."""
    last = len(digits.rstrip("0"))
    shown: list[str] = []
    at = 0
    for token in tokens:
        if token.mark is not Mark.DIGIT:
            shown.append(token.text)
            continue
        is_needed = token.text == "0" or at < last
        shown.append(digits[at] if is_needed else "")
        at += 1
    text = "".join(shown)
    return text if not tokens or text[1:2].isdigit() else text[1:]


# -- fractions and exponents -----------------------------------------------------------------------


def _scientific(tokens: Sequence[Token], value: Decimal) -> Digits | None:
    at = next(at for at, token in enumerate(tokens) if token.mark is Mark.EXPONENT)
    head, tail = tokens[:at], tokens[at + 1 :]
    layout = _layout(head)
    width = next((n for n, token in enumerate(tail) if token.mark is not Mark.DIGIT), len(tail))
    if (
        layout is None
        or layout.thousands
        or layout.is_grouped
        or not width
        or any(t.mark is not Mark.LITERAL for t in tail[width:])
    ):
        return None
    step = sum(token.mark is Mark.DIGIT for token in layout.whole)
    count = sum(token.mark is Mark.DIGIT for token in layout.places)
    if not step:
        return None
    power = value.adjusted() // step * step if value else 0
    rounded = value.scaleb(-power, _EXACTLY).quantize(Decimal(1).scaleb(-count), context=_EXACTLY)
    if rounded >= 10**step:
        power, rounded = power + step, rounded.scaleb(-step, _EXACTLY)
    mantissa = _fixed(head, rounded)
    if mantissa is None:
        return None
    sign = "-" if power < 0 else "+" if tokens[at].text.endswith("+") else ""
    text = f"{mantissa.text}E{sign}{abs(power):0{width}}{''.join(token.text for token in tail[width:])}"
    return Digits(text, rounded.scaleb(power, _EXACTLY) == value)


def _fraction(section: FormatSection, value: Decimal) -> Digits | None:
    """`1 1/2`; the digits of a fixed denominator are written like places."""
    tokens = section.tokens
    numeric = {Mark.DIGIT, Mark.SLASH}
    inside = [at for at, token in enumerate(tokens) if token.mark in numeric or token.text in set("123456789")]
    first, last = inside[0], inside[-1]
    found = _FRACTION.fullmatch("".join(token.text for token in tokens[first : last + 1]))
    around = [*tokens[:first], *tokens[last + 1 :]]
    if found is None or section.numerals or any(token.mark is not Mark.LITERAL for token in around):
        return None
    exact = Fraction(value)
    whole, part = divmod(exact, 1) if found["whole"] else (0, exact)
    if found["fixed"]:
        below = int(found["fixed"])
        above = int(part * below + Fraction(1, 2))
    else:
        near = part.limit_denominator(10 ** len(found["places"]) - 1)
        above, below = near.numerator, near.denominator
    if found["whole"] and above == below:
        whole, above = whole + 1, 0
    pieces = ([str(whole)] if whole or not above else []) + (
        [f"{above}/{below}"] if above or not found["whole"] else []
    )
    text = "".join((*(t.text for t in tokens[:first]), " ".join(pieces), *(t.text for t in tokens[last + 1 :])))
    return Digits(text, whole + Fraction(above, below) == exact)
