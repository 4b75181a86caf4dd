"""What people see of customers across intakes: the contracts of a register, and customers who may be the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from docgen.language import listed, phrase, tr
from docgen.library.cases import Case
from docgen.packet.duplicates import Customer, Duplicate, marks_of, probable
from docgen.packet.register import ISSUED, Entry, customers_of

_REGISTER = (
    phrase("contract"), phrase("customer"), phrase("date"), phrase("ends"), phrase("reviewed by"), phrase("state"),
    phrase("file"),
)  # fmt: skip


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


def same_customers(cases: Iterable[Case]) -> list[Duplicate]:
    """The customers of a run who may be one and the same; an intake without a name is nobody's."""
    named = (case for case in cases if case.kit.name_field in case.values)
    return probable([Customer(case.name, marks_of(case.kit, case.intake), _place(case)) for case in named])


def _place(case: Case) -> str:
    return " · ".join(part for part in (case.source, case.sheet, case.row and tr("row {row}", row=case.row)) if part)


def duplicates(found: Iterable[Duplicate]) -> RenderableType:
    """Customers that may be one and the same."""
    return Group(*_duplicates(found))


def _duplicates(found: Iterable[Duplicate]) -> Iterator[RenderableType]:
    for one in found:
        places = "; ".join(f"{customer.name} ({customer.place})" for customer in one.customers)
        why = listed(map(tr, one.reasons))
        yield Text(tr("may be the same customer ({why}): {customers}", why=why, customers=places), style="yellow")
