"""What every command but `batch` reads, read in one child process (`workers.reader`).

The library reads in the process of its caller; these are the same functions, behind the same arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self, cast

from docgen import pipeline
from docgen.extract import source
from docgen.formats import books
from docgen.kit import kits
from docgen.model.intake import Unrecognised, Value
from docgen.model.kit import Kit
from docgen.pipeline import ReviewedIntake, SourceFile
from docgen.workers.reader import Reader


@dataclass(frozen=True)
class ReadElsewhere:
    """A source that the child is reading; its intakes are gone through once, to the end, before another is opened."""

    outside: tuple[Unrecognised, ...]
    reviewed: Iterator[ReviewedIntake]

    def __iter__(self) -> Iterator[ReviewedIntake]:
        return self.reviewed


class ReadingProcess:
    """The files of one command, and the child process that reads them; to be ended with the command."""

    def __init__(self) -> None:
        self._reader = Reader()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.end()

    def open_source(self, file: SourceFile, kit: Kit, given_terms: Mapping[str, Value]) -> ReadElsewhere:
        """The source as `pipeline.open_source` gives it.  Raises SourceError, now or while it is gone through."""
        found = self._reader.each(file.name, _read, file.path, file.name, _known(kit), given_terms)
        return ReadElsewhere(next(found), found)

    def load_terms(self, path: Path, kit: Kit) -> Mapping[str, Value]:
        """The terms in the file at `path`, as `pipeline.load_terms` gives them.  Raises SourceError."""
        return cast("Mapping[str, Value]", self._reader.call(path, _load_terms, path, _known(kit)))

    def is_text_form(self, path: Path, kit: Kit) -> bool:
        """Whether a text file or mail is a form, as `source.is_text_form` says.  Raises SourceError."""
        return cast("bool", self._reader.call(path, _is_text_form, path, _known(kit)))

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


def _read(
    path: Path, name: str, kit: Path, given_terms: Mapping[str, Value]
) -> Iterator[tuple[Unrecognised, ...] | ReviewedIntake]:
    """The texts outside of the intakes, then each intake."""
    opened = pipeline.open_source(SourceFile(path, name), _kit(kit), given_terms)
    yield opened.outside
    yield from opened


def _load_terms(path: Path, kit: Path) -> Mapping[str, Value]:
    return pipeline.load_terms(path, _kit(kit))


def _is_text_form(path: Path, kit: Path) -> bool:
    return source.is_text_form(path, _kit(kit))
