"""What people see of results in a terminal: rich renderables, printed by the command line alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from docgen.documents.context import show_figure
from docgen.documents.template_fields import Listing
from docgen.language import listed, phrase, tr, word
from docgen.language.columns import padded
from docgen.library.cases import Case
from docgen.model.as_json import OutsideJson
from docgen.model.intake import Finding, Level, Verdict
from docgen.packet.duplicates import Customer, Duplicate, marks_of, probable
from docgen.packet.packet import Packet
from docgen.packet.register import ISSUED, Entry, customers_of

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
_REGISTER = (
    phrase("contract"), phrase("customer"), phrase("date"), phrase("ends"), phrase("reviewed by"), phrase("state"),
    phrase("file"),
)  # fmt: skip
_VOCABULARY = (
    phrase("write"), phrase("kind"), phrase("may be missing"), phrase("example"), phrase("meaning"),
)  # fmt: skip


def verdict_text(verdict: Verdict) -> Text:
    """The verdict in its colour."""
    return Text(word("verdict", verdict), style=_VERDICT_STYLE[verdict])


def assessment(case: Case) -> RenderableType:
    """One case: name and place, verdict, a table of findings, the figures, what was not understood."""
    return Group(*_assessment(case))


def _assessment(case: Case) -> Iterator[RenderableType]:
    yield Text.assemble((case.name, "bold"), "  ", verdict_text(case.verdict), "  ", (_place(case), "dim"))
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
            f"[{style}]{word('level', finding.level)}[/]",
            finding.rule,
            escape(finding.label or ""),
            finding.cell or "—",
            escape(_short(finding.written or "")),
            f"{escape(finding.message)}\n[dim]{escape(finding.remedy)}[/]",
            finding.clause or "",
        )
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


def register(entries: Sequence[Entry]) -> RenderableType:
    """The contracts of a register, a row each; below them the customers that may be the same."""
    table = Table(pad_edge=False, box=None)
    for title in _REGISTER:
        table.add_column(tr(title), overflow="fold", header_style="dim", no_wrap=title == "contract")
    for entry in entries:
        known = {detail.key: detail.text for detail in entry.details}
        state = tr("issued") if entry.state == ISSUED else tr("unfinished")
        cells = (entry.number, entry.customer, known.get("date", ""), entry.expires or "", known.get("reviewed_by", ""))
        table.add_row(*map(escape, (*cells, state, Path(entry.file).name)))
    return Group(table, *_duplicates(probable(customers_of(entries))))


def same_customers(cases: Sequence[Case]) -> list[Duplicate]:
    """The customers of a run who may be one and the same; an intake without a name is nobody's."""
    named = [case for case in cases if case.kit.name_field in case.values]
    return probable([Customer(case.name, marks_of(case.kit, case.intake), _place(case)) for case in named])


def _place(case: Case) -> str:
    return " · ".join(part for part in (case.source, case.sheet, case.row and tr("row {row}", row=case.row)) if part)


def duplicates(found: Iterable[Duplicate]) -> RenderableType:
    """Customers that may be one and the same."""
    return Group(*_duplicates(found))


def _duplicates(found: Iterable[Duplicate]) -> Iterator[RenderableType]:
    for one in found:
        told = "; ".join(f"{customer.name} ({customer.place})" for customer in one.customers)
        why = listed(map(tr, one.reasons))
        yield Text(tr("may be the same customer ({why}): {customers}", why=why, customers=told), style="yellow")


def _short(text: str, limit: int = 40) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def packet(made: Packet) -> RenderableType:
    """One packet: name, verdict, folder, files, and the terms that are pending in its contract."""
    lines: list[RenderableType] = [Text.assemble((made.name, "bold"), "  ", verdict_text(made.verdict))]
    lines.append(Padding(Text(str(made.folder)), (0, 2)))
    none_due = tr("— (not made for this verdict)")
    for kind, path in made.files.items():
        lines.append(Padding(Text(f"{padded(word('document', kind), 9)}{path.name if path else none_due}"), (0, 4)))
    if made.pending:
        lines.append(Padding(Text(f"{padded(tr('pending'), 9)}{'、'.join(made.pending)}", style="yellow"), (0, 4)))
    return Group(*lines)
