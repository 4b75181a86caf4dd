"""Read text and mail as lines: a text file, the text body of a mail, the paragraphs of a document.

Lines of `标签：答案` make a form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from docgen.errors import SourceError
from docgen.formats.cells import PageRow
from docgen.formats.grid import Cell, Grid, grid
from docgen.formats.text_encoding import utf16_without_mark
from docgen.language import tr
from docgen.patterns import regex

#: No form is this long; of a longer text only the beginning is read.
MOST_BYTES = 2**20
_MOST_LINES = 5_000
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_HEADER = regex(rb"(?i)(?:from|to|subject|date|received|return-path|message-id|mime-version|delivered-to|x-[\w-]+):")
_MAIL_FIELDS = frozenset({"from", "to", "subject", "date", "received", "message-id", "mime-version"})
_LEAST_FIELDS = 2
_QUOTED = regex(r"^(?:\s*>)+ ?")
_RULE = regex(r"\s*:?-{3,}:?\s*")
_VERSIONS = (("html",), ("plain",))


class Mail(NamedTuple):
    """The lines and table rows of a mail's text, and the names of the files attached to it."""

    rows: tuple[PageRow, ...]
    attached: tuple[str, ...] = ()


def is_mail(path: Path) -> bool:
    """Whether a text file is a mail: it begins with mail header fields."""
    with path.open("rb") as file:
        head = file.read(4096).lstrip(b"\xef\xbb\xbf")
    if not _HEADER.match(head):
        return False
    names = {line.partition(b":")[0].decode("ascii", "replace").lower() for line in _unfolded(head)}
    return len(names & _MAIL_FIELDS) >= _LEAST_FIELDS


def _unfolded(head: bytes) -> Iterator[bytes]:
    """The first lines of the header fields, without continuation lines."""
    for line in head.replace(b"\r\n", b"\n").split(b"\n"):
        if not line.strip():
            return
        if not line[:1].isspace():
            yield line


def read_mail(path: Path) -> Mail:
    """The text of the mail at `path`, in the version with tables if there is one.  Raises SourceError."""
    from email import policy
    from email.message import EmailMessage
    from email.parser import BytesParser

    try:
        with path.open("rb") as file:
            message = BytesParser(policy=policy.default).parse(file)
        assert isinstance(message, EmailMessage)
        texts = [(part, str(part.get_content())) for part in map(message.get_body, _VERSIONS) if part is not None]
        attached = tuple(part.get_filename() or "" for part in message.iter_attachments())
    except Exception as cause:  # the parser raises many types for damaged mail
        raise SourceError(
            tr("{path}: the mail cannot be read: {name}: {cause}", path=path, name=type(cause).__name__, cause=cause),
            tr("copy its text into a .txt file"),
        ) from cause
    versions = [_rows(text, is_page=part.get_content_subtype() == "html") for part, text in texts]
    # a table is lost in plain text, and a version without tables may have more than the other
    best = next(
        (rows for rows in versions if any(len(row.cells) > 1 for row in rows)), max(versions, key=len, default=[])
    )
    return Mail(tuple(best[:_MOST_LINES]), tuple(filter(None, attached)))


def _rows(text: str, *, is_page: bool) -> list[PageRow]:
    if is_page:
        from docgen.formats.page_lines import page_rows

        return page_rows(text)
    quoted = ((_QUOTED.match(line), line) for line in text.splitlines())
    return [PageRow(_cells(line[mark.end() :] if mark else line), mark is not None) for mark, line in quoted]


def _cells(line: str) -> tuple[Cell, ...]:
    """The cells of a line: between tabs, or between the bars of a table in text."""
    bars = line.strip()
    parts = bars.strip("|").split("|") if len(bars) > 1 and bars[0] == bars[-1] == "|" else line.split("\t")
    return tuple(Cell("" if _RULE.fullmatch(part) else part.strip()) for part in parts)


def read_lines(path: Path) -> tuple[str, ...]:
    """The lines of the text file at `path`, the first ones if it is long; none if its encoding is unknown."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES)
    marked = [encoding for mark, encoding in _MARKS.items() if content.startswith(mark)]
    marked += filter(None, [utf16_without_mark(content[:4096])])
    for encoding in marked or ("utf-8", "gb18030"):
        try:
            return tuple(content.decode(encoding, "ignore" if len(content) == MOST_BYTES else "strict").splitlines())
        except UnicodeError:
            continue
    return ()


def lines_grid(lines: Iterable[str], prefix: str) -> Grid:
    """The lines as a sheet with a row each, split into cells at tabs; a cell is named `L3` for the third line."""
    return rows_grid((tuple(Cell(text.strip()) for text in line.split("\t")) for line in lines), prefix)


def rows_grid(rows: Iterable[tuple[Cell, ...]], prefix: str) -> Grid:
    """Rows of cells as a sheet; its cells are named by their rows."""
    placed = [((row, at), cell) for row, cells in enumerate(rows, start=1) for at, cell in enumerate(cells, start=1)]
    addresses = {place: f"{prefix}{place[0]}" for place, _ in placed}
    return grid(None, [(*place, cell) for place, cell in placed], addresses=addresses)
