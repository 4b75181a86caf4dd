"""`docgen template check` and `fields`: every mistake of a template at once, each with its place and remedy."""

from __future__ import annotations

import io
import re
import shutil
import string
import uuid
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import catalogue
import docx
import pytest
import queries
import words
from conftest import DATE, ROOT, Run, reviewed
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docgen.documents import template_check, template_fields
from docgen.documents.context import RenderOptions, context, names
from docgen.documents.contract import render_contract
from docgen.errors import KitError
from docgen.expressions.sandbox import sandbox
from docgen.model.intake import Level
from docgen.model.kit import Kit, Rule, RuleCase
from docgen.template import examine, tag_numbers, text_runs, word

Edit = Callable[[Document], object]


@pytest.fixture
def folder(kit: Kit, tmp_path: Path) -> Path:
    """A copy of the kit to break."""
    copy = tmp_path / "mine"
    shutil.copytree(kit.folder, copy, ignore=shutil.ignore_patterns("pictures"))
    return copy


@pytest.fixture
def plain(folder: Path) -> Path:
    """A copy of the kit whose contract is one paragraph."""
    document = words.blank()
    document.add_paragraph("末段。")
    document.save(str(folder / "contract.docx"))
    return folder


def edit(path: Path, change: Edit) -> None:
    document = docx.Document(str(path))
    change(document)
    document.save(str(path))


def written(*paragraphs: str | Sequence[str]) -> Edit:
    """Put these paragraphs before all others; one given as a list is split into runs."""

    def change(document: Document) -> None:
        first = document.paragraphs[0] if document.paragraphs else document.add_paragraph()
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
    ("{{ figures['campain_days'] }}", "{{ figures['campain_days'] }}", "'figures' has no 'campain_days' (did you mean 'campaign_days'?)"),
    ("{% set x %}{{ compny_name }}{% endset %}{{ x }}", "{{ compny_name }}", "unknown name 'compny_name'"),
    ("{% filter upper %}{{ compny_name }}{% endfilter %}", "{{ compny_name }}", "unknown name 'compny_name'"),
    ("{% filter uper %}甲{% endfilter %}", "{% filter uper %}", "unknown filter 'uper'"),
    ("{% macro m(x=compny_name) %}{{ x }}{% endmacro %}{{ m() }}", "{% macro m(x=compny_name) %}", "unknown name 'compny_name'"),
    ("{% macro m(x) %}{{ caller() }}{% endmacro %}{% call m(compny_name) %}甲{% endcall %}", "{% call m(compny_name) %}", "unknown name 'compny_name'"),
    ("{% for r in answers | | list %}{{ r.label }}{% endfor %}", "{% for r in answers | | list %}", "the tag cannot be read: "),
    ("{% set x = 5 + %}{{ x }}", "{% set x = 5 + %}", "the tag cannot be read: "),
    ("{% set kit.title = '甲' %}", "{% set kit.title = '甲' %}", "kit.title cannot be set (give it a name of its own, without a full stop)"),
    ("{% set y.z %}甲{% endset %}", "{% set y.z %}", "y.z cannot be set (give it a name of its own, without a full stop)"),
    ("{{ prepayment | rbm }}", "{{ prepayment | rbm }}", "unknown filter 'rbm' (did you mean 'rmb'?)"),
    ("{% if robot_fee is gven %}{% endif %}", "{% if robot_fee is gven %}", "unknown test 'gven' (did you mean 'given'?)"),
    ("{{ ciel(daily_calls) }}", "{{ ciel(daily_calls) }}", "unknown function 'ciel' (did you mean 'ceil'?)"),
    ("{% if number_source == 'bye' %}{% endif %}", "{% if number_source == 'bye' %}", "number_source has no choice 'bye' (did you mean 'buy'?)"),
    ("{% if number_source == '购买新号码' %}{% endif %}", "购买新号码", "(compare with its key: 'buy')"),
    ("{% if script_template_approved == '是' %}{% endif %}", "'是'", "script_template_approved is yes or no, '是' is not (write script_template_approved, or not script_template_approved)"),
    ("{% if daily_calls >= '5000' %}{% endif %}", "'5000'", "daily_calls is a number, '5000' is not (write the number without quotes)"),
    ("{% if 5000 == contact_mobile %}{% endif %}", "contact_mobile", "contact_mobile is a text, 5000 is not (write it in quotes)"),
    ("{% if company_name in ['x', 5] %}{% endif %}", "5", "company_name is a text, 5 is not"),
    ("{% if service_start == '2026-12-01' %}{% endif %}", "service_start", "service_start is a date, '2026-12-01' is not"),
    ("{% if '广东省' in number_regions %}{% endif %}", "广东省", "(search its text: '广东省' in (number_regions ~ ''))"),
    ("{% if daily_calls > 1,000 %}{% endif %}", "1,000", "the comma makes a list of it, which is always true"),
    ("{{ company_name, contact_name }}", "contact_name", "the comma makes a list of it"),
    ("{{ company_name contact_name }}", "contact_name", "'contact_name' is not expected here"),
    ("{{ (company_name }}", "company_name", "')' is missing"),
    ("{% for answer of answers %}{% endfor %}", "of", "'in' is missing"),
    ("{% if daily_calls == %}{% endif %}", "==", "something is missing at the end"),
    ("{{ 'x }}", "'x", "is not expected here"),
    ("{% if draft && unready %}{% endif %}", "&&", "(write 'and')"),
    ("{% if draft || unready %}{% endif %}", "||", "(write 'or')"),
    ("{% if draft 或 unready %}{% endif %}", "或", "(write 'or')"),
    ("{% if !draft %}{% endif %}", "!draft", "(write 'not')"),
    ("{% if daily_calls <> 5 %}{% endif %}", "<>", "(write '!=')"),
    ("{% if daily_calls > 1万 %}{% endif %}", "1万", "(write the number in digits)"),
    ("{% if draft %}{% else if unready %}{% endif %}", "else if", "(write 'elif')"),
    ("{% if draft %}{% elseif unready %}{% endif %}", "elseif", "(did you mean 'elif'?)"),
    ("{% if 'n59' in number_types %}{% endif %}", "'n59'", "number_types has no choice 'n59' (did you mean 'n95'?)"),
    ("{% if number_source in ['buy', 'own'] %}{% endif %}", "['buy', 'own']", "number_source has no choice 'own'"),
    ("{%p if draft %}", "{%p if draft %}", "{%p if draft %} is not closed: {%p endif %} is missing"),
    ("甲 {% endif %}", "甲 {% endif %}", "{% endif %} closes nothing: no if is open"),
    ("{% else %}", "{% else %}", "{% else %} is outside of if or for"),
    ("{% iff draft %}", "{% iff draft %}", "unknown tag 'iff' (did you mean 'if'?)"),
    ("{% include 'x' %}", "{% include 'x' %}", "a template cannot take in other files"),
    ("{% set x %}{{ compny_name }}{% endset %}{{ x }}", "{{ compny_name }}", "unknown name 'compny_name'"),
    ("{% filter upper %}{{ contact_wchat }}{% endfilter %}", "contact_wchat", "unknown name 'contact_wchat'"),
    ("{% filter uppr %}甲{% endfilter %}", "{% filter uppr %}", "unknown filter 'uppr' (did you mean 'upper'?)"),
    ("{% macro m(x=prepaymnt) %}{{ x }}{% endmacro %}{{ m() }}", "prepaymnt", "unknown name 'prepaymnt' (did you mean 'prepayment'?)"),
    ("{% macro m() %}{{ caller() }}{% endmacro %}{% call n() %}{% endcall %}", "{% call n() %}", "unknown function 'n'"),
    ("{{ kit['titel'] }}", "{{ kit['titel'] }}", "'kit' has no 'titel' (did you mean 'title'?)"),
    ("{% set kit.title = '甲' %}", "{% set kit.title = '甲' %}", "kit.title cannot be set (give it a name of its own"),
    ("{% for loop in answers %}{% endfor %}", "{% for loop in answers %}", "Can't assign to special loop variable in for-loop"),
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
    ("{{ company\u200b_name }}", "", "the tag contains an invisible character: zero width space (type the tag anew)"),
    ("{%p\xa0if draft %}", "if draft", "a special blank is after {%p (type an ordinary one)"),
    ("{%pif draft %}", "{%pif draft %}", "{%p is no tag (type {%p and then a blank)"),
    ("{% p if draft %}", "{% p if draft %}", "{%p is no tag (type {%p and then a blank)"),
    ("{%tr if draft %}", "{%tr if draft %}", "{%tr is outside of a table row"),
    ("甲方应当付款。{%p if draft %}", "{%p if draft %}", "«甲方应当付款。» is lost: a {%p tag takes its whole paragraph away"),
    ("{%p if 5 % 2 %}", "{%p if 5 % 2 %}", "can hold neither % nor }"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("paragraph", "quoted", "said"), MISTAKES, ids=[said for _, _, said in MISTAKES])
