"""In a worker: try dropped templates beside the kit in use, which stays unchanged.

A trial is a copy of the kit in use with its files replaced by the dropped ones, in a temporary folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from docgen.desk.documents import PDF, WORD, MadeDocument
from docgen.desk.readings import bounded
from docgen.documents import template_check, template_fields
from docgen.documents.contract import CONTRACT_TEMPLATE
from docgen.documents.summary import REVIEW_TEMPLATE
from docgen.documents.template_fields import Listing
from docgen.errors import DocgenError
from docgen.language import tr
from docgen.library.cases import Case, read
from docgen.library.kits import Kit
from docgen.model.kit import FORM_TEMPLATE, KIT_FILE
from docgen.output import scratch
from docgen.template.tags import Remark
from docgen.workers import limits

#: The templates from which documents are made.
KINDS = {CONTRACT_TEMPLATE: "contract", FORM_TEMPLATE: "form", REVIEW_TEMPLATE: "review"}


class TemplateRemark(NamedTuple):
    """A remark about a place in a template."""

    where: str
    what: str
    is_note: bool


class Trial(NamedTuple):
    """The result of a trial: problems first, then notes."""

    places: list[TemplateRemark]

    @property
    def problems(self) -> list[TemplateRemark]:
        """What must be fixed."""
        return [place for place in self.places if not place.is_note]

    @property
    def notes(self) -> list[TemplateRemark]:
        """Remarks that need no fix."""
        return [place for place in self.places if place.is_note]


def examine(kit: Path, dropped: Path) -> Trial:
    """Every problem of the files in `dropped`: templates of the kit, or a whole kit."""
    with bounded(dropped.name), _folder(kit, dropped) as folder:
        names = [path.name for path in sorted(dropped.iterdir())]
        found: list[Remark] = []
        if KIT_FILE in names:
            found = template_check.check_kit(folder)
        else:
            for name in names:
                if Path(name).suffix.lower() in template_check.SUFFIXES:
                    found += template_check.check_file(folder / name, Kit.load(kit))
        places = [TemplateRemark(_near(one.where, folder), _near(one.what, folder), one.is_note) for one in found]
        if all(place.is_note for place in places):
            places += _rendered(folder, names)
        return Trial(sorted(places, key=lambda place: place.is_note))


def _rendered(folder: Path, names: list[str]) -> Iterator[TemplateRemark]:
    """Problems that only appear when documents are made: each kind is made once, for the sample customer."""
    kinds = [kind for name, kind in KINDS.items() if name in names or KIT_FILE in names]
    try:
        case = _sample(Kit.load(folder))
    except DocgenError as error:
        yield TemplateRemark(KIT_FILE, _near(str(error), folder), is_note=False)
        return
    limits.end_reading()
    for kind in kinds:
        try:
            _document(case, kind)
        except DocgenError as error:
            yield TemplateRemark(
                next(name for name, one in KINDS.items() if one == kind), _near(str(error), folder), is_note=False
            )


def preview(kit: Path, dropped: Path | None, kind: str) -> MadeDocument:
    """A document of the kit's sample customer, made with the dropped files.  Raises whatever making it raises."""
    with bounded("preview"), _folder(kit, dropped) as folder:
        case = _sample(Kit.load(folder))
        limits.end_reading()
        return _document(case, kind)


def _document(case: Case, kind: str) -> MadeDocument:
    if kind == "review":
        return MadeDocument(case.file_names["review"], case.review(), PDF)
    if kind == "form":
        return MadeDocument(case.file_names["form"], case.form(), WORD)
    made = case.contract(allow_unready=not case.ready)
    return MadeDocument(case.file_names["contract"], bytes(made), WORD, made.pending)


def fields(kit: Path) -> list[Listing]:
    """Everything that the templates of a kit may use, in the language of the process."""
    return [
        Listing(tr(listing.title), tuple(entry._replace(meaning=tr(entry.meaning)) for entry in listing.entries))
        for listing in template_fields.of_kit(Kit.load(kit))
    ]


def _sample(kit: Kit) -> Case:
    """A customer whose answers are the examples of the kit; terms without an example stay pending."""
    answers = {
        key: field.example or (field.choices[0].label if field.choices else "") for key, field in kit.fields.items()
    }
    lines = [f"{kit.fields[key].label}：{' '.join(text.split())}" for key, text in answers.items() if text]
    terms = {key: field.example for key, field in kit.terms.items() if field.example}
    return next(iter(read("\n".join(lines).encode(), kit, terms=terms, name="sample.txt")))


@contextmanager
def _folder(kit: Path, dropped: Path | None) -> Iterator[Path]:
    with scratch.private_folder() as private:
        folder = Path(private, kit.name)
        scratch.copy_files(folder, *([kit] if dropped is None else [kit, dropped]))
        yield folder


def _near(text: str, folder: Path) -> str:
    """The text without the path of the temporary folder."""
    return text.replace(f"{folder}/", "").replace(str(folder), folder.name)
