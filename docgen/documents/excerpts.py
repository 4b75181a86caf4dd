"""Shorten very long answers and lists in the review summary to their beginnings.

Long texts make page layout slow.  They are complete in the JSON that is attached to the summary, and in the
Word documents, whose cost hardly grows with the length of a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from docgen.documents.context import AnswerRow, ReviewSummary, parts
from docgen.model.display import Shown
from docgen.model.intake import Unrecognised
from docgen.text import excerpt

# Our figures.  Together they keep a summary below 50 pages and 6 seconds of layout
# (tests/benchmarks/long_answers.py measures it); the longest real summaries have 4 pages.
#: Characters of an answer, and of all answers; a short line counts as a full line of the page.
LONGEST, LONGEST_TOGETHER, LINE = 5_000, 10_000, 40
#: Characters of the name of an intake, source or sheet, and of a text that was not understood.
LONGEST_NAME, LONGEST_QUOTE = 200, 100
#: Findings; texts that were not understood; items of a list that a template loops over.
MOST_FINDINGS, MOST_TEXTS, MOST_ITEMS = 60, 40, 100


def excerpts(names: Mapping[str, Any]) -> dict[str, Any]:
    """The names for a template (`context.context`), with all texts and lists cut to lengths that pages can show.

    `whole` of a shortened answer is its full length; `findings_left` and `texts_left` of the review count the rest.
    """
    answers: list[AnswerRow] = names["answers"]
    room = _room(answers)
    return {key: _shown(value, room) for key, value in names.items()} | {
        "answers": [_row(row, room) for row in answers],
        "review": _review(names["review"]),
    }


def _room(answers: Sequence[AnswerRow]) -> int:
    """The length allowed for each answer, so that all of them fit the total."""
    sizes = [_size(row.written) if row.is_as_written else _size(row.written) + _size(str(row.shown)) for row in answers]
    room = LONGEST
    while room > 2 * LINE and sum(min(size, room) for size in sizes) > LONGEST_TOGETHER:
        room //= 2
    return room


def _size(text: str) -> int:
    return sum(max(len(line), LINE) for line in text.split("\n"))


def _cut(text: str, room: int) -> str:
    """The text, or its beginning with … if it is too long."""
    if len(text) <= room and _size(text) <= room:
        return text
    kept: list[str] = []
    for line in text.split("\n", room // LINE):
        if room < LINE:
            break
        kept.append(line[:room])
        room -= max(len(line), LINE)
    return "\n".join(kept) + "…"


def _shown(value: Any, room: int) -> Any:
    if not isinstance(value, Shown):
        return value
    text, items = _cut(value.text, room), tuple(_cut(str(one), room) for one in value.items[:MOST_ITEMS])
    if text == value.text and len(items) == len(value.items):
        return value
    return Shown(value.value, text, items, is_private=value.is_private)


def _row(row: AnswerRow, room: int) -> AnswerRow:
    written, understood = _cut(row.written, room), _shown(row.shown, room)
    if written == row.written and understood is row.shown:
        return row
    return row._replace(
        written=written, shown=understood, listed=_shown(row.listed, room), parts=parts(written, str(understood)),
        whole=max(len(row.written), len(str(row.shown))),
    )  # fmt: skip


def _review(review: ReviewSummary) -> ReviewSummary:
    left = MOST_FINDINGS
    levels = []
    for level, found in review.levels:
        levels.append((level, found[: max(left, 0)]))
        left -= len(found)
    unread = review.unread[:MOST_TEXTS]
    texts = review.unrecognised[: MOST_TEXTS - len(unread)]
    return review._replace(
        levels=[(level, found) for level, found in levels if found],
        findings=review.findings[:MOST_FINDINGS],
        manual=review.manual[:MOST_FINDINGS],
        unread=tuple(replace(one, written=one.written and excerpt(one.written, LONGEST_QUOTE)) for one in unread),
        unrecognised=tuple(_quoted(texts)),
        name=excerpt(review.name, LONGEST_NAME),
        source=excerpt(review.source, LONGEST_NAME),
        sheet=review.sheet and excerpt(review.sheet, LONGEST_NAME),
        findings_left=max(-left, 0),
        texts_left=len(review.unread) - len(unread) + len(review.unrecognised) - len(texts),
    )


def _quoted(texts: Iterable[Unrecognised]) -> Iterable[Unrecognised]:
    return (Unrecognised(text.sheet, text.cell, excerpt(text.text, LONGEST_QUOTE)) for text in texts)
