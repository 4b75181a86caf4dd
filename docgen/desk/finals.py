"""Serve final contracts, issued by a reviewer with the next number of the register, and the register itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from docgen.desk import documents
from docgen.desk.desk import Desk, desk_of
from docgen.desk.documents import WORD
from docgen.desk.forms import text_of
from docgen.desk.intake import found_intake
from docgen.desk.out import issued, show_out
from docgen.desk.pages import as_json, download, existing, go, page, text, wants_json
from docgen.errors import DocgenError
from docgen.packet.register import Entry, read
from docgen.packet.register_export import EXPORTS

_LONGEST_NAME = 100
#: Contracts that end within this many days are marked.
_SOON = 60
_TYPES = {".xlsx": documents.SHEET, ".csv": "text/csv; charset=utf-8", ".ics": "text/calendar; charset=utf-8"}


def issue(request: Request, form: FormData) -> Response:
    """Issue the final contract of an intake: it takes a number, and the desk issues it only once."""
    desk, file, stored = found = existing(found_intake(request))
    reviewer = " ".join(text_of(form, "reviewer", _LONGEST_NAME).split())
    context = {"about": "final", "reviewer": reviewer}
    if form.get("version") != str(stored.version):
        return show_out(request, found, 409, problem=text(request, "problem_changed"), **context)
    desk.store.note(desk.user, "final-asked", stored.id, reviewed_by=reviewer, version=stored.version)
    folder = desk.settings.finals / stored.id
    try:
        entry = desk.work.call(
            documents.issue, desk.work.job(file, stored), stored.n, folder, desk.settings.register, reviewer or None
        )
    except DocgenError as error:
        pending = getattr(error, "pending", ())
        listed = f" {'、'.join(pending)}" if pending else ""
        return show_out(request, found, 422, problem=f"{error.message}{listed}", **context)
    desk.store.note(
        desk.user, "final", stored.id, number=entry.number, reviewed_by=reviewer, sha256=entry.sha256,
        name=Path(entry.file).name,
    )  # fmt: skip
    desk.hub.notify("inbox")
    return go(f"/intakes/{stored.id}/out?issued={entry.number}#final")


def document(request: Request) -> Response:
    """The final contract of an intake, as written at issue."""
    found = existing(found_intake(request))
    path = existing(issued(found))
    found.desk.store.note(found.desk.user, "export", found.stored.id, document="final", name=path.name)
    return download(path.name, path.read_bytes(), WORD)


# -- the register ------------------------------------------------------------------------------------


def show(request: Request) -> Response:
    """The register: every final contract, with those that end soon marked; searchable by number, customer etc."""
    desk = desk_of(request)
    words = request.query_params.get("q", "").strip()[:100]
    entries = [entry for entry in _entries(desk) if words.casefold() in _searched(entry)]
    if wants_json(request):
        return as_json({"schema": "docgen/desk/register/1", "contracts": [_about(entry) for entry in entries]})
    today = dt.date.today()
    soon = (today + dt.timedelta(days=_SOON)).isoformat()
    return page(
        request, "register.html", entries=entries, words=words, today=today.isoformat(), soon=soon,
        exports=list(EXPORTS),
    )  # fmt: skip


def _entries(desk: Desk) -> Sequence[Entry]:
    """Every contract of the register, newest first; empty if none has been issued yet."""
    return read(desk.settings.register)[::-1] if desk.settings.register.is_file() else ()


def _searched(entry: Entry) -> str:
    return " ".join([entry.number, entry.customer, *(detail.text for detail in entry.details)]).casefold()


def _about(entry: Entry) -> dict[str, object]:
    return {
        "number": entry.number, "customer": entry.customer, "expires": entry.expires, "state": entry.state,
        "sha256": entry.sha256, "details": {detail.key: detail.text for detail in entry.details},
    }  # fmt: skip


def export(request: Request) -> Response:
    """Download the register as a workbook, csv, or a calendar."""
    desk, suffix = desk_of(request), f".{request.path_params['suffix']}"
    content = existing(EXPORTS.get(suffix))(_entries(desk)[::-1])
    desk.store.note(desk.user, "export", "register", document=suffix)
    return download(f"register{suffix}", content, _TYPES[suffix])
