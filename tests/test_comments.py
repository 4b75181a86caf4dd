"""Comments in a draft: what the review found and who supplies missing values, each where it belongs; read by python-docx."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import ooxml_integrity
import pytest
import queries
from conftest import ROOT, Run
from queries import NS, W

INPUTS = ROOT / "inputs"
TERMS = INPUTS / "terms.yaml"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The draft of a manual intake without terms, commented."""
    return made(tmp_path_factory.mktemp("comments") / "bare.docx", "manual.xlsx")


def made(path: Path, source: str, *options: object) -> Path:
    from docgen import cli

    assert cli.run(["contract", str(INPUTS / source), "--comments", "-o", str(path), "-q", *map(str, options)]) == 0
    return path


def comments(path: Path) -> list[tuple[str, str]]:
    return [(one.author, one.text) for one in docx.Document(str(path)).comments]


def anchored(path: Path) -> dict[str, str]:
    """What each comment says → the text between its range's start and end."""
    root = queries.part(path.read_bytes())
    said = {str(one.comment_id): one.text for one in docx.Document(str(path)).comments}
    found: dict[str, str] = {}
    open_: set[str] = set()
    for element in root.iter():
        number = element.get(f"{{{W}}}id")
        if element.tag == f"{{{W}}}commentRangeStart":
            open_.add(number)
            found[said[number]] = ""
        elif element.tag == f"{{{W}}}commentRangeEnd":
            open_.remove(number)
        elif element.tag == f"{{{W}}}t":
            for one in open_:
                found[said[one]] += element.text or ""
    assert open_ == set()
    assert len(found) == len(said)
    return found


def test_every_missing_value_says_who_supplies_it_and_where(bare: Path) -> None:
    found = anchored(bare)
    assert found["「合同编号」待定；由我方补充"] == "【待定：合同编号】"
    assert found["「客户地址」待定；向客户索取"] == "【待定：客户地址】"
    assert found["「月租费单价」待定；由商务确定"] == "【待定：月租费单价】"
    missing = [text for text in found if "待定；" in text]
    assert len(missing) == 37
    for text in missing:
        assert found[text] == f"【待定：{text.partition('「')[2].partition('」')[0]}】"


def test_every_finding_stands_on_the_label_of_its_field(bare: Path) -> None:
    found = anchored(bare)
    remedy = "请由审核人员结合话术与被叫号码来源判断"
    assert found[f"【须判断】SCN-2：营销场景需确认不是令人反感的骚扰外呼。{remedy}"] == "场景"
    (number_risk,) = [text for text in found if "NUM-RISK" in text]
    assert found[number_risk] == "主叫号码个数"
    assert "【建议】「每日外呼量」填写的「8000-10000」是一个范围" in "".join(found)


def test_a_finding_on_a_term_stands_where_the_term_is_printed(tmp_path: Path) -> None:
    terms = tmp_path / "terms.yaml"
    text = TERMS.read_text(encoding="utf-8")
    terms.write_text(text.replace("service_start: 2026-12-15", "service_start: 2026-11-30"), encoding="utf-8")
    found = anchored(made(tmp_path / "c.docx", "accepted.xlsx", "--terms", terms, "--date", "2026-11-23"))
    (where,) = [place for said, place in found.items() if "TRM-1" in said]
    assert where == "签订日期："


def test_the_file_is_sound_and_equal_input_gives_equal_bytes(bare: Path, tmp_path: Path) -> None:
    content = bare.read_bytes()
    assert list(ooxml_integrity.check(str(bare))) == []
    assert list(queries.out_of_order(content)) == []
    assert made(tmp_path / "again.docx", "manual.xlsx").read_bytes() == content
    assert {author for author, _ in comments(bare)} == {"docgen"}


def test_the_text_of_the_draft_is_the_same(run: Run, bare: Path, tmp_path: Path) -> None:
    run("contract", INPUTS / "manual.xlsx", "-o", tmp_path / "plain.docx")
    assert queries.all_text(bare.read_bytes()) == queries.all_text((tmp_path / "plain.docx").read_bytes())


def test_a_draft_with_nothing_to_say_is_as_without(run: Run, tmp_path: Path) -> None:
    arguments = ("contract", INPUTS / "accepted.xlsx", "--terms", TERMS, "--date", "2026-11-23")
    run(*arguments, "-o", tmp_path / "plain.docx")
    run(*arguments, "--comments", "-o", tmp_path / "commented.docx")
    assert (tmp_path / "commented.docx").read_bytes() == (tmp_path / "plain.docx").read_bytes()


def test_what_customers_write_is_text_in_comments(run: Run, tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(INPUTS / "manual.xlsx")
    sheet: Any = book.worksheets[0]
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == "8000-10000":
                cell.value = "8000-10000</w:t><w:x>&"
    book.save(tmp_path / "hostile.xlsx")
    run("contract", tmp_path / "hostile.xlsx", "--comments", "--allow-unready", "-o", tmp_path / "c.docx")
    assert any("8000-10000</w:t><w:x>&" in text for _, text in comments(tmp_path / "c.docx"))
    assert list(ooxml_integrity.check(str(tmp_path / "c.docx"))) == []


def test_a_final_contract_holds_no_comments(run: Run, no_output: Path) -> None:
    done = run("contract", INPUTS / "accepted.xlsx", "--terms", TERMS, "--final", "--comments")
    assert done.code == 2
    assert "--comments" in done.err


@pytest.mark.slow
def test_a_comparison_keeps_comments_of_others_and_renews_docgens_own(run: Run, bare: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.docx"
    with zipfile.ZipFile(bare) as source, zipfile.ZipFile(old, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "word/comments.xml":
                content = content.decode().replace('w:author="docgen"', 'w:author="法务"', 2).encode()
            target.writestr(name, content)
    arguments = ("contract", INPUTS / "manual.xlsx", "--terms", TERMS, "--compare", old)
    run(*arguments, "-o", tmp_path / "compared.docx")
    assert [author for author, _ in comments(tmp_path / "compared.docx")] == ["法务", "法务"]
    run(*arguments, "--comments", "-o", tmp_path / "both.docx")
    found = comments(tmp_path / "both.docx")
    assert [author for author, _ in found] == ["法务", "法务", *["docgen"] * 6]
    assert not any("待定；" in text for author, text in found if author == "docgen")
    assert list(ooxml_integrity.check(str(tmp_path / "both.docx"))) == []
    part = queries.part((tmp_path / "both.docx").read_bytes())
    assert len(part.xpath("//w:commentReference", namespaces=NS)) == len(found)


def test_a_document_without_comments_is_left_as_it_is() -> None:
    from docgen.documents.comments import without_own

    buffer = io.BytesIO()
    docx.Document().save(buffer)
    assert without_own(buffer.getvalue()) == buffer.getvalue()
