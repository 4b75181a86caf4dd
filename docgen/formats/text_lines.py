"""Read text and mail as lines: a text file, the text body of a mail, the paragraphs of a document.

Lines of `标签：答案` make a form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from docgen.errors import SourceError
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


class Mail(NamedTuple):
    """The lines of a mail's text, and the names of the files attached to it."""

    lines: tuple[str, ...]
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
    """The text of the mail at `path`, in the plain version if there is one.  Raises SourceError."""
    from email import policy
    from email.message import EmailMessage
    from email.parser import BytesParser

    from docgen.formats.page_lines import page_lines

    try:
        with path.open("rb") as file:
            message = BytesParser(policy=policy.default).parse(file)
        assert isinstance(message, EmailMessage)
        body = message.get_body(preferencelist=("plain", "html"))
        text = "" if body is None else str(body.get_content())
        attached = tuple(part.get_filename() or "" for part in message.iter_attachments())
    except Exception as cause:  # the parser raises many types for damaged mail
        raise SourceError(
            tr("{path}: the mail cannot be read: {name}: {cause}", path=path, name=type(cause).__name__, cause=cause),
            tr("copy its text into a .txt file"),
        ) from cause
    is_page = body is not None and body.get_content_subtype() == "html"
    lines = page_lines(text) if is_page else text.splitlines()
    return Mail(tuple(_QUOTED.sub("", line) for line in lines[:_MOST_LINES]), tuple(filter(None, attached)))


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
    cells: list[tuple[int, int, Cell]] = []
    addresses: dict[tuple[int, int], str] = {}
    for row, line in enumerate(lines, start=1):
        for column, text in enumerate(line.split("\t"), start=1):
            addresses[row, column] = f"{prefix}{row}"
            cells.append((row, column, Cell(text.strip())))
    return grid(None, cells, addresses=addresses)
