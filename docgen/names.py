"""Names of files and folders made of what strangers wrote: safe on every file system."""

from __future__ import annotations

import re
import unicodedata

#: Longest safe name in bytes of UTF-8: file systems allow 255, and names get a suffix.
_LONGEST_NAME = 120
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]')
#: Names that Windows keeps for devices, with or without an extension.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def safe_name(text: str, fallback: str = "intake", longest: int = _LONGEST_NAME) -> str:
    """`text` as a name that every file system takes: no separators, devices, dots or spaces at the ends.

    Invisible characters are dropped, forbidden ones become `_`, and the whole is cut to `longest` bytes.
    """
    kept = (c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in {"Cf", "Cs", "Co"})
    name = _FORBIDDEN.sub("_", " ".join("".join(kept).split()))
    name = name.encode("utf-8")[:longest].decode("utf-8", "ignore").strip(" .")
    if _DEVICES.fullmatch(name):
        name = f"_{name}"
    return name or fallback


def safe_file_name(text: str) -> str:
    """`text` as a safe name that keeps its suffix however long the rest is."""
    stem, dot, suffix = text.rpartition(".")
    return f"{safe_name(stem)}.{suffix}" if dot else safe_name(text)
