"""The command `docgen`: its commands, its language, and every failure as one line and an exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

import click

from docgen import __version__, language
from docgen.cli import batches, checks, desk, documents, kits, letters, machine, packets, registers, schemas, templates
from docgen.cli.console import print_always, prints_all, reset_level, show_error
from docgen.cli.help_texts import translated
from docgen.cli.options import common
from docgen.errors import DocgenError, ExitCode, bug, trace
from docgen.language import tr
from docgen.workers import garbage


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(
    __version__, prog_name="docgen", message="%(prog)s, version %(version)s", help="Show the version and exit."
)
@common("lang")
@click.pass_obj
def cli(begin: Callable[[], None]) -> None:
    """Turn intake sheets into customer packets: a fillable form, a review summary, a contract draft.

    \b
    Exit codes: 0 done · 1 unexpected · 2 usage · 3 source unreadable · 4 an intake is incomplete ·
    5 an intake is rejected · 6 kit or template wrong · 7 cannot write · 8 batch finished with failures ·
    9 system library or font missing · 10 a document failed its own check · 130 interrupted
    """
    begin()


for command in (
    kits.list_kits, kits.blank, checks.check, documents.return_,
    documents.form, documents.review, documents.contract, letters.letter, registers.register,
    packets.packet, batches.batch, desk.desk, packets.verify, machine.fonts, schemas.schema, templates.template,
):  # fmt: skip
    cli.add_command(command)


def main() -> NoReturn:
    """The console script: run the command line, and turn every failure into one line and an exit code."""
    garbage.look_seldom()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # not every locale has every character
    sys.exit(run(begin=_log_to_stderr))


def _log_to_stderr() -> None:
    import logging  # not for --help

    logging.basicConfig(format="%(name)s: %(message)s", stream=sys.stderr, level=logging.WARNING)
    reset_level()


def run(args: Sequence[str] | None = None, begin: Callable[[], None] = reset_level) -> int:
    """Run the command line `args` (default: those of the process) and return the exit code; never raises.

    `begin` is called before a command, not for the help on all of them.
    """
    given = sys.argv[1:] if args is None else list(args)
    with language.using_language(language.chosen(given, os.environ)), translated(cli):
        return _run(given, begin)


def _run(args: list[str], begin: Callable[[], None]) -> int:
    try:
        result = cli.main(args, prog_name="docgen", standalone_mode=False, obj=begin)
        return int(result) if isinstance(result, int) else ExitCode.DONE
    except (click.exceptions.Abort, KeyboardInterrupt):
        print_always(tr("interrupted"))
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        usage = io.StringIO()
        error.show(usage)
        print_always(usage.getvalue().rstrip())
        return error.exit_code
    except DocgenError as error:
        show_error(error)
        return error.exit_code
    except SystemExit:  # click's own, where the reader of the output has ended, as `head` does
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001  a bug ends here, in one line
        if prints_all():
            print_always(trace(error))
        print_always(
            tr("error: {bug}; please report it (run again with -v for the calls that led there)", bug=bug(error))
        )
        return ExitCode.UNEXPECTED
