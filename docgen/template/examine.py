"""The problems of a template, found before any data exists; and the compilation of a correct one.

Checking and rendering share this: a template is compiled only when nothing is wrong with it, and every problem
is reported at once.  A tag that fails on an intake is reported with its place and the values in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import CodeType
from typing import Any, cast

from jinja2 import TemplateSyntaxError
from jinja2.environment import Environment

from docgen.errors import KitError
from docgen.expressions import sandbox
from docgen.expressions.sandbox import PieceTemplate, plain_text_sandbox
from docgen.language import phrase, tr
from docgen.model.display import Missing, Shown, plain
from docgen.template import blocks, name_check, tag_numbers, tags
from docgen.template.context_types import Names
from docgen.template.foreign_marks import foreign_marks
from docgen.template.name_check import Usage
from docgen.template.tags import Remark, Tag
from docgen.template.text_runs import TextRun


@dataclass(frozen=True, slots=True)
class Examined:
    """One template, or one part of one: its tags, its remarks, and how it uses names."""

    tags: tuple[Tag, ...]
    remarks: tuple[Remark, ...]
    usage: Usage

    @property
    def problems(self) -> list[str]:
        """The problems alone, a line each."""
        return [str(remark) for remark in self.remarks if not remark.is_note]

    def adding(self, remarks: Iterable[Remark]) -> Examined:
        """The same with further remarks."""
        return replace(self, remarks=(*self.remarks, *remarks))


def examine(passages: Iterable[TextRun], names: Names) -> Examined:
    """Every remark on these passages, which may use `names`."""
    passages = tuple(passages)
    scanned = tags.scan(passages)
    environment = plain_text_sandbox()
    matched = blocks.match(scanned.tags, each=False)
    try:
        used = name_check.read(environment.parse(matched.source), names, environment)
    except TemplateSyntaxError:
        matched = blocks.match(scanned.tags, each=True)
        used = name_check.read(environment.parse(matched.source), names, environment)
    unknown = (Remark(scanned.tags[line - 1].where, what) for line, what in used.problems)
    remarks = dict.fromkeys((*scanned.remarks, *matched.remarks, *unknown))
    order = {place: number for number, place in enumerate(scanned.places)}
    in_order = sorted(remarks, key=lambda remark: order[remark.where])
    return Examined(scanned.tags, (*in_order, *foreign_marks(passages, names)), used)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled template, its code, and the tag that is on each of its lines."""

    template: PieceTemplate
    code: CodeType
    tags: tuple[Tag, ...]
    owners: tuple[int, ...]

    @classmethod
    def of_code(
        cls, environment: Environment, code: CodeType, tags: tuple[Tag, ...], owners: tuple[int, ...]
    ) -> Compiled:
        """The template that has this code."""
        template = PieceTemplate.from_code(environment, code, environment.make_globals(None))
        return cls(cast(PieceTemplate, template), code, tags, owners)

    def render(self, values: Mapping[str, Any]) -> str:
        """The text for these values.  Raises KitError that names the place, the tag and its values."""
        return "".join(self.pieces(values))

    def pieces(self, values: Mapping[str, Any]) -> list[str]:
        """The same in pieces: texts of the template, as they are in it, and what its tags print."""
        try:
            return self.template.pieces(values)
        except sandbox.FAILURES as cause:
            line, seen = _failing(cause)
            raise KitError(self._explained(line, {**values, **seen}, cause)) from cause

    def _explained(self, line: int, values: Mapping[str, Any], cause: BaseException) -> str:
        if not 0 < line <= len(self.owners):
            return sandbox.reason(cause)
        tag = self.tags[self.owners[line - 1]]
        given = ", ".join(dict.fromkeys(_given(tag, values)))
        why = sandbox.reason(cause)
        if not given:
            return tr("{where}: {tag} fails: {cause}", where=tag.where, tag=tag.written, cause=why)
        return tr("{where}: {tag} fails for {given}: {cause}", where=tag.where, tag=tag.written, given=given, cause=why)


def compile_source(source: str, examined: Examined, environment: Environment) -> Compiled:
    """The template whose `source` holds the marks of its tags.

    Raises KitError if it cannot be compiled for a reason that `examine` does not know.
    """
    text, owners = tag_numbers.numbered(source)
    try:
        return Compiled.of_code(environment, environment.compile(text), examined.tags, owners)
    except TemplateSyntaxError as cause:
        number = owners[min(cause.lineno, len(owners)) - 1] if owners else 0
        where = examined.tags[number].where if examined.tags else tr("the template")
        raise KitError(f"{where}: {cause.message}") from cause


def _failing(cause: BaseException) -> tuple[int, Mapping[str, Any]]:
    """The line of the template on which rendering failed, and the names seen there with their values.

    Jinja rewrites tracebacks to the lines and names of templates.
    """
    line, seen, trace = 0, {}, cause.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line, seen = trace.tb_lineno, dict(trace.tb_frame.f_locals)
        trace = trace.tb_next
    return line, seen


def _given(tag: Tag, values: Mapping[str, Any]) -> Iterator[str]:
    """`name = a whole number` for every name in the tag."""
    for name, attribute, _line in sandbox.references(plain_text_sandbox().parse(blocks.alone(tag))):
        if name in values:
            value = values[name] if attribute is None else getattr(values[name], attribute, None)
            yield f"{name}{f'.{attribute}' if attribute else ''} = {_value(value)}"


def _value(value: Any) -> str:
    """The kind of an answer, never its text, since errors are written into logs and reports; for a private one not
    even the kind."""
    if isinstance(value, Shown) and value.is_private:
        return tr("a private answer")
    if value is None or isinstance(value, Missing):
        return tr("not given")
    value = plain(value)
    if isinstance(value, str):
        return tr("a text of {count} characters", count=len(value))
    known = next((name for kind, name in _KINDS if isinstance(value, kind)), None)
    return tr(known) if known else tr("a {type}", type=type(value).__name__)


_KINDS = (
    (bool, phrase("yes or no")),
    (int, phrase("a whole number")),
    (Decimal | float, phrase("a number")),
    (dt.date, phrase("a date")),
)
