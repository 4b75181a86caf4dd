"""Commands that make one document of a source: return, form, review, contract."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from docgen.cli.console import say
from docgen.cli.inputs import asked, exactly_one, exit_by, readable
from docgen.cli.options import (
    common,
    out_file,
    reading,
    reviewed_by_option,
    source_argument,
)
from docgen.cli.writing import write
from docgen.errors import ExitCode, NotReadyError, UsageError

#: Sheets in one workbook beyond which nobody finds theirs.
_MOST_SHEETS = 200


@click.command("return")
@source_argument
@click.option("--docx", "as_form", is_flag=True, help="Make a Word form of it (one intake only).")
@out_file
@common("kit", "terms", "amend", "date", "sheet", "row", "force", "talk")
def return_(
    source: str, as_form: bool, out: Path | None, kit_name: str, terms: Path | None, amend: Path | None,
    date: dt.datetime | None, sheet: str | None, row: int | None, force: bool,
) -> None:  # fmt: skip
    """Make the sheet that goes back to the customer, every problem marked and explained in place."""
    how = asked(kit_name, terms, amend, date, sheet, row)
    find = exactly_one if as_form else readable
    found = find(source, how)
    cases = found if isinstance(found, list) else [found]
    if len(cases) > _MOST_SHEETS:
        raise UsageError(
            f"{source} holds {len(cases)} intakes, too many for one workbook", "choose with --sheet, --row"
        )
    from docgen.library.cases import correction_sheet
    from docgen.packet.packet import returned_name

    content = cases[0].correction_form() if as_form else correction_sheet(cases)
    name = Path(returned_name(how.kit, [case.reviewed for case in cases], Path(source)))
    write(out or name.with_suffix(".docx" if as_form else ".xlsx"), content, force=force)
    exit_by(case.verdict for case in cases)


@click.command()
@source_argument
@out_file
@common("kit", "terms", "amend", "date", "sheet", "row", "force", "talk")
def form(
    source: str, out: Path | None, kit_name: str, terms: Path | None, amend: Path | None, date: dt.datetime | None,
    sheet: str | None, row: int | None, force: bool,
) -> None:  # fmt: skip
    """Make the fillable Word form, prefilled from SOURCE."""
    case = exactly_one(source, asked(kit_name, terms, amend, date, sheet, row))
    write(out or Path(case.file_names["form"]), case.form(), force=force)
    exit_by([case.verdict])


@click.command()
@source_argument
@out_file
@common("kit", "terms", "amend", "date", "sheet", "row", "force", "talk")
def review(
    source: str, out: Path | None, kit_name: str, terms: Path | None, amend: Path | None, date: dt.datetime | None,
    sheet: str | None, row: int | None, force: bool,
) -> None:  # fmt: skip
    """Make the review summary (PDF) of SOURCE."""
    case = exactly_one(source, asked(kit_name, terms, amend, date, sheet, row))
    write(out or Path(case.file_names["review"]), case.review(), force=force)
    exit_by([case.verdict])


@click.command()
@source_argument
@out_file
@click.option("--final", is_flag=True,
              help="Without the watermark; refused while a value is pending or a decision is open.")  # fmt: skip
@reviewed_by_option
@click.option("--allow-unready", is_flag=True,
              help="Also for an incomplete or rejected intake; every page is marked.")  # fmt: skip
@click.option("--compare", "old", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="OLD.docx",
              help="Show every change against this earlier draft as a tracked change.")  # fmt: skip
@common("kit", "terms", "amend", "date", "sheet", "row", "force", "talk")
def contract(
    source: str, out: Path | None, final: bool, reviewed_by: str | None, allow_unready: bool, old: Path | None,
    kit_name: str, terms: Path | None, amend: Path | None, date: dt.datetime | None, sheet: str | None,
    row: int | None, force: bool,
) -> None:  # fmt: skip
    """Make the contract draft (Word) for SOURCE."""
    if final and allow_unready:
        raise UsageError("--final and --allow-unready do not go together: a final contract is made of a ready intake")
    case = exactly_one(source, asked(kit_name, terms, amend, date, sheet, row))
    try:
        content: bytes = (made := case.contract(final=final, reviewed_by=reviewed_by, allow_unready=allow_unready))
    except NotReadyError as refusal:
        _say_pending(refusal.pending)
        say(refusal.message if refusal.pending else str(refusal))
        if not case.ready:
            exit_by([case.verdict])
        raise click.exceptions.Exit(ExitCode.INCOMPLETE) from refusal
    _say_pending(made.pending)
    if old is not None:
        from docgen.documents.redline import redline

        reading().require_word(old)
        content = redline(old, content, case.printed_date())
    write(out or Path(case.file_names["contract"]), content, force=force)
    exit_by([case.verdict])


def _say_pending(labels: tuple[str, ...]) -> None:
    for label in labels:
        say(f"pending: {label}")
