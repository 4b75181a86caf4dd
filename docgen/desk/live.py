"""What has changed, sent to the pages that are open, as server-sent events.

A message says only what has changed: pages ask for it again, so none is lost that matters.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

#: Messages that wait for one page; a page that falls behind is sent that everything has changed.
_MOST = 100
#: How often an idle stream says that it is alive (seconds).
_PULSE = 20.0


class Hub:
    """Those who listen.  `tell` may be called by any thread, the rest by the event loop alone."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listening: set[asyncio.Queue[dict[str, str] | None]] = set()
        self._is_closed = False

    def begin(self) -> None:
        """Begin, in the event loop that streams run in."""
        self._loop = asyncio.get_running_loop()

    def tell(self, kind: str, about: str = "") -> None:
        """Say that something has changed: the inbox, an intake, a run."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, {"kind": kind, "about": about})

    def _tell(self, message: dict[str, str]) -> None:
        for queue in self._listening:
            if queue.qsize() < _MOST:
                queue.put_nowait(message)
            elif queue.qsize() == _MOST:
                queue.put_nowait({"kind": "all", "about": ""})

    def close(self) -> None:
        """End every stream, and those that begin from now on; may be called by a signal handler."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._close)

    def _close(self) -> None:
        self._is_closed = True
        for queue in self._listening:
            queue.put_nowait(None)

    async def stream(self, _request: Request) -> Response:
        """The stream of what changes from now on."""
        return StreamingResponse(self._events(), media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    async def _events(self) -> AsyncIterator[str]:
        queue: asyncio.Queue[dict[str, str] | None] = asyncio.Queue()
        self._listening.add(queue)
        try:
            yield 'retry: 1000\ndata: {"kind": "all", "about": ""}\n\n'  # what changed while nobody listened
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
