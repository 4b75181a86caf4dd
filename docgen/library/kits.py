"""A kit as programs use it, and the commercial terms that it understands."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from docgen import pipeline
from docgen.errors import UsageError
from docgen.kit import amendments, kits, terms
from docgen.kit.amendments import Amendments
from docgen.kit.terms import GivenTerms
from docgen.language import tr
from docgen.library.dates import printed_date
from docgen.model import kit as model
from docgen.model.intake import Amendment


class Kit(model.Kit):
    """A kit, loaded and checked: its questions, rules and documents.

    `name`, `version`, `title`, `fields` and the rest of kit.yaml are its attributes (docs/kit.md).
    """

    @classmethod
    def load(cls, name_or_folder: str | os.PathLike[str]) -> Self:
        """The kit of that name, or in that folder; the same object again while its kit.yaml is the same.

        Raises UsageError if there is none, KitError that lists every problem of it with file and line.
        """
        return kits.load_as(cls, kits.find(os.fspath(name_or_folder)))

    def load_terms(self, given: str | os.PathLike[str] | Mapping[str, str] | None) -> GivenTerms:
        """The commercial terms that a file gives (key: value in YAML, a workbook with a terms sheet, or a table with
        a row for each customer), or that are given as written, by key.

        Raises UsageError if there is no such file, SourceError that names every term that is unknown or
        cannot be read.
        """
        if given is None:
            return GivenTerms()
        if isinstance(given, Mapping):
            return GivenTerms(terms.understood(given, self))
        return terms_in(Path(given), self)

    def load_amendments(
        self, given: Amendments | str | os.PathLike[str] | Sequence[Amendment | Mapping[str, Any]] | None
    ) -> Amendments:
        """The answers that the provider corrects: those of a YAML file, or those given as objects or mappings.

        Raises UsageError if there is no such file, AmendmentError that names every entry that is none.
        """
        if given is None or isinstance(given, Amendments):
            return given or Amendments()
        if not isinstance(given, (str, os.PathLike)):
            return amendments.understood(given, self)
        path = Path(given)
        if not path.exists():
            raise UsageError(tr("amendments {path}: there is no such file", path=path))
        return amendments.load(path, self)

    def blank_sheet(self, *, with_terms: bool = False) -> bytes:
        """The blank intake sheet (Excel); `with_terms` adds the sheet of commercial terms, never for a customer."""
        from docgen.documents.sheet import blank_sheet

        return blank_sheet(self, with_terms=with_terms)

    def blank_form(self, date: dt.date | None = None) -> bytes:
        """The blank fillable form (Word), which carries `date` (default: today)."""
        from docgen.documents.form import render_form

        return render_form(self, printed_date(date))


def terms_in(path: Path, kit: Kit, load: Callable[[Path, model.Kit], GivenTerms] = pipeline.load_terms) -> GivenTerms:
    """The terms in a file; `load` may read it in another process.  Raises what `Kit.load_terms` raises."""
    if not path.exists():
        raise UsageError(tr("terms {path}: there is no such file", path=path))
    return load(path, kit)
