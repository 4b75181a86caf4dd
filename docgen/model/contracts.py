"""What a kit says of final contracts: how they are numbered, and what their register keeps."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from docgen.model.entries import Between, KitEntry
from docgen.patterns import regex

#: What is in braces in the pattern of contract numbers; the register's own columns.
NUMBER_TAG = regex(r"\{(year|month|seq)(?::0?([1-9]))?\}")
REGISTER_COLUMNS = frozenset({"date", "expires", "reviewed_by", "file", "sha256"})


@dataclass(frozen=True, kw_only=True)
class Contracts(KitEntry):
    """How final contracts are numbered, and what their register keeps of each."""

    number: Annotated[str, "the pattern of numbers: {year}, {month} and {seq} or {seq:04}, once"]
    field: Annotated[str, "the term that is the number of a contract"]
    columns: Annotated[tuple[str, ...], "the fields that it keeps: parties, dates, amounts"] = ()
    starts: Annotated[str, "the field with the day on which a contract begins to run"] = ""
    months: Annotated[str, "the field with the number of months that it runs"] = ""
    labels: Annotated[
        Mapping[str, str], "what its own columns are called: date, expires, reviewed_by, file, sha256"
    ] = dataclasses.field(default_factory=dict)
    reminder: Annotated[str, "the entry of a calendar on the last day: text with Jinja2 tags over the fields"] = ""
    remind_days: Annotated[int, "how many days before the calendar reminds", Between(0, 365)] = 30
