"""A document that a command has made → its file."""

from __future__ import annotations

from pathlib import Path

from docgen.cli.console import print_message
from docgen.language import tr


def write(path: Path, content: bytes, *, force: bool) -> None:
    """Write the document, and say where.  Raises WriteError if the file exists, unless with `force`."""
    from docgen.output import files

    files.write_file(path, content, replace=force)
    print_message(tr("wrote {path}", path=path))
