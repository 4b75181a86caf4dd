"""The compiled code of expressions and texts that is known already: what an earlier run has made of the same source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import CodeType
from typing import TypeAlias

#: The names that a source uses, and its code.
Code: TypeAlias = tuple[frozenset[str], CodeType]
#: Kinds of sources.
EXPRESSION, TEXT = "expression", "text"

_known: dict[tuple[str, str], Code] = {}


def of(kind: str, source: str, compiled: Callable[[str], Code]) -> Code:
    """The code of a source of this kind, which `compiled` makes if it is not known."""
    found = _known.get((kind, source))
    if found is None:
        found = _known[kind, source] = compiled(source)
    return found


def known(sources: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], Code]:
    """The codes of what has been compiled, by kind and source: plain data except the code."""
    wanted = [(kind, source) for kind, found in sources.items() for source in found]
    return {key: _known[key] for key in wanted if key in _known}


def know(found: Mapping[tuple[str, str], Code]) -> None:
    """Take these codes for those of their sources."""
    _known.update(found)
