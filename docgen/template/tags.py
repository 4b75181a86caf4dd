"""The tags of a template, as written and as meant, with every typing mistake.

A mistyped tag is corrected as far as its meaning is clear, so that its other problems can be reported in the same run.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from docgen.language import phrase, tr
from docgen.patterns import regex
from docgen.template.text_runs import Element, TextRun, fit

#: The elements that tags with a letter replace: a paragraph, a table row, a table cell, a run.
KINDS = {"p": "w:p", "tr": "w:tr", "tc": "w:tc", "r": "w:r"}
_WORDS = {"p": phrase("paragraph"), "r": phrase("paragraph"), "tr": phrase("table row"), "tc": phrase("table cell")}
_CLOSERS = {"{{": "}}", "{%": "%}", "{#": "#}"}
#: Edges of tags, those with full-width braces and with blanks in between included.
_OPENING = regex(r"\{#|[{｛][ \xa0\u3000]{0,2}[{｛%％]")
_CLOSING = {
    "{{": re.compile(r"[}｝][ \xa0\u3000]{0,2}[}｝]"),
    "{%": re.compile(r"[%％][ \xa0\u3000]{0,2}[}｝]"),
    "{#": re.compile("#}"),
}
_LONE = regex(r"\}\}|%\}")
_NOT_TEXT = regex(r"<(style|script)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_KIND = regex(r"(p|tr|tc|r)(\s+)(?=\S)")
_KIND_APART = regex(r"\s+(p|tr|tc|r)\s+(?=(?:if|elif|else|endif|for|endfor)\b)")
#: A hyphen that Jinja allows and docxtpl does not, or that removes what is beside the paragraph or row of the tag.
_KIND_SIGNED = {"{%": regex(r"(p|tr|tc|r)\s*[-+]\s*(?=\S)"), "{{": regex(r"(p|tr|tc|r)[-+]\s+(?=\S)")}
_KIND_JOINED = regex(r"(p|tr|tc|r)(?=(?:if|elif|else|endif|for|endfor)\b)")
_QUOTED = 40
_LITERAL = regex(r"'[^']*'|\"[^\"]*\"")
_CURLY = str.maketrans("“”‘’", "\"\"''")
#: Characters that are typed or autocorrected instead of those of the tag language, besides full-width forms.
_TYPED = {
    "“": '"', "”": '"', "‘": "'", "’": "'", "、": ",", "。": ".", "–": "-", "—": "-", "≥": ">=", "≤": "<=", "≠": "!=",
}  # fmt: skip
#: Names of characters that are often pasted and not seen.
_UNSEEN = {
    "\xa0": phrase("no-break space"), "\xad": phrase("soft hyphen"), "\u200b": phrase("zero width space"),
    "\u200e": phrase("left-to-right mark"), "\u202f": phrase("narrow no-break space"),
    "\u2060": phrase("word joiner"), "\u3000": phrase("ideographic space"),
    "\ufeff": phrase("zero width no-break space"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its opening edge, the letter of its kind, its content (corrected), and its place.

    `around` are the elements open where it begins; `at` is where its closing edge is in the source,
    None if it has none.
    """

    opening: str
    kind: str
    body: str
    written: str
    where: str
    around: tuple[Element, ...]
    at: int | None

    @property
    def word(self) -> str:
        """The first word of a `{% … %}` tag: if, endfor, set."""
        found = re.match(r"\w+", self.body)
        return found[0] if found and self.opening == "{%" else ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark for the author on a place: a problem, or a note that stops nothing."""

    where: str
    what: str
    is_note: bool = False

    def __str__(self) -> str:
        line = f"{self.where}: {self.what}"
        return tr("note: {remark}", remark=line) if self.is_note else line


@dataclass(frozen=True, slots=True)
class Scanned:
    """The tags of a template in order, what is wrong with their typing, and the place of either, in order."""

    tags: tuple[Tag, ...]
    remarks: tuple[Remark, ...]
    places: tuple[str, ...]


def scan(passages: Iterable[TextRun]) -> Scanned:
    """The tags of these passages, each remark with its place."""
    tags: list[Tag] = []
    remarks: list[Remark] = []
    places: list[str] = []
    texts: dict[Element, str] = {}
    for passage in passages:
        for found in _tags(passage):
            places.append(found.where)
            if isinstance(found, Tag):
                tags.append(found)
            else:
                remarks.append(found)
        if not passage.is_page:
            for element in passage.around(0):
                texts[element] = texts.get(element, "") + passage.text
    return Scanned(tuple(tags), (*remarks, *_lost_text(tags, texts)), tuple(places))


def _tags(passage: TextRun) -> Iterator[Tag | Remark]:
    position = 0
    while opening := _OPENING.search(passage.text, position):
        yield from _lone_closers(passage, position, opening.start())
        edge = _edge(opening[0])
        closing = _closing(passage.text, edge, opening.end())
        if closing is None:
            position = opening.end()
            yield from _unclosed(passage, edge, opening)
            continue
        position = closing.end()
        if edge != "{#":
            yield from _tag(passage, edge, opening, closing)
    yield from _lone_closers(passage, position, len(passage.text))


def _edge(written: str) -> str:
    """The edge that was meant: `{{` for `｛ ｛`."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", written))


