"""Define the possible meanings of one text, by the words of a kit."""

from __future__ import annotations

from typing import NamedTuple

from docgen.extract.compound_labels import Joint

LABEL, GROUPED, ALIAS, NEAR = range(4)  # how well a text matches, best first


class Meaning(NamedTuple):
    """What a text can be: a label of these fields, or pairs of label and answer.

    `rank` says how the label matched, `marked` whether it has a star or a final colon, which answers do not have.
    `joint` are the fields that one label names together, `option` the field and the choice that it names.
    """

    keys: tuple[str, ...] = ()
    rank: int = LABEL
    marked: bool = False
    group: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    joint: Joint = Joint()
    option: tuple[str, str] | None = None
