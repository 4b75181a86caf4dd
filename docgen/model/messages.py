"""Wording of docgen's own findings, from `messages.yaml` beside this file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple


class Wording(NamedTuple):
    """What is wrong, and how to mend it."""

    message: str
    remedy: str


@cache
def _catalogue() -> dict[str, Wording]:
    import yaml

    text = Path(__file__).with_name("messages.yaml").read_text(encoding="utf-8")
    return {code: Wording(entry["message"], entry["remedy"]) for code, entry in yaml.safe_load(text).items()}


def wording(code: str, **details: str) -> Wording:
    """The wording of `code` with its `{placeholders}` filled from `details`; KeyError for an unknown code."""
    entry = _catalogue()[code]
    return Wording(entry.message.format_map(details), entry.remedy.format_map(details))


def codes() -> frozenset[str]:
    """Every message code there is."""
    return frozenset(_catalogue())
