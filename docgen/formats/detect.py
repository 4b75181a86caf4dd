"""Find the kind of a source by its content, as the first step with any file.

The zip is checked, and only the parts that
show the kind are unpacked."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from docgen.errors import SourceError
from docgen.formats import budgets
from docgen.formats.compound import PACKAGE, is_compound, root_names
from docgen.formats.markup import root_name
from docgen.formats.package import RELATIONS, TYPES, Package, open_package
from docgen.formats.refusals import FRESH, clear_errors, protected, too_large
from docgen.formats.text_encoding import utf16_without_mark
from docgen.language import phrase, system_reason, tr
from docgen.patterns import regex

_HEAD = 4096
_TAG = regex(rb"<[^<>]*>")
_MANIFEST = "META-INF/manifest.xml"


class Kind(StrEnum):
    """The kinds of file, each with its name in messages."""

    WORKBOOK = phrase("an Excel workbook")
    WORD = phrase("a Word document")
    BINARY_WORKBOOK = phrase("a binary Excel workbook (.xlsb)")
    OLD_WORKBOOK = phrase("an old Excel workbook (.xls)")
    OLD_WORD = phrase("an old Word document (.doc)")
    OLD_OFFICE = phrase("a file of an old Office program")
    OPEN_WORKBOOK = phrase("an OpenDocument spreadsheet (.ods)")
    OPEN_DOCUMENT = phrase("an OpenDocument file")
    APPLE = phrase("a document of Apple's Numbers, Pages or Keynote")
    PRESENTATION = phrase("a PowerPoint presentation")
    PDF = phrase("a PDF file")
    PICTURE = phrase("a picture")
    MESSAGE = phrase("an Outlook message (.msg)")
    WEB_PAGE = phrase("a web page")
    XML = phrase("an XML file")
    ARCHIVE = phrase("a zip archive, not a workbook")
    PACKED = phrase("a compressed archive")
    RICH_TEXT = phrase("a rich text document (.rtf)")
    TEXT = phrase("a plain text file")
    UNKNOWN = phrase("not a known kind of file")


#: How the content type of a package's main part ends (ECMA-376 part 1, 11.3.2 and 12.3.23; [MS-OFFMACRO2]
#: 2.2.2; [MS-XLSB] 2.1.7.61).
_CONTENT_TYPES = (
    ("spreadsheetml.sheet.main+xml", Kind.WORKBOOK),
    ("spreadsheetml.template.main+xml", Kind.WORKBOOK),
    ("ms-excel.sheet.macroenabled.main+xml", Kind.WORKBOOK),
    ("ms-excel.template.macroenabled.main+xml", Kind.WORKBOOK),
    ("ms-excel.addin.macroenabled.main+xml", Kind.WORKBOOK),
    ("ms-excel.sheet.binary.macroenabled.main", Kind.BINARY_WORKBOOK),
    ("wordprocessingml.document.main+xml", Kind.WORD),
    ("wordprocessingml.template.main+xml", Kind.WORD),
    ("ms-word.document.macroenabled.main+xml", Kind.WORD),
    ("ms-word.template.macroenabledtemplate.main+xml", Kind.WORD),
    ("presentationml.presentation.main+xml", Kind.PRESENTATION),
    ("presentationml.slideshow.main+xml", Kind.PRESENTATION),
    ("presentationml.template.main+xml", Kind.PRESENTATION),
    ("ms-powerpoint.presentation.macroenabled.main+xml", Kind.PRESENTATION),
    ("ms-powerpoint.slideshow.macroenabled.main+xml", Kind.PRESENTATION),
)
#: The root elements of main parts with a generic content type, and the first record of an .xlsb workbook.
_ROOTS = {"workbook": Kind.WORKBOOK, "document": Kind.WORD, "presentation": Kind.PRESENTATION}
_BINARY_BEGIN = b"\x83\x01"
#: First bytes of files that are not sources, so that messages can name them.
_BEGINNINGS = (
    (b"%PDF", Kind.PDF), (b"{\\rtf", Kind.RICH_TEXT), (b"\x89PNG", Kind.PICTURE), (b"\xff\xd8\xff", Kind.PICTURE),
    (b"GIF87a", Kind.PICTURE), (b"GIF89a", Kind.PICTURE), (b"II*\0", Kind.PICTURE), (b"MM\0*", Kind.PICTURE),
    (b"Rar!\x1a\x07", Kind.PACKED), (b"7z\xbc\xaf\x27\x1c", Kind.PACKED), (b"\x1f\x8b", Kind.PACKED),
    (b"\xfd7zXZ\0", Kind.PACKED),
)  # fmt: skip
_PICTURE_BRANDS = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif")
#: The name of a lock file in messages.
LOCK = phrase("this only marks a document that is open in Excel, Word or LibreOffice")
#: First bytes of .xls workbooks without a compound file: old ones, and those of some programs ([MS-XLS] 2.4.21, BOF).
_BEGINS_BOOK = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")


def inspect(path: Path) -> Kind:
    """The kind of the file, by its content.

    Raises SourceError for a file that cannot be read, or is empty, damaged, password-protected or unsafe.
    """
    try:
        size = path.stat().st_size
        if not size:
            raise SourceError(tr("{path}: the file is empty", path=path), tr("ask for the file again"))
        if size > budgets.MAX_FILE:
            raise too_large(path, size)
        with path.open("rb") as file:
            head = file.read(_HEAD)
        if size < _HEAD and is_lock(path):
            raise SourceError(f"{path}: {tr(LOCK)}", tr("close it in Excel first, then name the document itself"))
        if is_compound(head):
            return _kind_of_compound(path)
        if head.startswith(b"PK"):
            return _kind_of_zip(path)
    except OSError as cause:
        raise SourceError(
            tr("{path}: cannot be read: {cause}", path=path, cause=system_reason(cause)), tr("name a file you may read")
        ) from cause
    return _kind_of_bytes(head)


def is_lock(path: Path) -> bool:
    """Whether the name is that of the small file that an office program creates beside an open document."""
    return path.name.startswith("~$") or (path.name.startswith(".~lock.") and path.name.endswith("#"))


def _kind_of_bytes(head: bytes) -> Kind:
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    is_bitmap = head.startswith(b"BM") and head[6:10] == bytes(4)
    if is_bitmap or head[4:12] in _PICTURE_BRANDS or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return Kind.PICTURE
    if head.startswith(_BEGINS_BOOK) and head[2:4] in {b"\x04\0", b"\x06\0", b"\x08\0", b"\x10\0"}:
        return Kind.OLD_WORKBOOK
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"%pdf"):
        return Kind.PDF
    if start.startswith(b"<?xml"):
        return Kind.WEB_PAGE if b"<html" in start else Kind.XML
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<style", b"<div", b"<!--")):
        return Kind.WEB_PAGE
    if start.startswith(b"mime-version:") and b"multipart/related" in start:
        return Kind.WEB_PAGE  # a page with its pictures in one file, as saved by Excel
    is_text = b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff")) or utf16_without_mark(head)
    return Kind.TEXT if is_text else Kind.UNKNOWN


def _kind_of_compound(path: Path) -> Kind:
    """The kind by the streams at the root only, since any document may embed another."""
    names = root_names(path)
    if PACKAGE.casefold() in names:
        return _kind_of_zip(path)
    if "workbook" in names or "book" in names:
        return Kind.OLD_WORKBOOK
    if "worddocument" in names:
        return Kind.OLD_WORD
    if "powerpoint document" in names:
        return Kind.PRESENTATION
    return Kind.MESSAGE if "__properties_version1.0" in names else Kind.OLD_OFFICE


def _kind_of_zip(path: Path) -> Kind:
    with clear_errors(path, tr("the file"), FRESH), open_package(path) as package:
        kind = _kind_of_office(package) or _kind_of_open_document(package)
        if kind is not None:
            return kind
        is_apple = any(name.endswith(".iwa") or name in {"Index.zip", "index.apxl"} for name in package.names())
        return Kind.APPLE if is_apple else Kind.ARCHIVE


# -- Office packages -------------------------------------------------------------------------------


def _kind_of_office(package: Package) -> Kind | None:
    """The kind of an Office package, None for any other.

    The type of its main part decides, whatever types the package declares for missing parts.
    """
    if package.find(TYPES) is None and package.find(RELATIONS) is None:
        return None
    main = main_part(package)
    overrides, defaults = _types(package)
    if main is not None:
        said = overrides.get(main.casefold()) or defaults.get(main.rpartition(".")[2].casefold(), "")
        return _of_type(said) or _of_root(package, main)
    return next(filter(None, map(_of_type, overrides.values())), None)


def main_part(package: Package) -> str | None:
    """The part with the workbook or document of an Office package; None if the package names none."""
    if package.find(RELATIONS) is None:
        return None
    return next(iter(package.related("", "/officeDocument").values()), None)


def _types(package: Package) -> tuple[dict[str, str], dict[str, str]]:
    """The content types of parts by name, and by suffix; both in lower case."""
    overrides: dict[str, str] = {}
    defaults: dict[str, str] = {}
    if package.find(TYPES) is not None:
        for one in package.parse(TYPES):
            said = one.get("ContentType", "").casefold()
            if "Extension" in one.attrib:
                defaults[one.attrib["Extension"].casefold()] = said
            else:
                overrides[one.get("PartName", "").replace("\\", "/").lstrip("/").casefold()] = said
    return overrides, defaults


def _of_type(said: str) -> Kind | None:
    return next((kind for ending, kind in _CONTENT_TYPES if said.endswith(ending)), None)


def _of_root(package: Package, main: str) -> Kind | None:
    """The kind by the beginning of the main part, for writers that give it no specific type."""
    if package.head(main, 2) == _BINARY_BEGIN:
        return Kind.BINARY_WORKBOOK
    with package.open(main) as part:
        return _ROOTS.get(root_name(part.read(budgets.LONGEST_PROLOG)) or "")


# -- OpenDocument ----------------------------------------------------------------------------------


def _kind_of_open_document(package: Package) -> Kind | None:
    """The kind of an OpenDocument file, None for any other."""
    manifest = package.head(_MANIFEST) if package.find(_MANIFEST) else b""
    said = _media_type(package, manifest)
    if b"opendocument" not in said and b"vnd.sun.xml" not in said:
        return None
    if b"opendocument.spreadsheet" not in said:
        return Kind.OPEN_DOCUMENT
    if b"encryption-data" in manifest:  # encrypted parts are not XML, and the zip looks like any other
        raise protected(package.path)
    return Kind.OPEN_WORKBOOK


def _media_type(package: Package, manifest: bytes) -> bytes:
    """What an OpenDocument file declares to be: by its first part, its list of parts, or its content."""
    if package.find("mimetype"):
        return package.head("mimetype", 200)
    whole = next((tag for tag in _TAG.findall(manifest) if b'full-path="/"' in tag), b"")
    if whole or not package.find("content.xml"):
        return whole
    content = package.head("content.xml")
    if b"opendocument:xmlns:office" not in content:
        return b""
    return b"opendocument.spreadsheet" if b":spreadsheet>" in content else b"opendocument"
