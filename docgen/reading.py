"""Reading for every command except `batch`, in one child process (`workers.reader`).

The library reads in the process of its caller; these are the same functions, behind the same arguments.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self, cast

from docgen import pipeline
from docgen.errors import SourceError
from docgen.extract.source import is_text_form
from docgen.formats import books
from docgen.kit import kits
from docgen.kit.amendments import Amendments
from docgen.kit.terms import GivenTerms
from docgen.language import phrase, tr
from docgen.model.intake import Unrecognised
from docgen.model.kit import Kit
from docgen.output import storage
from docgen.pipeline import ReviewedIntake, SourceFile
from docgen.workers.reader import Reader


@dataclass(frozen=True)
class ReadElsewhere:
    """A source that the child is reading; its intakes are read once, to the end, before another source is opened."""

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
        self.end()

    def end(self) -> None:
        """End the child; the next reading starts another one."""
        self._reader.end()

    def open_source(
        self, file: SourceFile, kit: Kit, given_terms: GivenTerms, today: dt.date | None, amendments: Amendments
    ) -> ReadElsewhere:
        """The source as `pipeline.open_source` gives it.  Raises SourceError, now or while it is read."""
        found = self._reader.each(file.name, _read, file.path, file.name, _known(kit), given_terms, today, amendments)
        return ReadElsewhere(next(found), found)

    def load_terms(self, path: Path, kit: Kit) -> GivenTerms:
        """The terms in the file at `path`, as `pipeline.load_terms` gives them.  Raises SourceError."""
        return cast("GivenTerms", self._reader.call(path, _load_terms, path, _known(kit)))

    def compare(self, old: Path, new: bytes, date: dt.date) -> tuple[bytes, int]:
        """The Word document `new` with its changes against the file `old`, and how many changes of that are undecided.

        Raises SourceError if `old` is no Word document, no safe one, or takes too long, and what `redline` raises.
        """
        return cast("tuple[bytes, int]", self._reader.call(old, _compare, old, new, date))

    def look(self, source: str, kit: Kit) -> str | None:
        """Why a file in a folder is not read, and what can be done: `books.look`, also for files in storage.

        A file that cannot be opened is not read either.
        """
        try:
            return cast("str | None", self._reader.call(source, _look, source, _known(kit)))
        except SourceError as error:
            return str(error).removeprefix(f"{source}: ")


#: The text for files in storage, which are not downloaded to look into them.
_BY_NAME = phrase("its name is not that of a source (name it {suffixes}, or name the file itself)")


def look(source: str, kit: Kit) -> str | None:
    """Why a file is not read, and what can be done; None if it is a source."""
    if storage.is_remote(source):
        return tr(_BY_NAME, suffixes=", ".join(sorted(books.SUFFIXES)))
    path = Path(source)
    is_text = path.suffix.lower() in books.TEXT_SUFFIXES
    return None if is_text and is_text_form(path, kit) else books.look(path)


#: The kits of the parent; a forked child has them too.
_kits: dict[Path, Kit] = {}


def _known(kit: Kit) -> Path:
    """The identity of the kit for the child."""
    _kits[kit.folder] = kit
    return kit.folder


def _kit(folder: Path) -> Kit:
    return _kits.get(folder) or kits.load(folder)


def _read(
    path: Path, name: str, kit: Path, given_terms: GivenTerms, today: dt.date | None, amendments: Amendments
) -> Iterator[tuple[Unrecognised, ...] | ReviewedIntake]:
    """The texts outside of the intakes, then each intake."""
    opened = pipeline.open_source(SourceFile(path, name), _kit(kit), given_terms, today, amendments)
    yield opened.outside
    yield from opened


def _look(source: str, kit: Path) -> str | None:
    return look(source, _kit(kit))


def _compare(old: Path, new: bytes, date: dt.date) -> tuple[bytes, int]:
    from docgen.documents.redline import redline

    books.require_word(old)
    return redline(old, new, date)


def _load_terms(path: Path, kit: Path) -> GivenTerms:
    return pipeline.load_terms(path, _kit(kit))
