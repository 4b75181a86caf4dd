"""The fillable Word form, blank or prefilled from an intake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from docgen import values
from docgen.expressions import Shown
from docgen.intake import Value
from docgen.kit import FORM_TEMPLATE, Field, Kit, Section
from docgen.render import context, word
from docgen.render.controls import control


@dataclass(frozen=True, slots=True)
class FormField:
    """A field as the form's template sees it; `control` is the markup of its answer cell."""

    key: str
    label: str
    group: str
    starts_group: bool
    required: bool
    conditional: bool
    help: str
    control: Markup


@dataclass(frozen=True, slots=True)
class FormSection:
    """A section as the form's template sees it."""

    key: str
    label: str
    fields: tuple[FormField, ...]


def render_form(kit: Kit, date: dt.date, answers: Mapping[str, Value] | None = None) -> bytes:
    """The form with `answers` filled in (all placeholders without them), as the bytes of a .docx.

    Raises KitError where the kit's form.docx cannot be used.
    """
    names = frozenset(kit.fields) | {"limits", "words", "kit", "sections", "today"}
    template = word.compile_template(kit.folder / FORM_TEMPLATE, names)
    return word.render(template, _context(kit, date, answers or {})).content


def _context(kit: Kit, date: dt.date, answers: Mapping[str, Value]) -> dict[str, Any]:
    return {
        **{key: context.shown(field, answers.get(key)) for key, field in kit.fields.items()},
        "limits": {name: Shown(limit, f"{limit:,f}") for name, limit in kit.limits.items()},
        "words": kit.words,
        "today": Shown(date, values.show_date(date)),
        "kit": kit,
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
        help=field.help, control=control(field, value),
    )  # fmt: skip
