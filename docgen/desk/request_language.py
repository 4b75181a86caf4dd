"""Carry the language of a request across threads and workers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, TypeAlias

from docgen.errors import DocgenError
from docgen.language import LANGUAGES, using_language
from docgen.text import printable

#: The message and hint of an error, in every language.
Refusal: TypeAlias = Mapping[str, tuple[str, str]]
#: The language of the request that is being answered.
request_language: ContextVar[str] = ContextVar("request_language", default=LANGUAGES[0])
_turn = threading.Lock()


def in_language(language: str, function: Callable[..., Any], *args: Any) -> Any:
    """In a worker: call the function with its errors in this language."""
    with using_language(language):
        return function(*args)


def refused_in_all_languages(function: Callable[..., Any], *args: Any) -> tuple[Any, Refusal | None]:
    """The result of the function; if it fails, None and its error in every language, for which it is called again."""
    texts = {}
    for language in LANGUAGES:
        try:
            return in_language(language, function, *args), None
        except DocgenError as error:
            texts[language] = (printable(error.message), printable(error.hint))
    return None, texts


def in_all_languages(make: Callable[[], DocgenError]) -> Refusal:
    """The text of an error in every language; for the server process, whose threads take turns."""
    texts = {}
    with _turn:
        for language in LANGUAGES:
            with using_language(language):
                error = make()
            texts[language] = (printable(error.message), printable(error.hint))
    return texts
