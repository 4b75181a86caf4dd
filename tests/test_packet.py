"""A packet appears whole or not at all, says what it was made from, and never costs anybody's work."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest
from conftest import GOOD, ROOT, Run
from openpyxl import load_workbook
from tables import document, form_text, workbook

from docgen import names
from docgen.errors import ProofError
from docgen.packet import packet

pytestmark = pytest.mark.usefixtures("drawn_once")
INPUTS = ROOT / "inputs"
DATE = ("--date", "2026-11-23")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "outputs"


def only(out: Path) -> Path:
    (folder,) = out.iterdir()
    return folder


def test_an_accepted_intake_gets_three_documents_and_a_manifest(run: Run, out: Path) -> None:
    done = run("packet", INPUTS / "accepted.xlsx", "-o", out, "--json", *DATE)
    assert done.code == 0, done.err
    (made,) = done.json["packets"]
    assert list(made) == ["name", "verdict", "folder", "files", "pending"]
    assert list(made["files"]) == ["form", "review", "contract"]
    folder = Path(made["folder"])
    assert folder.is_absolute()
    assert folder == only(out).resolve()
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*(Path(path).name for path in made["files"].values()), "manifest.json"]
    )
    assert "合同编号" in made["pending"]
    assert done.json["unreadable"] == []


@pytest.mark.parametrize(("sample", "code"), [("rejected.xlsx", 5), ("incomplete.xlsx", 4)])
def test_no_contract_is_made_where_none_is_due(run: Run, out: Path, sample: str, code: int) -> None:
    done = run("packet", INPUTS / sample, "-o", out, "--json")
    assert done.code == code
    (made,) = done.json["packets"]
    assert made["files"]["contract"] is None
    assert Path(made["files"]["form"]).is_file()
    assert len(list(only(out).iterdir())) == 3


def test_the_manifest_tells_what_it_was_made_from(run: Run, out: Path) -> None:
    run("packet", INPUTS / "accepted.xlsx", "-o", out, "--terms", INPUTS / "terms.yaml", *DATE)
    data = json.loads((only(out) / "manifest.json").read_text(encoding="utf-8"))
    assert list(data) == [
        "schema", "docgen", "kit", "reviewed_by", "amendments", "source", "terms_sha256", "templates", "fonts",
        "files", "verdict", "date",
    ]  # fmt: skip
    assert data["source"]["name"] == "accepted.xlsx"
    assert data["source"]["sha256"] == hashlib.sha256((INPUTS / "accepted.xlsx").read_bytes()).hexdigest()
    assert set(data["templates"]) == {"form.docx", "contract.docx", "review.html", "review.css"}
    assert data["fonts"]
    assert (data["verdict"], data["date"]) == ("accepted", "2026-11-23")
    for entry in data["files"].values():
        content = (only(out) / entry["name"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry["size"] == len(content)


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # both are drawn
    for name in ("a", "b"):
        run("packet", INPUTS / "manual.xlsx", "-o", tmp_path / name, *DATE)
    first, second = only(tmp_path / "a"), only(tmp_path / "b")
    assert {p.name: p.read_bytes() for p in first.iterdir()} == {p.name: p.read_bytes() for p in second.iterdir()}


@pytest.mark.slow
def test_an_untouched_packet_is_replaced_and_an_edited_one_is_not(run: Run, out: Path) -> None:
    args = ("packet", INPUTS / "accepted.xlsx", "-o", out, *DATE)
    assert run(*args).code == 0
    assert run(*args).code == 0
    contract = next(only(out).glob("*合同*"))
    contract.write_bytes(b"a lawyer's work")
    refused = run(*args)
    assert refused.code == 7
    assert "modified" in refused.err
    assert "--force" in refused.err
    assert contract.read_bytes() == b"a lawyer's work"
    assert run(*args, "--force").code == 0
    assert contract.read_bytes() != b"a lawyer's work"


def test_a_foreign_file_keeps_the_packet_from_being_replaced(run: Run, out: Path) -> None:
    args = ("packet", INPUTS / "accepted.xlsx", "-o", out)
    run(*args)
    (only(out) / "note.txt").write_text("mine", encoding="utf-8")
    assert run(*args).code == 7
    assert (only(out) / "note.txt").read_text(encoding="utf-8") == "mine"


def test_a_refusal_comes_before_anything_is_written(run: Run, out: Path) -> None:
    run("packet", INPUTS / "manual.xlsx", "-o", out)
    (only(out) / "note.txt").write_text("mine", encoding="utf-8")
    assert run("packet", INPUTS / "accepted.xlsx", INPUTS / "manual.xlsx", "-o", out).code == 7
    assert len(list(out.iterdir())) == 1


def test_verify_tells_the_state_of_every_file(run: Run, out: Path) -> None:
    run("packet", INPUTS / "accepted.xlsx", "-o", out)
    folder = only(out)
    done = run("verify", folder)
    assert done.code == 0
    *files_told, kit = done.out.splitlines()
    assert {line[:12].strip() for line in files_told} == {"unchanged"}
    assert {line[12:] for line in files_told} == {path.name for path in folder.iterdir()} - {"manifest.json"}
    assert ": unchanged" in kit
    next(folder.glob("*.pdf")).unlink()
    next(folder.glob("*合同*")).write_bytes(b"x")
    (folder / "note.txt").touch()
    done = run("verify", folder)
    assert done.code == 10
    assert [line[:12].strip() for line in done.out.splitlines()[:-1]] == [
        "unchanged",
        "missing",
        "modified",
        "unexpected",
    ]


@pytest.mark.slow
def test_verify_says_whether_the_kit_has_moved_on(run: Run, out: Path, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    run("kits", "--copy", kit)
    run("packet", INPUTS / "accepted.xlsx", "-o", out, "--kit", kit)
    folder = only(out)
    assert ": unchanged" in run("verify", folder, "--kit", kit).out
    with (kit / "review.css").open("a", encoding="utf-8") as style:
        style.write("/* another day */")
    (kit / "contract.docx").unlink()
    done = run("verify", folder, "--kit", kit)
    assert done.code == 0
    assert "changed since: contract.docx, review.css" in done.out
    assert ": unchanged" in run("verify", folder).out  # the kit of that name is docgen's own


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data["kit"].update(name="elsewhere"), "kit         elsewhere 1.0.0: not found here"),
        (lambda data: data["kit"].update(name="../../tests/data"), "not found here"),
        (lambda data: data.pop("kit"), "kit         unknown"),
        (lambda data: data.update(templates=None), "kit         unknown"),
    ],
)
def test_a_kit_that_is_not_to_be_found_changes_no_exit_code(
    run: Run, out: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    run("form", INPUTS / "accepted.xlsx", "-o", out / "packet" / "form.docx")
    content = (out / "packet" / "form.docx").read_bytes()
    data: dict[str, Any] = {
        "kit": {"name": "caller-number", "version": "1.0.0", "sha256": ""},
        "templates": {},
        "files": {"form": {"name": "form.docx", "sha256": hashlib.sha256(content).hexdigest()}},
    }
    change(data)
    (out / "packet" / "manifest.json").write_text(json.dumps(data), encoding="utf-8")
    done = run("verify", out / "packet")
    assert done.code == 0
    assert said in done.out
    assert run("verify", out / "packet", "--kit", "nothing").code == 2


def test_nothing_is_written_for_an_unreadable_source(run: Run, no_output: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04 cut off")
    done = run("packet", bad)
    assert done.code == 3
    assert "bad.xlsx" in done.err


@pytest.mark.slow
def test_files_are_named_by_any_answer_or_term(run: Run, out: Path, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    run("kits", "--copy", kit)
    text = (kit / "kit.yaml").read_text(encoding="utf-8")
    (kit / "kit.yaml").write_text(
        text.replace(
            'form: "{{ company_name }}-信', 'form: "{{ company_name }}-{{ number_source }}-{{ contract_no }}-{{ provider_name }}-信', 1
        ),
        encoding="utf-8",
    )  # fmt: skip
    terms = tmp_path / "terms.yaml"
    terms.write_text("provider_name: 乙/方\n", encoding="utf-8")
    done = run("packet", INPUTS / "accepted.xlsx", "--kit", kit, "--terms", terms, "-o", out, "--json")
    (made,) = done.json["packets"]
    assert Path(made["files"]["form"]).name == "北京示例科技有限公司-购买新号码-—-乙_方-信息收集表.docx"


def test_a_bug_is_no_matter_of_the_folder(run: Run, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_folder: Path) -> None:
        raise ZeroDivisionError

    out.mkdir()
    monkeypatch.setattr("docgen.packet.manifest.statuses", broken)
    done = run("verify", out)
    assert done.code == 1
    assert "unexpected ZeroDivisionError" in done.err


def test_a_bad_source_does_not_stop_the_good_one(run: Run, out: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"")
    done = run("packet", bad, INPUTS / "accepted.xlsx", "-o", out, "--json")
    assert done.code == 3
    assert len(done.json["packets"]) == 1
    assert len(done.json["unreadable"]) == 1


def test_a_failing_document_leaves_nothing(run: Run, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> bytes:
        raise ProofError("the document is bad")

    monkeypatch.setattr(packet, "render_form", broken)
    assert run("packet", INPUTS / "accepted.xlsx", "-o", out).code == 10
    assert not out.exists() or list(out.iterdir()) == []


@pytest.mark.slow
def test_same_named_customers_get_folders_of_their_own(run: Run, out: Path, tmp_path: Path) -> None:
    copies = []
    for number in (1, 2):
        copy = tmp_path / f"{number}.xlsx"
        copy.write_bytes((INPUTS / "accepted.xlsx").read_bytes())
        copies.append(copy)
    done = run("packet", *copies, "-o", out, "--json")
    names = [Path(made["folder"]).name for made in done.json["packets"]]
    assert len(set(names)) == 2
    assert all(name.rpartition("-")[2].isalnum() and len(name.rpartition("-")[2]) == 8 for name in names)
    backwards = run("packet", *copies[::-1], "-o", out, "--json")
    assert [Path(made["folder"]).name for made in backwards.json["packets"]] == names[::-1]


def test_a_hostile_name_stays_in_the_folder(run: Run, out: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    book = load_workbook(INPUTS / "accepted.xlsx")
    sheet = book.worksheets[0]
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.endswith("有限公司"):
                cell.value = "../../../evil/公司"
    book.save(tmp_path / "evil.xlsx")
    done = run("packet", tmp_path / "evil.xlsx", "-o", out, "--json")
    (made,) = done.json["packets"]
    assert made["name"] == "../../../evil/公司"
    assert Path(made["folder"]).parent == out.resolve()
    assert {path.parent for path in only(out).iterdir()} == {only(out)}
    assert names.safe_name("../../../evil/公司") == Path(made["folder"]).name


@pytest.mark.slow
def test_two_forms_of_one_document_get_a_folder_each(run: Run, tmp_path: Path) -> None:
    text = form_text(GOOD)
    done = run("packet", document(tmp_path / "two.docx", f"{text}\n和\n{text}"), "-o", tmp_path / "out", "--json")
    assert done.code == 0
    assert len({packet["folder"] for packet in done.json["packets"]}) == 2


@pytest.mark.slow
@pytest.mark.parametrize("hidden", [False, True])
def test_a_workbook_of_several_customers_travels_in_no_packet(
    run: Run, out: Path, tmp_path: Path, hidden: bool
) -> None:
    """Neither as an attachment nor by a text that stands outside of both."""
    path = workbook(
        tmp_path / "two.xlsx",
        form_text(GOOD)
        + form_text({**GOOD, "company_name": "乙方示例有限公司"}).replace("# 信息收集统计表", "# 二")
        + "# 备忘\n| 乙方示例的合同要快 | 小李 |",
    )
    if hidden:
        book = load_workbook(path)
        book["二"].sheet_state = book["备忘"].sheet_state = "hidden"
        book.save(path)
    run("packet", path, "-o", out, *DATE)
    folders = sorted(out.iterdir())
    assert len(folders) == (1 if hidden else 2)
    for folder in folders:
        (review,) = folder.glob("*.pdf")
        attached = pypdf.PdfReader(review).attachments
        assert set(attached) == {"intake.json"}
        other = GOOD["company_name"] if "乙方" in folder.name else "乙方示例"
        assert other not in attached["intake.json"][0].decode()
        assert "备忘" not in attached["intake.json"][0].decode()


#: Makes a packet anew where folders are replaced in two steps, and is killed between the two.
KILLED = """
import os, signal, sys
from pathlib import Path
from docgen import cli
from docgen.output import aside
aside._exchange = lambda *_: False
rename = Path.rename
def killed(one, other):
    if "docgen-tmp" in one.name:
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(one, other)
Path.rename = killed
cli.run(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def interrupted(run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, bytes]]:
    """A folder of packets where a run was killed while it replaced one, the one's name, and its files before."""
    out = tmp_path_factory.mktemp("interrupted") / "out"
    (made,) = run("packet", INPUTS / "accepted.xlsx", "-o", out, "--json").json["packets"]
    folder = Path(made["folder"])
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    command = ["packet", str(INPUTS / "accepted.xlsx"), "-o", str(out), "--date", "2020-02-20"]
    assert subprocess.run([sys.executable, "-c", KILLED, *command], check=False).returncode == -9
    assert not folder.exists()
    return out, folder.name, before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="what dead processes left is not known there")
@pytest.mark.parametrize(
    "line", ["packet {same} -o {out}", "packet {other} -o {out}", "batch {other} -o {out} --jobs 1"]
)
def test_a_packet_that_was_being_replaced_comes_back_with_the_next_run(
    run: Run, interrupted: tuple[Path, str, dict[str, bytes]], tmp_path: Path, line: str
) -> None:
    """Also when that run is about another customer, and however it writes."""
    left, name, before = interrupted
    out = shutil.copytree(left, tmp_path / "out")
    places = {"same": INPUTS / "accepted.xlsx", "other": INPUTS / "manual.xlsx", "out": out}
    assert run(*line.format(**places).split()).code == 0
    assert run("verify", out / name).code == 0
    if "{other}" in line:
        assert {path.name: path.read_bytes() for path in (out / name).iterdir()} == before
    assert not [path for path in out.iterdir() if "docgen-tmp" in path.name or "docgen-aside" in path.name]
