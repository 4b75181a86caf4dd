"""Let WeasyPrint compute the styles of a page only once for all pages that have them.

What a style computes to follows from the style above it and the declarations for it, so equal ones are shared, as the
library does within a page.  It also computes five styles of each element for the marks of notes, which a page without
notes never uses.  This changes internals of the library, so it is only done for the version it was tested with, and
only if these are as expected; otherwise the library is used unchanged.  A test compares the bytes of both ways.
"""

from __future__ import annotations

from typing import Any

from docgen.patterns import regex

#: The minor version of WeasyPrint that this was tested with.
_TRIED = "70."
_USED = {"set_computed_styles", "get_computed_styles", "get_cascaded_styles"}
#: Texts of pages left as they are: they make notes, refer to other files, or have lengths of the first page's size.
_OTHERS = regex(r"(?i)footnote|float\s*:\s*note|note-(call|marker|area)|@import|<link|\\[0-9a-f]|\d[sdl]?v([whib]|m)")
_MARKS = frozenset({"footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback"})
#: The library changes styles of other parts, such as ::first-letter, for each element.
_KEPT = frozenset({None, "before", "after", "marker"})
#: How many styles are kept: ten times those of a page.  Styles written into elements are not met again.
_MOST = 3000


def share(page: Any, styles: dict[Any, Any], *sources: str) -> bool:
    """Let `page`, a weasyprint.HTML made from these sources (HTML and styles), share computed styles; whether it does.

    `styles` holds those of earlier pages with the same style sheets and fonts, and is filled.
    """
    import weasyprint

    if weasyprint.__version__.startswith(_TRIED) and not any(map(_OTHERS.search, sources)) and _can_share():
        page.shared_styles = styles
        return True
    return False


def _can_share() -> bool:
    """Whether the library computes styles as expected; from then on it shares those of pages that allow it."""
    from weasyprint import css

    library: Any = getattr(css, "StyleFor", None)
    if hasattr(library, "shared") or not set(dir(library)) >= _USED:
        return hasattr(library, "shared")

    class StyleFor(library):  # type: ignore[misc]
        shared: Any = None

        def __init__(self, html: Any, *others: Any) -> None:
            self.shared = getattr(html, "shared_styles", None)
            super().__init__(html, *others)

        def set_computed_styles(self, element: Any, **how: Any) -> None:
            part, shared, styles = how.get("pseudo_type"), self.shared, self.get_computed_styles()
            if shared is None or part not in _KEPT or not hasattr(element, "tag"):
                if shared is None or part not in _MARKS:
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
                return
            if len(shared) >= _MOST:
                shared.clear()
            super().set_computed_styles(element, **how)
            shared[key] = styles[element, part]

    css.StyleFor = StyleFor
    return True
