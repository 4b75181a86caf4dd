"""Commands about the machine that docgen runs on: fonts."""

from __future__ import annotations

import click

from docgen.cli.console import say, tell
from docgen.cli.options import common
from docgen.errors import SystemMissingError, WriteError


@click.command()
@common("talk")
def fonts() -> None:
    """Cut the core faces: review summaries are then made faster and several times smaller.

    They are kept in the user's cache folder and cut anew when the installed fonts change.  Batch runs cut them
    by themselves.
    """
    from docgen.documents import fonts as installed

    installed.require_chinese_font()
    cut_core_faces()
    if not installed.core_faces():
        raise SystemMissingError(
            f"no core face can be cut: {installed.FAMILY} is not installed as a face of one weight",
            "install it, or do without: apt-get install fonts-noto-cjk",
        )
    for name in installed.faces():
        tell(name)


def prepare_faces() -> None:
    """Cut the core faces that have not been cut; where they cannot be kept, reviews are made without them."""
    try:
        cut_core_faces()
    except WriteError as error:
        say(f"{error.message}: review summaries are made without core faces, which takes longer")


def cut_core_faces() -> None:
    """Cut the core faces that have not been cut, and say so."""
    from docgen.documents import fonts as installed

    for core in installed.uncut():
        say(f"cutting the {core.weight} core face from {core.chinese.file.name}, once: about 10 s")
        installed.cut(core)
