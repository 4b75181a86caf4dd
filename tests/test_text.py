"""Cleaning, folding, words with their negation, amounts in capitals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from effort import check_grows_in_step
from hypothesis import given
from hypothesis import strategies as st

from docgen import text as texts
from docgen.expressions.negation import asserts, denies
from docgen.text import capitals, clean_line, clean_long, fold, fold_label, parted
from docgen.values import measures

BLIND = ("盲打", "盲打式营销", "陌拜", "随机拨打", "扫号")
BARRED = ("股票", "股票推荐", "保健品")
BOUGHT = ("购买名单", "爬取", "第三方数据")
MEMBER = ("会员", "注册会员")
ALL = (*BLIND, *BARRED, *BOUGHT, *MEMBER)


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("  北京示例科技有限公司 ", "北京示例科技有限公司"),
        ("北京\u3000示例 科技", "北京示例科技"),
        ("北京\n示例\r\n科技", "北京示例科技"),
        ("张\u00a0三", "张三"),
        ("ABC\u3000 \t Ltd", "ABC Ltd"),
        ("A\nB", "A B"),
        ("示例 ABC 科技", "示例 ABC 科技"),
        ("北\u200b京\ufeff科\u202e技\u200e", "北京科技"),
        ("北京\x00科技\x07", "北京科技"),
        ("北京(中国)科技", "北京（中国）科技"),
        ("ABC(中国)", "ABC（中国）"),
        ("中国(ABC)公司", "中国（ABC）公司"),
        ("中国(ABC)", "中国（ABC）"),
        ("Acme (China) Ltd", "Acme (China) Ltd"),
        ("ＡＢＣ１２３", "ＡＢＣ１２３"),
        ("㛃 䶮 𬭎", "㛃䶮𬭎"),
        ("㛃(䶮)𬭎", "㛃（䶮）𬭎"),
        ("(𬭎)", "（𬭎）"),
        ("车\uf902 豈", "车\uf902豈"),
        ("〇 々", "〇々"),
        ("\ufffe北\uffff京", "北京"),
        ("你好 ，世界", "你好 ，世界"),
        ("\u200b \u202a", ""),
    ],
)
def test_clean_line(written: str, clean: str) -> None:
    assert clean_line(written) == clean


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("您好\r\n我是 客服\r再见", "您好\n我是客服\n再见"),
        ("a\vb\u2028c", "a\nb\nc"),
        ("\n\n一\n\n\n\n二\n \n", "一\n\n二"),
        ("一 二\n(三)", "一二\n（三）"),
        ("\n \n", ""),
    ],
)
def test_clean_long_keeps_lines(written: str, clean: str) -> None:
    assert clean_long(written) == clean


@given(st.text())
def test_cleaning_twice_is_cleaning_once(written: str) -> None:
    assert clean_line(clean_line(written)) == clean_line(written)
    assert clean_long(clean_long(written)) == clean_long(written)
    assert parted(parted(written)) == parted(written)


PASTED = st.text(alphabet="北京()（） \n\r\u3000\u200b\u202ea1１㛃𬭎,、", max_size=30)


@given(PASTED)
def test_cleaning_what_is_pasted(written: str) -> None:
    line, long = clean_line(written), clean_long(written)
    assert clean_line(line) == line
    assert clean_long(long) == long
    assert "\n" not in line
    assert "\n\n\n" not in long
    assert not set("\u200b\u202e\u3000\r") & set(line + long)
    assert line.count("１") == written.count("１")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ　１２", "abc12"),
        ("固 号\n码", "固号码"),
        ("Ｎ／Ａ", "n/a"),
        ("（中国）", "(中国)"),
        ("手\u200b机", "手机"),
    ],
)
def test_fold_makes_equal(one: str, other: str) -> None:
    assert fold(one) == other


@pytest.mark.parametrize(
    ("traditional", "simple"),
    [
        ("桂林虛構茶業有限公司", "桂林虚构茶业有限公司"),
        ("購買名單", "购买名单"),
        ("兩萬", "两万"),
        ("乾隆著名", "乾隆著名"),  # what only the words around it could tell stays
        ("㛃䶮𬭎☑", "㛃䶮𬭎☑"),
        ("銀行 Bank", "银行bank"),
    ],
)
def test_traditional_characters_compare_as_simplified_ones(traditional: str, simple: str) -> None:
    assert fold(traditional) == simple
    assert clean_line(traditional) == traditional, "what is printed is what was written"


@given(st.text(max_size=30))
def test_simplified_characters_stand_one_for_one(text: str) -> None:
    assert len(texts.simplified(text)) == len(text)


def test_simple_text_does_not_load_the_converter() -> None:
    import subprocess
    import sys

    code = "import sys; from docgen.text import fold; fold('公司名称 ☑ 5,000'); fold('ABC'); print('opencc' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_fold_keeps_different_what_differs() -> None:
    assert len({fold(word) for word in ("通信", "电信", "通讯", "固号", "手机号", "㛃", "䶮")}) == 7


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        ("手机号*（必填）：", "手机号"),
        ("*手机号", "手机号"),
        ("手 机\n号＊：", "手机号"),
        ("（必填）手机号", "手机号"),
        ("1、公司名称", "公司名称"),
        ("2. 公司名称：", "公司名称"),
        ("(一)公司名称", "公司名称"),
        ("【公司名称】", "公司名称"),
        ("（必填）", "必填"),
        ("上下行对等带宽 (Mbps)", "上下行对等带宽"),
        ("合同期限（月）（选填）", "合同期限"),
        ("负责人信息 / 称呼*", "负责人信息/称呼"),
        ("号码（固号/手机号）个数", "号码(固号/手机号)个数"),
        ("95号码", "95号码"),
        ("Q1. 公司名称", "公司名称"),
        ("q10：公司名称*", "公司名称"),
        ("第3题、公司名称", "公司名称"),
        ("1.1 公司名称", "公司名称"),
        ("1.1公司名称", "公司名称"),
        ("3 公司名称", "公司名称"),
        ("①公司名称", "公司名称"),
        ("（二）、公司名称", "公司名称"),
        ("A. 公司名称", "公司名称"),
        ("公司名称-必填", "公司名称"),
        ("公司名称 必填项：", "公司名称"),
        ("公司名称[单选题]（必填）", "公司名称"),
        ("必填-公司名称", "公司名称"),
        ("[填空题]公司名称", "公司名称"),
        ("公司名稱", "公司名称"),
        ("95 号码", "95号码"),
        ("400号码", "400号码"),
        ("1.5万", "1.5万"),
        ("公司名称)", "公司名称"),
        ("：", ""),
        ("", ""),
    ],
)
def test_fold_label(label: str, plain: str) -> None:
    assert fold_label(label) == plain
    assert fold_label(plain) == plain


@given(st.text(max_size=40))
def test_fold_label_never_fails(label: str) -> None:
    fold_label(label)


# ── words and their negation ──


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("我们做盲打", ("盲打",)),
        ("盲打式营销", ("盲打式营销",)),
        ("盲 打", ("盲打",)),
        ("盲·打", ("盲打",)),
        ("盲.打", ("盲打",)),
        ("“盲打”", ("盲打",)),
        ("盲\u200b打", ("盲打",)),
        ("非常适合盲打", ("盲打",)),
        ("不仅盲打", ("盲打",)),
        ("不限于陌拜", ("陌拜",)),
        ("不得不盲打", ("盲打",)),
        ("不但陌拜还盲打", ("陌拜", "盲打")),
        ("无锡地区陌拜", ("陌拜",)),
        ("无论老客户新客户随机拨打", ("随机拨打",)),
        ("特别适合盲打", ("盲打",)),
        ("不同客户分别陌拜", ("陌拜",)),
        ("未来计划盲打", ("盲打",)),
        ("不断扫号", ("扫号",)),
        ("不买名单而是随机拨打", ("随机拨打",)),
        ("不是会员也盲打", ("盲打",)),
        ("不打老客户但随机拨打新客户", ("随机拨打",)),
        ("不用名单改为扫号", ("扫号",)),
        ("对非会员客户盲打", ("盲打",)),
        ("向没有注册的用户随机拨打", ("随机拨打",)),
        ("随机拨打不做筛选", ("随机拨打",)),
        ("盲打无限制", ("盲打",)),
        ("会议邀约、陌拜", ("陌拜",)),
        ("不做回访，只做陌拜", ("陌拜",)),
        ("不做回访\n盲打", ("盲打",)),
        ("不做回访;盲打", ("盲打",)),
        ("不做回访. 盲打", ("盲打",)),
        ("盲打但短信不涉及", ("盲打",)),
        ("盲打老客户新客户陌生号码段无", ("盲打",)),  # 11 characters lie between
        ("禁止老客户新客户陌生号码段盲打", ("盲打",)),
        ("禁止" + "贷款催收、" * 13 + "盲打", ("盲打",)),
    ],
)
def test_affirmed(written: str, found: tuple[str, ...]) -> None:
    assert asserts(written, BLIND) == found


@pytest.mark.parametrize(
    "written",
    [
        "非盲打",
        "并非盲打",
        "不做盲打式营销",
        "绝不盲打",
        "我司承诺绝不以任何形式开展针对陌生客户的盲打",
        "从不陌拜",
        "没有陌拜",
        "不会随机拨打",
        "严禁盲打",
        "坚决杜绝盲打行为",
        "不做盲打、陌拜",
        "不做贷款催收、电话骚扰、产品推销、盲打",
        "盲打：无",
        "是否盲打：否",
        "盲打一律禁止",
        "盲打均已禁止",
        "陌拜我们从不做",
        "盲打不涉及",
        "盲打、陌拜：无",
        "盲打和陌拜我们都不做",
        "盲打绝不允许发生",
        "不 做 盲 打",
        "不是不做盲打",
        "不同意盲打",
        "是否盲打：无\n其他说明见附件",
        "是否盲打：无\r\n其他说明见附件",
        "是否盲打：无\u2028其他说明见附件",
        "禁止对非会员盲打",
        "我们平台每天都给自己的老客户打电话而每一通电话都有专人旁听所以绝不盲打",
        "盲打老客户新客户陌生号码无",  # 10 characters lie between
        "禁止老客户新客户陌生号码盲打",
        "禁止" + "贷款催收、" * 12 + "盲打",
    ],
)
def test_denied(written: str) -> None:
    assert asserts(written, BLIND) == ()
    assert denies(written, BLIND)


@pytest.mark.parametrize(
    ("written", "words", "quoted"),
    [
        ("我们不做盲打式营销。", BLIND, ("不做盲打式营销",)),
        ("盲打一律禁止，谢谢", BLIND, ("盲打一律禁止",)),
        ("绝不盲打一律禁止", BLIND, ("绝不盲打",)),
        ("绝不购买名单", BOUGHT, ("绝不购买名单",)),
        ("不涉及股票推荐", BARRED, ("不涉及股票推荐",)),
        ("股票推荐类业务不涉及", BARRED, ("股票推荐类业务不涉及",)),
        ("除股票外", BARRED, ("除股票",)),
        ("并非不购买名单", BOUGHT, ("不购买名单",)),
        ("不是注册会员", MEMBER, ("不是注册会员",)),
        ("非会员", MEMBER, ("非会员",)),
        ("非本平台会员", MEMBER, ("非本平台会员",)),
        ("不都是会员", MEMBER, ("不都是会员",)),
    ],
)
def test_denials_are_quoted(written: str, words: tuple[str, ...], quoted: tuple[str, ...]) -> None:
    assert denies(written, words) == quoted
    assert asserts(written, words) == ()


def test_members_who_bought_goods_are_no_bought_list() -> None:
    source = "在商城购买过商品的注册会员"
    assert not asserts(source, BOUGHT)
    assert not denies(source, BOUGHT)
    assert asserts(source, MEMBER) == ("注册会员",)


@pytest.mark.parametrize("written", ["非法爬取", "未经授权爬取"])
def test_unlawful_is_no_denial(written: str) -> None:
    assert asserts(written, BOUGHT) == ("爬取",)


def test_affirmed_and_denied_side_by_side() -> None:
    written = "我们做随机拨打不做陌拜"
    assert asserts(written, BLIND) == ("随机拨打",)
    assert denies(written, BLIND) == ("不做陌拜",)


def test_overlapping_words_are_one_hit_and_width_and_case_do_not_matter() -> None:
    assert asserts("股票推荐和ＶＩＰ", ("股票", "股票推荐", "vip")) == ("股票推荐", "vip")


@pytest.mark.parametrize("nothing", ["", None, 0, (), "物流"])
def test_nothing_to_find(nothing: object) -> None:
    assert not asserts(nothing or "", BLIND)
    assert not denies(nothing or "", BLIND)
    assert not asserts("盲打", ())
    assert not asserts("盲打", ("", " "))


@given(
    st.text(alphabet="我们不非无没未做的是会员用户、，。 但也", max_size=20), st.sampled_from(ALL), st.text(max_size=20)
)
def test_a_word_is_affirmed_or_denied(before: str, word: str, after: str) -> None:
    written = f"{before}{word}{after}"
    assert asserts(written, ALL) or denies(written, ALL)


@pytest.mark.parametrize("piece", ["不", "盲打", "不盲打", "、", "不做", "盲 ", "盲打无", "除", "·"])
def test_work_grows_in_step_with_the_length_of_a_text(piece: str) -> None:
    check_grows_in_step(lambda text: asserts(text, ALL), piece, 120_000)
    check_grows_in_step(clean_long, piece, 180_000)


# ── capitals ──


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("12000", "壹万贰仟元整"),
        ("12000.00", "壹万贰仟元整"),
        ("1200", "壹仟贰佰元整"),
        ("10500", "壹万零伍佰元整"),
        ("1000000", "壹佰万元整"),
        ("100000001", "壹亿零壹元整"),
        ("10.01", "壹拾元零壹分"),
        ("100.05", "壹佰元零伍分"),
        ("20.3", "贰拾元叁角"),
        ("0.05", "伍分"),
        ("0.1", "壹角"),
        ("0.12", "壹角贰分"),
        ("0.085", "捌分伍厘"),
        ("0.105", "壹角零伍厘"),
        ("1.005", "壹元零伍厘"),
        ("0.0005", "伍毫"),
        ("10.0105", "壹拾元零壹分零伍毫"),
        ("0.12345", "壹角贰分叁厘伍毫"),
        ("1E+4", "壹万元整"),
        ("0", "零元整"),
        ("-5", "负伍元整"),
        ("-0.00001", "零元整"),
    ],
)
def test_capitals(amount: str, written: str) -> None:
    assert capitals(Decimal(amount)) == written


@given(st.decimals(min_value=0, max_value=10**10, places=4))
def test_capitals_say_the_amount(amount: Decimal) -> None:
    found = measures.money(capitals(amount), "")
    assert found is not None
    assert found.number == amount


def test_invisible_and_space_are_apart() -> None:
    for code in (*range(0x2000, 0x2070), 0x3000, 0xFEFF):
        kept = clean_line(f"a{chr(code)}b")
        assert kept in {"ab", "a b"} or chr(code).isprintable(), hex(code)
    assert texts.parted("银行\u3000 保险\n\n电商") == "银行 保险\n电商"
