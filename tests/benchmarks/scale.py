"""How batches grow: time a packet and peak memory by rows and processes, and what starting costs.

`python scale.py` measures 100, 1,000 and 10,000 rows; further numbers may be given.  Memory is read from /proc.
"""

from __future__ import annotations

import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "inputs" / "accepted.xlsx"
_DATE = "2026-11-23"


class Measured(NamedTuple):
    """One run: seconds, and the most memory that the main process and any worker held (MB)."""

    seconds: float
    main: int
    worker: int


def renamed(kit: Any, written: dict[str, str], number: int, _chance: random.Random) -> dict[str, str]:
    """The sample's answers with another name."""
    return written | {kit.name_field: f"示例{number:06}有限公司"}


def table(path: Path, rows: int, answers: Callable[..., dict[str, str]] = renamed) -> Path:
    """A table of so many customers; `answers` makes theirs of the sample's."""
    from openpyxl import Workbook

    from docgen.extract.source import read
    from docgen.kit import kits

    kit = kits.load(kits.find("caller-number"))
    written = {key: answer.written for key, answer in next(iter(read(SAMPLE, kit).intakes)).fields.items()}
    book = Workbook(write_only=True)
    sheet = book.create_sheet("customers")
    sheet.append([f"{kit.fields[key].group}{kit.fields[key].label}" for key in written])
    chance = random.Random(7)
    for row in range(rows):
        sheet.append(list(answers(kit, written, row, chance).values()))
    book.save(path)
    return path


def batch(source: Path, jobs: int, *, only: str = "contract") -> Measured:
    """`docgen batch` of the source in so many processes, watched."""
    with tempfile.TemporaryDirectory(dir=source.parent) as out:
        command = [sys.executable, "-m", "docgen", "batch", source, "-o", out, "--jobs", jobs, "--only", only]
        start = time.perf_counter()
        process = subprocess.Popen(
            [*map(str, command), "--date", _DATE, "-q"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        main = worker = 0
        while process.poll() is None:
            main = max(main, _peak(process.pid))
            worker = max([worker, *map(_peak, _children(process.pid))])
            time.sleep(0.05)
        return Measured(time.perf_counter() - start, main, worker)


def _peak(process: int) -> int:
    """The most memory that a process has held, in MB; 0 where it is gone or the system does not say."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0


def _children(parent: int) -> list[int]:
    """The processes that any thread of `parent` has started."""
    try:
        listings = [path.read_text() for path in Path(f"/proc/{parent}/task").glob("*/children")]
    except OSError:
        return []
    return [int(one) for listing in listings for one in listing.split()]


def startup(*arguments: str) -> float:
    """The median seconds of a docgen process."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "docgen", *arguments], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main(sizes: Sequence[int]) -> None:
    """Print a row a run, and the rate between the smallest and the largest table of each number of processes."""
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        print(f"{'contracts from a table':28}{'processes':>10}{'seconds':>10}{'main':>8}{'worker':>8}")  # noqa: T201
        runs: dict[tuple[int, int], Measured] = {}
        for rows in sizes:
            source = table(here / f"{rows}.xlsx", rows)
            for jobs in (1, 2):
                runs[rows, jobs] = done = batch(source, jobs)
                print(f"{rows:>20,} rows{'':3}{jobs:>10}{done.seconds:10.1f}{done.main:5} MB{done.worker:5} MB")  # noqa: T201
        low, high = min(sizes), max(sizes)
        rates = {jobs: (high - low) / (runs[high, jobs].seconds - runs[low, jobs].seconds) for jobs in (1, 2)}
        print(f"a second, without start-up: {rates[1]:.0f} and {rates[2]:.0f}: {rates[2] / rates[1]:.2f}×")  # noqa: T201
        sheets = here / "sheets"
        sheets.mkdir()
        for number in range(400):
            shutil.copy(SAMPLE, sheets / f"{number:03}.xlsx")
        for only in ("contract", "form,review,contract"):
            seconds = [batch(sheets, jobs, only=only).seconds for jobs in (1, 2)]
            print(f"400 sheets, {only}: {400 / seconds[0]:.0f} and {400 / seconds[1]:.0f} a second")  # noqa: T201
        for arguments in (
            ["--help"],
            ["check", str(SAMPLE)],
            ["packet", str(SAMPLE), "-o", str(here / "out"), "--force"],
        ):
            print(f"docgen {arguments[0]}: {startup(*arguments):.2f} s")  # noqa: T201


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [100, 1_000, 10_000])