def test_a_mistake_is_told_with_its_place(run: Run, plain: Path, paragraph: str, quoted: str, said: str) -> None:
    lines = contract_lines(run, plain, written("第一段。", paragraph))
    (line,) = [line for line in lines if said in line]
    assert line.startswith("word/document.xml, paragraph 2 «")
    assert quoted in line.partition("»: ")[0]


def test_every_mistake_stops_the_contract(kit: Kit, folder: Path) -> None:
    edit(folder / "contract.docx", written(*(paragraph for paragraph, _, _ in MISTAKES)))
    item = reviewed(kit)
    mine = replace(kit, folder=folder)
    with pytest.raises(KitError) as caught:
        render_contract(mine, item.intake, item.review, item.terms, RenderOptions(DATE))
    remarks = template_check.check_file(folder / "contract.docx", kit)
    assert caught.value.problems == [str(remark) for remark in remarks if not remark.is_note]
    assert len(caught.value.problems) >= len(MISTAKES)


def test_all_mistakes_are_told_in_one_run_of_the_kit(run: Run, folder: Path) -> None:
    alone = (
        "Can't assign",
        "not closed: {%p",
        "closes nothing",
        "stands in no",
        "lost",
        "neither",
        "{%p is no tag",
        "after {%p",
    )
    mistakes = [
        (paragraph, said)
        for paragraph, _, said in MISTAKES
        if not said.startswith("{%") and not any(w in said for w in alone)
    ]
    assert len(mistakes) > 30
    edit(folder / "contract.docx", written(*(paragraph for paragraph, _ in mistakes)))
    edit(folder / "form.docx", written("{{ field.label }}", "{%p for section in sections %}", "{{ section.lable }}"))
    page = folder / "review.html"
    page.write_text(
        page.read_text(encoding="utf-8").replace("{{ company_name }}", "{{ company_nam }}"), encoding="utf-8"
    )
    text = (folder / "kit.yaml").read_text(encoding="utf-8")
    (folder / "kit.yaml").write_text(
        text.replace("total_calls < daily_calls", "total_call < daily_calls"), encoding="utf-8"
    )
    done = run("template", "check", folder)
    assert done.code == 6
    lines = done.out.splitlines()
    for number, (_, said) in enumerate(mistakes, 1):
        assert any(said in line and f"paragraph {number} «" in line for line in lines), said
    others = lines[:1] + lines[1:4] + lines[-1:]
    assert len(lines) == len(mistakes) + len(others)
    assert "kit.yaml:" in others[0]
    assert "unknown name 'total_call'" in others[0]
    assert "form.docx: word/document.xml, paragraph 1 «{{ field.label }}»: unknown name 'field'" in others[1]
    assert "paragraph 2 «{%p for section in sections %}»: {%p for section in sections %} is not closed" in others[2]
    assert "paragraph 3 «{{ section.lable }}»: 'section' has no 'lable' (did you mean 'label'?)" in others[3]
    assert "«{{ company_nam }}»: unknown name 'company_nam'" in others[4]
    assert f"{len(lines)} problems, 0 notes" in done.err
    assert all(line.startswith(str(folder)) for line in lines)


