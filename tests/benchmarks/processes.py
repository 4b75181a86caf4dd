"""What whole processes cost: processor time of docgen's commands and of what they are compared with, in turn.

Bytecode is compiled, and what docgen keeps between runs is there, as from the second start on.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "inputs" / "accepted.xlsx"
OPENPYXL, CLICK = ("-c", "import openpyxl"), ("-c", "import click")
CHECK = ("-m", "docgen", "check", str(SAMPLE))
HELP = ("-m", "docgen", "--help")
NOTHING_KEPT = {"DOCGEN_NO_CACHE": "1"}


def seconds(arguments: Sequence[str], more: Mapping[str, str]) -> float:
    """The processor time of one run of Python, with all processes that it starts."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments], env={**environment, **more}, cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def in_turn(
    ours: Sequence[str], theirs: Sequence[str], more: Mapping[str, str] | None = None, rounds: int = 7
) -> tuple[float, float]:
    """The median processor time of each, run in turn after one warm-up; `more` is the environment of ours."""
    seconds(ours, more or {})
    pairs = [(seconds(ours, more or {}), seconds(theirs, {})) for _ in range(rounds)]
    return statistics.median(one for one, _ in pairs), statistics.median(other for _, other in pairs)


def check() -> tuple[float, float]:
    """`docgen check` of one good sheet, and a process that imports openpyxl."""
    return in_turn(CHECK, OPENPYXL)


def check_with_nothing_kept() -> tuple[float, float]:
    """The same, all made anew."""
    return in_turn(CHECK, OPENPYXL, NOTHING_KEPT)


def packet() -> tuple[float, float]:
    """`docgen packet` of one good sheet, and a process that imports openpyxl."""
    with tempfile.TemporaryDirectory() as folder:
        return in_turn(("-m", "docgen", "packet", str(SAMPLE), "-o", folder, "--force"), OPENPYXL)


def help_text() -> tuple[float, float]:
    """`docgen --help`, and a process that imports click."""
    return in_turn(HELP, CLICK, rounds=15)
