"""Talking: results to stdout, everything for people to stderr, progress on a terminal only."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from docgen.errors import DocgenError, KitError

if TYPE_CHECKING:
    from rich.console import Console

    from docgen.assess import Unreadable


@contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[], None]]:
    """A progress bar on a terminal, nothing elsewhere; yields the step to call for each thing done."""
    if not sys.stderr.isatty() or total < 2 or not talks():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


def console() -> Console:
    """The console for results: as wide as the terminal, 160 columns elsewhere."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 160
    return Console(width=width, highlight=False, soft_wrap=False)


def print_json(data: Any) -> None:
    """Print `data` as JSON, Chinese as it is."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def say(text: str) -> None:
    """One line to people, on stderr; -q keeps it in."""
    if talks():
        click.echo(text, err=True)


def talks() -> bool:
    """Whether people want to hear more than errors."""
    return logging.getLogger().getEffectiveLevel() <= logging.WARNING


def report_unreadable(unreadable: Iterable[Unreadable]) -> None:
    """Print a line for each source that cannot be read."""
    for entry in unreadable:
        click.echo(f"error: {entry.message}", err=True)


def show_error(error: DocgenError) -> None:
    """Print an error as one line a problem, and its hint."""
    for problem in error.problems if isinstance(error, KitError) else [error.message]:
        click.echo(f"error: {problem}", err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)
