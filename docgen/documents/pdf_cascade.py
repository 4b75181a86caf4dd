"""The PDF library's own style sheet without what no page of a kit uses: the marks of footnotes.

Five of its rules match every element, so that it calculates five styles more for each.  A page without notes looks at
none of them.  This reaches into the library, so it is done for the version that it was tried with alone, where what it
reaches for is as it was; otherwise the library's sheet is taken as it comes.  A test compares the bytes of both ways.
"""

from __future__ import annotations

import copy
from typing import Any

from docgen.patterns import regex

#: The minor version of WeasyPrint that this was tried with.
_TRIED = "70."
_MARKS = frozenset({"footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback"})
#: What styles cannot do without that make notes or style their marks, or are in files of their own.
_NOTES = regex(r"(?i)footnote|float\s*:\s*note|note-(?:call|marker|area)|@import|<link|\\[0-9a-f]")


def page_class(weasyprint: Any, *sources: str) -> Any:
    """The class that reads a page of these sources (HTML and styles): weasyprint.HTML, or one that does less."""
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
    """The library's sheet without the marks of notes; None if it is not as it was."""
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
