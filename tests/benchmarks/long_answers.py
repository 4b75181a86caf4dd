"""Forms of very long answers and very many texts, and what each command takes for them.

    python tests/benchmarks/long_answers.py [NAME...]

Seconds of CPU and peak memory must stay below 10 s and 600 MB.  tests/test_excerpts.py holds a small form of each.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import xlsxwriter

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS, MOST_MB = 10, 600
GOOD = {
    "公司名称": "示例有限公司", "称呼": "张三", "职位": "", "手机号": "13800138000", "微信号": "", "行业": "银行",
    "场景": "通知", "欢迎语话术": "您好，我们是示例公司", "关键流程话术": "通知", "被叫号码来源": "注册会员",
    "每日外呼量": "5000", "整体外呼量": "100000", "主叫号码需求": "购买新号码", "主叫号码类型": "固号",
    "主叫号码个数": "10", "主叫号码归属地": "北京", "外呼并发量": "", "客户资质": "",
}  # fmt: skip
SCRIPTS = ("欢迎语话术", "关键流程话术", "被叫号码来源", "客户资质")
TEXTS = (*SCRIPTS, "公司名称", "称呼", "职位", "微信号", "行业", "场景")


def noise(length: int, line: int = 1 << 30) -> str:
    """So many Chinese characters, all over the block, with a line break after each `line`."""
    chance = random.Random(length)
    return "".join("\n" if at % line == line - 1 else chr(chance.randrange(0x4E00, 0x9000)) for at in range(length))


def form(path: Path, answers: Mapping[str, str], strays: int = 0, rows: int = 1) -> None:
    """A form with these answers, so many texts beside them, and so many rows for the script."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for row, (label, good) in enumerate(GOOD.items()):
        sheet.write_string(row, 0, label)
        sheet.write_string(row, 1, answers.get(label, good))
    for number in range(strays):
        sheet.write_string(number % len(GOOD), 3 + number // len(GOOD), f"{number}{noise(100)}")
    if rows > 1:
        at = len(GOOD)
        sheet.merge_range(at, 0, at + rows - 1, 0, "主要流程话术")
        for row in range(rows):
            sheet.write_string(at + row, 1, noise(32_700))
    book.close()


FORMS: dict[str, Callable[[Path], None]] = {
    "four long answers": lambda p: form(p, dict.fromkeys(SCRIPTS, noise(32_700))),
    "four long answers of short lines": lambda p: form(p, dict.fromkeys(SCRIPTS, noise(32_700, 3))),
    "ten long answers": lambda p: form(p, dict.fromkeys(TEXTS, noise(32_700, 40)), 100),
    "regions by the thousand": lambda p: form(p, {"主叫号码归属地": "朝阳、吉林、" * 5_400}),
    "texts by the thousand": lambda p: form(p, {}, 5_000),
    "an answer of 490,000 characters": lambda p: form(p, {}, rows=15),
    "an answer of 2 million characters": lambda p: form(p, {}, rows=60),
}  # fmt: skip
COMMANDS: dict[str, tuple[str, ...]] = {
    "check": ("check",), "form": ("form", "-o", "a.docx"), "review": ("review", "-o", "a.pdf"),
    "contract": ("contract", "--allow-unready", "-o", "b.docx"), "return": ("return", "--docx", "-o", "c.docx"),
    "packet": ("packet", "-o", "out"),
}  # fmt: skip


def cost(folder: Path, command: tuple[str, ...], path: Path) -> tuple[float, float, int]:
    """Seconds of CPU and megabytes at the most that a command takes for the file, and its exit code."""
    with tempfile.TemporaryFile() as told:
        line = [sys.executable, "-m", "docgen", command[0], str(path), *command[1:]]
        run = subprocess.Popen(line, stdout=told, stderr=told, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)})
        _, status, usage = os.wait4(run.pid, 0)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def main(asked: list[str]) -> int:
    """Make and measure every form that is asked for; 1 where one of them costs more than it may."""
    worst = 0
    for name in asked or FORMS:
        with tempfile.TemporaryDirectory(prefix="docgen-long-") as made:
            path = Path(made, "form.xlsx")
            FORMS[name](path)
            for command, line in COMMANDS.items():
                seconds, memory, code = cost(Path(made), line, path)
                is_within = seconds < MOST_SECONDS and memory < MOST_MB
                worst |= not is_within
                mark = "  " if is_within else "! "
                print(f"{mark}{name:36} {command:9} {seconds:5.1f} s {memory:5.0f} MB  {code}", flush=True)  # noqa: T201
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
