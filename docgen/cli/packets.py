"""Commands that make packets and look after them: packet, verify."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docgen.cli.options import (
    Place,
    common,
    exit_by,
    find_sources,
    load_kit,
    load_terms,
    printed_date,
    sources_argument,
)
from docgen.cli.talk import console, print_json, progress, report_unreadable, say
from docgen.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from docgen.assess import Assessed
    from docgen.packet import Making, Packet
    from docgen.storage import Location

DEFAULT_OUT = "outputs"


@click.command()
@sources_argument
@click.option("-o", "--out", default=DEFAULT_OUT, type=Place(), metavar="DIR",
              show_default=True, help="The folder that gets a folder for each packet.")  # fmt: skip
@common("json", "kit", "terms", "date", "sheet", "row", "force", "talk")
def packet(
    sources: tuple[str, ...], out: Path, as_json: bool, kit_name: str, terms: Path | None, date: dt.datetime | None,
    sheet: str | None, row: int | None, force: bool,
) -> None:  # fmt: skip
    """Make all documents of every intake in SOURCE, a folder each."""
    kit = load_kit(kit_name)
    from docgen import packet as packets
    from docgen.assess import assess_all

    run = assess_all(find_sources(sources, out), kit, load_terms(terms, kit), sheet, row)
    making = packets.Making(kit, printed_date(date), out, force)
    made = _make_all(run.assessed, making)
    if as_json:
        unreadable = [entry._asdict() for entry in run.unreadable]
        print_json({"packets": [_packet_json(item) for item in made], "unreadable": unreadable})
    else:
        from docgen import screen

        for item in made:
            console().print(screen.packet(item))
    report_unreadable(run.unreadable)
    exit_by((item.verdict for item in made), run.unreadable)


def _make_all(assessed: list[tuple[Path, Assessed]], making: Making) -> list[Packet]:
    """Every packet; all names are settled, and all refusals raised, before the first is written."""
    from docgen import packet as packets

    names = packets.folder_names([item.intake for _, item in assessed])
    for name in names:
        packets.refuse_to_lose(making.out / name, force=making.force)
    with progress(len(names), "packets") as advance:
        made = []
        for (path, item), name in zip(assessed, names, strict=True):
            made.append(packets.make(item, packets.original(path), making, name))
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


@click.command()
@click.argument("folder", type=Place(stored=True), metavar="DIR|URL")
def verify(folder: Location) -> None:
    """Say whether the packet in DIR is as it was made."""
    from docgen import manifest, storage

    with storage.reading(folder):
        if not folder.is_dir():
            raise UsageError(f"{folder}: there is no such folder")
        differences = manifest.verify(folder)
    for name, state in differences:
        click.echo(f"{state:8}{name}")
    if differences:
        raise click.exceptions.Exit(ExitCode.PROOF)
    say(f"{folder}: as made")
