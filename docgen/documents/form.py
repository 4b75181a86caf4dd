"""The fillable Word form: blank, prefilled from an intake, or to send back with its problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple

from markupsafe import Markup

from docgen import values
from docgen.documents import context, form_controls, output_check
from docgen.documents.context import KitMark
from docgen.documents.correction import Correction, CorrectionEntry
from docgen.documents.kept_templates import word_template
from docgen.model.display import Shown
from docgen.model.intake import Value
from docgen.model.kit import FORM_TEMPLATE, Field, Kit, Section
from docgen.template import word
from docgen.template.context_types import Names


class FormField(NamedTuple):
    """A field for the template of the form."""

    key: Annotated[str, "the key of the field"]
    label: Annotated[str, "its label"]
    group: Annotated[str, "the label of its group, empty without one"]
    starts_group: Annotated[bool, "whether it is the first of its group"]
    required: Annotated[bool, "whether it must always be answered"]
    conditional: Annotated[bool, "whether it must be answered in some cases"]
    help: Annotated[str, "its explanation"]
    control: Annotated[Markup, "the content control for its answer, written {{r field.control }}"]
    notes: Annotated[tuple[str, ...], "its problems, a line each"]


class FormSection(NamedTuple):
    """A section for the template of the form."""

    key: Annotated[str, "the key of the section"]
    label: Annotated[str, "its label"]
    fields: Annotated[tuple[FormField, ...], "its fields, in order"]


class FormNames(NamedTuple):
    """The names that the form has beside those of the kit."""

    today: Annotated[dt.date, "the date that the document carries"]
    kit: Annotated[KitMark, "the kit"]
    sections: Annotated[list[FormSection], "the sections of the form"]
    summary: Annotated[tuple[str, ...], "the problems of the whole form, a line each; empty in a form not sent back"]


@cache
def names(kit: Kit) -> Names:
    """Every name that the form of this kit may use."""
    return Names(context.shapes(kit, kit.fields, FormNames), controls=kit.tags)


def render_form(kit: Kit, date: dt.date, answers: Mapping[str, Value] | None = None) -> bytes:
    """The form with `answers` filled in (all placeholders without them), as the bytes of a .docx.

    Raises KitError if the kit's form.docx cannot be used, ProofError where the result is no sound form.
    """
    return _render(kit, date, {key: CorrectionEntry(value) for key, value in (answers or {}).items()})


def returned_form(kit: Kit, date: dt.date, intake: Correction) -> bytes:
    """The form to send back to the customer: answers with their findings, accepted ones locked.

    Raises KitError if the kit's form.docx cannot be used, ProofError where the result is no sound form.
    """
    return _render(kit, date, intake.entries, intake.summary)


def _render(kit: Kit, date: dt.date, entries: Mapping[str, CorrectionEntry], summary: tuple[str, ...] = ()) -> bytes:
    template = word_template(kit.folder / FORM_TEMPLATE, kit, names)
    return output_check.form(word.render(template, form_context(kit, date, entries, summary)), kit).content


def form_context(
    kit: Kit, date: dt.date, entries: Mapping[str, CorrectionEntry], summary: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The values of `names(kit)` for one intake."""
    common = FormNames(
        today=Shown(date, values.show_date(date)),  # type: ignore[arg-type]
        kit=context.kit_mark(kit),
        sections=[_section(section, entries) for section in kit.sections if not section.internal],
        summary=summary,
    )
    given = {key: entry.value for key, entry in entries.items()}
    return {**context.shown_values(kit, kit.fields, given), **common._asdict()}


def _section(section: Section, entries: Mapping[str, CorrectionEntry]) -> FormSection:
    fields = []
    group = ""
    for field in section.fields:
        fields.append(_field(field, entries.get(field.key, CorrectionEntry()), starts_group=field.group != group))
        group = field.group
    return FormSection(section.key, section.label, tuple(fields))


def _field(field: Field, entry: CorrectionEntry, *, starts_group: bool) -> FormField:
    return FormField(
        field.key, field.label, field.group, starts_group,
        required=field.required is True, conditional=isinstance(field.required, str),
        help=field.help, notes=entry.notes,
        control=form_controls.control(field, entry.value, written=entry.written, locked=entry.is_settled),
    )  # fmt: skip
