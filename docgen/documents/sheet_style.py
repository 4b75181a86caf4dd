"""Formats, sizes and bytes of the Excel files that docgen makes; independent of the kit.

Equal workbooks give equal bytes: openpyxl stamps the current time on the file and on every part of
it, so `pack` writes both again with a fixed one.
"""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from math import ceil
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.packaging.core import DocumentProperties
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Color, Font, PatternFill, Protection, Side
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import ARC_CORE
from openpyxl.xml.functions import tostring

from docgen.errors import WriteError
from docgen.language import tr
from docgen.patterns import regex
from docgen.template import package

_TIME = dt.datetime(1980, 1, 1)  # the earliest time that a zip entry can carry
_TEXT_FORMAT = "@"
_COMMENT_COLUMNS = 46
_LINE = 1.4  # height of a line, in sizes of its face
_TITLE_LENGTH = 31
_NOT_IN_TITLES = regex(r"[\[\]:*?/\\]")

HEADING_FACE, FACE = "Microsoft YaHei", "DengXian"
_RED, _INK, _GREY = "C00000", "1F2937", "6B7280"
_SIDE = Side("thin", color="B8C0CC")
BOX = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)


class CellFormat(NamedTuple):
    """The format of a cell, and whether it may be filled in."""

    font: Font
    fill: str = ""
    horizontal: str = "left"
    vertical: str = "center"
    border: Border | None = BOX
    is_open: bool = False


#: Characters that a cell holds.
LONGEST_CELL = 32_767
HEAD_HEIGHT = 24
TITLE = CellFormat(Font(HEADING_FACE, 16, bold=True, color="1F3864"), horizontal="center", border=None)
NOTE = CellFormat(Font(FACE, 10, color=_GREY), border=None)
NOTICE = CellFormat(Font(FACE, 10, bold=True, color="B42318"), border=None)
HEAD = CellFormat(Font(HEADING_FACE, 10, bold=True, color=_INK), "E5E7EB", horizontal="center")
BANNER = CellFormat(Font(HEADING_FACE, 11, bold=True, color="1F3864"))
GROUP = CellFormat(Font(FACE, 11, color=_INK), "F5F7FA", horizontal="center")
LABEL = CellFormat(Font(FACE, 11, color=_INK), "F5F7FA")
ANSWER = CellFormat(Font(FACE, 11, color="000000"), is_open=True)
SETTLED = CellFormat(Font(FACE, 11, color=_GREY), "EEF0F2")
HINT = CellFormat(Font(FACE, 10, color=_GREY))
PLAIN = CellFormat(Font(FACE, 10, color=_INK))
CENTRED = CellFormat(Font(FACE, 10, color=_INK), horizontal="center")
#: Soft colours of section banners, in turn.
_BANNER_FILLS = ("DCE6F4", "E2EFDA", "FCE9D4", "EAE4F2")


def literal(text: str) -> str:
    """`text` as a cell must hold it to show it: `_x0041_` stands for a character there (ECMA-376 part 1, 22.9.2.19)."""
    return _CODED.sub("_x005F_", text)


_CODED = regex("_(?=x[0-9A-Fa-f]{4}_)")


