"""Open the parts of an Office or OpenDocument file (a zip).  Only parts that are read are checked.

Part names are as in the formats: with slashes, and case does not matter.  A workbook
locked with Excel's default password opens without asking, as in Excel.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from docgen.formats import budgets
from docgen.formats.budgets import Budget, TooMuch
from docgen.formats.compound import is_compound, unlocked
from docgen.formats.markup import declares_dtd, parsed
from docgen.formats.refusals import Damaged, clear_errors, damaged, protected, unsafe
from docgen.language import tr

TYPES, RELATIONS = "[Content_Types].xml", "_rels/.rels"
_LOCAL_HEADER = 30  # the least number of bytes before the name and data of an entry
_LINK, _FILE_TYPE = 0o120000, 0o170000


class Package:
    """The parts of one open file."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        """`file` is the zip, and is closed with the package; `path` is its name in messages.

        Raises SourceError for a zip that is damaged, password-protected or unsafe.
        """
        self.path = path
        self._file = file
        self._whole = Budget(budgets.WHOLE_PARTS, tr("bytes in parts that are read whole"))
        self._trees = Budget(budgets.WHOLE_TREES, tr("bytes in elements of XML"))
        self._opened: set[str] = set()
        self._listings: dict[str, Element] = {}  # of relations, which are asked for by one kind after the other
        self._unpacked = Budget(budgets.MOST_UNPACKED, tr("bytes in its parts"))
        metered = _DirectoryMeter(file)
        try:
            self._archive = zipfile.ZipFile(metered)
        except TooMuch as cause:
            raise unsafe(path, str(cause)) from cause
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as cause:
            raise damaged(path, tr("it is cut off or not a sound zip file")) from cause
        metered.is_open = True
        self._names = _named(path, self._archive.infolist())
        self._folded = {name.casefold(): name for name in self._names}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._archive.close()
        self._file.close()

    def names(self) -> tuple[str, ...]:
        """The names of all parts, in the order of the zip."""
        return tuple(self._names)

    def find(self, name: str) -> str | None:
        """The part with this `name`, in any case; None if there is none."""
        name = _plain(name)
        return name if name in self._names else self._folded.get(name.casefold())

    def size(self, name: str) -> int:
        """The unpacked size of a part in bytes.  Raises Damaged if there is no such part."""
        return self._entry(name).file_size

    def open(self, name: str) -> IO[bytes]:
        """Open a part and check that its XML has no DTD.  Raises SourceError if it has one, Damaged if the part is
        missing or does not begin like XML."""
        entry = self._entry(name)
        self._check(name, entry)
        with self._archive.open(entry) as part:
            head = part.read(budgets.LONGEST_PROLOG)
        try:
            has_dtd = declares_dtd(head)
        except Damaged as cause:
            raise Damaged(tr("its part {name!r} {cause}", name=name, cause=cause)) from cause
        if has_dtd:
            raise unsafe(self.path, tr("its part {name!r} declares a DTD or entities", name=name))
        return io.BytesIO(head) if len(head) < budgets.LONGEST_PROLOG else self._archive.open(entry)

    def read(self, name: str) -> bytes:
        """The whole part; it counts against the budget for all such parts.  Raises like `open`, and TooMuch."""
        self._whole.spend(self.size(name))
        with self.open(name) as part:
            return part.read()

    def parse(self, name: str, strict: bytes = b"", transitional: bytes = b"") -> Element:
        """The root of an XML part as a tree, on the same budget; namespaces of ISO 29500 Strict become
        the usual ones.  Raises like `read`, and ParseError."""
        content = self.read(name)
        return parsed(content.replace(strict, transitional) if strict else content, self._trees)

    def head(self, name: str, most: int = 2**20) -> bytes:
        """The first bytes of a part, which are not parsed.  Raises Damaged if it is missing."""
        entry = self._entry(name)
        self._check(name, entry)
        with self._archive.open(entry) as part:
            return part.read(most)

    def copy(self) -> IO[bytes]:
        """The whole file with corrected names, in memory and on the same budget, for a library that opens it itself."""
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w") as target:
            for name in self._names:
                target.writestr(name, self.read(name))
        copy.seek(0)
        return copy

    def related(self, part: str, kind: str) -> dict[str, str]:
        """The existing parts to which `part` ("" is the package itself) has a relation of this kind, by relation id.

        `kind` is the end of the relation's type (`/worksheet`).

        Raises Damaged if the part has no list of relations.
        """
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", f"{name}.rels")
        found = {}
        if listing not in self._listings:
            self._listings[listing] = self.parse(listing)
        for one in self._listings[listing]:
            if one.get("Type", "").endswith(kind) and one.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", "").replace("\\", "/")))
                there = self.find(target) or self.find(unquote(target))
                if there is not None:
                    found[one.get("Id", "")] = there
        return found

    def _entry(self, name: str) -> zipfile.ZipInfo:
        found = self.find(name)
        if found is None:
            raise Damaged(tr("its part {name!r} is missing", name=name))
        return self._names[found]

    def _check(self, name: str, entry: zipfile.ZipInfo) -> None:
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise damaged(self.path, tr("its part {name!r} is packed in a way that Office does not know", name=name))
        times = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > budgets.SHRUNK_FROM and times > budgets.MOST_SHRUNK:
            raise unsafe(
                self.path,
                tr(
                    "its part {name!r} expands more than {most_shrunk} times",
                    name=name,
                    most_shrunk=budgets.MOST_SHRUNK,
                ),
            )
        if entry.filename not in self._opened:
            self._opened.add(entry.filename)
            try:
                self._unpacked.spend(entry.file_size)
            except TooMuch as cause:
                raise unsafe(
                    self.path,
                    tr("it expands to more than {most_unpacked} MB", most_unpacked=budgets.MOST_UNPACKED >> 20),
                ) from cause


def open_package(path: Path) -> Package:
    """Open the package that is the file at `path`, or that the file holds behind Excel's default password.

    Raises SourceError if there is none, or if it is damaged, password-protected or unsafe.
    """
    file = path.open("rb")
    try:
        if is_compound(file.read(8)):
            file.close()
            return Package(path, unlocked(path))
        return Package(path, file)
    except BaseException:
        file.close()
        raise


class _DirectoryMeter:
    """A file that refuses single reads longer than a zip's directory may be.

    The directory is read at once, so a directory of millions of entries is refused before it is read.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.is_open = False  # true after the directory has been read
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, size: int = -1) -> bytes:
        if self.is_open:
            return self._file.read(size)
        data = self._file.read(budgets.LONGEST_DIRECTORY + 1 if size < 0 else min(size, budgets.LONGEST_DIRECTORY + 1))
        if len(data) > budgets.LONGEST_DIRECTORY:
            raise TooMuch(
                tr(
                    "the list of its parts is longer than {longest_directory} MB",
                    longest_directory=budgets.LONGEST_DIRECTORY >> 20,
                )
            )
        return data


