"""Names of files and folders from texts of strangers: safe on every file system and on every command line."""

from __future__ import annotations

import unicodedata

from docgen.patterns import regex

#: Longest safe name in bytes of UTF-8: file systems allow 255, and names get a suffix.
_LONGEST_NAME = 120
_FORBIDDEN = regex(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]')
_SUFFIX = regex("[A-Za-z0-9]{1,10}")
#: Names that Windows keeps for devices, with or without an extension; superscript digits count as digits there.
_DEVICES = regex(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*([.:].*)?")
#: What a name does not begin with: an option or a home folder to a shell, a formula to a spreadsheet, hidden.
_BEGINNINGS = ("-", "~", "=", ".")


def safe_name(text: str, longest: int = _LONGEST_NAME) -> str:
    """`text` as a name that every file system takes: no separators, devices, dots or spaces at the ends.

    Invisible characters are dropped, forbidden ones become `_`, and the whole is cut to `longest` bytes.  A name
    that a shell or a spreadsheet would take for something else gets a `_` before it.
    """
    kept = (c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in {"Cf", "Cs", "Co"})
    name = _FORBIDDEN.sub("_", " ".join("".join(kept).split()))
    name = name.encode("utf-8")[:longest].decode("utf-8", "ignore").strip(" .")
    if _DEVICES.fullmatch(name) or name.startswith(_BEGINNINGS):
        name = f"_{name}"
    return name or "intake"


def safe_file_name(text: str) -> str:
    """`text` as a safe name that keeps its suffix, if it is one, however long the rest is."""
    stem, _, suffix = text.rpartition(".")
    return f"{safe_name(stem)}.{suffix}" if _SUFFIX.fullmatch(suffix) and "." in text else safe_name(text)
