"""Batch runs as people start them, in processes that tests can kill, and tables that are dangerous to some."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from conftest import GOOD, ROOT
from tables import workbook
from waiting import LONGEST, wait_until

from docgen import cli
from docgen.kit import kits

#: What happens to whoever writes the packet of a company so named.  Python loads the module before anything
#: else, in workers too; docgen knows nothing of it.
KILLS, HANGS, FULL = "致命", "停滞", "盘满"
FAULTS = f"""
import errno, os, pathlib, signal, time
_mkdir = pathlib.Path.mkdir
def mkdir(self, *args, **options):
    if "docgen-tmp" in self.name:
        if "{KILLS}" in self.name:
            os.kill(os.getpid(), signal.SIGKILL)
        if "{HANGS}" in self.name:
            while True:
                time.sleep(1)
        if "{FULL}" in self.name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return _mkdir(self, *args, **options)
pathlib.Path.mkdir = mkdir
"""


#: The sheets of a report on intakes with answers and texts that were not read.
SHEETS = ["summary", "intakes", "answers", "findings", "failures", "unread texts", "same customers"]


def table(path: Path, names: Iterable[str], **answers: str) -> Path:
    """A table of customers, all as good as they can be but for `answers`."""
    fields = kits.load(kits.find("caller-number")).fields
    lines = [[fields[key].label for key in GOOD]]
    lines += [list({**GOOD, "company_name": name, **answers}.values()) for name in names]
    return workbook(path, "\n".join(f"| {' | '.join(line)} |" for line in lines))


def companies(count: int) -> list[str]:
    """So many names of companies."""
    return [f"示例{number:04}有限公司" for number in range(count)]


def start(*args: object, faults: Path | None = None, harms: str = FAULTS) -> subprocess.Popen[str]:
    """Start `docgen batch` for contracts alone; with the empty folder `faults`, what `harms` names is dangerous."""
    environment: Mapping[str, Any] = dict(os.environ)
    if faults is not None:
        (faults / "sitecustomize.py").write_text(harms, encoding="utf-8")
        environment = {**environment, "PYTHONPATH": os.pathsep.join([str(faults), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "docgen", *_arguments(args)]
    return subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip


def _arguments(args: Iterable[object]) -> list[str]:
    given = list(map(str, args))
    jobs = [] if "--cluster" in given else ["--jobs", "1"]
    return ["batch", "--only", "contract", "--date", "2026-11-23", *jobs, *given]


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and stderr of a run, once it has ended.  Raises TimeoutError for one that hangs, and kills it."""
    try:
        _, err = process.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired as cause:
        process.kill()
        raise TimeoutError(f"waited in vain until this ends: {process.args!r}") from cause
    return process.returncode, err


def batch(*args: object, faults: Path | None = None) -> tuple[int, str]:
    """Exit code and stderr of a whole run, for contracts alone; in this process, where nothing is dangerous."""
    if faults is not None:
        return finish(start(*args, faults=faults))
    err = io.StringIO()
    with contextlib.redirect_stderr(err):
        code = cli.run(_arguments(args))
    return code, err.getvalue()


def on_terminal(*args: object) -> tuple[int, str]:
    """Exit code of `docgen` with stderr on a terminal, and all that is shown there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "docgen", *map(str, args)],
        stdout=subprocess.DEVNULL, stderr=theirs, cwd=ROOT, env={**os.environ, "TERM": "xterm", "COLUMNS": "150"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the other end is gone
        while read := os.read(ours, 4096):
            shown += read
    os.close(ours)
    return process.wait(LONGEST), shown.decode()


def packets(out: Path) -> dict[str, bytes]:
    """Every file of every packet, by its path in `out`."""
    files = (path for folder in out.iterdir() if folder.is_dir() for path in folder.iterdir())
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


def leftovers(out: Path) -> list[Path]:
    """What was half-written and not taken away."""
    return list(out.glob("*docgen-tmp"))


def wait_for_packets(out: Path, count: int, process: subprocess.Popen[str]) -> None:
    """Wait until a run has made so many packets.  Raises RuntimeError where it ends before."""
    wait_until(f"there are {count} packets", lambda: sum(1 for _ in out.glob("*/manifest.json")) >= count, process)


def children(parent: int) -> list[int]:
    """The processes that a process has started with multiprocessing, by what the kernel knows of them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            status = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if int(status[1]) == parent and b"spawn_main" in command:
            found.append(int(entry.name))
    return found
