"""What a condition of a kit or a template means, for values as rules have them and as templates do."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from docgen.errors import KitError
from docgen.expressions import sandbox
from docgen.model.display import Missing, Shown
from docgen.model.intake import Chosen

#: As rules have them: values, and what was not given.
PLAIN: Mapping[str, Any] = {
    "count": 20,
    "other_count": 30,
    "price": Decimal("0.12"),
    "listed": ("甲", "乙"),
    "ticked": Chosen(("bank", "shop"), "物流"),
    "gone": Missing("微信号"),
}
#: As templates have them: the same, which print as people read them.
SHOWN: Mapping[str, Any] = {
    "count": Shown(20, "20"),
    "other_count": Shown(30, "30"),
    "price": Shown(Decimal("0.12"), "0.12"),
    "listed": Shown(("甲", "乙"), "甲、乙", ("甲", "乙")),
    "ticked": Shown(Chosen(("bank", "shop"), "物流"), "银行、电商、其他：物流", ("银行", "电商", "其他：物流")),
    "gone": Missing("微信号"),
}


@pytest.mark.parametrize("values", [PLAIN, SHOWN], ids=["rule", "template"])
@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("count == 20", True),
        ("count == 21", False),
        ("count != 20", False),
        ("count != 21", True),
        ("count > 19", True),
        ("count > 20", False),
        ("count >= 20", True),
        ("count >= 21", False),
        ("count < 21", True),
        ("count < 20", False),
        ("count <= 20", True),
        ("count <= 19", False),
        ("count < other_count", True),
        ("other_count < count", False),
        ("count == count", True),
        ("count in [20, 30]", True),
        ("count in [30]", False),
        ("{20: true}[count]", True),
        ("price > 0.1", True),
        ("price == 0.12", True),  # both are decimals
        ("price < 0.12", False),
        ("price <= 0.12", True),
        ("0.12 <= price", True),
        ("price in [0.11, 0.12]", True),
        ("{0.12: true}[price]", True),
        ("price * 10 == 1.2", True),
        ("0.1 + 0.2 == 0.3", True),
        ("count * 0.1 == 2", True),
        ("2 ** -1 == 0.5", True),
        ("1.1 - 1 == 0.1", True),
        ("'0.12' | float == price", True),
        ("price | round(1) == 0.1", True),
        ("least(price, 0.12) == 0.12", True),
        ("0.5 < gone or 0.5 > gone", False),
        ("'甲' in listed", True),
        ("'丙' in listed", False),
        ("listed | length == 2", True),
        ("listed | list == ['甲', '乙']", True),
        ("'bank' in ticked", True),
        ("'energy' in ticked", False),
        ("ticked.other == '物流'", True),
        ("count is given", True),
        ("count", True),
        ("gone", False),
        ("gone is given", False),
        ("gone is not given", True),
        ("gone.other is given", False),
        ("gone == gone", False),
        ("gone != 1", False),
        ("gone < 1 or gone > 1 or gone <= 1 or gone >= 1", False),
        ("1 < gone", False),
        ("'甲' in gone", False),
        ("gone | length == 0", True),
        ("gone | list == []", True),
        ("(gone + 1) is given", False),
        ("(1 - gone) is given", False),
        ("(1 / gone) is given", False),
        ("(-gone) is given", False),
        ("gone * 2 > 0", False),
    ],
)
def test_conditions(values: Mapping[str, Any], condition: str, holds: bool) -> None:
    assert sandbox.expression(condition).evaluate(values, bool) is holds


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("{{ count }}", "20"),
        ("{{ listed }}", "甲、乙"),
        ("{% for one in ticked %}[{{ one }}]{% endfor %}", "[银行][电商][其他：物流]"),
        ("{% for one in gone %}[{{ one }}]{% else %}none{% endfor %}", "none"),
        ("{{ gone }}", "—"),
        ("{{ gone ~ '号' }}", "—号"),
        ("{{ gone | upper }}", "—"),
        ("{{ count | int }}", "20"),
        ("{{ price | float }}", "0.12"),
        ("{{ (0 - count) | abs }}", "20"),
        ("{{ price | round(1) }}", "0.1"),
        ("{{ [count, other_count] | sum }}", "50"),
        ("{{ [count, gone] | sum }}", "—"),
        ("{{ gone | int }}", "—"),
        ("{{ [count, other_count] | max }}", "30"),
        ("{{ count ~ '通、' ~ listed ~ 1.5 }}", "20通、甲、乙1.5"),
        ("{{ 2.345 | round(2) }}", "2.35"),
        ("{{ 2.345 | round(1, 'floor') }}", "2.3"),
        ("{{ 2.341 | round(2, 'ceil') }}", "2.35"),
        ("{{ 0.125 | round(2) }}", "0.13"),  # half goes up
        ("{{ 5 | round }}", "5"),
        ("{{ 'viel' | float }}", "0"),
        ("{{ 0.1 + 0.2 }}", "0.3"),
        ("{% set x = 0.1 %}{{ x * 3 }}", "0.3"),
        ("{% macro m(x=0.1) %}{{ x * 3 }}{% endmacro %}{{ m() }}", "0.3"),
    ],
)
def test_what_templates_print(written: str, printed: str) -> None:
    assert sandbox.plain_text_sandbox().from_string(written).render(SHOWN) == printed


def test_a_text_that_fails_on_an_intake_is_named() -> None:
    source = "每天 {{ count / (other_count - other_count) }} 通"
    with pytest.raises(KitError) as caught:
        sandbox.message(source).render(PLAIN.__getitem__)
    assert caught.value.message.startswith(f"the text {source!r} cannot be filled in: ")
