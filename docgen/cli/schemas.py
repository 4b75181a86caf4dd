"""The command `schema`: the JSON Schemas of docgen's JSON and of kit.yaml."""

from __future__ import annotations

from pathlib import Path

import click

from docgen.cli.console import print_line
from docgen.cli.options import common

#: The schemas that are shipped; tests/schemas.py makes them from the code's types.
_FOLDER = Path(__file__).parents[1] / "schemas"


@click.command()
@click.argument("name", type=click.Choice(["check", "packet", "manifest", "kit"]), metavar="NAME")
@common("verbosity")
def schema(name: str) -> None:
    """Print the JSON Schema of docgen's JSON, or of kit.yaml.

    NAME is check or packet (what these commands print with --json), manifest (manifest.json of a packet) or kit
    (kit.yaml).
    """
    print_line((_FOLDER / f"{name}.json").read_text(encoding="utf-8").rstrip("\n"))
