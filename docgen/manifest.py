"""What a packet was made from and what it holds: `manifest.json`, and the proof that nothing changed since."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from docgen import __version__
from docgen.intake import Intake, Value, Verdict, value_json
from docgen.kit import Kit
from docgen.kitfile import KIT_FILE
from docgen.storage import Location

MANIFEST = "manifest.json"
_TEMPLATES = ("form.docx", "contract.docx", "review.html", "review.css")


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
) -> bytes:  # fmt: skip
    """The manifest of a packet; `documents` maps form, review and contract to (file name, bytes) or None."""
    hashes = _hashes(kit.folder)
    data = {
        "docgen": __version__,
        "kit": {"name": kit.name, "version": kit.version, "sha256": hashes[KIT_FILE]},
        "source": {
            "name": Path(intake.source).name,
            "sheet": intake.sheet,
            "row": intake.row,
            "sha256": source_sha256,
        },
        "terms_sha256": terms_sha256(terms),
        "templates": {name: hashes[name] for name in _TEMPLATES if name in hashes},
        "fonts": dict(fonts),
        "files": {
            kind: document and {"name": document[0], "sha256": sha256(document[1]), "size": len(document[1])}
            for kind, document in documents.items()
        },
        "verdict": verdict.value,
        "date": date.isoformat(),
    }
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


@cache  # as the kit and its templates, which a process reads once
def _hashes(kit_folder: Path) -> dict[str, str]:
    """The SHA-256 of the files of a kit by name."""
    paths = (kit_folder / name for name in (KIT_FILE, *_TEMPLATES))
    return {path.name: sha256(path.read_bytes()) for path in paths if path.is_file()}


class Difference(NamedTuple):
    """A file of a packet that is not as it was made: `edited`, `missing` or `extra`."""

    name: str
    state: str


def verify(folder: Location) -> list[Difference]:
    """What differs between the packet in `folder` and its manifest; nothing where it is as made.

    A folder without a readable manifest counts as a packet whose manifest is missing.
    """
    listed = _listed(folder / MANIFEST)
    if listed is None:
        return [Difference(MANIFEST, "missing")]
    differences = [
        Difference(name, "edited" if (folder / name).is_file() else "missing")
        for name, digest in listed.items()
        if not (folder / name).is_file() or sha256((folder / name).read_bytes()) != digest
    ]
    extra = {path.name for path in folder.iterdir()} - set(listed) - {MANIFEST}
    return differences + [Difference(name, "extra") for name in sorted(extra)]


def _listed(path: Location) -> dict[str, str] | None:
    try:
        files: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["files"]
        return {Path(entry["name"]).name: entry["sha256"] for entry in files.values() if entry}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
