"""What a customer wrote stays in the documents: not in logs or tracebacks, not for other users, not on the network."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pytest
from conftest import GOOD, ROOT, Run
from lxml import html
from openpyxl import load_workbook
from tables import form_text, workbook

from docgen.batch.reports import write_reports
from docgen.masking import masked
from docgen.output import files, scratch

MOBILE, WECHAT = GOOD["contact_mobile"], GOOD["contact_wechat"]
TERMS = ROOT / "inputs" / "terms.yaml"
#: Every command that reads a source or writes a file; `{source}` and `{out}` are put in.
COMMANDS = {
    "check": "check {source}",
    "check as JSON": "check {source} --json",
    "return": "return {source} -o {out}/r.xlsx",
    "return as a form": "return {source} --docx -o {out}/r.docx",
    "form": "form {source} -o {out}/f.docx",
    "review": "review {source} -o {out}/v.pdf",
    "contract": "contract {source} -o {out}/c.docx",
    "compared": "contract {source} --compare {out}/c.docx -o {out}/d.docx",
    "packet": "packet {source} -o {out}/packets",
    "batch": "batch {source} -o {out}/night --jobs 1 --only form,contract",
    "blank sheet": "blank sheet -o {out}/b.xlsx",
    "blank form": "blank form -o {out}/b.docx",
    "a kit": "kits --copy {out}/kit",
    "template check": "template check",
    "template fields": "template fields",
    "fonts": "fonts",
}


def filled(line: str, source: Path, out: Path, *more: str) -> list[str]:
    return [*(part.format(source=source, out=out) for part in line.split()), *more]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A sheet of the good intake whose name is a mobile number too."""
    return workbook(tmp_path / f"王女士{MOBILE}.xlsx", form_text(GOOD))


def is_told(text: str) -> bool:
    """Whether a mobile number or WeChat id stands in it, however the number is written."""
    return MOBILE in "".join(character for character in text if character.isalnum()) or WECHAT in text


@contextlib.contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


# -- logs, progress, tracebacks ------------------------------------------------------------------------


