"""Number formats: what a cell shows, and when nobody can tell."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from docgen.formats.format_codes import BUILTIN, LONGEST_CODE
from docgen.formats.grid import Cell
from docgen.formats.number_formats import shown

UNKNOWN = "format-unknown"
DAY = 46_244  # 2026-08-10, a Monday


def text(value: float | str, code: str) -> str:
    """What is shown; a test that asks for it says that it is certain."""
    cell = shown(value, code)
    assert cell.fault is None, cell
    return cell.text


# -- numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        # units, and thousands left out
        (5, '0"万"', "5万"),
        (15_000, '0!.0,"万"', "1.5万"),
        (15_000, '0.0,"万"', "15.0万"),
        (1_234_567, '#,##0,"千"', "1,235千"),
        (2_500_000, '0.0,,"百万"', "2.5百万"),
        (2, '0"万元"', "2万元"),
        (12, '0"分"', "12分"),
        (20, "0个", "20个"),
        (20, 'G/通用格式"个"', "20个"),
        (2, '0"0个"', "20个"),
        # prefixes, leading zeros, places that stand apart
        (42, '"GL-2026-"0000', "GL-2026-0042"),
        (75_512_345_678, "0000-00000000", "0755-12345678"),
        (12_345_678, "0755-00000000", "0755-12345678"),
        (13_800_138_000, "000 0000 0000", "138 0013 8000"),
        (622_200_000_000_123, "0000 0000 0000 0000", "0622 2000 0000 0123"),
        (1234, "###-####", "-1234"),
        # words for codes
        (1, '[=1]"是";[=0]"否"', "是"),
        (0, '[=1]"是";[=0]"否"', "否"),
        (3, '[=1]"甲";[=2]"乙";"丙"', "丙"),
        (12, '[>=10]"多"0;"少"0', "多12"),
        (5, "[<100]0.00;[<1000]0.0;0", "5.00"),
        (500, "[<100]0.00;[<1000]0.0;0", "500.0"),
        (5000, "[<100]0.00;[<1000]0.0;0", "5000"),
        # signs and sections
        (-5, "0;[Red]-0", "-5"),
        (-5, "0_);(0)", "(5)"),
        (0, '0.00;[红色]-0.00;"无"', "无"),
        (-0.4, "0", "0"),
        (-1, '"约"0', "-约1"),
        (-5, '[<0]"欠"0;0', "欠5"),
        (5, "0;-0;;@", "5"),
        (0, "0;-0;;@", ""),
        (7, ";;;", ""),
        # percent, money, places
        (0.35, "0%", "35%"),
        (0.355, "0.0%", "35.5%"),
        (35, '0"%"', "35%"),
        (35, r"0\%", "35%"),
        (1234.5, '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', "¥1,234.50"),
        (1234.5, "[$¥-804]#,##0.00", "¥1,234.50"),
        (1234.5, "$#,##0.00", "$1,234.50"),
        (0.12, '0.00"元/分钟"', "0.12元/分钟"),
        (5, "0.##", "5"),
        (5.5, "0.##", "5.5"),
        (5, "0.", "5"),
        (0.5, ".00", ".50"),
        (1_234_567, "#,##0", "1,234,567"),
        # powers of ten and fractions
        (12_345.678, "0.00E+00", "1.23E+04"),
        (0.00012, "0.0E-0", "1.2E-4"),
        (12_345, "##0.0E+0", "12.3E+3"),
        (999_999, "0.00E+00", "1.00E+06"),
        (0.25, "# ?/?", "1/4"),
        (1.5, "# ??/??", "1 1/2"),
        (5, "# ?/?", "5"),
        (0.5, "# ?/16", "8/16"),
        (2.5, "0/4", "10/4"),
        # Chinese numerals
        (12_345, "[DBNum1][$-804]General", "一万二千三百四十五"),
        (10_005, "[DBNum1][$-804]General", "一万〇五"),
        (12_345, "[DBNum2][$-804]General", "壹万贰仟叁佰肆拾伍"),
        (2026, "[DBNum1][$-804]0", "二〇二六"),
        (2026, "[DBNum2]0", "贰零贰陆"),
        (2026, "[DBNum3]0", "２０２６"),
        # none
        (0.1 + 0.2, "General", "0.3"),
        (13_800_138_000.0, "General", "13800138000"),
        (1.5, "", "1.5"),
        (5, "@", "5"),
        (5, '"约"@"个"', "约5个"),
    ],
)
def test_a_number_is_what_its_format_shows(value: float, code: str, expected: str) -> None:
    assert text(value, code) == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (5, "0abc"),  # letters that are no marks
        (5, '0"万'),  # a quotation without an end
        (5, "[DBNum4]0"),
        (5, "[DBNum1]"),  # nothing says where the number is
        (5, "[Red]"),
        (5, "[NatNum5]0"),
        (5, "[$-41E]t0"),
        (1.5, "[DBNum3]General"),
        (5, '[=1]"否";[=2]"是"'),  # no section is for it
        (-5, '[>10]"多";0;0'),
        (-5, '[>10]"多";"少"0'),
        (5, "0.0.0"),
        (5, ",0"),
        (5, "0;0;0;0;0"),
        (5, "0" * (LONGEST_CODE + 1)),
        (5, "# ?/?%"),
        (5, "0E+"),
        (5, "0" + "%" * 100),
        (123_456_789_012_345, "[DBNum1]General%"),
        (-1, "yyyy-mm-dd"),  # the sheet shows ####
        (3_000_000, "yyyy-mm-dd"),
        (60, "yyyy-mm-dd"),  # 29 February 1900
        (DAY, "[$-41E]mmmm"),  # months in Thai
        (DAY, "yyyy-mm-dd0"),
        (DAY, "[$-404]e"),  # years of the republic
    ],
)
def test_what_cannot_be_rendered_for_certain_is_said(value: float, code: str) -> None:
    cell = shown(value, code)
    assert (cell.fault, cell.text) == (UNKNOWN, str(value))


@pytest.mark.parametrize(
    ("value", "code", "expected", "exact"),
    [
        (0.355, "0%", "36%", "0.355"),
        (0.125, "0.00", "0.13", "0.125"),
        (1.6, "0", "2", "1.6"),
        (15_320, '0.0,"万"', "15.3万", "15320"),
        (13_800_138_000, "0.00E+00", "1.38E+10", "13800138000"),
        (0.3, "# ?/?", "2/7", "0.3"),
        (0.35, "0%", "35%", ""),
        (0.1 + 0.2, "0.0", "0.3", ""),
        (13_800_000_000, "0.00E+00", "1.38E+10", ""),
        (3, '[=3]"丙";0', "丙", ""),
    ],
)
def test_a_format_that_shows_less_leaves_the_number(value: float, code: str, expected: str, exact: str) -> None:
    assert shown(value, code) == Cell(expected, exact=exact)


@pytest.mark.parametrize("code", ["General", "0", "#,##0", '0"万"', "yyyy-mm-dd"])
def test_numbers_that_lost_digits_have_a_fault_in_every_format(code: str) -> None:
    assert shown(1_234_567_890_123_456, code) == Cell("1234567890123456", "digits-lost")
    assert shown(1.23456789012345678e17, code) == Cell("123456789012345680", "digits-lost")
    assert shown(float("inf"), code).fault == "cell-error"


WHOLE = st.integers(-(10**15) + 1, 10**15 - 1)


@given(WHOLE)
def test_whole_numbers_keep_every_digit(number: int) -> None:
    for code in ("General", "0", "#,##0", '0"个"', "0.00", "0_ ", "0;-0"):
        cell = shown(number, code)
        assert int(Decimal(cell.text.replace(",", "").rstrip("个"))) == number
        assert cell == shown(Decimal(number), code)
        assert (cell.fault, cell.exact) == (None, "")


@given(WHOLE, st.integers(0, 12))
def test_padding_adds_zeros_and_nothing_else(number: int, width: int) -> None:
    padded = text(abs(number), "0" * (width + 1))
    assert int(padded) == abs(number)
    assert len(padded) == max(width + 1, len(str(abs(number))))


@given(st.decimals(-(10**9), 10**9, places=4), st.integers(0, 6))
def test_what_is_hidden_is_what_differs(number: Decimal, places: int) -> None:
    cell = shown(number, "0." + "0" * places if places else "0")
    same = Decimal(cell.text) == number
    assert (cell.exact == "") is same
    assert abs(Decimal(cell.text) - number) <= Decimal(1).scaleb(-places) / 2
    assert same or Decimal(cell.exact) == number


CODES = st.lists(
    st.sampled_from(
        ["0", "#", "?", ".", ",", "%", "/", "E+", ";", "@", '"万"', "\\", "_", "*", "[Red]", "[>1]", "[DBNum1]",
         "General", "yyyy", "m", "d", "h", "s", "AM/PM", "[h]", "aaaa", "e", "g", "x", " ", "-", "[$-804]", "[", '"']
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(st.one_of(st.integers(), st.floats(), st.text(max_size=5)), CODES | st.text(max_size=20))
def test_no_code_and_no_value_fails(value: float | str, code: str) -> None:
    cell = shown(value, code)
    assert cell.fault in {None, UNKNOWN, "digits-lost", "cell-error"}
    if isinstance(value, str):
        assert cell.fault is None
        assert not cell.is_date


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(sorted(BUILTIN)))
def test_the_formats_with_a_number_are_all_understood(value: float, number: int) -> None:
    cell = shown(abs(value) % 2_958_000 + 61, BUILTIN[number])
    assert cell.fault is None


# -- texts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        ("虚构茶业", '"桂林"@"有限公司"', "桂林虚构茶业有限公司"),
        ("虚构茶业", "@", "虚构茶业"),
        (" 虚构茶业 ", "@", " 虚构茶业 "),
        ("5000", '0"万"', "5000"),
        ("12", '0;-0;"零";"编号"@', "编号12"),
        ("12", '0;-0;@"号"', "12号"),
        ("12", "0;0;0;", ""),
        ("12", "_ @_ ", "12"),
        ("12", "0.00", "12"),
        ("12", "0;-0;x@y", "12"),  # not understood: a text is never changed on a guess
        ("2026-08-10", "yyyy/m/d", "2026-08-10"),
    ],
)
def test_a_text_is_what_its_format_shows(value: str, code: str, expected: str) -> None:
    assert shown(value, code) == Cell(expected)


# -- dates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "code", "expected", "exact"),
    [
        # shown as it is where year, month and day stand in this order
        (DAY, "yyyy-mm-dd", "2026-08-10", ""),
        (DAY, 'yyyy"年"m"月"d"日"', "2026年8月10日", ""),
        (DAY, 'yyyy"年"m"月"d"日";@', "2026年8月10日", ""),
        (DAY, "[$-804]yyyy年m月d日", "2026年8月10日", ""),
        (DAY, "yyyy/m/d", "2026/8/10", ""),
        (DAY, "[$-F800]dddd, mmmm dd, yyyy", "2026年8月10日", ""),
        # in any other order, or with the time, in ISO form
        (DAY, "d-mmm-yy", "2026-08-10", ""),
        (DAY, "mm-dd-yy", "2026-08-10", ""),
        (DAY, "yy.m.d", "2026-08-10", ""),
        (DAY + 0.6, "yyyy-mm-dd h:mm", "2026-08-10 14:24:00", ""),
        (DAY + 0.6, "yyyy/m/d h:mm AM/PM", "2026-08-10 14:24:00", ""),
        (DAY + 0.6, "yyyy-mm-dd", "2026-08-10", ""),
        (DAY, '[DBNum1][$-804]yyyy"年"m"月"d"日"', "2026-08-10", ""),
        (DAY, '[$-411]ggge"年"m"月"d"日"', "2026-08-10", ""),
        # what a sheet makes of 8-10 and 2026-11
        (DAY, 'm"月"d"日"', "8月10日", "2026-08-10"),
        (DAY, "m-d", "8-10", "2026-08-10"),
        (DAY, "d-mmm", "10-Aug", "2026-08-10"),
        (DAY, "mmm-yy", "Aug-26", "2026-08-10"),
        (DAY, "yyyy-m", "2026-8", "2026-08-10"),
        (DAY, 'yyyy"年"m"月"', "2026年8月", "2026-08-10"),
        (DAY, '[DBNum1][$-804]m"月"d"日"', "八月十日", "2026-08-10"),
        (DAY, "[$-804]mmmm", "八月", "2026-08-10"),
        (DAY, "e-m", "2026-8", "2026-08-10"),
        (DAY, "[$-411]ge", "R8", "2026-08-10"),
        (DAY, "aaaa", "星期一", "2026-08-10"),
        (DAY, "[$-804]aaa", "周一", "2026-08-10"),
        (DAY, "dddd", "Monday", "2026-08-10"),
        (DAY + 0.6, "m/d h:mm", "8/10 14:24", "2026-08-10"),
        (1, "m-d", "1-1", "1900-01-01"),
        (61, "m-d", "3-1", "1900-03-01"),
    ],
)
def test_a_date_is_what_its_format_shows(value: float, code: str, expected: str, exact: str) -> None:
    assert shown(value, code) == Cell(expected, is_date=True, exact=exact)


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (DAY + 0.6, "h:mm", "14:24"),
        (DAY + 0.6, "hh:mm:ss", "14:24:00"),
        (DAY + 0.6, '上午/下午h"时"mm"分"', "下午2时24分"),
        (DAY + 0.6, "[$-804]AM/PM h:mm", "下午 2:24"),
        (0.02, "h:mm AM/PM", "12:28 AM"),
        (1.5, "[h]:mm:ss", "36:00:00"),
        (0.5, "[mm]:ss", "720:00"),
        (0.0000151, "mm:ss.0", "00:01.3"),
        (0.99999999, "h:mm:ss", "0:00:00"),
        (0.375, "h:m", "9:0"),
    ],
)
def test_a_time_is_shown_and_is_no_date(value: float, code: str, expected: str) -> None:
    assert shown(value, code) == Cell(expected)


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    assert shown(DAY - 1462, "yyyy-mm-dd", since_1904=True) == Cell("2026-08-10", is_date=True)
    assert shown(0, "yyyy-mm-dd", since_1904=True) == Cell("1904-01-01", is_date=True)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(14, "2026/8/10"), (27, "2026年8月"), (28, "8月10日"), (31, "2026年8月10日"), (36, "2026年8月"), (50, "2026年8月"),
     (51, "8月10日"), (57, "2026年8月"), (58, "8月10日"), (16, "10-Aug"), (17, "Aug-26")],
)  # fmt: skip
def test_formats_with_a_number_are_shown_as_a_chinese_program_shows_them(number: int, expected: str) -> None:
    assert shown(DAY, BUILTIN[number]).text == expected


@given(st.integers(61, 2_958_465))
def test_every_day_comes_back(day: int) -> None:
    import datetime as dt

    date = dt.date(1899, 12, 30) + dt.timedelta(days=day)
    assert text(day, "yyyy-mm-dd") == text(day, "d/mmm/yyyy") == date.isoformat()
    assert shown(day, "m-d") == Cell(f"{date.month}-{date.day}", is_date=True, exact=date.isoformat())


# -- LibreOffice as the judge ----------------------------------------------------------------------

NUMBERS = [0, 1, 2, -1, 0.5, 0.25, 1 / 3, 0.355, 12, 105, 1234.5, 15_000, 1_234_567.891, 13_800_138_000, 99.995, 2026]
#: Left out is where LibreOffice is known to differ: `!` (no mark there), DBNum with decimals, colours in Chinese.
JUDGED = [
    "General", "0", "0.00", "#,##0", "#,##0.00", "0%", "0.00%", "0.00E+00", "##0.0E+0", '0"万"', '0.0,"万"', '#,##0,"千"',
    '0.0,,"百万"', '"GL-2026-"0000', "0000-00000000", '[=1]"是";[=0]"否";"其他"', "0;[Red]-0", "0_);(0)", "000 0000 0000",
    '0"%"', r"0.0\ \%", "#", "#.##", "0.0##", 'General"个"', '"约"General', "$#,##0.00", ";;;", "0;-0;;@", "0,", "#,##0.0,",
    ".00", "[<100]0.00;[<1000]0.0;0", '0"."00', "+0;-0;0",
]  # fmt: skip
DAYS = [61, 44_000, DAY, DAY + 0.6, 46_357.25]
JUDGED_DATES = [
    "yyyy-mm-dd", "yyyy/m/d", 'yyyy"年"m"月"d"日"', 'm"月"d"日"', "m-d", "mmm-yy", "d-mmm", "yyyy-m", "h:mm", "hh:mm", "[h]:mm",
    "h:mm AM/PM", "[$-804]aaaa", "dddd", "[$-804]mmmm", '[DBNum1][$-804]m"月"d"日"',
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.external
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_shows_the_same(tmp_path: Path) -> None:
    pairs: list[tuple[Any, str]] = [
        *product(NUMBERS, JUDGED),
        *product(DAYS, JUDGED_DATES),
        *product(["虚构"], ['"桂林"@"有限公司"', "0.00", "0;0;0;@"]),
    ]
    pairs.remove((-1, '[=1]"是";[=0]"否";"其他"'))  # of which nobody can tell
    book = Workbook()
    assert book.active is not None
    for row, (value, code) in enumerate(pairs, start=1):
        book.active.cell(row, 1, value).number_format = code
        book.active.cell(row, 2, "x")
    book.save(tmp_path / "formats.xlsx")
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "ods"]
    subprocess.run([*command, "--outdir", tmp_path, tmp_path / "formats.xlsx"], check=True, capture_output=True)
    with zipfile.ZipFile(tmp_path / "formats.ods") as archive:
        root = fromstring(archive.read("content.xml"))
    rows = root.iter("{urn:oasis:names:tc:opendocument:xmlns:table:1.0}table-row")
    judged = ["".join(next(iter(row)).itertext()).strip() for row in rows][: len(pairs)]
    ours = [text(value, code) for value, code in pairs]
    assert {pair: (our, their) for pair, our, their in zip(pairs, ours, judged, strict=True) if our != their} == {}
