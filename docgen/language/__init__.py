"""The language in which docgen speaks to people: English, or Chinese by the catalogue `zh.json`.

A message is written in English where it arises, and is the key of its translation, as in gettext:

    raise UsageError(tr("{path}: there is no such file", path=path), tr("name the file itself"))

The words of a kit, and what customers write, are values of a message and stay as they are.  The library speaks
English unless DOCGEN_LANG says zh; the command line sets that variable, so that its child processes speak as it
does.  Imports nothing of docgen.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
#: The variable that chooses the language.
VARIABLE = "DOCGEN_LANG"
#: Where gettext finds the words of libraries that use it, such as click.
LOCALE = Path(__file__).parent / "locale"


def phrase(message: str) -> str:
    """The message as it is: marks one for the catalogue that `tr` gets as a value later."""
    return message


#: What systems say of a failed call (strerror).
_SYSTEM = (
    phrase("Address already in use"), phrase("Broken pipe"), phrase("Connection refused"),
    phrase("Connection reset by peer"), phrase("Device or resource busy"), phrase("Directory not empty"),
    phrase("Disk quota exceeded"), phrase("File exists"), phrase("File name too long"), phrase("File too large"),
    phrase("Input/output error"), phrase("Invalid argument"), phrase("Invalid cross-device link"),
    phrase("Is a directory"), phrase("Cannot allocate memory"), phrase("No space left on device"),
    phrase("No such file or directory"), phrase("Not a directory"), phrase("Operation not permitted"),
    phrase("Permission denied"), phrase("Read-only file system"), phrase("Stale file handle"),
    phrase("Too many levels of symbolic links"), phrase("Too many open files"),
)  # fmt: skip


def current() -> str:
    """The language in use, `zh` or `en`."""
    return "zh" if os.environ.get(VARIABLE) == "zh" else "en"


def tr(message: str, /, **values: Any) -> str:
    """The message in the language in use, its `{placeholders}` filled from `values`; as it is without any."""
    text = _catalogue().get(message, message) if current() == "zh" else message
    return text.format(**values) if values else text


def plural(count: int, one: str, many: str, /, **values: Any) -> str:
    """`one` or `many`, whichever goes with the number `{count}`; Chinese has one form, the translation of `many`."""
    return tr(one if count == 1 and current() == "en" else many, count=count, **values)


def word(kind: str, key: str, /) -> str:
    """A word of programs for people: in English itself, in Chinese the translation of `kind: key`.

    Kinds are verdict, level, file and document; two of them may share a word.
    """
    return _catalogue()[f"{kind}: {key}"] if current() == "zh" else key


def listed(names: Iterable[str]) -> str:
    """The names beside each other."""
    return ("、" if current() == "zh" else ", ").join(names)


def either(names: Iterable[str]) -> str:
    """The names as alternatives."""
    return ("或" if current() == "zh" else " or ").join(names)


def system_reason(cause: Exception) -> str:
    """Why a call of the system failed, in the words of the system where it has any."""
    return tr(getattr(cause, "strerror", None) or str(cause))


@cache
def _catalogue() -> dict[str, str]:
    import json  # not for --help

    text = Path(__file__).with_name("zh.json").read_text(encoding="utf-8")
    catalogue: dict[str, str] = json.loads(text)
    return catalogue


def chosen(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language that `--lang` asks for, else the environment: DOCGEN_LANG, LC_ALL, LC_MESSAGES, LANG."""
    asked = [after for before, after in pairwise(arguments) if before == "--lang"]
    asked += [text.removeprefix("--lang=") for text in arguments if text.startswith("--lang=")]
    asked += [text for name in (VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG") if (text := environment.get(name))]
    return "zh" if asked and asked[0].lower().startswith("zh") else "en"


@contextmanager
def using_language(language: str) -> Iterator[None]:
    """Speak this language, in this process and in those that it starts."""
    import gettext

    gettext.bindtextdomain("messages", LOCALE)
    before = {name: os.environ.get(name) for name in (VARIABLE, "LANGUAGE")}
    os.environ.update({VARIABLE: language, "LANGUAGE": language})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
