"""One unit of work → its outcome; runs in a worker process.

A source stays open between the units of one process, so that a long table is read once, into however many units it is
cut.  Each worker reads it itself and skips the rows of others, which costs little beside a packet, and no process has
to feed the others.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from operator import length_hint
from pathlib import Path
from typing import NamedTuple, NoReturn

from docgen import values
from docgen.batch import download
from docgen.batch.jobs import Failure, Item, Job, Outcome, Outside, Unit, place
from docgen.errors import DocgenError, SourceError, bug
from docgen.formats.skimming import Skim, SkimmedError
from docgen.language import tr, using_language
from docgen.masking import masked
from docgen.model.as_json import finding_json
from docgen.model.intake import Answers, Intake, Unrecognised
from docgen.model.kit import FieldType, Kit
from docgen.output import files, storage
from docgen.packet import manifest, packet
from docgen.packet.duplicates import marks_of
from docgen.pipeline import Opened, SourceFile, open_source
from docgen.reading import look
from docgen.text import fold
from docgen.workers import garbage, limits
from docgen.workers.pool import beat

#: Deaths of workers after which an intake is given up.
MOST_DEATHS = 2
#: The step of a worker before the first intake of a unit.
OPENING = "opening"


def work(job: Job, unit: Unit) -> Outcome:
    """The outcome of a unit: packets, and failures that concern its intakes alone.

    Packets that the journal lists and that are intact are not made again.  Raises the errors that every other unit
    would meet, too: KitError, SystemMissingError, DiskFullError.
    """
    _begin(job, OPENING)
    try:
        with using_language(job.language):
            return _outcome(job, unit)
    finally:
        limits.end_reading()
        limits.limit_time(None)
        beat(None)
        garbage.keep_what_is_loaded()  # by the first unit, which has loaded everything


def _begin(job: Job, step: str) -> None:
    """Begin a step, which may take as long as one intake and is a step of reading until documents are made."""
    beat(job.timeout, step)
    limits.limit_time(job.timeout)
    limits.begin_reading()


def _outcome(job: Job, unit: Unit) -> Outcome:
    done: list[Item | Failure | _Made] = []
    outside: list[Unrecognised] = []
    inputs, about, is_broken = "", 0, False
    try:
        if unit.is_unknown and (reason := look(unit.source, job.options.kit)) is not None:
            return Outcome(unit.source, unit.start, unit.stop, "", [], [], more=False, passed_over=reason)
        file = _source_file(unit.source, *download.here(unit.source))
        inputs = hashlib.sha256(f"{file.sha256} {job.stamp}".encode()).hexdigest()
        before = unit.before if unit.before and unit.before.inputs == inputs else None
        kept = _intact(job, before)
        if before and not before.failures and len(kept) == len(before.items):
            return before
        source = _source_at(job, unit, file, inputs)
        about = length_hint(source.opened.intakes)
        outside += source.opened.outside if unit.start == 0 else ()
        for answers in source.take(job, unit):
            item = kept.get((answers.sheet, answers.row))
            done.append(item or _done(job, unit, source.opened, answers))
            outside += answers.outside
    except _UnreachedError:
        is_broken = True
    except Exception as error:  # noqa: BLE001  whatever a source does, the others continue
        done.append(_failure("", error, unit.source))
        is_broken = True
    more = len(done) == unit.stop - unit.start and not is_broken
    ended = _published(done)
    items = [one for one in ended if isinstance(one, Item)]
    failures = [one for one in ended if isinstance(one, Failure)]
    texts = tuple(Outside(text.sheet, text.cell, text.text) for text in outside)
    return Outcome(unit.source, unit.start, unit.stop, inputs, items, failures, more, about, outside=texts)


# -- going through a source ------------------------------------------------------------------------


class _UnreachedError(Exception):
    """A source could not be read up to the unit: that is the failure of an earlier unit."""


class _Source:
    """A source that this process reads, and the position in it."""

    def __init__(self, job: Job, file: SourceFile) -> None:
        self.opened = open_source(file, job.options.kit, job.terms, job.date)
        self._job = job
        self._skim: Skim | None = Skim(self._go_on)
        self._yielded = 0
        self._intakes = self.opened.answers(self._skim)

    @property
    def position(self) -> int:
        """How many intakes are behind, made or passed over."""
        return self._yielded + (self._skim.passed if self._skim else 0)

    def take(self, job: Job, unit: Unit) -> Iterator[Answers]:
        """The intakes of the unit, fewer if the source ends; those before it are skipped.

        Raises SourceError if there are more than may be made.
        """
        behind = unit.start
        while self.position < unit.stop:
            self._go_on()
            answers = self._next(unit)
            if answers is None:
                return
            if self.position >= job.most_intakes:
                self._refuse(job, unit)
            self._yielded += 1
            if self.position > behind:  # one that was given before the source was read again is not given again
                behind = self.position
                yield answers

    def _go_on(self) -> None:
        _begin(self._job, "intake")

    def _next(self, unit: Unit) -> Answers | None:
        if self._skim is not None:
            self._skim.start = unit.start
        try:
            return next(self._intakes, None)
        except SkimmedError:
            self._skim, self._yielded = None, 0
            self._intakes = self.opened.answers()
            return self._next(unit)
        except Exception as error:
            _sources.clear()
            if self.position < unit.start:
                raise _UnreachedError from error
            raise

    def _refuse(self, job: Job, unit: Unit) -> NoReturn:
        """End a source that is too long, in the unit that would continue with it."""
        _sources.clear()
        if job.most_intakes < unit.start:
            raise _UnreachedError
        raise SourceError(
            tr(
                "{source}: holds more than {most_intakes:,} intakes; the packets of those are made",
                source=unit.source,
                most_intakes=job.most_intakes,
            ),
            tr("split it into smaller files, or give more with --most-intakes"),
        )


#: The source that this process reads, by its inputs; another one replaces it.
_sources: dict[str, _Source] = {}


def _source_at(job: Job, unit: Unit, file: SourceFile, inputs: str) -> _Source:
    """The source, opened and not yet past the unit."""
    source = _sources.get(inputs)
    if source is None or source.position > unit.start:
        _sources.clear()
        source = _sources[inputs] = _Source(job, file)
    return source


@lru_cache(maxsize=1)
def _source_file(source: str, path: Path, _version: str) -> SourceFile:
    """The source in the state that it has now, read once for all its units that follow one another."""
    return SourceFile(path, source)


# -- one intake ------------------------------------------------------------------------------------


def _intact(job: Job, before: Outcome | None) -> dict[tuple[str | None, int | None], Item]:
    """The intakes, by sheet and row, whose packets are still as an earlier run made them."""
    items = before.items if before else []
    return {(item.sheet, item.row): item for item in items if not manifest.verify(job.out / item.packet)}


class _Made(NamedTuple):
    """An intake whose packet is written and has not appeared yet."""

    item: Item
    prepared: files.StagedFolder | storage.StagedObjects


def _published(done: Iterable[Item | Failure | _Made]) -> list[Item | Failure]:
    """The same, once every packet that was made is on the disk and has appeared."""
    done = list(done)
    try:
        files.sync([one.prepared for one in done if isinstance(one, _Made)])
    except DocgenError as error:
        return [_failure(_place(one.item), error) if isinstance(one, _Made) else one for one in done]
    return [_publish(one) if isinstance(one, _Made) else one for one in done]


def _publish(made: _Made) -> Item | Failure:
    try:
        files.publish(made.prepared)
    except DocgenError as error:
        return _failure(_place(made.item), error)
    return made.item


def _place(item: Item) -> str:
    return place(item.sheet, item.row)


def _done(job: Job, unit: Unit, opened: Opened, answers: Answers) -> _Made | Failure:
    where = place(answers.sheet, answers.row)
    if len(unit.deaths) >= MOST_DEATHS:
        return Failure(where, *given_up(unit))
    try:
        return _made(job, opened, answers)
    except Exception as error:  # noqa: BLE001  whatever an intake does, the others continue
        return _failure(where, error, unit.source)


def _made(job: Job, opened: Opened, answers: Answers) -> _Made:
    began = time.perf_counter()
    reviewed = opened.assess(answers)
    limits.end_reading()
    intake, review = reviewed.intake, reviewed.review
    made, prepared = packet.prepare(reviewed, opened.file, job.options, packet.distinct_name(intake))
    customer = intake.values.get(job.options.kit.name_field)
    item = Item(
        intake.sheet, intake.row, intake.name, fold(str(customer)) if customer else None, review.verdict.value,
        [finding_json(finding) for finding in review.findings], made.folder.name, list(made.pending),
        round((time.perf_counter() - began) * 1000), _answers(intake, job.options.kit),
        tuple(Outside(text.sheet, text.cell, masked(text.text)) for text in intake.unrecognised),
        {kind: path.name for kind, path in made.files.items() if path is not None},
        tuple(map(_hash, marks_of(job.options.kit, intake, reviewed.terms))),
    )  # fmt: skip
    return _Made(item, prepared)


def _hash(mark: str) -> str:
    """A mark that can be compared, and is not kept in clear."""
    return hashlib.sha256(mark.encode("utf-8", "replace")).hexdigest()[:16]


#: What is in the report for an answer that is private and no mobile number.
_PRIVATE = "given"


def _answers(intake: Intake, kit: Kit) -> dict[str, str | int | float]:
    """The values of an intake as the report lists them: numbers as numbers, all else as it is shown."""
    found: dict[str, str | int | float] = {}
    for key, value in intake.values.items():
        field = kit.fields[key]
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            found[key] = int(value) if value == int(value) else float(value)
        elif field.private and field.type is not FieldType.MOBILE:
            found[key] = _PRIVATE
        else:
            found[key] = masked(values.show(field, value))
    return found


def _failure(where: str, error: Exception, source: str = "") -> Failure:
    """The failure of an intake or source.  Raises the error if it would stop the others, too."""
    if limits.is_short_of_memory(error):
        _sources.clear()
        short = limits.too_much_memory(source)
        return Failure(where, short.message, short.hint)
    if isinstance(error, DocgenError):
        if error.stops_run:
            raise error
        return Failure(where, error.message, error.hint)
    return Failure(where, bug(error), tr("this is a bug: please report it, with the source"))


def given_up(unit: Unit) -> tuple[str, str]:
    """Reason and remedy for an intake that killed its workers."""
    return (
        tr("the worker process died twice: {deaths}", deaths=tr("; then ").join(unit.deaths[-MOST_DEATHS:])),
        tr("look at it alone with docgen check; if memory or time was short, use fewer --jobs or a longer --timeout"),
    )
