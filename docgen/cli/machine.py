"""Commands about the machine that docgen runs on: fonts."""

from __future__ import annotations

import click

from docgen.cli.console import print_line, print_message
from docgen.cli.options import common
from docgen.errors import SystemMissingError
from docgen.language import tr


@click.command()
@common("verbosity")
def fonts() -> None:
    """Cut the core faces; they make review summaries faster to make and several times smaller.

    Core faces are kept in the user's cache folder and cut again when the installed fonts change.  Batch runs cut
    them by themselves.
    """
    from docgen.documents import fonts as installed

    installed.require_chinese_font()
    installed.cut_missing(print_message)
    if not installed.core_faces():
        raise SystemMissingError(
            tr("no core face can be cut: {family} is not installed with separate weights", family=installed.FAMILY),
            tr("install it with: apt-get install fonts-noto-cjk; without it, docgen works as well, but slower"),
        )
    for name in installed.faces():
        print_line(name)
