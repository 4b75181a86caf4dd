"""Show one intake: its answers as understood and as written, the findings of each field, and corrections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from docgen import values
from docgen.desk import drawing as drawings
from docgen.desk import readings
from docgen.desk.database import now
from docgen.desk.desk import Desk, desk_of
from docgen.desk.forms import answer_of, intake_id, text_of
from docgen.desk.pages import as_json, existing, go, page, text, wants_json
from docgen.desk.settings import LONGEST_REASON
from docgen.desk.store import AnswerCorrection, ChangedError, File, Stored
from docgen.desk.work import amendments
from docgen.errors import DocgenError
from docgen.model.kit import Field, FieldType
from docgen.text import clean_long

#: Kinds of answers that are longer than one line.
_LONG = frozenset({FieldType.LONG_TEXT, FieldType.LIST, FieldType.REGIONS})


class Row(NamedTuple):
    """A field on the page: its answer, its findings, and how to correct it."""

    answer: Mapping[str, Any]
    findings: list[Mapping[str, Any]]
    correction: AnswerCorrection | None
    field: Field
    kind: str
    options: tuple[str, ...]
    chosen: tuple[str, ...]
    other: str


class OpenedIntake(NamedTuple):
    """The intake that an address names, and its position."""

    desk: Desk
    file: File
    stored: Stored


class Attempt(NamedTuple):
    """A failed correction: the reason, and what was entered."""

    status: int
    problem: str
    key: str
    after: str = ""
    why: str = ""


def found_intake(request: Request) -> OpenedIntake | None:
    """The intake that the address names."""
    desk = desk_of(request)
    place = intake_id(request.path_params["id"])
    stored = desk.store.intake(*place) if place else None
    file = desk.store.file(stored.file) if stored else None
    return OpenedIntake(desk, file, stored) if file and stored else None


def show(request: Request) -> Response:
    """The page of an intake, or its data."""
    desk, file, stored = found = existing(found_intake(request))
    if wants_json(request):
        return as_json(as_data(desk, file, stored))
    return page(request, "intake.html", **context(request, found))


def as_data(desk: Desk, file: File, stored: Stored) -> Mapping[str, Any]:
    """An intake for programs: as printed by `docgen check --json`, with the corrections in the form of `--amend`."""
    corrections = desk.store.corrections(stored.file, stored.n)
    return {
        "schema": "docgen/desk/intake/1", "id": stored.id, "version": stored.version, "kit": file.kit,
        "source_sha256": file.sha256, "intake": stored.check, "amendments": amendments(file, stored, corrections),
    }  # fmt: skip


def context(request: Request, found: OpenedIntake, attempt: Attempt | None = None) -> dict[str, Any]:
    """The data of the page of an intake, with a failed correction if there is one."""
    desk, file, stored = found
    corrections = {one.field: one for one in desk.store.corrections(stored.file, stored.n)}
    check = stored.check
    rows = [_row(desk, stored, answer, corrections) for answer in stored.data["answers"]]
    keys = {row.answer["key"] for row in rows}
    before, after = desk.store.neighbours(stored.file, stored.n)
    return {
        "file": file, "intake": stored, "check": check, "rows": rows, "before": before, "after": after,
        "others": [one for one in check["findings"] if one["field"] not in keys and one["rule"] != "unread"],
        "unread": [one for one in check["findings"] if one["field"] not in keys and one["rule"] == "unread"],
        "counts": stored.data["counts"], "figures": stored.data["figures"], "said": _outcome(request),
        "attempt": attempt, "edited": attempt.key if attempt else request.query_params.get("edit", ""),
        "problem": _problem_text(request, attempt.problem) if attempt else "",
    }  # fmt: skip


def _outcome(request: Request) -> str:
    said = request.query_params.get("said", "")
    return said if said in {"corrected", "undone"} else ""


def _problem_text(request: Request, problem: str) -> str:
    """The text of a known problem; any other problem is already a text."""
    return text(request, f"problem_{problem}") if problem in {key for _, key in _PROBLEMS.values()} else problem


def sheet(request: Request) -> Response:
    """The sheet of the intake, with marks for what was read."""
    desk, file, stored = existing(found_intake(request))
    check = stored.check
    drawing = desk.work.call(drawings.draw, file.path, file.name, desk.settings.kit, check["sheet"], check["row"])
    return page(
        request, "sheet.html", file=file, intake=stored, drawing=drawings.marked(drawing, check, stored.data["answers"])
    )


def _row(desk: Desk, stored: Stored, answer: Mapping[str, Any], corrections: Mapping[str, AnswerCorrection]) -> Row:
    field = desk.kit.fields[answer["key"]]
    findings = [one for one in stored.check["findings"] if one["field"] == field.key]
    value = stored.check["values"].get(field.key)
    is_several = field.type is FieldType.SEVERAL
    options = values.options(field) if field.type in {FieldType.ONE, FieldType.YES_NO} else ()
    kind = "several" if is_several else "one" if options else "long" if field.type in _LONG else "line"
    chosen = tuple(value["chosen"]) if is_several and value else ()
    other = (value["other"] or "") if is_several and value else ""
    return Row(answer, findings, corrections.get(field.key), field, kind, options, chosen, other)


# -- corrections -------------------------------------------------------------------------------------


def correct(request: Request, form: FormData) -> Response:
    """Correct an answer; the intake is reviewed again at once."""
    found = existing(found_intake(request))
    field = existing(found.desk.kit.fields.get(request.path_params["field"]))
    after, why = answer_of(form, field), text_of(form, "why", LONGEST_REASON)
    try:
        reading = _corrected(found, field.key, after, why, form.get("version"))
    except (ChangedError, UnchangedError, UnreasonedError, DocgenError) as error:
        status, problem = _PROBLEMS.get(type(error), (422, str(error)))
        return _again(request, found, Attempt(status, problem, field.key, after, why))
    _notify(found)
    following = _next_open(reading, field.key) if form.get("then") == "next" else ""
    edit = f"&edit={following}" if following else ""
    return go(f"/intakes/{found.stored.id}?said=corrected{edit}#a-{following or field.key}")


class UnchangedError(Exception):
    """The correction equals the current answer."""


class UnreasonedError(Exception):
    """The correction has no reason."""


#: The errors that the page explains itself, with the status and the key of the text.
_PROBLEMS: dict[type[Exception], tuple[int, str]] = {
    ChangedError: (409, "changed"), UnchangedError: (422, "same"), UnreasonedError: (422, "why"),
}  # fmt: skip


def _corrected(found: OpenedIntake, key: str, after: str, why: str, version: object) -> readings.IntakeReading:
    """The intake with one more correction, which is stored.  Raises the errors that the page shows."""
    desk, file, stored = found
    if version != str(stored.version):
        raise ChangedError
    if not why:
        raise UnreasonedError
    corrections = desk.store.corrections(stored.file, stored.n)
    earlier = next((one for one in reversed(corrections) if one.field == key), None)
    written = next(row["written"] for row in stored.data["answers"] if row["key"] == key)
    before = earlier.before if earlier else written
    if clean_long(after) == clean_long(written):
        raise UnchangedError
    correction = AnswerCorrection(0, key, before, after, desk.user, now(), why)
    reading = _read_again(found, [*corrections, correction])
    desk.store.keep_correction(stored, correction, reading, file.sha256)
    return reading


def undo(request: Request, form: FormData) -> Response:
    """Undo the last correction of an answer."""
    found = existing(found_intake(request))
    key, stored = request.path_params["field"], found.stored
    corrections = found.desk.store.corrections(stored.file, stored.n)
    last = next((one for one in reversed(corrections) if one.field == key), None)
    try:
        if last is None or form.get("version") != str(stored.version):
            raise ChangedError
        reading = _read_again(found, [one for one in corrections if one is not last])
        found.desk.store.undo_correction(stored, last.number, reading, found.desk.user)
    except (ChangedError, DocgenError) as error:
        return _again(request, found, Attempt(*_PROBLEMS.get(type(error), (422, str(error))), key))
    _notify(found)
    return go(f"/intakes/{stored.id}?said=undone#a-{key}")


def _again(request: Request, found: OpenedIntake, attempt: Attempt) -> Response:
    """The page again, with the intake as it is now and the failed attempt."""
    return page(request, "intake.html", attempt.status, **context(request, found_intake(request) or found, attempt))


def _read_again(found: OpenedIntake, corrections: list[AnswerCorrection]) -> readings.IntakeReading:
    desk, file, stored = found
    job = desk.work.job(file, stored)._replace(amendments=amendments(file, stored, corrections))
    return desk.work.call(readings.read_intake, job, stored.n)


def _notify(found: OpenedIntake) -> None:
    found.desk.hub.notify("intake", found.stored.id)
    found.desk.hub.notify("inbox")


def _next_open(reading: readings.IntakeReading, key: str) -> str:
    """The next field, from this one on, with a finding that can be corrected; empty if there is none."""
    answers = reading.data["answers"]
    at = next(number for number, row in enumerate(answers) if row["key"] == key)
    around = [*answers[at + 1 :], *answers[:at]]
    return next((row["key"] for row in around if row["level"] in {"invalid", "reject", "manual"}), "")
