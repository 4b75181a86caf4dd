"""Kits and templates that mean harm are stopped: no way to Python, no text or loop without end."""

from __future__ import annotations

import datetime as dt
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import DATE, ROOT, Run
from effort import bounded
from jinja2 import TemplateError

from docgen.documents import fonts, summary
from docgen.errors import KitError
from docgen.expressions import sandbox
from docgen.model.kit import Kit

SAMPLE = ROOT / "inputs" / "accepted.xlsx"


@pytest.fixture
def own_kit(run: Run, tmp_path: Path) -> Path:
    """A copy of the kit to break."""
    assert run("kits", "--copy", tmp_path / "kit").code == 0
    return tmp_path / "kit"


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
    with bounded(60), pytest.raises((TemplateError, TypeError, ArithmeticError, RecursionError, ValueError)):
        sandbox.plain_text_sandbox().from_string(template).render(today=dt.date(2026, 1, 1), xs=["x"] * 1000)


@pytest.mark.parametrize(("times", "is_too_much"), [(11, False), (12, True)])
def test_numbers_of_more_than_4096_bits_are_no_longer_reckoned_with(times: int, is_too_much: bool) -> None:
    squared = "{% set n = 15 %}" + "{% set n = n * n %}" * times + "{{ n > 1 }}"  # 4,001 bits after ten times
    template = sandbox.plain_text_sandbox().from_string(squared)
    if is_too_much:
        with pytest.raises(ArithmeticError, match="grown beyond any use"):
            template.render()
    else:
        assert template.render() == "True"


def test_every_rendering_has_a_budget_of_its_own() -> None:
    template = sandbox.plain_text_sandbox().from_string("{% for a in xs %}{% for b in xs %}.{% endfor %}{% endfor %}")
    for _ in range(5):
        assert len(template.render(xs=["x"] * 400)) == 160_000


@pytest.mark.parametrize("expression", ["'a' * 10**9", "9 ** (9 ** 9)", "daily_calls.__class__", "[0] * 10**9"])
def test_a_rule_that_means_harm_stops_with_its_name(run: Run, own_kit: Path, expression: str) -> None:
    path = own_kit / "kit.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('when: "total_calls < daily_calls"', f'when: "{expression}"'), encoding="utf-8")
    done = run("check", SAMPLE, "--kit", own_kit)
    assert done.code == 6
    assert "CNT-1" in done.err or "kit.yaml" in done.err


REACHES = [
    '<img alt="x" src="file:///etc/passwd">',
    '<img alt="x" src="http://127.0.0.1:9/x.png">',
    '<img alt="x" src="//127.0.0.1/x.png">',
    '<img alt="x" src="../../../etc/hostname">',
    '<img alt="x" src="%2e%2e/%2e%2e/README.md">',
    '<img alt="x" src="data:text/html,x">',
    '<link rel="stylesheet" href="https://127.0.0.1:9/x.css">',
    '<link rel="attachment" href="file:///etc/passwd">',
    '<a rel="attachment" href="file:///etc/passwd">x</a>',
    '<object data="file:///etc/passwd"></object>',
    '<embed src="ftp://127.0.0.1/x.svg">',
    '<svg width="1" height="1"><image href="file:///etc/passwd" width="1" height="1"/></svg>',
    "<style>body { background: url(file:///etc/passwd) }</style>",
    "<style>@import url(http://127.0.0.1:9/x.css);</style>",
    "<style>@font-face { font-family: x; src: url(file:///etc/passwd) } p { font-family: x }</style><p>x</p>",
    "<style>li { list-style-image: url(http://127.0.0.1:9/x.png) }</style><ul><li>x</li></ul>",
]


@pytest.mark.parametrize("reach", REACHES)
def test_a_page_fetches_nothing_outside_its_kit(kit: Kit, monkeypatch: pytest.MonkeyPatch, reach: str) -> None:
    opened: list[str] = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda _self, url, *_, **__: opened.append(url))
    printer = summary._printer(kit.folder, fonts.core_faces())
    with pytest.raises(KitError, match=r"review\.html"):
        summary._pdf(printer, f"<html lang=zh><title>x</title><body>{reach}</body></html>", DATE, [])
    assert opened == []


@pytest.mark.parametrize(
    "reach", ['<img alt="x" src="file:///etc/passwd">', "<style>@import '//127.0.0.1/x.css';</style>"]
)
def test_the_command_says_where_a_page_reaches_out(run: Run, no_output: Path, own_kit: Path, reach: str) -> None:
    page = own_kit / "review.html"
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", f"{reach}</body>"), encoding="utf-8")
    done = run("review", SAMPLE, "--kit", own_kit)
    assert done.code == 6
    assert f"error: {page}: " in done.err
    assert "is outside the kit" in done.err


