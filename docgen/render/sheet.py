"""The Excel sheet that customers fill in, blank; everything in it comes from the kit.

One sheet to fill in, one that explains each item, and on request one for each internal section.  What
is printed in an answer cell reads back as not given; every answer cell is text, so that Excel changes
nothing of what is typed (`8-10` would become a date).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from docgen import values
from docgen.kit import MADE_WITH, OWN_SHEETS, Field, FieldType, Kit, Section, SheetTexts
from docgen.render import xlsx

_GROUP, _LABEL, _ANSWER, _HINT = 1, 2, 3, 4
_WIDTHS = (13, 19, 44, 34)
_GUIDE_WIDTHS = (26, 10, 42, 32)
_BOX, _TICK, _BLANK, _GAP = "□", "☑", "_" * 16, "　"
_LIST_SHEET = "docgen_lists"
_HEAD_HEIGHT = 24
# What Excel takes: an inline list, the title and the text of a message.
_LONGEST_LIST, _LONGEST_TITLE, _LONGEST_TEXT = 255, 32, 225


def blank_sheet(kit: Kit, *, with_terms: bool = False) -> bytes:
    """The blank workbook as bytes, ready to be sent; `with_terms` adds the internal sections, which never
    go to a customer.  Equal kits give equal bytes."""
    book = Workbook()
    book.remove(book.worksheets[0])
    asked = [section for section in kit.sections if not section.internal]
    pages = [_Page(book, kit, kit.title, kit.sheet.note, asked)]
    guides = [_guide(book, kit, asked)] if kit.sheet.guide else []
    if with_terms:
        internal = [section for section in kit.sections if section.internal]
        pages += [_Page(book, kit, section.label, kit.sheet.terms_note, [section]) for section in internal]
    for page in pages:
        page.finish()
    book.active = 0
    properties = {
        MADE_WITH: kit.version_mark,
        OWN_SHEETS: "/".join(guide.title for guide in guides),
    }
    return xlsx.pack(book, {name: text for name, text in properties.items() if text}, kit.title)


class _Page:
    """A sheet of questions: group, label, answer, hint."""

    def __init__(self, book: Workbook, kit: Kit, title: str, note: str, sections: Sequence[Section]) -> None:
        self.book = book
        self.kit = kit
        self.sheet: Worksheet = book.create_sheet(xlsx.title(title))
        self.first_answer = ""
        _set_widths(self.sheet, _WIDTHS)
        self.row = _head(self.sheet, title, note, _WIDTHS)
        self._column_heads()
        self.top = self.row
        for number, section in enumerate(sections):
            if len(sections) > 1:
                self.row = _banner(self.sheet, self.row, section.label, number, len(_WIDTHS))
            for group, fields in groupby(section.fields, key=lambda field: field.group):
                self._group(group, list(fields))

    def _column_heads(self) -> None:
        texts = self.kit.sheet
        if texts.answer:
            for column, text in ((_GROUP, texts.label), (_LABEL, ""), (_ANSWER, texts.answer), (_HINT, texts.hint)):
                xlsx.put(self.sheet, self.row, column, text, xlsx.HEAD)
            xlsx.merge(self.sheet, self.row, _GROUP, _LABEL)
            xlsx.set_height(self.sheet, self.row, _HEAD_HEIGHT)
            self.row += 1

    def _group(self, group: str, fields: Sequence[Field]) -> None:
        first = self.row
        for field in fields:
            self._field(field, grouped=bool(group))
        if group:
            for row in range(first, self.row):
                xlsx.put(self.sheet, row, _GROUP, group if row == first else "", xlsx.GROUP)
            if len(fields) > 1:
                xlsx.merge(self.sheet, first, _GROUP, _GROUP, self.row - 1)

    def _field(self, field: Field, *, grouped: bool) -> None:
        """One row: the label, a place for the answer, the hint."""
        label, hint, printed = _label(field, self.kit.sheet), _hint(field, self.kit.sheet), _printed(field)
        at = _LABEL if grouped else _GROUP
        xlsx.put(self.sheet, self.row, at, label, xlsx.LABEL, star=field.required is True)
        xlsx.put(self.sheet, self.row, _HINT, hint, xlsx.HINT)
        place = xlsx.put(self.sheet, self.row, _ANSWER, printed, xlsx.ANSWER).coordinate
        if not grouped:
            xlsx.put(self.sheet, self.row, _LABEL, "", xlsx.LABEL)
            xlsx.merge(self.sheet, self.row, _GROUP, _LABEL)
        self._check(field, place)
        room = _WIDTHS[_LABEL - 1] if grouped else _WIDTHS[_GROUP - 1] + _WIDTHS[_LABEL - 1]
        heights = (
            xlsx.height(label + "*", room), xlsx.height(printed, _WIDTHS[_ANSWER - 1]),
            xlsx.height(hint, _WIDTHS[_HINT - 1], size=10),
        )  # fmt: skip
        xlsx.set_height(self.sheet, self.row, max(heights), grows=True)
        self.first_answer = self.first_answer or place
        self.row += 1

    def _check(self, field: Field, place: str) -> None:
        """What Excel says where the answer is typed in, and how it checks it.  It only ever warns: people
        write 两万 and 1.5万, and docgen reads it."""
        texts = self.kit.sheet
        check = DataValidation(allow_blank=True, showInputMessage=True)
        check.promptTitle, check.prompt = field.label[:_LONGEST_TITLE], _prompt(field, texts)[:_LONGEST_TEXT] or None
        warning = ""
        if values.options(field) and field.type is not FieldType.SEVERAL:
            check.type, check.formula1 = "list", self._list(values.options(field))
            check.errorStyle, warning = "warning", texts.choice_warning
        elif field.type is FieldType.COUNT:
            number = f"VALUE({place})"  # the cell is text, to which Excel's own test of numbers says no
            check.type, check.formula1 = "custom", f"IFERROR(AND({number}>=1,{number}=INT({number})),FALSE)"
            check.errorStyle, warning = "information", texts.count_warning
        elif field.type is FieldType.MOBILE:
            check.type, check.operator, check.formula1 = "textLength", "greaterThanOrEqual", "11"
            check.errorStyle, warning = "warning", texts.mobile_warning
        if warning:
            check.showErrorMessage, check.error = True, warning[:_LONGEST_TEXT]
            check.errorTitle = texts.warning[:_LONGEST_TITLE]
        check.add(place)
        self.sheet.add_data_validation(check)

    def _list(self, options: Sequence[str]) -> str:
        """The formula of a dropdown: the options themselves, or where they are too long a hidden sheet's cells."""
        inline = f'"{",".join(options)}"'
        if len(inline) <= _LONGEST_LIST and not any("," in option or '"' in option for option in options):
            return inline
        if _LIST_SHEET not in self.book.sheetnames:
            self.book.create_sheet(_LIST_SHEET).sheet_state = "hidden"
        lists = self.book[_LIST_SHEET]
        column = lists.max_column + 1
        for row, option in enumerate(options, start=1):
            xlsx.put(lists, row, column, option, xlsx.PLAIN)
        letters = get_column_letter(column)
        return f"{_LIST_SHEET}!${letters}$1:${letters}${len(options)}"

    def finish(self) -> None:
        """Set what holds for the sheet as a whole."""
        _finish(self.sheet, self.top, self.first_answer or f"A{self.top}", self.kit)


