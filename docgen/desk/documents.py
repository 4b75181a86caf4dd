"""In a worker: make a document of one intake, with the same bytes as on the command line."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from docgen.desk.readings import SourceJob, bounded, case_of
from docgen.errors import SourceError, WriteError
from docgen.formats import books
from docgen.language import tr
from docgen.library.cases import Case
from docgen.names import safe_name
from docgen.output import scratch
from docgen.packet.packet import returned_name
from docgen.packet.register import Entry
from docgen.workers import limits

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF, ZIP = "application/pdf", "application/zip"
#: The time of files in a zip, fixed so that equal packets give equal zips.
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class DocumentRequest:
    """The requested document: its kind and, for a contract, how final it must be."""

    kind: str
    reviewed_by: str | None = None
    allow_unready: bool = False


class MadeDocument(NamedTuple):
    """A document: its file name as on the command line, its bytes, and the labels printed as pending."""

    name: str
    content: bytes
    media_type: str
    pending: tuple[str, ...] = ()


def make(job: SourceJob, n: int, wish: DocumentRequest) -> MadeDocument:
    """Make the document.  Raises whatever reading and making it raise."""
    with bounded(job.name):
        case = case_of(job, n)
        limits.end_reading()
        return _MAKERS[wish.kind](case, wish)


class Preparation(NamedTuple):
    """What is known before documents are made: the labels that a contract prints as pending, for any verdict, and
    the letter to the customer."""

    pending: tuple[str, ...]
    letter: str


def prepare(job: SourceJob, n: int) -> Preparation:
    """The data for the documents page of an intake.  Raises whatever reading and making documents raise."""
    with bounded(job.name):
        case = case_of(job, n)
        limits.end_reading()
        pending = case.contract(allow_unready=not case.ready).pending
        return Preparation(pending, case.letter().text)


def issue(job: SourceJob, n: int, folder: Path, register: Path, reviewed_by: str | None) -> Entry:
    """Make the final contract in `folder` and record it in the register: both or neither.

    Raises NotReadyError if a value is pending or nobody has decided, WriteError if the contract already exists.
    """
    with bounded(job.name):
        case = case_of(job, n)
        limits.end_reading()
        if folder.is_dir() and any(folder.glob("*.docx")):
            raise WriteError(tr("{name}: its final contract was made already", name=case.name))
        return case.issue(folder / case.file_names["final"], register, reviewed_by=reviewed_by)


def _contract(case: Case, wish: DocumentRequest) -> MadeDocument:
    made = case.contract(allow_unready=wish.allow_unready and not case.ready, reviewed_by=wish.reviewed_by)
    return MadeDocument(case.file_names["contract"], bytes(made), WORD, made.pending)


def _returned(case: Case, suffix: str) -> str:
    return Path(returned_name(case.kit, [case.reviewed], Path(case.source))).with_suffix(suffix).name


def _letter(case: Case, _wish: DocumentRequest) -> MadeDocument:
    letter = case.letter()
    return MadeDocument(f"{letter.subject}.txt", letter.text.encode(), "text/plain; charset=utf-8")


def _packet(case: Case, wish: DocumentRequest) -> MadeDocument:
    """The packet as written by `docgen packet`, in a zip."""
    name = safe_name(case.name)
    with scratch.private_folder() as folder:
        packet = case.save(folder, name=name, reviewed_by=wish.reviewed_by)
        files = {path.name: path.read_bytes() for path in sorted(Path(str(packet.folder)).iterdir())}
    return MadeDocument(f"{name}.zip", zipped(name, files), ZIP, packet.pending)


def zipped(folder: str, files: Mapping[str, bytes]) -> bytes:
    """A zip with these files in one folder."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, content)
    return stream.getvalue()


_MAKERS: Mapping[str, Callable[[Case, DocumentRequest], MadeDocument]] = {
    "form": lambda case, _: MadeDocument(case.file_names["form"], case.form(), WORD),
    "review": lambda case, _: MadeDocument(case.file_names["review"], case.review(), PDF),
    "contract": _contract,
    "returned-sheet": lambda case, _: MadeDocument(_returned(case, ".xlsx"), case.correction_sheet(), SHEET),
    "returned-form": lambda case, _: MadeDocument(_returned(case, ".docx"), case.correction_form(), WORD),
    "letter": _letter,
    "mail": lambda case, _: MadeDocument(f"{case.letter().subject}.eml", case.letter_mail(), "message/rfc822"),
    "packet": _packet,
}
#: Every kind of document that can be requested.
KINDS = frozenset(_MAKERS)


def require_word(content: bytes, name: str) -> None:
    """Raise SourceError if the file dropped for comparison is not a Word document, or not a safe one."""
    with bounded(name), scratch.private_folder() as folder:
        path = Path(folder, "earlier.docx")
        scratch.join(path, [content])
        try:
            books.require_word(path)
        except SourceError as error:
            raise SourceError(error.message.replace(str(path), name), error.hint) from None
