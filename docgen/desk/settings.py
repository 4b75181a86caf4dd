"""Hold the start settings of the desk, and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MB = 1 << 20

#: Limits of an upload: bytes of all its files, number of files, seconds.
MOST_BYTES, MOST_FILES, MOST_SECONDS = 200 * MB, 200, 120.0
#: Bytes of a form without files.
MOST_FORM = 1 * MB
#: Characters of a corrected answer, and of its reason.
LONGEST_ANSWER, LONGEST_REASON = 4000, 400
#: The most intakes of one file that the desk shows; longer tables are for a batch run.
MOST_INTAKES = 2000
#: Lines of the inbox on one page.
PAGE = 100
#: The most seconds that reading a file or making a document may take.
SECONDS = 120.0
#: Workers that read files and make documents for the pages.
WORKERS = 2


@dataclass(frozen=True)
class Settings:
    """The start settings of the desk: its folder, the folder of its kit, and the user."""

    folder: Path
    kit: Path
    user: str

    @property
    def database(self) -> Path:
        """The file with all stored data except the sources."""
        return self.folder / "desk.sqlite3"

    @property
    def register(self) -> Path:
        """The register of final contracts."""
        return self.folder / "register.sqlite3"

    @property
    def finals(self) -> Path:
        """The folder of final contracts, with a folder for each intake."""
        return self.folder / "finals"

    def source(self, number: int, name: str) -> Path:
        """The path where a source of the inbox is stored; `name` is a safe one."""
        return self.folder / "inbox" / str(number) / name

    def run(self, number: int) -> Path:
        """The folder of a batch run."""
        return self.folder / "runs" / str(number)
