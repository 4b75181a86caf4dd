"""Wording of docgen's own findings, from `messages.yaml` beside this file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from docgen.user_cache import own_yaml

#: What a document prints in the place of a value that was not given; no finding.
PENDING = "pending"


#: Codes of what is said of commercial terms, which no customer is shown.
ABOUT_TERMS = frozenset({"term-differs", "terms-customer-doubtful", "terms-customer-unknown"})


class Wording(NamedTuple):
    """What is wrong, how to mend it, and what the customer is asked, where that is worded."""

    message: str
    remedy: str
    ask: str | None = None


@cache
def _catalogue() -> dict[str, Wording]:
    return {code: Wording(**entry) for code, entry in own_yaml(Path(__file__).with_name("messages.yaml")).items()}


def wording(code: str, **details: str) -> Wording:
    """The wording of `code` with its `{placeholders}` filled from `details`; KeyError for an unknown code."""
    message, remedy, ask = _catalogue()[code]
    return Wording(message.format_map(details), remedy.format_map(details), ask and ask.format_map(details))


def codes() -> frozenset[str]:
    """The code of every finding of docgen's own."""
    return frozenset(_catalogue()) - {PENDING}
