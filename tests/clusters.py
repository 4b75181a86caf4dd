"""Clusters of dask as people start them: a scheduler and workers in processes that tests can kill."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from batches import FAULTS, children

#: Whoever writes the packet of a company so named loses the dask worker that it works for.
LOSES = "断机"
_FAULTS = f"""{FAULTS}
_before = pathlib.Path.mkdir
def mkdir(self, *args, **options):
    if "docgen-tmp" in self.name and "{LOSES}" in self.name:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
    return _before(self, *args, **options)
pathlib.Path.mkdir = mkdir
"""


class Cluster(NamedTuple):
    """A scheduler, its address, and the parent of its two workers."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: subprocess.Popen[bytes]

    def lose_workers(self) -> None:
        """Kill both workers; dask starts others."""
        for process in children(self.workers.pid):
            os.kill(process, signal.SIGKILL)


def wait_until_busy(out: Path, process: subprocess.Popen[str]) -> None:
    """Wait until some packets of a run are written and have not appeared yet, or it has ended."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):  # one that has appeared meanwhile
            if sum(1 for _ in out.glob(".*docgen-tmp/*")) >= 5:
                return
        time.sleep(0.01)


@contextmanager
def cluster(folder: Path, *, workers: int = 2, python_path: Path | None = None) -> Iterator[Cluster]:
    """A cluster on this machine that keeps its files in `folder`; dangerous names are dangerous to its workers."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(_FAULTS, encoding="utf-8")
    paths = [str(path) for path in (python_path, folder) if path] + [os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "DASK_TEMPORARY_DIRECTORY": str(folder)}
    place = folder / "scheduler.json"
    with (folder / "log").open("wb") as log:

        def dask(*args: object) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "dask", *map(str, args)]
            return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)

        scheduler = dask(
            "scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard", "--scheduler-file", place
        )  # fmt: skip
        started = [scheduler]
        try:
            while not (told := place.read_text() if place.is_file() else "").endswith("}"):  # empty at first
                assert scheduler.poll() is None, (folder / "log").read_text()
                time.sleep(0.05)
            address = json.loads(told)["address"]
            if workers:
                started.append(dask("worker", address, "--nworkers", workers, "--nthreads", 1, "--no-dashboard"))
            yield Cluster(address, scheduler, started[-1])
        finally:
            for process in started:  # their children end with them
                process.kill()
                process.wait()
