"""Commands for the authors of templates: template check, template fields."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from docgen.cli.console import print_line, print_message, show
from docgen.cli.options import common, load_kit
from docgen.errors import ExitCode, UsageError
from docgen.language import tr

if TYPE_CHECKING:
    from docgen.model.kit import Kit

_target = click.argument("target", required=False, metavar="[KIT|FILE]")


@click.group()
def template() -> None:
    """Check templates, and list what they may contain."""


@template.command()
@_target
@common("kit", "verbosity")
def check(target: str | None, kit_name: str) -> None:
    """Find every problem of a kit's templates, or of one template, with its place and remedy.

    KIT is a kit's name or folder (default: that of --kit); FILE is a .docx or .html, in the folder of a kit or
    elsewhere.  Each problem is one line.  Notes do not count as problems.  Exits with 6 where there is a problem.
    """
    from docgen.documents import template_check
    from docgen.kit import kits

    file = _file(target)
    if file is not None:
        remarks = template_check.check_file(file, _kit_of(file, kit_name))
    else:
        remarks = template_check.check_kit(kits.find(target or kit_name))
    for remark in remarks:
        print_line(remark)
    problems = sum(not remark.is_note for remark in remarks)
    print_message(
        tr(
            "{target}: {problems} problems, {notes} notes",
            target=target or kit_name,
            problems=problems,
            notes=len(remarks) - problems,
        )
    )
    if problems:
        raise click.exceptions.Exit(ExitCode.KIT)


@template.command()
@_target
@common("kit", "verbosity")
def fields(target: str | None, kit_name: str) -> None:
    """List every name, filter and test for a kit's templates, or for one template.

    KIT is a kit's name or folder (default: that of --kit); FILE is a .docx or .html.
    """
    from docgen.cli import views
    from docgen.documents import template_check, template_fields

    file = _file(target)
    kit = _kit_of(file, kit_name) if file else load_kit(target or kit_name)
    found = (
        template_fields.of_template(kit, template_check.names_of(file, kit)) if file else template_fields.of_kit(kit)
    )
    for group in found:
        show(views.vocabulary(group))


def _file(target: str | None) -> Path | None:
    """The template that the argument names, None if it names a kit."""
    from docgen.documents.template_check import SUFFIXES

    path = Path(target or "")
    if path.suffix.lower() in SUFFIXES and not path.is_dir():
        if not path.is_file():
            raise UsageError(tr("{target}: there is no such file", target=target))
        return path
    if path.is_file():
        raise UsageError(tr("{target}: not a template", target=target), tr("templates are .docx and .html files"))
    return None


def _kit_of(file: Path, kit_name: str) -> Kit:
    """The kit whose names a template may use: the one that --kit gives, else that of its folder, else the default."""
    from docgen.kit import kits
    from docgen.model.kit import KIT_FILE

    given = click.get_current_context().get_parameter_source("kit_name") is ParameterSource.COMMANDLINE
    own = (file.parent / KIT_FILE).is_file()
    return kits.load(file.parent) if own and not given else load_kit(kit_name)
