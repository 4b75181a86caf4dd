"""Choices in text: however the blanks inside their names are written, they are found alike."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as some

from docgen.text import fold, parted
from docgen.values import choice_text
from docgen.values.choice_text import Option, Options, cut, options

GIVEN = (
    Option("center", ("呼叫中心", "call center", "Customer Center 系统")),
    Option("carrier", ("运营商", "通信 运营商", "telecom", "ＣＲＭ")),
    Option("bank", ("银行（含农信）", "bank (any)", "金融")),
)
#: Everything that Python takes for white space, what looks like it, and what cannot be seen.
BLANKS = sorted(
    {chr(code) for code in range(0x3001) if chr(code).isspace()} | {"\u2800", "\u3164", "\uffa0", "\r\n", "\u200b"}
)
PIECES = [
    *(name for option in GIVEN for name in option.names),
    "其他",
    "其 它",
    "：",
    "、",
    "☑",
    "□",
    "和",
    "备注",
    "3",
]


def with_any_blank(name: str) -> str:
    """The pattern for `name` that does not rely on `parted`: any white space but a line break."""
    letters = [choice_text._in_any_width(letter) for letter in fold(name)]
    gaps = (r"\s?" if letter in "([（" else r"[^\S\n]?" for letter in fold(name)[1:])
    return letters[0] + "".join(gap + letter for gap, letter in zip(gaps, letters[1:], strict=True)) if letters else ""


def any_blanks() -> Options:
    kept = choice_text._loose
    choice_text._loose = with_any_blank
    try:
        return options.__wrapped__(GIVEN, "其他")
    finally:
        choice_text._loose = kept


KNOWN, REFERENCE = options(GIVEN, "其他"), any_blanks()


@some.composite
def texts(draw: some.DrawFn) -> str:
    """Names and other text, with blanks of any kind between some of their letters."""
    written = "".join(draw(some.lists(some.sampled_from(PIECES), min_size=1, max_size=6)))
    blanks = draw(some.lists(some.sampled_from(["", "", "", *BLANKS]), min_size=len(written), max_size=len(written)))
    return "".join(letter + blank for letter, blank in zip(written, blanks, strict=True))


@given(texts())
@example("呼 叫\u3000中\x1c心")
@example("银行\n（含农信）")
def test_a_blank_is_any_blank_of_what_was_written(text: str) -> None:
    assert set(re.findall(r"\s", parted(text))) <= {" ", "\n"}
    assert cut(KNOWN, parted(text)) == cut(REFERENCE, parted(text))


@given(some.sampled_from(GIVEN), some.data())
def test_a_name_is_found_with_a_blank_anywhere_in_it(option: Option, data: some.DataObject) -> None:
    name = data.draw(some.sampled_from([name for name in option.names if " " not in name]))
    at = data.draw(some.integers(1, len(name) - 1))
    blank = data.draw(some.sampled_from([blank for blank in BLANKS if "\n" not in parted(f"x{blank}x")]))
    (item,) = cut(KNOWN, parted(name[:at] + blank + name[at:])).items
    assert item.key == option.key