# -- what is printed in the cells ------------------------------------------------------------------


def _label(field: Field, texts: SheetTexts) -> str:
    conditional = isinstance(field.required, str) and texts.conditional
    return f"{field.label}（{texts.conditional}）" if conditional else field.label


def _printed(field: Field) -> str:
    """What stands in an answer cell before anybody fills it in: empty boxes to tick, else nothing."""
    if field.type is not FieldType.SEVERAL:
        return ""
    rows: list[str] = []
    for option in values.options(field):
        piece = _BOX + option
        if rows and xlsx.width(rows[-1] + _GAP + piece) <= _WIDTHS[_ANSWER - 1] - 6:
            rows[-1] += _GAP + piece
        else:
            rows.append(piece)
    if field.other:
        rows.append(f"{_BOX}{field.other}：{_BLANK}")
    return "\n".join(rows)


def _hint(field: Field, texts: SheetTexts) -> str:
    """What stands beside an answer; with an example where a whole text is asked for."""
    parts = [field.placeholder or field.unit, field.help]
    if field.type is FieldType.LONG_TEXT and field.example and texts.example:
        parts.append(f"{texts.example}：{field.example}")
    return "\n".join(part for part in parts if part)


def _how(field: Field, texts: SheetTexts) -> str:
    """How to fill the field in, as the sheet of explanations says it."""
    choosing = {FieldType.ONE: texts.one, FieldType.YES_NO: texts.one, FieldType.SEVERAL: texts.several}
    parts = (field.placeholder, field.help, choosing.get(field.type, ""))
    return "\n".join(part for part in parts if part)


