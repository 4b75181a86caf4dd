"""The journal of a batch run: every outcome is a line of JSON, on the disk as soon as it is known.

A line is safe on the disk before the run continues (on object storage, after about a second); a line that a crash left
incomplete is cut off.  Memory holds the offsets of lines, not their texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from docgen.batch import object_journal
from docgen.batch.jobs import Outcome, Unit
from docgen.output import files
from docgen.output.storage import Location

JOURNAL = "journal.jsonl"

#: The identity of a unit: the source and its digest, as a line has them, and the first and last intake.
_Key = tuple[str, str, int, int]


@dataclass(frozen=True)
class Records:
    """Outcomes in a journal, in order; each iteration reads them again, one at a time."""

    path: Path
    offsets: tuple[int, ...]

    def __iter__(self) -> Iterator[Outcome]:
        with self.path.open("rb") as stream:
            for offset in self.offsets:
                stream.seek(offset)
                yield Outcome.from_line(stream.readline())


class Journal:
    """The journal of a run that is under way."""

    def __init__(self, path: Path, append: Callable[[bytes], int]) -> None:
        self._path = path
        self._earlier = dict(_lines(path))
        self._append = append
        self._now: dict[_Key, int] = {}

    def recall(self, unit: Unit) -> Unit:
        """The unit with its outcome in an earlier run."""
        whole = _key_of(unit.source, unit.start, unit.stop)
        before = self._joined(unit, self._earlier.get(whole, -1)) or self._before(whole)
        return unit if before is None else replace(unit, before=before._replace(source=unit.source, digest=""))

    def _before(self, key: _Key) -> Outcome | None:
        line = self._line(key)
        return None if line is None else Outcome.from_line(line)

    def _joined(self, unit: Unit, whole: int) -> Outcome | None:
        """The outcome of a unit that was last made intake by intake, since a worker had died of it; None if a part of
        it is missing, was made of something else, or is before the line at `whole`, the outcome of all of it."""
        parts: list[Outcome] = []
        for place in range(unit.start, unit.stop):
            key = _key_of(unit.source, place, place + 1)
            part = self._before(key) if self._earlier.get(key, -1) > whole else None
            if part is None or part.inputs != (parts or [part])[0].inputs:
                return None
            parts.append(part)
            if not part.more:
                break
        return parts[-1]._replace(
            start=unit.start, stop=unit.stop, items=[item for part in parts for item in part.items],
            failures=[failure for part in parts for failure in part.failures],
            outside=tuple(text for part in parts for text in part.outside),
        )  # fmt: skip

    def keep(self, outcome: Outcome) -> None:
        """Write down an outcome, unless an earlier run wrote the same.  Raises WriteError."""
        key, line = _key(outcome), outcome.to_line()
        self._now[key] = self._earlier[key] if line == self._line(key) else self._append(line)

    def _line(self, key: _Key) -> bytes | None:
        """What an earlier run wrote."""
        if key not in self._earlier:
            return None
        with self._path.open("rb") as stream:
            stream.seek(self._earlier[key])
            return stream.readline().rstrip(b"\n")

    def records(self) -> Records:
        """The outcomes of this run, sorted by source and place."""
        return Records(self._path, tuple(offset for _, offset in sorted(self._now.items())))


@contextmanager
def opened(folder: Location, *, resume: bool) -> Iterator[Journal]:
    """The journal in `folder`: with what earlier runs wrote if they are resumed, else a new one.  Raises WriteError."""
    path = folder / JOURNAL
    if not isinstance(path, Path):
        with object_journal.appending(path, fresh=not resume) as (spool, append):
            yield Journal(spool, append)
        return
    if not resume:
        files.write_file(path, b"", replace=True)
    with files.appending(path) as append:
        yield Journal(path, append)


def _lines(path: Path) -> Iterator[tuple[_Key, int]]:
    """The offset of each outcome, later ones after earlier ones; damaged lines are skipped."""
    with path.open("rb") as stream:
        offset = 0
        for line in stream:
            try:
                outcome = Outcome.from_line(line)
            except ValueError:
                pass
            else:
                yield _key(outcome), offset
            offset += len(line)


def _key(outcome: Outcome) -> _Key:
    kept = outcome.masked()
    return kept.source, kept.digest, kept.start, kept.stop


def _key_of(source: str, start: int, stop: int) -> _Key:
    return _key(Outcome(source, start, stop, "", [], [], more=False))