def test_a_style_fetches_nothing_outside_its_kit(run: Run, no_output: Path, own_kit: Path) -> None:
    style = own_kit / "review.css"
    style.write_text("@import url(http://127.0.0.1:9/x.css);\n" + style.read_text(encoding="utf-8"), encoding="utf-8")
    done = run("review", SAMPLE, "--kit", own_kit)
    assert done.code == 6
    assert "review.css" in done.err


# -- Word templates that reach outside, or run something ----------------------------------------------

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def related(kind: str, target: str, mode: str = ' TargetMode="External"') -> tuple[str, str, str]:
    entry = f'<Relationship Id="rId901" Type="{RELATIONSHIP}/{kind}" Target="{target}"{mode}/></Relationships>'
    return "word/_rels/document.xml.rels", "</Relationships>", entry


def field(code: str) -> tuple[str, str, str]:
    return "word/document.xml", "</w:body>", f"<w:p>{code}</w:p></w:body>"


def runs(*pieces: str) -> str:
    codes = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return f'<w:r><w:fldChar w:fldCharType="begin"/></w:r>{codes}<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def nested(result: str) -> str:
    """A field within the code of another, with this result."""
    inner = f'<w:r><w:instrText>QUOTE x</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{result}</w:t></w:r>'
    return f'<w:r><w:fldChar w:fldCharType="begin"/></w:r>{inner}<w:r><w:fldChar w:fldCharType="end"/></w:r>'


