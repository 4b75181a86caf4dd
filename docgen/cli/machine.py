"""Commands about the machine that docgen runs on: fonts."""

from __future__ import annotations

import click

from docgen.cli.console import say, tell
from docgen.cli.options import common
from docgen.errors import SystemMissingError


@click.command()
@common("talk")
def fonts() -> None:
    """Cut the core faces: review summaries are then made faster and several times smaller.

    They are kept in the user's cache folder and cut anew when the installed fonts change.  Batch runs cut them
    by themselves.
    """
    from docgen.documents import fonts as installed

    installed.require_chinese_font()
    installed.cut_missing(say)
    if not installed.core_faces():
        raise SystemMissingError(
            f"no core face can be cut: {installed.FAMILY} is not installed as a face of one weight",
            "install it, or do without: apt-get install fonts-noto-cjk",
        )
    for name in installed.faces():
        tell(name)
