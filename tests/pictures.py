"""The pictures of the documentation: a sheet and what docgen makes of it.  `make pictures` draws them.

Needs LibreOffice and poppler (`apt-get install libreoffice-calc libreoffice-writer poppler-utils`).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import openpyxl
from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "templates" / "caller-number" / "pictures"
DATE = "2026-11-23"
WIDTH, COLOURS, MARGIN = 664, 64, 12


class Picture(NamedTuple):
    """What a picture shows: a page of a file, made by a command (none: the sheet itself) of a sheet of inputs/."""

    command: str
    source: str
    file: str
    page: int = 1


ALL = {
    "input": Picture("", "manual.xlsx", "input.xlsx"),
    "form": Picture("form", "manual.xlsx", "form.docx"),
    "review": Picture("review", "manual.xlsx", "review.pdf"),
    "contract": Picture("contract", "manual.xlsx", "contract.docx", page=3),
    "returned": Picture("return", "incomplete.xlsx", "returned.xlsx"),
}


def main() -> None:
    """Draw every picture anew."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name, picture in ALL.items():
            make(picture, work)
            drawn = draw(work / picture.file, picture.page)
            whole = drawn if picture.command else framed(drawn)
            whole.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)


def make(picture: Picture, work: Path) -> None:
    """The file of a picture; a sheet of its own shows the letters and numbers of its cells, as Excel does."""
    source = work / picture.source
    shutil.copy(ROOT / "inputs" / picture.source, source)
    if not picture.command:
        book = openpyxl.load_workbook(source)
        for sheet in book.worksheets:
            sheet.print_options.headings = True
        book.save(work / picture.file)
        return
    command = [sys.executable, "-m", "docgen", picture.command, source.name, "--date", DATE, "-o", picture.file]
    done = subprocess.run(command, cwd=work, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode in {0, 4}, done
    if picture.file == "form.docx":
        without_controls(work / picture.file)


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
