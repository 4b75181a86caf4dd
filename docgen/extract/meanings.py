"""The possible meanings of one text of a source, by the words of a kit."""

from __future__ import annotations

from typing import NamedTuple

from docgen.extract.compound_labels import Joint

LABEL, GROUPED, ALIAS, NEAR = range(4)  # how good a match is, best first


class Meaning(NamedTuple):
    """What a text can be: the fields whose label it is, or whose labels are in it each with its answer.

    `rank` says how the label matched, `marked` whether it has a star or an end colon, as no answer does.
    `joint` are the fields that one label names together, `option` the field and the choice of it that it names.
    """

    keys: tuple[str, ...] = ()
    rank: int = LABEL
    marked: bool = False
    group: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    joint: Joint = Joint()
    option: tuple[str, str] | None = None
