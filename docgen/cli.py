"""The command line: parse, call, print, exit.  Heavy modules are imported by the command that needs them."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from docgen import __version__
from docgen.errors import DocgenError, ExitCode, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from docgen.assess import Assessed, Unreadable
    from docgen.intake import Value, Verdict
    from docgen.kit import Kit
    from docgen.packet import Making, Packet

_Command = TypeVar("_Command", bound=Callable[..., Any])
DEFAULT_OUT = "outputs"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="docgen")
def cli() -> None:
    """Turn intake sheets into customer packets: a fillable form, a review summary, a contract draft.

    \b
    Exit codes: 0 done · 1 unexpected · 2 usage · 3 source unreadable · 4 an intake is incomplete ·
    5 an intake is rejected · 6 kit or template wrong · 7 cannot write · 8 batch finished with failures ·
    9 system library or font missing · 10 a document failed its own check · 130 interrupted
    """


def _options(*names: str) -> Callable[[_Command], _Command]:
    """The named common options, spelt the same for every command."""
    every: dict[str, Callable[[Any], Any]] = {
        "kit": click.option("--kit", "kit_name", default="caller-number", metavar="NAME|FOLDER", show_default=True,
                            help="The kit to work with."),
        "terms": click.option("--terms", type=click.Path(path_type=Path), metavar="FILE",
                              help="Commercial terms, a YAML file of key: value."),
        "date": click.option("--date", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD",
                             help="The date that documents carry (default: today, or SOURCE_DATE_EPOCH)."),
        "sheet": click.option("--sheet", metavar="NAME", help="Only the intakes of this sheet."),
        "row": click.option("--row", type=click.IntRange(min=1), metavar="N", help="Only the intake in this row."),
        "force": click.option("--force", is_flag=True, help="Overwrite what stands there, edited work included."),
        "json": click.option("--json", "as_json", is_flag=True, help="Print the results as JSON."),
        "talk": _talk_options,
    }  # fmt: skip

    def decorate(command: _Command) -> _Command:
        for name in reversed(names):
            command = every[name](command)
        return command

    return decorate


def _talk_options(command: Any) -> Any:
    def talk(_context: click.Context, parameter: click.Parameter, given: Any) -> None:
        if given:
            logging.getLogger().setLevel(logging.ERROR if parameter.name == "quiet" else logging.DEBUG)

    quiet = click.option("-q", "--quiet", is_flag=True, expose_value=False, callback=talk, help="Say only errors.")
    verbose = click.option("-v", "--verbose", is_flag=True, expose_value=False, callback=talk, help="Say more.")
    return quiet(verbose(command))


_sources = click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
_source = click.argument("source", metavar="SOURCE")
_out_file = click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="The file to write.")


# -- kits and blanks -------------------------------------------------------------------------------


@cli.command()
@click.option("--copy", "target", type=click.Path(path_type=Path), metavar="DIR",
              help="Copy the kit to this new folder, to start one's own.")  # fmt: skip
@_options("kit", "talk")
def kits(target: Path | None, kit_name: str) -> None:
    """List the kits there are, or copy one."""
    from docgen import files, kitfile

    if target is None:
        for folder in kitfile.folders():
            kit = kitfile.load(folder)
            click.echo(f"{kit.name}  {kit.version}  {kit.title}  {folder}")
        return
    folder = kitfile.find(kit_name)
    if target.exists():
        raise UsageError(f"--copy {target}: exists already", "name a folder that does not exist yet")
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    files.write_folder(target, contents)
    _say(f"copied {folder} to {target}; check with: docgen check SOURCE --kit {target}")


@cli.group()
def blank() -> None:
    """Make a form to send out, Excel or Word."""


@blank.command("sheet")
@click.option("--with-terms", is_flag=True, help="Add the sheet of commercial terms (never for the customer).")
@_out_file
@_options("kit", "force", "talk")
def blank_sheet(with_terms: bool, out: Path | None, kit_name: str, force: bool) -> None:
    """Make the blank intake sheet (Excel)."""
    kit = _kit(kit_name)
    from docgen.render.sheet import blank_sheet as build

    _write(out or Path(f"{kit.title}.xlsx"), build(kit, with_terms=with_terms), force=force)


@blank.command("form")
@_out_file
@_options("kit", "force", "talk")
def blank_form(out: Path | None, kit_name: str, force: bool) -> None:
    """Make the blank fillable form (Word)."""
    kit = _kit(kit_name)
    from docgen.render.form import render_form

    _write(out or Path(f"{kit.title}.docx"), render_form(kit), force=force)


# -- check -----------------------------------------------------------------------------------------


@cli.command()
@_sources
@_options("json", "kit", "terms", "sheet", "row", "talk")
def check(
    sources: tuple[str, ...], as_json: bool, kit_name: str, terms: Path | None, sheet: str | None, row: int | None
) -> None:
    """Say what is missing, refused or to be decided, with place and remedy; writes nothing."""
    kit = _kit(kit_name)
    from docgen.assess import assess_all

    run = assess_all(_discover(sources), kit, _terms(terms, kit), sheet, row)
    if as_json:
        from docgen.intake import intake_json

        _print_json(
            {
                "docgen": __version__,
                "kit": kit.folder.resolve().name,
                "intakes": [intake_json(item.intake, item.review, kit.fields) for _, item in run.assessed],
                "unreadable": [entry._asdict() for entry in run.unreadable],
            }
        )
    else:
        from docgen import screen

        console = _console()
        for _, item in run.assessed:
            console.print(screen.assessment(item))
    _report_unreadable(run.unreadable)
    _exit_by((item.review.verdict for _, item in run.assessed), run.unreadable)


# -- one document ----------------------------------------------------------------------------------


@cli.command()
@_source
@_out_file
@_options("kit", "sheet", "row", "force", "talk")
def form(source: str, out: Path | None, kit_name: str, sheet: str | None, row: int | None, force: bool) -> None:
    """Make the fillable Word form, prefilled from SOURCE."""
    kit = _kit(kit_name)
    _, item = _exactly_one(source, kit, {}, sheet, row)
    from docgen.packet import document_names
    from docgen.render.form import render_form

    name = Path(document_names(kit, item)["form"])
    _write(out or name, render_form(kit, item.intake.values), force=force)
    _exit_by([item.review.verdict])


@cli.command()
@_source
@_out_file
@_options("kit", "terms", "date", "sheet", "row", "force", "talk")
def review(
    source: str, out: Path | None, kit_name: str, terms: Path | None, date: dt.datetime | None,
    sheet: str | None, row: int | None, force: bool,
) -> None:  # fmt: skip
    """Make the review summary (PDF) of SOURCE."""
    kit = _kit(kit_name)
    path, item = _exactly_one(source, kit, _terms(terms, kit), sheet, row)
    from docgen import packet

    making = packet.Making(kit, _date(date), Path(), only=("review", "contract"))
    documents, _pending = packet.render(item, path.read_bytes(), making)
    name, content = documents["review"] or ("", b"")
    _write(out or Path(name), content, force=force)
    _exit_by([item.review.verdict])


@cli.command()
@_source
@_out_file
@click.option("--final", is_flag=True, help="Without the watermark; refused while a value is pending.")
@click.option("--allow-unready", is_flag=True,
              help="Also for an incomplete or rejected intake; every page is marked.")  # fmt: skip
@_options("kit", "terms", "date", "sheet", "row", "force", "talk")
def contract(
    source: str, out: Path | None, final: bool, allow_unready: bool, kit_name: str, terms: Path | None,
    date: dt.datetime | None, sheet: str | None, row: int | None, force: bool,
) -> None:  # fmt: skip
    """Make the contract draft (Word) for SOURCE."""
    kit = _kit(kit_name)
    _, item = _exactly_one(source, kit, _terms(terms, kit), sheet, row)
    from docgen import packet
    from docgen.render.context import Occasion

    verdict = item.review.verdict
    ready = verdict in packet.READY
    if not ready and not allow_unready:
        _say(f"{source}: the intake is {verdict.value}: no contract is made (--allow-unready makes a marked one)")
        _exit_by([verdict])
    rendered = packet.contract_of(item, kit, Occasion(_date(date), draft=not final, unready=not ready))
    for label in rendered.pending:
        _say(f"pending: {label}")
    if final and rendered.pending:
        _say(f"{source}: {len(rendered.pending)} values are pending: no final contract is made")
        raise click.exceptions.Exit(ExitCode.INCOMPLETE)
    name = Path(packet.document_names(kit, item)["contract"])
    _write(out or name, rendered.content, force=force)
    _exit_by([verdict])


# -- packets ---------------------------------------------------------------------------------------


@cli.command()
@_sources
@click.option("-o", "--out", default=DEFAULT_OUT, type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              show_default=True, help="The folder that gets a folder for each packet.")  # fmt: skip
@_options("json", "kit", "terms", "date", "sheet", "row", "force", "talk")
def packet(
    sources: tuple[str, ...], out: Path, as_json: bool, kit_name: str, terms: Path | None, date: dt.datetime | None,
    sheet: str | None, row: int | None, force: bool,
) -> None:  # fmt: skip
    """Make all documents of every intake in SOURCE, a folder each."""
    kit = _kit(kit_name)
    from docgen import packet as packets
    from docgen.assess import assess_all

    run = assess_all(_discover(sources, out), kit, _terms(terms, kit), sheet, row)
    making = packets.Making(kit, _date(date), out, force)
    made = _make_all(run.assessed, making)
    if as_json:
        unreadable = [entry._asdict() for entry in run.unreadable]
        _print_json({"packets": [_packet_json(item) for item in made], "unreadable": unreadable})
    else:
        from docgen import screen

        for item in made:
            _console().print(screen.packet(item))
    _report_unreadable(run.unreadable)
    _exit_by((item.verdict for item in made), run.unreadable)


def _make_all(assessed: list[tuple[Path, Assessed]], making: Making) -> list[Packet]:
    """Every packet; all names are settled, and all refusals raised, before the first is written."""
    from docgen import packet as packets

    names = packets.folder_names([item.intake for _, item in assessed])
    for name in names:
        packets.refuse_to_lose(making.out / name, force=making.force)
    with _progress(len(names), "packets") as advance:
        made = []
        for (path, item), name in zip(assessed, names, strict=True):
            made.append(packets.make(item, path, making, name))
            advance()
    return made


def _packet_json(made: Packet) -> dict[str, Any]:
    return {
        "name": made.name,
        "verdict": made.verdict.value,
        "folder": str(made.folder.resolve()),
        "files": {kind: path and str(path.resolve()) for kind, path in made.files.items()},
        "pending": list(made.pending),
    }


# -- verify and batch ------------------------------------------------------------------------------


def _kinds(_context: click.Context, _parameter: click.Parameter, given: str | None) -> tuple[str, ...]:
    from docgen.packet import KINDS

    if given is None:
        return KINDS
    asked = [kind.strip() for kind in given.split(",")]
    unknown = [kind for kind in asked if kind not in KINDS]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: the documents are {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in asked)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR")
def verify(folder: Path) -> None:
    """Say whether the packet in DIR is as it was made."""
    from docgen import manifest

    differences = manifest.verify(folder)
    for name, state in differences:
        click.echo(f"{state:8}{name}")
    if differences:
        raise click.exceptions.Exit(ExitCode.PROOF)
    _say(f"{folder}: as made")


@cli.command()
@_sources
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="The folder that gets a folder for each packet, and report.xlsx.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Worker processes (default: the usable cores).")
@click.option("--only", callback=_kinds, metavar="LIST", help="Only these documents: form,review,contract.")
@click.option("--dry-run", is_flag=True, help="List the sources that would be read, and stop.")
@_options("kit", "terms", "date", "force", "talk")
def batch(
    sources: tuple[str, ...], out: Path, jobs: int | None, only: tuple[str, ...], dry_run: bool, kit_name: str,
    terms: Path | None, date: dt.datetime | None, force: bool,
) -> None:  # fmt: skip
    """Make the packets of many sources; a bad one never stops the others.

    Folders are searched, tables give a packet for each row.  report.xlsx in DIR lists every intake,
    finding and failure.
    """
    kit = _kit(kit_name)
    given_terms = _terms(terms, kit)
    paths = _discover(sources, out)
    if dry_run:
        for path in paths:
            click.echo(path)
        return
    from docgen import files, packet
    from docgen.batch import report, workers

    making = packet.Making(kit, _date(date), out, force, only)
    units = [workers.Unit(path, making, given_terms) for path in paths]
    made: list[workers.Made] = []
    failures: list[workers.Failure] = []
    with _progress(len(units), "sources") as advance:
        for outcome in workers.run(units, jobs or workers.usable_cores()):
            made += outcome.made
            failures += outcome.failures
            advance()
    made.sort(key=lambda item: (item.intake.source, item.intake.sheet or "", item.intake.row or 0))
    failures.sort()
    files.write_file(out / report.REPORT, report.build(made, failures, out), replace=True)
    for failure in failures:
        click.echo(f"error: {failure.source}: {failure.place} {failure.reason}", err=True)
    _say(f"{len(made)} packets, {len(failures)} failures; {out / report.REPORT} lists them")
    if failures:
        raise click.exceptions.Exit(ExitCode.BATCH)
    _exit_by(item.review.verdict for item in made)


# -- shared steps ----------------------------------------------------------------------------------


def _kit(name: str) -> Kit:
    from docgen import kitfile

    return kitfile.load(kitfile.find(name))


def _terms(path: Path | None, kit: Kit) -> Mapping[str, Value]:
    if path is None:
        return {}
    if not path.exists():
        raise UsageError(f"--terms {path}: there is no such file")
    from docgen import terms

    return terms.load(path, kit)


def _date(given: dt.datetime | None) -> dt.date:
    """--date, else SOURCE_DATE_EPOCH (UTC), else today."""
    if given is not None:
        return given.date()
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC).date()
    return dt.datetime.now().astimezone().date()


def _discover(sources: Iterable[str], out: Path | None = None) -> list[Path]:
    from docgen.batch.discover import discover

    return discover(sources, out)


def _exactly_one(
    source: str, kit: Kit, terms: Mapping[str, Value], sheet: str | None, row: int | None
) -> tuple[Path, Assessed]:
    """The one intake that a command for one document works on.  Exits with 3 where the source is unreadable."""
    from docgen.assess import assess_all

    run = assess_all(_discover([source]), kit, terms, sheet, row)
    if run.unreadable:
        _report_unreadable(run.unreadable)
        raise click.exceptions.Exit(ExitCode.UNREADABLE)
    if len(run.assessed) != 1:
        raise UsageError(
            f"{source} holds {len(run.assessed)} intakes, and this command makes one document",
            "choose one with --sheet and --row, or make all with: docgen packet",
        )
    return run.assessed[0]


def _exit_by(verdicts: Iterable[Verdict], unreadable: Sequence[Unreadable] = ()) -> NoReturn:
    from docgen.assess import exit_code

    raise click.exceptions.Exit(exit_code(verdicts, unreadable))


def _write(path: Path, content: bytes, *, force: bool) -> None:
    from docgen import files

    files.write_file(path, content, replace=force)
    _say(f"wrote {path}")


# -- talking ---------------------------------------------------------------------------------------


@contextmanager
def _progress(total: int, what: str) -> Iterator[Callable[[], None]]:
    """A progress bar on a terminal, nothing elsewhere; yields the step to call for each thing done."""
    if not sys.stderr.isatty() or total < 2 or not _talks():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


def _console() -> Console:
    from rich.console import Console

    width = None if sys.stdout.isatty() else 160
    return Console(width=width, highlight=False, soft_wrap=False)


def _print_json(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def _say(text: str) -> None:
    """One line to people, on stderr; -q keeps it in."""
    if _talks():
        click.echo(text, err=True)


def _talks() -> bool:
    return logging.getLogger().getEffectiveLevel() <= logging.WARNING


def _report_unreadable(unreadable: Iterable[Unreadable]) -> None:
    for entry in unreadable:
        click.echo(f"error: {entry.message}", err=True)


def main() -> NoReturn:
    """The console script: run the command line, and turn every failure into one line and an exit code."""
    logging.basicConfig(format="%(name)s: %(message)s", stream=sys.stderr, level=logging.WARNING)
    sys.exit(run())


def run(args: Sequence[str] | None = None) -> int:
    """Run the command line `args` (default: those of the process) and return the exit code; never raises."""
    try:
        result = cli.main(args, prog_name="docgen", standalone_mode=False)
        return int(result) if isinstance(result, int) else ExitCode.DONE
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except DocgenError as error:
        _show(error)
        return error.exit_code
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception as error:  # noqa: BLE001 - the last line of defence: a message instead of a traceback
        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        click.echo(f"error: unexpected {type(error).__name__}: {error} (run again with -v for details)", err=True)
        return ExitCode.UNEXPECTED


def _show(error: DocgenError) -> None:
    from docgen.errors import KitError

    if isinstance(error, KitError):
        for problem in error.problems:
            click.echo(f"error: {problem}", err=True)
    else:
        click.echo(f"error: {error.message}", err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)
