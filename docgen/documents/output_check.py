"""The check of a document after rendering; a document that fails is not written.

The check is not about values (tests check those), but about the file: it opens, its parts are whole, no marks of the
engine are left in it, the form asks for every field.  A template tag in a value is
the customer's text; one of the template's own cannot be left over, since a template is compiled from all its tags.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from docgen.errors import ProofError
from docgen.language import tr
from docgen.model.kit import Kit
from docgen.patterns import regex
from docgen.template import soundness
from docgen.template.word import Rendered

_CONTROL_TAG = regex(rb'<w:tag w:val="([^"]*)"')
_CONTROL_ID = regex(rb'<w:id w:val="([^"]*)"')  # only of controls: bookmarks have theirs as an attribute


def word(document: Rendered, what: str) -> Rendered:
    """`document` itself, a Word file that is sound.  Raises ProofError that says what is wrong with `what`."""
    _require(what, _word_problems(_opened(document, what), document))
    return document


def form(document: Rendered, kit: Kit, what: str = "") -> Rendered:
    """`document` itself, a sound Word file with a control for every field of the kit.  Raises ProofError."""
    what = what or tr("the form")
    parts = _opened(document, what)
    _require(what, [*_word_problems(parts, document), *_control_problems(parts.get(document.main, b""), kit)])
    return document


def pdf(objects: Iterable[Any], pages: int, attached: int, what: str) -> None:
    """Nothing, for a PDF about to be written that is sound: it has pages, its fonts are in it, and so are
    the files that travel with it.  Raises ProofError."""
    entries = [one for one in objects if isinstance(one, dict)]
    fonts = [entry for entry in entries if entry.get("Type") == "/FontDescriptor"]
    files = [entry for entry in entries if entry.get("Type") == "/Filespec"]
    problems = [] if pages else [tr("it has no page")]
    if not fonts or not all({"FontFile", "FontFile2", "FontFile3"} & entry.keys() for entry in fonts):
        problems.append(tr("a font is not embedded"))
    if len(files) != attached:
        problems.append(tr("{count} files are attached, not {attached}", count=len(files), attached=attached))
    _require(what, problems)


def _require(what: str, problems: Iterable[str]) -> None:
    found = list(problems)
    if found:
        raise ProofError(
            tr("{what} failed its own check and is not written: {problems}", what=what, problems="; ".join(found)),
            tr("report this as a bug"),
        )


def _opened(document: Rendered, what: str) -> dict[str, bytes]:
    """The parts made for this document, by name, their sums checked; those of its template were looked at
    when it was compiled."""
    try:
        with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
            wanted = document.made | {document.main}
            return {name: archive.read(name) for name in archive.namelist() if name in wanted}
    # A directory that points outside of the file is a ValueError; flags that zipfile does not know, a RuntimeError.
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as cause:
        raise ProofError(
            tr("{what} failed its own check and is not written: it does not open: {cause}", what=what, cause=cause)
        ) from cause


def _word_problems(parts: dict[str, bytes], document: Rendered) -> Iterator[str]:
    if document.main not in parts:
        yield tr("it holds no {main}", main=document.main)
    for name, content in parts.items():
        if document.proven.get(name) != content:  # rendering has proven those very bytes
            yield from soundness.faults(name, content)


def _control_problems(document: bytes, kit: Kit) -> Iterator[str]:
    found = Counter(tag.decode() for tag in _CONTROL_TAG.findall(document))
    yield from (tr("two content controls have the tag {tag}", tag=tag) for tag, count in found.items() if count > 1)
    yield from (tr("the content control {tag} belongs to no field", tag=tag) for tag in found if tag not in kit.tags)
    yield from (
        tr("no content control asks for {key}", key=key)
        for key, field in kit.fields.items()
        if found.keys().isdisjoint(field.tags)
    )
    numbers = _CONTROL_ID.findall(document)
    if len(set(numbers)) < len(numbers):
        yield tr("two content controls have the same id")
