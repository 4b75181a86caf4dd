"""What a packet was made from and what it holds: `manifest.json`, and the check that nothing changed since."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from typing_extensions import TypedDict

from docgen import __version__
from docgen.file_cache import cached_by_file
from docgen.model.as_json import value_json
from docgen.model.intake import AmendmentJson, Intake, Value, Verdict
from docgen.model.kit import KIT_FILE, Kit
from docgen.output.storage import Location

MANIFEST = "manifest.json"
_TEMPLATES = ("form.docx", "contract.docx", "review.html", "review.css")


class KitJson(TypedDict):
    """The kit that a packet was made with."""

    name: str
    version: str
    sha256: Annotated[str, "the SHA-256 of its kit.yaml"]


class SourceJson(TypedDict):
    """The place that an intake was read from."""

    name: Annotated[str, "the name of the source, without its folder"]
    sheet: str | None
    row: int | None
    sha256: str


class DocumentJson(TypedDict):
    """A document of a packet."""

    name: Annotated[str, "the name of the file, in the folder of the packet"]
    sha256: str
    size: Annotated[int, "its bytes"]


class ManifestJson(TypedDict):
    """What a packet was made from and what it holds: its manifest.json."""

    schema: Literal["docgen/manifest/1"]
    docgen: Annotated[str, "the version of docgen"]
    kit: KitJson
    reviewed_by: Annotated[str | None, "who has decided on what the review leaves to a person"]
    amendments: Annotated[list[AmendmentJson], "answers that the provider has corrected"]
    source: SourceJson
    terms_sha256: Annotated[str, "a hash of the commercial terms"]
    templates: Annotated[Mapping[str, str], "the SHA-256 of each template, by file name"]
    fonts: Annotated[Mapping[str, str], "the SHA-256 of each font file of the review, by file name"]
    files: Annotated[Mapping[str, DocumentJson | None], "form, review and contract; null where none was due"]
    verdict: Verdict
    date: Annotated[str, "the date that the documents carry, YYYY-MM-DD"]


def sha256(content: bytes) -> str:
    """The SHA-256 of `content` in hex."""
    return hashlib.sha256(content).hexdigest()


def terms_sha256(terms: Mapping[str, Value]) -> str:
    """A hash of the commercial terms that a contract was made with."""
    flat = {key: str(value_json(terms[key])) for key in sorted(terms)}
    return sha256(json.dumps(flat, ensure_ascii=False).encode())


def build(
    kit: Kit, intake: Intake, verdict: Verdict, date: dt.date, source_sha256: str,
    terms: Mapping[str, Value], documents: Mapping[str, tuple[str, bytes] | None], fonts: Mapping[str, str],
    reviewed_by: str | None = None,
) -> bytes:  # fmt: skip
    """The manifest of a packet; `documents` maps form, review and contract to (file name, bytes) or None."""
    hashes = _hashes(kit.folder)
    data: ManifestJson = {
        "schema": "docgen/manifest/1",
        "docgen": __version__,
        "kit": {"name": kit.name, "version": kit.version, "sha256": hashes[KIT_FILE]},
        "reviewed_by": reviewed_by,
        "amendments": [amendment.as_json() for amendment in intake.amendments],
        "source": {"name": Path(intake.source).name, "sheet": intake.sheet, "row": intake.row, "sha256": source_sha256},
        "terms_sha256": terms_sha256(terms),
        "templates": {name: hashes[name] for name in _TEMPLATES if name in hashes},
        "fonts": dict(fonts),
        "files": {
            kind: {"name": document[0], "sha256": sha256(document[1]), "size": len(document[1])} if document else None
            for kind, document in documents.items()
        },
        "verdict": verdict,
        "date": date.isoformat(),
    }
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


class FileState(StrEnum):
    """How a file of a packet compares with its manifest."""

    UNCHANGED = "unchanged"
    MODIFIED = "modified"
    MISSING = "missing"
    UNEXPECTED = "unexpected"


class FileStatus(NamedTuple):
    """A file of a packet and its state."""

    name: str
    state: FileState


def verify(folder: Location) -> list[FileStatus]:
    """Every file of the packet in `folder` that is not as it was made; nothing if all are."""
    return [status for status in statuses(folder) if status.state is not FileState.UNCHANGED]


def statuses(folder: Location) -> list[FileStatus]:
    """The state of every file that the manifest lists or the folder holds.

    A folder without a readable manifest counts as a packet whose manifest is missing.
    """
    listed = _listed(folder / MANIFEST)
    if listed is None:
        return [FileStatus(MANIFEST, FileState.MISSING)]
    found = [FileStatus(name, _state(folder / name, digest)) for name, digest in listed.items()]
    extra = {path.name for path in folder.iterdir()} - set(listed) - {MANIFEST}
    return found + [FileStatus(name, FileState.UNEXPECTED) for name in sorted(extra)]


def _state(path: Location, digest: str) -> FileState:
    if not path.is_file():
        return FileState.MISSING
    return FileState.UNCHANGED if sha256(path.read_bytes()) == digest else FileState.MODIFIED


def _listed(path: Location) -> dict[str, str] | None:
    try:
        files: dict[str, Any] = _read(path)["files"]
        return {Path(entry["name"]).name: entry["sha256"] for entry in files.values() if entry}
    except _DAMAGES:
        return None


class MadeWith(NamedTuple):
    """The kit that a packet was made with: its name, its version, and the SHA-256 of its files by name."""

    name: str
    version: str
    files: Mapping[str, str]

    def differing(self, kit: Path) -> list[str]:
        """The files that differ in the folder `kit`: changed, missing or new there."""
        now = _hashes(kit)
        return sorted(name for name in {*now, *self.files} if now.get(name) != self.files.get(name))


def made_with(folder: Location) -> MadeWith | None:
    """The kit that the packet in `folder` was made with; None if its manifest does not say."""
    try:
        data = _read(folder / MANIFEST)
        kit = data["kit"]
        return MadeWith(str(kit["name"]), str(kit["version"]), {KIT_FILE: kit["sha256"], **data["templates"]})
    except _DAMAGES:
        return None


#: What reading a damaged manifest may raise.
_DAMAGES = (OSError, ValueError, KeyError, TypeError, AttributeError)


def _read(path: Location) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@cached_by_file
def _hashes(kit: Path) -> Mapping[str, str]:
    """The SHA-256 of kit.yaml and of every template in the folder of a kit, by name."""
    paths = (kit / name for name in (KIT_FILE, *_TEMPLATES))
    return {path.name: sha256(path.read_bytes()) for path in paths if path.is_file()}
