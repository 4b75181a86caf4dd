"""Recognise source files by their content, and read the grids of a workbook or text file of any format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from docgen.errors import SourceError
from docgen.formats import detect
from docgen.formats.detect import Kind
from docgen.formats.grid import Book
from docgen.formats.refusals import AS_DOCUMENT, AS_WORKBOOK
from docgen.language import phrase, tr

#: The file suffixes of sources; the content decides what a file is.
SUFFIXES = frozenset({".xlsx", ".xlsm", ".docx", ".xls", ".xlsb", ".ods", ".csv"})
#: Text files and mails, which are sources if they hold a form.
TEXT_SUFFIXES = frozenset({".txt", ".eml"})
#: Files that systems leave in folders.
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})


class Unknown(str):
    """The path or address of a file in a folder whose name does not show that it is a source: a person has to
    check it."""

    __slots__ = ()


def is_workbook(path: Path) -> bool:
    """Whether the file is a spreadsheet of any kind, not a text."""
    kind = detect.inspect(path)
    return kind in _BOOKS and kind is not Kind.TEXT


def require_word(path: Path) -> None:
    """Raise SourceError if the file at `path` is not a Word document, or not a safe one."""
    kind = detect.inspect(path)
    if kind is not Kind.WORD:
        raise SourceError(tr("{path}: this is {kind}, no Word document", path=path, kind=tr(kind.value)), AS_DOCUMENT)


def is_source(path: Path) -> bool:
    """Whether to read a file found in a folder: because of its suffix, or of its content.

    A text file counts by its suffix only, since most text files are no tables.
    """
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        return is_workbook(path) or detect.inspect(path) is Kind.WORD
    except SourceError:
        return False


def passed_over(path: Path) -> str | None:
    """What a file in a folder is and what the user can do, if it is not read.

    None for a source, and for files that systems and editors keep in folders.  The file is opened.
    """
    if detect.is_lock(path):
        return tr("{lock} (close it in Excel first, so that what it holds is what is read)", lock=tr(detect.LOCK))
    if path.name.startswith(".") or path.name.lower() in _SYSTEM_FILES or is_source(path):
        return None
    try:
        kind = detect.inspect(path)
    except SourceError as refused:
        return str(refused).removeprefix(f"{path}: ")
    return tr("this is {kind}, which is not read ({instead})", kind=tr(kind.value), instead=tr(_INSTEAD[kind]))


def look(path: Path) -> str | None:
    """What `passed_over` returns for a file; empty if it returns nothing and the file is not a source."""
    reason = passed_over(path)
    return "" if reason is None and (path.name.startswith(".") or path.name.lower() in _SYSTEM_FILES) else reason


def read_book(path: Path, kind: Kind) -> Book:
    """The grids of the workbook or text file of this kind at `path`.

    Raises SourceError if it cannot be read, or if the kind is not supported.
    """
    if kind not in _BOOKS:
        raise SourceError(
            tr("{path}: this is {kind}, which is not read", path=path, kind=tr(kind.value)), _INSTEAD[kind]
        )
    module, function = _BOOKS[kind]
    reader: Callable[[Path], Book] = getattr(import_module(f"docgen.formats.{module}"), function)
    return reader(path)


#: The readers by kind of file: a module, which is loaded for such a file, and its function.  Add a spreadsheet format
#: here.
_BOOKS: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {
        Kind.WORKBOOK: ("xlsx", "read_book"),
        Kind.OLD_WORKBOOK: ("xls", "read_old_book"),
        Kind.BINARY_WORKBOOK: ("xlsb", "read_binary_book"),
        Kind.OPEN_WORKBOOK: ("ods", "read_open_book"),
        Kind.TEXT: ("csv", "read_text_book"),
    }
)

_FORM = phrase(
    "fill in the sheet that 'docgen blank sheet' makes, or ask the customer for the form itself (.xlsx or .docx)"
)
_UNPACK = phrase("unpack it and name the workbooks in it")
#: What the user can do with a file of a kind that is not read.
_INSTEAD: Mapping[Kind, str] = MappingProxyType(
    {
        **dict.fromkeys(Kind, _FORM),
        Kind.OLD_WORD: AS_DOCUMENT,
        Kind.RICH_TEXT: AS_DOCUMENT,
        Kind.OPEN_DOCUMENT: AS_DOCUMENT,
        Kind.WEB_PAGE: AS_WORKBOOK,
        Kind.XML: AS_WORKBOOK,
        Kind.APPLE: phrase("export it as an Excel workbook (.xlsx) or a Word document (.docx)"),
        Kind.MESSAGE: phrase("save its attachments and name these"),
        Kind.ARCHIVE: _UNPACK,
        Kind.PACKED: _UNPACK,
        Kind.TEXT: phrase("where it holds a table, save it as .csv"),
    }
)
