"""Send changes to open pages as server-sent events.

A message only names what has changed, and the pages load it again; so a lost message does no harm.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

#: Messages that wait for one page; a slower page is told once to reload everything.
_MOST = 100
#: Seconds between keep-alive messages on an idle stream.
_PULSE = 20.0


class Hub:
    """The open pages.  `notify` may be called from any thread, the other methods from the event loop only."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listening: set[asyncio.Queue[dict[str, str] | None]] = set()
        self._is_closed = False

    def begin(self) -> None:
        """Start, in the event loop of the streams."""
        self._loop = asyncio.get_running_loop()

    def notify(self, kind: str, about: str = "") -> None:
        """Announce a change of the inbox, an intake or a run."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._notify, {"kind": kind, "about": about})

    def _notify(self, message: dict[str, str]) -> None:
        for queue in self._listening:
            if queue.qsize() < _MOST:
                queue.put_nowait(message)
            elif queue.qsize() == _MOST:
                queue.put_nowait({"kind": "all", "about": ""})

    def close(self) -> None:
        """End every stream, including streams that start later; may be called by a signal handler."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._close)

    def _close(self) -> None:
        self._is_closed = True
        for queue in self._listening:
            queue.put_nowait(None)

    async def stream(self, _request: Request) -> Response:
        """A stream of the changes from now on."""
        return StreamingResponse(self._events(), media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    async def _events(self) -> AsyncIterator[str]:
        queue: asyncio.Queue[dict[str, str] | None] = asyncio.Queue()
        self._listening.add(queue)
        try:
            yield 'retry: 1000\ndata: {"kind": "all", "about": ""}\n\n'  # for changes while the page was not connected
            while not self._is_closed:
                try:
                    message = await asyncio.wait_for(queue.get(), _PULSE)
                except TimeoutError:
                    yield ": alive\n\n"
                    continue
                if message is not None:
                    yield f"data: {json.dumps(message)}\n\n"
        finally:
            self._listening.discard(queue)
