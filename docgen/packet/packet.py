"""One assessed intake → its folder of documents, whole or not at all.  Reads as the process."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from docgen.documents import context
from docgen.documents.context import Occasion
from docgen.documents.contract import render_contract
from docgen.documents.fonts import faces
from docgen.documents.form import render_form
from docgen.documents.summary import Attached, render_review
from docgen.errors import SourceError, WriteError
from docgen.expressions import sandbox
from docgen.model.intake import Intake, Verdict, intake_json
from docgen.model.kit import Kit
from docgen.names import safe_file_name, safe_name
from docgen.output import files, storage
from docgen.output.storage import Location
from docgen.packet import manifest
from docgen.pipeline import Assessed
from docgen.template.word import Rendered

KINDS = ("form", "review", "contract")
#: A contract is due where the provider may go on (domain §6).
READY = frozenset({Verdict.ACCEPTED, Verdict.MANUAL})
#: So many bytes of a company's name stand in the names of its documents.
_LONGEST_IN_NAMES = 80


@dataclass(frozen=True, slots=True)
class Making:
    """How packets of one run are made: kit, printed date, target folder, and which documents."""

    kit: Kit
    date: dt.date
    out: Location
    force: bool = False
    only: tuple[str, ...] = KINDS


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet on disk; `files` maps form, review and contract to a path, or None where none was due."""

    name: str
    verdict: Verdict
    folder: Location
    files: Mapping[str, Location | None]
    pending: tuple[str, ...]


class Original(NamedTuple):
    """A source file as it is, read and hashed once for all the intakes in it."""

    content: bytes
    sha256: str


def original(path: Path) -> Original:
    """The file at `path`.  Raises SourceError."""
    try:
        content = path.read_bytes()
    except OSError as cause:
        raise SourceError(f"{path}: cannot be read: {cause.strerror}") from cause
    return Original(content, manifest.sha256(content))


def make(assessed: Assessed, source: Original, making: Making, folder_name: str) -> Packet:
    """Write the packet of one intake of `source` to `making.out / folder_name`.

    Raises WriteError where that folder holds what must not be lost, KitError, SystemMissingError, ProofError.
    """
    packet, prepared = prepare(assessed, source, making, folder_name)
    files.settle([prepared])
    files.appear(prepared)
    return packet


def prepare(
    assessed: Assessed, source: Original, making: Making, folder_name: str
) -> tuple[Packet, files.Prepared | storage.Prepared]:
    """The same, but for the last steps: the packet is written and has not appeared (`files.settle`, `files.appear`)."""
    folder = making.out / folder_name
    refuse_to_lose(folder, force=making.force)
    documents, pending = render(assessed, source.content, making)
    listing = manifest.build(
        making.kit, assessed.intake, assessed.review.verdict, making.date,
        source.sha256, assessed.terms, documents, faces() if documents["review"] else {},
    )  # fmt: skip
    contents = {name: content for name, content in filter(None, documents.values())}
    prepared = files.prepare_folder(folder, contents | {manifest.MANIFEST: listing})
    paths = {kind: folder / document[0] if document else None for kind, document in documents.items()}
    return Packet(assessed.intake.name, assessed.review.verdict, folder, paths, pending), prepared


Documents = dict[str, tuple[str, bytes] | None]


def render(assessed: Assessed, source_bytes: bytes, making: Making) -> tuple[Documents, tuple[str, ...]]:
    """The documents that are due, as (file name, bytes), and the labels that the contract prints as pending."""
    names = document_names(making.kit, assessed)
    documents: Documents = dict.fromkeys(KINDS)
    pending: tuple[str, ...] = ()
    if "contract" in making.only and assessed.review.verdict in READY:
        contract = contract_of(assessed, making.kit, Occasion(making.date))
        pending = contract.pending
        documents["contract"] = names["contract"], contract.content
    if "form" in making.only:
        documents["form"] = names["form"], render_form(making.kit, making.date, assessed.intake.values)
    if "review" in making.only:
        occasion = Occasion(making.date, pending=pending)
        documents["review"] = names["review"], review_of(assessed, source_bytes, making.kit, occasion)
    return documents, pending


