"""How much of one source is read: limits that no honest file reaches, so that reading ends in seconds.

The figures are Excel's and Word's own limits where these have any; else some times the largest honest file
that was measured, and a tenth or less of what would take 10 seconds or 600 MB.
"""

from __future__ import annotations

from collections.abc import Iterable

from docgen.language import tr

MB = 2**20

#: Bytes of a file.
MAX_FILE = 500 * MB
#: Parts of a zip, and bytes of the directory that lists them.
MOST_PARTS, LONGEST_DIRECTORY = 10_000, 4 * MB
#: Unpacked bytes of all parts that are opened; how many times one of them may shrink, from what size on.
MOST_UNPACKED = 1024 * MB
MOST_SHRUNK, SHRUNK_FROM = 250, 20 * MB
#: Unpacked bytes of the parts that are parsed whole, all together, and the memory that their trees take.
WHOLE_PARTS, WHOLE_TREES = 60 * MB, 300 * MB
#: Bytes of a compound file, those that are read to open it (tables and directory), and those in all.
COMPOUND_FILE, COMPOUND_TABLES, COMPOUND_READ = 128 * MB, 2 * MB, 256 * MB
#: Bytes of an encrypted package and of encrypted records, and rounds of a hash to make the key (Excel: 100,000).
LOCKED_PACKAGE, LOCKED_RECORDS, MOST_SPINS = 60 * MB, 8 * MB, 1_000_000
#: Bytes before the root element of an XML part, and between two of its tags.
LONGEST_PROLOG, LONGEST_TOKEN = 64 * 1024, 4 * MB
#: Elements inside one another, and inside one that is read at a time (a row).
DEEPEST, MOST_INSIDE = 200, 500_000
#: Characters of a text in a cell (Excel's limit).
LONGEST_TEXT = 32_767
#: Cells that hold something, merged ranges, and sheets, all together.
MOST_CELLS, MOST_MERGED, MOST_SHEETS = 3_000_000, 100_000, 1_000
#: Hidden columns, counted as often as they are said to be; comments, text boxes and pictures; all together.
MOST_HIDDEN, MOST_FLOATING = 2_000_000, 100_000
#: Columns of a sheet (Excel's limit).
MOST_COLUMNS = 16_384
#: Cells in the first rows of all sheets, which are kept, and their characters.
MOST_HELD, MOST_CHARACTERS = 200_000, 20_000_000


class TooMuch(ValueError):  # noqa: N818  said of a source, not of docgen
    """A source asks for more than a budget gives; its text says of what, in plain words."""


class Budget:
    """So much of something and no more."""

    def __init__(self, most: int, what: str) -> None:
        """`what` ends the sentence `it has more than 3,000,000 …`."""
        self.left = most
        self._most, self._what = most, what

    def spend(self, amount: int = 1) -> None:
        """Take `amount` from what is left; raises TooMuch where there is not so much."""
        self.left -= amount
        if self.left < 0:
            raise TooMuch(tr("it has more than {most:,} {what}", most=self._most, what=self._what))


class HeldCells:
    """What the first rows of all sheets, which are kept, may hold together."""

    def __init__(self) -> None:
        self._cells = Budget(MOST_HELD, tr("cells in the first rows of its sheets"))
        self._characters = Budget(MOST_CHARACTERS, tr("characters in the first rows of its sheets"))

    def spend(self, texts: Iterable[str]) -> None:
        """Take in the texts of the cells of a row.  Raises TooMuch."""
        lengths = [len(text) for text in texts]
        self._cells.spend(len(lengths))
        self._characters.spend(sum(lengths))
