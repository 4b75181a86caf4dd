"""Show the inbox, with a line for each intake and for each file that cannot be read, and take uploads."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from docgen.desk.access import TooLongError
from docgen.desk.desk import desk_of
from docgen.desk.pages import as_json, download, existing, go, language, page, text, wants_json
from docgen.desk.settings import MOST_FILES, MOST_INTAKES, MOST_SECONDS, PAGE
from docgen.desk.store import ARRIVING, UNREADABLE, WAITING
from docgen.errors import DocgenError
from docgen.model.intake import Level, Verdict
from docgen.text import fold

#: The sort orders, by their name in the address.
_ORDERS = {
    "newest": "files.number DESC, intakes.n",
    "oldest": "files.number, intakes.n",
    "customer": "COALESCE(intakes.folded, files.name), files.number, intakes.n",
    "verdict": "CASE COALESCE(intakes.verdict, files.state) WHEN 'waiting' THEN 0 WHEN 'unreadable' THEN 1 "
    "WHEN 'incomplete' THEN 2 WHEN 'rejected' THEN 3 WHEN 'manual' THEN 4 ELSE 5 END, files.number DESC, intakes.n",
}  # fmt: skip
_STATES = (WAITING, UNREADABLE, *(verdict.value for verdict in Verdict))
_LINES = """
FROM files LEFT JOIN intakes ON intakes.file = files.number
WHERE files.state != ? AND (? = '' OR COALESCE(intakes.verdict, files.state) = ?)
AND (? = '' OR instr(lower(files.name), ?) OR instr(COALESCE(intakes.folded, ''), ?))
"""


class Line(NamedTuple):
    """A line of the inbox: an intake, or a file without one."""

    id: str
    file: int
    name: str
    source: str
    place: str
    state: str
    counts: Mapping[str, int]
    kit: str
    added: str
    message: str
    hint: str
    twins: tuple[str, ...]


class Query(NamedTuple):
    """A query of the inbox: search, filters, order and page."""

    words: str
    state: str
    order: str
    start: int


def _query(request: Request) -> Query:
    asked = request.query_params
    state, order, start = asked.get("state", ""), asked.get("sort", "newest"), asked.get("from", "0")
    return Query(
        asked.get("q", "").strip()[:100],
        state if state in _STATES else "",
        order if order in _ORDERS else "newest",
        int(start) if start.isascii() and start.isdigit() and len(start) < 8 else 0,
    )


def show(request: Request) -> Response:
    """The inbox page, or its data."""
    desk, query = desk_of(request), _query(request)
    words = fold(query.words)
    values = (ARRIVING, query.state, query.state, words, query.words.lower(), words)
    rows = desk.database.all(
        f"SELECT files.*, intakes.n, intakes.name AS customer, intakes.folded, intakes.verdict, intakes.is_named, "
        f"intakes.data {_LINES} ORDER BY {_ORDERS[query.order]} LIMIT ? OFFSET ?",
        *values, PAGE + 1, query.start,
    )  # fmt: skip
    lines = [_line(row, _duplicates(desk.database, row), language(request)) for row in rows[:PAGE]]
    totals = Counter(
        {row["state"]: row["count"] for row in desk.database.all(
            "SELECT COALESCE(intakes.verdict, files.state) AS state, COUNT(*) AS count FROM files "
            "LEFT JOIN intakes ON intakes.file = files.number WHERE files.state != ? GROUP BY 1", ARRIVING)}
    )  # fmt: skip
    if wants_json(request):
        return as_json({"schema": "docgen/desk/inbox/1", "totals": totals, "lines": [line._asdict() for line in lines]})
    return page(
        request, "inbox.html", lines=lines, query=query, totals=totals, states=_STATES, orders=list(_ORDERS),
        has_more=len(rows) > PAGE, step=PAGE, levels=list(Level), most=MOST_FILES, here=_address(query, query.start),
        there=lambda start: _address(query, start),
    )  # fmt: skip


def _address(query: Query, start: int) -> str:
    """The address of the page of a query's results that begins at a line."""
    given = {"q": query.words, "state": query.state, "sort": query.order, "from": start or ""}
    return f"/?{urlencode({key: value for key, value in given.items() if value})}"


