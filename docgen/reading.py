"""What every command but `batch` reads, read in one child process (`workers.reader`).

The library reads in the process of its caller; these are the same functions, behind the same arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self, cast

from docgen import pipeline
from docgen.formats import books
from docgen.kit import kits
from docgen.model.intake import Value
from docgen.model.kit import Kit
from docgen.pipeline import ReviewedIntake
from docgen.workers.reader import Reader


class ReadingProcess:
    """The files of one command, and the child process that reads them; to be ended with the command."""

    def __init__(self) -> None:
        self._reader = Reader()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.end()

    def assess(self, path: Path, kit: Kit, given_terms: Mapping[str, Value] | None = None) -> Iterator[ReviewedIntake]:
        """The intakes of the file at `path`, as `pipeline.assess` gives them.  Raises SourceError."""
        return self._reader.each(path, _assess, path, _known(kit), given_terms)

    def load_terms(self, path: Path, kit: Kit) -> Mapping[str, Value]:
        """The terms in the file at `path`, as `pipeline.load_terms` gives them.  Raises SourceError."""
        return cast("Mapping[str, Value]", self._reader.call(path, _load_terms, path, _known(kit)))

    def passed_over(self, path: Path) -> str | None:
        """What `books.passed_over` says of a file.  Raises SourceError."""
        return cast("str | None", self._reader.call(path, books.passed_over, path))


#: The kits of the parent; a forked child has them too.
_kits: dict[Path, Kit] = {}


def _known(kit: Kit) -> Path:
    """What the child knows the kit by."""
    _kits[kit.folder] = kit
    return kit.folder


def _kit(folder: Path) -> Kit:
    return _kits.get(folder) or kits.load(folder)


def _assess(path: Path, kit: Path, given_terms: Mapping[str, Value] | None) -> Iterator[ReviewedIntake]:
    return pipeline.assess(path, _kit(kit), given_terms)


def _load_terms(path: Path, kit: Path) -> Mapping[str, Value]:
    return pipeline.load_terms(path, _kit(kit))
