"""Customers who may be one and the same: by mobile number, credit code, or a name that is nearly the same.

A list for staff, of a run or of a register; never a finding in anybody's papers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from docgen.language import phrase
from docgen.model.intake import Intake, Value
from docgen.model.kit import FieldType, Kit
from docgen.patterns import regex
from docgen.text import fold

#: How alike two names must be, of 100, to be taken for one; one slip in so many characters is enough, too.
_ALIKE, _LONG_ENOUGH = 88, 5
#: Names of one beginning that are compared with one another; of more, each with those next to it in order.
_MOST_COMPARED = 200
_BEGINNING = 2
_MARKS = frozenset({FieldType.CREDIT_CODE, FieldType.MOBILE})
#: What the names of most companies end with, and what is in brackets: it tells nobody apart.
_COMMON = regex(r"\([^)]*\)|(股份)?有限(责任)?公司$|集团$|公司$|co\.?,?\s*ltd\.?$|limited$|inc\.?$")
_NO_DIGIT = regex(r"\D+")


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as a run or a register knows one: the name, what else says who it is, and the place for people."""

    name: str
    marks: tuple[str, ...]
    place: str


@dataclass(frozen=True)
class Duplicate:
    """Customers who may be the same, at least two, and by what: the same number or code, or a name like the other."""

    customers: tuple[Customer, ...]
    reasons: tuple[str, ...]


def marks_of(kit: Kit, intake: Intake, terms: Mapping[str, Value] = MappingProxyType({})) -> tuple[str, ...]:
    """What tells a customer from others, as far as it is known: the credit codes and the mobile numbers."""
    given = {**intake.values, **terms}
    keys = (key for key, field in kit.fields.items() if field.type in _MARKS)
    return tuple(str(given[key]) for key in keys if key in given)


def probable(customers: Sequence[Customer]) -> list[Duplicate]:
    """The groups of customers who may be the same, in the order of the first of each.

    Names are compared with names that begin alike, so that the time grows little faster than their number.
    """
    groups = _Groups(len(customers))
    for reason, one, other in _links(customers):
        groups.join(one, other, reason)
    return [
        Duplicate(tuple(customers[number] for number in numbers), tuple(sorted(reasons)))
        for numbers, reasons in groups.all()
    ]


def _links(customers: Sequence[Customer]) -> Iterator[tuple[str, int, int]]:
    """Pairs of customers with the reason to take them for one."""
    by_mark: dict[str, int] = {}
    first: dict[str, int] = {}
    for number, customer in enumerate(customers):
        for mark in set(filter(None, customer.marks)):
            if (other := by_mark.setdefault(mark, number)) != number:
                yield phrase("same number or code"), other, number
        name = fold(customer.name)
        if (other := first.setdefault(name, number)) != number:
            yield phrase("same name"), other, number
    first.pop("", None)
    if len(first) > 1:  # one customer alone needs no library to compare
        yield from ((phrase("name alike"), first[one], first[other]) for one, other in _alike(first))


def _alike(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of folded names that differ by a slip; what most companies are called is left out of the comparison."""
    from rapidfuzz import fuzz
    from rapidfuzz.distance import Levenshtein

    def is_slip(one: str, other: str) -> bool:
        if min(len(one), len(other)) >= _LONG_ENOUGH and Levenshtein.distance(one, other, score_cutoff=1) <= 1:
            return True
        return one == other or fuzz.ratio(one, other) >= _ALIKE

    cores = {name: _COMMON.sub("", name) or name for name in names}
    digits = {name: _NO_DIGIT.sub("", core) for name, core in cores.items()}
    blocks: dict[str, list[str]] = defaultdict(list)
    for name, core in cores.items():
        for key in {core[:_BEGINNING], f"…{core[-_BEGINNING:]}"}:  # a slip in one end leaves the other
            blocks[key].append(name)
    for block in blocks.values():
        for one, other in _pairs(sorted(block, key=cores.__getitem__)):
            # numbers distinguish what is named alike on purpose
            if digits[one] == digits[other] and is_slip(cores[one], cores[other]):
                yield one, other


def _pairs(block: list[str]) -> Iterator[tuple[str, str]]:
    if len(block) > _MOST_COMPARED:
        yield from pairwise(block)
        return
    for at, one in enumerate(block):
        yield from ((one, other) for other in block[at + 1 :])


class _Groups:
    """Numbers joined into groups, each with the reasons why."""

    def __init__(self, count: int) -> None:
        self._root = list(range(count))
        self._reasons: dict[int, set[str]] = defaultdict(set)

    def join(self, one: int, other: int, reason: str) -> None:
        first, second = sorted((self._find(one), self._find(other)))
        self._root[second] = first
        self._reasons[first] |= {reason, *self._reasons.pop(second, set())} if first != second else {reason}

    def _find(self, number: int) -> int:
        while self._root[number] != number:
            self._root[number] = self._root[self._root[number]]
            number = self._root[number]
        return number

    def all(self) -> Iterator[tuple[list[int], set[str]]]:
        """The groups of more than one, with their reasons."""
        groups: dict[int, list[int]] = defaultdict(list)
        for number in range(len(self._root)):
            groups[self._find(number)].append(number)
        for root, numbers in groups.items():
            if len(numbers) > 1:
                yield numbers, self._reasons[root]
