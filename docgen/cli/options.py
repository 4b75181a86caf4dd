"""Arguments and options that several commands share, and their values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from docgen import language
from docgen.cli.console import DEBUG, ERROR, logger, print_message
from docgen.errors import UsageError
from docgen.language import tr
from docgen.library import DEFAULT_KIT

if TYPE_CHECKING:
    from docgen.kit.terms import GivenTerms
    from docgen.library.kits import Kit
    from docgen.output.storage import Location
    from docgen.reading import ReadingProcess

_READING = "docgen.reading"
#: The most skipped files that are named.
_NAMED = 5
_Command = TypeVar("_Command", bound=Callable[..., Any])


def common(*names: str) -> Callable[[_Command], _Command]:
    """The named common options, spelt the same for every command."""
    every: dict[str, Callable[[Any], Any]] = {
        "kit": click.option("--kit", "kit_name", default=DEFAULT_KIT, metavar="NAME|FOLDER", show_default=True,
                            help="The kit to work with."),
        "terms": click.option("--terms", type=click.Path(path_type=Path), metavar="FILE",
                              help="Commercial terms: key: value in YAML, a workbook with a terms sheet, "
                                   "or a table with a row for each customer."),
        "date": click.option("--date", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD",
                             help="The date printed in documents (default: today, or SOURCE_DATE_EPOCH)."),
        "sheet": click.option("--sheet", metavar="NAME", help="Only the intakes of this sheet."),
        "row": click.option("--row", type=click.IntRange(min=1), metavar="N", help="Only the intake in this row."),
        "force": click.option("--force", is_flag=True, help="Overwrite existing files, edited ones included."),
        "amend": click.option("--amend", type=click.Path(path_type=Path), metavar="FILE",
                              help="Answers that we correct, in YAML; the source itself is not changed."),
        "json": click.option("--json", "as_json", is_flag=True, help="Print the results as JSON."),
        "verbosity": _verbosity,
        "lang": click.option("--lang", type=click.Choice(language.LANGUAGES), expose_value=False,
                             help="The language of messages and reports (default: by locale)."),
    }  # fmt: skip

    def decorate(command: _Command) -> _Command:
        for name in reversed(names):
            command = every[name](command)
        return command

    return decorate


def _verbosity(command: Any) -> Any:
    def set_level(_context: click.Context, parameter: click.Parameter, given: Any) -> None:
        if given:
            logger().setLevel(ERROR if parameter.name == "quiet" else DEBUG)

    quiet = click.option(
        "-q", "--quiet", is_flag=True, expose_value=False, callback=set_level, help="Print only errors."
    )
    verbose = click.option("-v", "--verbose", is_flag=True, expose_value=False, callback=set_level, help="Print more.")
    return quiet(verbose(common("lang")(command)))


class Place(click.ParamType[Any]):
    """A folder of this machine; with `stored` also an address of storage."""

    name = "folder"

    def __init__(self, *, stored: bool = False) -> None:
        self._stored = stored

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The Path or UPath of `value`."""
        from docgen.output.storage import is_remote, location

        if is_remote(value):
            return (
                location(value)
                if self._stored
                else self.fail(tr("{value}: only docgen batch writes there", value=value))
            )
        return click.Path(path_type=Path, file_okay=False).convert(value, param, ctx)


sources_argument = click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
source_argument = click.argument("source", metavar="SOURCE")
out_file = click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="The file to write.")


def _person(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    if given is None:
        return None
    name = " ".join(given.split())
    if not name:
        raise click.BadParameter(tr("is empty (give the name of a person)"))
    return name


reviewed_by_option = click.option(
    "--reviewed-by", metavar="NAME", callback=_person,
    help="Who decided on a manual intake; recorded in the manifest and the contract's properties.",
)  # fmt: skip


def load_kit(name: str) -> Kit:
    """The kit that --kit names."""
    from docgen.library.kits import Kit

    return Kit.load(name)


def reading() -> ReadingProcess:
    """The child process that reads the files of this command; it ends with the command."""
    from docgen.reading import ReadingProcess

    context = click.get_current_context()
    if _READING not in context.meta:
        context.meta[_READING] = context.with_resource(ReadingProcess())
    found: ReadingProcess = context.meta[_READING]
    return found


def load_terms(path: Path | None, kit: Kit) -> GivenTerms:
    """The terms that --terms gives, none without it."""
    from docgen.kit.terms import GivenTerms
    from docgen.library.kits import terms_in

    return GivenTerms() if path is None else terms_in(path, kit, reading().load_terms)


def day(given: dt.datetime | None) -> dt.date | None:
    """The day of --date, None without it."""
    return given and given.date()


def find_sources(sources: Sequence[str], kit: Kit, out: Location | None = None) -> list[Any]:
    """The files that SOURCE... means."""
    from docgen.output.storage import is_remote
    from docgen.sources import discover, nothing_to_read

    for source in filter(is_remote, sources):
        raise UsageError(
            tr("{source}: only docgen batch reads from there", source=source), tr("copy the file to this machine")
        )
    found = sources_among(discover(sources, out), kit)
    if not found:
        raise nothing_to_read(sources)
    return found


def sources_among(found: Iterable[Any], kit: Kit) -> list[Any]:
    """The files that are read; a line on stderr counts the others and names the first of them."""
    from docgen.formats.books import Unknown

    looked_at = [(one, reading().look(one, kit)) if isinstance(one, Unknown) else (one, None) for one in found]
    if others := [(name, what) for name, what in looked_at if what]:
        from docgen.batch.events import passed_over_text

        print_message(passed_over_text(others[:_NAMED], len(others)))
    return [Path(one) if isinstance(one, Unknown) else one for one, what in looked_at if what is None]
