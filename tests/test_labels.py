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
        ("手机/电话", "contact_mobile"),
        ("职位、职务*", "contact_title"),
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
        "手机/微信",
        "行业/银行",
        "95 号码个数",
        "Company Name Company",
    ],
)
def test_what_is_no_label_or_more_than_one_is_not_taken_for_one(words: Vocabulary, written: str) -> None:
    assert words.meaning(written).keys == ()


#: What people call the fields of the form in sheets of their own: a hundred, of which ninety must be known.
EVERYDAY = {
    "company_name": "公司 企业 客户 单位 公司名 客户单位 客户全称 单位全称 签约主体 甲方",
    "contact_name": "对接人 联络人 经办人 项目负责人 业务对接人 联系人名字 对接人姓名 名字",
    "contact_title": "职务 岗位 职称 头衔 对接人职务",
    "contact_mobile": "电话 手机 电话号码 联系方式 手机号码 联络电话 对接人电话 联系手机号",
    "contact_wechat": "微信 微信账号 微信ID 联系人微信",
    "qualifications": "资质 资质材料 企业资质 资质证书 相关资质",
    "industries": "行业类别 所属行业 行业分类 从事行业 主营行业 行业领域",
    "scenarios": "用途 外呼用途 使用场景 外呼目的 业务场景 呼叫场景",
    "greeting_script": "开场白 欢迎语 开头语 问候语 开场话术",
    "main_script": "话术 主流程 话术内容 核心话术 流程话术 外呼脚本",
    "callee_source": "名单来源 数据来源 号码来源 客户来源 被叫来源 呼叫对象",
    "daily_calls": "日拨打量 日外呼量 每天外呼量 日均呼叫量 每日话务量 日呼量 每日用量",
    "total_calls": "总量 外呼总量 总拨打量 名单总量 总外呼量 呼叫总量 项目总量",
    "script_template_approved": "话术审核 模板是否审核通过 话术是否已审核",
    "number_source": "对接方式 号码获取方式 采购方式",
    "number_types": "号码类型 号码种类 线路类型",
    "number_count": "数量 个数 采购数量 号码数量 需要个数",
    "number_regions": "城市 归属地 地区 省市 号码城市 归属城市 需求城市",
    "concurrency": "并发 并发数 最大并发 并发路数",
    "bandwidth_mbps": "带宽 网络带宽 宽带",
}


def test_everyday_names_of_the_fields_are_known(words: Vocabulary) -> None:
    asked = [(name, key) for key, names in EVERYDAY.items() for name in names.split()]
    unknown = [(name, key) for name, key in asked if words.meaning(name).keys != (key,)]
    assert len(asked) >= 100
    assert len(unknown) <= len(asked) // 10, unknown
    wrong = [(name, words.meaning(name).keys) for name, key in asked if words.meaning(name).keys not in {(), (key,)}]
    assert not wrong
