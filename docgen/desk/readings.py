"""In a worker: read a source into plain data for the pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from docgen.desk.settings import MOST_INTAKES, SECONDS
from docgen.documents.context import AnswerRow, answer_rows, show_figure
from docgen.errors import SourceError
from docgen.language import tr
from docgen.library.cases import Case, Cases, read
from docgen.library.kits import Kit
from docgen.model.display import is_given
from docgen.model.intake import Level
from docgen.workers import limits
from docgen.workers.pool import beat


class SourceJob(NamedTuple):
    """A source to read: its file, its name in reports, the kit's folder, terms as written, corrections."""

    path: Path
    name: str
    kit: Path
    terms: Mapping[str, str]
    amendments: tuple[Mapping[str, Any], ...] = ()


class IntakeReading(NamedTuple):
    """One intake: its name, whether it gives its name itself, its verdict, and `data` as JSON.

    `data` holds `check` (as printed by `docgen check --json`), `answers` (a row for each field), `counts` by level, and
    `figures` in readable form.
    """

    name: str
    is_named: bool
    verdict: str
    data: Mapping[str, Any]


class SourceReading(NamedTuple):
    """The intakes of a source, the texts outside them, and whether it has more than the desk shows."""

    intakes: list[IntakeReading]
    outside: list[Any]
    has_more: bool


@contextmanager
def bounded(name: str) -> Iterator[None]:
    """Apply the time and memory limits of reading; `limits.end_reading` changes to the limits of making documents.

    Raises SourceError if memory is short.
    """
    beat(SECONDS)
    limits.limit_time(SECONDS)
    limits.begin_reading()
    try:
        yield
    except Exception as error:
        if not limits.is_short_of_memory(error):
            raise
        raise limits.too_much_memory(name) from None
    finally:
        limits.end_reading()
        limits.limit_time(None)
        beat(None)


def prepare(kit: Path) -> None:
    """Load what reading and making documents need, in advance."""
    from docgen.documents import summary  # noqa: F401

    Kit.load(kit)


def check_terms(kit: Path, terms: Mapping[str, str]) -> None:
    """Raise SourceError that names every invalid term."""
    Kit.load(kit).load_terms(terms)


def read_source(job: SourceJob) -> SourceReading:
    """Every intake of a source, up to a maximum.  Raises like `docgen.read`."""
    with bounded(job.name):
        cases = _cases(job)
        found: list[IntakeReading] = []
        outside = list(cases.outside_json())
        has_more = False
        for case in cases:
            if has_more := len(found) == MOST_INTAKES:
                break
            found.append(intake_reading(case))
            outside += case.outside_json()
            limits.begin_reading()
        return SourceReading(found, outside, has_more)


def read_intake(job: SourceJob, n: int) -> IntakeReading:
    """One intake of a source.  Raises like `docgen.read`."""
    with bounded(job.name):
        return intake_reading(case_of(job, n))


def case_of(job: SourceJob, n: int) -> Case:
    """The intake with a number, from 0.  Raises SourceError if the source has no such intake."""
    case = next(islice(iter(_cases(job)), n, None), None)
    if case is None:
        raise SourceError(tr("{source}: holds no intake {number} any more", source=job.name, number=n + 1))
    return case


def _cases(job: SourceJob) -> Cases:
    kit = Kit.load(job.kit)
    return read(job.path, kit, terms=job.terms, name=job.name, amendments=job.amendments)


def intake_reading(case: Case) -> IntakeReading:
    """The data of a case for the pages."""
    review = case.reviewed.review
    data = {
        "check": case.as_json(),
        "answers": [_answer(row) for row in answer_rows(case.kit, case.intake, review)],
        "counts": {level.value: review.count(level) for level in Level},
        "figures": [
            {"label": figure.label, "shown": f"{show_figure(figure.value)} {figure.unit}".strip()}
            for figure in case.figures.values()
            if figure.value is not None
        ],
    }
    return IntakeReading(case.name, case.kit.name_field in case.values, case.verdict.value, data)


def _answer(row: AnswerRow) -> Mapping[str, Any]:
    given = is_given(row.shown)
    return {
        "key": row.key, "section": row.section, "group": row.group, "label": row.label, "required": row.required,
        "written": row.written, "shown": str(row.listed) if given else "", "unit": row.unit if given else "",
        "is_as_written": row.is_as_written, "sheet": row.sheet, "cell": row.cell, "level": row.level,
    }  # fmt: skip
