"""Numbers that a contract refers to: what Word prints before its paragraphs, written before anybody opens it."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import queries
from conftest import DATE, reviewed
from lxml import etree

from docgen.documents.context import RenderOptions
from docgen.documents.contract import render_contract
from docgen.errors import KitError
from docgen.model.kit import Kit
from docgen.template import numbering, references

W = f'xmlns:w="{queries.W}"'


def level(depth: int, style: str, text: str, linked: str = "", start: int = 1) -> str:
    link = f'<w:pStyle w:val="{linked}"/>' if linked else ""
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{style}"/>{link}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def lists(*levels: str, extra: str = "") -> numbering.Lists:
    part = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="7">{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>{extra}</w:numbering>'
    )
    styles = (
        f'<w:styles {W}><w:style w:styleId="A"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        f'<w:style w:styleId="B"><w:basedOn w:val="A"/></w:style></w:styles>'
    )
    return numbering.lists(part.encode(), styles.encode())


def listed(depth: int, mark: str = "", body: str = "", number: str = "1") -> str:
    bookmark = f'<w:bookmarkStart w:id="1" w:name="{mark}"/><w:bookmarkEnd w:id="1"/>' if mark else ""
    properties = f'<w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
    return f"<w:p>{properties}{bookmark}{body}</w:p>"


def reference(name: str, switches: str, shown: str = "0") -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText> REF {name} </w:instrText></w:r><w:r><w:instrText>{switches} \\h </w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'<w:r><w:t>{shown}</w:t></w:r><w:r><w:t>x</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def results(xml: str) -> list[str]:
    root = etree.fromstring(f"<w:body {W}>{xml}</w:body>")
    return [
        "".join(map(str, run.itertext()))
        for run in root.iter(f"{{{queries.W}}}r")
        if run.find("w:t", queries.NS) is not None
    ]


@pytest.mark.parametrize(
    ("style", "text", "count", "shown"),
    [
        ("decimal", "%1.", 12, "12"),
        ("decimal", "（%1）", 3, "（3）"),
        ("chineseCountingThousand", "第%1条", 11, "第十一条"),
        ("chineseCounting", "%1、", 23, "二十三、"),
        ("lowerLetter", "%1)", 27, "aa)"),
        ("upperLetter", "%1.", 2, "B"),
        ("lowerRoman", "%1.", 9, "ix"),
        ("upperRoman", "%1", 14, "XIV"),
        ("none", "", 2, ""),
    ],
)
def test_a_reference_shows_the_number_as_the_list_writes_it(style: str, text: str, count: int, shown: str) -> None:
    xml = listed(0) * (count - 1) + listed(0, "it") + f"<w:p>{reference('it', chr(92) + 'n')}</w:p>"
    assert results(references.renewed(xml, lists(level(0, style, text)))) == [shown, ""]


def test_a_list_of_an_unknown_format_leaves_what_stands_there() -> None:
    xml = listed(0, "it") + f"<w:p>{reference('it', chr(92) + 'n', 'as it was')}</w:p>"
    assert results(references.renewed(xml, lists(level(0, "hebrew1", "%1.")))) == ["as it was", "x"]


LEVELS = (level(0, "decimal", "%1."), level(1, "decimal", "(%2)"), level(2, "lowerLetter", "%3."))


@pytest.mark.parametrize(("switch", "shown"), [("n", "b"), ("w", "2.(1)b"), ("r", "(1)b")])
def test_a_reference_may_show_what_the_number_stands_below(switch: str, shown: str) -> None:
    target = listed(0) + listed(0) + listed(1) + listed(2) + listed(2, "it")
    near = listed(1) + listed(1, body=reference("it", f"\\{switch}"))
    assert results(references.renewed(target + near, lists(*LEVELS))) == [shown, ""]


def test_a_number_that_holds_those_above_it_is_shown_once() -> None:
    whole = lists(level(0, "decimal", "%1"), level(1, "decimal", "%1.%2"))
    xml = listed(0) + listed(1) + listed(1, "it") + f"<w:p>{reference('it', chr(92) + 'w')}</w:p>"
    assert results(references.renewed(xml, whole)) == ["1.2", ""]


def test_levels_begin_anew_below_a_new_number_and_lists_where_they_are_told() -> None:
    restart = (
        '<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/>'
        "</w:lvlOverride></w:num>"
    )
    xml = listed(0) + listed(1) + listed(1) + listed(0, "two") + listed(1, "one") + listed(0, "five", number="2")
    xml += "".join(f"<w:p>{reference(name, chr(92) + 'n')}</w:p>" for name in ("two", "one", "five"))
    assert results(references.renewed(xml, lists(*LEVELS, extra=restart)))[::2] == ["2", "(1)", "5"]


def test_a_style_is_numbered_as_the_one_it_is_based_on() -> None:
    styled = '<w:p><w:pPr><w:pStyle w:val="{}"/></w:pPr>{}</w:p>'
    mark = '<w:bookmarkStart w:id="1" w:name="it"/>'
    xml = styled.format("A", "") + styled.format("B", mark) + f"<w:p>{reference('it', chr(92) + 'n')}</w:p>"
    assert results(references.renewed(xml, lists(*LEVELS))) == ["2", ""]


def test_a_reference_to_the_words_of_a_paragraph_stays() -> None:
    xml = listed(0, "it") + f"<w:p>{reference('it', '', 'its words')}</w:p>"
    assert references.renewed(xml, lists(*LEVELS)) == xml


def test_a_reference_to_what_a_condition_took_away_is_refused() -> None:
    with pytest.raises(KitError, match="«gone»") as caught:
        references.renewed(f"<w:p>{reference('gone', chr(92) + 'n')}</w:p>", lists(*LEVELS))
    assert "under the condition" in str(caught.value.hint)


CONTENTS = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC \\h </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    '<w:hyperlink w:anchor="one"><w:r><w:t>1. One</w:t></w:r></w:hyperlink></w:p>'
    '<w:p><w:hyperlink w:anchor="gone"><w:r><w:t>2. Gone</w:t></w:r></w:hyperlink></w:p>'
    '<w:p w:rsidR="1"><w:hyperlink w:anchor="two"><w:r><w:t>3.</w:t></w:r><w:r><w:tab/><w:t>Two of 3.</w:t></w:r>'
    "</w:hyperlink></w:p>"
    '<w:p><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)


def test_the_contents_lose_what_is_not_there_and_count_the_rest() -> None:
    xml = references.renewed(CONTENTS + listed(0, "one") + listed(0, "two"), lists(*LEVELS))
    assert results(xml) == ["1. One", "2.", "Two of 3."]
    assert xml.count("<w:hyperlink") == 2
    assert xml.count("fldChar ") == CONTENTS.count("fldChar ")


# -- in a kit ---------------------------------------------------------------------------------------


@pytest.fixture
def edited(kit: Kit, tmp_path: Path) -> tuple[Kit, Path]:
    """The kit in a folder whose contract a test may edit."""
    path = tmp_path / "contract.docx"
    path.write_bytes((kit.folder / "contract.docx").read_bytes())
    return replace(kit, folder=tmp_path), path


def change(path: Path, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    xml = parts["word/document.xml"].decode()
    assert old in xml
    parts["word/document.xml"] = xml.replace(old, new).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_reference_without_its_bookmark_is_told_before_any_contract(edited: tuple[Kit, Path]) -> None:
    kit, path = edited
    change(path, 'w:name="责任限额"', 'w:name="另一处"')
    item = reviewed(kit)
    with pytest.raises(KitError, match="the bookmark «责任限额», which is not there"):
        render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE))
