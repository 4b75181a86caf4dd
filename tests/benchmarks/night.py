"""A night's folder of hostile files and 50 good sheets, in one batch run at the default settings.

    python tests/benchmarks/night.py [NAME...]

The names are beginnings of those in hostile.py and hostile_sheets.py; without any, all are built (which takes
10 minutes and 2 GB of disk).  The run must end by itself, with 50 packets, a failure for each bad file, and at most
20 s of processor time for each of these.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "benchmarks")]

import hostile  # noqa: E402
import hostile_sheets  # noqa: E402
import long_answers  # noqa: E402

GOOD, MOST_SECONDS = 50, 20


def build(folder: Path, asked: list[str]) -> Iterator[str]:
    """Build the hostile files that are asked for; their names.  Each is built by a process of its own."""
    for script, suffixes in (
        (hostile.__file__, {name: suffix for name, (suffix, _) in hostile.HOSTILE.items()}),
        (hostile_sheets.__file__, {n: "ods" if n.startswith("ods") else "xlsx" for n in hostile_sheets.FILES}),
    ):
        for name, suffix in suffixes.items():
            if not asked or any(name.startswith(one) for one in asked):
                path = folder / f"{name.replace(' ', '-').replace(',', '')}.{suffix}"
                subprocess.run([sys.executable, str(script), "--build", name, str(path)], check=True)
                yield path.name


def main(asked: list[str]) -> int:
    """Build, run, and say what came of it; 1 where something is missing or took too long."""
    with tempfile.TemporaryDirectory(prefix="docgen-night-") as made:
        folder, out = Path(made, "in"), Path(made, "out")
        folder.mkdir()
        bad = list(build(folder, asked))
        for number in range(GOOD):
            long_answers.form(folder / f"good-{number:02}.xlsx", {"公司名称": f"示例{number}号有限公司"})
        line = [sys.executable, "-m", "docgen", "batch", str(folder), "-o", str(out), "--lang", "en"]
        run = subprocess.Popen(line, env=os.environ | {"PYTHONPATH": str(ROOT)})
        _, status, usage = os.wait4(run.pid, 0)
        events = [json.loads(one) for one in (out / "journal.jsonl").read_text(encoding="utf-8").splitlines()]
        packets = len(list(out.glob("*/manifest.json")))
        seconds = usage.ru_utime + usage.ru_stime
        failed = {Path(str(event["source"])).name for event in events if event.get("failures")} & set(bad)
        print(f"exit code {os.waitstatus_to_exitcode(status)}: {packets} packets, {len(failed)} of {len(bad)} bad files named, "  # noqa: T201
              f"{seconds:.0f} s of CPU, {seconds / max(len(bad), 1):.1f} for each bad file; not named: {sorted(set(bad) - failed)}")  # fmt: skip
        return int(packets != GOOD or len(failed) < len(bad) or seconds > MOST_SECONDS * len(bad))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