@pytest.mark.parametrize(
    "paragraph",
    [
        "{% for r in answers + %}{{ r.label }}{{ loop.index }}{% endfor %}",
        "{% for level, found in review.levels + %}{{ level }}{{ found }}{% endfor %}",
        "{% for r.label in answers + %}甲{% endfor %}",
        "{% set total = 1 + %}{{ total }}",
        "{% set kit.title = 1 + %}甲",
    ],
)
def test_a_tag_that_cannot_be_read_still_sets_its_names(run: Run, plain: Path, paragraph: str) -> None:
    (line,) = contract_lines(run, plain, written(paragraph))
    assert line.partition("»: ")[2].startswith("the tag cannot be read: ")


#: Paragraphs whose blocks do not fit, the number of the paragraph that is told, and what is said; nothing else is.
BLOCKS: list[tuple[list[str], int, str]] = [
    (["{%p if draft %}", "{%p for r in answers %}", "{{ r.label }}", "{%p endif %}"], 2, "{%p for r in answers %} is not closed: {%p endfor %} is missing"),
    (["{%p for r in answers %}", "{{ r.label }}", "{%p endif %}"], 1, "is closed by {%p endif %} in word/document.xml, paragraph 3 (write {%p endfor %} there)"),
    (["{%p if draft %}", "{%p for r in answers %}", "甲", "{%p endif %}", "{%p endif %}"], 2, "is closed by {%p endif %} in word/document.xml, paragraph 4 (write {%p endfor %} there)"),
    (["{%p if draft %}", "{%p for r in answers %}", "{%p endif %}", "{%p endfor %}"], 2, "is crossed by {%p endif %} in word/document.xml, paragraph 3: its own {%p endfor %} comes after it"),
    (["{%p if draft %}", "甲", "{% endif %}"], 1, "goes with {% endif %} in word/document.xml, paragraph 3, of another kind (write {%p endif %} there)"),
    (["{%p if draft %}", "{% else %}", "{%p endif %}"], 1, "goes with {% else %} in word/document.xml, paragraph 2, of another kind"),
    (["{% if draft %}甲{% else %}乙{% else %}丙{% endif %}"], 1, "{% else %} comes after {% else %}"),
    (["{% if draft %}{% for r in answers %}{% elif unready %}{% endfor %}{% endif %}"], 1, "{% elif unready %} is outside of if; {% for r in answers %} is open"),
    (["{% if draft %}甲{% endfor %}乙{% endif %}"], 1, "{% endfor %} closes nothing: no for is open"),
    (["{%p if draft %}", "{% if unready %}甲", "{%p endif %}"], 2, "{% if unready %} is not closed: {% endif %} is missing"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("paragraphs", "number", "said"), BLOCKS, ids=[said for _, _, said in BLOCKS])
def test_a_block_that_does_not_fit_is_told_once(
    run: Run, plain: Path, paragraphs: list[str], number: int, said: str
) -> None:
    (line,) = contract_lines(run, plain, written(*paragraphs))
    assert line.startswith(f"word/document.xml, paragraph {number} «")
    assert said in line


#: Rows of a table, the row and cell that are told, and what is said.
TABLES: list[tuple[list[list[str]], str, str]] = [
    ([["{% if draft %}甲", "乙{% endif %}"]], "row 1, cell 1", "another table cell (move them into one)"),
    ([["{%tr if draft %}", ""], ["甲", "乙"], ["{%p endif %}", ""]], "row 1, cell 1", "of another kind (write {%tr endif %} there)"),
    ([["{%tr if draft %}", ""], ["甲", "乙"], ["{%tr endif %}", "丙"]], "row 3, cell 1", "«丙» is lost: a {%tr tag takes its whole table row away"),
    ([["{%tc if draft %}", "甲"], ["乙", "{%tc endif %}"]], "row 1, cell 1", "another part of the document"),
    ([["甲", "{{ compny_name }}"]], "row 1, cell 2", "unknown name 'compny_name'"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "cell", "said"), TABLES, ids=[said for _, _, said in TABLES])
def test_a_mistake_in_a_table_names_row_and_cell(
    run: Run, plain: Path, rows: list[list[str]], cell: str, said: str
) -> None:
    (line,) = contract_lines(run, plain, table(*rows))
    assert f", {cell}) «" in line.partition("»: ")[0]
    assert said in line


def test_a_block_from_the_text_into_a_table_is_told(run: Run, plain: Path) -> None:
    (line,) = contract_lines(run, plain, written("{% if draft %}"), table(["甲{% endif %}"]))
    assert line.startswith("word/document.xml, paragraph 1 «{% if draft %}»")
    assert "another table cell" in line


@pytest.mark.slow
@pytest.mark.parametrize(
    "paragraphs",
    [
        [["{", "{ com", "pany_name }", "}"]],
        [["{%", "p if dra", "ft %", "}"], "甲", ["{%p end", "if %}"]],
        ["{% if draft %}甲", "乙", "丙{% endif %}"],
        ["{% for n, r in [(1, 2)] %}{{ n }}{{ loop.index }}{% endfor %}"],
        ["{% set a = 1 %}{{ a }}{% macro m(x) %}{{ x }}{{ a }}{% endmacro %}{{ m(1) }}"],
        ["{% with b = draft %}{{ b }}{% endwith %}{# {{ unknown }} #}"],
        ["{% raw %}{{ whatever }}{% if %}{% endraw %}"],
        ["{% set a %}甲{{ draft }}{% endset %}{{ a }}{% set b, c = 1, 2 %}{{ b + c }}"],
        ["{% filter upper %}{{ company_name }}{% endfilter %}"],
        ["{% macro m(x='甲') %}{{ x }}{{ caller() }}{% endmacro %}{% call m() %}{{ company_name }}{% endcall %}"],
        ["百分之 50% } 和 { 单个括号 }"],
        ["{{ review.counts.reject }}{% for level, n in review.counts.items() %}{{ n }}{% endfor %}"],
        ["{{ (review.figures | first).label }}{{ industries.other }}{% for i in industries %}{{ i }}{% endfor %}"],
        ["{% if draft %}甲{% elif unready %}乙{% else %}丙{% endif %}"],
    ],
)
def test_what_is_right_is_not_reported_and_renders(
    run: Run, kit: Kit, plain: Path, paragraphs: list[str | list[str]]
) -> None:
    assert contract_lines(run, plain, written(*paragraphs), code=0) == []
    item = reviewed(kit)
    kit = replace(kit, folder=plain)
    assert render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE)).content


