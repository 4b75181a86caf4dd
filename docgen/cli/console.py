"""Output: results to stdout, messages to stderr, progress bars on a terminal only.

What is printed comes from files of strangers, so control characters are removed.  What goes to stderr may be kept
as a log, so mobile numbers are masked there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from docgen.errors import AmendmentError, DocgenError, KitError
from docgen.language import tr
from docgen.masking import masked
from docgen.text import printable

if TYPE_CHECKING:
    from logging import Logger

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from docgen.model.as_json import UnreadableJson

#: The levels of `logger`, as logging has them.
DEBUG, WARNING, ERROR = 10, 30, 40


@contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[], None]]:
    """A progress bar on a terminal, nothing elsewhere; yields the step to call for each thing done."""
    if not sys.stderr.isatty() or total < 2 or not prints_messages():
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


class _Printable:
    """What rich prints, without control characters in its texts."""

    def __init__(self, inner: RenderableType) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._inner, options):
            yield segment if segment.control else segment._replace(text=printable(segment.text))


def show(result: RenderableType) -> None:
    """Print a result for people."""
    console().print(_Printable(result), crop=False)


def print_line(result: object) -> None:
    """Print a result of one line."""
    click.echo(printable(str(result)))


def print_json(data: Any) -> None:
    """Print `data` as JSON, Chinese as it is where stdout takes it, piece by piece."""
    import json  # not for --help

    takes_all = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    encoder = json.JSONEncoder(ensure_ascii=not takes_all, indent=2)
    pieces = iter(encoder.iterencode(data))
    while text := "".join(islice(pieces, _PIECES)):
        click.echo(printable(text), nl=False)
    click.echo()


#: Pieces of JSON, a few characters each, that are printed together.
_PIECES = 10_000


class Streamed(list[Any]):
    """A list of JSON whose entries are made as they are printed, once; it has at least one."""

    def __init__(self, entries: Iterable[Any]) -> None:
        super().__init__([None])
        self._entries = entries

    def __iter__(self) -> Iterator[Any]:
        return iter(self._entries)


def print_message(text: str) -> None:
    """One line for people, on stderr; -q silences it."""
    if prints_messages():
        print_always(text)


def print_always(text: str) -> None:
    """Lines for people, on stderr, also under -q."""
    click.echo(printable(masked(text)), err=True)


def prints_messages() -> bool:
    """Whether more than errors is printed for people."""
    return logger().getEffectiveLevel() <= WARNING


def prints_all() -> bool:
    """Whether everything is printed (-v)."""
    return logger().isEnabledFor(DEBUG)


def reset_level() -> None:
    """Forget -q and -v, which hold for one command."""
    logger().setLevel(WARNING)


def logger() -> Logger:
    """The logger whose level says how much is printed."""
    import logging  # not for --help

    return logging.getLogger("docgen")


def report_unreadable(unreadable: Iterable[UnreadableJson]) -> None:
    """Print a line for each source that cannot be read."""
    for entry in unreadable:
        print_always(tr("error: {message}", message=entry["message"]))


def show_error(error: DocgenError) -> None:
    """Print an error as one line a problem, and its hint."""
    for problem in error.problems if isinstance(error, (KitError, AmendmentError)) else [error.message]:
        print_always(tr("error: {message}", message=problem))
    if error.hint:
        print_always(tr("hint: {hint}", hint=error.hint))
