"""What a row of a table costs on its way to a contract, by parts: milliseconds of processor time, warm.

`python rows.py [COUNT]` measures a table whose answers are all new, and one whose rows differ in their names alone.
"""

from __future__ import annotations

import datetime as dt
import gc
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import scale

from docgen.batch import work
from docgen.documents.context import RenderOptions
from docgen.kit import kits
from docgen.model.kit import Kit
from docgen.output import files
from docgen.packet import manifest, packet
from docgen.packet.duplicates import marks_of
from docgen.pipeline import ReviewedIntake, SourceFile, open_source
from docgen.rules import normalize
from docgen.rules.review import review

_DATE = dt.date(2026, 11, 23)
_CITIES = (
    "广东省-深圳市 浙江省-杭州市 江苏省-南京市 四川省-成都市 湖北省-武汉市 北京市 上海市 陕西省-西安市 福建省-厦门市"
)
#: Rows that are made before the clock starts.
_WARM = 60
_From = TypeVar("_From")
_To = TypeVar("_To")


def new_answers(kit: Kit, written: dict[str, str], number: int, chance: random.Random) -> dict[str, str]:
    """The sample's answers with another text in every field of which the type allows that."""
    company, calls = f"北京示例{number:06}科技有限公司", chance.randrange(3000, 9000)
    found = {key: text.replace(written[kit.name_field], company) for key, text in written.items()}
    for key in ("contact_name", "contact_title", "contact_wechat", "main_script", "callee_source"):
        found[key] += f"（示例{number}）" if key != "contact_wechat" else str(number)
    for key, most in (("industries", 2), ("scenarios", 3)):
        labels = [choice.label for choice in kit.fields[key].offered if choice.key not in {"marketing", "collection"}]
        ticked = set(chance.sample(labels, chance.randint(1, most)))
        found[key] = "　".join(f"{'☑' if label in ticked else '□'}{label}" for label in labels)
    return found | {
        "contact_mobile": f"138 {chance.randrange(10000):04} {number % 10000:04}",
        "greeting_script": found["greeting_script"] + f"订单号{chance.randrange(10**8)}。",
        "daily_calls": str(calls), "total_calls": str(calls * chance.randrange(3, 30) + number % 100),
        "number_count": str(calls // chance.randrange(200, 300) + 1), "concurrency": str(chance.randrange(30, 400)),
        "number_regions": "、".join(chance.sample(_CITIES.split(), chance.choice([2, 3]))),
    }  # fmt: skip


def table(path: Path, count: int) -> Path:
    """A table of so many customers of whom no two have answers in common."""
    return scale.table(path, count, new_answers)


def parts(source: Path) -> dict[str, float]:
    """Milliseconds a row for each part, of the rows beyond those that warm up."""
    kit, spent = kits.load(kits.find("caller-number")), dict[str, float]()

    def timed(part: str, make: Callable[[_From], _To], each: Iterable[_From], count: int) -> list[_To]:
        began = time.process_time()
        made = [make(one) for one in each]
        spent[part] = spent.get(part, 0) + (time.process_time() - began) * 1000 / count
        return made

    opened = open_source(SourceFile(source), kit)
    digest, options = opened.file.sha256, RenderOptions(_DATE)
    rows = list(opened.answers())
    count = len(rows) - _WARM
    for answers in rows[:_WARM]:
        packet.contract_of(opened.assess(answers), kit, options)
    del rows
    gc.collect()
    (rows,) = timed("reading", lambda one: list(open_source(one, kit).answers())[_WARM:], [opened.file], count + _WARM)
    intakes = timed("understanding", lambda one: normalize.normalize(one, kit, opened.file.name), rows, count)
    intakes = [replace(one, findings=(*one.findings, *opened.findings)) for one in intakes]
    terms = opened.terms.values
    reviews = timed("judging", lambda one: review(one, kit, terms), intakes, count)
    items = [ReviewedIntake(*pair, terms) for pair in zip(intakes, reviews, strict=True)]
    contracts = timed("contract, checked", lambda one: packet.contract_of(one, kit, options), items, count)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)

        def staged(pair: tuple[ReviewedIntake, Any]) -> Any:
            item, contract = pair
            name = packet.document_names(kit, item)["contract"]
            documents = {"form": None, "review": None, "contract": (name, contract.content)}
            listing = manifest.build(
                kit, item.intake, item.review.verdict, _DATE, digest, item.terms, documents, {}
            )  # fmt: skip
            to = target / packet.distinct_name(item.intake)
            packet.refuse_to_lose(to, force=False)
            return files.stage_folder(to, {name: contract.content, manifest.MANIFEST: listing})

        prepared = timed("manifest and files", staged, zip(items, contracts, strict=True), count)
        timed("manifest and files", files.sync, [prepared[at : at + 64] for at in range(0, count, 64)], count)
        timed("manifest and files", files.publish, prepared, count)

    def journalled(item: ReviewedIntake) -> object:
        return work._answers(item.intake, kit), [work._hash(mark) for mark in marks_of(kit, item.intake, item.terms)]

    timed("line of the journal", journalled, items, count)
    return spent


def main(count: int) -> None:
    """Print a row a part, for both tables, and how many rows a second that is."""
    with tempfile.TemporaryDirectory() as folder:
        fresh, alike = (parts(make(Path(folder) / f"{make.__module__}.xlsx", count)) for make in (table, scale.table))
    print(f"{'a row of a table':24}{'all new':>12}{'names new':>12}")  # noqa: T201
    for part in fresh:
        print(f"{part:24}{fresh[part]:9.2f} ms{alike[part]:9.2f} ms")  # noqa: T201
    sums = [sum(one.values()) for one in (fresh, alike)]
    print(f"{'together':24}{sums[0]:9.2f} ms{sums[1]:9.2f} ms")  # noqa: T201
    print(f"{'a second and core':24}{1000 / sums[0]:12.0f}{1000 / sums[1]:12.0f}")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1000)
