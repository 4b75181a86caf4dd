"""Let the pages of a kit share their computed styles, which WeasyPrint computes again for each.

What a style computes to follows from the style above it and the declarations for it.  Rules for marks of notes, which
match every element, are left out.  This changes internals of the library: it is only done for the version that it was
tested with and if these are as expected; otherwise pages are made as ever.  A test compares the bytes of both.
"""

from __future__ import annotations

import copy
from typing import Any

from docgen.patterns import regex

_TRIED = "70."  # the minor version of WeasyPrint
_USED = {"set_computed_styles", "get_computed_styles", "get_cascaded_styles", "other_selectors"}
#: Texts of pages left as they are: they make notes, refer to other files, or have lengths of the first page's size.
_OTHERS = regex(r"(?i)footnote|float\s*:\s*note|note-(call|marker|area)|@import|<link|\\[0-9a-f]|\d[sdl]?v([whib]|m)")
_MARKS = {"footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback"}
#: The library changes styles of other parts, such as ::first-letter, for each element.
_KEPT = {None, "before", "after", "marker"}
#: How many styles are kept: ten times those of a page, since styles written into elements are not met again.
_MOST = 3000


def share(page: Any, styles: dict[Any, Any], *sources: str) -> bool:
    """Let `page`, a weasyprint.HTML made from these sources (HTML and styles), share computed styles, and say whether
    it does.  `styles` holds those of earlier pages with the same style sheets and fonts, and is filled."""
    import weasyprint

    if weasyprint.__version__.startswith(_TRIED) and not any(map(_OTHERS.search, sources)) and _can_share():
        if len(styles) > _MOST:
            styles.clear()
        page.shared_styles = styles
    return hasattr(page, "shared_styles")


def _can_share() -> bool:
    """Whether the library computes styles as expected; from then on it shares those of pages that allow it."""
    from weasyprint import css

    library: Any = getattr(css, "StyleFor", None)
    if hasattr(library, "shared") or not {*dir(library), *dir(css.cssselect2.Matcher())} >= _USED:
        return hasattr(library, "shared")

    class StyleFor(library):  # type: ignore[misc]
        def __init__(self, html: Any, sheets: Any, *others: Any) -> None:
            self.shared = getattr(html, "shared_styles", None)
            super().__init__(html, sheets if self.shared is None else list(map(_without_marks, sheets)), *others)

        def set_computed_styles(self, element: Any, **how: Any) -> None:
            part, shared, styles = how.get("pseudo_type"), self.shared, self.get_computed_styles()
            if shared is None or part not in _KEPT or not hasattr(element, "tag"):
                super().set_computed_styles(element, **how)
                return
            above = styles.get((how["parent"], None))
            applied = self.get_cascaded_styles().get((element, part), {}).items()
            # A kept style holds its declarations and the style above, so their numbers stay theirs; lang's are new.
            values = [(name, value if name == "lang" else id(value), weight) for name, (value, weight) in applied]
            key = id(above), part, how["base_url"], *values
            if style := shared.get(key):
                styles[element, part] = style
                if above is None or above.parent_style is None:  # the library changes those of the root and the body
                    style.pop("overflow", None), style.pop("display", None)
                if how["target_collector"] and style["anchor"]:
                    how["target_collector"].collect_anchor(style["anchor"])
            else:
                super().set_computed_styles(element, **how)
                shared[key] = styles[element, part]

    css.StyleFor, StyleFor.shared = StyleFor, None
    return True


def _without_marks(entry: tuple[Any, ...]) -> tuple[Any, ...]:
    sheet, matcher = (copy.copy(one) for one in (entry[0], entry[0].matcher))
    matcher.other_selectors = [rule for rule in matcher.other_selectors if _MARKS.isdisjoint(rule[:4])]
    sheet.matcher = matcher
    return sheet, *entry[1:]
