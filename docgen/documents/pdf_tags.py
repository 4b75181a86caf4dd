"""Make the tags of a PDF fewer: the text of a cell or a paragraph belongs to it, without an element of its own.

WeasyPrint puts every run of text into a Span, which is half of all objects of a page full of tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: The elements that mean nothing by themselves (ISO 32000-1, 14.8.4), as long as they say no more than this.
_WITHOUT_MEANING = frozenset({"/Span", "/NonStruct"})
_SAYS = {"Type", "S", "K", "Pg", "P"}


def join(objects: Sequence[Any]) -> None:
    """Give each run of text to the element around it; what is no longer needed is free afterwards."""
    moved: dict[bytes, bytes] = {}
    for one in reversed(objects):  # inner elements come behind outer ones
        if isinstance(one, dict) and one.get("S") in _WITHOUT_MEANING and one.keys() == _SAYS:
            parent = objects[int(one["P"].split()[0])]
            # A text is a number on the page of its element.
            if all(isinstance(kid, int) for kid in one["K"]) and parent.get("Pg") == one["Pg"]:
                _give(one, parent, moved)
    for one in objects:
        if isinstance(one, dict) and "Nums" in one:  # the elements of the marks of each page
            one["Nums"][:] = [_moved(entry, moved) for entry in one["Nums"]]


def _give(one: Any, parent: Any, moved: dict[bytes, bytes]) -> None:
    kids = parent["K"]
    if one.reference in kids:
        place = kids.index(one.reference)
        kids[place : place + 1] = one["K"]
        moved[one.reference] = parent.reference
        one.free = "f"


def _moved(entry: Any, moved: dict[bytes, bytes]) -> Any:
    if isinstance(entry, list):
        entry[:] = [_moved(one, moved) for one in entry]
    while isinstance(entry, bytes) and entry in moved:
        entry = moved[entry]
    return entry
