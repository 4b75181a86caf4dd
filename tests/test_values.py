"""Text → value and value → text, for every type of field and every form that customers send (domain §3)."""

from __future__ import annotations

import datetime as dt
import re
import string
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from effort import check_grows_in_step
from hypothesis import example, given, settings
from hypothesis import strategies as st

from docgen.errors import KitError
from docgen.kit import yaml_lines
from docgen.model import messages
from docgen.model.intake import Chosen, Level, Region, Value
from docgen.model.kit import Choice, Field, FieldType, Kit
from docgen.values import choices, is_not_given, items, options, parse, region_names, regions, show, text_of


def field(kind: FieldType, **settings: Any) -> Field:
    return Field(**{"key": "answer", "section": "part", "type": kind, "label": "答案", **settings})


def choice(key: str, label: str, *synonyms: str, offered: bool = True) -> Choice:
    return Choice(key=key, label=label, synonyms=synonyms, offered=offered)


TEXT = field(FieldType.TEXT)
LONG = field(FieldType.LONG_TEXT)
LIST = field(FieldType.LIST)
MOBILE = field(FieldType.MOBILE)
COUNT = field(FieldType.COUNT, label="每日外呼量", unit="通")
MONTHS = field(FieldType.COUNT, label="合同期限（月）", unit="个月")
SPEED = field(FieldType.NUMBER, label="上下行对等带宽 (Mbps)", unit="Mbps")
MINUTES = field(FieldType.NUMBER, label="平均通话时长（分钟）", unit="分钟")
PRICE = field(FieldType.MONEY, label="通话费单价（元/分钟）", unit="元/分钟")
SUM = field(FieldType.MONEY, label="预付款", unit="元")
PERCENT = field(FieldType.PERCENT)
DATE = field(FieldType.DATE)
YES_NO = field(FieldType.YES_NO, label="话术模板已审核通过", yes=("通过", "已通过"), no=("未通过",))
REGIONS = field(FieldType.REGIONS, placeholder="请具体到「省-市」")
INDUSTRIES = field(
    FieldType.SEVERAL,
    other="其他",
    placeholder="可多选",
    choices=(
        choice("bank", "银行", "银行业"),
        choice("insurance", "保险"),
        choice("carrier", "电信运营商", "运营商", "通信运营商", "Telecom Operator", "Operator"),
        choice("energy", "能源"),
        choice("education", "教育"),
        choice("telecom", "通信", "通讯", "Telecom"),
        choice("ecommerce", "电商", "电子商务"),
        choice("finance", "消费金融"),
    ),
)
TYPES = field(
    FieldType.SEVERAL,
    choices=(
        choice("landline", "固号", "固话"),
        choice("mobile", "手机号", "手机号码"),
        choice("n95", "95号码", "95", offered=False),
        choice("n400", "400号码", "400", offered=False),
    ),
)
SOURCE = field(
    FieldType.ONE,
    choices=(
        choice("buy", "购买新号码", "购买", "买新号码"),
        choice("own", "使用自有号码（固号/手机号）", "使用自有号码", "自有号码"),
        choice("center", "有自己的呼叫中心和号码资源", "自有呼叫中心"),
    ),
)
INCREMENT = field(FieldType.ONE, choices=(choice("60s", "按分钟", "60秒"), choice("6s", "按6秒", "6秒")))
EVERY = (
    TEXT,
    LONG,
    LIST,
    MOBILE,
    COUNT,
    MONTHS,
    SPEED,
    MINUTES,
    PRICE,
    SUM,
    PERCENT,
    DATE,
    YES_NO,
    REGIONS,
    INDUSTRIES,
    TYPES,
    SOURCE,
    INCREMENT,
)


def value_of(of: Field, written: str) -> Value | None:
    """The value, which must read without a problem and read back from its shown form."""
    parsed = parse(of, written)
    assert parsed.problems == (), parsed
    if parsed.value is not None:
        assert parse(of, show(of, parsed.value)).value == parsed.value
    return parsed.value


def codes_of(of: Field, written: str) -> list[str]:
    """The codes of what makes the answer unreadable."""
    parsed = parse(of, written)
    assert parsed.value is None
    assert {problem.level for problem in parsed.problems} <= {Level.INVALID}
    return [problem.code for problem in parsed.problems]


# ── not given ──


@pytest.mark.parametrize("of", EVERY, ids=lambda of: f"{of.type}-{of.label}")
@pytest.mark.parametrize(
    "nothing",
    [
        "",
        " ",
        "\u3000",
        "\n",
        "\u200b",
        "/",
        "／",
        "—",
        "——",
        "-",
        "－",
        "–",
        "_____",
        "N/A",
        "n/a",
        "Ｎ／Ａ",
        " N / A ",
        "暂无",
        "暂 无",
        "暂无。",
        "（暂无）",
    ],
)
def test_nothing_is_not_given(of: Field, nothing: str) -> None:
    assert is_not_given(of, nothing)
    assert parse(of, nothing) == (None, ())


@pytest.mark.parametrize("of", [of for of in EVERY if of is not YES_NO], ids=lambda of: f"{of.type}-{of.label}")
@pytest.mark.parametrize("nothing", ["无", " 无 ", "无。", "（无）", "没有"])
def test_none_is_not_given_but_to_yes_or_no(of: Field, nothing: str) -> None:
    assert parse(of, nothing) == (None, ())


def test_a_hint_left_standing_is_not_given() -> None:
    assert parse(REGIONS, "请具体到「省-市」") == (None, ())
    assert parse(REGIONS, " 请具体到 「省-市」。") == (None, ())
    assert value_of(REGIONS, "请具体到「省-市」 广东深圳") == (Region("广东省", "深圳市"),)


@pytest.mark.parametrize("written", ["0", "#", "无锡示例公司", "暂无公司", "？"])
def test_what_is_given(written: str) -> None:
    assert value_of(TEXT, written) == written


# ── text ──


def test_text_is_cleaned_and_no_more() -> None:
    assert value_of(TEXT, " 北京(中国)\u200b科技\n有限 公司 ") == "北京（中国）科技有限公司"
    assert value_of(TEXT, "１２ 㛃䶮𬭎") == "１２ 㛃䶮𬭎"
    assert value_of(LONG, "您好\r\n\r\n\r\n请 问\u3000方便吗") == "您好\n\n请问方便吗"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("营业执照、许可证", ("营业执照", "许可证")),
        ("营业执照,许可证；ICP证\n商标证", ("营业执照", "许可证", "ICP证", "商标证")),
        ("1、营业执照\n2、许可证", ("营业执照", "许可证")),
        ("1.营业执照 2.许可证", ("营业执照", "许可证")),
        ("（1）营业执照；（2）许可证", ("营业执照", "许可证")),
        ("许可证（编号1，2）、商标证", ("许可证（编号1，2）", "商标证")),
        ("许可证(编号1,2)、商标证", ("许可证（编号1,2）", "商标证")),
        ("许可证(编号1，2）、商标证", ("许可证（编号1，2）", "商标证")),
        ("许可证)（编号1、商标证", ("许可证）（编号1", "商标证")),
        ("许可证（编号1、商标证", ("许可证（编号1", "商标证")),  # a bracket never closed holds nothing together
        ("营业执照", ("营业执照",)),
        ("营业执照、无", ("营业执照",)),
        ("许可证 2.营业执照", ("许可证 2.营业执照",)),  # no list begins with its second number
        ("1. （2） 营业执照", ("营业执照",)),
    ],
)
def test_lists(written: str, found: tuple[str, ...]) -> None:
    assert value_of(LIST, written) == found


# ── mobiles ──


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86-138-0013-8000",
        "+86 13800138000",
        "8613800138000",
        "(+86)13800138000",
        "0086 138 0013 8000",
        "１３８００１３８０００",
        "13800138000.0",
        "'13800138000",
        "手机：13800138000",
        "\u202d13800138000\u202c",
        "138\xa00013\xa08000",
        "+86（中国）13800138000",
        "電話：13800138000",
        "Tel: 138-0013-8000",
    ],
)
def test_mobiles(written: str) -> None:
    assert value_of(MOBILE, written) == "+8613800138000"


def test_a_mobile_is_shown_in_groups() -> None:
    assert show(MOBILE, "+8613800138000") == "138 0013 8000"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1.38E+10", "mobile-scientific"),
        ("1.3800138E+10", "mobile-scientific"),
        ("1380013800013800", "mobile-too-long"),
        ("13800138000/13900139000", "mobile-several"),
        ("13800138000 13900139000", "mobile-several"),
        ("13800138000（备用13900139000）", "mobile-several"),
        ("010-12345678", "mobile-landline"),
        ("4008008888", "mobile-landline"),
        ("+85251234567", "mobile-foreign"),
        ("1380013800", "mobile-invalid"),
        ("12800138000", "mobile-invalid"),
        ("138****8000", "mobile-invalid"),
        ("13800138000转801", "mobile-invalid"),
        ("13800138000、4008008888", "mobile-invalid"),
        ("13800138000（8888888）", "mobile-invalid"),  # seven digits are a number, six are hours or a room
        ("待定", "mobile-invalid"),
    ],
)
def test_no_mobile(written: str, code: str) -> None:
    assert codes_of(MOBILE, written) == [code]


