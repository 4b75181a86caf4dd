"""The custom document properties of a workbook, and what docgen left of its own in them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping

from defusedxml.ElementTree import fromstring

from docgen.kit import MADE_WITH, OWN_SHEETS
from docgen.read.grid import Book, Grid

_CUSTOM = "docProps/custom.xml"


def custom_properties(archive: zipfile.ZipFile) -> dict[str, str]:
    """The custom properties of an Office package that hold text."""
    if _CUSTOM not in archive.namelist():
        return {}
    root = fromstring(archive.read(_CUSTOM), forbid_dtd=True)
    return {entry.get("name", ""): re.sub(r"_x000[AaDd]_", "\n", "".join(entry.itertext())) for entry in root}


def book_of(sheets: Iterable[Grid], properties: Mapping[str, str]) -> Book:
    """The book of these sheets, with what its properties say of the kit it was made with."""
    name, _, version = properties.get(MADE_WITH, "").partition(" ")
    return Book(
        sheets=tuple(sheets),
        made_with=(name, version.strip()) if name and version.strip() else None,
        own_sheets=frozenset(properties.get(OWN_SHEETS, "").split("/")) - {""},
    )
