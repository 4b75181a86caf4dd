"""The parts of a Word file: the document, the parts with text to fill in, and the parts that are not filled in.

Parts are identified by their content types ([Content_Types].xml, ISO 29500-2, 10.1.2), not by their names.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException, ElementTree

from docgen.errors import KitError
from docgen.language import phrase, system_reason, tr
from docgen.patterns import regex

_SAVE = phrase("save the template as .docx")
#: The most bytes of a template, unpacked.
_LARGEST = 100 << 20
TYPES = "[Content_Types].xml"
_NAMESPACE = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
#: The content types of the main part: a document, or a template without or with macros.
_MAIN = (
    f"{_WORD}document.main+xml", f"{_WORD}template.main+xml",
    "application/vnd.ms-word.document.macroEnabled.main+xml",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
)  # fmt: skip
_RENDERED = frozenset(
    {*_MAIN, *(f"{_WORD}{kind}+xml" for kind in ("header", "footer", "footnotes", "endnotes")),
     "application/vnd.openxmlformats-package.core-properties+xml",
     "application/vnd.openxmlformats-officedocument.custom-properties+xml"}
)  # fmt: skip
#: The common names of parts with text that are not filled in, by a word of their content type.
_CALLED = {
    "chart": phrase("a chart"),
    "diagram": phrase("a SmartArt graphic"),
    "glossary": phrase("a building block"),
    "comments": phrase("a comment"),
}
_TAG = regex(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_MARKUP = regex(r"<[^>]*>")


class WordFile(NamedTuple):
    """The entries of a Word file in order, the content types of its parts, and the name of its main part."""

    entries: tuple[tuple[str, bytes], ...]
    types: dict[str, str]
    main: str

    def is_rendered(self, name: str) -> bool:
        """Whether the part holds text that templates fill in."""
        return self.types.get(name) in _RENDERED

    def of_kind(self, kind: str) -> bytes:
        """The part of this kind (`styles`, `numbering`); nothing if the file has none."""
        wanted = f"{_WORD}{kind}+xml"
        return next((content for name, content in self.entries if self.types.get(name) == wanted), b"")

    def is_comment(self, name: str) -> bool:
        """Whether the part holds comments, or what belongs to comments."""
        return "comments" in self.types.get(name, "").lower()

    def foreign_tags(self) -> Iterator[tuple[str, str, str]]:
        """Tags in parts that are not filled in: the part, its common name, the tag as written."""
        folder = self.main.rpartition("/")[0]
        for name, content in self.entries:
            kind = self.types.get(name, "")
            if kind.endswith("xml") and name.startswith(f"{folder}/") and not self.is_rendered(name):
                if self.is_comment(name) or (b"{{" not in content and b"{" not in content):
                    continue
                text = unescape(_MARKUP.sub("", content.decode("utf-8", "replace")))
                words = next((words for word, words in _CALLED.items() if word in kind), phrase("a part of the file"))
                called = tr(words)
                yield from ((name, called, found[0]) for found in _TAG.finditer(text))


def word_file(path: Path, content: bytes | None = None) -> WordFile:
    """The Word file at `path`, or that of these bytes, called so.  Raises KitError if it is none."""
    try:
        with zipfile.ZipFile(path if content is None else io.BytesIO(content)) as archive:
            if sum(info.file_size for info in archive.infolist()) > _LARGEST:
                raise KitError(
                    tr("{path}: expands to more than {largest} MB", path=path, largest=_LARGEST >> 20),
                    tr("make its pictures smaller"),
                )
            entries = tuple((info.filename, archive.read(info)) for info in archive.infolist())
    except (OSError, RuntimeError, zlib.error, EOFError, zipfile.BadZipFile) as cause:  # RuntimeError: encrypted
        why = system_reason(cause) if isinstance(cause, OSError) else tr("it is cut off or not a sound zip file")
        raise KitError(tr("{path}: is not a Word document: {cause}", path=path, cause=why), _SAVE) from cause
    types = _types(entries)
    main = next((name for name, kind in types.items() if kind in _MAIN), None)
    if main is None or main not in dict(entries):
        raise KitError(tr("{path}: is not a Word document: it holds no word/document.xml", path=path), _SAVE)
    return WordFile(entries, types, main)


def _types(entries: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """The content type of every part: its own, else that of its suffix."""
    content = dict(entries)
    try:
        tree = ElementTree.fromstring(content.get(TYPES, b""))
    except (ParseError, DefusedXmlException):
        return {}
    own = {
        one.get("PartName", "").lstrip("/").lower(): one.get("ContentType", "")
        for one in tree.iter(f"{_NAMESPACE}Override")
    }
    by_suffix = {
        one.get("Extension", "").lower(): one.get("ContentType", "") for one in tree.iter(f"{_NAMESPACE}Default")
    }
    return {name: own.get(name.lower()) or by_suffix.get(name.rpartition(".")[2].lower(), "") for name in content}


def without_comments(file: WordFile) -> tuple[tuple[str, bytes], ...]:
    """The entries without the parts of comments, and without references to them."""
    gone = {name for name, _ in file.entries if file.is_comment(name)}
    if not gone:
        return file.entries
    return tuple((name, _without_references(name, content, gone)) for name, content in file.entries if name not in gone)


def _without_references(name: str, content: bytes, gone: set[str]) -> bytes:
    """A list of parts or relationships without those that are gone."""
    if name != TYPES and not name.endswith(".rels"):
        return content
    targets = "|".join(re.escape(part.rpartition("/")[2]) for part in sorted(gone))
    pattern = (
        rf"<(?:\w+:)?(?:Override|Relationship)\b[^>]*?(?:PartName|Target)=[\"'][^\"']*?\b(?:{targets})[\"'][^>]*?/>"
    )
    return re.sub(pattern.encode(), b"", content)
