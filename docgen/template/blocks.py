"""Blocks: which tag closes which, and a template's tags alone as Jinja source that can always be parsed.

Jinja stops at the first block that is not closed.  Here every block is checked, and wrong ones are corrected in the
returned source, so that the names in them can still be checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from jinja2 import TemplateSyntaxError

from docgen.errors import did_you_mean
from docgen.expressions import mistakes
from docgen.expressions.sandbox import plain_text_sandbox
from docgen.language import either, tr
from docgen.template.tags import KINDS, Remark, Tag
from docgen.template.text_runs import Element, fit

#: The blocks of Jinja2, each with an example that opens it; the closing tag is `end` and the word.
_BLOCKS = {
    "if": "if 0", "for": "for _ in ()", "macro": "macro _()", "call": "call _()", "filter": "filter upper",
    "with": "with", "set": "set _", "raw": "raw",
}  # fmt: skip
_MIDDLE = {"elif": ("if",), "else": ("if", "for")}
#: The word of other template languages.
_ELSE_IF = {"elseif": "elif", "elsif": "elif"}
_CLOSERS = {f"end{word}": word for word in _BLOCKS}
#: docxtpl's own tags and docgen's: those with an expression, and those without.
_CELL_TAGS, _CELL_MARKS = ("vmerge", "colspan", "cellbg"), ("vm", "hm")
_OTHER_FILES = ("include", "import", "from", "extends", "block")


@dataclass(eq=False)
class _Open:
    """An open block: its `else`, a tag in it that closes nothing else, and the tag of an outer block that closed it,
    too."""

    tag: Tag
    word: str
    last: Tag | None = None
    stray: Tag | None = None
    taker: Tag | None = None


@dataclass
class Blocks:
    """What is wrong with the blocks, and the tags as Jinja source, line n for tag n - 1."""

    remarks: list[Remark] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def source(self) -> str:
        """The whole source."""
        return "\n".join(self.lines)


def match(tags: Iterable[Tag], *, each: bool) -> Blocks:
    """Check every block by its tags and, with `each`, every tag by itself.

    Reading each tag alone is slow, and only useful if the whole cannot be read.
    """
    matcher = _Matcher()
    for tag in tags:
        fault, source = _judged(tag, _fault if each else lambda _source: "", in_raw=matcher.in_raw)
        if fault:
            matcher.blocks.remarks.append(Remark(tag.where, fault))
        matcher.blocks.lines.append("")
        matcher.add(tag, source)
    return matcher.finished()


# -- one tag ----------------------------------------------------------------------------------------


def _judged(tag: Tag, fault_of: Callable[[str], str], *, in_raw: bool) -> tuple[str, str]:
    """What is wrong with a tag by itself, and the tag as source that can be parsed ("" for none)."""
    word = tag.word
    if in_raw and word != "endraw":
        return "", ""
    if tag.opening == "{{" or (word in _CELL_TAGS and tag.around):
        source = alone(tag)
        fault = fault_of(source)
        return fault, "" if fault else source
    if word in _CELL_MARKS and tag.around:
        return "", ""
    if word in _OTHER_FILES:
        return tr("{{% {word} %}} is not possible: a template cannot take in other files", word=word), ""
    if not (word in _BLOCKS or word in _MIDDLE or word in _CLOSERS):
        known = (*_BLOCKS, *_MIDDLE, *_CLOSERS)
        return (
            tr("unknown tag {word!r}{near}", word=word, near=did_you_mean(_ELSE_IF.get(word, word), known))
            if word
            else tr("the tag is empty")
        ), ""
    fault = fault_of(alone(tag)) if tag.at is not None else ""
    body = _on_one_line(tag)
    return fault, _example(word, body) if fault or tag.at is None else f"{{% {body} %}}"


def alone(tag: Tag) -> str:
    """The least template that the tag can be in."""
    word, body = tag.word, _on_one_line(tag)
    source = f"{{% {body} %}}"
    if tag.opening == "{{":
        return f"{{{{ {body} }}}}"
    if word in _CELL_TAGS and tag.around:
        return f"{{{{ {body[len(word) :]} }}}}"
    if word in _MIDDLE:
        return f"{{% if 0 %}}{source}{{% endif %}}"
    if word in _CLOSERS:
        return f"{{% {_BLOCKS[_CLOSERS[word]]} %}}{source}"
    return source if _is_assignment(word, body) else f"{source}{{% end{word} %}}"


def _on_one_line(tag: Tag) -> str:
    return " ".join(tag.body.split())


def _is_assignment(word: str, body: str) -> bool:
    return word == "set" and "=" in body


def _example(word: str, body: str) -> str:
    """A tag of the same word that can be parsed; a loop keeps its variables."""
    if word in _MIDDLE or word in _CLOSERS:
        return "{% else %}" if word in _MIDDLE else f"{{% {word} %}}"
    if word == "for" and " in " in body:
        targets = body[len("for ") : body.index(" in ")]
        if all(part.strip().isidentifier() for part in targets.split(",")):
            return f"{{% for {targets} in () %}}"
    if _is_assignment(word, body):
        target = body[len("set ") : body.index("=")].strip()
        return f"{{% set {target} = 0 %}}" if target.isidentifier() else ""
    return f"{{% {_BLOCKS[word]} %}}"


def _fault(source: str) -> str:
    try:
        plain_text_sandbox().parse(source)
    except TemplateSyntaxError as cause:
        return tr("the tag cannot be read: {problem}", problem=mistakes.syntax_problem(cause, source))
    return ""


# -- blocks -----------------------------------------------------------------------------------------


class _Matcher:
    """Reads the tags in order, with the blocks that are open and those that were closed by another's tag."""

    def __init__(self) -> None:
        self.blocks = Blocks()
        self._open: list[_Open] = []
        self._taken: list[_Open] = []

    @property
    def in_raw(self) -> bool:
        return bool(self._open) and self._open[-1].word == "raw"

    def add(self, tag: Tag, source: str) -> None:
        if not source:
            return
        word = tag.word
        if word in _CLOSERS:
            self._close(tag, _CLOSERS[word], source)
        elif word in _MIDDLE:
            self._divide(tag, _MIDDLE[word], source)
        else:
            self._emit(source)
            if word in _BLOCKS and not _is_assignment(word, tag.body):
                self._open.append(_Open(tag, word))

    def _emit(self, source: str) -> None:
        self.blocks.lines[-1] += source

    def _divide(self, tag: Tag, words: tuple[str, ...], source: str) -> None:
        if not self._open or self._open[-1].word not in words:
            inside = tr("; {tag} is open", tag=_shown(self._open[-1].tag)) if self._open else ""
            self._remark(
                tag, tr("{tag} is outside of {words}{inside}", tag=_shown(tag), words=either(words), inside=inside)
            )
            return
        block = self._open[-1]
        if block.last:
            after = tr("{tag} in {place}", tag=_shown(block.last), place=_place(block.last))
            self._remark(tag, tr("{tag} comes after {after} (make else the last)", tag=_shown(tag), after=after))
            return
        block.last = tag if tag.word == "else" else None
        self._compare(block.tag, tag)
        self._emit(source)

    def _close(self, tag: Tag, word: str, source: str) -> None:
        candidates = [block for block in self._open if block.word == word]
        if not candidates:
            self._stray(tag, word)
            return
        # A block of another kind inside is the one that was left open.
        fitting = [block for block in candidates if not _difference(block.tag, tag)] or candidates
        block = fitting[-1]
        while self._open[-1] is not block:
            inner = self._open.pop()
            inner.taker = tag
            self._taken.append(inner)
            self._emit(_end(inner.word))
        self._open.pop()
        if block.stray:
            self._remark_stray(block.stray)
        self._compare(block.tag, tag)
        self._emit(source)

    def _stray(self, tag: Tag, word: str) -> None:
        """A closing tag without its block: that of a block already closed, or the wrong word."""
        crossed = [block for block in self._taken if block.word == word]
        mistaken = [block for block in self._taken if block.taker and _CLOSERS[block.taker.word] == word]
        for block in (*crossed[-1:], *mistaken[-1:])[:1]:
            self._taken.remove(block)
            assert block.taker
            self._remark(block.tag, _crossed(block, tag) if crossed else _mistaken(block, block.taker))
            return
        if self._open and self._open[-1].stray is None:
            self._open[-1].stray = tag
        else:
            self._remark_stray(tag)

    def _remark_stray(self, tag: Tag) -> None:
        word = _CLOSERS[tag.word]
        self._remark(
            tag, tr("{tag} closes nothing: no {word} is open (delete it, or add the opening tag)", tag=_shown(tag),
            word=word)
        )  # fmt: skip

    def finished(self) -> Blocks:
        """The blocks, after the last tag."""
        for block in reversed(self._open):
            self._emit(_end(block.word))
        for block in (*self._taken, *self._open):
            self._remark(block.tag, _mistaken(block, block.stray) if block.stray else _unclosed(block))
        return self.blocks

    def _compare(self, opening: Tag, other: Tag) -> None:
        if difference := _difference(opening, other):
            self._remark(opening, difference)

    def _remark(self, tag: Tag, what: str) -> None:
        self.blocks.remarks.append(Remark(tag.where, what))


