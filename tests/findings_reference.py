"""docs/findings.md: every code with its meaning, an example and the remedy; `make docs` writes it.

The examples are sources that are made and read: what tests/findings.yaml describes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.drawing.image import Image
from tables import SOURCE_FORM, SOURCE_ROWS, document, form_text, workbook

import docgen
from docgen.model import messages
from docgen.model.intake import Amendment, Finding

EXAMPLES: Mapping[str, Any] = yaml.load(
    Path(__file__).with_name("findings.yaml").read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
)
#: The date that documents carry, with which some rules compare.
DATE = dt.date(2026, 11, 23)
_LONGEST = 60
GOOD = {
    "company_name": "北京示例科技有限公司", "contact_name": "王女士", "contact_title": "客服经理",
    "contact_mobile": "13800138000", "contact_wechat": "shili_wang", "qualifications": "营业执照", "industries": "电商",
    "scenarios": "通知", "greeting_script": "您好，我是示例科技的智能客服，想和您确认会员订单的配送时间。",
    "main_script": "您的订单预计明天送达，请问届时是否方便收货？", "callee_source": "在我司平台注册的会员，每个号码均可提供注册记录",
    "daily_calls": "5000", "total_calls": "100000", "script_template_approved": "是", "number_source": "购买新号码",
    "number_types": "固号", "number_count": "20", "number_regions": "广东省-深圳市", "concurrency": "60",
}  # fmt: skip


@cache
def kit() -> docgen.Kit:
    return docgen.Kit.load("caller-number")


# -- the sources -------------------------------------------------------------------------------------


def source(code: str, folder: Path) -> Path:
    """The source of an example, made in the folder."""
    example = EXAMPLES[code]
    if "made" in example:
        return MADE[example["made"]](folder)
    if "word" in example:
        return document(folder / "example.docx", example["word"])
    old, new = example.get("change", ("", ""))
    assert old in SOURCE_FORM
    text = sheet(
        example.get("answers", {}), SOURCE_FORM.replace(old, new) if old else SOURCE_FORM, example.get("rows", ())
    )
    terms = [f"| {label} | {written} |\n" for label, written in example.get("terms", {}).items()]
    text += "# 商务条款\n" + "".join(terms) if terms else ""
    return workbook(
        folder / "example.xlsx",
        text,
        values=placed(example.get("cells", {})),
        formats=placed(example.get("formats", {})),
        properties=example.get("properties"),
    )


def sheet(answers: Mapping[str, str], layout: str = SOURCE_FORM, rows: Iterator[str] | tuple[str, ...] = ()) -> str:
    """The good intake with other answers; a field that the source's table lacks gets a row of its own."""
    given = {**GOOD, **answers}
    more = [f"{kit().fields[key].label} | < | {given[key]}" for key in given if key not in SOURCE_ROWS]
    return form_text(given, layout).rstrip("\n") + "".join(f"\n| {row} |" for row in [*more, *rows]) + "\n"


def terms_table(code: str, folder: Path) -> Path | None:
    """The terms of single customers of an example, None where it has none."""
    names = EXAMPLES[code].get("customers")
    if names is None:
        return None
    path = folder / "terms.csv"
    path.write_text("\n".join(["公司名称,合同编号", *(f"{name},HT-1" for name in names)]), encoding="utf-8")
    return path


