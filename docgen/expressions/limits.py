"""How much kits and templates may compute: every rendering has a budget of steps and characters.

The sandbox has no `range` and no method that makes long texts; loops within loops, macros that call themselves, and
texts that double themselves could still grow without end.  A budget is the same on every machine, works in any thread
and process, and names the tag that exceeds it; a clock would stop another tag each time, and a long step not at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import wraps
from typing import Any, cast

from jinja2 import filters as jinja_filters
from jinja2 import pass_eval_context
from jinja2 import tests as jinja_tests
from jinja2.nodes import EvalContext
from jinja2.runtime import markup_join, str_join

from docgen.language import tr

#: The most characters that one rendering may make and read: hundreds of times those of any of our documents.
BUDGET = 50_000_000
#: The cost of a step besides its characters: one round of a loop, one call.
STEP = 250
_MOST_DIGITS = 28
_HIGHEST_POWER = 64
_MOST_BITS = 4096
_HIGHEST_EXPONENT = 1000

#: Jinja's own filters and tests that a template may use.  None marks a value as markup (`safe`), makes a link of it
#: (`urlize`), or makes a text or list longer than what it is given; `join`, `replace` and `round` are bounded below.
_FILTERS = (
    "abs", "capitalize", "count", "d", "default", "e", "escape", "first", "forceescape", "int", "items",
    "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "select", "selectattr",
    "sort", "striptags", "sum", "title", "trim", "truncate", "unique", "upper", "wordcount", "wordwrap",
)  # fmt: skip
_NO_TESTS = {"callable", "filter", "test"}


class _Purse(threading.local):
    """What is left of the budget in use: a rendering is whole in its thread."""

    left = BUDGET


_purse = _Purse()


class ComputingError(ArithmeticError):
    """Something that docgen does not compute; its text quotes no value."""


class TooMuchError(ComputingError):
    """A rendering has used up its budget."""

    def __init__(self) -> None:
        super().__init__(
            tr("it computes far more than any document needs: a loop within a loop, or a text made of itself")
        )


class budget:  # noqa: N801  it is used like a function; one made of a generator takes thrice as long
    """Everything inside spends one budget."""

    def __enter__(self) -> None:
        self._before = _purse.left
        _purse.left = BUDGET

    def __exit__(self, *_: object) -> None:
        _purse.left = self._before


def spend(characters: int) -> str:
    """Pay for so many characters.  Returns an empty text, for a tag that only pays.  Raises TooMuchError."""
    left = _purse.left - characters
    if left < 0:
        raise TooMuchError
    _purse.left = left
    return ""


def pay_call(arguments: Collection[object]) -> None:
    """Pay for a call with these arguments.  Raises TooMuchError."""
    cost = STEP
    for value in arguments:
        if isinstance(value, _SIZED):
            cost += len(value)
    spend(cost)


def pay_operator(operator: str, left: object, right: object) -> None:
    """Pay for `left operator right`.  Raises TooMuchError, and ComputingError if the result grows too fast."""
    if operator == "+":
        spend(_size(left) + _size(right))
    elif operator != "-" and not (isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS)):
        raise ComputingError(tr("only numbers can stand beside {operator}", operator=operator))
    if any(map(_is_huge, (left, right))):
        raise ComputingError(tr("a number has grown beyond any use"))
    if operator == "**" and isinstance(right, _NUMBERS) and not -_HIGHEST_POWER <= right <= _HIGHEST_POWER:
        raise ComputingError(tr("a power above {highest_power} is not computed", highest_power=_HIGHEST_POWER))


def _is_huge(number: object) -> bool:
    if isinstance(number, Decimal):
        return abs(number.adjusted()) > _HIGHEST_EXPONENT
    return isinstance(number, int) and number.bit_length() > _MOST_BITS


_NUMBERS = (int, float, Decimal)
_SIZED = (str, list, tuple, dict)


def _size(value: object) -> int:
    return len(value) if isinstance(value, _SIZED) else 0


# -- filters and tests -------------------------------------------------------------------------------


def filters() -> dict[str, Callable[..., Any]]:
    """Jinja's filters that a template may use, each paying for what it is given and what it makes."""
    own: dict[str, Callable[..., Any]] = {
        "join": _join, "replace": _replace, "float": _float, "round": _round, JOINED: _joined, WEIGHED: _weighed,
        FLAT: _flat, EXACT: Decimal,
    }  # fmt: skip
    return own | {name: metered(cast(Any, jinja_filters.FILTERS[name])) for name in _FILTERS}


