"""Places in a YAML file, and the line on which each stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

Place = tuple[str | int, ...]


class Marked:
    """The data of a YAML file and the line (from 1) on which each entry stands."""

    def __init__(self, path: Path, data: Any, lines: dict[Place, int]) -> None:
        self.path = path
        self.data = data
        self.lines = lines

    def at(self, place: Place) -> str:
        """`file:line` of the entry at `place`, or of its nearest ancestor."""
        while place and place not in self.lines:
            place = place[:-1]
        return f"{self.path}:{self.lines.get(place, 1)}"