@pytest.mark.slow
def test_every_command_keeps_private_answers_to_itself(
    run: Run, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In what it says with -v, in what libraries log, and towards other users: no file is wider than the umask
    allows, no temporary file wider than the one that takes its place."""
    wide: list[str] = []
    log = io.StringIO()

    def watched(move: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
        def check(path: Path, target: Path) -> Path:
            wide.extend(str(each) for each in (path, *path.rglob("*")) if each.stat().st_mode & 0o077)
            return move(path, target)

        return check

    monkeypatch.setattr(Path, "replace", watched(Path.replace))
    monkeypatch.setattr(Path, "rename", watched(Path.rename))
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.StreamHandler(log)])
    out = tmp_path / "out"
    with umask(0o077):
        for name, line in COMMANDS.items():
            done = run(*filled(line, source, out, "-v"))
            assert done.code == 0, (name, done.err)
            assert not is_told(done.err), name
    assert not is_told(log.getvalue())
    assert wide == []
    written = [out, *out.rglob("*")]
    assert len(written) > 20
    for path in written:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_results_are_no_log(run: Run, source: Path) -> None:
    (intake,) = run("check", source, "--json").json["intakes"]
    assert intake["values"]["contact_mobile"] == f"+86{MOBILE}"


def fail(*_: object, **__: object) -> None:
    raise ValueError(f"invalid: {MOBILE!r} / {WECHAT}")


def fail_late(*arguments: object, **options: object) -> None:
    try:
        fail()
    except ValueError as cause:
        raise KeyError(WECHAT, MOBILE) from cause


@pytest.mark.slow
@pytest.mark.parametrize("failure", [fail, fail_late])
@pytest.mark.parametrize(
    ("command", "place"),
    [
        ("check", "docgen.rules.normalize.normalize"),
        ("contract", "docgen.packet.packet.contract_of"),
        ("review", "docgen.packet.packet.review_of"),
        ("packet", "docgen.output.files.stage_folder"),
    ],
)
def test_a_bug_tells_where_and_not_what(
    run: Run, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, place: str, failure: Callable[..., None]
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(place, failure)
    for more in ([], ["-v"]):
        done = run(command, source, *more)
        assert done.code == 1
        assert not is_told(done.err + done.out)
        last = done.err.splitlines()[-1]
        assert last.startswith(
            f"error: unexpected {'KeyError' if failure is fail_late else 'ValueError'} at test_privacy.py:"
        )
        assert ("File " in done.err) == bool(more)
        assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "written",
    [
        "{{ contact_mobile | round(99) }}",
        "{{ contact_wechat | round(99) }}",
        "{{ answers[4].written | round(99) }}",
        "{% for row in answers %}{{ row.written | round(99) }}{% endfor %}",
        "{% for row in answers %}{{ row | round(99) }}{% endfor %}",
    ],
)
def test_a_tag_that_fails_on_a_private_answer_does_not_quote_it(
    run: Run, source: Path, no_output: Path, tmp_path: Path, written: str
) -> None:
    run("kits", "--copy", tmp_path / "kit")
    document = docx.Document()
    document.add_paragraph(written)
    document.save(str(tmp_path / "kit" / "contract.docx"))
    done = run("contract", source, "--kit", tmp_path / "kit")
    assert done.code == 6
    assert "round(99) }} fails for" in done.err
    assert not is_told(done.err)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("x13800138000.xlsx", "x138****8000.xlsx"),
        ("+86 138 0013 8000", "+86 138****8000"),
        ("+8613800138000", "+86138****8000"),
        ("138-0013-8000", "138****8000"),
        ("138.0013.8000", "138****8000"),
        ("１３８００１３８０００", "１３８****８０００"),
        ("¹³⁸⁰⁰¹³⁸⁰⁰⁰", "¹³⁸****⁸⁰⁰⁰"),
        ("١٣٨٠٠١٣٨٠٠٠", "١٣٨****٨٠٠٠"),
        ("①③⑧00138000", "①③⑧****8000"),
        ("138\u200b0013\u20608000", "138****8000"),
        ("138－0013—8000", "138****8000"),
        ("甲13800138000乙１３９００１３９０００", "甲138****8000乙１３９****９０００"),
        ("2026-11-23 13:25:09 5000 of 100000", "2026-11-23 13:25:09 5000 of 100000"),
        ("sha 913800138000", "sha 913800138000"),
    ],
)
def test_mobiles_are_masked_as_people_write_them(written: str, told: str) -> None:
    assert masked(written) == told


@pytest.mark.slow
def test_what_a_run_leaves_tells_no_mobile_of_what_failed(run: Run, tmp_path: Path) -> None:
    """Neither in the names of sources nor in the reasons, however its digits are written; and each is told once."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    names = [f"甲{MOBILE}", "甲13811118000", "乙１３８００１３８０００", "丙138\u202e0013\x1b8000"]
    for name in names:
        (folder / f"{name}.xlsx").write_bytes(b"no workbook")
    workbook(folder / f"丁{MOBILE}.xlsx", form_text(GOOD))
    line = ["batch", folder, "-o", out, "--jobs", "1", "--only", "contract"]
    for more in ([], ["--resume", "--log-json"], ["--resume"]):
        done = run(*line, *more)
        assert done.code == 8
        texts = [done.err, (out / "journal.jsonl").read_text(), html_text(out / "report.html"), failures(out)]
        for text in texts:
            assert "甲138****8000.xlsx" in text
            assert not {MOBILE, "13811118000", "１３８００１３８０００", "0013"} & set(re.findall(r"\w+", text))
            assert not re.search("[\x1b\u202e]", text)
        assert texts[2].count("甲138****8000.xlsx") == 4  # the source of each, and in its reason
    assert len((out / "journal.jsonl").read_text().splitlines()) == len(names) + 1


def html_text(path: Path) -> str:
    return "\n".join(map(str, html.fromstring(path.read_bytes()).itertext()))


def failures(out: Path) -> str:
    """The failures that report.xlsx lists."""
    rows = load_workbook(out / "report.xlsx")["failures"].iter_rows(values_only=True)
    return "\n".join(str(value) for row in rows for value in row)


# -- other users of the machine ------------------------------------------------------------------------


def test_every_digit_that_masking_reads_is_numeric() -> None:
    """Texts with too few numeric characters for a number are not read further."""
    for code in range(sys.maxunicode + 1):
        found = unicodedata.normalize("NFKC", chr(code))
        digit = unicodedata.digit(found if len(found) == 1 else chr(code), None)
        assert digit is None or chr(code).isnumeric(), hex(code)


def test_libraries_write_in_a_folder_of_our_own(
    run: Run, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which nobody else may open, and which is removed in the end."""
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(shared))
    made: list[tuple[Path, int]] = []

    def noted(make: Callable[..., object]) -> Callable[..., object]:
        def note(*args: object, **options: object) -> object:
            folder = Path(tempfile.gettempdir())
            made.append((folder.parent, folder.stat().st_mode & 0o777))
            return make(*args, **options)

        return note

    monkeypatch.setattr("openpyxl.worksheet._writer.NamedTemporaryFile", noted(tempfile.NamedTemporaryFile))
    monkeypatch.setattr(tempfile, "mkstemp", noted(tempfile.mkstemp))
    for line in ("contract {source} -o {out}/c.docx", "contract {source} --compare {out}/c.docx -o {out}/d.docx"):
        assert run(*filled(line, source, tmp_path / "out")).code == 0
    write_reports(tmp_path / "out", [])
    assert len(made) > 3
    assert set(made) == {(shared, 0o700)}
    assert list(shared.iterdir()) == []


KILLED = """
import os, signal, sys, tempfile
from pathlib import Path
from docgen.masking import masked
from docgen.output import files, scratch
from docgen.batch.reports import write_reports
if sys.argv[1] == "scratch":
    tempfile.tempdir = sys.argv[2]
    with scratch.for_libraries():
        Path(tempfile.gettempdir(), "sheet.xml").write_text("customers")
        os.kill(os.getpid(), signal.SIGKILL)
files.os.fsync = lambda _descriptor: os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[1] == "file":
    files.write_file(Path(sys.argv[2], "form.docx"), b"half")
files.write_folder(Path(sys.argv[2], "packet"), {"form.docx": b"half"})
"""


@pytest.mark.slow
@pytest.mark.parametrize("what", ["scratch", "file", "folder"])
def test_what_a_killed_process_left_goes_at_the_next_start(
    run: Run, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    done = subprocess.run([sys.executable, "-c", KILLED, what, str(folder)], check=False)
    assert done.returncode == -9
    left = list(folder.iterdir())
    assert len(left) == 1
    if what == "scratch":
        run(*filled("contract {source} -o {out}/c.docx", source, tmp_path / "other"))
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
    line = {
        "scratch": "contract {source} --compare {out}/c.docx -o {out}/d.docx",
        "file": "form {source} -o {out}/f.docx",
        "folder": "packet {source} -o {out}",
    }[what]
    assert run(*filled(line, source, tmp_path / "other" if what == "scratch" else folder)).code == 0
    assert not left[0].exists()


def test_what_somebody_is_writing_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with files.replacing(tmp_path / "report.xlsx") as temporary, scratch.for_libraries():
        lent = Path(tempfile.gettempdir())
        temporary.write_bytes(b"half")
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        files.write_file(tmp_path / "form.docx", b"x")
        with scratch.for_libraries():
            assert temporary.exists()
            assert lent.exists()
        temporary.write_bytes(b"whole")
        monkeypatch.setattr(tempfile, "tempdir", str(lent))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["form.docx", "report.xlsx"]


@pytest.mark.slow
def test_what_nobody_can_have_made_is_left_alone(
    run: Run, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that any user may give a file: its number is that of no process."""
    odd = tmp_path / f"docgen-scratch-{scratch.maker().partition('-')[0]}-{10**30}-x"
    odd.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    run(*filled("contract {source} -o {out}/c.docx", source, tmp_path))
    done = run(*filled("contract {source} --compare {out}/c.docx -o {out}/d.docx", source, tmp_path))
    assert done.code == 0
    assert odd.is_dir()


@pytest.mark.slow
def test_temporary_files_that_cannot_be_written_are_told(
    run: Run, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(*filled("contract {source} -o {out}/c.docx", source, tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    done = run(*filled("contract {source} --compare {out}/c.docx -o {out}/d.docx", source, tmp_path))
    assert done.code == 7
    assert done.err.splitlines()[-1] == "error: temporary files cannot be written: No such file or directory"
    assert not (tmp_path / "d.docx").exists()


# -- the network -----------------------------------------------------------------------------------------

#: Python loads this before anything else, in worker processes too: whoever asks for a connection ends at once.
DENIED = """
import os, sys
def deny(event, _arguments):
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        os.write(2, event.encode())
        os._exit(99)
sys.addaudithook(deny)
"""


@pytest.mark.slow
def test_no_command_asks_for_a_connection(source: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(DENIED, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}
    commands = [filled(line, source, tmp_path / "out") for line in COMMANDS.values()]
    code = (
        f"import sys\nfrom docgen import cli\nfor command in {commands!r}:\n    assert cli.run(command) == 0, command"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    denied = subprocess.run(
        [sys.executable, "-c", "import socket; socket.create_connection(('127.0.0.1', 9))"], env=environment,
        capture_output=True, check=False,
    )  # fmt: skip
    assert denied.returncode == 99  # the guard is on
