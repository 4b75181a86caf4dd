"""Office packages: what other readers make of them, and equal parts giving equal bytes."""

from __future__ import annotations

import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from docgen.template import package

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\\"), min_size=1, max_size=20)


@given(parts=st.dictionaries(NAMES, st.binary(max_size=5000), max_size=8), level=st.integers(1, 9))
def test_a_package_is_a_sound_zip_file(parts: dict[str, bytes], level: int) -> None:
    made = [package.part(name, content, level=level) for name, content in parts.items()]
    packed = package.pack(made)
    assert packed == package.pack(made)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert {info.filename: archive.read(info) for info in archive.infolist()} == parts
        assert archive.namelist() == list(parts)
        assert {info.date_time for info in archive.infolist()} <= {(1980, 1, 1, 0, 0, 0)}


@given(pieces=st.lists(st.binary(max_size=3000) | st.binary(max_size=3000).map(package.stretch), max_size=8))
def test_a_part_of_stretches_is_their_content(pieces: list[bytes | package.Stretch]) -> None:
    made, content = package.joined("a", pieces)
    assert content == b"".join(one if isinstance(one, bytes) else one.content for one in pieces)
    with zipfile.ZipFile(io.BytesIO(package.pack([made]))) as archive:
        assert archive.testzip() is None
        assert archive.read("a") == content
