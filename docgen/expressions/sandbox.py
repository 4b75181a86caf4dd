"""The sandboxed Jinja2 of kits and templates: environment, missing values, functions.

A kit's expressions see plain values; templates see `Shown` ones, which print as a person reads
them and compare by their key.  A value that was not given is `Missing` in both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from decimal import Decimal
from functools import cache, wraps
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.parser import Parser
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from docgen import text as texts
from docgen.errors import KitError
from docgen.expressions import bounds, codes, evaluation, limits
from docgen.expressions.functions import FILTERS, FUNCTIONS, TESTS
from docgen.language import tr
from docgen.model.display import Missing, Shown, plain
from docgen.patterns import regex

#: Filters from text to text; a missing value stays missing, and is marked when it is printed.
_ON_TEXTS = ("capitalize", "lower", "replace", "striptags", "title", "trim", "truncate", "upper", "wordwrap")
#: And those that calculate, with the numbers behind the shown texts: `int` would turn an unknown text into 0.
_ON_NUMBERS = ("abs", "float", "int", "round", "sum")


class PieceTemplate(Template):
    """A compiled template; each rendering has a budget of its own."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """The text for these values."""
        return "".join(self.pieces(dict(*args, **kwargs)))

    def pieces(self, values: Mapping[str, Any]) -> list[str]:
        """The text for these values, in pieces as the code of the template gives them."""
        with limits.budget():
            try:
                return list(self.root_render_func(self.new_context(dict(values))))
            except Exception:  # noqa: BLE001  as Jinja does, which rewrites the traceback and raises
                self.environment.handle_exception()


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2 without access to Python: strict names, no calls except the functions above, exact decimals, all within
    limits."""

    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%", "**"])
    template_class = PieceTemplate
    spend = staticmethod(limits.spend)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._judged: dict[tuple[type, str], bool] = {}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A plain dict: Jinja's chain of two takes longer than an expression."""
        return {**self.globals, **(d or {})}

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on the values behind `Shown`; a number that is not whole is a Decimal, never a binary
        fraction."""
        left, right = plain(left), plain(right)
        for value in (left, right):
            if isinstance(value, Missing):
                return value
        limits.pay_operator(operator, left, right)
        if isinstance(left, int) and isinstance(right, int) and (operator == "/" or (operator == "**" and right < 0)):
            left = Decimal(left)
        return super().call_binop(context, operator, left, right)

    def call(self, context: Any, called: Any, *args: Any, **kwargs: Any) -> Any:
        """A call of a function, a macro or a loop, which is paid for."""
        if called is limits.spend:  # it is in every loop
            return called(*args)
        limits.pay_call((*args, *kwargs.values()) if kwargs else args)
        if type(called) is FunctionType:  # one of docgen's, which ask nothing of Jinja
            return called(*args, **kwargs)
        return super().call(context, called, *args, **kwargs)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """As in Jinja; what has been judged safe for a type is not judged again."""
        if self._judged.get((type(obj), attribute)):
            try:
                return getattr(obj, attribute)
            except AttributeError:
                pass  # an item of this name, perhaps
        return super().getattr(obj, attribute)

    def is_safe_callable(self, obj: Any) -> bool:
        """Whether `obj` is a function, a macro, or belongs to a loop or map; other methods are not for templates."""
        return isinstance(getattr(obj, "__self__", obj), FunctionType | Macro | LoopContext | dict)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """As in Jinja, but never a method of a text."""
        known = type(obj), attr  # what Jinja judges by
        if known not in self._judged:
            self._judged[known] = not isinstance(obj, str | bytes) and super().is_safe_attribute(obj, attr, value)
        return self._judged[known]

    def wrap_str_format(self, value: Any) -> None:
        """No wrapper, which would allow `format` after all."""

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        with limits.budget():  # what is constant is calculated here
            return super()._generate(bounds.bounded(source), *args, **kwargs)


def sandbox(show_missing: Callable[[Missing], str], *, markup: bool, marked: Callable[[str], str] = str) -> Sandbox:
    """A sandboxed environment; `show_missing` gives the text of a value that was not given, `markup`
    escapes values for XML and HTML, once `marked` has put its marks into their texts."""

    def finalize(value: Any) -> Any:
        if isinstance(value, Missing):
            return show_missing(value)
        printed = limits.printed(value.text if isinstance(value, Shown) else value)
        if not markup or not isinstance(printed, str):
            return printed
        # Texts of customers may contain characters that are not allowed in XML and not shown in PDF.
        text = texts.printable(printed)
        return marked(text) if type(printed) is str else type(printed)(text)

    environment = Sandbox(
        undefined=StrictUndefined, autoescape=markup, finalize=finalize, keep_trailing_newline=True, cache_size=0
    )
    environment.globals.clear()
    environment.globals.update(FUNCTIONS)
    environment.filters.clear()
    environment.filters.update(limits.filters() | FILTERS)
    filters = environment.filters
    filters.update({name: _unless_missing(filters[name]) for name in _ON_TEXTS})
    filters.update({name: _unless_missing(_with_plain_values(filters[name])) for name in _ON_NUMBERS})
    environment.tests.clear()
    environment.tests.update(limits.tests() | TESTS)
    return environment


def _unless_missing(change: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(change)
    def call(*args: Any, **kwargs: Any) -> Any:
        value = next((value for value in args if isinstance(value, Missing)), None)
        return change(*args, **kwargs) if value is None else value

    return call


def _with_plain_values(reckon: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(reckon)
    def call(*args: Any, **kwargs: Any) -> Any:
        return reckon(*([plain(one) for one in arg] if isinstance(arg, list) else plain(arg) for arg in args), **kwargs)

    return call


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
    """The names from outside that a parsed template uses, in order, without those that it sets itself."""
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


def parse_expression(source: str) -> nodes.Template:
    """The syntax tree of an expression.  Raises jinja2.TemplateSyntaxError."""
    return plain_text_sandbox().parse("{{ (" + source + ") }}")


#: The errors that an expression or text of a kit, or a tag of a template, may raise on the values of an intake.
FAILURES = (
    TemplateError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError, RecursionError, MemoryError,
)  # fmt: skip


_UNDEFINED = regex(r"('\w+') is undefined")


def reason(cause: BaseException) -> str:
    """Why something failed on the values of an intake, without the values: Python's own text may quote an answer."""
    if isinstance(cause, limits.ComputingError):
        return str(cause)
    if isinstance(cause, UndefinedError) and (found := _UNDEFINED.fullmatch(str(cause))):
        return tr("{name} is undefined", name=found[1])
    return tr("this cannot be computed ({name})", name=type(cause).__name__)