# ── numbers ──


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("5000", 5000),
        ("5,000", 5000),
        ("5，000", 5000),
        ("5 000", 5000),
        ("５０００", 5000),
        ("5000.0", 5000),
        ("两万", 20000),
        ("一万二", 12000),
        ("一千零五十", 1050),
        ("二十", 20),
        ("2万5千", 25000),
        ("1.5万", 15000),
        ("3千", 3000),
        ("1.2w", 12000),
        ("1.2W", 12000),
        ("5k", 5000),
        ("约5000通/天", 5000),
        ("每天约5000通左右", 5000),
        ("5000次/日", 5000),
        ("20个", 20),
        ("1", 1),
        ("999999999999999", 999_999_999_999_999),
        ("一二三", 123),
        ("一二三四", 1234),
        ("2-2万", 20_000),
        ("5000-5000", 5000),
        ("5000" + "左右" * 28, 5000),  # 60 characters
    ],
)
def test_counts(written: str, found: int) -> None:
    assert value_of(COUNT, written) == found


@pytest.mark.parametrize(
    ("written", "upper"),
    [
        ("8000-10000", 10000),
        ("8000～10000", 10000),
        ("8000~10000", 10000),
        ("8000—10000", 10000),
        ("8000至10000", 10000),
        ("8000到10000通", 10000),
        ("8,000-10,000通/天", 10000),
        ("1-2万", 20000),
        ("5千-1万", 10000),
        ("8000-1万", 10000),
        ("一到两万", 20000),
    ],
)
def test_a_range_keeps_its_upper_bound_and_says_so(written: str, upper: int) -> None:
    parsed = parse(COUNT, written)
    assert parsed.value == upper
    assert [(problem.code, problem.level) for problem in parsed.problems] == [("count-range", Level.ADVICE)]
    assert parsed.problems[0].details == {"upper": f"{upper:,}"}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("很多", "count-unreadable"),
        ("待定", "count-unreadable"),
        ("5000 6000", "count-unreadable"),
        ("5000\n6000", "count-unreadable"),
        ("50,00", "count-unreadable"),
        ("两三千", "count-unreadable"),
        ("十几万", "count-unreadable"),
        ("10000-8000", "count-unreadable"),
        ("1-2-3", "count-unreadable"),
        ("固号10个手机号5个", "count-unreadable"),
        ("5000通/月", "count-period"),
        ("2年", "count-unreadable"),
        ("5000.5", "count-fraction"),
        ("0.5", "count-fraction"),
        ("0", "count-too-small"),
        ("0-10", "count-too-small"),
        ("-5000", "number-negative"),
        ("负五千", "number-negative"),
        ("1E+05", "number-scientific"),
        ("1234567890123456", "number-too-long"),
    ],
)
def test_no_count(written: str, code: str) -> None:
    assert codes_of(COUNT, written) == [code]


def test_a_month_counts_where_it_is_the_unit() -> None:
    assert value_of(MONTHS, "12个月") == 12
    assert codes_of(MONTHS, "10天") == ["count-unreadable"]


@pytest.mark.parametrize(
    ("unit", "written", "count", "shown"),
    [
        ("个月", "1年", 12, "12个月"),
        ("个月", "两年", 24, "24个月"),
        ("个月", "半年", 6, "6个月"),
        ("个月", "一年半", 18, "18个月"),
        ("个月", "1季度", 3, "3个月"),
        ("天", "1周", 7, "7天"),
        ("天", "两个星期", 14, "14天"),
    ],
)
def test_a_span_of_time_in_another_unit_is_converted_where_that_is_certain(
    unit: str, written: str, count: int, shown: str
) -> None:
    value, (problem,) = parse(field(FieldType.COUNT, label="期限", unit=unit), written)
    assert (value, problem.code, problem.level) == (count, "count-converted", Level.ADVICE)
    assert problem.details == {"number": shown}


@pytest.mark.parametrize(
    ("unit", "written"), [("天", "1个月"), ("天", "半周"), ("年", "6个月"), ("个", "1年"), ("个月", "半1年")]
)
def test_a_span_of_time_that_makes_no_whole_number_is_no_count(unit: str, written: str) -> None:
    (code,) = codes_of(field(FieldType.COUNT, label="期限", unit=unit), written)
    assert code in {"count-unreadable", "count-period"}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("20", "20"),
        ("20M", "20"),
        ("20 Mbps", "20"),
        ("20兆", "20"),
        ("上下行各20M", "20"),
        ("20M对等", "20"),
        ("20M/20M", "20"),
        ("上行20M下行20M", "20"),
        ("1G", "1000"),
        ("千兆", "1000"),
        ("0.5", "0.5"),
        ("约20M", "20"),
        ("20M左右", "20"),
        ("约20左右。", "20"),
        ("20/20M", "20"),
        ("20、20", "20"),
        ("百兆", "100"),
    ],
)
def test_bandwidth(written: str, found: str) -> None:
    assert value_of(SPEED, written) == Decimal(found)


@pytest.mark.parametrize(
    "written", ["上行20M下行10M", "20-50M", "很快", "20通", "20M 30M", "100百兆", "100/100百兆", "20、40", "20M平均"]
)
def test_no_bandwidth(written: str) -> None:
    assert codes_of(SPEED, written) == ["number-unreadable"]


def test_other_numbers() -> None:
    assert value_of(MINUTES, "1.5分钟") == Decimal("1.5")
    assert str(value_of(MINUTES, "20.0")) == "20"
    assert codes_of(MINUTES, "1-2") == ["number-unreadable"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("1200", "1,200.00"),
        ("1,200.00", "1,200.00"),
        ("￥1200", "1,200.00"),
        ("¥ 1,200 元", "1,200.00"),
        ("1.2万", "12,000.00"),
        ("1.2万元", "12,000.00"),
        ("人民币1200元整", "1,200.00"),
        ("壹万贰仟元整", "12,000.00"),
        ("捌分伍厘", "0.085"),
        ("0", "0.00"),
        ("0.12元/分钟", "0.12"),
        ("0.085元每分钟", "0.085"),
        ("0.1250", "0.125"),
    ],
)
def test_money(written: str, shown: str) -> None:
    found = value_of(PRICE, written)
    assert found is not None
    assert show(PRICE, found) == shown


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("0.12345", "money-decimals"),
        ("-5", "number-negative"),
        ("面议", "money-unreadable"),
        ("0.10-0.12", "money-unreadable"),
        ("0.12元/秒", "money-unreadable"),
        ("30元/月", "money-unreadable"),
        ("$5", "money-unreadable"),
    ],
)
def test_no_money(written: str, code: str) -> None:
    assert codes_of(PRICE, written) == [code]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("35%", "35%"),
        ("35％", "35%"),
        ("0.35", "35%"),
        ("35", "35%"),
        ("百分之三十五", "35%"),
        ("0.5%", "0.5%"),
        ("1", "100%"),
        ("120%", "120%"),  # whether that can be, a kit's rules say
    ],
)
def test_percent(written: str, shown: str) -> None:
    found = value_of(PERCENT, written)
    assert found is not None
    assert show(PERCENT, found) == shown


@pytest.mark.parametrize("written", ["-5%", "三成", "高"])
def test_no_percent(written: str) -> None:
    assert codes_of(PERCENT, written) == ["percent-unreadable"]


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-03",
        "2026/11/3",
        "2026.11.03",
        "2026年11月3日",
        "2026 年 11 月 3 日",
        "20261103",
        "2026-11-03 00:00:00",
        "2026-11-03T00:00:00",
        "２０２６-11-3",
    ],
)
def test_dates(written: str) -> None:
    assert value_of(DATE, written) == dt.date(2026, 11, 3)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2026-02-30", "date-impossible"),
        ("2026年13月1日", "date-impossible"),
        ("2026年11月", "date-unreadable"),
        ("26-11-23", "date-unreadable"),
        ("11/23/2026", "date-unreadable"),
        ("下月初", "date-unreadable"),
        ("2026-11/23", "date-unreadable"),
    ],
)
def test_no_date(written: str, code: str) -> None:
    assert codes_of(DATE, written) == [code]


# ── yes or no ──


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (word, True)
        for word in (
            "是",
            "有",
            "已",
            "√",
            "✓",
            "Y",
            "y",
            "1",
            "1.0",
            "true",
            "TRUE",
            "已通过",
            "☑是 □否",
            "是√ 否",
            "是，已通过",
            "√是 否",
            "是：√ 否：×",
        )
    ]
    + [
        (word, False)
        for word in (
            "否",
            "无",
            "未",
            "×",
            "N",
            "0",
            "false",
            "没有",
            "未通过",
            "□是 ☑否",
            "□有 ☑无",
            "是 否√",
            "是 否 √",
        )
    ],
)
def test_yes_no(written: str, found: bool) -> None:
    assert value_of(YES_NO, written) is found


@pytest.mark.parametrize("written", ["□是 □否", "是 否", "是/否", "□"])
def test_printed_yes_no_is_not_given(written: str) -> None:
    assert parse(YES_NO, written) == (None, ())


@pytest.mark.parametrize("written", ["审核中", "有，但未通过", "☑是 ☑否", "2", "是否通过待定", "是 √ 否"])
def test_no_yes_no(written: str) -> None:
    assert codes_of(YES_NO, written) == ["yes-no-unreadable"]


