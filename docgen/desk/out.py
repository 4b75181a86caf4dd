"""Serve what is made from one intake: documents, previews, commercial terms, a comparison."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from docgen.desk import documents, readings
from docgen.desk.access import FRAMED, PREVIEW, policy
from docgen.desk.desk import Desk
from docgen.desk.documents import DocumentRequest, MadeDocument
from docgen.desk.forms import text_of
from docgen.desk.inbox import UploadError, uploaded
from docgen.desk.intake import OpenedIntake, found_intake
from docgen.desk.pages import as_json, download, existing, go, page, refusal, text, wants_json
from docgen.desk.settings import LONGEST_ANSWER
from docgen.desk.store import ChangedError
from docgen.documents.redline import redline
from docgen.errors import DocgenError, ProofError, SourceError
from docgen.kit import terms as kit_terms
from docgen.library.dates import printed_date
from docgen.model.intake import READY, Verdict
from docgen.model.kit import Field, Kit
from docgen.output import scratch
from docgen.values.shown import shown

#: The addresses of documents, with the kind of each.
_NAMES = {
    "form.docx": "form", "review.pdf": "review", "contract.docx": "contract", "packet.zip": "packet",
    "returned.xlsx": "returned-sheet", "returned.docx": "returned-form", "letter.txt": "letter", "letter.eml": "mail",
}  # fmt: skip
#: The comparison engine changes settings of the whole process while it writes: one at a time.
_turn = threading.Lock()


class Term(NamedTuple):
    """A commercial term on the page: as written for this intake, and the value that applies if it is not."""

    field: Field
    written: str
    otherwise: str
    is_pending: bool


def show(request: Request) -> Response:
    """The page of documents and terms of an intake."""
    return show_out(request, existing(found_intake(request)))


def show_out(request: Request, found: OpenedIntake, status: int = 200, **more: Any) -> Response:
    """The same page, with `more` about an action that failed."""
    desk, file, stored = found
    pending, letter = desk.work.call(documents.prepare, desk.work.job(file, stored), stored.n)
    if wants_json(request):
        about = {"id": stored.id, "verdict": stored.verdict, "pending": pending}
        return as_json({"schema": "docgen/desk/out/1", **about})
    terms = _terms(found, pending, more.get("given"))
    asked = {term.field.label for term in terms}
    context = {
        "file": file, "intake": stored, "letter": letter, "pending": pending, "terms": terms,
        "others": [label for label in pending if label not in asked], "is_ready": Verdict(stored.verdict) in READY,
        "problem": "", "about": "", "saved": "saved" in request.query_params, "reviewer": "",
        "issued": request.query_params.get("issued", "")[:60], "final": issued(found),
        "lacking": _lacking(desk.kit, pending),
    }  # fmt: skip
    return page(request, "out.html", status, **(context | more))


def issued(found: OpenedIntake) -> Path | None:
    """The final contract issued for an intake, if any."""
    folder = found.desk.settings.finals / found.stored.id
    return next(iter(sorted(folder.glob("*.docx"))), None) if folder.is_dir() else None


def _lacking(kit: Kit, pending: tuple[str, ...]) -> list[str]:
    """What a final contract still needs, except its number, which the register assigns."""
    numbered = kit.all_fields[kit.contracts.field].label if kit.contracts else ""
    return [label for label in pending if label != numbered]


def _terms(found: OpenedIntake, pending: tuple[str, ...], given: Mapping[str, str] | None) -> list[Term]:
    desk, _file, stored = found
    own = desk.store.own_terms(stored.file, stored.n) if given is None else given
    house, kit = desk.store.own_terms(0, 0), desk.kit
    defaults = kit_terms.defaults(kit)
    return [
        Term(
            field, own.get(key, ""),
            house.get(key, "") or (str(shown(field, defaults[key])) if key in defaults else ""),
            field.label in pending,
        )
        for key, field in kit.given_as_terms.items()
    ]  # fmt: skip


# -- documents ---------------------------------------------------------------------------------------


def document(request: Request) -> Response:
    """A document, to download or to show in the browser's own viewer."""
    found, kind = existing(found_intake(request)), existing(_NAMES.get(request.path_params["name"]))
    is_shown = "view" in request.query_params
    wish = DocumentRequest(kind, allow_unready="marked" in request.query_params)
    made = _made(found, wish)
    if not is_shown:
        found.desk.store.note(found.desk.user, "export", found.stored.id, document=kind, name=made.name)
    return download(made.name, made.content, made.media_type, inline=is_shown, policy=policy(FRAMED))


