"""What documents of a template have in common is worked out once: the same documents come of it, and every defect that
the check of a whole document finds is found."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any

import docx
import pytest
from conftest import DATE, reviewed
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from test_output_mutants import DEFECTS

from docgen.documents import output_check
from docgen.documents.context import RenderOptions
from docgen.documents.contract import render_contract
from docgen.errors import ProofError
from docgen.model.display import Missing, Shown
from docgen.model.kit import Kit
from docgen.pipeline import ReviewedIntake
from docgen.template import marks, skeletons, word
from docgen.template.context_types import ANYTHING, Names
from docgen.template.examine import Compiled
from docgen.template.skeletons import _LINES, _TEXT
from docgen.template.word import Rendered, WordTemplate

NAMES = Names(dict.fromkeys(("name", "fee", "items"), ANYTHING))
MADE = {"word/document.xml", "word/header1.xml", "word/header2.xml"}


def parts(document: Rendered) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def contract(kit: Kit, item: ReviewedIntake) -> Rendered:
    return render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE))


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], Any]:
    """Runs something with every part finished and checked as a whole."""

    def run(work: Callable[[], Any]) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(skeletons, "found", lambda *_: None)
            return work()

    return run


# -- the same documents ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> WordTemplate:
    """A template with values in texts, attributes, a loop and a condition."""
    document = docx.Document()
    document.add_paragraph("甲方：{{ name }}，费用 {{ fee }}元{{ name }}")
    document.add_paragraph("{% for item in items %}{{ item }}、{% endfor %}{% if fee is given %}有{{ fee }}{% endif %}")
    document.add_paragraph("长" * 3000).add_run("{{ name ~ fee }}").bold = True
    document.sections[0].header.paragraphs[0].add_run("{{ name }}")
    path = tmp_path_factory.mktemp("kit") / "template.docx"
    document.save(str(path))
    return word.compile_template(path, NAMES)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\n\t<>&\"'];\ufdd0\ufdd2\ufdd3\ufffe\x01"))
VALUES = st.one_of(
    TEXTS.map(lambda text: Shown(text, text)), st.just(Missing("费 & 税")), st.just(Missing(pending=False))
)


@pytest.mark.slow
@given(name=VALUES, fee=VALUES, items=st.lists(VALUES, max_size=3))
def test_any_values_give_the_same_document(template: WordTemplate, name: Any, fee: Any, items: list[Any]) -> None:
    context = {"name": name, "fee": fee, "items": items}
    made, again = word.render(template, context), word.render(template, context)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(skeletons, "found", lambda *_: None)
        alone = word.render(template, context)
    assert parts(made) == parts(alone)
    assert made.content == again.content == word.render(template._replace(known={}), context).content
    assert (made.pending, made.main, made.made) == (alone.pending, alone.main, alone.made)
    assert output_check.word(made, "it") is made
    assert output_check.word(alone, "it") is alone


def test_contracts_are_made_of_what_is_known(kit: Kit, whole: Callable[[Callable[[], Any]], Any]) -> None:
    for changes in ({}, {"main_script": "一\n二\n\n三 & <四>"}, {"contact_wechat": ""}, {"daily_calls": "6,000"}):
        item = reviewed(kit, **changes)
        made, alone = contract(kit, item), whole(partial(contract, kit, item))
        assert set(made.proven) == MADE
        assert not alone.proven
        assert parts(made) == parts(alone)
        assert made.pending == alone.pending


def test_what_is_known_is_bounded(template: WordTemplate) -> None:
    fresh = template._replace(known={})
    for count in range(300):
        word.render(fresh, {"name": "甲", "fee": "1", "items": [""] * count})
        assert len(fresh.known) <= 128


# -- the same defects --------------------------------------------------------------------------------

each_place = pytest.mark.parametrize("at", [0, 1, 2], ids=["first", "middle", "last"])


def _one(places: list[Any], at: int) -> list[Any]:
    """The first of them, the one in the middle or the last; none of none."""
    return places and [places[(0, len(places) // 2, -1)[at]]]


@pytest.mark.parametrize("name", sorted(DEFECTS.keys() - {"an empty control"}))  # contracts hold none
@each_place
def test_each_defect_of_what_is_finished_is_found(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, name: str, at: int
) -> None:
    """Whatever goes wrong on the way to a skeleton, no document is made of it, the first or a later one."""
    item, finished, defect = reviewed(kit), word._finished, DEFECTS[name]
    places: list[int] = []

    def spoilt(*given: Any) -> bytes:
        content = finished(*given)
        found = list(re.finditer(defect.found, content))
        places.append(len(found))
        for place in _one(found, at):
            content = content[: place.start()] + place.expand(defect.instead) + content[place.end() :]
        return content

    monkeypatch.setattr(word, "_finished", spoilt)
    monkeypatch.setattr(skeletons, "found", partial(_found_afresh, {}))
    for _ in range(3):
        with pytest.raises(ProofError, match=defect.said):
            contract(kit, item)
    assert any(places)


_FOUND = skeletons.found


def _found_afresh(known: dict[Any, Any], _known: object, *rest: Any) -> Any:
    """As `found`, with nothing known from other tests."""
    return _FOUND(known, *rest)


#: What a value could hold if it were not escaped and cleaned, and whether a text with it is no XML or has marks.
HARMFUL = {
    "<": True, "a < b": True, "R&D": True, "&nbsp;": True, "&#1;": True, "</w:t>": True, "<w:p>": True, "\x01": True,
    "\ud800": True, "\uffff": True, "\ufdd0": True, "\ufdd1": True, "\ufdd3": False, "]]>": True,
    '"': False, "'": False, "]]": False, "&amp;": False, "<w:tab/>": False, "</w:t></w:r>": True,
}  # fmt: skip


@pytest.mark.parametrize("text", HARMFUL)
@each_place
def test_values_that_are_no_text_are_found(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, whole: Callable[[Callable[[], Any]], Any], text: str, at: int
) -> None:
    item, pieces = reviewed(kit), Compiled.pieces
    assert contract(kit, item).proven

    def spoilt(self: Compiled, values: Any) -> list[str]:
        made = pieces(self, values)
        places = [number for number, one in enumerate(made) if type(one) is not str and one and "\ufdd0" not in one]
        for number in _one(places, at):
            made[number] = Markup(made[number] + Markup(text))
        return made

    monkeypatch.setattr(Compiled, "pieces", spoilt)
    outcomes = [_outcome(partial(contract, kit, item)) for _ in range(2)]
    assert outcomes == [whole(partial(_outcome, partial(contract, kit, item)))] * 2
    assert isinstance(outcomes[0], str) is HARMFUL[text]


def _outcome(work: Callable[[], Rendered]) -> str | dict[str, bytes]:
    """The parts of a document, or the kind of what is raised."""
    try:
        return parts(work())
    except (ProofError, UnicodeError) as cause:
        return type(cause).__name__


def finish(xml: str, _pending: dict[str, None]) -> bytes:
    return xml.encode()


@pytest.mark.parametrize(
    "row",
    [
        ("<a ", _TEXT, "/>"),
        ("<a ", _TEXT, "='1'/>"),
        ("<a b=", _TEXT, "/>"),
        ("<", _TEXT, "/>"),
        ("<a>", "</", _TEXT, "></a>"),
        ("<a><!-- ", _TEXT, " --></a>"),
        ("<a><?b ", _TEXT, "?></a>"),
        ("<a>&", _TEXT, ";</a>"),
        ("<a>&#", _TEXT, ";</a>"),
        ("<a>", _TEXT, ">b</a>"),
        ("<a>", _TEXT, "]>b</a>"),
        ("<a b='", _LINES, "'/>"),
        ("<a/>", _TEXT),
        (_TEXT, "<a/>"),
        ("<?xml version='", _TEXT, "'?><a/>"),
        ("<!DOCTYPE a [<!ENTITY b '", _TEXT, "'>]><a/>"),
        ("<w:p>", '<w:bookmarkStart w:name="', _TEXT, '"/></w:p>'),
        ("<w:p><w:pPr><w:pStyle w:val='", _TEXT, "'/></w:pPr></w:p>"),
        ("<w:p><w:r><w:instrText>REF ", _TEXT, " \\n</w:instrText></w:r></w:p>"),
        ('<w:p><w:fldSimple w:instr="REF a \\n"><w:r><w:t>', _TEXT, "</w:t></w:r></w:fldSimple></w:p>"),
        ("<w:tbl>", _TEXT, "</w:tbl>"),
        ("<a>\ufdd0", _TEXT, "</a>"),
    ],
)
def test_a_row_is_known_only_where_any_text_fits(row: tuple[str | int, ...]) -> None:
    assert skeletons.found({}, "word/document.xml", row, finish) is None


@pytest.mark.parametrize(
    ("row", "values", "made"),
    [
        (("<a>", _TEXT, "</a>"), ["1"], "<a>1</a>"),
        (("<a b='", _TEXT, "' c=\"", _TEXT, '"/>'), ["1", "2"], "<a b='1' c=\"2\"/>"),
        (("<a><![CDATA[", _TEXT, "]]></a>"), ["]]"], "<a><![CDATA[]]]]></a>"),
        (("<a><w:t>", _LINES, "</w:t></a>"), ["1\ufdd22"], f"<a><w:t>1{marks.WORD_BREAK}2</w:t></a>"),
        (("<a>", "", "</a>"), [], "<a></a>"),
        (("<a>", *[_TEXT] * 6400, "</a>"), ["1"] * 6400, f"<a>{'1' * 6400}</a>"),
    ],
)
def test_values_fill_the_gaps_in_order(row: tuple[str | int, ...], values: list[str], made: str) -> None:
    skeleton = skeletons.found({}, "a.xml", row, finish)
    assert skeleton is not None
    assert skeleton.filled(values)[1] == made.encode()


def test_a_row_of_more_values_than_can_be_told_apart_is_not_known() -> None:
    assert skeletons.found({}, "a.xml", ("<a>", *[_TEXT] * 6401, "</a>"), finish) is None


@pytest.mark.parametrize(
    "change",
    [lambda xml: xml.replace("\ufdd3\ue000", ""), lambda xml: xml.replace("\ufdd3\ue000", "\ufdd3\ue000" * 2),
     lambda xml: xml.replace("\ue000", "\ue002").replace("\ue001", "\ue000").replace("\ue002", "\ue001")],
    ids=["lost", "twice", "in another order"],
)  # fmt: skip
def test_a_row_whose_values_do_not_stay_where_they_are_is_not_known(change: Callable[[str], str]) -> None:
    def finished(xml: str, pending: dict[str, None]) -> bytes:
        return finish(change(xml), pending)

    assert skeletons.found({}, "a.xml", ("<a>", _TEXT, "<b/>", _TEXT, "</a>"), finished) is None


def test_only_proven_bytes_pass_unread(kit: Kit) -> None:
    """The check takes rendering's word for the bytes that it names, and for no others."""
    made = contract(kit, reviewed(kit))
    assert output_check.word(made, "it")
    for name in MADE:
        wrong = made._replace(proven={**made.proven, name: made.proven[name][:-1]})
        assert output_check.word(wrong, "it"), "it is read, and sound"
