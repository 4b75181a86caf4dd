"""The compound file of old Office programs (OLE2, [MS-CFB]), through olefile; and encrypted packages in one.

Excel locks a workbook that is only protected against changes with a password of its own, which it tries without
asking: such files open here, too.  No other password is tried.
"""

from __future__ import annotations

import io
import mmap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from docgen.errors import SourceError
from docgen.formats import budgets
from docgen.formats.budgets import TooMuch
from docgen.formats.markup import declares_dtd
from docgen.formats.refusals import UNLOCK, Damaged, protected
from docgen.language import either, tr

SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
#: The stream that holds a whole package, encrypted, and the one that says how.
PACKAGE, _LOCK = "EncryptedPackage", "EncryptionInfo"
_DEFAULT_PASSWORD = "VelvetSweatshop"  # [MS-OFFCRYPTO] 2.4.2.3
_AGILE = 8  # bytes before the XML that describes the newer kind of encryption


def is_compound(head: bytes) -> bool:
    """Whether a file that begins so is a compound file."""
    return head.startswith(SIGNATURE)


class Compound:
    """The streams at the root of a compound file; what is embedded in it is deeper, and is none of them."""

    def __init__(self, file: IO[bytes]) -> None:
        """Raises Damaged for a file that is cut off or whose tables are damaged, and TooMuch."""
        from olefile import OleFileIO

        if file.seek(0, io.SEEK_END) > budgets.COMPOUND_FILE:  # olefile puts its tables together piece by piece
            raise TooMuch(tr("it has more than {compound_file} MB", compound_file=budgets.COMPOUND_FILE >> 20))
        self._file = _MeteredFile(file, budgets.COMPOUND_TABLES)
        try:
            self._ole = OleFileIO(self._file)
        except TooMuch:
            raise
        except Exception as cause:  # olefile raises many types
            raise Damaged(tr("it is cut off, or its tables are damaged")) from cause
        self._file.left = budgets.COMPOUND_READ
        self.names = frozenset(entry.name.casefold() for entry in self._ole.root.kids)

    def stream(self, *names: str, most: int) -> bytes:
        """The first of the streams of these names that there is.  Raises Damaged if there is none, and TooMuch."""
        for name in names:
            if name.casefold() in self.names:
                if self._ole.get_size(name) > most:
                    raise TooMuch(tr("its stream {name!r} has more than {most} MB", name=name, most=most >> 20))
                return self._read(name)
        raise Damaged(tr("it holds no stream {names}", names=either(names)))

    def _read(self, name: str) -> bytes:
        try:
            with self._ole.openstream(name) as stream:
                content: bytes = stream.read()
        except TooMuch:
            raise
        except Exception as cause:
            raise Damaged(tr("its stream {name!r} is damaged", name=name)) from cause
        if len(content) < self._ole.get_size(name):
            raise Damaged(tr("it is cut off"))
        return content


@contextmanager
def compound(path: Path) -> Iterator[Compound]:
    """The compound file at `path`.  Raises as Compound does."""
    with path.open("rb") as file:
        yield Compound(file)


def root_names(path: Path) -> frozenset[str]:
    """The names of the streams at the root, casefolded; of a file whose directory is damaged those of the names
    below that stand anywhere in it, so that it can be named."""
    with suppress(Damaged, TooMuch), compound(path) as found:
        return found.names
    known = (PACKAGE, "WordDocument", "Workbook", "Book", "PowerPoint Document")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        found_names = [name for name in known if content.find(f"{name}\0".encode("utf-16-le")) >= 0]
    # a document may speak of a Book
    return frozenset(name.casefold() for name in found_names[:1])


def unlocked(path: Path) -> IO[bytes]:
    """The package that the compound file at `path` holds, decrypted in memory.

    Raises SourceError if it holds none, or asks for a password.
    """
    from msoffcrypto.format.ooxml import OOXMLFile

    with _locked(path) as file:
        holder = Compound(file)
        if declares_dtd(holder.stream(_LOCK, most=budgets.LONGEST_PROLOG)[_AGILE:]):
            raise Damaged(tr("the description of its encryption declares a DTD"))
        holder.stream(PACKAGE, most=budgets.LOCKED_PACKAGE)
        target = io.BytesIO()
        locked = OOXMLFile(_MeteredFile(file, budgets.COMPOUND_READ))
        if locked.info.get("spinValue", 0) > budgets.MOST_SPINS:
            raise Damaged(tr("its password takes too long to try"))
        locked.load_key(_DEFAULT_PASSWORD, verify_password=True)
        locked.decrypt(target)
        target.seek(0)
        return target


def unlocked_records(path: Path) -> bytes:
    """The stream `Workbook` of the locked .xls workbook at `path`, decrypted.  Raises SourceError as `unlocked`."""
    from msoffcrypto.format.xls97 import Xls97File

    with _locked(path) as file:
        Compound(file).stream("Workbook", most=budgets.LOCKED_RECORDS)
        target = io.BytesIO()
        locked = Xls97File(_MeteredFile(file, budgets.COMPOUND_READ))
        locked.load_key(_DEFAULT_PASSWORD)
        locked.decrypt(target)
        return Compound(target).stream("Workbook", most=budgets.LOCKED_RECORDS)


@contextmanager
def _locked(path: Path) -> Iterator[IO[bytes]]:
    """The file at `path`, open; whatever the wrong password and damage make the library raise is one refusal."""
    try:
        with path.open("rb") as file:
            yield file
    except TooMuch as cause:
        raise SourceError(
            tr("{path}: the file is locked and too large to be unlocked: {cause}", path=path, cause=cause), UNLOCK
        ) from cause
    except Exception as cause:
        raise protected(path) from cause


class _MeteredFile:
    """A file of which so many bytes may be read: tables that name their sectors again and again come to an end."""

    def __init__(self, file: IO[bytes], left: int) -> None:
        self.left = left
        self._file = file
        file.seek(0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(min(size, self.left + 1) if size >= 0 else self.left + 1)
        self.left -= len(data)
        if self.left < 0:
            raise TooMuch(tr("its tables name their sectors again and again"))
        return data
