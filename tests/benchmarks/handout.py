"""What it costs to hand out a unit of a batch: `python tests/benchmarks/handout.py`.

Units that are no work, to two workers here and to two of a dask cluster on this machine; and a table that
is only passed over, as each worker does with the rows that are another's.
"""

from __future__ import annotations

import datetime as dt
import operator
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import splits  # noqa: E402
from clusters import cluster  # noqa: E402

from docgen.batch.dask_client import Cluster, connected  # noqa: E402
from docgen.batch.jobs import Job, Unit, stamp  # noqa: E402
from docgen.kit import kits  # noqa: E402
from docgen.workers.pool import Workers  # noqa: E402

UNITS, ROWS = 1000, 3000


def hand_out(pool: Workers | Cluster, job: Job, units: int) -> None:
    """Have so many units answered, as many under way as a run has."""
    running: set[Future[Any]] = set()
    for number in range(units):
        unit = Unit(f"/shared/inputs/{number:07}.xlsx", 0, 8)
        running.add(pool.submit(operator.is_, job, unit))
        while len(running) >= pool.capacity():
            running = set(wait(running, return_when=FIRST_COMPLETED).not_done)
    wait(running)


def per_unit(pool: Workers | Cluster, job: Job, clock: Callable[[], float]) -> float:
    """Milliseconds of a clock for each unit, once everything is warm."""
    hand_out(pool, job, 20)
    began = clock()
    hand_out(pool, job, UNITS)
    return (clock() - began) / UNITS * 1e3


def processor_time(process: int) -> float:
    """The seconds of processor time that a process has had, as Linux counts them."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print the figures."""
    kit = kits.find("caller-number")
    date = dt.date(2026, 11, 23)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job = Job(stamp(kit, {}, date, ("contract",)), kit, {}, date, folder, only=("contract",))
        with Workers(2) as here:
            print(f"here: {per_unit(here, job, time.perf_counter):.2f} ms a unit")  # noqa: T201
        with cluster(folder / "dask") as dask, connected(dask.address, 2, job) as there:
            busy = per_unit(there, job, lambda: processor_time(dask.scheduler.pid))
            print(f"cluster: {busy:.2f} ms of the scheduler's processor a unit")  # noqa: T201
            print(f"cluster: {per_unit(there, job, time.process_time):.2f} ms of this process's a unit")  # noqa: T201
        passed, found = splits.passing_over(ROWS)
        print(f"a row passed over: {passed * 1e3:.3f} ms, of that to find it: {found * 1e3:.3f}")  # noqa: T201


if __name__ == "__main__":
    main()