# ── choices ──


@pytest.mark.parametrize(
    "written",
    [
        "☑银行 □保险 ☑电商 其他 ____",
        "☑银行□保险☑电商□其他",
        "☑ 银行\n□ 保险\n☑ 电商",
        "☑\ufe0f银行 ☐保险 ☑\ufe0f电商",
        "✓银行 保险 ✓电商",
        "银行√ 保险 电商√",
        "银行 √ 保险 □ 电商 √",
        "银行✔、保险、电商✔",
        "■银行 □保险 ■电商",
        "●银行 ○保险 ●电商",
        "[x] 银行 [ ] 保险 [X]电商",
        "银行[x] 保险[ ] 电商[x]",
        "（√）银行（ ）保险（√）电商",
        "(√)银行()保险(√)电商",
        "\uf0fe银行 \uf0a8保险 \uf0fe电商",
        "\uf052银行 \uf06f保险 \uf052电商",
        "银行、电商",
        "银行，电商",
        "银行/电商",
        "银行;电商",
        "银行 电商",
        "银行\n电商",
        "银行和电商",
        "1.银行 2.电商",
        "①银行②电商",
        "电子商务、银行业",
        "银 行、电　商",
        "银行、电商、银行",
    ],
)
def test_choices(written: str) -> None:
    assert value_of(INDUSTRIES, written) == Chosen(("bank", "ecommerce"))


@pytest.mark.parametrize(
    ("written", "chosen", "other"),
    [
        ("运营商", ("carrier",), None),
        ("其他：物流", (), "物流"),
        ("其它:物流", (), "物流"),
        ("其他(物流)", (), "物流"),
        ("其他 物流", (), "物流"),
        ("其他____物流____", (), "物流"),
        ("☑其他：物流 □银行", (), "物流"),
        ("☑银行 其他 __物流__", ("bank",), "物流"),
        ("☑银行 □保险 ☑其他：物流、快递", ("bank",), "物流、快递"),
        ("☑银行 □其他 ____", ("bank",), None),
        ("□银行 □保险 □其他：物流", (), "物流"),
        ("银行、其他：能源、物流", ("bank",), "能源、物流"),
        ("其他：银行", (), "银行"),
        ("物流", (), "物流"),
        ("银行、物流", ("bank",), "物流"),
        ("银行卡", (), "银行卡"),
        ("ABC Logistics、银行", ("bank",), "ABC Logistics"),
        ("银行（股票推荐）", ("bank",), "股票推荐"),
        ("银行 保险 电信运营商 能源 教育 通信 电商 消费金融\n其他 __物流__", (), "物流"),
        ("☑银行 其他：无", ("bank",), None),
    ],
)
def test_other_choices(written: str, chosen: tuple[str, ...], other: str | None) -> None:
    assert value_of(INDUSTRIES, written) == Chosen(chosen, other)


PRINTED = "银行 保险 电信运营商 能源 教育 通信 电商 消费金融"


@pytest.mark.parametrize(
    ("of", "written"),
    [
        (INDUSTRIES, "".join(f"□{label} " for label in PRINTED.split()) + "□其他 ____"),
        (INDUSTRIES, "□银行 □保险"),
        (SOURCE, "□购买新号码 □使用自有号码（固号/手机号） □有自己的呼叫中心和号码资源"),
    ],
)
def test_a_printed_cell_nobody_touched_is_not_given(of: Field, written: str) -> None:
    assert parse(of, written) == (None, ())


@pytest.mark.parametrize(
    ("of", "written"),
    [
        (INDUSTRIES, f"{PRINTED}\n其他 ______"),
        (INDUSTRIES, PRINTED),
        (TYPES, "固号  手机号"),
        (TYPES, "固号\n手机号"),
        (SOURCE, "购买新号码 使用自有号码（固号/手机号） 有自己的呼叫中心和号码资源"),
    ],
)
def test_all_choices_as_a_form_prints_them_are_not_given_and_pointed_out(of: Field, written: str) -> None:
    value, (problem,) = parse(of, written)
    assert value is None
    assert (problem.code, problem.level) == ("choice-untouched", Level.ADVICE)


@pytest.mark.parametrize("written", ["手机号\n固号", "手机号 固号", "固号、手机号", "固号/手机号", "固号和手机号"])
def test_all_choices_otherwise_than_a_form_prints_them_are_chosen(written: str) -> None:
    assert parse(TYPES, written) == (Chosen(("landline", "mobile")), ())


@pytest.mark.parametrize("written", ["手机号\n固号", "固号\n手机号", "固号 手机号"])
def test_in_a_table_nothing_is_printed(written: str) -> None:
    assert parse(TYPES, written, printed=False) == (Chosen(("landline", "mobile")), ())
    assert parse(TYPES, "□固号 □手机号", printed=False) == (None, ())


@pytest.mark.parametrize("written", ["☑其他", "☑其他 ____", "其他", "银行、其他", "☑银行 ☑其他：无", "其他："])
def test_other_must_say_what(written: str) -> None:
    assert codes_of(INDUSTRIES, written) == ["choice-other-empty"]


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("固号、手机号", ("landline", "mobile")),
        ("手机号/固号", ("landline", "mobile")),
        ("固号和手机号码", ("landline", "mobile")),
        ("固话", ("landline",)),
        ("95号码", ("n95",)),
        ("400、固号", ("landline", "n400")),
    ],
)
def test_choices_without_other(written: str, keys: tuple[str, ...]) -> None:
    assert value_of(TYPES, written) == Chosen(keys)


def test_an_unlisted_choice_without_other_is_invalid() -> None:
    parsed = parse(TYPES, "固号、卫星电话")
    assert parsed.value is None
    assert [problem.code for problem in parsed.problems] == ["choice-unknown"]
    assert parsed.problems[0].details == {"entry": "卫星电话", "choices": "固号、手机号"}
    assert codes_of(TYPES, "其他") == ["choice-unknown"]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("购买新号码", "buy"),
        ("购买", "buy"),
        ("买新号码", "buy"),
        ("使用自有号码（固号/手机号）", "own"),
        ("使用自有号码(固号/手机号)", "own"),
        ("使用自有号码 （固号 / 手机号）", "own"),
        ("使用自有号码（固号/手机号）（√）", "own"),
        ("☑购买新号码 □使用自有号码（固号/手机号） □有自己的呼叫中心和号码资源", "buy"),
        ("购买新号码 使用自有号码（固号/手机号）√ 有自己的呼叫中心和号码资源", "own"),
        ("自有呼叫中心", "center"),
    ],
)
def test_one_choice(written: str, key: str) -> None:
    assert value_of(SOURCE, written) == key


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("购买新号码、自有号码", "choice-several"),
        ("☑购买新号码 ☑使用自有号码（固号/手机号）", "choice-several"),
        ("租用", "choice-unknown"),
        ("其他：租用", "choice-unknown"),
        ("不购买", "choice-unknown"),
    ],
)
def test_no_one_choice(written: str, code: str) -> None:
    assert codes_of(SOURCE, written) == [code]


@pytest.mark.parametrize("written", ["☑", "？？", "☑？"])
def test_a_choice_must_say_something(written: str) -> None:
    assert codes_of(TYPES, written) == ["choice-unknown"]
    assert codes_of(INDUSTRIES, written) == ["choice-unknown"]


def test_choices_are_shown_and_read_by_rules() -> None:
    value = Chosen(("bank", "energy"), "物流、快递")
    assert show(INDUSTRIES, value) == "银行、能源、其他：物流、快递"
    assert items(INDUSTRIES, value) == ("银行", "能源", "其他：物流、快递")
    assert text_of(INDUSTRIES, value) == "银行、能源；物流、快递"
    assert show(SOURCE, "own") == "使用自有号码（固号/手机号）"
    assert text_of(SOURCE, "own") == "使用自有号码（固号/手机号）"
    assert items(COUNT, 5000) == ("5,000",)
    assert options(TYPES) == ("固号", "手机号")
    assert options(YES_NO) == ("是", "否")


# ── regions ──

