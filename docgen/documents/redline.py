"""A contract compared with an earlier one: the new draft with every difference as a tracked change.

The comparison is python-redlines', an optional extra (`docgen[redline]`); its engine is a program of its own.  What it
makes is read back: accepted it must say what the new draft says, rejected what the earlier one says.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

from docgen.documents import comments
from docgen.errors import KitError, ProofError, SourceError, SystemMissingError
from docgen.language import tr
from docgen.output import scratch
from docgen.patterns import regex
from docgen.template import revisions
from docgen.template.word_parts import word_file
from docgen.workers import limits

_AUTHOR = "docgen"
#: What the engine may hold (bytes); it takes 140 MB for two contracts.
_MEMORY = 400 << 20
#: Differences of text alone come first: looking for those of format, too, the engine (Docxodus 14.1) puts texts of one
#: row of a table into another where a row above is new.
_WAYS: tuple[dict[str, Any], ...] = ({"detect_format_changes": False}, {})
#: Paragraphs of fewer signs say nothing of a document; of the others, drafts of one contract share this part at least,
#: for drafts of two ways of docking share more than half, and other documents none.
_TELLING, _SHARED = 10, 0.1

_TEXT = regex(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
_ANY_TEXT = regex(r"<w:(?:t|delText)(?: [^>]*)?>([^<]*)</w:(?:t|delText)>")
_INSERTED = regex(r"<w:ins\b(?![^>]*/>)[^>]*>.*?</w:ins>", re.DOTALL)


class Redline(NamedTuple):
    """A new draft with its changes tracked; `undecided` counts the tracked changes that the earlier one still held."""

    content: bytes
    undecided: int


def redline(old: Path, new: bytes, date: dt.date) -> Redline:
    """The Word document `new` with its changes against the file `old` tracked, dated `date`.

    Accepting every change gives `new`, rejecting every one gives `old`, in which tracked changes that nobody has
    decided on count as accepted.  Raises SourceError if `old` cannot be compared or is another kind of document,
    SystemMissingError where the engine is not installed, ProofError where its result is not sound.
    """
    try:
        earlier = _main_part(old)
    except KitError as cause:
        raise SourceError(
            tr("{old}: cannot be read as a Word document", old=old), tr("open it in Word and save it again as .docx")
        ) from cause
    undecided = revisions.count(earlier).changes
    earlier, later = revisions.accepted(earlier), _main_part(old, new)
    _require_alike(old, earlier, later)
    for way in _WAYS:
        compared = _compared(old, new, date, way)
        if _is_sound(_main_part(old, compared), earlier, later):
            return Redline(comments.without_own(compared), undecided)  # those of the earlier draft speak of that
    raise ProofError(
        tr("{old}: the comparison with the new draft is not whole, and is not written", old=old),
        tr("make the new draft without --compare, and compare the two in Word (Review > Compare)"),
    )


def _main_part(path: Path, content: bytes | None = None) -> str:
    file = word_file(path, content)
    return dict(file.entries)[file.main].decode("utf-8", "replace")


def _require_alike(old: Path, earlier: str, later: str) -> None:
    """Raise SourceError if two documents have next to nothing in common."""
    of_old, of_new = list(_paragraphs(earlier)), set(_paragraphs(later))
    shared = sum(paragraph in of_new for paragraph in of_old)
    if shared < len(of_old) * _SHARED or not of_old:
        raise SourceError(
            tr(
                "{old}: no earlier draft of this contract: {shared} of its {count} paragraphs are in it",
                old=old, shared=shared, count=len(of_old),
            ),
            tr("name the Word file of an earlier draft"),
        )  # fmt: skip


def _paragraphs(xml: str) -> Iterator[str]:
    """The texts of the paragraphs that say something, without white space."""
    texts = (_joined(_TEXT, paragraph) for paragraph in xml.split("</w:p>"))
    return (text for text in texts if len(text) >= _TELLING)


def _joined(pattern: re.Pattern[str], xml: str) -> str:
    return "".join(unescape("".join(pattern.findall(xml))).split())


def _is_sound(compared: str, earlier: str, later: str) -> bool:
    """Whether the texts of both sides are whole."""
    accepted = _joined(_TEXT, revisions.accepted(compared))
    rejected = _joined(_ANY_TEXT, _INSERTED.sub("", compared))
    return accepted == _joined(_TEXT, later) and rejected == _joined(_TEXT, earlier)


def _compared(old: Path, new: bytes, date: dt.date, way: dict[str, Any]) -> bytes:
    try:
        from python_redlines import DocxodusEngine, EngineExecutionError, EngineNotInstalledError
    except ImportError as cause:
        raise _not_installed() from cause
    # Without it the engine asks for ICU, which a bare system lacks, and compares by the system's language.
    os.environ.setdefault("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
    os.environ.setdefault("DOTNET_GCHeapHardLimit", f"{_MEMORY:X}")
    moment = f"{date.isoformat()}T00:00:00Z"
    try:
        with scratch.for_libraries(), limits.for_programs():
            content, _, _ = DocxodusEngine().run_redline(_AUTHOR, old, new, date_time=moment, **way)
    except EngineNotInstalledError as cause:
        raise _not_installed() from cause
    except EngineExecutionError as cause:
        raise SourceError(
            _why(old, cause.returncode), tr("open it in Word, save it again as .docx, and compare with that")
        ) from cause
    return bytes(content)


def _why(old: Path, code: int) -> str:
    """Why there is no comparison.  What the engine says of it may quote the contract."""
    if abs(code) % 128 in {signal.SIGXCPU, signal.SIGKILL, signal.SIGABRT}:
        return tr("{old}: comparing it takes more time or memory than it may", old=old)
    return tr("{old}: cannot be compared with the new draft: the comparison ended with an error", old=old)


def _not_installed() -> SystemMissingError:
    return SystemMissingError(
        tr("comparing contracts needs python-redlines and its engine, which are not installed"),
        tr("pip install 'docgen[redline]'"),
    )
