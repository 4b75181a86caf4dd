"""A journal on object storage, which cannot append: numbered objects, each with the lines of a second or more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from docgen.output import files, refusals, scratch, storage

if TYPE_CHECKING:
    from upath import UPath

#: The least time between two objects, in seconds.
_INTERVAL = 1.0


@contextmanager
def appending(folder: UPath, *, fresh: bool) -> Iterator[tuple[Path, Callable[[bytes], int]]]:
    """Yield a local file with the lines of the objects in `folder` (none with `fresh`), and a function that adds a
    line and returns its offset.  Raises WriteError.

    Lines are sent together with a later one, or at the end: a crash of this process loses the last second or so.
    """
    with scratch.private_folder() as private:
        spool = Path(private, folder.name)
        number = _collect(folder, spool, fresh=fresh)
        with files.appending(spool) as add:
            sender = _Sender(folder, spool, number)

            def append(line: bytes) -> int:
                offset = add(line)
                sender.send_in_time()
                return offset

            try:
                yield spool, append
            finally:
                sender.send()


def _collect(folder: UPath, spool: Path, *, fresh: bool) -> int:
    """Put all lines into one file, or take them all away; gives the number of the next object."""
    with refusals.clear_errors(folder):
        names = storage.names(folder)
        if fresh:
            storage.remove(folder, names)
            names = []
        scratch.join(spool, (storage.get(folder / name) for name in names))
    return 1 + max((int(Path(name).stem) for name in names), default=0)


class _Sender:
    """What of a file has been sent, and when."""

    def __init__(self, folder: UPath, spool: Path, number: int) -> None:
        self._folder = folder
        self._spool = spool
        self._number = number
        self._sent = spool.stat().st_size
        self._last = time.monotonic()

    def send_in_time(self) -> None:
        """Send what is new, unless something was sent a moment ago."""
        if time.monotonic() - self._last >= _INTERVAL:
            self.send()

    def send(self) -> None:
        """Send what is new, if there is anything.  Raises WriteError."""
        with self._spool.open("rb") as stream:
            stream.seek(self._sent)
            content = stream.read()
        if content:
            with refusals.clear_errors(self._folder):
                storage.put(self._folder / f"{self._number:08}.jsonl", content)
            self._number += 1
            self._sent += len(content)
            self._last = time.monotonic()
