"""Add Word comments to a draft for its editor: the findings of the review, and who supplies each missing value.

A comment is attached to the missing value itself, to the paragraph that holds only the label of a finding's field, or
to the first paragraph that prints its value; a comment without such a place goes to the first paragraph.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from html import unescape
from pathlib import Path
from typing import NamedTuple

from markupsafe import escape

from docgen.documents import output_check
from docgen.documents.findings import without_silenced
from docgen.language import tr
from docgen.model.intake import Finding, Review, Value
from docgen.model.kit import Kit
from docgen.model.messages import PENDING, wording
from docgen.patterns import regex
from docgen.template import package
from docgen.template.word import Rendered
from docgen.template.word_parts import TYPES, WordFile, word_file
from docgen.values.shown import shown

_AUTHOR = "docgen"
_NAME = "comments.xml"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_END = "</w:comments>"
_EMPTY = f'{_HEAD}<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{_END}'.encode()
_NUMBER = regex(r'<w:comment\b[^>]*\bw:id="(\d+)"')
#: Elements of docgen's own comments, and elements that refer to them.
_OWN = regex(rf'<w:comment\b(?=[^>]*\bw:author="{_AUTHOR}")[^>]*\bw:id="(\d+)"[^>]*>.*?</w:comment>', re.DOTALL)
_ANCHORS = (
    r'<w:commentRange(?:Start|End)\b[^>]*\bw:id="{number}"[^>]*/>'
    r'|<w:r\b(?:(?!<w:r\b|</w:r>).)*?<w:commentReference\b[^>]*\bw:id="{number}"[^>]*/>(?:(?!</w:r>).)*</w:r>'
)

_PARAGRAPH = regex(r"<w:p(?: [^>]*)?>(?:(?!<w:p[ >]).)*?</w:p>", re.DOTALL)
_BEGINNING = regex(r"<w:p(?: [^>]*)?>(?:<w:pPr>.*?</w:pPr>)?", re.DOTALL)
_RUN = regex(r"<w:r(?: [^>]*)?>(?:(?!</w:r>).)*</w:r>", re.DOTALL)
_TEXT = regex(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
#: Shorter texts also occur in other paragraphs by chance.
_TELLING = 4
#: Characters around a label that is alone in its paragraph.
_AROUND = " \u3000:：*"


class Note(NamedTuple):
    """The text of a comment, its run if there is one, and texts of paragraphs that it may be attached to."""

    text: str
    run: str = ""
    whole: str = ""
    part: str = ""


def commented(
    contract: bytes, kit: Kit, review: Review, given: Mapping[str, Value], pending: Iterable[str], date: dt.date
) -> bytes:
    """Add a comment to the contract for each finding and each label of `pending`, dated `date`.

    `given` are the values in the contract, by key.  Raises ProofError if the result is not a valid file.
    """
    file = word_file(Path(_AUTHOR), contract)
    notes = [*_of_pending(kit, pending), *_of_findings(kit, without_silenced(kit, review.findings), given)]
    if not notes:
        return contract
    parts = dict(file.entries)
    name = _part_name(file) or f"{file.main.rpartition('/')[0]}/{_NAME}"
    held = parts.get(name, _EMPTY).decode("utf-8")
    first = max((int(number) for number in _NUMBER.findall(held)), default=-1) + 1
    parts[file.main] = _anchored(parts[file.main].decode("utf-8"), notes, first).encode("utf-8")
    parts[name] = held.replace(_END, f"{_written(notes, first, date)}{_END}").encode("utf-8")
    _register(parts, file, name)
    return _packed(parts, file, name)


def without_own(contract: bytes) -> bytes:
    """The contract without docgen's own comments; unchanged if it has none."""
    file = word_file(Path(_AUTHOR), contract)
    name, parts = _part_name(file), dict(file.entries)
    if name is None:
        return contract
    comments, main = parts[name].decode("utf-8"), parts[file.main].decode("utf-8")
    for number in _OWN.findall(comments):
        main = re.sub(_ANCHORS.format(number=number), "", main, flags=re.DOTALL)
    parts[name] = _OWN.sub("", comments).encode("utf-8")
    parts[file.main] = main.encode("utf-8")
    return _packed(parts, file, name)


def _part_name(file: WordFile) -> str | None:
    return next((name for name, kind in file.types.items() if kind == _KIND), None)


