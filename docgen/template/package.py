"""Office packages as bytes: parts deflated once and copied as often as needed, equal parts giving equal bytes.

The standard library deflates every part again for each file; most parts of a document never change.  The
layout is that of a plain zip file (PKWARE's APPNOTE 6.3, 4.3.7 and 4.3.12), with one fixed time for all.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from typing import NamedTuple
from xml.parsers import expat

from docgen.language import phrase, tr

_LOCAL, _CENTRAL, _END = 0x04034B50, 0x02014B50, 0x06054B50
_VERSION, _DEFLATED, _NAMED_IN_UTF8 = 20, 8, 0x800
_TIME, _DATE = 0, 1 << 5 | 1  # 1 January 1980, the earliest that a zip file knows
_RAW = -15  # a deflated stream without zlib's head and sum
_BEST = 9
#: A seventh larger than at zlib's own level, in a third of its time (measured on the contract's text).
QUICK = 1


class Part(NamedTuple):
    """A part ready to be written: its name, what it holds deflated, sum and size of what it holds."""

    name: bytes
    deflated: bytes
    checksum: int
    size: int


def part(name: str, content: bytes, *, level: int = _BEST) -> Part:
    """The part of this name that holds `content`; one made for a single document is deflated at QUICK."""
    squeezer = zlib.compressobj(level, wbits=_RAW)
    deflated = squeezer.compress(content) + squeezer.flush()
    return Part(name.encode("utf-8"), deflated, zlib.crc32(content), len(content))


class Stretch(NamedTuple):
    """A long stretch of a part that many documents share: its bytes, and the same deflated."""

    content: bytes
    deflated: bytes


def stretch(content: bytes) -> Stretch:
    """The stretch that holds `content`, deflated so that it may stand anywhere in a deflated stream."""
    squeezer = zlib.compressobj(_BEST, wbits=_RAW)
    return Stretch(content, squeezer.compress(content) + squeezer.flush(zlib.Z_FULL_FLUSH))


def joined(name: str, pieces: Iterable[bytes | Stretch]) -> tuple[Part, bytes]:
    """The part of these pieces, in this order, and what it holds; what is no stretch is deflated at QUICK."""
    squeezer = zlib.compressobj(QUICK, wbits=_RAW)
    whole: list[bytes] = []
    deflated: list[bytes] = []
    fresh: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            fresh.append(piece)
            continue
        if fresh:  # what follows does not refer to it (RFC 1951, 3.2.3), as nothing in a stretch does
            deflated.append(squeezer.compress(b"".join(fresh)) + squeezer.flush(zlib.Z_FULL_FLUSH))
        whole += (*fresh, piece.content)
        deflated.append(piece.deflated)
        fresh = []
    content = b"".join((*whole, *fresh))
    deflated.append(squeezer.compress(b"".join(fresh)) + squeezer.flush())
    return Part(name.encode("utf-8"), b"".join(deflated), zlib.crc32(content), len(content)), content


def pack(parts: Iterable[Part]) -> bytes:
    """The package that holds the parts, in this order."""
    written: list[bytes] = []
    listing: list[bytes] = []
    offset = count = 0
    for one in parts:
        flags = 0 if one.name.isascii() else _NAMED_IN_UTF8
        about = struct.pack(
            "<HHHHHLLLHH", _VERSION, flags, _DEFLATED, _TIME, _DATE,
            one.checksum, len(one.deflated), one.size, len(one.name), 0,
        )  # fmt: skip
        entry = (struct.pack("<L", _LOCAL), about, one.name, one.deflated)
        written += entry
        listing.append(struct.pack("<LH", _CENTRAL, _VERSION) + about + struct.pack("<HHHLL", 0, 0, 0, 0, offset))
        listing.append(one.name)
        offset += sum(map(len, entry))
        count += 1
    directory = b"".join(listing)
    end = struct.pack("<LHHHHLLH", _END, 0, 0, count, count, len(directory), offset, 0)
    return b"".join((*written, directory, end))


#: What expat says of XML that is cut or damaged.
_XML_FAULTS = (
    phrase("duplicate attribute"), phrase("junk after document element"), phrase("mismatched tag"),
    phrase("no element found"), phrase("not well-formed (invalid token)"), phrase("partial character"),
    phrase("unbound prefix"), phrase("unclosed CDATA section"), phrase("unclosed token"), phrase("undefined entity"),
    phrase("unknown encoding"), phrase("XML or text declaration not at start of entity"),
)  # fmt: skip


def xml_fault(content: bytes) -> str | None:
    """Why `content` is no well-formed XML; None if it is."""
    try:
        expat.ParserCreate().Parse(content, True)
    except expat.ExpatError as cause:
        what = tr(expat.ErrorString(cause.code))
        return tr("{what} (line {line}, character {column})", what=what, line=cause.lineno, column=cause.offset + 1)
    return None