def _prompt(field: Field, texts: SheetTexts) -> str:
    example = f"{texts.example}：{field.example}" if field.example and texts.example else ""
    return "\n".join(part for part in (_how(field, texts), example) if part)


def _example(field: Field) -> str:
    """The kit's example, or the first choice as it looks when it is chosen."""
    if field.example or not field.choices:
        return field.example
    return _printed(field).replace(_BOX, _TICK, 1) or values.options(field)[0]


def _need(field: Field, texts: SheetTexts) -> str:
    if isinstance(field.required, str):
        return texts.conditional
    return texts.required if field.required else texts.optional


# -- the sheet of explanations ---------------------------------------------------------------------


def _guide(book: Workbook, kit: Kit, sections: Sequence[Section]) -> Worksheet:
    """The sheet that says of every field whether it is needed, how to fill it in, and gives an example."""
    texts = kit.sheet
    sheet: Worksheet = book.create_sheet(xlsx.title(texts.guide))
    _set_widths(sheet, _GUIDE_WIDTHS)
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(texts.steps, start=1))
    row = _head(sheet, texts.guide, steps, _GUIDE_WIDTHS)
    _line(sheet, row, (texts.label, texts.needed, texts.hint, texts.example), (xlsx.HEAD,) * 4)
    top = row = row + 1
    for number, section in enumerate(sections):
        row = _banner(sheet, row, section.label, number, len(_GUIDE_WIDTHS))
        for field in section.fields:
            label = f"{field.group} / {field.label}" if field.group else field.label
            looks = (xlsx.PLAIN, xlsx.CENTRED, xlsx.PLAIN, xlsx.PLAIN)
            _line(sheet, row, (label, _need(field, texts), _how(field, texts), _example(field)), looks)
            row += 1
    _finish(sheet, top, f"A{top}", kit)
    return sheet


def _line(sheet: Worksheet, row: int, texts: Sequence[str], looks: Sequence[xlsx.Look]) -> None:
    for column, (text, look) in enumerate(zip(texts, looks, strict=True), start=1):
        xlsx.put(sheet, row, column, text, look)
    most = max(xlsx.height(text, columns, size=10) for text, columns in zip(texts, _GUIDE_WIDTHS, strict=True))
    xlsx.set_height(sheet, row, most, grows=True)


# -- shared by all sheets --------------------------------------------------------------------------


def _set_widths(sheet: Worksheet, widths: Iterable[int]) -> None:
    for letters, columns in zip("ABCD", widths, strict=True):
        sheet.column_dimensions[letters].width = columns


def _head(sheet: Worksheet, title: str, note: str, widths: Sequence[int]) -> int:
    """Title and note across the sheet; the row below them."""
    row = 1
    for text, look, size in ((title, xlsx.TITLE, 24), (note, xlsx.NOTE, 10)):
        if text:
            xlsx.put(sheet, row, 1, text, look)
            xlsx.merge(sheet, row, 1, len(widths))
            xlsx.set_height(sheet, row, xlsx.height(text, sum(widths), size))
            row += 1
    return row


def _banner(sheet: Worksheet, row: int, label: str, number: int, columns: int) -> int:
    fill = xlsx.BANNER_FILLS[number % len(xlsx.BANNER_FILLS)]
    for column in range(1, columns + 1):
        xlsx.put(sheet, row, column, label if column == 1 else "", xlsx.BANNER, fill=fill)
    xlsx.merge(sheet, row, 1, columns)
    xlsx.set_height(sheet, row, _HEAD_HEIGHT)
    return row + 1


def _finish(sheet: Worksheet, top: int, active: str, kit: Kit) -> None:
    xlsx.freeze(sheet, top, active)
    xlsx.set_page(sheet, max(top - 1, 1), kit.version_mark)
    xlsx.protect(sheet)
