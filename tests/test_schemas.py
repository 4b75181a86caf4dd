"""JSON Schemas: shipped, current, printed; they take what docgen says and people write, and refuse what is wrong."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kit_reference
import pytest
import schemas
import test_second_kit
from conftest import ROOT, Run
from jsonschema import Draft202012Validator, ValidationError

from docgen.errors import KitError
from docgen.kit import kits, yaml_lines

SAMPLE = ROOT / "inputs" / "manual.xlsx"


@pytest.mark.parametrize("path", schemas.files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_shipped_schemas_are_those_of_the_code(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == schemas.files()[path], "run: make docs"


@pytest.mark.parametrize("name", schemas.TYPES)
def test_a_schema_is_printed_with_its_name_and_version(run: Run, name: str) -> None:
    done = run("schema", name)
    schema = json.loads(done.out)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:docgen:schema:{name}:1"
    assert schema["description"]
    if name != "kit":
        assert schema["properties"]["schema"]["const"] == f"docgen/{name}/1"


def test_there_is_no_other_schema(run: Run) -> None:
    done = run("schema", "poem")
    assert done.code == 2
    assert "'check', 'packet', 'manifest', 'kit'" in done.err


def test_json_that_lacks_or_has_more_than_it_must_is_refused(run: Run) -> None:
    said = run("check", SAMPLE, "--json").json
    changes: list[Callable[[Any], object]] = [
        lambda data: data.pop("outside"),
        lambda data: data.update(schema="docgen/check/2"),
        lambda data: data["intakes"][0].update(verdict="maybe"),
        lambda data: data["intakes"][0]["findings"][0].pop("code"),
        lambda data: data["intakes"][0]["findings"][0].update(row=1),
        lambda data: data["intakes"][0]["values"].update(industries={"chosen": "bank"}),
    ]
    for change in changes:
        wrong = copy.deepcopy(said)
        change(wrong)
        with pytest.raises((ValidationError, AssertionError)):
            schemas.validated(wrong)


# -- kit.yaml ----------------------------------------------------------------------------------------


def data_of(path: Path) -> Any:
    return yaml_lines.read(path, KitError).data


def test_the_schema_takes_the_kits_there_are(tmp_path: Path) -> None:
    second = tmp_path / "kit.yaml"
    second.write_text(test_second_kit.KIT, encoding="utf-8")
    for path in (kits.home() / "caller-number" / "kit.yaml", second):
        schemas.validator("kit").validate(data_of(path))


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(sectons={}),
        lambda data: data.pop("outputs"),
        lambda data: data.update(format=2),
        lambda data: data.update(requires_docgen="1.0"),
        lambda data: data.update(sections=[]),
        lambda data: data["sections"]["customer"]["fields"]["company_name"].update(type="txt"),
        lambda data: data["sections"]["customer"]["fields"]["company_name"].update(key="company"),
        lambda data: data["sections"]["customer"]["fields"]["company_name"].pop("label"),
        lambda data: data["sections"]["outbound"]["fields"]["industries"]["choices"]["bank"].update(colour="red"),
        lambda data: data["rules"][0]["cases"][0].update(level="refuse"),
        lambda data: data["rules"][0]["cases"][0].pop("when"),
        lambda data: data["figures"]["campaign_days"].pop("value"),
        lambda data: data["limits"].update(n95_daily_calls="many"),
        lambda data: data["sheet"]["marks"].update(grave="!"),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(tmp_path: Path, change: Callable[[Any], object]) -> None:
    data = data_of(kits.home() / "caller-number" / "kit.yaml")
    change(data)
    with pytest.raises(ValidationError):
        schemas.validator("kit").validate(data)
    (tmp_path / "kit.yaml").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(KitError):
        kits.load(tmp_path)


def test_the_kit_names_the_schema_beside_it(run: Run, tmp_path: Path) -> None:
    run("kits", "--copy", tmp_path / "mine")
    for folder in (kits.home() / "caller-number", tmp_path / "mine"):
        first, *_ = (folder / "kit.yaml").read_text(encoding="utf-8").splitlines()
        assert first == "# yaml-language-server: $schema=kit.schema.json"
        assert (folder / "kit.schema.json").exists()


def test_the_reference_explains_every_key() -> None:
    kit = schemas.made("kit")
    described = [entry for part in (kit, *kit["$defs"].values()) for entry in part.get("properties", {}).values()]
    assert len(described) > 70
    assert all(entry.get("description") for entry in described)
    parts = {"Kit", *(name for name, part in kit["$defs"].items() if "properties" in part)}
    assert parts == set(kit_reference.PARTS)
