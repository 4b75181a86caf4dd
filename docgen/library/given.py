"""Sources as programs give them: a path, bytes, a stream."""

from __future__ import annotations

import hashlib
import os
import weakref
from pathlib import Path
from typing import BinaryIO, TypeAlias

from docgen.errors import UsageError
from docgen.language import tr
from docgen.names import safe_file_name
from docgen.output import scratch, storage
from docgen.pipeline import SourceFile

#: A file by its path, the bytes of one, or a stream that gives them.
Source: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO"


def source_file(source: Source, name: str | None) -> SourceFile:
    """The file of a source; bytes and streams get one of their own.  Raises UsageError."""
    if isinstance(source, (str, os.PathLike)):
        if storage.is_remote(os.fspath(source)):
            raise UsageError(
                tr("{source}: only a batch run reads from there", source=source),
                tr("give its bytes, or copy it to this machine"),
            )
        return SourceFile(Path(source), name)
    content = bytes(source) if isinstance(source, (bytes, bytearray, memoryview)) else source.read()
    if not isinstance(content, bytes):
        raise UsageError(
            tr("{name}: a stream of text", name=name or tr("the source")),
            tr("open the file in binary mode: open(path, 'rb')"),
        )
    return _private_file(content, name or f"source-{hashlib.sha256(content).hexdigest()[:8]}")


def _private_file(content: bytes, name: str) -> SourceFile:
    """A file with `content` that exists as long as the source object."""
    folder = scratch.private_folder()
    path = Path(folder.name, safe_file_name(name))
    scratch.join(path, [content])
    file = SourceFile(path, name)
    weakref.finalize(file, folder.cleanup)
    return file
