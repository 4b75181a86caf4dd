"""What a source is, by its content, and whether it is safe to open: the first look at a foreign file.

Nothing is unpacked here but the beginning of each XML part.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from enum import StrEnum
from pathlib import Path
from typing import IO
from xml.parsers import expat

from docgen.errors import SourceError
from docgen.formats.text_encoding import utf16_without_mark

MAX_FILE = 500 * 2**20
MAX_ENTRIES = 10_000
MAX_EXPANDED = 2**30
#: A part may shrink this much; sheets of equal rows come near 100.  Small parts may shrink more.
MAX_RATIO = 250
_RATIO_FROM = 20 * 2**20
_MARKUP_READ = 2**20  # a prolog longer than this is no honest one
_CHUNK = 4096

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_TYPES = "[Content_Types].xml"
_MANIFEST = "META-INF/manifest.xml"


class Kind(StrEnum):
    """The kinds of source told apart, each with the words that name it in a message."""

    WORKBOOK = "an Excel workbook"
    WORD = "a Word document"
    BINARY_WORKBOOK = "a binary Excel workbook (.xlsb)"
    OLD_WORKBOOK = "an old Excel workbook (.xls)"
    OLD_WORD = "an old Word document (.doc)"
    OLD_OFFICE = "a file of an old Office program"
    OPEN_WORKBOOK = "an OpenDocument spreadsheet (.ods)"
    OPEN_DOCUMENT = "an OpenDocument file"
    PRESENTATION = "a PowerPoint presentation"
    PDF = "a PDF file"
    WEB_PAGE = "a web page"
    XML = "an XML file"
    ARCHIVE = "a zip archive, not a workbook"
    RICH_TEXT = "a rich text document (.rtf)"
    TEXT = "a plain text file"
    UNKNOWN = "not a known kind of file"


_CONTENT_TYPES = (
    (b"wordprocessingml.document.main+xml", Kind.WORD),
    (b"wordprocessingml.template.main+xml", Kind.WORD),
    (b"ms-word.document.macroEnabled.main+xml", Kind.WORD),
    (b"ms-excel.sheet.binary.macroEnabled.main", Kind.BINARY_WORKBOOK),
    (b"spreadsheetml.sheet.main+xml", Kind.WORKBOOK),
    (b"ms-excel.sheet.macroEnabled.main+xml", Kind.WORKBOOK),
    (b"spreadsheetml.template.main+xml", Kind.WORKBOOK),
    (b"ms-excel.template.macroEnabled.main+xml", Kind.WORKBOOK),
    (b"presentationml.", Kind.PRESENTATION),
)


#: The kinds of zip whose parts are read, and looked at beforehand.
_CHECKED = {Kind.WORKBOOK, Kind.WORD, Kind.BINARY_WORKBOOK, Kind.OPEN_WORKBOOK}


def inspect(path: Path) -> Kind:
    """What the file is.  An OOXML or OpenDocument file is checked: its size, its parts, no DTD in any of them.

    Raises SourceError for what cannot be read, is empty, damaged, password-protected or unsafe.
    """
    try:
        size = path.stat().st_size
        if not size:
            raise SourceError(f"{path}: the file is empty", "ask for the file again")
        if size > MAX_FILE:
            raise SourceError(f"{path}: the file is too large ({size >> 20} MB)", "split it into smaller files")
        with path.open("rb") as file:
            head = file.read(_CHUNK)
            if head.startswith(_OLE):
                return _inspect_ole(path, head + file.read())
            if head.startswith(b"PK"):
                return _inspect_zip(path, file)
    except OSError as cause:
        raise SourceError(f"{path}: cannot be read: {cause.strerror or cause}", "name a file you may read") from cause
    return _kind_of_text(head)


def _kind_of_text(head: bytes) -> Kind:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"%pdf"):
        return Kind.PDF
    if start.startswith(b"{\\rtf"):
        return Kind.RICH_TEXT
    if start.startswith(b"<?xml"):
        return Kind.XML
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta")):
        return Kind.WEB_PAGE
    is_text = b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff")) or utf16_without_mark(head)
    return Kind.TEXT if is_text else Kind.UNKNOWN


def _inspect_ole(path: Path, content: bytes) -> Kind:
    def has(name: str) -> bool:
        return f"{name}\0".encode("utf-16-le") in content  # names of streams end so

    if has("EncryptedPackage"):
        raise protected(path)
    if has("WordDocument"):  # first: a document may speak of a Book
        return Kind.OLD_WORD
    return Kind.OLD_WORKBOOK if has("Workbook") or has("Book") else Kind.OLD_OFFICE


def protected(path: Path) -> SourceError:
    """The refusal of a file that opens only with a password."""
    return SourceError(f"{path}: the file is password-protected", "remove the password and save it again")


def _damaged(path: Path, what: str) -> SourceError:
    return SourceError(f"{path}: the file is damaged: {what}", "open and save it again, or ask for a fresh copy")


def _inspect_zip(path: Path, file: IO[bytes]) -> Kind:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_entries(path, entries)
            kind = _kind_of_zip(archive)
            if kind is Kind.OPEN_WORKBOOK and _is_encrypted(archive):
                raise protected(path)
            if kind in _CHECKED:
                for entry in entries:
                    _check_markup(path, archive, entry)
            return kind
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, KeyError, RuntimeError, ValueError) as cause:
        raise _damaged(path, f"it is cut off or not a sound zip file ({cause})") from cause


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    def refuse(what: str) -> SourceError:
        return SourceError(f"{path}: refused as unsafe: {what}", "open it in Excel or Word and save it as a new file")

    if any(entry.flag_bits & 1 for entry in entries):
        raise protected(path)
    if len(entries) > MAX_ENTRIES:
        raise refuse(f"it holds {len(entries)} parts, more than {MAX_ENTRIES}")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_EXPANDED:
        raise refuse(f"it expands to {total >> 20} MB, more than {MAX_EXPANDED >> 20}")
    for entry in entries:
        if entry.file_size > _RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise refuse(f"its part {entry.filename!r} expands more than {MAX_RATIO} times")
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise refuse("two of its parts have the same name")


def _kind_of_zip(archive: zipfile.ZipFile) -> Kind:
    names = set(archive.namelist())
    if _TYPES in names:
        with archive.open(_TYPES) as part:
            types = part.read(2**20)
        for mark, kind in _CONTENT_TYPES:
            if mark in types:
                return kind
    if "mimetype" in names:
        with archive.open("mimetype") as part:
            said = part.read(200)
        if b"opendocument" in said:
            return Kind.OPEN_WORKBOOK if b"opendocument.spreadsheet" in said else Kind.OPEN_DOCUMENT
    return Kind.ARCHIVE


def _is_encrypted(archive: zipfile.ZipFile) -> bool:
    """Whether an OpenDocument file says so; its parts are then no XML, and its zip looks like any other."""
    if _MANIFEST not in archive.namelist():
        return False
    with archive.open(_MANIFEST) as part:
        return b"encryption-data" in part.read(2**20)


class _RootReached(Exception):  # noqa: N818  no error: it ends the reading of a prolog
    pass


def _check_markup(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse a part that brings a DTD, and with it entities.  A DTD can only stand before the root
    element, so reading ends there.  A picture (.svg) may have one: pictures are never opened."""
    if entry.filename.lower().endswith(".svg"):
        return
    with archive.open(entry) as part:
        chunk = part.read(_CHUNK)
        start = chunk.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
        if not start.startswith(b"<") and not entry.filename.lower().endswith((".xml", ".rels")):
            return
        if _has_dtd(path, entry.filename, chunk, part):
            raise SourceError(
                f"{path}: refused as unsafe: its part {entry.filename!r} declares a DTD or entities",
                "open it in Excel or Word and save it as a new file",
            )


def _has_dtd(path: Path, name: str, chunk: bytes, part: IO[bytes]) -> bool:
    found = False

    def declared(*_: object) -> None:
        nonlocal found
        found = True
        raise _RootReached

    def reached(*_: object) -> None:
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = reached
    length = 0
    try:
        while chunk:
            parser.Parse(chunk)
            length += len(chunk)
            if length > _MARKUP_READ:
                raise _damaged(path, f"its part {name!r} does not begin as XML does")
            chunk = part.read(_CHUNK)
        parser.Parse(b"", True)
    except _RootReached:
        pass
    except (expat.ExpatError, LookupError) as cause:  # LookupError: an encoding that nobody knows
        raise _damaged(path, f"its part {name!r} is not sound XML ({cause})") from cause
    return found
