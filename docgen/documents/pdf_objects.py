"""Convert the objects of a PDF to bytes, each only once, and without what no reader needs.

If an identifier is given, pydyf asks every object for its bytes twice, to write and to hash them.  So all streams are
compressed twice, at zlib's highest level, which takes three times as long for one percent less size.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from functools import cache
from typing import Any

import pydyf

#: zlib's default level.
_LEVEL = 6
_BEFORE, _BEHIND = b"stream\n", b"\nendstream"
#: The tables that a composite font has to have in a PDF, and its instructions (ISO 32000-1, 9.9).
_TABLES = frozenset({b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"prep"})
#: What a width is where none is given (ISO 32000-1, table 117): that of every Chinese character.
_WIDTH = 1000
_TRUETYPE = b"\0\1\0\0"
#: Where a colour profile says when it was made, which is now, and on which system (ICC.1:2010, 7.2).
_MADE = (slice(24, 36), slice(40, 44))


class _Written(pydyf.Object):  # type: ignore[misc]
    """An object with its bytes already made."""

    data = b""
    compressible = True


def made(objects: Iterable[Any]) -> list[Any]:
    """The same objects in the same order, with their bytes made; free objects have none."""
    return [_freed(one) if one.free == "f" else _made(one) for one in objects]


def _freed(one: Any) -> Any:
    """A free object as pydyf lists it: only one with the number 0 is listed as free, with no next one."""
    if not one.number:
        return one
    result = _Written()
    result.number, result.free, result.compressible = 0, "f", False
    return result


def _made(one: Any) -> _Written:
    result = _Written()
    result.number, result.generation, result.free = one.number, one.generation, one.free
    result.compressible = one.compressible
    if isinstance(one, pydyf.Stream) and one.compress:
        result.data = _deflated(one)
    else:
        if isinstance(one, pydyf.Dictionary) and one.get("Subtype") == "/CIDFontType2":
            one["W"] = _unusual(one["W"])
        result.data = one.data
    return result


def _deflated(stream: Any) -> bytes:
    """A stream as pydyf writes it, but with another compression level; a TrueType face with the tables it needs."""
    plain = pydyf.Stream(stream.stream).data
    content = plain[plain.index(_BEFORE) + len(_BEFORE) : -len(_BEHIND)]
    extra = stream.extra
    if "Length1" in extra and content.startswith(_TRUETYPE):
        content = _bare(content)
        extra = {**extra, "Length1": len(content)}
    return _ended(pydyf.Stream([zlib.compress(content, _LEVEL)], {**extra, "Filter": "/FlateDecode"}).data)


def _ended(whole: bytes) -> bytes:
    """A stream with one more mark at its end if its last byte could be taken for a part of the mark there."""
    content = whole.removesuffix(_BEHIND)
    return content + b"\r" + _BEHIND if content.endswith(b"\r") else whole


class _Listing(pydyf.Stream):  # type: ignore[misc]
    @property
    def data(self) -> bytes:
        return _ended(super().data)


def end_listings(pdf: Any) -> None:
    """See to the ends of the streams that pydyf adds while it writes: those of small objects and of all places."""
    add = pdf.add_object

    def add_ended(one: Any) -> None:
        if isinstance(one, pydyf.Stream):
            one.__class__ = _Listing
        add(one)

    pdf.add_object = add_ended


@cache
def srgb() -> bytes:
    """A colour profile of sRGB with curves as formulas: a fifth of the one with tables that WeasyPrint embeds."""
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for place in _MADE:
        profile[place] = bytes(place.stop - place.start)
    return bytes(profile)


def _unusual(widths: Iterable[Any]) -> Any:
    """The widths of a font, runs of glyphs each, without the runs that are as wide as what has no width given."""
    pairs = zip(*[iter(widths)] * 2, strict=True)
    return pydyf.Array([part for pair in pairs if set(pair[1]) != {_WIDTH} for part in pair])


def _bare(face: bytes) -> bytes:
    """A TrueType face with the tables that a PDF needs, which finds glyphs by their numbers."""
    count = struct.unpack_from(">H", face, 4)[0]
    records = [struct.unpack_from(">4s3L", face, 12 + 16 * number) for number in range(count)]
    kept = [record for record in records if record[0] in _TABLES]
    power = len(kept).bit_length() - 1
    head = [face[:4], struct.pack(">4H", len(kept), 16 << power, power, (len(kept) - (1 << power)) * 16)]
    place, bodies = 12 + 16 * len(kept), []
    for tag, total, start, length in kept:
        head.append(struct.pack(">4s3L", tag, total, place, length))
        bodies.append(face[start : start + length] + bytes(-length % 4))
        place += len(bodies[-1])
    return b"".join(head + bodies)