def put(
    sheet: Worksheet, row: int, column: int, text: str, look: CellFormat, *, fill: str = "", star: bool = False,
    note: str = "", ink: str = "",
) -> Cell:  # fmt: skip
    """`text` in the cell, as text whatever it starts with; `star` adds the red mark of a required answer,
    `note` is above the text in a colour of its own.  Raises WriteError if no cell can hold it all."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)  # cells are merged after they are written
    if len(text) + len(note) >= LONGEST_CELL:
        count = len(text) + len(note)
        raise WriteError(
            tr("a text of {count} characters fits no cell of a sheet", count=count),
            tr("make a Word form of it: --docx"),
        )
    text, note = literal(text), literal(note)
    if text or note:
        own = InlineFont(rFont=look.font.name, sz=look.font.sz, b=look.font.b, color=look.font.color)
        loud = InlineFont(rFont=look.font.name, sz=look.font.sz, b=True, color=Color(ink or _RED))
        pieces = ((loud, note), (own, f"\n{text}" if note and text else text), (loud, "*" if star else ""))
        blocks = [TextBlock(font, piece) for font, piece in pieces if piece]
        cell.value = CellRichText(*blocks) if note or star else text
        cell.data_type = "s"  # else openpyxl makes a formula of what starts with =
    colour = fill or look.fill
    cell.font = look.font
    indent = 1 if look.border and look.horizontal == "left" else 0
    cell.alignment = Alignment(look.horizontal, look.vertical, wrap_text=True, indent=indent)
    cell.number_format = _TEXT_FORMAT
    if look.border:
        cell.border = look.border
    if colour:
        cell.fill = PatternFill("solid", fgColor=colour)
    if look.is_open:
        cell.protection = Protection(locked=False)
    return cell


def comment(cell: Cell, text: str) -> None:
    """Attach a comment to the cell, large enough for the text."""
    cell.comment = Comment(text, "docgen", height=round(height(text, _COMMENT_COLUMNS, 9)) + 20, width=320)


def merge(sheet: Worksheet, row: int, left: int, right: int, bottom: int | None = None) -> None:
    """Merge a range of cells that all have the look of its first."""
    sheet.merge_cells(start_row=row, start_column=left, end_row=bottom or row, end_column=right)


class _SoftRow(RowDimension):
    """A row whose height Excel fits to its contents, as for rows without a set height."""

    @property
    def customHeight(self) -> bool:  # noqa: N802  openpyxl's name
        """False, though a height is given to begin with."""
        return False


def set_height(sheet: Worksheet, row: int, height: float, *, grows: bool = False) -> None:
    """Make the row so high; one that `grows` follows its contents.  Merged cells need a fixed height."""
    if grows:
        sheet.row_dimensions[row] = _SoftRow(sheet, index=row, ht=height)
    else:
        sheet.row_dimensions[row].height = height


def width(text: str) -> int:
    """How wide a text is in columns of a terminal, of a sheet roughly too: Han characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def height(text: str, columns: float, size: float = 11) -> float:
    """How high the text is in points, wrapped in a cell of this width at this size, with room around it."""
    in_line = max((columns - 3) * 10.5 / size, 2)
    lines = sum(max(ceil(width(line) / in_line), 1) for line in text.split("\n"))
    return lines * size * _LINE + 8


def title(text: str) -> str:
    """The text as the title of a sheet: without what titles cannot hold, at most 31 characters."""
    return " ".join(_NOT_IN_TITLES.sub(" ", text).split()).strip("'")[:_TITLE_LENGTH].strip()


def _set_page(sheet: Worksheet, head_row: int, footer: str) -> None:
    """A4 upright, one page wide, the column heads on every page, kit and page numbers below."""
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.header, margins.footer = 0.6, 0.7, 0.3, 0.35
    sheet.print_options.horizontalCentered = True
    sheet.print_title_rows = f"{head_row}:{head_row}"
    foot = sheet.oddFooter
    assert foot is not None
    assert foot.left is not None
    assert foot.right is not None
    foot.left.text, foot.right.text = footer, "&P / &N"
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 110


def _protect(sheet: Worksheet) -> None:
    """Lock what is not an answer, without a password; rows and columns may still be sized, cells formatted."""
    protection = sheet.protection
    protection.sheet = True
    protection.formatCells = protection.formatColumns = protection.formatRows = False


def _freeze(sheet: Worksheet, row: int, active: str) -> None:
    """Keep the rows above `row` in sight, and start in the cell `active`."""
    sheet.freeze_panes = f"A{row}"
    for selection in sheet.sheet_view.selection:
        selection.activeCell = selection.sqref = active