WORD_REACHES = [
    (related("image", "http://127.0.0.1:9/x.png"), "image brings in 'http://127.0.0.1:9/x.png'"),
    (related("image", "file:///etc/passwd"), "image brings in 'file:///etc/passwd'"),
    (related("attachedTemplate", r"\\\\evil\\x.dotm"), "attachedTemplate brings in"),
    (related("oleObject", "embeddings/x.bin", ""), "oleObject brings in 'embeddings/x.bin'"),
    (related("frame", "http://127.0.0.1:9/"), "frame brings in"),
    (related("aFChunk", "x.html", ""), "aFChunk brings in 'x.html'"),
    (related("vbaProject", "vbaProject.bin", ""), "vbaProject brings in"),
    (related("hyperlink", "file:///etc/hosts"), "hyperlink brings in 'file:///etc/hosts'"),
    (field(runs("INCLUDEPICTURE ", '"http://127.0.0.1:9/x.png"')), "the field INCLUDEPICTURE"),
    (field(runs(" INCLUDE", "TEXT x.docx")), "the field INCLUDETEXT"),
    (field('<w:fldSimple w:instr=" DDEAUTO cmd x "><w:r/></w:fldSimple>'), "the field DDEAUTO"),
    (field(runs("&#73;NCLUDE", "<![CDATA[TEXT]]> y.docx").replace("w:fldCharType=", "w:fldCharType =")), "the field INCLUDETEXT"),
    (field("<w:fldSimple w:instr=' RD x '><w:r/></w:fldSimple>"), "the field RD"),
    (field(f"<x:fldSimple xmlns:x='{WORD}' x:instr='INCLUDE&#x50;ICTURE\"http://127.0.0.1:9/\"'><x:r/></x:fldSimple>"), "the field INCLUDEPICTURE"),
    (field(f"<w:r><w:fldChar w:fldCharType='begin'/></w:r>{nested('IMPORT')}<w:r><w:instrText> x</w:instrText></w:r>"), "the field IMPORT"),
    (field('<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata src="http://127.0.0.1:9/"/></v:shape></w:pict></w:r>'), "a picture is linked from outside"),
    (field(f'<a:blip xmlns:a="urn:a" xmlns:q="{RELATIONSHIP}" q:link="rId1"/>'), "a picture is linked from outside"),
    (("word/settings.xml", "</w:settings>", "<w:mailMerge/></w:settings>"), "set up for a mail merge"),
    (related("attachedTemplate", "x.dotm"), "attachedTemplate brings in 'x.dotm'"),
]  # fmt: skip
#: They hide what else is in a part.
DTDS = [
    (("word/styles.xml", "<w:styles", '<!DOCTYPE x [<!ENTITY a "b">]><w:styles'), "word/styles.xml: declares a DTD"),
    (("word/document.xml", "<w:document", '<!DOCTYPE x [<!ENTITY a "b">]><w:document'), "declares a DTD"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("reaches", [WORD_REACHES, DTDS])
@pytest.mark.parametrize("template", ["form.docx", "contract.docx"])
def test_word_templates_that_reach_outside_are_refused(
    run: Run, no_output: Path, own_kit: Path, template: str, reaches: list[tuple[tuple[str, str, str], str]]
) -> None:
    path = own_kit / template
    for change, _ in reaches:
        path.write_bytes(changed(path.read_bytes(), *change))
    for command in (["template", "check", own_kit], [path.stem, SAMPLE, "--kit", own_kit]):
        done = run(*command)
        assert done.code == 6
        told = (done.out + done.err).splitlines()
        assert [said for _, said in reaches if not any(template in line and said in line for line in told)] == []


@pytest.mark.slow
def test_links_for_readers_and_fields_of_word_are_fine(run: Run, tmp_path: Path, own_kit: Path) -> None:
    whole = (own_kit / "contract.docx").read_bytes()
    link = changed(whole, *related("hyperlink", "https://example.com/link"))
    (own_kit / "contract.docx").write_bytes(changed(link, *field(runs('HYPERLINK "https://example.com/link" LINK'))))
    assert run("template", "check", own_kit).code == 0
    assert run("contract", SAMPLE, "--kit", own_kit, "-o", tmp_path / "c.docx").code == 0


HEADER = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["", f'<Override PartName="/word/Header9.bin" ContentType="{HEADER}"/>'])
@pytest.mark.parametrize(
    ("encoding", "code", "said"),
    [
        ("utf-8", "LINK x", ("the field LINK",)),
        ("utf-16", "LINK x", ("the field LINK", "is not UTF-8")),
        ("utf-8", "PAGE", ()),
    ],
)
def test_parts_of_any_name_are_looked_at(
    run: Run, own_kit: Path, kind: str, encoding: str, code: str, said: tuple[str, ...]
) -> None:
    path = own_kit / "contract.docx"
    if kind:
        path.write_bytes(changed(path.read_bytes(), "[Content_Types].xml", "</Types>", f"{kind}</Types>"))
    part = (
        f"<?xml version='1.0' encoding='{encoding}'?><h:hdr xmlns:h='{WORD}'><h:instrText>{code}</h:instrText></h:hdr>"
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/header9.BIN", part.encode(encoding))
    done = run("template", "check", own_kit)
    assert done.code == (6 if said else 0), done.out
    assert not said or any(f"word/header9.BIN: {each}" in done.out + done.err for each in said)


@pytest.mark.slow
def test_a_part_that_says_it_is_xml_and_is_not_is_told(run: Run, own_kit: Path) -> None:
    path = own_kit / "contract.docx"
    kind = f'<Override PartName="/word/header9.bin" ContentType="{HEADER}"/></Types>'
    path.write_bytes(changed(path.read_bytes(), "[Content_Types].xml", "</Types>", kind))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/header9.bin", b"<h><")
        archive.writestr("word/media/picture.svg", b"<!DOCTYPE svg><svg/>")
    assert "word/header9.bin: is not well-formed XML" in run("template", "check", own_kit).out


def changed(content: bytes, name: str, before: str, after: str) -> bytes:
    """A Word file with `before` replaced in one part."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as copy:
        for entry in source.namelist():
            part = source.read(entry).decode("utf-8") if entry == name else source.read(entry)
            assert not isinstance(part, str) or before in part
            copy.writestr(entry, part.replace(before, after, 1) if isinstance(part, str) else part)
    return target.getvalue()


def test_a_template_that_unpacks_without_end_is_refused(run: Run, no_output: Path, own_kit: Path) -> None:
    with zipfile.ZipFile(own_kit / "contract.docx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/bomb.bin", bytes(101 << 20))
    done = run("contract", SAMPLE, "--kit", own_kit)
    assert done.code == 6
    assert "expands to more than 100 MB" in done.err


# -- kits whose files are not their own ----------------------------------------------------------------


def link_file(kit: Path) -> None:
    (kit / "terms.yaml").unlink()
    (kit / "terms.yaml").symlink_to("/etc/passwd")


def link_folder(kit: Path) -> None:
    (kit / "pictures").symlink_to("/etc")


def loop(kit: Path) -> None:
    (kit / "a").symlink_to(kit / "b")
    (kit / "b").symlink_to(kit / "a")


def pipe(kit: Path) -> None:
    (kit / "contract.docx").unlink()
    os.mkfifo(kit / "contract.docx")


@pytest.mark.parametrize("spoil", [link_file, link_folder, loop, pipe])
def test_what_leads_out_of_a_kit_is_refused(
    run: Run, no_output: Path, own_kit: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(own_kit)
    commands: list[list[object]] = [["check", SAMPLE], ["contract", SAMPLE], ["batch", SAMPLE, "-o", "x"]]
    commands += [["template", "check"], ["kits", "--copy", "copy"]]
    for command in commands:
        done = run(*command, "--kit", own_kit)
        assert done.code == 6, command
        assert "leads out of the kit" in done.err or "neither a file nor a folder" in done.err


def test_a_kit_may_stand_behind_a_link(run: Run, tmp_path: Path, own_kit: Path) -> None:
    (tmp_path / "link").symlink_to(own_kit)
    (own_kit / "same.css").symlink_to("review.css")
    assert run("check", SAMPLE, "--kit", tmp_path / "link").code == 0
