"""Every finding has a stable code, an example that makes it, and a place on the page."""

from __future__ import annotations

import findings_reference as reference
import pytest
from conftest import ROOT

from docgen.model import messages
from docgen.model.intake import UNREAD


def test_every_code_has_an_example_and_every_example_a_code() -> None:
    rules = {rule.id for rule in reference.kit().rules if rule.cases}
    assert set(reference.EXAMPLES) == messages.codes() | rules


@pytest.mark.parametrize("code", reference.EXAMPLES)
def test_the_example_makes_the_finding(code: str) -> None:
    finding = reference.found(code)
    assert finding.message
    assert finding.remedy
    if code not in messages.codes():
        assert finding.rule == code
        return
    assert finding.rule in {
        "required",
        "value",
        UNREAD,
        *(field.unreadable for field in reference.kit().fields.values()),
    }
    assert reference.EXAMPLES[code]["means"].endswith(".")
    page = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    assert f"\n### {code}\n" in page
