"""The contract against an earlier draft: real tracked changes, both sides whole."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import Any

import ooxml_integrity
import pytest
import queries
from conftest import ROOT, Run
from docx import Document
from queries import NS, W

from docgen.workers import limits

SAMPLE = ROOT / "inputs" / "accepted.xlsx"
TERMS = ROOT / "inputs" / "terms.yaml"


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """An earlier draft, the new one, and the new one with its changes against the earlier."""
    from docgen import cli

    folder = tmp_path_factory.mktemp("redline")
    old, new, compared = (folder / name for name in ("old.docx", "new.docx", "compared.docx"))
    given = ["--terms", str(TERMS)]
    assert cli.run(["contract", str(SAMPLE), "-o", str(old), "-q"]) == 0
    assert cli.run(["contract", str(SAMPLE), *given, "-o", str(new), "-q"]) == 0
    assert cli.run(["contract", str(SAMPLE), *given, "--compare", str(old), "-o", str(compared), "-q"]) == 0
    return old, new, compared


def settled(content: bytes, *, accept: bool) -> str:
    """The text of the document with every tracked change accepted, or rejected, paragraph by paragraph."""
    root = queries.part(content)
    gone, kept = ("del", "ins") if accept else ("ins", "del")
    lines, carried = [], ""
    for paragraph in root.iter(f"{{{W}}}p"):
        texts = paragraph.xpath(f".//w:t[not(ancestor::w:{gone})]|.//w:delText[not(ancestor::w:{gone})]", namespaces=NS)
        carried += "".join(text.text or "" for text in texts)
        if paragraph.find(f"w:pPr/w:rPr/w:{gone}", NS) is None:
            lines.append(carried)
            carried = ""
    assert root.findall(f".//w:{kept}", NS)
    return "".join(lines)


def plain(path: Path) -> str:
    return queries.text(path.read_bytes()).replace("\n", "")


@pytest.mark.slow
def test_accepting_gives_the_new_draft_and_rejecting_the_old(drafts: tuple[Path, Path, Path]) -> None:
    old, new, compared = drafts
    content = compared.read_bytes()
    assert settled(content, accept=True) == plain(new)
    assert settled(content, accept=False) == plain(old)


@pytest.mark.slow
def test_changes_that_nobody_decided_on_are_told_and_count_as_accepted(
    run: Run, drafts: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    old, new, _ = drafts
    edited, compared = tmp_path / "edited.docx", tmp_path / "compared.docx"
    before = "话术未通过审核的，"
    about = 'w:author="法务" w:date="2026-11-01T00:00:00Z"'
    changes = (
        f'{before}</w:t></w:r><w:ins w:id="9001" {about}><w:r><w:t>法务添加的话，</w:t></w:r></w:ins>'
        f'<w:del w:id="9002" {about}><w:r><w:delText>法务删去的话，</w:delText></w:r></w:del><w:r><w:t>'
    )
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(edited, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "word/document.xml":
                assert content.count(before.encode()) == 1
                content = content.replace(before.encode(), changes.encode())
            target.writestr(name, content)
    done = run("contract", SAMPLE, "--terms", TERMS, "--compare", edited, "-o", compared)
    assert done.code == 0
    assert f"note: {edited}: tracked changes that nobody decided on count as accepted: 2" in done.err
    content = compared.read_bytes()
    assert settled(content, accept=True) == plain(new)
    assert "法务添加的话" in settled(content, accept=False)
    assert "法务删去的话" not in settled(content, accept=False)


def test_another_kind_of_document_is_refused(run: Run, no_output: Path, tmp_path: Path) -> None:
    form = tmp_path / "form.docx"
    assert run("blank", "form", "-o", form).code == 0
    done = run("contract", SAMPLE, "--compare", form)
    assert done.code == 3
    assert "form.docx: no earlier draft of this contract: 0 of its" in done.err
    assert "hint: name the Word file of an earlier draft" in done.err


@pytest.mark.slow
def test_a_comparison_that_is_not_whole_is_not_written(
    run: Run, no_output: Path, drafts: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from python_redlines import DocxodusEngine

    monkeypatch.setattr(DocxodusEngine, "run_redline", lambda self, author, old, new, **_: (new, None, None))
    done = run("contract", SAMPLE, "--terms", TERMS, "--compare", drafts[0])
    assert done.code == 10
    assert "the comparison with the new draft is not whole, and is not written" in done.err


@pytest.mark.slow
def test_changes_bear_author_and_date_and_the_file_is_sound(run: Run, drafts: tuple[Path, Path, Path]) -> None:
    old, _, compared = drafts
    dated = compared.with_name("dated.docx")
    done = run("contract", SAMPLE, "--terms", TERMS, "--compare", old, "--date", "2026-11-23", "-o", dated)
    assert "note:" not in done.err
    changes: list[Any] = queries.part(dated.read_bytes()).xpath("//w:ins|//w:del", namespaces=NS)
    assert {change.get(f"{{{W}}}author") for change in changes} == {"docgen"}
    assert {change.get(f"{{{W}}}date") for change in changes} == {"2026-11-23T00:00:00Z"}
    assert list(ooxml_integrity.check(str(dated))) == []
    assert compared.read_bytes() == dated.read_bytes()  # that of SOURCE_DATE_EPOCH is the same


def test_what_is_no_word_document_is_refused_and_nothing_written(run: Run, no_output: Path, tmp_path: Path) -> None:
    (tmp_path / "old.docx").write_bytes(b"no document")
    done = run("contract", SAMPLE, "--compare", tmp_path / "old.docx")
    assert done.code == 3
    assert "old.docx: this is a plain text file, no Word document" in done.err
    assert run("contract", SAMPLE, "--compare", tmp_path / "none.docx").code == 2


@pytest.mark.slow
def test_a_draft_that_the_engine_cannot_read_is_named(
    run: Run, no_output: Path, drafts: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.docx"
    with zipfile.ZipFile(drafts[0]) as source, zipfile.ZipFile(damaged, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(b"</w:style>", b"", 1) if name == "word/styles.xml" else content)
    done = run("contract", SAMPLE, "--compare", damaged)
    assert done.code == 3
    *_, error, hint = done.err.splitlines()
    assert error.startswith(f"error: {damaged}: cannot be compared with the new draft: ")
    assert error.endswith(" the comparison ended with an error")
    assert hint == "hint: open it in Word, save it again as .docx, and compare with that"


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["python_redlines", "python_redlines_docxodus"])
def test_without_the_extra_it_says_how_to_get_it(
    run: Run, no_output: Path, drafts: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    done = run("contract", SAMPLE, "--compare", drafts[0])
    assert done.code == 9
    assert "docgen[redline]" in done.err


@pytest.mark.slow
def test_a_comparison_that_takes_too_long_ends_with_one_line(
    run: Run, tmp_path: Path, drafts: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine needs more than a second for the 140 pages of this one."""
    old = Document(str(drafts[0]))
    for number in range(3_000):
        old.add_paragraph(f"甲乙丙丁戊己庚辛壬癸{number}" * 20)
    old.save(str(tmp_path / "old.docx"))
    monkeypatch.setattr(limits, "PROGRAM_SECONDS", 1)
    monkeypatch.setattr("docgen.documents.redline._SHARED", 0)
    monkeypatch.setattr(limits, "process_time", lambda: -2)
    done = run("contract", SAMPLE, "--compare", tmp_path / "old.docx", "-o", tmp_path / "made.docx", "-q")
    assert done.code == 3
    assert "old.docx: comparing it takes more time or memory than it may" in done.err
    assert not (tmp_path / "made.docx").exists()