SHENZHEN, HANGZHOU = Region("广东省", "深圳市"), Region("浙江省", "杭州市")
BEIJING, SHANGHAI = Region("北京市", "北京市"), Region("上海市", "上海市")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("广东省-深圳市", [SHENZHEN]),
        ("广东省—深圳市", [SHENZHEN]),
        ("广东省 深圳市", [SHENZHEN]),
        ("广东·深圳", [SHENZHEN]),
        ("广东 - 深圳", [SHENZHEN]),
        ("广东/深圳", [SHENZHEN]),
        ("广东深圳", [SHENZHEN]),
        ("广东省深圳市", [SHENZHEN]),
        ("广东省：深圳", [SHENZHEN]),
        ("「广东省-深圳市」", [SHENZHEN]),
        ("深圳", [SHENZHEN]),
        ("深圳市南山区", [SHENZHEN]),
        ("北京", [BEIJING]),
        ("北京市-北京市", [BEIJING]),
        ("北京-朝阳", [BEIJING]),
        ("北京市朝阳区", [BEIJING]),
        ("重庆渝北", [Region("重庆市", "重庆市")]),
        ("广东/深圳、浙江-杭州", [SHENZHEN, HANGZHOU]),
        ("广东深圳 浙江杭州", [SHENZHEN, HANGZHOU]),
        ("广东 深圳 浙江 杭州", [SHENZHEN, HANGZHOU]),
        ("深圳、杭州；北京,上海", [SHENZHEN, HANGZHOU, BEIJING, SHANGHAI]),
        ("深圳\n杭州", [SHENZHEN, HANGZHOU]),
        ("1、广东深圳\n2、浙江杭州", [SHENZHEN, HANGZHOU]),
        ("北京/上海", [BEIJING, SHANGHAI]),
        ("深圳和杭州", [SHENZHEN, HANGZHOU]),
        ("深圳、广东深圳", [SHENZHEN]),
        ("江苏-昆山", [Region("江苏省", "苏州市")]),
        ("江苏苏州昆山", [Region("江苏省", "苏州市")]),
        ("昆山", [Region("江苏省", "苏州市")]),
        ("吉林市", [Region("吉林省", "吉林市")]),
        ("吉林-吉林", [Region("吉林省", "吉林市")]),
        ("吉林朝阳", [Region("吉林省", "长春市")]),
        ("辽宁-朝阳", [Region("辽宁省", "朝阳市")]),
        ("西安", [Region("陕西省", "西安市")]),
        ("中山", [Region("广东省", "中山市")]),
        ("仙桃市", [Region("湖北省", "仙桃市")]),
        ("海南-五指山", [Region("海南省", "五指山市")]),
        ("石河子", [Region("新疆维吾尔自治区", "石河子市")]),
        ("延边", [Region("吉林省", "延边朝鲜族自治州")]),
        ("恩施州", [Region("湖北省", "恩施土家族苗族自治州")]),
        ("广西南宁", [Region("广西壮族自治区", "南宁市")]),
        ("内蒙古-呼和浩特", [Region("内蒙古自治区", "呼和浩特市")]),
        ("香港", [Region("香港特别行政区", "香港特别行政区")]),
    ],
)
def test_regions(written: str, found: list[Region]) -> None:
    assert value_of(REGIONS, written) == tuple(found)


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("朝阳", [("region-ambiguous", "朝阳")]),
        ("朝阳区", [("region-ambiguous", "朝阳区")]),
        ("吉林", [("region-ambiguous", "吉林")]),
        ("通州", [("region-ambiguous", "通州")]),
        ("河北-新华", [("region-ambiguous", "河北-新华")]),
        ("广东省", [("region-too-coarse", "广东省")]),
        ("广西", [("region-too-coarse", "广西")]),
        ("海南", [("region-too-coarse", "海南")]),
        ("台湾", [("region-too-coarse", "台湾")]),
        ("全国", [("region-too-coarse", "全国")]),
        ("火星", [("region-unknown", "火星")]),
        ("广东-杭州", [("region-unknown", "广东-杭州")]),
        ("深圳、广东省、朝阳", [("region-too-coarse", "广东省"), ("region-ambiguous", "朝阳")]),
        ("天津 河北", [("region-too-coarse", "河北")]),
    ],
)
def test_unreadable_regions_are_reported_one_by_one(written: str, problems: list[tuple[str, str]]) -> None:
    parsed = parse(REGIONS, written)
    assert parsed.value is None
    assert [(problem.code, problem.details["entry"]) for problem in parsed.problems] == problems


def test_an_ambiguous_region_names_what_it_could_be() -> None:
    assert parse(REGIONS, "朝阳").problems[0].details["candidates"] == "北京市、辽宁省-朝阳市"


def test_every_city_reads_back() -> None:
    for region in region_names.index().counties_of:
        assert value_of(REGIONS, regions.show(region)) == (region,)
        assert value_of(REGIONS, f"{region.province}-{region.city}") == (region,)


# ── for all types ──

WORDS = st.sampled_from(
    [
        "银行",
        "保险",
        "运营商",
        "固号",
        "手机号",
        "95号码",
        "购买新号码",
        "其他",
        "其他：",
        "：",
        "____",
        "☑",
        "□",
        "√",
        "（√）",
        "[x]",
        "[",
        "]",
        "、",
        "，",
        ";",
        "/",
        "(",
        ")",
        "（",
        "）",
        "无",
        "是",
        "否",
        "×",
        "1",
        "2.",
        "①",
        "-",
        "~",
        "至",
        "万",
        "千",
        "两",
        "一",
        "5000",
        ".5",
        "13800138000",
        "+86",
        "%",
        "元",
        "元/分钟",
        "¥",
        "M",
        "通/天",
        "约",
        "广东",
        "深圳",
        "吉林",
        "朝阳",
        "北京市",
        "和",
        "2026",
        "年",
        "月",
        "日",
        "e+10",
        "物流",
        "ABC",
        " ",
        "\n",
        "\u3000",
        "\u200b",
        "\u202e",
    ]
)
NOT_GIVEN_BUT_SAID = {"choice-untouched", "answer-deferred"}
WRITTEN = st.one_of(st.text(max_size=30), st.lists(WORDS, max_size=10).map("".join))


@pytest.mark.parametrize("of", EVERY, ids=lambda of: f"{of.type}-{of.label}")
@settings(max_examples=300, deadline=None)
@given(written=WRITTEN)
@example(written="物流①:")
@example(written="物流②\uffa0x")
def test_any_text_is_read_and_what_is_read_reads_back(of: Field, written: str) -> None:
    parsed = parse(of, written)
    assert all(problem.code in messages.codes() for problem in parsed.problems)
    if parsed.value is None:
        levels = {problem.level for problem in parsed.problems if problem.code not in NOT_GIVEN_BUT_SAID}
        assert levels <= {Level.INVALID}
        return
    again = parse(of, show(of, parsed.value))
    # a free text that may mean none, or be withdrawn by its own words, is asked about each time
    assert (
        again.value,
        {problem.code for problem in again.problems} - {"choice-other-doubtful", "remark-contrary"},
    ) == (
        parsed.value,
        set(),
    )
    assert items(of, parsed.value)
    assert isinstance(text_of(of, parsed.value), str)


AMOUNTS = st.integers(0, 10**14 - 1).map(lambda units: Decimal(units).scaleb(-4))
OTHERS = st.text(alphabet=string.ascii_letters + "物流快递银行、 ", min_size=1, max_size=12).map(
    lambda text: parse(INDUSTRIES, f"其他：{text}").value
)
MOBILES = st.integers(0, 10**8 - 1).map(lambda tail: f"+86138{tail:08}")
VALUES: dict[str, tuple[Field, st.SearchStrategy[Any]]] = {
    "mobile": (MOBILE, MOBILES),
    "count": (COUNT, st.integers(1, 10**15 - 1)),
    "number": (MINUTES, AMOUNTS),
    "speed": (SPEED, AMOUNTS),
    "money": (SUM, AMOUNTS),
    "percent": (PERCENT, st.integers(0, 10**8).map(lambda units: Decimal(units).scaleb(-8))),
    "date": (DATE, st.dates()),
    "yes_no": (YES_NO, st.booleans()),
    "one": (SOURCE, st.sampled_from(["buy", "own", "center"])),
    "several": (
        TYPES,
        st.sets(st.sampled_from(["landline", "mobile", "n95", "n400"]), min_size=1).map(
            lambda keys: Chosen(tuple(choice.key for choice in TYPES.choices if choice.key in keys))
        ),
    ),
    "other": (INDUSTRIES, OTHERS.filter(lambda value: value is not None)),
    "regions": (
        REGIONS,
        st.lists(st.sampled_from(sorted(region_names.index().counties_of)), min_size=1, unique=True).map(tuple),
    ),
}


@pytest.mark.parametrize("name", VALUES)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_what_is_shown_reads_back(name: str, data: st.DataObject) -> None:
    of, values = VALUES[name]
    value = data.draw(values)
    assert parse(of, show(of, value)) == (value, ())


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1000万亿", "count-unreadable"),  # sixteen digits
        ("1,234,567,890,123,456", "number-too-long"),
        ("1,2345,6789,0123,4567", "number-too-long"),
        ("12345678901234个x", "count-unreadable"),
        ("一二", "count-unreadable"),  # one or two
        ("三五", "count-unreadable"),
        ("5000" + "左右" * 28 + "。", "count-unreadable"),
        (f"5000（{'无' * 235}）", "count-unreadable"),
        ("−5", "number-negative"),
        ("-5", "number-negative"),
        ("负五", "number-negative"),
    ],
)
def test_numbers_that_are_none_say_why(written: str, code: str) -> None:
    assert codes_of(COUNT, written) == [code]
    assert value_of(COUNT, "999万亿") == 999_000_000_000_000


