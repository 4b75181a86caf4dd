"""Words around a number, taken off without regular expressions: the same as these would take."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hypothesis import example, given
from hypothesis import strategies as some

from docgen.values import affixes
from docgen.values.affixes import Affixes, Effect, Stripped

UNITS = ["通", "个", "次", "号码", "单", "min", "mins", "分", "分钟"]
KNOWN = Affixes(UNITS)
WORDS = sorted(KNOWN._any._said)
#: Words, their pieces, and other text, in any order.
TEXTS = some.lists(
    some.one_of(
        some.sampled_from(WORDS),
        some.sampled_from(WORDS).map(lambda word: word[1:]),
        some.sampled_from(WORDS).map(lambda word: word[:-1]),
        some.sampled_from(["5", "12", "万", "半", "x", ".", "一", "个", "的", "\u0000"]),
    ),
    max_size=8,
).map("".join)


def alternatives(table: affixes._Table) -> str:
    return "|".join(map(re.escape, sorted(table._said, key=lambda word: (-len(word), word))))


BEFORE = re.compile(alternatives(KNOWN._before))
AFTER, AFTERS = re.compile(alternatives(KNOWN._after)), re.compile(f"(?:{alternatives(KNOWN._after)})+$")
ANY, ALL = re.compile(alternatives(KNOWN._any)), re.compile(f"(?:{alternatives(KNOWN._any)})+")


def stripped(text: str) -> Iterator[Stripped]:
    at, effects = 0, set()
    while match := BEFORE.match(text, at):
        effects.add(KNOWN._before._said[match.group()])
        at = match.end()
    yield from without_end(text, at, frozenset(effects))
    if at:
        yield from without_end(text, 0, frozenset())


def without_end(text: str, at: int, before: frozenset[Effect]) -> Iterator[Stripped]:
    end = at
    while match := AFTERS.search(text, end):
        behind = (KNOWN._after._said[found.group()] for found in AFTER.finditer(match.group()))
        yield Stripped(text[at : match.start()], before.union(behind))
        end = match.start() + 1
    yield Stripped(text[at:], before)


@given(TEXTS)
@example("")
@example("每一个月")
@example("约5000通/每月左右吧。")
def test_words_are_taken_off_as_regular_expressions_take_them_off(text: str) -> None:
    assert list(KNOWN.strip(text)) == list(stripped(text))


@given(TEXTS)
@example("")
@example("每月暂定")
@example("及以上的")
@example("单!")
def test_what_is_only_words_is_what_regular_expressions_find_to_be(text: str) -> None:
    first = ANY.match(text)
    is_one_thing = first is not None and first.group() == "单" != text  # 单线 is one line, not a line each
    expected = ANY.finditer(text) if ALL.fullmatch(text) and not is_one_thing else None
    said = None if expected is None else frozenset(KNOWN._any._said[found.group()] for found in expected)
    assert KNOWN.effects_of(text) == said


def test_a_long_text_of_words_is_cut_in_one_pass() -> None:
    """Its pieces overlap: a search that tries each of them again would take for ever."""
    assert KNOWN.effects_of("每一个月个月" * 2_000) == frozenset({Effect.MONTH})
    assert KNOWN.effects_of("每一个月个月" * 2_000 + "x") is None
