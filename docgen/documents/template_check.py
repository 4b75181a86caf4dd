"""The templates of a kit, checked together before any data exists: `docgen template check`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from docgen.documents import context, form, letter
from docgen.documents.contract import CONTRACT_TEMPLATE
from docgen.documents.letter import LETTER_TEMPLATE
from docgen.documents.summary import REVIEW_TEMPLATE
from docgen.errors import KitError
from docgen.expressions import sandbox
from docgen.kit import kits
from docgen.language import tr
from docgen.model.kit import FORM_TEMPLATE, KIT_FILE, Field, Kit
from docgen.model.messages import PENDING, wording
from docgen.template import page, word
from docgen.template.context_types import Names
from docgen.template.examine import Examined
from docgen.template.tags import Remark

#: The suffixes of templates.
SUFFIXES = (".docx", ".html", ".txt")
_TEMPLATES = (FORM_TEMPLATE, CONTRACT_TEMPLATE, REVIEW_TEMPLATE)


def check_kit(folder: Path) -> list[Remark]:
    """Everything that is to be said of the kit in `folder`: kit.yaml, then every template.

    Where the shape of kit.yaml is wrong its names are not known, and the templates are checked for the rest.
    """
    kit, problems = kits.inspect(folder)
    remarks = [_problem(problem) for problem in problems]
    used: set[str] = set()
    # A kit may go without a letter.
    for name in (*_TEMPLATES, *([LETTER_TEMPLATE] if (folder / LETTER_TEMPLATE).exists() else [])):
        for examined in _examined(folder / name, kit, remarks):
            remarks += [*examined.remarks, *_notes(name, examined, kit)]
            used |= examined.usage.used
    return [*remarks, *_unused(kit, used)] if kit else remarks


def check_file(path: Path, kit: Kit) -> list[Remark]:
    """Everything that is to be said of one template, which may use the names of `kit`.

    A page of HTML has those of a review, a text those of a letter, form.docx those of a form, any other Word file those
    of a contract.
    """
    remarks: list[Remark] = []
    for examined in _examined(path, kit, remarks):
        remarks += [*examined.remarks, *_notes(path.name, examined, kit)]
    return remarks


def names_of(path: Path, kit: Kit) -> Names:
    """The names that the template at `path` may use."""
    if path.suffix.lower() == ".txt":
        return letter.names(kit)
    return form.names(kit) if path.name == FORM_TEMPLATE else context.names(kit)


def _examined(path: Path, kit: Kit | None, remarks: list[Remark]) -> list[Examined]:
    """The parts of a template; a file that cannot be read at all is added to `remarks`."""
    names = names_of(path, kit) if kit else Names({}, is_complete=False)
    try:
        is_page = path.suffix.lower() in {".html", ".txt"}
        found = [page.examine_page(path, names)] if is_page else word.examine_word(path, names)
        if not any(part.examined.problems for part in found):
            (page.compile_page if is_page else word.compile_template)(path, names)
        return [part.examined for part in found]
    except KitError as cause:
        remarks += [_problem(f"{problem} ({cause.hint})" if cause.hint else problem) for problem in cause.problems]
        return []


def _problem(line: str) -> Remark:
    where, _, what = line.partition(": ")
    return Remark(where, what)


# -- notes: what is right, and perhaps not meant ------------------------------------------------------


def _notes(name: str, examined: Examined, kit: Kit | None) -> Iterator[Remark]:
    """What a contract prints without asking whether it is given."""
    if kit is None or name in {FORM_TEMPLATE, REVIEW_TEMPLATE, LETTER_TEMPLATE}:
        return
    figures = {f"figures.{figure.key}" for figure in kit.figures}
    for printed in examined.usage.printed:
        field = kit.fields.get(printed.name) if printed.name in kit.core else None
        if field is not None and field.required is not True and not printed.guards & _asked(field):
            shown = wording(PENDING, label=field.label).message if field.pending else "—"
            what = tr("is optional: if it is not given, this prints {text}", text=shown)
        elif printed.name in figures and printed.name not in printed.guards:
            what = tr("cannot always be calculated: if it cannot, this prints —")
        else:
            continue
        remedy = tr("to avoid that, write {{% if {name} is given %}} … {{% endif %}}", name=printed.name)
        yield Remark(
            examined.tags[printed.line - 1].where,
            tr("{name} {what} ({remedy})", name=printed.name, what=what, remedy=remedy),
            is_note=True,
        )


def _asked(field: Field) -> set[str]:
    """The names of which one, asked about, makes it likely that the field is given: it, and when it is required."""
    return {field.key, *(_names([field.required]) if isinstance(field.required, str) else ())}


def _unused(kit: Kit, used: set[str]) -> Iterator[Remark]:
    """Fields that nothing reads.  A list of all answers reads those of the customer."""
    used = used | _used_by_kit(kit) | (set(kit.fields) if "answers" in used else set())
    for key, field in kit.all_fields.items():
        if key not in used:
            place = f"{kit.folder / KIT_FILE}: {field.section}.{key}"
            what = tr("the field {key!r} ({label}) is used by no template, rule or figure", key=key, label=field.label)
            yield Remark(place, what, is_note=True)


def _used_by_kit(kit: Kit) -> set[str]:
    """The names that the rules, figures and file names of the kit use."""
    cases = [case for rule in kit.rules for case in rule.cases]
    conditions = [case.when for case in cases]
    conditions += [source for figure in kit.figures for source in (figure.value, figure.when)]
    texts = [text for case in cases for text in (case.message, case.remedy, case.ask)]
    texts += vars(kit.outputs).values()
    checked = {key for case in cases for key in case.each}
    return {kit.name_field, *checked, *_names(conditions), *_printed(texts)}


def _names(conditions: Iterable[str]) -> set[str]:
    return {name for condition in conditions for name in sandbox.expression(condition).names}


def _printed(texts: Iterable[str]) -> set[str]:
    environment = sandbox.plain_text_sandbox()
    return {ref.name for text in texts for ref in sandbox.references(environment.parse(text))}
