"""Remove the rules for footnote marks from WeasyPrint's own style sheet, to render pages without notes faster.

Five of its rules match every element, so it computes five more styles for each, which a page without notes never
uses.  This changes internals of the library, so it is only done for the version it was tested with, and only if the
internals are as expected; otherwise the library's sheet is used unchanged.  A test compares the bytes of both ways.
"""

from __future__ import annotations

import copy
from typing import Any

from docgen.patterns import regex

#: The minor version of WeasyPrint that this was tested with.
_TRIED = "70."
_MARKS = frozenset({"footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback"})
#: Texts in styles that make notes, style their marks, or refer to other files: such pages keep the full sheet.
_NOTES = regex(r"(?i)footnote|float\s*:\s*note|note-(?:call|marker|area)|@import|<link|\\[0-9a-f]")


def page_class(weasyprint: Any, *sources: str) -> Any:
    """The class for a page from these sources (HTML and styles): weasyprint.HTML, or the faster one."""
    if not weasyprint.__version__.startswith(_TRIED) or any(map(_NOTES.search, sources)):
        return weasyprint.HTML
    sheet = _sheet(weasyprint)
    if sheet is None:
        return weasyprint.HTML

    class Page(weasyprint.HTML):  # type: ignore[misc]
        """A page without notes."""

        def _ua_stylesheets(self, forms: bool = False) -> Any:
            return super()._ua_stylesheets(forms) if forms else [sheet]

    return Page


def _sheet(weasyprint: Any) -> Any:
    """The library's sheet without the rules for footnote marks; None if it is not as expected."""
    try:
        (whole,) = weasyprint.HTML._ua_stylesheets(None)
        sheet = copy.copy(whole)
        sheet.matcher = copy.copy(whole.matcher)
        rules = whole.matcher.other_selectors
        sheet.matcher.other_selectors = [rule for rule in rules if rule[3] not in _MARKS]
        is_as_it_was = {rule[3] for rule in rules} >= _MARKS
    except (AttributeError, TypeError, ValueError, IndexError):
        return None
    return sheet if is_as_it_was else None