def _end(word: str) -> str:
    return f"{{% end{word} %}}"


def _shown(tag: Tag) -> str:
    return tag.written or f"{{% {tag.body} …"


def _place(tag: Tag) -> str:
    """The place of another tag, within the same file."""
    return tag.where.partition(" «")[0].rpartition(": ")[2]


def _closing(block: _Open) -> str:
    return f"{{%{block.tag.kind} end{block.word} %}}"


def _unclosed(block: _Open) -> str:
    return tr("{tag} is not closed: {closer} is missing", tag=_shown(block.tag), closer=_closing(block))


def _mistaken(block: _Open, taker: Tag) -> str:
    return tr(
        "{tag} is closed by {taker} in {place} (write {closer} there)", tag=_shown(block.tag), taker=_shown(taker),
        place=_place(taker), closer=_closing(block)
    )  # fmt: skip


def _crossed(block: _Open, closer: Tag) -> str:
    assert block.taker
    return tr(
        "{tag} is crossed by {taker} in {place}: its own {closer} comes after it (close the inner block first)",
        tag=_shown(block.tag), taker=_shown(block.taker), place=_place(block.taker), closer=_shown(closer)
    )  # fmt: skip


def _difference(opening: Tag, other: Tag) -> str:
    """Why two tags of one block cannot go together: kinds, or places in the document."""
    if opening.kind != other.kind:
        right = f"{{%{opening.kind} {other.word} %}}"
        return tr(
            "{opening} goes with {other} in {place}, of another kind (write {right} there)", opening=_shown(opening),
            other=_shown(other), place=_place(other), right=right,
        )  # fmt: skip
    mine, theirs = (_outside(tag) for tag in (opening, other))
    if fit(mine, theirs):
        return ""
    cells = [[element for element in elements if element[0] == "w:tc"] for elements in (mine, theirs)]
    what = tr("another table cell") if any(cells) and cells[0] != cells[1] else tr("another part of the document")
    return tr(
        "{opening} goes with {other} in {place}, {what} (move them into one)", opening=_shown(opening),
        other=_shown(other), place=_place(other), what=what,
    )  # fmt: skip


def _outside(tag: Tag) -> tuple[Element, ...]:
    """The elements around the part that a tag replaces."""
    if not tag.kind:
        return tag.around
    last = max((n for n, element in enumerate(tag.around) if element[0] == KINDS[tag.kind]), default=0)
    return tag.around[:last]
