"""The pictures of the README: one sheet, and the three documents that docgen makes of it.  `make pictures` draws them.

Needs LibreOffice and poppler (`apt-get install libreoffice-calc libreoffice-writer poppler-utils`).
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import openpyxl
from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "inputs" / "manual.xlsx"
PICTURES = ROOT / "templates" / "caller-number" / "pictures"
DATE = "2026-11-23"

#: The document that each picture shows, and the page of it.
PAGES = {
    "input": ("input.xlsx", 1),
    "form": ("form.docx", 1),
    "review": ("review.pdf", 1),
    "contract": ("contract.docx", 2),
}
WIDTH, COLOURS, MARGIN = 664, 64, 12


def main() -> None:
    """Draw every picture anew."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        make_documents(work)
        for name, (document, page) in PAGES.items():
            drawn = draw(work / document, page)
            whole = framed(drawn) if name == "input" else drawn
            whole.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)


def make_documents(work: Path) -> None:
    """The sheet and its documents; the sheet shows the letters and numbers of its cells, as Excel does."""
    shutil.copy(SOURCE, work / SOURCE.name)
    for name, (document, _) in PAGES.items():
        if name != "input":
            command = [sys.executable, "-m", "docgen", name, SOURCE.name, "--date", DATE, "-o", document]
            subprocess.run(command, cwd=work, check=True, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"})
    without_controls(work / "form.docx")
    book = openpyxl.load_workbook(SOURCE)
    sheet = book.active
    assert sheet is not None
    sheet.print_options.headings = True
    book.save(work / "input.xlsx")


def without_controls(form: Path) -> None:
    """Leave the contents of the controls alone: LibreOffice draws their hints black, Word grey as their style says."""
    with zipfile.ZipFile(form) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    control = rb"<w:sdt><w:sdtPr>(?:(?!</w:sdtPr>).)*</w:sdtPr><w:sdtContent>(.*?)</w:sdtContent></w:sdt>"
    parts["word/document.xml"] = re.sub(control, rb"\1", parts["word/document.xml"])
    with zipfile.ZipFile(form, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)


def draw(document: Path, page: int) -> Image.Image:
    """One page of a document, as wide as every picture."""
    if document.suffix != ".pdf":
        convert = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(document.parent), str(document)]
        subprocess.run(convert, check=True, stdout=subprocess.DEVNULL)
    target = document.with_suffix("")
    options = ["-singlefile", "-f", str(page), "-l", str(page), "-scale-to-x", str(WIDTH), "-scale-to-y", "-1"]
    subprocess.run(["pdftoppm", "-png", *options, str(document.with_suffix(".pdf")), str(target)], check=True)
    return Image.open(target.with_suffix(".png")).convert("RGB")


def framed(picture: Image.Image) -> Image.Image:
    """The picture without the empty paper around what it shows."""
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox()
    assert box is not None
    left, top, right, bottom = box
    return picture.crop((left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN))


if __name__ == "__main__":
    main()