def lines_made(kit: Kit, folder: Path, **changes: str) -> list[str]:
    """The lines of the contract that the kit in `folder` makes of the good intake with these changes."""
    item = reviewed(kit, **changes)
    kit = replace(kit, folder=folder)
    return queries.text(
        render_contract(kit, item.intake, item.review, item.terms, RenderOptions(DATE)).content
    ).splitlines()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("paragraph", "printed"),
    [
        ("{{ (total_calls / 7) | round(2) }} {{ 2.5 | round }}", "14285.71 3"),
        ("{% set x %}甲方{{ contact_name }}{% endset %}{{ x }}{{ x }}", "甲方王女士甲方王女士"),
        ("{% filter upper %}{{ contact_wechat }}{% endfilter %}", "SHILI_WANG"),
        ("{% macro m(x, y=contact_name) %}{{ x }}：{{ y }}{% endmacro %}{{ m('甲') }}", "甲：王女士"),
        ("{% macro m() %}（{{ caller() }}）{% endmacro %}{% call m() %}{{ contact_name }}{% endcall %}", "（王女士）"),
        ("{{ kit['name'] }}", "caller-number"),
        ("{% for one in number_regions %}{{ one }}、{% endfor %}", "广东省-深圳市、"),
        ("{% for one in bandwidth_mbps %}有{% else %}无{% endfor %}", "无"),
        ("{{ [total_calls, daily_calls] | sort | join('、') }}", "5,000、100,000"),
        ("{{ -bandwidth_mbps }}", "【待定：上下行对等带宽 (Mbps)】"),
        ("{{ [bandwidth_mbps, 1] | sum }}", "【待定：上下行对等带宽 (Mbps)】"),
    ],
)  # fmt: skip
def test_what_templates_may_do_prints_what_it_says(
    run: Run, kit: Kit, plain: Path, paragraph: str, printed: str
) -> None:
    contract_lines(run, plain, written(paragraph), code=0)
    assert lines_made(kit, plain)[0] == printed


#: Conditions on 5,000 calls a day, 100,000 in all, landlines, and no bandwidth, and whether they hold.
CONDITIONS = [
    ("daily_calls < total_calls", True),
    ("daily_calls < 5000", False),
    ("daily_calls <= 5000", True),
    ("daily_calls <= 4999", False),
    ("daily_calls > 4999", True),
    ("daily_calls > 5000", False),
    ("daily_calls >= 5000", True),
    ("daily_calls >= 5001", False),
    ("daily_calls != 5001", True),
    ("daily_calls != 5000", False),
    ("number_source in ['buy']", True),
    ("'n95' in number_types", False),
    ("number_regions | length == 1", True),
    ("number_regions and script_template_approved", True),
    ("[daily_calls, 5000, total_calls] | unique | list | length == 2", True),
    ("bandwidth_mbps is given", False),
    ("bandwidth_mbps", False),
    ("not bandwidth_mbps", True),
    ("bandwidth_mbps < 3 or bandwidth_mbps >= 3", False),
    ("daily_calls != bandwidth_mbps or bandwidth_mbps == bandwidth_mbps", False),
    ("daily_calls < bandwidth_mbps or daily_calls > bandwidth_mbps", False),
    ("3 in bandwidth_mbps or bandwidth_mbps in [3]", False),
    ("bandwidth_mbps + 1 > 0 or 2 * bandwidth_mbps <= 0", False),
    ("bandwidth_mbps | length == 0", True),
    ("bandwidth_mbps | list == []", True),
    ("bandwidth_mbps ~ '路' == '路'", False),
]


@pytest.mark.slow
@pytest.mark.parametrize(("condition", "holds"), CONDITIONS, ids=[condition for condition, _ in CONDITIONS])
def test_a_condition_means_the_same_in_templates_and_rules(kit: Kit, plain: Path, condition: str, holds: bool) -> None:
    edit(plain / "contract.docx", written(f"{{% if {condition} %}}是{{% else %}}否{{% endif %}}"))
    assert lines_made(kit, plain)[0] == ("是" if holds else "否")
    case = RuleCase(level=Level.MANUAL, when=condition, message="m", remedy="r", fields=("daily_calls",))
    found = reviewed(replace(kit, rules=(Rule(id="ONE", title="t", cases=(case,)),))).review.findings
    assert [finding.rule for finding in found] == (["ONE"] if holds else [])


#: What tags and their accidents are made of.
PIECES = [
    "{{", "}}", "{%", "%}", "{#", "#}", "{", "}", "%", " ", "p ", "tr ", "r ", "if draft", "else", "elif 1", "endif",
    "for r in answers", "endfor", "r.label", "company_name", "set a = ", "raw", "endraw", "macro m(x)", "endmacro", "1",
    "'", "“", "｛", "｝", "％", "|", "rmb", "\xa0", "，", "甲", "-", "&", "<", "vm", "hm", "vmerge 1", "block b", "\u200b",
]  # fmt: skip


@pytest.fixture(scope="module")
def names_given(kit: Kit) -> dict[str, Any]:
    """What a template of the kit is given for the good intake."""
    item = reviewed(kit)
    return context(kit, item.intake, item.review, item.terms, RenderOptions(DATE))