def show_file(request: Request) -> Response:
    """The page of a file: its contents, or why it cannot be read."""
    desk, number = desk_of(request), request.path_params["number"]
    file = existing(desk.store.file(number))
    intakes = desk.store.intakes(number)
    message, hint = file.refusal.get(language(request), ("", ""))
    if wants_json(request):
        about = {"number": number, "name": file.name, "state": file.state, "message": message, "hint": hint}
        return as_json({"schema": "docgen/desk/file/1", **about, "sha256": file.sha256, "outside": file.outside,
                        "intakes": [one.id for one in intakes]})  # fmt: skip
    return page(request, "file.html", file=file, intakes=intakes, most=MOST_INTAKES, message=message, hint=hint)


def source(request: Request) -> Response:
    """A file as received."""
    file = existing(desk_of(request).store.file(request.path_params["number"]))
    return download(file.name, file.path.read_bytes(), "application/octet-stream")


def _line(row: sqlite3.Row, twins: tuple[str, ...], request_language: str) -> Line:
    number = row["number"]
    common = {"file": number, "source": row["name"], "kit": row["kit"], "added": row["added"], "twins": twins}
    if row["n"] is None:
        message, hint = json.loads(row["refusal"]).get(request_language, ("", ""))
        return Line(
            id=str(number), name="", place="", state=row["state"], counts={}, message=message, hint=hint, **common
        )  # fmt: skip
    data = json.loads(row["data"])
    check = data["check"]
    place = " ".join(str(part) for part in (check["sheet"], check["row"]) if part)
    return Line(
        id=f"{number}-{row['n'] + 1}", name=row["customer"], place=place, state=row["verdict"], counts=data["counts"],
        message="", hint="", **common,
    )  # fmt: skip


def _duplicates(database: Any, row: sqlite3.Row) -> tuple[str, ...]:
    """The ids of likely duplicates: files with the same content, intakes of the same customer."""
    found = [
        str(one["number"])
        for one in database.all(
            "SELECT number FROM files WHERE sha256 = ? AND number != ? AND state != ? LIMIT 5",
            row["sha256"], row["number"], ARRIVING,
        )
    ]  # fmt: skip
    if row["n"] is not None and row["is_named"]:
        found += [
            f"{one['file']}-{one['n'] + 1}"
            for one in database.all(
                "SELECT file, n FROM intakes WHERE folded = ? AND NOT (file = ? AND n = ?) AND is_named "
                "ORDER BY file, n LIMIT 5",
                row["folded"], row["number"], row["n"],
            )
            if str(one["file"]) not in found
        ]  # fmt: skip
    return tuple(found)


# -- uploads -----------------------------------------------------------------------------------------


async def take(request: Request) -> Response:
    """Store the files of an upload; the page then loads their lines."""
    desk = desk_of(request)
    try:
        uploads = await uploaded(request)
    except UploadError as error:
        return page(request, "refused.html", error.status, reason=error.reason)
    numbers, refused = [], []
    for upload in uploads:
        content = await upload.read()
        name = upload.filename or "?"
        try:
            numbers.append(await run_in_threadpool(desk.store.add_file, name, content))
        except DocgenError as error:
            refused.append({"name": name, "message": str(error)})
        await upload.close()
    for number in numbers:
        await run_in_threadpool(desk.work.read_soon, number)
    if numbers:
        desk.hub.notify("inbox")
    if request.headers.get("accept", "").startswith("application/json"):
        summary = text(request, "files_taken", count=len(numbers))
        return as_json({"files": numbers, "refused": refused, "message": summary}, 507 if refused else 201)
    return go("/")


class UploadError(Exception):
    """An upload is refused: the HTTP status and the key of the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


async def uploaded(request: Request, name: str = "files") -> list[UploadFile]:
    """The files of an upload.  Raises UploadError if it is too large, too slow, or not an upload."""
    try:
        async with asyncio.timeout(MOST_SECONDS):
            form = await request.form(max_files=MOST_FILES, max_fields=50, max_part_size=1 << 20)
    except TooLongError as error:
        raise UploadError(413, "size") from error
    except TimeoutError as error:
        raise UploadError(408, "time") from error
    except ClientDisconnect as error:
        raise UploadError(400, "upload") from error
    except (MultiPartException, HTTPException) as error:
        raise UploadError(413, "count") from error
    found = [one for one in form.getlist(name) if isinstance(one, UploadFile) and one.filename]
    if not found:
        raise UploadError(400, "upload")
    return found
