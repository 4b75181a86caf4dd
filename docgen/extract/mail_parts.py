"""Part what a mail says from the earlier mail below it and from the signature: only what it says is the intake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from docgen.extract import words
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.cells import PageRow
from docgen.formats.grid import Cell
from docgen.patterns import regex
from docgen.text import fold, says_nothing

#: The line before an earlier mail, folded.
_EARLIER = regex(
    r"-{2,}(?:原始?邮件|original(?:message)?|回复的邮件|转发邮件|forwardedmessage|转发的?邮件).*"
    r"|(?:[在于]?\d{4}.{1,60}|.{1,40}(?:<\S+@\S+>|@\S+).{0,30})(?:写道|wrote)[:：]?|on.{5,120}wrote[:：]?"
)
_HEAD = regex(r"(?:发件人|from)[:：].*")
_HEADS = regex(r"(?:发送时间|发送日期|日期|sent|date|收件人|to|主题|subject)[:：].*")
_CLOSING = regex(
    r"(?:此致|敬礼|顺[颂祝].{0,4}|(?:即|谨)?祝(?:您|贵司)?.{0,6}|谢谢(?:您|啦|了)?|感谢|致礼|(?:best|kind|warm)?regards|thanks|thankyou|--+|—+)[!！。.,，~～]*"
)
_BETWEEN = regex(r"[|｜/／,，;；、\t]+")


class MailParts(NamedTuple):
    """The rows of a mail, blank where they are no part of what it says, and the texts set aside by row."""

    rows: list[tuple[Cell, ...]]
    aside: list[tuple[int, str]]


def parted(rows: Sequence[PageRow], vocabulary: Vocabulary) -> MailParts:
    """The mail without an earlier one, and without what its signature repeats.

    An earlier mail is part of what is said unless the form is complete above it: else the answers may be in it.
    """
    kept: list[tuple[Cell, ...]] = [row.cells for row in rows]
    aside: list[tuple[int, str]] = []
    end = _earlier(rows)
    if end < len(rows) and is_form(kept[:end], vocabulary):
        aside += [(at, _text(kept[at])) for at in range(end, len(rows)) if _text(kept[at]).strip()]
        kept = kept[:end]
    for at in _signature(kept, vocabulary):
        aside.append((at, _text(kept[at])))
        kept[at] = ()
    return MailParts(kept, sorted(aside))


def is_form(rows: Sequence[tuple[Cell, ...]], vocabulary: Vocabulary) -> bool:
    """Whether at least half of the labels have an answer in the rows."""
    keys = {key for row in rows for key, answer in _answers(row, vocabulary) if answer}
    labels = {key for row in rows for cell in row for key in vocabulary.meaning(cell.text.strip()).keys}
    return vocabulary.are_half(keys | labels)


def _answers(row: tuple[Cell, ...], vocabulary: Vocabulary) -> list[tuple[str, str]]:
    return [pair for cell in row for pair in vocabulary.meaning(cell.text.strip()).pairs]


def _text(row: tuple[Cell, ...]) -> str:
    return "\t".join(cell.text for cell in row).strip()


def _earlier(rows: Sequence[PageRow]) -> int:
    """The number of the row in which an earlier mail begins; their number if there is none."""
    for at, row in enumerate(rows):
        text = fold(_text(row.cells))
        if row.is_quoted or _EARLIER.fullmatch(text):
            return at
        if _HEAD.match(text) and sum(bool(_HEADS.match(fold(_text(r.cells)))) for r in rows[at + 1 : at + 6]) > 1:
            return at
    return len(rows)


def _signature(rows: Sequence[tuple[Cell, ...]], vocabulary: Vocabulary) -> list[int]:
    """The rows of the signature that only repeat answers, or give other ones for fields that have an answer."""
    ends = [at for at, row in enumerate(rows) if _CLOSING.fullmatch(fold(_text(row)))]
    start = next((at for at in ends if is_form(rows[:at], vocabulary)), len(rows))
    given = [pair for row in rows[:start] for pair in _answers(row, vocabulary)]
    keys, texts = {key for key, _ in given}, {fold(answer) for _, answer in given}
    texts |= {fold(cell.text) for row in rows[:start] for cell in row}
    found = []
    for at in range(start, len(rows)):
        pairs = _answers(rows[at], vocabulary)
        is_again = bool(pairs) and all(key in keys for key, _ in pairs)
        parts = [fold(part) for part in _BETWEEN.split(_text(rows[at])) if not says_nothing(part)]
        is_contact = not pairs and words.is_framing(_text(rows[at]))
        if is_again or is_contact or (parts and all(part in texts or _CLOSING.fullmatch(part) for part in parts)):
            found.append(at)
    return found
