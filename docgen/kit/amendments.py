"""Answers that the provider corrects: a YAML list of entries, each for one answer in one place of one source."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from docgen.errors import AmendmentError, did_you_mean
from docgen.language import listed, tr
from docgen.model.intake import Amendment, Answer, Answers, Level, Origin
from docgen.model.kit import Kit
from docgen.patterns import regex
from docgen.text import clean_line, clean_long

#: The keys of an entry, all of them needed, and those of which the value may be empty.
KEYS = ("source_sha256", "sheet", "row", "field", "before", "after", "who", "when", "why")
_MAY_BE_EMPTY = frozenset({"sheet", "row", "before", "after"})
_SHA256 = regex(r"[0-9a-f]{64}")
_ROW = regex(r"[1-9][0-9]{0,6}")
_QUOTED = 40  # characters of a text that an error quotes
_Place: TypeAlias = "tuple[str | None, int | None]"
_NAMED = 5  # sources, and places where intakes stand, that an error names


@dataclass(frozen=True)
class Amendments:
    """The amendments of a run and the file that they come from; each with the place where it is written, for errors."""

    entries: tuple[tuple[str, Amendment], ...] = ()
    origin: str = "amendments"

    def __bool__(self) -> bool:
        return bool(self.entries)

    def of(self, source_sha256: str) -> Amendments:
        """Those for the source with this hash."""
        mine = tuple((at, one) for at, one in self.entries if one.source_sha256 == source_sha256)
        return replace(self, entries=mine)

    def unknown_sources(self, sources: Mapping[str, str]) -> list[str]:
        """A line for each entry whose source is none of these (hash by name)."""
        known = set(sources.values())
        there = "; ".join(
            tr("{name} has {digest}", name=name, digest=digest) for name, digest in list(sources.items())[:_NAMED]
        )
        return [
            tr(
                "{at}: no source given has the SHA-256 {source_sha256} ({there})",
                at=at,
                source_sha256=one.source_sha256,
                there=there or tr("none can be read"),
            )
            for at, one in self.entries
            if one.source_sha256 not in known
        ]


NO_AMENDMENTS = Amendments()


def load(path: Path, kit: Kit) -> Amendments:
    """The amendments in the YAML file at `path`.

    Raises AmendmentError with a line for each entry that is none: keys missing or unknown, an unknown field, twice.
    """

    from docgen.kit import yaml_lines

    marked = yaml_lines.read(path, AmendmentError, as_text=True, top=list)
    return replace(_understood(marked.data, kit, lambda number: marked.at((number,))), origin=str(path))


def understood(given: Sequence[Amendment | Mapping[str, Any]], kit: Kit) -> Amendments:
    """The amendments that a program gives, as objects or as mappings with their keys.  Raises what `load` raises."""
    entries = [one.as_json() if isinstance(one, Amendment) else one for one in given]
    texts = [{k: "" if v is None else str(v) for k, v in one.items()} for one in entries]
    return _understood(texts, kit, lambda number: tr("amendment {number}", number=number + 1))


def _understood(entries: Sequence[Any], kit: Kit, at: Callable[[int], str]) -> Amendments:
    problems: list[str] = []
    found: list[tuple[str, Amendment]] = []
    for number, entry in enumerate(entries):
        wrong = _wrong(entry, kit)
        problems += [f"{at(number)}: {what}" for what in wrong]
        if not wrong:
            found.append((at(number), _amendment(entry)))
    counts = Counter(_key(one) for _, one in found)
    seen: set[Any] = set()
    for place, one in found:
        if counts[_key(one)] > 1 and _key(one) in seen:
            problems.append(
                tr(
                    "{place}: amends {field} there a second time (leave one entry for each answer)",
                    place=place,
                    field=one.field,
                )
            )
        seen.add(_key(one))
    if problems:
        raise AmendmentError(problems, tr("correct the amendments"))
    return Amendments(tuple(found))


def _key(one: Amendment) -> tuple[object, ...]:
    """What tells the answer that an entry amends."""
    return one.source_sha256, one.sheet, one.row, one.field


def _wrong(entry: Any, kit: Kit) -> list[str]:
    """Everything that is wrong with an entry by itself."""
    if not isinstance(entry, Mapping):
        return [tr("an entry must hold {keys}", keys=", ".join(KEYS))]
    unknown = [
        tr("unknown key {key!r}{near}", key=key, near=did_you_mean(key, KEYS)) for key in entry if key not in KEYS
    ]
    missing = [key for key in KEYS if key not in entry]
    if unknown or missing:
        return unknown + ([tr("keys are missing: {missing}", missing=", ".join(missing))] if missing else [])
    if nested := [key for key in KEYS if not isinstance(entry[key], str)]:
        return [tr("must be a single text: {nested}", nested=", ".join(nested))]
    wrong = [tr("{key} is empty", key=key) for key in KEYS if key not in _MAY_BE_EMPTY and not entry[key].strip()]
    return wrong or list(_wrong_values(entry, kit))


def _wrong_values(entry: Mapping[str, str], kit: Kit) -> Iterable[str]:
    if not _SHA256.fullmatch(entry["source_sha256"].strip().lower()):
        yield tr("source_sha256 is no SHA-256 of 64 hexadecimal digits")
    if entry["row"].strip() and not _ROW.fullmatch(entry["row"].strip()):
        yield tr("row {row} is no number of a row", row=_quoted(entry["row"]))
    if (key := entry["field"].strip()) not in kit.fields:
        yield tr("there is no field {key} to amend{near}", key=_quoted(key), near=did_you_mean(key, kit.fields))
    try:
        dt.datetime.fromisoformat(entry["when"].strip())
    except ValueError:
        yield tr("when {date} is no date as 2026-11-23", date=_quoted(entry["when"]))
    if clean_long(entry["before"]) == clean_long(entry["after"]):
        yield tr("before and after are the same")


def _amendment(entry: Mapping[str, str]) -> Amendment:
    row = entry["row"].strip()
    return Amendment(
        source_sha256=entry["source_sha256"].strip().lower(), sheet=entry["sheet"] or None,
        row=int(row) if row else None, field=entry["field"].strip(), before=entry["before"], after=entry["after"],
        who=clean_line(entry["who"]), when=entry["when"].strip(), why=clean_line(entry["why"]),
    )  # fmt: skip


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return f"{line if len(line) <= _QUOTED else line[:_QUOTED] + '…'!r}"


# -- the intakes of one source ------------------------------------------------------------------------


@dataclass(frozen=True)
class Fitted:
    """The amendments of one source, each with the intake that it belongs to, by the intake's number."""

    by_number: Mapping[int, tuple[Amendment, ...]] = field(default_factory=dict)

    def amended(self, number: int, answers: Answers) -> Answers:
        """The intake of this number with its amended answers in the place of those written."""
        given = self.by_number.get(number)
        if not given:
            return answers
        fields = dict(answers.fields)
        for one in given:
            origin = fields[one.field].origin if one.field in fields else Origin(answers.sheet, None)
            fields[one.field] = Answer(one.after, origin)
        amended = {one.field for one in given}
        # What could not be read before says nothing of the answer that is read now.
        notes = tuple(n for n in answers.notes if not (n.field in amended and n.level is Level.INVALID))
        return replace(answers, fields=fields, notes=notes, amendments=given)