def set_widths(sheet: Worksheet, widths: Iterable[int]) -> None:
    """Make the first columns so wide."""
    for letters, columns in zip("ABCD", widths, strict=True):
        sheet.column_dimensions[letters].width = columns


def head(sheet: Worksheet, title: str, note: str, widths: Sequence[int], note_look: CellFormat = NOTE) -> int:
    """Title and note across the sheet; the row below them."""
    row = 1
    for text, look, size in ((title, TITLE, 24), (note, note_look, 10)):
        if text:
            put(sheet, row, 1, text, look)
            merge(sheet, row, 1, len(widths))
            set_height(sheet, row, height(text, sum(widths), size))
            row += 1
    return row


def banner(sheet: Worksheet, row: int, label: str, number: int, columns: int) -> int:
    """The label of a section across the sheet, in the next of the soft colours; the row below it."""
    fill = _BANNER_FILLS[number % len(_BANNER_FILLS)]
    for column in range(1, columns + 1):
        put(sheet, row, column, label if column == 1 else "", BANNER, fill=fill)
    merge(sheet, row, 1, columns)
    set_height(sheet, row, HEAD_HEIGHT)
    return row + 1


def finish(sheet: Worksheet, top: int, active: str, footer: str) -> None:
    """What holds for a sheet as a whole: rows above `top` in sight, how it prints, what may be changed."""
    _freeze(sheet, top, active)
    _set_page(sheet, max(top - 1, 1), footer)
    _protect(sheet)


class DatedZip(zipfile.ZipFile):
    """The archive of a workbook while it is written; its parts have the earliest possible time."""

    def __init__(self, file: IO[bytes] | Path) -> None:
        super().__init__(file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **options: Any) -> None:
        """Add a part."""
        part = zipfile.ZipInfo(zinfo_or_arcname)
        part.compress_type = zipfile.ZIP_DEFLATED
        super().writestr(part, data, *args, **options)


class _InMemory(ExcelWriter):
    """Writes sheets in memory: openpyxl uses temporary files, which a crash leaves behind."""

    _archive: zipfile.ZipFile

    def write_worksheet(self, ws: Any) -> None:
        """Add a sheet; charts and pictures are left out."""
        ws._drawing = SpreadsheetDrawing()
        content = io.BytesIO()
        writer: Any = WorksheetWriter(ws, content)
        writer.write()
        ws._rels = writer._rels
        self._archive.writestr(ws.path[1:], content.getvalue())
        self.manifest.append(ws)


def pack(book: Workbook, properties: dict[str, str], book_title: str) -> bytes:
    """The workbook's bytes, with these custom properties; the same for the same workbook at any time."""
    core = book.properties
    core.creator, core.title = "docgen", book_title
    for name, text in properties.items():
        book.custom_doc_props.append(StringProperty(name=name, value=text))  # type: ignore[attr-defined]  # no stub
    written = io.BytesIO()
    _InMemory(book, DatedZip(written)).save()
    core.created = core.modified = _TIME
    with zipfile.ZipFile(written) as source:
        return package.pack(package.part(name, _renewed(name, source.read(name), core)) for name in source.namelist())


def _renewed(name: str, content: bytes, core: DocumentProperties) -> bytes:
    if name == ARC_CORE:
        return cast(bytes, tostring(core.to_tree()))
    return _without_warnings(content) if name.startswith("xl/worksheets/sheet") else content


#: Cells are text, so that what is typed stays as typed; Excel must not flag each number in them.
_NO_WARNING = b'<ignoredErrors><ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/></ignoredErrors>'


def _without_warnings(sheet: bytes) -> bytes:
    # ECMA-376 part 1, 18.3.1.99: of what these sheets hold, only the drawing of comments may follow.
    head, mark, tail = sheet.rpartition(b"<legacyDrawing" if b"<legacyDrawing" in sheet else b"</worksheet>")
    return head + _NO_WARNING + mark + tail
