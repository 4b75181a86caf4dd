"""What people see of results in a terminal: rich renderables, printed by the command line alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from docgen.documents.context import show_figure
from docgen.model.intake import Finding, Level, Verdict

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


def verdict_text(verdict: Verdict) -> Text:
    """The verdict in its colour."""
    return Text(verdict.value, style=_VERDICT_STYLE[verdict])


def assessment(case: Case) -> RenderableType:
    """One case: who and where, verdict, every finding in a table, the figures, what was not understood."""
    return Group(*_assessment(case))


def _assessment(case: Case) -> Iterator[RenderableType]:
    place = " · ".join(part for part in (case.source, case.sheet, case.row and f"row {case.row}") if part)
    yield Text.assemble((case.name, "bold"), "  ", verdict_text(case.verdict), "  ", (place, "dim"))
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
    """What stands in no intake and was not understood."""
    return Group(*(_not_understood(text["text"], text["source"], text["sheet"], text["cell"]) for text in texts))


def _not_understood(text: str, *place: str | None) -> RenderableType:
    where = "!".join(part for part in place if part)
    return Padding(Text(f"not understood: {where}: {text}", style="dim"), (0, 2))


def _findings(findings: tuple[Finding, ...]) -> Table:
    table = Table(show_lines=False, pad_edge=False, expand=False)
    for title in ("level", "rule", "field", "cell", "written", "what is wrong and how to mend it", "clause"):
        table.add_column(title, overflow="fold", no_wrap=title in {"level", "cell"})
    for finding in findings:
        style = _LEVEL_STYLE[finding.level]
        table.add_row(
            f"[{style}]{finding.level.value}[/]",
            finding.rule,
            escape(finding.label or ""),
            finding.cell or "—",
            escape(_short(finding.written or "")),
            f"{escape(finding.message)}\n[dim]{escape(finding.remedy)}[/]",
            finding.clause or "",
        )
    return table


def vocabulary(listing: Listing) -> RenderableType:
    """What templates may write that belongs together: its title, and a table without the columns that say nothing."""
    table = Table(pad_edge=False, box=None)
    columns = {"write": 0, "kind": 1, "may be missing": 2, "example": 3, "meaning": 4}
    told = {title: at for title, at in columns.items() if any(entry[at] for entry in listing.entries)}
    for title in told:
        table.add_column(title, overflow="fold", header_style="dim", no_wrap=title == "write")
    for entry in listing.entries:
        table.add_row(*(escape(_short(entry[at]) if title == "example" else entry[at]) for title, at in told.items()))
    return Group(Text(listing.title, style="bold"), Padding(table, (0, 0, 0, 2), expand=False), "")


def _short(text: str, limit: int = 40) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def packet(made: Packet) -> RenderableType:
    """One packet: who, verdict, folder, files, and the terms that its contract leaves pending."""
    lines: list[RenderableType] = [Text.assemble((made.name, "bold"), "  ", verdict_text(made.verdict))]
    lines.append(Padding(Text(str(made.folder)), (0, 2)))
    for kind, path in made.files.items():
        lines.append(Padding(Text(f"{kind:9}{path.name if path else '— (none is due for this verdict)'}"), (0, 4)))
    if made.pending:
        lines.append(Padding(Text(f"pending  {'、'.join(made.pending)}", style="yellow"), (0, 4)))
    return Group(*lines)
