"""A document of a command → the file that it is asked for."""

from __future__ import annotations

from pathlib import Path

from docgen.cli.console import say


def write(path: Path, content: bytes, *, force: bool) -> None:
    """Write the document, and say where.  Raises WriteError where the file exists, unless with `force`."""
    from docgen.output import files

    files.write_file(path, content, replace=force)
    say(f"wrote {path}")
