"""Wording of docgen's own findings, from `messages.yaml` beside this file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

#: The text that documents print for a value that was not given; no finding.
PENDING = "pending"


#: The most characters of a text that a wording for customers quotes.
_QUOTED = 120


class Wording(NamedTuple):
    """What is wrong, how to mend it, and the wording for the customer, if any."""

    message: str
    remedy: str
    ask: str | None = None


@cache
def _catalogue() -> dict[str, Wording]:
    import yaml

    text = Path(__file__).with_name("messages.yaml").read_text(encoding="utf-8")
    return {code: Wording(**entry) for code, entry in yaml.safe_load(text).items()}


def wording(code: str, **details: str) -> Wording:
    """The wording of `code` with its `{placeholders}` filled from `details`; KeyError for an unknown code."""
    message, remedy, ask = _catalogue()[code]
    brief = {name: _brief(text) for name, text in details.items()}
    return Wording(message.format_map(details), remedy.format_map(details), ask and ask.format_map(brief))


def _brief(text: str) -> str:
    """A text as quoted to customers: on one line, only the beginning of a long one."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else f"{line[:_QUOTED]}…"


def codes() -> frozenset[str]:
    """The code of every finding of docgen's own."""
    return frozenset(_catalogue()) - {PENDING}
