"""Kits are found, read and checked; every problem is told at once with file, line and nearest name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from docgen import kitfile
from docgen.errors import KitError, UsageError
from docgen.kit import Kit

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
        kitfile.load(folder)
    return caught.value.problems


def lines_of(folder: Path, text: str) -> list[int]:
    lines = (folder / "kit.yaml").read_text(encoding="utf-8").splitlines()
    return [number for number, line in enumerate(lines, 1) if text in line]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("asserts(text, words.blind)", "asserts(text, words.blnd)", "'words' has no 'blnd' (did you mean 'blind'?)"),
        ("total_calls < daily_calls", "total_call < daily_calls", "unknown name 'total_call' (did you mean 'total_calls'?)"),
        ("'n400' in number_types", "'n401' in number_types", "number_types has no choice 'n401' (did you mean 'n400'?)"),
        ('form: "{{ company_name }}', 'form: "{{ limits }}', "unknown name 'limits'"),
        ('returned: "{{ company_name }}', 'returned: "{{ hits }}', "unknown name 'hits'"),
        ("{{ scenarios.other }}", "{{ scenario.other }}", "unknown name 'scenario' (did you mean 'scenarios'?)"),
        ("ceil(total_calls / daily_calls)", "ceil(total_calls / )", "unexpected"),
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
        ("limits:", "limits: &x", None),
        ("words:", "words: *x", "aliases"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_its_line(changed: Change, old: str, new: str, said: str | None) -> None:
    folder = changed((old, new))
    if said is None:
        kitfile.load(folder)
        return
    (problem, *_) = problems(folder)
    assert said in problem
    place = problem.split(": ")[0]
    assert place.startswith(str(folder / "kit.yaml") + ":")
    line = int(place.rpartition(":")[2])
    assert any(abs(line - near) <= 4 for near in lines_of(folder, new)), problem


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
        loaded = kitfile.load(folder)
    except KitError:
        return
    from conftest import assessed

    with pytest.raises(KitError):
        assessed(loaded, industries="物流")


def test_kits_are_found_by_name_and_by_folder(kit: Kit, changed: Change, tmp_path: Path) -> None:
    assert kitfile.find("caller-number") == kit.folder
    folder = changed()
    assert kitfile.load(kitfile.find(str(folder))).name == "caller-number"
    with pytest.raises(UsageError, match=r"did you mean 'caller-number'"):
        kitfile.find("caller-numbr")
    with pytest.raises(UsageError, match=r"holds no kit\.yaml"):
        kitfile.find(str(tmp_path))


def test_every_key_of_the_domain_stands_in_the_kit(kit: Kit) -> None:
    assert list(kit.fields) == [
        "company_name", "contact_name", "contact_title", "contact_mobile", "contact_wechat", "qualifications",
        "industries", "scenarios", "greeting_script", "main_script", "callee_source", "daily_calls", "total_calls",
        "script_template_approved", "number_source", "number_types", "number_count", "number_regions", "concurrency",
        "bandwidth_mbps",
    ]  # fmt: skip
    assert len(kit.terms) == 26
    assert [rule.id for rule in kit.rules] == [
        "IND-1", "IND-2", "SCN-1", "SCN-2", "SCR-1", "SRC-1", "SRC-2", "CNT-1", "NUM-400", "NUM-95", "NUM-RISK",
        "REG-1", "OWN-1", "OWN-2", "OWN-3", "CC-1", "CON-1", "PRE-1",
    ]  # fmt: skip


def test_no_label_and_no_alias_means_two_fields(kit: Kit) -> None:
    from docgen.text import fold_label

    seen: dict[str, str] = {}
    for key, field in kit.all_fields.items():
        for name in {fold_label(name) for name in (field.label, *field.aliases)}:
            assert name not in seen, f"{name} means {seen.get(name)} and {key}"
            seen[name] = key