def _made(found: OpenedIntake, wish: DocumentRequest) -> MadeDocument:
    desk, file, stored = found
    return desk.work.call(documents.make, desk.work.job(file, stored), stored.n, wish)


def preview(request: Request) -> Response:
    """The page that shows a document in a frame."""
    found, name = existing(found_intake(request)), request.path_params["name"]
    if name not in _NAMES or not name.endswith((".docx", ".pdf")):
        raise HTTPException(404)
    marked = "&marked" if "marked" in request.query_params else ""
    address = f"/intakes/{found.stored.id}/documents/{name}?view{marked}"
    return page(
        request, "preview.html", title=found.stored.name, name=name, back=f"/intakes/{found.stored.id}/out",
        address=address, is_word=name.endswith(".docx"),
    )  # fmt: skip


def frame(request: Request) -> Response:
    """The frame that draws a Word document, with its own policy."""
    answer = page(request, "frame.html")
    answer.headers["content-security-policy"] = policy(PREVIEW)
    return answer


# -- terms -------------------------------------------------------------------------------------------


def keep_terms(request: Request, form: FormData) -> Response:
    """Store the commercial terms of one or all intakes; all errors are shown together."""
    desk, file, stored = found = existing(found_intake(request))
    written = {key: text_of(form, f"term-{key}", LONGEST_ANSWER) for key in desk.kit.given_as_terms}
    given = {key: one for key, one in written.items() if one}
    about = {"about": "terms", "given": given}
    try:
        desk.work.call(readings.check_terms, desk.settings.kit, given)
        if form.get("version") != str(stored.version):
            raise ChangedError
        job = desk.work.job(file, stored)._replace(terms={**desk.store.own_terms(0, 0), **given})
        reading = desk.work.call(readings.read_intake, job, stored.n)
        desk.store.keep_terms(stored, given, reading, desk.user)
    except ChangedError:
        return show_out(request, found_intake(request) or found, 409, problem=text(request, "problem_changed"), **about)
    except DocgenError as error:
        return show_out(request, found, 422, problem=error.message, **about)
    if form.get("for") == "every":
        desk.store.keep_terms_of_all({**desk.store.own_terms(0, 0), **given}, desk.user)
    desk.hub.notify("intake", stored.id)
    desk.hub.notify("inbox")
    return go(f"/intakes/{stored.id}/out?saved#terms")


# -- comparison --------------------------------------------------------------------------------------


async def compare(request: Request) -> Response:
    """The contract with tracked changes against an earlier draft, which the user drops in."""
    found = existing(await run_in_threadpool(found_intake, request))
    try:
        (upload, *_) = await uploaded(request, "earlier")
    except UploadError as error:
        return refusal(request, error.status, error.reason)
    content, name = await upload.read(), upload.filename or "?"
    return await run_in_threadpool(_compared, request, found, content, name)


def _compared(request: Request, found: OpenedIntake, content: bytes, name: str) -> Response:
    desk = found.desk
    try:
        desk.work.call(documents.require_word, content, name)
        made = _made(found, DocumentRequest("contract", allow_unready=True))
        changed = tracked(desk, content, made.content, name)
    except DocgenError as error:
        return show_out(request, found, 422, problem=str(error), about="compare")
    desk.store.note(desk.user, "export", found.stored.id, document="comparison", name=made.name)
    return download(made.name, changed, made.media_type)


def tracked(desk: Desk, earlier: bytes, later: bytes, name: str) -> bytes:
    """The later document, called `name`, with tracked changes against the earlier one.

    Raises SourceError, ProofError and SystemMissingError like `redline`.
    """
    with _turn, scratch.private_folder() as folder:
        path = Path(folder, "earlier.docx")
        scratch.join(path, [earlier])
        try:
            return desk.work.call(redline, path, later, printed_date()).content
        except (SourceError, ProofError) as error:
            raise type(error)(error.message.replace(str(path), name), error.hint) from None
