"""Commands about the register of final contracts: register list, register export."""

from __future__ import annotations

from pathlib import Path

import click

from docgen.cli.console import print_message, show
from docgen.cli.options import common
from docgen.cli.writing import write
from docgen.errors import UsageError
from docgen.language import either, plural, tr

_file = click.argument("file", type=click.Path(path_type=Path), metavar="FILE")


@click.group()
def register() -> None:
    """Look into a register of final contracts (docgen contract --final --register FILE)."""


@register.command("list")
@_file
@common("verbosity")
def list_(file: Path) -> None:
    """List the contracts of a register, and which customers may be the same."""
    from docgen.cli import customer_views
    from docgen.packet.register import read

    entries = read(file)
    show(customer_views.register(entries))
    print_message(plural(len(entries), "{file}: {count} contract", "{file}: {count} contracts", file=file))


@register.command()
@_file
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE",
              help="The file to write: .xlsx (default), .csv, or .ics for a calendar of the last days.")  # fmt: skip
@common("force", "verbosity")
def export(file: Path, out: Path | None, force: bool) -> None:
    """Export a register as a workbook, as csv, or as a calendar of the days on which contracts end."""
    from docgen.packet.register import read
    from docgen.packet.register_export import EXPORTS, export_for

    target = out or Path(file.with_suffix(".xlsx").name)
    make = export_for(target)
    if make is None:
        what = tr("{target}: no register is exported as that", target=target)
        raise UsageError(what, tr("name the file {suffixes}", suffixes=either(EXPORTS)))
    write(target, make(read(file)), force=force)