def contract_of(assessed: Assessed, kit: Kit, occasion: Occasion) -> Rendered:
    """The contract of one assessed intake."""
    return render_contract(kit, assessed.intake, assessed.review, assessed.terms, occasion)


def review_of(assessed: Assessed, source_bytes: bytes, kit: Kit, occasion: Occasion) -> bytes:
    """The review summary of one assessed intake, with its JSON attached, and its source unless that is a table."""
    # The name of the file alone: equal input gives equal bytes wherever it stands.
    intake = replace(assessed.intake, source=Path(assessed.intake.source).name)
    data = json.dumps(intake_json(intake, assessed.review, kit.fields), ensure_ascii=False, indent=2)
    attached = [Attached("intake.json", data.encode(), "normalised answers, findings and figures", "Data")]
    if intake.row is None:  # a table is other customers' data too, and grows with their number
        attached.insert(0, Attached(safe_file_name(intake.source), source_bytes, "source", "Source"))
    return render_review(kit, intake, assessed.review, assessed.terms, occasion, attached)


def document_names(kit: Kit, assessed: Assessed) -> dict[str, str]:
    """The file names of the three documents, from the kit's templates for them, no two alike."""
    names = {kind: _file_name(kit, assessed, getattr(kit.outputs, kind)) for kind in KINDS}
    counts = Counter(name.casefold() for name in names.values())
    return {kind: f"{kind}-{name}" if counts[name.casefold()] > 1 else name for kind, name in names.items()}


def returned_name(kit: Kit, assessed: Sequence[Assessed], source: Path) -> str:
    """The file name of what goes back to the customer: from the kit's template, or named after the source
    where that holds several intakes."""
    if len(assessed) == 1:
        return _file_name(kit, assessed[0], kit.outputs.returned or kit.outputs.form)
    return safe_file_name(f"{source.stem}-{kit.title}.xlsx")


def _file_name(kit: Kit, assessed: Assessed, template: str) -> str:
    given = {**assessed.terms, **assessed.intake.values}

    def value_of(key: str) -> object:
        if key == kit.name_field:  # cut here, so that what tells the documents apart is not
            return safe_name(assessed.intake.name, longest=_LONGEST_IN_NAMES)
        return context.shown(kit.all_fields[key], given.get(key))

    return safe_file_name(sandbox.message(template).render(value_of))


def refuse_to_lose(folder: Location, *, force: bool) -> None:
    """Raise WriteError where `folder` is no packet as docgen made it: it may hold somebody's work."""
    if force or not folder.exists() or files.is_unfinished(folder):
        return
    differences = manifest.verify(folder) if folder.is_dir() else [manifest.Standing(folder.name, "edited")]
    if differences:
        what = ", ".join(f"{name} ({state})" for name, state in differences)
        raise WriteError(
            f"{folder} holds work that would be lost: {what}", "choose another folder with -o, or give --force"
        )


# -- names -----------------------------------------------------------------------------------------


def distinct_name(intake: Intake) -> str:
    """A folder name that no other intake has: the safe name with 8 hex digits of source, sheet and row, or of
    the place of the first answer where a document has neither."""
    place: tuple[object, ...] = (intake.sheet, intake.row)
    if not any(place):
        place = tuple(answer.origin.cell for answer in intake.answers.values())[:1]
    origin = json.dumps([os.path.normpath(intake.source), *place], ensure_ascii=False)
    return f"{safe_name(intake.name)}-{hashlib.sha256(origin.encode('utf-8', 'replace')).hexdigest()[:8]}"


def folder_names(intakes: list[Intake]) -> list[str]:
    """A folder name for each intake: its safe name, with hex digits where two would share one."""
    plain = [safe_name(intake.name) for intake in intakes]
    counts = Counter(name.casefold() for name in plain)
    return [
        distinct_name(intake) if counts[name.casefold()] > 1 else name
        for intake, name in zip(intakes, plain, strict=True)
    ]
