"""Templates of HTML and of plain text: checked, and compiled once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from docgen.errors import KitError
from docgen.expressions.sandbox import Sandbox, sandbox
from docgen.file_cache import cached_by_file
from docgen.language import system_reason, tr
from docgen.template import tag_numbers, text_runs
from docgen.template.context_types import Names
from docgen.template.examine import Compiled, Examined, compile_source, examine


class Page(NamedTuple):
    """A template of HTML or plain text as written, and the remarks on it."""

    source: str
    examined: Examined


def examine_page(path: Path, names: Names) -> Page:
    """The page at `path`, which may use `names`.  Raises KitError if it cannot be read."""
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        raise KitError(tr("{path}: cannot be read: {cause}", path=path, cause=system_reason(cause))) from cause
    return Page(source, examine(text_runs.of_page(str(path), source), names))


@cached_by_file
def compile_page(path: Path, names: Names) -> Compiled:
    """The page at `path`, compiled once while the file is the same.

    Raises KitError that lists every problem with its line.
    """
    source, examined = examine_page(path, names)
    if examined.problems:
        raise KitError(examined.problems)
    return compile_source(tag_numbers.marked(source, examined.tags), examined, environment(path.suffix))


@cache
def environment(suffix: str) -> Sandbox:
    """The sandbox of pages whose files are named like that; a plain text holds no markup."""
    return sandbox(lambda _missing: "—", markup=suffix.lower() != ".txt")
