"""The fillable Word form: blank, prefilled from an intake, or sent back with what is to be mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from docgen import values
from docgen.expressions import Shown
from docgen.intake import Value
from docgen.kit import FORM_TEMPLATE, Field, Kit, Section
from docgen.render import word
from docgen.render.context import shown
from docgen.render.controls import control
from docgen.render.returned import Entry, Returned


@dataclass(frozen=True, slots=True)
class FormField:
    """A field as the form's template sees it: `control` is the markup of its answer cell, `notes` is what is
    to be mended in it, a line each."""

    key: str
    label: str
    group: str
    starts_group: bool
    required: bool
    conditional: bool
    help: str
    control: Markup
    notes: tuple[str, ...]


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
    return _render(kit, date, {key: Entry(value) for key, value in (answers or {}).items()})


def returned_form(kit: Kit, date: dt.date, intake: Returned) -> bytes:
    """The form that goes back to the customer: answers with their findings, accepted ones locked.

    Raises KitError where the kit's form.docx cannot be used.
    """
    return _render(kit, date, intake.entries, intake.summary)


def _render(kit: Kit, date: dt.date, entries: Mapping[str, Entry], summary: tuple[str, ...] = ()) -> bytes:
    names = frozenset(kit.fields) | {"limits", "words", "kit", "sections", "today", "summary"}
    template = word.compile_template(kit.folder / FORM_TEMPLATE, names)
    context = {
        **{key: shown(field, entries.get(key, Entry()).value) for key, field in kit.fields.items()},
        "limits": {name: Shown(limit, f"{limit:,f}") for name, limit in kit.limits.items()},
        "words": kit.words,
        "today": Shown(date, values.show_date(date)),
        "kit": kit,
        "sections": [_section(section, entries) for section in kit.sections if not section.internal],
        "summary": summary,
    }
    return word.render(template, context).content


def _section(section: Section, entries: Mapping[str, Entry]) -> FormSection:
    fields = []
    group = ""
    for field in section.fields:
        fields.append(_field(field, entries.get(field.key, Entry()), starts_group=field.group != group))
        group = field.group
    return FormSection(section.key, section.label, tuple(fields))


def _field(field: Field, entry: Entry, *, starts_group: bool) -> FormField:
    return FormField(
        field.key, field.label, field.group, starts_group,
        required=field.required is True, conditional=isinstance(field.required, str),
        help=field.help, control=control(field, entry.value, written=entry.written, locked=entry.is_settled),
        notes=entry.notes,
    )  # fmt: skip
