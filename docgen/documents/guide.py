"""The sheet of explanations beside the sheet to fill in."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from docgen.documents import cell_text, sheet_style
from docgen.model.kit import Kit, Section

_WIDTHS = (26, 10, 42, 32)


def add_guide(book: Workbook, kit: Kit, sections: Sequence[Section]) -> Worksheet:
    """The sheet with every field: whether it is needed, how to fill it in, and an example."""
    texts = kit.sheet
    sheet: Worksheet = book.create_sheet(sheet_style.title(texts.guide))
    sheet_style.set_widths(sheet, _WIDTHS)
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(texts.steps, start=1))
    row = sheet_style.head(sheet, texts.guide, steps, _WIDTHS)
    _line(sheet, row, (texts.label, texts.needed, texts.hint, texts.example), (sheet_style.HEAD,) * 4)
    top = row = row + 1
    for number, section in enumerate(sections):
        row = sheet_style.banner(sheet, row, section.label, number, len(_WIDTHS))
        for field in section.fields:
            label = f"{field.group} / {field.label}" if field.group else field.label
            looks = (sheet_style.PLAIN, sheet_style.CENTRED, sheet_style.PLAIN, sheet_style.PLAIN)
            _line(
                sheet,
                row,
                (label, cell_text.need(field, texts), cell_text.how(field, texts), cell_text.example(field)),
                looks,
            )
            row += 1
    sheet_style.finish(sheet, top, f"A{top}", kit.version_mark)
    return sheet


def _line(sheet: Worksheet, row: int, texts: Sequence[str], looks: Sequence[sheet_style.CellFormat]) -> None:
    for column, (text, look) in enumerate(zip(texts, looks, strict=True), start=1):
        sheet_style.put(sheet, row, column, text, look)
    most = max(sheet_style.height(text, columns, size=10) for text, columns in zip(texts, _WIDTHS, strict=True))
    sheet_style.set_height(sheet, row, most, grows=True)
