"""The compound file of old Office programs (OLE2, [MS-CFB]): one stream out of it, or one around a stream."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

_SECTOR_SHIFTS = {9, 12}
_HEADER = 512
_LAST = 0xFFFFFFFA  # numbers from here on mark the end of a chain, or no sector at all
_END, _TABLE, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_STREAM, _ROOT = 2, 5
_WIDE = 4096  # the sectors of a file written here
_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")


def stream(content: bytes, *names: str) -> bytes:
    """The stream that has the first of `names` that there is.

    Raises ValueError for a file that is cut off or damaged, or holds none of them.
    """
    if len(content) < _HEADER:
        raise ValueError("it is cut off")
    return _Compound(content).stream(names)


def around(name: str, content: bytes) -> bytes:
    """A sound compound file that holds the one stream (padded with zeros).  Raises ValueError for a huge one."""
    content = content.ljust(_WIDE, b"\0")
    last = -(-len(content) // _WIDE)  # then one sector of small streams (none), the directory, the table
    tables = -(-(last + 2) // (_WIDE // 4 - 1))
    if tables > 109:
        raise ValueError("it is too large")
    table = [*range(1, last), _END, _END, _END, *[_TABLE] * tables]
    table += [_FREE] * (tables * _WIDE // 4 - len(table))
    places = [last + 2 + number if number < tables else _FREE for number in range(109)]
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII109I", _SIGNATURE, 0x3E, 4, 0xFFFE, 12, 6,
        1, tables, last + 1, 0, _WIDE, _END, 0, _END, 0, *places,
    )  # fmt: skip
    directory = _entry("Root Entry", _ROOT, last, 64, child=1) + _entry(name, _STREAM, 0, len(content))
    parts = (head, content, b"", directory)
    return b"".join(part.ljust(-(-len(part) // _WIDE) * _WIDE or _WIDE, b"\0") for part in parts) + struct.pack(
        f"<{len(table)}I", *table
    )


def _entry(name: str, kind: int, start: int, length: int, child: int = _FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII36xIQ", text, len(text), kind, 1, _FREE, _FREE, child, start, length)


class _Compound:
    def __init__(self, content: bytes) -> None:
        self._content = content
        shift, mini_shift = struct.unpack_from("<HH", content, 0x1E)
        if shift not in _SECTOR_SHIFTS or mini_shift != 6:
            raise ValueError("its header is no sound one")
        self._size, self._mini_size = 1 << shift, 1 << mini_shift
        directory, self._cutoff, mini_fat = struct.unpack_from("<I4xII", content, 0x30)[:3]
        self._fat = self._numbers(self._fat_sectors())
        self._mini_fat = self._numbers(_chain(mini_fat, self._fat))
        self._entries = list(self._directory(self._chained(directory)))

    def stream(self, names: tuple[str, ...]) -> bytes:
        roots = [entry for entry in self._entries if entry[1] == _ROOT]
        for name in names:
            for found, kind, start, length in self._entries:
                if kind == _STREAM and found == name:
                    if length >= self._cutoff or not roots:
                        return self._chained(start)[:length]
                    return self._mini(self._chained(roots[0][2]), start)[:length]
        raise ValueError(f"it holds no stream {' or '.join(names)}")

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        if at >= len(self._content):
            raise ValueError("it is cut off")
        return self._content[at : at + self._size]

    def _chained(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in _chain(start, self._fat))

    def _mini(self, store: bytes, start: int) -> bytes:
        size = self._mini_size
        return b"".join(store[number * size : (number + 1) * size] for number in _chain(start, self._mini_fat))

    def _numbers(self, sectors: Iterable[int]) -> tuple[int, ...]:
        joined = b"".join(self._sector(number) for number in sectors)
        return struct.unpack(f"<{len(joined) // 4}I", joined[: len(joined) // 4 * 4])

    def _fat_sectors(self) -> Iterator[int]:
        """The sectors of the allocation table: 109 named in the header, more in sectors linked by their last number."""
        seen = 0
        numbers = struct.unpack_from("<109I", self._content, 0x4C)
        following = struct.unpack_from("<I", self._content, 0x44)[0]
        while True:
            named = [number for number in numbers if number < _LAST]
            seen += 1 + len(named)
            if seen * self._size > len(self._content):
                raise ValueError("it is cut off, or its sectors run in a circle")
            yield from named
            if following >= _LAST:
                return
            *more, following = self._numbers([following])
            numbers = tuple(more)

    @staticmethod
    def _directory(content: bytes) -> Iterator[tuple[str, int, int, int]]:
        """The entries: name, kind, first sector, length."""
        for at in range(0, len(content) - 127, 128):
            size, kind = struct.unpack_from("<HB", content, at + 0x40)
            name = content[at : at + min(max(size - 2, 0), 62)].decode("utf-16-le", "replace")
            start, length = struct.unpack_from("<II", content, at + 0x74)
            yield name, kind, start, length


def _chain(start: int, table: tuple[int, ...]) -> Iterator[int]:
    """The numbers of the sectors that follow one another from `start`."""
    number = start
    for _ in range(len(table) + 1):
        if number >= _LAST:
            return
        if number >= len(table):
            raise ValueError("it is cut off or names a sector that it has not")
        yield number
        number = table[number]
    raise ValueError("its sectors run in a circle")
