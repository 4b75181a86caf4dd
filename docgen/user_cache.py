"""What takes long to make and is the same every time, kept between runs in the user's cache folder.

Only plain data and compiled code are kept, marshalled; each entry has a key that names everything it was made of:
its contents, docgen's own files, Python, and the installed packages.  An entry with another key, or that is damaged,
is made again.  The folder is the user's alone: where that is not certain, or the system cannot say, nothing is kept.
DOCGEN_NO_CACHE=1 switches all of it off.  Imports nothing of docgen.
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

#: Switches the cache off.
OFF = "DOCGEN_NO_CACHE"
_PACKAGE = Path(__file__).resolve().parent
#: How many entries are kept; beyond, the oldest go.
_MOST = 128
_SUFFIX = ".cache"
_DIGEST = hashlib.sha256().digest_size
_Made = TypeVar("_Made")


def remembered(kind: str, parts: tuple[str | bytes, ...], make: Callable[[], _Made]) -> _Made:
    """What `make` gives, or gave in an earlier run: plain data and compiled code, determined by `kind` and `parts`."""
    found: _Made | None = find(kind, parts)
    if found is None:
        keep(kind, parts, found := make())
    return found


def find(kind: str, parts: tuple[str | bytes, ...]) -> Any:
    """What was kept under these, None if there is nothing."""
    key = _key(kind, parts)
    try:
        with _folder() as folder:
            content = _read(folder, f"{key}{_SUFFIX}")
    except OSError:
        return None
    digest, payload = content[:_DIGEST], content[_DIGEST:]
    if hashlib.sha256(payload).digest() != digest:  # cut short, or damaged: marshal must not see it
        return None
    whole, data = marshal.loads(payload)
    return data if whole == key else None


def keep(kind: str, parts: tuple[str | bytes, ...], data: Any) -> None:
    """Keep plain data or compiled code, if that can be done; it is written in one piece or not at all."""
    key = _key(kind, parts)
    payload = marshal.dumps((key, data))
    with suppress(OSError), _folder(make=True) as folder:
        _write(folder, f"{key}{_SUFFIX}", hashlib.sha256(payload).digest() + payload)
        _prune(folder)


def own_yaml(path: Path) -> dict[str, Any]:
    """What a YAML file of docgen's own holds, which is known to be right."""
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
    """Everything beside its contents that an entry was made with: Python, docgen's own files, installed packages."""
    import docgen

    told = [sys.version, MAGIC_NUMBER.hex(), docgen.__version__, *_own_files(str(_PACKAGE)), *_distributions()]
    return "\n".join(told).encode("utf-8", "surrogatepass")


def _own_files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.endswith((".py", ".yaml")):
                about = entry.stat()
                yield f"{entry.path} {about.st_size} {about.st_mtime_ns}"
            elif entry.name != "__pycache__" and entry.is_dir(follow_symlinks=False):
                yield from _own_files(entry.path)


def _distributions() -> list[str]:
    """The packages that stand where Jinja does, with their versions."""
    found = find_spec("jinja2")
    if found is None or found.origin is None:
        return []
    folder = Path(found.origin).parents[1]
    return [str(folder), *sorted(name for name in os.listdir(folder) if name.endswith(("-info", ".egg")))]  # noqa: PTH208  names will do


# -- the folder --------------------------------------------------------------------------------------


def is_on() -> bool:
    """Whether anything is kept."""
    return os.environ.get(OFF, "") in {"", "0"} and hasattr(os, "getuid")


@contextmanager
def _folder(*, make: bool = False) -> Iterator[int]:
    """The open folder, this user's alone.  Raises OSError if there is none, or it is not."""
    if not is_on():
        raise FileNotFoundError
    import platformdirs

    path = platformdirs.user_cache_path("docgen", appauthor=False) / "compiled"
    if make:
        os.makedirs(path, mode=0o700, exist_ok=True)  # noqa: PTH103  mkdir is for documents
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
    """Take away the oldest entries where there are too many, and what writers have left that were killed."""
    names = os.listdir(folder)
    if len(names) > _MOST:
        ages = sorted((os.stat(name, dir_fd=folder).st_mtime_ns, name) for name in names)
        for _, name in ages[: len(names) - _MOST // 2]:
            os.unlink(name, dir_fd=folder)
