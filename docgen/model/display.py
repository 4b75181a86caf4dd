"""Values as kits and templates see them: `Shown` ones print as a person reads them, `Missing` ones were not given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


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

    def _unchanged(self, _other: object = None) -> Missing:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _unchanged
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _unchanged
    __neg__ = __pos__ = _unchanged

    @property
    def other(self) -> Missing:
        """The free text of a choice that was not given is not given either."""
        return self


class Shown:
    """A value that prints as `text` and compares as `value`; one that `is_private` is quoted in no message."""

    __slots__ = ("is_private", "items", "text", "value")

    def __init__(self, value: Any, text: str, items: tuple[Any, ...] = (), *, is_private: bool = False) -> None:
        self.is_private = is_private
        self.value = value
        self.text = text
        self.items = items

    @property
    def other(self) -> Any:
        """The free text of a choice field (`Missing` if there is none)."""
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
