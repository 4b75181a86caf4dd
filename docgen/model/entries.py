"""What the classes of a kit say of their attributes to whoever reads kit.yaml: pydantic, which they do not load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class AtLeast:
    """Says of a text or list that it has at least so many characters or entries."""

    length: int

    def __get_pydantic_core_schema__(self, source: Any, inner: Callable[[Any], Any]) -> Any:
        return {**inner(source), "min_length": self.length}


@dataclass(frozen=True)
class Between:
    """Says of a number that it is one of these, both ends included."""

    least: int
    most: int

    def __get_pydantic_core_schema__(self, source: Any, inner: Callable[[Any], Any]) -> Any:
        return {**inner(source), "ge": self.least, "le": self.most}


@dataclass(frozen=True)
class Like:
    """Says of a text that it is like a pattern."""

    pattern: str

    def __get_pydantic_core_schema__(self, source: Any, inner: Callable[[Any], Any]) -> Any:
        return {**inner(source), "pattern": self.pattern}


class KitEntry:
    """An entry of kit.yaml, which has no others than those that it names (`kit.shape` sees to that)."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012  pydantic's name and shape
