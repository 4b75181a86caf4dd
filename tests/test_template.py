"""`docgen template check` and `fields`: every mistake of a template at once, each with its place and remedy."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import docx
import pytest
from conftest import DATE, Run, assessed
from docx.document import Document

from docgen import kitfile
from docgen.errors import KitError
from docgen.kit import Kit
from docgen.render import templates, vocabulary
from docgen.render.context import Occasion, context, names
from docgen.render.contract import render_contract
from docgen.render.form import FormField

Edit = Callable[[Document], None]


@pytest.fixture
def folder(kit: Kit, tmp_path: Path) -> Path:
    """A copy of the kit to break."""
    copy = tmp_path / "mine"
    shutil.copytree(kit.folder, copy)
    return copy


def edit(path: Path, change: Edit) -> None:
    document = docx.Document(str(path))
    change(document)
    document.save(str(path))


def written(*paragraphs: str | Sequence[str]) -> Edit:
    """Put these paragraphs before all others; one given as a list is split into runs."""

    def change(document: Document) -> None:
        first = document.paragraphs[0]
        for paragraph in paragraphs:
            added = first.insert_paragraph_before()
            for run in [paragraph] if isinstance(paragraph, str) else paragraph:
                added.add_run(run)

    return change


def table(*rows: Sequence[str]) -> Edit:
    """Put this table at the end."""

    def change(document: Document) -> None:
        grid = document.add_table(len(rows), len(rows[0]))
        for row, texts in zip(grid.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text

    return change


def contract_lines(run: Run, folder: Path, *changes: Edit, code: int = 6) -> list[str]:
    """What the command says of contract.docx after these changes, without the path."""
    path = folder / "contract.docx"
    for change in changes:
        edit(path, change)
    done = run("template", "check", path)
    assert done.code == code, done.out + done.err
    return [line.replace(f"{path}: ", "") for line in done.out.splitlines()]


def test_the_shipped_kit_is_right(run: Run) -> None:
    done = run("template", "check")
    assert (done.code, done.out) == (0, "")
    assert "caller-number: 0 problems, 0 notes" in done.err


#: A paragraph as written, the text that the message quotes, and what it says.
MISTAKES: list[tuple[str, str, str]] = [
    ("甲 {{ compny_name }}", "甲 {{ compny_name }}", "unknown name 'compny_name' (did you mean 'company_name'?)"),
    ("{{ figures.campain_days }}", "{{ figures.campain_days }}", "'figures' has no 'campain_days' (did you mean 'campaign_days'?)"),
    ("{{ limits.own_daily_call }}", "{{ limits.own_daily_call }}", "'limits' has no 'own_daily_call' (did you mean 'own_daily_calls'?)"),
    ("{{ words.blnd }}", "{{ words.blnd }}", "'words' has no 'blnd' (did you mean 'blind'?)"),
    ("{{ kit.titel }}", "{{ kit.titel }}", "'kit' has no 'titel' (did you mean 'title'?)"),
    ("{{ review.verdikt }}", "{{ review.verdikt }}", "'review' has no 'verdikt' (did you mean 'verdict'?)"),
    ("{{ company_name.label }}", "{{ company_name.label }}", "'company_name' has no 'label'"),
    ("{{ answers.label }}", "{{ answers.label }}", "(it is a list: {% for x in answers %} gives each one's x.label)"),
    ("{% for r in answers %}{{ r.lable }}{% endfor %}", "{{ r.lable }}", "'r' has no 'lable' (did you mean 'label'?)"),
    ("{% for level, found in review.levels %}{% for f in found %}{{ f.mesage }}{% endfor %}{% endfor %}", "{{ f.mesage }}", "'f' has no 'mesage' (did you mean 'message'?)"),
    ("{% set rows = review.findings | list %}{% for f in rows %}{{ f.origin.cel }}{% endfor %}", "{{ f.origin.cel }}", "'f.origin' has no 'cel' (did you mean 'cell'?)"),
    ("{% for r in answers %}{% endfor %}{{ r.label }}", "{{ r.label }}", "unknown name 'r'"),
    ("{{ prepayment | rbm }}", "{{ prepayment | rbm }}", "unknown filter 'rbm' (did you mean 'rmb'?)"),
    ("{% if robot_fee is gven %}{% endif %}", "{% if robot_fee is gven %}", "unknown test 'gven' (did you mean 'given'?)"),
    ("{{ ciel(daily_calls) }}", "{{ ciel(daily_calls) }}", "unknown function 'ciel' (did you mean 'ceil'?)"),
    ("{% if number_source == 'bye' %}{% endif %}", "{% if number_source == 'bye' %}", "number_source has no choice 'bye' (did you mean 'buy'?)"),
    ("{% if number_source == '购买新号码' %}{% endif %}", "购买新号码", "(compare with its key: 'buy')"),
    ("{% if 'n59' in number_types %}{% endif %}", "'n59'", "number_types has no choice 'n59' (did you mean 'n95'?)"),
    ("{% if number_source in ['buy', 'own'] %}{% endif %}", "['buy', 'own']", "number_source has no choice 'own'"),
    ("{%p if draft %}", "{%p if draft %}", "{%p if draft %} is not closed: {%p endif %} is missing"),
    ("甲 {% endif %}", "甲 {% endif %}", "{% endif %} closes nothing: no if is open"),
    ("{% else %}", "{% else %}", "{% else %} stands in no if or for"),
    ("{% iff draft %}", "{% iff draft %}", "unknown tag 'iff' (did you mean 'if'?)"),
    ("{% include 'x' %}", "{% include 'x' %}", "a template cannot take in other files"),
    ("{{ company_name + }}", "{{ company_name + }}", "the tag cannot be read: "),
    ("{{ company_name", "{{ company_name", "{{ is not closed in its paragraph: }} is missing (type the tag anew)"),
    ("{{ company_name }", "{{ company_name }", "{{ is not closed in its paragraph: }} is missing"),
    ("company_name }} 甲", "company_name }} 甲", "}} closes no tag: {{ is missing before it"),
    ("{ { company_name } }", "{ { company_name } }", "the braces are not {{ and }} (type half-width ones without blanks between)"),
    ("｛｛ company_name ｝｝", "｛｛ company_name ｝｝", "the braces are not {{ and }} (type half-width ones"),
    ("｛％ if draft ％｝{% endif %}", "｛％ if draft ％｝", "the braces are not {% and %}"),
    ("{{ company＿name }}", "{{ company＿name }}", "full-width or special characters in the tag: ＿ (type _)"),
    ("{% if least（1，2） ＝＝ 1 %}{% endif %}", "least（1，2）", "full-width or special characters in the tag: （ ， ） ＝ (type ( , ) =)"),
    ("{% if daily_calls ≥ 5 %}{% endif %}", "≥", "(type >=)"),
    ("{{ company\u200b_name }}", "", "an invisible character stands in the tag: zero width space (type the tag anew)"),
    ("{%p\xa0if draft %}", "if draft", "a special blank stands after {%p (type an ordinary one)"),
    ("{%pif draft %}", "{%pif draft %}", "{%p is no tag (type {%p and then a blank)"),
    ("{% p if draft %}", "{% p if draft %}", "{%p is no tag (type {%p and then a blank)"),
    ("{%tr if draft %}", "{%tr if draft %}", "{%tr stands in no table row"),
    ("甲方应当付款。{%p if draft %}", "{%p if draft %}", "«甲方应当付款。» is lost: a {%p tag takes its whole paragraph away"),
    ("{%p if 5 % 2 %}", "{%p if 5 % 2 %}", "can hold neither % nor }"),
]  # fmt: skip


@pytest.mark.parametrize(("paragraph", "quoted", "said"), MISTAKES, ids=[said for _, _, said in MISTAKES])
def test_a_mistake_is_told_with_its_place(run: Run, folder: Path, paragraph: str, quoted: str, said: str) -> None:
    lines = contract_lines(run, folder, written("第一段。", paragraph))
    (line,) = [line for line in lines if said in line]
    assert line.startswith("word/document.xml, paragraph 2 «")
    assert quoted in line.partition("»: ")[0]


@pytest.mark.parametrize("paragraph", [paragraph for paragraph, _, _ in MISTAKES])
def test_a_mistake_stops_the_contract(kit: Kit, folder: Path, paragraph: str) -> None:
    edit(folder / "contract.docx", written(paragraph))
    item = assessed(kit)
    with pytest.raises(KitError) as caught:
        render_contract(
            kit.model_copy(update={"folder": folder}), item.intake, item.review, item.terms, Occasion(DATE)
        )
    assert caught.value.problems == [
        str(remark) for remark in templates.check_file(folder / "contract.docx", kit) if not remark.is_note
    ]


def test_all_mistakes_are_told_in_one_run_of_the_kit(run: Run, folder: Path) -> None:
    edit(folder / "contract.docx", written(*(paragraph for paragraph, _, _ in MISTAKES)))
    edit(folder / "form.docx", written("{{ field.label }}", "{%p for section in sections %}", "{{ section.lable }}"))
    page = folder / "review.html"
    page.write_text(page.read_text(encoding="utf-8").replace("{{ company_name }}", "{{ company_nam }}"), encoding="utf-8")
    text = (folder / "kit.yaml").read_text(encoding="utf-8")
    (folder / "kit.yaml").write_text(text.replace("total_calls < daily_calls", "total_call < daily_calls"), encoding="utf-8")
    done = run("template", "check", folder)
    assert done.code == 6
    lines = done.out.splitlines()
    for number, (_, _, said) in enumerate(MISTAKES, 1):
        if "lost" not in said and "closes nothing" not in said and "stands in no if" not in said:
            assert any(said in line and f"paragraph {number} " in line for line in lines), said
    assert any("form.docx: word/document.xml, paragraph 1 «{{ field.label }}»: unknown name 'field'" in line for line in lines)
    assert any("paragraph 2 «{%p for section in sections %}»" in line and "is not closed" in line for line in lines)
    assert any("'section' has no 'lable' (did you mean 'label'?)" in line for line in lines)
    assert any("review.html:" in line and "«{{ company_nam }}»: unknown name 'company_nam'" in line for line in lines)
    assert any("kit.yaml:" in line and "unknown name 'total_call'" in line for line in lines)
    assert f"{len(lines)} problems, 0 notes" in done.err
    assert all(line.count("\n") == 0 and line.startswith(str(folder)) for line in lines)
