"""The customers of a run who may be one and the same, gathered while its outcomes are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docgen.batch.jobs import Item, place
from docgen.language import listed, phrase, tr
from docgen.packet.duplicates import Customer, probable

#: The columns of their list, with the widths of a sheet's.
COLUMNS = {phrase("group"): 8, phrase("why"): 28, "name": 30, phrase("place"): 60}


class CustomersSoFar:
    """The customers of the intakes met so far: their names, what else tells them apart, and their places alone."""

    def __init__(self) -> None:
        self._customers: list[Customer] = []

    def add(self, source: str, item: Item) -> None:
        """Remember the customer of an intake; one without a name is nobody."""
        if item.customer:
            where = " ".join(filter(None, (source, place(item.sheet, item.row))))
            self._customers.append(Customer(item.name, tuple(item.marks), where))

    def rows(self) -> Iterator[list[Any]]:
        """A row for each customer who may be another one too, with the number of the group and the reasons."""
        for number, group in enumerate(probable(self._customers), start=1):
            why = listed(map(tr, group.reasons))
            for customer in group.customers:
                yield [number, why, customer.name, customer.place]
