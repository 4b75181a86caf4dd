"""Where the time of a review summary goes, and its bytes; what it costs to pass over a row of a long table."""

from __future__ import annotations

import cProfile
import gc
import io
import pstats
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import scale

from docgen.workers import garbage

#: Parts of a review, each by the file and the name of the function that does it.
_PARTS = {
    "HTML": ("tinyhtml5/parser.py", "parse"),
    "cascade": ("css/__init__.py", "get_all_computed_styles"),
    "boxes": ("formatting_structure/build.py", "build_formatting_structure"),
    "layout": ("layout/page.py", "make_all_pages"),
    "backgrounds": ("layout/background.py", "layout_backgrounds"),
    "drawing": ("weasyprint/document.py", "paint"),
    "fonts": ("pdf/fonts.py", "build_fonts_dictionary"),
    "tags": ("pdf/tags.py", "add_tags"),
    "joining tags": ("documents/pdf_tags.py", "join"),
    "deflating and serialising": ("documents/pdf_objects.py", "made"),
    "writing": ("pydyf/__init__.py", "write"),
}


def review_times(ours: Callable[[], bytes], rounds: int = 5) -> dict[str, float]:
    """The share of each part in the processor time of a review in a warm worker, as a profiler sees it, the rest last.

    Garbage is collected within the other parts; its share is given beside them.
    """
    ours()
    garbage.look_seldom()
    garbage.keep_what_is_loaded()
    collected = _Collected()
    gc.callbacks.append(collected)
    profile = cProfile.Profile(time.process_time)
    for _ in range(rounds):
        profile.runcall(ours)
    gc.callbacks.remove(collected)
    times: dict[tuple[str, int, str], Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    whole = sum(one[2] for one in times.values())
    shares = {
        part: max(
            (one[3] for (path, _, name), one in times.items() if path.endswith(file) and name == wanted), default=0
        )
        / whole
        for part, (file, wanted) in _PARTS.items()
    }
    return {**shares, "the rest": 1 - sum(shares.values()), "(garbage)": collected.seconds / whole}


class _Collected:
    """The seconds that collecting garbage takes; Python calls it before and after."""

    seconds = 0.0
    _start = 0.0

    def __call__(self, phase: str, _about: dict[str, int]) -> None:
        if phase == "start":
            self._start = time.process_time()
        else:
            self.seconds += time.process_time() - self._start


def review_bytes(content: bytes) -> dict[str, int]:
    """The bytes of a review, by what they are."""
    import pypdf
    from pypdf.generic import IndirectObject, StreamObject

    reader = pypdf.PdfReader(io.BytesIO(content))
    numbers = {number for found in reader.xref.values() for number in found} | set(reader.xref_objStm)
    sizes: Counter[str] = Counter()
    for number in numbers:
        one = reader.get_object(IndirectObject(number, 0, reader))
        if isinstance(one, StreamObject):
            sizes[_kind(one)] += len(one._data)
    sizes["all else, and the marks between them"] = len(content) - sum(sizes.values())
    return dict(sizes.most_common())


def _kind(stream: Any) -> str:
    kind = stream.get("/Type")
    if kind in _KINDS:
        return _KINDS[kind]
    if "/Length1" in stream or stream.get("/Subtype") in {"/OpenType", "/CIDFontType0C"}:
        return "outlines of glyphs"
    return "colour profile" if "/N" in stream else "pages and maps of characters"


_KINDS = {
    "/Metadata": "metadata", "/EmbeddedFile": "attachments", "/ObjStm": "objects and tags", "/XRef": "places of objects",
}  # fmt: skip


def passing_over(rows: int = 5000) -> tuple[float, float]:
    """Seconds to pass over a row of a long table that another worker makes, and to find it in the sheet's bytes."""
    from docgen.formats.skimming import Skim
    from docgen.kit import kits
    from docgen.pipeline import SourceFile, open_source

    kit = kits.load(kits.find("caller-number"))
    with tempfile.TemporaryDirectory() as folder:
        path = scale.table(Path(folder) / "table.xlsx", rows)
        opened = open_source(SourceFile(path), kit)

        def passed(over: int) -> float:
            skim = Skim()
            skim.start = over
            answers = opened.answers(skim)
            return _timed(lambda: next(number for number, _ in enumerate(answers) if number + skim.passed >= over))

        passed(rows - 1)
        whole = (passed(rows - 1) - passed(rows // 2)) * 2  # without what opening costs
        with zipfile.ZipFile(path) as package:
            name = next(name for name in package.namelist() if name.startswith("xl/worksheets/"))
            bare = _timed(lambda: package.read(name).count(b"<row"))
    return whole / rows, bare / rows


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
