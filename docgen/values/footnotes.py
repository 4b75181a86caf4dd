"""Part the mark of a footnote from an answer, 20¹ or 固号①: joined to a number it would be one of its digits."""

from __future__ import annotations

from typing import NamedTuple

from docgen.patterns import regex
from docgen.text import HAN, LOWERED, RAISED, without_invisible

_SMALL = RAISED + LOWERED
_ENCLOSED = "①-⑳⑴-⒛⓪⓵-⓾❶-❿➀-➓㈠-㈩㉑-㉟㊀-㊉"
_ANY = regex(f"[{_SMALL}{_ENCLOSED}]")
#: Behind a number, and where a word ends.  Between words it numbers the next one (`固号②手机号`); m² is a unit.
_MARK = regex(rf"(?<=[\d%])[{_SMALL}{_ENCLOSED}]+|(?<=[{HAN}）)】」”》])[{_SMALL}{_ENCLOSED}]+(?=$|[\W_\u3164\uffa0])")
_POWER = regex(rf"(?<![\d.])10([{_SMALL}]+)")
_IN_LINES = regex(f"[{_ENCLOSED}]")


class Parted(NamedTuple):
    """An answer without marks, and the marks."""

    text: str
    marks: tuple[str, ...] = ()


def may_be_marked(text: str) -> bool:
    """Whether there is a small or enclosed number in the text."""
    return _ANY.search(text) is not None


def parted(text: str, *, is_long: bool = False) -> Parted:
    """The answer without marks of footnotes.  In a long text enclosed numbers are no marks, as they count its steps."""
    text = without_invisible(text)
    marks = [
        mark for mark in _MARK.findall(text) if not (is_long and _IN_LINES.match(mark)) and not _POWER.search(text)
    ]
    return Parted(
        _MARK.sub(lambda mark: " " if mark[0] in marks else mark[0], text).strip() if marks else text, tuple(marks)
    )


def written_out(text: str) -> str:
    """A number with a power of ten written out, `10^²`: it is none that can be read, and above all not 102."""
    return _POWER.sub(r"10^\1", text)
