"""Carry the language of a request across threads and workers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, TypeAlias

from docgen.errors import DocgenError
from docgen.language import LANGUAGES, speaking
from docgen.text import printable

#: The message and hint of an error, in every language.
Refusal: TypeAlias = Mapping[str, tuple[str, str]]
#: The language of the request that is being answered.
spoken: ContextVar[str] = ContextVar("spoken", default=LANGUAGES[0])
_turn = threading.Lock()


def in_language(language: str, function: Callable[..., Any], *args: Any) -> Any:
    """In a worker: call the function with its errors in this language."""
    with speaking(language):
        return function(*args)


def refused_in_all(function: Callable[..., Any], *args: Any) -> tuple[Any, Refusal | None]:
    """The result of the function; if it fails, None and its error in every language, for which it is called again."""
    told = {}
    for language in LANGUAGES:
        try:
            return in_language(language, function, *args), None
        except DocgenError as error:
            told[language] = (printable(error.message), printable(error.hint))
    return None, told


def said_in_all(make: Callable[[], DocgenError]) -> Refusal:
    """The text of an error in every language; for the server process, whose threads take turns."""
    told = {}
    with _turn:
        for language in LANGUAGES:
            with speaking(language):
                error = make()
            told[language] = (printable(error.message), printable(error.hint))
    return told
