"""Run the server of the desk on a port that only this machine can reach, until it is stopped."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import uvicorn

from docgen.desk.access import Key
from docgen.desk.app import application
from docgen.desk.database import Database
from docgen.desk.desk import Desk
from docgen.desk.live import Hub
from docgen.desk.runs import Runs
from docgen.desk.settings import MB, MOST_BYTES, Settings
from docgen.desk.store import Store
from docgen.desk.work import Work
from docgen.errors import SourceError, UsageError, WriteError
from docgen.language import system_reason, tr
from docgen.output import files

_LOCK = ".docgen-desk-lock"
#: How long streams and downloads may continue after Ctrl-C (seconds).
_FAREWELL = 1
_BACKLOG = 256


def serve(settings: Settings, port: int, opened: Callable[[str], object], sources: Iterable[Path] = ()) -> None:
    """Serve the desk until Ctrl-C; `opened` is called with the link when the server is ready.

    Port 0 chooses a free one.  `sources` are first put into the inbox, except those that it holds already.  Raises
    SourceError if one cannot be read, WriteError if the folder cannot be used or another desk uses it, UsageError if
    the port is taken.
    """
    contents = [(path.name, _content(path)) for path in sources]
    with _folder(settings.folder), _sockets(port) as sockets, desk_at(settings) as desk:
        for name, content in contents:
            if not desk.store.holds(name, content):
                desk.store.add_file(name, content)
        key = Key(sockets[0].getsockname()[1])
        config = uvicorn.Config(
            application(desk, key), log_level="error", access_log=False, server_header=False, date_header=False,
            timeout_graceful_shutdown=_FAREWELL, timeout_keep_alive=30, lifespan="on", ws="none", loop="asyncio",
            http="h11", h11_max_incomplete_event_size=64 * 1024, limit_concurrency=None,
        )  # fmt: skip
        _Server(config, desk, lambda: opened(key.link)).run(sockets)


def _content(path: Path) -> bytes:
    """The bytes of a file, which may have as many as an upload."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as cause:
        raise SourceError(tr("{path}: cannot be read: {cause}", path=path, cause=system_reason(cause))) from cause
    if len(content) > MOST_BYTES:
        raise SourceError(tr("{path}: is larger than {largest} MB", path=path, largest=MOST_BYTES // MB))
    return content


@contextmanager
def desk_at(settings: Settings) -> Iterator[Desk]:
    """The desk in a folder; its workers end together with it."""
    database, hub = Database(settings.database), Hub()
    store = Store(settings, database)
    work, runs = Work(settings, store, hub), Runs(settings, database, hub)
    try:
        yield Desk(settings, database, store, hub, work, runs)
    finally:
        runs.end()
        work.end()
        database.close()


class _Server(uvicorn.Server):
    """A server that reports when it is ready, and ends its streams first."""

    def __init__(self, config: uvicorn.Config, desk: Desk, opened: Callable[[], object]) -> None:
        super().__init__(config)
        self._desk = desk
        self._opened = opened

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._opened()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at Ctrl-C or SIGTERM; at a second one, stop immediately."""
        self._desk.hub.close()
        self.force_exit = self.should_exit
        self.should_exit = True


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """The folder of the desk, locked for this desk."""
    try:
        with files.locked(folder / _LOCK, wait=False):
            yield
    except BlockingIOError as cause:
        raise WriteError(
            tr("{folder}: another desk is open there", folder=folder),
            tr("use the page that it opened, or choose another --folder"),
        ) from cause


@contextmanager
def _sockets(port: int) -> Iterator[list[socket.socket]]:
    """Sockets that listen on this machine only: its IPv4 address, and its IPv6 address if there is one."""
    opened: list[socket.socket] = []
    try:
        opened.append(_bound(socket.AF_INET, "127.0.0.1", port))
        port = opened[0].getsockname()[1]
        with suppress(OSError):  # no IPv6, or the port is taken there
            opened.append(_bound(socket.AF_INET6, "::1", port))
        yield opened
    except OSError as cause:
        if cause.errno not in {errno.EADDRINUSE, errno.EACCES, errno.EPERM}:
            raise
        raise UsageError(
            tr("--port {port}: {reason}", port=port, reason=system_reason(cause)),
            tr("choose another port, or leave --port out"),
        ) from cause
    finally:
        for each in opened:
            each.close()


def _bound(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address, port))
        made.listen(_BACKLOG)
    except OSError:
        made.close()
        raise
    return made
