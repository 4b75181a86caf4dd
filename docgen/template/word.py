"""Word templates in docxtpl's dialect: compiled once, rendered to bytes.

A part of the template that holds Jinja tags is patched by docxtpl's own rules, compiled once, and
written again for each document; every other part is copied.  It adds to the dialect:

    {% vmerge x %}    in a table cell: the cell begins a vertical merge where x is true, else continues it
    【待定：label】    a value that was not given, highlighted; the labels printed come back with the bytes

Values hold no markup: they are escaped, and their line breaks become Word's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from defusedxml import DefusedXmlException, ElementTree
from markupsafe import Markup, escape

from docgen.errors import KitError, did_you_mean
from docgen.expressions import sandbox
from docgen.expressions.sandbox import Sandbox
from docgen.file_cache import cached_by_file
from docgen.language import tr
from docgen.model.display import Missing
from docgen.patterns import regex
from docgen.template import (
    bound_controls,
    cell_tags,
    containers,
    external_refs,
    marks,
    numbering,
    package,
    references,
    revisions,
    skeletons,
    tag_numbers,
    text_runs,
)
from docgen.template.context_types import Names
from docgen.template.examine import Compiled, Examined, compile_source, examine
from docgen.template.tags import Remark, Tag
from docgen.template.word_parts import WordFile, without_comments, word_file

_ANY_TAG = regex(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)


class Rendered(NamedTuple):
    """A rendered Word document: its bytes, the names of the parts made for it alone, the labels that it prints as
    pending, each once, in order, the name of its main part, and by name the bytes of parts that rendering has proven
    to be sound."""

    content: bytes
    made: frozenset[str]
    pending: tuple[str, ...]
    main: str = "word/document.xml"
    proven: Mapping[str, bytes] = MappingProxyType({})


class WordTemplate(NamedTuple):
    """A compiled Word template: every part of the file in order, those to render and those ready to be copied; the name
    of its main part; by part the containers that may end up empty; the lists of one that refers to their numbers; what
    is known of its documents so far."""

    path: Path
    parts: Mapping[str, Compiled | package.Part]
    main: str
    at_risk: Mapping[str, frozenset[str]]
    lists: numbering.Lists | None
    known: dict[Any, skeletons.Skeleton | None]

    @property
    def made(self) -> frozenset[str]:
        """The names of the parts that are rendered."""
        return frozenset(name for name, part in self.parts.items() if isinstance(part, Compiled))


@cache
def environment() -> Sandbox:
    """The sandbox of Word templates."""

    def mark(missing: Missing) -> Any:
        return _pending(missing.label) if missing.pending else "—"

    return sandbox.sandbox(mark, markup=True, marked=_marked)


@lru_cache(maxsize=256)
def _pending(label: str) -> Markup:
    return Markup(f"{marks.OPEN}{escape(label)}{marks.CLOSE}")


def _marked(text: str) -> str:
    """A text with marks for its line breaks, and no others.  (`translate` takes ten times as long.)"""
    for mark in (marks.OPEN, marks.CLOSE, marks.BREAK):
        text = text.replace(mark, "")
    return text.replace("\n", marks.BREAK)


class WordPart(NamedTuple):
    """A part of a Word template that holds tags: its name, the remarks on it, and its Jinja source with the marks of
    the tags ("" if a problem prevents it)."""

    name: str
    examined: Examined
    source: str


def examine_word(path: Path, names: Names, file: WordFile | None = None) -> list[WordPart]:
    """Every part of the template at `path` that holds tags, also mistyped ones, is no XML, or refers to something
    outside.

    Raises KitError if the file cannot be read.
    """
    file = file or word_file(path)
    remarks = [*external_refs.outward(str(path), file.entries, file.types), *_about_parts(path, file)]
    parts = [WordPart("", examine((), names).adding(remarks), "")] if remarks else []
    for name, content in file.entries:
        if name.endswith((".xml", ".rels")) and (fault := package.xml_fault(content)):
            remark = Remark(
                f"{path}: {name}", tr("is not well-formed XML: {fault} (save the template in Word again)", fault=fault)
            )
            parts.append(WordPart(name, examine((), names).adding([remark]), ""))
        elif file.is_rendered(name):
            part = _examined(f"{path}: {name}", name, content, names)
            if part.examined.tags or part.examined.remarks:
                parts.append(part)
    return parts


def _about_parts(path: Path, file: WordFile) -> Iterator[Remark]:
    """Tags in parts that are not filled in."""
    for name, called, tag in file.foreign_tags():
        what = tr(
            "{tag} is in {called}, which is not filled in (write fixed text there, or move the tag into the document)",
            tag=tag,
            called=called,
        )
        yield Remark(f"{path}: {name}", what)


def _about_revisions(place: str, xml: str) -> Iterator[Remark]:
    """Contents of a part that no document of it gets."""
    changes, comments = revisions.count(xml)
    if changes:
        what = tr("{changes} tracked changes count as accepted (accept or reject them in Word)", changes=changes)
        yield Remark(place, what, is_note=True)
    if comments:
        yield Remark(
            place,
            tr("{comments} comments do not reach the documents made of this template", comments=comments),
            is_note=True,
        )


def _about_references(place: str, xml: str) -> Iterator[Remark]:
    """Cross-references that would print Word's error in every document."""
    for name in dict.fromkeys(references.lost(xml)):
        yield Remark(
            place,
            tr("a reference points to the bookmark «{name}», which is not there (insert it anew in Word)", name=name),
        )