@pytest.mark.slow
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), max_size=4), st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_is_told_or_makes_a_sound_document(
    kit: Kit, names_given: dict[str, Any], tmp_path: Path, texts: list[str], in_table: bool
) -> None:
    document = words.blank()
    (table([*texts, ""]) if in_table else written(*texts))(document)
    path = tmp_path / f"{uuid.uuid4()}.docx"
    document.save(str(path))
    problems: list[str] = []
    try:
        made = word.render(word.compile_template(path, names(kit)), names_given)
        docx.Document(io.BytesIO(made.content))
    except KitError as cause:
        problems = cause.problems
    assert all(problem.startswith(f"{path}: word/document.xml, paragraph ") for problem in problems)


@given(
    st.lists(
        st.sampled_from([*PIECES, "\n", "{% if draft %}", "{% endif %}", "{% for r in answers %}", "{% endfor %}"]),
        max_size=12,
    )
)
@settings(max_examples=300)
def test_a_page_without_a_problem_can_be_compiled(kit: Kit, pieces: list[str]) -> None:
    source = "".join(pieces)
    examined = examine.examine(text_runs.of_page("review.html", source), names(kit))
    if not examined.problems:
        examine.compile_source(tag_numbers.marked(source, examined.tags), examined, sandbox(str, markup=True))


def test_what_word_corrects_by_itself_is_healed_and_noted(run: Run, kit: Kit, plain: Path) -> None:
    lines = contract_lines(
        run, plain, written("{% if number_source == ‘buy’ %}买{% endif %}", "{{\xa0company_name\u3000}}"), code=0
    )
    assert [line.partition("»: ")[2] for line in lines] == [
        "curly quotes in the tag are read as straight ones",
        "a special blank in the tag (no-break space, ideographic space) is read as an ordinary one",
    ]
    assert all(line.startswith("note: word/document.xml, paragraph ") for line in lines)
    item = reviewed(kit)
    made = render_contract(replace(kit, folder=plain), item.intake, item.review, item.terms, RenderOptions(DATE))
    assert queries.text(made.content).startswith("买\n北京示例科技有限公司\n")


def test_a_tag_cut_by_a_paragraph_is_told_at_both_ends(run: Run, plain: Path) -> None:
    first, second = contract_lines(run, plain, written("{{ com", "pany_name }}"))
    assert first.startswith("word/document.xml, paragraph 1 «{{ com»: {{ is not closed in its paragraph")
    assert second.startswith("word/document.xml, paragraph 2 «pany_name }}»: }} closes no tag")


def test_a_tag_cut_by_a_content_control_is_told(run: Run, plain: Path) -> None:
    def change(document: Document) -> None:
        paragraph = document.paragraphs[0].insert_paragraph_before("{{ com")
        control = "<w:sdt {0}><w:sdtContent><w:r><w:t>pany_name }}}}</w:t></w:r></w:sdtContent></w:sdt>"
        paragraph._p.append(parse_xml(control.format(nsdecls("w"))))

    (line,) = contract_lines(run, plain, change)
    assert line == (
        "word/document.xml, paragraph 1 «{{ company_name }}»: Word's formatting cuts through the tag"
        " (delete it and type it anew in one go)"
    )


def test_a_hyphen_that_joins_text_across_a_table_is_told(run: Run, plain: Path) -> None:
    lines = contract_lines(
        run, plain, table(["甲"]), lambda document: document.add_paragraph("{%- if draft %}乙{% endif %}")
    )
    assert any("breaks Word's formatting" in line for line in lines)


def test_a_tag_in_deleted_text_is_told(run: Run, plain: Path) -> None:
    def change(document: Document) -> None:
        paragraph = document.paragraphs[0].insert_paragraph_before("甲")
        deleted = '<w:del {0} w:id="1" w:author="a"><w:r><w:delText>{{{{ company_name }}}}</w:delText></w:r></w:del>'
        paragraph._p.append(parse_xml(deleted.format(nsdecls("w"))))

    (line,) = contract_lines(run, plain, change)
    assert "the tag is in deleted text (accept or reject the tracked change)" in line


def test_headers_and_pictures_are_read_too(run: Run, plain: Path) -> None:
    def change(document: Document) -> None:
        document.sections[0].header.paragraphs[-1].add_run("{{ contract_n }}")
        picture = (
            document.paragraphs[0]
            .insert_paragraph_before()
            .add_run()
            .add_picture(str(ROOT / "templates" / "caller-number" / "pictures" / "form.png"))
        )
        picture._inline.docPr.set("descr", "{{ compny_name }}")

    lines = contract_lines(run, plain, change)
    assert any(
        line.startswith("word/header1.xml, paragraph ") and "unknown name 'contract_n'" in line for line in lines
    )
    assert any("paragraph 1 «" in line and "unknown name 'compny_name'" in line for line in lines)


def change_part(path: Path, name: str, change: Callable[[str], str | bytes]) -> None:
    """Write one part of a Word file anew."""
    with zipfile.ZipFile(path) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    text = parts[name]
    assert isinstance(text, bytes)
    parts[name] = change(text.decode("utf-8"))
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


@pytest.mark.parametrize(
    ("part", "end"),
    [("word/styles.xml", "</w:style>"), ("word/document.xml", "</w:r>"), ("_rels/.rels", "</Relationships>")],
)
def test_a_damaged_part_is_told_and_stops_the_contract(run: Run, plain: Path, part: str, end: str) -> None:
    path = plain / "contract.docx"
    change_part(path, part, lambda xml: xml.replace(end, "", 1))
    for command in (["template", "check", path], ["contract", ROOT / "inputs" / "accepted.xlsx", "--kit", plain]):
        done = run(*command)
        assert done.code == 6
        (line,) = [line for line in (done.out + done.err).splitlines() if not line.endswith(" notes")]
        assert f"{path}: {part}: is not well-formed XML: " in line


def test_a_part_in_another_encoding_is_told(run: Run, plain: Path) -> None:
    path = plain / "contract.docx"
    change_part(path, "word/document.xml", lambda xml: xml.replace("UTF-8", "UTF-16").encode("utf-16"))
    done = run("contract", ROOT / "inputs" / "accepted.xlsx", "--kit", plain)
    assert done.code == 6
    assert done.err == (
        f"error: {path}: word/document.xml: is not UTF-8\nhint: open the template in Word and save it again\n"
    )


