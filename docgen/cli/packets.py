"""Commands that make and verify packets: packet, verify."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docgen.cli.console import print_json, print_line, print_message, progress, report_unreadable, show
from docgen.cli.inputs import MOST_AT_ONCE, asked, exit_by, read_sources
from docgen.cli.options import Place, common, find_sources, reviewed_by_option, sources_argument
from docgen.errors import ExitCode, UsageError
from docgen.language import tr, word
from docgen.language.columns import padded

if TYPE_CHECKING:
    from docgen.library.cases import Case
    from docgen.output.storage import Location
    from docgen.packet.packet import Packet

DEFAULT_OUT = "outputs"


@click.command()
@sources_argument
@click.option("-o", "--out", default=DEFAULT_OUT, type=Place(), metavar="DIR",
              show_default=True, help="The folder that gets a folder for each packet.")  # fmt: skip
@reviewed_by_option
@common("json", "kit", "terms", "amend", "date", "sheet", "row", "force", "verbosity")
def packet(
    sources: tuple[str, ...], out: Path, reviewed_by: str | None, as_json: bool, kit_name: str, terms: Path | None,
    amend: Path | None, date: dt.datetime | None, sheet: str | None, row: int | None, force: bool,
) -> None:  # fmt: skip
    """Make all documents of every intake in SOURCE, a folder each."""
    how = asked(kit_name, terms, amend, date, sheet, row)
    run = read_sources(find_sources(sources, how.kit, out), how, MOST_AT_ONCE)
    made = _make_all(list(run.cases), out, reviewed_by, force=force)
    if as_json:
        from docgen.packet.packet import PacketsJson, packet_json

        packets = [packet_json(item) for item in made]
        print_json(PacketsJson(schema="docgen/packet/1", packets=packets, unreadable=run.unreadable))
    else:
        from docgen.cli import views

        for item, case in zip(made, run.cases, strict=True):
            show(views.packet(item, case))
        if run.outside:
            show(views.outside(run.outside))
    report_unreadable(run.unreadable)
    exit_by((item.verdict for item in made), run.unreadable)


def _make_all(cases: list[Case], out: Path, reviewed_by: str | None, *, force: bool) -> list[Packet]:
    """Every packet; all names are chosen, and all refusals raised, before the first is written."""
    from docgen.output import files
    from docgen.packet import packet as packets

    files.remove_orphans(out)
    names = packets.folder_names([case.intake for case in cases])
    for name in names:
        packets.refuse_to_lose(out / name, force=force)
    with progress(len(names), tr("packets")) as advance:
        made = []
        for case, name in zip(cases, names, strict=True):
            made.append(case.save(out, name=name, reviewed_by=reviewed_by, force=force))
            advance()
    return made


@click.command()
@click.argument("folder", type=Place(stored=True), metavar="DIR|URL")
@click.option(
    "--kit", "kit_name", metavar="NAME|FOLDER", help="The kit to compare with (default: the one that it names)."
)
@common("lang")
def verify(folder: Location, kit_name: str | None) -> None:
    """Check that a packet is unchanged, file by file, and whether its kit has changed since.

    Exits with 10 where a file is modified, missing or unexpected.  A changed kit does not affect the exit code.
    """
    from docgen.output import storage
    from docgen.packet import manifest

    with storage.reading(folder):
        if not folder.is_dir():
            raise UsageError(tr("{folder}: there is no such folder", folder=folder))
        found = manifest.statuses(folder)
        about_kit = _about_kit(folder, kit_name)
    for name, state in found:
        print_line(_line(word("file", state), name))
    print_line(about_kit)
    if any(state is not manifest.FileState.UNCHANGED for _, state in found):
        raise click.exceptions.Exit(ExitCode.PROOF)
    print_message(tr("{folder}: unchanged", folder=folder))


def _about_kit(folder: Location, kit_name: str | None) -> str:
    """Whether the kit that a packet was made with is still the same, in one line."""
    from docgen.kit import kits
    from docgen.packet import manifest

    given = kits.find(kit_name) if kit_name else None
    kit = manifest.made_with(folder)
    if kit is None:
        return _line(tr("kit"), tr("unknown: the manifest does not name it"))
    here = given or kits.own(kit.name)
    made = f"{kit.name} {kit.version}"
    if here is None:
        return _line(tr("kit"), tr("{kit}: not found here, so it cannot be compared (name it with --kit)", kit=made))
    changed = kit.differing(here)
    if not changed:
        return _line(tr("kit"), tr("{kit}: unchanged", kit=made))
    files = ", ".join(changed)
    return _line(tr("kit"), tr("{kit}: changed since: {files} ({folder})", kit=made, files=files, folder=here))


def _line(what: str, text: str) -> str:
    return f"{padded(what, 12)}{text}"
