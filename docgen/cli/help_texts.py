"""The help of commands and options in the language of a run; click's own words come from gettext."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from docgen.language import current, phrase, tr
from docgen.language.columns import padded, width, wrapped

_ONE_HELP = phrase("Show this message and exit.")


@contextmanager
def translated(root: click.Command) -> Iterator[None]:
    """The help of `root`, of its commands and their options in the language in use."""
    if current() == "en":
        yield
        return
    commands = list(_commands(root))
    parts = _parts(root)
    before = [(part, part.help) for part in parts]
    for part, text in before:
        part.help = text and "\n\n".join(map(_paragraph, inspect.cleandoc(text).split("\n\n")))
    for command in commands:
        command.context_class = _Context
    try:
        yield
    finally:
        for part, text in before:
            part.help = text
        for command in commands:
            command.context_class = click.Context


def _commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from _commands(inner)


def _parts(root: click.Command) -> list[click.Command | click.Option]:
    """All that has a help: commands and options."""
    found: list[click.Command | click.Option] = []
    for command in _commands(root):
        context = click.Context(command, **root.context_settings)
        found += [command, *(option for option in command.params if isinstance(option, click.Option))]
        asked = command.get_help_option(context)  # click makes it once, in the language of that moment
        if asked is not None:
            asked.help = _ONE_HELP
            found.append(asked)
    return found


def messages(root: click.Command) -> set[str]:
    """Every paragraph of help, as the catalogue has it."""
    texts = [part.help for part in _parts(root) if part.help]
    return {_message(paragraph) for text in texts for paragraph in inspect.cleandoc(text).split("\n\n")}


def _message(paragraph: str) -> str:
    return " ".join(paragraph.removeprefix("\b").split())


def _paragraph(paragraph: str) -> str:
    return ("\b\n" if paragraph.startswith("\b") else "") + tr(_message(paragraph))


class _Formatter(click.HelpFormatter):
    """Help in lines that fit a terminal, though Chinese has no blanks and is two columns wide."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """`[OPTIONS]` and `COMMAND [ARGS]...` are words of click's that it does not translate."""
        args = args.replace("[OPTIONS]", tr("[OPTIONS]")).replace("COMMAND [ARGS]...", tr("COMMAND [ARGS]..."))
        super().write_usage(prog, args, prefix or tr("Usage: "))

    def write_heading(self, heading: str) -> None:
        """The title of a list."""
        self.write(" " * self.current_indent + tr("{heading}:", heading=heading) + "\n")

    def write_text(self, text: str) -> None:
        """Paragraphs; one that begins with a line of \\b keeps its lines."""
        indent = " " * self.current_indent
        paragraphs = (self._lines(paragraph, self.width - len(indent)) for paragraph in text.split("\n\n"))
        self.write("\n\n".join("\n".join(indent + line for line in lines) for lines in paragraphs) + "\n")

    @staticmethod
    def _lines(paragraph: str, columns: int) -> list[str]:
        texts = paragraph.splitlines()[1:] if paragraph.startswith("\b") else [" ".join(paragraph.split())]
        return [line for text in texts for line in wrapped(text, columns)]

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """A list in two columns."""
        rows, indent = list(rows), " " * self.current_indent
        first = min(max((width(term) for term, _ in rows), default=0), col_max) + col_spacing
        for term, text in rows:
            lines = wrapped(text, max(self.width - first - 2, 10)) or [""]
            if width(term) > first - col_spacing:
                self.write(f"{indent}{term}\n")
                term = ""
            for line in lines:
                self.write(f"{indent}{padded(term, first)}{line}".rstrip() + "\n")
                term = ""


class _Context(click.Context):
    formatter_class = _Formatter
