"""Commands about kits and what is sent out: kits, blank."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from docgen.cli.console import print_line, print_message
from docgen.cli.options import common, day, load_kit, out_file
from docgen.cli.writing import write
from docgen.errors import UsageError
from docgen.language import tr


@click.command("kits")
@click.option("--copy", "target", type=click.Path(path_type=Path), metavar="DIR",
              help="Copy the kit to this new folder, as a start for your own.")  # fmt: skip
@common("kit", "verbosity")
def list_kits(target: Path | None, kit_name: str) -> None:
    """List the kits, or copy one."""
    from docgen.kit import kits
    from docgen.output import files

    if target is None:
        for folder in kits.folders():
            kit = kits.load(folder)
            print_line(f"{kit.name}  {kit.version}  {kit.title}  {folder}")
        return
    folder = load_kit(kit_name).folder
    if target.exists():
        raise UsageError(
            tr("--copy {target}: the folder exists already", target=target), tr("name a folder that does not exist yet")
        )
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    files.write_folder(target, contents)
    print_message(
        tr("copied {folder} to {target}; check with: docgen check SOURCE --kit {target}", folder=folder, target=target)
    )


@click.group()
def blank() -> None:
    """Make a form to send out, Excel or Word."""


@blank.command("sheet")
@click.option("--with-terms", is_flag=True, help="Add the sheet of commercial terms (never for the customer).")
@out_file
@common("kit", "force", "verbosity")
def blank_sheet(with_terms: bool, out: Path | None, kit_name: str, force: bool) -> None:
    """Make the blank intake sheet (Excel)."""
    kit = load_kit(kit_name)
    write(out or Path(f"{kit.title}.xlsx"), kit.blank_sheet(with_terms=with_terms), force=force)


@blank.command("form")
@out_file
@common("kit", "date", "force", "verbosity")
def blank_form(out: Path | None, kit_name: str, date: dt.datetime | None, force: bool) -> None:
    """Make the blank fillable form (Word)."""
    kit = load_kit(kit_name)
    write(out or Path(f"{kit.title}.docx"), kit.blank_form(day(date)), force=force)
