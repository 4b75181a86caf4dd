"""One reviewed intake → its folder of documents, whole or not at all.  Reads as the process."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from typing_extensions import TypedDict

from docgen.documents.context import RenderOptions
from docgen.documents.contract import render_contract
from docgen.documents.fonts import faces
from docgen.documents.form import render_form
from docgen.documents.summary import Attached, render_review
from docgen.errors import WriteError
from docgen.expressions import sandbox
from docgen.language import tr
from docgen.model.as_json import UnreadableJson, intake_json
from docgen.model.intake import READY, Intake, Verdict
from docgen.model.kit import Kit
from docgen.names import safe_file_name, safe_name
from docgen.output import files, storage
from docgen.output.storage import Location
from docgen.packet import manifest
from docgen.pipeline import ReviewedIntake, SourceFile
from docgen.template.word import Rendered
from docgen.values.shown import shown

KINDS = ("form", "review", "contract")
#: How many bytes of a company's name are in the names of its documents.
_LONGEST_IN_NAMES = 80


@dataclass(frozen=True, slots=True)
class PacketOptions:
    """How the packets of one run are made: kit, printed date, target folder, documents, and the person who decided
    what the review leaves open, if any."""

    kit: Kit
    date: dt.date
    out: Location
    force: bool = False
    only: tuple[str, ...] = KINDS
    reviewed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet on disk; `files` maps form, review and contract to a path, or None if none was due."""

    name: str
    verdict: Verdict
    folder: Location
    files: Mapping[str, Location | None]
    pending: tuple[str, ...]


class PacketJson(TypedDict):
    """A packet on disk."""

    name: Annotated[str, "the name of the customer"]
    verdict: Verdict
    folder: Annotated[str, "the path of its folder"]
    files: Annotated[
        Mapping[str, str | None], "the path of each document: form, review, contract; null where none is due"
    ]
    pending: Annotated[list[str], "the labels that the contract prints as pending"]


class PacketsJson(TypedDict):
    """What `docgen packet --json` prints."""

    schema: Literal["docgen/packet/1"]
    packets: list[PacketJson]
    unreadable: list[UnreadableJson]


def packet_json(made: Packet) -> PacketJson:
    """A packet as JSON data, its paths absolute."""
    return {
        "name": made.name,
        "verdict": made.verdict,
        "folder": str(made.folder.resolve()),
        "files": {kind: str(path.resolve()) if path else None for kind, path in made.files.items()},
        "pending": list(made.pending),
    }


def make(reviewed: ReviewedIntake, source: SourceFile, options: PacketOptions, folder_name: str) -> Packet:
    """Write the packet of one intake of `source` to `options.out / folder_name`.

    Raises WriteError if that folder holds what must not be lost, KitError, SystemMissingError, ProofError.
    """
    packet, prepared = prepare(reviewed, source, options, folder_name)
    files.sync([prepared])
    files.publish(prepared)
    return packet


def prepare(
    reviewed: ReviewedIntake, source: SourceFile, options: PacketOptions, folder_name: str
) -> tuple[Packet, files.StagedFolder | storage.StagedObjects]:
    """The same without the last steps: the packet is written, but not yet visible (`files.sync`, `files.publish`)."""
    folder = options.out / folder_name
    refuse_to_lose(folder, force=options.force)
    documents, pending = render(reviewed, attachable(reviewed, source), options)
    listing = manifest.build(
        options.kit, reviewed.intake, reviewed.review.verdict, options.date,
        source.sha256, reviewed.terms, documents, faces() if documents["review"] else {}, options.reviewed_by,
    )  # fmt: skip
    contents = {name: content for name, content in filter(None, documents.values())}
    prepared = files.stage_folder(folder, contents | {manifest.MANIFEST: listing})
    paths = {kind: folder / document[0] if document else None for kind, document in documents.items()}
    return Packet(reviewed.intake.name, reviewed.review.verdict, folder, paths, pending), prepared


def attachable(reviewed: ReviewedIntake, source: SourceFile) -> bytes:
    """The source to attach to a review: nothing if it holds more than this intake."""
    return source.content if reviewed.is_single else b""


Documents = dict[str, tuple[str, bytes] | None]