AS_WRITTEN = Fitted()


def fit(amendments: Amendments, intakes: Iterable[Answers], kit: Kit) -> Fitted:
    """Which intake each of the amendments belongs to.

    Raises AmendmentError with a line for each that does not fit: no intake is there, or another answer does.
    """
    if not amendments:
        return AS_WRITTEN
    wanted = {(one.sheet, one.row) for _, one in amendments.entries}
    standing: dict[_Place, tuple[int, Mapping[str, Answer]]] = {}
    places: list[_Place] = []
    for number, answers in enumerate(intakes):
        place = answers.sheet, answers.row
        if place in wanted:
            standing[place] = number, answers.fields
        if len(places) < _NAMED:
            places.append(place)
    by_number: dict[int, list[Amendment]] = {}
    problems = []
    for at, one in amendments.entries:
        number, fields = standing.get((one.sheet, one.row), (-1, {}))
        written = fields[one.field].written if one.field in fields else ""
        if number < 0:
            where, others = _named((one.sheet, one.row)), "; ".join(map(_named, places))
            what = tr("the source has no intake at {place} (there are: {others})", place=where, others=others)
            problems.append(f"{at}: {what}")
        elif clean_long(written) != clean_long(one.before):
            problems.append(f"{at}: {_differing(one, written, kit)}")
        else:
            by_number.setdefault(number, []).append(one)
    if problems:
        raise AmendmentError(problems, tr("correct the amendments"))
    return Fitted({number: tuple(found) for number, found in by_number.items()})


def _differing(one: Amendment, written: str, kit: Kit) -> str:
    """What is said of an answer that is written otherwise; a private one is not quoted."""
    where = _named((one.sheet, one.row))
    if kit.fields[one.field].private:
        return tr("at {where}, {field} is not written as before says", where=where, field=one.field)
    said, before = _quoted(written), _quoted(one.before)
    return tr(
        "at {where}, {field} is written {written}, not {before}",
        where=where, field=one.field, written=said, before=before,
    )  # fmt: skip


def _named(place: _Place) -> str:
    sheet, row = place
    return listed(
        (
            tr("sheet {sheet}", sheet=sheet) if sheet else tr("no sheet"),
            tr("row {row}", row=row) if row else tr("no row"),
        )
    )
