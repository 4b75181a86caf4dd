"""What labels look like in the sheets of others: numbered, bilingual, within a path, as a question, reworded."""

from __future__ import annotations

import pytest

from docgen.extract.vocabulary import Vocabulary
from docgen.model.kit import Kit


@pytest.fixture(scope="module")
def words(kit: Kit) -> Vocabulary:
    return Vocabulary(kit)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("公司名称 Company Name", "company_name"),
        ("公司名称\nCompany Name", "company_name"),
        ("公司名称/Company Name", "company_name"),
        ("公司名称（Company Name）*", "company_name"),
        ("Company Name 公司名称", "company_name"),
        ("Company Name\n公司名称：", "company_name"),
        ("Company Name / 公司名称", "company_name"),
        ("Company Name（公司名称）", "company_name"),
        ("Q1. Company Name 公司名称", "company_name"),
        ("手机号Mobile", "contact_mobile"),
        ("每日外呼量 Calls per day", "daily_calls"),
        ("主叫号码归属地 Region of number", "number_regions"),
        ("客户信息/公司名称", "company_name"),
        ("客户信息 > 公司名称", "company_name"),
        ("客户信息-负责人联系方式-手机号", "contact_mobile"),
        ("负责人联系方式 / 手机号", "contact_mobile"),
        ("号码需求/主叫号码个数", "number_count"),
        ("company_name", "company_name"),
        ("customer/company_name", "company_name"),
        ("Daily_Calls", "daily_calls"),
        ("您的公司名称", "company_name"),
        ("1、您的公司名称", "company_name"),
        ("请填写您的公司名称", "company_name"),
        ("3. 您的手机号是多少？（必填）", "contact_mobile"),
        ("公司名稱", "company_name"),
        ("手機號碼", "contact_mobile"),
    ],
)
def test_a_label_is_known_in_every_dress(words: Vocabulary, written: str, key: str) -> None:
    assert words.meaning(written).keys == (key,)


@pytest.mark.parametrize(
    "written",
    [
        "称呼 Tom",  # label and answer, not two languages
        "微信号 shili_wang",
        "公司名称\nACME Technology",
        "公司名称/职位",
        "行业/银行",
        "95 号码个数",
        "Company Name Company",
    ],
)
def test_what_is_no_label_or_more_than_one_is_not_taken_for_one(words: Vocabulary, written: str) -> None:
    assert words.meaning(written).keys == ()