def test_a_workbook_that_is_called_a_word_file_is_told(run: Run, plain: Path) -> None:
    shutil.copy(ROOT / "inputs" / "accepted.xlsx", plain / "contract.docx")
    done = run("contract", ROOT / "inputs" / "accepted.xlsx", "--kit", plain)
    assert done.code == 6
    assert done.err == (
        f"error: {plain / 'contract.docx'}: is not a Word document: it holds no word/document.xml\n"
        "hint: save the template as .docx\n"
    )


def test_properties_of_the_file_are_read_too(run: Run, plain: Path) -> None:
    def change(document: Document) -> None:
        document.core_properties.title = "{{ compny_name }}"

    (line,) = contract_lines(run, plain, change)
    assert line.startswith("docProps/core.xml «{{ compny_name }}")
    assert "»: unknown name 'compny_name'" in line


# -- notes ------------------------------------------------------------------------------------------


def test_an_optional_value_printed_unasked_is_noted(run: Run, plain: Path) -> None:
    lines = contract_lines(
        run, plain,
        written(
            "{{ contact_title }}", "{{ number_count }}", "{{ figures.campaign_days }}",
            "{% if contact_wechat is given %}{{ contact_wechat }}{% endif %}{{ contact_title | default('无') }}",
            "{% if number_source == 'buy' %}{{ number_regions }}{% endif %}{{ company_name }}{{ contract_no }}",
        ),
        code=0,
    )  # fmt: skip
    assert [line[: line.index(" (")].removeprefix("note: word/document.xml, ") for line in lines] == [
        "paragraph 1 «{{ contact_title }}»: contact_title is optional: if it is not given, this prints 【待定：职位】",
        "paragraph 2 «{{ number_count }}»: number_count is optional: if it is not given, this prints 【待定：主叫号码个数】",
        "paragraph 3 «{{ figures.campaign_days }}»: figures.campaign_days cannot always be calculated:"
        " if it cannot, this prints —",
    ]


@pytest.mark.slow
def test_a_field_that_nothing_uses_is_noted(run: Run, folder: Path) -> None:
    path = folder / "kit.yaml"
    text = path.read_text(encoding="utf-8")
    place = text.index("      contract_no:")
    path.write_text(f"{text[:place]}      seal_note: {{type: text, label: 用印说明}}\n{text[place:]}", encoding="utf-8")
    done = run("template", "check", folder)
    assert done.code == 0
    (line,) = done.out.splitlines()
    assert (
        line
        == f"note: {path}: terms.seal_note: the field 'seal_note' (用印说明) is used by no template, rule or figure"
    )


# -- the form and the page --------------------------------------------------------------------------


def test_a_content_control_of_no_field_is_told_and_stops_the_form(run: Run, folder: Path, tmp_path: Path) -> None:
    def change(document: Document) -> None:
        paragraph = document.paragraphs[0].insert_paragraph_before("微信：")
        for tag in ("contact_wechta", "contact_wechat", "industries.bank"):
            control = '<w:sdt {0}><w:sdtPr><w:tag w:val="{1}"/></w:sdtPr><w:sdtContent><w:r><w:t>x</w:t></w:r></w:sdtContent></w:sdt>'
            paragraph._p.append(parse_xml(control.format(nsdecls("w"), tag)))

    edit(folder / "form.docx", change)
    said = (
        f"{folder / 'form.docx'}: word/document.xml, paragraph 1: the content control 'contact_wechta' belongs to no"
        " field of the kit (did you mean 'contact_wechat'?)"
    )
    done = run("template", "check", folder)
    assert (done.code, done.out) == (6, f"{said}\n")
    done = run("blank", "form", "--kit", folder, "-o", tmp_path / "f.docx")
    assert (done.code, done.err) == (6, f"error: {said}\n")


def test_a_content_control_before_the_first_paragraph_is_told(run: Run, folder: Path) -> None:
    def change(document: Document) -> None:
        control = '<w:sdt {0}><w:sdtPr><w:tag w:val="nobody"/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>'
        document.element.body.insert(0, parse_xml(control.format(nsdecls("w"))))

    edit(folder / "form.docx", change)
    done = run("template", "check", folder)
    assert done.code == 6
    assert f"{folder / 'form.docx'}: word/document.xml: the content control 'nobody' belongs to no field" in done.out


def test_the_form_knows_its_own_sections_and_no_terms(run: Run, folder: Path) -> None:
    edit(
        folder / "form.docx",
        written(
            "{{ contract_no }}", "{% for s in sections %}{% for f in s.fields %}{{ f.contrl }}{% endfor %}{% endfor %}"
        ),
    )
    done = run("template", "check", folder / "form.docx")
    first, second = done.out.splitlines()
    assert "unknown name 'contract_no'" in first
    assert "'f' has no 'contrl' (did you mean 'control'?)" in second


def test_every_mistake_of_the_page_is_told_with_its_line(run: Run, folder: Path, tmp_path: Path) -> None:
    page = folder / "review.html"
    page.write_text(
        "<style>@media print { p { color: red }}</style>\n{{ compny_name }}\n{% if draft %}\n"
        "{% for f in review.findings %}{{ f.mesage }}{% endfor %}\n{{ company_name | shout }}\n"
        "{% if number_source == “buy” %}{% endif %}\n<p>company_name }}</p>\n{{ company_name }\n",
        encoding="utf-8",
    )
    done = run("template", "check", page)
    assert done.code == 6
    assert [line.removeprefix(str(page)) for line in done.out.splitlines()] == [
        ":2 «{{ compny_name }}»: unknown name 'compny_name' (did you mean 'company_name'?)",
        ":3 «{% if draft %}»: {% if draft %} is not closed: {% endif %} is missing",
        ":4 «{{ f.mesage }}»: 'f' has no 'mesage' (did you mean 'message'?)",
        ":5 «{{ company_name | shout }}»: unknown filter 'shout' (did you mean 'sort'?)",
        ':6 «{% if number_source == “buy” %}»: curly quotes in the tag: “ ” (type " ")',
        ":7 «}}»: }} closes no tag: {{ is missing before it (type the tag anew)",
        ":8 «{{ company_name }»: {{ is not closed: }} is missing (type the tag anew)",
    ]
    stopped = run("review", ROOT / "inputs" / "accepted.xlsx", "--kit", folder, "-o", tmp_path / "r.pdf")
    assert stopped.code == 6
    assert stopped.err.replace("error: ", "") == done.out


