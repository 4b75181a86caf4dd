"""WeasyPrint without fontTools until something needs it: the same PDFs, and the real thing when it is asked for."""

from __future__ import annotations

import importlib
import subprocess
import sys
from contextlib import nullcontext
from types import ModuleType
from typing import Any

import pytest

from docgen.documents import late_fonttools, pdf_library

#: Prints the hash of a PDF, and whether fontTools was imported for it.
PRINT = """
import hashlib, sys
from contextlib import nullcontext
from docgen.documents import late_fonttools, pdf_library
if {at_once}:
    late_fonttools.left_out = nullcontext
html = pdf_library.load().HTML(string="<html lang=zh><body style='font-family: DejaVu Sans'><p>{text}</p></body></html>")
made = html.write_pdf(pdf_variant="pdf/a-3a", pdf_identifier=b"one", full_fonts={full})
print(hashlib.sha256(made).hexdigest(), "fontTools" in sys.modules)
"""
#: Uses what stands in for fontTools as WeasyPrint does.
USE = """
import io, sys
from docgen.documents import pdf_library
pdf_library.load()
from weasyprint.pdf import fonts
from weasyprint.text import fonts as text_fonts
assert "fontTools" not in sys.modules
try:
    fonts.TTFont(io.BytesIO(b"no font"), fontNumber=0)
except fonts.TTLibError:
    pass
from fontTools import subset, ttLib
from fontTools.varLib.instancer import instantiateVariableFont
assert fonts.TTFont is text_fonts.TTFont is ttLib.TTFont
assert fonts.subset is subset and fonts.instantiateVariableFont is instantiateVariableFont
assert fonts.ttFont is ttLib.ttFont and text_fonts.woff2 is ttLib.woff2
assert fonts.subset.Options()
print("used")
"""


def printed(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.slow
@pytest.mark.parametrize("full", [False, True], ids=["cut fonts", "whole fonts, which need fontTools"])
def test_pdfs_are_the_same_with_fonttools_and_without(full: bool) -> None:
    text = "Example" if full else "示例 Example"  # a whole Chinese face takes ten seconds
    late, at_once = (printed(PRINT.format(at_once=at_once, full=full, text=text)) for at_once in (False, True))
    assert late[0] == at_once[0]
    assert (late[1], at_once[1]) == (str(full), "True")


@pytest.mark.slow
def test_the_first_use_puts_the_real_names_in_place() -> None:
    assert printed(USE) == ["used"]


def test_what_is_imported_already_is_left_alone() -> None:
    import fontTools

    with late_fonttools.left_out():
        assert sys.modules["fontTools"] is fontTools


def test_where_it_cannot_be_left_out_weasyprint_is_imported_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refusing(name: str) -> ModuleType | Any:
        asked.append(name)
        if len(asked) == 1:
            raise TypeError("a class is made of a stand-in")
        return sys

    monkeypatch.setattr(late_fonttools, "left_out", nullcontext)
    monkeypatch.setattr(importlib, "import_module", refusing)
    assert pdf_library.load() is sys
    assert asked == ["weasyprint"] * 2
