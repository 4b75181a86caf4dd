"""Serve the pages of batch runs: start, watch, stop and continue a run, and see its results."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from docgen.desk.access import FRAMED, policy
from docgen.desk.desk import Desk, desk_of
from docgen.desk.forms import text_of
from docgen.desk.inbox import UploadError, uploaded
from docgen.desk.pages import as_json, download, existing, go, page, refusal, text, wants_json
from docgen.desk.run_process import RunRequest
from docgen.desk.runs import StoredRun
from docgen.errors import DocgenError
from docgen.names import safe_file_name
from docgen.output import files
from docgen.packet.packet import KINDS

#: The policy for a report, which contains its style and otherwise only links.
_REPORT = {**FRAMED, "style-src": "'unsafe-inline'", "script-src": "'none'"}
_REPORTS = ("report.html", "report.xlsx")
_LONGEST_PATH = 2000


def show_all(request: Request) -> Response:
    """All runs, and the form that starts one."""
    return _page(request)


def _page(request: Request, status: int = 200, problem: str = "", path: str = "") -> Response:
    found = desk_of(request).runs.all()
    if wants_json(request):
        return as_json({"schema": "docgen/desk/runs/1", "runs": [_about(one) for one in found]})
    return page(request, "runs.html", status, runs=found, problem=problem, given=path, kinds=KINDS)


def show(request: Request) -> Response:
    """One run: its progress and results."""
    found = existing(desk_of(request).runs.get(request.path_params["number"]))
    if wants_json(request):
        return as_json({"schema": "docgen/desk/run/1", **_about(found)})
    return page(request, "run.html", run=found, reports=[name for name in _REPORTS if (found.out / name).is_file()])


def _about(found: StoredRun) -> dict[str, object]:
    return {
        "number": found.number, "title": found.title, "state": found.state, "message": found.message,
        "progress": found.progress, "started": found.started, "ended": found.ended, "out": str(found.out),
    }  # fmt: skip


# -- start, stop, continue ------------------------------------------------------------------------------


def begin(request: Request, form: FormData) -> Response:
    """Start a run for a folder or file of this machine."""
    given = text_of(form, "path", _LONGEST_PATH)
    path = Path(given).expanduser()
    if not given or not path.is_absolute() or not path.exists():
        return _page(request, 422, text(request, "problem_path"), given)
    desk = desk_of(request)
    number = desk.runs.add(given)
    return _started(desk, number, (str(path),), _only(form))


async def begin_with(request: Request) -> Response:
    """Start a run for uploaded files: a table, or a folder of forms."""
    desk = desk_of(request)
    try:
        uploads = await uploaded(request)
    except UploadError as error:
        return refusal(request, error.status, error.reason)
    contents = [(upload.filename or "?", await upload.read()) for upload in uploads]
    form = await request.form()
    try:
        number, sources = await run_in_threadpool(_stored_run, desk, contents)
    except DocgenError as error:
        return await run_in_threadpool(_page, request, 422, str(error))
    return await run_in_threadpool(_started, desk, number, sources, _only(form))


def _stored_run(desk: Desk, contents: list[tuple[str, bytes]]) -> tuple[int, tuple[str, ...]]:
    """Store a new run and its uploaded files, each in its own folder under a safe name.  Raises WriteError."""
    first = Path(contents[0][0].replace("\\", "/")).name
    number = desk.runs.add(first if len(contents) == 1 else f"{first} + {len(contents) - 1}")
    sources = []
    for at, (name, content) in enumerate(contents, start=1):
        kept = desk.settings.run(number) / "sources" / str(at) / safe_file_name(Path(name.replace("\\", "/")).name)
        files.write_file(kept, content)
        sources.append(str(kept))
    return number, tuple(sources)


def _started(desk: Desk, number: int, sources: tuple[str, ...], only: tuple[str, ...]) -> Response:
    out = desk.settings.run(number) / "out"
    wish = RunRequest(sources, str(out), str(desk.settings.kit), desk.store.own_terms(0, 0), only)
    desk.runs.begin(number, wish, desk.user)
    desk.hub.notify("runs", str(number))
    return go(f"/runs/{number}")


def _only(form: FormData) -> tuple[str, ...]:
    given = {value for value in form.getlist("only") if not isinstance(value, UploadFile)}
    return tuple(kind for kind in KINDS if kind in given) or KINDS


def stop(request: Request, _form: FormData) -> Response:
    """Stop a run."""
    number = request.path_params["number"]
    desk_of(request).runs.stop(number)
    return go(f"/runs/{number}")


def go_on(request: Request, _form: FormData) -> Response:
    """Continue a run, like `--resume`."""
    number = request.path_params["number"]
    desk_of(request).runs.go_on(number)
    return go(f"/runs/{number}")


# -- results -----------------------------------------------------------------------------------------


def made(request: Request) -> Response:
    """A report of a run, or the contents of one of its packets."""
    found = existing(desk_of(request).runs.get(request.path_params["number"]))
    name = request.path_params["name"]
    if name in _REPORTS and (found.out / name).is_file():
        is_page = name.endswith(".html")
        kind = "text/html; charset=utf-8" if is_page else mimetypes.guess_type(name)[0] or "application/octet-stream"
        return download(name, (found.out / name).read_bytes(), kind, inline=is_page, policy=policy(_REPORT))
    folder = _entry(found.out, name, Path.is_dir)
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    return page(request, "packet.html", run=found, folder=folder.name, names=names)


def paper(request: Request) -> Response:
    """A file in a packet of a run."""
    desk, parts = desk_of(request), request.path_params
    folder = _entry(existing(desk.runs.get(parts["number"])).out, parts["name"], Path.is_dir)
    path = _entry(folder, parts["file"], Path.is_file)
    desk.store.note(desk.user, "export", f"run {parts['number']}", document=path.name)
    return download(path.name, path.read_bytes(), "application/octet-stream")


def _entry(folder: Path, name: str, is_kind: Callable[[Path], bool]) -> Path:
    """The entry of the folder with this name, of this kind; only existing entries match, so a name cannot point
    elsewhere.  Raises HTTPException if there is none."""
    entries = folder.iterdir() if folder.is_dir() and not name.startswith(".") else ()
    return existing(next((path for path in entries if path.name == name and is_kind(path)), None))
