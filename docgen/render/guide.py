"""The sheet of explanations that goes along with the sheet to fill in."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from docgen.model.kit import Kit, Section
from docgen.render import celltexts, xlsx

_WIDTHS = (26, 10, 42, 32)


def add_guide(book: Workbook, kit: Kit, sections: Sequence[Section]) -> Worksheet:
    """The sheet that says of every field whether it is needed, how to fill it in, and gives an example."""
    texts = kit.sheet
    sheet: Worksheet = book.create_sheet(xlsx.title(texts.guide))
    xlsx.set_widths(sheet, _WIDTHS)
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(texts.steps, start=1))
    row = xlsx.head(sheet, texts.guide, steps, _WIDTHS)
    _line(sheet, row, (texts.label, texts.needed, texts.hint, texts.example), (xlsx.HEAD,) * 4)
    top = row = row + 1
    for number, section in enumerate(sections):
        row = xlsx.banner(sheet, row, section.label, number, len(_WIDTHS))
        for field in section.fields:
            label = f"{field.group} / {field.label}" if field.group else field.label
            looks = (xlsx.PLAIN, xlsx.CENTRED, xlsx.PLAIN, xlsx.PLAIN)
            _line(
                sheet,
                row,
                (label, celltexts.need(field, texts), celltexts.how(field, texts), celltexts.example(field)),
                looks,
            )
            row += 1
    xlsx.finish(sheet, top, f"A{top}", kit.version_mark)
    return sheet


def _line(sheet: Worksheet, row: int, texts: Sequence[str], looks: Sequence[xlsx.Look]) -> None:
    for column, (text, look) in enumerate(zip(texts, looks, strict=True), start=1):
        xlsx.put(sheet, row, column, text, look)
    most = max(xlsx.height(text, columns, size=10) for text, columns in zip(texts, _WIDTHS, strict=True))
    xlsx.set_height(sheet, row, most, grows=True)
