"""Commands that make one document of a source: return, form, review, contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docgen.cli.console import print_message, progress
from docgen.cli.inputs import asked, exactly_one, exit_by, readable
from docgen.cli.options import common, out_file, reading, reviewed_by_option, source_argument
from docgen.cli.writing import write
from docgen.errors import ExitCode, NotReadyError, UsageError
from docgen.language import tr

if TYPE_CHECKING:
    from docgen.library.cases import Case

#: What the names of documents end with, and no folder's.
_DOCUMENTS = frozenset({".xlsx", ".docx"})


@click.command("return")
@source_argument
@click.option("--docx", "as_form", is_flag=True, help="Make a Word form instead of an Excel sheet.")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE|DIR",
              help="The file to write; of a source with several customers the folder for a file of each.")  # fmt: skip
@common("kit", "terms", "amend", "date", "sheet", "row", "force", "verbosity")
def return_(
    source: str, as_form: bool, out: Path | None, kit_name: str, terms: Path | None, amend: Path | None,
    date: dt.datetime | None, sheet: str | None, row: int | None, force: bool,
) -> None:  # fmt: skip
    """Make the sheet to send back to the customer, every problem marked and explained in place.

    Each customer gets a file of their own.
    """
    cases = readable(source, asked(kit_name, terms, amend, date, sheet, row))
    from docgen.output.refusals import refuse_to_replace

    targets = _targets(cases, Path(source), out, ".docx" if as_form else ".xlsx")
    for target in targets if not force else ():
        refuse_to_replace(target)
    with progress(len(cases), tr("files")) as advance:
        for case, target in zip(cases, targets, strict=True):
            write(target, case.correction_form() if as_form else case.correction_sheet(), force=force)
            advance()
    exit_by(case.verdict for case in cases)


def _targets(cases: Sequence[Case], source: Path, out: Path | None, suffix: str) -> list[Path]:
    """The file for each case.  Raises UsageError if several customers would share one."""
    from docgen.packet.packet import returned_name, returned_names

    reviewed = [case.reviewed for case in cases]
    names = [Path(name).with_suffix(suffix) for name in returned_names(cases[0].kit, reviewed)]
    if len(cases) == 1:
        return [out / names[0] if out and out.is_dir() else out or names[0]]
    if out and (out.is_file() or out.suffix.lower() in _DOCUMENTS):
        raise UsageError(
            tr(
                "{source} holds {count} intakes, and each customer gets a file of their own",
                source=source,
                count=len(cases),
            ),
            tr("name a folder with -o, or choose one intake with --sheet and --row"),
        )
    folder = out or Path(returned_name(cases[0].kit, reviewed, source))
    return [folder / name for name in names]


@click.command()
@source_argument
@out_file
@common("kit", "terms", "amend", "date", "sheet", "row", "force", "verbosity")
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
@common("kit", "terms", "amend", "date", "sheet", "row", "force", "verbosity")
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
              help="Make the final contract; refused while a value is pending or a decision is open.")  # fmt: skip
@reviewed_by_option
@click.option("--allow-unready", is_flag=True,
              help="Make it of an incomplete or rejected intake, too; every page is marked.")  # fmt: skip
@click.option("--compare", "old", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="OLD.docx",
              help="Show every change against this earlier draft as a tracked change.")  # fmt: skip
@click.option("--comments", is_flag=True,
              help="Say on a draft what the review found and who supplies missing values, as comments.")  # fmt: skip
@click.option("--register", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="With --final: number the contract, and record it in this register (made if need be).")  # fmt: skip
@common("kit", "terms", "amend", "date", "sheet", "row", "force", "verbosity")
def contract(
    source: str, out: Path | None, final: bool, reviewed_by: str | None, allow_unready: bool, old: Path | None,
    comments: bool, register: Path | None, kit_name: str, terms: Path | None, amend: Path | None,
    date: dt.datetime | None, sheet: str | None, row: int | None, force: bool,
) -> None:  # fmt: skip
    """Make the contract draft (Word) for SOURCE."""
    if final and allow_unready:
        raise UsageError(tr("--final and --allow-unready do not go together: a final contract needs a ready intake"))
    if final and comments:
        raise UsageError(tr("--final and --comments do not go together: a final contract holds no comments"))
    if register and (old or not final):
        raise UsageError(tr("--register records a final contract: give it with --final, and without --compare"))
    case = exactly_one(source, asked(kit_name, terms, amend, date, sheet, row))
    target = out or Path(case.file_names["final" if final else "contract"])
    try:
        if register:
            entry = case.issue(target, register, reviewed_by=reviewed_by, force=force)
            print_message(tr("wrote {path}", path=target))
            print_message(tr("recorded {number} in {register}", number=entry.number, register=register))
            exit_by([case.verdict])
        content: bytes = (made := case.contract(final=final, reviewed_by=reviewed_by, allow_unready=allow_unready))
    except NotReadyError as refusal:
        _print_pending(refusal.pending)
        print_message(refusal.message if refusal.pending else str(refusal))
        if not case.ready:
            exit_by([case.verdict])
        raise click.exceptions.Exit(ExitCode.INCOMPLETE) from refusal
    _print_pending(made.pending)
    if old is not None:
        content = _compared(old, content, case.printed_date())
    if comments:
        content = case.commented(content, made.pending)
    write(target, content, force=force)
    exit_by([case.verdict])


def _compared(old: Path, content: bytes, date: dt.date) -> bytes:
    """The draft with its changes against the earlier one."""
    compared, undecided = reading().compare(old, content, date)
    if undecided:
        counted = tr("tracked changes that nobody decided on count as accepted: {count}", count=undecided)
        print_message(tr("note: {old}: {counted}", old=old, counted=counted))
    return compared


def _print_pending(labels: tuple[str, ...]) -> None:
    for label in labels:
        print_message(tr("pending: {label}", label=label))
