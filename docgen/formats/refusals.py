"""Make the one-line refusals of a source: what is wrong, where, and how to fix it.

No text of a library's error reaches a message: it is about the library's internals, and may quote the source.
"""

from __future__ import annotations

import lzma
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from docgen.errors import DocgenError, SourceError
from docgen.formats.budgets import LAST_COLUMN, LAST_ROW, TooMuch
from docgen.language import phrase, tr

_Found = TypeVar("_Found")
AS_WORKBOOK = phrase("open it in Excel and save it as an .xlsx workbook")
AS_DOCUMENT = phrase("open it in Word and save it as a Word document (.docx)")
ANEW = phrase("open it in Excel or Word and save it as a new file")
UNLOCK = phrase("remove the password and save it again")
SMALLER = phrase("copy what it holds into a new file, or split it")
FRESH = phrase("open and save it again, or ask for a fresh copy")


class Damaged(ValueError):  # noqa: N818  describes a source, not docgen
    """A source does not follow its format; the text of the error says where, in plain words."""


def require_on_sheet(row: int, column: int) -> None:
    """Raises Damaged if no sheet has a cell there."""
    if not (0 < row <= LAST_ROW and 0 < column <= LAST_COLUMN):
        raise Damaged(tr("a cell in it has no sound address"))


def protected(path: Path) -> SourceError:
    """The refusal of a file that needs a password."""
    return SourceError(tr("{path}: the file is password-protected", path=path), UNLOCK)


def damaged(path: Path, what: str) -> SourceError:
    """The refusal of a file that is damaged or incomplete."""
    return SourceError(tr("{path}: the file is damaged: {what}", path=path, what=what), FRESH)


def unsafe(path: Path, what: str) -> SourceError:
    """The refusal of a file that is built to do harm, or exceeds a budget."""
    return SourceError(tr("{path}: refused as unsafe: {what}", path=path, what=what), ANEW)


def too_large(source: object, size: int) -> SourceError:
    """The refusal of a file with this many bytes."""
    return SourceError(
        tr("{source}: the file is too large ({size} MB)", source=source, size=size >> 20),
        tr("split it into smaller files"),
    )


@contextmanager
def clear_errors(path: Path, what: str, hint: str) -> Iterator[None]:
    """Turn any error of a parser into a SourceError that says that `what` (`the workbook`) cannot be read, and why.

    Warnings of libraries on stderr are hidden, since none is about an answer.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (DocgenError, GeneratorExit):
        raise
    except TooMuch as cause:
        raise SourceError(
            tr("{path}: {what} is too large to be read: {cause}", path=path, what=what, cause=cause), SMALLER
        ) from cause
    except Exception as cause:  # damaged files make parsers raise almost any type
        raise SourceError(
            tr("{path}: {what} cannot be read: {cause}", path=path, what=what, cause=_plainly(cause)), hint
        ) from cause


def each_clearly(path: Path, what: str, hint: str, found: Iterator[_Found]) -> Iterator[_Found]:
    """The same while each of `found` is made; the errors of who asks for them pass through."""
    while True:
        with clear_errors(path, what, hint):
            one = next(found, None)
        if one is None:
            return
        yield one


def _plainly(cause: Exception) -> str:
    if isinstance(cause, Damaged):
        return str(cause)
    if isinstance(cause, MemoryError):
        return tr("it takes more memory than there is")
    if isinstance(cause, RecursionError):
        return tr("it is nested too deeply")
    if isinstance(cause, ParseError | ExpatError):
        return tr("a part of it is not sound XML")
    if isinstance(cause, zipfile.BadZipFile | zlib.error | lzma.LZMAError | EOFError | NotImplementedError):
        return tr("it is cut off or not a sound zip file")
    if isinstance(cause, UnicodeError):
        return tr("a text in it is not in the encoding that it names")
    if isinstance(cause, struct.error):
        return tr("it is cut off")
    return tr("it is damaged")
