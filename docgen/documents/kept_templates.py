"""The compiled templates of a kit, kept between runs: what was made of a file is made again when the file, the kit or
docgen changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from docgen import language, user_cache
from docgen.file_cache import cached_by_file
from docgen.kit import kept
from docgen.model.kit import Kit
from docgen.template import page, word
from docgen.template.context_types import Names
from docgen.template.examine import Compiled
from docgen.template.numbering import ListLevel, Lists
from docgen.template.package import Part
from docgen.template.tags import Tag
from docgen.template.word import WordTemplate

_Made = TypeVar("_Made")
_NamesOf = Callable[[Kit], Names]


@cached_by_file
def word_template(path: Path, kit: Kit, names: _NamesOf) -> WordTemplate:
    """The Word template at `path`, compiled; it may use the `names` of the kit.  Raises KitError."""

    def restored(data: Any) -> WordTemplate:
        parts, main, at_risk, lists = data
        return WordTemplate(path, {name: _part(one) for name, one in parts.items()}, main, at_risk, _lists(lists), {})

    return _from_cache("word", path, kit, names, word.compile_template, _plain_word, restored)


@cached_by_file
def page_template(path: Path, kit: Kit, names: _NamesOf) -> Compiled:
    """The page at `path`, compiled; it may use the `names` of the kit.  Raises KitError."""

    def restored(data: Any) -> Compiled:
        return _compiled(page.environment(path.suffix), data)

    return _from_cache("page", path, kit, names, page.compile_page, _plain_code, restored)


def _from_cache(
    kind: str, path: Path, kit: Kit, names: _NamesOf, make: Callable[[Path, Names], _Made],
    plain: Callable[[_Made], Any], restored: Callable[[Any], _Made],
) -> _Made:  # fmt: skip
    parts = _parts(path, kit, names)
    if parts and (found := user_cache.find(kind, parts)):
        return restored(found)
    made = make(path, names(kit))
    if parts and parts == _parts(path, kit, names):  # it was not written again while it was read
        user_cache.keep(kind, parts, plain(made))
    return made


def _parts(path: Path, kit: Kit, names: _NamesOf) -> tuple[str | bytes, ...]:
    """What determines a compiled template: its path, which errors name in the user's language, its content,
    and what it may use; nothing if it is not to be kept."""
    if not user_cache.is_on():
        return ()
    try:
        content = path.read_bytes()
    except OSError:
        return ()
    return str(path), content, _mark(kit), f"{names.__module__}.{names.__qualname__}", language.current()


@cache
def _mark(kit: Kit) -> str:
    return hashlib.sha256(repr(kept.entries(kit)).encode("utf-8", "surrogatepass")).hexdigest()


# -- as plain data -----------------------------------------------------------------------------------


def _plain_code(compiled: Compiled) -> Any:
    tags = [tuple(getattr(tag, one.name) for one in fields(tag)) for tag in compiled.tags]
    return compiled.code, tags, compiled.owners


def _compiled(environment: Any, data: Any) -> Compiled:
    code, tags, owners = data
    return Compiled.of_code(environment, code, tuple(Tag(*tag) for tag in tags), owners)


def _plain_word(template: WordTemplate) -> Any:
    parts = {
        name: (True, _plain_code(one)) if isinstance(one, Compiled) else (False, tuple(one))
        for name, one in template.parts.items()
    }
    return parts, template.main, template.at_risk, template.lists and _plain_lists(template.lists)


def _part(data: Any) -> Compiled | Part:
    is_compiled, inner = data
    return _compiled(word.environment(), inner) if is_compiled else Part(*inner)


def _plain_lists(lists: Lists) -> Any:
    levels = {name: {depth: tuple(level) for depth, level in found.items()} for name, found in lists.levels.items()}
    return lists.shared, levels, lists.restarts, lists.styles


def _lists(data: Any) -> Lists | None:
    if not data:
        return None
    shared, levels, restarts, styles = data
    restored = {name: {depth: ListLevel(*level) for depth, level in found.items()} for name, found in levels.items()}
    return Lists(shared, restored, restarts, styles)
