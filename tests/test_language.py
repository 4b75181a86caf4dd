"""docgen speaks Chinese or English to people, never a mixture."""

from __future__ import annotations

import gettext
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import catalogue
import click
import openpyxl
import pytest
import reference
from conftest import ROOT, Run

import docgen
from docgen import language
from docgen.cli import cli
from docgen.language.columns import padded, width, wrapped
from docgen.model.kit import Kit

INPUTS = ROOT / "inputs"
#: What stays in Latin letters in Chinese: options, names of files, what a placeholder of help is called, proper names.
NAMES = re.compile(
    r"""--?[\w-]+ | \b\w+=\w* | \[[\w|-]+\] | https?://\S+ | \S*[/\\]\S* | [\w*-]*\.[\w.*]+ | \b[A-Z][A-Z0-9_-]+\b(?:\.\.\.)? | \b[xX]>=?\d | '[^']*'
      | \bdocgen\s\w+(?:\s\w+)? | \bapt-get\sinstall(?:\s[\w.-]+)+ | \bpip\sinstall\s\S+
      | \b(?:docgen|dask|distributed|Excel|Word|LibreOffice|Outlook|Numbers|Pages|Keynote|PowerPoint|Schema|Python|YAML|Jinja2|
         stderr|stdout|caller|chek|outputs|caller-number|form|review|contract|check|packet|manifest|kit|local|accept|desk|text|zh|en)\b""",
    re.VERBOSE,
)
#: Two words of English beside each other, or one long one.
ENGLISH = re.compile(r"[A-Za-z]{2,}[ ,;:]+[a-z]{2,}|[a-z]{4,}")
CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture
def in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCGEN_LANG", "zh")


def english_in(text: str) -> list[str]:
    """What is left of a Chinese output that looks like English; commands stand first in a line of help."""
    return ENGLISH.findall(NAMES.sub("", re.sub(r"^  [a-z]+  ", "", text, flags=re.MULTILINE)))


def test_every_message_is_in_the_catalogue_and_none_besides() -> None:
    """Mend it with `python tests/catalogue.py`, and translate what it lists."""
    assert set(catalogue.catalogue()) == catalogue.keys()
    assert not [key for key, text in catalogue.catalogue().items() if not text.strip()]


def test_translations_have_the_placeholders_of_their_messages() -> None:
    differing = {
        key: text
        for key, text in catalogue.catalogue().items()
        if catalogue.placeholders(key) != catalogue.placeholders(text)
    }
    assert not differing


def test_messages_are_written_out_where_they_are_translated() -> None:
    """A message that is put together before `tr` sees it is no key."""
    assert not catalogue.computed()


def test_translations_are_chinese_and_messages_are_english() -> None:
    english = {
        key: text
        for key, text in catalogue.catalogue().items()
        if not CHINESE.search(text) and english_in(re.sub(r"{.*?}", "", text))
    }
    assert not english
    quoted = re.compile(r"「[^」]*」|«[^»]*»|'[^']*'|【[^】]*】")
    assert not [key for key in catalogue.catalogue() if CHINESE.search(quoted.sub("", key))]


