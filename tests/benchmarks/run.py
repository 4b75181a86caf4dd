"""Speed as ratios, measured side by side in one run: `make bench`.

Every row runs two ways of doing the same in turn, A B A B …, and gives the ratio of their medians, so
that a machine whose speed drifts still tells the truth.
"""

from __future__ import annotations

import datetime as dt
import io
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "inputs" / "accepted.xlsx"
DATE = dt.date(2026, 11, 23)


def side_by_side(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 15) -> tuple[float, float]:
    """The median seconds of each, run in turn after one warm-up."""
    ours()
    theirs()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for work, kept in zip((ours, theirs), times, strict=True):
            start = time.perf_counter()
            work()
            kept.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def contract_against_docxtpl() -> tuple[float, float]:
    """The contract to bytes: docgen's engine, and stock docxtpl with the same template and values."""
    from docxtpl import DocxTemplate

    from docgen import expressions, kitfile
    from docgen.assess import assess
    from docgen.render.context import Occasion, context
    from docgen.render.contract import CONTRACT_TEMPLATE, render_contract

    kit = kitfile.load(kitfile.find("caller-number"))
    item = next(assess(SAMPLE, kit))
    names = context(kit, item.intake, item.review, item.terms, Occasion(DATE))
    environment = expressions.sandbox(lambda missing: missing.label, markup=True)

    def stock() -> bytes:
        template = DocxTemplate(str(kit.folder / CONTRACT_TEMPLATE))
        template.render(names, environment)
        buffer = io.BytesIO()
        template.save(buffer)
        return buffer.getvalue()

    return side_by_side(
        lambda: render_contract(kit, item.intake, item.review, item.terms, Occasion(DATE)).content, stock
    )


def reading_against_openpyxl() -> tuple[float, float]:
    """One sheet read to answers, and a bare openpyxl load of the same file."""
    from openpyxl import load_workbook

    from docgen import kitfile
    from docgen.read import read

    kit = kitfile.load(kitfile.find("caller-number"))
    return side_by_side(lambda: list(read(SAMPLE, kit).intakes), lambda: load_workbook(SAMPLE, data_only=True))


def help_against_click() -> tuple[float, float]:
    """`docgen --help` as a process, and a process that imports click."""
    quiet = {"stdout": subprocess.DEVNULL, "check": True}
    return side_by_side(
        lambda: subprocess.run([sys.executable, "-m", "docgen", "--help"], **quiet),  # type: ignore[call-overload]
        lambda: subprocess.run([sys.executable, "-c", "import click"], **quiet),  # type: ignore[call-overload]
        rounds=7,
    )


ROWS: list[tuple[str, str, Callable[[], tuple[float, float]]]] = [
    ("contract to bytes", "stock docxtpl", contract_against_docxtpl),
    ("read one sheet", "bare openpyxl load", reading_against_openpyxl),
    ("docgen --help", "python -c 'import click'", help_against_click),
]


def main() -> None:
    """Print one row a comparison: our time, theirs, and theirs over ours."""
    print(f"{'what':24}{'docgen':>12}   {'against':28}{'time':>12}{'ratio':>9}")  # noqa: T201
    for what, against, measure in ROWS:
        ours, theirs = measure()
        print(f"{what:24}{ours * 1000:9.1f} ms   {against:28}{theirs * 1000:9.1f} ms{theirs / ours:8.2f}×")  # noqa: T201


if __name__ == "__main__":
    main()
