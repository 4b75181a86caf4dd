"""The pages that docgen ships for itself, the report of a run and the desk: one environment, compiled once."""

from __future__ import annotations

from pathlib import Path

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from docgen import user_cache
from docgen.text import printable


class _Codes(BytecodeCache):
    """The code of a page, kept between runs under its place and its text."""

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = user_cache.find("page-code", (bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        user_cache.keep("page-code", (bucket.key, bucket.checksum), bucket.code)


def environment(folder: Path) -> Environment:
    """A new environment for the pages in `folder`; what they print has no characters that change the text around it."""
    return Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_visible, bytecode_cache=_Codes(),
    )  # fmt: skip


def _visible(value: object) -> object:
    return printable(value) if type(value) is str else value
