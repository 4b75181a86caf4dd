"""Outcomes → totals for the reports."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from docgen.batch.jobs import Failure, Item, Outcome, Outside
from docgen.masking import masked
from docgen.model.intake import Level, Verdict
from docgen.model.kit import Kit

#: Intakes and failures that report.html shows; report.xlsx has them all.
SHOWN = 1_000


@dataclass(frozen=True)
class RunFacts:
    """What a run was: kit and version, the date that documents carry, the name of its folder; the labels of the fields
    by key, and the titles of the kit's rules by id."""

    kit: str = ""
    date: str = ""
    folder: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)


def run_facts(kit: Kit, date: dt.date, folder: str) -> RunFacts:
    """Notes on a run with this kit; mobile numbers in the folder's name are hidden."""
    return RunFacts(
        kit.version_mark,
        date.isoformat(),
        masked(folder),
        {key: field.label for key, field in kit.fields.items()},
        {rule.id: rule.title for rule in kit.rules},
    )


@dataclass
class Summary:
    """Totals of a run, and the first of its intakes, failures, files passed over and texts outside, with their sources.

    `customers` counts the intakes of each customer, `rules` the findings of each rule.
    """

    sources: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    customers: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    items: list[tuple[str, Item]] = field(default_factory=list)
    failures: list[tuple[str, Failure]] = field(default_factory=list)
    passed_over: int = 0
    files_passed_over: list[tuple[str, str]] = field(default_factory=list)
    outside: list[tuple[str, Outside]] = field(default_factory=list)
    texts_outside: int = 0
    texts_unread: int = 0

    @property
    def intakes(self) -> int:
        """How many packets there are."""
        return self.verdicts.total()

    @property
    def repeated(self) -> int:
        """How many customers have several intakes."""
        return sum(count > 1 for count in self.customers.values())

    def bars(self) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        """What is drawn: intakes by verdict, and the ten rules with the most findings, most frequent first."""
        rules = sorted(self.rules.items(), key=lambda entry: (-entry[1], entry[0]))
        return [(verdict.value, self.verdicts[verdict.value]) for verdict in Verdict], rules[:10]


def summarise(outcomes: Iterable[Outcome]) -> Summary:
    """The totals of `outcomes`, which come sorted by source."""
    summary = Summary()
    source = None
    for outcome in outcomes:
        if outcome.passed_over:
            summary.passed_over += 1
            if summary.passed_over <= SHOWN:
                summary.files_passed_over.append((outcome.source, outcome.passed_over))
            continue
        summary.sources += (outcome.source, outcome.digest) != source
        source = outcome.source, outcome.digest
        for item in outcome.items:
            summary.verdicts[item.verdict] += 1
            if item.findings:
                summary.levels.update({level.value: item.count(level) for level in Level})
                summary.rules.update(finding["rule"] for finding in item.findings)
            summary.texts_unread += len(item.unread) + len(item.unrecognised)
            if item.customer:
                summary.customers[item.customer] += 1
        summary.failed += len(outcome.failures)
        summary.items += [(outcome.source, item) for item in outcome.items[: SHOWN - len(summary.items)]]
        summary.texts_outside += len(outcome.outside)
        summary.outside += [(outcome.source, text) for text in outcome.outside[: SHOWN - len(summary.outside)]]
        summary.failures += [(outcome.source, each) for each in outcome.failures[: SHOWN - len(summary.failures)]]
    return summary