@cache
def patterns() -> list[tuple[re.Pattern[str], str]]:
    """Each message of the catalogue, with or without its remedy, and the Chinese one."""
    found = []
    for message, chinese in catalogue.catalogue().items():
        pattern, met = "", set[str]()
        without_remedy = re.sub(r"(?<=.) \(.*", "", message)
        for text, name, _, _ in string.Formatter().parse(without_remedy) if catalogue.placeholders(message) else []:
            pattern += re.escape(text) + (f"(?P<{name}>.*?)" if name and name not in met else ".*?")
            met.add(name or "")
        found.append((re.compile(f"{pattern or re.escape(message)}( \\(|$)"), chinese))
    return found


def in_chinese(said: str) -> Iterator[str]:
    """What the catalogue makes of a message that may lack its remedy, or of each message within it."""
    known = catalogue.catalogue()
    for pattern, chinese in patterns():
        if found := pattern.search(f" {said}"):
            values = {name: known.get(value.strip(), value) for name, value in found.groupdict().items()}
            yield chinese.format_map(defaultdict(str, values))


def test_the_messages_that_the_manual_for_authors_explains_are_those_of_the_check() -> None:
    text = (ROOT / "docs" / "legal.md").read_text(encoding="utf-8")
    section = text[text.index("| 提示里的字 |") : text.index("Word 自动改成")]
    explained = [
        part for row in section.strip().splitlines()[2:] for part in re.findall(r"`([^`]+)`", row.split("|")[1])
    ]
    said = [said for _, _, said in (*MISTAKES, *BLOCKS, *TABLES)]
    said.append("Word's formatting cuts through the tag (delete it and type it anew in one go)")
    said.append("a reference points to the bookmark «责任限额», which is not there (insert it anew in Word)")
    messages = [message for one in said for message in in_chinese(one)]
    assert len(explained) > 15
    assert [part for part in explained if not any(re.search(part.replace("…", ".*"), m) for m in messages)] == []


# -- the whole kit, other kits, other files ---------------------------------------------------------


def test_templates_are_checked_even_where_the_kit_cannot_be_read(run: Run, folder: Path) -> None:
    path = folder / "kit.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("version: 1.0.0", "verison: 1.0.0"), encoding="utf-8")
    edit(folder / "contract.docx", written("{{ nothing_known }}", "{%p if draft %}"))
    (folder / "form.docx").write_bytes(b"PK")
    (folder / "review.html").unlink()
    done = run("template", "check", folder)
    assert done.code == 6
    lines = done.out.splitlines()
    assert len(lines) == 4
    assert "unknown key 'verison'" in lines[0]
    assert "form.docx: is not a Word document" in lines[1]
    assert "{%p if draft %} is not closed" in lines[2]
    assert "review.html: cannot be read" in lines[3]


