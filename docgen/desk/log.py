"""Show the audit log: who corrected, decided and exported what.  Its entries are never changed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from docgen.desk.desk import desk_of
from docgen.desk.pages import as_json, page, wants_json

#: Lines on the page; the data has more.
_PAGE, _MOST = 200, 100_000


def show(request: Request) -> Response:
    """The log page, newest entries first."""
    lines = desk_of(request).store.log(_MOST if wants_json(request) else _PAGE)
    if wants_json(request):
        return as_json({"schema": "docgen/desk/log/1", "lines": lines})
    return page(request, "log.html", lines=lines)
