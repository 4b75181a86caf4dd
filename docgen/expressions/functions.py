"""What expressions and templates may call: functions, filters and tests beside Jinja's own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from docgen import text as texts
from docgen.expressions import negation
from docgen.model.display import Missing, is_given, plain


def ceil(value: Any) -> Any:
    """The least whole number not below `value`; a missing value stays missing."""
    value = plain(value)
    return value if isinstance(value, Missing) else math.ceil(value)


def _names(items: Iterable[Any]) -> list[str]:
    return [getattr(item, "city", item) for item in items]


def every(items: Any, names: Iterable[str]) -> bool:
    """Whether there are items and all are among `names`; a region counts by its city."""
    found = _names(plain(items))
    return bool(found) and all(name in names for name in found)


def some(items: Any, names: Iterable[str]) -> bool:
    """Whether any item is among `names`; a region counts by its city."""
    return any(name in names for name in _names(plain(items)))


def least(first: Any, second: Any) -> Any:
    """The smaller of two numbers; missing where either is."""
    first, second = plain(first), plain(second)
    for value in (first, second):
        if isinstance(value, Missing):
            return value
    return min(first, second)


def rmb(amount: Any) -> Any:
    """An amount of yuan in Chinese capitals; a missing value stays missing."""
    amount = plain(amount)
    return amount if isinstance(amount, Missing) else texts.capitals(Decimal(amount))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "asserts": negation.asserts, "denies": negation.denies, "ceil": ceil, "every": every, "some": some,
    "least": least,
}  # fmt: skip
FILTERS: dict[str, Callable[..., Any]] = {"rmb": rmb}
#: What authors call filters and tests in their own words.
SPOKEN_OF = {"大写": "rmb", "人民币": "rmb", "金额大写": "rmb", "已填": "given", "已填写": "given"}
TESTS: dict[str, Callable[..., bool]] = {"given": is_given}