def _closing(text: str, edge: str, start: int) -> re.Match[str] | None:
    """The closing edge of the tag whose inside begins at `start`: one rightly typed, else one that was meant."""
    following = None if edge == "{#" else _OPENING.search(text, start)
    end = following.start() if following else len(text)
    right = re.compile(re.escape(_CLOSERS[edge])).search(text, start, end)
    return right or _CLOSING[edge].search(text, start, end)


def _lone_closers(passage: TextRun, start: int, end: int) -> Iterator[Remark]:
    blind = [match.span() for match in _NOT_TEXT.finditer(passage.text)] if passage.is_page else []
    for lone in _LONE.finditer(passage.text, start, end):
        if not any(first <= lone.start() < last for first, last in blind):
            opening = "{{" if lone[0] == "}}" else "{%"
            where = passage.where(*lone.span())
            yield Remark(
                where, tr("{closer} closes no tag: {opening} is missing before it (type the tag anew)",
                closer=lone[0], opening=opening)
            )  # fmt: skip


def _unclosed(passage: TextRun, edge: str, opening: re.Match[str]) -> Iterator[Tag | Remark]:
    following = _OPENING.search(passage.text, opening.end())
    end = following.start() if following else len(passage.text)
    where = passage.where(opening.start(), end)
    area = "" if passage.is_page else tr(" in its paragraph")
    yield Remark(
        where, tr("{opening} is not closed{area}: {closer} is missing (type the tag anew)", opening=opening[0],
        area=area, closer=_CLOSERS[edge])
    )  # fmt: skip
    if edge == "{%":
        # Its first word still opens or closes a block.
        inside = passage.text[opening.end() : end]
        kind = _KIND.match(inside)
        word = re.match(r"\s*\w*", inside[kind.end() if kind else 0 :])
        body = word[0].strip() if word else ""
        yield Tag(edge, kind[1] if kind else "", body, "", where, passage.around(opening.start()), None)


def _tag(passage: TextRun, edge: str, opening: re.Match[str], closing: re.Match[str]) -> Iterator[Tag | Remark]:
    where = passage.where(opening.start(), closing.end())
    around = passage.around(opening.start())
    closer = _CLOSERS[edge]
    if (opening[0], closing[0]) != (edge, closer):
        yield Remark(
            where, tr("the braces are not {edge} and {closer} (type half-width ones without blanks between)",
            edge=edge, closer=closer)
        )  # fmt: skip
    if not fit(around, passage.around(closing.end() - 1)):
        yield Remark(where, tr("Word's formatting cuts through the tag (delete it and type it anew in one go)"))
    if not passage.is_page and edge == "{%":
        yield from _taken_away(passage, opening, closing, where)
    inside = passage.text[opening.end() : closing.start()]
    trimmed = inside[:-1] if inside[-1:] in {"-", "+"} else inside
    at = passage.source_index(opening.end() + len(trimmed))
    kind, body = "", trimmed[1:] if trimmed[:1] in {"-", "+"} else trimmed
    if not passage.is_page:
        body = unescape(body)
        kind, body, faults = _kind(
            edge, body, around, is_signed=len(inside) != len(trimmed) or trimmed[:1] in {"-", "+"}
        )
        yield from (Remark(where, fault) for fault in faults)
    body, remarks = _mended(body, is_page=passage.is_page)
    yield from (Remark(where, what, is_note) for what, is_note in remarks)
    written = passage.text[opening.start() : closing.end()]
    yield Tag(edge, kind, body.strip(), " ".join(unescape(written).split()), where, around, at)
    if any(name == "w:delText" for name, _at in around):
        yield Remark(where, tr("the tag is in deleted text (accept or reject the tracked change)"))


def _taken_away(passage: TextRun, opening: re.Match[str], closing: re.Match[str], where: str) -> Iterator[Remark]:
    """Text that a hyphen removes: docxtpl drops everything between the tag and the next text node."""
    if passage.text[opening.end() : opening.end() + 1] == "-":
        lost = passage.text[passage.node(opening.start())[0] : opening.start()]
        if lost.strip():
            yield Remark(
                where, tr("{{%- takes «{lost}» before it away (write {{% without the hyphen)", lost=_quoted(lost))
            )
    if passage.text[closing.start() - 1 : closing.start()] == "-":
        lost = passage.text[closing.end() : passage.node(closing.end() - 1)[1]]
        if lost.strip() and not _OPENING.search(lost):
            yield Remark(
                where, tr("-%}} takes «{lost}» after it away (write %}} without the hyphen)", lost=_quoted(lost))
            )


