"""Every rule of the kit, on both sides of its line; the verdict; what is said of a finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from conftest import GOOD, reviewed

from docgen.errors import KitError
from docgen.model.intake import Answer, Answers, Level, Origin, Verdict
from docgen.model.kit import Kit
from docgen.rules.normalize import normalize
from docgen.rules.review import review

OWN = {
    "number_source": "使用自有号码",
    "number_types": "",
    "number_count": "",
    "number_regions": "",
    "daily_calls": "20000",
    "total_calls": "400000",
    "concurrency": "150",
    "bandwidth_mbps": "10",
}
CENTRE = {**OWN, "number_source": "有自己的呼叫中心和号码资源", "concurrency": "", "bandwidth_mbps": ""}


def findings(kit: Kit, **changes: str) -> dict[str, str]:
    """Rule → level, of every finding on the good intake with these changes."""
    return {f"{f.rule}@{f.field}": f.level.value for f in reviewed(kit, **changes).review.findings}


def test_the_good_intake_has_no_finding(kit: Kit) -> None:
    item = reviewed(kit)
    assert item.review.findings == ()
    assert item.review.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"industries": "保健品"}, {"IND-1@industries": "reject", "IND-2@industries": "manual"}),
        ({"industries": "电商", "scenarios": "通知、其他：荐股"}, {"IND-1@scenarios": "reject", "SCN-2@scenarios": "manual"}),
        ({"main_script": "我们向会员介绍保健食品的新品和优惠活动，请问您感兴趣吗？"}, {"IND-1@main_script": "manual"}),
        ({"industries": "其他：物流（不涉及股票推荐）"}, {"IND-1@industries": "manual", "IND-2@industries": "manual"}),
        ({"industries": "物流"}, {"IND-2@industries": "manual"}),
        ({"scenarios": "营销"}, {"SCN-2@scenarios": "manual"}),
        ({"scenarios": "其他：陌生拜访"}, {"SCN-1@scenarios": "reject", "SCN-2@scenarios": "manual"}),
        ({"callee_source": "注册会员，有注册记录，非盲打"}, {"SCN-1@callee_source": "manual"}),
        ({"main_script": "我们对号段进行随机拨打，向接听的人介绍产品"}, {"SCN-1@main_script": "reject"}),
        ({"greeting_script": "你好"}, {"SCR-1@greeting_script": "manual"}),
        ({"greeting_script": "您好，想占用您一分钟时间确认一下订单的配送安排，可以吗？"}, {"SCR-1@greeting_script": "manual"}),
        ({"greeting_script": "您好，北京示例科技有限公司想和您确认一下订单的配送安排，可以吗？"}, {}),
        ({"main_script": "介绍产品"}, {"SCR-1@main_script": "manual"}),
        ({"callee_source": "从数据公司购买的名单"}, {"SRC-1@callee_source": "reject", "SRC-2@callee_source": "manual"}),
        ({"callee_source": "注册会员，有注册记录，绝不购买名单"}, {"SRC-1@callee_source": "manual"}),
        ({"callee_source": "在商城购买过商品的注册会员，可提供注册记录"}, {}),
        ({"callee_source": "我司会员"}, {"SRC-2@callee_source": "manual"}),
        ({"callee_source": "不是注册会员，但可提供证明材料"}, {"SRC-2@callee_source": "manual"}),
        ({"daily_calls": "5000", "total_calls": "4999"}, {"CNT-1@total_calls": "invalid"}),
        ({"daily_calls": "5000", "total_calls": "5000"}, {}),
        ({"number_types": "固号、400号码"}, {"NUM-400@number_types": "reject"}),
        ({"number_types": "95号码", "daily_calls": "9999"}, {"NUM-95@number_types": "reject", "NUM-RISK@number_count": "advice"}),
        ({"number_types": "95号码", "daily_calls": "10000", "number_count": "50"}, {"NUM-95@number_types": "manual"}),
        ({"number_count": "16"}, {"NUM-RISK@number_count": "advice"}),
        ({"number_count": "17"}, {}),
        ({"number_regions": "广东省"}, {"REG-1@number_regions": "invalid"}),
        ({"concurrency": ""}, {"CON-1@concurrency": "advice"}),
        ({"script_template_approved": "否"}, {"PRE-1@script_template_approved": "advice"}),
        ({"script_template_approved": ""}, {"PRE-1@script_template_approved": "advice"}),
        (OWN, {"OWN-3@number_source": "manual"}),
        ({**OWN, "daily_calls": "9999"}, {"OWN-1@daily_calls": "reject", "OWN-3@number_source": "manual"}),
        ({**OWN, "bandwidth_mbps": "9.5"}, {"OWN-2@bandwidth_mbps": "manual", "OWN-3@number_source": "manual"}),
        ({**OWN, "concurrency": "151"}, {"OWN-2@bandwidth_mbps": "manual", "OWN-3@number_source": "manual"}),
        (
            {**OWN, "bandwidth_mbps": "", "concurrency": ""},
            {"OWN-3@number_source": "manual", "required@bandwidth_mbps": "invalid", "required@concurrency": "invalid"},
        ),
        ({**OWN, "qualifications": ""}, {"OWN-3@number_source": "manual", "required@qualifications": "invalid"}),
        (CENTRE, {"OWN-3@number_source": "manual"}),
        ({**CENTRE, "daily_calls": "800"}, {"CC-1@daily_calls": "manual", "OWN-3@number_source": "manual"}),
        ({"company_name": "", "contact_mobile": "无"}, {"required@company_name": "invalid", "required@contact_mobile": "invalid"}),
        ({"number_types": "", "number_count": ""}, {"required@number_types": "invalid", "required@number_count": "invalid"}),
        ({"number_source": "", "number_types": "", "number_count": "", "number_regions": ""}, {"required@number_source": "invalid"}),
        ({"daily_calls": "很多"}, {"value@daily_calls": "invalid"}),
        ({"daily_calls": "4000-5000"}, {"value@daily_calls": "advice"}),
    ],
)  # fmt: skip
def test_rules_find_what_they_are_for_and_nothing_else(
    kit: Kit, changes: dict[str, str], expected: dict[str, str]
) -> None:
    assert findings(kit, **changes) == expected


def test_each_unreadable_region_is_one_finding_of_its_rule(kit: Kit) -> None:
    found = reviewed(kit, number_regions="深圳、广东省、朝阳").review.findings
    assert [(f.rule, f.clause) for f in found] == [("REG-1", "III.2(1)③")] * 2
    assert [f.code for f in found] == ["region-too-coarse", "region-ambiguous"]
    assert "广东省" in found[0].message
    assert "朝阳" in found[1].message


def test_codes_are_those_of_reading_or_the_ids_of_rules(kit: Kit) -> None:
    changes = {
        "company_name": "",
        "contact_title": "无",
        "contact_name": "暂无",
        "daily_calls": "4000-5000",
        "scenarios": "营销",
    }
    found = {(f.code, f.rule, f.field) for f in reviewed(kit, **changes).review.findings}
    assert found == {
        ("required", "required", "company_name"),
        ("required-says-none", "required", "contact_name"),
        ("count-range", "value", "daily_calls"),
        ("SCN-2", "SCN-2", "scenarios"),
    }


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.ACCEPTED),
        ({"concurrency": ""}, Verdict.ACCEPTED),
        ({"scenarios": "营销"}, Verdict.MANUAL),
        ({"scenarios": "营销", "industries": "保健品"}, Verdict.REJECTED),
        ({"scenarios": "营销", "industries": "保健品", "contact_mobile": "待定"}, Verdict.INCOMPLETE),
    ],
)
def test_the_gravest_finding_gives_the_verdict(kit: Kit, changes: dict[str, str], verdict: Verdict) -> None:
    review = reviewed(kit, **changes).review
    assert review.verdict is verdict
    order = [list(Level).index(f.level) for f in review.findings]
    assert order == sorted(order)


def test_a_finding_tells_place_words_fault_remedy_and_clause(kit: Kit) -> None:
    (found, *_) = reviewed(kit, callee_source="从网上收集的手机号").review.findings
    assert (found.rule, found.label, found.clause) == ("SRC-1", "被叫号码来源", "III.1(2)④")
    assert (found.origin.sheet, found.origin.cell) == ("Sheet1", "C13")
    assert found.written == "从网上收集的手机号"
    assert "网上收集" in found.message
    assert found.remedy


@pytest.mark.parametrize(
    ("changes", "rule", "message"),
    [
        ({"main_script": "我们先盲打再陌拜，向接听的人介绍我们公司的产品"}, "SCN-1", "「盲打、陌拜」属于盲打式营销，服务方明确不支持"),
        ({"total_calls": "4999"}, "CNT-1", "整体外呼量 4,999 小于每日外呼量 5,000"),
        ({"number_types": "95号码", "daily_calls": "9999"}, "NUM-95", "95号码要求每天至少外呼 10,000 通，填写的每日外呼量为 9,999 通"),
    ],
)  # fmt: skip
def test_a_message_shows_words_answers_and_limits_as_people_write_them(
    kit: Kit, changes: dict[str, str], rule: str, message: str
) -> None:
    assert message in [found.message for found in reviewed(kit, **changes).review.findings if found.rule == rule]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{% set known = limits %}不少于 {{ known.n95_daily_calls }} 通", "不少于 10,000 通"),
        ("{% for one in ['甲', '乙'] %}{{ loop.index }}{{ one }}{% endfor %}", "1甲2乙"),
    ],
)
def test_a_message_may_have_names_of_its_own(kit: Kit, written: str, message: str) -> None:
    found = reviewed(_saying(kit, written), number_types="95号码", daily_calls="9999").review.findings
    assert message in [finding.message for finding in found if finding.rule == "NUM-95"]


def test_a_message_that_fails_on_an_answer_is_the_kits_fault(kit: Kit) -> None:
    with pytest.raises(KitError, match=r"the text '\{\{ daily_calls / 0 \}\}' cannot be filled in: "):
        reviewed(_saying(kit, "{{ daily_calls / 0 }}"), number_types="95号码", daily_calls="9999")


def _saying(kit: Kit, message: str) -> Kit:
    """The kit with another text for its rule on 95 numbers."""
    rules = []
    for rule in kit.rules:
        cases = tuple(replace(case, message=message) for case in rule.cases)
        rules.append(replace(rule, cases=cases) if rule.id == "NUM-95" else rule)
    return replace(kit, rules=tuple(rules))


@pytest.mark.parametrize("taken_away", ["", "greeting_script"])
def test_a_rule_looks_at_every_field_whatever_it_found_or_missed_before(kit: Kit, taken_away: str) -> None:
    changes = {"scenarios": "其他：陌拜", "main_script": "我们绝不盲打，只向注册会员介绍本公司的产品"}
    found = findings(kit, **changes, **({taken_away: ""} if taken_away else {}))
    assert found["SCN-1@scenarios"] == "reject"
    assert found["SCN-1@main_script"] == "manual"


def test_a_finding_on_an_answer_that_was_not_asked_for_names_the_sheet(kit: Kit) -> None:
    written = {key: Answer(text, Origin("名单", "B2")) for key, text in GOOD.items() if key != "number_count"}
    intake = normalize(Answers("名单", 2, written), kit, "list.xlsx")
    (rule,) = (rule for rule in kit.rules if rule.id == "NUM-RISK")
    case = replace(rule.cases[0], when="number_count is not given")
    always = replace(kit, rules=(replace(rule, cases=(case,)),))
    (found,) = (one for one in review(intake, always).findings if one.rule == "NUM-RISK")
    assert (found.field, found.origin, found.written) == ("number_count", Origin("名单", None), None)


def ruled(kit: Kit, **changes: Any) -> Kit:
    """The kit with one rule alone, the first case of IND-2 with these changes."""
    (rule,) = (rule for rule in kit.rules if rule.id == "IND-2")
    case = replace(rule.cases[0], **changes)
    return replace(kit, rules=(replace(rule, cases=(case,)),))


def figured(kit: Kit, **changes: Any) -> Kit:
    """The kit with one figure alone, daily_calls_per_number with these changes."""
    return replace(kit, figures=(replace(kit.figures[0], **changes),))


def test_a_remedy_may_quote_what_a_message_may(kit: Kit) -> None:
    quoting = ruled(
        kit, when="company_name is given", remedy="请核对{{ company_name }}{{ contact_wechat }}的{{ total_calls }}通"
    )
    (found,) = reviewed(quoting, contact_wechat="").review.findings
    assert found.remedy == "请核对北京示例科技有限公司—的100,000通"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (ruled, {"when": "daily_calls / (total_calls - total_calls) > 1"}),
        (figured, {"when": "daily_calls / (total_calls - total_calls) > 1"}),
        (figured, {"value": "daily_calls / (total_calls - total_calls)"}),
    ],
)  # fmt: skip
def test_an_expression_that_fails_on_an_intake_is_named(
    kit: Kit, changed: Callable[..., Kit], told: dict[str, str]
) -> None:
    (source,) = told.values()
    with pytest.raises(KitError) as caught:
        reviewed(changed(kit, **told))
    owner = "IND-2" if changed is ruled else "figure daily_calls_per_number"
    assert str(caught.value).startswith(f"{owner}: the expression {source!r} cannot be evaluated: ")


def test_a_figure_is_not_told_from_what_cannot_be_read(kit: Kit) -> None:
    either = figured(kit, when="daily_calls is given", value="1 if number_count is given else 2")
    values = [
        reviewed(either, number_count=written).review.figures["daily_calls_per_number"].value
        for written in ("", "3", "很多")
    ]
    assert values == [2, 1, None]


def test_a_message_may_go_through_an_answer(kit: Kit) -> None:
    listing = ruled(
        kit,
        when="industries is given",
        message="{% for one in industries %}[{{ one }}]{% endfor %}{{ contact_wechat ~ '。' }}",
    )
    (found,) = reviewed(listing, industries="银行、其他：物流", contact_wechat="").review.findings
    assert found.message == "[银行][其他：物流]—。"


def test_an_unreadable_value_silences_the_rules_that_need_it(kit: Kit) -> None:
    found = findings(kit, daily_calls="很多", total_calls="3")
    assert found == {"value@daily_calls": "invalid"}


def test_rules_read_the_answer_as_understood_not_as_printed(kit: Kit) -> None:
    printed = "□营销 ☑通知 □其他：____"
    assert findings(kit, scenarios=printed) == {}


@pytest.mark.parametrize(
    ("changes", "figure", "value"),
    [
        ({}, "daily_calls_per_number", 250),
        ({"daily_calls": "5000", "number_count": "18"}, "daily_calls_per_number", "277.78"),
        ({"daily_calls": "1001", "number_count": "8"}, "daily_calls_per_number", "125.13"),
        ({"number_count": "很多"}, "daily_calls_per_number", None),
        ({"number_regions": "火星"}, "trial_days", None),
        ({"daily_calls": "3000", "total_calls": "10000"}, "campaign_days", 4),
        ({"concurrency": "61"}, "min_bandwidth_mbps", 5),
        ({"concurrency": "60"}, "min_bandwidth_mbps", 4),
        ({"concurrency": ""}, "min_bandwidth_mbps", None),
        ({}, "trial_days", (1, 2)),
        ({"number_regions": "云南-昭通"}, "trial_days", (7, 7)),
        ({"number_regions": "云南-昭通、深圳"}, "trial_days", (1, 7)),
        ({"number_regions": "广东省"}, "trial_days", None),
        ({}, "docking_days", (7, 14)),
        (OWN, "docking_days", None),
        ({}, "monthly_estimate", None),
    ],
)
def test_figures(kit: Kit, changes: dict[str, str], figure: str, value: object) -> None:
    found = reviewed(kit, **changes).review.figures[figure].value
    assert (str(found) if isinstance(value, str) else found) == value
    assert type(found) is (Decimal if isinstance(value, str) else type(value))


def test_figures_are_told_with_label_unit_and_formula(kit: Kit) -> None:
    for figure in kit.figures:
        found = reviewed(kit).review.figures[figure.key]
        told = (found.label, found.unit, found.formula, found.is_money)
        assert told == (figure.label, figure.unit, figure.formula, figure.money)
        assert found.label
        assert found.formula


def test_the_estimate_needs_prices_and_assumptions_and_counts_in_decimal(kit: Kit) -> None:
    terms = {
        "rent_per_number_month": Decimal("30.10"),
        "price_per_minute": Decimal("0.115"),
        "avg_call_minutes": Decimal("1.5"),
        "connect_rate": Decimal("0.3"),
    }
    estimate = reviewed(kit, terms).review.figures["monthly_estimate"]
    # 20 × 30.10 + min(5000 × 30, 100000) × 0.3 × 2 × 0.115: a started minute counts
    assert str(estimate.value) == "7502.00"
    assert reviewed(kit, {**terms, "concurrency_fee_month": Decimal(100)}).review.figures[
        "monthly_estimate"
    ].value == Decimal("7602.00")
