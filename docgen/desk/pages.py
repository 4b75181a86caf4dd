"""Render the templates in the language of the browser, and make the answers to requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from docgen import __version__, own_pages, user_cache
from docgen.patterns import regex

_FOLDER = Path(__file__).parent / "pages"
_WORDS = _FOLDER / "words.yaml"
#: The languages of the pages; the first is the language of the kit, and the default.
LANGUAGES = ("zh", "en")
#: The parts of the desk: the first address of each, and the key of its name.
_SECTIONS = (("/", "inbox"), ("/runs", "runs"), ("/register", "register"), ("/legal", "legal"), ("/log", "log"))
_ASKED = regex(r"\s*([A-Za-z-]+|\*)\s*(?:;\s*q\s*=\s*([0-9.]{1,5}))?\s*")
_Found = TypeVar("_Found")
_TAGS = {"zh": "zh-CN", "en": "en"}


@cache
def words(language: str) -> Mapping[str, str]:
    """Every text of the pages in one language, by key."""
    return {key: texts[language] for key, texts in user_cache.own_yaml(_WORDS).items()}


def language(request: Request) -> str:
    """The available language that the browser prefers."""
    liked: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "")[:400].split(","):
        found = _ASKED.fullmatch(part)
        name = found[1].lower().split("-")[0] if found else ""
        if name in LANGUAGES and found is not None:
            liked.append((_weight(found[2]), name))
    return max(liked, key=lambda one: one[0])[1] if liked else LANGUAGES[0]


def _weight(text: str | None) -> float:
    try:
        return float(text) if text is not None else 1.0
    except ValueError:
        return 0.0


def text(request: Request, key: str, **values: object) -> str:
    """One text of the pages in the language of the browser."""
    return words(language(request))[key].format(**values)


@cache
def _environment(language: str) -> Environment:
    environment = own_pages.environment(_FOLDER)
    texts = words(language)
    environment.globals["t"] = lambda key, **values: texts[key].format(**values)
    environment.globals["sections"] = _SECTIONS
    environment.globals["lang"] = _TAGS[language]
    environment.globals["docgen_version"] = __version__
    environment.filters["size"] = _size
    environment.filters["items_of"] = lambda details: {detail.key: detail.text for detail in details}
    environment.filters["when"] = lambda at: str(at)[:16].replace("T", " ")
    return environment


def _size(count: int) -> str:
    return f"{count / 1024:,.0f} KB" if count < 1 << 20 else f"{count / (1 << 20):,.1f} MB"


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """A page made from that template; every page has the user's name and its place in the navigation."""
    state = getattr(request.app.state, "desk", None) if "app" in request.scope else None
    text = _environment(language(request)).get_template(template).render(path=request.url.path, desk=state, **context)
    headers = {"vary": "Accept-Language", "content-language": _TAGS[language(request)]}
    return Response(text.encode("utf-8", "replace"), status, headers, "text/html; charset=utf-8")


def refusal(request: Request, status: int, reason: str) -> Response:
    """The page that says why a request is refused, and what to do."""
    return page(request, "refused.html", status, reason=reason)


def existing(found: _Found | None) -> _Found:
    """What an address names.  Raises HTTPException, for the page that says that there is nothing, if it is None."""
    if found is None:
        raise HTTPException(404)
    return found


def closed(request: Request, status: int, reason: str) -> Response:
    """The same page for visitors without access; it loads nothing."""
    return page(request, "closed.html", status, reason=reason)


def as_json(data: Any, status: int = 200) -> Response:
    """The data of a page, for programs."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")


def wants_json(request: Request) -> bool:
    """Whether the address asks for data: it ends in `.json`."""
    return request.url.path.endswith(".json")


def go(address: str) -> Response:
    """Redirect to a page of the desk after an action."""
    return RedirectResponse(address, 303)


def download(
    name: str, content: bytes, media_type: str, *, inline: bool = False, policy: str | None = None
) -> Response:
    """A file to download under a name, or to show in the browser."""
    how = "inline" if inline else "attachment"
    headers = {"content-disposition": f"{how}; filename*=UTF-8''{quote(name, safe='')}"}
    if policy is not None:
        headers["content-security-policy"] = policy
    return Response(content, 200, headers, media_type)
