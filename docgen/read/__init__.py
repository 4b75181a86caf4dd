"""A source file → the answers in it, as written.  The door of this package is `read`.

guard      what kind of file it is, and whether it is safe to open
workbook   an Excel workbook → grids              grid     a sheet as neutral cells
locate     grids → answers: forms and tables      labels   which text is a kit's label, hint, choice
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from docgen.errors import SourceError
from docgen.intake import Answer, Answers
from docgen.kit import Kit
from docgen.read import guard
from docgen.read.guard import Kind

#: The suffixes that a source has; what a file is, its content says.
SUFFIXES = frozenset({".xlsx", ".xlsm"})


class Reading(NamedTuple):
    """What a source holds: its intakes in document order, at least one, and the answers of a terms sheet.

    `intakes` may be gone through more than once; each time they are made anew, one at a time.
    """

    intakes: Iterable[Answers]
    terms: Mapping[str, Answer]


def read(path: Path, kit: Kit) -> Reading:
    """The intakes and terms that the file at `path` holds, in the words of its author.

    Raises SourceError, one line that says what is wrong and how to mend it, for a file that cannot
    be read, is of a kind not read, is unsafe, or holds no intake.
    """
    kind = guard.inspect(path)
    reader = _READERS.get(kind)
    if reader is None:
        raise SourceError(f"{path}: this is {kind.value}, which is not read", _INSTEAD.get(kind, _AS_WORKBOOK))
    return reader(path, kit)


def is_source(path: Path) -> bool:
    """Whether a file found in a folder is worth reading: by its suffix, or in spite of it by its content."""
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        return guard.inspect(path) in _READERS
    except SourceError:
        return False


def _read_workbook(path: Path, kit: Kit) -> Reading:
    from docgen.read.locate import locate
    from docgen.read.workbook import read_book

    found = locate(read_book(path), kit)
    if found is None:
        raise SourceError(
            f"{path}: no sheet holds an intake of {kit.name!r}: neither a form with at least half of its labels, "
            "nor a table with a header row and customers below it",
            "use the sheet that 'docgen blank sheet' makes; hidden sheets are not read",
        )
    return Reading(*found)


#: The readers by kind of file; the place where one more kind is added.
_READERS: Mapping[Kind, Callable[[Path, Kit], Reading]] = MappingProxyType({Kind.WORKBOOK: _read_workbook})

_AS_WORKBOOK = "save it as an Excel workbook (.xlsx)"
_INSTEAD: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.WORD: "Word documents are not read yet; copy the answers to the sheet that 'docgen blank sheet' makes",
        Kind.ARCHIVE: "unpack it and name the workbooks in it",
    }
)
