"""Check every request: the one-time link, the cookie, Host and Origin, sizes; add the security headers.

This module knows no pages.  All requests pass through it, and a request that is not allowed is refused first.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docgen.desk.pages import language
from docgen.desk.request_language import request_language
from docgen.desk.settings import MOST_BYTES, MOST_FORM

#: The address of the link.
OPEN = "/open/"
_SAFE = frozenset({"GET", "HEAD"})
_SELF = "'self'"
_POLICY = {
    "default-src": "'none'", "script-src": _SELF, "style-src": _SELF, "img-src": _SELF, "connect-src": _SELF,
    "font-src": _SELF, "form-action": _SELF, "frame-src": _SELF, "worker-src": _SELF, "manifest-src": _SELF,
    "base-uri": "'none'", "frame-ancestors": "'none'",
}  # fmt: skip
#: For a document of ours in a frame, in the browser's own viewer.
FRAMED = {**_POLICY, "frame-ancestors": _SELF, "object-src": _SELF}
#: For the frame that draws Word documents: it creates styles, and pictures from the document.
PREVIEW = {
    **_POLICY, "style-src": "'self' 'unsafe-inline'", "img-src": "'self' data: blob:", "font-src": "'self' data: blob:",
    "form-action": "'none'", "frame-src": "'none'", "worker-src": "'none'", "frame-ancestors": _SELF,
}  # fmt: skip


def policy(directives: Mapping[str, str]) -> str:
    """The text of a Content-Security-Policy."""
    return "; ".join(f"{name} {value}" for name, value in directives.items())


_HEADERS = {
    "content-security-policy": policy(_POLICY),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}


class Key:
    """The link that works once, and the cookie it is exchanged for; both are kept in memory only."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookie_name = f"docgen-desk-{port}"  # cookies are not separate for each port
        self._link: str | None = secrets.token_urlsafe(32)
        self._cookie = secrets.token_urlsafe(32)
        names = ("127.0.0.1", "localhost", "[::1]")
        self.hosts = frozenset(f"{name}:{port}" for name in names)

    @property
    def link(self) -> str:
        """The address that opens the desk; it works once."""
        return f"http://127.0.0.1:{self.port}{OPEN}{self._link}"

    def exchange(self, given: str) -> str | None:
        """The cookie, if the link is right and has not been used; otherwise None."""
        if self._link is None or not hmac.compare_digest(given.encode(), self._link.encode()):
            return None
        self._link = None
        return self._cookie

    def fits(self, headers: Headers) -> bool:
        """Whether the request carries the cookie."""
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        found = cookies.get(self.cookie_name)
        return found is not None and hmac.compare_digest(found.value.encode(), self._cookie.encode())


class Access:
    """The application, behind the checks of every request.

    `refusal` makes the page that explains a refusal, from the request, a status and a reason.
    """

    def __init__(self, app: ASGIApp, key: Key, refusal: Callable[[Request, int, str], Response]) -> None:
        self._app = app
        self._key = key
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":  # web sockets are not used
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        answer = self._answer(request)
        if answer is not None:
            await answer(scope, receive, _with_headers(send))
            return
        request_language.set(language(request))
        limited = _Limited(receive, most_bytes(request))
        await self._app(scope, limited, _with_headers(send))

    def _answer(self, request: Request) -> Response | None:
        """The answer to a request that is not passed on."""
        headers = request.headers
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._key.hosts:
            return self._refusal(request, 421, "host")
        if request.method not in _SAFE and not _is_own(headers, hosts[0]):
            return self._refusal(request, 403, "origin")
        if request.url.path.startswith(OPEN) and request.method == "GET":
            return self._opened(request)
        if not self._key.fits(headers):
            return self._refusal(request, 403, "cookie")
        if declared_bytes(headers) > most_bytes(request):
            return self._refusal(request, 413, "size")
        return None

    def _opened(self, request: Request) -> Response:
        """The first page, for a visitor who comes by the link or has come by it before."""
        cookie = self._key.exchange(request.url.path.removeprefix(OPEN))
        if cookie is None:
            return (
                RedirectResponse("/", 303) if self._key.fits(request.headers) else self._refusal(request, 403, "link")
            )
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self._key.cookie_name, cookie, httponly=True, samesite="strict", path="/")
        return answer


def _is_own(headers: Headers, host: str) -> bool:
    """Whether the request comes from a page of the desk: the browser says so, or the origin matches."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if origin is not None and origin != f"http://{host.lower()}":
        return False
    return site == "same-origin" if site is not None else origin is not None


def declared_bytes(headers: Headers) -> int:
    """The declared length of a request; above the limit if the header is invalid."""
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 16 else 1 << 60


def most_bytes(request: Request) -> int:
    """The most bytes that a request may have: many for uploads, few otherwise."""
    takes_files = request.headers.get("content-type", "").startswith("multipart/form-data")
    return MOST_BYTES if takes_files else MOST_FORM


class TooLongError(Exception):
    """A request is longer than allowed."""


class _Limited:
    """Limits the bytes received, whatever length the request declares."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise TooLongError
        return message


def _with_headers(send: Send) -> Send:
    """`send` with the headers of every answer; an answer may set its own policy or caching."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
