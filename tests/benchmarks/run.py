"""Speed as ratios, measured side by side in one run: `make bench`.

Every row runs two ways of doing the same in turn, A B A B …, and gives the ratio of their medians, so
that a machine whose speed drifts still tells the truth.
"""

from __future__ import annotations

import atexit
import datetime as dt
import io
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import colleague
import processes
import rows
import splits

from docgen.documents.core_face import CORE_FAMILY

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


class Sample(NamedTuple):
    """The sample reviewed, and what templates are given for it."""

    kit: Any
    item: Any
    contract: dict[str, Any]
    form: dict[str, Any]


@cache
def sample() -> Sample:
    """The sample's values for contract and form."""
    from docgen.documents.context import RenderOptions, context
    from docgen.documents.correction import CorrectionEntry
    from docgen.documents.form import form_context
    from docgen.kit import kits
    from docgen.pipeline import SourceFile, open_source

    kit = kits.load(kits.find("caller-number"))
    item = next(iter(open_source(SourceFile(SAMPLE), kit)))
    names = context(kit, item.intake, item.review, item.terms, RenderOptions(DATE))
    entries = {key: CorrectionEntry(value) for key, value in item.intake.values.items()}
    return Sample(kit, item, names, form_context(kit, DATE, entries))


@cache
def stock_templates() -> dict[str, Path]:
    """The templates for stock docxtpl, in a folder that goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="docgen-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return colleague.stock_templates(folder)


def contract_against_docxtpl() -> tuple[float, float]:
    """The contract to bytes: docgen's engine, and stock docxtpl with the same template and values."""
    from docgen.documents.context import RenderOptions
    from docgen.documents.contract import render_contract

    kit, item, names, _ = sample()
    template = stock_templates()["contract"]
    return side_by_side(
        lambda: render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE)).content,
        lambda: colleague.fill(template, names, io.BytesIO()),
    )


def contract_against_docxtemplater() -> tuple[float, float] | None:
    """The contract to bytes, and docxtemplater's; None where node or its registry is not there, or node refuses the
    translated template."""
    import templater

    from docgen.documents.context import RenderOptions
    from docgen.documents.contract import render_contract

    kit, item, names, _ = sample()
    try:
        theirs, _text = templater.seconds(kit.folder / "contract.docx", names)
    except (OSError, subprocess.CalledProcessError):
        return None

    def ours() -> bytes:
        return render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE)).content

    return side_by_side(ours, ours)[0], theirs


def form_against_docxtpl() -> tuple[float, float]:
    """The filled form to bytes, and stock docxtpl with the same template, values and markup of controls."""
    from docgen.documents.form import render_form

    kit, item, _, names = sample()
    template = stock_templates()["form"]
    return side_by_side(
        lambda: render_form(kit, DATE, item.intake.values), lambda: colleague.fill(template, names, io.BytesIO())
    )


def packet_against_script() -> tuple[float, float]:
    """A packet by the command, and the colleague's script, each a process for one customer."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "docgen", "packet", SAMPLE, "-o", folder, "--force"]
        script = [sys.executable, colleague.__file__]
        return side_by_side(
            lambda: subprocess.run(command, **quiet),  # type: ignore[call-overload]
            lambda: subprocess.run(script, **quiet),  # type: ignore[call-overload]
            rounds=5,
        )


def packets_against_script(count: int = 100) -> tuple[float, float]:
    """So many packets one after the other in a warm process, and the colleague's script with all its pages in one
    call of LibreOffice; seconds for all."""
    from docgen.packet import packet
    from docgen.pipeline import SourceFile

    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        options = packet.PacketOptions(sample().kit, DATE, here / "ours", force=True)

        def ours() -> None:
            for number in range(count):
                packet.make(sample().item, SourceFile(SAMPLE), options, f"{number}")

        def theirs() -> None:
            pages = colleague.documents([SAMPLE] * count, stock_templates(), sample().contract | sample().form, here)
            colleague.to_pdf(pages, here)

        return side_by_side(ours, theirs, rounds=1)


def batch_against_script(count: int = 100) -> tuple[float, float]:
    """`docgen batch` of so many sheets on all cores, a process with all it starts, and the colleague's script as one
    with all its pages in one call of LibreOffice, which uses one core."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "sheets").mkdir()
        for number in range(count):
            shutil.copy(SAMPLE, here / "sheets" / f"{number}.xlsx")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
        command = [sys.executable, "-m", "docgen", "batch", here / "sheets", "-o", here / "ours"]
        script = [sys.executable, colleague.__file__, str(count)]
        return side_by_side(
            lambda: subprocess.run(command, **quiet),  # type: ignore[call-overload]
            lambda: subprocess.run(script, **quiet),  # type: ignore[call-overload]
            rounds=1,
        )


def words_against_script() -> tuple[float, float]:
    """Form and contract of a sheet in a warm process, reading and review included, and the colleague's."""
    from docgen.packet import packet
    from docgen.pipeline import SourceFile, open_source

    kit = sample().kit
    options = packet.PacketOptions(kit, DATE, Path(), only=("form", "contract"))
    original = SAMPLE.read_bytes()

    def theirs() -> None:
        colleague.answers(SAMPLE)
        for kind in ("form", "contract"):
            colleague.fill(stock_templates()[kind], sample().contract | sample().form, io.BytesIO())

    def ours() -> None:
        for item in open_source(SourceFile(SAMPLE), kit):
            packet.render(item, original, options)

    return side_by_side(ours, theirs)


class Summary(NamedTuple):
    """The review summary of the sample: its HTML and style, and docgen's way from there to the whole PDF."""

    html: str
    style: str
    ours: Callable[[], bytes]


