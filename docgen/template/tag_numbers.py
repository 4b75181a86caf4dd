"""Numbers of tags that survive docxtpl: a mark in each tag, found again in the compiled source."""

from __future__ import annotations

from collections.abc import Iterable

from docgen.template.tags import Tag

#: A Unicode noncharacter, which is in no text that people write.
_MARK = "\ufdd3"
#: docxtpl knows these by their exact form; they hold no expression that could fail.
_UNMARKED = {"vm", "hm"}


def marked(source: str, tags: Iterable[Tag]) -> str:
    """`source` with the number of each tag before its closing edge, for `numbered` to find again."""
    pieces, position = [], 0
    places = [(tag.at, number) for number, tag in enumerate(tags) if tag.at is not None and tag.word not in _UNMARKED]
    for at, number in sorted(places):
        pieces += [source[position:at], f"{_MARK}{number}{_MARK}"]
        position = at
    return "".join([*pieces, source[position:]])


def numbered(source: str) -> tuple[str, tuple[int, ...]]:
    """Jinja source in which every mark became a line break inside its tag, and the tag of each line."""
    pieces = source.split(_MARK)
    owners: list[int] = []
    for text, number in zip(pieces[::2], pieces[1::2], strict=False):
        owners += [int(number)] * (text.count("\n") + 1)
    return "\n".join(pieces[::2]), tuple(owners)
