"""Limit how much of one source is read, so that even hostile files end in seconds.

No honest file reaches the limits.  They are those of Excel and Word where these have any; otherwise a few times the
largest honest file measured, and at most a tenth of what would take 10 seconds or 600 MB.
"""

from __future__ import annotations

from collections.abc import Iterable

from docgen.language import tr

MB = 2**20

#: Bytes of a file.
MAX_FILE = 500 * MB
#: Parts of a zip, and bytes of its directory.
MOST_PARTS, LONGEST_DIRECTORY = 10_000, 4 * MB
#: Unpacked bytes of all opened parts; the highest compression ratio of a part, and the size from which it applies.
MOST_UNPACKED = 1024 * MB
MOST_SHRUNK, SHRUNK_FROM = 250, 20 * MB
#: Unpacked bytes of all parts that are parsed whole, and the memory of their trees.
WHOLE_PARTS, WHOLE_TREES = 60 * MB, 300 * MB
#: Bytes of a compound file, bytes read to open it (tables and directory), and bytes read in total.
COMPOUND_FILE, COMPOUND_TABLES, COMPOUND_READ = 128 * MB, 2 * MB, 256 * MB
#: Bytes of an encrypted package and of encrypted records, and hash rounds to make the key (Excel: 100,000).
LOCKED_PACKAGE, LOCKED_RECORDS, MOST_SPINS = 60 * MB, 8 * MB, 1_000_000
#: Bytes before the root element of an XML part, and between two of its tags.
LONGEST_PROLOG, LONGEST_TOKEN = 64 * 1024, 4 * MB
#: Depth of nested elements, and elements inside one that is read at a time (a row).
DEEPEST, MOST_INSIDE = 200, 500_000
#: Characters of a text in a cell (Excel's limit).
LONGEST_TEXT = 32_767
#: Non-empty cells, merged ranges, and sheets, each in total.
MOST_CELLS, MOST_MERGED, MOST_SHEETS = 3_000_000, 100_000, 1_000
#: Hidden columns (overlapping ranges count each time); comments, text boxes and pictures; each in total.
MOST_HIDDEN, MOST_FLOATING = 2_000_000, 100_000
#: The last row and column of a sheet (Excel's).
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
#: Cells in the first rows of all sheets, which are kept in memory, and their characters.
MOST_HELD, MOST_CHARACTERS = 200_000, 20_000_000


class TooMuch(ValueError):  # noqa: N818  describes a source, not docgen
    """A source exceeds a budget; the text of the error says of what, in plain words."""


class Budget:
    """A limited amount of something."""

    def __init__(self, most: int, what: str) -> None:
        """`what` completes the sentence `it has more than 3,000,000 …`."""
        self.left = most
        self._most, self._what = most, what

    def spend(self, amount: int = 1) -> None:
        """Take `amount` from the rest; raises TooMuch if the rest is smaller."""
        self.left -= amount
        if self.left < 0:
            raise TooMuch(tr("it has more than {most:,} {what}", most=self._most, what=self._what))


class HeldCells:
    """The budget for the first rows of all sheets, which are kept in memory."""

    def __init__(self) -> None:
        self._cells = Budget(MOST_HELD, tr("cells in the first rows of its sheets"))
        self._characters = Budget(MOST_CHARACTERS, tr("characters in the first rows of its sheets"))

    def spend(self, texts: Iterable[str]) -> None:
        """Count the cells of a row and their texts.  Raises TooMuch."""
        lengths = [len(text) for text in texts]
        self._cells.spend(len(lengths))
        self._characters.spend(sum(lengths))
