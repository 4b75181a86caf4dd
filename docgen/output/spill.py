"""A list of more things than memory should hold: the first ones are held, the others kept in a file without a name."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import IO, Generic, TypeVar

from docgen.errors import WriteError
from docgen.language import system_reason, tr

T = TypeVar("T")

#: Things that are held.  A reviewed intake takes 60 KB in memory and 2 KB in the file.
MOST_HELD = 500


class Spill(Generic[T]):
    """Things that can be pickled, in the order in which they came.  The file is gone with the list."""

    def __init__(self) -> None:
        self._held: list[T] = []
        self._file: IO[bytes] | None = None
        self._ends = array("Q")

    def __len__(self) -> int:
        return len(self._held) + len(self._ends)

    def append(self, thing: T) -> None:
        """Add a thing at the end.  Raises WriteError."""
        if len(self._held) < MOST_HELD and not self._ends:
            self._held.append(thing)
            return
        import pickle
        import tempfile  # what takes long to load is loaded with the first thing that goes to the file
        import weakref
        import zlib

        content = zlib.compress(pickle.dumps(thing), 1)
        end = self._end(len(self._ends))
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the list
                weakref.finalize(self, self._file.close)
            self._file.seek(end)
            self._file.write(content)
        except OSError as cause:
            raise WriteError(tr("temporary files cannot be written: {cause}", cause=system_reason(cause))) from cause
        self._ends.append(end + len(content))

    def cut(self, length: int) -> None:
        """Take away all but the first `length` things."""
        del self._ends[max(length - len(self._held), 0) :]
        del self._held[length:]

    def __iter__(self) -> Iterator[T]:
        yield from self._held
        if not self._ends:
            return
        import pickle
        import zlib

        for number, end in enumerate(self._ends):
            assert self._file is not None
            start = self._end(number)
            self._file.seek(start)
            thing: T = pickle.loads(zlib.decompress(self._file.read(end - start)))
            yield thing

    def _end(self, number: int) -> int:
        """Where in the file the thing before that one ends."""
        return self._ends[number - 1] if number else 0
