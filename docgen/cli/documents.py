"""Commands that look at sources and make single documents: kits, blank, check, return, form, review, contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docgen import __version__
from docgen.cli.console import print_json, report_unreadable, say, show, tell
from docgen.cli.options import (
    common,
    exit_by,
    find_sources,
    load_kit,
    load_terms,
    out_file,
    printed_date,
    reading,
    source_argument,
    sources_argument,
)
from docgen.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from docgen.model.intake import Value
    from docgen.model.kit import Kit
    from docgen.pipeline import ReviewedIntake


@click.command("kits")
@click.option("--copy", "target", type=click.Path(path_type=Path), metavar="DIR",
              help="Copy the kit to this new folder, to start one's own.")  # fmt: skip
@common("kit", "talk")
def list_kits(target: Path | None, kit_name: str) -> None:
    """List the kits there are, or copy one."""
    from docgen.kit import kits
    from docgen.output import files

    if target is None:
        for folder in kits.folders():
            kit = kits.load(folder)
            tell(f"{kit.name}  {kit.version}  {kit.title}  {folder}")
        return
    folder = load_kit(kit_name).folder
    if target.exists():
        raise UsageError(f"--copy {target}: exists already", "name a folder that does not exist yet")
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    files.write_folder(target, contents)
    say(f"copied {folder} to {target}; check with: docgen check SOURCE --kit {target}")


@click.group()
def blank() -> None:
    """Make a form to send out, Excel or Word."""


@blank.command("sheet")
@click.option("--with-terms", is_flag=True, help="Add the sheet of commercial terms (never for the customer).")
@out_file
@common("kit", "force", "talk")
def blank_sheet(with_terms: bool, out: Path | None, kit_name: str, force: bool) -> None:
    """Make the blank intake sheet (Excel)."""
    kit = load_kit(kit_name)
    from docgen.documents.sheet import blank_sheet as build

    _write(out or Path(f"{kit.title}.xlsx"), build(kit, with_terms=with_terms), force=force)


@blank.command("form")
@out_file
@common("kit", "date", "force", "talk")
def blank_form(out: Path | None, kit_name: str, date: dt.datetime | None, force: bool) -> None:
    """Make the blank fillable form (Word)."""
    kit = load_kit(kit_name)
    from docgen.documents.form import render_form

    _write(out or Path(f"{kit.title}.docx"), render_form(kit, printed_date(date)), force=force)


# -- check -----------------------------------------------------------------------------------------


@click.command()
@sources_argument
@common("json", "kit", "terms", "sheet", "row", "talk")
def check(
    sources: tuple[str, ...], as_json: bool, kit_name: str, terms: Path | None, sheet: str | None, row: int | None
) -> None:
    """Say what is missing, refused or to be decided, with place and remedy; writes nothing."""
    kit = load_kit(kit_name)
    from docgen.pipeline import review_sources

    run = review_sources(find_sources(sources), kit, load_terms(terms, kit), sheet, row, assess=reading().assess)
    if as_json:
        from docgen.model.as_json import intake_json

        print_json(
            {
                "docgen": __version__,
                "kit": kit.folder.resolve().name,
                "intakes": [intake_json(item.intake, item.review, kit.fields) for _, item in run.reviewed],
                "unreadable": [entry._asdict() for entry in run.unreadable],
            }
        )
    else:
        from docgen.cli import views

        for _, item in run.reviewed:
            show(views.assessment(item))
    report_unreadable(run.unreadable)
    exit_by((item.review.verdict for _, item in run.reviewed), run.unreadable)


# -- return ----------------------------------------------------------------------------------------

#: Sheets in one workbook beyond which nobody finds theirs.
_MOST_SHEETS = 200


@click.command("return")
@source_argument
@click.option("--docx", "as_form", is_flag=True, help="Make a Word form of it (one intake only).")
@out_file
@common("kit", "terms", "date", "sheet", "row", "force", "talk")
def return_(
    source: str, as_form: bool, out: Path | None, kit_name: str, terms: Path | None, date: dt.datetime | None,
    sheet: str | None, row: int | None, force: bool,
) -> None:  # fmt: skip
    """Make the sheet that goes back to the customer, every problem marked and explained in place."""
    kit = load_kit(kit_name)
    given_terms = load_terms(terms, kit)
    if as_form:
        reviewed = [_exactly_one(source, kit, given_terms, sheet, row)]
    else:
        reviewed = _readable(source, kit, given_terms, sheet, row)
    items = [item for _, item in reviewed]
    if len(items) > _MOST_SHEETS:
        raise UsageError(
            f"{source} holds {len(items)} intakes, too many for one workbook", "choose with --sheet, --row"
        )
    from docgen.documents.correction import returned
    from docgen.packet.packet import returned_name

    intakes = [returned(kit, item.intake, item.review) for item in items]
    if as_form:
        from docgen.documents.form import returned_form

        content = returned_form(kit, printed_date(date), intakes[0])
    else:
        from docgen.documents.sheet import returned_sheet

        content = returned_sheet(kit, intakes)
    suffix = ".docx" if as_form else ".xlsx"
    _write(out or Path(returned_name(kit, items, Path(source))).with_suffix(suffix), content, force=force)
    exit_by(item.review.verdict for item in items)


# -- one document ----------------------------------------------------------------------------------


@click.command()
@source_argument
@out_file
@common("kit", "terms", "date", "sheet", "row", "force", "talk")
def form(
    source: str,
    out: Path | None,
    kit_name: str,
    terms: Path | None,
    date: dt.datetime | None,
    sheet: str | None,
    row: int | None,
    force: bool,
) -> None:
    """Make the fillable Word form, prefilled from SOURCE."""
    kit = load_kit(kit_name)
    _, item = _exactly_one(source, kit, load_terms(terms, kit), sheet, row)
    from docgen.documents.form import render_form
    from docgen.packet.packet import document_names

    name = Path(document_names(kit, item)["form"])
    _write(out or name, render_form(kit, printed_date(date), item.intake.values), force=force)
    exit_by([item.review.verdict])


@click.command()
@source_argument
@out_file
@common("kit", "terms", "date", "sheet", "row", "force", "talk")
def review(
    source: str, out: Path | None, kit_name: str, terms: Path | None, date: dt.datetime | None,
    sheet: str | None, row: int | None, force: bool,
) -> None:  # fmt: skip
    """Make the review summary (PDF) of SOURCE."""
    kit = load_kit(kit_name)
    path, item = _exactly_one(source, kit, load_terms(terms, kit), sheet, row)
    from docgen.packet import packet

    options = packet.PacketOptions(kit, printed_date(date), Path(), only=("review", "contract"))
    documents, _pending = packet.render(item, packet.original(path).content, options)
    name, content = documents["review"] or ("", b"")
    _write(out or Path(name), content, force=force)
    exit_by([item.review.verdict])


@click.command()
@source_argument
@out_file
@click.option("--final", is_flag=True, help="Without the watermark; refused while a value is pending.")
@click.option("--allow-unready", is_flag=True,
              help="Also for an incomplete or rejected intake; every page is marked.")  # fmt: skip
@click.option("--compare", "old", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="OLD.docx",
              help="Show every change against this earlier draft as a tracked change.")  # fmt: skip
@common("kit", "terms", "date", "sheet", "row", "force", "talk")
def contract(
    source: str, out: Path | None, final: bool, allow_unready: bool, old: Path | None, kit_name: str,
    terms: Path | None, date: dt.datetime | None, sheet: str | None, row: int | None, force: bool,
) -> None:  # fmt: skip
    """Make the contract draft (Word) for SOURCE."""
    kit = load_kit(kit_name)
    _, item = _exactly_one(source, kit, load_terms(terms, kit), sheet, row)
    from docgen.documents.context import RenderOptions
    from docgen.packet import packet

    verdict = item.review.verdict
    ready = verdict in packet.READY
    if not ready and not allow_unready:
        say(f"{source}: the intake is {verdict.value}: no contract is made (--allow-unready makes a marked one)")
        exit_by([verdict])
    rendered = packet.contract_of(item, kit, RenderOptions(printed_date(date), draft=not final, unready=not ready))
    for label in rendered.pending:
        say(f"pending: {label}")
    if final and rendered.pending:
        say(f"{source}: {len(rendered.pending)} values are pending: no final contract is made")
        raise click.exceptions.Exit(ExitCode.INCOMPLETE)
    content = rendered.content
    if old is not None:
        from docgen.documents.redline import redline
        from docgen.formats.books import require_word

        require_word(old)
        content = redline(old, content, printed_date(date))
    name = Path(packet.document_names(kit, item)["contract"])
    _write(out or name, content, force=force)
    exit_by([verdict])


# -- shared steps ---------------------------------------------------------------------------------


def _exactly_one(
    source: str, kit: Kit, terms: Mapping[str, Value], sheet: str | None, row: int | None
) -> tuple[Path, ReviewedIntake]:
    """The one intake that a command for one document works on.  Exits with 3 where the source is unreadable."""
    reviewed = _readable(source, kit, terms, sheet, row)
    if len(reviewed) != 1:
        raise UsageError(
            f"{source} holds {len(reviewed)} intakes, and this command makes one document",
            "choose one with --sheet and --row, or make all with: docgen packet",
        )
    return reviewed[0]


def _readable(
    source: str, kit: Kit, terms: Mapping[str, Value], sheet: str | None, row: int | None
) -> list[tuple[Path, ReviewedIntake]]:
    """The intakes of one source with the file they stand in.  Exits with 3 where it is unreadable."""
    from docgen.pipeline import review_sources

    run = review_sources(find_sources([source]), kit, terms, sheet, row, assess=reading().assess)
    if run.unreadable:
        report_unreadable(run.unreadable)
        raise click.exceptions.Exit(ExitCode.UNREADABLE)
    return run.reviewed


def _write(path: Path, content: bytes, *, force: bool) -> None:
    from docgen.output import files

    files.write_file(path, content, replace=force)
    say(f"wrote {path}")
