"""The Excel sheet that customers fill in, blank or to send back; all its texts come from the kit.

One sheet to fill in for each intake, one that explains each item, and on request one for each internal
section.  What is printed in an answer cell reads back as not given; every answer cell is text, so that
Excel changes nothing of what is typed (`8-10` would become a date).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from docgen import values
from docgen.documents import cell_text, sheet_style
from docgen.documents.correction import TO_MEND, Correction, CorrectionEntry
from docgen.documents.guide import add_guide
from docgen.model.intake import Level
from docgen.model.kit import MADE_WITH, OWN_SHEETS, Field, FieldType, Kit, Section

_GROUP, _LABEL, _ANSWER, _HINT = 1, 2, 3, 4
_WIDTHS = (13, 19, cell_text.ANSWER_WIDTH, 34)
_LIST_SHEET = "docgen_lists"
#: By what is found there: the colour of the answer cell, and of what is said of it.
_COLOURS = {
    Level.INVALID: ("FDE2E1", "B42318"), Level.REJECT: ("FDE2E1", "B42318"),
    Level.MANUAL: ("FFF1CC", "8A5A00"), Level.ADVICE: ("E1EFFB", "1F5C99"),
}  # fmt: skip
# What Excel takes: an inline list, the title and the text of a message.
_LONGEST_LIST, _LONGEST_TITLE, _LONGEST_TEXT = 255, 32, 225


def blank_sheet(kit: Kit, *, with_terms: bool = False) -> bytes:
    """The blank workbook as bytes, ready to be sent; `with_terms` adds the internal sections, which never
    go to a customer.  Equal kits give equal bytes."""
    book = _book()
    pages = [_Page(book, kit, kit.title, kit.sheet.note, _asked(kit))]
    guides = _guides(book, kit)
    if with_terms:
        internal = [section for section in kit.sections if section.internal]
        pages += [_Page(book, kit, section.label, kit.sheet.terms_note, [section]) for section in internal]
    return _pack(book, kit, pages, guides)


def returned_sheet(kit: Kit, intake: Correction) -> bytes:
    """The workbook that goes back to a customer as bytes: one intake, for nobody else's goes along.

    Each answer with something to mend is marked and explained beside it and in a comment; settled ones are locked.
    Equal intakes give equal bytes.  Raises WriteError if an answer is too long for a cell.
    """
    book = _book()
    page = _Page(book, kit, kit.title, "\n".join(intake.summary), _asked(kit), intake.entries)
    return _pack(book, kit, [page], _guides(book, kit))


def _book() -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def _asked(kit: Kit) -> list[Section]:
    return [section for section in kit.sections if not section.internal]


def _guides(book: Workbook, kit: Kit) -> list[Worksheet]:
    return [add_guide(book, kit, _asked(kit))] if kit.sheet.guide else []


def _pack(book: Workbook, kit: Kit, pages: Iterable[_Page], guides: Iterable[Worksheet]) -> bytes:
    for page in pages:
        page.finish()
    book.active = 0
    properties = {MADE_WITH: kit.version_mark, OWN_SHEETS: "/".join(guide.title for guide in guides)}
    return sheet_style.pack(book, {name: text for name, text in properties.items() if text}, kit.title)


class _Page:
    """A sheet of questions: group, label, answer, hint; the answers are those of `entries`."""

    def __init__(
        self, book: Workbook, kit: Kit, title: str, note: str, sections: Sequence[Section],
        entries: Mapping[str, CorrectionEntry] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        self.book = book
        self.kit = kit
        self.entries = entries
        self.sheet: Worksheet = book.create_sheet(sheet_style.title(title))
        self.first_answer = ""  # of those to mend the first, where there is one
        self.found_problem = False
        sheet_style.set_widths(self.sheet, _WIDTHS)
        self.row = sheet_style.head(
            self.sheet, title, note, _WIDTHS, sheet_style.NOTICE if entries else sheet_style.NOTE
        )
        self._column_heads()
        self.top = self.row
        for number, section in enumerate(sections):
            if len(sections) > 1:
                self.row = sheet_style.banner(self.sheet, self.row, section.label, number, len(_WIDTHS))
            for group, fields in groupby(section.fields, key=lambda field: field.group):
                self._group(group, list(fields))

    def _column_heads(self) -> None:
        texts = self.kit.sheet
        if texts.answer:
            for column, text in ((_GROUP, texts.label), (_LABEL, ""), (_ANSWER, texts.answer), (_HINT, texts.hint)):
                sheet_style.put(self.sheet, self.row, column, text, sheet_style.HEAD)
            sheet_style.merge(self.sheet, self.row, _GROUP, _LABEL)
            sheet_style.set_height(self.sheet, self.row, sheet_style.HEAD_HEIGHT)
            self.row += 1

    def _group(self, group: str, fields: Sequence[Field]) -> None:
        first = self.row
        for field in fields:
            self._field(field, grouped=bool(group))
        if group:
            for row in range(first, self.row):
                sheet_style.put(self.sheet, row, _GROUP, group if row == first else "", sheet_style.GROUP)
            if len(fields) > 1:
                sheet_style.merge(self.sheet, first, _GROUP, _GROUP, self.row - 1)

    def _field(self, field: Field, *, grouped: bool) -> None:
        """One row: the label, a place for the answer, the hint and what is said of the answer above it."""
        entry, texts = self.entries.get(field.key, CorrectionEntry()), self.kit.sheet
        label, hint, printed = (
            cell_text.label(field, texts),
            cell_text.hint(field, texts),
            cell_text.answered(field, entry),
        )
        at = _LABEL if grouped else _GROUP
        fill, ink = _COLOURS[entry.level] if entry.level else ("", "")
        look = sheet_style.SETTLED if entry.is_settled else sheet_style.ANSWER
        sheet_style.put(self.sheet, self.row, at, label, sheet_style.LABEL, star=field.required is True)
        sheet_style.put(self.sheet, self.row, _HINT, hint, sheet_style.HINT, note=entry.note, ink=ink)
        answer = sheet_style.put(self.sheet, self.row, _ANSWER, printed, look, fill=fill)
        place = answer.coordinate
        if entry.notes:
            sheet_style.comment(answer, entry.note)
        if not grouped:
            sheet_style.put(self.sheet, self.row, _LABEL, "", sheet_style.LABEL)
            sheet_style.merge(self.sheet, self.row, _GROUP, _LABEL)
        self._check(field, place)
        room = _WIDTHS[_LABEL - 1] if grouped else _WIDTHS[_GROUP - 1] + _WIDTHS[_LABEL - 1]
        heights = (
            sheet_style.height(label + "*", room), sheet_style.height(printed, _WIDTHS[_ANSWER - 1]),
            sheet_style.height("\n".join(filter(None, (entry.note, hint))), _WIDTHS[_HINT - 1], size=10),
        )  # fmt: skip
        sheet_style.set_height(self.sheet, self.row, max(heights), grows=True)
        if not self.first_answer or (entry.level in TO_MEND and not self.found_problem):
            self.first_answer = place
        self.found_problem = self.found_problem or entry.level in TO_MEND
        self.row += 1

    def _check(self, field: Field, place: str) -> None:
        """The message and check of Excel for an answer.  Excel only warns: docgen reads 两万 and 1.5万, too."""
        texts = self.kit.sheet
        check = DataValidation(allow_blank=True, showInputMessage=True)
        check.promptTitle, check.prompt = (
            field.label[:_LONGEST_TITLE],
            cell_text.prompt(field, texts)[:_LONGEST_TEXT] or None,
        )
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
            sheet_style.put(lists, row, column, option, sheet_style.PLAIN)
        letters = get_column_letter(column)
        return f"{_LIST_SHEET}!${letters}$1:${letters}${len(options)}"

    def finish(self) -> None:
        """Set what holds for the sheet as a whole."""
        sheet_style.finish(self.sheet, self.top, self.first_answer or f"A{self.top}", self.kit.version_mark)
