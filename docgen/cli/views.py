"""Results as people see them in a terminal, as rich renderables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from docgen import values
from docgen.documents.context import show_figure
from docgen.language import phrase, tr, word
from docgen.language.columns import padded
from docgen.model.intake import UNREAD, Finding, Level, Verdict
from docgen.text import clean_long, excerpt

if TYPE_CHECKING:
    from docgen.documents.template_fields import Listing
    from docgen.library.cases import Case
    from docgen.model.as_json import OutsideJson
    from docgen.packet.packet import Packet

_LEVEL_STYLE = {Level.INVALID: "red", Level.REJECT: "red", Level.MANUAL: "yellow", Level.ADVICE: "cyan"}
_VERDICT_STYLE = {
    Verdict.ACCEPTED: "bold green", Verdict.MANUAL: "bold yellow",
    Verdict.REJECTED: "bold red", Verdict.INCOMPLETE: "bold red",
}  # fmt: skip


#: The columns of the table of findings, and of the table of what templates may contain.
_FINDINGS = (
    phrase("level"), phrase("rule"), phrase("field"), phrase("cell"), phrase("written"),
    phrase("problem and remedy"), phrase("clause"),
)  # fmt: skip
_VOCABULARY = (
    phrase("write"), phrase("kind"), phrase("may be missing"), phrase("example"), phrase("meaning"),
)  # fmt: skip
#: The columns of the table of answers.
_ANSWERS = (phrase("item"), phrase("as written"), phrase("understood as"), phrase("cell"))
#: Characters of an answer in the table of answers; documents show all of it.
_LONG = 60
#: Texts that were not read, quoted below a packet.
_NOT_READ = 5


def verdict_text(verdict: Verdict) -> Text:
    """The verdict in its colour."""
    return Text(word("verdict", verdict), style=_VERDICT_STYLE[verdict])


def assessment(case: Case, *, plain: bool = False) -> RenderableType:
    """One case: who and where, verdict, the answers, every finding in a table, the figures, what was not understood.

    `plain` prints the answers as lines, for a pipe.
    """
    return Group(*_assessment(case, plain))


def heading(case: Case) -> Text:
    """One case in a line: who, verdict, where."""
    place = " · ".join(part for part in (case.source, case.sheet, case.row and tr("row {row}", row=case.row)) if part)
    return Text.assemble((case.name, "bold"), "  ", verdict_text(case.verdict), "  ", (place, "dim"))


def _assessment(case: Case, plain: bool) -> Iterator[RenderableType]:
    yield heading(case)
    given = list(_answers(case))
    if given:
        yield Group(*map(_line, given)) if plain else _answer_table(given)
    if case.findings:
        yield _findings(case.findings)
    known = [
        f"{figure.label} {show_figure(figure.value)} {figure.unit}".strip()
        for figure in case.figures.values()
        if figure.value is not None
    ]
    if known:
        yield Padding(Text("; ".join(known), style="dim"), (0, 2))
    for text in case.unrecognised:
        yield _not_understood(text.text, text.sheet, text.cell)
    yield ""


class _Given(NamedTuple):
    """An answer as written and as understood; `understood` is empty if both are the same, None if it is none."""

    label: str
    written: str
    understood: str | None
    cell: str


def _answers(case: Case) -> Iterator[_Given]:
    """The fields in which anything is written, in the order of the kit."""
    for key, field in case.kit.fields.items():
        answer, value = case.intake.answers.get(key), case.values.get(key)
        written = answer.written.strip() if answer is not None else ""
        if not written and value is None:
            continue
        shown = None if value is None else values.show(field, value)
        is_same = shown is not None and clean_long(written) == clean_long(shown)
        cell = (answer.origin.cell if answer is not None else None) or ""
        yield _Given(field.label, written, "" if is_same else shown, cell)


def _answer_table(given: Iterable[_Given]) -> Table:
    table = Table(show_lines=False, pad_edge=False, expand=False)
    for title in _ANSWERS:
        table.add_column(tr(title), overflow="fold", no_wrap=title == "cell")
    for one in given:
        understood = "[yellow]—[/]" if one.understood is None else escape(_short(one.understood, _LONG))
        table.add_row(escape(one.label), escape(_short(one.written, _LONG)), understood, one.cell)
    return table


def _line(one: _Given) -> Text:
    quoted = "" if one.understood == "" else f" → {'—' if one.understood is None else ' '.join(one.understood.split())}"
    place = f" [{one.cell}]" if one.cell else ""
    return Text(f"  {one.label}: {' '.join(one.written.split())}{quoted}{place}", no_wrap=True, overflow="ignore")


def outside(texts: Iterable[OutsideJson]) -> RenderableType:
    """Texts that belong to no intake and were not understood."""
    return Group(*(_not_understood(text["text"], text["source"], text["sheet"], text["cell"]) for text in texts))


def _not_understood(text: str, *place: str | None) -> RenderableType:
    where = "!".join(part for part in place if part)
    return Padding(Text(tr("not understood: {where}: {text}", where=where, text=text), style="dim"), (0, 2))


def _findings(findings: tuple[Finding, ...]) -> Table:
    table = Table(show_lines=False, pad_edge=False, expand=False)
    for title in _FINDINGS:
        table.add_column(tr(title), overflow="fold", no_wrap=title in {"level", "cell"})
    for finding in findings:
        style = _LEVEL_STYLE[finding.level]
        table.add_row(
            f"[{style}]{word('level', finding.level)}[/]", finding.rule, escape(finding.label or ""),
            finding.cell or "—", escape(_short(finding.written or "")),
            f"{escape(finding.message)}\n[dim]{escape(finding.remedy)}[/]", finding.clause or "",
        )  # fmt: skip
    return table


def vocabulary(listing: Listing) -> RenderableType:
    """A group of names that templates may contain: its title, and a table without its empty columns."""
    table = Table(pad_edge=False, box=None)
    columns = {title: at for at, title in enumerate(_VOCABULARY) if any(entry[at] for entry in listing.entries)}
    for title in columns:
        table.add_column(tr(title), overflow="fold", header_style="dim", no_wrap=title == "write")
    for entry in listing.entries:
        cells = (_short(entry[at]) if title == "example" else tr(entry[at]) for title, at in columns.items())
        table.add_row(*map(escape, cells))
    return Group(Text(tr(listing.title), style="bold"), Padding(table, (0, 0, 0, 2), expand=False), "")


def _short(text: str, limit: int = 40) -> str:
    return excerpt(" ".join(text.split()), limit)


def packet(made: Packet, case: Case) -> RenderableType:
    """One packet: name, verdict, folder, files, the terms pending in its contract, the texts that were not read."""
    lines: list[RenderableType] = [Text.assemble((made.name, "bold"), "  ", verdict_text(made.verdict))]
    lines.append(Padding(Text(str(made.folder)), (0, 2)))
    none_due = tr("— (not made for this verdict)")
    for kind, path in made.files.items():
        lines.append(Padding(Text(f"{padded(word('document', kind), 9)}{path.name if path else none_due}"), (0, 4)))
    if made.pending:
        lines.append(Padding(Text(f"{padded(tr('pending'), 9)}{'、'.join(made.pending)}", style="yellow"), (0, 4)))
    texts = [finding.written or "" for finding in case.findings if finding.rule == UNREAD]
    texts += [text.text for text in case.unrecognised]
    if texts:
        quoted = "; ".join(f"“{_short(text)}”" for text in texts[:_NOT_READ]) + (
            "; …" if len(texts) > _NOT_READ else ""
        )
        line = tr("not read {count}: {texts}", count=len(texts), texts=quoted)
        lines.append(Padding(Text(line, style="yellow"), (0, 4)))
    return Group(*lines)
