"""How a template uses names: unknown ones, and those printed without a check whether they are given.

One walk over the syntax tree that knows the names and their shapes at every place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from jinja2 import nodes
from jinja2.environment import Environment

from docgen.errors import did_you_mean
from docgen.expressions import mistakes
from docgen.expressions.functions import FUNCTIONS, SPOKEN_OF
from docgen.language import phrase, tr
from docgen.template.context_types import ANYTHING, ContextType, Names

#: Filters that return a list like their input, and those that return one item.
_SAME = {"list", "sort", "reverse", "unique", "select", "reject", "selectattr", "rejectattr"}
_ONE_OF = {"first", "last"}
_LOOP = dict.fromkeys(
    ("index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0", "cycle", "changed",
     "previtem", "nextitem"),
    ANYTHING,
)  # fmt: skip
_Scope = dict[str, ContextType]


class Printed(NamedTuple):
    """A printed name with its first attribute, and the names in the conditions around it."""

    name: str
    line: int
    guards: frozenset[str]


@dataclass
class Usage:
    """What a template does with names, by the lines of its source."""

    problems: list[tuple[int, str]] = field(default_factory=list)
    printed: list[Printed] = field(default_factory=list)
    used: set[str] = field(default_factory=set)


def read(tree: nodes.Template, names: Names, environment: Environment) -> Usage:
    """The usage of a parsed template that may use `names`."""
    reader = _NameReader(tree, names, environment)
    reader.all(tree.body, dict(names.shapes))
    for target in tree.find_all(nodes.NSRef):
        what = tr(
            "{name}.{attr} cannot be set (give it a name of its own, without a full stop)",
            name=target.name,
            attr=target.attr,
        )
        reader.usage.problems.append((target.lineno, what))
    return reader.usage


class _NameReader:
    def __init__(self, tree: nodes.Template, names: Names, environment: Environment) -> None:
        self.usage = Usage()
        self._names = names
        self._environment = environment
        self._guards: frozenset[str] = frozenset()
        # A macro may be called where names are set that are unknown at its definition.
        self._set_anywhere = {n.name for n in tree.find_all(nodes.Name) if n.ctx == "store"}
        self._set_anywhere |= {macro.name for macro in tree.find_all(nodes.Macro)}

    def _remark(self, node: nodes.Node, what: str) -> None:
        self.usage.problems.append((node.lineno, what))

    # -- statements: they may set names in `scope` --------------------------------------------------

    def all(self, found: Iterable[nodes.Node], scope: _Scope) -> None:
        """Read these statements in order."""
        for node in found:
            self._statement(node, scope)

    def _statement(self, node: nodes.Node, scope: _Scope) -> None:
        match node:
            case nodes.For():
                self._loop(node, scope)
            case nodes.If():
                self._condition(node, scope)
            case nodes.Assign():
                _bind(node.target, self._shape(node.node, scope), scope)
            case nodes.AssignBlock():
                self.all(node.body, dict(scope))
                _bind(node.target, ANYTHING, scope)
            case nodes.Macro() | nodes.CallBlock():
                self._macro(node, scope)
            case nodes.With():
                self._with(node, scope)
            case nodes.Output():
                for printed in node.nodes:
                    self._print(printed, scope)
            case _:
                self._other(node, scope)

    def _other(self, node: nodes.Node, scope: _Scope) -> None:
        """A block that only holds statements beside expressions, such as a filtered one."""
        inner = dict(scope)
        for child in node.iter_child_nodes():
            self._statement(child, inner) if isinstance(child, nodes.Stmt) else self._shape(child, inner)

    def _with(self, node: nodes.With, scope: _Scope) -> None:
        inner = dict(scope)
        for target, value in zip(node.targets, node.values, strict=True):
            _bind(target, self._shape(value, scope), inner)
        self.all(node.body, inner)

    def _loop(self, node: nodes.For, scope: _Scope) -> None:
        over = self._shape(node.iter, scope)
        inner = scope | {"loop": ContextType(_LOOP)}
        _bind(node.target, over.item or ANYTHING, inner)
        if node.test is not None:
            self._shape(node.test, inner)
        self.all(node.body, inner)
        self.all(node.else_, dict(scope))

    def _condition(self, node: nodes.If, scope: _Scope) -> None:
        self._shape(node.test, scope)
        self._single(node.test)
        with self._guarded(node.test):
            self.all(node.body, scope)
            self.all(node.elif_, scope)
            self.all(node.else_, scope)

    @contextmanager
    def _guarded(self, test: nodes.Node) -> Iterator[None]:
        before = self._guards
        self._guards = before | set(_mentioned(test))
        yield
        self._guards = before

    def _macro(self, node: nodes.Macro | nodes.CallBlock, scope: _Scope) -> None:
        if isinstance(node, nodes.Macro):
            scope[node.name] = ANYTHING
        else:
            self._shape(node.call, scope)
        inner = dict.fromkeys((*self._set_anywhere, "caller", "varargs", "kwargs"), ANYTHING) | scope
        for parameter in node.args:
            _bind(parameter, ANYTHING, inner)
        for default in node.defaults:
            self._shape(default, scope)
        self.all(node.body, inner)

    def _single(self, node: nodes.Node) -> None:
        if text := mistakes.list_as_condition(node):
            self._remark(node, text)

    def _print(self, node: nodes.Expr, scope: _Scope) -> None:
        self._shape(node, scope)
        self._single(node)
        value, filters = node, set()
        while isinstance(value, nodes.Filter) and value.node is not None:
            filters.add(value.name)
            value = value.node
        for name in _mentioned(value) if isinstance(value, nodes.Name | nodes.Getattr) else ():
            guards = self._guards | ({name} if filters & {"default", "d"} else set())
            self.usage.printed.append(Printed(name, node.lineno, guards))

    # -- expressions ------------------------------------------------------------------------------

    def _shape(self, node: nodes.Node, scope: _Scope) -> ContextType:
        """The shape of an expression; unknown names in it are problems."""
        match node:
            case nodes.Name():
                return self._name(node, scope)
            case nodes.Getattr():
                return self._attribute(node, self._shape(node.node, scope), node.attr)
            case nodes.Getitem(arg=nodes.Const(value=str() as key)):
                return self._attribute(node, self._shape(node.node, scope), key)
            case nodes.Getitem():
                self._shape(node.arg, scope)
                return self._shape(node.node, scope).item or ANYTHING
            case nodes.Filter():
                return self._filter(node, scope)
            case nodes.Test():
                self._known(node, phrase("test"), node.name, self._environment.tests)
            case nodes.Call(node=nodes.Name(name=name)) if name not in scope and name not in FUNCTIONS:
                self._known(node, "function", name, FUNCTIONS)
                self._children(node, scope, but=node.node)
                return ANYTHING
            case nodes.Compare():
                self._comparison(node, scope)
        self._children(node, scope)
        return ANYTHING

    def _children(self, node: nodes.Node, scope: _Scope, but: nodes.Node | None = None) -> None:
        for child in node.iter_child_nodes():
            if child is not but:
                self._shape(child, scope)

    def _name(self, node: nodes.Name, scope: _Scope) -> ContextType:
        self.usage.used.add(node.name)
        if node.name in scope:
            return scope[node.name]
        if node.name not in FUNCTIONS and self._names.is_complete:
            called = self._names.named(node.name)
            remedy = tr(" (write {name!r})", name=called) if called else did_you_mean(node.name, scope)
            self._remark(node, tr("unknown name {name!r}{remedy}", name=node.name, remedy=remedy))
        return ANYTHING

    def _attribute(self, node: nodes.Getattr | nodes.Getitem, owner: ContextType, name: str) -> ContextType:
        described = _described(node.node)
        if isinstance(node.node, nodes.Name):
            self.usage.used.add(f"{node.node.name}.{name}")
        if owner.attributes is None or name in owner.attributes:
            return (owner.attributes or {}).get(name, ANYTHING)
        if not owner.is_open:
            remedy = did_you_mean(name, owner.attributes)
            if owner.item is not None and name in (owner.item.attributes or {}):
                remedy = tr(
                    " (it is a list: {{% for x in {described} %}} gives each one's x.{name})",
                    described=described,
                    name=name,
                )
            self._remark(
                node, tr("{described!r} has no {name!r}{remedy}", described=described, name=name, remedy=remedy)
            )
        return ANYTHING

    def _filter(self, node: nodes.Filter, scope: _Scope) -> ContextType:
        self._known(node, phrase("filter"), node.name, self._environment.filters)
        given = self._shape(node.node, scope) if node.node is not None else ANYTHING
        self._children(node, scope, but=node.node)
        if node.name in _SAME:
            return given
        return (given.item or ANYTHING) if node.name in _ONE_OF else ANYTHING

    def _known(self, node: nodes.Node, what: str, name: str, known: Iterable[str]) -> None:
        if name not in known:
            called = SPOKEN_OF.get(name)
            remedy = tr(" (write {name!r})", name=called) if called and called in known else did_you_mean(name, known)
            self._remark(node, tr("unknown {what} {name!r}{remedy}", what=tr(what), name=name, remedy=remedy))

    def _comparison(self, node: nodes.Compare, scope: _Scope) -> None:
        """A value is compared with the like of it, and a field with choices with their keys: nothing else is equal."""
        for name, constant in mistakes.compared(node):
            shape = scope.get(name, ANYTHING)
            if shape.choices is not None and constant not in shape.choices:
                self._remark(node, _unknown_choice(name, constant, shape.choices))
            elif shape.choices is None and (text := mistakes.never_equal(name, shape.kind, constant)):
                self._remark(node, text)


def _unknown_choice(name: str, constant: object, choices: Mapping[str, str]) -> str:
    keys = [key for key, label in choices.items() if label == constant]
    remedy = tr(" (compare with its key: {key!r})", key=keys[0]) if keys else did_you_mean(str(constant), choices)
    return tr("{name} has no choice {constant!r}{remedy}", name=name, constant=constant, remedy=remedy)


def _bind(target: nodes.Node, shape: ContextType, scope: _Scope) -> None:
    """Give the names of an assignment or loop their shapes."""
    if isinstance(target, nodes.Name):
        scope[target.name] = shape
    elif isinstance(target, nodes.Tuple):
        parts = shape.parts if len(shape.parts) == len(target.items) else (ANYTHING,) * len(target.items)
        for part, each in zip(target.items, parts, strict=True):
            _bind(part, each, scope)


def _described(node: nodes.Node) -> str:
    """A name with its attributes, as written."""
    if isinstance(node, nodes.Getattr):
        return f"{_described(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else tr("the value")


def _mentioned(node: nodes.Node) -> list[str]:
    """The names that an expression holds, each also with its first attribute."""
    found = [n.name for n in (node, *node.find_all(nodes.Name)) if isinstance(n, nodes.Name)]
    for getter in (node, *node.find_all(nodes.Getattr)):
        if isinstance(getter, nodes.Getattr) and isinstance(getter.node, nodes.Name):
            found.append(f"{getter.node.name}.{getter.attr}")
    return found
