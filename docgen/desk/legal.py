"""Let authors try a template: show its problems, its documents, its changes, and the fields it may use.

The kit in use is never changed here.
"""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from docgen.desk import trial
from docgen.desk.access import FRAMED, policy
from docgen.desk.desk import Desk, desk_of
from docgen.desk.inbox import UploadError, uploaded
from docgen.desk.out import tracked
from docgen.desk.pages import as_json, download, existing, go, page, refusal, wants_json
from docgen.desk.trial import KINDS, Trial
from docgen.documents.contract import CONTRACT_TEMPLATE
from docgen.documents.summary import REVIEW_TEMPLATE
from docgen.errors import DocgenError
from docgen.model.kit import KIT_FILE
from docgen.names import safe_file_name
from docgen.output import files

_NAMES = {"contract.docx": "contract", "form.docx": "form", "review.pdf": "review"}


def show(request: Request) -> Response:
    """The last trial with all its problems, and the fields that templates may use."""
    return _page(request)


def _page(request: Request, status: int = 200, problem: str = "") -> Response:
    desk = desk_of(request)
    folder = _dropped(desk)
    names = sorted(path.name for path in folder.iterdir()) if folder else []
    found = desk.work.call(trial.examine, desk.settings.kit, folder) if folder else Trial([])
    if wants_json(request):
        places = [place._asdict() for place in found.places]
        return as_json({"schema": "docgen/desk/legal/1", "files": names, "remarks": places})
    kinds = list(KINDS.values()) if KIT_FILE in names else [kind for name, kind in KINDS.items() if name in names]
    listings = desk.work.call(trial.fields, desk.settings.kit)
    return page(
        request, "legal.html", status, names=names, trial=found, kinds=kinds, listings=listings, problem=problem,
        kit=desk.kit, in_use=desk.settings.kit,
    )  # fmt: skip


def _dropped(desk: Desk) -> Path | None:
    folder = desk.settings.folder / "legal"
    return folder if folder.is_dir() else None


async def drop(request: Request) -> Response:
    """Store the dropped files, a template or a whole kit, in place of the previous trial."""
    try:
        uploads = await uploaded(request)
    except UploadError as error:
        return refusal(request, error.status, error.reason)
    contents = {_template_name(upload.filename or "?", len(uploads)): await upload.read() for upload in uploads}
    return await run_in_threadpool(_keep, request, contents)


def _keep(request: Request, contents: dict[str, bytes]) -> Response:
    desk = desk_of(request)
    try:
        files.write_folder(desk.settings.folder / "legal", contents)
    except DocgenError as error:
        return _page(request, 422, str(error))
    desk.store.note(desk.user, "template-tried", ", ".join(sorted(contents)))
    return go("/legal")


def _template_name(name: str, count: int) -> str:
    """The name of a dropped file in a kit: its own, or that of the only template that a single file can be."""
    safe = safe_file_name(Path(name.replace("\\", "/")).name)
    if count > 1 or safe in KINDS or safe == KIT_FILE:
        return safe
    by_suffix = {".docx": CONTRACT_TEMPLATE, ".html": REVIEW_TEMPLATE}
    return by_suffix.get(Path(safe).suffix.lower(), safe)


def document(request: Request) -> Response:
    """A document of the sample customer, made with the dropped files."""
    desk, kind = desk_of(request), existing(_NAMES.get(request.path_params["name"]))
    folder = existing(_dropped(desk))
    made = desk.work.call(trial.preview, desk.settings.kit, folder, kind)
    is_shown = "view" in request.query_params
    return download(made.name, made.content, made.media_type, inline=is_shown, policy=policy(FRAMED))


def preview(request: Request) -> Response:
    """The page that shows such a document in a frame."""
    name = request.path_params["name"]
    if name not in _NAMES or _dropped(desk_of(request)) is None:
        raise HTTPException(404)
    return page(
        request, "preview.html", title=name, name=name, back="/legal", address=f"/legal/documents/{name}?view",
        is_word=name.endswith(".docx"),
    )  # fmt: skip


def compare(request: Request) -> Response:
    """The sample customer's contract, with tracked changes against the template in use."""
    desk = desk_of(request)
    folder = existing(_dropped(desk))
    before = desk.work.call(trial.preview, desk.settings.kit, None, "contract")
    after = desk.work.call(trial.preview, desk.settings.kit, folder, "contract")
    return download(after.name, tracked(desk, before.content, after.content, CONTRACT_TEMPLATE), after.media_type)
