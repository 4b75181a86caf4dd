"""Compiled expressions as plain callables: the code that Jinja has made, in the same sandbox and under the same budget.

What Jinja makes for each evaluation beside the values (blocks, exports, a context of its own for filters) takes longer
than most expressions, and an intake is judged by fifty of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Template
from jinja2.nodes import EvalContext
from jinja2.utils import missing


class _Values:
    """What the code of an expression asks of its context, and nothing more."""

    __slots__ = ("_given", "_globals", "_own", "environment", "eval_ctx", "exported_vars", "vars")

    def __init__(
        self,
        environment: Any,
        own: Mapping[str, Any],
        globals_: Mapping[str, Any],
        given: Mapping[str, Any],
        eval_ctx: Any,
    ) -> None:
        self.environment = environment
        self.eval_ctx = eval_ctx
        self.vars: dict[str, Any] = {}
        self.exported_vars: set[str] = set()
        self._own, self._globals, self._given = own, globals_, given

    def resolve_or_missing(self, key: str) -> Any:
        """The value of a name, Jinja's mark if there is none."""
        if key in self._own:
            return self._own[key]
        return self._globals[key] if key in self._globals else self._given.get(key, missing)

    def call(self, called: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A call that the sandbox has allowed and been paid for."""
        return called(*args, **kwargs)


#: Values by name, and what goes before them and before the functions of docgen.
Plain = Callable[[Mapping[str, Any], Mapping[str, Any]], Any]


def plain(template: Template) -> Plain:
    """The template of an expression, which sets `result`, as a function of the values of its names."""
    root, globals_, environment = template.root_render_func, dict(template.globals), template.environment
    eval_ctx = EvalContext(environment)  # nothing changes it: the sandbox refuses `autoescape`

    def evaluated(given: Mapping[str, Any], own: Mapping[str, Any]) -> Any:
        values = _Values(environment, own, globals_, given, eval_ctx)
        for _ in root(values):  # type: ignore[arg-type]
            pass
        return values.vars["result"]

    return evaluated