def _packed(parts: Mapping[str, bytes], file: WordFile, name: str) -> bytes:
    content = package.pack(package.part(one, held) for one, held in parts.items())
    output_check.word(Rendered(content, frozenset({name}), (), file.main), tr("the contract with comments"))
    return content


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    import yaml

    text = Path(__file__).with_name("comments.yaml").read_text(encoding="utf-8")
    words: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return words


def _of_pending(kit: Kit, labels: Iterable[str]) -> Iterator[Note]:
    due = {field.label: field.due_from.value for field in kit.all_fields.values()}
    for label in labels:
        said = _words()["missing"][due[label]].format(label=label)
        yield Note(said, run=wording(PENDING, label=label).message)


def _of_findings(kit: Kit, findings: Sequence[Finding], given: Mapping[str, Value]) -> Iterator[Note]:
    rules = {rule.id for rule in kit.rules}
    for finding in findings:
        field, value = kit.all_fields.get(finding.field or ""), given.get(finding.field or "")
        printed = "" if field is None or value is None else str(shown(field, value))
        rule = f"{finding.rule}：" if finding.rule in rules else ""
        text = _words()["found"][finding.level].format(found=f"{rule}{finding.message}。{finding.remedy}")
        yield Note(text, whole=finding.label or "", part=printed)


def _anchored(xml: str, notes: Sequence[Note], first: int) -> str:
    """The part, with the range and the reference of each note in place."""
    paragraphs = [(found.start(), found.end(), _text(found[0])) for found in _PARAGRAPH.finditer(xml)]
    runs: dict[str, tuple[int, int]] = {}
    for found in _RUN.finditer(xml):
        if "w:highlight" in found[0]:
            runs.setdefault(_text(found[0]), (found.start(), found.end()))
    edits: list[tuple[int, int, str]] = []
    for number, note in enumerate(notes, start=first):
        start, end = runs.get(note.run) or _place(xml, paragraphs, note)
        reference = f'<w:commentRangeEnd w:id="{number}"/><w:r><w:commentReference w:id="{number}"/></w:r>'
        edits += [(start, number, f'<w:commentRangeStart w:id="{number}"/>'), (end, number, reference)]
    for at, _, text in sorted(edits, reverse=True):
        xml = f"{xml[:at]}{text}{xml[at:]}"
    return xml


def _place(xml: str, paragraphs: Sequence[tuple[int, int, str]], note: Note) -> tuple[int, int]:
    """Where the content of the note's paragraph begins and ends."""
    whole = (one for one in paragraphs if note.whole and one[2].strip(_AROUND) == note.whole)
    part = (one for text in (note.run, note.part) if len(text) >= _TELLING for one in paragraphs if text in one[2])
    text = (one for one in paragraphs if one[2])
    start, end, _ = next(iter([*whole, *part, *text, *paragraphs]))
    beginning = _BEGINNING.match(xml, start)
    return beginning.end() if beginning else start, end - len("</w:p>")


def _text(xml: str) -> str:
    return unescape("".join(_TEXT.findall(xml)))


def _written(notes: Sequence[Note], first: int, date: dt.date) -> str:
    about = f'w:author="{_AUTHOR}" w:initials="{_AUTHOR}" w:date="{date.isoformat()}T00:00:00Z"'
    return "".join(
        f'<w:comment w:id="{number}" {about}><w:p><w:r><w:annotationRef/></w:r>'
        f'<w:r><w:t xml:space="preserve">{escape(note.text)}</w:t></w:r></w:p></w:comment>'
        for number, note in enumerate(notes, start=first)
    )


def _register(parts: dict[str, bytes], file: WordFile, name: str) -> None:
    """Register the comments part in the package; an existing entry is kept."""
    folder, _, main = file.main.rpartition("/")
    relations = f"{folder}/_rels/{main}.rels"
    entry = f'<Relationship Id="rIdDocgenComments" Type="{_RELATION}" Target="{_NAME}"/>'
    kind = f'<Override PartName="/{name}" ContentType="{_KIND}"/>'
    for listing, ending, added in ((TYPES, "</Types>", kind), (relations, "</Relationships>", entry)):
        text = parts[listing].decode("utf-8")
        if name.rpartition("/")[2] not in text:
            parts[listing] = text.replace(ending, f"{added}{ending}").encode("utf-8")