def amendments(code: str, path: Path) -> list[Amendment]:
    """The amendments of an example: answers of the good intake that are read in another way."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return [
        Amendment(digest, "信息收集统计表", None, key, GOOD[key], after, "客户经理", "2026-11-23", "客户来电更正")
        for key, after in EXAMPLES[code].get("amend", {}).items()
    ]


def placed(cells: Mapping[str, Any]) -> dict[str, Any]:
    """By address what is given by key."""
    return {f"C{SOURCE_ROWS[key]}" if key in SOURCE_ROWS else key: value for key, value in cells.items()}


def edited(folder: Path, edit: Callable[[Any], None], text: str = "") -> Path:
    """The good intake, or another sheet, edited with openpyxl."""
    path = workbook(folder / "example.xlsx", text or sheet({}))
    book = load_workbook(path)
    edit(book.worksheets[0])
    book.save(path)
    return path


def long_text(folder: Path) -> Path:
    return document(folder / "example.docx", sheet({"main_script": "您的订单明天送达，" * 4000}))


def many_regions(folder: Path) -> Path:
    return workbook(folder / "example.xlsx", sheet({"number_regions": "、".join(f"某地{n}" for n in range(120))}))


def customers(answers: Mapping[str, tuple[str, str]]) -> str:
    """A table of one customer, in which some headings reach over two columns with an answer in each."""
    heads = [f"{kit().fields[key].label} | <" if key in answers else kit().fields[key].label for key in GOOD]
    cells = [" | ".join(answers.get(key, (written,))) for key, written in GOOD.items()]
    return f"| {' | '.join(heads)} |\n| {' | '.join(cells)} |\n"


def shared_remark(folder: Path) -> Path:
    rows = [f"| {kit().fields[key].label} | {GOOD[key]} | {GOOD[key]} | |" for key in list(GOOD)[1:]]
    names = ["| 项目 | 客户A | 客户B | |", "| 公司名称 | 示例甲有限公司 | 示例乙有限公司 | | 两家一起签 |"]
    return workbook(folder / "example.xlsx", "\n".join([*names, *rows]))


def two_forms(folder: Path) -> Path:
    rows = {
        count: [f"| {kit().fields[k].label} | {a} |" for k, a in {**GOOD, "daily_calls": count}.items()]
        for count in ("5000", "8000")
    }
    return workbook(folder / "example.xlsx", "\n".join(["# 初稿", *rows["5000"], "# 终稿", *rows["8000"]]))


def several_answers(folder: Path) -> Path:
    return workbook(folder / "example.xlsx", customers({"contact_mobile": ("13800138000", "13900139000")}))


def joined_answers(folder: Path) -> Path:
    return workbook(folder / "example.xlsx", customers({"industries": ("电商", "教育")}))


def marks_between(folder: Path) -> Path:
    types = "| 主叫号码类型* | < | {number_types} |"
    assert types in SOURCE_FORM
    return workbook(
        folder / "example.xlsx",
        sheet({}, SOURCE_FORM.replace(types, "| 主叫号码类型* | < | √ | 固号 | √ | 手机号 | √ |")),
    )


def torn_box(folder: Path) -> Path:
    path = folder / "example.docx"
    (case,) = docgen.read(workbook(folder / "good.xlsx", sheet({})), kit())
    path.write_bytes(case.form())
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "word/document.xml"
    parts[name] = re.sub(rb'<w14:checked w14:val="0"/>', b'<w14:checked w14:val="1"/>', parts[name], count=1)
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return path


def struck_out(folder: Path) -> Path:
    def edit(page: Any) -> None:
        old = TextBlock(InlineFont(strike=True), "旧名有限公司")
        page["C3"].value = CellRichText(old, GOOD["company_name"])

    return edited(folder, edit)


def picture(folder: Path) -> Path:
    from PIL import Image as Drawing

    drawn = io.BytesIO()
    Drawing.new("RGB", (8, 8)).save(drawn, "PNG")

    def edit(page: Any) -> None:
        page["C3"].value = None
        page.add_image(Image(drawn), "C3")

    return edited(folder, edit)


def hidden_row(folder: Path) -> Path:
    def edit(page: Any) -> None:
        page.append(["公司名称", None, "旧名有限公司"])
        page.row_dimensions[page.max_row].hidden = True

    return edited(folder, edit)


def filtered_row(folder: Path) -> Path:
    def edit(page: Any) -> None:
        page.auto_filter.ref = page.dimensions
        page.auto_filter.add_filter_column(0, ["北京样例科技有限公司"])
        page.row_dimensions[2].hidden = True

    table = customers({})
    return edited(folder, edit, table + table.splitlines()[1].replace("示例", "样例"))


def customers_beside(folder: Path) -> Path:
    rows = [f"| {kit().fields[key].label} | {GOOD[key]} | {GOOD[key]} |" for key in list(GOOD)[1:]]
    return workbook(folder / "example.xlsx", "\n".join(["| 公司名称 | 示例甲有限公司 | 示例乙有限公司 |", *rows]))


MADE: Mapping[str, Callable[[Path], Path]] = {
    one.__name__: one
    for one in (
        long_text, many_regions, shared_remark, several_answers, joined_answers, marks_between, torn_box, struck_out, picture,
        hidden_row, filtered_row, customers_beside, two_forms,
    )
}  # fmt: skip


@cache
def found(code: str) -> Finding:
    """The finding of that code on its example."""
    with tempfile.TemporaryDirectory() as folder:
        terms = terms_table(code, Path(folder))
        path = source(code, Path(folder))
        cases = list(docgen.read(path, kit(), terms=terms, date=DATE, amendments=amendments(code, path)))
    findings = [finding for case in cases for finding in case.findings]
    return next(finding for finding in findings if finding.code == code)


# -- the page ----------------------------------------------------------------------------------------


def own() -> str:
    """Every finding of docgen's own, in the order of the examples."""
    return "\n\n".join(part for code in EXAMPLES if code in messages.codes() for part in _section(code))


def _section(code: str) -> Iterator[str]:
    finding = found(code)
    yield f"### {code}"
    yield f"{EXAMPLES[code]['means']} Level `{finding.level}`, rule `{finding.rule}`."
    written = f"Written: `{_short(finding.written)}`\n\n" if finding.written else ""
    ask = f"\n>\n> To the customer: {_short(finding.ask, 200)}" if finding.ask else ""
    yield f"{written}> {_short(finding.message, 200)}\n>\n> {finding.remedy}{ask}"


def of_kit() -> str:
    """Every rule of the kit caller-number, with what it says of its example."""
    rows = ["| code | title | level | written | what docgen says | how to mend it | to the customer |"]
    rows.append("|---|---|---|---|---|---|---|")
    for rule in kit().rules:
        if rule.cases:
            finding = found(rule.id)
            levels = ", ".join(dict.fromkeys(f"`{case.level}`" for case in rule.cases))
            cells = (
                f"`{rule.id}`",
                rule.title,
                levels,
                _short(finding.written),
                finding.message,
                finding.remedy,
                finding.ask or "",
            )
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _short(text: str | None, longest: int = _LONGEST) -> str:
    text = " ".join((text or "").split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
