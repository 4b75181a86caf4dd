"""Everything that the templates of a kit may contain: `docgen template fields`.

Nothing is listed by hand: names come from the kit and from the types that the context is made of, filters
and functions from the sandbox, each with the first line of its own description.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from docgen.documents import context, form, letter
from docgen.documents.letter import LETTER_TEMPLATE
from docgen.expressions.functions import FILTERS, FUNCTIONS, TESTS
from docgen.language import phrase, tr
from docgen.model.kit import FORM_TEMPLATE, Field, FieldType, Kit
from docgen.template.context_types import ANYTHING, ENTRIES, RECORD, ContextType, Names


class FieldEntry(NamedTuple):
    """One thing to write, what kind it is, whether it may be missing, an example and its meaning."""

    written: str
    kind: str
    missing: str = ""
    example: str = ""
    meaning: str = ""


class Listing(NamedTuple):
    """Entries that belong together, and whether they are fields, which alone may be missing."""

    title: str
    entries: tuple[FieldEntry, ...]


def of_template(kit: Kit, names: Names) -> list[Listing]:
    """What a template with these names may write, grouped: fields by section, then the rest."""
    found = []
    for section in kit.sections:
        fields = [field for field in section.fields if field.key in names.shapes]
        if fields:
            found.append(Listing(section.label, tuple(entry for field in fields for entry in _field(field))))
    return [*found, *_others(kit, names), *_language()]


def of_kit(kit: Kit) -> list[Listing]:
    """What the templates of a kit may write: contract and review alike, then what form and letter have of their own."""
    common, form_names = context.names(kit), form.names(kit)
    shared = {id(shape) for shape in common.shapes.values()}
    found = of_template(kit, common)
    for template, names in ((FORM_TEMPLATE, form_names), (LETTER_TEMPLATE, letter.names(kit))):
        own = {name: shape for name, shape in names.shapes.items() if shape.item and id(shape) not in shared}
        own = {name: shape for name, shape in own.items() if name != "figures"}
        found += [
            entry._replace(title=tr("in {template}: {title}", template=template, title=entry.title))
            for entry in _others(kit, Names(own))
        ]
    return found


def _others(kit: Kit, names: Names) -> Iterator[Listing]:
    """The names that are no fields: those that are alone in one listing, then each with what it holds."""
    listed: list[Listing] = []
    seen: list[ContextType] = []
    for name, shape in names.shapes.items():
        if name not in kit.all_fields:
            _walk(name, shape, listed, seen)
    yield Listing(
        phrase("document"), tuple(entry for listing in listed if not listing.title for entry in listing.entries)
    )
    yield from (listing for listing in listed if listing.title)


def _field(field: Field) -> Iterator[FieldEntry]:
    missing = (
        phrase("in some cases")
        if isinstance(field.required, str)
        else phrase("no")
        if field.required
        else phrase("yes")
    )
    label = " / ".join(part for part in (field.group, field.label) if part)
    yield FieldEntry(field.key, field.type.value, missing, field.example, label)
    for choice in field.choices:
        is_one = field.type is FieldType.ONE
        written = f"{field.key} == '{choice.key}'" if is_one else f"'{choice.key}' in {field.key}"
        yield FieldEntry(f"  {written}", phrase("condition"), meaning=choice.label)
    if field.other:
        yield FieldEntry(f"  {field.key}.other", phrase("text"), phrase("yes"), meaning=field.other)


def _walk(name: str, shape: ContextType, found: list[Listing], seen: list[ContextType]) -> None:
    """Add what a name gives: itself, what is behind its dot, and what a loop over any of that gives."""
    paths = list(_behind(name, shape))
    entries = [_entry(name, shape), *(_entry(path, each) for path, each in paths)]
    found.append(Listing(name if paths else "", tuple(entries)))
    for path, each in [(name, shape), *paths]:
        item = each.item
        if item is None or item.kind != RECORD or any(item is other for other in seen):
            continue
        seen.append(item)
        one = path.rpartition(".")[2].removesuffix("s")
        inner: list[Listing] = []
        _walk(one, item, inner, seen)
        found.append(Listing(f"{{% for {one} in {path} %}} … {{% endfor %}}", inner[0].entries[1:]))
        found += inner[1:]


def _behind(name: str, shape: ContextType) -> Iterator[tuple[str, ContextType]]:
    """Everything behind the dot of a record or of the kit's own entries; methods of texts are left out."""
    if shape.kind in {RECORD, ENTRIES}:
        for attribute, each in (shape.attributes or {}).items():
            if each is not ANYTHING:
                yield f"{name}.{attribute}", each
                yield from _behind(f"{name}.{attribute}", each)


def _entry(name: str, shape: ContextType) -> FieldEntry:
    return FieldEntry(name, shape.kind, phrase("yes") if shape.is_optional else "", meaning=shape.meaning)


def _language() -> Iterator[Listing]:
    """The filters, tests and functions that docgen adds to those of Jinja2."""
    kinds: list[tuple[str, str, Mapping[str, Callable[..., Any]]]] = [
        (phrase("filter"), "{{ x | %s }}", FILTERS),
        (phrase("test"), "{%% if x is %s %%}", TESTS),
    ]
    entries = [
        FieldEntry(form % name, kind, meaning=_first_line(f))
        for kind, form, known in kinds
        for name, f in known.items()
    ]
    for name, function in FUNCTIONS.items():
        parameters = ", ".join(inspect.signature(function).parameters)
        entries.append(FieldEntry(f"{name}({parameters})", phrase("function"), meaning=_first_line(function)))
    yield Listing(phrase("filters, tests and functions"), tuple(entries))


def _first_line(function: Callable[..., Any]) -> str:
    return (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ").replace("`", "")
