"""The command `docgen`: its commands, and every failure as one line and an exit code."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from docgen import __version__
from docgen.cli import batches, documents, machine, packets, templates
from docgen.cli.talk import show_error
from docgen.errors import DocgenError, ExitCode


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="docgen")
def cli() -> None:
    """Turn intake sheets into customer packets: a fillable form, a review summary, a contract draft.

    \b
    Exit codes: 0 done · 1 unexpected · 2 usage · 3 source unreadable · 4 an intake is incomplete ·
    5 an intake is rejected · 6 kit or template wrong · 7 cannot write · 8 batch finished with failures ·
    9 system library or font missing · 10 a document failed its own check · 130 interrupted
    """


for command in (
    documents.kits, documents.blank, documents.check, documents.return_,
    documents.form, documents.review, documents.contract,
    packets.packet, batches.batch, packets.verify, machine.fonts, templates.template,
):  # fmt: skip
    cli.add_command(command)


def main() -> NoReturn:
    """The console script: run the command line, and turn every failure into one line and an exit code."""
    logging.basicConfig(format="%(name)s: %(message)s", stream=sys.stderr, level=logging.WARNING)
    sys.exit(run())


def run(args: Sequence[str] | None = None) -> int:
    """Run the command line `args` (default: those of the process) and return the exit code; never raises."""
    logging.getLogger().setLevel(logging.WARNING)  # -q and -v hold for one command
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
        show_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception as error:
        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        click.echo(f"error: unexpected {type(error).__name__}: {error} (run again with -v for details)", err=True)
        return ExitCode.UNEXPECTED
