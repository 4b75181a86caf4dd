"""The fillable Word form, blank or prefilled from an intake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple

from markupsafe import Markup

from docgen import values
from docgen.expressions import Shown
from docgen.intake import Value
from docgen.kit import Field, Kit, Section
from docgen.render import context, controls, shapes, word
from docgen.render.context import KitMark
from docgen.render.shapes import Names

FORM_TEMPLATE = "form.docx"


class FormField(NamedTuple):
    """A field as the form's template sees it."""

    key: Annotated[str, "the key of the field"]
    label: Annotated[str, "its label"]
    group: Annotated[str, "the label of its group, empty without one"]
    starts_group: Annotated[bool, "whether it is the first of its group"]
    required: Annotated[bool, "whether it must always be answered"]
    conditional: Annotated[bool, "whether it must be answered in some cases"]
    help: Annotated[str, "its explanation"]
    control: Annotated[Markup, "the content control for its answer, written {{r field.control }}"]


class FormSection(NamedTuple):
    """A section as the form's template sees it."""

    key: Annotated[str, "the key of the section"]
    label: Annotated[str, "its label"]
    fields: Annotated[tuple[FormField, ...], "its fields, in order"]


class FormNames(NamedTuple):
    """The names that the form has beside those of the kit."""

    today: Annotated[dt.date, "the date that the document carries"]
    kit: Annotated[KitMark, "the kit"]
    sections: Annotated[list[FormSection], "the sections of the form"]


@cache
def names(kit: Kit) -> Names:
    """Every name that the form of this kit may use."""
    return Names(
        {
            **{key: context.field_shape(field) for key, field in kit.fields.items()},
            **context.kit_shapes(kit),
            **(shapes.of(FormNames).attributes or {}),
        },
        controls=frozenset(tag for field in kit.fields.values() for tag in controls.tags(field)),
    )


def render_form(kit: Kit, date: dt.date, answers: Mapping[str, Value] | None = None) -> bytes:
    """The form with `answers` filled in (all placeholders without them), as the bytes of a .docx.

    Raises KitError where the kit's form.docx cannot be used.
    """
    template = word.compile_template(kit.folder / FORM_TEMPLATE, names(kit))
    return word.render(template, _context(kit, date, answers or {})).content


def _context(kit: Kit, date: dt.date, answers: Mapping[str, Value]) -> dict[str, Any]:
    return {
        **{key: context.shown(field, answers.get(key)) for key, field in kit.fields.items()},
        "limits": context.shown_limits(kit),
        "words": kit.words,
        "today": Shown(date, values.show_date(date)),
        "kit": context.kit_mark(kit),
        "sections": [_section(section, answers) for section in kit.sections if not section.internal],
    }


def _section(section: Section, answers: Mapping[str, Value]) -> FormSection:
    fields = []
    group = ""
    for field in section.fields:
        fields.append(_field(field, answers.get(field.key), starts_group=field.group != group))
        group = field.group
    return FormSection(section.key, section.label, tuple(fields))


def _field(field: Field, value: Value | None, *, starts_group: bool) -> FormField:
    return FormField(
        field.key, field.label, field.group, starts_group,
        required=field.required is True, conditional=isinstance(field.required, str),
        help=field.help, control=controls.control(field, value),
    )  # fmt: skip
