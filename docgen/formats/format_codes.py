"""Split a number format code into its sections and their marks (ECMA-376 part 1, 18.8.30 and 18.8.31).

`"约"0.0,"万";[红色]-0;"无"` has three sections.  This module knows how codes are written, and the codes of
built-in format numbers; `number_formats`, `format_numbers` and `format_dates` apply the marks to numbers, dates and
texts.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from enum import Enum, auto
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from docgen.patterns import regex
from docgen.text import words

#: The longest format code, and the most sections (Excel's limits).
LONGEST_CODE, MOST_SECTIONS = 255, 4
#: No number in a sheet has more places than this.
_MOST_PLACES = 30

#: The built-in formats, which have a number instead of a code, as a Chinese Excel shows them.
BUILTIN: Mapping[int, str] = MappingProxyType(
    {
        0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
        5: '"¥"#,##0;"¥"-#,##0', 6: '"¥"#,##0;"¥"-#,##0', 7: '"¥"#,##0.00;"¥"-#,##0.00', 8: '"¥"#,##0.00;"¥"-#,##0.00',
        9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
        14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
        20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
        27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"',
        32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: '上午/下午h"时"mm"分"', 35: '上午/下午h"时"mm"分"ss"秒"',
        36: 'yyyy"年"m"月"',
        37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
        41: '#,##0;-#,##0;"-";@', 42: '"¥"#,##0;"¥"-#,##0;"¥-";@',
        43: '#,##0.00;-#,##0.00;"-";@', 44: '"¥"#,##0.00;"¥"-#,##0.00;"¥-";@',
        45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
        50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"',
        55: '上午/下午h"时"mm"分"', 56: '上午/下午h"时"mm"分"ss"秒"', 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
    }
)  # fmt: skip

_COLOURS = frozenset(
    words("black blue cyan green magenta red white yellow 黑色 蓝色 青色 蓝绿色 绿色 洋红 洋红色 红色 白色 黄色")
)
_NUMBERED_COLOUR = regex(r"(?:color|颜色) ?\d{1,2}")
_CONDITION = regex(r"\s*(<=|>=|<>|<|>|=)\s*(-?\d{1,15}(?:\.\d{1,15})?)\s*")
_COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne}
)
#: ASCII characters that are shown as they are without quotes; letters are not, and some are marks.
_PLAIN = frozenset(" $-+():'{}<>=^&~|123456789")


class Mark(Enum):
    """The meaning of a piece of a section."""

    LITERAL = auto()
    DIGIT = auto()  # 0 # ?
    POINT = auto()
    COMMA = auto()
    PERCENT = auto()
    SLASH = auto()
    EXPONENT = auto()  # E+ E-
    GENERAL = auto()
    TEXT = auto()  # @
    DATE = auto()  # yyyy m dd aaaa h …
    ELAPSED = auto()  # [h]
    NOON = auto()  # AM/PM


class Token(NamedTuple):
    """A piece of a section: its mark, and its text as written; for a literal, as shown."""

    mark: Mark
    text: str


class FormatSection(NamedTuple):
    """A section: its pieces, the numbers that it applies to, the language of its words, the numerals of [DBNum1].

    `is_known` is false if part of it is not understood.
    """

    tokens: tuple[Token, ...]
    condition: tuple[str, Decimal] | None = None
    language: str = ""
    numerals: int = 0
    is_known: bool = True

    def has(self, *marks: Mark) -> bool:
        """Whether any piece has one of the marks."""
        return any(token.mark in marks for token in self.tokens)

    @property
    def is_date(self) -> bool:
        """Whether the section shows a date or a time."""
        return self.has(Mark.DATE, Mark.ELAPSED, Mark.NOON)

    def takes(self, value: Decimal) -> bool:
        """Whether the number meets the section's condition; true without a condition."""
        return self.condition is None or _COMPARE[self.condition[0]](value, self.condition[1])


_PIECE = regex(
    r"""
      "(?P<quoted>[^"]*)"
    | [\\!](?P<escaped>.)
    | _(?P<blank>.)
    | \*(?P<filling>.)
    | \[(?P<bracket>[^]]*)\]
    | (?P<end>;)
    | (?P<GENERAL>General|G/通用格式|G/標準|通用格式|常规)
    | (?P<NOON>AM/PM|A/P|上午/下午)
    | (?P<EXPONENT>E[+-])
    | (?P<DATE>y+|m+|d+|h+|s+|aaaa?(?!a)|e+|g+)
    | (?P<DIGIT>[0#?]) | (?P<POINT>\.) | (?P<COMMA>,) | (?P<PERCENT>%) | (?P<SLASH>/) | (?P<TEXT>@)
    | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


@lru_cache(maxsize=1024)
def sections(code: str) -> tuple[FormatSection, ...]:
    """The sections of a code; none if it exceeds the limits on length or sections."""
    if len(code) > LONGEST_CODE:
        return ()
    found = tuple(_sections(code))
    return found if len(found) <= MOST_SECTIONS else ()


def _sections(code: str) -> Iterator[FormatSection]:
    section = _Reading()
    for piece in _PIECE.finditer(code):
        if piece.lastgroup == "end":
            yield section.done()
            section = _Reading()
        else:
            section.see(str(piece.lastgroup), piece[str(piece.lastgroup)])
    yield section.done()


class _Reading:
    """One section while its pieces are read."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.condition: tuple[str, Decimal] | None = None
        self.language = ""
        self.numerals = 0
        self.is_known = True

    def see(self, kind: str, text: str) -> None:
        if kind in {"quoted", "escaped"}:
            self.tokens.append(Token(Mark.LITERAL, text))
        elif kind == "blank":
            self.tokens.append(Token(Mark.LITERAL, " "))
        elif kind == "bracket":
            self._see_bracket(text)
        elif kind == "other":
            self.is_known = self.is_known and (text in _PLAIN or not text.isascii())
            self.tokens.append(Token(Mark.LITERAL, text))
        elif kind != "filling":
            self.tokens.append(Token(Mark[kind], text.lower() if kind in {"DATE", "NOON"} else text))

    def _see_bracket(self, text: str) -> None:
        folded = text.strip().casefold()
        if folded in _COLOURS or _NUMBERED_COLOUR.fullmatch(folded):
            return
        if found := _CONDITION.fullmatch(text):
            self.condition = found[1], Decimal(found[2])
        elif text.startswith("$"):
            symbol, _, language = text[1:].partition("-")
            self.tokens.append(Token(Mark.LITERAL, symbol))
            self.language = language.casefold() or self.language
        elif re.fullmatch("h+|m+|s+", folded):
            self.tokens.append(Token(Mark.ELAPSED, folded))
        elif re.fullmatch("dbnum[123]", folded):
            self.numerals = int(folded[-1])
        else:
            self.is_known = False

    def done(self) -> FormatSection:
        tokens = [token for token in self.tokens if token.text]
        digits = sum(token.mark is Mark.DIGIT for token in tokens)
        if not digits:  # `e-m-d`: the year of an era
            tokens = [part for token in tokens for part in _without_exponent(token)]
        return FormatSection(
            tuple(tokens), self.condition, self.language, self.numerals, self.is_known and digits <= _MOST_PLACES
        )


def _without_exponent(token: Token) -> tuple[Token, ...]:
    if token.mark is not Mark.EXPONENT:
        return (token,)
    return Token(Mark.DATE, "e"), Token(Mark.LITERAL, token.text[1])
