"""Wording of docgen's own findings, from `messages.yaml` beside this file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from docgen.user_cache import own_yaml

#: The text that documents print for a value that was not given; no finding.
PENDING = "pending"
#: What counts findings, or texts, that are not listed.
MORE_ALIKE = "more-alike"

#: The most characters of an answer that a wording quotes, beside the whole answer; and for customers, on one line.
_LONGEST_QUOTE, _QUOTED = 1_500, 120


class Wording(NamedTuple):
    """What is wrong, how to mend it, and the wording for the customer, if any."""

    message: str
    remedy: str
    ask: str | None = None


@cache
def _catalogue() -> dict[str, Wording]:
    return {code: Wording(**entry) for code, entry in own_yaml(Path(__file__).with_name("messages.yaml")).items()}


def wording(code: str, **details: str) -> Wording:
    """The wording of `code` with its `{placeholders}` filled from `details`; KeyError for an unknown code.

    Of long details it quotes the beginning.
    """
    message, remedy, ask = _catalogue()[code]
    quoted = {name: _beginning(text, _LONGEST_QUOTE) for name, text in details.items()}
    brief = {name: _beginning(" ".join(text.split()), _QUOTED) for name, text in quoted.items()}
    return Wording(message.format_map(quoted), remedy.format_map(quoted), ask and ask.format_map(brief))


def _beginning(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def codes() -> frozenset[str]:
    """The code of every finding of docgen's own."""
    return frozenset(_catalogue()) - {PENDING}
