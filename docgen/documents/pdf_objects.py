"""Convert the objects of a PDF to bytes, each only once.

If an identifier is given, pydyf asks every object for its bytes twice, to write and to hash them.  So all streams are
compressed twice, at zlib's highest level, which takes three times as long for one percent less size.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import pydyf

#: zlib's default level.
_LEVEL = 6
_BEFORE, _BEHIND = b"stream\n", b"\nendstream"


class _Written(pydyf.Object):  # type: ignore[misc]
    """An object with its bytes already made."""

    data = b""
    compressible = True


def made(objects: Iterable[Any]) -> list[Any]:
    """The same objects in the same order, with their bytes made; free objects are unchanged."""
    return [one if one.free == "f" else _made(one) for one in objects]


def _made(one: Any) -> _Written:
    result = _Written()
    result.number, result.generation, result.free = one.number, one.generation, one.free
    result.compressible = one.compressible
    result.data = _deflated(one) if isinstance(one, pydyf.Stream) and one.compress else one.data
    return result


def _deflated(stream: Any) -> bytes:
    """A stream as pydyf writes it, but with another compression level."""
    plain = pydyf.Stream(stream.stream).data
    content = plain[plain.index(_BEFORE) + len(_BEFORE) : -len(_BEHIND)]
    whole = pydyf.Stream([zlib.compress(content, _LEVEL)], {**stream.extra, "Filter": "/FlateDecode"})
    return bytes(whole.data)
