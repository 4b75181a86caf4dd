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

    __slots__ = ("_given", "_globals", "environment", "eval_ctx", "exported_vars", "vars")

    def __init__(
        self, template: Template, globals_: Mapping[str, Any], given: Mapping[str, Any], eval_ctx: Any
    ) -> None:
        self.environment = template.environment
        self.eval_ctx = eval_ctx
        self.vars: dict[str, Any] = {}
        self.exported_vars: set[str] = set()
        self._globals, self._given = globals_, given

    def resolve_or_missing(self, key: str) -> Any:
        """The value of a name, Jinja's mark if there is none."""
        return self._given[key] if key in self._given else self._globals.get(key, missing)

    def call(self, called: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A call that the sandbox has allowed and been paid for."""
        return called(*args, **kwargs)


def plain(template: Template) -> Callable[[Mapping[str, Any]], Any]:
    """The template of an expression, which sets `result`, as a function of the values of its names."""
    root, globals_ = template.root_render_func, dict(template.globals)
    eval_ctx = EvalContext(template.environment)  # nothing changes it: the sandbox refuses `autoescape`

    def evaluated(given: Mapping[str, Any]) -> Any:
        values = _Values(template, globals_, given, eval_ctx)
        for _ in root(values):  # type: ignore[arg-type]
            pass
        return values.vars["result"]

    return evaluated
