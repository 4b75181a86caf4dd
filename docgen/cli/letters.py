"""The command `letter`: the message to the customer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from docgen.cli.console import print_line
from docgen.cli.inputs import asked, exactly_one, exit_by
from docgen.cli.options import common, day, out_file, source_argument
from docgen.cli.writing import write
from docgen.errors import UsageError
from docgen.language import tr


@click.command()
@source_argument
@click.option("--format", "kind", type=click.Choice(["text", "html", "eml"]), default="text", show_default=True,
              help="Text to paste into a chat; a page; or a mail with the returned sheet attached.")  # fmt: skip
@click.option("--deadline", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD",
              help="The day until which the letter asks for an answer.")  # fmt: skip
@out_file
@common("kit", "terms", "amend", "date", "sheet", "row", "force", "verbosity")
def letter(
    source: str, kind: str, deadline: dt.datetime | None, out: Path | None, kit_name: str, terms: Path | None,
    amend: Path | None, date: dt.datetime | None, sheet: str | None, row: int | None, force: bool,
) -> None:  # fmt: skip
    """Write the message to the customer: what to correct, or what happens next.

    Text goes to stdout unless -o names a file.  The message contains nothing internal.
    """
    case = exactly_one(source, asked(kit_name, terms, amend, date, sheet, row))
    until = day(deadline)
    if until and until < case.printed_date():
        date_of = case.printed_date()
        raise UsageError(tr("--deadline {until} is before the date of the letter, {date}", until=until, date=date_of))
    made = case.letter(deadline=until)
    if kind == "text" and out is None:
        print_line(made.text.rstrip("\n"))
        exit_by([case.verdict])
    if kind == "eml":
        content = case.letter_mail(deadline=until)
    else:
        content = (made.html if kind == "html" else made.text).encode()
    suffix = {"text": ".txt", "html": ".html", "eml": ".eml"}[kind]
    write(out or Path(made.subject + suffix), content, force=force)
    exit_by([case.verdict])
