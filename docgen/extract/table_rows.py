"""Classify the rows of a table: customers, further lines of a customer, headers, and others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum, auto

from docgen import values
from docgen.extract import words
from docgen.extract.table_heads import LEAST_COLUMNS, Column, Head, Row, qualifies, read_head
from docgen.extract.vocabulary import Vocabulary
from docgen.extract.words import Heading
from docgen.formats.grid import Cell, Grid
from docgen.formats.skimming import SkimmedError
from docgen.model.kit import Field, FieldType
from docgen.patterns import regex
from docgen.text import is_instruction, is_total_or_remark

#: `填表人：李样例`: a line with its own label; no customer's name or number looks like this.
_CAPTION = regex(r"\s*[^:：\n]{1,12}[:：]")
_SHORT_TYPES = frozenset({FieldType.TEXT, FieldType.MOBILE, FieldType.COUNT, FieldType.NUMBER})
_OTHERS = 3  # so many columns beside the name's are looked at to see that a row is a customer's
_ASKING = 3  # fewer cells of a row that say what is expected may be answers
_SEVERAL = frozenset({FieldType.SEVERAL, FieldType.REGIONS, FieldType.LIST, FieldType.LONG_TEXT})


class RowKind(Enum):
    """The kind of a table row."""

    CUSTOMER = auto()
    MORE = auto()  # a further line of the customer above
    REMARK = auto()  # a remark below the customers
    HEAD = auto()
    OUTSIDE = auto()


class RowReader:
    """Classifies the rows below a header; a header among them applies to the rows below it."""

    def __init__(self, grid: Grid, vocabulary: Vocabulary, head: Head) -> None:
        self.grid = grid
        self.vocabulary = vocabulary
        self.head = head
        self._is_table = True
        self._sums: dict[int, int | None] | None = {}  # None if rows were passed over
        name = vocabulary.fields.get(vocabulary.kit.name_field)
        self._name = vocabulary.kit.name_field
        self._fit_to_head()
        self._identifying = {
            key
            for key, field in vocabulary.fields.items()
            if name is not None and field.section == name.section and field.required is True and key != self._name
        }

    def kind(self, row: int, cells: Row, *, follows: bool) -> RowKind:
        """The kind of the row; `follows` means that a customer is directly above it."""
        if self._becomes_head(row, cells):
            return RowKind.HEAD
        if not self._is_table:
            return RowKind.OUTSIDE
        shown = {number: cell for number, cell in cells.items() if cell.text.strip()}
        if not shown:
            return RowKind.OUTSIDE
        first = next(iter(shown.values())).text
        if len(shown) == 1 and words.whole_heading(first) is words.Heading.REMARK:
            return RowKind.OUTSIDE  # `备注`, and nothing beside it
        if follows and len(shown) == 1 and words.is_remark(first) and not words.is_framing(first):
            return RowKind.REMARK
        if self._is_framing(row, shown) or (row == self.head.bottom + 1 and self._asks(shown)):
            return RowKind.OUTSIDE
        given = self._given(shown)
        kind = self._kind(row, shown, given, follows=follows)
        if kind is RowKind.CUSTOMER:
            self._add_up(given)
        return kind

    def is_customer(self, row: int, cells: Row) -> bool:
        """Whether a row that begins with these cells is a customer's, whatever is in it further on and above it.

        The row is not merged with others, and the cells are all up to one of the columns `reaches`.
        """
        shown = {number: cell for number, cell in cells.items() if cell.text.strip()}
        texts = [cell.text for cell in shown.values()]
        if (
            not self._is_table
            or len(texts) < 2
            or row == self.head.bottom + 1
            or any(self.vocabulary.meaning(text).keys for text in texts[:2])
        ):
            return False
        if self._is_framing(row, shown):
            return False
        given = {column.key: cell.text for column, cell in self._given(shown, self._first_columns).items()}
        name = given.get(self._name)
        if name is None or len(given) < 2:
            return False
        return not (self.vocabulary.is_example(self._name, name) or is_instruction(name))

    def _asks(self, shown: Row) -> bool:
        """Whether the row right below the header says what kind of answers are expected: 文本, 数字, 多选, 请说明."""
        asking = sum(words.is_obligation(cell.text) or is_instruction(cell.text) for cell in shown.values())
        return asking >= _ASKING and asking * 2 >= len(shown)

    def forget_sums(self) -> None:
        """Forget the sums of the columns, because rows were passed over."""
        self._sums = None

    def _fit_to_head(self) -> None:
        """Find the columns that show whether a row is a customer's: that of the name and some others."""
        names = [column for column in self.head.columns if column.key == self._name]
        others = sorted(column.numbers[0] for column in self.head.columns if column.key != self._name)
        self.reaches: tuple[int, ...] = ()
        if len(names) == 1 and others:
            self.reaches = tuple(sorted({max(names[0].numbers[-1], other) for other in others[:_OTHERS]}))
        last = max(self.reaches, default=0)
        self._first_columns = [column for column in self.head.columns if column.numbers[0] <= last]

    def printed(self, cells: Row) -> set[int]:
        """The columns where the row repeats an example or hint of the field."""
        keys = {number: column.key for column in self.head.columns for number in column.numbers}
        return {
            number
            for number, cell in cells.items()
            if number in keys and cell.text.strip() and self._is_print(keys[number], cell.text)
        }

    def _is_print(self, key: str, text: str) -> bool:
        return self.vocabulary.is_hint(key, text) or self.vocabulary.is_example(key, text)

    # -- headers -----------------------------------------------------------------------------------

    def _becomes_head(self, row: int, cells: Row) -> bool:
        """Whether the row is a header, of this table again or of another; it then applies to the rows below."""
        texts = [cell.text for cell in cells.values() if cell.text.strip()]
        if len(texts) < 2 or not any(self.vocabulary.meaning(text).keys for text in texts[:2]):
            return False
        head = read_head(self.grid, self.vocabulary, row, cells)
        if head is None or len(head.columns) * 2 <= len(texts) or len(head.keys) < 2:
            return False
        if not self._repeats(cells) and not qualifies(self.vocabulary, head):
            # the header of another kind of table, unless the answers only look like labels
            is_other = len(head.keys) >= LEAST_COLUMNS or len(head.columns) == len(texts)
            self._is_table = self._is_table and not is_other
            return is_other
        if qualifies(self.vocabulary, head):
            self.head = self.head if _is_same(head, self.head) else head
            self._fit_to_head()
            self._is_table, self._sums = True, {}
        return True

    def _repeats(self, cells: Row) -> bool:
        """Whether most of the row's answers are the labels of their own columns."""
        given = [column for column in self.head.columns if column.numbers[0] in cells]
        same = sum(c.key in self.vocabulary.meaning(cells[c.numbers[0]].text).keys for c in given)
        return same * 2 > len(given)

    # -- other lines -------------------------------------------------------------------------------

    def _is_framing(self, row: int, cells: Row) -> bool:
        """Whether the row is a sum, comment, explanation or example."""
        first_number, first = next(iter(cells.items()))
        if is_total_or_remark(first.text) or (words.is_framing(first.text) and not self._is_name(first_number, cells)):
            return True
        if len(cells) == 1 and self.grid.extent(row, first_number).right > first_number:
            return True  # a title or remark across the table
        headed = {Heading.PRINTED, Heading.LABEL}
        return words.whole_heading(first.text) in headed or words.is_example(first.text)

    def _is_name(self, number: int, cells: Row) -> bool:
        """Whether a text that looks like framing is a customer's name after all: other answers are beside it."""
        in_name = any(number in column.numbers for column in self.head.columns if column.key == self._name)
        return in_name and words.is_organisation(cells[number].text) and len(cells) >= LEAST_COLUMNS

    def _given(self, cells: Row, columns: Iterable[Column] | None = None) -> dict[Column, Cell]:
        """The answers under known columns, all of them or some."""
        given = {}
        for column in self.head.columns if columns is None else columns:
            number = next((n for n in column.numbers if n in cells), None)
            if number is None or self.vocabulary.is_hint(column.key, cells[number].text):
                continue
            if not self._is_caption(column.key, cells[number].text):
                given[column] = cells[number]
        return given

    def _is_caption(self, key: str, text: str) -> bool:
        if ":" not in text and "：" not in text:
            return False
        is_short = key == self._name or self.vocabulary.fields[key].type in _SHORT_TYPES
        return is_short and bool(_CAPTION.match(text))

    def _kind(self, row: int, cells: Row, given: Mapping[Column, Cell], *, follows: bool) -> RowKind:
        keys = {column.key for column in given}
        if self._is_example(given):
            return RowKind.OUTSIDE
        if self._is_merged_on(row) and follows:
            return RowKind.MORE
        if not given:
            return RowKind.MORE if follows and self._is_beside(cells) else RowKind.OUTSIDE
        if self._name in keys:
            name = next(cell.text for column, cell in given.items() if column.key == self._name)
            if len(keys) == 1 and words.is_remark(name):
                return RowKind.REMARK if follows else RowKind.OUTSIDE
            is_customer = len(keys) > 1 or words.is_organisation(name)
            return RowKind.CUSTOMER if is_customer and not is_instruction(name) else RowKind.OUTSIDE
        if self._has_no_name_column() and len(keys) > 1:
            return RowKind.CUSTOMER
        if keys & self._identifying and len(keys) > 1:
            return RowKind.CUSTOMER
        if follows and not self._is_total(given):
            return RowKind.MORE
        return RowKind.OUTSIDE

    def _has_no_name_column(self) -> bool:
        return self._name not in self.head.keys

    def _is_merged_on(self, row: int) -> bool:
        """Whether the name of the customer above is merged down into the row."""
        for column in self.head.columns:
            if column.key == self._name:
                extent = self.grid.extent(row, column.numbers[0])
                if self.head.bottom < extent.top < row:
                    return True
        return False

    def _is_beside(self, cells: Row) -> bool:
        """Whether the row only continues columns that the kit does not know."""
        numbers = {n for column in self.head.columns for n in column.numbers}
        return bool(cells) and not numbers & set(cells) and not any(words.is_framing(c.text) for c in cells.values())

    def _is_example(self, given: Mapping[Column, Cell]) -> bool:
        return len(given) >= LEAST_COLUMNS and all(
            self.vocabulary.is_example(column.key, cell.text) for column, cell in given.items()
        )

    # -- totals ------------------------------------------------------------------------------------

    def _add_up(self, given: Mapping[Column, Cell]) -> None:
        if self._sums is None:
            return
        for column, cell in given.items():
            if self.vocabulary.fields[column.key].type is FieldType.COUNT:
                value = _count(self.vocabulary.fields[column.key], cell.text)
                before = self._sums.get(column.numbers[0], 0)
                self._sums[column.numbers[0]] = None if value is None or before is None else before + value

    def _is_total(self, given: Mapping[Column, Cell]) -> bool:
        """Whether the row holds only the sums of the columns above.  Raises SkimmedError if these are unknown."""
        if not all(self.vocabulary.fields[column.key].type is FieldType.COUNT for column in given):
            return False
        if self._sums is None:
            raise SkimmedError
        sums = [self._sums.get(column.numbers[0]) for column in given]
        found = [_count(self.vocabulary.fields[column.key], cell.text) for column, cell in given.items()]
        return sums == found


def _count(field: Field, text: str) -> int | None:
    """The count in a text, None if it is no count."""
    if text.isascii() and text.isdecimal():
        return int(text)
    value = values.parse(field, text).value
    return value if isinstance(value, int) else None


def _is_same(head: Head, other: Head) -> bool:
    return [(c.key, c.numbers) for c in head.columns] == [(c.key, c.numbers) for c in other.columns]