def test_words_of_click_are_compiled_from_their_source() -> None:
    folder = language.LOCALE / "zh" / "LC_MESSAGES"
    source = (folder / "messages.po").read_text(encoding="utf-8")
    expected = {
        (one, many): text
        for one, many, text in re.findall(
            r'^msgid "(.+)"\n(?:msgid_plural "(.+)"\n)?msgstr(?:\[0\])? "(.+)"$', source, re.MULTILINE
        )
    }
    compiled = gettext.translation("messages", language.LOCALE, ["zh"])
    assert len(expected) > 30
    for (one, many), text in expected.items():
        key = one.replace("\\n", "\n").replace("\\t", "\t")
        assert (compiled.ngettext(key, many, 1) if many else compiled.gettext(key)) == text


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ([], {"LC_MESSAGES": "en_US.UTF-8", "LC_ALL": "zh_TW.UTF-8"}, "zh"),
        ([], {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ([], {"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"DOCGEN_LANG": "zh", "LC_ALL": "C"}, "zh"),
        (["check", "--lang", "en", "x"], {"DOCGEN_LANG": "zh"}, "en"),
        (["--lang=zh", "check"], {"DOCGEN_LANG": "en"}, "zh"),
    ],
)
def test_the_language_is_chosen_by_option_variable_and_locale(
    arguments: list[str], environment: dict[str, str], expected: str
) -> None:
    assert language.chosen(arguments, environment) == expected


def test_every_command_takes_the_language(run: Run) -> None:
    for names, command in commands():
        if names and isinstance(command, click.Group):
            continue
        assert "--lang [zh|en]" in run(*names, "--help").out, names


def test_a_language_that_there_is_not_is_a_mistake_in_use(run: Run) -> None:
    assert run("check", "--lang", "fr", INPUTS / "accepted.xlsx").code == 2


def commands() -> list[tuple[list[str], click.Command]]:
    return [([], cli), *((name.split(), cli.commands[name]) for name in ("blank", "template"))] + [
        (name.split(), command) for name, command in reference.every_command(cli, "")
    ]


@pytest.mark.parametrize("names", [names for names, _ in commands()], ids=lambda names: " ".join(names) or "docgen")
def test_help_is_chinese(run: Run, in_chinese: None, names: list[str]) -> None:
    shown = run(*names, "--help").out
    assert CHINESE.search(shown)
    assert not english_in(shown)
    assert max(map(width, shown.splitlines())) <= 100


@pytest.mark.parametrize("names", [names for names, _ in commands()], ids=lambda names: " ".join(names) or "docgen")
def test_help_is_english(run: Run, names: list[str]) -> None:
    assert not CHINESE.search(run(*names, "--help").out)


def test_help_after_chinese_help_is_english_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run("check", "--help")
    assert run("check", "--lang", "zh", "--help").out.startswith("用法：docgen check [选项] SOURCE...")
    assert run("check", "--help") == before
    assert os.environ["DOCGEN_LANG"] == "en"


#: Commands that fail, or say something, each in one line or a few.
FAILURES = [
    ["check"],
    ["chek"],
    ["check", "--jsn", "x"],
    ["check", "--row", "0", "x"],
    ["check", "--date"],
    ["packet", "--date", "1", "x"],
    ["schema", "x"],
    ["contract", "--compare", "/tmp", "x"],
    ["batch", "-o", "out", "--only", "x", "y"],
    ["batch", "-o", "out", "--jobs", "x", "y"],
    ["check", "/nowhere.xlsx"],
    ["check", "--kit", "caller", INPUTS],
    ["check", "--terms", "/nowhere.yaml", INPUTS / "accepted.xlsx"],
    ["review", INPUTS / "customers.xlsx"],
    ["check", "--row", "99", INPUTS / "customers.xlsx"],
    ["contract", INPUTS / "incomplete.xlsx"],
    ["contract", "--final", INPUTS / "accepted.xlsx"],
    ["contract", "--final", INPUTS / "manual.xlsx"],
    ["contract", "--final", "--allow-unready", INPUTS / "manual.xlsx"],
    ["verify", "/nowhere"],
    ["template", "check", "/nowhere.docx"],
    ["kits", "--copy", "/tmp"],
]


@pytest.mark.parametrize("arguments", FAILURES)
def test_failures_are_chinese(run: Run, in_chinese: None, no_output: Path, arguments: list[object]) -> None:
    done = run(*arguments)
    assert done.code
    assert CHINESE.search(done.err)
    assert not english_in(done.err)


@pytest.mark.parametrize("arguments", FAILURES)
def test_failures_are_english(run: Run, no_output: Path, arguments: list[object]) -> None:
    said = re.sub(r"pending: .*|客户汇总", "", run(*arguments).err)  # a label of the kit, a sheet of the customer
    assert not CHINESE.search(said)


@pytest.mark.slow
def test_a_check_speaks_the_language_of_the_system() -> None:
    """Also in the child process that reads; a machine sees no difference."""
    command = [sys.executable, "-m", "docgen", "check", str(INPUTS / "incomplete.xlsx"), "/nowhere.xlsx"]
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("DOCGEN_LANG", "LC_", "LANG"))
    }
    chinese = {**environment, "LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=chinese, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 2
    assert "错误：/nowhere.xlsx: 没有这个文件或文件夹" in done.stderr
    done = subprocess.run(command[:-1], env=chinese, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 4
    assert "资料不完整" in done.stdout
    assert "须补正" in done.stdout
    assert not english_in(re.sub(r"│ (value|required) ", "", done.stdout))


def test_json_has_the_same_keys_and_codes_in_both_languages(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    english = run("check", "--json", INPUTS / "incomplete.xlsx")
    monkeypatch.setenv("DOCGEN_LANG", "zh")
    assert run("check", "--json", INPUTS / "incomplete.xlsx") == english


def test_chinese_takes_two_columns() -> None:
    assert width("表a") == 3
    assert padded("表", 4) == "表  "
    assert wrapped("中文字，很长的一句话。and words too", 10) == ["中文字，很", "长的一句", "话。and", "words too"]
    assert wrapped("", 10) == []


@pytest.mark.slow
def test_a_run_and_its_reports_are_chinese(run: Run, in_chinese: None, tmp_path: Path) -> None:
    """Workers are processes of their own; they speak the language of the run."""
    sources = tmp_path / "sources"
    sources.mkdir()
    shutil.copy(INPUTS / "incomplete.xlsx", sources)
    (sources / "damaged.xlsx").write_bytes((INPUTS / "accepted.xlsx").read_bytes()[:3000])
    (sources / "notes.txt").write_text("见附件", encoding="utf-8")
    out = tmp_path / "out"
    done = run("batch", sources, "-o", out, "--only", "form")
    assert done.code == 8
    said = done.err.replace(str(tmp_path), "").replace("damaged.xlsx", "").replace("notes.txt", "")
    assert "错误：" in said
    assert "跳过 1 个文件" in said
    assert not english_in(said)
    book = openpyxl.load_workbook(out / "report.xlsx")
    assert {"总览", "收集表", "问题", "失败", "跳过的文件"} <= set(book.sheetnames)
    assert not [title for title in book.sheetnames if not CHINESE.search(title)]
    heads = [cell.value for sheet in book.worksheets[1:] for cell in sheet[1]]
    assert "该客户的份数" in heads
    assert not [text for text in heads if not CHINESE.search(str(text))]
    assert [row[0].value for row in book["总览"].iter_rows() if not CHINESE.search(str(row[0].value or "一"))] == [
        row[0].value for row in book["总览"].iter_rows() if re.match(r"[A-Z]+-\d|value|required", str(row[0].value))
    ]
    page = re.sub(
        r"<style>.*?</style>|<[^>]+>", " ", (out / "report.html").read_text(encoding="utf-8"), flags=re.DOTALL
    )
    assert "批量运行报告" in page
    assert not english_in(re.sub(r"\b(?:value|required|damaged\.xlsx)\b", "", page))


def test_problems_of_a_kit_and_its_templates_are_chinese(run: Run, in_chinese: None, tmp_path: Path, kit: Kit) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(kit.folder, mine)
    text = (mine / "kit.yaml").read_text(encoding="utf-8")
    text = text.replace("unit: 个,", "unit: 个, unitt: 个,", 1)
    (mine / "kit.yaml").write_text(text, encoding="utf-8")
    (mine / "review.html").write_text("<p>{{ compny_name }} {% if %} {{ review.verdit }}</p>", encoding="utf-8")
    for command in (["check", INPUTS / "accepted.xlsx", "--kit", mine], ["template", "check", mine]):
        done = run(*command)
        assert done.code == 6
        said = (done.out + done.err).replace(str(tmp_path), "")
        assert CHINESE.search(said)
        assert "unitt" in said
        assert not re.search(r"unknown|missing|did you mean|problems|notes", said)


def test_what_templates_may_contain_is_listed_in_chinese(run: Run, in_chinese: None) -> None:
    shown = run("template", "fields").out
    assert "过滤器、判断和函数" in shown
    meanings = [text for text in catalogue.listed() if len(text) > 12]
    assert len(meanings) > 50
    assert not [text for text in meanings if f"  {text}" in shown]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"", "文件是空的"),
        ("a.xlsx", b"PK\x03\x04 and no more", "不是正确的 zip 文件"),
        ("a.pdf", b"%PDF-1.7\n", "这是PDF 文件，不读取"),
        ("a.txt", "您好".encode(), "这是纯文本文件"),
        ("a.csv", "甲,乙\n".encode(), "项目名称"),
    ],
)
def test_sources_are_refused_in_chinese(
    run: Run, in_chinese: None, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    """The child process that reads has the language of the command."""
    (tmp_path / name).write_bytes(content)
    done = run("check", tmp_path / name)
    assert done.code == 3
    assert said in done.err
    assert not english_in(done.err.replace(str(tmp_path), "").replace(name, ""))


def test_the_library_speaks_english_unless_it_is_asked_to_speak_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOCGEN_LANG")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    (tmp_path / "a.xlsx").write_bytes(b"")
    with pytest.raises(docgen.SourceError, match="the file is empty"):
        list(docgen.read(tmp_path / "a.xlsx", "caller-number"))
    monkeypatch.setenv("DOCGEN_LANG", "zh")
    with pytest.raises(docgen.SourceError, match="文件是空的"):
        list(docgen.read(tmp_path / "a.xlsx", "caller-number"))
