"""The account of a page: every text that a sheet shows ends as exactly one thing, whatever stands where.

Sheets of every layout are filled in, texts are thrown into them at random, and what came out is reckoned up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import pytest
from conftest import GOOD
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docgen.extract.account import Fate, Thing, things
from docgen.extract.find_intakes import locate
from docgen.extract.forms import read_form
from docgen.extract.hidden import visible
from docgen.extract.sheet_forms import find_forms
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import Book, Cell, Extent, Floating, Grid, grid
from docgen.model.intake import Answers, Unrecognised
from docgen.model.kit import Kit

Cells = dict[tuple[int, int], str]
KEYS = list(GOOD)
NAMES = ["甲样例有限公司", "乙样例有限公司"]


def _answers(name: str) -> Mapping[str, str]:
    return GOOD | {"company_name": name}


# -- layouts ---------------------------------------------------------------------------------------


def form(kit: Kit) -> Cells:
    return _beside(kit, 1, 1)


def _beside(kit: Kit, top: int, left: int, name: str = NAMES[0]) -> Cells:
    answers = _answers(name)
    labels = {(row, left): kit.fields[key].label for row, key in enumerate(KEYS, start=top)}
    return labels | {(row, left + 1): answers[key] for row, key in enumerate(KEYS, start=top)}


def headed_form(kit: Kit) -> Cells:
    moved = {(row + 1, column * 2 - 1): text for (row, column), text in form(kit).items()}
    return moved | {(1, 1): "项目", (1, 2): "示例", (1, 3): "填写内容"} | {(3, 2): "例如"}


def one_cell_form(kit: Kit) -> Cells:
    return {(row, 1): f"{kit.fields[key].label}：{GOOD[key]}" for row, key in enumerate(KEYS, start=1)}


def stacked_form(kit: Kit) -> Cells:
    labels = {(row * 2 - 1, 1): kit.fields[key].label for row, key in enumerate(KEYS, start=1)}
    return labels | {(row * 2, 1): GOOD[key] for row, key in enumerate(KEYS, start=1)}


def pairs_form(kit: Kit) -> Cells:
    found: Cells = {}
    for number, key in enumerate(KEYS):
        row, column = 1 + number // 3, 1 + number % 3 * 2
        found |= {(row, column): kit.fields[key].label, (row, column + 1): GOOD[key]}
    return found


def banded_form(kit: Kit) -> Cells:
    found: Cells = {}
    for number, key in enumerate(KEYS):
        row, column = 1 + number // 5 * 2, 1 + number % 5
        found |= {(row, column): kit.fields[key].label, (row + 1, column): GOOD[key]}
    return found


def two_columns(kit: Kit) -> Cells:
    moved = {(row + 1, column): text for (row, column), text in form(kit).items()}
    second = {(row, 3): _answers(NAMES[1])[key] for row, key in enumerate(KEYS, start=2)}
    return moved | second | {(1, 1): "项目", (1, 2): "客户A", (1, 3): "客户B"}


def two_stacked(kit: Kit) -> Cells:
    return form(kit) | _beside(kit, len(KEYS) + 3, 1, NAMES[1])


def two_beside(kit: Kit) -> Cells:
    return form(kit) | _beside(kit, 1, 4, NAMES[1])


def table(kit: Kit) -> Cells:
    return _table(kit, 1, 1, NAMES)


def _table(kit: Kit, top: int, left: int, names: list[str]) -> Cells:
    found = {(top, column): kit.fields[key].label for column, key in enumerate(KEYS, start=left)}
    for row, name in enumerate(names, start=top + 1):
        found |= {(row, column): _answers(name)[key] for column, key in enumerate(KEYS, start=left)}
    return found


def tables_stacked(kit: Kit) -> Cells:
    return _table(kit, 1, 1, NAMES[:1]) | _table(kit, 4, 1, NAMES[1:])


def tables_beside(kit: Kit) -> Cells:
    return _table(kit, 1, 1, NAMES[:1]) | _table(kit, 1, len(KEYS) + 2, NAMES[1:])


FORMS = [form, headed_form, one_cell_form, stacked_form, pairs_form, banded_form]
LAYOUTS = [*FORMS, two_columns, two_stacked, two_beside, table, tables_stacked, tables_beside]

# -- what is thrown in -----------------------------------------------------------------------------

TEXTS = st.sampled_from(
    [
        "手机号", "公司名称", "称呼：", "银行", "☑银行", "□保险", "√", "×", "是", "1", "其他：保健品", "客户信息", "外呼话术",
        "签约主体为深圳分公司", "备注", "备注：加急", "示例", "说明", "合计", "填表人：李样例", "以下空白", "序号", "12", "5000",
        "13900139022", "海南-海口", "公司名称：丙样例有限公司", "行业/银行", "联系人/职位", "公司名秤", "请填写营业执照上的公司全称",
        "主叫号码对接信息收集表", "项目", "填写内容", "客户B", "营业执照", "乙样例有限公司", "华南区", "第二部分", "____", "通",
    ]
)  # fmt: skip
PLACES = st.tuples(st.integers(1, 26), st.integers(1, 7))
THROWN = st.dictionaries(PLACES, st.one_of(TEXTS, st.text("甲乙丙丁123，：/ ", min_size=1, max_size=8)), max_size=6)
NOTES = st.dictionaries(PLACES, st.sampled_from(["改为 30 个", "请填写", "同上"]), max_size=2)
STRUCK = st.dictionaries(PLACES, st.sampled_from(["8000", "旧名有限公司"]), max_size=2)
BOXES = st.lists(
    st.builds(Floating, st.integers(1, 26), st.integers(1, 7), st.sampled_from(["", "请尽快"])), max_size=2
)
ROWS = st.frozensets(st.integers(1, 26), max_size=2)
MERGES = st.lists(st.tuples(PLACES, st.integers(0, 3), st.integers(0, 2)), max_size=2)


class Sheet(NamedTuple):
    """A sheet of some layout, with what was thrown into it."""

    layout: str
    grid: Grid


@st.composite
def sheets(draw: st.DrawFn, kit: Kit) -> Sheet:
    layout = draw(st.sampled_from(LAYOUTS))
    cells = layout(kit) | draw(THROWN)
    notes, struck = draw(NOTES), draw(STRUCK)
    made = [
        (*place, Cell(cells.get(place, ""), struck=struck.get(place, ""), note=notes.get(place, "")))
        for place in {**cells, **notes, **struck}
    ]
    merged = [Extent(row, column, row + down, column + right) for (row, column), down, right in draw(MERGES)]
    apart = [one for n, one in enumerate(merged) if not any(_meet(one, other) for other in merged[:n])]
    page = grid("S", made, apart)
    hidden = Grid(page.sheet, page.rows, page.merged, floating=tuple(draw(BOXES)), hidden_rows=draw(ROWS))
    return Sheet(layout.__name__, hidden)


def _meet(one: Extent, other: Extent) -> bool:
    return not (one.right < other.left or other.right < one.left or one.bottom < other.top or other.bottom < one.top)


# -- the account -----------------------------------------------------------------------------------


def _listed(texts: tuple[Unrecognised, ...]) -> Counter[tuple[str | None, str]]:
    return Counter((one.cell, one.text) for one in texts)


def _said(answers: Answers) -> str:
    """All that the findings on one customer quote."""
    return "\n".join(f"{note.written} {' '.join(note.details.values())}" for note in answers.notes)


def _understood(vocabulary: Vocabulary, text: str) -> bool:
    """Whether the kit, or the words of every form, know the text where it stands as a label, heading or print."""
    from docgen.extract import words

    meaning = vocabulary.meaning(text)
    known = meaning.keys or meaning.group or meaning.pairs or meaning.joint.keys or meaning.option
    headed = words.heading(text) is not None or words.is_customer_heading(text) or words.is_obligation(text)
    prints = any(vocabulary.accompanies(key, text) or vocabulary.is_untouched(key, text) for key in vocabulary.fields)
    return bool(known) or headed or text.strip().isdecimal() or prints or vocabulary.understood(text)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_text_of_a_form_has_one_fate_and_ends_where_that_says(kit: Kit, data: st.DataObject) -> None:
    """The forms of one sheet: the fates are told by the account, and answers, findings and lists agree with them."""
    page = data.draw(sheets(kit)).grid
    vocabulary = Vocabulary(kit)
    seen = visible(page)
    made = read_form(seen, vocabulary)
    entries = dict(made.account.entries())
    assert Counter(entries.keys()) == Counter(things(seen))
    written = "\n".join(answer.written for one in made.intakes for answer in one.fields.values())
    quoted = "\n".join(_said(Answers(None, None, one.fields, notes=one.notes)) for one in made.intakes)
    for thing, fate in entries.items():
        if fate is Fate.ANSWER:
            pieces = [piece for piece in thing.text.replace("：", "\n").replace("_", "\n").split("\n") if piece.strip()]
            is_there = any(piece.strip() in written + quoted for piece in pieces)
            assert is_there or not pieces or _understood(vocabulary, thing.text)
        elif fate is Fate.QUOTED:  # of label and answer in one cell the answer is quoted
            pieces = [piece.strip(" ，。、/") for piece in _pieces(thing.text)]
            in_part = any(piece in quoted for piece in pieces)
            is_rest_known = all(piece in quoted or _understood(vocabulary, piece) for piece in pieces)
            assert _is_told(thing, "", quoted) or (in_part and is_rest_known)
        elif fate in {Fate.LABEL, Fate.PRINTED}:
            is_told = thing.kind.value == "comment" or _is_told(thing, "", quoted)
            assert _understood(vocabulary, thing.text) or is_told
    left = [thing for thing, fate in entries.items() if fate is Fate.LEFT]
    assert len(made.account.left()) == len(left)


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_that_a_sheet_shows_is_lost_or_stands_in_two_papers(kit: Kit, data: st.DataObject) -> None:
    """From the outside: answers, findings, `unrecognised` and `outside` make up the sheet, with what the kit knows."""
    layout, page = data.draw(sheets(kit))
    vocabulary = Vocabulary(kit)
    found = locate(Book((page,)), vocabulary)
    if found is None:
        return
    intakes = list(found[0])
    outside = found[0].outside
    lists = [_listed(answers.unrecognised) for answers in intakes] + [_listed(outside)]
    total: Counter[tuple[str | None, str]] = sum(lists, Counter())
    written = "\n".join(a.written for answers in intakes for a in answers.fields.values())
    quoted = "\n".join(map(_said, intakes))
    taking = find_forms(page, vocabulary)
    near = {thing.text for thing in things(page) if taking is not None and thing.text in quoted}
    for thing in things(page):
        listed = total[page.address(*thing.place), thing.text or "（图片）"]
        assert listed <= sum(_is_like(thing, other) for other in things(page)), (layout, thing)
        accounted = listed or _is_told(thing, written, quoted) or thing.text in near
        assert accounted or _understood(vocabulary, thing.text), (layout, thing)
    for one, answers in enumerate(intakes):
        others = [name for number, name in enumerate(NAMES) if number != one]
        if len(intakes) == len(NAMES) and _name(answers) == NAMES[one]:
            papers = [*(u.text for u in answers.unrecognised), *(a.written for a in answers.fields.values())]
            thrown = Counter(cell.text for row in page.rows.values() for cell in row.values())
            assert not any(name in papers and thrown[name] == 1 for name in others), (layout, papers)


def _name(answers: Answers) -> str:
    return answers.fields["company_name"].written if "company_name" in answers.fields else ""


def _is_like(thing: Thing, other: Thing) -> bool:
    return thing.place == other.place and thing.text == other.text


def _is_told(thing: Thing, written: str, quoted: str) -> bool:
    if not thing.text:  # a picture: a finding says that it stands there
        return "（图片）" in quoted
    pieces = [piece.strip(" ，。、/") for piece in _pieces(thing.text)]
    return all(piece in written or piece in quoted for piece in pieces)


def _pieces(text: str) -> Iterator[str]:
    """The parts of a text without what joins and frames them."""
    for line in re.split("[：/_、，\n]", text):  # `联系人/职位` parts its answer at any of them
        if line.strip():
            yield line


@pytest.mark.parametrize("layout", [one for one in FORMS if one is not one_cell_form])
def test_a_text_that_two_labels_share_is_quoted_in_parts(kit: Kit, layout: Callable[[Kit], Cells]) -> None:
    cells = {at: "联系人/职位" if text == "场景" else text for at, text in layout(kit).items()}
    made = read_form(grid("S", [(*at, Cell(text)) for at, text in cells.items()]), Vocabulary(kit))
    quoted = "\n".join(_said(Answers(None, None, one.fields, notes=one.notes)) for one in made.intakes)
    shared = GOOD["scenarios"]
    assert [fate for thing, fate in made.account.entries() if thing.text == shared] == [Fate.QUOTED]
    assert all(piece in quoted for piece in _pieces(shared))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_sheet_of_every_layout_is_read_in_full(kit: Kit, layout: Callable[[Kit], Cells]) -> None:
    found = locate(Book((grid("S", [(*p, Cell(t)) for p, t in layout(kit).items()]),)), Vocabulary(kit))
    assert found is not None
    intakes = list(found[0])
    one = NAMES[:1] if layout in {form, headed_form} else [GOOD["company_name"]]
    assert list(map(_name, intakes)) == (one if layout in FORMS else NAMES)
    for answers in intakes:
        got = {key: answer.written for key, answer in answers.fields.items() if key != "company_name"}
        assert got == {key: text for key, text in GOOD.items() if key != "company_name"}
        assert answers.notes == ()
        assert [u.text for u in answers.unrecognised] == (["例如"] if layout is headed_form else [])
