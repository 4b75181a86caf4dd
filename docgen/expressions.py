"""The sandboxed Jinja2 that kits and templates are written in: environment, missing values, functions.

A kit's expressions see plain values; templates see `Shown` ones, which print as a person reads
them and compare by their key.  A value that was not given is `Missing` in both (design §3).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from jinja2 import StrictUndefined, Template, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from docgen import negation
from docgen import text as texts


class Missing:
    """A value that was not given: every comparison and `in` is false, arithmetic stays missing."""

    __slots__ = ("label", "pending")

    def __init__(self, label: str = "", *, pending: bool = True) -> None:
        self.label = label
        self.pending = pending

    def _no(self, _other: object) -> bool:
        return False

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _no
    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __str__(self) -> str:
        return ""

    def _stay(self, _other: object = None) -> Missing:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _stay
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _stay
    __neg__ = __pos__ = _stay

    @property
    def other(self) -> Missing:
        """The free text of a choice that was not given is not given either."""
        return self


class Shown:
    """A value that prints as `text` and compares as `value`."""

    __slots__ = ("items", "text", "value")

    def __init__(self, value: Any, text: str, items: tuple[Any, ...] = ()) -> None:
        self.value = value
        self.text = text
        self.items = items

    @property
    def other(self) -> Any:
        """The free text of a choice field (`Missing` where there is none)."""
        return getattr(self.value, "other", None) or Missing(self.text, pending=False)

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.value)

    def __hash__(self) -> int:
        return hash(self.value)

    def __eq__(self, other: object) -> bool:
        return bool(self.value == plain(other))

    def __ne__(self, other: object) -> bool:
        return bool(self.value != plain(other))

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < plain(other))

    def __le__(self, other: Any) -> bool:
        return bool(self.value <= plain(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > plain(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.value >= plain(other))

    def __contains__(self, item: object) -> bool:
        return plain(item) in self.value

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def plain(value: Any) -> Any:
    """The value behind a `Shown`, anything else as it is."""
    return value.value if isinstance(value, Shown) else value


def is_given(value: object) -> bool:
    """Whether there is a value: the test `x is given`."""
    return not isinstance(value, Missing) and plain(value) is not None


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
    """An amount of yuan in Chinese capitals (大写); a missing value stays missing."""
    amount = plain(amount)
    return amount if isinstance(amount, Missing) else texts.capitals(Decimal(amount))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "asserts": negation.asserts,
    "denies": negation.denies,
    "ceil": ceil,
    "every": every,
    "some": some,
    "least": least,
}
FILTERS: dict[str, Callable[..., Any]] = {"rmb": rmb}
TESTS: dict[str, Callable[..., bool]] = {"given": is_given}


#: Filters that make a text or list of any length out of nothing.
_ENDLESS_FILTERS = frozenset({"batch", "center", "format", "indent", "slice"})
_HIGHEST_POWER = 64


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2 without access to Python: strict names, no calls but the functions above, exact division."""

    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%", "**"])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._judged: dict[tuple[type, str], bool] = {}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A plain dict: going through Jinja's chain of two takes longer than an expression."""
        return {**self.globals, **(d or {})}

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on the values behind `Shown`, division in Decimal."""
        left, right = plain(left), plain(right)
        if operator == "*" and not (_is_number(left) and _is_number(right)):
            raise TypeError("only numbers can be multiplied")
        if operator == "**" and not (_is_number(right) and abs(right) <= _HIGHEST_POWER):
            raise ArithmeticError(f"a power above {_HIGHEST_POWER} is not computed")
        if operator == "/" and isinstance(left, int) and isinstance(right, int):
            left = Decimal(left)
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """As Jinja judges, and never a method of a text: `center` and `format` make texts of any length."""
        known = type(obj), attr  # what Jinja judges by
        if known not in self._judged:
            self._judged[known] = not isinstance(obj, str | bytes) and super().is_safe_attribute(obj, attr, value)
        return self._judged[known]

    def wrap_str_format(self, value: Any) -> None:
        """No wrapper that would let `format` through after all."""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal | Missing)


def sandbox(show_missing: Callable[[Missing], str], *, markup: bool) -> Sandbox:
    """A sandboxed environment; `show_missing` gives the text of a value that was not given, `markup`
    escapes values for XML and HTML."""

    def finalize(value: Any) -> Any:
        if isinstance(value, Missing):
            return show_missing(value)
        return value.text if isinstance(value, Shown) else value

    environment = Sandbox(
        undefined=StrictUndefined, autoescape=markup, finalize=finalize, keep_trailing_newline=True, cache_size=0
    )
    environment.globals.clear()
    environment.globals.update(FUNCTIONS)
    for name in _ENDLESS_FILTERS:
        environment.filters.pop(name, None)
    environment.filters.update(FILTERS)
    environment.tests.update(TESTS)
    return environment


@cache
def plain_text_sandbox() -> Sandbox:
    """The environment of expressions and message texts; a missing value prints as —."""
    return sandbox(lambda _missing: "—", markup=False)


class Reference(NamedTuple):
    """A name that an expression or template uses, with its first attribute if it has one."""

    name: str
    attribute: str | None
    line: int


def references(tree: nodes.Template) -> list[Reference]:
    """The outside names that a parsed template uses, in order; those it sets itself are left out."""
    own = {n.name for n in tree.find_all(nodes.Name) if n.ctx in {"store", "param"}} | {"loop"}
    own |= {macro.name for macro in tree.find_all(nodes.Macro)}
    inner: set[int] = set()
    found: list[Reference] = []
    for getter in tree.find_all(nodes.Getattr):
        if isinstance(getter.node, nodes.Name):
            inner.add(id(getter.node))
            if getter.node.name not in own:
                found.append(Reference(getter.node.name, getter.attr, getter.lineno))
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and id(name) not in inner and name.name not in own:
            found.append(Reference(name.name, None, name.lineno))
    return sorted((r for r in found if r.name not in FUNCTIONS), key=lambda reference: reference.line)


class Comparison(NamedTuple):
    """A constant that an expression compares a name with: `'buy' == number_source`."""

    name: str
    constant: object


def comparisons(tree: nodes.Template) -> list[Comparison]:
    """Every comparison or `in` between a bare name and a constant."""
    found = []
    for compare in tree.find_all(nodes.Compare):
        for operand in compare.ops:
            sides = (compare.expr, operand.expr)
            for name, constant in (sides, sides[::-1]):
                if isinstance(name, nodes.Name) and isinstance(constant, nodes.Const):
                    found.append(Comparison(name.name, constant.value))
    return found


def parse_expression(source: str) -> nodes.Template:
    """The syntax tree of an expression.  Raises jinja2.TemplateSyntaxError."""
    return plain_text_sandbox().parse("{{ (" + source + ") }}")


class Expression(NamedTuple):
    """A compiled expression and the names it uses."""

    names: frozenset[str]
    compiled: Callable[[Mapping[str, Any]], Any]

    def evaluate(self, values: Mapping[str, Any], **functions: Any) -> Any:
        """Its value for these `values`, among which are those it uses; `functions` stand for those of docgen."""
        return self.compiled({name: values[name] for name in self.names if name in values} | functions)


@cache
def expression(source: str) -> Expression:
    """Compile an expression once per process.  Raises jinja2.TemplateSyntaxError."""
    names = frozenset(reference.name for reference in references(parse_expression(source)))
    return Expression(names, plain_text_sandbox().compile_expression(source, undefined_to_none=False))


class Message(NamedTuple):
    """The compiled text of a finding or the like, and the names it uses."""

    names: frozenset[str]
    template: Template

    def render(self, value_of: Callable[[str], Any]) -> str:
        """The text, with `value_of` the names in it."""
        return self.template.render({name: value_of(name) for name in self.names})


@cache
def message(source: str) -> Message:
    """Compile the text of a finding once per process.  Raises jinja2.TemplateSyntaxError."""
    environment = plain_text_sandbox()
    names = frozenset(reference.name for reference in references(environment.parse(source)))
    return Message(names, environment.from_string(source))
