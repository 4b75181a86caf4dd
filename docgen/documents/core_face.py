"""Cutting a core face: the common characters of a Chinese face as a small TrueType face.

A PDF engine copies and searches the whole of a face for each document; cut to GB 2312, a face is a tenth as
large.  A cut face is kept on the machine that it was cut on.  The licences of Noto (SIL OFL 1.1) and DejaVu
(Bitstream Vera) allow this under another name, and allow embedding; the notices of both stay in it.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

#: The name that a kit's style gives before that of the full face.
CORE_FAMILY = "docgen Core SC"
#: Increased whenever the same faces would be cut to other bytes.
CUT_VERSION = 1

#: Latin, punctuation, ① to ⑳: what GB 2312 lacks of these.
_RANGES = ((0x20, 0x7E), (0xA0, 0xFF), (0x2010, 0x2027), (0x2030, 0x205E), (0x2460, 0x2473))
#: Signs for ticks and boxes in answers; no Chinese face has all of them.
_TICKS = "✓✔✕✖✗✘☐☑☒□■◻◼○●√×"

#: Finer than print shows: in a title of 17pt a unit is 0.03pt, a quarter of a dot at 600 dpi.
_UNITS_PER_EM = 500
#: How far, in units, a quadratic curve may lie from the cubic one that it replaces.
_TOLERANCE = 1
_DROPPED_TABLES = ("BASE", "DSIG", "FFTM", "GDEF", "GSUB", "VORG", "vhea", "vmtx")
#: Of the name table (OpenType, `name`): the notices, which are kept, and what is named again.
_COPYRIGHT, _FAMILY, _STYLE, _UNIQUE, _FULL, _VERSION, _POSTSCRIPT, _LICENSE, _LICENSE_URL = 0, 1, 2, 3, 4, 5, 6, 13, 14
_NOTICES = (_COPYRIGHT, _LICENSE, _LICENSE_URL)


@cache
def characters() -> frozenset[str]:
    """The characters of a core face: GB 2312, Latin, punctuation, ticks."""
    rows, cells = range(0xA1, 0xF8), range(0xA1, 0xFF)
    gb2312 = (bytes((row, cell)).decode("gb2312", "ignore") for row in rows for cell in cells)
    others = (chr(code) for first, last in _RANGES for code in range(first, last + 1))
    return frozenset("".join((*gb2312, *others, _TICKS)))


def cut(chinese: Path, index: int, symbols: Path | None, style: str) -> bytes:
    """The core of face `index` of the file `chinese`, named CORE_FAMILY and `style` (Regular or Bold).

    Ticks that it lacks come from the face `symbols`.  Equal faces give equal bytes.  Raises OSError and
    fontTools' TTLibError where a file is no face.
    """
    from fontTools.ttLib.scaleUpem import scale_upem

    font = _subset(chinese, index, characters())
    glyphs = _drawn(font)
    for table in {"CFF ", "glyf", "loca"} & set(font.keys()):
        del font[table]
    scale_upem(font, _UNITS_PER_EM)
    notices = [font]
    if symbols:
        ticks = _subset(symbols, -1, frozenset(_TICKS) - set(map(chr, font.getBestCmap())))
        _add(font, glyphs, ticks)
        notices.append(ticks)
    _give_outlines(font, glyphs)
    _name(font, style, notices)
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def _subset(path: Path, index: int, wanted: frozenset[str]) -> Any:
    """A face cut to `wanted`, without hints and without the forms of other languages."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(
        layout_features=["kern"], layout_closure=False, hinting=False, desubroutinize=True, notdef_outline=True
    )
    options.drop_tables += _DROPPED_TABLES
    options.name_IDs = list(_NOTICES)
    font = TTFont(path, fontNumber=index, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(wanted)))
    subsetter.subset(font)
    return font


def _drawn(font: Any) -> dict[str, Any]:
    """The glyphs of `font` as TrueType outlines of _UNITS_PER_EM, by name."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.filterPen import DecomposingFilterPen
    from fontTools.pens.transformPen import TransformPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    scale = _UNITS_PER_EM / font["head"].unitsPerEm
    is_cubic = "CFF " in font  # whose contours run the other way round
    outlines, glyphs = font.getGlyphSet(), {}
    for name in font.getGlyphOrder():
        glyph = TTGlyphPen(None)
        quadratic = Cu2QuPen(glyph, _TOLERANCE, reverse_direction=is_cubic)
        scaled = TransformPen(quadratic, (scale, 0, 0, scale, 0, 0))
        outlines[name].draw(DecomposingFilterPen(scaled, outlines))
        glyphs[name] = glyph.glyph()
    return glyphs


def _add(font: Any, glyphs: dict[str, Any], more: Any) -> None:
    """Add the mapped glyphs of the face `more` to `font` and its `glyphs`."""
    drawn, scale = _drawn(more), _UNITS_PER_EM / more["head"].unitsPerEm
    for code, source in sorted(more.getBestCmap().items()):
        name = f"uni{code:04X}"
        glyphs[name] = drawn[source]
        advance, bearing = more["hmtx"][source]
        font["hmtx"][name] = round(advance * scale), round(bearing * scale)
        for table in font["cmap"].tables:  # of Unicode all of them: a subset keeps no other
            table.cmap[code] = name


def _give_outlines(font: Any, glyphs: dict[str, Any]) -> None:
    """Make `font` a TrueType face of `glyphs`."""
    from fontTools.ttLib import newTable

    font.setGlyphOrder(list(glyphs))
    font.sfntVersion = "\0\1\0\0"
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphs, font["glyf"].glyphOrder = glyphs, list(glyphs)
    font["post"].formatType = 3.0  # without names of glyphs
    maximum = font["maxp"] = newTable("maxp")
    maximum.tableVersion = 0x00010000
    maximum.maxZones = 1
    for limit in (
        "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
        "maxSizeOfInstructions", "maxComponentElements",
    ):  # fmt: skip
        setattr(maximum, limit, 0)


def _name(font: Any, style: str, notices: list[Any]) -> None:
    """Name `font` again, with the notices of all faces that it was cut from."""
    full = f"{CORE_FAMILY} {style}"
    entries = {
        number: "\n".join(dict.fromkeys(filter(None, (source["name"].getDebugName(number) for source in notices))))
        for number in _NOTICES
    }
    names = {
        **entries, _FAMILY: CORE_FAMILY, _STYLE: style, _UNIQUE: f"{full} {CUT_VERSION}", _FULL: full,
        _VERSION: f"Version {CUT_VERSION}.0", _POSTSCRIPT: full.replace(" ", ""),
    }  # fmt: skip
    font["name"].names = []
    for number, text in sorted(names.items()):
        font["name"].setName(text, number, 3, 1, 0x409)  # Windows, Unicode, English
