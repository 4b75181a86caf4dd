"""Finding kits, and loading them: what was made of a kit.yaml is kept between runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from docgen import user_cache
from docgen.errors import KitError, UsageError, did_you_mean
from docgen.file_cache import cached_by_file
from docgen.kit import kept
from docgen.language import tr
from docgen.model.kit import KIT_FILE, LARGEST, Kit

_Kit = TypeVar("_Kit", bound=Kit)


def home() -> Path:
    """The folder of docgen's own kits: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def folders() -> list[Path]:
    """The folders of docgen's own kits, sorted."""
    return sorted(path.parent for path in home().glob(f"*/{KIT_FILE}"))


def own(name: str) -> Path | None:
    """The folder of docgen's own kit called `name`; None if there is no such kit."""
    return next((folder for folder in folders() if folder.name == name), None)


def find(name: str) -> Path:
    """The folder of the kit called `name`, which is a kit's name or the path of a folder.

    Raises UsageError if there is neither.
    """
    if found := own(name):
        return found
    folder = Path(name)
    if (folder / KIT_FILE).is_file():
        return folder
    if folder.is_dir():
        raise UsageError(tr("kit {name}: the folder holds no {kit_file}", name=name, kit_file=KIT_FILE))
    names = [folder.name for folder in folders()]
    raise UsageError(
        tr("kit {name}: there is no such kit or folder{near}", name=name, near=did_you_mean(name, names)),
        tr("docgen kits lists them"),
    )


def load(folder: Path) -> Kit:
    """The kit in `folder`, checked; the same object as long as its kit.yaml is the same.

    Raises KitError that lists every problem with file and line.
    """
    return load_as(Kit, folder)


def load_as(model: type[_Kit], folder: Path) -> _Kit:
    """The same as an object of a class that is built on Kit."""
    _require_own(folder)
    return _load(folder / KIT_FILE, model)


@cached_by_file
def _load(path: Path, model: type[_Kit]) -> _Kit:
    """Of a kit that was found right before, what was made of it then, with the code of its expressions."""
    parts = _parts(path)
    if parts and (found := user_cache.find("kit", parts)):
        return kept.revived(found, path.parent, model)
    from docgen.kit import shape

    kit, problems = shape.read(path.parent, model)
    if problems:
        raise KitError(problems)
    if parts and parts == _parts(path):  # it was not written again while it was read
        user_cache.keep("kit", parts, kept.plain(kit))
    return kit


def _parts(path: Path) -> tuple[str | bytes, ...]:
    """What determines the kit that kit.yaml makes; nothing if that is none."""
    try:
        return (path.read_bytes(),) if path.stat().st_size <= LARGEST else ()
    except OSError:
        return ()


def inspect(folder: Path) -> tuple[Kit | None, list[str]]:
    """The kit in `folder`, None if its shape is wrong, and every problem with file and line.

    Raises KitError if its files are not safe to open.
    """
    from docgen.kit import shape

    _require_own(folder)
    try:
        return shape.read(folder, Kit)
    except KitError as cause:
        return None, cause.problems


@cached_by_file
def _require_own(folder: Path) -> None:
    """Raise KitError for an entry of a kit that leads out of it, or that would block when opened."""
    root = os.path.realpath(folder)
    problems = []
    for path in sorted(folder.rglob("*")):
        if not Path(os.path.realpath(path)).is_relative_to(root):
            problems.append(tr("{path}: leads out of the kit (put a copy of the file there)", path=path))
        elif not (path.is_file() or path.is_dir()):
            problems.append(tr("{path}: is neither a file nor a folder (remove it)", path=path))
    if problems:
        raise KitError(problems)