def _examined(place: str, name: str, content: bytes, names: Names) -> WordPart:
    try:
        xml = text_runs.normal_xml(content.decode("utf-8"))
    except UnicodeDecodeError as cause:
        raise KitError(
            tr("{place}: is not UTF-8", place=place), tr("open the template in Word and save it again")
        ) from cause
    text = text_runs.of_word(place, xml)
    examined = examine(text.passages, names).adding(_unknown_controls(text.controls, names.controls))
    if examined.problems:
        return WordPart(name, examined, "")
    clean = bound_controls.unbound(revisions.accepted(xml))
    found = examined.tags if clean == xml else examine(text_runs.of_word(place, clean).passages, names).tags
    source = _patched(clean, found)
    remarks = [*_broken_markup(place, source, found), *_about_revisions(place, xml), *_about_references(place, xml)]
    return WordPart(name, replace(examined, tags=found).adding(remarks), source)


def _unknown_controls(found: Iterable[tuple[str, str]], known: frozenset[str] | None) -> Iterator[Remark]:
    """Content controls of the template whose answers nothing would read."""
    for tag, where in found:
        if known is not None and tag not in known:
            remedy = did_you_mean(tag, known) or tr(" (give it the key of a field, or use {{r field.control }})")
            yield Remark(
                where, tr("the content control {tag!r} belongs to no field of the kit{remedy}", tag=tag, remedy=remedy)
            )


def _broken_markup(place: str, source: str, found: tuple[Tag, ...]) -> Iterator[Remark]:
    """Places where docxtpl's joining of texts leaves incomplete markup, so that no document could be made."""
    text, owners = tag_numbers.numbered(source)
    bare = _ANY_TAG.sub(lambda tag: "\n" * tag[0].count("\n"), text)
    try:
        ElementTree.fromstring(bare)
    except ElementTree.ParseError as cause:
        line = cause.position[0]
        where = found[owners[line - 1]].where if line <= len(owners) else place
        yield Remark(where, tr("this tag, or one before it, breaks Word's formatting (write it without a hyphen)"))
    except DefusedXmlException:
        return  # reported as an external reference


@cached_by_file
def compile_template(path: Path, names: Names) -> WordTemplate:
    """The template at `path`, compiled once while the file is the same; `names` are those that it may use.

    Raises KitError that lists every problem with part, paragraph and nearest known name.
    """
    file = word_file(path)
    parts = examine_word(path, names, file)
    if problems := [problem for part in parts for problem in part.examined.problems]:
        raise KitError(problems)
    compiled = {part.name: compile_source(part.source, part.examined, environment()) for part in parts if part.name}
    entries = without_comments(file)
    ready = {name: compiled.get(name) or package.part(name, _ready(file, name, content)) for name, content in entries}
    at_risk = {name: containers.at_risk(part.tags) for name, part in compiled.items()}
    return WordTemplate(path, ready, file.main, at_risk, _lists(file) if file.main in compiled else None, {})


def _lists(file: WordFile) -> numbering.Lists | None:
    if not references.needed(dict(file.entries)[file.main].decode("utf-8")):
        return None
    return numbering.lists(file.of_kind("numbering"), file.of_kind("styles"))


def _ready(file: WordFile, name: str, content: bytes) -> bytes:
    """A part without tags as documents get it."""
    if not file.is_rendered(name):
        return content
    return revisions.accepted(content.decode("utf-8")).encode("utf-8")


def _patched(xml: str, found: Iterable[Tag]) -> str:
    """The part as Jinja source, with the marks of its tags."""
    from docxtpl import DocxTemplate

    marked = cell_tags.with_properties(tag_numbers.marked(xml, found))
    source = cast(str, DocxTemplate.patch_xml(cast(Any, None), marked))
    return marks.EMPTY_RUN.sub("", cell_tags.merged(source))


def render(template: WordTemplate, context: Mapping[str, Any]) -> Rendered:
    """The document of `template` with the values of `context`.  Raises KitError that names the place of a failing
    tag."""
    pending: dict[str, None] = {}
    proven: dict[str, bytes] = {}
    parts = [
        part if isinstance(part, package.Part) else _made(template, name, part.pieces(context), pending, proven)
        for name, part in template.parts.items()
    ]
    return Rendered(package.pack(parts), template.made, tuple(pending), template.main, proven)


def _made(
    template: WordTemplate, name: str, pieces: Sequence[str], pending: dict[str, None], proven: dict[str, bytes]
) -> package.Part:
    """The part of this name made of rendered pieces; its labels are added to `pending`, its bytes to `proven` where
    its markup is known to be whole."""
    finish = partial(_finished, template, name)
    if (split := skeletons.row_of(pieces)) and (skeleton := skeletons.found(template.known, name, split[0], finish)):
        pending.update(dict.fromkeys(skeleton.pending))
        part, proven[name] = skeleton.filled(split[1])
        return part
    return package.part(name, finish("".join(pieces), pending), level=package.QUICK)


def _finished(template: WordTemplate, name: str, xml: str, pending: dict[str, None]) -> bytes:
    """A part as the document gets it; the labels that it prints as pending are added to `pending`."""
    xml = marks.replaced(xml, pending)
    if template.lists is not None and name == template.main:
        xml = references.renewed(xml, template.lists)
    return containers.filled(xml.encode("utf-8"), template.at_risk[name])
