"""An .xls or .xlsb workbook → the grids of its visible sheets.  The only module that knows python-calamine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import python_calamine as calamine

from docgen.errors import DocgenError, SourceError
from docgen.formats.compound import around, stream
from docgen.formats.detect import protected
from docgen.formats.grid import Book, Cell, Grid, cell_of, grid
from docgen.formats.properties import SUMMARY, book_of, custom_properties, old_properties
from docgen.formats.records import Encrypted, Marks, binary_marks, in_full, old_marks, without_charts

#: python-calamine fills a box from the first to the last cell; a larger one is not worth its memory.
MAX_BOX = 8_000_000
_EXACT = 1e20  # whole numbers below are written digit by digit, as Excel writes them in .xlsx


def read_old_book(path: Path) -> Book:
    """The .xls workbook at `path`, without its hidden sheets.  Raises SourceError for whatever cannot be read."""
    return _guarded(path, _read_old)


def read_binary_book(path: Path) -> Book:
    """The .xlsb workbook at `path`, without its hidden sheets.  Raises SourceError for whatever cannot be read."""
    return _guarded(path, _read_binary)


def _guarded(path: Path, reader: Callable[[Path], Book]) -> Book:
    try:
        return reader(path)
    except DocgenError:
        raise
    except (Encrypted, calamine.PasswordError) as cause:
        raise protected(path) from cause
    except Exception as cause:
        raise _unreadable(path, cause) from cause
    except BaseException as cause:
        if type(cause).__name__ != "PanicException":  # how a failure inside the library arrives
            raise
        raise _unreadable(path, cause) from cause


def _unreadable(path: Path, cause: BaseException) -> SourceError:
    return SourceError(
        f"{path}: the workbook cannot be read: {type(cause).__name__}: {cause}",
        "open it in Excel and save it as an .xlsx workbook",
    )


def _read_old(path: Path) -> Book:
    content = path.read_bytes()
    records = stream(content, "Workbook", "Book")
    marks = old_marks(records)
    _check_size(path, marks)
    # a file made anew around the records: python-calamine believes a damaged header, and dies of it
    sound = io.BytesIO(around("Workbook", without_charts(records, marks)))
    with calamine.CalamineWorkbook.from_filelike(sound) as book:
        if len(book.sheets_metadata) != len(marks):
            raise ValueError("its list of sheets is damaged")
        return book_of(_sheets(book, marks), _old_properties(content))


def _old_properties(content: bytes) -> dict[str, str]:
    try:
        return old_properties(stream(content, SUMMARY))
    except ValueError:  # there are none, or they are damaged: the sheets are read all the same
        return {}


def _read_binary(path: Path) -> Book:
    with zipfile.ZipFile(path) as archive:
        marks = binary_marks(archive)
        properties = custom_properties(archive)
        _check_size(path, list(marks.values()))
        short = {one.part for one in marks.values() if one.is_short}
        source = _in_full(archive, short) if short else io.BytesIO(path.read_bytes())
    with calamine.CalamineWorkbook.from_filelike(source) as book:
        by_place = [marks.get(name, Marks()) for name in book.sheet_names]
        return book_of(_sheets(book, by_place), properties)


def _in_full(archive: zipfile.ZipFile, short: set[str]) -> io.BytesIO:
    """A copy in memory whose sheets python-calamine reads to the last cell."""
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as target:
        for name in archive.namelist():
            content = archive.read(name)
            target.writestr(name, in_full(content) if name in short else content)
    copy.seek(0)
    return copy


def _check_size(path: Path, marks: list[Marks]) -> None:
    for one in marks:
        if one.size > MAX_BOX:
            raise SourceError(
                f"{path}: the cells of a sheet lie too far apart ({one.size:,} from the first to the last)",
                "save it as an .xlsx workbook, or delete what stands far away from the rest",
            )


def _sheets(book: calamine.CalamineWorkbook, marks: list[Marks]) -> Iterator[Grid]:
    for number, (about, known) in enumerate(zip(book.sheets_metadata, marks, strict=True)):
        is_sheet = about.typ is calamine.SheetTypeEnum.WorkSheet
        if is_sheet and about.visible is calamine.SheetVisibleEnum.Visible:
            sheet = book.get_sheet_by_index(number)
            yield grid(about.name, _cells(sheet, known), known.merged)


def _cells(sheet: calamine.CalamineSheet, marks: Marks) -> Iterator[tuple[int, int, Cell]]:
    top, left = sheet.start or (0, 0)
    for row, values in enumerate(sheet.to_python(), start=top + 1):  # from the first cell on
        for column, value in enumerate(values, start=left + 1):
            if value != "":
                is_whole = isinstance(value, float) and value.is_integer() and abs(value) < _EXACT
                yield row, column, cell_of(int(value) if is_whole else value)  # type: ignore[arg-type]
    for (row, column), text in marks.errors.items():
        yield row, column, Cell(text, "cell-error")