def tests() -> dict[str, Callable[..., Any]]:
    """Jinja's tests that a template may use, each paying for what it is given."""
    return {name: metered(cast(Any, test)) for name, test in jinja_tests.TESTS.items() if name not in _NO_TESTS}


def metered(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, paying for its arguments and its result."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        pay_call([*args, *kwargs.values()])
        result = function(*args, **kwargs)
        spend(_size(result))
        return result

    return call


@pass_eval_context
def _join(context: EvalContext, value: Any, d: str = "", attribute: str | int | None = None) -> str:
    """As Jinja's, paid for before it is made."""
    items = value if attribute is None else map(jinja_filters.make_attrgetter(context.environment, attribute), value)
    texts = [item if isinstance(item, str) else str(item) for item in items]
    spend(sum(map(len, texts)) + len(texts) * len(str(d)))
    return jinja_filters.sync_do_join(context, texts, d)


@pass_eval_context
def _replace(context: EvalContext, s: str, old: str, new: str, count: int | None = None) -> str:
    """As Jinja's, paid for before it is made."""
    text = s if isinstance(s, str) else str(s)
    spend(len(text) + text.count(str(old)) * len(str(new)))
    return jinja_filters.do_replace(context, text, old, new, count)


def _float(value: Any, default: Any = 0) -> Any:
    """As Jinja's, but an exact decimal; `default` for what is no number."""
    try:
        found = Decimal(str(value))
    except (ValueError, ArithmeticError):
        return default
    return found if found.is_finite() else default


_ROUNDINGS = {"common": ROUND_HALF_UP, "ceil": ROUND_CEILING, "floor": ROUND_FLOOR}


def _round(value: Any, precision: int = 0, method: str = "common") -> Any:
    """As Jinja's, in exact decimals: half of the last digit goes up."""
    if not 0 <= precision <= _MOST_DIGITS:
        raise ComputingError(tr("numbers are rounded to between 0 and {most_digits} digits", most_digits=_MOST_DIGITS))
    if method not in _ROUNDINGS:
        raise ComputingError(tr("method must be one of {roundings}", roundings=", ".join(_ROUNDINGS)))
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-precision), _ROUNDINGS[method])


# -- replacements for the tree's own operations ------------------------------------------------------

#: Filters that no template can name.
JOINED, WEIGHED, FLAT, EXACT = " joined", " weighed", " flat", " exact"


@pass_eval_context
def _joined(context: EvalContext, parts: list[Any]) -> str:
    """`a ~ b`, each as it would be printed alone, paid for before it is made."""
    shown: Callable[[Any], Any] = context.environment.finalize or _not_a_list
    texts = [part if isinstance(part, str) else shown(part) for part in parts]
    texts = [text if isinstance(text, str) else str(text) for text in texts]
    spend(sum(map(len, texts)))
    return (markup_join if context.autoescape else str_join)(texts)


def _weighed(value: Any) -> Any:
    """The value itself, paid for because it is read."""
    if isinstance(value, _SIZED):
        spend(len(value))
    return value


def _flat(items: Any) -> Any:
    """A list as written, none of whose items is a list: lists of themselves would double with every tag."""
    spend(len(items))
    for item in items.values() if isinstance(items, dict) else items:
        _not_a_list(item)
    return items


def _not_a_list(value: Any) -> Any:
    if isinstance(value, (list, tuple, dict)) and not hasattr(value, "_fields"):
        raise ComputingError(tr("a list stands where a single value should (print one with | join)"))
    return value


def printed(value: Any) -> Any:
    """A value that is printed, paid for; a list cannot be.  Raises TypeError, TooMuchError."""
    if isinstance(value, str):
        spend(len(value))
        return value
    return _not_a_list(value)
