"""Word templates in docxtpl's dialect: compiled once, rendered to bytes.

A part of the template that holds Jinja tags is patched by docxtpl's own rules, compiled once, and
written again for each document; every other part is copied.  It adds to the dialect:

    {% vmerge x %}    in a table cell: the cell begins a vertical merge where x is true, else continues it
    【待定：label】    a value that was not given, highlighted; the labels printed come back with the bytes

Values hold no markup: they are escaped, and their line breaks become Word's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from defusedxml import DefusedXmlException, ElementTree
from markupsafe import Markup, escape

from docgen.errors import KitError, did_you_mean
from docgen.expressions import sandbox
from docgen.expressions.sandbox import Sandbox
from docgen.file_cache import cached_by_file
from docgen.language import tr
from docgen.model.display import Missing
from docgen.model.messages import PENDING, wording
from docgen.patterns import regex
from docgen.template import (
    bound_controls,
    cell_tags,
    containers,
    external_refs,
    numbering,
    package,
    references,
    revisions,
    tag_numbers,
    text_runs,
)
from docgen.template.context_types import Names
from docgen.template.examine import Compiled, Examined, compile_source, examine
from docgen.template.tags import Remark, Tag
from docgen.template.word_parts import WordFile, without_comments, word_file

#: Unicode noncharacters: they are in no text that people write, so they mark places in rendered XML.
_OPEN, _CLOSE, _BREAK = "\ufdd0", "\ufdd1", "\ufdd2"
_MARKED = str.maketrans("\n", _BREAK, _OPEN + _CLOSE + _BREAK)

_ANY_TAG = regex(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_RUN_PROPERTIES = regex(r"<w:rPr>(.*?)</w:rPr>", re.DOTALL)
_PENDING = regex(f"{_OPEN}(.*?){_CLOSE}", re.DOTALL)
_EMPTY_TEXT = '<w:t xml:space="preserve"></w:t></w:r>'
_EMPTY_RUN = regex(rf"<w:r>(?:<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)?{_EMPTY_TEXT}", re.DOTALL)
#: What may follow w:highlight among run properties (ECMA-376 part 1, 17.3.2.28, CT_RPr); extensions come last.
_AFTER_HIGHLIGHT = regex(
    r"<w:(?:u|effect|bdr|shd|fitText|vertAlign|rtl|cs|em|lang|eastAsianLayout|specVanish|oMath)\b|<(?!/|w:)[\w-]+:"
)


class Rendered(NamedTuple):
    """A rendered Word document: its bytes, the names of the parts made for it alone, the labels that it prints as
    pending, each once, in order, and the name of its main part."""

    content: bytes
    made: frozenset[str]
    pending: tuple[str, ...]
    main: str = "word/document.xml"


class WordTemplate(NamedTuple):
    """A compiled Word template: every part of the file in order, those to render and those ready to be copied; the name
    of its main part; by part the containers that may end up empty; the lists of one that refers to their numbers."""

    path: Path
    parts: Mapping[str, Compiled | package.Part]
    main: str
    at_risk: Mapping[str, frozenset[str]]
    lists: numbering.Lists | None

    @property
    def made(self) -> frozenset[str]:
        """The names of the parts that are rendered."""
        return frozenset(name for name, part in self.parts.items() if isinstance(part, Compiled))


@cache
def environment() -> Sandbox:
    """The sandbox of Word templates."""

    def mark(missing: Missing) -> Any:
        return Markup(f"{_OPEN}{escape(missing.label)}{_CLOSE}") if missing.pending else "—"

    made = sandbox.sandbox(mark, markup=True)
    inner = made.finalize

    def finalize(value: Any) -> Any:
        value = inner(value) if inner else value
        if isinstance(value, str) and not isinstance(value, Markup):
            return value.translate(_MARKED)
        return value

    made.finalize = finalize
    return made


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
    return WordTemplate(path, ready, file.main, at_risk, _lists(file) if file.main in compiled else None)


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
    return _EMPTY_RUN.sub("", cell_tags.merged(source))


def render(template: WordTemplate, context: Mapping[str, Any]) -> Rendered:
    """The document of `template` with the values of `context`.  Raises KitError that names the place of a failing
    tag."""
    pending: dict[str, None] = {}

    def made(name: str, part: Compiled) -> bytes:
        xml = _finished(part.render(context), pending)
        if template.lists is not None and name == template.main:
            xml = references.renewed(xml, template.lists)
        return containers.filled(xml.encode("utf-8"), template.at_risk[name])

    parts = (
        part if isinstance(part, package.Part) else package.part(name, made(name, part), level=package.QUICK)
        for name, part in template.parts.items()
    )
    return Rendered(package.pack(parts), template.made, tuple(pending), template.main)


def _finished(xml: str, pending: dict[str, None]) -> str:
    """A rendered part without empty runs, with Word's own line breaks, missing values highlighted."""
    if _EMPTY_TEXT in xml:
        xml = _EMPTY_RUN.sub("", xml)
    return mark_pending(xml.replace(_BREAK, '</w:t><w:br/><w:t xml:space="preserve">'), pending)


def mark_pending(xml: str, pending: dict[str, None]) -> str:
    """`xml` with every marked missing value as a highlighted run of its own; the labels are added to `pending`."""
    pieces, position = [], 0
    while (found := xml.find(_OPEN, position)) >= 0:
        start = max(xml.rfind("<w:r>", position, found), xml.rfind("<w:r ", position, found))
        end = xml.find("</w:r>", found) + len("</w:r>")
        if start < 0:
            start, end = found, xml.find(_CLOSE, found) + 1
        run, labels = _highlighted(xml[start:end])
        pieces += [xml[position:start], run]
        pending.update(labels)
        position = end
    return "".join([*pieces, xml[position:]])


@lru_cache(maxsize=256)  # the terms that one contract lacks are mostly those that the next one lacks
def _highlighted(run: str) -> tuple[str, dict[str, None]]:
    """A run with every missing value as a highlighted run of its own, and their labels in order."""
    pending: dict[str, None] = {}
    properties = _RUN_PROPERTIES.search(run)
    inner = properties.group(1) if properties else ""
    own = f"<w:rPr>{inner}</w:rPr>" if inner else ""
    after = _AFTER_HIGHLIGHT.search(inner)
    cut = after.start() if after else len(inner)
    marked = f'<w:rPr>{inner[:cut]}<w:highlight w:val="yellow"/>{inner[cut:]}</w:rPr>'

    def marked_label(match: re.Match[str]) -> str:
        label = match.group(1)
        pending[Markup(label).unescape()] = None
        text = wording(PENDING, label=label).message
        if not run.startswith("<w:r"):
            return text
        preserve = '<w:t xml:space="preserve">'
        return f"</w:t></w:r><w:r>{marked}{preserve}{text}</w:t></w:r><w:r>{own}{preserve}"

    return _EMPTY_RUN.sub("", _PENDING.sub(marked_label, run)), pending
