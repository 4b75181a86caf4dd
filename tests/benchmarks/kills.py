"""Kill batch runs at random moments, resume them, and compare what they end with: `python tests/benchmarks/kills.py 30`.

Every run is killed with SIGKILL twice, then left to finish.  Its packets must be those of an undisturbed
run, byte for byte.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from batches import batch, companies, finish, leftovers, packets, start, table, wait_for_packets  # noqa: E402


def kill_once(arguments: list[object], out: Path, most: int, chance: random.Random) -> int:
    """Start a run and kill it at some moment of its life; gives the number of packets there are then."""
    process = start(*arguments)
    made = len(list(out.glob("*/manifest.json")))
    with contextlib.suppress(RuntimeError):  # it may end before
        wait_for_packets(out, made + chance.randrange(most), process)
    time.sleep(chance.random() / 3)
    process.kill()
    finish(process)
    return len(list(out.glob("*/manifest.json")))


def main(runs: int) -> int:
    """Kill and resume so many runs; say how many ended well, and exit with 1 if any did not."""
    chance = random.Random(20261123)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = folder / "in"
        sources.mkdir()
        table(sources / "customers.xlsx", companies(120))
        for sample in ("accepted", "manual", "own-numbers"):
            shutil.copy(ROOT / "inputs" / f"{sample}.xlsx", sources)
        assert batch(sources, "-o", folder / "undisturbed")[0] == 0
        expected = packets(folder / "undisturbed")
        well = 0
        for _ in range(runs):
            out = folder / "out"
            arguments = [sources, "-o", out, "--jobs", 2, "--resume"]
            made = [kill_once(arguments, out, len(expected) // 2, chance) for _ in range(2)]
            code, err = batch(*arguments)
            same = code == 0 and packets(out) == expected and not leftovers(out)
            well += same
            print(f"killed at {made} packets: {'the same' if same else err or 'DIFFERENT'}")  # noqa: T201
            shutil.rmtree(out)
    print(f"{well} of {runs} runs ended with the packets of an undisturbed run")  # noqa: T201
    return int(well < runs)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