@pytest.mark.parametrize(
    ("unit", "written", "amount"),
    [
        ("元/个/月", "30元/个月", "30.00"),
        ("元/个/月", "30元/个/月", "30.00"),
        ("元/个/月", "30元/年", None),
        ("元/个/月", "30元/季度", None),
        ("元/季", "90元/季度", "90.00"),
        ("元/分钟", "0.12元/分", "0.12"),
        ("元/分钟", "0.12元/min", "0.12"),
        ("元/分钟", "0.12元/小时", None),
        ("元/分钟", "12分", "0.12"),
        ("元/分钟", "12分/分钟", "0.12"),
        ("元/分钟", "1角2分", "0.12"),
        ("元/分钟", "1毛", "0.10"),
        ("元/分钟", "8.5分", "0.085"),
        ("元/分钟", "12分钟", None),
        ("元", "约1200元", "1200.00"),
        ("元", "1200元/个", "1200.00"),
        ("元", "1200元/月", "1200.00"),  # an amount has no span of time to go against
    ],
)
def test_a_price_is_by_the_span_that_is_asked_for(unit: str, written: str, amount: str | None) -> None:
    price = field(FieldType.MONEY, label="单价", unit=unit)
    found = parse(price, written)
    assert (found.value and str(found.value), bool(found.problems)) == (amount, amount is None)


@pytest.mark.parametrize("written", ["100到200.5", "100.5到200", "5.5"])
def test_a_range_counts_whole_things_at_both_ends(written: str) -> None:
    assert codes_of(COUNT, written) == ["count-fraction"]


@pytest.mark.parametrize(
    ("written", "digits"), [("1200", "1200.00"), ("0.1", "0.10"), ("0.125", "0.125"), ("1e0", None)]
)
def test_money_has_two_decimals_at_least(written: str, digits: str | None) -> None:
    assert (str(parse(PRICE, written).value) if digits else None) == digits


def test_a_single_choice_is_chosen_by_its_name() -> None:
    consent = field(FieldType.ONE, choices=(choice("yes", "同意以上内容"),))
    assert value_of(consent, "同意以上内容") == "yes"


@pytest.mark.parametrize("written", ["X行", "XXXX行", "银XXXX行"])
def test_a_choice_is_told_by_every_letter(written: str) -> None:
    assert parse(INDUSTRIES, written).value == Chosen((), written)


def test_choices_are_known_in_any_width_and_case() -> None:
    letters = field(FieldType.ONE, choices=(choice("a", "A~!"), choice("b", "b-c")))
    assert [parse(letters, text).value for text in ("ａ～！", "a~!", "A ~ !", "Ｂ－Ｃ", "B-c")] == [
        "a",
        "a",
        "a",
        "b",
        "b",
    ]


@pytest.mark.parametrize(
    ("written", "chosen", "other"),
    [
        ("银行 √ 保险 √电商", ("insurance", "ecommerce"), None),  # the last mark tells that marks lead
        ("银行 √ 保险 √ 电商√", ("bank", "insurance", "ecommerce"), None),
        ("√ 银行 □ 保险 √ 电商", ("bank", "ecommerce"), None),  # the first mark tells that they lead
        ("银行 √保险", ("insurance",), None),  # touching goes before a space, a space before all else
        ("银行√ 保险", ("bank",), None),
        ("银行、√ 保险", ("insurance",), None),
        ("其他、√保险", ("insurance",), None),
        ("、其他：银行", (), "银行"),
        ("其他：银行", (), "银行"),
        ("其他____物流", (), "物流"),
        ("☑银行 □其他____\n物流", ("bank",), "物流"),
        ("☑其他：物流。", (), "物流"),
        ("☑其他（物流；快递；）", (), "物流；快递"),
        ("1、银行 2、保险", ("bank", "insurance"), None),
        ("第1、银行", ("bank",), "第1"),
        ("☑银行 1、物流", ("bank",), "1、物流"),  # a number counts where a choice or box follows
        ("银行（对公）和物流", ("bank",), "和物流、对公"),  # and 和 where a choice does
    ],
)
def test_marks_and_blanks_belong_to_what_stands_beside_them(
    written: str, chosen: tuple[str, ...], other: str | None
) -> None:
    assert parse(INDUSTRIES, written) == (Chosen(chosen, other), ())


@pytest.mark.parametrize(
    "written", ["其他____ 银行", "其他、银行", "☑其他（请注明）", "☑其他 请注明：____", "其他（请注明具体行业）"]
)
def test_other_that_says_nothing_is_empty(written: str) -> None:
    assert codes_of(INDUSTRIES, written) == ["choice-other-empty"]


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("银行 其他（请注明）", None),
        ("☑其他（请注明）：物流", "物流"),
        ("☑其他（请具体说明）____物流____", "物流"),
        ("☑其他 请注明：物流", "物流"),
        ("☑其他：说明书印刷", "说明书印刷"),
        ("☑其他：请假管理软件", "请假管理软件"),
        ("物流（同城）", "物流（同城）"),
    ],
)
def test_what_a_form_prints_behind_other_is_no_answer(written: str, other: str | None) -> None:
    found = parse(INDUSTRIES, written)
    if other is None:
        assert [problem.code for problem in found.problems] == ["choice-other-empty"]
    else:
        assert found == (Chosen((), other), ())


@pytest.mark.parametrize("written", ["□银行 □其他（请注明）", "□银行 □其他：请注明", "□银行 □其他____（请填写）"])
def test_a_printed_prompt_beside_empty_boxes_is_no_answer(written: str) -> None:
    assert parse(INDUSTRIES, written) == (None, ())


def test_what_stands_behind_an_unticked_other_is_pointed_out() -> None:
    value, (problem,) = parse(INDUSTRIES, "☑银行 □其他：物流")
    assert value == Chosen(("bank",))
    assert (problem.code, problem.level) == ("choice-other-unticked", Level.ADVICE)
    assert problem.details == {"other": "其他", "entry": "物流"}
    assert parse(INDUSTRIES, "☑银行 □其他（请注明）") == (Chosen(("bank",)), ())


@pytest.mark.parametrize(
    ("glyph", "ticked"),
    [("☑", True), ("[x]", True), ("√", True), ("□", False), ("[ ]", False), ("x", None), ("", None)],
)
def test_what_a_box_shows(glyph: str, ticked: bool | None) -> None:
    assert choices.is_ticked(glyph) is ticked


def test_what_an_empty_box_rules_out_stays_out_though_a_remark_follows_it() -> None:
    assert parse(INDUSTRIES, "□银行（对公业务） 其他：物流").value == Chosen((), "物流")


def test_forms_of_numbers() -> None:
    assert show(COUNT, 5000) == "5,000"
    assert show(SPEED, Decimal("2E+1")) == "20"
    assert show(DATE, dt.date(2026, 11, 3)) == "2026年11月3日"
    assert show(REGIONS, (SHENZHEN, BEIJING)) == "广东省-深圳市、北京市"
    assert show(LIST, ("营业执照", "许可证")) == "营业执照、许可证"


@pytest.mark.slow
@pytest.mark.parametrize("of", EVERY, ids=lambda of: f"{of.type}-{of.label}")
@pytest.mark.parametrize(
    "piece", ["银行", "☑银行", "其他", "1", "1,", "（", "深", "深 ", "-", "一", "和", "13800138000 ", "□", " "]
)
def test_work_grows_in_step_with_the_length_of_an_answer(of: Field, piece: str) -> None:
    check_grows_in_step(lambda written: parse(of, written), piece, 64_000)  # twice what a cell of a sheet holds


# ── what problems quote ──


@pytest.mark.parametrize(
    ("of", "written", "code", "details"),
    [
        (SOURCE, "购买新号码、自有号码", "choice-several", {"entry": "购买新号码、使用自有号码（固号/手机号）"}),
        (SOURCE, "租用、代理", "choice-unknown", {"entry": "租用、代理", "choices": "、".join(options(SOURCE))}),
        (SOURCE, "☑", "choice-unknown", {"entry": "☑", "choices": "、".join(options(SOURCE))}),
        (TYPES, "固号、卫星、铁通", "choice-unknown", {"entry": "卫星、铁通", "choices": "固号、手机号"}),
        (INDUSTRIES, " ☑ ", "choice-unknown", {"entry": "☑", "choices": "、".join((*options(INDUSTRIES), "其他"))}),
        (INDUSTRIES, "其他：", "choice-other-empty", {"other": "其他"}),
        (COUNT, "100到200", "count-range", {"upper": "200"}),
        (COUNT, "1万到2万", "count-range", {"upper": "20,000"}),
        (COUNT, "0.5-2万", "count-range", {"upper": "20,000"}),  # the first takes the unit of the second
        (COUNT, "500-1万", "count-range", {"upper": "10,000"}),  # unless it were the greater then
        (REGIONS, " 、 ", "region-unknown", {"entry": "、"}),
        (REGIONS, "火星", "region-unknown", {"entry": "火星", "candidates": ""}),
        (REGIONS, "鼓楼", "region-ambiguous", {"entry": "鼓楼", "candidates": "江苏省-南京市、江苏省-徐州市、河南省-开封市、福建省-福州市"}),
        (REGIONS, "广东", "region-too-coarse", {"entry": "广东", "candidates": ""}),
    ],
)  # fmt: skip
def test_what_a_problem_quotes(of: Field, written: str, code: str, details: dict[str, str]) -> None:
    (problem,) = parse(of, written).problems
    assert (problem.code, dict(problem.details)) == (code, details)


# ── wording ──


