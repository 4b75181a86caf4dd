"""Cache data that takes long to compute and is the same in every run, in the user's cache folder.

Only plain data and compiled code are cached, marshalled.  The key of an entry names everything it was made from:
its inputs, docgen's own files, Python, and the installed packages.  An entry with another key or a damaged entry
is computed again.  The folder must belong to the user alone; if this cannot be verified, nothing is cached.
DOCGEN_NO_CACHE=1 disables the cache.  Imports nothing of docgen.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import MAGIC_NUMBER, find_spec
from pathlib import Path
from typing import Any, TypeVar

#: Disables the cache.
OFF = "DOCGEN_NO_CACHE"
_PACKAGE = Path(__file__).resolve().parent
#: The most entries kept; the oldest are removed first.
_MOST = 128
_SUFFIX = ".cache"
_DIGEST = hashlib.sha256().digest_size
_Made = TypeVar("_Made")


def remembered(kind: str, parts: tuple[str | bytes, ...], make: Callable[[], _Made]) -> _Made:
    """The result of `make`, from an earlier run if cached: plain data and code, determined by `kind` and `parts`."""
    found: _Made | None = find(kind, parts)
    if found is None:
        keep(kind, parts, found := make())
    return found


def find(kind: str, parts: tuple[str | bytes, ...]) -> Any:
    """The entry for these parts, None if there is none."""
    key = _key(kind, parts)
    try:
        with _folder() as folder:
            content = _read(folder, f"{key}{_SUFFIX}")
    except OSError:
        return None
    digest, payload = content[:_DIGEST], content[_DIGEST:]
    if hashlib.sha256(payload).digest() != digest:  # truncated or damaged data must not reach marshal
        return None
    whole, data = marshal.loads(payload)
    return data if whole == key else None


def keep(kind: str, parts: tuple[str | bytes, ...], data: Any) -> None:
    """Store plain data or compiled code, if possible; the file is written completely or not at all."""
    key = _key(kind, parts)
    payload = marshal.dumps((key, data))
    with suppress(OSError), _folder(make=True) as folder:
        _write(folder, f"{key}{_SUFFIX}", hashlib.sha256(payload).digest() + payload)
        _prune(folder)


def own_yaml(path: Path) -> dict[str, Any]:
    """The contents of one of docgen's own YAML files, which are known to be valid."""
    content = path.read_bytes()

    def parsed() -> dict[str, Any]:
        import yaml

        found: dict[str, Any] = yaml.load(content, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return found

    return remembered("yaml", (content,), parsed)


# -- keys ------------------------------------------------------------------------------------------


def _key(kind: str, parts: tuple[str | bytes, ...]) -> str:
    digest = hashlib.sha256(_surroundings())
    for part in (kind, *parts):
        content = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return f"{kind}-{digest.hexdigest()}"


@cache
def _surroundings() -> bytes:
    """Everything besides its inputs that an entry depends on: Python, docgen's own files, installed packages."""
    import docgen

    facts = [sys.version, MAGIC_NUMBER.hex(), docgen.__version__, *_own_files(str(_PACKAGE)), *_distributions()]
    return "\n".join(facts).encode("utf-8", "surrogatepass")


def _own_files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.endswith((".py", ".yaml")):
                about = entry.stat()
                yield f"{entry.path} {about.st_size} {about.st_mtime_ns}"
            elif entry.name != "__pycache__" and entry.is_dir(follow_symlinks=False):
                yield from _own_files(entry.path)


def _distributions() -> list[str]:
    """The packages in the same folder as Jinja, with their versions."""
    found = find_spec("jinja2")
    if found is None or found.origin is None:
        return []
    folder = Path(found.origin).parents[1]
    return [str(folder), *sorted(name for name in os.listdir(folder) if name.endswith(("-info", ".egg")))]  # noqa: PTH208  names are enough


# -- the folder --------------------------------------------------------------------------------------


def is_on() -> bool:
    """Whether the cache is enabled."""
    return os.environ.get(OFF, "") in {"", "0"} and hasattr(os, "getuid")


@contextmanager
def _folder(*, make: bool = False) -> Iterator[int]:
    """The open folder, private to this user.  Raises OSError if it is missing or not private."""
    if not is_on():
        raise FileNotFoundError
    import platformdirs

    path = platformdirs.user_cache_path("docgen", appauthor=False) / "compiled"
    if make:
        os.makedirs(path, mode=0o700, exist_ok=True)  # noqa: PTH103  .mkdir is for documents only
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _require_private(os.fstat(folder))
        yield folder
    finally:
        os.close(folder)


def _require_private(about: os.stat_result) -> None:
    if about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) & 0o077:
        raise PermissionError


def _read(folder: int, name: str) -> bytes:
    with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder), "rb") as stream:  # noqa: PTH123
        _require_private(os.fstat(stream.fileno()))
        return stream.read()


def _write(folder: int, name: str, content: bytes) -> None:
    temporary = f"{name}.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with open(os.open(temporary, flags, 0o600, dir_fd=folder), "wb") as stream:  # noqa: PTH123
            stream.write(content)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise


def _prune(folder: int) -> None:
    """Remove the oldest entries if there are too many, and temporary files of killed writers."""
    names = os.listdir(folder)
    if len(names) > _MOST:
        ages = sorted((os.stat(name, dir_fd=folder).st_mtime_ns, name) for name in names)
        for _, name in ages[: len(names) - _MOST // 2]:
            os.unlink(name, dir_fd=folder)