class Expression(NamedTuple):
    """A compiled expression and the names it uses."""

    source: str
    names: frozenset[str]
    compiled: evaluation.Plain

    def evaluate(
        self, values: Mapping[str, Any], as_type: Callable[[Any], Any], own: Mapping[str, Any] | None = None
    ) -> Any:
        """Its value for these `values`, converted by `as_type`; `own` goes before them, and before docgen's functions.

        Raises KitError if it fails on these values.
        """
        try:
            with limits.budget():
                return as_type(self.compiled(values, own or {}))
        except FAILURES as cause:
            raise KitError(
                tr("the expression {source!r} cannot be evaluated: {cause}", source=self.source, cause=reason(cause))
            ) from cause


@cache
def expression(source: str) -> Expression:
    """Compile an expression once per process.  Raises jinja2.TemplateSyntaxError."""
    names, code = codes.of(codes.EXPRESSION, source, _compiled_expression)
    return Expression(source, names, evaluation.plain(_template(code)))


def _compiled_expression(source: str) -> codes.Code:
    names = frozenset(reference.name for reference in references(parse_expression(source)))
    environment = plain_text_sandbox()
    parser = Parser(environment, source, state="variable")
    tree = parser.parse_expression()
    if not parser.stream.eos:
        raise TemplateSyntaxError(tr("there is something after the expression"), parser.stream.current.lineno)
    tree.set_environment(environment)
    body: list[nodes.Node] = [nodes.Assign(nodes.Name("result", "store"), tree, lineno=1)]
    return names, environment.compile(nodes.Template(body, lineno=1))


def _template(code: CodeType) -> Template:
    environment = plain_text_sandbox()
    return environment.template_class.from_code(environment, code, environment.make_globals(None))


class Message(NamedTuple):
    """The compiled text of a finding or the like, and the names it uses."""

    source: str
    names: frozenset[str]
    template: Template

    def render(self, value_of: Callable[[str], Any]) -> str:
        """The text, with `value_of` the names in it.  Raises KitError if a tag fails on these values."""
        try:
            return self.template.render({name: value_of(name) for name in self.names})
        except FAILURES as cause:
            raise KitError(
                tr("the text {source!r} cannot be filled in: {cause}", source=self.source, cause=reason(cause))
            ) from cause


@cache
def message(source: str) -> Message:
    """Compile the text of a finding once per process.  Raises jinja2.TemplateSyntaxError."""
    names, code = codes.of(codes.TEXT, source, _compiled_text)
    return Message(source, names, _template(code))


def _compiled_text(source: str) -> codes.Code:
    environment = plain_text_sandbox()
    names = frozenset(reference.name for reference in references(environment.parse(source)))
    return names, environment.compile(source)
