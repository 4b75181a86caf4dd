"""The command `desk`: the same in a browser, on this machine."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from docgen.cli.console import print_line, print_message
from docgen.cli.options import common, load_kit
from docgen.errors import SystemMissingError
from docgen.language import listed, tr

DEFAULT_FOLDER = "desk"
_NEEDED = ("starlette", "uvicorn", "python_multipart")


@click.command()
@click.argument("sources", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N",
              help="The port to listen on (default: a free one).")  # fmt: skip
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=DEFAULT_FOLDER, metavar="DIR",
              show_default=True, help="The folder that keeps what comes in and what is decided.")  # fmt: skip
@click.option("--user", metavar="NAME", help="Who corrects answers and decides (default: your login name).")
@click.option("--browser/--no-browser", default=True, help="Open the page in the browser.")
@common("kit", "verbosity")
def desk(sources: tuple[Path, ...], port: int, folder: Path, user: str | None, browser: bool, kit_name: str) -> None:
    """Open the pipeline in a browser, on this machine and for you alone.

    FILEs are put into the inbox; those that are in it already are not put there again.

    The link works once; it lets your browser in until the desk is closed with Ctrl-C.
    """
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise SystemMissingError(
            tr("docgen desk needs packages that are not installed: {packages}", packages=listed(missing)),
            "pip install 'docgen[desk]'",
        )
    from docgen.desk.serve import serve
    from docgen.desk.settings import Settings

    kit = load_kit(kit_name)
    settings = Settings(folder.resolve(), kit.folder.resolve(), " ".join((user or _login()).split()) or _login())

    def opened(link: str) -> None:
        print_line(link)
        print_message(tr("close the desk with Ctrl-C"))
        if browser:
            import webbrowser

            webbrowser.open(link)

    serve(settings, port, opened, sources)
    print_message(tr("the desk is closed; {folder} keeps everything", folder=folder))


def _login() -> str:
    try:
        import getpass

        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name
        return "desk"