class _Named(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"<{key}>"


def test_codes_are_words_with_hyphens_and_none_stands_twice() -> None:
    path = Path(messages.__file__).with_name("messages.yaml")
    assert messages.codes() == yaml_lines.read(path, KitError).data.keys() - {"pending"}
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", code) for code in messages.codes())


@pytest.mark.parametrize("code", sorted(messages.codes()))
def test_every_message_says_where_what_and_how_to_mend_it(code: str) -> None:
    message, remedy, _ask = messages._catalogue()[code]
    assert remedy.startswith(("请", "如")), "a remedy asks politely"
    shown = message.format_map(_Named())
    if code == "kit-version":
        return
    # What stands outside of all fields, or is a whole row of a table, has no label.
    assert "<label>" in shown or code in {"customers-beside", "more-alike", "row-filtered", "unread", "unread-shared"}
    quotes = any(f"<{detail}>" in shown for detail in ("written", "entry", "texts"))
    assert quotes or code in {"required", "picture", "row-filtered", "unread-shared", "more-alike"}


def test_messages_take_the_details_of_their_problems() -> None:
    for of, written in (
        (COUNT, "8000-10000"),
        (COUNT, "{x}"),
        (TYPES, "卫星"),
        (SOURCE, "购买、自有号码"),
        (INDUSTRIES, "其他"),
        (REGIONS, "朝阳"),
    ):
        for problem in parse(of, written).problems:
            wording = messages.wording(problem.code, label=of.label, written=written, **problem.details)
            assert of.label in wording.message


# ── what does not become the value is told ──

BY_DAY = field(FieldType.COUNT, label="每日外呼量", unit="通", counted=("外呼", "号码"))
TOTAL = field(FieldType.COUNT, label="整体外呼量", unit="通")
LINES = field(FieldType.COUNT, label="主叫号码个数", unit="个", counted=("号码",))
BY_MONTH = field(FieldType.COUNT, label="坐席数", unit="个/月")
RENT = field(FieldType.MONEY, label="月租费单价", unit="元/个/月", counted=("号码",))


@pytest.mark.parametrize(
    ("of", "written", "value", "entry"),
    [
        (MOBILE, "13800138000（王先生）", "+8613800138000", "王先生"),
        (MOBILE, "王先生 13800138000", "+8613800138000", "王先生"),
        (MOBILE, "13800138000（9:00-18:00）", "+8613800138000", "9:00-18:00"),
        (MOBILE, "13800138000，微信同号", "+8613800138000", "微信同号"),
        (MOBILE, "13800138000（888888）", "+8613800138000", "888888"),
        (BY_DAY, "5000（含周末）", 5000, "含周末"),
        (BY_DAY, "5000通/天，含周末", 5000, "含周末"),
        (LINES, "20个（固号）", 20, "固号"),
        (LINES, "20个固号", 20, "固号"),
        (LINES, "固号20个", 20, "固号"),
        (LINES, "20个，固号", 20, "固号"),
        (SPEED, "20M（电信）", Decimal(20), "电信"),
        (RENT, "30元/个/月（含税）", Decimal("30.00"), "含税"),
        (PERCENT, "35%（估算值）", Decimal("0.35"), "估算值"),
        (DATE, "2026-11-3 10:30", dt.date(2026, 11, 3), "10:30"),
        (DATE, "2026-11-03（含当日）", dt.date(2026, 11, 3), "含当日"),
        (YES_NO, "是（模板A）", True, "模板A"),
        (SOURCE, "购买新号码（如价格合适）", "buy", "如价格合适"),
        (SOURCE, "购买新号码（10个）", "buy", "10个"),
        (TYPES, "固号（10）、手机号（20）", Chosen(("landline", "mobile")), "10」「20"),
        (TYPES, "固号10个，手机号 5个", Chosen(("landline", "mobile")), "10个」「5个"),
        (TYPES, "固号×10、手机号×5", Chosen(("landline", "mobile")), "×10」「×5"),
        (TYPES, "☑固号（推荐） □手机号", Chosen(("landline",)), "推荐"),
        (TYPES, "☑固号 □手机号（少量）", Chosen(("landline",)), "少量"),
        (TYPES, "5、固号", Chosen(("landline",)), "5"),  # neither the first choice nor the first of a list
        (REGIONS, "深圳（10个）", (SHENZHEN,), "深圳（10个）"),
        (REGIONS, "深圳10个", (SHENZHEN,), "深圳10个"),
        (REGIONS, "深圳 5个，杭州 5个", (SHENZHEN, HANGZHOU), "深圳5个」「杭州5个"),
        (REGIONS, "深圳（优先）", (SHENZHEN,), "深圳（优先）"),
    ],
)
def test_what_stands_beside_an_answer_is_quoted(of: Field, written: str, value: Value, entry: str) -> None:
    found, (problem,) = parse(of, written)
    assert found == value
    assert (problem.code, problem.level) == ("remark-left", Level.ADVICE)
    assert problem.details == {"entry": entry}


@pytest.mark.parametrize(
    ("of", "written", "value"),
    [
        (MOBILE, "13800138000（已停用）", "+8613800138000"),
        (BY_DAY, "5000（旺季8000）", 5000),
        (LINES, "20个（待定）", 20),
        (RENT, "30元/个/月（不含税）", Decimal("30.00")),
        (DATE, "2026-11-03（或2026-12-01）", dt.date(2026, 11, 3)),
        (YES_NO, "是（未审核）", True),
        (SOURCE, "购买新号码（或使用自有号码）", "buy"),
        (SOURCE, "购买新号码（暂不需要）", "buy"),
        (TYPES, "固号（400也可以）", Chosen(("landline",))),
        (TYPES, "固号（不要手机号）", Chosen(("landline",))),
        (TYPES, "固号或手机号", Chosen(("landline", "mobile"))),
        (REGIONS, "深圳（不要杭州）", (SHENZHEN,)),
    ],
)
def test_a_remark_that_may_take_the_answer_back_is_for_a_person(of: Field, written: str, value: Value) -> None:
    found, (problem,) = parse(of, written)
    assert found == value
    assert (problem.code, problem.level) == ("remark-contrary", Level.MANUAL)
    assert all(quoted in written for quoted in problem.details["entry"].split("」「"))


@pytest.mark.parametrize(
    "written", ["5000（约）", "5000通（每天）", "约5000，谢谢", "需要5000通", "5000（通/天）", "外呼量5000通"]
)
def test_words_that_change_nothing_are_passed_over(written: str) -> None:
    assert parse(BY_DAY, written) == (5000, ())


@pytest.mark.parametrize(
    ("of", "written", "number"),
    [
        (BY_DAY, "5000+", "5,000"),
        (BY_DAY, "5000以上", "5,000"),
        (BY_DAY, "至少5000", "5,000"),
        (BY_DAY, "不少于5000通/天", "5,000"),
        (BY_DAY, ">5000", "5,000"),
        (BY_DAY, "≥5000", "5,000"),
        (BY_DAY, "5000起", "5,000"),
        (BY_DAY, "不超过5000", "5,000"),
        (BY_DAY, "5000以内", "5,000"),
        (BY_DAY, "不到5000", "5,000"),
        (BY_DAY, "1万多", "10,000"),
        (BY_DAY, "10多万", "100,000"),
        (BY_DAY, "5000（以上）", "5,000"),
        (LINES, "20+", "20"),
        (SPEED, "至少20M", "20"),
        (MINUTES, "1.5分钟以上", "1.5"),
        (PERCENT, "35%以上", "0.35"),
    ],
)
def test_a_bound_keeps_its_number_and_says_so(of: Field, written: str, number: str) -> None:
    value, (problem,) = parse(of, written)
    assert f"{value:,}" == number
    assert (problem.code, problem.level) == ("number-bound", Level.ADVICE)


@pytest.mark.parametrize("written", ["暂定5000", "初期5000通", "目前5000", "5000（暂定）"])
def test_a_number_for_now_is_pointed_out(written: str) -> None:
    value, (problem,) = parse(BY_DAY, written)
    assert (value, problem.code, problem.level) == (5000, "number-tentative", Level.ADVICE)


@pytest.mark.parametrize(
    ("of", "written", "period"),
    [
        (BY_DAY, "每月15万", "月"),
        (BY_DAY, "月均15万", "月"),
        (BY_DAY, "15万/月", "月"),
        (BY_DAY, "15万（每月）", "月"),
        (BY_DAY, "15万（/月）", "月"),
        (BY_DAY, "一个月15万", "月"),
        (BY_DAY, "每个月约15万通", "月"),
        (BY_DAY, "每周3万", "周"),
        (BY_DAY, "3万每星期", "周"),
        (BY_DAY, "每年100万", "年"),
        (BY_DAY, "每小时500", "小时"),
        (BY_DAY, "150000/month", "月"),
        (BY_DAY, "每月10-15万", "月"),
        (TOTAL, "5000通/天", "天"),
        (TOTAL, "每日5000", "天"),
        (LINES, "每月20个", "月"),
        (BY_MONTH, "20个/天", "天"),
    ],
)
def test_a_count_by_another_span_of_time_is_never_converted(of: Field, written: str, period: str) -> None:
    value, (problem,) = parse(of, written)
    assert value is None
    assert (problem.code, problem.level, problem.details) == ("count-period", Level.INVALID, {"period": period})


@pytest.mark.parametrize(
    ("of", "written", "value"),
    [
        (BY_DAY, "每天5000", 5000),
        (BY_DAY, "日均5000通", 5000),
        (BY_DAY, "5000通/日", 5000),
        (BY_DAY, "5000 per day", 5000),
        (BY_DAY, "五千一天", 5000),
        (BY_MONTH, "20个/月", 20),
        (MONTHS, "一个月", 1),
        (LINES, "20個號碼", 20),
        (BY_DAY, "兩萬", 20_000),
    ],
)
def test_a_count_by_its_own_span_of_time(of: Field, written: str, value: int) -> None:
    assert parse(of, written) == (value, ())


@pytest.mark.parametrize(
    "written",
    [
        "每人20个",
        "人均20",
        "各10个",
        "20个/坐席",
        "5000天",
        "5000，旺季8000",
        "$5000",
        "20%",
        "满20返5",
        "-20",
        "第20个",
    ],
)
def test_a_rate_and_two_numbers_are_no_count(written: str) -> None:
    value, problems = parse(LINES, written)
    assert value is None
    assert {problem.level for problem in problems} == {Level.INVALID}


# ── ticks typed beside printed boxes, marks in words ──


@pytest.mark.parametrize(
    ("of", "written", "keys"),
    [
        (TYPES, "□固号　√□手机号", ("mobile",)),
        (TYPES, "√□固号　□手机号", ("landline",)),
        (TYPES, "□固号√　□手机号", ("landline",)),
        (TYPES, "□固号　□手机号 √", ("mobile",)),
        (TYPES, "√ □固号　□手机号", ("landline",)),
        (TYPES, "☑□固号　□手机号", ("landline",)),
        (TYPES, "☐固号　☒☐手机号", ("mobile",)),
        (TYPES, "□固号　□√手机号", ("mobile",)),
        (TYPES, "□固号□√手机号", ("mobile",)),
        (TYPES, "[ ]固号　√[ ]手机号", ("mobile",)),
        (TYPES, "（ ）固号　√（ ）手机号", ("mobile",)),
        (TYPES, "○固号　✔○手机号", ("mobile",)),
        (TYPES, "◻固号　☑◻手机号", ("mobile",)),
        (TYPES, "固号√□ 手机号□", ("landline",)),
        (TYPES, "固号□√ 手机号□", ("landline",)),
        (INDUSTRIES, "√□银行　□保险　√□电商", ("bank", "ecommerce")),
        (INDUSTRIES, "□银行　√□保险\n□能源　□教育\n□其他：____", ("insurance",)),
        (INDUSTRIES, "√ □银行 √ □保险 □电商", ("bank", "insurance")),
        (INDUSTRIES, "□银行 √ □保险 □电商 √", ("bank", "ecommerce")),
        (TYPES, "固号× 手机号√", ("mobile",)),
        (TYPES, "×□固号 √□手机号", ("mobile",)),
        (TYPES, "固号 TRUE 手机号 FALSE", ("landline",)),
        (TYPES, "TRUE 固号 FALSE 手机号", ("landline",)),
        (TYPES, "固号 Y\n手机号 N", ("landline",)),
        (TYPES, "固号：是；手机号：否", ("landline",)),
        (TYPES, "固号 不需要 手机号 需要", ("mobile",)),
        (TYPES, "固号 1 手机号 0", ("landline",)),
        (TYPES, "固号 x 手机号 x", ("landline", "mobile")),
        (TYPES, "固号 x 手机号 √", ("mobile",)),
        (INDUSTRIES, "银行 T 保险 F 电商 T", ("bank", "ecommerce")),
        (INDUSTRIES, "银行 保险 TRUE 电商 TRUE", ("insurance", "ecommerce")),
    ],
)
def test_a_tick_belongs_to_the_box_that_it_touches(of: Field, written: str, keys: tuple[str, ...]) -> None:
    assert parse(of, written) == (Chosen(keys), ())


def test_a_tick_before_an_untouched_box_of_one_choice() -> None:
    assert parse(SOURCE, "□购买新号码　√□使用自有号码（固号/手机号）　□有自己的呼叫中心和号码资源") == ("own", ())


@pytest.mark.parametrize(
    ("of", "written", "entry"),
    [
        (TYPES, "□固号√□手机号", "固号√□手机号"),
        (TYPES, "√□固号√□手机号", "固号√□手机号"),
        (TYPES, "□固号 √ □手机号", "固号 √ □手机号"),
        (TYPES, "固号 √ 手机号", "固号 √ 手机号"),
        (TYPES, "固号 TRUE 手机号", "固号 TRUE 手机号"),
        (TYPES, "固号 × 手机号", "固号 × 手机号"),
        (TYPES, "×固号 □手机号", "×固号 □手机号"),
        (TYPES, "固号√×", "固号√×"),
        (TYPES, "☑固号 □固号", "☑固号 □固号"),
        (INDUSTRIES, "银行 √ 保险 √ 电商", "银行 √ 保险"),
        (INDUSTRIES, "√ 银行 □ 保险 √ 电商 能源√", "保险 √ 电商"),
        (INDUSTRIES, "√ 银行 √ 保险 电商√ 能源√", "银行 √ 保险"),
        (SOURCE, "□购买新号码 √ □使用自有号码", "购买新号码 √ □使用自有号码"),
    ],
)
def test_a_mark_that_may_belong_to_two_is_told(of: Field, written: str, entry: str) -> None:
    value, (problem,) = parse(of, written)
    assert value is None
    assert (problem.code, problem.level, problem.details) == ("choice-unclear", Level.INVALID, {"entry": entry})


@pytest.mark.parametrize("written", ["□银行 ☑电商 保险", "√银行□ 保险 电商√"])
def test_a_choice_without_a_mark_among_marked_ones_is_told(written: str) -> None:
    value, (problem,) = parse(INDUSTRIES, written)
    assert isinstance(value, Chosen)
    assert (problem.code, problem.level, problem.details) == ("choice-unmarked", Level.MANUAL, {"entry": "保险"})


# ── exports of form tools ──


@pytest.mark.parametrize(
    ("of", "written", "value"),
    [
        (INDUSTRIES, "银行┋电商", Chosen(("bank", "ecommerce"))),
        (INDUSTRIES, "银行│电商", Chosen(("bank", "ecommerce"))),
        (INDUSTRIES, "银行|电商", Chosen(("bank", "ecommerce"))),
        (INDUSTRIES, "电商┋其他〖冷链物流〗", Chosen(("ecommerce",), "冷链物流")),
        (INDUSTRIES, "其他【冷链物流】┋电商", Chosen(("ecommerce",), "冷链物流")),
        (INDUSTRIES, "其他（冷链、物流）、电商", Chosen(("ecommerce",), "冷链、物流")),
        (INDUSTRIES, "其他^冷链物流^", Chosen((), "冷链物流")),
        (INDUSTRIES, '["银行","电商"]', Chosen(("bank", "ecommerce"))),
        (INDUSTRIES, '["银行","其他：物流"]', Chosen(("bank",), "物流")),
        (INDUSTRIES, "['银行', '电商']", Chosen(("bank", "ecommerce"))),
        (INDUSTRIES, "{银行,电商}", Chosen(("bank", "ecommerce"))),
        (INDUSTRIES, '"银行","电商"', Chosen(("bank", "ecommerce"))),
        (INDUSTRIES, "07-电商", Chosen(("ecommerce",))),
        (INDUSTRIES, "A.银行,G.电商", Chosen(("bank", "ecommerce"))),
        (INDUSTRIES, "1:银行；7:电商", Chosen(("bank", "ecommerce"))),
        (INDUSTRIES, "选项7：电商", Chosen(("ecommerce",))),
        (INDUSTRIES, "通信\n运营商", Chosen(("carrier", "telecom"))),
        (INDUSTRIES, "通信 运营商", Chosen(("carrier", "telecom"))),
        (INDUSTRIES, "通信运营商", Chosen(("carrier",))),
        (INDUSTRIES, "Telecom Operator", Chosen(("carrier",))),
        (INDUSTRIES, "Telecom, Operator", Chosen(("carrier", "telecom"))),
        (INDUSTRIES, "銀行、電商", Chosen(("bank", "ecommerce"))),
        (INDUSTRIES, "其他：冷鏈物流", Chosen((), "冷鏈物流")),  # printed as written
        (SOURCE, "1-购买新号码", "buy"),
        (SOURCE, "(2) 使用自有号码", "own"),
        (SOURCE, '["购买新号码"]', "buy"),
        (TYPES, "①固号", Chosen(("landline",))),
        (LIST, "营业执照┋许可证", ("营业执照", "许可证")),
        (LIST, '["营业执照","许可证"]', ("营业执照", "许可证")),
        (LIST, "营业执照、2", ("营业执照", "2")),  # no number of anything that follows
        (REGIONS, "广东-深圳┋浙江-杭州", (SHENZHEN, HANGZHOU)),
        (REGIONS, '["广东-深圳","浙江-杭州"]', (SHENZHEN, HANGZHOU)),
    ],
)
def test_exports_of_form_tools(of: Field, written: str, value: Value) -> None:
    assert parse(of, written) == (value, ())


@pytest.mark.parametrize("of", EVERY, ids=lambda of: f"{of.type}-{of.label}")
@pytest.mark.parametrize("nothing", ["(空)", "（跳过）", "空", "null", "None", "NaN", "未填写"])
def test_what_form_tools_write_for_nothing(of: Field, nothing: str) -> None:
    assert parse(of, nothing) == (None, ())


@pytest.mark.parametrize(("of", "written"), [(INDUSTRIES, "1┋7"), (SOURCE, "1"), (TYPES, "2"), (INDUSTRIES, "07")])
def test_codes_without_their_key_are_unknown(of: Field, written: str) -> None:
    assert codes_of(of, written) == ["choice-unknown"]


# ── regions by short names, lists and zones ──

GUANGZHOU, GUILIN = Region("广东省", "广州市"), Region("广西壮族自治区", "桂林市")
CHONGQING = Region("重庆市", "重庆市")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("沪", [SHANGHAI]),
        ("京、沪", [BEIJING, SHANGHAI]),
        ("渝", [CHONGQING]),
        ("穗 深", [GUANGZHOU, SHENZHEN]),
        ("粤-深圳", [SHENZHEN]),
        ("粤深圳", [SHENZHEN]),
        ("沪浦东", [SHANGHAI]),
        ("北上广深", [BEIJING, SHANGHAI, GUANGZHOU, SHENZHEN]),
        ("京沪", [BEIJING, SHANGHAI]),
        ("成渝", [Region("四川省", "成都市"), CHONGQING]),
        ("广东（广州、深圳）", [GUANGZHOU, SHENZHEN]),
        ("广东省(广州,深圳)；浙江（杭州）", [GUANGZHOU, SHENZHEN, HANGZHOU]),
        ("广东：广州、深圳；浙江：杭州", [GUANGZHOU, SHENZHEN, HANGZHOU]),
        ("深圳（南山区）", [SHENZHEN]),
        ("中国-广西-桂林", [GUILIN]),
        ("中国广西桂林", [GUILIN]),
        ("苏州工业园区", [Region("江苏省", "苏州市")]),
        ("江苏-苏州工业园区", [Region("江苏省", "苏州市")]),
        ("北京经济技术开发区", [BEIJING]),
        ("浦东新区", [SHANGHAI]),
        ("南京江北新区", [Region("江苏省", "南京市")]),
        ("西咸新区", [Region("陕西省", "西安市")]),
        ("内蒙-包头", [Region("内蒙古自治区", "包头市")]),
        ("廣東省深圳市", [SHENZHEN]),
    ],
)
def test_regions_by_other_names(written: str, found: list[Region]) -> None:
    assert value_of(REGIONS, written) == tuple(found)


