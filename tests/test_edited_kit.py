"""A process that works with a kit, and works with it again after somebody has edited it, sees the edit."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
import queries
from conftest import DATE, ROOT, Run
from pypdf import PdfReader

from docgen.batch.jobs import Job, Unit, kit_sha256, stamp
from docgen.batch.work import work
from docgen.errors import KitError
from docgen.kit import kits, yaml_lines
from docgen.model.kit import KIT_FILE, Kit
from docgen.template import text_runs

SAMPLE = ROOT / "inputs" / "accepted.xlsx"


@pytest.fixture
def folder(kit: Kit, tmp_path: Path) -> Path:
    """A copy of the kit to edit."""
    return Path(shutil.copytree(kit.folder, tmp_path / "kit"))


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text of the file, as an editor saves it; in every part of a Word file."""
    if path.suffix != ".docx":
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert any(old.encode() in part for part in parts.values())
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part.replace(old.encode(), new.encode()))


def test_an_edited_rule_holds_at_once(run: Run, folder: Path, no_output: Path) -> None:
    assert run("check", SAMPLE, "--kit", folder).code == 0
    edit(folder / "kit.yaml", 'when: "total_calls < daily_calls"', 'when: "total_calls > daily_calls"')
    done = run("check", SAMPLE, "--kit", folder, "--json")
    assert done.code == 4
    assert [finding["code"] for finding in done.json["intakes"][0]["findings"]] == ["CNT-1"]
    edit(folder / "kit.yaml", "name_field: company_name", "name_field: company_nam")
    assert run("check", SAMPLE, "--kit", folder).code == 6


def test_default_terms_are_read_anew(run: Run, folder: Path, tmp_path: Path) -> None:
    run("contract", SAMPLE, "--kit", folder, "-o", tmp_path / "a.docx")
    edit(folder / "terms.yaml", "乙方住所地有管辖权的人民法院", "示例仲裁委员会")
    run("contract", SAMPLE, "--kit", folder, "-o", tmp_path / "b.docx")
    assert ["示例仲裁委员会" in queries.text((tmp_path / name).read_bytes()) for name in ("a.docx", "b.docx")] == [
        False,
        True,
    ]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["form", "contract"])
def test_an_edited_word_template_is_compiled_anew(run: Run, folder: Path, tmp_path: Path, kind: str) -> None:
    before, after = tmp_path / "before.docx", tmp_path / "after.docx"
    assert run(kind, SAMPLE, "--kit", folder, "-o", before).code == 0
    edit(
        folder / f"{kind}.docx", "</w:body>", "<w:p><w:r><w:t>新加的一段 {{ company_name }}</w:t></w:r></w:p></w:body>"
    )
    assert run(kind, SAMPLE, "--kit", folder, "-o", after).code == 0
    said = "新加的一段 北京示例科技有限公司"
    assert [said in queries.text(path.read_bytes()) for path in (before, after)] == [False, True]
    edit(folder / f"{kind}.docx", "company_name }}</w:t>", "company_nam }}</w:t>")
    assert run(kind, SAMPLE, "--kit", folder, "-o", after, "--force").code == 6


@pytest.mark.slow
def test_an_edited_page_and_style_are_read_anew(run: Run, folder: Path, tmp_path: Path) -> None:
    def made(name: str) -> PdfReader:
        assert run("review", SAMPLE, "--kit", folder, "-o", tmp_path / name).code == 0
        return PdfReader(tmp_path / name)

    assert "新加的一段" not in made("a.pdf").pages[0].extract_text()
    edit(folder / "review.html", "<body>", "<body><p>新加的一段</p>")
    styled = made("b.pdf")
    assert "新加的一段" in styled.pages[0].extract_text()
    assert styled.pages[0].mediabox.width < styled.pages[0].mediabox.height
    with (folder / "review.css").open("a", encoding="utf-8") as style:
        style.write("\n@page { size: A4 landscape }\n")
    landscape = made("c.pdf").pages[0].mediabox
    assert landscape.width > landscape.height


@pytest.mark.slow
def test_the_manifest_tells_the_edited_templates(run: Run, folder: Path, tmp_path: Path) -> None:
    run("packet", SAMPLE, "--kit", folder, "-o", tmp_path / "out")
    (packet,) = (tmp_path / "out").iterdir()
    assert ": unchanged" in run("verify", packet, "--kit", folder).out
    edit(folder / "review.css", "}", "} ")
    assert "changed since: review.css" in run("verify", packet, "--kit", folder).out
    run("packet", SAMPLE, "--kit", folder, "-o", tmp_path / "out")
    assert ": unchanged" in run("verify", packet, "--kit", folder).out


def test_an_edited_form_is_known_by_its_new_words(run: Run, folder: Path, tmp_path: Path) -> None:
    edit(folder / "form.docx", "</w:body>", "<w:p><w:r><w:t>本表一式两份</w:t></w:r></w:p></w:body>")
    form = tmp_path / "form.docx"
    run("form", SAMPLE, "--kit", folder, "-o", form)
    (intake,) = run("check", form, "--kit", folder, "--json").json["intakes"]
    assert intake["unrecognised"] == []
    edit(folder / "form.docx", "本表一式两份", "本表一式三份")
    (intake,) = run("check", form, "--kit", folder, "--json").json["intakes"]
    assert [text["text"] for text in intake["unrecognised"]] == ["本表一式两份"]


@pytest.mark.slow
def test_a_kit_that_is_the_same_is_read_and_compiled_once(
    run: Run, kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("packet", SAMPLE, "-o", tmp_path).code == 0
    loaded = kits.load(kit.folder)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("read again")

    read = yaml_lines.read
    monkeypatch.setattr(
        yaml_lines,
        "read",
        lambda path, *more, **named: (never if path.name == KIT_FILE else read)(path, *more, **named),
    )
    monkeypatch.setattr(text_runs, "of_word", never)
    monkeypatch.setattr(text_runs, "of_page", never)
    assert kits.load(kit.folder) is loaded
    assert run("packet", SAMPLE, "-o", tmp_path).code == 0


def test_something_that_leads_out_of_the_kit_is_found_later_too(run: Run, folder: Path, no_output: Path) -> None:
    assert run("check", SAMPLE, "--kit", folder).code == 0
    (folder / "logo.png").symlink_to("/etc/hostname")
    assert run("check", SAMPLE, "--kit", folder).code == 6


def test_a_batch_goes_on_with_no_other_kit_than_it_began_with(folder: Path, tmp_path: Path) -> None:
    only = ("contract",)
    job = Job(stamp(folder, {}, DATE, only), folder, {}, DATE, tmp_path, only=only, kit_sha256=kit_sha256(folder))
    edit(folder / "kit.yaml", "calls_per_number: 300", "calls_per_number: 301")
    with pytest.raises(KitError, match="the kit has changed since the run began"):
        work(job, Unit(str(SAMPLE), 0, 64))
