"""What the desk is started with, and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MB = 1 << 20

#: An upload: bytes of all its files, files in it, seconds it may take.
MOST_BYTES, MOST_FILES, MOST_SECONDS = 200 * MB, 200, 120.0
#: Bytes of a form without files.
MOST_FORM = 1 * MB
#: Characters of an answer that is corrected, and of the reason for it.
LONGEST_ANSWER, LONGEST_REASON = 4000, 400
#: Intakes of one file that the desk shows; longer tables are for a batch run.
MOST_INTAKES = 2000
#: Lines of the inbox on one page.
PAGE = 100
#: The longest that reading a file or making a document may take, in seconds.
SECONDS = 120.0
#: Workers that read files and make documents for the pages.
WORKERS = 2


@dataclass(frozen=True)
class Settings:
    """What the desk is started with: its folder, the folder of its kit, and who works at it."""

    folder: Path
    kit: Path
    user: str

    @property
    def database(self) -> Path:
        """The file that remembers everything but the sources themselves."""
        return self.folder / "desk.sqlite3"

    @property
    def register(self) -> Path:
        """The register of final contracts."""
        return self.folder / "register.sqlite3"

    @property
    def finals(self) -> Path:
        """The folder of final contracts, a folder for each intake."""
        return self.folder / "finals"

    def source(self, number: int, name: str) -> Path:
        """Where a source of the inbox is kept; `name` is a safe one."""
        return self.folder / "inbox" / str(number) / name

    def run(self, number: int) -> Path:
        """The folder of a batch run."""
        return self.folder / "runs" / str(number)