@pytest.mark.parametrize(
    ("written", "found", "entry"),
    [
        ("广西,桂林", [GUILIN], "广西"),
        ("广东、深圳、广州", [SHENZHEN, GUANGZHOU], "广东"),
        ("桂，桂林", [GUILIN], "桂"),
    ],
)
def test_a_province_before_its_city_is_taken_for_part_of_it_and_told(
    written: str, found: list[Region], entry: str
) -> None:
    value, (problem,) = parse(REGIONS, written)
    assert value == tuple(found)
    assert (problem.code, problem.level, problem.details) == ("region-joined", Level.ADVICE, {"entry": entry})


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("粤", "region-too-coarse"),
        ("江浙沪", "region-unknown"),
        ("宁", "region-unknown"),
        ("深圳等地", "region-unknown"),
        ("广东（除深圳外）", "region-too-coarse"),
        ("广东、杭州", "region-too-coarse"),
        ("深圳火星区", "region-unknown"),
        ("吉林高新区", "region-unknown"),
    ],
)
def test_regions_that_stay_unclear(written: str, code: str) -> None:
    assert codes_of(REGIONS, written) == [code]


# ── nothing is lost ──

CORES: list[tuple[Field, list[str]]] = [
    (MOBILE, ["13800138000", "+86 138-0013-8000"]),
    (BY_DAY, ["5000", "约5000通/天", "1.5万", "8000-10000"]),
    (LINES, ["20个", "二十"]),
    (SPEED, ["20M", "上下行各20M"]),
    (RENT, ["30元/个/月", "￥30"]),
    (PERCENT, ["35%"]),
    (DATE, ["2026-11-03", "2026年11月3日"]),
    (YES_NO, ["是", "否", "☑是 □否", "是 √ 否 ×"]),
    (INDUSTRIES, ["银行", "银行、电商", "☑银行 □保险", "其他：物流", "□银行 √□电商", "银行┋电商"]),
    (TYPES, ["固号", "手机号、固号", "□固号　√□手机号", "固号 TRUE"]),
    (SOURCE, ["购买新号码", "□购买新号码　√□使用自有号码"]),
    (REGIONS, ["广东-深圳", "北上广深", "广东（广州、深圳）", "广西,桂林"]),
    (LIST, ["营业执照、许可证"]),
    (TEXT, ["王女士"]),
]
#: Signs that no value and no quote holds, and that stand in no core.
LOST = st.lists(st.sampled_from([*"甲乙丙丁戊己庚辛壬癸", "WXQ"]), min_size=1, max_size=4).map("".join)


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from([(of, core) for of, cores in CORES for core in cores]),
    LOST,
    st.sampled_from(["{core}（{lost}）", "{core}，{lost}", "{core} {lost}", "{lost} {core}", "{core}\n{lost}", "{core}{lost}", "{lost}：{core}", "【{lost}】{core}", "{core}/{lost}"]),
)  # fmt: skip
def test_what_is_written_is_the_value_or_is_quoted(case: tuple[Field, str], lost: str, form: str) -> None:
    of, core = case
    written = form.format(core=core, lost=lost)
    value, problems = parse(of, written)
    if value is None:
        assert problems, "an answer is never dropped without a word"
        return
    told = show(of, value) + "".join(str(entry) for problem in problems for entry in problem.details.values())
    assert all(sign in told for sign in lost), (written, value, problems)