def test_a_file_elsewhere_has_the_names_of_the_kit_that_is_given(run: Run, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "合同新稿.docx"
    document = words.blank()
    document.add_paragraph("{{ company_name }}{{ seal }}")
    document.save(str(path))
    done = run("template", "check", path)
    assert (done.code, "unknown name 'seal'" in done.out) == (6, True)
    kit_file = folder / "kit.yaml"
    kit_file.write_text(kit_file.read_text(encoding="utf-8").replace("contract_no", "seal"), encoding="utf-8")
    assert run("template", "check", path, "--kit", folder).code == 0


@pytest.mark.parametrize("target", ["nothing.docx", "no-such-kit", "README.md"])
def test_what_is_neither_kit_nor_template_is_a_usage_error(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.chdir(folder)
    for command in ("check", "fields"):
        done = run("template", command, target)
        assert (done.code, done.out) == (2, "")
        assert target in done.err


# -- failing on an intake ---------------------------------------------------------------------------


def test_a_tag_that_fails_names_place_tag_and_value(run: Run, folder: Path, tmp_path: Path) -> None:
    edit(
        folder / "contract.docx",
        written("第一段。", "{%p if draft %}", "甲方 {{ contact_name | rmb }} 乙方 {{ today }}", "{%p endif %}"),
    )
    done = run("contract", ROOT / "inputs" / "accepted.xlsx", "--kit", folder, "-o", tmp_path / "c.docx")
    assert done.code == 6
    name = assessed_name(run)
    assert name not in done.err
    assert done.err == (
        f"error: {folder / 'contract.docx'}: word/document.xml, paragraph 3 «甲方 {{{{ contact_name | rmb }}}} 乙方 {{{{ today }}}}»:"
        f" {{{{ contact_name | rmb }}}} fails for contact_name = a text of {len(name)} characters: this cannot be computed (InvalidOperation)\n"
    )
    assert not (tmp_path / "c.docx").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("paragraph", "tag"),
    [
        ("{% if 1 > 2 %}甲{% elif daily_calls / (total_calls - total_calls) %}乙{% endif %}", "{% elif daily_calls / (total_calls - total_calls) %}"),
        ("{% set n = daily_calls / (total_calls - total_calls) %}{{ n }}", "{% set n = daily_calls / (total_calls - total_calls) %}"),
        ("{% for n in [daily_calls / (total_calls - total_calls)] %}{{ n }}{% endfor %}", "{% for n in [daily_calls / (total_calls - total_calls)] %}"),
    ],
)  # fmt: skip
def test_a_tag_of_any_kind_that_fails_tells_its_values(
    run: Run, plain: Path, tmp_path: Path, paragraph: str, tag: str
) -> None:
    edit(plain / "contract.docx", written(paragraph))
    done = run("contract", ROOT / "inputs" / "accepted.xlsx", "--kit", plain, "-o", tmp_path / "c.docx")
    assert done.code == 6
    assert f"{tag} fails for daily_calls = a whole number, total_calls = a whole number: " in done.err


def test_a_cell_that_fails_tells_its_values(run: Run, plain: Path, tmp_path: Path) -> None:
    edit(plain / "contract.docx", table(["{% colspan daily_calls / (total_calls - total_calls) %}甲", "乙"]))
    done = run("contract", ROOT / "inputs" / "accepted.xlsx", "--kit", plain, "-o", tmp_path / "c.docx")
    assert done.code == 6
    assert "fails for daily_calls = a whole number, total_calls = a whole number: " in done.err


def test_a_tag_that_fails_in_a_loop_tells_the_value_of_that_turn(run: Run, folder: Path, tmp_path: Path) -> None:
    page = folder / "review.html"
    page.write_text("<p>\n{% for row in answers %}\n{{ row.label }} {{ row.shown / 0 }}{% endfor %}", encoding="utf-8")
    done = run("review", ROOT / "inputs" / "accepted.xlsx", "--kit", folder, "-o", tmp_path / "r.pdf")
    assert done.code == 6
    assert done.err.startswith(
        f"error: {page}:3 «{{{{ row.shown / 0 }}}}»: {{{{ row.shown / 0 }}}} fails for row.shown = a text of "
    )


@pytest.mark.parametrize(
    ("paragraph", "said"),
    [
        ("{% if not draft %}甲{% elif contact_name | rmb %}乙{% endif %}", "{% elif contact_name | rmb %} fails for contact_name = a text of 3 characters: "),
        ("{% set fee = contact_name | rmb %}{{ fee }}", "{% set fee = contact_name | rmb %} fails for contact_name = a text of 3 characters: "),
        ("{% macro m(x) %}{{ x | rmb }}{% endmacro %}甲{{ m(contact_name) }}", "{{ x | rmb }} fails for x = a text of 3 characters: "),
        ("{% if not draft %}{% set n = 1 %}{% endif %}甲{{ n + 1 }}", "{{ n + 1 }} fails: 'n' is undefined"),
    ],
)  # fmt: skip
def test_whatever_tag_fails_is_told_with_what_it_was_given(kit: Kit, plain: Path, paragraph: str, said: str) -> None:
    edit(plain / "contract.docx", written("一", paragraph))
    with pytest.raises(KitError) as caught:
        lines_made(kit, plain)
    (problem,) = caught.value.problems
    assert "word/document.xml, paragraph 2 «" in problem
    assert problem.partition("»: ")[2].startswith(said)


def test_a_tag_of_a_cell_that_fails_is_told_with_what_it_was_given(kit: Kit, plain: Path) -> None:
    edit(plain / "contract.docx", table(["{% cellbg contact_name / 2 %}甲", "乙"]))
    with pytest.raises(
        KitError, match=r"\{% cellbg contact_name / 2 %\} fails for contact_name = a text of 3 characters: "
    ):
        lines_made(kit, plain)


def assessed_name(run: Run) -> str:
    (intake,) = run("check", ROOT / "inputs" / "accepted.xlsx", "--json").json["intakes"]
    return str(intake["values"]["contact_name"])


# -- template fields --------------------------------------------------------------------------------


def test_fields_lists_every_name_of_the_kit(run: Run, kit: Kit) -> None:
    done = run("template", "fields")
    assert done.code == 0
    rows: dict[str, str] = {}
    for line in done.out.splitlines():
        if line.startswith("  "):
            rows.setdefault(line.split()[0], line)
    for key, field in kit.all_fields.items():
        assert field.type.value in rows[key]
        assert field.label in rows[key]
    assert "no" in rows["company_name"].split()
    assert "yes" in rows["contact_title"].split()
    assert "in some cases" in rows["number_count"]
    for name in (
        "figures.campaign_days",
        "limits.own_daily_calls",
        "words.blind",
        "review.verdict",
        "answers",
        "today",
    ):
        assert name in rows
    for text in (
        "number_source == 'buy'",
        "'n95' in number_types",
        "购买新号码",
        "{{ x | rmb }}",
        "{% if x is given %}",
        "ceil(value)",
    ):
        assert text in done.out
    for text in ("{% for answer in answers %}", "answer.shown", "finding.origin.cell", "field.control", "in form.docx"):
        assert text in done.out


def test_everything_that_fields_lists_may_be_written(run: Run, kit: Kit, plain: Path) -> None:
    """Every name and condition of the list, put into the contract, is no mistake."""
    listings = template_fields.of_template(kit, names(kit))
    entries = [
        e.written.strip() for item in listings for e in item.entries if not item.title.startswith(("{%", "filters"))
    ]
    assert len(entries) > 100
    contract_lines(run, plain, written(*(f"{{% if {entry} %}}{{% endif %}}" for entry in entries)), code=0)


def test_fields_of_the_form_are_its_own(run: Run, folder: Path) -> None:
    form = run("template", "fields", folder / "form.docx").out
    assert "field.control" in form
    assert "contract_no" not in form
    assert "review.verdict" not in form
    assert "field.control" not in run("template", "fields", folder / "contract.docx").out


def test_the_context_holds_what_the_names_promise(kit: Kit) -> None:
    """Every name and attribute that the check knows is there when a document is made."""
    item = reviewed(kit)
    given = context(kit, item.intake, item.review, item.terms, RenderOptions(DATE))
    known = names(kit).shapes
    assert set(given) == set(known)
    for name in ("kit", "review"):
        for attribute in known[name].attributes or ():
            assert hasattr(given[name], attribute), f"{name}.{attribute}"
    for name in ("answers", "sections"):
        item_shape = known[name].item
        assert item_shape
        for attribute in item_shape.attributes or ():
            assert hasattr(given[name][0], attribute), f"{name}: {attribute}"