def _quoted(text: str) -> str:
    squeezed = " ".join(unescape(text).split())
    return squeezed if len(squeezed) <= _QUOTED else f"…{squeezed[-_QUOTED:]}"


def _kind(edge: str, body: str, around: tuple[Element, ...], *, is_signed: bool = False) -> tuple[str, str, list[str]]:
    """The letter of a tag's kind, the rest of the tag, and what is wrong with the letter; the tag `is_signed` where
    a hyphen or plus is at one of its edges."""
    faults: list[str] = []
    if found := _KIND_SIGNED[edge].match(body):
        is_signed = True
    elif found := _KIND.match(body):
        if found[2][0] != " ":
            faults.append(tr("a special blank is after {tag} (type an ordinary one)", tag=f"{edge}{found[1]}"))
    elif found := (_KIND_APART.match(body) or _KIND_JOINED.match(body)) if edge == "{%" else None:
        faults.append(
            tr("{written} is no tag (type {kind} and then a blank)", written=f"{edge}{found[0].strip()}",
            kind=f"{edge}{found[1]}")
        )  # fmt: skip
    if not found:
        return "", body, faults
    kind, rest = found[1], body[found.end() :]
    if is_signed:
        right = f"{edge}{kind} {rest.strip()} {_CLOSERS[edge]}"
        faults = [tr("a tag of kind {edge}{kind} has no hyphen (write {right})", edge=edge, kind=kind, right=right)]
    if not any(name == KINDS[kind] for name, _at in around):
        what = tr(_WORDS[kind])
        faults.append(
            tr("{tag} is outside of a {what} (delete {kind}, or move the tag)", tag=f"{edge}{kind}", kind=kind,
            what=what)
        )  # fmt: skip
    if set(rest) & {"%", "}"}:
        faults.append(
            tr("a tag of kind {edge}{kind} can hold neither % nor }} (put the sum into kit.yaml as a figure)",
            edge=edge, kind=kind)
        )  # fmt: skip
    return kind, rest, faults


def _mended(body: str, *, is_page: bool) -> tuple[str, list[tuple[str, bool]]]:
    """The content of a tag as it was meant, and the remarks on it, each with whether it is a note."""
    said: list[tuple[str, bool]] = []
    if not is_page and set(body) & set("“”‘’"):
        body = body.translate(_CURLY)
        said.append((tr("curly quotes in the tag are read as straight ones"), True))
    odd: dict[str, str] = {}
    outside = _LITERAL.sub(lambda literal: "\0" * len(literal[0]), body)
    mended = ""
    for character, shown in zip(body, outside, strict=True):
        typed = _meant(shown)
        if typed != shown:
            odd[character] = typed
        mended += character if typed == shown else typed
    if blanks := [c for c, typed in odd.items() if typed == " "]:
        names = ", ".join(map(_named, blanks))
        said.append((tr("a special blank in the tag ({names}) is read as an ordinary one", names=names), True))
    if unseen := [c for c, typed in odd.items() if typed == ""]:
        names = ", ".join(map(_named, unseen))
        said.append((tr("the tag contains an invisible character: {names} (type the tag anew)", names=names), False))
    if wrong := {c: typed for c, typed in odd.items() if typed.strip()}:
        kind = tr("curly quotes") if set(wrong) <= set("“”‘’") else tr("full-width or special characters")
        said.append(
            (tr("{what} in the tag: {wrong} (type {right})", what=kind, wrong=" ".join(wrong),
            right=" ".join(wrong.values())), False)
        )  # fmt: skip
    return mended, said


def _named(character: str) -> str:
    """What a character is called that is not seen in a text."""
    return tr(_UNSEEN[character]) if character in _UNSEEN else f"U+{ord(character):04X}"


def _meant(character: str) -> str:
    """The character of the tag language that was meant by one that is outside quotes."""
    if character in _TYPED:
        return _TYPED[character]
    if "\uff01" <= character <= "\uff5e":
        return unicodedata.normalize("NFKC", character)
    if unicodedata.category(character) == "Zs":
        return " "
    return "" if unicodedata.category(character) == "Cf" else character


def _lost_text(tags: list[Tag], texts: dict[Element, str]) -> Iterator[Remark]:
    """Text that is removed with the paragraph, row or cell of a tag."""
    for tag in tags:
        if tag.kind not in {"p", "tr", "tc"} or not tag.written:
            continue
        own = [element for element in tag.around if element[0] == KINDS[tag.kind]]
        rest = " ".join(unescape(re.sub(r"\{#.*?#\}", "", texts[own[-1]])).split()) if own else ""
        rest = rest.replace(tag.written, "", 1).strip()
        if rest:
            what = tr(_WORDS[tag.kind])
            yield Remark(
                tag.where,
                tr("«{rest}» is lost: a {tag} tag takes its whole {what} away (give the tag a {what} of its own)",
                rest=rest[:_QUOTED], tag=f"{tag.opening}{tag.kind}", what=what)
            )  # fmt: skip
