"""Workers that the runs in a test process leave to one another: each start of one loads half a second's worth."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from docgen.workers.pool import Workers

#: Workers by their number, and what they had of this process when they were started.
_kept: dict[int, tuple[object, Workers]] = {}


@contextmanager
def workers(jobs: int) -> Iterator[Workers]:
    """Workers as a run starts them, and leaves to the next run in this process; an error of a run ends them."""
    inherited = _inherited()
    before, found = _kept.pop(jobs, (None, None))
    if found is None or before != inherited:
        if found is not None:
            found.end(at_once=True)
        found = _Warm(jobs)
    with ExitStack() as stack:
        stack.push(found)
        yield found
        stack.pop_all()
    _kept[jobs] = inherited, found


def _inherited() -> object:
    """What a process has of the one that starts it, but for the current folder and the language, which calls bring."""
    mask = os.umask(0o077)
    os.umask(mask)
    limits: list[object] = []
    if sys.platform == "linux":
        import resource

        limits = [resource.getrlimit(kind) for kind in (resource.RLIMIT_FSIZE, resource.RLIMIT_DATA)]
    return {**os.environ, "PYTEST_CURRENT_TEST": "", "DOCGEN_LANG": ""}, mask, limits


class _Warm(Workers):
    """Workers that go to the current folder with each call."""

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        return super().submit(_in_folder, Path.cwd(), function, *args)

    gather = submit


def _in_folder(folder: Path, function: Callable[..., Any], *args: Any) -> Any:
    os.chdir(folder)
    return function(*args)