def render(reviewed: ReviewedIntake, source_bytes: bytes, options: PacketOptions) -> tuple[Documents, tuple[str, ...]]:
    """The documents that are due, as (file name, bytes), and the labels that the contract prints as pending."""
    names = document_names(options.kit, reviewed)
    documents: Documents = dict.fromkeys(KINDS)
    pending: tuple[str, ...] = ()
    if "contract" in options.only and reviewed.review.verdict in READY:
        contract = contract_of(reviewed, options.kit, RenderOptions(options.date, reviewed_by=options.reviewed_by))
        pending = contract.pending
        documents["contract"] = names["contract"], contract.content
    if "form" in options.only:
        documents["form"] = names["form"], render_form(options.kit, options.date, reviewed.intake.values)
    if "review" in options.only:
        printed = RenderOptions(options.date, pending=pending)
        documents["review"] = names["review"], review_of(reviewed, source_bytes, options.kit, printed)
    return documents, pending


def contract_of(reviewed: ReviewedIntake, kit: Kit, options: RenderOptions) -> Rendered:
    """The contract of one reviewed intake."""
    return render_contract(kit, reviewed.intake, reviewed.review, reviewed.terms, options)


def review_of(reviewed: ReviewedIntake, source_bytes: bytes, kit: Kit, options: RenderOptions) -> bytes:
    """The review summary of one reviewed intake, with its JSON attached, and its source if that is all it holds."""
    # Only the name of the file, so that equal input gives equal bytes in any folder.
    intake = replace(reviewed.intake, source=Path(reviewed.intake.source).name)
    data = json.dumps(intake_json(intake, reviewed.review, kit.fields), ensure_ascii=False, indent=2)
    attached = [Attached("intake.json", data.encode(), "normalised answers, findings and figures", "Data")]
    if reviewed.is_single:  # the rest of a source is other customers' data, and grows with their number
        attached.insert(0, Attached(safe_file_name(intake.source), source_bytes, "source", "Source"))
    return render_review(kit, intake, reviewed.review, reviewed.terms, options, attached)


def document_names(kit: Kit, reviewed: ReviewedIntake) -> dict[str, str]:
    """The file names of the three documents, from the kit's templates for them, no two alike."""
    names = {kind: _file_name(kit, reviewed, getattr(kit.outputs, kind)) for kind in KINDS}
    counts = Counter(name.casefold() for name in names.values())
    return {kind: f"{kind}-{name}" if counts[name.casefold()] > 1 else name for kind, name in names.items()}


def final_name(kit: Kit, reviewed: ReviewedIntake) -> str:
    """The file name of the final contract, from the kit's template for it."""
    return _file_name(kit, reviewed, kit.outputs.final or kit.outputs.contract)


def returned_name(kit: Kit, reviewed: Sequence[ReviewedIntake], source: Path) -> str:
    """The name of the file to send back to the customer, from the kit's template; for several customers the name of a
    folder for their files, after the source."""
    if len(reviewed) == 1:
        return _file_name(kit, reviewed[0], kit.outputs.returned or kit.outputs.form)
    return safe_file_name(f"{source.stem}-{kit.title}")


def letter_name(kit: Kit, reviewed: ReviewedIntake) -> str:
    """What the letter to the customer is called: the subject of the mail, and without its suffix the name of a file."""
    return _file_name(kit, reviewed, kit.outputs.letter or kit.title)


def returned_names(kit: Kit, reviewed: Sequence[ReviewedIntake]) -> list[str]:
    """The names of the files that go back to several customers, no two alike: hex digits distinguish what would be."""
    names = [returned_name(kit, [one], Path()) for one in reviewed]
    counts = Counter(name.casefold() for name in names)
    return [
        f"{distinct_name(one.intake)}-{name}" if counts[name.casefold()] > 1 else name
        for one, name in zip(reviewed, names, strict=True)
    ]


def _file_name(kit: Kit, reviewed: ReviewedIntake, template: str) -> str:
    given = {**reviewed.terms, **reviewed.intake.values}

    def value_of(key: str) -> object:
        if key == kit.name_field:  # cut here, so that the part that distinguishes the documents is not
            return safe_name(reviewed.intake.name, longest=_LONGEST_IN_NAMES)
        return shown(kit.all_fields[key], given.get(key))

    return safe_file_name(sandbox.message(template).render(value_of))


def refuse_to_lose(folder: Location, *, force: bool) -> None:
    """Raise WriteError if `folder` is no packet as docgen made it: it may hold somebody's work."""
    if force or not folder.exists() or files.is_unfinished(folder):
        return
    differences = (
        manifest.verify(folder) if folder.is_dir() else [manifest.FileStatus(folder.name, manifest.FileState.MODIFIED)]
    )
    if differences:
        what = ", ".join(f"{name} ({state})" for name, state in differences)
        raise WriteError(
            tr("{folder} holds work that would be lost: {what}", folder=folder, what=what),
            tr("choose another folder with -o, or give --force"),
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
