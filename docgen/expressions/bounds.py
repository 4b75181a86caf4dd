"""The payments in the tree of a template: each loop, call and operation pays for what it makes and reads, as `limits`
counts it."""

from __future__ import annotations

from math import isfinite

from jinja2 import TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

from docgen.expressions.limits import EXACT, FLAT, JOINED, STEP, WEIGHED
from docgen.language import tr

_UNBOUNDED_NAMES = {"varargs", "kwargs"}


def bounded(tree: nodes.Template) -> nodes.Template:
    """The tree with its payments: a round of a loop and a call pay for the text in them, operators for their operands.

    Raises TemplateSyntaxError for constructs that would avoid them: `autoescape`, and the spare arguments of a macro.
    """
    for block in tree.find_all((nodes.For, nodes.Macro, nodes.CallBlock)):
        assert isinstance(block, nodes.For | nodes.Macro | nodes.CallBlock)
        cost = STEP + sum(len(text.data) for text in block.find_all(nodes.TemplateData))
        payment = nodes.Call(nodes.EnvironmentAttribute("spend"), [nodes.Const(cost)], [], None, None)
        block.body.insert(0, nodes.ExprStmt(payment, lineno=block.lineno).set_lineno(block.lineno))
    found = _Bounding().visit(_Exact().visit(tree))
    assert isinstance(found, nodes.Template)
    return found


class _Exact(NodeTransformer):
    """Makes decimals of numbers with a point: `0.1` is a tenth, as in the answers, and no binary fraction near it."""

    def visit_Const(self, node: nodes.Const) -> nodes.Node:  # noqa: N802  jinja's name
        if not isinstance(node.value, float):
            return node
        if not isfinite(node.value):
            raise TemplateSyntaxError(tr("a number is too large to be of use"), node.lineno)
        return _filtered(nodes.Const(repr(node.value), lineno=node.lineno), EXACT)


_CONSTANT = (nodes.Const, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair)


def _is_constant(node: nodes.Node) -> bool:
    return isinstance(node, _CONSTANT) and all(map(_is_constant, node.iter_child_nodes()))


class _Bounding(NodeTransformer):
    """Replaces operations that Jinja compiles to plain Python by the filters above."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802  jinja's name
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), JOINED)

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        return self._literal(node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        return self._literal(node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        return node if node.ctx == "store" else self._literal(node)

    def _literal(self, node: nodes.List | nodes.Dict | nodes.Tuple) -> nodes.Node:
        if _is_constant(node):
            return node
        self.generic_visit(node)
        return _filtered(node, FLAT)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.expr = self._weighing(node.expr)
        for operand in node.ops:
            operand.expr = self._weighing(operand.expr)
        return node

    def _weighing(self, node: nodes.Expr) -> nodes.Expr:
        """What is compared, paid for unless it is a few words of the template."""
        if _is_constant(node) and len(repr(node)) < STEP:
            return node
        return _filtered(node, WEIGHED)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = _filtered(node.node, WEIGHED)
        return node

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802
        if node.name in _UNBOUNDED_NAMES and node.ctx == "load":
            raise TemplateSyntaxError(
                tr("{name} cannot be used: give the macro a parameter", name=node.name), node.lineno
            )
        return node

    def visit_ScopedEvalContextModifier(self, node: nodes.ScopedEvalContextModifier) -> nodes.Node:  # noqa: N802
        raise TemplateSyntaxError(tr("autoescape cannot be changed: values are text"), node.lineno)


def _filtered(node: nodes.Expr, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)