# -- what is beside a number and changes it ----------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "written", "value", "code"),
    [
        ("daily_calls", "10（万）", 100_000, None),
        ("daily_calls", "1.5(万通)", 15_000, None),
        ("daily_calls", "5（k）", 5_000, None),
        ("daily_calls", "5000（百货促销）", 5_000, "remark-left"),
        ("daily_calls", "10（万一不够再加）", 10, "remark-contrary"),
        ("daily_calls", "10（万）左右", 10, "remark-contrary"),
        ("daily_calls", "5000（单线）", 5_000, "remark-contrary"),
        ("daily_calls", "5000（每路）", 5_000, "remark-contrary"),
        ("daily_calls", "5000（单日）", 5_000, None),
        ("daily_calls", "5000单线", None, "count-unreadable"),
        ("daily_calls", "5000单坐席", None, "count-unreadable"),
        ("daily_calls", "5000单", 5_000, None),
        ("bandwidth_mbps", "1（G）", 1_000, None),
        ("bandwidth_mbps", "2（G）左右", 2, "remark-contrary"),
        ("bandwidth_mbps", "上行20下行20", 20, None),
        ("bandwidth_mbps", "上行20下行50", None, "number-unreadable"),
        ("bandwidth_mbps", "上行：20M 下行：20M", 20, None),
        ("price_per_minute", "12（分）", None, "money-unreadable"),
        ("price_per_minute", "1.2（角）", None, "money-unreadable"),
        ("price_per_minute", "0.12/次", None, "money-unreadable"),
        ("price_per_minute", "0.12元（通）", None, "money-unreadable"),
        ("price_per_minute", "0.12（元/分）", Decimal("0.12"), None),
        ("price_per_minute", "0.12元/通话分钟", Decimal("0.12"), None),
        ("rent_per_number_month", "100元/个/月", Decimal(100), None),
    ],
)
def test_a_unit_or_a_share_beside_a_number_is_never_passed_over(
    kit: Kit, key: str, written: str, value: object, code: str | None
) -> None:
    found = parse(kit.all_fields[key], written)
    assert found.value == value
    assert [problem.code for problem in found.problems] == ([code] if code else [])


@pytest.mark.parametrize(
    "written",
    [
        "除银行外",
        "非金融",
        "不涉及金融",
        "全行业",
        "多个行业",
        "以上都有",
        "都可以",
        "不限",
        "所有行业",
        "电商（非直播）",
    ],
)
def test_a_free_text_that_excludes_or_means_all_is_for_a_person(kit: Kit, written: str) -> None:
    found = parse(kit.fields["industries"], written)
    assert [(problem.code, problem.level) for problem in found.problems] == [("choice-other-doubtful", Level.MANUAL)]


@pytest.mark.parametrize(
    "written",
    [
        "不锈钢",
        "不动产",
        "无人机",
        "无线通信",
        "非遗文化",
        "除甲醛",
        "未来教育",
        "多媒体",
        "多肉植物",
        "各类培训",
        "全屋定制",
        "都市农业",
        "均衡营养",
    ],
)
def test_a_trade_is_a_free_text_however_it_begins(kit: Kit, written: str) -> None:
    assert parse(kit.fields["industries"], written) == (Chosen((), written), ())


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("通知等", ("notification",)),
        ("通知、回访等场景", ("notification", "follow_up")),
        ("营销、通知等等", ("marketing", "notification")),
    ],
)
def test_and_so_on_is_no_choice_and_is_quoted(kit: Kit, written: str, keys: tuple[str, ...]) -> None:
    found = parse(kit.fields["scenarios"], written)
    assert found.value == Chosen(keys)
    assert [problem.code for problem in found.problems] == ["remark-left"]
