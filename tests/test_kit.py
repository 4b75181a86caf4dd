"""Kits are found, read and checked; every problem is told at once with file, line and nearest name."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from docgen import __version__
from docgen.errors import KitError, UsageError
from docgen.kit import kits, yaml_lines
from docgen.model.kit import Kit

Change = Callable[..., Path]


@pytest.fixture
def changed(kit: Kit, tmp_path: Path) -> Change:
    """A copy of the kit in which texts of kit.yaml are replaced."""

    def change(*pairs: tuple[str, str]) -> Path:
        folder = tmp_path / "changed"
        shutil.copytree(kit.folder, folder)
        text = (folder / "kit.yaml").read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new, 1)
        (folder / "kit.yaml").write_text(text, encoding="utf-8")
        return folder

    return change


def problems(folder: Path) -> list[str]:
    with pytest.raises(KitError) as caught:
        kits.load(folder)
    return caught.value.problems


def lines_of(folder: Path, text: str) -> list[int]:
    before = (folder / "kit.yaml").read_text(encoding="utf-8").split(text)[:-1]
    return [sum(part.count("\n") for part in before[: number + 1]) + 1 for number in range(len(before))]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("asserts(text, words.blind)", "asserts(text, words.blnd)", "'words' has no 'blnd' (did you mean 'blind'?)"),
        ("total_calls < daily_calls", "total_call < daily_calls", "unknown name 'total_call' (did you mean 'total_calls'?)"),
        ("'n400' in number_types", "number_count == '10'", "number_count is a number, '10' is not (write the number without quotes)"),
        ("'n400' in number_types", "number_count > 1,000", "there is something after the expression"),
        ("'n400' in number_types", "number_count = 10", "(compare with ==)"),
        ("'n400' in number_types", "'n401' in number_types", "number_types has no choice 'n401' (did you mean 'n400'?)"),
        ('form: "{{ company_name }}', 'form: "{{ limits }}', "unknown name 'limits'"),
        ('returned: "{{ company_name }}', 'returned: "{{ hits }}', "unknown name 'hits'"),
        ("{{ scenarios.other }}", "{{ scenario.other }}", "unknown name 'scenario' (did you mean 'scenarios'?)"),
        ("ceil(total_calls / daily_calls)", "ceil(total_calls / )", "')' is not expected here"),
        ("fields: [number_types]", "fields: [number_typs]", "no field is called 'number_typs' (did you mean 'number_types'?)"),
        ("level: reject", "level: refuse", "'level'"),
        ("placeholder: 请填写微信号", "placeholdr: 请填写微信号", "unknown key 'placeholdr' (did you mean 'placeholder'?)"),
        ("type: text, label: 公司名称", "type: txt, label: 公司名称", "'type'"),
        ("name_field: company_name", "name_field: company", "no field is called 'company' (did you mean 'company_name'?)"),
        ("unreadable: REG-1", "unreadable: REG-2", "no rule is called 'REG-2'"),
        ("id: IND-2", "id: IND-1", "two rules are called 'IND-1'"),
        ("name: caller-number", "name: ../etc", "'name'"),
        ("contact_wechat:", "contact_name:", "duplicate key 'contact_name'"),
        ("version: 1.0.0", "verison: 1.0.0", "unknown key 'verison' (did you mean 'version'?)"),
        ("required: \"number_source == 'buy'\", unit: 个", "required: \"number_sauce == 'buy'\", unit: 个", "unknown name 'number_sauce'"),
        ("contact_wechat:", "contact-wechat:", "'contact-wechat' cannot be the key of a field"),
        ("contact_wechat:", "words:", "'words' cannot be the key of a field"),
        ("contact_wechat:", "微信号:", "'微信号' cannot be the key of a field"),
        ("type: yes_no, label: 话术模板已审核通过", "type: one, label: 话术模板已审核通过", "choices belong to fields of type one or several, and those need them"),
        ("type: one\n        label: 主叫号码需求", "type: text\n        label: 主叫号码需求", "choices belong to fields of type one or several, and those need them"),
        ("type: text, label: 公司名称", "type: text, other: 其他, label: 公司名称", "only a field of several choices has a free text of its own"),
        ("fields: [industries]\n        when", "when", "IND-2: a case needs 'each' or 'fields' to say where it is reported"),
        ("「{{ industries.other }}」，需", "「{{ industries.other }」，需", "'}' is not expected here"),
        ("limits:", "limits: &x", None),
        ("words:", "words: *x", "aliases"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_its_line(changed: Change, old: str, new: str, said: str | None) -> None:
    folder = changed((old, new))
    if said is None:
        kits.load(folder)
        return
    (problem, *_) = problems(folder)
    assert said in problem
    place = problem.split(": ")[0]
    assert place.startswith(str(folder / "kit.yaml") + ":")
    line = int(place.rpartition(":")[2])
    assert any(abs(line - near) <= 4 for near in lines_of(folder, new)), problem


def test_a_field_stands_in_one_section(changed: Change) -> None:
    twice = "fields:\n      contact_name: {type: text, label: 联系}\n      industries:"
    folder = changed(("fields:\n      industries:", twice))
    told = [line for line in problems(folder) if "'contact_name' is in more than one section" in line]
    assert [int(line.split(":")[1]) for line in told] == lines_of(folder, "contact_name:")[:2]


def test_a_rule_lends_its_cases_what_they_do_not_say(changed: Change) -> None:
    folder = changed(("each: [scenarios, greeting_script, main_script, callee_source]", "each: [main_script]"))
    (rule,) = (rule for rule in kits.load(folder).rules if rule.id == "SCN-1")
    assert {case.each for case in rule.cases} == {("main_script",)}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("sections: 5", "1: sections must be a map of keys to entries"),
        ("sections: [{key: a}]", "1: sections must be a map of keys to entries"),
        ("sections:\n  a: 5", "2: sections.a must be an entry in braces or of indented lines"),
        ("sections:\n  a:\n    fields:\n      b: {type: text,\n        section: c}", "5: sections.a.fields.b: unknown key 'section'"),
        ("sections: {a: {fields: {b: {choices: 5}}}}", "1: sections.a.fields.b.choices must be a map of keys to entries"),
        ("sections: 0", "1: sections must be a map of keys to entries"),
        ("figures: []", "1: figures must be a map of keys to entries"),
        ("figures: [{key: a}]", "1: figures must be a map of keys to entries"),
        ("figures: {a: {key: b}}", "1: figures.a: unknown key 'key'"),
        ("rules: 5", "1: 'rules' must be a list"),
        ("rules: [5]", "1: 'rules.0' must be an entry in braces or of indented lines"),
        ("rules: [{cases: 5}]", "1: rules.0: 'cases' must be a list"),
        ("rules: [{cases: [5]}]", "1: 'rules.0.cases.0' must be an entry in braces or of indented lines"),
        ("a: &b 1\nc: *b", "2: aliases (*name) are not allowed"),
        ("a: 1\nb: !!timestamp x", "2: tags (!name) are not allowed"),
        ("a: 1\nb: !!python/object:os.system x", "2: tags (!name) are not allowed"),
        ("a: 1\nb: 2026-02-30", "2: '2026-02-30' is no date or number"),
        ('a: 1\n"\\ud800": 1', "2: a text holds half a character (\\ud800 to \\udfff)"),
        ("? [a]\n: b", "1: a key must be a plain word"),
        ("- a", "1: the file must hold 'key: value' entries"),
        ("a: " + "[" * 2000, " has too many levels inside one another"),
        ("a: \x01", "1: the character U+0001 is not allowed"),
    ],
)  # fmt: skip
def test_a_kit_of_another_shape_is_refused(changed: Change, content: str, said: str) -> None:
    folder = changed()
    (folder / "kit.yaml").write_text(content, encoding="utf-8")
    told = problems(folder)
    assert any(line.startswith(f"{folder / 'kit.yaml'}:{said}") for line in told), told


def test_all_mistakes_are_told_at_once(changed: Change) -> None:
    folder = changed(
        ("total_calls < daily_calls", "total_call < daily_calls"),
        ("asserts(text, words.bought)", "asserts(text, words.bougt)"),
        ("'n400' in number_types", "'n4000' in number_types"),
    )
    assert len(problems(folder)) == 3


@pytest.mark.parametrize(
    "source",
    [
        "company_name.__class__",
        "''.__class__",
        "words.__init__",
        "kit",
        "range(10)",
        "lipsum()",
        "self",
        "cycler",
    ],
)
def test_expressions_reach_nothing_but_their_names(changed: Change, source: str) -> None:
    folder = changed(('when: "industries.other is given"', f'when: "{source}"'))
    try:
        loaded = kits.load(folder)
    except KitError:
        return
    from conftest import reviewed

    with pytest.raises(KitError):
        reviewed(loaded, industries="物流")


def test_kits_are_found_by_name_and_by_folder(kit: Kit, changed: Change, tmp_path: Path) -> None:
    assert kits.find("caller-number") == kit.folder
    folder = changed()
    assert kits.load(kits.find(str(folder))).name == "caller-number"
    with pytest.raises(UsageError, match=r"did you mean 'caller-number'"):
        kits.find("caller-numbr")
    with pytest.raises(UsageError, match=r"holds no kit\.yaml"):
        kits.find(str(tmp_path))


def test_every_key_of_the_domain_stands_in_the_kit(kit: Kit) -> None:
    assert list(kit.fields) == [
        "company_name", "contact_name", "contact_title", "contact_mobile", "contact_wechat", "qualifications",
        "industries", "scenarios", "greeting_script", "main_script", "callee_source", "daily_calls", "total_calls",
        "script_template_approved", "number_source", "number_types", "number_count", "number_regions", "concurrency",
        "bandwidth_mbps", "customer_credit_code", "customer_address", "customer_representative", "customer_email",
        "customer_invoice",
    ]  # fmt: skip
    assert len(kit.core) == 20
    assert len(kit.terms) == 41
    assert [rule.id for rule in kit.rules] == [
        "IND-1", "IND-2", "SCN-1", "SCN-2", "SCR-1", "SRC-1", "SRC-2", "CNT-1", "NUM-400", "NUM-95", "NUM-RISK",
        "REG-1", "OWN-1", "OWN-2", "OWN-3", "CC-1", "CON-1", "PRE-1",
        "TRM-1", "TRM-2", "TRM-3", "TRM-4", "TRM-5", "TRM-6",
    ]  # fmt: skip


def test_no_label_and_no_alias_means_two_fields(kit: Kit) -> None:
    from docgen.text import fold_label

    seen: dict[str, str] = {}
    for key, field in kit.all_fields.items():
        for name in {fold_label(name) for name in (field.label, *field.aliases)}:
            assert name not in seen, f"{name} means {seen.get(name)} and {key}"
            seen[name] = key


@pytest.mark.parametrize("digit", ["1:", "1", "1_", "0b1", "9.9e", "2026-01-01 "])
def test_a_number_that_nobody_can_mean_is_a_text(tmp_path: Path, digit: str) -> None:
    """One in base 60 as long as this takes minutes to read, and one of ten digits is still a number."""
    path = tmp_path / "a.yaml"
    written = (digit * 50_000).rstrip(": ")
    path.write_text(f"long: {written}\nshort: 1:30\nplain: 1234567890\nday: 2026-01-01\n", encoding="utf-8")
    data = yaml_lines.read(path, KitError).data
    assert data == {"long": written, "short": 90, "plain": 1234567890, "day": dt.date(2026, 1, 1)}


@pytest.mark.parametrize(
    ("content", "said"),
    [("[" * 5000, "too many levels"), ("x" * (2 << 20), "is larger than 1 MB")],
    ids=["nested", "long"],
)
def test_a_file_that_nobody_can_have_written_by_hand_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"a: {content}", encoding="utf-8")
    with pytest.raises(KitError, match=said):
        yaml_lines.read(path, KitError)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: b: c", "1: a colon is not expected here"),
        ("a:\n\tb: 1", "2: a tab is not allowed here (indent with blanks)"),
        ("a: @x", "1: a text cannot begin with @ (put it in quotes)"),
        ("a: [1, 2", "1: ] is missing at the end of the list"),
        ("a: 'x", "1: a text in quotes is not closed"),
        ('a: "C:\\q"', r"1: \q has no meaning in double quotes"),
        ("a: 1\nb: 2\n- c", "3: the line does not belong to those above it"),
        ("a: - b", "1: a list entry is not expected here"),
        ("a: 1\n---\nb: 2", "2: --- begins a second document"),
        ("a: [1,,2]", "1: there is nothing between two commas"),
        ("a: |x\n  y", "1: a long text begins on the line after | or >"),
        ("a: 1\nbcd\ne: 2", "3: a colon is missing after the key"),
    ],
)
def test_a_slip_of_notation_is_named_in_plain_words(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(KitError) as refused:
        yaml_lines.read(path, KitError)
    assert str(refused.value).partition("a.yaml:")[2].startswith(said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format: 1  ", "format: 2  ", f"this is format 2; docgen {__version__} reads 1"),
        (
            'requires_docgen: ">=1.0"',
            'requires_docgen: ">=99.1"',
            f"this kit needs docgen 99.1 or newer; this is {__version__}",
        ),
    ],
)
def test_a_kit_for_another_docgen_is_refused_for_that_alone(changed: Change, old: str, new: str, said: str) -> None:
    folder = changed((old, new), ("name_field: company_name", "name_of_a_newer_key: x"))
    with pytest.raises(KitError) as caught:
        kits.load(folder)
    assert [problem.partition(": ")[2] for problem in caught.value.problems] == [said]
    assert "newer docgen" in caught.value.hint
    assert int(caught.value.problems[0].split(":")[1]) in lines_of(folder, new)


@pytest.mark.parametrize("least", [">=1", ">=1.0.0", ">=0.9"])
def test_a_kit_for_this_or_an_older_docgen_is_taken(changed: Change, least: str) -> None:
    assert kits.load(changed(('requires_docgen: ">=1.0"', f'requires_docgen: "{least}"'))).requires_docgen == least


def test_a_kit_that_says_neither_is_one_of_format_1(changed: Change) -> None:
    kit = kits.load(changed(("format: 1  ", ""), ('requires_docgen: ">=1.0"', "")))
    assert (kit.format, kit.requires_docgen) == (1, ">=1.0")