def _named(path: Path, entries: Iterable[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The entries by name, without folders."""
    entries = list(entries)
    if len(entries) > budgets.MOST_PARTS:
        raise unsafe(
            path,
            tr("it holds {count} parts, more than {most_parts}", count=len(entries), most_parts=budgets.MOST_PARTS),
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise protected(path)
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            raise unsafe(path, tr("two of its parts lie over each other"))
        end = entry.header_offset + _LOCAL_HEADER + entry.compress_size
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = _plain(entry.filename)
        if ".." in name.split("/") or entry.external_attr >> 16 & _FILE_TYPE == _LINK:
            raise unsafe(path, tr("its part {filename!r} is a link or points out of it", filename=entry.filename))
        if name in found:
            raise unsafe(path, tr("two of its parts have the same name"))
        if not entry.filename.endswith(("/", "\\")):
            found[name] = entry
    return found


def _plain(name: str) -> str:
    """A name with slashes, relative to the root, without empty steps."""
    return "/".join(step for step in name.replace("\\", "/").split("/") if step not in {"", "."})


@contextmanager
def reading(path: Path, what: str, hint: str) -> Iterator[Package]:
    """The package at `path`; any error while it is read becomes a SourceError (`clear_errors`)."""
    with clear_errors(path, what, hint), open_package(path) as package:
        yield package
