"""Kits and templates that mean harm are stopped: no way to Python, no text or loop without end."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest
from conftest import ROOT, Run
from jinja2 import TemplateError

from docgen import expressions

WALKS = [
    "{{ ''.__class__.__mro__ }}",
    "{{ today.__class__ }}",
    "{{ '{0.__class__}'.format(today) }}",
    "{{ ('%s' | attr('__class__')) }}",
    "{{ ceil.__globals__ }}",
    "{{ ceil.__init__.__globals__ }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ lipsum.__globals__ }}",
    "{{ cycler.__init__ }}",
    "{% include '/etc/passwd' %}",
    "{% import '/etc/passwd' as x %}{{ x }}",
]


def doubled(tag: str, end: str = "") -> str:
    return "{% set x = 'a' %}{% set n = 9 %}{% set y = [1] %}{% set z = [1] %}" + tag * 60 + end


ENDLESS = [
    "{{ 'a' * 10**9 }}",
    "{{ [1] * 10**9 }}",
    "{{ 9 ** (9 ** 9) }}",
    "{{ 2 ** 65 }}",
    "{{ 'a' | center(10**9) }}",
    "{{ 'a'.center(10**9) }}",
    "{{ 'a'.ljust(10**9) }}",
    "{{ '{:>999999999}'.format(1) }}",
    "{{ '%999999999d' | format(1) }}",
    "{{ 'a' | indent(10**9, true) }}",
    "{% for i in range(10**9) %}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ '%999999999d' % 1 }}",
    "{{ 1 | round(999999999, 'ceil') }}",
    "{{ (5).to_bytes(10**9, 'big') }}",
    "{{ today.strftime('%999999999d') }}",
    "{% for a in xs %}{% for b in xs %}{% for c in xs %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in xs %}{% for b in xs %}{{ xs | map('upper') | list | length }}{% endfor %}{% endfor %}",
    "{% for a in xs %}{% for b in xs %}{{ 'none' in xs }}{% endfor %}{% endfor %}",
    "{% for a in xs recursive %}{{ loop(xs) }}{% endfor %}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "{% set s = 'xxxx' | replace('x', xs | join) | replace('x', xs | join) | replace('x', xs | join) %}",
    "{% set s = xs | join(xs | join(xs | join(xs | join))) %}",
    doubled("{% set x = x ~ x %}"),
    doubled("{% set x = x + x %}"),
    doubled("{% set x %}{{ x }}{{ x }}{% endset %}"),
    doubled("{% set x = [x, x] | join %}"),
    doubled("{% set n = n * n %}"),
    doubled("{% set y = [y, y] %}{% set z = [z, z] %}", "{{ y == z }}"),
    "{% macro m(n) %}{% if n %}{{ m(n - 1, varargs, varargs) }}{% endif %}{% endmacro %}{{ m(60) }}",
]
#: What would turn a value into markup, or into a link.
UNESCAPED = [
    "{{ today | safe }}",
    "{% autoescape false %}{{ today }}{% endautoescape %}",
    "{{ 'http://127.0.0.1' | urlize }}",
    "{{ today | tojson }}",
    "{{ {'href': today} | xmlattr }}",
]


@pytest.mark.parametrize("template", WALKS + ENDLESS + UNESCAPED)
def test_the_sandbox_stops_it_at_once(template: str) -> None:
    start = time.perf_counter()
    with pytest.raises((TemplateError, TypeError, ArithmeticError, RecursionError, ValueError)):
        expressions.plain_text_sandbox().from_string(template).render(today=dt.date(2026, 1, 1), xs=["x"] * 1000)
    assert time.perf_counter() - start < 5


def test_every_rendering_has_a_budget_of_its_own() -> None:
    template = expressions.plain_text_sandbox().from_string(
        "{% for a in xs %}{% for b in xs %}.{% endfor %}{% endfor %}"
    )
    for _ in range(5):
        assert len(template.render(xs=["x"] * 500)) == 250_000


@pytest.mark.parametrize("expression", ["'a' * 10**9", "9 ** (9 ** 9)", "daily_calls.__class__", "[0] * 10**9"])
def test_a_rule_that_means_harm_stops_with_its_name(run: Run, tmp_path: Path, expression: str) -> None:
    assert run("kits", "--copy", tmp_path / "kit").code == 0
    path = tmp_path / "kit" / "kit.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('when: "total_calls < daily_calls"', f'when: "{expression}"'), encoding="utf-8")
    done = run("check", ROOT / "inputs" / "accepted.xlsx", "--kit", tmp_path / "kit")
    assert done.code == 6
    assert "CNT-1" in done.err or "kit.yaml" in done.err


@pytest.mark.parametrize(
    "reach",
    [
        '<img alt="x" src="file:///etc/passwd">',
        '<img alt="x" src="http://127.0.0.1:9/x.png">',
        '<img alt="x" src="../../../etc/hostname">',
        '<link rel="stylesheet" href="https://127.0.0.1:9/x.css">',
        "<style>body { background: url(file:///etc/passwd) }</style>",
    ],
)
def test_a_page_fetches_nothing_outside_its_kit(run: Run, no_output: Path, tmp_path: Path, reach: str) -> None:
    assert run("kits", "--copy", tmp_path / "kit").code == 0
    page = tmp_path / "kit" / "review.html"
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", f"{reach}</body>"), encoding="utf-8")
    done = run("review", ROOT / "inputs" / "accepted.xlsx", "--kit", tmp_path / "kit")
    assert done.code == 6
    assert "review.html" in done.err


def test_no_command_opens_a_connection(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was asked for")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    sample = ROOT / "inputs" / "accepted.xlsx"
    names = ("check", "return", "form", "review", "contract", "packet")
    commands: list[list[object]] = [[name, sample] for name in names]
    commands += [["blank", "sheet"], ["blank", "form"], ["template", "check"]]
    for number, command in enumerate(commands):
        target = [] if command[0] in {"check", "template"} else ["-o", tmp_path / f"{number}"]
        assert run(*command, *target).code == 0, command