def summary() -> Summary:
    """The sample's review summary, with the core faces cut.  Stock WeasyPrint gets the HTML and style without them."""
    from docgen.documents import fonts, summary
    from docgen.documents.context import RenderOptions, context
    from docgen.kit import kits
    from docgen.pipeline import SourceFile, open_source

    for core in fonts.uncut():
        fonts.cut(core)
    kit = kits.load(kits.find("caller-number"))
    item = next(iter(open_source(SourceFile(SAMPLE), kit)))
    html = summary._html(kit, context(kit, item.intake, item.review, item.terms, RenderOptions(DATE)))
    style = (kit.folder / summary.REVIEW_STYLE).read_text(encoding="utf-8").replace(f'"{CORE_FAMILY}", ', "")
    return Summary(
        html, style, lambda: summary.render_review(kit, item.intake, item.review, item.terms, RenderOptions(DATE))
    )


def stock_pdf(html: str, style: str) -> bytes:
    """HTML and style to PDF as WeasyPrint's documentation does it, with the system's fonts and the same PDF/A."""
    import weasyprint

    return bytes(
        weasyprint.HTML(string=html).write_pdf(stylesheets=[weasyprint.CSS(string=style)], pdf_variant="pdf/a-3a")
    )


def summary_against_stock() -> tuple[float, float]:
    """The review summary, and the same HTML and style by stock WeasyPrint in the full Noto Sans CJK."""
    html, style, ours = summary()
    return side_by_side(ours, lambda: stock_pdf(html, style))


def summary_against_plain() -> tuple[float, float]:
    """The review summary, and the same HTML in a plain style by stock WeasyPrint in the full Noto Sans CJK."""
    html, _, ours = summary()
    plain = (Path(__file__).parent / "plain.css").read_text(encoding="utf-8")
    return side_by_side(ours, lambda: stock_pdf(html, plain))


def summary_sizes() -> tuple[int, int]:
    """The bytes of the review summary before its attachments, and of the same HTML and style by stock WeasyPrint."""
    html, style, ours = summary()
    return len(ours()), len(stock_pdf(html, style))


def reading_against_openpyxl() -> tuple[float, float]:
    """One sheet read to answers, and a bare openpyxl load of the same file."""
    from openpyxl import load_workbook

    from docgen.extract.source import read
    from docgen.kit import kits

    kit = kits.load(kits.find("caller-number"))
    return side_by_side(lambda: list(read(SAMPLE, kit).intakes), lambda: load_workbook(SAMPLE, data_only=True))


ROWS: list[tuple[str, str, Callable[[], tuple[float, float] | None]]] = [
    ("contract to bytes", "stock docxtpl", contract_against_docxtpl),
    ("contract to bytes", "docxtemplater under node", contract_against_docxtemplater),
    ("form to bytes", "stock docxtpl", form_against_docxtpl),
    ("form and contract of a sheet", "openpyxl, stock docxtpl", words_against_script),
    ("review summary to bytes", "stock WeasyPrint", summary_against_stock),
    ("review summary to bytes", "a plain style, stock WeasyPrint", summary_against_plain),
    ("read one sheet", "bare openpyxl load", reading_against_openpyxl),
    ("docgen packet, one customer", "the colleague's script", packet_against_script),
    ("100 packets, warm", "the script, one LibreOffice call", packets_against_script),
    ("docgen batch, 100 sheets", "the script, one LibreOffice call", batch_against_script),
    ("docgen check, a process: CPU", "python -c 'import openpyxl'", processes.check),
    ("the same, nothing kept", "python -c 'import openpyxl'", processes.check_with_nothing_kept),
    ("docgen packet, a process: CPU", "python -c 'import openpyxl'", processes.packet),
    ("docgen --help, a process: CPU", "python -c 'import click'", processes.help_text),
    ("pass over a row of a table", "find the row in its bytes", splits.passing_over),
]


def main() -> None:
    """Print one row a comparison: ours, theirs, and ours over theirs (below 1: docgen is faster or smaller)."""
    print(f"{'what':30}{'docgen':>12}   {'against':32}{'':>12}{'ratio':>9}")  # noqa: T201
    for what, against, measure in ROWS:
        measured = measure()
        if measured is None:
            print(f"{what:30}{'':12}   {against:32}{'not measured':>12}")  # noqa: T201
            continue
        ours, theirs = measured
        show(what, _milliseconds(ours), against, _milliseconds(theirs), ours / theirs)
    size, stock_size = summary_sizes()
    show(
        "review summary, its size",
        f"{size / 1000:.0f} kB",
        "stock WeasyPrint",
        f"{stock_size / 1000:.0f} kB",
        size / stock_size,
    )
    show_splits()
    rows.main(1000)


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds > 0.0001 else f"{seconds * 1000:.4f} ms"


def show_splits() -> None:
    """Print where the time of a review goes, and its bytes."""
    ours = summary().ours
    times = "  ".join(f"{name} {share:.0%}" for name, share in splits.review_times(ours).items())
    print(f"review summary, its time:   {times}")  # noqa: T201
    sizes = "  ".join(f"{name} {size / 1000:.1f} kB" for name, size in splits.review_bytes(ours()).items())
    print(f"review summary, its bytes:  {sizes}")  # noqa: T201


def show(what: str, ours: str, against: str, theirs: str, ratio: float) -> None:
    """Print one row."""
    print(f"{what:30}{ours:>12}   {against:32}{theirs:>12}{ratio:8.2f}×")  # noqa: T201


if __name__ == "__main__":
    main()
