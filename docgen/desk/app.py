"""Build the application: every address with its page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from docgen.desk import finals, inbox, intake, legal, log, out, pages, run_pages
from docgen.desk.access import Access, Key, TooLongError
from docgen.desk.desk import Desk
from docgen.desk.forms import posted
from docgen.errors import DocgenError

_STATIC = Path(__file__).parent / "static"
#: Requests that may wait for workers at the same time, each in a thread.
_THREADS = 100


def application(desk: Desk, key: Key) -> ASGIApp:
    """The desk behind its access checks."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        desk.hub.begin()
        desk.work.warm()
        desk.work.read_waiting()
        desk.runs.go_on_with_all()
        yield

    handlers: dict[Any, Callable[[Request, Exception], Response]] = {
        404: _missing, 405: _missing, DocgenError: _failed, TooLongError: _too_long,
    }  # fmt: skip
    app = Starlette(routes=_routes(desk), lifespan=lifespan, exception_handlers=handlers)
    app.state.desk = desk
    return Access(app, key, pages.closed)


def _routes(desk: Desk) -> list[BaseRoute]:
    return [
        Route("/", inbox.show),
        Route("/inbox.json", inbox.show),
        Route("/files", inbox.take, methods=["POST"]),
        Route("/files/{number:int}.json", inbox.show_file),
        Route("/files/{number:int}", inbox.show_file),
        Route("/files/{number:int}/source", inbox.source),
        Route("/intakes/{id}.json", intake.show),
        Route("/intakes/{id}", intake.show),
        Route("/intakes/{id}/answers/{field}", posted(intake.correct), methods=["POST"]),
        Route("/intakes/{id}/answers/{field}/undo", posted(intake.undo), methods=["POST"]),
        Route("/intakes/{id}/out.json", out.show),
        Route("/intakes/{id}/out", out.show),
        Route("/intakes/{id}/documents/{name}", out.document),
        Route("/intakes/{id}/preview/{name}", out.preview),
        Route("/intakes/{id}/terms", posted(out.keep_terms), methods=["POST"]),
        Route("/intakes/{id}/compare", out.compare, methods=["POST"]),
        Route("/intakes/{id}/final", posted(finals.issue), methods=["POST"]),
        Route("/intakes/{id}/final.docx", finals.document),
        Route("/register.json", finals.show),
        Route("/register", finals.show),
        Route("/register/export.{suffix}", finals.export),
        Route("/preview", out.frame),
        Route("/intakes/{id}/sheet", intake.sheet),
        Route("/runs.json", run_pages.show_all),
        Route("/runs", run_pages.show_all),
        Route("/runs", posted(run_pages.begin), methods=["POST"]),
        Route("/runs/files", run_pages.begin_with, methods=["POST"]),
        Route("/runs/{number:int}.json", run_pages.show),
        Route("/runs/{number:int}", run_pages.show),
        Route("/runs/{number:int}/stop", posted(run_pages.stop), methods=["POST"]),
        Route("/runs/{number:int}/go-on", posted(run_pages.go_on), methods=["POST"]),
        Route("/runs/{number:int}/{name}/{file}", run_pages.paper),
        Route("/runs/{number:int}/{name}", run_pages.made),
        Route("/runs/{number:int}/{name}/", run_pages.made),
        Route("/legal.json", legal.show),
        Route("/legal", legal.show),
        Route("/legal", legal.drop, methods=["POST"]),
        Route("/legal/documents/{name}", legal.document),
        Route("/legal/preview/{name}", legal.preview),
        Route("/legal/compare", legal.compare),
        Route("/log.json", log.show),
        Route("/log", log.show),
        Route("/events", desk.hub.stream),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]


def _missing(request: Request, _error: Exception) -> Response:
    return pages.refusal(request, 404, "missing")


def _too_long(request: Request, _error: Exception) -> Response:
    return pages.refusal(request, 413, "size")


def _failed(request: Request, error: Exception) -> Response:
    """The error page for a problem that a person can fix, with the text of the error."""
    assert isinstance(error, DocgenError)
    return pages.page(request, "failed.html", 422, message=error.message, hint=error.hint)
