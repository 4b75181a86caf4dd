"""Open compound files of old Office programs (OLE2, [MS-CFB]) with olefile, and encrypted packages inside them.

A workbook that is only protected against changes is locked by Excel with a default password, which Excel tries
by itself.  Such files open here, too.  No other password is tried.
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
#: The stream that holds an encrypted package, and the one that describes the encryption.
PACKAGE, _LOCK = "EncryptedPackage", "EncryptionInfo"
_DEFAULT_PASSWORD = "VelvetSweatshop"  # [MS-OFFCRYPTO] 2.4.2.3
_AGILE = 8  # bytes before the XML that describes agile encryption


def is_compound(head: bytes) -> bool:
    """Whether the first bytes of a file are those of a compound file."""
    return head.startswith(SIGNATURE)


class Compound:
    """The streams at the root of a compound file; embedded objects are deeper and are not included."""

    def __init__(self, file: IO[bytes]) -> None:
        """Raises Damaged for a file that is truncated or whose tables are damaged, and TooMuch."""
        from olefile import OleFileIO

        if file.seek(0, io.SEEK_END) > budgets.COMPOUND_FILE:  # olefile joins its tables piece by piece
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
        """The first of these streams that exists.  Raises Damaged if there is none, and TooMuch."""
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
    """The compound file at `path`.  Raises like Compound."""
    with path.open("rb") as file:
        yield Compound(file)


def root_names(path: Path) -> frozenset[str]:
    """The names of the streams at the root, casefolded.

    If the directory is damaged, any of the names below that occurs in the file, so that the file can be named.
    """
    with suppress(Damaged, TooMuch), compound(path) as found:
        return found.names
    known = (PACKAGE, "WordDocument", "Workbook", "Book", "PowerPoint Document")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        found_names = [name for name in known if content.find(f"{name}\0".encode("utf-16-le")) >= 0]
    # the text of a document may contain the word Book
    return frozenset(name.casefold() for name in found_names[:1])


def unlocked(path: Path) -> IO[bytes]:
    """The decrypted package in the compound file at `path`, in memory.

    Raises SourceError if there is none, or if it needs a password.
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
    """The decrypted stream `Workbook` of the locked .xls workbook at `path`.  Raises SourceError like `unlocked`."""
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
    """Open the locked file at `path`; every error of the library for a wrong password or damage becomes one refusal."""
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
    """A file with a limit on the bytes read: it stops tables that name the same sectors over and over."""

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
